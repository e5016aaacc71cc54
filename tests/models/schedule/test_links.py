"""The four links, their lags, and what a milestone and a summary make of them."""

import pytest

from models.schedule.engine import Schedule
from models.schedule.inputs import Link, Task
from tests.models.schedule.plans import TYPES, at, plan, said, spans

LONG, SHORT = Task("a", duration=960), Task("b", duration=480)
TWO_DAYS = "30 08:00 – 1 17:00"


@pytest.mark.parametrize(
    ("type", "lag", "unit", "expected"),
    [
        ("FS", 0, "working", "2 08:00 – 2 17:00"),
        ("FS", 480, "working", "3 08:00 – 3 17:00"),
        ("FS", 60, "working", "2 09:00 – 3 09:00"),
        ("FS", -480, "working", "1 08:00 – 1 17:00"),
        ("FS", 1440, "elapsed", "3 08:00 – 3 17:00"),
        ("FS", 50, "percent", "3 08:00 – 3 17:00"),
        ("FS", -25, "percent", "1 13:00 – 2 12:00"),
        ("FS", 50, "elapsed percent", "2 08:00 – 2 17:00"),  # 480 minutes of the clock after 17:00: 01:00
        ("SS", 0, "working", "30 08:00 – 30 17:00"),
        ("SS", 480, "working", "1 08:00 – 1 17:00"),
        ("FF", 0, "working", "1 08:00 – 1 17:00"),
        ("FF", 240, "working", "1 13:00 – 2 12:00"),
        ("FF", -960, "working", "30 08:00 – 30 17:00"),  # never before the project's start
        ("SF", 0, "working", "30 08:00 – 30 17:00"),
        ("SF", 960, "working", "1 08:00 – 1 17:00"),
    ],
)
def test_a_link_puts_its_successor(type: str, lag: int, unit: str, expected: str) -> None:
    assert spans(plan(LONG, SHORT, links=(Link("a", "b", type, lag, unit),)), "a", "b") == [
        TWO_DAYS,
        expected,
    ]


def test_the_latest_of_several_links_counts() -> None:
    links = (Link("a", "c"), Link("b", "c"), Link("a", "c", "SS"))
    assert spans(plan(LONG, SHORT, Task("c"), links=links), "c") == ["2 08:00 – 2 17:00"]


def test_a_lag_runs_on_the_calendar_of_the_successor() -> None:
    links = (Link("a", "b", lag=480),)
    assert spans(plan(LONG, Task("b", calendar="always"), links=links), "b") == ["2 01:00 – 2 09:00"]
    assert spans(plan(Task("a", calendar="always"), SHORT, links=links), "a", "b") == [
        "30 08:00 – 30 16:00", "1 16:00 – 2 16:00",
    ]  # fmt: skip


def test_ten_years_of_lag_are_an_answer() -> None:
    years = 10 * 365 * 1440
    dates = Schedule(plan(LONG, SHORT, links=(Link("a", "b", lag=years, unit="elapsed"),))).dates()
    assert dates["b"].start - dates["a"].finish - years in range(4 * 1440)
    worked = Schedule(plan(LONG, SHORT, links=(Link("a", "b", lag=2600 * 480),))).dates()
    assert worked["b"].start == at("2036-11-19T08:00")


def test_a_milestone_stands_at_its_instant_as_it_comes() -> None:
    done = Task("b", duration=0)
    assert spans(plan(LONG, done, links=(Link("a", "b"),)), "b") == ["1 17:00 – 1 17:00"]
    sunday = Link("a", "b", lag=5 * 1440, unit="elapsed")
    late = Schedule(plan(LONG, done, links=(sunday,))).dates()["b"]
    assert (said(late.start), said(late.late_finish)) == ("6 17:00", "6 17:00")


def test_an_elapsed_task_works_around_the_clock() -> None:
    glue = Task("b", duration=2880, elapsed=True)
    assert spans(plan(LONG, glue, Task("c"), links=(Link("a", "b"), Link("b", "c"))), "b", "c") == [
        "1 17:00 – 3 17:00", "4 08:00 – 4 17:00",
    ]  # fmt: skip


