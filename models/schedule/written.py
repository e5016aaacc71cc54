"""Weeks, exceptions and work weeks of a calendar as the store writes them: JSON (its record tells the shape).

Raises ValueError, KeyError, TypeError or AttributeError for what has another shape: UNREADABLE.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from models.schedule.calendars import Week, WorkWeek
from models.schedule.recurrence import CalendarException
from models.schedule.worktime import Interval

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def week_of(text: str | None) -> Week:
    """Weekday → intervals; absent weekdays stay absent."""
    return _week(json.loads(text)) if text else {}


def exceptions_of(text: str | None) -> tuple[CalendarException, ...]:
    """In their order, the strongest first."""
    return tuple(_exception(entry) for entry in json.loads(text)) if text else ()


def work_weeks_of(text: str | None) -> tuple[WorkWeek, ...]:
    """In their order, the strongest first."""
    entries = json.loads(text) if text else []
    return tuple(_work_week(entry) for entry in entries)


def _work_week(entry: dict[str, Any]) -> WorkWeek:
    start, finish = _between(entry)
    return WorkWeek(start, finish, entry.get("name", ""), _week(entry["week"]))


def _week(entry: dict[str, list[list[str]]]) -> Week:
    return {WEEKDAYS.index(weekday): times(work) for weekday, work in entry.items()}


def times(work: Iterable[Iterable[str]]) -> tuple[Interval, ...]:
    """[["08:00", "12:00"], …] → minutes of the day."""
    return tuple((_minute(start), _minute(end)) for start, end in work)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def _between(entry: dict[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(entry["from"]), date.fromisoformat(entry["to"])


def _exception(entry: dict[str, Any]) -> CalendarException:
    start, finish = _between(entry)
    rule = {name: entry[name] for name in RULE if name in entry}
    weekdays = frozenset(WEEKDAYS.index(weekday) for weekday in entry.get("days_of_week", ()))
    work = times(entry.get("work", ()))
    return CalendarException(start, finish, entry.get("name", ""), work, days_of_week=weekdays, **rule)


RULE = ("recurrence", "period", "month", "month_day", "item", "position", "occurrences")
