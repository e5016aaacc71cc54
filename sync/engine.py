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
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from models import apply, db, outbox, rejoining, replica, snapshot, space, sums, undo
from models.blobs import Blobs
from models.errors import Held
from models.snapshot import Page as SnapshotPage
from models.space import Wanted, Where
from models.sums import Told
from sync import asking, blobs, protocol, replies
from sync.asking import Page
from sync.protocol import Reply, Request
from sync.steps import Local, Step

CHECKPOINT_ROWS = 400  # changes applied while the write lock is held: ≤ 20 ms
NOTHING = Told(-1, -1, None)
RESTARTS = 3  # of a sync that learns of another history
TURNS = 4  # of one push whose replica the server takes for another one
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
    notices: list[str] = field(default_factory=list)  # what its person should read


class _OtherHistory(Exception):
    """The server was restored, or is another one; not of the epoch `known` in any case."""

    def __init__(self, known: str) -> None:
        super().__init__(known)
        self.known = known


Sync = Generator[Step, Any, Report]
Progress = Callable[[int, int], None]


def sync(
    now: Callable[[], int], progress: Progress = lambda done, total: None, files: Blobs | None = None,
    check: bool = False,
) -> Sync:  # fmt: skip
    """One sync. `now` is milliseconds since 1970; `progress(done, total)` counts versions of the log, or the records of
    a space that is fetched whole. `check` counts the checksums anew from all rows, which happens once a day else."""
    report = Report()
    for _ in range(RESTARTS):
        try:
            yield from _all(report, now, progress, files, check)
            return report
        except _OtherHistory as found:
            yield from _rejoin(found.known)
    raise Held("The server tells of another history at every turn. It is tried again later; your edits wait.")


def _all(
    report: Report, now: Callable[[], int], progress: Progress, files: Blobs | None, check: bool
) -> Generator[Step, Any, None]:
    epoch, shown = yield Local("begin", _begin)
    if not epoch:
        epoch = yield from _rejoin("")
    run = _Run(report, epoch, now, progress)
    if not (yield from _push(run)):
        yield from _pull(run)
    if shown or report.fetched:
        yield from _take_back(run)
    if files:
        yield from blobs.upload(files, lambda: _push(run))
    done = partial(_done, run=run, check=check)
    yield from _verify(run, (yield Local("done", done, durable=False, brief=True)))


@dataclass
class _Run:
    """One sync, within one history of the server. `turns` counts answers that name another newest operation of this
    replica; `most` operations are pushed at once. `told` is what the server said when this laptop came to the end of
    its log."""

    report: Report
    epoch: str
    now: Callable[[], int]
    progress: Progress
    turns: int = 0
    most: int = protocol.PUSH_ROWS
    told: Told = NOTHING

    def ask(self, request: Request) -> Generator[Step, Any, Reply]:
        """The answer, which is of this history where it is one at all. Raises _OtherHistory."""
        reply: Reply = yield request
        told = reply.headers.get(protocol.EPOCH, "") if protocol.HEADER in reply.headers else ""
        if told and (told != self.epoch or reply.status == 409):
            raise _OtherHistory(self.epoch)
        return reply

    def local(
        self, what: str, work: Callable[..., Any], ahead: Request | None = None, durable: bool = True, **given: Any
    ) -> Local:  # fmt: skip
        """Work with what an answer brought; nothing when another process has learnt meanwhile of another history."""
        return Local(what, partial(_in_epoch, epoch=self.epoch, work=work, **given), ahead, durable)

    def came(self, entries: Sequence[apply.Entry]) -> None:
        self.report.pulled += len(entries)
        self.report.conflicts += sum(p.kind == "conflict" for e in entries for p in e.patches)

    def reach(self, page: Page, shares: int) -> None:
        """What the server told with `page`, the newest part of the log."""
        self.told, self.report.head = Told(page.head, shares, page.sum), page.head


def _in_epoch(conn: sqlite3.Connection, epoch: str, work: Callable[..., Any], **given: Any) -> Any:
    return work(conn, **given) if _epoch(conn) == epoch else None


def _begin(conn: sqlite3.Connection) -> tuple[str, bool]:
    return _epoch(conn), bool(db.get_meta(conn, space.SHOWN))


