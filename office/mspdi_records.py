"""One row of a Microsoft Project XML file into one plain record, by the codes of the format."""

from datetime import date, timedelta

from models.schedule.calendars import Week, WorkWeek
from models.schedule.recurrence import CalendarException, days_of
from models.schedule.worktime import Interval
from office.foreign import (
    UNASSIGNED,
    Assignment,
    BaselineValues,
    Calendar,
    Link,
    Resource,
    Task,
)
from office.mspdi_row import Row
from office.worktime import Span

CONSTRAINTS = dict(enumerate(("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")))
LINKS = dict(enumerate(("FF", "FS", "SF", "SS")))
TASK_TYPES = dict(enumerate(("fixed units", "fixed duration", "fixed work")))
RESOURCE_TYPES = dict(enumerate(("material", "work", "cost")))
RECURRENCES = {
    1: "daily", 2: "yearly", 3: "yearly by position", 4: "monthly", 5: "monthly by position", 6: "weekly",
    7: "daily", 8: "every weekday", 9: "daily",
}  # fmt: skip
ITEMS = dict(
    enumerate(
        [
            "day",
            "weekday",
            "weekend day",
            "sunday",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
        ]
    )
)
UNITS = {3: "m", 5: "h", 7: "d", 9: "w", 11: "mo", 19: "%"}  # the next even code is the same, elapsed
NO_UNIT = (21, 53)
ESTIMATED = 32  # added to a code of UNITS for a question mark
OFFICE_HOURS = ((480, 720), (780, 1020))


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────


def task(row: Row, uid: int, parent_uid: int | None, outline_level: int) -> Task:
    format = row.whole("DurationFormat") or 7
    scheduled = row.moment("LateFinish") is not None
    return Task(
        uid=uid,
        id=row.whole("ID") or 0,
        name=row.line("Name"),
        outline_level=outline_level,
        parent_uid=parent_uid,
        milestone=row.flag("Milestone"),
        summary=row.flag("Summary"),
        active=row.flag("Active", True),
        manual=row.flag("Manual"),
        type=row.code("Type", TASK_TYPES, "fixed units"),
        effort_driven=row.flag("EffortDriven"),
        duration_minutes=row.duration("Duration"),
        elapsed=_unit(format)[1],
        estimated=row.flag("Estimated") or (format > ESTIMATED and format not in NO_UNIT),
        work_minutes=row.duration("Work"),
        constraint_type=row.code("ConstraintType", CONSTRAINTS, "ASAP"),
        constraint_date=row.moment("ConstraintDate"),
        deadline=row.moment("Deadline"),
        start=row.moment("Start"),
        finish=row.moment("Finish"),
        early_start=row.moment("EarlyStart"),
        early_finish=row.moment("EarlyFinish"),
        late_start=row.moment("LateStart"),
        late_finish=row.moment("LateFinish"),
        total_slack_minutes=_slack(row, "TotalSlack", scheduled),
        free_slack_minutes=_slack(row, "FreeSlack", scheduled),
        critical=row.flag("Critical"),
        actual_start=row.moment("ActualStart"),
        actual_finish=row.moment("ActualFinish"),
        actual_duration_minutes=row.duration("ActualDuration"),
        percent_complete=_percent(row, "PercentComplete"),
        remaining_minutes=row.duration("RemainingDuration"),
        stop=row.moment("Stop"),
        resume=row.moment("Resume"),
        manual_start=row.moment("ManualStart"),
        manual_finish=row.moment("ManualFinish"),
        manual_duration_minutes=row.duration("ManualDuration"),
        calendar_uid=row.reference("CalendarUID"),
        ignore_resource_calendar=row.flag("IgnoreResourceCalendar"),
        levelling_delay_minutes=row.tenths("LevelingDelay") or 0,
        levelling_delay_elapsed=_unit(row.whole("LevelingDelayFormat") or 8)[1],
        priority=_priority(row),
        notes=_notes(row),
        wbs=row.line("WBS"),
        hyperlink=_hyperlink(row),
        baselines=_baselines(row),
    )


def outline_level(row: Row) -> int:
    """As the file has it; from the outline number, else 1, where it has none."""
    level = row.whole("OutlineLevel")
    if level is not None:
        return level
    number = row.text("OutlineNumber")
    return 0 if number == "0" else number.count(".") + 1


