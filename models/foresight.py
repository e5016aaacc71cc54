"""What an edit of a date, or a delete, would do to the plan, told before anything is written."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from models.planning import load
from models.schedule.bridging import bridges, with_below, without
from models.schedule.engine import Schedule
from models.schedule.incremental import Edit, revise
from models.schedule.inputs import Key, Task
from models.schedule.instants import DAY
from models.schedule.network import Node

Shown = Callable[[int], str]  # a day for people

FIELDS = ("start", "finish", "duration_minutes", "deadline")
MOST = 6  # milestones that are told one by one


@dataclass(frozen=True, slots=True)
class Milestone:
    """One that would move; instants, and the working minutes from day to day, below zero to the earlier."""

    name: str
    was: int
    becomes: int
    by: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`finish` of the plan as it is and as it would be; `tasks` that would move besides the edited ones; `broken`:
    the problems that would come, in words."""

    finish: tuple[int, int]
    tasks: int
    milestones: tuple[Milestone, ...]
    broken: tuple[str, ...]

    @property
    def moves(self) -> bool:
        """Whether anything would be other than it is, but for the finish of the plan."""
        return bool(self.tasks or self.milestones or self.broken)


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting tasks would do, as they are; and when what came before them is joined by so many `links` with what
    comes after."""

    plain: Outcome
    links: int
    chained: Outcome


def outcome_of(found: dict[str, Any]) -> Outcome:
    """An outcome that was written as JSON."""
    milestones = tuple(Milestone(**each) for each in found["milestones"])
    return Outcome(tuple(found["finish"]), found["tasks"], milestones, tuple(found["broken"]))


def deletion_of(found: dict[str, Any]) -> Deletion:
    """A deletion that was written as JSON."""
    return Deletion(outcome_of(found["plain"]), found["links"], outcome_of(found["chained"]))


# whether a task is linked, or has tasks below it: else no other one moves by its going
_MOVES = """SELECT 1 FROM dependency WHERE deleted_at IS NULL AND predecessor_id=:id
    UNION ALL SELECT 1 FROM dependency WHERE deleted_at IS NULL AND successor_id=:id
    UNION ALL SELECT 1 FROM task WHERE project_id=:project AND parent_id=:id AND deleted_at IS NULL LIMIT 1"""


def may_move(conn: sqlite3.Connection, picked: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Of records to be deleted (kind, id) the tasks, by project: of those projects where others may move by it."""
    found: dict[str, list[str]] = {}
    moving = set()
    for id in [id for kind, id in picked if kind == "task"]:
        for (project,) in conn.execute("SELECT project_id FROM task WHERE id=?", (id,)):
            found.setdefault(project, []).append(id)
            if conn.execute(_MOVES, {"id": id, "project": project}).fetchone():
                moving.add(project)
    return {project: ids for project, ids in found.items() if project in moving}


def deletion(conn: sqlite3.Connection, project: str, ids: Iterable[str]) -> Deletion | None:
    """What deleting tasks of a project would do, in the caller's snapshot; None where the project is not here."""
    plan = load(conn, project)
    return Foresight(Schedule(plan)).of_deleting(ids) if plan else None


