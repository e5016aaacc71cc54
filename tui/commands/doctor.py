"""doctor: looks at the profile, the machine and the way to the server. Changes nothing."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from models import db
from models.errors import MilepostError, NoCredentials, StoreError
from tui.commands.context import Context
from tui.commands.output import count, moment, plain
from tui.commands.preferring import problems
from tui.settings import load

LARGE_WAL = 64 * 2**20
LITTLE_ROOM, NO_ROOM = 500 * 2**20, 20 * 2**20
SKEW = 120.0  # seconds that the clock may differ from the server's
EARLIEST = 1_735_689_600  # 2025: a clock before this was never set


class Finding(NamedTuple):
    """One line: `state` is ok, warn or fail; `remedy` says what to do about it."""

    state: str
    what: str
    found: str
    remedy: str = ""


def doctor(ctx: Context) -> int:
    findings = [finding for check in CHECKS for finding in _guarded(check, ctx)]
    if ctx.json:
        ctx.json_out([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            ctx.print(f"{finding.state:<4}  {finding.what}: {plain(finding.found)}")
            if finding.remedy:
                ctx.print(f"      → {finding.remedy}")
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def _guarded(check: Callable[[Context], Iterator[Finding]], ctx: Context) -> Iterator[Finding]:
    """A check that breaks is a finding of its own."""
    try:
        yield from check(ctx)
    except (MilepostError, sqlite3.Error, OSError) as error:
        yield Finding("fail", (check.__doc__ or "").rstrip("."), str(error))


def _folder(ctx: Context) -> Iterator[Finding]:
    """Profile folder."""
    if not ctx.home.exists():
        yield Finding("ok", "Profile folder", f"{ctx.home} is not there yet; the first record makes it")
        return
    free = shutil.disk_usage(ctx.home).free
    yield Finding("ok", "Profile folder", str(ctx.home))
    state = "fail" if free < NO_ROOM else "warn" if free < LITTLE_ROOM else "ok"
    remedy = "Free some room: edits stop when the disk is full." if state != "ok" else ""
    yield Finding(state, "Disk", f"{free / 2**30:.1f} GB free", remedy)


def _store(ctx: Context) -> Iterator[Finding]:
    """Store."""
    if not ctx.exists():
        yield Finding("ok", "Store", "none yet")
        return
    yield from _size(ctx.path)
    try:
        with db.in_words(ctx.path), closing(db.connect(ctx.path, readonly=True)) as conn:
            conn.execute("BEGIN")
            for look in (_pages, _schema, _open_transactions, _masks, _sums, _search):
                yield from look(conn)
    except StoreError as error:
        yield Finding("fail", "Store", str(error))


def _size(path: Path) -> Iterator[Finding]:
    wal = path.with_name(path.name + "-wal")
    behind = wal.stat().st_size if wal.exists() else 0
    yield Finding("ok", "Store", f"{path.stat().st_size / 2**20:.1f} MB")
    if behind > LARGE_WAL:
        remedy = "Close all Milepost windows of this profile once; the file shrinks by itself."
        yield Finding("warn", "Write-ahead file", f"{behind / 2**20:.0f} MB", remedy)


def _pages(conn: sqlite3.Connection) -> Iterator[Finding]:
    said = [row[0] for row in conn.execute("PRAGMA quick_check(5)")]
    if said == ["ok"]:
        yield Finding("ok", "Pages", "sound")
    else:
        remedy = "Copy the profile folder aside, then restore a backup or sign in with a new profile."
        yield Finding("fail", "Pages", "; ".join(map(str, said)), remedy)


def _schema(conn: sqlite3.Connection) -> Iterator[Finding]:
    from models.kinds import KINDS

    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if version < db.SCHEMA:
        remedy = "Any command that writes brings it up to date."
        yield Finding("warn", "Schema", f"{version}, this program writes {db.SCHEMA}", remedy)
        return
    present = {
        row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
    }
    wanted = [
        f"{kind}{part}" for kind in KINDS for part in ("", "_created", "_edited", "_removed", "_identity")
    ]
    missing = [name for name in (*wanted, "txn", "change", "shadow", "meta") if name not in present]
    if missing:
        remedy = "Edits would not be recorded. Restore a backup, or sign in with a new profile."
        yield Finding("fail", "Schema", f"missing: {', '.join(missing)}", remedy)
    else:
        yield Finding("ok", "Schema", f"{version}, all tables and triggers present")


def _open_transactions(conn: sqlite3.Connection) -> Iterator[Finding]:
    left = conn.execute("SELECT count(*) FROM txn WHERE state=0").fetchone()[0]
    if left:
        remedy = "Something other than Milepost wrote here. Restore a backup."
        yield Finding("fail", "Log", f"{count(left, 'operation')} left open", remedy)
        return
    waiting = conn.execute("SELECT count(*) FROM txn WHERE state IN (1,2,3) AND state<3").fetchone()[0]
    yield Finding("ok", "Log", f"no operation left open, {count(waiting, 'operation')} waiting")
    rejected = conn.execute("SELECT count(*) FROM txn WHERE state=5").fetchone()[0]
    if rejected:
        yield Finding("warn", "Rejected", count(rejected, "operation"), "See why with: milepost rejected")


def _masks(conn: sqlite3.Connection) -> Iterator[Finding]:
    """A server value is kept aside exactly while an edit that the server has not shown yet hides it."""
    from models.kinds import KINDS

    hidden = {
        (rec, field)
        for rec, field, kind, in conn.execute(
            """SELECT DISTINCT c.rec, c.field, c.tbl FROM txn t JOIN change c ON c.txn=t.n
               WHERE t.state IN (1,2,3) AND t.origin='L' AND c.field<>''"""
        ).fetchall()
        if kind in KINDS and _shown_by_server(conn, kind, rec)
    }  # fmt: skip
    kept = set(conn.execute("SELECT rec, field FROM shadow WHERE tbl<>''").fetchall())
    if hidden == kept:
        yield Finding("ok", "Server's values", f"{count(len(kept), 'field')} kept beside edits that wait")
        return
    remedy = "Report this with the output of `milepost dump`; your own values are what is shown."
    yield Finding(
        "fail", "Server's values", f"{len(hidden - kept)} missing, {len(kept - hidden)} too many", remedy
    )


def _sums(conn: sqlite3.Connection) -> Iterator[Finding]:
    """The rows are those that the checksums were kept of, and those agreed with the server's."""
    from models import sums

    if conn.execute("PRAGMA user_version").fetchone()[0] < db.SCHEMA:
        return
    wrong, still = sums.damaged(conn)
    if wrong:
        found = f"{', '.join(wrong)}: not what came from the server"
        yield Finding(
            "fail", "Checksums", found, "Fetch it once more; what waits stays: milepost sync --check"
        )
    if still:
        found = f"{', '.join(still)}: differed from the server's also when fetched once more"
        remedy = "Bring Milepost up to date here and there, and ask for: milepost server check"
        yield Finding("warn", "Checksums", found, remedy)
    if not wrong and not still:
        yield Finding("ok", "Checksums", "what came from the server is as it came")


