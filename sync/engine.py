"""One sync, sans I/O: a generator that yields what it wants done and is sent the outcome.

    Request → the network's Reply         Local → the result of its function, run in one local write transaction
    Outside → the result of its function, run outside of any transaction

httpx and the simulator drive the same generator. State that must survive is in the store before the next yield, so
that the generator can be dropped at any of them and a new one begun. Raises Held for an answer that is no verdict.

    ask for the server's histories, the first time and after a restore of it
    push what it has lost, and until the outbox is empty: where nobody else's lies between, that needs no pull
    fetch the spaces that are missing ─ pull pages from the cursor to the head
    ╰──────── told anew who sees what ◂──────╯
    ─ send contents, and push what names them ─ compare the checksums, fetch once more what differs
"""

import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, NamedTuple

from models import blobs as contents
from models import db, outbox, rejoining, replica, space, sums
from models.blobs import Blobs
from models.errors import Held
from sync import asking, blobs
from sync.protocol import Reply
from sync.pulling import pull, take_back
from sync.pushing import push
from sync.run import OtherHistory, Progress, Report, Run, epoch_of, in_epoch
from sync.steps import Local, Step

RESTARTS = 3  # of a sync that learns of another history

Sync = Generator[Step, Any, Report]


def sync(
    now: Callable[[], int], progress: Progress = lambda done, total: None, files: Blobs | None = None,
    check: bool = False,
) -> Sync:  # fmt: skip
    """One sync. `now` is milliseconds since 1970; `progress(done, total)` counts versions of the log, or the records of
    a space that is fetched whole. `check` counts the checksums anew from all rows and offers the contents that the
    server did not take, which happens once a day else."""
    report = Report()
    for _ in range(RESTARTS):
        try:
            yield from _all(report, now, progress, files, check)
            return report
        except OtherHistory as found:
            yield from _rejoin(found.known)
    raise Held("The server tells of another history at every turn. It is tried again later; your edits wait.")


def _all(
    report: Report, now: Callable[[], int], progress: Progress, files: Blobs | None, check: bool
) -> Generator[Step, Any, None]:
    begun: _Begun = yield Local("begin", partial(_begin, now=now(), check=check))
    epoch = begun.epoch or (yield from _rejoin(""))
    run = Run(report, epoch, begun.replica, now, progress)
    if not (begun.waits and (yield from push(run))):
        yield from pull(run)
    if begun.shown or report.fetched:
        yield from take_back(run)
    if files and begun.unsent:
        report.notices += yield from blobs.upload(files, lambda: push(run), now)
    done = partial(_done, run=run, check=check)
    yield from _verify(run, (yield Local("done", done, durable=False, brief=True)))


class _Begun(NamedTuple):
    """What there is to do; what comes to it meanwhile is for the next sync. `waits`: something is to be pushed;
    `shown`: something taken back may have come by a snapshot; `unsent`: a content is to be sent."""

    epoch: str
    replica: str
    waits: bool
    shown: bool
    unsent: bool


def _begin(conn: sqlite3.Connection, now: int, check: bool) -> _Begun:
    contents.offer_again(conn, now, at_once=check)
    waits = bool(outbox.waiting(conn) or rejoining.offers(conn, 1))
    ours, _ = replica.read(conn)
    shown, unsent = bool(db.get_meta(conn, space.SHOWN)), contents.unsent(conn) is not None
    return _Begun(epoch_of(conn), ours, waits, shown, unsent)


def _rejoin(before: str) -> Generator[Step, Any, str]:
    """Asks which histories the server has had, and goes on with its newest: at the first sync, and after a restore. Or
    with the one that another process has learnt of meanwhile."""
    reply: Reply = yield asking.histories()
    workspace, epochs, head = asking.epochs(reply)
    why, epoch = yield Local(
        "rejoin", partial(_adopt, before=before, workspace=workspace, epochs=epochs, head=head)
    )
    if why:
        raise Held(why)
    return str(epoch)


def _adopt(conn: sqlite3.Connection, **told: Any) -> tuple[str, str]:
    return rejoining.adopt(conn, **told), epoch_of(conn)


def _done(conn: sqlite3.Connection, run: Run, check: bool) -> sums.Next:
    now = run.now()
    db.set_meta(conn, "last_sync", str(now))
    may_count = check or not run.report.fetched  # what was fetched now is counted the next time
    found = in_epoch(
        conn, run.epoch, sums.look, told=run.told, now=now, may_count=may_count, must_count=check
    )
    return found or sums.Next()


def _verify(run: Run, todo: sums.Next) -> Generator[Step, Any, None]:
    """What follows from the comparison of the checksums. Spaces that differ are fetched once more."""
    if todo.what == sums.COUNT:
        todo = yield from _count(run, asks=True)
    if todo.what == sums.ASK:
        found, head, shares = asking.sums_of((yield from run.ask(asking.sums())))
        words = yield run.local("mend", sums.mend, told=found, head=head, shares=shares, now=run.now())
        if words:
            run.report.notices.append(words)
            yield from pull(run)
            todo = yield from _count(run)
    run.report.notices += [todo.words] if todo.words else []


def _count(run: Run, asks: bool = False) -> Generator[Step, Any, sums.Next]:
    """Counts the checksums from all rows, and compares once more; `asks` for all that differ, if need be."""
    so_far = None
    while so_far := (yield run.local("count", sums.count, durable=False, so_far=so_far, now=run.now())):
        pass
    looked = yield run.local("compare", sums.look, durable=False, told=run.told, now=run.now(), counted=asks)
    return looked or sums.Next()