def _rejoin(before: str) -> Generator[Step, Any, str]:
    """Asks which histories the server has had, and goes on with its newest: at the first sync, and after a restore."""
    reply: Reply = yield asking.histories()
    workspace, epochs, head = asking.epochs(reply)
    adopt = partial(rejoining.adopt, before=before, workspace=workspace, epochs=epochs, head=head)
    if why := (yield Local("rejoin", adopt)):
        raise Held(why)
    return epochs[-1][0]


_Answer = tuple[list[outbox.Verdict], Page | None]  # see asking.pushed
Checkpoint = tuple[list[apply.Entry], int]  # whole transactions of the log, and the cursor after them


class _Waiting(NamedTuple):
    """What is to be pushed, by which replica, and the newest of it that was accepted before. `offers`: after a restore,
    what this laptop has seen of others and the server may have lost. `here` is how far this laptop has come, None where
    pages are missing. `last`: nothing else waits; `more`: what waits behind these may be taken before they are
    answered for."""

    replica: str
    newest: str
    batch: list[outbox.Outgoing]
    offers: bool
    here: Where | None
    last: bool
    more: bool


class _Push(NamedTuple):
    waiting: _Waiting
    request: Request

    @property
    def ahead(self) -> Request | None:
        """The request, if a server takes one as large."""
        return self.request if len(self.request.body) <= protocol.MAX_PUSH else None


def _push(run: _Run) -> Generator[Step, Any, bool]:
    """Whether this laptop is at the end of the log now, with what it was told of it.

    While the server decides on a batch the next one is taken; while it decides on that, its verdicts on the first are
    written down. It never has two to decide on.
    """
    ended, push = False, _asking(run, (yield from _taken(run)))
    while push:
        behind = (yield from _taken(run, push)) if push.waiting.more else None
        answer = yield from _send(run, push)
        then = _asking(run, _behind(push.waiting, behind, *answer)) if answer else None
        if answer:
            ended = yield from _settled(run, push.waiting, *answer, then and then.ahead)
            if push.waiting.last:
                break
        push = then or _asking(run, (yield from _taken(run)))
    return ended


def _taken(run: _Run, before: _Push | None = None) -> Generator[Step, Any, _Waiting | None]:
    """The next to be pushed; those behind what is pushed now, which leaves meanwhile."""
    # "sent" is committed before the request leaves: from then on nobody may assume that it did not arrive
    after, ahead = (before.waiting.batch[-1].id, before.ahead) if before else ("", None)
    waiting: _Waiting | None = yield run.local("take", _take, ahead, most=run.most, after=after)
    return waiting


def _asking(run: _Run, waiting: _Waiting | None) -> _Push | None:
    if waiting is None or not waiting.batch:
        return None
    here = waiting.here and waiting.here[:2]
    return _Push(
        waiting,
        asking.push(waiting.replica, db.SCHEMA, run.epoch, waiting.batch, run.now(), waiting.newest, here),
    )


def _behind(
    before: _Waiting, behind: _Waiting | None, verdicts: Sequence[outbox.Verdict], page: Page | None
) -> _Waiting | None:
    """What was taken behind others, once the server has answered for those and before that is written down. None
    where it has to be taken anew: on something refused it may build, and another process may have come between."""
    if behind is None or behind.replica != before.replica or any(v.reason for v in verdicts):
        return None
    here = behind.here
    if page and here and here == before.here:
        here = here._replace(cursor=page.head)
    return behind._replace(newest=max(verdicts, key=lambda v: v.ver).id, here=here)


