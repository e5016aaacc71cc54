"""Late dates: as late as the finish of the project, deadlines and constraints allow."""

from models.schedule.forward import Frame, finish_from, resume, start_from
from models.schedule.network import Node, Tie, counting


def unlagged(tie: Tie, instant: int) -> int:
    """The instant without the link's lag."""
    lag, calendar = tie.lag, tie.calendar
    if not lag:
        return instant
    if calendar is None:
        return instant - lag
    return calendar.sub(instant, lag) if lag > 0 else calendar.add(instant, -lag)


def bound_of_summary(node: Node, frame: Frame, project_finish: int) -> None:
    """The latest finish of all that lies below, and start of the first: taken when the pass comes to the close."""
    node.late_bound = _latest(node, frame, project_finish)
    starts = [_latest_end(tie, frame) for tie in node.outgoing if tie.type[0] == "S" and not tie.after.done]
    if (above := _late_begin(node)) is not None:
        starts.append(above)
    node.late_begin = min(starts, default=None)


def _late_begin(node: Node) -> int | None:
    """What the summaries ask of the start of a task that is their first."""
    parent = node.parent
    return parent.late_begin if parent and parent.first is node else None


def late_summary(node: Node) -> None:
    """From its children, once all of them have theirs."""
    children = counting(node.children)
    node.late_start = min([child.late_start for child in children])
    node.late_finish = max([child.late_finish for child in children])


def backward_leaf(node: Node, frame: Frame, project_finish: int) -> None:
    """Sets late_start and late_finish."""
    task = node.task
    if node.done:
        node.late_start, node.late_finish = node.early_start, node.early_finish
        return
    finish = _latest(node, frame, project_finish)
    if node.duration and not task.manual and not task.elapsed:
        finish = max([calendar.prev_finish(finish) for calendar, _, _ in node.efforts])
    node.late_finish = finish
    node.late_start = node.early_start if node.started else start_from(node, finish)


def _latest(node: Node, frame: Frame, project_finish: int) -> int:
    task = node.task
    finish = _latest_by_constraint(node)
    if finish is None or not _stands(node, frame):
        left = _left_by_others(node, frame, project_finish)
        finish = left if finish is None else min(left, finish)
    return finish if task.deadline is None else min(finish, task.deadline)


def _stands(node: Node, frame: Frame) -> bool:
    """Whether a constraint that beats links puts the task: its late dates are that date too, whatever follows."""
    if not frame.honour or node.started or node.task.manual or node.children:
        return False
    return node.task.constraint in ("MSO", "MFO") or node.driver == "constraint"


def _latest_by_constraint(node: Node) -> int | None:
    kind, at = node.task.constraint, node.task.constraint_date
    if at is None or kind in ("ASAP", "ALAP", "SNET", "FNET"):
        return None
    if kind in ("FNLT", "MFO"):
        return at
    return None if node.children else finish_from(node, at)


def _left_by_others(node: Node, frame: Frame, project_finish: int) -> int:
    """What successors, the summaries above and the finish of the project leave."""
    finish = node.parent.late_bound if node.parent else project_finish
    for tie in node.outgoing:
        if tie.after.done:
            continue
        bound = _bound_by(tie, node, frame)
        if bound is not None and bound < finish:
            finish = bound
    begin = None if node.children or node.task.manual else _late_begin(node)
    return finish if begin is None else min(finish, finish_from(node, begin))


def _bound_by(tie: Tie, node: Node, frame: Frame) -> int | None:
    """The latest finish that a link leaves its predecessor; None where it leaves all."""
    if tie.type[0] == "F":
        return _latest_end(tie, frame)
    if node.task.manual or node.children:
        return None  # a manual start stays; of a summary the first child is bound
    return finish_from(node, _latest_end(tie, frame))


def _latest_end(tie: Tie, frame: Frame) -> int:
    """The latest instant of the end that the link leads from."""
    after = tie.after
    if tie.type[1] == "F":
        return unlagged(tie, after.late_finish)
    return unlagged(tie, _latest_begin(after, frame) - after.task.levelling_delay)


def _latest_begin(node: Node, frame: Frame) -> int:
    """The late start as predecessors see it: of what has started, the resumption of the rest."""
    if not node.started or node.children:
        return node.late_start
    return resume(node, frame) if node.duration else node.late_finish
