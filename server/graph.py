"""Circles: of links between tasks, and of tasks below one another. No SQL: rows come through callables."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from models.fields import Scalar
from models.plan import path_between

Link = tuple[str, str]  # predecessor, successor
Fetch = Callable[[Collection[str]], Iterable[tuple[str, str, str]]]  # tasks → (id, predecessor, successor)


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
        self._after = _Side(after, self._take)
        self._before = _Side(before, self._take)

    def put(self, id: str, link: Link | None) -> None:
        self._drop(id)
        self.changed[id] = link
        if link:
            self._add(id, link)

    def circle(self, new: Sequence[Link]) -> list[str]:
        """The tasks on a circle that one of the `new` links closes, in order; empty where there is none.

        Such a circle lies both ahead of the new links and behind them, so the shorter search of the two will do.
        """
        circling = _circling(self._region(new))
        for pred, succ in new:
            if (pred, succ) in circling and (path := path_between(circling, succ, pred)):
                return path
        return []

    def _region(self, new: Sequence[Link]) -> set[Link]:
        ahead, behind = {succ for _, succ in new}, {pred for pred, _ in new}
        front, back = set(ahead), set(behind)
        while front and back:
            if len(ahead) <= len(behind):
                front = self._after.step(front) - ahead
                ahead |= front
            else:
                back = self._before.step(back) - behind
                behind |= back
        if front:
            return {(pred, succ) for succ in behind for pred in self._before.of[succ].values()}
        return {(pred, succ) for pred in ahead for succ in self._after.of[pred].values()}

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
    """The neighbours of tasks in one direction: task → link's id → neighbour."""

    def __init__(self, fetch: Fetch, take: Callable[[str, str, str], None]) -> None:
        self.of: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._fetch, self._take = fetch, take
        self._fetched: set[str] = set()

    def step(self, tasks: set[str]) -> set[str]:
        if fresh := tasks - self._fetched:
            self._fetched |= fresh
            for row in self._fetch(fresh):
                self._take(*row)
        return {neighbour for task in tasks for neighbour in self.of[task].values()}


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
