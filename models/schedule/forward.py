"""Early dates: as soon as links, constraints, calendars and what has happened allow.

Rules: Microsoft Project's, as SCHEDULE.md states them; docs/scheduling.md has the sources.
"""

from dataclasses import dataclass
from itertools import pairwise

from models.schedule.network import Bound, Node, Tie, counting, percent


@dataclass(slots=True)
class Frame:
    """What the project as a whole sets."""

    start: int
    honour: bool
    reschedule_after: int | None


def lagged(tie: Tie, instant: int) -> int:
    """The instant with the link's lag: a finish-type one for a lag, a start-type one for a lead."""
    lag, calendar = tie.lag, tie.calendar
    if not lag:
        return instant
    if calendar is None:
        return instant + lag
    return calendar.add(instant, lag) if lag > 0 else calendar.sub(instant, -lag)


def first_start(node: Node, instant: int) -> int:
    """When the first of its crews can begin, at the instant or after it."""
    return min([calendar.next_start(instant) for calendar, _, _ in node.efforts])


def finish_from(node: Node, start: int) -> int:
    """The finish of a task that starts then."""
    if not node.duration:
        return start
    if node.task.elapsed:
        return start + node.duration
    if len(node.efforts) == 1:
        calendar, minutes, delay = node.efforts[0]
        return calendar.add(start, minutes + delay)
    return max([calendar.add(start, minutes + delay) for calendar, minutes, delay in node.efforts])


def start_from(node: Node, finish: int) -> int:
    """The latest start of a task that finishes then."""
    if not node.duration:
        return finish
    if node.task.elapsed:
        return finish - node.duration
    if len(node.efforts) == 1:
        calendar, minutes, delay = node.efforts[0]
        return calendar.sub(finish, minutes + delay)
    return min([calendar.sub(finish, minutes + delay) for calendar, minutes, delay in node.efforts])


def open_summary(node: Node, frame: Frame) -> None:
    """What all that lies below must wait for: the links of the summaries, and their constraints."""
    node.start_bound = _linked(node, frame)
    node.floor = Bound(node.parent.floor.at, node.parent.floor.by) if node.parent else Bound()
    if node.task.constraint == "SNET" and node.task.constraint_date is not None:
        node.floor.raise_to(node.task.constraint_date, node)


def close_summary(node: Node) -> None:
    """From the first of its children to the last."""
    children = counting(node.children)
    node.first = min(children, key=_begins)
    node.early_start = node.first.early_start
    node.early_finish = max([child.early_finish for child in children])
    node.start = min([child.start for child in children])
    node.finish = max([child.finish for child in children])
    for tie in node.outgoing:
        if tie.link.unit.endswith("percent"):
            tie.lag = percent(node.calendar.work(node.start, node.finish), tie.link.lag)


def _begins(node: Node) -> tuple[int, int, str]:
    return node.early_start, node.early_finish, str(node.task.key)


def forward_leaf(node: Node, frame: Frame) -> None:
    """Sets early_start, early_finish, start, finish, logical and driver."""
    task = node.task
    if task.actual_start is not None:
        start, finish = task.actual_start, _finish_of_started(node, frame)
        node.logical, node.asked, node.driver = start, start, "actual"
    elif task.manual and (task.manual_start is not None or task.manual_finish is not None):
        start, finish = _manual(node)
        node.logical, node.asked, node.driver = _bound(node, frame).at, start, "manual"
    else:
        start, finish = _automatic(node, frame)
    node.early_start = node.start = start
    node.early_finish = node.finish = finish


def _finish_of_started(node: Node, frame: Frame) -> int:
    task = node.task
    assert task.actual_start is not None
    if task.actual_finish is not None:
        return task.actual_finish
    if task.manual and task.manual_finish is not None:
        return task.manual_finish
    begin = resume(node, frame)
    remaining = remaining_minutes(node)
    if not remaining:
        return max(begin, task.actual_start)
    if task.elapsed:
        return begin + remaining
    if abs(begin - first_start(node, _after_work_done(node))) <= 1 and not task.segments:
        return finish_from(node, task.actual_start)  # unbroken: no part of a minute gets lost between
    remaining += pauses(node, begin)
    return max([calendar.add(begin, remaining) for calendar, _, _ in node.efforts])


def remaining_minutes(node: Node) -> int:
    task = node.task
    if task.remaining is not None:
        return task.remaining
    return task.duration - round(task.duration * task.percent_complete / 100)