def _shown_by_server(conn: sqlite3.Connection, kind: str, rec: str) -> bool:
    return conn.execute(f"SELECT 1 FROM {kind} WHERE id=? AND ver>0", (rec,)).fetchone() is not None


def _search(conn: sqlite3.Connection) -> Iterator[Finding]:
    upto = int(db.get_meta(conn, "search_upto", "0"))
    newest = conn.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0]
    behind = f"{newest - upto:,} changes behind; it catches up by itself" if newest > upto else "up to date"
    yield Finding("ok", "Search", behind)


def _contents(ctx: Context) -> Iterator[Finding]:
    """Contents of attachments."""
    from models.blobs import Blob, Blobs, untaken

    if not ctx.exists():
        return
    with db.in_words(ctx.path), closing(db.connect(ctx.path, readonly=True)) as conn:
        unsent = conn.execute(
            "SELECT b.sha, b.size, b.sent, min(a.name) FROM blob b JOIN attachment a ON a.sha256=b.sha"
            " WHERE b.sent<>1 AND a.deleted_at IS NULL GROUP BY b.sha ORDER BY 4"
        ).fetchall()
        why = untaken(conn)
    files = Blobs(ctx.home)
    lost = {sha: name for sha, size, _, name in unsent if not files.has(Blob(sha, size))}
    kept = [
        f"{name} ({why.get(sha, 'no reason given')})"
        for sha, _, sent, name in unsent
        if sent and sha not in lost
    ]
    if kept:
        remedy = (
            "They stay on this laptop and are offered again once a day; at once with: milepost sync --check"
        )
        yield Finding("warn", "Attachments", f"the server has not taken: {', '.join(kept)}", remedy)
    if lost:
        found = f"gone from {files.folder} before they were sent: {', '.join(lost.values())}"
        yield Finding("fail", "Attachments", found, "Attach these files once more: milepost attach ID FILE")
    elif not kept:
        yield Finding("ok", "Attachments", f"{count(len(unsent), 'content')} to be sent, all on the disk")


