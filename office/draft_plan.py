"""The records that a read plan becomes: what is there already, what is new, what has no place."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fractional_indexing import generate_n_keys_between

from models.errors import Invalid
from models.people import check_email
from models.record import new_id
from office.draft import Draft, Known, KnownProject, Values, as_json, minute, of, rounded
from office.draft_calendars import draft_calendars
from office.facts import OF_PROJECT, OF_RESOURCE, with_facts
from office.foreign import UNASSIGNED, Assignment, BaselineValues, Plan, Resource, Task
from office.gathering_baselines import of_resource
from office.gathering_rollup import summed_baselines
from office.words import counted, few


def draft_plan(plan: Plan, known: Known, *, name: str = "", client_id: str | None = None) -> Draft:
    """The records of `plan` for a store that holds `known`."""
    made = Draft(new_id(), left_out=list(plan.left_out))
    made.imported_before = [p.name for p in known.projects if _is_source(plan, p)]
    draft_calendars(made, plan, known)
    _members(made, plan, known)
    _project(made, plan, known, name or plan.name, client_id)
    _tasks(made, plan)
    _links(made, plan)
    _assignments(made, plan)
    _baselines(made, plan)
    made.left_out += list(_without_place(plan))
    return made


def _source(plan: Plan) -> str:
    return f"{plan.source} {plan.guid}".strip()


def _is_source(plan: Plan, project: KnownProject) -> bool:
    """Whether a project came of this file, renamed since or not, or this file of the project."""
    if not plan.guid:
        return project.source == _source(plan)
    return plan.guid in project.source or plan.guid.lower() == project.id


# ── members and the project ───────────────────────────────────────────────────────────────────────────


def _members(made: Draft, plan: Plan, known: Known) -> None:
    """A resource with the e-mail or the name of a member who is here is that member, and stays as here."""
    by_email = {m.email.lower(): m for m in reversed(known.members) if m.email}
    by_name = {m.name.strip().lower(): m for m in reversed(known.members)}
    for resource in plan.resources:
        here = by_email.get(resource.email.lower()) or by_name.get(resource.name.strip().lower())
        if here is None:
            made.members[resource.uid] = _new_member(made, resource)
            continue
        made.members[resource.uid] = here.id
        made.same_members.append(here.name)
        if resource.calendar_uid is not None:
            made.warnings.warn(
                "Members who were here keep their own calendar, not that of the file", here.name
            )


def _new_member(made: Draft, resource: Resource) -> str:
    name = resource.name or f"Resource {resource.uid}"
    email = _email(resource)
    facts = {label: getattr(resource, field) for label, field in OF_RESOURCE.items()}
    if email:
        del facts["E-mail"]
    return made.add(
        "member",
        name,
        name=name,
        initials=resource.initials or None,
        email=email,
        type=resource.type,
        max_units=rounded(resource.max_units),
        calendar_id=of(made.calendars, resource.calendar_uid),
        generic=int(resource.generic) or None,
        inactive=int(resource.inactive) or None,
        notes=with_facts(resource.notes, facts),
        source_uid=resource.uid,
    )


def _email(resource: Resource) -> str | None:
    try:
        check_email(resource.email)
    except Invalid:
        return None
    return resource.email or None


def _project(made: Draft, plan: Plan, known: Known, name: str, client_id: str | None) -> None:
    facts = {label: getattr(plan, field) for label, field in OF_PROJECT.items()}
    manager = _manager(made, plan, known)
    if manager:
        del facts["Manager"]
    made.add(
        "project",
        name,
        id=made.project_id,
        name=name,
        client_id=client_id,
        manager_id=manager,
        start=minute(plan.start) if plan.schedule_from_start else None,  # the other end is computed
        finish=None if plan.schedule_from_start else minute(plan.finish),
        schedule_from="start" if plan.schedule_from_start else "finish",
        status_date=minute(plan.status_date),
        calendar_id=of(made.calendars, plan.calendar_uid),
        minutes_per_day=plan.minutes_per_day,
        minutes_per_week=plan.minutes_per_week,
        days_per_month=plan.days_per_month,
        day_start=plan.default_start,
        day_finish=plan.default_finish,
        honour_constraints=int(plan.honour_constraints),
        critical_limit_minutes=plan.critical_slack_limit,
        team=as_json(_team(made, plan)),
        source=_source(plan),
        notes=with_facts(plan.summary.notes if plan.summary else "", facts),
    )


def _team(made: Draft, plan: Plan) -> list[str]:
    """The members who come with the plan but have no task in it."""
    busy = {a.resource_uid for a in plan.assignments}
    return [made.members[resource.uid] for resource in plan.resources if resource.uid not in busy]


def _manager(made: Draft, plan: Plan, known: Known) -> str | None:
    name = plan.manager.strip().lower()
    here = {m.name.strip().lower(): m.id for m in reversed(known.members)}
    new = {str(row["name"]).strip().lower(): str(row["id"]) for row in made.records.get("member", [])}
    return here.get(name) or new.get(name)


# ── tasks and links ───────────────────────────────────────────────────────────────────────────────────


def _tasks(made: Draft, plan: Plan) -> None:
    ranks = _ranks(plan.tasks)
    made.tasks = {task.uid: new_id() for task in plan.tasks}
    for task in plan.tasks:
        if task.levelling_delay_minutes and not task.levelling_delay_elapsed:
            made.warnings.warn("Levelling delays in working time were taken as clock time", task.name)
        made.add(
            "task",
            task.name,
            id=made.tasks[task.uid],
            project_id=made.project_id,
            parent_id=of(made.tasks, task.parent_uid),
            rank=ranks[task.uid],
            calendar_id=of(made.calendars, task.calendar_uid),
            notes=task.notes or None,
            **_inputs(task),
            **_progress(made, task),
        )


def _inputs(task: Task) -> Values:
    manual = task.manual
    return {
        "name": task.name or f"Task {task.id}",
        "milestone": int(task.milestone),
        "mode": "manual" if manual else "auto",
        "type": task.type,
        "effort_driven": int(task.effort_driven) or None,
        "duration_minutes": _duration(task),
        "elapsed": int(task.elapsed) or None,
        "estimated": int(task.estimated) or None,
        "constraint_type": task.constraint_type,
        "constraint_date": minute(task.constraint_date),
        "deadline": minute(task.deadline),
        "manual_start": minute(task.manual_start or task.start) if manual else None,
        "manual_finish": minute(task.manual_finish or task.finish) if manual else None,
        "ignore_resource_calendar": int(task.ignore_resource_calendar) or None,
        "levelling_delay_minutes": task.levelling_delay_minutes or None,
        "priority": task.priority,
        "inactive": int(not task.active) or None,
        "wbs": task.wbs or None,
        "hyperlink": task.hyperlink or None,
        "source_uid": task.uid,
    }


def _duration(task: Task) -> int | None:
    if task.manual and task.manual_duration_minutes is not None:
        return task.manual_duration_minutes
    return task.duration_minutes


def _progress(made: Draft, task: Task) -> Values:
    start, finish = task.actual_start, task.actual_finish
    if start and finish and finish < start:
        made.warnings.warn("Actual finishes before the actual start were left empty", task.name)
        finish = None
    return {
        "actual_start": minute(start),
        "actual_finish": minute(finish),
        "percent_complete": task.percent_complete,
        # of a task that has not started it is the duration, which may still be edited
        "remaining_minutes": task.remaining_minutes if start else None,
        "stop": minute(task.stop),
        "resume": minute(task.resume),
        "segments": as_json([[minute(a), minute(b)] for a, b in task.segments]),
    }


def _ranks(tasks: Iterable[Task]) -> dict[int, str]:
    """Fractional keys in the file's order, level by level."""
    levels: dict[int | None, list[int]] = {}
    for task in tasks:
        levels.setdefault(task.parent_uid, []).append(task.uid)
    ranks: dict[int, str] = {}
    for uids in levels.values():
        ranks.update(zip(uids, generate_n_keys_between(None, None, len(uids)), strict=True))
    return ranks


