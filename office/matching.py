"""Which record of the store a row of a list is. Pure."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from models.merging import Person
from models.naming import person

T = TypeVar("T")
Key = Callable[[T], Hashable | None]


class Job(NamedTuple):
    """A task, or what is to become one."""

    id: str
    name: str
    uid: int | None


def match_people(rows: Sequence[Person], known: Sequence[Person]) -> dict[int, int]:
    """By id, else by mail address together with a part of the name (several may share one address), else by the name
    within the client. The place of a row → that of the known one."""
    ladder: list[Key[Person]] = [
        lambda one: one.id or None,
        lambda one: (_mail(one), person(one.name)) if _mail(one) else None,
        lambda one: (_mail(one), person(one.name).split(" ")[-1]) if _mail(one) else None,
        lambda one: (_mail(one), person(one.name).split(" ")[0]) if _mail(one) else None,
        lambda one: (one.client, person(one.name) or one.name),
    ]
    return _match(rows, known, ladder)


def match_jobs(rows: Sequence[Job], known: Sequence[Job]) -> dict[int, int]:
    """By id, else by number and name, else by a name that only one has on both sides (some programs number rows, not
    tasks), else by number, else by name."""
    here, there = Counter(map(_folded, rows)), Counter(map(_folded, known))
    ladder: list[Key[Job]] = [
        lambda job: job.id or None,
        lambda job: (job.uid, _folded(job)) if job.uid is not None else None,
        lambda job: _folded(job) if here[_folded(job)] == there[_folded(job)] == 1 else None,
        lambda job: job.uid,
        _folded,
    ]
    return _match(rows, known, ladder)


def _match(rows: Sequence[T], known: Sequence[T], ladder: Iterable[Key[T]]) -> dict[int, int]:
    """Those with equal keys, the strongest key first. Each known one is taken once; of several with the same key the
    first goes to the first row. None is no key."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for key_of in ladder:
        free: dict[Hashable, deque[int]] = defaultdict(deque)
        for at, one in enumerate(known):
            if at not in taken and (key := key_of(one)) is not None:
                free[key].append(at)
        for at, row in enumerate(rows):
            if at not in found and (key := key_of(row)) is not None and free.get(key):
                found[at] = free[key].popleft()
                taken.add(found[at])
    return found


def _mail(one: Person) -> str:
    return one.email.strip().casefold()


def _folded(job: Job) -> str:
    return " ".join(job.name.split()).casefold()
