"""Whether what the server keeps is sound: what must hold between its tables, and how its database is set up."""

from collections.abc import Callable, Iterator, Mapping

import orjson

from server import sums
from server.blobs import Contents, open_storage
from server.database import Connection, Database, Finding
from server.graph import link_of

REMEDY = "Stop the server, keep a copy of the database, and restore the newest backup that is sound."
LOST = (
    "The laptop that attached them may not have sent them yet. If they were here: put back the newest copy of the "
    "place that there is, then run: milepost server restore   Laptops send what they still hold."
)
NAMED = 5  # attachments that a finding names


def check(database: Database, blobs: str = "") -> Iterator[Finding]:
    """Every finding; of the tables from one snapshot. `blobs` is the place of attachments. Raises StoreError."""
    with database.reading() as conn:
        yield from database.examine(conn)
        workspaces = [workspace for [workspace] in conn.execute("SELECT id FROM workspace ORDER BY id")]
        for workspace in workspaces:
            yield from (look(conn, workspace) for look in CHECKS)
        contents = [(workspace, _named(conn, workspace)) for workspace in workspaces]
    # asked when the snapshot has ended: a storage far away takes its time
    for workspace, names in contents:
        yield _attachments(database, workspace, names, blobs)


def _named(conn: Connection, workspace: str) -> dict[str, str]:
    """The contents that attachments have, without those in the recycle bin: SHA-256 and the name of one of them."""
    found: dict[str, str] = {}
    rows = "SELECT data FROM record WHERE workspace=? AND kind='attachment' ORDER BY id"
    for values in (orjson.loads(data) for [data] in conn.stream(rows, (workspace,))):
        if not values.get("deleted_at"):
            found.setdefault(str(values.get("sha256")), str(values.get("name")))
    return found


def _attachments(database: Database, workspace: str, names: Mapping[str, str], blobs: str) -> Finding:
    """The content of each attachment is there, whole; its bytes are not read. `names` has them by SHA-256."""
    what = "Attachments"
    if not names:
        return Finding("ok", what, "there are none")
    if not blobs:
        return Finding("warn", what, "not looked at", "Say where the server has them: --blobs PLACE")
    contents = Contents(open_storage(blobs), database)
    missing = [name for sha, name in names.items() if not contents.is_whole(workspace, sha)]
    if not missing:
        return Finding("ok", what, f"{len(names):,} contents, none is missing")
    some = ", ".join(f"“{name}”" for name in missing[:NAMED]) + ", …" * (len(missing) > NAMED)
    return Finding(
        "warn", what, f"{len(missing):,} of {len(names):,} contents are not in {blobs}: {some}", LOST
    )


def _log(conn: Connection, workspace: str) -> Finding:
    """The numbers of the log go up from its floor to the head without a gap."""
    head, floor = conn.execute("SELECT head, floor FROM workspace WHERE id=?", (workspace,)).fetchone()
    count, first, last = conn.execute(
        "SELECT count(DISTINCT ver), coalesce(min(ver), 0), coalesce(max(ver), 0) FROM log WHERE workspace=?",
        (workspace,),
    ).fetchone()
    wanted = (head - floor, floor + 1, head) if head > floor else (0, 0, 0)
    if (count, first, last) != wanted:
        found = f"{count:,} entries from {first} to {last}, the floor is {floor}, the head {head}"
        return Finding("fail", "Log", found, REMEDY)
    return Finding("ok", "Log", f"{count:,} entries without a gap, the head is {head:,}")


def _verdicts(conn: Connection, workspace: str) -> Finding:
    """Each entry has its verdict, under the same number: else a repeated push would take effect twice."""
    [missing] = conn.execute(
        "SELECT count(*) FROM log l LEFT JOIN txn t ON t.workspace=l.workspace AND t.id=l.id AND t.ver=l.ver"
        " WHERE l.workspace=? AND t.id IS NULL",
        (workspace,),
    ).fetchone()
    return _none(missing, "Verdicts", "entries without their verdict", "each entry has its verdict")


def _versions(conn: Connection, workspace: str) -> Finding:
    """No record or field is newer than the head."""
    [beyond] = conn.execute(
        "SELECT (SELECT count(*) FROM record r WHERE r.workspace=w.id AND r.ver>w.head)"
        " + (SELECT count(*) FROM stamp s WHERE s.workspace=w.id AND s.ver>w.head) FROM workspace w WHERE w.id=?",
        (workspace,),
    ).fetchone()
    return _none(beyond, "Versions", "records or fields beyond the head", "none beyond the head")


def _stamps(conn: Connection, workspace: str) -> Finding:
    [lost] = conn.execute(
        "SELECT count(*) FROM stamp s LEFT JOIN record r ON r.workspace=s.workspace AND r.id=s.rec"
        " WHERE s.workspace=? AND r.id IS NULL",
        (workspace,),
    ).fetchone()
    return _none(lost, "Stamps", "fields of records that are not there", "each has its record")


def _links(conn: Connection, workspace: str) -> Finding:
    """The derived links are those of the live dependencies."""
    derived = {row[0]: (row[1], row[2]) for row in conn.execute(
        "SELECT id, pred, succ FROM link WHERE workspace=?", (workspace,))}  # fmt: skip
    stored = conn.stream("SELECT id, data FROM record WHERE workspace=? AND kind='dependency'", (workspace,))
    wrong = sum(link_of(orjson.loads(data)) != derived.pop(id, None) for id, data in stored) + len(derived)
    return _none(wrong, "Links", "differ from their dependencies", "as the dependencies say")


def _sums(conn: Connection, workspace: str) -> Finding:
    """The values of all records are what was accepted."""
    wrong = sums.wrong(conn, workspace)
    found = f"spaces hold other records than were accepted: {', '.join(wrong)}"
    return _none(len(wrong), "Checksums", found, "each space holds what was accepted")


def _devices(conn: Connection, workspace: str) -> Finding:
    [strangers] = conn.execute(
        "SELECT count(*) FROM device d LEFT JOIN member m ON m.workspace=d.workspace AND m.id=d.member"
        " WHERE d.workspace=? AND m.id IS NULL",
        (workspace,),
    ).fetchone()
    return _none(strangers, "Devices", "devices of nobody", "each has its member")


def _none(count: int, what: str, wrong: str, right: str) -> Finding:
    return Finding("fail", what, f"{count:,} {wrong}", REMEDY) if count else Finding("ok", what, right)


CHECKS: tuple[Callable[[Connection, str], Finding], ...] = (
    _log, _verdicts, _versions, _stamps, _links, _sums, _devices,
)  # fmt: skip
