"""Baselines: a plan as it was agreed."""

from sqlmodel import Session, col, select

from models.record import Named, Record, attribute, create, now_instant, register, visibility
from models.task import Task


@register(
    "Baseline",
    "Baselines",
    title="number",
    immutable=True,
    listed=("project_id", "number", "name", "taken_at"),
)
class Baseline(Named, Record, table=True):
    """A plan as it was agreed. Append-only, as many as it takes."""

    visibility: str = visibility("client")
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

    visibility: str = visibility("client")
    baseline_id: str = attribute("ref", "Baseline", refers="baseline", required=True, index=True)
    task_id: str = attribute("ref", "Task", refers="task", required=True, index=True)
    name: str | None = attribute("text", "Name")
    start: str | None = attribute("minute", "Start")
    finish: str | None = attribute("minute", "Finish")
    duration_minutes: int | None = attribute("duration", "Duration")
    work_minutes: int | None = attribute("integer", "Work (minutes)", commercial=True)
    assignments: str | None = attribute("json", "Assignments")


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
