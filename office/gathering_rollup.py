"""What a summary shows: everything from the tasks below it, as Microsoft Project computes it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from office.foreign import BaselineValues, Task

Minutes = Callable[[datetime, datetime], int]  # working minutes of the project's calendar


def rolled_up(tasks: Sequence[Task], minutes: Minutes) -> list[Task]:
    """The tasks, in the order of the outline, their summaries made anew from the leaves below."""
    below: dict[int, list[Task]] = {}
    parent = {task.uid: task.parent_uid for task in tasks}
    for leaf in (task for task in tasks if not task.summary):
        above = leaf.parent_uid
        while above is not None:
            below.setdefault(above, []).append(leaf)
            above = parent[above]
    return [summed(task, below.get(task.uid, ()), minutes) if task.summary else task for task in tasks]


def summed(row: Task, leaves: Iterable[Task], minutes: Minutes) -> Task:
    """The summary of some leaves; inactive ones do not count. A manual summary keeps its own dates."""
    active = [leaf for leaf in leaves if leaf.active]
    start, finish = row.start, row.finish
    if not row.manual:
        start = _first(leaf.start for leaf in active) or start
        finish = _last(leaf.finish for leaf in active) or finish
    length = minutes(start, finish) if start and finish else row.duration_minutes
    whole = sum(leaf.duration_minutes or 0 for leaf in active)
    done = sum(leaf.actual_duration_minutes or 0 for leaf in active)
    actual = round((length or 0) * done / whole) if whole else 0
    finished = active and all(leaf.actual_finish for leaf in active)
    return replace(
        row, start=start, finish=finish, duration_minutes=length, elapsed=False,
        percent_complete=round(100 * done / whole) if whole else 100 * bool(finished), actual_duration_minutes=actual,
        remaining_minutes=None if length is None else length - actual,
        actual_start=_first(leaf.actual_start for leaf in active),
        actual_finish=_last(leaf.actual_finish for leaf in active) if finished else None,
        work_minutes=sum(leaf.work_minutes or 0 for leaf in active),
    )  # fmt: skip


def spanned(row: Task, leaves: Sequence[Task]) -> Task:
    """The summary with the computed values that span its leaves, or are the tightest of them."""
    active = [leaf for leaf in leaves if leaf.active]
    slacks = [leaf.total_slack_minutes for leaf in active if leaf.total_slack_minutes is not None]
    return replace(
        row, early_start=_first(t.early_start for t in active), early_finish=_last(t.early_finish for t in active),
        late_start=_first(t.late_start for t in active), late_finish=_last(t.late_finish for t in active),
        total_slack_minutes=min(slacks, default=None), free_slack_minutes=0 if slacks else None,
        critical=any(t.critical for t in active),
    )  # fmt: skip


def summed_baselines(
    rows: Iterable[Sequence[BaselineValues]], minutes: Minutes
) -> tuple[BaselineValues, ...]:
    """The baselines of the project as a whole: from the first start to the last finish, all work."""
    numbered: dict[int, list[BaselineValues]] = {}
    for row in rows:
        for values in row:
            numbered.setdefault(values.number, []).append(values)
    return tuple(_summed(number, numbered[number], minutes) for number in sorted(numbered))


def _summed(number: int, rows: Sequence[BaselineValues], minutes: Minutes) -> BaselineValues:
    start, finish = _first(b.start for b in rows), _last(b.finish for b in rows)
    length = minutes(start, finish) if start and finish else None
    work = [b.work_minutes for b in rows if b.work_minutes is not None]
    return BaselineValues(number, start, finish, length, sum(work) if work else None)


def _first(moments: Iterable[Any]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _last(moments: Iterable[Any]) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
