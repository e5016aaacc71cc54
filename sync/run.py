"""What the parts of one sync share: its report, the run within one history of the server, checkpoints of the log."""

import sqlite3
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from models import apply, db, space, undo
from models.sums import Told
from sync import protocol
from sync.asking import Page
from sync.protocol import Reply, Request
from sync.steps import Local, Step

CHECKPOINT_ROWS = 400  # changes applied while the write lock is held: ≤ 20 ms
NOTHING = Told(-1, -1, None)
Progress = Callable[[int, int], None]


class Checkpoint(NamedTuple):
    """Whole transactions of the log: all after the version `since` up to `upto`."""

    entries: list[apply.Entry]
    since: int
    upto: int


@dataclass
class Report:
    """What one sync did. `accepted` are operations of this replica, `pulled` those of others."""

    pushed: int = 0
    accepted: int = 0
    rejected: int = 0
    pulled: int = 0
    fetched: int = 0
    conflicts: int = 0
    head: int = 0
    taken_away: bool = False  # a space was, and its files may go
    notices: list[str] = field(default_factory=list)  # what its person should read


class OtherHistory(Exception):
    """The server was restored, or is another one; not of the epoch `known` in any case."""

    def __init__(self, known: str) -> None:
        super().__init__(known)
        self.known = known


@dataclass
class Run:
    """One sync of a `replica`, within one history of the server. `turns` counts answers in a row that name another
    newest operation of this replica; `most` operations are pushed at once. `told` is what the server
    said when this laptop came to the end of its log."""

    report: Report
    epoch: str
    replica: str
    now: Callable[[], int]
    progress: Progress
    turns: int = 0
    most: int = protocol.PUSH_ROWS
    told: Told = NOTHING

    def ask(self, request: Request) -> Generator[Step, Any, Reply]:
        """The answer, which is of this history where it is one at all. Raises OtherHistory."""
        reply: Reply = yield request
        told = reply.headers.get(protocol.EPOCH, "") if protocol.HEADER in reply.headers else ""
        if told and (told != self.epoch or reply.status == 409):
            raise OtherHistory(self.epoch)
        return reply

    def local(
        self, what: str, work: Callable[..., Any], ahead: Request | None = None, durable: bool = True, **given: Any
    ) -> Local:  # fmt: skip
        """Work with what an answer brought; nothing when another process has learnt meanwhile of another history."""
        return Local(what, partial(in_epoch, epoch=self.epoch, work=work, **given), ahead, durable)

    def came(self, entries: Sequence[apply.Entry]) -> None:
        self.report.pulled += sum(entry.replica not in ("", self.replica) for entry in entries)
        self.report.conflicts += sum(p.kind == "conflict" for e in entries for p in e.patches)

    def reach(self, page: Page, shares: int) -> None:
        """What the server told with `page`, the newest part of the log."""
        self.told, self.report.head = Told(page.head, shares, page.sum), page.head


def in_epoch(conn: sqlite3.Connection, epoch: str, work: Callable[..., Any], **given: Any) -> Any:
    return work(conn, **given) if epoch_of(conn) == epoch else None


def epoch_of(conn: sqlite3.Connection) -> str:
    return db.get_meta(conn, "epoch")


def checkpoints(page: Page, cursor: int) -> list[Checkpoint]:
    """The page, which follows `cursor`, in parts of about CHECKPOINT_ROWS changes."""
    found: list[Checkpoint] = []
    entries: list[apply.Entry] = []
    rows = 0
    for entry in page.entries:
        entries.append(entry)
        rows += len(entry.patches)
        if rows >= CHECKPOINT_ROWS and entry is not page.entries[-1]:
            found.append(Checkpoint(entries, cursor, entry.ver))
            entries, rows, cursor = [], 0, entry.ver
    if page.upto > cursor:
        found.append(Checkpoint(entries, cursor, page.upto))
    return found


def apply_checkpoint(conn: sqlite3.Connection, part: Checkpoint, shares: int) -> bool:
    """Applies what is not applied yet; another process may have been here since the page was asked for. Whether it
    makes something that is to be pushed.

    It may have heard meanwhile that other spaces are to be seen, or fetches some anew: then the page is not what it
    should be. Nor does a part follow where one before it was left out for that reason.
    """
    here = space.where(conn)
    if not part.since <= here.cursor < part.upto or here.shares != shares or here.wanted:
        return False
    fresh = [entry for entry in part.entries if entry.ver > here.cursor]
    apply.apply(conn, fresh, part.upto)
    space.settle_passed(conn)
    return undo.again(conn, [entry.id for entry in fresh])
