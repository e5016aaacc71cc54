"""What a schedule is computed from, and nothing derived. Instants and durations are minutes (see `instants`)."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from models.schedule.calendars import Calendar

Key = Hashable  # of a task, a calendar: an id of the store, a UID of a file

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Crew:
    """A resource on a task, that works; `delay` is working minutes after the task's start."""

    calendar: Key | None = None
    work: int | None = None
    units: float = 1.0
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """A node of the outline; a summary is one that others name as parent. None means: not given.

    `segments` are the pieces of a split task where they stand now; what counts is the working time between them.
    """

    key: Key
    name: str = ""
    parent: Key | None = None
    duration: int = 480
    elapsed: bool = False
    manual: bool = False
    manual_start: int | None = None
    manual_finish: int | None = None
    constraint: str = "ASAP"
    constraint_date: int | None = None
    deadline: int | None = None
    actual_start: int | None = None
    actual_finish: int | None = None
    percent_complete: int = 0
    remaining: int | None = None
    resume: int | None = None
    segments: tuple[Span, ...] = ()
    calendar: Key | None = None
    ignore_resource_calendar: bool = False
    levelling_delay: int = 0
    inactive: bool = False
    crews: tuple[Crew, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """`lag` is minutes, or percent of the predecessor's duration; `unit` is one of models.dependency.LAG_UNITS."""

    predecessor: Key
    successor: Key
    type: str = "FS"
    lag: int = 0
    unit: str = "working"


@dataclass(frozen=True, slots=True)
class Plan:
    """A project. From the start, `start` counts; from the finish, `finish` does, and the start is computed.

    `reschedule_after`: what is not done by then is done after it (the status date, where that was asked for).
    """

    start: int
    finish: int | None = None
    from_finish: bool = False
    calendar: Key | None = None
    honour_constraints: bool = True
    critical_limit: int = 0
    reschedule_after: int | None = None
    tasks: tuple[Task, ...] = ()
    links: tuple[Link, ...] = ()
    calendars: tuple[Calendar, ...] = field(default=())
