"""How days are written, and when a week begins: chosen once for the process, by whoever starts it, from the settings.

No form has slashes: 12/04/2026 is one day here and another there, for whoever looks on. Whatever is written here,
`models.daywords` reads back. Pure.
"""

from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WIDTH = 10  # cells of the longest short form

_SHORT = {  # of this year, of another one
    "day-month": ("{w} {d:02} {m}", "{d:02} {m} {y:02}"),
    "month-day": ("{w} {m} {d:02}", "{m} {d:02} {y:02}"),
    "iso": ("{day}", "{day}"),
    "dotted": ("{d:02}.{n:02}.{day.year}", "{d:02}.{n:02}.{day.year}"),
}
FORMS = tuple(_SHORT)
FIRST_DAYS = {"monday": 0, "sunday": 6, "saturday": 5}


class _Chosen:
    form = "day-month"
    first = 0


def choose(form: str = "day-month", first: str = "monday") -> None:
    """From now on; a form of `FORMS`, a day of `FIRST_DAYS`."""
    _Chosen.form, _Chosen.first = form, FIRST_DAYS[first]


def first_weekday() -> int:
    """0 is Monday, as in date.weekday()."""
    return _Chosen.first


def short(day: date, today: date) -> str:
    """For a list: "Fri 04 Dec", with the year where it is another one; at most `WIDTH` cells."""
    this_year, other = _SHORT[_Chosen.form]
    return _filled(this_year if day.year == today.year else other, day)


def short_moment(moment: datetime) -> str:
    """For a list of what was done: "22 Nov 14:05", or 11-22, 22.11.; at most 12 cells."""
    form = {
        "day-month": "{d:02} {m}",
        "month-day": "{m} {d:02}",
        "iso": "{n:02}-{d:02}",
        "dotted": "{d:02}.{n:02}.",
    }
    return f"{_filled(form[_Chosen.form], moment)} {moment:%H:%M}"


def full(day: date) -> str:
    """For an editor, complete: 2026-12-04, or 04.12.2026."""
    return _filled(_SHORT["dotted" if _Chosen.form == "dotted" else "iso"][0], day)


def full_moment(moment: str) -> str:
    """A date, or a date and a time, of the store (2026-12-04T08:00) for an editor."""
    try:
        day = date.fromisoformat(moment[:10])
    except ValueError:
        return moment
    return " ".join(part for part in (full(day), moment[11:16]) if part)


def _filled(form: str, day: date) -> str:
    return form.format(
        day=day, d=day.day, n=day.month, m=MONTHS[day.month - 1], w=WEEKDAYS[day.weekday()], y=day.year % 100
    )
