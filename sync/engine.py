"""One sync, sans I/O: a generator that yields what it wants done and is sent the outcome.

    Request → the network's Reply         Local → the result of its function, run in one local write transaction
    Outside → the result of its function, run outside of any transaction

httpx and the simulator drive the same generator. State that must survive is in the store before the next yield, so
that the generator can be dropped at any of them and a new one begun. Raises Held for an answer that is no verdict.

    push until the outbox is empty ─ pull pages from the cursor until the head ─ send contents, and push what names them
"""

import sqlite3
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from models import apply, db, outbox
from models.blobs import Blobs
from models.errors import Held
from sync import blobs, protocol
from sync.protocol import Page, Reply
from sync.steps import Local, Step

CHECKPOINT_ROWS = 400  # changes applied while the write lock is held: ≤ 20 ms


@dataclass
class Report:
    """What one sync did."""

    pushed: int = 0
    accepted: int = 0
    rejected: int = 0
    pulled: int = 0
    conflicts: int = 0
    head: int = 0


Sync = Generator[Step, Any, Report]


def sync(
    now: Callable[[], int], progress: Callable[[int, int], None] = lambda done, total: None,
    files: Blobs | None = None,
) -> Sync:  # fmt: skip
    """One sync. `now` is milliseconds since 1970; `progress(done, total)` counts log versions of the pull."""
    report = Report()
    replica = yield Local("replica", lambda conn: db.get_meta(conn, "replica"))
    yield from _push(report, replica, now)
    yield from _pull(report, progress)
    if files:
        yield from blobs.upload(files, lambda: _push(report, replica, now))
    yield Local("done", lambda conn: db.set_meta(conn, "last_sync", str(now())))
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
        yield Local("verdicts", partial(outbox.settle, verdicts=verdicts))
        report.pushed += len(batch)
        report.accepted += sum(not v.reason for v in verdicts)
        report.rejected += sum(bool(v.reason) for v in verdicts)


def _take(conn: sqlite3.Connection) -> list[outbox.Outgoing]:
    return outbox.take(conn, protocol.PUSH_ROWS) if outbox.waiting(conn) else []


def _pull(report: Report, progress: Callable[[int, int], None]) -> Generator[Step, Any, None]:
    cursor = start = yield Local("cursor", _cursor)
    more = True
    while more:
        reply: Reply = yield protocol.pull(cursor)
        page = protocol.page(reply)
        yield from _same_history(reply)
        _check(page, cursor)
        ahead = protocol.pull(page.entries[-1].ver) if page.more else None
        for entries in _checkpoints(page):
            cursor = yield Local("apply", partial(_apply, entries=entries), ahead)
            report.pulled += len(entries)
            report.conflicts += sum(p.kind == "conflict" for e in entries for p in e.patches)
            progress(cursor - start, page.head - start)
        more, report.head = page.more, page.head


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
    if page.head < cursor:
        raise Held(
            f"The server's log ends at {page.head}, this laptop has seen {cursor}: it was restored from a backup. "
            "Nothing was changed here and your edits wait. Ask whoever runs the server."
        )
    if page.more and not page.entries:
        raise Held("The server promises more and sends nothing. It is asked again.")


def _checkpoints(page: Page) -> Iterator[list[apply.Entry]]:
    """Prefixes of whole transactions, each about CHECKPOINT_ROWS changes."""
    entries: list[apply.Entry] = []
    rows = 0
    for entry in page.entries:
        entries.append(entry)
        rows += len(entry.patches)
        if rows >= CHECKPOINT_ROWS:
            yield entries
            entries, rows = [], 0
    if entries:
        yield entries


def _apply(conn: sqlite3.Connection, entries: list[apply.Entry]) -> int:
    """Applies what is not applied yet; another process may have been here since the page was asked for."""
    cursor = _cursor(conn)
    fresh = [entry for entry in entries if entry.ver > cursor]
    if fresh:
        cursor = fresh[-1].ver
        apply.apply(conn, fresh, cursor)
    return cursor


def _cursor(conn: sqlite3.Connection) -> int:
    return int(db.get_meta(conn, "cursor", "0"))


def _epoch(conn: sqlite3.Connection) -> str:
    return db.get_meta(conn, "epoch")
