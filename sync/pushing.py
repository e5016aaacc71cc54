"""The outbox to the server: batches of operations, and what it said of them."""

import sqlite3
from collections.abc import Collection, Generator, Sequence
from functools import partial
from typing import Any, NamedTuple

from models import db, outbox, rejoining, replica, space
from models.errors import Held
from models.space import Where
from sync import asking, protocol, replies
from sync.asking import Page
from sync.protocol import Request
from sync.run import Checkpoint, Run, apply_checkpoint, checkpoints
from sync.steps import Step

TURNS = 4  # in a row, of a push whose replica the server takes for another one
_Answer = tuple[list[outbox.Verdict], Page | None]  # see asking.pushed


class _Waiting(NamedTuple):
    """What is to be pushed, by which replica, and the newest of it that was accepted before. `offers`: after a restore,
    what this laptop has seen of others and the server may have lost. `here` is how far this laptop has come, None where
    pages are missing. `last`: nothing else is to be pushed; `more`: what waits behind these may be taken before the
    server has answered for them."""

    replica: str
    newest: str
    batch: list[outbox.Outgoing]
    offers: bool
    here: Where | None
    last: bool
    more: bool


class _Asking(NamedTuple):
    waiting: _Waiting
    request: Request

    @property
    def ahead(self) -> Request | None:
        """The request, if a server takes one as large."""
        return self.request if len(self.request.body) <= protocol.MAX_PUSH else None


def push(run: Run) -> Generator[Step, Any, bool]:
    """Whether this laptop is at the end of the log now, with what it was told of it.

    While the server decides on a batch the next one is taken; while it decides on that, its verdicts on the first are
    written down. It never has two to decide on.
    """
    ended, current = False, _ask(run, (yield from _taken(run)))
    while current:
        behind = (yield from _taken(run, current)) if current.waiting.more else None
        answer = yield from _send(run, current)
        then = _ask(run, _behind(current.waiting, behind, *answer)) if answer else None
        if answer:
            ended = yield from _settled(run, current.waiting, *answer, then and then.ahead)
            if current.waiting.last:
                break
        current = then or _ask(run, (yield from _taken(run)))
    return ended


def _taken(run: Run, before: _Asking | None = None) -> Generator[Step, Any, _Waiting | None]:
    """The next to be pushed; those behind what is pushed now, which leaves meanwhile."""
    # "sent" is committed before the request leaves: from then on nobody may assume that it did not arrive
    after, ahead = (before.waiting.batch[-1].id, before.ahead) if before else ("", None)
    waiting: _Waiting | None = yield run.local("take", _take, ahead, most=run.most, after=after)
    return waiting


def _ask(run: Run, waiting: _Waiting | None) -> _Asking | None:
    if waiting is None or not waiting.batch:
        return None
    here = waiting.here and waiting.here[:2]
    return _Asking(
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
    run: Run, waiting: _Waiting, verdicts: list[outbox.Verdict], page: Page | None, ahead: Request | None
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
    first, *further = checkpoints(page, here.cursor) or [Checkpoint([], here.cursor, here.cursor)]
    settle = partial(
        _settle_seen, verdicts=verdicts, asked=waiting.replica, here=here, page=page, first=first
    )
    if not (yield run.local("verdicts", settle, ahead, durable=False)):
        return False
    for part in further:
        yield run.local("apply", apply_checkpoint, ahead, durable=False, part=part, shares=here.shares)
    run.reach(page, here.shares)
    run.came(page.entries)
    return True


def _send(run: Run, current: _Asking) -> Generator[Step, Any, _Answer | None]:
    """None when it is to be tried anew: with fewer at once, or after the server has told of another newest operation of
    this replica."""
    waiting, request = current
    first, *others = waiting.batch
    if current.ahead is None and not others:  # a verdict that needs no server
        return [outbox.Verdict(first.id, 0, protocol.TOO_LARGE)], None
    reply = (yield from run.ask(request)) if current.ahead else None
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
    run.turns = 0
    return verdicts, page


def _another(run: Run, asked: str, newest: str) -> Generator[Step, Any, None]:
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
    last = len(batch) == waits and not rejoining.keeps(conn)  # that may have waited for these
    more = len(batch) == len(taken) < waits
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
    apply_checkpoint(conn, first, here.shares)
    return True
