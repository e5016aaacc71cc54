"""Tasks: what is to be done, as a tree, and how far it is.

Everything here is an input; start, finish, slack and the critical path are computed and live in the derived table
`schedule`, which is never captured and never synced.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from fractional_indexing import generate_n_keys_between
from sqlalchemy import Index, text
from sqlmodel import Session, col, select

from models.assignment import Assignment, write_who
from models.errors import Invalid, Refused
from models.every import next_day
from models.fields import DAY_MINUTES, Field, Scalar
from models.record import Named, Record, Writer, attribute, create, find, made_id, register, visibility

STATUSES = ("todo", "doing", "done", "blocked", "n/a")
SIDES = ("vendor", "client", "joint")
CONSTRAINTS = ("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")


# ── fields of a task that are typed but stored as others ──────────────────────────────────────────────


def _write_start(session: Session, task: "Task", value: Scalar) -> None:
    """Typed on an automatic, unstarted task it is a constraint: SNET, and SNLT in a plan made back from its finish. A
    task that is dated by hand keeps no finish before its start: that follows from the duration, and so the reverse."""
    if task.mode == "manual":
        task.manual_start = _text(value)
        if task.manual_start and (task.manual_finish or task.manual_start) < task.manual_start:
            task.manual_finish = None
    elif task.actual_start:
        task.actual_start = _text(value)
    else:
        _constrain(session, task, "S", value)


def _write_finish(session: Session, task: "Task", value: Scalar) -> None:
    """FNET, and FNLT in a plan made back from its finish."""
    if task.mode == "manual":
        task.manual_finish = _text(value)
        if task.manual_finish and (task.manual_start or "") > task.manual_finish:
            task.manual_start = None
    elif task.actual_finish:
        task.actual_finish = _text(value)
    else:
        _constrain(session, task, "F", value)


def _constrain(session: Session, task: "Task", end: str, value: Scalar) -> None:
    late = _backwards(session, task.project_id)
    free, kind = ("ALAP", f"{end}NLT") if late else ("ASAP", f"{end}NET")
    task.constraint_type, task.constraint_date = kind if value else free, _text(value)


def _backwards(session: Session, project_id: str) -> bool:
    """Whether the project is scheduled back from its finish: what has no date is then as late as possible."""
    sql = text("SELECT schedule_from FROM project WHERE id=:id")
    return bool(session.connection().execute(sql, {"id": project_id}).scalar() == "finish")


def _write_status(session: Session, task: "Task", value: Scalar) -> None:
    today = datetime.now()
    if value != "blocked":
        task.blocked_reason = task.waiting_on = task.blocked_since = None
    if value != "n/a":
        task.not_applicable_reason = None
    if value in ("todo", "doing", "done") and (steps := _steps(session, task)):
        if value == "doing":
            raise Invalid(
                "status", f"“{task.name}” is under way as soon as a task below it is. Set that one."
            )
        for step in steps:
            _write_status(session, step, value)
    elif value == "todo":
        _unstart(task)
    elif value == "doing":
        _unfinish(task)
        task.actual_start = task.actual_start or f"{today:%Y-%m-%dT08:00}"
    elif value == "done":
        _finish(session, task, f"{today:%Y-%m-%dT17:00}")
    elif value == "blocked":
        _unfinish(task)
        task.blocked_reason = task.blocked_reason or "waiting"
        task.blocked_since = task.blocked_since or f"{today:%Y-%m-%d}"
    elif value == "n/a":
        task.not_applicable_reason = task.not_applicable_reason or "no reason given"


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


WRITERS = (
    Writer(Field("start", "minute", "Start", help="an automatic task: not before this"), _write_start),
    Writer(
        Field("finish", "minute", "Finish", help="an automatic task: not finished before this"), _write_finish
    ),
    Writer(Field("status", "choice", "Status", choices=STATUSES, required=True), _write_status),
    Writer(Field("who", "text", "Who", help="names or initials of members, by comma"), write_who),
)


# ── the record ────────────────────────────────────────────────────────────────────────────────────────


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

    visibility: str = visibility("client")
    project_id: str = attribute("ref", "Project", refers="project", required=True)
    parent_id: str | None = attribute("ref", "Below", refers="task", group="place")
    rank: str | None = attribute("text", "Order", group="place")
    name: str = attribute("text", "Name", required=True)
    milestone: int = attribute("flag", "Milestone", default=0)
    mode: str = attribute("choice", "Mode", default="auto", choices=("auto", "manual"))
    type: str = attribute(
        "choice", "Type", default="fixed units", choices=("fixed units", "fixed duration", "fixed work")
    )
    effort_driven: int | None = attribute("flag", "Effort driven", help="more people make it shorter")
    duration_minutes: int | None = attribute(
        "duration", "Duration", default=DAY_MINUTES, low=0, high=10**8, aliases=("duration",)
    )
    elapsed: int | None = attribute("flag", "Elapsed duration")
    estimated: int | None = attribute("flag", "Estimated")
    constraint_type: str = attribute(
        "choice", "Constraint", default="ASAP", choices=CONSTRAINTS, group="constraint", decides="server"
    )
    constraint_date: str | None = attribute("minute", "Constraint date", group="constraint", decides="server")
    deadline: str | None = attribute("minute", "Deadline", decides="server")
    repeats: str | None = attribute(
        "repeat", "Repeats", help="every fri, every 2 weeks: done, it comes again"
    )
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
    side: str | None = attribute(
        "choice", "Done by", choices=SIDES, help="the side whose calendar counts; joint: when both work"
    )
    calendar_id: str | None = attribute("ref", "Calendar", refers="calendar")
    ignore_resource_calendar: int | None = attribute("flag", "Ignore resource calendars")
    levelling_delay_minutes: int | None = attribute("integer", "Levelling delay (elapsed minutes)")
    priority: int = attribute("integer", "Priority", default=500, low=0, high=1000)
    inactive: int | None = attribute("flag", "Inactive")
    blocked_reason: str | None = attribute("text", "Blocked because", group="progress", decides="server")
    waiting_on: str | None = attribute(
        "choice", "Waiting on", choices=("client", "us", "third party"), group="progress", decides="server"
    )
    blocked_since: str | None = attribute("date", "Blocked since", group="progress", decides="server")
    not_applicable_reason: str | None = attribute(
        "text", "Not applicable because", group="progress", decides="server"
    )
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
            [self.rank] = ranks(session, self.project_id, self.parent_id, 1)
        if self.constraint_type == "ASAP" and _backwards(session, self.project_id):
            self.constraint_type = "ALAP"

    def agree(self, session: Session, written: Collection[str]) -> None:
        if "milestone" in written and "duration_minutes" not in written:
            self.duration_minutes = 0 if self.milestone else self.duration_minutes or DAY_MINUTES
        if self.parent_id and "parent_id" in written:
            refuse_loop(session, {self.id}, self.parent_id)
        if "percent_complete" in written and not {"actual_start", "actual_finish", "remaining_minutes"} & set(
            written
        ):
            _progress(session, self)

    def remove(self, session: Session, at: str) -> None:
        for task in [self, *below(session, self)]:
            task.deleted_at = task.deleted_at or at

    def restore(self, session: Session, at: str | None) -> None:
        self.deleted_at = None
        for task in below(session, self):
            if task.deleted_at == at:
                task.deleted_at = None


# ── its place in the tree ─────────────────────────────────────────────────────────────────────────────


def ranks(
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


def refuse_loop(session: Session, moving: set[str], parent_id: str | None) -> None:
    seen: set[str] = set()  # two laptops may have made a loop that the server has not refused yet
    while parent_id is not None and parent_id not in seen:
        if parent_id in moving:
            raise Refused("A task cannot go below itself or below one of its own. Choose another place.")
        seen.add(parent_id)
        parent = session.get(Task, parent_id)
        parent_id = parent.parent_id if parent else None


def below(session: Session, task: Task) -> list[Task]:
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


def _steps(session: Session, task: Task) -> list[Task]:
    """The tasks below a summary that are done one by one, without what is not applicable; none of another task."""
    live = [each for each in below(session, task) if each.deleted_at is None]
    summaries = {each.parent_id for each in live}
    return [each for each in live if each.id not in summaries and not each.not_applicable_reason]


# ── the verbs of progress ─────────────────────────────────────────────────────────────────────────────


def set_status(session: Session, task_ids: Sequence[str], status: str, reason: str = "") -> None:
    """One of STATUSES for each task; `reason` of a blocked one, and of one that is not applicable."""
    for id in task_ids:
        task: Task = find(session, "task", id)
        _write_status(session, task, status)
        if reason and status == "blocked":
            task.blocked_reason = reason
        elif reason and status == "n/a":
            task.not_applicable_reason = reason


def finish(session: Session, task_ids: Sequence[str], at: str | None = None) -> None:
    """Done at `at` (naive local minutes), or today at 17:00; of a summary, all that is below it."""
    for id in task_ids:
        task: Task = find(session, "task", id)
        for step in _steps(session, task) or [task]:
            _finish(session, step, at or f"{datetime.now():%Y-%m-%dT17:00}")


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


def _finish(session: Session, task: Task, at: str) -> None:
    if task.repeats and not task.actual_finish:
        _repeat(session, task, date.fromisoformat(at[:10]))
    task.actual_start = min(task.actual_start or f"{at[:10]}T08:00", at)
    task.actual_finish = task.actual_finish or at
    task.percent_complete, task.remaining_minutes = 100, 0


def _progress(session: Session, task: Task) -> None:
    """A task of which a part is done has begun, and one of which all is done has ended, as in Microsoft Project."""
    done, today = task.percent_complete, datetime.now()
    if _steps(session, task):
        raise Invalid("percent_complete", f"“{task.name}” is as far as the tasks below it. Set those.")
    if done == 100:
        _finish(session, task, f"{today:%Y-%m-%dT17:00}")
    elif 0 < done < 100:
        _unfinish(task)
        task.percent_complete, task.remaining_minutes = done, None
        task.actual_start = task.actual_start or f"{today:%Y-%m-%dT08:00}"


def _unfinish(task: Task) -> None:
    if task.actual_finish:
        task.actual_finish = task.remaining_minutes = None
        task.percent_complete = 0


def _unstart(task: Task) -> None:
    task.actual_start = task.actual_finish = task.remaining_minutes = task.stop = task.resume = None
    task.percent_complete = 0


# ── tasks that come again ─────────────────────────────────────────────────────────────────────────────

_KEPT = (
    "project_id", "parent_id", "name", "visibility", "milestone", "type", "duration_minutes", "elapsed", "side",
    "calendar_id", "ignore_resource_calendar", "priority", "hyperlink", "notes", "repeats",
)  # fmt: skip


def _repeat(session: Session, task: Task, done: date) -> None:
    """The next one, with the same people. Its id is made of this one's, so that two laptops make one task."""
    id = made_id("next", task.id)
    if session.get(Task, id) is not None:
        return
    planned = next(day for day in (task.constraint_date, task.deadline, f"{done}") if day)
    day = next_day(str(task.repeats), date.fromisoformat(planned[:10]), done)
    [rank] = ranks(session, task.project_id, task.parent_id, 1, after=task.id)
    deadline = task.deadline and f"{day}{task.deadline[10:]}"
    kept = {name: getattr(task, name) for name in _KEPT}
    made: Task = create(session, "task", id=id, rank=rank, deadline=deadline, **kept)
    _constrain(session, made, "S", f"{day}{(task.constraint_date or 'T08:00')[-6:]}")
    for row in session.exec(select(Assignment).where(col(Assignment.task_id) == task.id)).all():
        if row.deleted_at is None:
            create(
                session,
                "assignment",
                id=made_id("next", row.id),
                task_id=id,
                member_id=row.member_id,
                units=row.units,
            )
