"""One sync, sans I/O: a generator that yields what it wants done and is sent the outcome.

    Request → the network's Reply         Local → the result of its function, run in one local write transaction
    Outside → the result of its function, run outside of any transaction

httpx and the simulator drive the same generator. State that must survive is in the store before the next yield, so
that the generator can be dropped at any of them and a new one begun. Raises Held for an answer that is no verdict.

    push until the outbox is empty ─ fetch the spaces that are missing ─ pull pages from the cursor to the head
                                     ╰──────── told anew who sees what ◂──────╯
    ─ send contents, and push what names them
"""

import sqlite3
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from models import apply, db, outbox, snapshot, space
from models.blobs import Blobs
from models.errors import Held
from models.snapshot import Page as SnapshotPage
from models.space import Wanted, Where
from sync import blobs, protocol
from sync.protocol import Page, Reply, Request
from sync.steps import Local, Step

CHECKPOINT_ROWS = 400  # changes applied while the write lock is held: ≤ 20 ms
SNAPSHOT_ROWS = 2_000  # records of a space that was empty


@dataclass
class Report:
    """What one sync did."""

    pushed: int = 0
    accepted: int = 0
    rejected: int = 0
    pulled: int = 0
    fetched: int = 0
    conflicts: int = 0
    head: int = 0


Sync = Generator[Step, Any, Report]
Progress = Callable[[int, int], None]


def sync(
    now: Callable[[], int], progress: Progress = lambda done, total: None, files: Blobs | None = None
) -> Sync:
    """One sync. `now` is milliseconds since 1970; `progress(done, total)` counts versions of the log, or the records of
    a space that is fetched whole."""
    report = Report()
    replica = yield Local("replica", lambda conn: db.get_meta(conn, "replica"))
    yield from _push(report, replica, now)
    yield from _pull(report, replica, now, progress)
    if files:
        yield from blobs.upload(files, lambda: _push(report, replica, now))
    yield Local("done", lambda conn: db.set_meta(conn, "last_sync", str(now())), durable=False)
    return report


def _push(report: Report, replica: str, now: Callable[[], int]) -> Generator[Step, Any, None]:
    # "sent" is committed before the request leaves: from then on nobody may assume that it did not arrive
    while batch := (yield Local("take", _take)):
        epoch = yield Local("epoch", _epoch)
        reply: Reply = yield protocol.push(replica, db.SCHEMA, epoch, batch, now())
        verdicts = protocol.verdicts(reply)
        yield from _same_history(reply)
        asked = {t.id for t in batch}
        if {v.id for v in verdicts} != asked:
            raise Held(
                "The server answered for other edits than were sent. It is tried again; your edits wait."
            )
        yield Local("verdicts", partial(outbox.settle, verdicts=verdicts), durable=False)
        report.pushed += len(batch)
        report.accepted += sum(not v.reason for v in verdicts)
        report.rejected += sum(bool(v.reason) for v in verdicts)


def _take(conn: sqlite3.Connection) -> list[outbox.Outgoing]:
    return outbox.take(conn, protocol.PUSH_ROWS) if outbox.waiting(conn) else []


def _pull(
    report: Report, replica: str, now: Callable[[], int], progress: Progress
) -> Generator[Step, Any, None]:
    begun, more, ahead = -1, True, None
    while more:
        here: Where = yield Local("where", space.where, ahead)
        if here.wanted and here.shares >= 0:
            yield from _fetch(here.wanted, here.cursor, report, progress)
            continue
        reply: Reply = yield protocol.pull(here.cursor, here.shares)
        try:
            page = protocol.page(reply)
        except protocol.Gone:
            yield Local("below the floor", snapshot.all_again)
            continue
        yield from _same_history(reply)
        _check(page, here.cursor)
        if page.spaces is not None:
            gone = yield Local("spaces", partial(space.tell, told=page.spaces, shares=page.shares))
            if gone:  # what waits for a space that is gone is the server's to refuse
                yield from _push(report, replica, now)
            continue
        begun = here.cursor if begun < 0 else begun
        ahead = yield from _apply_page(page, here, begun, report, progress)
        more, report.head = page.more, page.head


