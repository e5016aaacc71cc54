"""What holds of every schedule, on random plans; each test says what its plans exercised.

That an edit is followed to what a full run gives, and undone to what was, is in test_incremental.py; that a plan comes
back from a file as it was, in tests/office/test_mspdi_write.py.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models.schedule.calendars import Calendar, Calendars
from models.schedule.engine import Dates, Schedule
from models.schedule.inputs import Link, Plan
from models.schedule.instants import DAY
from models.schedule.network import Node
from models.schedule.recurrence import CalendarException
from models.schedule.worktime import NoWorkingTime
from tests.models.schedule.plans import EXERCISED, MONDAY, TYPES, features, plans

ahead = plans(plain=True, types=("FS", "SS"), leads=False)
HARD = ("MSO", "MFO", "SNLT", "FNLT")


def always(
    strategy: st.SearchStrategy[Plan], check: Callable[[Plan, st.DataObject], object], examples: int = 120
) -> set[str]:
    """Runs a check on random plans, the same in every run; what they exercised."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategy, st.data())
    def run(plan: Plan, data: st.DataObject) -> None:
        check(plan, data)
        seen.update(features(plan))

    run()
    return set(seen)


def leaves(schedule: Schedule) -> Iterator[Node]:
    """Tasks that the engine puts itself: automatic, not started, of positive duration, without a hard date."""
    for node in schedule.network.leaves:
        task = node.task
        if not (task.manual or node.started or task.elapsed or task.constraint in HARD) and node.duration:
            yield node


def test_the_order_of_tasks_and_links_makes_no_difference() -> None:
    def check(plan: Plan, data: st.DataObject) -> None:
        dice = Random(data.draw(st.integers(0, 99)))
        tasks, links = list(plan.tasks), list(plan.links)
        dice.shuffle(tasks)
        dice.shuffle(links)
        other = Schedule(replace(plan, tasks=tuple(tasks), links=tuple(links)))
        assert other.dates() == Schedule(plan).dates()
        assert {p.message for p in other.problems()} == {p.message for p in Schedule(plan).problems()}

    assert always(plans(), check, 200) >= EXERCISED


def test_every_link_holds_or_is_named() -> None:
    held = Counter[str]()

    def check(plan: Plan, _: st.DataObject) -> None:
        schedule = Schedule(plan)
        named = {link for problem in schedule.problems() for link in problem.links}
        for link in plan.links:
            before, after = (schedule.network.nodes[key] for key in (link.predecessor, link.successor))
            inactive, past = before.task.inactive or after.task.inactive, before.done and after.done
            if link in named or inactive or past or link.lag < 0 or (link.lag and link.unit != "working"):
                continue
            due = before.finish if link.type[0] == "F" else before.start
            due = after.calendar.add(due, link.lag) if link.lag else due
            kept = (
                max(after.start, after.calendar.next_start(after.start))
                if link.type[1] == "S"
                else after.finish
            )
            assert kept >= due
            held[link.type] += 1

    assert always(plans(), check, 200) >= {*TYPES, "manual", "done", "from the finish"}
    assert min(held[type] for type in TYPES) > 10, held


def test_lengthening_a_task_moves_nothing_earlier() -> None:
    def check(plan: Plan, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(plan.tasks) - 1))
        longer = replace(plan.tasks[at], duration=plan.tasks[at].duration + data.draw(st.integers(1, 3000)))
        _not_earlier(plan, replace(plan, tasks=(*plan.tasks[:at], longer, *plan.tasks[at + 1 :])))

    assert always(ahead, check) >= {"FS", "SS", "summary", "lag percent", "lag elapsed", "lag working"}


def test_another_day_off_moves_no_finish_earlier() -> None:
    def check(plan: Plan, data: st.DataObject) -> None:
        day = date(2026, 11, 30) + timedelta(data.draw(st.integers(-3, 30)))
        off = CalendarException(day, day)
        calendars = tuple(replace(c, exceptions=(off, *c.exceptions)) for c in plan.calendars)
        _not_earlier(plan, replace(plan, calendars=calendars), starts=False)

    assert always(ahead, check) >= {"FS", "SS", "summary"}


def _not_earlier(before: Plan, after: Plan, *, starts: bool = True) -> None:
    old, new = Schedule(before).dates(), Schedule(after).dates()
    for key, dates in old.items():
        assert new[key].finish >= dates.finish
        assert not starts or new[key].start >= dates.start


def test_tasks_start_in_working_time_and_take_their_duration_in_it() -> None:
    measured = Counter[str]()

    def check(plan: Plan, _: st.DataObject) -> None:
        for node in leaves(Schedule(plan)):
            assert any(calendar.work(node.start, node.start + 1) for calendar, _, _ in node.efforts)
            measured["starts"] += 1
            if len(node.efforts) == 1 and not node.task.segments:
                [(calendar, minutes, delay)] = node.efforts
                assert calendar.work(node.start, node.finish) == minutes + delay
                measured["durations"] += 1

    seen = always(plans(), check)
    assert seen >= {
        *TYPES,
        "ALAP",
        "SNET",
        "FNET",
        "1 crews",
        "2 crews",
        "levelling_delay",
        "from the finish",
    }
    assert measured["durations"] > 100 < measured["starts"]


