"""The schedule of a plan: a forward pass, a backward pass, slack.

schedule = Schedule(plan)
schedule.dates()["task"].finish          # an instant
schedule.problems()                      # what cannot hold, and what can be done
"""

from typing import NamedTuple

from models.schedule.backward import backward_leaf, bound_of_summary, late_summary
from models.schedule.checking import broken, missed_finish
from models.schedule.forward import Frame, close_summary, forward_leaf, open_summary
from models.schedule.inputs import Key, Plan
from models.schedule.network import Network, Node
from models.schedule.problems import Problem
from models.schedule.slack import free_slack, total_slack


class Dates(NamedTuple):
    """Of one task. Instants, and slacks in working minutes of the task's calendar (of the clock, when elapsed)."""

    start: int
    finish: int
    early_start: int
    early_finish: int
    late_start: int
    late_finish: int
    total_slack: int
    free_slack: int
    critical: bool


class Schedule:
    """A plan with all its dates. `start` and `finish` are those of the project, as computed.

    `models.schedule.incremental` makes it follow edits of the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.make(plan)

    def make(self, plan: Plan) -> None:
        """Everything anew."""
        self.plan = plan
        self.network = Network(plan)
        self.frame = Frame(plan.start, plan.honour_constraints, plan.reschedule_after)
        self._broken: dict[Node, list[Problem]] = {}
        self._doubtful: set[Node] = set(self.network.nodes.values())
        self.finish = plan.start
        self._run()

    # ── what came out ─────────────────────────────────────────────────────────────────────────────────

    def dates(self) -> dict[Key, Dates]:
        """The dates of every task, summaries and inactive ones included."""
        return {key: self._dates(node) for key, node in self.network.nodes.items()}

    def dates_of(self, key: Key) -> Dates:
        """The dates of one task. Raises KeyError."""
        return self._dates(self.network.nodes[key])

    def duration(self, key: Key) -> int | None:
        """Working minutes between start and finish of a summary task; None of any other, which has its own."""
        node = self.network.nodes[key]
        return node.calendar.work(node.start, node.finish) if node.children else None

    def is_done(self, key: Key) -> bool:
        """Whether a task is finished; of a summary, whether all below it is."""
        return self.network.nodes[key].done

    def is_begun(self, key: Key) -> bool:
        """Whether a task is started; of a summary, whether anything below it is."""
        return self.network.nodes[key].begun

    def problems(self) -> list[Problem]:
        """What the plan asks for and cannot have; the plan's own faults (circles, calendars) first."""
        after = {tie.after for node in self._doubtful for tie in node.outgoing}
        for node in self._doubtful | after:
            self._broken.pop(node, None)
            if found := list(broken(node)):
                self._broken[node] = found
        self._doubtful = set()
        nodes = [node for node in self.network.nodes.values() if node in self._broken] if self._broken else []
        found = [problem for node in nodes for problem in self._broken[node]]
        return [*self.network.problems, *found, *missed_finish(self.network.leaves, self.plan, self.finish)]

    @property
    def start(self) -> int:
        """The start of the first task; the frame's where there is none."""
        return min((root.start for root in self._roots()), default=self.frame.start)

    def _dates(self, node: Node) -> Dates:
        return Dates(
            node.start, node.finish, node.early_start, node.early_finish, node.late_start, node.late_finish,
            node.total_slack, node.free_slack, not node.done and node.total_slack <= self.plan.critical_limit,
        )  # fmt: skip

    # ── again, over the same network ──────────────────────────────────────────────────────────────────

    def needs_both_passes(self) -> bool:
        """Whether early dates depend on late ones: tasks as late as possible, plans made from the finish."""
        return self.plan.from_finish or self.network.late > 0

    def rerun(self) -> set[Node]:
        """All passes; the nodes whose dates or slack changed."""
        nodes = self.network.nodes.values()
        was = [_all_dates(node) for node in nodes]
        self._run()
        return {node for node, old in zip(nodes, was, strict=True) if old != _all_dates(node)}

    def rerun_backward(self) -> set[Node]:
        """The backward pass; the nodes whose late dates changed."""
        nodes = self.network.nodes.values()
        was = [(node.late_start, node.late_finish) for node in nodes]
        self._backward(self.finish)
        return {n for n, old in zip(nodes, was, strict=True) if old != (n.late_start, n.late_finish)}

    def doubt(self, nodes: set[Node]) -> None:
        """Their problems are looked for again when somebody asks."""
        self._doubtful |= nodes

    def latest_finish(self) -> int:
        """When the last task ends."""
        return max((root.early_finish for root in self._roots()), default=self.frame.start)

    def _roots(self) -> list[Node]:
        return [node for node in self.network.roots if not node.task.inactive]

    # ── the passes ────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        self.frame.start = self.plan.start
        self._forward()
        self.finish = self.latest_finish()
        if self.plan.from_finish and self.plan.finish is not None:
            self._backward(self.plan.finish)
            open_leaves = [n for n in self.network.leaves if not n.started and not n.task.inactive]
            self.frame.start = min((n.late_start for n in open_leaves), default=self.plan.finish)
            self._forward(second=True)
            self.finish = self.latest_finish()
        else:
            self._backward(self.finish)
            if self.needs_both_passes():
                self._forward(second=True)
        for node in self.network.nodes.values():
            node.total_slack = total_slack(node)
            node.free_slack = free_slack(node)

    def _forward(self, *, second: bool = False) -> None:
        for node, closes in self.network.order:
            if not closes:
                open_summary(node, self.frame)
            elif node.children:
                close_summary(node)
            else:
                forward_leaf(node, self.frame)
                if second and node.as_late_as_possible:
                    node.start, node.finish = node.late_start, node.late_finish
                    node.driver = "late"

    def _backward(self, project_finish: int) -> None:
        for node, closes in reversed(self.network.order):
            if not closes:
                late_summary(node)
            elif node.children:
                bound_of_summary(node, self.frame, project_finish)
            else:
                backward_leaf(node, self.frame, project_finish)


def _all_dates(node: Node) -> tuple[int, ...]:
    return (
        node.start, node.finish, node.early_start, node.early_finish, node.late_start, node.late_finish,
        node.total_slack, node.free_slack,
    )  # fmt: skip
