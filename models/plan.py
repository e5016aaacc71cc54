"""The plan of a project: tasks as a tree, links between them, calendars, assignments, baselines.

Everything here is an input; start, finish, slack and the critical path are computed and live in the derived table
`schedule`, which is never captured and never synced.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from fractional_indexing import generate_n_keys_between
from sqlalchemy import Index, text
from sqlmodel import Session, col, select

from models.errors import Invalid, Refused
from models.fields import Field, Scalar
from models.record import Named, Record, Writer, attribute, create, find, now_instant, register

STATUSES = ("todo", "doing", "done", "blocked", "n/a")
CONSTRAINTS = ("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")
LINK_TYPES = ("FS", "SS", "FF", "SF")
LAG_UNITS = ("working", "elapsed", "percent", "elapsed percent")


# ── fields of a task that are typed but stored as others ──────────────────────────────────────────────


def _write_start(_: Session, task: "Task", value: Scalar) -> None:
    """A start typed on an automatic, unstarted task is a constraint (SCHEDULE: SNET)."""
    if task.mode == "manual":
        task.manual_start = _text(value)
    elif task.actual_start:
        task.actual_start = _text(value)
    else:
        _constrain(task, "SNET", value)


def _write_finish(_: Session, task: "Task", value: Scalar) -> None:
    if task.mode == "manual":
        task.manual_finish = _text(value)
    elif task.actual_finish:
        task.actual_finish = _text(value)
    else:
        _constrain(task, "FNET", value)


def _constrain(task: "Task", type: str, value: Scalar) -> None:
    task.constraint_type = type if value else "ASAP"
    task.constraint_date = _text(value)


def _write_status(_: Session, task: "Task", value: Scalar) -> None:
    today = datetime.now()
    if value != "blocked":
        task.blocked_reason = task.waiting_on = task.blocked_since = None
    if value != "n/a":
        task.not_applicable_reason = None
    if value == "todo":
        _unstart(task)
    elif value == "doing":
        _unfinish(task)
        task.actual_start = task.actual_start or f"{today:%Y-%m-%dT08:00}"
    elif value == "done":
        _finish(task, f"{today:%Y-%m-%dT17:00}")
    elif value == "blocked":
        _unfinish(task)
        task.blocked_reason = task.blocked_reason or "waiting"
        task.blocked_since = task.blocked_since or f"{today:%Y-%m-%d}"
    elif value == "n/a":
        task.not_applicable_reason = task.not_applicable_reason or "not in scope"


def _write_who(session: Session, task: "Task", value: Scalar) -> None:
    """The members whose names or initials are listed, separated by commas; nobody for empty."""
    from models.people import Member

    wanted = [w.strip() for w in str(value or "").split(",") if w.strip()]
    members = session.exec(select(Member).where(col(Member.deleted_at).is_(None))).all()
    chosen = {_member(members, word).id for word in wanted}
    rows = session.exec(select(Assignment).where(col(Assignment.task_id) == task.id)).all()
    for row in rows:
        if row.deleted_at is None and row.member_id not in chosen:
            row.remove(session, now_instant())
    present = {row.member_id for row in rows if row.deleted_at is None}
    for member_id in sorted(chosen - present):
        create(session, "assignment", task_id=task.id, member_id=member_id)


def _member(members: Sequence[Record], word: str) -> Record:
    low = word.lower()
    for test in (
        lambda m: low in ((m.initials or "").lower(), m.name.lower()),
        lambda m: m.name.lower().startswith(low),
    ):
        hits = [m for m in members if test(m)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Invalid("who", f"“{word}” fits {', '.join(m.name for m in hits)}. Write more of the name.")  # type: ignore[attr-defined]
    raise Invalid("who", f"no member is called “{word}”. Add one: milepost add member name=…")


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


WRITERS = (
    Writer(Field("start", "minute", "Start", help="an automatic task: not before this"), _write_start),
    Writer(
        Field("finish", "minute", "Finish", help="an automatic task: not finished before this"), _write_finish
    ),
    Writer(Field("status", "choice", "Status", choices=STATUSES, required=True), _write_status),
    Writer(Field("who", "text", "Who", help="names or initials of members, by comma"), _write_who),
)


# ── records ───────────────────────────────────────────────────────────────────────────────────────────


@register(
    "Task",
    "Tasks",
    listed=("name", "project_id", "status", "duration_minutes", "percent_complete", "deadline"),
    writers=WRITERS,
)
class Task(Named, Record, table=True):
    """A node of a project's tree: a summary when it has children, a milestone when it is marked one."""

    __table_args__ = (
        Index("task_tree", "project_id", "parent_id", "rank", "id", "deleted_at"),
        Index("task_state", "project_id", "deleted_at", "actual_finish", "milestone", "blocked_reason"),
        Index("task_deadline", "project_id", "deadline", sqlite_where=text("deadline IS NOT NULL")),
    )

    project_id: str = attribute("ref", "Project", refers="project", required=True)
    parent_id: str | None = attribute("ref", "Below", refers="task", group="place")
    rank: str | None = attribute("text", "Order", group="place")
    name: str = attribute("text", "Name", required=True)
    milestone: int = attribute("flag", "Milestone", default=0)
    mode: str = attribute("choice", "Mode", default="auto", choices=("auto", "manual"))
    type: str = attribute(
        "choice", "Type", default="fixed units", choices=("fixed units", "fixed duration", "fixed work")
    )
    duration_minutes: int | None = attribute(
        "duration", "Duration", default=480, low=0, high=10**8, aliases=("duration",)
    )
    elapsed: int | None = attribute("flag", "Elapsed duration")
    estimated: int | None = attribute("flag", "Estimated")
    constraint_type: str = attribute(
        "choice", "Constraint", default="ASAP", choices=CONSTRAINTS, group="constraint", decides="server"
    )
    constraint_date: str | None = attribute("minute", "Constraint date", group="constraint", decides="server")
    deadline: str | None = attribute("minute", "Deadline", decides="server")
    manual_start: str | None = attribute("minute", "Manual start", group="manual", decides="server")
    manual_finish: str | None = attribute("minute", "Manual finish", group="manual", decides="server")
    actual_start: str | None = attribute("minute", "Actual start", group="progress", decides="server")
    actual_finish: str | None = attribute("minute", "Actual finish", group="progress", decides="server")
    percent_complete: int = attribute(
        "integer", "% complete", default=0, low=0, high=100, group="progress", decides="server"
    )
    remaining_minutes: int | None = attribute(
        "duration", "Remaining", low=0, high=10**8, group="progress", decides="server"
    )
    stop: str | None = attribute("minute", "Stopped at", group="progress", decides="server")
    resume: str | None = attribute("minute", "Resumes at", group="progress", decides="server")
    segments: str | None = attribute("json", "Split segments", group="progress", decides="server")
    calendar_id: str | None = attribute("ref", "Calendar", refers="calendar")
    ignore_resource_calendar: int | None = attribute("flag", "Ignore resource calendars")
    levelling_delay_minutes: int | None = attribute("integer", "Levelling delay (elapsed minutes)")
    priority: int = attribute("integer", "Priority", default=500, low=0, high=1000)
    inactive: int | None = attribute("flag", "Inactive")
    blocked_reason: str | None = attribute("text", "Blocked because", group="blocked", decides="server")
    waiting_on: str | None = attribute(
        "choice", "Waiting on", choices=("client", "us", "third party"), group="blocked", decides="server"
    )
    blocked_since: str | None = attribute("date", "Blocked since", group="blocked", decides="server")
    not_applicable_reason: str | None = attribute("text", "Not applicable because", decides="server")
    wbs: str | None = attribute("text", "WBS code")
    hyperlink: str | None = attribute("text", "Link address")
    notes: str | None = attribute("note", "Notes")
    source_uid: int | None = attribute("integer", "UID in the imported file")

    @property
    def status(self) -> str:
        """Derived: only blocked and not applicable are stored."""
        if self.not_applicable_reason:
            return "n/a"
        if self.actual_finish:
            return "done"
        if self.blocked_reason:
            return "blocked"
        return "doing" if self.actual_start else "todo"

    def rules(self) -> None:
        if self.actual_start and self.actual_finish and self.actual_finish < self.actual_start:
            raise Invalid(
                "actual_finish",
                f"{self.actual_finish} lies before the start, {self.actual_start}. Correct one.",
            )
        if self.constraint_type not in (None, "ASAP", "ALAP") and not self.constraint_date:
            raise Invalid(
                "constraint_date", f"{self.constraint_type} needs a date. Type one, or choose ASAP."
            )

    def born(self, session: Session) -> None:
        if self.rank is None:
            [self.rank] = _ranks(session, self.project_id, self.parent_id, 1)

    def agree(self, session: Session, written: Collection[str]) -> None:
        if self.parent_id and "parent_id" in written:
            _refuse_loop(session, {self.id}, self.parent_id)

    def remove(self, session: Session, at: str) -> None:
        for task in [self, *_below(session, self)]:
            task.deleted_at = task.deleted_at or at

    def restore(self, session: Session) -> None:
        at = self.deleted_at
        for task in [self, *_below(session, self)]:
            if task.deleted_at == at:
                task.deleted_at = None


