"""What was started, split, done by several, and slack."""

import pytest

from models.schedule.engine import Schedule
from models.schedule.inputs import Crew, Link, Task
from tests.models.schedule.plans import MONDAY, at, plan, said, spans

TWO = Task("a", duration=960)


def begun(**values: object) -> Task:
    return Task("b", **{"duration": 960, "actual_start": at("1 10:00")} | values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task", "finish"),
    [
        (begun(), "3 10:00"),
        (begun(percent_complete=50), "3 10:00"),
        (begun(percent_complete=50, remaining=960), "3 10:00"),  # nothing is done: all of it remains
        (begun(percent_complete=50, remaining=240), "3 10:00"),
        (begun(percent_complete=50, resume=at("4")), "4 17:00"),
        (begun(percent_complete=50, resume=at("5")), "7 17:00"),
        (begun(percent_complete=75, remaining=480, resume=at("4 13:00")), "7 12:00"),
        (begun(percent_complete=100, remaining=0), "3 10:00"),
        (begun(actual_finish=at("2 11:30"), percent_complete=100), "2 11:30"),
        (begun(duration=2880, elapsed=True, percent_complete=50), "3 10:00"),
        (begun(manual=True, manual_finish=at("9 09:00")), "9 09:00"),
    ],
)
def test_a_started_task_stays_where_it_started_and_ends_when_the_rest_is_done(
    task: Task, finish: str
) -> None:
    dates = Schedule(plan(TWO, task, links=(Link("a", "b"),))).dates()["b"]
    assert (said(dates.start), said(dates.finish)) == ("1 10:00", finish)


def test_a_finished_task_has_no_slack_and_asks_nothing_of_its_predecessors() -> None:
    done = begun(actual_start=at("30"), actual_finish=at("30 17:00"))
    dates = Schedule(plan(TWO, done, Task("end", duration=4800), links=(Link("a", "b"),))).dates()
    assert (dates["b"].total_slack, dates["b"].free_slack, dates["b"].critical) == (0, 0, False)
    assert (said(dates["b"].late_start), said(dates["b"].late_finish)) == ("30 08:00", "30 17:00")
    assert said(dates["a"].late_finish) == "11 17:00"


def test_a_summary_is_done_when_all_below_it_is() -> None:
    child = begun(parent="s", actual_start=at("30"), actual_finish=at("30 17:00"))
    dates = Schedule(plan(TWO, Task("s"), child, Task("end", duration=4800), links=(Link("a", "s"),))).dates()
    assert not dates["s"].critical
    assert said(dates["a"].late_finish) == "11 17:00"


def test_before_a_started_task_its_rest_counts() -> None:
    started = begun(actual_start=at("30"), percent_complete=50, resume=at("2"), remaining=480)
    dates = Schedule(plan(Task("a"), started, links=(Link("a", "b"),))).dates()
    assert (said(dates["a"].late_finish), dates["a"].total_slack) == ("1 17:00", 480)


def test_the_slack_of_a_started_task_is_that_of_its_finish() -> None:
    started = begun(duration=480, actual_start=at("30"), percent_complete=50)
    dates = Schedule(plan(started, Task("long", duration=1440))).dates()["b"]
    assert (dates.total_slack, dates.late_start) == (960, MONDAY)


def test_what_is_not_done_by_the_status_date_is_done_after_it() -> None:
    tasks = (
        Task("x"),
        begun(actual_start=at("30"), percent_complete=50),
        Task("done", actual_start=at("30"), actual_finish=at("30 17:00")),
    )
    made = spans(plan(*tasks, reschedule_after=at("3 12:00")))
    assert made == ["3 13:00 – 4 12:00", "30 08:00 – 4 12:00", "30 08:00 – 30 17:00"]


# ── splits ────────────────────────────────────────────────────────────────────────────────────────────

PIECES = ((at("30"), at("30 17:00")), (at("2"), at("2 17:00")))


def test_a_split_task_keeps_its_gap_of_working_time_wherever_it_moves() -> None:
    split = Task("b", duration=960, segments=PIECES)
    assert spans(plan(split), "b") == ["30 08:00 – 2 17:00"]
    assert spans(plan(TWO, split, links=(Link("a", "b"),)), "b") == ["2 08:00 – 4 17:00"]
    assert spans(plan(Task("a", duration=1920), split, links=(Link("a", "b"),)), "b") == ["4 08:00 – 8 17:00"]


@pytest.mark.parametrize(
    ("resume", "remaining", "finish"),
    [("30 13:00", 720, "2 17:00"), ("2", 480, "2 17:00"), ("3", 480, "3 17:00")],
)
def test_what_is_left_of_a_split_task_keeps_the_gaps_ahead(resume: str, remaining: int, finish: str) -> None:
    split = Task(
        "b",
        duration=960,
        segments=PIECES,
        actual_start=at("30"),
        resume=at(resume),
        remaining=remaining,
        percent_complete=25,
    )
    assert spans(plan(split), "b") == [f"30 08:00 – {finish}"]


# ── crews ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("crews", "expected"),
    [
        ((Crew("always"),), "30 08:00 – 30 16:00"),
        ((Crew("always", work=100, units=1.0),), "30 08:00 – 30 16:00"),  # one crew works the duration
        ((Crew("night", delay=60),), "30 22:00 – 1 23:00"),
        ((Crew("standard", 480), Crew("standard", 480, 0.5)), "30 08:00 – 1 17:00"),
        ((Crew("standard", 480), Crew("always", 480)), "30 08:00 – 30 17:00"),
        ((Crew("night", 480), Crew("standard", 240)), "30 08:00 – 1 06:00"),
    ],
)  # fmt: skip
def test_a_task_ends_when_the_last_of_its_crews_does(crews: tuple[Crew, ...], expected: str) -> None:
    assert spans(plan(Task("b", crews=crews)), "b") == [expected]


def test_a_crew_works_when_its_own_and_the_tasks_calendar_do() -> None:
    task = Task("b", duration=300, calendar="shop", crews=(Crew("standard"),))
    assert spans(plan(task, start=at("4")), "b") == ["4 08:00 – 10 09:00"]
    ignoring = Task(
        "b", duration=300, calendar="standard", crews=(Crew("night"),), ignore_resource_calendar=True
    )
    assert spans(plan(ignoring), "b") == ["30 08:00 – 30 14:00"]


# ── slack ─────────────────────────────────────────────────────────────────────────────────────────────


def test_slack_is_working_time_to_what_follows_and_to_the_end() -> None:
    tasks = (Task("long", duration=2400), Task("a"), Task("b"), Task("end"))
    links = (Link("long", "end"), Link("a", "b"), Link("b", "end"))
    dates = Schedule(plan(*tasks, links=links)).dates()
    assert [(d.total_slack, d.free_slack, d.critical) for d in dates.values()] == [
        (0, 0, True), (1440, 0, False), (1440, 1440, False), (0, 0, True),
    ]  # fmt: skip


def test_the_slack_of_an_elapsed_task_is_time_of_the_clock() -> None:
    dates = Schedule(plan(Task("glue", duration=1440, elapsed=True), Task("long", duration=1440))).dates()
    assert dates["glue"].total_slack == at("2 17:00") - at("1")


def test_the_limit_of_the_plan_makes_tasks_with_little_slack_critical() -> None:
    tasks = (Task("long", duration=960), Task("a"))
    assert Schedule(plan(*tasks, critical_limit=480)).dates()["a"].critical
    assert not Schedule(plan(*tasks, critical_limit=479)).dates()["a"].critical
