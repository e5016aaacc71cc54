"""How the projects of the demonstration were first planned, in working minutes from a project's first morning.

Monday to Friday, 8–12 and 13–17, links and nothing else: minutes can be stretched evenly into a past that went on
more slowly than planned. What is shown is computed by the schedule engine. Pure.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from graphlib import TopologicalSorter
from typing import NamedTuple

DAY = 480
NOON = 240


class Span(NamedTuple):
    """Working minutes from the project's first morning."""

    start: int
    finish: int


class Tie(NamedTuple):
    """A link; `lag` is working minutes."""

    before: str
    after: str
    type: str
    lag: int


def forward(durations: Mapping[str, int], ties: Iterable[Tie]) -> dict[str, Span]:
    """The earliest span of each task after its links. Raises graphlib.CycleError."""
    before: dict[str, list[Tie]] = {id: [] for id in durations}
    for tie in ties:
        before[tie.after].append(tie)
    spans: dict[str, Span] = {}
    for id in TopologicalSorter({id: [t.before for t in ties] for id, ties in before.items()}).static_order():
        start = max([0, *(_earliest(spans[t.before], t, durations[id]) for t in before[id])])
        spans[id] = Span(start, start + durations[id])
    return spans


def _earliest(before: Span, tie: Tie, duration: int) -> int:
    base = (before.start if tie.type[0] == "S" else before.finish) + tie.lag
    return base - duration if tie.type[1] == "F" else base


def work_day(origin: date, days: int) -> date:
    """The day `days` working days after `origin` (before it, where negative); a weekend counts as its Monday."""
    monday = origin - timedelta(origin.weekday())
    weeks, rest = divmod(min(origin.weekday(), 5) + days, 5)
    return monday + timedelta(weeks * 7 + rest)


def morning(origin: date, minutes: int) -> str:
    """The plan date-time at which work that begins after `minutes` begins."""
    days, rest = divmod(minutes, DAY)
    return _at(origin, days, rest + 60 if rest >= NOON else rest)


def evening(origin: date, minutes: int) -> str:
    """The plan date-time at which work that ends after `minutes` ends: on a day's edge, the evening before."""
    if minutes == 0:
        return morning(origin, 0)
    days, rest = divmod(minutes - 1, DAY)
    return _at(origin, days, rest + 61 if rest >= NOON else rest + 1)


def _at(origin: date, days: int, minutes: int) -> str:
    moment = datetime.combine(work_day(origin, days), time(8)) + timedelta(minutes=minutes)
    return f"{moment:%Y-%m-%dT%H:%M}"