@register(
    "Dependency",
    "Dependencies",
    title="type",
    listed=("predecessor_id", "successor_id", "type", "lag", "lag_unit"),
)
class Dependency(Named, Record, table=True):
    """A link between two tasks. `lag` is minutes, or percent of the predecessor's duration by `lag_unit`."""

    project_id: str | None = attribute("ref", "Project", refers="project", index=True)
    predecessor_id: str = attribute(
        "ref", "Predecessor", refers="task", required=True, index=True, group="ends"
    )
    successor_id: str = attribute("ref", "Successor", refers="task", required=True, index=True, group="ends")
    type: str = attribute("choice", "Type", default="FS", choices=LINK_TYPES)
    lag: int = attribute("integer", "Lag", default=0, group="lag")
    lag_unit: str = attribute("choice", "Lag unit", default="working", choices=LAG_UNITS, group="lag")

    def rules(self) -> None:
        if self.predecessor_id == self.successor_id:
            raise Invalid("successor", "a task cannot wait for itself. Choose another one.")

    def born(self, session: Session) -> None:
        self.project_id = self.project_id or find(session, "task", self.successor_id).project_id

    def agree(self, session: Session, written: Collection[str]) -> None:
        if self.deleted_at is None and {"predecessor_id", "successor_id", "deleted_at"}.intersection(written):
            _refuse_cycle(session, self)

    def restore(self, session: Session) -> None:
        self.deleted_at = None
        _refuse_cycle(session, self)


