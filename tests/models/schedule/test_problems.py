"""What cannot be, and what is far away: an answer with a name for each, and never a hang."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from models.schedule.calendars import Calendar
from models.schedule.engine import Schedule
from models.schedule.inputs import Crew, Link, Task
from models.schedule.instants import DAY, LAST, show
from models.schedule.recurrence import CalendarException
from tests.models.schedule.plans import CALENDARS, at, plan, said, spans

NEVER = Calendar("never", "Never", week=dict.fromkeys(range(7), ()))


def test_a_circle_is_named_and_all_other_dates_come_out() -> None:
    links = (Link("a", "b"), Link("b", "c", "SS"), Link("c", "a"), Link("d", "e"), Link("c", "e"))
    made = Schedule(plan(*(Task(key, f"Task {key}") for key in "abcde"), links=links))
    [problem] = made.problems()
    assert (problem.kind, problem.tasks, set(problem.links)) == ("circle", ("a", "b", "c"), set(links[:3]))
    assert problem.message.startswith(
        "These wait for each other, so their links are left out: “Task a”, “Task b”"
    )
    assert spans(made.plan, "a", "d", "e") == ["30 08:00 – 30 17:00"] * 2 + ["1 08:00 – 1 17:00"]


@pytest.mark.parametrize(
    "links", [[("s", "x")], [("x", "s")], [("x", "y"), ("y", "s")], [("s", "t"), ("z", "x")], [("x", "x")]]
)
def test_a_circle_by_way_of_a_summary_is_one(links: list[tuple[str, str]]) -> None:
    tasks = (Task("s"), Task("x", parent="s"), Task("y"), Task("t"), Task("z", parent="t"))
    made = Schedule(plan(*tasks, links=tuple(Link(*ends) for ends in links)))
    assert [problem.kind for problem in made.problems()] == ["circle"]
    assert set(spans(made.plan)) == {"30 08:00 – 30 17:00"}


def test_two_circles_are_two_problems_and_what_joins_them_holds() -> None:
    links = (Link("a", "b"), Link("b", "a"), Link("b", "c"), Link("c", "d"), Link("d", "c"))
    made = Schedule(plan(*(Task(key) for key in "abcd"), links=links))
    assert [problem.tasks for problem in made.problems()] == [("a", "b"), ("c", "d")]
    assert spans(made.plan, "c", "d") == ["1 08:00 – 1 17:00", "30 08:00 – 30 17:00"]


def test_a_task_below_itself_is_named() -> None:
    made = Schedule(plan(Task("a", parent="b"), Task("b", parent="a"), Task("c", parent="b")))
    assert [(problem.kind, problem.tasks) for problem in made.problems()] == [
        ("loop", ("a",)),
        ("loop", ("b",)),
    ]
    assert spans(made.plan, "b", "c") == ["30 08:00 – 30 17:00"] * 2


@pytest.mark.parametrize(
    "task",
    [Task("a", "Weld", calendar="never"), Task("a", "Weld", crews=(Crew("never"),)),
     Task("a", "Weld", calendar="standard", crews=(Crew("weekend"),))],
)  # fmt: skip
def test_a_calendar_in_which_nobody_works_is_named_and_another_stands_in(task: Task) -> None:
    weekend = Calendar("weekend", "Weekend", week=dict(NEVER.week) | {5: ((480, 960),)})
    made = Schedule(plan(task, calendars=(*CALENDARS, NEVER, weekend)))
    [problem] = made.problems()
    assert problem.kind == "calendar"
    assert "leaves no working time for Weld" in problem.message
    assert said(made.dates()["a"].finish) == "30 17:00"


def test_a_calendar_that_runs_out_of_time_is_an_answer_too() -> None:
    once = Calendar(
        "once",
        "Inventory",
        NEVER.key,
        exceptions=(CalendarException(date(2026, 12, 4), date(2026, 12, 4), work=((480, 540),)),),
    )
    made = Schedule(
        plan(Task("a", "Count", 480, calendar="once"), Task("b"), calendars=(*CALENDARS, NEVER, once))
    )
    assert [(problem.kind, problem.tasks) for problem in made.problems()] == [("range", ("a",))]
    assert "mend its calendar" in made.problems()[0].message
    assert said(made.dates()["b"].finish) == "30 17:00"


def test_an_empty_plan_starts_and_ends_with_its_start() -> None:
    made = Schedule(plan())
    assert (made.dates(), made.problems(), said(made.start), said(made.finish)) == (
        {},
        [],
        "30 08:00",
        "30 08:00",
    )
    backwards = Schedule(plan(finish=at("11 17:00"), from_finish=True))
    assert said(backwards.start) == "11 17:00"


def test_only_inactive_tasks_have_dates_and_no_problems() -> None:
    made = Schedule(plan(Task("a", inactive=True, deadline=at("30")), finish=at("2026-11-01")))
    assert said(made.dates()["a"].finish) == "30 17:00"
    assert made.problems() == []


def test_the_year_9999_has_its_dates_and_what_lies_behind_it_is_named() -> None:
    end = Task("a", "End", constraint="SNET", constraint_date=LAST - 30 * DAY)
    made = Schedule(plan(end, Task("b", "Beyond", duration=480 * 200), links=(Link("a", "b"),)))
    assert show(made.dates()["a"].finish) == "9999-12-02T17:00"
    assert [(problem.kind, problem.tasks) for problem in made.problems()] == [("range", ("b",))]
    assert "Shorten its lag or work" in made.problems()[0].message


def test_a_lead_before_the_first_year_is_named() -> None:
    long = Link("a", "b", lag=-3000 * 365 * DAY, unit="elapsed")
    made = Schedule(plan(Task("a"), Task("b"), links=(long,)))
    assert "range" in [problem.kind for problem in made.problems()]


def test_a_conflict_after_a_finished_pair_is_history() -> None:
    done = [
        Task(key, actual_start=at("30"), actual_finish=at("30 17:00"), percent_complete=100) for key in "ab"
    ]
    assert Schedule(plan(*done, links=(Link("a", "b"),))).problems() == []


def test_work_that_began_too_soon_is_a_conflict_with_its_own_remedy() -> None:
    early = Task("b", actual_start=at("30"), percent_complete=10)
    [problem] = Schedule(plan(Task("a"), early, links=(Link("a", "b"),))).problems()
    assert problem.offers == ("move the task", "remove the link", "correct the actual dates")


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe")
OVER_THE_CHANGES = """
from models.schedule.engine import Schedule
from models.schedule.inputs import Link, Task, Plan
from models.schedule.instants import parse, show
tasks = tuple(Task(n, duration=2400, elapsed=n % 3 == 0) for n in range(60))
links = tuple(Link(n, n + 1, lag=n % 2 * 1440, unit="elapsed") for n in range(59))
made = Schedule(Plan(parse("2026-10-19T08:00"), tasks=tasks, links=links))
print([(show(d.start), show(d.finish), d.total_slack) for d in made.dates().values()])
"""


def test_dates_are_the_same_in_every_time_zone_and_across_daylight_saving() -> None:
    root = Path(__file__).parents[3]
    told = {
        subprocess.run(
            [sys.executable, "-c", OVER_THE_CHANGES], cwd=root, env={**os.environ, "TZ": zone}, check=True,
            capture_output=True, text=True,
        ).stdout
        for zone in ZONES
    }  # fmt: skip
    [dates] = told
    assert dates.startswith("[('2026-10-19T08:00', '2026-10-21T00:00'")
    assert "2026-10-27T17:00" in dates and "2027-08-30T08:00" in dates
