"""One element of a Microsoft Project XML file with typed getters, and what is worth telling about a file."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from xml.etree.ElementTree import Element

from models.schedule.worktime import Interval
from office.mspdi_fields import COUNTED_EACH, FATES, LABELS, NOTHING, USUAL
from office.words import Warnings, counted, few

UNREADABLE = "Values that cannot be read were left empty"
OUT_OF_RANGE = "Dates outside 1900–2200 were left empty"
_DURATION = re.compile(
    r"(-)?P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_CLOCK = re.compile(r"(?:.*T)?(\d{1,2}):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?")


class Findings(Warnings):
    """What is worth telling about a file: warnings, and what it holds that is not kept."""

    def __init__(self) -> None:
        super().__init__()
        self._left: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._crossing: list[str] = []

    def leave(self, label: str, count: int = 1) -> None:
        """`label` is a key of LABELS."""
        self._left[label] += count

    def leave_crossing(self, link: str) -> None:
        """A link out of this file; they are few and are named one by one."""
        self._left["cross"] += 1
        self._crossing.append(link)

    def leave_unknown(self, tag: str) -> None:
        self._unknown[tag] += 1

    def left_out(self) -> list[str]:
        known = [label for label in LABELS if self._left[label]]
        lines = [counted(self._left[label], *LABELS[label]) for label in known]
        if self._crossing:
            lines[known.index("cross")] += f": {few(self._crossing)}"
        if self._unknown:
            lines.append(f"{self._unknown.total():,} values of unknown fields: {few(list(self._unknown))}")
        return lines


class Row:
    """An element as tag → text, with getters that tell what they cannot read and then answer with the default."""

    __slots__ = ("_findings", "_inside", "_parts", "_values")

    def __init__(self, element: Element, findings: Findings, inside: str = "") -> None:
        self._findings = findings
        self._inside = inside
        self._values: dict[str, str] = {}
        self._parts: dict[str, list[Element]] = {}
        for child in element:
            tag = local(child.tag)
            if len(child):
                self._parts.setdefault(tag, []).append(child)
            else:
                self._values[tag] = (child.text or "").strip()

    def __contains__(self, tag: str) -> bool:
        return bool(self._values.get(tag)) or tag in self._parts

    @property
    def called(self) -> str:
        """How a user finds the row again."""
        name = self.line("Name")
        if not name and "UID" in self._values:
            name = f"UID {self._values['UID']}"
        return name or self._inside or "the project"

    def warn(self, what: str, example: str) -> None:
        self._findings.warn(what, example)

    def each(self, *way: str) -> Iterator["Row"]:
        """The elements at the end of `way`, a path of tags below this one."""
        for part in self._parts.get(way[0], ()):
            row = Row(part, self._findings, self.called)
            if len(way) == 1:
                yield row
            else:
                yield from row.each(*way[1:])

    def text(self, tag: str) -> str:
        return self._values.get(tag, "")

    def line(self, tag: str) -> str:
        """Text on one line."""
        text = self._values.get(tag, "")
        return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text

    def flag(self, tag: str, default: bool = False) -> bool:
        value = self._values.get(tag)
        return value.lower() in ("1", "true") if value else default

    def number(self, tag: str) -> float | None:
        value = self._values.get(tag)
        if not value:
            return None
        try:
            number = float(value)
            if abs(number) < 1e15:
                return number
        except ValueError:
            pass
        self._unreadable(tag)
        return None

    def whole(self, tag: str) -> int | None:
        number = self.number(tag)
        return None if number is None else round(number)

    def reference(self, tag: str) -> int | None:
        """The UID of another row; the format writes -1 for none."""
        uid = self.whole(tag)
        return None if uid == -1 else uid

    def code(self, tag: str, codes: dict[int, str], default: str) -> str:
        """The word of a numeric code; the default where there is none, told where it is unknown."""
        number = self.whole(tag)
        if number is None:
            return default
        if number not in codes:
            self._findings.warn(f"Unknown codes were read as {default}", f"{self.called}, {tag} {number}")
        return codes.get(number, default)

    def tenths(self, tag: str) -> int | None:
        """Minutes, of a number of tenths of a minute."""
        number = self.number(tag)
        return None if number is None else round(number / 10)

    def duration(self, tag: str) -> int | None:
        """Minutes, rounded, of an ISO 8601 duration."""
        value = self._values.get(tag)
        if not value:
            return None
        minutes = _minutes(value)
        if minutes is None:
            self._unreadable(tag)
        return minutes

    def moment(self, tag: str) -> datetime | None:
        """Naive local time to the minute; a zone, which a plan does not have, is dropped."""
        value = self._values.get(tag)
        if not value or value == "NA":
            return None
        moment = _moment(value)
        if moment is not None and 1900 <= moment.year <= 2200:
            return moment
        self._unreadable(tag, UNREADABLE if moment is None else OUT_OF_RANGE)
        return None

    def day(self, tag: str) -> date | None:
        moment = self.moment(tag)
        return None if moment is None else moment.date()

    def clock(self, tag: str) -> int | None:
        """Minutes since midnight."""
        value = self._values.get(tag)
        if not value:
            return None
        match = _CLOCK.fullmatch(value)
        if match and int(match[1]) <= 24:
            return min(int(match[1]) * 60 + int(match[2]), 1440)
        self._unreadable(tag)
        return None

    def intervals(self) -> list[Interval]:
        """The working times below this element, sorted, overlaps joined."""
        found = [span for time in self.each("WorkingTimes", "WorkingTime") if (span := self._interval(time))]
        joined: list[Interval] = []
        for start, end in sorted(found):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def _interval(self, time: "Row") -> Interval | None:
        start, end = time.clock("FromTime"), time.clock("ToTime")
        if start is None or end is None:
            return None
        if end <= start:
            if end:  # 22:00–06:00: the file format has each day end at midnight
                self._findings.warn("Working times past midnight were cut at midnight", self.called)
            end = 1440
        return start, end

    def account(self, kind: str) -> None:
        """Counts what the row holds and is not kept, or not known."""
        known, left = FATES[kind]
        says = [t for t, v in self._values.items() if t not in known and _says_something(t, v)]
        for label in sorted({left[tag] for tag in says if tag in left}):
            self._findings.leave(label)
        for tag in says:
            if tag not in left:
                self._findings.leave_unknown(tag)
        for tag, parts in self._parts.items():
            if tag not in known:
                self._account_parts(tag, left.get(tag), len(parts))

    def _account_parts(self, tag: str, label: str | None, count: int) -> None:
        if label is None:
            self._findings.leave_unknown(tag)
        else:
            self._findings.leave(label, count if label in COUNTED_EACH else 1)

    def _unreadable(self, tag: str, what: str = UNREADABLE) -> None:
        self._findings.warn(what, f"{self.called}, {tag} “{self._values[tag][:40]}”")


def _says_something(tag: str, value: str) -> bool:
    return bool(value) and (value != USUAL[tag] if tag in USUAL else value not in NOTHING)


@lru_cache(maxsize=2048)
def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=65536)
def _minutes(text: str) -> int | None:
    match = _DURATION.fullmatch(text)
    if match is None or text[-1] in "PT":
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    size = round(days * 1440 + hours * 60 + minutes + seconds / 60)
    return (-size if match[1] else size) if size < 10**9 else None


@lru_cache(maxsize=65536)
def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None