def _settled(
    run: _Run, waiting: _Waiting, verdicts: list[outbox.Verdict], page: Page | None, ahead: Request | None
) -> Generator[Step, Any, bool]:
    """Writes down the verdicts, and with `page` what a pull would bring, unless another process came between. Whether
    that is done."""
    if waiting.offers:  # no verdict on them matters
        yield run.local("offered", rejoining.offered, batch=waiting.batch)
        return False
    run.report.pushed += len(verdicts)
    run.report.accepted += sum(not v.reason for v in verdicts)
    run.report.rejected += sum(bool(v.reason) for v in verdicts)
    if page is None or waiting.here is None:
        yield run.local("verdicts", _settle, ahead, durable=False, verdicts=verdicts, asked=waiting.replica)
        return False
    here = waiting.here
    first, *further = _checkpoints(page, here.cursor) or [([], here.cursor)]
    settle = partial(
        _settle_seen, verdicts=verdicts, asked=waiting.replica, here=here, page=page, first=first
    )
    if not (yield run.local("verdicts", settle, ahead, durable=False)):
        return False
    for entries, upto in further:
        yield run.local("apply", _apply, ahead, durable=False, entries=entries, upto=upto, shares=here.shares)
    run.reach(page, here.shares)
    run.came(page.entries)
    return True


def _send(run: _Run, push: _Push) -> Generator[Step, Any, _Answer | None]:
    """None when it is to be tried anew: with fewer at once, or after the server has told of another newest operation of
    this replica."""
    waiting, request = push
    first, *others = waiting.batch
    if push.ahead is None and not others:  # a verdict that needs no server
        return [outbox.Verdict(first.id, 0, protocol.TOO_LARGE)], None
    reply = (yield from run.ask(request)) if push.ahead else None
    if reply is None or (reply.status == 413 and others):
        run.most = len(waiting.batch) // 2
        return None
    if reply.status == 413:
        raise Held(replies.too_large(first.label, len(request.body)))
    if (newest := asking.newest(reply)) is not None:
        yield from _another(run, waiting.replica, newest)
        return None
    verdicts, page = asking.pushed(reply, waiting.batch, waiting.here.cursor if waiting.here else 0)
    if {v.id for v in verdicts} != {t.id for t in waiting.batch}:
        raise Held("The server answered for other edits than were sent. It is tried again; your edits wait.")
    return verdicts, page


def _another(run: _Run, asked: str, newest: str) -> Generator[Step, Any, None]:
    run.turns += 1
    if run.turns > TURNS:
        raise Held(
            "The server takes this laptop for another one at every turn. It is tried again; your edits wait."
        )
    noticed = partial(replica.contradicted, asked=asked, newest=newest, now=run.now())
    if (yield run.local("replica", noticed)):
        run.report.notices.append(replica.NOTICE)


def _take(conn: sqlite3.Connection, most: int, after: str) -> _Waiting:
    if offers := rejoining.offers(conn, protocol.PUSH_ROWS):
        return _Waiting(*replica.read(conn), [] if after else offers[:most], True, None, False, False)
    waits = outbox.waiting(conn, after)
    taken = outbox.take(conn, protocol.PUSH_ROWS, after)[:most] if waits else []
    batch = rejoining.up_to_begun(conn, taken)
    here = space.where(conn)
    complete = here.shares >= 0 and not here.wanted
    last, more = len(batch) == waits, len(batch) == len(taken) < waits
    return _Waiting(*replica.read(conn), batch, False, here if complete else None, last, more)


def _settle(
    conn: sqlite3.Connection, verdicts: Sequence[outbox.Verdict], asked: str, but: Collection[str] = ()
) -> None:
    outbox.settle(conn, [v for v in verdicts if v.id not in but])
    if replica.read(conn)[0] == asked:
        replica.accepted(conn, verdicts)


def _settle_seen(
    conn: sqlite3.Connection, verdicts: Sequence[outbox.Verdict], asked: str, here: Where, page: Page,
    first: Checkpoint,
) -> bool:  # fmt: skip
    """Whether this laptop is still where the log went on with `page`; then the `first` part of it is applied too."""
    if space.where(conn) != here:
        _settle(conn, verdicts, asked)
        return False
    # the page acknowledges as well; but of what waits what builds on something refused is refused with it
    own = set() if any(v.reason for v in verdicts) else {entry.id for entry in page.entries}
    _settle(conn, verdicts, asked, own)
    entries, upto = first
    _apply(conn, entries, upto, here.shares)
    return True


def _pull(run: _Run) -> Generator[Step, Any, None]:
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
                yield from _push(run)
            continue
        begun, more = here.cursor if begun < 0 else begun, page.more
        run.reach(page, here.shares)
        ahead = yield from _apply_page(run, page, here, begun)


