"""Why a task stands where it stands, back to the cause; and why it moved from one schedule to the next."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from models.schedule.engine import Schedule
from models.schedule.inputs import Key, Task
from models.schedule.instants import DAY, words
from models.schedule.network import Node, Tie

WORDS = {
    "project start": "the project starts {then}",
    "constraint": "its constraint says so",
    "actual": "it has started then",
    "manual": "it is scheduled by hand",
    "status date": "what is not done by the status date is done after it",
    "late": "it is done as late as possible: what follows leaves it until then",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One task on the way to the cause. `at` is the instant that `text` is about."""

    task: Key
    at: int
    text: str


def explain(schedule: Schedule, key: Key) -> list[Step]:
    """From the task to the cause of its start: a link, a constraint, an actual, a calendar, the project's start.

    Raises KeyError for a task that the plan does not have.
    """
    node: Node | None = schedule.network.nodes[key]
    steps: list[Step] = []
    seen: set[Key] = set()
    while node and node.task.key not in seen:
        seen.add(node.task.key)
        step, node = _step(node)
        steps.append(step)
    return steps


def why_start(schedule: Schedule, key: Key) -> str:
    """What asks for a task's start, as the end of a sentence that has named both. Raises KeyError."""
    return _start_reason(schedule.network.nodes[key])[0]


def why_finish(schedule: Schedule, key: Key) -> str:
    """What a task's finish comes from, as the end of a sentence that has named both. Raises KeyError."""
    return _finish_reason(schedule.network.nodes[key])


def why_moved(before: Schedule, after: Schedule, key: Key) -> list[str]:
    """What of the inputs changed along the way to the task's cause, then and now. Empty where nothing did."""
    chain = dict.fromkeys(step.task for schedule in (before, after) for step in _known(schedule, key))
    found = [line for task in chain for line in _changes(before, after, task)]
    if before.plan.start != after.plan.start:
        found.append(f"the project starts {words(after.plan.start)} instead of {words(before.plan.start)}")
    if before.plan.calendars != after.plan.calendars:
        found.append("a calendar changed")
    return found


def _known(schedule: Schedule, key: Key) -> list[Step]:
    return explain(schedule, key) if key in schedule.network.nodes else []


def _step(node: Node) -> tuple[Step, Node | None]:
    reason, cause = _start_reason(node)
    text = f"“{node.task.name}” starts {words(node.start)}, because {reason}"
    return Step(node.task.key, node.start, text), cause


def _start_reason(node: Node) -> tuple[str, Node | None]:
    if node.children:
        first = min(node.children, key=lambda child: child.start)
        return f"its first task, “{first.task.name}”, starts then", first
    reason, cause = _reason(node)
    waits = node.start - node.asked >= DAY and not node.task.levelling_delay
    return reason + (", and no working time comes before" if waits else ""), cause


def _finish_reason(node: Node) -> str:
    if node.children:
        last = max(node.children, key=lambda child: child.finish)
        return f"its last task, “{last.task.name}”, ends then"
    if node.done:
        return "it was finished then"
    driver = node.driver
    if driver in ("manual", "constraint", "late") or (isinstance(driver, Tie) and driver.type[1] == "F"):
        return _reason(node)[0]
    if driver == "actual":
        return "the rest of its work is done then"
    return f"its {_hours(node.task.duration)} of work from {words(node.start)} end then"


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.4g} h" if minutes % 60 in (0, 15, 30, 45) else f"{minutes} min"


def _reason(node: Node) -> tuple[str, Node | None]:
    driver = node.driver
    if isinstance(driver, Tie):
        return _link_reason(driver, node), driver.before
    if isinstance(driver, Node):
        at = driver.task.constraint_date
        return f"“{driver.task.name}”, which it belongs to, must not start before {words(at or 0)}", None
    then = "then" if node.asked == node.start else words(node.asked)
    return WORDS[driver].format(then=then), None


def _link_reason(tie: Tie, node: Node) -> str:
    before = tie.before
    end, at = ("ends", before.finish) if tie.type[0] == "F" else ("starts", before.start)
    lag = (
        ""
        if not tie.lag
        else f" with {'a lag' if tie.lag > 0 else 'a lead'} of {abs(tie.link.lag)} {_unit(tie)}"
    )
    through = f" (by way of “{tie.after.task.name}”)" if tie.after is not node else ""
    return f"“{before.task.name}” {end} {words(at)} and it waits for that{through}: {tie.type}{lag}"


def _unit(tie: Tie) -> str:
    return {"percent": "%", "elapsed percent": "elapsed %", "elapsed": "elapsed minutes"}.get(
        tie.link.unit, "minutes"
    )


def _changes(before: Schedule, after: Schedule, key: Key) -> Iterator[str]:
    old, new = before.network.nodes.get(key), after.network.nodes.get(key)
    if old is None or new is None:
        name = (old or new).task.name  # type: ignore[union-attr]  # a chain holds tasks of one of the two
        yield f"“{name}” is {'new' if new else 'gone'}"
        return
    for field in fields(Task):
        if field.name not in ("name", "key") and getattr(old.task, field.name) != getattr(
            new.task, field.name
        ):
            a, b = (_shown(field.name, getattr(node.task, field.name)) for node in (old, new))
            yield f"“{new.task.name}”: {field.name.replace('_', ' ')} is {b} instead of {a}"
    links = {tie.link for tie in old.incoming} ^ {tie.link for tie in new.incoming}
    if links:
        yield f"“{new.task.name}”: its links changed"


def _shown(field: str, value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, int) and field in _INSTANTS:
        return words(value)
    if isinstance(value, int) and field in ("duration", "remaining"):
        return _hours(value)
    return str(value)


_INSTANTS = {
    "manual_start", "manual_finish", "constraint_date", "deadline", "actual_start", "actual_finish", "resume"
}  # fmt: skip
