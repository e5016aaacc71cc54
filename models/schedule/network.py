"""The plan as a network: nodes, ties, and an order in which every date can be computed.

A summary is a node of its own that is passed twice: it opens before its children, so that a link to it binds all of
them, and closes after them, so that a link from it waits for all. No link is ever multiplied by the leaves below.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

from models.schedule.calendars import Calendars
from models.schedule.circles import strongly_connected
from models.schedule.inputs import Key, Link, Plan, Task
from models.schedule.problems import Problem
from models.schedule.worktime import NoWorkingTime, WorkTime

Effort = tuple[WorkTime, int, int]  # the calendar of a crew, minutes that it works, its delay
Driver = Union[
    "Tie", "Node", str
]  # a link, the summary whose constraint it is, or a word that `explain` knows


class Node:
    """A task with its place in the network, and the dates that the passes put in (instants)."""

    __slots__ = (
        "as_late_as_possible", "asked", "begun", "calendar", "children", "done", "driver", "duration", "early_finish",
        "early_start", "efforts", "finish", "first", "floor", "free_slack", "incoming", "late_begin", "late_bound",
        "late_finish", "late_start", "logical", "opens", "outgoing", "parent", "place", "start", "start_bound",
        "started", "task", "total_slack", "unclosed", "waits",
    )  # fmt: skip

    task: Task
    parent: "Node | None"
    children: list["Node"]
    incoming: list["Tie"]
    outgoing: list["Tie"]
    calendar: WorkTime  # the task's own, else the project's: lags and slack run on it
    efforts: list[Effort]
    duration: int  # the gaps of a split included
    started: bool
    begun: bool  # started, or anything below it is
    done: bool  # of a summary: all that lies below is
    as_late_as_possible: bool
    opens: int  # its place in the order
    place: int  # and, of a summary, where it closes
    waits: int  # while the order is made: what must come before
    unclosed: int  # and children that have not come
    early_start: int
    early_finish: int
    start: int  # as scheduled: the early dates but for tasks as late as possible
    finish: int
    logical: int | None  # where links alone would put the start
    asked: int  # what the driver asks of the start, working time or not
    driver: Driver
    late_start: int
    late_finish: int
    # of a summary, for what lies below:
    start_bound: "Bound"  # what its links wait for
    floor: "Bound"  # its constraint, and those above it
    first: "Node"  # the child that starts first
    late_bound: int  # the latest finish
    late_begin: int | None  # the latest start of the first, where a link goes from the summary's start
    total_slack: int
    free_slack: int

    def __init__(self, task: Task) -> None:
        self.task = task
        self.parent = None
        self.children, self.incoming, self.outgoing = [], [], []
        self.logical = self.late_begin = None

    def count_progress(self) -> None:
        """Whether it is started, begun and done; a summary after its children."""
        task = self.task
        self.started = task.actual_start is not None
        self.begun, self.done = self.started, task.actual_finish is not None
        if self.children:
            counted = counting(self.children)
            self.begun, self.done = any(c.begun for c in counted), all(c.done for c in counted)
        self.as_late_as_possible = task.constraint == "ALAP" and not task.manual and not self.started


def counting(children: list[Node]) -> list[Node]:
    """The children that a summary is made of: inactive ones only where there are no others."""
    return [child for child in children if not child.task.inactive] or children


@dataclass(slots=True)
class Bound:
    """The latest of what a start must wait for, what asked for it, and the finish asked for where that is exact."""

    at: int | None = None
    by: Driver = "project start"
    finish: int | None = None

    def raise_to(self, at: int, by: Driver, finish: int | None = None) -> None:
        more_exact = at == self.at and finish is not None and (self.finish is None or finish > self.finish)
        if self.at is None or at > self.at or more_exact:
            self.at, self.by, self.finish = at, by, finish


@dataclass(slots=True, eq=False)
class Tie:
    """A link that is calculated with; `lag` in minutes of `calendar`, or of the clock where that is None.

    A lag in percent of a summary's duration is known when the summary is passed.
    """

    link: Link
    before: Node
    after: Node
    type: str
    lag: int
    calendar: WorkTime | None


class Network:
    """All nodes of a plan in an order of computation, without the links that close a circle.

    `late` counts the tasks that are to be done as late as possible.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.problems: list[Problem] = []
        self.nodes: dict[Key, Node] = {task.key: Node(task) for task in plan.tasks}
        self.calendars = Calendars(plan.calendars, _near(plan))
        self.calendar = self._calendar(plan.calendar, "the project")
        self._place_in_outline()
        self.roots = [node for node in self.nodes.values() if not node.parent]
        for node in self.nodes.values():
            self.load(node)
        ties = [tie for link in plan.links if (tie := self.tie(link))]
        self.order = self._sort(ties)
        for place, (node, closes) in enumerate(self.order):
            node.place = place
            if not closes or not node.children:
                node.opens = place
            if closes:
                node.count_progress()
        self.leaves = [node for node, closes in self.order if closes and not node.children]
        self.late = sum(node.task.constraint == "ALAP" for node in self.leaves)

    # ── outline ───────────────────────────────────────────────────────────────────────────────────────

    def _place_in_outline(self) -> None:
        for node in self.nodes.values():
            node.parent = self.nodes.get(node.task.parent) if node.task.parent is not None else None
        for node in sorted(self._in_parent_loops(), key=lambda n: str(n.task.key)):
            self.problems.append(Problem("loop", (node.task.key,), f"“{node.task.name}” lies below itself."))
            node.parent = None
        for node in self.nodes.values():
            if node.parent:
                node.parent.children.append(node)

    def _in_parent_loops(self) -> set[Node]:
        safe: set[Node] = set()
        loops: set[Node] = set()
        for node in self.nodes.values():
            path: dict[Node, None] = {}
            at: Node | None = node
            while at and at not in safe and at not in path and at not in loops:
                path[at] = None
                at = at.parent
            if at in path:
                walked = list(path)
                loops.update(walked[walked.index(at) :])
            safe.update(path)
        return loops

    # ── calendars and work ────────────────────────────────────────────────────────────────────────────

    def load(self, node: Node) -> None:
        """Calendars, duration and crews of the node's task."""
        task = node.task
        node.calendar = self.calendar if task.calendar is None else self._calendar(task.calendar, task.name)
        node.duration = _span(node)
        crews = () if task.manual or task.elapsed else task.crews
        if not crews or not node.duration:
            node.efforts = [(node.calendar, node.duration, 0)]
        elif len(crews) == 1:  # work by units would round a minute away
            node.efforts = [(self._crew_calendar(node, crews[0].calendar), node.duration, crews[0].delay)]
        else:
            node.efforts = [
                (self._crew_calendar(node, crew.calendar), _minutes(crew.work, crew.units, node), crew.delay)
                for crew in crews
            ]

    def _crew_calendar(self, node: Node, key: Key | None) -> WorkTime:
        task = node.task
        if key is None or (task.calendar is not None and task.ignore_resource_calendar):
            return node.calendar
        if task.calendar is None:
            return self._calendar(key, task.name)
        try:
            return self.calendars.both(task.calendar, key)
        except NoWorkingTime as error:
            self._nobody_works(str(error), task.name, task.key)
            return node.calendar

    def _calendar(self, key: Key | None, whose: str) -> WorkTime:
        """The calendar, or the standard one and a problem where nobody ever works by it."""
        try:
            return self.calendars.get(key)
        except NoWorkingTime as error:
            self._nobody_works(str(error), whose)
            return self.calendars.get(None)

    def _nobody_works(self, calendar: str, whose: str, *tasks: Key) -> None:
        message = f"{calendar} leaves no working time for {whose}: another calendar stands in. Give it some."
        problem = Problem("calendar", tasks, message)
        if problem not in self.problems:
            self.problems.append(problem)

    # ── ties and their order ──────────────────────────────────────────────────────────────────────────

    def tie(self, link: Link) -> Tie | None:
        """None where an end is not here, or does not count. Not yet connected."""
        before, after = self.nodes.get(link.predecessor), self.nodes.get(link.successor)
        if before is None or after is None or before.task.inactive or after.task.inactive:
            return None
        if not link.lag:
            return Tie(link, before, after, link.type, 0, None)
        share = link.unit.endswith("percent")
        lag = percent(before.task.duration, link.lag) if share else link.lag
        elapsed = link.unit.startswith("elapsed") or (share and before.task.elapsed)
        return Tie(link, before, after, link.type, lag, None if elapsed else after.calendar)

    def _sort(self, ties: list[Tie]) -> list[tuple[Node, bool]]:
        """(node, closes) for each leaf, and for each summary twice. Links within a circle are left out and named."""
        _connect(ties)
        order = self._topological()
        if len(order) < len(self.nodes) + sum(1 for node in self.nodes.values() if node.children):
            circles = _circles(self.nodes.values(), ties)
            number = {node: n for n, circle in enumerate(circles) for node in circle}
            circular = [t for t in ties if number[t.before, True] == number[t.after, False]]
            self._name_circles(circles, circular)
            for node in self.nodes.values():
                node.incoming, node.outgoing = [], []
            _connect(t for t in ties if number[t.before, True] != number[t.after, False])
            order = self._topological()
        return order

    def _topological(self) -> list[tuple[Node, bool]]:
        for node in self.nodes.values():
            node.waits = len(node.incoming) + (node.parent is not None)
            node.unclosed = len(node.children)
        order: list[tuple[Node, bool]] = []
        ready = [node for node in self.nodes.values() if not node.waits]
        while ready:
            node = ready.pop()
            if node.unclosed:
                order.append((node, False))
                freed = node.children
            else:
                order.append((node, True))
                freed = [tie.after for tie in node.outgoing]
                parent = node.parent
                if parent:
                    parent.unclosed -= 1
                    if not parent.unclosed:
                        ready.append(parent)
            for other in freed:
                other.waits -= 1
                if not other.waits:
                    ready.append(other)
        return order

    def _name_circles(self, circles: list[list[tuple[Node, bool]]], left_out: list[Tie]) -> None:
        found = [_circle(inside) for circle in circles if (inside := _within(circle, left_out))]
        self.problems += sorted(found, key=lambda problem: [str(key) for key in problem.tasks])


