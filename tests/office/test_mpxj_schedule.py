"""Random plans, scheduled here and by MPXJ: every difference belongs to a class that docs/scheduling.md explains.

A task is looked at where all that its dates come from agrees; what follows from a difference is none of its own.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from models.schedule.engine import Schedule
from models.schedule.instants import show
from models.schedule.network import Node
from office.mspdi import read
from office.mspdi_write import lines
from office.scheduling import as_inputs
from tests.office.mpxj import Found, needs_mpxj, scheduled
from tests.office.random_plans import random_plan

pytestmark = needs_mpxj
PLANS = 100
MINUTES = len("2026-11-30T08:00")


class Case(NamedTuple):
    """A task with its dates here (in its node) and there."""

    node: Node
    there: Found
    schedule: Schedule

    @property
    def start(self) -> str:
        return str(self.there["Start"])

    @property
    def finish(self) -> str:
        return str(self.there["Finish"])


def agrees(node: Node, found: dict[str, Found], *names: str) -> bool:
    """Whether the dates of the task are the same on both sides."""
    words = {name: "".join(part.title() for part in name.split("_")) for name in names}
    return all(show(getattr(node, name)) == found[str(node.task.key)][words[name]] for name in names)


def cases(folder: Path) -> Iterator[tuple[str, Case | None]]:
    """Each task of each plan whose predecessors agree, by plan and UID; None for one that agrees itself."""
    for seed in range(PLANS):
        (folder / f"{seed}.xml").write_text("".join(lines(random_plan(seed))), encoding="utf-8")
    for stem, found in scheduled(folder).items():
        schedule = Schedule(as_inputs(read(folder / f"{stem}.xml")))
        if "error" in found:
            continue
        for node in schedule.network.leaves:
            if all(agrees(tie.before, found, "start", "finish") for tie in node.incoming):
                same = agrees(node, found, "start", "finish")
                yield (
                    f"{stem}/{node.task.key}",
                    None if same else Case(node, found[str(node.task.key)], schedule),
                )


def why(case: Case) -> str:
    """The class of a difference."""
    node, task = case.node, case.node.task
    project, working = show(case.schedule.frame.start), node.calendar.work
    to_finish = [tie for tie in node.incoming if tie.type[1] == "F"]
    if len(case.start) > MINUTES or len(case.finish) > MINUTES:
        return "part of a minute"
    if task.constraint == "ALAP":
        return "as late as possible"
    if case.start < project <= show(node.start):
        return "not before the project"
    if not task.duration and case.start == show(node.calendar.next_start(node.start)):
        return "milestone at its instant"
    if to_finish and not working(node.finish - 1, node.finish):
        return "finish of a link at night"
    at, by_start = task.constraint_date, task.constraint in ("SNET", "SNLT", "MSO")
    if at is not None and not (working(at, at + 1) if by_start else working(at - 1, at)):
        return "constraint in time off"
    return ""


def test_every_difference_has_its_class(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    unexplained = []
    for name, case in cases(tmp_path):
        kind = "the same" if case is None else why(case)
        seen[kind] += 1
        if case is not None and not kind:
            node = case.node
            ours = show(node.start), show(node.finish)
            unexplained.append((name, ours, (case.start, case.finish)))
    assert unexplained == []
    assert seen["the same"] > 4 * (sum(seen.values()) - seen["the same"]), seen
