"""How often a task comes again: “every 2 weeks”, “every fri”, “monthly”. Pure."""

import re
from datetime import date, timedelta

from models.daywords import WEEKDAYS, parse_day
from models.errors import Invalid

UNITS = ("day", "week", "month", "year")
ALIASES = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year"}
EXAMPLES = "Write every day, every weekday, every 2 weeks, every fri, monthly or every year."

_COUNTED = re.compile(r"(?:(\d{1,3}) )?(day|week|month|year)s?")


def parse_every(name: str, text: str) -> str:
    """The rule in its one form: “every weekday”, “every fri”, “every week”, “every 2 weeks”. Raises Invalid."""
    word = " ".join(text.lower().split()).removeprefix("every ")
    word = ALIASES.get(word, word)
    weekday = [full[:3] for full in WEEKDAYS if len(word) >= 3 and full.startswith(word)]
    counted = _COUNTED.fullmatch(word)
    if weekday or word == "weekday":
        return f"every {weekday[0] if weekday else word}"
    if not counted or (counted[1] and not int(counted[1])):
        raise Invalid(name, f"“{text.strip()}” does not say how often. {EXAMPLES}")
    count, unit = int(counted[1] or 1), counted[2]
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def day_after(rule: str, day: date) -> date:
    """The first day after `day` by a rule in its one form; the last of a month where that is shorter."""
    word = rule.removeprefix("every ")
    if word == "weekday":
        return day + timedelta(days=max(1, 7 - day.weekday()) if day.weekday() >= 4 else 1)
    counted = _COUNTED.fullmatch(word)
    if counted is None:
        return parse_day("day", word, day)
    count, unit = int(counted[1] or 1), counted[2]
    return parse_day("day", f"+{12 * count}m" if unit == "year" else f"+{count}{unit[0]}", day)


def next_day(rule: str, planned: date, done: date) -> date:
    """The next day by the rule for what was planned for one day and done on another: it lies after both."""
    while (planned := day_after(rule, planned)) <= done:
        pass
    return planned