@register("Calendar", "Calendars", listed=("name", "base_id", "project_id"))
class Calendar(Named, Record, table=True):
    """Working time. `week`: JSON {"mon": [["08:00","12:00"], …], …}; an absent day is the base's.

    `exceptions`: JSON list of {name, from, to, work: [[from, to], …]} and, where recurring, the rule's fields.
    `work_weeks`: JSON list of {name, from, to, week}.
    """

    name: str = attribute("text", "Name", required=True)
    base_id: str | None = attribute("ref", "Base calendar", refers="calendar")
    project_id: str | None = attribute("ref", "Project", refers="project", index=True)
    week: str | None = attribute("json", "Week")
    exceptions: str | None = attribute("json", "Exceptions")
    work_weeks: str | None = attribute("json", "Work weeks")
    source_uid: int | None = attribute("integer", "UID in the imported file")


@register(
    "Assignment", "Assignments", title="task_id", listed=("task_id", "member_id", "units", "work_minutes")
)
class Assignment(Named, Record, table=True):
    """A member on a task. `units` 1 = full time; an assignment to nobody keeps its work."""

    task_id: str = attribute("ref", "Task", refers="task", required=True, index=True)
    member_id: str | None = attribute("ref", "Member", refers="member", index=True)
    units: float = attribute("number", "Units", default=1.0, low=0)
    work_minutes: int | None = attribute("integer", "Work (minutes)", low=0)
    actual_work_minutes: int | None = attribute("integer", "Actual work (minutes)", low=0)
    remaining_work_minutes: int | None = attribute("integer", "Remaining work (minutes)", low=0)
    percent_work_complete: int | None = attribute("integer", "% work complete", low=0, high=100)
    delay_minutes: int | None = attribute("integer", "Delay (minutes)")
    levelling_delay_minutes: int | None = attribute("integer", "Levelling delay (elapsed minutes)")
    source_uid: int | None = attribute("integer", "UID in the imported file")


@register(
    "Baseline",
    "Baselines",
    title="number",
    immutable=True,
    listed=("project_id", "number", "name", "taken_at"),
)
class Baseline(Named, Record, table=True):
    """A plan as it was agreed. Append-only, as many as it takes."""

    project_id: str = attribute("ref", "Project", refers="project", required=True, index=True)
    number: int = attribute("integer", "Number", default=0, low=0)
    name: str | None = attribute("text", "Name")
    taken_at: str | None = attribute("instant", "Taken")