def _links(made: Draft, plan: Plan) -> None:
    names = {task.uid: task.name for task in plan.tasks}
    for link in plan.links:
        made.add(
            "dependency",
            f"link to {names[link.successor_uid]}",
            project_id=made.project_id,
            predecessor_id=made.tasks[link.predecessor_uid],
            successor_id=made.tasks[link.successor_uid],
            type=link.type,
            lag=link.lag,
            lag_unit=link.lag_unit,
            lag_shown=None if link.shown_in in ("d", "%") else link.shown_in,
        )
    if circle := _on_circles(plan):
        made.warnings.warn("Links close a circle; remove one, or its dates cannot be computed", few(circle))


def _on_circles(plan: Plan) -> list[str]:
    """The tasks that wait for themselves through their links, or for one that does."""
    waits = Counter(link.successor_uid for link in plan.links)
    after: dict[int, list[int]] = {}
    for link in plan.links:
        after.setdefault(link.predecessor_uid, []).append(link.successor_uid)
    free = [task.uid for task in plan.tasks if not waits[task.uid]]
    while free:
        for successor in after.get(free.pop(), ()):
            waits[successor] -= 1
            if not waits[successor]:
                free.append(successor)
    return [task.name for task in plan.tasks if waits[task.uid] > 0]


# ── assignments and baselines ─────────────────────────────────────────────────────────────────────────