def _take_back(run: _Run) -> Generator[Step, Any, None]:
    """What was taken back before it left and a snapshot shows: it names no operations, the server does."""
    if doubtful := (yield run.local("doubtful", undo.doubtful)):
        found = {}
        for id, rec in doubtful:
            found[id] = yield from _version(run, id, rec)
        if (yield run.local("arrived", undo.arrived, vers=found)):
            yield from _push(run)


def _version(run: _Run, id: str, rec: str) -> Generator[Step, Any, int]:
    """The version of an operation that touched the record; 0 where the server does not know it."""
    before, more = 0, True
    while more:
        entries, more = asking.history((yield from run.ask(asking.past(rec, before))))
        if found := [entry.ver for entry in entries if entry.id == id]:
            return found[0]
        before, more = (entries[-1].ver, more) if entries else (0, False)
    return 0


def _fetch(run: _Run, wanted: Wanted, cursor: int) -> Generator[Step, Any, None]:
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


def _apply_page(run: _Run, page: Page, here: Where, begun: int) -> Generator[Step, Any, Request | None]:
    ahead = asking.pull(page.upto, here.shares) if page.more else None
    for entries, upto in _checkpoints(page, here.cursor):
        if (
            yield run.local(
                "apply", _apply, ahead, durable=False, entries=entries, upto=upto, shares=here.shares
            )
        ):
            yield from _push(run)
        run.came(entries)
        run.progress(upto - begun, page.head - begun)
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


def _checkpoints(page: Page, cursor: int) -> list[Checkpoint]:
    """Prefixes of whole transactions, each about CHECKPOINT_ROWS changes."""
    found: list[Checkpoint] = []
    entries: list[apply.Entry] = []
    rows = 0
    for entry in page.entries:
        entries.append(entry)
        rows += len(entry.patches)
        if rows >= CHECKPOINT_ROWS and entry is not page.entries[-1]:
            found.append((entries, entry.ver))
            entries, rows = [], 0
    if page.upto > cursor:
        found.append((entries, page.upto))
    return found


def _apply(conn: sqlite3.Connection, entries: list[apply.Entry], upto: int, shares: int) -> bool:
    """Applies what is not applied yet; another process may have been here since the page was asked for. Whether it
    makes something that is to be pushed.

    It may have heard meanwhile that other spaces are to be seen: then the page is not what it should be.
    """
    here = space.where(conn)
    if upto <= here.cursor or here.shares != shares:
        return False
    fresh = [entry for entry in entries if entry.ver > here.cursor]
    apply.apply(conn, fresh, upto)
    space.settle_passed(conn)
    return undo.again(conn, [entry.id for entry in fresh])


def _done(conn: sqlite3.Connection, run: _Run, check: bool) -> sums.Next:
    now = run.now()
    db.set_meta(conn, "last_sync", str(now))
    may_count = check or not run.report.fetched  # what was fetched now is counted the next time
    found = _in_epoch(
        conn, run.epoch, sums.look, told=run.told, now=now, may_count=may_count, must_count=check
    )
    return found or sums.Next()


def _verify(run: _Run, todo: sums.Next) -> Generator[Step, Any, None]:
    """What follows from the comparison of the checksums. Spaces that differ are fetched once more."""
    if todo.what == sums.COUNT:
        todo = yield from _count(run, asks=True)
    if todo.what == sums.ASK:
        found, head, shares = asking.sums_of((yield from run.ask(asking.sums())))
        words = yield run.local("mend", sums.mend, told=found, head=head, shares=shares, now=run.now())
        if words:
            run.report.notices.append(words)
            yield from _pull(run)
            todo = yield from _count(run)
    run.report.notices += [todo.words] if todo.words else []


def _count(run: _Run, asks: bool = False) -> Generator[Step, Any, sums.Next]:
    """Counts the checksums from all rows, and compares once more; `asks` for all that differ, if need be."""
    so_far = None
    while so_far := (yield run.local("count", sums.count, durable=False, so_far=so_far, now=run.now())):
        pass
    looked = yield run.local("compare", sums.look, durable=False, told=run.told, now=run.now(), counted=asks)
    return looked or sums.Next()


def _epoch(conn: sqlite3.Connection) -> str:
    return db.get_meta(conn, "epoch")
