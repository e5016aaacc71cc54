"""An edit of some tasks and links: what it reaches is computed again, and nothing else.

The two passes walk the order of the network from what was edited, and stop where a date comes out as it was. Slack
follows both. When the finish of the project moves, no late date stays: with several calendars they do not move by
the same minutes, so the whole backward pass runs. Tasks as late as possible and plans made from the finish depend on
both passes: all passes run, over the network as it is. What changes the network itself (outline, calendars, a link
against the order, a circle) makes it anew.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from models.schedule.backward import backward_leaf, bound_of_summary, late_summary
from models.schedule.engine import Schedule
from models.schedule.forward import close_summary, forward_leaf, open_summary
from models.schedule.inputs import Key, Link, Plan, Task
from models.schedule.network import Node, Tie, percent
from models.schedule.slack import free_slack, total_slack


@dataclass(frozen=True, slots=True)
class Edit:
    """Tasks of the plan in their new form, links that go and links that come."""

    tasks: tuple[Task, ...] = ()
    unlinked: tuple[Link, ...] = ()
    linked: tuple[Link, ...] = ()


def revise(schedule: Schedule, edit: Edit) -> set[Key]:
    """Makes it the schedule of the edited plan; the tasks whose dates or slack may be others now.

    Equal to a schedule made from the edited plan, in every date, problem and explanation. Raises KeyError for a task
    or a link that the plan does not have; then nothing is changed.
    """
    plan = edited(schedule.plan, edit)
    schedule.plan = plan
    if _remakes(schedule, edit):
        schedule.make(plan)
        return set(schedule.network.nodes)
    found = _Run(schedule).reach(edit)
    schedule.doubt(found)
    return {node.task.key for node in found}


def edited(plan: Plan, edit: Edit) -> Plan:
    """The plan with the edit. Raises KeyError for a task or a link that it does not have."""
    links, tasks = plan.links, plan.tasks
    if edit.tasks:
        new = {task.key: task for task in edit.tasks}
        tasks = tuple([new.pop(task.key, task) for task in tasks])
        if new:
            raise KeyError(next(iter(new)))
    if edit.unlinked or edit.linked:
        links = (*_without(links, edit.unlinked), *edit.linked)
    return replace(plan, tasks=tasks, links=links)


def _without(links: tuple[Link, ...], unlinked: tuple[Link, ...]) -> Iterable[Link]:
    gone = Counter(unlinked)
    ends = {(link.predecessor, link.successor) for link in unlinked}
    for link in links:
        if (link.predecessor, link.successor) in ends and gone[link]:
            gone[link] -= 1
        else:
            yield link
    if left := +gone:
        raise KeyError(next(iter(left)))


def _remakes(schedule: Schedule, edit: Edit) -> bool:
    """Whether the edit changes the network itself."""
    network = schedule.network
    if network.problems or any(_moves(network.nodes[task.key].task, task) for task in edit.tasks):
        return True
    ends = [(network.nodes.get(k.predecessor), network.nodes.get(k.successor)) for k in edit.linked]
    return any(before and after and before.place >= after.opens for before, after in ends)


def _moves(old: Task, new: Task) -> bool:
    return (old.parent, old.inactive, old.calendar, old.elapsed) != (
        new.parent, new.inactive, new.calendar, new.elapsed
    )  # fmt: skip


class _Queue:
    """Places of the order that are to be passed, each once; the lowest first, or by `sign` -1 the highest."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._heap: list[int] = []
        self._waiting: set[int] = set()

    def add(self, place: int) -> None:
        if place not in self._waiting:
            self._waiting.add(place)
            heappush(self._heap, self._sign * place)

    def pop(self) -> int:
        place = self._sign * heappop(self._heap)
        self._waiting.discard(place)
        return place

    def __bool__(self) -> bool:
        return bool(self._heap)


