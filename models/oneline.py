"""One typed line into what it says: a task, a log of a call, a promise with its day, a visit. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from models.daywords import SPACED, is_day, parse_day, parse_days
from models.errors import Invalid
from models.every import parse_every
from models.filters.syntax import PERSON, PLACE

CHANNEL_WORDS = {
    "call": "call", "called": "call", "phoned": "call", "mail": "mail", "mailed": "mail", "met": "meeting",
    "meeting": "meeting", "visit": "visit", "visited": "visit", "chat": "chat", "letter": "letter",
}  # fmt: skip
LONGEST = 3  # words of a day: “12 dec 2026”
LONGEST_RANGE = 7  # words of a range: “28 dec 2026 to 3 jan 2027”
UNTIL = ("by", "until", "due")  # before a day: it is to be done by then

_SIGIL = re.compile(rf'(?:^|(?<=\s))([{PERSON}{PLACE}])(?:"([^"]*)"|([^\s"]+))(?=\s|$)')
_EVERY = re.compile(
    r"(?:^|(?<=\s))(?:every\s+(?:\d+\s+)?[a-z]+(?=\s|$)|(?:daily|weekly|monthly|yearly|annually)\s*$)", re.I
)
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{4})?")
_LIKE_A_DAY = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}})?|{SPACED.pattern}", re.I
)


class TaskLine(NamedTuple):
    """A task as it was captured. `place` is what stands behind #, empty for none; `people` what stands behind @.
    A bare day is the start, one behind “by” the deadline."""

    name: str
    place: str = ""
    people: tuple[str, ...] = ()
    start: date | None = None
    deadline: date | None = None
    repeats: str | None = None


def task_line(text: str, today: date) -> TaskLine:
    """“call Ines about the licence fri #harlan @tomas”. Raises Invalid for a day that may be two."""
    sigils = [(sigil, quoted or bare) for sigil, quoted, bare in _SIGIL.findall(text)]
    people = [name for sigil, word in sigils if sigil == PERSON for name in re.split(r",@?", word) if name]
    place = next((word for sigil, word in sigils if sigil == PLACE), "")
    rest, repeats = _every_apart(_SIGIL.sub("", text))
    words, day = _split_day(rest.split(), today)
    until = day is not None and words[-1].lower() in UNTIL
    if day is None and repeats:
        day = parse_day("start", repeats[6:], today) if is_day(repeats[6:], today) else today
    start, deadline = (None, day) if until else (day, None)
    return TaskLine(
        " ".join(_without_by(words) if day else words), place, tuple(people), start, deadline, repeats
    )


def channel_apart(text: str) -> tuple[str, str]:
    """The channel that the line begins with (a call unless it says another one), and the rest: “mail: licence sent”."""
    first, _, rest = text.strip().partition(" ")
    channel = CHANNEL_WORDS.get(first.rstrip(":").lower())
    return (channel, rest.strip() or text.strip()) if channel else ("call", text.strip())


def person_in(text: str, people: Iterable[tuple[str, str]]) -> str:
    """The id of the one of `people` (id and name) whose whole or first name stands in the line; else empty."""
    words = set(re.findall(r"\w+", text.casefold()))
    people = [(id, name.casefold()) for id, name in people]
    for called in ([id for id, name in people if name in text.casefold()],
                   [id for id, name in people if name.split() and name.split()[0] in words]):  # fmt: skip
        if len(called) == 1:
            return called[0]
    return ""


def day_apart(text: str, today: date) -> tuple[str, date | None]:
    """The line without the day that it ends or begins with, and that day; None where it has none. Raises Invalid for
    a day that may be two, and for one that there is not: by 31 feb."""
    words, day = _split_day(text.split(), today)
    return (text.strip(), None) if day is None else (" ".join(_without_by(words)), day)


def days_apart(text: str, today: date) -> tuple[str, tuple[date, date | None] | None]:
    """The same for first and last day of a range, or one day alone: “install 12-14 dec”."""
    words = text.split()
    for count in range(min(LONGEST_RANGE, len(words) - 1), 0, -1):
        for found, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            if days := parse_days("day", " ".join(found), today):
                return " ".join(_without_by(rest)), days
    line, day = day_apart(text, today)
    return line, None if day is None else (day, None)


def _split_day(words: list[str], today: date) -> tuple[list[str], date | None]:
    for count in range(min(LONGEST, len(words) - 1), 0, -1):
        for found, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            day = " ".join(found)
            if is_day(day, today) or _SLASHED.fullmatch(day):
                return rest, parse_day("day", day, today)
            if rest and rest[-1].lower() in (*UNTIL, "on") and _LIKE_A_DAY.fullmatch(day):
                parse_day("day", day, today)  # says what is wrong with it
    return words, None


def _every_apart(text: str) -> tuple[str, str | None]:
    for found in _EVERY.finditer(text):
        try:
            rule = parse_every("repeats", found[0])
        except Invalid:
            continue  # “call every client”
        return text[: found.start()] + text[found.end() :], rule
    return text, None


def _without_by(words: Sequence[str]) -> Sequence[str]:
    """“send the table by fri” promises to send the table."""
    return words[:-1] if len(words) > 1 and words[-1].lower() in (*UNTIL, "on") else words
