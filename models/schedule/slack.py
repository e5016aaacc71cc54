"""Slack: how far a task may slip, in working minutes of its calendar, before something else moves."""

from models.schedule.forward import lagged
from models.schedule.network import Node, Tie


def total_slack(node: Node) -> int:
    """Before the project's finish or a late date is broken; negative where it is already."""
    if node.done or node.as_late_as_possible:
        return 0
    finish_slack = _between(node, node.early_finish, node.late_finish)
    if node.started or node.task.manual:
        return finish_slack
    slack = min(_between(node, node.early_start, node.late_start), finish_slack)
    if node.logical is not None and node.logical > node.early_start:
        slack = min(slack, _between(node, node.logical, node.late_start))
    return slack


def free_slack(node: Node) -> int:
    """Before any successor moves; never below 0, and never more than the total slack. Needs that one first."""
    if node.done or node.total_slack <= 0:
        return 0
    gaps = [_gap(tie, node) for tie in node.outgoing if not tie.after.done]
    return max(0, min([node.total_slack, *gaps]))


def _gap(tie: Tie, node: Node) -> int:
    end = node.early_finish if tie.type[0] == "F" else node.early_start
    after = tie.after
    at = (after.early_start if tie.type[1] == "S" else after.early_finish) - after.task.levelling_delay
    return after.calendar.work(lagged(tie, end), at)


def _between(node: Node, start: int, finish: int) -> int:
    """Minutes of an elapsed task are minutes of the clock."""
    return finish - start if node.task.elapsed else node.calendar.work(start, finish)
