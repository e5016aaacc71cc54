"""What an edit of a date would do, told while it is typed and nothing is written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from models.schedule.engine import Schedule
from models.schedule.incremental import Edit, revise
from models.schedule.inputs import Key, Task

Shown = Callable[[int], str]  # a day for people

FIELDS = ("start", "finish", "duration_minutes", "deadline")


@dataclass(frozen=True, slots=True)
class Milestone:
    """One that would move; instants."""

    name: str
    was: int
    becomes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`finish` of the plan as it is and as it would be; `tasks` that would move besides the edited ones; `broken`:
    the problems that would come, in words."""

    finish: tuple[int, int]
    tasks: int
    milestones: tuple[Milestone, ...]
    broken: tuple[str, ...]


def outcome_of(found: dict[str, Any]) -> Outcome:
    """An outcome that was written as JSON."""
    milestones = tuple(Milestone(**each) for each in found["milestones"])
    return Outcome(tuple(found["finish"]), found["tasks"], milestones, tuple(found["broken"]))


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
        was = {key: (node.start, node.finish) for key, node in nodes.items()}
        known, finish = {problem.message for problem in schedule.problems()}, schedule.finish
        revise(schedule, Edit(tuple(new)))
        try:
            edited = {task.key for task in old}
            moved = [n for k, n in schedule.network.nodes.items() if was[k] != (n.start, n.finish)]
            return Outcome(
                (finish, schedule.finish),
                sum(node.task.key not in edited and not node.children for node in moved),
                tuple(
                    Milestone(node.task.name, was[node.task.key][1], node.finish)
                    for node in moved
                    if not node.task.duration and not node.children
                ),
                tuple(p.message for p in schedule.problems() if p.message not in known),
            )
        finally:
            revise(schedule, Edit(tuple(old)))


def typed(task: Task, field: str, value: int | None, from_finish: bool) -> Task:
    """The task after the edit; what models.task writes for the same words."""
    if field == "duration_minutes":
        return replace(task, duration=value or 0)
    if field == "deadline":
        return replace(task, deadline=value)
    if task.manual:
        return replace(task, manual_start=value) if field == "start" else replace(task, manual_finish=value)
    if field == "start" and task.actual_start is not None:
        return replace(task, actual_start=value)
    if field == "finish" and task.actual_finish is not None:
        return replace(task, actual_finish=value)
    free, kind = ("ALAP", "NLT") if from_finish else ("ASAP", "NET")
    constraint = f"{'S' if field == 'start' else 'F'}{kind}" if value is not None else free
    return replace(task, constraint=constraint, constraint_date=value)


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
    if len(outcome.milestones) > 2:
        yield f"and {len(outcome.milestones) - 2} more milestones"
    yield from (f"breaks: {message}" for message in outcome.broken[:1])
    if len(outcome.broken) > 1:
        yield f"and {len(outcome.broken) - 1} more"
