"""A plan as another program's file holds it: plain data, of which records are made later.

Moments are naive local wall-clock time, durations and slacks integer minutes, a time of day is minutes since
midnight (24:00 is 1440). A weekday is 0 for Monday to 6 for Sunday. None means that the file says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from models.schedule.calendars import Week, WorkWeek
from models.schedule.recurrence import CalendarException

UNASSIGNED = -65535  # resource_uid of an assignment to nobody


@dataclass(frozen=True, slots=True)
class BaselineValues:
    """What a baseline holds of one task, one assignment or one resource."""

    number: int
    start: datetime | None = None
    finish: datetime | None = None
    duration_minutes: int | None = None
    work_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the outline, in the file's order; `uid` is unique in the plan."""

    uid: int
    id: int
    name: str
    outline_level: int = 1
    parent_uid: int | None = None
    milestone: bool = False
    summary: bool = False
    active: bool = True
    manual: bool = False
    type: str = "fixed units"
    effort_driven: bool = False
    duration_minutes: int | None = None
    elapsed: bool = False
    estimated: bool = False
    work_minutes: int | None = None
    constraint_type: str = "ASAP"
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    start: datetime | None = None
    finish: datetime | None = None
    early_start: datetime | None = None
    early_finish: datetime | None = None
    late_start: datetime | None = None
    late_finish: datetime | None = None
    total_slack_minutes: int | None = None
    free_slack_minutes: int | None = None
    critical: bool = False
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    actual_duration_minutes: int | None = None
    percent_complete: int = 0
    remaining_minutes: int | None = None
    stop: datetime | None = None
    resume: datetime | None = None
    segments: tuple[tuple[datetime, datetime], ...] = ()
    manual_start: datetime | None = None
    manual_finish: datetime | None = None
    manual_duration_minutes: int | None = None
    calendar_uid: int | None = None
    ignore_resource_calendar: bool = False
    levelling_delay_minutes: int = 0
    levelling_delay_elapsed: bool = True
    priority: int = 500
    notes: str = ""
    wbs: str = ""
    hyperlink: str = ""
    baselines: tuple[BaselineValues, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """`lag` is minutes, or percent of the predecessor's duration where `lag_unit` says so.

    `lag_unit` is working, elapsed, percent or elapsed percent; `shown_in` the unit in which its author typed it.
    """

    predecessor_uid: int
    successor_uid: int
    type: str = "FS"
    lag: int = 0
    lag_unit: str = "working"
    shown_in: str = "d"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time. A weekday absent in `week` is the base calendar's; an empty list is a day off."""

    uid: int
    name: str
    is_base: bool = False
    base_uid: int | None = None
    week: Week = field(default_factory=dict)
    exceptions: tuple[CalendarException, ...] = ()
    work_weeks: tuple[WorkWeek, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody, or something, that work is given to. `max_units` 1 is one person full time."""

    uid: int
    name: str
    initials: str = ""
    type: str = "work"
    email: str = ""
    max_units: float | None = None
    calendar_uid: int | None = None
    group: str = ""
    code: str = ""
    material_label: str = ""
    notes: str = ""
    generic: bool = False
    inactive: bool = False
    baselines: tuple[BaselineValues, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """A resource on a task; `resource_uid` is UNASSIGNED where the file keeps work for nobody yet."""

    uid: int
    task_uid: int
    resource_uid: int = UNASSIGNED
    units: float = 1.0
    work_minutes: int | None = None
    actual_work_minutes: int | None = None
    remaining_work_minutes: int | None = None
    percent_work_complete: int = 0
    delay_minutes: int = 0
    levelling_delay_minutes: int = 0
    start: datetime | None = None
    finish: datetime | None = None
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    stop: datetime | None = None
    resume: datetime | None = None
    notes: str = ""
    baselines: tuple[BaselineValues, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole file. Every reference between its lists resolves; what did not is told in `warnings`.

    `summary` is the row that stands for the project as a whole, and is not among `tasks`; `summary_assignments` are
    resources on that row. `left_out` names what the file has and Milepost does not keep, counted.
    """

    source: str
    name: str
    guid: str = ""
    title: str = ""
    author: str = ""
    manager: str = ""
    company: str = ""
    subject: str = ""
    category: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    schedule_from_start: bool = True
    status_date: datetime | None = None
    minutes_per_day: int = 480
    minutes_per_week: int = 2400
    days_per_month: int = 20
    default_start: int = 480
    default_finish: int = 1020
    honour_constraints: bool = True
    critical_slack_limit: int = 0
    calendar_uid: int | None = None
    summary: Task | None = None
    tasks: list[Task] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    calendars: list[Calendar] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    summary_assignments: list[Assignment] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def baseline_numbers(self) -> list[int]:
        """The numbers of the baselines that any task or assignment has values of."""
        tasks = [*self.tasks, *([self.summary] if self.summary else [])]
        assignments = [*self.assignments, *self.summary_assignments]
        of_tasks = {b.number for task in tasks for b in task.baselines}
        return sorted(of_tasks | {b.number for assignment in assignments for b in assignment.baselines})


def outline_numbers(tasks: Iterable[Task]) -> dict[int, str]:
    """uid → its place in the outline, as “1.2.3”."""
    numbers: dict[int, str] = {}
    below: dict[int | None, int] = {}
    for task in tasks:
        place = below[task.parent_uid] = below.get(task.parent_uid, 0) + 1
        above = "" if task.parent_uid is None else f"{numbers[task.parent_uid]}."
        numbers[task.uid] = f"{above}{place}"
    return numbers