def pauses(node: Node, begin: int) -> int:
    """Working minutes between the pieces of a split that still lie ahead."""
    pieces = node.task.segments
    ahead = [(max(a[1], begin), b[0]) for a, b in pairwise(pieces) if b[0] > begin]
    return sum([node.calendar.work(start, end) for start, end in ahead])


def resume(node: Node, frame: Frame) -> int:
    """When the rest of a started task begins: as it says, else after what is done without a break."""
    task = node.task
    at = _after_work_done(node) if task.resume is None else task.resume
    if frame.reschedule_after is not None:
        at = max(at, frame.reschedule_after)
    return at if task.elapsed or not task.duration else first_start(node, at)


def _after_work_done(node: Node) -> int:
    task = node.task
    assert task.actual_start is not None
    worked = task.duration - remaining_minutes(node)
    if worked <= 0:
        return task.actual_start
    return task.actual_start + worked if task.elapsed else node.efforts[0][0].add(task.actual_start, worked)


def _manual(node: Node) -> tuple[int, int]:
    start, finish = node.task.manual_start, node.task.manual_finish
    if start is None:
        assert finish is not None
        return start_from(node, finish), finish
    return start, finish_from(node, start) if finish is None else finish


def _bound(node: Node, frame: Frame) -> Bound:
    """What links, and the summaries above, ask of the start."""
    bound = _linked(node, frame)
    _raise_to_floor(node, bound)
    return bound


def _linked(node: Node, frame: Frame) -> Bound:
    """What its own links and those of the summaries above ask of the start."""
    bound = Bound()
    if node.parent and node.parent.start_bound.at is not None:
        bound.raise_to(node.parent.start_bound.at, node.parent.start_bound.by)
    _wait_for_links(node, bound, frame)
    return bound


def _raise_to_floor(node: Node, bound: Bound) -> None:
    if node.parent and node.parent.floor.at is not None:
        bound.raise_to(node.parent.floor.at, node.parent.floor.by)


def _wait_for_links(node: Node, bound: Bound, frame: Frame) -> None:
    for tie in node.incoming:
        before = tie.before
        if tie.type == "FS":
            bound.raise_to(lagged(tie, before.finish), tie)
        elif tie.type == "SS":
            bound.raise_to(lagged(tie, before.start), tie)
        elif not node.children:
            finish = lagged(tie, before.finish if tie.type == "FF" else before.start)
            start = start_from(node, finish)
            if start < frame.start:
                bound.raise_to(frame.start, tie)
            else:
                bound.raise_to(start, tie, finish)


def _automatic(node: Node, frame: Frame) -> tuple[int, int]:
    task = node.task
    bound = _linked(node, frame)
    if bound.at is None:
        unbound = task.constraint == "SNET" and task.constraint_date is not None
        bound = Bound(task.constraint_date, "constraint") if unbound else Bound(frame.start)
    _raise_to_floor(node, bound)
    assert bound.at is not None
    if frame.reschedule_after is not None and frame.reschedule_after > bound.at:
        bound.raise_to(frame.reschedule_after, "status date")
    start, exact = bound.at, bound.finish
    node.asked = start
    working = node.duration > 0 and not task.elapsed
    if working and exact is None:
        start = first_start(node, start)
    if task.levelling_delay:
        start += task.levelling_delay
        exact = None
        if working:
            start = first_start(node, start)
    node.logical, node.driver = start, bound.by
    finish = finish_from(node, start) if exact is None else exact
    if task.constraint_date is None or task.constraint in ("ASAP", "ALAP"):
        return start, finish
    return _constrained(node, frame, start, finish)


def _constrained(node: Node, frame: Frame, start: int, finish: int) -> tuple[int, int]:
    kind, at = node.task.constraint, node.task.constraint_date
    assert at is not None
    by_start = kind in ("SNET", "SNLT", "MSO")
    late = (at > start) if by_start else (at > finish)
    early = (at < start) if by_start else (at < finish)
    pushes = late and kind in ("SNET", "FNET", "MSO", "MFO")
    pulls = early and frame.honour and kind in ("SNLT", "FNLT", "MSO", "MFO")
    if not pushes and not pulls:
        return start, finish
    node.driver = "constraint"
    if by_start:
        node.asked = at
        start = first_start(node, at) if node.duration and not node.task.elapsed else at
        return start, finish_from(node, start)
    node.asked = start_from(node, at)
    return node.asked, at if kind != "FNLT" else finish_from(node, node.asked)