def _within(circle: list[tuple[Node, bool]], ties: list[Tie]) -> list[Tie]:
    nodes = {node for node, _ in circle}
    return [tie for tie in ties if tie.before in nodes and tie.after in nodes]


def _circle(ties: list[Tie]) -> Problem:
    tasks = {tie.before.task.key: tie.before.task.name for tie in ties}
    names = ", ".join(sorted(f"“{name}”" for name in tasks.values()))
    message = f"These wait for each other, so their links are left out: {names}. Remove one link."
    return Problem("circle", tuple(sorted(tasks, key=str)), message, links=tuple(tie.link for tie in ties))


def percent(duration: int, share: int) -> int:
    """A share of a predecessor's duration, in whole minutes."""
    return round(duration * share / 100)


def _connect(ties: Iterable[Tie]) -> None:
    for tie in ties:
        tie.before.outgoing.append(tie)
        tie.after.incoming.append(tie)


def _near(plan: Plan) -> tuple[int, int]:
    """Where most dates of a plan lie: half a year before what is known, and three years after."""
    known = [t.actual_start or t.constraint_date or t.manual_start for t in plan.tasks]
    ends = [plan.start, *([plan.finish] if plan.finish is not None else []), *(k for k in known if k)]
    low, high = min(ends), max(ends)
    return max(low - 180 * 1440, 0), min(high, low + 20 * 365 * 1440) + 3 * 365 * 1440


def _span(node: Node) -> int:
    """The duration, with the working minutes between the pieces of a split."""
    task = node.task
    if not task.segments:
        return task.duration
    gaps = sum(node.calendar.work(a[1], b[0]) for a, b in zip(task.segments, task.segments[1:], strict=False))
    return task.duration + gaps


def _minutes(work: int | None, units: float, node: Node) -> int:
    """How long a crew works. Work is stored in whole minutes: what could come from the duration is the duration."""
    if not work or not units or abs(work - node.task.duration * units) <= 1:
        return node.duration
    return round(work / units)


def _circles(nodes: Iterable[Node], ties: Iterable[Tie]) -> list[list[tuple[Node, bool]]]:
    """Strongly connected parts of the graph of openings and closings (Tarjan, without recursion)."""
    after: dict[tuple[Node, bool], list[tuple[Node, bool]]] = {}
    for node in nodes:
        after[node, False] = [(child, False) for child in node.children] or [(node, True)]
        after[node, True] = [(node.parent, True)] if node.parent else []
    for tie in ties:
        after[tie.before, True].append((tie.after, False))
    return strongly_connected(after)