def test_without_hard_dates_there_is_slack_and_a_path_without_any_to_the_finish() -> None:
    lengths = Counter[int]()

    def check(plan: Plan, _: st.DataObject) -> None:
        schedule = Schedule(plan)
        assert min(node.total_slack for node in schedule.network.nodes.values()) >= 0
        node = max(schedule.network.leaves, key=lambda leaf: leaf.finish)
        length = 0
        while node is not None:
            assert node.total_slack == 0
            length += 1
            node = _driven_by(node)
        lengths[length] += 1

    seen = always(
        plans(plain=True, flat=True, types=("FS", "SS"), leads=False).map(_by_working_lags), check, 200
    )
    assert seen >= {"FS", "SS", "lag percent", "lag working"}
    assert sum(count for length, count in lengths.items() if length > 2) > 10, lengths


def _driven_by(node: Node) -> Node | None:
    return None if isinstance(node.driver, str | Node) else node.driver.before


def _by_working_lags(plan: Plan) -> Plan:
    """A lag of the clock may end at night: then its predecessor has slack until the morning."""
    units = {"elapsed": "working", "elapsed percent": "percent"}
    return replace(plan, links=tuple(replace(k, unit=units.get(k.unit, k.unit)) for k in plan.links))


def test_a_delay_by_the_free_slack_moves_no_other_and_by_the_total_slack_not_the_finish() -> None:
    delayed = Counter[str]()

    def check(plan: Plan, data: st.DataObject) -> None:
        schedule = Schedule(plan)
        dates, node = schedule.dates(), data.draw(st.sampled_from(schedule.network.leaves))
        assume(node.duration)
        for slack in ("free", "total"):
            minutes = getattr(node, f"{slack}_slack")
            by = replace(node.task, constraint="SNET", constraint_date=_later(node, minutes))
            other = Schedule(replace(plan, tasks=tuple(by if t is node.task else t for t in plan.tasks)))
            assert other.finish == schedule.finish
            if slack == "free":
                moved = {
                    key
                    for key, d in other.dates().items()
                    if (d.start, d.finish) != (dates[key].start, dates[key].finish)
                }
                assert moved <= {node.task.key}
            delayed[slack] += minutes > 0

    always(plans(plain=True, flat=True).map(_by_working_lags), check, 300)
    assert min(delayed["free"], delayed["total"]) > 30, delayed


def _span(dates: Dates) -> tuple[int, int]:
    return dates.start, dates.finish


def _later(node: Node, minutes: int) -> int:
    return node.calendar.next_start(node.calendar.add(node.start, minutes)) if minutes else node.start


def test_a_summary_is_from_its_first_child_to_its_last() -> None:
    def check(plan: Plan, _: st.DataObject) -> None:
        for node in Schedule(plan).network.nodes.values():
            if children := [child for child in node.children if not child.task.inactive] or node.children:
                for first, last in (
                    ("start", "finish"),
                    ("early_start", "early_finish"),
                    ("late_start", "late_finish"),
                ):
                    assert getattr(node, first) == min(getattr(child, first) for child in children)
                    assert getattr(node, last) == max(getattr(child, last) for child in children)

    assert always(plans(), check) >= {"summary", "inactive", "manual", "ALAP", "done"}


def test_circles_are_named_and_without_their_links_there_are_none() -> None:
    circles = Counter[int]()

    def check(plan: Plan, data: st.DataObject) -> None:
        back = [
            Link(link.successor, link.predecessor, link.type)
            for link in plan.links
            if data.draw(st.booleans())
        ]
        plan = replace(plan, links=(*plan.links, *back))
        made = Schedule(plan)
        named = {link for problem in made.problems() if problem.kind == "circle" for link in problem.links}
        assert set(made.dates()) == {task.key for task in plan.tasks}
        assert not back or named or any(task.inactive for task in plan.tasks)
        rest = Schedule(replace(plan, links=tuple(link for link in plan.links if link not in named)))
        assert "circle" not in [problem.kind for problem in rest.problems()]
        assert rest.dates() == made.dates()
        circles[len(named)] += 1

    always(plans(), check)
    assert sum(count for named, count in circles.items() if named > 2) > 20, circles


hours = st.lists(
    st.tuples(st.integers(0, 720), st.integers(0, 720)).map(lambda t: (t[0], t[0] + t[1])), max_size=1
)
dates = st.integers(0, 400).map(lambda n: date(2026, 11, 30) + timedelta(n))


def test_a_calendar_works_or_is_refused() -> None:
    outcomes = Counter[str]()

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(
        st.dictionaries(st.integers(0, 6), hours, max_size=7), st.lists(st.tuples(dates, hours), max_size=2)
    )
    def check(week: dict[int, list[tuple[int, int]]], days: list[tuple[date, list[tuple[int, int]]]]) -> None:
        week = {day: [] for day in range(7)} | week
        exceptions = tuple(CalendarException(day, day, work=tuple(work)) for day, work in days)
        works = [b - a for times in [*week.values(), *(work for _, work in days)] for a, b in times]
        shop = Calendars(
            [Calendar("x", "Shop", week=week, exceptions=exceptions)], (MONDAY, MONDAY + 500 * DAY)
        )
        refused = True
        with suppress(NoWorkingTime):
            assert shop.get("x").work(MONDAY - DAY, MONDAY + 500 * DAY) > 0
            refused = False
        if not any(works):
            assert refused
        outcomes["refused" if refused else "works"] += 1

    check()
    assert min(outcomes.values()) > 20 and len(outcomes) == 2
