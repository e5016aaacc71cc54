"""A `Plan` as Microsoft Project XML (MSPDI) that Microsoft Project opens: what `office.mspdi` reads, written.

The elements stand in the order of Microsoft's schema. Equal plans give equal bytes: no clock, no random GUID. A split
task has its pieces as work day by day on its assignments, as Microsoft Project keeps them.
"""

from collections.abc import Iterator
from datetime import datetime

from office.foreign import Assignment, Link, Plan, Task, outline_numbers
from office.mspdi_text import Element, clock, duration, flag, moment, rendered, uid
from office.mspdi_write_calendars import calendar
from office.mspdi_write_rows import assignment, resource, task
from office.worktime import Hours, Span

NAMESPACE = "http://schemas.microsoft.com/project"
_REMAINING, _ACTUAL = "1", "2"  # types of timephased work


def lines(plan: Plan) -> Iterator[str]:
    """The file as text, line by line; to be encoded as UTF-8."""
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    yield f'<Project xmlns="{NAMESPACE}">\n'
    yield from rendered(_frame(plan), 1)
    for section, rows in (
        ("Calendars", (calendar(row) for row in plan.calendars)),
        ("Tasks", _tasks(plan)),
        ("Resources", (resource(row, n) for n, row in enumerate(plan.resources, 1))),
        ("Assignments", _assignments(plan)),
    ):
        yield f"\t<{section}>\n"
        yield from rendered(rows, 2)
        yield f"\t</{section}>\n"
    yield "</Project>\n"


def _frame(plan: Plan) -> list[Element]:
    return [
        ("SaveVersion", "14"),
        ("Name", plan.source or None),
        ("GUID", plan.guid or None),
        ("Title", plan.title or None),
        ("Subject", plan.subject or None),
        ("Category", plan.category or None),
        ("Company", plan.company or None),
        ("Manager", plan.manager or None),
        ("Author", plan.author or None),
        ("ScheduleFromStart", flag(plan.schedule_from_start)),
        ("StartDate", moment(plan.start)),
        ("FinishDate", moment(plan.finish)),
        ("CriticalSlackLimit", str(round(plan.critical_slack_limit / plan.minutes_per_day))),
        ("CurrencyCode", "USD"),  # the schema demands one; no money is in the file
        ("CalendarUID", uid(plan.calendar_uid)),
        ("DefaultStartTime", clock(plan.default_start)),
        ("DefaultFinishTime", clock(plan.default_finish)),
        ("MinutesPerDay", str(plan.minutes_per_day)),
        ("MinutesPerWeek", str(plan.minutes_per_week)),
        ("DaysPerMonth", str(plan.days_per_month)),
        ("HonorConstraints", flag(plan.honour_constraints)),
        ("StatusDate", moment(plan.status_date)),
        ("NewTasksAreManual", "0"),
    ]


def _tasks(plan: Plan) -> Iterator[Element]:
    links: dict[int, list[Link]] = {}
    for link in plan.links:
        links.setdefault(link.successor_uid, []).append(link)
    if plan.summary:
        yield task(plan.summary, "0", ())
    numbers = outline_numbers(plan.tasks)
    for row in plan.tasks:
        yield task(row, numbers[row.uid], links.get(row.uid, ()))


# ── assignments, and the pieces of split tasks ────────────────────────────────────────────────────────


def _assignments(plan: Plan) -> Iterator[Element]:
    hours = Hours(plan.calendars)
    split = {row.uid: row for row in plan.tasks if row.segments}
    for row in [*plan.summary_assignments, *plan.assignments]:
        whole = split.get(row.task_uid)
        yield assignment(row, _timephased(row, whole, plan, hours) if whole else ())


def _timephased(row: Assignment, whole: Task, plan: Plan, hours: Hours) -> Iterator[Element]:
    """The assignment's work, piece by piece, and no work in between."""
    own = plan.calendar_uid if whole.calendar_uid is None else whole.calendar_uid
    before: datetime | None = None
    for start, finish in whole.segments:
        if before:
            yield _piece(row, _REMAINING, (before, start), 0)
        for kind, span in _parts(whole, (start, finish)):
            work = round(hours.minutes(own, *span) * (row.units or 1))
            yield _piece(row, kind, span, max(work, 1))  # none would be a gap
        before = finish


def _parts(whole: Task, span: Span) -> Iterator[tuple[str, Span]]:
    """What is done of a piece, and what remains."""
    start, finish = span
    done = min(max(start, whole.stop), finish) if whole.stop else start
    if start < done:
        yield _ACTUAL, (start, done)
    if done < finish:
        yield _REMAINING, (done, finish)


def _piece(row: Assignment, kind: str, span: Span, minutes: int) -> Element:
    return "TimephasedData", [
        ("Type", kind),
        ("UID", str(row.uid)),
        ("Start", moment(span[0])),
        ("Finish", moment(span[1])),
        ("Unit", "1"),  # hours
        ("Value", duration(minutes)),
    ]