def links(row: Row, successor_uid: int) -> list[tuple[Link, str]]:
    """The task's predecessors, each with the name of the other project that it comes from, or nothing."""
    return [
        (
            _link(part, successor_uid),
            (part.line("CrossProjectName") or "?") if part.flag("CrossProject") else "",
        )
        for part in row.each("PredecessorLink")
    ]


def _link(row: Row, successor_uid: int) -> Link:
    unit, elapsed = _unit(row.whole("LagFormat") or 7, row)
    percent = unit == "%"
    predecessor = row.whole("PredecessorUID")
    return Link(
        predecessor_uid=UNASSIGNED if predecessor is None else predecessor,
        successor_uid=successor_uid,
        type=row.code("Type", LINKS, "FS"),
        lag=(row.whole("LinkLag") if percent else row.tenths("LinkLag")) or 0,
        lag_unit=" ".join(["elapsed"] * elapsed + ["percent"] * percent) or "working",
        shown_in=unit,
    )


def _unit(format: int, row: Row | None = None) -> tuple[str, bool]:
    """The unit of a duration format, and whether it is elapsed. Days where the code is unknown."""
    plain = format - ESTIMATED if format > ESTIMATED else format
    elapsed = plain in range(4, 21, 2)
    unit = UNITS.get(plain - elapsed)
    if unit is None and row and format not in NO_UNIT:
        row.warn("Unknown lag formats were read as working time", f"{row.called}, {format}")
    return unit or "d", elapsed and unit is not None


def _slack(row: Row, tag: str, scheduled: bool) -> int | None:
    """A scheduled task without a slack has none: some writers leave zeros out."""
    slack = row.tenths(tag)
    return 0 if slack is None and scheduled else slack


def _priority(row: Row) -> int:
    priority = row.whole("Priority")
    return 500 if priority is None else min(max(priority, 0), 1000)


def _percent(row: Row, tag: str) -> int:
    return min(max(row.whole(tag) or 0, 0), 100)


def _notes(row: Row) -> str:
    return row.text("Notes").replace("\r\n", "\n").replace("\r", "\n")


def _hyperlink(row: Row) -> str:
    address, place = row.line("HyperlinkAddress") or row.line("Hyperlink"), row.line("HyperlinkSubAddress")
    return f"{address}#{place}" if place else address


def _baselines(row: Row) -> tuple[BaselineValues, ...]:
    return tuple(_baseline(part) for part in row.each("Baseline"))


def _baseline(row: Row) -> BaselineValues:
    row.account("Baseline")
    return BaselineValues(
        number=max(row.whole("Number") or 0, 0),
        start=row.moment("Start"),
        finish=row.moment("Finish"),
        duration_minutes=row.duration("Duration"),
        work_minutes=row.duration("Work"),
    )


# ── resources and assignments ─────────────────────────────────────────────────────────────────────────


def resource(row: Row, uid: int) -> Resource:
    kind = row.code("Type", RESOURCE_TYPES, "work")
    return Resource(
        uid=uid,
        name=row.line("Name"),
        initials=row.line("Initials"),
        type="cost" if row.flag("IsCostResource") else kind,
        email=row.line("EmailAddress"),
        max_units=row.number("MaxUnits"),
        calendar_uid=row.reference("CalendarUID"),
        group=row.line("Group"),
        code=row.line("Code"),
        material_label=row.line("MaterialLabel"),
        notes=_notes(row),
        generic=row.flag("IsGeneric"),
        inactive=row.flag("IsInactive"),
        baselines=_baselines(row),
    )


def assignment(row: Row, uid: int) -> Assignment:
    """The assignment; a task or resource that it does not name is UNASSIGNED."""
    task_uid, resource_uid, units = row.whole("TaskUID"), row.whole("ResourceUID"), row.number("Units")
    return Assignment(
        uid=uid,
        task_uid=UNASSIGNED if task_uid is None else task_uid,
        resource_uid=UNASSIGNED if resource_uid is None else resource_uid,
        units=1.0 if units is None else units,
        work_minutes=row.duration("Work"),
        actual_work_minutes=row.duration("ActualWork"),
        remaining_work_minutes=row.duration("RemainingWork"),
        percent_work_complete=_percent(row, "PercentWorkComplete"),
        delay_minutes=row.tenths("Delay") or 0,
        levelling_delay_minutes=row.tenths("LevelingDelay") or 0,
        start=row.moment("Start"),
        finish=row.moment("Finish"),
        actual_start=row.moment("ActualStart"),
        actual_finish=row.moment("ActualFinish"),
        stop=row.moment("Stop"),
        resume=row.moment("Resume"),
        notes=_notes(row),
        baselines=_baselines(row),
    )


