"""Where the schedule engine's dates are not those that a read plan brings."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.schedule.engine import Schedule
from models.schedule.explaining import why_finish, why_start
from models.schedule.instants import of, show
from office.draft import minute
from office.foreign import Plan
from office.words import counted

FEW = 5


@dataclass(frozen=True)
class Moved:
    """A task whose start or finish comes out otherwise than the file has it; moments as the store has them.

    None is a date that the file does not say. `why` is a sentence's end: “because” and what asks for the date.
    """

    uid: int
    name: str
    start_in_file: str | None
    finish_in_file: str | None
    start: str
    finish: str
    why: str

    def line(self) -> str:
        """Both dates where they differ, and why."""
        pairs = (("start", self.start_in_file, self.start), ("finish", self.finish_in_file, self.finish))
        changes = [f"{what} {_shown(a)} becomes {_shown(b)}" for what, a, b in pairs if a and a != b]
        return f"{self.name}: {', '.join(changes)}, because {self.why}"


def moved(plan: Plan, made: Schedule) -> list[Moved]:
    """Every such task in the plan's order; `made` is the plan's schedule."""
    return list(_moved(plan, made))


def lines(tasks: list[Moved], *, all_: bool) -> Iterator[str]:
    """The first of them for a person, or all; nothing where there are none."""
    if not tasks:
        return
    yield f"dates: {counted(len(tasks), 'task')} will stand otherwise than in the file:"
    shown = tasks if all_ else tasks[:FEW]
    yield from (f"  {task.line()}" for task in shown)
    if len(shown) < len(tasks):
        yield f"  and {len(tasks) - len(shown):,} more: --dates lists all of them"


def _moved(plan: Plan, made: Schedule) -> Iterator[Moved]:
    dates = made.dates()
    for task in plan.tasks:
        at = dates[task.uid]
        starts = task.start is not None and of(task.start) != at.start
        if starts or (task.finish is not None and of(task.finish) != at.finish):
            why = why_start if starts else why_finish
            yield Moved(
                task.uid, task.name, minute(task.start), minute(task.finish), show(at.start), show(at.finish),
                why(made, task.uid),
            )  # fmt: skip


def _shown(moment: str) -> str:
    return moment.replace("T", " ")