def _assignments(made: Draft, plan: Plan) -> None:
    names = {task.uid: task.name for task in plan.tasks}
    for a in plan.assignments:
        made.add(
            "assignment",
            f"work on {names[a.task_uid]}",
            task_id=made.tasks[a.task_uid],
            member_id=made.members.get(a.resource_uid),
            units=rounded(a.units),
            work_minutes=a.work_minutes,
            actual_work_minutes=a.actual_work_minutes,
            remaining_work_minutes=a.remaining_work_minutes,
            percent_work_complete=a.percent_work_complete,
            **_progress_of_work(a),
            delay_minutes=a.delay_minutes or None,
            levelling_delay_minutes=a.levelling_delay_minutes or None,
            notes=a.notes or None,
            source_uid=a.uid,
        )


def _progress_of_work(a: Assignment) -> Values:
    """Of work that has begun; before, the file stops and resumes at the start, which is computed."""
    begun = a.actual_start is not None
    return {
        "actual_start": minute(a.actual_start),
        "actual_finish": minute(a.actual_finish),
        "stop": minute(a.stop) if begun else None,
        "resume": minute(a.resume) if begun else None,
    }


def _baselines(made: Draft, plan: Plan) -> None:
    """One baseline for each number that a task or an assignment has values of, with a row a task."""
    working: dict[int, list[Assignment]] = {}
    for a in plan.assignments:
        if a.baselines:
            working.setdefault(a.task_uid, []).append(a)
    for number in plan.baseline_numbers:
        id = made.add("baseline", f"baseline {number}", project_id=made.project_id, number=number)
        for task in plan.tasks:
            own = [b for b in task.baselines if b.number == number]
            work = [(a, b) for a in working.get(task.uid, ()) for b in a.baselines if b.number == number]
            if own or work:
                _baseline_row(made, id, task, own[0] if own else BaselineValues(number), work)


def _baseline_row(
    made: Draft, id: str, task: Task, values: BaselineValues, work: list[tuple[Assignment, BaselineValues]]
) -> None:
    made.add(
        "baseline_task",
        f"baseline of {task.name}",
        baseline_id=id,
        task_id=made.tasks[task.uid],
        name=task.name or None,
        start=minute(values.start),
        finish=minute(values.finish),
        duration_minutes=values.duration_minutes,
        work_minutes=values.work_minutes,
        assignments=as_json([_baseline_work(made, a, b) for a, b in work]),
    )


def _baseline_work(made: Draft, a: Assignment, values: BaselineValues) -> Values:
    return {
        "member_id": made.members.get(a.resource_uid),
        "start": minute(values.start),
        "finish": minute(values.finish),
        "work_minutes": values.work_minutes,
    }


# ── what has no place ─────────────────────────────────────────────────────────────────────────────────


def _without_place(plan: Plan) -> Iterator[str]:
    """What was read but Milepost's records have no field for."""
    yield from _of_the_whole(plan)
    of: dict[int, list[Assignment]] = {}
    for a in plan.assignments:
        of.setdefault(a.resource_uid, []).append(a)
    if totals := sum(len(set(r.baselines) - {*of_resource(of.get(r.uid, ()))}) for r in plan.resources):
        yield f"{counted(totals, 'baseline total')} of resources"
    busy = {a.task_uid for a in plan.assignments}
    if loose := sum(bool(t.work_minutes) and not t.summary and t.uid not in busy for t in plan.tasks):
        yield f"work of {counted(loose, 'task')} without an assignment"


def _of_the_whole(plan: Plan) -> Iterator[str]:
    """What hangs on the row of the project itself: sums of its tasks, and people on no task."""
    names = {resource.uid: resource.name for resource in plan.resources}
    people = [names[a.resource_uid] for a in plan.summary_assignments if a.resource_uid != UNASSIGNED]
    if people:
        yield f"{counted(len(people), 'assignment')} to the project as a whole: {few(people)}"
    if sums := len(plan.summary_assignments) - len(people):
        yield f"{counted(sums, 'sum')} of work of the project as a whole"
    if totals := len(_baselines_of_its_own(plan)):
        yield f"{counted(totals, 'baseline total')} of the project as a whole"


def _baselines_of_its_own(plan: Plan) -> set[BaselineValues]:
    """Those of the whole that do not follow from its tasks; lengths always do."""
    of_tasks = (task.baselines for task in plan.tasks if not task.summary)
    told = plan.summary.baselines if plan.summary else ()
    return _without_lengths(told) - _without_lengths(summed_baselines(of_tasks, lambda _, __: 0))


def _without_lengths(baselines: Iterable[BaselineValues]) -> set[BaselineValues]:
    return {replace(values, duration_minutes=None) for values in baselines}
