"""Instants: whole minutes since 0001-01-01T00:00, naive local wall-clock time.

That day is a Monday, so an instant modulo a week is a minute of the week. No time zone and no daylight saving: those
shift bars by a day.
"""

from datetime import date, datetime
from functools import lru_cache

DAY = 1440
WEEK = 7 * DAY
LAST = date.max.toordinal() * DAY - 1  # 9999-12-31T23:59


def parse(text: str) -> int:
    """The instant of `2026-11-23T08:00`, or of the midnight that begins `2026-11-23`. Raises ValueError."""
    midnight = _midnight(text[:10])
    return midnight + int(text[11:13]) * 60 + int(text[14:16]) if len(text) > 10 else midnight


def show(instant: int) -> str:
    """The instant as `2026-11-23T08:00`; what lies outside the years 1 to 9999 is their first or last minute."""
    days, minutes = divmod(min(max(instant, 0), LAST), DAY)
    return f"{_iso(days)}T{_TIMES[minutes]}"


def of(moment: datetime) -> int:
    """The instant of a naive datetime, seconds cut off."""
    return midnight(moment) + moment.hour * 60 + moment.minute


def midnight(day: date) -> int:
    """The instant that begins the day."""
    return (day.toordinal() - 1) * DAY


def day(instant: int) -> date:
    """The day that the instant lies on."""
    return date.fromordinal(instant // DAY + 1)


_TIMES = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(DAY)]


@lru_cache(maxsize=20_000)
def _midnight(text: str) -> int:
    return midnight(date.fromisoformat(text))


@lru_cache(maxsize=20_000)
def _iso(days: int) -> str:
    return date.fromordinal(days + 1).isoformat()


def words(instant: int) -> str:
    """The instant for people: `Mon 23 Nov 2026 08:00`."""
    at = min(max(instant, 0), LAST)
    return f"{_WEEKDAYS[at // DAY % 7]} {day(at).day} {_MONTHS[day(at).month - 1]} {day(at).year} {_TIMES[at % DAY]}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