def _opened(ctx: Context) -> Iterator[Finding]:
    """Copies that other programs have open."""
    from models.attachment import attached
    from models.opened import Opened

    changed = Opened(ctx.home).changed()
    if not changed or not ctx.exists():
        return
    with db.in_words(ctx.path), closing(db.connect(ctx.path, readonly=True)) as conn:
        left = [str(path) for id, path in changed if attached(conn, id) is None]
    if left:
        found = f"saved into, and attached to nothing on this laptop any more: {', '.join(left)}"
        yield Finding("warn", "Opened files", found, "Move them to where you want them, or delete them.")


def _clock(ctx: Context) -> Iterator[Finding]:
    """Clock."""
    now = time.time()
    if now < EARLIEST:
        yield Finding("fail", "Clock", moment(int(now * 1000)), "Set this machine's date and time.")
        return
    if ctx.exists():
        with db.in_words(ctx.path), closing(db.connect(ctx.path, readonly=True)) as conn:
            newest = conn.execute("SELECT coalesce(max(at), 0) FROM txn WHERE origin='L'").fetchone()[0]
        if newest > (now + SKEW) * 1000:
            remedy = "The clock was set back. Set this machine's date and time."
            yield Finding("warn", "Clock", f"an operation is from {moment(newest)}, in the future", remedy)
            return
    yield Finding("ok", "Clock", moment(int(now * 1000)))


def _keyring(ctx: Context) -> Iterator[Finding]:
    """Keyring."""
    from sync.credentials import FileStore, open_credentials

    try:
        place = open_credentials(ctx.home)
    except NoCredentials as error:
        yield Finding("warn", "Keyring", str(error))
        return
    where = f"file {place.path}" if isinstance(place, FileStore) else "the system's keyring"
    yield Finding("ok", "Keyring", f"tokens lie in {where}")


def _server(ctx: Context) -> Iterator[Finding]:
    """Server."""
    if not ctx.exists():
        return
    with db.in_words(ctx.path), closing(db.connect(ctx.path, readonly=True)) as conn:
        url = db.get_meta(conn, "server")
    if not url:
        yield Finding("ok", "Server", "none; this profile works alone")
        return
    yield _reached(url)


def _reached(url: str) -> Finding:
    import asyncio

    from sync import api, protocol

    async def ask() -> protocol.Reply:
        async with api.client(url) as http:
            return await api.send(http, protocol.Request("GET", "/v1/log"))

    try:
        reply = asyncio.run(ask())
    except MilepostError as error:
        return Finding("warn", "Server", str(error), "Edits wait and go out by themselves when it answers.")
    if protocol.HEADER not in reply.headers:
        remedy = "Sign in to the guest network in a browser first, or check the address."
        return Finding("warn", "Server", f"{url} answers, but it is no Milepost server", remedy)
    return Finding("ok", "Server", f"{url} answers")


def _settings(ctx: Context) -> Iterator[Finding]:
    """Settings."""
    wrong = problems(load(ctx.home))
    for line in wrong:
        yield Finding("warn", "Settings", line)
    if not wrong:
        yield Finding("ok", "Settings", "all can be used")


CHECKS = (_folder, _settings, _store, _contents, _opened, _clock, _keyring, _server)
