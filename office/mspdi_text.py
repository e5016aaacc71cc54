"""Text of Microsoft Project XML: elements as plain tuples, values by the codes of the format, the bytes of both."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from models.schedule.worktime import Interval

# tag and text, or tag and what stands below it; an element of None is left out
Element = tuple[str, "str | Sequence[Element] | None"]

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def rendered(elements: Iterable[Element], depth: int) -> Iterator[str]:
    """The lines of some elements, each with its line end."""
    indent = "\t" * depth
    for tag, inside in elements:
        if isinstance(inside, str):
            yield f"{indent}<{tag}>{escaped(inside)}</{tag}>\n"
        elif inside is not None:
            yield f"{indent}<{tag}>\n"
            yield from rendered(inside, depth + 1)
            yield f"{indent}</{tag}>\n"


def escaped(text: str) -> str:
    """Text as it may stand in an element; characters that XML cannot hold are dropped."""
    return _ILLEGAL.sub("", text).translate(_SPECIAL)


def flag(value: bool) -> str:
    return "1" if value else "0"


def uid(value: int | None) -> str:
    """The UID of another row; -1 for none."""
    return str(-1 if value is None else value)


def number(value: float | None) -> str | None:
    return None if value is None else repr(value).removesuffix(".0")


def tenths(minutes: int | None) -> str | None:
    """Minutes as tenths of a minute."""
    return None if minutes is None else str(minutes * 10)


def duration(minutes: int | None) -> str | None:
    if minutes is None:
        return None
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}PT{hours}H{rest}M0S"


def moment(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def clock(minutes: int) -> str:
    """A time of day; midnight at its end is written as 00:00, as Microsoft Project does."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}:00"


def period(start: date, finish: date) -> Element:
    """Whole days, both included."""
    return "TimePeriod", [("FromDate", f"{start}T00:00:00"), ("ToDate", f"{finish}T23:59:00")]


def working_times(work: Sequence[Interval]) -> list[Element]:
    """Whether there is work, and when: the end of a day, an exception or a weekday."""
    times = [("WorkingTime", [("FromTime", clock(a)), ("ToTime", clock(b))]) for a, b in work]
    return [("DayWorking", flag(bool(work))), ("WorkingTimes", times or None)]
