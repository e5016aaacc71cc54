"""The tree of a project: new tasks in their place, and moving them."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models.errors import Refused
from models.fields import Scalar
from models.record import create, find
from models.task import Task, ranks, refuse_loop


def add_task(
    session: Session, project_id: str, name: str, *, after: str | None = None, before: str | None = None,
    under: str | None = None, **values: Scalar,
) -> Task:  # fmt: skip
    """A new task directly after or before a sibling, or as the last one under a task (or of the project)."""
    beside = find(session, "task", place) if (place := after or before) else None
    parent_id = beside.parent_id if beside else under
    [rank] = ranks(session, project_id, parent_id, 1, after=after, before=before)
    task: Task = create(
        session, "task", project_id=project_id, parent_id=parent_id, rank=rank, name=name, **values
    )
    return task


def capture(session: Session, project_id: str, name: str, people: Sequence[str], **values: Scalar) -> str:
    """A new task at the end of the project for these members; its id. Internal: one captures what one reminds oneself
    of, not what is agreed."""
    [rank] = ranks(session, project_id, None, 1)
    task: Task = create(
        session, "task", project_id=project_id, rank=rank, name=name, visibility="internal", **values
    )
    session.flush()
    for member in people:
        create(session, "assignment", task_id=task.id, member_id=member)
    return task.id


def add_tasks(
    session: Session, project_id: str, names: Sequence[str], under: str | None = None, *,
    after: str | None = None,
) -> list[Task]:  # fmt: skip
    """New tasks in the order given: directly after a sibling, or after the last ones under a task (or the project)."""
    under = find(session, "task", after).parent_id if after else under
    keys = ranks(session, project_id, under, len(names), after=after)
    # held, for the session forgets what nobody holds and reads it again for every task
    _held = find(session, "project", project_id), under and find(session, "task", under)
    return [
        create(session, "task", project_id=project_id, parent_id=under, rank=rank, name=name)
        for name, rank in zip(names, keys, strict=True)
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


def move_past(session: Session, task_ids: Sequence[str], beside: str, step: int) -> None:
    """The tasks go directly before (-1) or after (+1) a sibling. Raises Refused where it is on another level."""
    tasks, other = _tops(session, task_ids), find(session, "task", beside)
    if any((task.project_id, task.parent_id) != (other.project_id, other.parent_id) for task in tasks):
        raise Refused(
            f"“{other.name}” belongs to another part of the plan, whose order the board keeps. Among the tasks (g t),"
            " < and > take a task out of its part and into another."
        )
    before, after = (beside, None) if step < 0 else (None, beside)
    _put(session, tasks, other.parent_id, before=before, after=after)


def move_to(session: Session, task_ids: Sequence[str], under: str | None, after: str | None = None) -> None:
    """The tasks go under another task (None: the top level), after a child of it or as its last ones."""
    _put(session, _tops(session, task_ids), under, after=after)


def _put(
    session: Session, tasks: Sequence[Task], parent_id: str | None, *, after: str | None = None,
    before: str | None = None,
) -> None:  # fmt: skip
    moving = {task.id for task in tasks}
    refuse_loop(session, moving, parent_id)
    keys = ranks(
        session, tasks[0].project_id, parent_id, len(tasks), after=after, before=before, moving=moving
    )
    for task, rank in zip(tasks, keys, strict=True):
        task.parent_id, task.rank = parent_id, rank


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