@register(
    "Baseline row",
    "Baseline rows",
    immutable=True,
    listed=("baseline_id", "name", "start", "finish", "duration_minutes"),
)
class BaselineTask(Named, Record, table=True):
    """A task as a baseline holds it, also when the task was deleted since.

    `assignments`: JSON list of {member_id, start, finish, work_minutes}.
    """

    baseline_id: str = attribute("ref", "Baseline", refers="baseline", required=True, index=True)
    task_id: str = attribute("ref", "Task", refers="task", required=True, index=True)
    name: str | None = attribute("text", "Name")
    start: str | None = attribute("minute", "Start")
    finish: str | None = attribute("minute", "Finish")
    duration_minutes: int | None = attribute("duration", "Duration")
    work_minutes: int | None = attribute("integer", "Work (minutes)")
    assignments: str | None = attribute("json", "Assignments")


# ── the tree ──────────────────────────────────────────────────────────────────────────────────────────


def add_task(
    session: Session, project_id: str, name: str, *, after: str | None = None, before: str | None = None,
    under: str | None = None, **values: Scalar,
) -> Task:  # fmt: skip
    """A new task directly after or before a sibling, or as the last one under a task (or of the project)."""
    beside = find(session, "task", place) if (place := after or before) else None
    parent_id = beside.parent_id if beside else under
    [rank] = _ranks(session, project_id, parent_id, 1, after=after, before=before)
    task: Task = create(
        session, "task", project_id=project_id, parent_id=parent_id, rank=rank, name=name, **values
    )
    return task


def add_tasks(
    session: Session, project_id: str, names: Sequence[str], under: str | None = None
) -> list[Task]:
    """New tasks in the order given, after the last ones under a task (or of the project)."""
    ranks = _ranks(session, project_id, under, len(names))
    # held, for the session forgets what nobody holds and reads it again for every task
    _held = find(session, "project", project_id), under and find(session, "task", under)
    return [
        create(session, "task", project_id=project_id, parent_id=under, rank=rank, name=name)
        for name, rank in zip(names, ranks, strict=True)
    ]


def indent(session: Session, task_ids: Sequence[str]) -> None:
    """Each task goes below the sibling above it. Raises Refused for the first of its level."""
    chosen = set(task_ids)
    for task in _tops(session, task_ids):
        above = [s for s in _children(session, task.project_id, task.parent_id) if _order(s) < _order(task)]
        above = [s for s in above if s.id not in chosen]
        if not above:
            raise Refused(f"“{task.name}” has no task above it on its level to go under.")
        _put(session, [task], above[-1].id)


def outdent(session: Session, task_ids: Sequence[str]) -> None:
    """Each task goes up one level, directly after its former parent. Raises Refused on the top level."""
    for task in reversed(_tops(session, task_ids)):
        if task.parent_id is None:
            raise Refused(f"“{task.name}” is on the top level already.")
        parent: Task = find(session, "task", task.parent_id)
        _put(session, [task], parent.parent_id, after=parent.id)


def move(session: Session, task_ids: Sequence[str], step: int) -> None:
    """The tasks, which are siblings, go up (-1) or down (+1) past one sibling. Raises Refused at the edge."""
    tasks = _tops(session, task_ids)
    if len({task.parent_id for task in tasks}) != 1:
        raise Refused("Marked tasks of different levels cannot be moved together. Mark tasks of one level.")
    level = _children(session, tasks[0].project_id, tasks[0].parent_id)
    chosen = {task.id for task in tasks}
    edge = [i for i, task in enumerate(level) if task.id in chosen]
    if not edge:
        raise Refused("A task in the recycle bin has no place to move from. Undelete it first.")
    target = edge[0] - 1 if step < 0 else edge[-1] + 1
    if not 0 <= target < len(level):
        raise Refused("That is as far as it goes on this level; < takes it up a level.")
    beside = level[target].id
    _put(
        session,
        tasks,
        tasks[0].parent_id,
        before=beside if step < 0 else None,
        after=beside if step > 0 else None,
    )


def move_to(session: Session, task_ids: Sequence[str], under: str | None, after: str | None = None) -> None:
    """The tasks go under another task (None: the top level), after a child of it or as its last ones."""
    _put(session, _tops(session, task_ids), under, after=after)