class _Run:
    """One edit on its way through a network; `passed` are the nodes that were computed again."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule, self.order = schedule, schedule.network.order
        self.ahead, self.back = _Queue(1), _Queue(-1)
        self.passed: set[Node] = set()

    def reach(self, edit: Edit) -> set[Node]:
        schedule, nodes = self.schedule, self.schedule.network.nodes
        both = schedule.needs_both_passes()
        for task in edit.tasks:
            self._take_task(nodes[task.key], task)
        for link in edit.unlinked:
            self._take_off(link)
        for link in edit.linked:
            self._put_on(link)
        if both or schedule.needs_both_passes():
            return self.passed | schedule.rerun()
        self._forward()
        finish = schedule.latest_finish()
        if finish == schedule.finish:
            self._backward()
        else:
            schedule.finish = finish
            self.passed |= schedule.rerun_backward()
        return self._slack()

    # ── what the edit touches at once ─────────────────────────────────────────────────────────────────

    def _take_task(self, node: Node, task: Task) -> None:
        network = self.schedule.network
        if not node.children:
            network.late += (task.constraint == "ALAP") - (node.task.constraint == "ALAP")
        node.task = task
        self.passed.add(node)
        network.load(node)
        self._count_progress(node)
        for tie in node.outgoing:
            if tie.link.unit.endswith("percent") and not node.children:
                tie.lag = percent(task.duration, tie.link.lag)
                self.ahead.add(tie.after.opens)
        self.ahead.add(node.opens)
        self.ahead.add(node.place)
        self.back.add(node.place)
        self._ask_before(node)

    def _count_progress(self, node: Node) -> None:
        """Of the task, and of the summaries above as far as it makes a difference."""
        node.count_progress()
        above = node.parent
        while above:
            was = above.begun, above.done
            above.count_progress()
            if (above.begun, above.done) == was:
                return
            self.passed.add(above)
            self._ask_before(above)
            above = above.parent

    def _take_off(self, link: Link) -> None:
        after = self.schedule.network.nodes.get(link.successor)
        tie = next((tie for tie in after.incoming if tie.link == link), None) if after else None
        if tie is not None:
            tie.after.incoming.remove(tie)
            tie.before.outgoing.remove(tie)
            self._take_tie(tie)

    def _put_on(self, link: Link) -> None:
        tie = self.schedule.network.tie(link)
        if tie is not None:
            tie.after.incoming.append(tie)
            tie.before.outgoing.append(tie)
            self.ahead.add(tie.before.place)  # a lag in percent of a summary
            self._take_tie(tie)

    def _take_tie(self, tie: Tie) -> None:
        self.ahead.add(tie.after.opens)
        self.back.add(tie.before.place)
        self.passed |= {tie.before, tie.after}

    # ── the passes, as far as something changes ───────────────────────────────────────────────────────

    def _forward(self) -> None:
        frame = self.schedule.frame
        while self.ahead:
            node, closes = self.order[self.ahead.pop()]
            self.passed.add(node)
            if not closes:
                was = node.start_bound, node.floor
                open_summary(node, frame)
                if was != (node.start_bound, node.floor):
                    self._go_on(child.opens for child in node.children)
            elif node.children:
                self._close(node)
            else:
                dates, driver = (node.start, node.finish), node.driver
                forward_leaf(node, frame)
                if "constraint" in (driver, node.driver):
                    self.back.add(node.place)
                if dates != (node.start, node.finish):
                    self._follow(node)

    def _close(self, node: Node) -> None:
        dates, first, lags = (node.start, node.finish), node.first, [tie.lag for tie in node.outgoing]
        close_summary(node)
        lags_now = [tie.lag for tie in node.outgoing]
        if dates != (node.start, node.finish) or lags != lags_now:
            self._follow(node)
        if lags != lags_now:
            self.back.add(node.place)
        if first is not node.first:
            self.back.add(first.place)
            self.back.add(node.first.place)

    def _go_on(self, places: Iterable[int]) -> None:
        for place in places:
            self.ahead.add(place)

    def _follow(self, node: Node) -> None:
        self._go_on(tie.after.opens for tie in node.outgoing)
        if node.parent:
            self.ahead.add(node.parent.place)

    def _backward(self) -> None:
        frame, finish = self.schedule.frame, self.schedule.finish
        while self.back:
            node, closes = self.order[self.back.pop()]
            self.passed.add(node)
            if closes and node.children:
                self._bound(node)
                continue
            dates = node.late_start, node.late_finish
            if closes:
                backward_leaf(node, frame, finish)
            else:
                late_summary(node)
            if dates != (node.late_start, node.late_finish):
                self._ask_before(node)

    def _bound(self, node: Node) -> None:
        bound, begin = node.late_bound, node.late_begin
        bound_of_summary(node, self.schedule.frame, self.schedule.finish)
        if bound != node.late_bound:
            for child in node.children:
                self.back.add(child.place)
        if begin != node.late_begin:
            self.back.add(node.first.place)

    def _ask_before(self, node: Node) -> None:
        for tie in node.incoming:
            self.back.add(tie.before.place)
        if node.parent:
            self.back.add(node.parent.opens)

    def _slack(self) -> set[Node]:
        for node in self.passed:
            node.total_slack = total_slack(node)
        found = self.passed | {tie.before for node in self.passed for tie in node.incoming}
        for node in found:
            node.free_slack = free_slack(node)
        return found
