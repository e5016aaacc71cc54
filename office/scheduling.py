"""A plan that was read from a file, as the schedule engine takes it."""

from datetime import datetime

from models.schedule import inputs
from models.schedule.calendars import Calendar
from models.schedule.instants import of
from office import foreign


def as_inputs(plan: foreign.Plan) -> inputs.Plan:
    """Everything but what is computed: the file's own dates count only where they are manual or actual."""
    crews = _crews(plan)
    return inputs.Plan(
        start=_at(plan.start) or min((of(t.start) for t in plan.tasks if t.start), default=0),
        finish=_at(plan.finish),
        from_finish=not plan.schedule_from_start,
        calendar=plan.calendar_uid,
        honour_constraints=plan.honour_constraints,
        critical_limit=plan.critical_slack_limit,
        tasks=tuple(_task(task, crews.get(task.uid, ())) for task in plan.tasks),
        links=tuple(
            inputs.Link(k.predecessor_uid, k.successor_uid, k.type, k.lag, k.lag_unit) for k in plan.links
        ),
        calendars=tuple(as_calendar(c) for c in plan.calendars),
    )


def _at(moment: datetime | None) -> int | None:
    return None if moment is None else of(moment)


def _task(task: foreign.Task, crews: tuple[inputs.Crew, ...]) -> inputs.Task:
    manual = task.manual
    duration = (
        task.manual_duration_minutes
        if manual and task.manual_duration_minutes is not None
        else task.duration_minutes
    )
    return inputs.Task(
        key=task.uid,
        name=task.name,
        parent=task.parent_uid,
        duration=duration or 0,
        elapsed=task.elapsed,
        manual=manual,
        manual_start=_at(task.manual_start or task.start) if manual else None,
        manual_finish=_at(task.manual_finish or task.finish) if manual else None,
        constraint=task.constraint_type,
        constraint_date=_at(task.constraint_date),
        deadline=_at(task.deadline),
        actual_start=_at(task.actual_start),
        actual_finish=_at(task.actual_finish),
        percent_complete=task.percent_complete,
        remaining=task.remaining_minutes if task.actual_start else None,
        resume=_at(task.resume),
        segments=tuple((of(a), of(b)) for a, b in task.segments),
        calendar=task.calendar_uid,
        ignore_resource_calendar=task.ignore_resource_calendar,
        levelling_delay=task.levelling_delay_minutes,
        inactive=not task.active,
        crews=crews,
    )


def _crews(plan: foreign.Plan) -> dict[int, tuple[inputs.Crew, ...]]:
    working = {r.uid: r for r in plan.resources if r.type == "work"}
    found: dict[int, tuple[inputs.Crew, ...]] = {}
    for a in plan.assignments:
        if a.resource_uid in working:
            crew = inputs.Crew(working[a.resource_uid].calendar_uid, a.work_minutes, a.units, a.delay_minutes)
            found[a.task_uid] = (*found.get(a.task_uid, ()), crew)
    return found


def as_calendar(calendar: foreign.Calendar) -> Calendar:
    return Calendar(
        calendar.uid,
        calendar.name,
        calendar.base_uid,
        calendar.week,
        calendar.exceptions,
        calendar.work_weeks,
    )