def worked_spans(row: Row) -> list[Span]:
    """When the assignment's timephased data has work, done or still to do."""
    return [
        (start, finish)
        for part in row.each("TimephasedData")
        if part.text("Type") in ("1", "2")
        and (part.duration("Value") or 0) > 0
        and (start := part.moment("Start"))
        and (finish := part.moment("Finish"))
    ]


# ── calendars ─────────────────────────────────────────────────────────────────────────────────────────


def calendar(row: Row, uid: int) -> Calendar:
    return Calendar(
        uid=uid,
        name=row.line("Name"),
        is_base=row.flag("IsBaseCalendar"),
        base_uid=row.reference("BaseCalendarUID"),
        week=_week(row),
        exceptions=_exceptions(row),
        work_weeks=tuple(filter(None, map(_work_week, row.each("WorkWeeks", "WorkWeek")))),
    )


def _week(row: Row) -> Week:
    week: dict[int, tuple[Interval, ...]] = {}
    for day in row.each("WeekDays", "WeekDay"):
        number = day.whole("DayType")
        if number is not None and 1 <= number <= 7:
            week[(number + 5) % 7] = _work(day)  # the file's 1 is Sunday
        elif number != 0:
            row.warn("Weekdays of unknown number were left out", f"{row.called}, {number}")
    return week


def _work(day: Row) -> tuple[Interval, ...]:
    """The working times of a day: office hours for a working day that has none of its own."""
    work = tuple(day.intervals())
    if work or not day.flag("DayWorking"):
        return work
    day.warn("Working days without times were read as 8–12 and 13–17", day.called)
    return OFFICE_HOURS


def _exceptions(row: Row) -> tuple[CalendarException, ...]:
    """All exceptions, once: writers repeat them as days of type 0 for old readers."""
    found = [e for part in row.each("Exceptions", "Exception") if (e := _exception(part))]
    old = [
        e
        for part in row.each("WeekDays", "WeekDay")
        if part.whole("DayType") == 0 and (e := _exception(part))
    ]  # fmt: skip
    covered = {day for e in found for day in days_of(e)}
    return (*found, *(e for e in old if not covered.issuperset(_days(e.start, e.finish))))


def _days(start: date, finish: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((finish - start).days + 1)]


def _exception(row: Row) -> CalendarException | None:
    """Raises nothing: one without readable days is told and left out."""
    period = _period(row)
    if period is None:
        return None
    recurrence = row.code("Type", RECURRENCES, "daily")
    by_position, every = recurrence.endswith("by position"), max(row.whole("Period") or 1, 1)
    counted = row.flag("EnteredByOccurrences") and (recurrence != "daily" or every > 1)
    return CalendarException(
        start=period[0],
        finish=period[1],
        name=row.line("Name"),
        work=tuple(_work(row)),
        recurrence=recurrence,
        period=every,
        days_of_week=_days_of_week(row.whole("DaysOfWeek") or 0) if recurrence == "weekly" else frozenset(),
        month=_bounded(row, "Month", 0, 11) + 1 if recurrence.startswith("yearly") else 0,
        month_day=_bounded(row, "MonthDay", 1, 31) if recurrence in ("monthly", "yearly") else 0,
        item=row.code("MonthItem", ITEMS, "day") if by_position else "",
        position=_bounded(row, "MonthPosition", 0, 4) + 1 if by_position else 0,
        occurrences=max(row.whole("Occurrences") or 0, 0) if counted else 0,
    )


def _bounded(row: Row, tag: str, low: int, high: int) -> int:
    return min(max(row.whole(tag) or 0, low), high)


def _days_of_week(mask: int) -> frozenset[int]:
    """The file's bit 0 is Sunday."""
    return frozenset((bit + 6) % 7 for bit in range(7) if mask >> bit & 1)


def _work_week(row: Row) -> WorkWeek | None:
    period = _period(row)
    return period and WorkWeek(period[0], period[1], row.line("Name"), _week(row))


def _period(row: Row) -> tuple[date, date] | None:
    for part in row.each("TimePeriod"):
        start, finish = part.day("FromDate"), part.day("ToDate")
        if start and finish and start <= finish:
            return start, finish
    row.warn("Calendar exceptions without readable days were left out", row.called)
    return None
