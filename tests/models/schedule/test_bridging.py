"""Tasks go, and the chains that they stood in are kept."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.dependency import path_between
from models.schedule.bridging import bridges, with_below, without
from models.schedule.engine import Schedule
from models.schedule.inputs import Link, Plan, Task
from tests.models.schedule.plans import plan, plans, spans

# the same examples in every run, so that what they exercise can be asserted
quick = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def chain(*links: Link, phase: bool = False) -> Plan:
    """a, b, c, d of a day each; b and c below a phase, if that is asked for."""
    below = {"b": "phase", "c": "phase"} if phase else {}
    tasks = [Task(key, key, below.get(key)) for key in "abcd"]
    return plan(*tasks, *[Task("phase", "phase")] * phase, links=links)


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (Link("a", "b"), Link("b", "c"), [Link("a", "c")]),
        (Link("a", "b", "SS"), Link("b", "c"), [Link("a", "c", "SS")]),
        (Link("a", "b", "FF"), Link("b", "c", "FF"), [Link("a", "c", "FF")]),
        (Link("a", "b", "FF"), Link("b", "c", "SS"), []),  # c never waited for a
        (Link("a", "b", lag=60), Link("b", "c", lag=30), [Link("a", "c", lag=90)]),
        (Link("a", "b"), Link("b", "c", lag=60, unit="elapsed"), [Link("a", "c", lag=60, unit="elapsed")]),
        (Link("a", "b", lag=60), Link("b", "c", lag=9, unit="elapsed"), [Link("a", "c", lag=60)]),
        (
            Link("a", "b", lag=50, unit="percent"),
            Link("b", "c", lag=50, unit="percent"),
            [Link("a", "c", lag=50, unit="percent")],
        ),
    ],
)
def test_what_came_before_is_linked_with_what_comes_after(
    before: Link, after: Link, kept: list[Link]
) -> None:
    assert bridges(chain(before, after), {"b"}) == kept


def test_a_link_that_is_there_is_not_made_again() -> None:
    assert bridges(chain(Link("a", "b"), Link("b", "c"), Link("a", "c")), {"b"}) == []


def test_several_in_a_row_go_and_so_does_a_phase_with_all_below_it() -> None:
    row = Link("a", "b"), Link("b", "c"), Link("c", "d")
    assert bridges(chain(*row), {"b", "c"}) == [Link("a", "d")]
    phase = chain(Link("a", "phase"), Link("c", "d"), phase=True)
    gone = with_below(phase.tasks, ["phase"])
    assert gone == {"phase", "b", "c"}
    assert bridges(phase, gone) == [Link("a", "d")]
    assert spans(without(phase, gone, bridges(phase, gone))) == ["30 08:00 – 30 17:00", "1 08:00 – 1 17:00"]


def test_with_its_chain_kept_nothing_goes_later_than_it_was_nor_earlier_than_without() -> None:
    seen: Counter[str] = Counter()

    @quick
    @given(st.booleans().flatmap(lambda flat: plans(plain=True, flat=flat, leads=False)), st.data())
    def check(before: Plan, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from([t.key for t in before.tasks]), min_size=1, max_size=3))
        gone = with_below(before.tasks, chosen)
        made = bridges(before, gone)
        was = Schedule(before)
        parents, left = {task.parent for task in before.tasks}, without(before, gone, made)
        if was.network.problems or parents - gone - {task.parent for task in left.tasks} - {None}:
            return  # a phase that has lost all its tasks is a task itself
        parted, kept = Schedule(without(before, gone)).dates(), Schedule(left).dates()
        for key in kept:
            assert parted[key].start <= kept[key].start <= was.dates_of(key).start
        seen.update({"links": bool(made), "several": len(gone) > 1, "kept": parted != kept})

    check()
    assert min(seen["links"], seen["several"], seen["kept"]) > 15, seen


def test_what_came_after_another_still_does_and_nothing_else() -> None:
    seen: Counter[str] = Counter()

    @quick
    @given(plans(plain=True, flat=True, types=("FS",)), st.data())
    def check(before: Plan, data: st.DataObject) -> None:
        gone = set(
            data.draw(st.lists(st.sampled_from([t.key for t in before.tasks]), min_size=1, max_size=3))
        )
        after = without(before, gone, bridges(before, gone))
        left = [task.key for task in after.tasks]
        for one, other in ((one, other) for one in left for other in left if one != other):
            waits = bool(_way(before, one, other))
            assert bool(_way(after, one, other)) == waits
            seen["waits"] += waits and not _way(without(before, gone), one, other)

    check()
    assert seen["waits"] > 15, seen


def _way(of: Plan, start: object, goal: object) -> list[str]:
    return path_between(
        [(str(link.predecessor), str(link.successor)) for link in of.links], str(start), str(goal)
    )
