"""What of a plan the computed dates do not keep."""

from collections.abc import Iterable, Iterator

from models.schedule.forward import lagged
from models.schedule.inputs import Plan
from models.schedule.instants import LAST, words
from models.schedule.network import Node, Tie
from models.schedule.problems import Problem


def broken(node: Node) -> Iterator[Problem]:
    """Links to the task, its constraint and deadline that the computed dates do not keep."""
    if not node.task.inactive:
        yield from (problem for tie in node.incoming if (problem := _broken_link(tie)))
        yield from _broken_dates(node)


def missed_finish(leaves: Iterable[Node], plan: Plan, finish: int) -> Iterator[Problem]:
    """The promised finish, where the plan ends after it: by the task that ends last."""
    if plan.finish is None or finish <= plan.finish:
        return
    counted = [node for node in leaves if not node.task.inactive]
    for last in sorted(counted, key=lambda node: (node.finish, str(node.task.key)))[-1:]:
        message = (
            f"The promised finish, {words(plan.finish)}, is missed: “{last.task.name}” ends {words(finish)}."
        )
        offers = ("shorten the critical path", "move the finish")
        yield Problem("finish", (last.task.key,), message, plan.finish, offers=offers)


def _broken_link(tie: Tie) -> Problem | None:
    before, after = tie.before, tie.after
    if after.done and before.done:
        return None  # it is history
    required = lagged(tie, before.finish if tie.type[0] == "F" else before.start)
    actual = after.start if tie.type[1] == "S" else after.finish
    if actual >= required or (tie.type[1] == "S" and after.calendar.next_start(actual) >= required):
        return None
    ends = "start" if tie.type[1] == "S" else "finish"
    message = (
        f"“{after.task.name}” would have to {ends} {words(required)} or later, since it waits for"
        f" “{before.task.name}” ({tie.type}); it stands at {words(actual)}."
    )
    keys = (before.task.key, after.task.key)
    return Problem(
        "link", keys, message, required, (tie.link,), ("move the task", "remove the link", _cause(after))
    )


def _cause(node: Node) -> str:
    if node.task.manual:
        return "schedule the task automatically"
    return "correct the actual dates" if node.started else "remove the constraint"


def _broken_dates(node: Node) -> Iterator[Problem]:
    task = node.task
    if node.finish > LAST or node.start < 0:
        message = (
            f"“{task.name}” lies outside the years 1 to 9999. Shorten its lag or work, or mend its calendar."
        )
        yield Problem("range", (task.key,), message)
    if task.deadline is not None and node.finish > task.deadline and not node.done:
        message = f"“{task.name}” ends {words(node.finish)}, after its deadline, {words(task.deadline)}."
        yield Problem(
            "deadline", (task.key,), message, task.deadline, offers=("move the task", "move the deadline")
        )
    at = task.constraint_date
    if at is None or node.started or node.children:
        return
    stands = node.start if task.constraint in ("SNET", "SNLT", "MSO") else node.finish
    late = stands > at and task.constraint in ("SNLT", "FNLT", "MSO", "MFO")
    early = stands < at and task.constraint in ("SNET", "FNET", "MSO", "MFO")
    if (late or early) and (task.elapsed or not node.duration or node.calendar.work(stands, at)):
        message = f"“{task.name}” should {WORDS[task.constraint]} {words(at)}, and stands at {words(stands)}."
        offers = ("move the task", "remove the constraint")
        yield Problem("constraint", (task.key,), message, at, offers=offers)


WORDS = {
    "SNET": "start no earlier than",
    "SNLT": "start no later than",
    "FNET": "finish no earlier than",
    "FNLT": "finish no later than",
    "MSO": "start on",
    "MFO": "finish on",
}
