"""An edit is followed to the same schedule as one that is made anew."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.schedule.engine import Dates, Schedule
from models.schedule.explaining import explain
from models.schedule.incremental import Edit, revise
from models.schedule.inputs import Key, Link, Plan, Task
from tests.models.schedule.plans import EXERCISED, edits, features, plan, plans, said

# the same examples in every run, so that what they exercise can be asserted
quick = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def everything(schedule: Schedule) -> dict[str, Any]:
    """Dates, problems and explanations."""
    return {
        "dates": schedule.dates(), "start": schedule.start, "finish": schedule.finish,
        "states": states(schedule),
        "problems": schedule.problems(),
        "why": {task.key: explain(schedule, task.key) for task in schedule.plan.tasks},
    }  # fmt: skip


def states(schedule: Schedule) -> dict[Key, tuple[Dates, bool, bool]]:
    """Dates of every task, whether it is begun, whether it is done."""
    return {k: (d, schedule.is_begun(k), schedule.is_done(k)) for k, d in schedule.dates().items()}


def test_any_edits_lead_to_what_a_full_run_gives() -> None:
    seen: Counter[str] = Counter()

    @quick
    @given(plans(), st.data())
    def check(before: Plan, data: st.DataObject) -> None:
        schedule = Schedule(before)
        for _ in range(4):
            edit, old = data.draw(edits(schedule.plan)), states(schedule)
            network = schedule.network
            changed = revise(schedule, edit)
            full = Schedule(schedule.plan)
            assert everything(schedule) == everything(full)
            assert {key for key, state in states(full).items() if old[key] != state} <= changed
            seen.update(features(schedule.plan))
            seen["new network" if schedule.network is not network else "same network"] += 1
            seen["both passes" if schedule.needs_both_passes() else "only what is reached"] += 1

    check()
    assert set(seen) >= EXERCISED
    ways = ("new network", "same network", "both passes", "only what is reached")
    assert min(seen[way] for way in ways) > 60, seen


def test_an_edit_and_its_opposite_leave_everything_as_it_was() -> None:
    undone = Counter[str]()

    @quick
    @given(plans(), st.data())
    def check(before: Plan, data: st.DataObject) -> None:
        schedule, edit = Schedule(before), data.draw(edits(before))
        was = everything(schedule)
        moved = len(revise(schedule, edit))
        old = {task.key: task for task in before.tasks}
        revise(schedule, Edit(tuple(old[task.key] for task in edit.tasks), edit.linked, edit.unlinked))
        assert everything(schedule) == was
        undone["moved"] += moved > 0

    check()
    assert undone["moved"] > 50


def test_an_edit_reaches_no_further_than_it_has_to() -> None:
    tasks = [Task(n, duration=480) for n in range(50)]
    links = tuple(Link(n, n + 1) for n in range(25))
    schedule = Schedule(plan(*tasks, Task("long", duration=48_000), links=links))
    assert revise(schedule, Edit((replace(tasks[30], duration=960),))) == {30}
    assert revise(schedule, Edit((replace(tasks[20], duration=960),))) == set(range(26))
    assert revise(schedule, Edit((replace(tasks[10], name="Survey"),))) <= {8, 9, 10}


def test_what_the_plan_does_not_have_is_refused_and_nothing_changes() -> None:
    schedule = Schedule(plan(Task("a"), Task("b"), links=(Link("a", "b"),)))
    was = everything(schedule)
    for edit in (Edit((Task("c"),)), Edit(unlinked=(Link("b", "a"),)), Edit(unlinked=(Link("a", "b"),) * 2)):
        with pytest.raises(KeyError):
            revise(schedule, edit)
    assert everything(schedule) == was


def test_of_two_equal_links_one_goes() -> None:
    twice = (Link("a", "b"), Link("a", "b"))
    schedule = Schedule(plan(Task("a"), Task("b"), links=twice))
    revise(schedule, Edit(unlinked=twice[:1]))
    assert (schedule.plan.links, said(schedule.dates_of("b").start)) == (twice[:1], "1 08:00")