def _fetch(wanted: Wanted, cursor: int, report: Report, progress: Progress) -> Generator[Step, Any, None]:
    """The pages of a space that are missing; ends early when the server has to be asked about the whole again."""
    after, since, done, total, more = wanted.after, wanted.joined, 0, 0, True
    while more:
        reply: Reply = yield protocol.snapshot(wanted.id, after, since)
        try:
            page = protocol.snapshot_page(reply, wanted.id, after)
        except protocol.Gone:
            yield Local("again", partial(snapshot.again, space=wanted.id))
            return
        yield from _same_history(reply)
        _check_head(page.head, max(cursor, since))
        if page.more and not page.records:
            raise Held("The server promises more and sends nothing. It is asked again.")
        after, since, more = page.last, since if since >= 0 else page.head, page.more
        ahead = protocol.snapshot(wanted.id, after, since) if more else None
        total = total or page.total
        for part in _parts(page) if wanted.fresh else [page]:
            work = snapshot.take if wanted.fresh else snapshot.stage
            yield Local("snapshot", partial(work, page=part), ahead, durable=False)
            done += len(part.records)
            progress(done, max(total, done))
        report.fetched += len(page.records)


def _parts(page: SnapshotPage) -> Iterator[SnapshotPage]:
    after = page.after
    starts = range(0, len(page.records), SNAPSHOT_ROWS) or [0]
    for start in starts:
        records = page.records[start : start + SNAPSHOT_ROWS]
        part = page._replace(after=after, records=records, more=page.more or start != starts[-1])
        yield part
        after = part.last


def _apply_page(
    page: Page, here: Where, begun: int, report: Report, progress: Progress
) -> Generator[Step, Any, Request | None]:
    ahead = protocol.pull(page.upto, here.shares) if page.more else None
    for entries, upto in _checkpoints(page, here.cursor):
        run = partial(_apply, entries=entries, upto=upto, shares=here.shares)
        yield Local("apply", run, ahead, durable=False)
        report.pulled += len(entries)
        report.conflicts += sum(p.kind == "conflict" for e in entries for p in e.patches)
        progress(upto - begun, page.head - begun)
    return ahead


def _same_history(reply: Reply) -> Generator[Step, Any, None]:
    """Holds when the server is another one or was restored: nothing of this laptop is touched."""
    epoch = reply.headers.get(protocol.EPOCH, "")
    known = yield Local("epoch", _epoch)
    if not known:
        yield Local("first epoch", lambda conn: db.set_meta(conn, "epoch", epoch))
    elif epoch != known:
        raise Held(
            "The server's history is not the one that this laptop knows: it was restored from a backup or is "
            "another server. Nothing was changed here and your edits wait. Ask whoever runs the server."
        )


def _check(page: Page, cursor: int) -> None:
    expected = cursor
    for entry in page.entries:
        if entry.ver <= expected:
            raise Held("The server's log is out of order. Nothing of it was taken; it is asked again.")
        expected = entry.ver
    if page.upto < expected <= page.head:
        raise Held("The server's log is out of order. Nothing of it was taken; it is asked again.")
    _check_head(page.head, cursor)
    if page.more and page.upto <= cursor and page.spaces is None:
        raise Held("The server promises more and sends nothing. It is asked again.")


def _check_head(head: int, cursor: int) -> None:
    if head < cursor:
        raise Held(
            f"The server's log ends at {head}, this laptop has seen {cursor}: it was restored from a backup. "
            "Nothing was changed here and your edits wait. Ask whoever runs the server."
        )


def _checkpoints(page: Page, cursor: int) -> Iterator[tuple[list[apply.Entry], int]]:
    """Prefixes of whole transactions, each about CHECKPOINT_ROWS changes, with the cursor after them."""
    entries: list[apply.Entry] = []
    rows = 0
    for entry in page.entries:
        entries.append(entry)
        rows += len(entry.patches)
        if rows >= CHECKPOINT_ROWS and entry is not page.entries[-1]:
            yield entries, entry.ver
            entries, rows = [], 0
    if page.upto > cursor:
        yield entries, page.upto


def _apply(conn: sqlite3.Connection, entries: list[apply.Entry], upto: int, shares: int) -> None:
    """Applies what is not applied yet; another process may have been here since the page was asked for.

    It may have heard meanwhile that other spaces are to be seen: then the page is not what it should be.
    """
    here = space.where(conn)
    if upto <= here.cursor or here.shares != shares:
        return
    apply.apply(conn, [entry for entry in entries if entry.ver > here.cursor], upto)
    space.settle_passed(conn)


def _epoch(conn: sqlite3.Connection) -> str:
    return db.get_meta(conn, "epoch")
