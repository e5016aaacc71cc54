"""Calendars of a plan as elements of Microsoft Project XML, in the order of its schema."""

from models.schedule.calendars import Week, WorkWeek
from models.schedule.recurrence import CalendarException, days_of
from office.foreign import Calendar
from office.mspdi_records import ITEMS, RECURRENCES
from office.mspdi_text import Element, flag, period, uid, working_times

_CODE = {word: code for code, word in RECURRENCES.items()} | {"daily": 7}
_RUN = 1  # the code of an unbroken run of days
_ITEM = {word: code for code, word in ITEMS.items()}


def calendar(row: Calendar) -> Element:
    return "Calendar", [
        ("UID", str(row.uid)),
        ("Name", row.name or None),
        ("IsBaseCalendar", flag(row.is_base)),
        ("BaseCalendarUID", uid(row.base_uid)),
        ("WeekDays", _week(row.week) or None),
        ("Exceptions", [_exception(e) for e in row.exceptions] or None),
        ("WorkWeeks", [_work_week(week) for week in row.work_weeks] or None),
    ]


def _week(week: Week) -> list[Element]:
    """The weekdays that it has; the file's week begins with Sunday as 1."""
    days = sorted(((day + 1) % 7 + 1, tuple(work)) for day, work in week.items())
    return [("WeekDay", [("DayType", str(code)), *working_times(work)]) for code, work in days]


def _exception(rule: CalendarException) -> Element:
    code = _CODE[rule.recurrence] if rule.recurring else _RUN
    days = list(days_of(rule))
    counted = rule.occurrences > 0
    return "Exception", [
        ("EnteredByOccurrences", flag(counted)),
        period(rule.start, days[-1] if counted and days else rule.finish),  # readers go by either
        ("Occurrences", str(rule.occurrences or len(days))),
        ("Name", rule.name or None),
        ("Type", str(code)),
        *(_rule(rule) if rule.recurring else ()),
        *working_times(rule.work),
    ]


def _rule(rule: CalendarException) -> list[Element]:
    days = sum(1 << (day + 1) % 7 for day in rule.days_of_week)
    return [
        ("Period", str(rule.period) if rule.period > 1 or not rule.month else None),
        ("DaysOfWeek", str(days) if days else None),
        ("MonthItem", str(_ITEM[rule.item]) if rule.item else None),
        ("MonthPosition", str(rule.position - 1) if rule.position else None),
        ("Month", str(rule.month - 1) if rule.month else None),
        ("MonthDay", str(rule.month_day) if rule.month_day else None),
    ]


def _work_week(week: WorkWeek) -> Element:
    return "WorkWeek", [
        period(week.start, week.finish),
        ("Name", week.name or None),
        ("WeekDays", _week(week.week) or None),
    ]
