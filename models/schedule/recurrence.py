"""Exceptions of a calendar, and the days that a recurring one falls on."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

Interval = tuple[int, int]

MOST = 20_000  # days of one rule: half a century of every day, never a hang


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Other working time, or none, on some days between `start` and `finish`, both included.

    `recurrence` is daily, weekly, monthly, monthly by position, yearly, yearly by position or every weekday. What a
    rule does not use is 0. `month` is 1–12, `position` 1–4 or 5 for the last, `days_of_week` a set of weekdays,
    `item` is day, weekday, weekend day or the name of a weekday. `occurrences` 0: as many as fit.
    """

    start: date
    finish: date
    name: str = ""
    work: tuple[Interval, ...] = ()
    recurrence: str = "daily"
    period: int = 1
    days_of_week: frozenset[int] = frozenset()
    month: int = 0
    month_day: int = 0
    item: str = ""
    position: int = 0
    occurrences: int = 0

    @property
    def recurring(self) -> bool:
        """Whether it is anything but one unbroken run of days."""
        return self.recurrence != "daily" or self.period != 1


def days_of(rule: CalendarException) -> Iterator[date]:
    """The days that the exception falls on, in order, at most MOST of them."""
    days = (day for day in _DAYS[rule.recurrence](rule) if rule.start <= day <= rule.finish)
    return islice(days, (rule.recurring and rule.occurrences) or MOST)


def _daily(rule: CalendarException) -> Iterator[date]:
    return _stepping(rule.start, rule.finish, rule.period)


def _every_weekday(rule: CalendarException) -> Iterator[date]:
    return islice(
        (day for day in _stepping(rule.start, rule.finish, 1) if day.weekday() < 5), 0, None, rule.period
    )


def _weekly(rule: CalendarException) -> Iterator[date]:
    """Every `period` weeks, weeks beginning on Sunday."""
    sunday = rule.start - timedelta(days=(rule.start.weekday() + 1) % 7)
    for day in _stepping(rule.start, rule.finish, 1):
        if day.weekday() in rule.days_of_week and (day - sunday).days // 7 % rule.period == 0:
            yield day


def _monthly(rule: CalendarException) -> Iterator[date]:
    for year, month in _months(rule, rule.start.month, rule.period):
        yield _day_of_month(rule, year, month)


def _yearly(rule: CalendarException) -> Iterator[date]:
    for year, month in _months(rule, rule.month or rule.start.month, 12):
        yield _day_of_month(rule, year, month)


def _stepping(start: date, finish: date, period: int) -> Iterator[date]:
    for offset in range(0, (finish - start).days + 1, max(period, 1)):
        yield start + timedelta(days=offset)


def _months(rule: CalendarException, first: int, step: int) -> Iterator[tuple[int, int]]:
    end = rule.finish.year * 12 + rule.finish.month
    for number in range(rule.start.year * 12 + first - 1, end, max(step, 1)):
        yield number // 12, number % 12 + 1


def _day_of_month(rule: CalendarException, year: int, month: int) -> date:
    length = monthrange(year, month)[1]
    if not rule.position:
        return date(year, month, min(rule.month_day or 1, length))
    fitting = [day for n in range(1, length + 1) if _is_item(rule.item, day := date(year, month, n))]
    return fitting[-1] if rule.position > 4 else fitting[rule.position - 1]


def _is_item(item: str, day: date) -> bool:
    if item in ("weekday", "weekend day"):
        return (day.weekday() < 5) == (item == "weekday")
    return item == "day" or f"{day:%A}".lower() == item


_DAYS: dict[str, Callable[[CalendarException], Iterator[date]]] = {
    "daily": _daily,
    "every weekday": _every_weekday,
    "weekly": _weekly,
    "monthly": _monthly,
    "monthly by position": _monthly,
    "yearly": _yearly,
    "yearly by position": _yearly,
}
