"""Calendars as people define them, and the working time that they come to.

A day's work is, in this order: the calendar's own exception, its base's exception, nothing on a public holiday of
either, its own work week of those dates, its base's, its own weekday, its base's weekday, and Monday to Friday 8–12
and 13–17 where nobody says anything (Microsoft Project's Standard calendar).
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from models.schedule.holidays import public_holidays
from models.schedule.instants import DAY, WEEK, day, midnight
from models.schedule.recurrence import CalendarException, days_of
from models.schedule.worktime import Interval, NoWorkingTime, WorkTime, common, repeat

Week = Mapping[
    int, Iterable[Interval]
]  # 0 Monday … 6 Sunday → minutes of the day; an absent day is the base's

HOLIDAYS_AFTER = 10  # years beyond the plan's near ones for which public holidays are looked up
STANDARD: Week = dict.fromkeys(range(5), ((480, 720), (780, 1020)))


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """Another week than the usual between two days, both included; an absent weekday is the usual one."""

    start: date
    finish: date
    name: str
    week: Week


@dataclass(frozen=True, slots=True)
class Calendar:
    """What differs from the base calendar; `base` None is the standard one.

    `holidays` is a place whose public holidays are days off, `DE` or `DE-BW`; an exception overrules them.
    """

    key: Hashable
    name: str = ""
    base: Hashable | None = None
    week: Week = field(default_factory=dict)
    exceptions: tuple[CalendarException, ...] = ()
    work_weeks: tuple[WorkWeek, ...] = ()
    holidays: str = ""


class Joint(NamedTuple):
    """The key of two calendars that both have to work: for what their people and ours do together."""

    one: Hashable | None
    other: Hashable | None


class Calendars:
    """The working time of every calendar of a plan, each made when it is first asked for.

    `near` are two instants between which most questions will lie. A key of None, or of no calendar, is the standard.
    """

    def __init__(self, calendars: Iterable[Calendar], near: Interval) -> None:
        self._defined = {calendar.key: calendar for calendar in calendars}
        self._window = near[0] // WEEK * WEEK, -(-near[1] // WEEK) * WEEK
        self._years = range(day(self._window[0]).year, day(self._window[1]).year + HOLIDAYS_AFTER)
        self._made: dict[Hashable, WorkTime] = {}

    def get(self, key: Hashable | None) -> WorkTime:
        """Raises NoWorkingTime, with the calendar's name."""
        if isinstance(key, Joint):
            return self.both(*key)
        chain = self._chain(key)
        while len(chain) > 1 and _says_nothing(chain[0]):
            chain = chain[1:]
        top = chain[0].key if chain else None
        if top not in self._made:
            self._made[top] = self._make(chain)
        return self._made[top]

    def both(self, one: Hashable | None, other: Hashable | None) -> WorkTime:
        """When both calendars work. Raises NoWorkingTime, with the names of the two."""
        a, b = self.get(one), self.get(other)
        if a is b:
            return a
        pair = (id(a), id(b))
        if pair not in self._made:
            try:
                self._made[pair] = common(a, b, self._window)
            except NoWorkingTime:
                raise NoWorkingTime(self.name(Joint(one, other))) from None
        return self._made[pair]

    def name(self, key: Hashable | None) -> str:
        """What people call the calendar."""
        if isinstance(key, Joint):
            return f"{self.name(key.one)} and {self.name(key.other)}"
        return self._defined[key].name if key in self._defined else "Standard"

    def _make(self, chain: list[Calendar]) -> WorkTime:
        plain = [(d * DAY + a, d * DAY + b) for d in range(7) for a, b in sorted(_weekday(chain, d))]
        other = _other_days(chain, self._years)
        bounds = (min(other) // WEEK * WEEK, (max(other) // WEEK + 1) * WEEK) if other else None

        def source(first: int, last: int) -> list[Interval]:
            return _replaced(plain, other, first, last)

        try:
            return WorkTime(source, plain, bounds, self._window)
        except NoWorkingTime:
            raise NoWorkingTime(chain[0].name if chain else "Standard") from None

    def _chain(self, key: Hashable | None) -> list[Calendar]:
        chain: list[Calendar] = []
        while key in self._defined and self._defined[key] not in chain:
            chain.append(self._defined[key])
            key = chain[-1].base
        return chain


def _says_nothing(calendar: Calendar) -> bool:
    return not (calendar.week or calendar.exceptions or calendar.work_weeks or calendar.holidays)


def _weekday(chain: list[Calendar], weekday: int) -> Iterable[Interval]:
    weeks = (calendar.week for calendar in chain)
    return next((week[weekday] for week in weeks if weekday in week), STANDARD.get(weekday, ()))


def _other_days(chain: list[Calendar], years: range) -> dict[int, list[Interval]]:
    """Midnight → what is worked on each day that is not a plain weekday; the strongest rule is written last."""
    found: dict[int, list[Interval]] = {}
    for calendar in reversed(chain):
        for week in reversed(calendar.work_weeks):
            for midnight_ in range(midnight(week.start), midnight(week.finish) + 1, DAY):
                if (weekday := day(midnight_).weekday()) in week.week:
                    found[midnight_] = _at(midnight_, week.week[weekday])
    for place in {calendar.holidays for calendar in chain if calendar.holidays}:
        found.update((midnight(day_), []) for day_ in public_holidays(place, years))
    for calendar in reversed(chain):
        for exception in reversed(calendar.exceptions):
            for day_ in days_of(exception):
                found[midnight(day_)] = _at(midnight(day_), exception.work)
    return found


def _at(midnight_: int, times: Iterable[Interval]) -> list[Interval]:
    return [(midnight_ + a, midnight_ + b) for a, b in sorted(times)]


def _replaced(
    plain: list[Interval], other: dict[int, list[Interval]], first: int, last: int
) -> list[Interval]:
    """Plain weeks between two instants, with the other days put in."""
    if not any(first <= day_ < last for day_ in other):
        return repeat(plain, first, last)
    weeks = {day_ // WEEK * WEEK for day_ in other}
    found: list[Interval] = []
    for monday in range(first, last, WEEK):
        if monday not in weeks:
            found += [(monday + a, monday + b) for a, b in plain]
            continue
        for midnight_ in range(monday, monday + WEEK, DAY):
            usual = [(monday + a, monday + b) for a, b in plain if (monday + a) // DAY * DAY == midnight_]
            found += other.get(midnight_, usual)
    return found
