"""Circles: of links between tasks, and of tasks below one another. No SQL: rows come through callables."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from models.dependency import path_between
from models.fields import Scalar

Link = tuple[str, str]  # predecessor, successor
Row = tuple[str, str, str]  # id, predecessor, successor
# all links of the tasks, in one direction, and all of up to so many further tasks that they lead to
Fetch = Callable[[Collection[str], int], Collection[Row]]
FURTHER = 4_096
STRIDE = 16  # tasks that a search visits before the other one has its turn


def link_of(values: Mapping[str, Scalar]) -> Link | None:
    """The ends of a dependency that is live; None for a deleted one."""
    pred, succ = values.get("predecessor_id"), values.get("successor_id")
    if values.get("deleted_at") or not pred or not succ:
        return None
    return str(pred), str(succ)


class Links:
    """The links of a workspace as far as a search has come: each task's are fetched once, then kept up to date.

    `changed` holds what was put since: the ends of each dependency, None for one that is no more.
    """

    def __init__(self, after: Fetch, before: Fetch) -> None:
        self.changed: dict[str, Link | None] = {}
        self._at: dict[str, Link] = {}
        self._after = _Side(after, 1, self._take)
        self._before = _Side(before, 2, self._take)

    def put(self, id: str, link: Link | None) -> None:
        self._drop(id)
        self.changed[id] = link
        if link:
            self._add(id, link)

    def circle(self, new: Sequence[Link]) -> list[str]:
        """The tasks on a circle that one of the `new` links closes, in order; empty where there is none.

        Such a circle lies both ahead of the new links and behind them, so the shorter search of the two will do.
        """
        ahead = _Search(self._after, {succ for _, succ in new})
        behind = _Search(self._before, {pred for pred, _ in new})
        while ahead.step() and behind.step():
            pass
        ended, goal = (ahead, 0) if ahead.ended else (behind, 1)
        if ended.seen.isdisjoint(link[goal] for link in new):
            return []
        circling = _circling(self._within(ended))
        for pred, succ in new:
            if (pred, succ) in circling and (path := path_between(circling, succ, pred)):
                return path
        return []

    def _within(self, search: "_Search") -> set[Link]:
        if search.side is self._after:
            return {(pred, succ) for pred in search.seen for succ in self._after.of[pred].values()}
        return {(pred, succ) for succ in search.seen for pred in self._before.of[succ].values()}

    def _take(self, id: str, pred: str, succ: str) -> None:
        if id not in self.changed:
            self._add(id, (pred, succ))

    def _add(self, id: str, link: Link) -> None:
        self._at[id] = link
        self._after.of[link[0]][id] = link[1]
        self._before.of[link[1]][id] = link[0]

    def _drop(self, id: str) -> None:
        if link := self._at.pop(id, None):
            del self._after.of[link[0]][id]
            del self._before.of[link[1]][id]


class _Side:
    """The neighbours of tasks in one direction: task → link's id → neighbour. `near` is the end of a row that has the
    task itself."""

    def __init__(self, fetch: Fetch, near: int, take: Callable[[str, str, str], None]) -> None:
        self.of: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.fetched: set[str] = set()
        self._fetch, self._near, self._take = fetch, near, take

    def fetch(self, tasks: Collection[str], further: int) -> None:
        """Makes `of` complete for the tasks, and for some further ones."""
        rows = self._fetch(tasks, further)
        for row in rows:
            self._take(*row)
        self.fetched.update(tasks, (row[self._near] for row in rows))


class _Search:
    """A walk over all tasks that lie in one direction, some at a step."""

    def __init__(self, side: _Side, start: set[str]) -> None:
        self.side = side
        self.seen = start
        self.ended = False
        self._waiting = deque(start)
        self._further = STRIDE  # more with each fetch: a long way is long to ask for bit by bit

    def step(self) -> bool:
        """False when there is nowhere left to go."""
        of, seen, waiting = self.side.of, self.seen, self._waiting
        for _ in range(STRIDE):
            if not waiting:
                self.ended = True
                return False
            if waiting[0] not in self.side.fetched:
                self.side.fetch(set(waiting) - self.side.fetched, self._further)
                self._further = min(2 * self._further, FURTHER)
            for task in of[waiting.popleft()].values():
                if task not in seen:
                    seen.add(task)
                    waiting.append(task)
        return True


def _circling(links: set[Link]) -> set[Link]:
    """The links that remain when those which lead nowhere further are taken away again and again."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    ways: defaultdict[str, int] = defaultdict(int)
    for pred, succ in links:
        before[succ].append(pred)
        ways[pred] += 1
    ends = [task for task in before if not ways[task]]
    gone = set(ends)
    for task in ends:
        for pred in before[task]:
            ways[pred] -= 1
            if not ways[pred]:
                gone.add(pred)
                ends.append(pred)
    return {link for link in links if link[1] not in gone}


def loop(moved: Iterable[str], parent: Callable[[str], str | None]) -> list[str]:
    """The tasks that would lie below one another, each followed by its parent; empty where there are none."""
    sound: set[str] = set()
    for task in moved:
        path: dict[str, None] = {}
        at: str | None = task
        while at is not None and at not in sound:
            if at in path:
                ring = list(path)
                return ring[ring.index(at) :]
            path[at] = None
            at = parent(at)
        sound.update(path)
    return []
