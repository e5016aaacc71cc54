"""Dates that Microsoft Project computed, computed again from the inputs alone."""

from pathlib import Path

import pytest

from models.schedule.engine import Dates, Schedule
from models.schedule.instants import of
from office import foreign, mspdi
from office.scheduling import as_inputs

FILES = sorted((Path(__file__).parents[2].parent / "shared" / "data" / "mspdi").glob("*.xml"))
needs_data = pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")

# these late dates contradict the slack beside them in the file: no gap to the early dates, and weeks of slack
CONTRADICTIONS = {("NewProductDev_26t24l.xml", uid) for uid in (35, 36, 48)}


def expected(task: foreign.Task) -> dict[str, object]:
    """The stored fields that the file has of the task."""
    moments = ("start", "finish", "early_start", "early_finish", "late_start", "late_finish")
    stored: dict[str, object] = {name: of(at) for name in moments if (at := getattr(task, name))}
    slacks = {"total_slack": task.total_slack_minutes, "free_slack": task.free_slack_minutes}
    return stored | {k: v for k, v in slacks.items() if v is not None} | {"critical": task.critical}


def missed(task: foreign.Task, dates: Dates) -> set[str]:
    return {name for name, value in expected(task).items() if getattr(dates, name) != value}


@needs_data
def test_every_stored_field_of_every_leaf_task_comes_out_to_the_minute() -> None:
    leaves, fields, misses = 0, 0, {}
    for path in FILES:
        plan = mspdi.read(path)
        dates = Schedule(as_inputs(plan)).dates()
        parents = {task.parent_uid for task in plan.tasks}
        for task in plan.tasks:
            if task.uid not in parents and not task.summary:
                leaves += 1
                fields += len(expected(task))
                if miss := missed(task, dates[task.uid]):
                    misses[path.name, task.uid] = miss
    assert (leaves, fields > 8500) == (977, True)
    assert set(misses) == CONTRADICTIONS
    assert all(miss == {"late_start", "late_finish"} for miss in misses.values())


@needs_data
def test_a_plan_without_conflicts_has_none() -> None:
    path = next(p for p in FILES if p.name.startswith("Homemoveplan"))
    assert Schedule(as_inputs(mspdi.read(path))).problems() == []


@needs_data
def test_a_finish_that_must_be_missed_names_the_task_in_its_way() -> None:
    path = next(p for p in FILES if p.name.startswith("slack9"))
    [problem] = Schedule(as_inputs(mspdi.read(path))).problems()
    assert problem.kind == "link"
    assert "“Milestone 2”" in problem.message and "“Task 7”" in problem.message
