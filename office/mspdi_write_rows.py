"""Tasks, resources and assignments as elements of Microsoft Project XML, in the order of its schema."""

from collections.abc import Iterable, Sequence

from office.foreign import Assignment, BaselineValues, Link, Resource, Task
from office.mspdi_records import CONSTRAINTS, ESTIMATED, LINKS, RESOURCE_TYPES, TASK_TYPES, UNITS
from office.mspdi_text import Element, duration, flag, moment, number, tenths, uid

_CONSTRAINT = {word: code for code, word in CONSTRAINTS.items()}
_LINK = {word: code for code, word in LINKS.items()}
_TASK_TYPE = {word: code for code, word in TASK_TYPES.items()}
_RESOURCE_TYPE = {word: code for code, word in RESOURCE_TYPES.items()} | {"cost": 0}
_UNIT = {word: code for code, word in UNITS.items()}


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────


def task(row: Task, outline_number: str, links: Iterable[Link]) -> Element:
    return "Task", [
        ("UID", str(row.uid)),
        ("ID", str(row.id)),
        ("Name", row.name or None),
        ("Active", flag(row.active)),
        ("Manual", flag(row.manual)),
        ("Type", str(_TASK_TYPE[row.type])),
        ("IsNull", "0"),
        ("WBS", row.wbs or None),
        ("OutlineNumber", outline_number),
        ("OutlineLevel", str(row.outline_level)),
        ("Priority", str(row.priority)),
        *_plan(row),
        *_schedule(row),
        *_progress(row),
        *_wishes(row),
        *(_link(link) for link in links),
        *_baselines(row.baselines, _format(row)),
    ]


def _plan(row: Task) -> list[Element]:
    return [
        ("Start", moment(row.start)),
        ("Finish", moment(row.finish)),
        ("Duration", duration(row.duration_minutes)),
        ("ManualStart", moment(row.manual_start)),
        ("ManualFinish", moment(row.manual_finish)),
        ("ManualDuration", duration(row.manual_duration_minutes)),
        ("DurationFormat", _format(row)),
        ("Work", duration(row.work_minutes)),
        ("Stop", moment(row.stop)),
        ("Resume", moment(row.resume)),
        ("EffortDriven", flag(row.effort_driven)),
        ("Estimated", flag(row.estimated)),
        ("Milestone", flag(row.milestone)),
        ("Summary", flag(row.summary)),
    ]


def _schedule(row: Task) -> list[Element]:
    return [
        ("Critical", flag(row.critical)),
        ("EarlyStart", moment(row.early_start)),
        ("EarlyFinish", moment(row.early_finish)),
        ("LateStart", moment(row.late_start)),
        ("LateFinish", moment(row.late_finish)),
        ("FreeSlack", tenths(row.free_slack_minutes)),
        ("TotalSlack", tenths(row.total_slack_minutes)),
    ]


def _progress(row: Task) -> list[Element]:
    return [
        ("PercentComplete", str(row.percent_complete)),
        ("ActualStart", moment(row.actual_start)),
        ("ActualFinish", moment(row.actual_finish)),
        ("ActualDuration", duration(row.actual_duration_minutes)),
        ("RemainingDuration", duration(row.remaining_minutes)),
    ]


def _wishes(row: Task) -> list[Element]:
    """Constraint, calendar and what else was said of the task by hand."""
    return [
        ("ConstraintType", str(_CONSTRAINT[row.constraint_type])),
        ("CalendarUID", uid(row.calendar_uid)),
        ("ConstraintDate", moment(row.constraint_date)),
        ("Deadline", moment(row.deadline)),
        ("LevelingDelay", tenths(row.levelling_delay_minutes)),
        ("LevelingDelayFormat", str(_UNIT["d"] + row.levelling_delay_elapsed)),
        *_hyperlink(row.hyperlink),
        ("IgnoreResourceCalendar", flag(row.ignore_resource_calendar)),
        ("Notes", row.notes or None),
    ]


def _format(row: Task) -> str:
    """Days: the unit of a duration is not kept, whether it is elapsed and estimated is."""
    return str(_UNIT["d"] + row.elapsed + ESTIMATED * row.estimated)


def _hyperlink(address: str) -> list[Element]:
    where, _, place = address.partition("#")
    if not place:
        where = address
    return [
        ("Hyperlink", where or None),
        ("HyperlinkAddress", where or None),
        ("HyperlinkSubAddress", place or None),
    ]


def _link(link: Link) -> Element:
    percent = "percent" in link.lag_unit
    unit = "%" if percent else "d" if link.shown_in == "%" else link.shown_in
    return "PredecessorLink", [
        ("PredecessorUID", str(link.predecessor_uid)),
        ("Type", str(_LINK[link.type])),
        ("CrossProject", "0"),
        ("LinkLag", str(link.lag) if percent else tenths(link.lag)),
        ("LagFormat", str(_UNIT[unit] + ("elapsed" in link.lag_unit))),
    ]


def _baselines(baselines: Sequence[BaselineValues], format: str | None = None) -> list[Element]:
    return [("Baseline", [
        ("Number", str(b.number)),
        ("Start", moment(b.start)),
        ("Finish", moment(b.finish)),
        ("Duration", duration(b.duration_minutes)),
        ("DurationFormat", format if b.duration_minutes is not None else None),
        ("Work", duration(b.work_minutes)),
    ]) for b in baselines]  # fmt: skip


# ── resources and assignments ─────────────────────────────────────────────────────────────────────────


def resource(row: Resource, position: int) -> Element:
    return "Resource", [
        ("UID", str(row.uid)),
        ("ID", str(position)),
        ("Name", row.name or None),
        ("Type", str(_RESOURCE_TYPE[row.type])),
        ("IsNull", "0"),
        ("Initials", row.initials or None),
        ("MaterialLabel", row.material_label or None),
        ("Code", row.code or None),
        ("Group", row.group or None),
        ("EmailAddress", row.email or None),
        ("MaxUnits", number(row.max_units)),
        ("CalendarUID", uid(row.calendar_uid)),
        ("Notes", row.notes or None),
        ("IsGeneric", flag(row.generic)),
        ("IsInactive", flag(row.inactive)),
        *_baselines(row.baselines),
        ("IsCostResource", flag(row.type == "cost")),
    ]


def assignment(row: Assignment, timephased: Iterable[Element]) -> Element:
    return "Assignment", [
        ("UID", str(row.uid)),
        ("TaskUID", str(row.task_uid)),
        ("ResourceUID", str(row.resource_uid)),
        ("PercentWorkComplete", str(row.percent_work_complete)),
        ("ActualFinish", moment(row.actual_finish)),
        ("ActualStart", moment(row.actual_start)),
        ("ActualWork", duration(row.actual_work_minutes)),
        ("Delay", tenths(row.delay_minutes)),
        ("Finish", moment(row.finish)),
        ("LevelingDelay", tenths(row.levelling_delay_minutes)),
        ("LevelingDelayFormat", str(_UNIT["d"] + 1)),
        ("Notes", row.notes or None),
        ("RemainingWork", duration(row.remaining_work_minutes)),
        ("Start", moment(row.start)),
        ("Stop", moment(row.stop)),
        ("Resume", moment(row.resume)),
        ("Units", number(row.units)),
        ("Work", duration(row.work_minutes)),
        *_baselines(row.baselines),
        *timephased,
    ]