def _put(
    session: Session, tasks: Sequence[Task], parent_id: str | None, *, after: str | None = None,
    before: str | None = None,
) -> None:  # fmt: skip
    moving = {task.id for task in tasks}
    _refuse_loop(session, moving, parent_id)
    ranks = _ranks(
        session, tasks[0].project_id, parent_id, len(tasks), after=after, before=before, moving=moving
    )
    for task, rank in zip(tasks, ranks, strict=True):
        task.parent_id, task.rank = parent_id, rank


def _ranks(
    session: Session, project_id: str, parent_id: str | None, count: int, *, after: str | None = None,
    before: str | None = None, moving: Collection[str] = (),
) -> list[str]:  # fmt: skip
    """`count` fractional keys for a place on a level: after or before a sibling, else last.

    Two laptops may have made equal keys (ties go by id), so the upper neighbour is the next larger key.
    """
    places = (
        select(col(Task.id), col(Task.rank))
        .where(
            col(Task.project_id) == project_id,
            col(Task.parent_id) == parent_id,
            col(Task.deleted_at).is_(None),
            col(Task.rank) > "",
        )
        .order_by(col(Task.rank).desc(), col(Task.id).desc())
    )
    if after is None and before is None:
        places = places.limit(len(moving) + 1)  # the last ones: a level may hold thousands
    level = [(id, rank or "") for id, rank in session.exec(places).all() if id not in moving][::-1]
    at = len(level)
    for index, (id, _) in enumerate(level):
        if id == after:
            at = index + 1
        elif id == before:
            at = index
    low = level[at - 1][1] if at else None
    high = next((rank for _, rank in level[at:] if low is None or rank > low), None)
    return list(generate_n_keys_between(low, high, count))


def _refuse_loop(session: Session, moving: set[str], parent_id: str | None) -> None:
    seen: set[str] = set()  # two laptops may have made a loop that the server has not refused yet
    while parent_id is not None and parent_id not in seen:
        if parent_id in moving:
            raise Refused("A task cannot go below itself or below one of its own. Choose another place.")
        seen.add(parent_id)
        parent = session.get(Task, parent_id)
        parent_id = parent.parent_id if parent else None


def _order(task: Task) -> tuple[str, str]:
    return task.rank or "", task.id


def _children(session: Session, project_id: str, parent_id: str | None) -> list[Task]:
    rows = session.exec(
        select(Task)
        .where(
            col(Task.project_id) == project_id,
            col(Task.parent_id) == parent_id,
            col(Task.deleted_at).is_(None),
        )
        .order_by(col(Task.rank), col(Task.id))
    ).all()
    return [task for task in rows if task.rank]


def _below(session: Session, task: Task) -> list[Task]:
    found: list[Task] = []
    seen = {task.id}
    level = [task.id]
    while level:
        rows = session.exec(
            select(Task).where(col(Task.project_id) == task.project_id, col(Task.parent_id).in_(level))
        ).all()
        fresh = [row for row in rows if row.id not in seen]
        seen.update(row.id for row in fresh)
        found += fresh
        level = [row.id for row in fresh]
    return found


def _tops(session: Session, task_ids: Sequence[str]) -> list[Task]:
    """The chosen tasks in order, without those that lie below another chosen one."""
    chosen = {id: find(session, "task", id) for id in task_ids}
    tops = [task for task in chosen.values() if not _lies_below(session, task, chosen)]
    if not tops:
        raise Refused("Choose a task first.")
    return sorted(tops, key=_order)


def _lies_below(session: Session, task: Task, chosen: dict[str, Task]) -> bool:
    seen = {task.id}
    while task.parent_id and task.parent_id not in seen:
        if task.parent_id in chosen:
            return True
        seen.add(task.parent_id)
        parent = session.get(Task, task.parent_id)
        if parent is None:
            return False
        task = parent
    return False


# ── the verbs of progress ─────────────────────────────────────────────────────────────────────────────


def set_status(session: Session, task_ids: Sequence[str], status: str) -> None:
    """One of STATUSES for each task."""
    for id in task_ids:
        _write_status(session, find(session, "task", id), status)


def finish(session: Session, task_ids: Sequence[str], at: str | None = None) -> None:
    """Done at `at` (naive local minutes), or today at 17:00."""
    for id in task_ids:
        _finish(find(session, "task", id), at or f"{datetime.now():%Y-%m-%dT17:00}")


