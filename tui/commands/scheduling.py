"""schedule: the dates of a plan in a file, computed without a store."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.commands.context import Context, note
from tui.commands.files import read_plan
from tui.commands.output import by_column, count, plain

if TYPE_CHECKING:
    from models.schedule.engine import Dates, Schedule
    from models.schedule.problems import Problem
    from office.foreign import Plan, Task

_INSTANTS = ("start", "finish", "early_start", "early_finish", "late_start", "late_finish")
_FAULTS = ("circle", "loop", "calendar")  # of the plan itself: it has no schedule as it stands


def schedule(ctx: Context) -> int:
    """What is wrong with the plan itself is refused (1), with the dates that come out without it."""
    from models.schedule.engine import Schedule
    from office.scheduling import as_inputs

    plan = read_plan(Path(ctx.args.file).expanduser())
    made = Schedule(as_inputs(plan))
    problems = made.problems()
    for line in plan.warnings:
        note(plain(f"careful: {line}"))
    if ctx.json:
        ctx.json_out(_as_json(plan, made, problems))
    else:
        for line in _as_text(plan, made, problems):
            ctx.print(line)
    faults = [problem for problem in problems if problem.kind in _FAULTS]
    for fault in faults:
        note(f"milepost: {plain(fault.message)}")
    return 1 if faults else 0


def _as_json(plan: "Plan", made: "Schedule", problems: "Iterable[Problem]") -> dict[str, Any]:
    from models.schedule.instants import show

    dates = made.dates()
    return {
        "name": plan.name,
        "start": show(made.start) if plan.tasks else None,
        "finish": show(made.finish) if plan.tasks else None,
        "tasks": [_task(task, dates[task.uid]) for task in plan.tasks],
        "conflicts": [_conflict(problem) for problem in problems],
    }


def _task(task: "Task", at: "Dates") -> dict[str, Any]:
    from models.schedule.instants import show

    return {
        "uid": task.uid,
        "name": task.name,
        **{name: show(getattr(at, name)) for name in _INSTANTS},
        "total_slack_minutes": at.total_slack,
        "free_slack_minutes": at.free_slack,
        "critical": at.critical,
    }


def _conflict(problem: "Problem") -> dict[str, Any]:
    """`tasks` are UIDs; `required` is the date that cannot be kept; `links` are those that it is about."""
    from models.schedule.instants import show

    return {
        "kind": problem.kind,
        "tasks": list(problem.tasks),
        "message": problem.message,
        "required": None if problem.required is None else show(problem.required),
        "offers": list(problem.offers),
        "links": [[link.predecessor, link.successor, link.type] for link in problem.links],
    }


def _as_text(plan: "Plan", made: "Schedule", problems: "list[Problem]") -> Iterator[str]:
    if not plan.tasks:
        return
    from models.schedule.instants import words

    yield f"{plain(plan.name)}: {words(made.start)} to {words(made.finish)}"
    yield ""
    yield from by_column(
        ["UID", "Task", "Start", "Finish", "Slack", "Free", "Critical"], _columns(plan, made)
    )
    yield from ["", count(len(problems), "conflict")] if problems else []
    for problem in problems:
        offers = f" You can: {', or '.join(problem.offers)}." if problem.offers else ""
        yield f"- {plain(problem.message)}{offers}"


def _columns(plan: "Plan", made: "Schedule") -> list[list[str]]:
    from models.schedule.instants import show
    from tui.words import duration

    computed = made.dates()
    dates = [computed[task.uid] for task in plan.tasks]
    day = plan.minutes_per_day
    return [
        [str(task.uid) for task in plan.tasks],
        ["  " * (task.outline_level - 1) + plain(task.name) for task in plan.tasks],
        [show(at.start).replace("T", " ") for at in dates],
        [show(at.finish).replace("T", " ") for at in dates],
        [duration(at.total_slack, day) for at in dates],
        [duration(at.free_slack, day) for at in dates],
        ["critical" if at.critical else "" for at in dates],
    ]
