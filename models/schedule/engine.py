"""The schedule of a plan: a forward pass, a backward pass, slack.

schedule = Schedule(plan)
schedule.dates()["task"].finish          # an instant
schedule.problems()                      # what cannot hold, and what can be done
"""

from dataclasses import dataclass

from models.schedule.backward import backward_leaf, bound_of_summary, late_summary
from models.schedule.checking import broken
from models.schedule.forward import Frame, close_summary, forward_leaf, open_summary
from models.schedule.inputs import Key, Plan
from models.schedule.network import Network, Node
from models.schedule.problems import Problem
from models.schedule.slack import free_slack, total_slack


@dataclass(frozen=True, slots=True)
class Dates:
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
    """A plan with all its dates. `start` and `finish` are those of the project, as computed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.network = Network(plan)
        self.frame = Frame(plan.start, plan.honour_constraints, plan.reschedule_after)
        self._run()

    def dates(self) -> dict[Key, Dates]:
        """The dates of every task, summaries and inactive ones included."""
        return {key: self._dates(node) for key, node in self.network.nodes.items()}

    def duration(self, key: Key) -> int | None:
        """Working minutes between start and finish of a summary task; None of any other, which has its own."""
        node = self.network.nodes[key]
        return node.calendar.work(node.start, node.finish) if node.children else None

    def problems(self) -> list[Problem]:
        """What the plan asks for and cannot have; the plan's own faults (circles, calendars) first."""
        return [*self.network.problems, *broken(self.network.nodes.values(), self.plan, self.finish)]

    @property
    def start(self) -> int:
        """The start of the first task; the frame's where there is none."""
        return min((root.start for root in self._roots()), default=self.frame.start)

    def _dates(self, node: Node) -> Dates:
        return Dates(
            node.start, node.finish, node.early_start, node.early_finish, node.late_start, node.late_finish,
            node.total_slack, node.free_slack, not node.done and node.total_slack <= self.plan.critical_limit,
        )  # fmt: skip

    def _run(self) -> None:
        """Twice forward where dates depend on late ones: tasks as late as possible, plans made from the finish."""
        self._forward()
        self.finish = self._latest_finish()
        if self.plan.from_finish and self.plan.finish is not None:
            self._backward(self.plan.finish)
            open_leaves = [n for n in self.network.leaves if not n.started and not n.task.inactive]
            self.frame.start = min((n.late_start for n in open_leaves), default=self.plan.finish)
            self._forward(second=True)
            self.finish = self._latest_finish()
        else:
            self._backward(self.finish)
            if any(n.task.constraint == "ALAP" for n in self.network.leaves):
                self._forward(second=True)
        for node in self.network.nodes.values():
            node.total_slack = total_slack(node)
            node.free_slack = free_slack(node)

    def _roots(self) -> list[Node]:
        return [node for node in self.network.nodes.values() if not node.parent and not node.task.inactive]

    def _latest_finish(self) -> int:
        return max((root.early_finish for root in self._roots()), default=self.frame.start)

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