def block(session: Session, task_ids: Sequence[str], reason: str, waiting_on: str | None = None) -> None:
    """Waits for someone, with a reason, since today."""
    for id in task_ids:
        task: Task = find(session, "task", id)
        _unfinish(task)
        task.blocked_reason, task.waiting_on = reason, waiting_on
        task.blocked_since = f"{datetime.now():%Y-%m-%d}"


def prioritise(session: Session, task_ids: Sequence[str], step: int) -> None:
    """Raises (or lowers) the priority by `step`, within 0 to 1000."""
    for id in task_ids:
        task: Task = find(session, "task", id)
        task.priority = min(1000, max(0, (task.priority or 0) + step))


def _finish(task: Task, at: str) -> None:
    task.actual_start = min(task.actual_start or f"{at[:10]}T08:00", at)
    task.actual_finish = task.actual_finish or at
    task.percent_complete, task.remaining_minutes = 100, 0


def _unfinish(task: Task) -> None:
    if task.actual_finish:
        task.actual_finish = task.remaining_minutes = None
        task.percent_complete = 0


def _unstart(task: Task) -> None:
    task.actual_start = task.actual_finish = task.remaining_minutes = task.stop = task.resume = None
    task.percent_complete = 0


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────


def link(
    session: Session, predecessor_id: str, successor_id: str, type: str = "FS", lag: int = 0,
    lag_unit: str = "working",
) -> Dependency:  # fmt: skip
    """A link; raises Refused when it would close a circle, naming the tasks on it."""
    dependency: Dependency = create(
        session, "dependency", predecessor_id=predecessor_id, successor_id=successor_id, type=type, lag=lag,
        lag_unit=lag_unit,
    )  # fmt: skip
    return dependency


def link_all(session: Session, predecessor_id: str, successor_ids: Iterable[str]) -> None:
    """Each task starts after the predecessor ends. Raises Refused where that closes a circle."""
    for id in successor_ids:
        link(session, predecessor_id, id)


def _refuse_cycle(session: Session, dependency: Dependency) -> None:
    rows = session.exec(
        select(Dependency.predecessor_id, Dependency.successor_id).where(
            col(Dependency.project_id) == dependency.project_id,
            col(Dependency.deleted_at).is_(None),
            col(Dependency.id) != dependency.id,
        )
    ).all()
    if path := path_between(rows, dependency.successor_id, dependency.predecessor_id):
        names = [task.name if (task := session.get(Task, id)) else id for id in path]
        raise Refused(
            f"This link closes a circle: {' → '.join([*names, names[0]])}. Remove one link of it first."
        )


def path_between(links: Iterable[tuple[str, str]], start: str, goal: str) -> list[str]:
    """The tasks from `start` to `goal` along (predecessor, successor) pairs; empty where there is no way."""
    after: dict[str, list[str]] = {}
    for predecessor, successor in links:
        after.setdefault(predecessor, []).append(successor)
    came: dict[str, str] = {start: ""}
    queue = [start]
    for node in queue:
        if node == goal:
            break
        fresh = [n for n in after.get(node, ()) if n not in came]
        came.update(dict.fromkeys(fresh, node))
        queue += fresh
    if goal not in came:
        return []
    path = [goal]
    while came[path[-1]]:
        path.append(came[path[-1]])
    return path[::-1]


def take_baseline(
    session: Session, project_id: str, dates: dict[str, tuple[str, str]], name: str = ""
) -> Baseline:
    """The next baseline of a project, of `dates`: task id → (start, finish) as now computed."""
    rows = session.exec(select(Baseline).where(col(Baseline.project_id) == project_id)).all()
    number = max((row.number for row in rows), default=-1) + 1
    baseline: Baseline = create(
        session, "baseline", project_id=project_id, number=number, name=name or None, taken_at=now_instant()
    )
    tasks = session.exec(
        select(Task).where(col(Task.project_id) == project_id, col(Task.deleted_at).is_(None))
    ).all()
    for task in tasks:
        start, finish_ = dates.get(task.id, (None, None))
        create(
            session, "baseline_task", baseline_id=baseline.id, task_id=task.id, name=task.name,
            start=start, finish=finish_, duration_minutes=task.duration_minutes,
        )  # fmt: skip
    return baseline