class Foresight:
    """A plan that is tried out; what is tried is taken back at once."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def of(self, keys: Iterable[Key], field: str, value: int | None) -> Outcome:
        """Of writing an instant (of `duration_minutes`: minutes) into a field of some tasks; None empties it.

        Raises KeyError for a task that the plan does not have.
        """
        schedule, nodes = self._schedule, self._schedule.network.nodes
        old = [nodes[key].task for key in keys]
        new = [typed(task, field, value, schedule.plan.from_finish) for task in old]
        before = _Before(schedule)
        revise(schedule, Edit(tuple(new)))
        try:
            return before.compared(schedule, {task.key for task in old})
        finally:
            revise(schedule, Edit(tuple(old)))

    def of_deleting(self, keys: Iterable[Key]) -> Deletion:
        """Of deleting some tasks with all below them."""
        plan, before = self._schedule.plan, _Before(self._schedule)
        gone = with_below(plan.tasks, keys)
        links = bridges(plan, gone)
        plain = before.compared(Schedule(without(plan, gone)))
        chained = before.compared(Schedule(without(plan, gone, links))) if links else plain
        return Deletion(plain, len(links), chained)


class _Before:
    """A schedule as it is, to be compared with what it becomes."""

    def __init__(self, schedule: Schedule) -> None:
        nodes = schedule.network.nodes.items()
        self._was = {key: (node.start, node.finish) for key, node in nodes}
        self._summaries = {key for key, node in nodes if node.children}
        self._known = {(problem.kind, problem.tasks) for problem in schedule.problems()}
        self._finish = schedule.finish

    def compared(self, after: Schedule, edited: Collection[Key] = ()) -> Outcome:
        """What moves in it; the tasks that were `edited` are not counted."""
        nodes = after.network.nodes.items()
        moved = [
            node
            for key, node in nodes
            if self._was[key] != (node.start, node.finish)
            and not node.children
            and key not in self._summaries
        ]
        return Outcome(
            (self._finish, after.finish),
            sum(node.task.key not in edited for node in moved),
            tuple(sorted((self._moved(n) for n in moved if not n.task.duration), key=lambda one: one.was)),
            tuple(p.message for p in after.problems() if (p.kind, p.tasks) not in self._known),
        )

    def _moved(self, node: Node) -> Milestone:
        was = self._was[node.task.key][1]
        by = node.calendar.work(*sorted(instant // DAY * DAY for instant in (was, node.finish)))
        return Milestone(node.task.name, was, node.finish, by if node.finish > was else -by)


def typed(task: Task, field: str, value: int | None, from_finish: bool) -> Task:
    """The task after the edit; what models.task writes for the same words."""
    if field == "duration_minutes":
        return replace(task, duration=value or 0)
    if field == "deadline":
        return replace(task, deadline=value)
    if task.manual:
        return _by_hand(task, field, value)
    if field == "start" and task.actual_start is not None:
        return replace(task, actual_start=value)
    if field == "finish" and task.actual_finish is not None:
        return replace(task, actual_finish=value)
    free, kind = ("ALAP", "NLT") if from_finish else ("ASAP", "NET")
    constraint = f"{'S' if field == 'start' else 'F'}{kind}" if value is not None else free
    return replace(task, constraint=constraint, constraint_date=value)


def _by_hand(task: Task, field: str, value: int | None) -> Task:
    """Of start and finish, the one that would be on the wrong side of the other goes."""
    start, finish = (value, task.manual_finish) if field == "start" else (task.manual_start, value)
    if value is not None and start is not None and finish is not None and finish < start:
        start, finish = (start, None) if field == "start" else (None, finish)
    return replace(task, manual_start=start, manual_finish=finish)


def words(outcome: Outcome, show: Shown) -> str:
    """In one line: the finish, the milestones, what would break; nothing of what stays."""
    return " · ".join(_parts(outcome, show))


def _parts(outcome: Outcome, show: Shown) -> Iterator[str]:
    was, becomes = outcome.finish
    if becomes != was:
        yield f"the plan ends {show(becomes)} instead of {show(was)}"
    elif outcome.tasks:
        yield f"moves {outcome.tasks} more, the plan still ends {show(was)}"
    else:
        yield "moves no other task"
    yield from (f"“{m.name}” {show(m.was)} → {show(m.becomes)}" for m in outcome.milestones[:2])
    yield from _and_more(outcome, 2)
    yield from (f"breaks: {message}" for message in outcome.broken[:1])
    if len(outcome.broken) > 1:
        yield f"and {len(outcome.broken) - 1} more"


def told(outcome: Outcome, show: Shown, day: int) -> Iterator[str]:
    """Line by line: how many move, the finish, each milestone with the working days of so many minutes, what would
    break."""
    was, becomes = outcome.finish
    many = (
        f"moves {outcome.tasks} other task{'s' * (outcome.tasks != 1)}"
        if outcome.tasks
        else "moves no other task"
    )
    yield f"{many}; the plan ends {show(becomes)}" + (
        f" instead of {show(was)}" if becomes != was else " as before"
    )
    for one in outcome.milestones[:MOST]:
        days, way = abs(one.by) / day, "earlier" if one.becomes < one.was else "later"
        by = f"{days:.3g} working day{'s' * (days != 1)} {way}" if days else f"{way} on the same day"
        yield f"“{one.name}” {show(one.was)} → {show(one.becomes)}, {by}"
    yield from _and_more(outcome, MOST)
    yield from (f"breaks: {message}" for message in outcome.broken)


def _and_more(outcome: Outcome, told: int) -> Iterator[str]:
    if (more := len(outcome.milestones) - told) > 0:
        yield f"and {more} more milestone{'s' * (more != 1)}"
