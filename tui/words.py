"""Dates, durations and statuses as the lists show them: short, and never by colour alone."""

from datetime import date, datetime

from models import dayform

MARKS = {
    "todo": ("○", ""),
    "doing": ("◐", "accent"),
    "done": ("●", "dim"),
    "blocked": ("▲", "warn"),
    "n/a": ("–", "dim"),
}


def seen(internal: int, by_itself: bool = True) -> str:
    """The mark before what the client view has not, or, of a kind that it has not `by_itself`, before what it has."""
    if by_itself:
        return "▒ " if internal else ""
    return "" if internal else "▣ "


def day(moment: str | None, today: date | None = None) -> str:
    """ "Fri 04 Dec", or as the settings say; with the year where it is another one."""
    if not moment:
        return ""
    try:
        when = date.fromisoformat(moment[:10])
    except ValueError:
        return moment
    return dayform.short(when, today or date.today())


def to_type(moment: str | None) -> str:
    """A date, or a date and a time, as an editor begins with it: complete, and read back."""
    return dayform.full_moment(moment) if moment else ""


def duration(minutes: int | None, per_day: int) -> str:
    """ "3d", "4h", "1.5d"."""
    if minutes is None:
        return ""
    if minutes == 0:
        return "0"
    if minutes >= 1000 * per_day:
        return f"{minutes / per_day:,.0f}d"
    return f"{minutes / per_day:.3g}d" if minutes >= per_day or minutes % 60 else f"{minutes / 60:.3g}h"


def status(name: str) -> tuple[str, str]:
    """A glyph and the word, and the style."""
    mark, style = MARKS.get(name, ("?", ""))
    return f"{mark} {name}", style


def clock(at: int) -> str:
    """Milliseconds UTC as local "22 Nov 14:05", or as the settings say."""
    return dayform.short_moment(datetime.fromtimestamp(at / 1000)) if at else ""


def clock_of(instant: str | None) -> str:
    """The same of an instant as the store holds it: "2026-11-22T13:05:00.000Z"."""
    return dayform.short_moment(datetime.fromisoformat(instant).astimezone()) if instant else ""


def moment(when: str) -> str:
    """A naive local minute in a list: "Fri 04 Dec 17:00"."""
    return " ".join(part for part in (day(when), when[11:16]) if part)


def count(number: int, what: str, plural: str = "") -> str:
    """ "1 task", "3 tasks"."""
    return f"{number:,} {what if number == 1 else plural or what + 's'}"