def test_a_percentage_of_an_elapsed_task_is_time_of_the_clock() -> None:
    links = (Link("a", "b", lag=50, unit="percent"),)
    assert spans(plan(Task("a", duration=2880, elapsed=True), SHORT, links=links), "b") == [
        "3 08:00 – 3 17:00"
    ]


def test_a_finish_that_a_link_asks_for_is_kept_at_the_beginning_of_a_day() -> None:
    night = Task("a", duration=480, calendar="night")
    links = (Link("a", "b", "FF"),)
    assert spans(plan(night, SHORT, links=links), "a", "b") == ["30 22:00 – 1 06:00", "30 08:00 – 1 06:00"]


# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────

PHASE = (Task("phase"), Task("x", parent="phase"), Task("y", parent="phase", duration=960))


def test_a_summary_goes_from_its_first_child_to_its_last() -> None:
    late = Task("z", parent="phase", duration=240, constraint="SNET", constraint_date=at("4"))
    made = Schedule(plan(*PHASE, late))
    phase = made.dates()["phase"]
    assert (said(phase.start), said(phase.finish)) == ("30 08:00", "4 12:00")
    assert made.duration("phase") == 4 * 480 + 240
    assert made.duration("x") is None


@pytest.mark.parametrize("type", TYPES)
def test_a_link_to_a_summary_binds_all_that_lies_below_where_it_asks_for_a_start(type: str) -> None:
    made = spans(plan(LONG, *PHASE, links=(Link("a", "phase", type, 480),)), "x", "y")
    waits = {
        "FS": ["3 08:00 – 3 17:00", "3 08:00 – 4 17:00"],
        "SS": ["1 08:00 – 1 17:00", "1 08:00 – 2 17:00"],
    }
    assert made == waits.get(type, ["30 08:00 – 30 17:00", "30 08:00 – 1 17:00"])


def test_a_link_from_a_summary_waits_for_its_last_or_starts_with_its_first() -> None:
    made = spans(
        plan(*PHASE, Task("b"), Task("c"), links=(Link("phase", "b"), Link("phase", "c", "SS", 240))),
        "b",
        "c",
    )
    assert made == ["2 08:00 – 2 17:00", "30 13:00 – 1 12:00"]


def test_a_link_from_the_start_of_a_summary_binds_the_child_that_starts_first() -> None:
    tasks = (*PHASE[:2], Task("y", parent="phase", constraint="SNET", constraint_date=at("1")))
    after = Task("b", deadline=at("2 17:00"))
    dates = Schedule(
        plan(*tasks, after, Task("long", duration=4800), links=(Link("phase", "b", "SS", 480),))
    ).dates()
    assert said(dates["b"].late_start) == "2 08:00"
    assert (said(dates["x"].late_start), said(dates["x"].late_finish)) == ("1 08:00", "1 17:00")
    assert said(dates["y"].late_finish) == "11 17:00"


def test_a_percentage_of_a_summary_is_one_of_what_it_came_to() -> None:
    links = (Link("phase", "b", "FS", 50, "percent"),)
    assert spans(plan(*PHASE, Task("b"), links=links), "b") == ["3 08:00 – 3 17:00"]


def test_summaries_within_summaries_hand_down_what_they_wait_for() -> None:
    tasks = (LONG, Task("s"), Task("t", parent="s"), Task("x", parent="t"))
    assert spans(plan(*tasks, links=(Link("a", "s"),)), "s", "t", "x") == ["2 08:00 – 2 17:00"] * 3


def test_inactive_tasks_count_for_nobody() -> None:
    tasks = (
        LONG,
        Task("phase"),
        Task("x", parent="phase"),
        Task("y", parent="phase", duration=4800, inactive=True),
    )
    made = plan(*tasks, Task("b"), links=(Link("y", "b"), Link("phase", "b")))
    assert spans(made, "phase", "b") == ["30 08:00 – 30 17:00", "1 08:00 – 1 17:00"]
