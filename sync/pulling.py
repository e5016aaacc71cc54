"""The server's log to the laptop: pages of it, whole spaces, and what follows from them."""

from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

from models import snapshot, space, undo
from models.errors import Held
from models.snapshot import Page as SnapshotPage
from models.space import Wanted, Where
from sync import asking
from sync.asking import Page
from sync.protocol import Request
from sync.pushing import push
from sync.run import Run, apply_checkpoint, checkpoints
from sync.steps import Local, Step

SNAPSHOT_ROWS = 2_000  # records of a space that was empty


def pull(run: Run) -> Generator[Step, Any, None]:
    begun, more, ahead = -1, True, None
    while more:
        here: Where = yield Local("where", space.where, ahead, brief=True)
        if here.wanted and here.shares >= 0:
            yield from _fetch(run, here.wanted, here.cursor)
            continue
        reply = yield from run.ask(asking.pull(here.cursor, here.shares))
        try:
            page = asking.page(reply)
        except asking.Gone:
            yield run.local("below the floor", snapshot.all_again)
            continue
        _check(page, here.cursor)
        if page.spaces is not None:
            gone = yield run.local("spaces", space.tell, told=page.spaces, shares=page.shares)
            if gone:  # what waits for a space that is gone is the server's to refuse
                run.report.taken_away = True
                yield from push(run)
            continue
        begun, more = here.cursor if begun < 0 else begun, page.more
        run.reach(page, here.shares)
        ahead = yield from _apply_page(run, page, here, begun)


def take_back(run: Run) -> Generator[Step, Any, None]:
    """What was taken back before it left and a snapshot shows: it names no operations, the server does."""
    if doubtful := (yield run.local("doubtful", undo.doubtful)):
        found = {}
        for id, rec in doubtful:
            found[id] = yield from _version(run, id, rec)
        if (yield run.local("arrived", undo.arrived, vers=found)):
            yield from push(run)


def _version(run: Run, id: str, rec: str) -> Generator[Step, Any, int]:
    """The version of an operation that touched the record; 0 where the server does not know it."""
    before, more = 0, True
    while more:
        entries, more = asking.history((yield from run.ask(asking.past(rec, before))))
        if found := [entry.ver for entry in entries if entry.id == id]:
            return found[0]
        before, more = (entries[-1].ver, more) if entries else (0, False)
    return 0


def _fetch(run: Run, wanted: Wanted, cursor: int) -> Generator[Step, Any, None]:
    """The pages of a space that are missing; ends early when the server has to be asked about the whole again."""
    after, since, done, total, more = wanted.after, wanted.joined, 0, 0, True
    while more:
        reply = yield from run.ask(asking.snapshot(wanted.id, after, since))
        try:
            page = asking.snapshot_page(reply, wanted.id, after)
        except asking.Gone:
            yield run.local("again", snapshot.again, space=wanted.id)
            return
        _check_head(page.head, max(cursor, since))
        if page.more and not page.records:
            raise Held("The server promises more and sends nothing. It is asked again.")
        after, since, more = page.last, since if since >= 0 else page.head, page.more
        ahead = asking.snapshot(wanted.id, after, since) if more else None
        total = total or page.total
        for part in _parts(page) if wanted.fresh else [page]:
            work = snapshot.take if wanted.fresh else snapshot.stage
            yield run.local("snapshot", work, ahead, durable=False, page=part)
            done += len(part.records)
            run.progress(done, max(total, done))
        run.report.fetched += len(page.records)


def _parts(page: SnapshotPage) -> Iterator[SnapshotPage]:
    after = page.after
    starts = range(0, len(page.records), SNAPSHOT_ROWS) or [0]
    for start in starts:
        records = page.records[start : start + SNAPSHOT_ROWS]
        part = page._replace(after=after, records=records, more=page.more or start != starts[-1])
        yield part
        after = part.last


def _apply_page(run: Run, page: Page, here: Where, begun: int) -> Generator[Step, Any, Request | None]:
    ahead = asking.pull(page.upto, here.shares) if page.more else None
    for part in checkpoints(page, here.cursor):
        apply = partial(apply_checkpoint, part=part, shares=here.shares)
        if (yield run.local("apply", apply, ahead, durable=False)):
            yield from push(run)
        run.came(part.entries)
        run.progress(part.upto - begun, page.head - begun)
    return ahead


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
            f"The server's log ends at {head}, this laptop has seen {cursor}: an older copy of its database was "
            "put in place. Nothing was changed here and your edits wait. Whoever runs the server tells the laptops "
            "of it with: milepost server restore"
        )
