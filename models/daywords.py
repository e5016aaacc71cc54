"""Days as a person types them: 2026-12-04, 4.12., 12 dec, fri, next fri, +2w, eow. One parser for every place.

A day that could be meant in two ways is asked about, never guessed. What `models.dayform` writes is read back. Pure,
but for the first day of the week that was chosen there.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from models.dayform import first_weekday
from models.errors import Invalid

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
FRIDAY = 4
PAST = 90  # days: of a date without a year, the one that lies back no further is meant
EXAMPLES = "Write 2026-12-04, 4.12., 12 dec, fri, next fri, today, eow, eom or +2w."

_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
SPACED = re.compile(
    rf"next\s+{_DAY}(?![\w:])|"
    rf"(?:{_DAY},?\s+)?\d{{1,2}}\.?\s+(?:{_MONTH})[a-z]*(?:,?\s+\d{{4}})?(?![\w:])|"
    rf"(?:{_DAY},?\s+)?(?:{_MONTH})[a-z]*\s+\d{{1,2}}(?:,?\s+\d{{4}})?(?![\w:])",
    re.I,
)
"""A day of several words, as far as that can be seen without reading it."""
_BETWEEN = re.compile(r"\s*(?:\.\.+|[-–]|\b(?:to|till|until)\b)\s*", re.I)
_NUMBER = re.compile(r"\d{1,2}\.?")


def parse_day(name: str, text: str, today: date) -> date:
    """The day that `text` means on `today`. Raises Invalid for the field `name`, with both readings where there
    are two."""
    word = " ".join(text.lower().split())
    try:
        day = (
            _word(word, today)
            or _weekday(word, today)
            or _relative(word, today)
            or _numbers(name, word, today)
        )
        day = day or _month_name(name, word, today) or date.fromisoformat(word)
    except (ValueError, OverflowError):
        raise Invalid(name, f"“{text.strip()}” is not a date. {EXAMPLES}") from None
    return day


def parse_days(name: str, text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of a range: 12-14 dec, mon-wed, 12 dec..14 dec; None where it is none. Raises Invalid
    where it ends before it begins."""
    if is_day(text, today):
        return None
    for between in _BETWEEN.finditer(text):
        first, last = text[: between.start()].strip(), text[between.end() :].strip()
        if days := _both(first, last, today):
            if days[1] < days[0]:
                raise Invalid(
                    name, f"“{text.strip()}” ends before it begins. Write 12-14 dec, or 30 nov..2 dec."
                )
            return days
    return None


def _both(first: str, last: str, today: date) -> tuple[date, date] | None:
    """A number alone is a day of the other one's month."""
    try:
        if _NUMBER.fullmatch(first):
            end = parse_day("", last, today)
            return end.replace(day=int(first.rstrip("."))), end
        start = parse_day("", first, today)
        if _NUMBER.fullmatch(last):
            return start, start.replace(day=int(last.rstrip(".")))
        return start, parse_day("", last, start)
    except (Invalid, ValueError):
        return None


def past_day(name: str, text: str, today: date) -> date:
    """The same where something is told that has happened: fri is the last one, and so is 12 dec."""
    word = " ".join(text.lower().split())
    day = parse_day(name, word, today)
    if day <= today or _word(word, today) or _relative(word, today) or re.search(r"\d{4}", word):
        return day
    if _weekday(word, today):
        return day - timedelta(days=7 * -(-(day - today).days // 7))
    return parse_day(name, word, today - timedelta(days=366))


def is_day(text: str, today: date) -> bool:
    """Whether `text` means one day."""
    try:
        parse_day("", text, today)
    except Invalid:
        return False
    return True


def _word(word: str, today: date) -> date | None:
    if word in ("today", "tod", "tomorrow", "tom", "yesterday"):
        return today + timedelta(days={"tod": 0, "tom": 1, "yes": -1}[word[:3]])
    if word == "eow":
        return today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    if word == "eom":
        return _month_end(today.year, today.month)
    return _month_end(today.year, 12) if word == "eoy" else None


def _weekday(word: str, today: date) -> date | None:
    """The next one after today; with “next”, the one of the week that begins next."""
    name = word.removeprefix("next ")
    found = [at for at, full in enumerate(WEEKDAYS) if len(name) >= 3 and full.startswith(name)]
    if not found:
        return None
    if name != word:
        first = first_weekday()
        return today + timedelta(days=7 - (today.weekday() - first) % 7 + (found[0] - first) % 7)
    return today + timedelta(days=(found[0] - today.weekday() - 1) % 7 + 1)


def _relative(word: str, today: date) -> date | None:
    """+3d, -2w, +1m; the last day of a month where that month is shorter."""
    parts = re.fullmatch(r"([+-]\d{1,4})([dwm])", word)
    if parts is None:
        return None
    count = int(parts[1])
    if parts[2] != "m":
        return today + timedelta(days=count * (7 if parts[2] == "w" else 1))
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _numbers(name: str, word: str, today: date) -> date | None:
    """4.12.2026 and 4.12. are day and month. 4/12 is one here and the other there: what to write instead is said."""
    if dotted := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?", word):
        return _in_year(int(dotted[1]), int(dotted[2]), dotted[3], today)
    slashed = re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", word)
    if slashed is None:
        return None
    numbers = int(slashed[1]), int(slashed[2])
    pairs = {(day, month) for day, month in (numbers, numbers[::-1]) if month <= 12}
    days = [_in_year(*pair, slashed[3], today) for pair in sorted(pairs, key=lambda pair: pair != numbers)]
    if not days:
        raise ValueError
    readings = " or ".join(f"{day.day} {MONTHS[day.month - 1].capitalize()}" for day in days)
    wrong = f"may be {readings}" if len(days) > 1 else "is not a date"
    raise Invalid(name, f"“{word}” {wrong}. Write {' or '.join(map(str, days))}.")


def _month_name(name: str, word: str, today: date) -> date | None:
    """12 dec, dec 12, fri 04 dec; a weekday that is not the date's is a slip."""
    weekday, _, rest = word.partition(" ")
    named = re.fullmatch(rf"({_DAY}),?", weekday) is not None and rest
    text = rest if named else word
    parts = re.fullmatch(r"(\d{1,2})\.? ?([a-z]{3,9})(?:,? (\d{4}|\d\d))?", text)
    turned = re.fullmatch(r"([a-z]{3,9}) ?(\d{1,2})(?:,? (\d{4}|\d\d))?", text)
    if not (parts or turned):
        return None
    day, called, year = parts.groups() if parts else (turned[2], turned[1], turned[3])  # type: ignore[index]
    month = next((at for at, full in enumerate(MONTHS, 1) if full.startswith(called)), 0)
    found = _in_year(int(day), month, f"20{year}" if year and len(year) == 2 else year, today)
    if named and not WEEKDAYS[found.weekday()].startswith(weekday.rstrip(",")):
        right = WEEKDAYS[found.weekday()].capitalize()
        raise Invalid(name, f"{found} is a {right}. Write {right[:3]} {rest}, or {found}.")
    return found


def _in_year(day: int, month: int, year: str | None, today: date) -> date:
    """Without a year: the first such day since `PAST` days ago. Raises ValueError."""
    if year:
        return date(int(year), month, day)
    if not (1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]):
        raise ValueError
    since = today - timedelta(days=PAST)
    years = (date(y, month, day) for y in range(since.year, since.year + 9) if day <= monthrange(y, month)[1])
    return next(found for found in years if found >= since)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
