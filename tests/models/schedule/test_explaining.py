"""Why a task stands where it stands, and why it moved."""

from dataclasses import replace

import pytest

from models.schedule.engine import Schedule
from models.schedule.explaining import explain, why_finish, why_moved, why_start
from models.schedule.inputs import Link, Plan, Task
from tests.models.schedule.plans import at, plan

SURVEY, INSTALL, GO_LIVE = (
    Task("a", "Survey", duration=960),
    Task("b", "Install"),
    Task("c", "Go live", duration=0),
)
LINKS = (Link("a", "b", lag=480), Link("b", "c"))
PLAN = plan(SURVEY, INSTALL, GO_LIVE, links=LINKS)


def test_the_way_goes_from_the_task_to_the_start_of_the_project() -> None:
    steps = explain(Schedule(PLAN), "c")
    assert [step.task for step in steps] == ["c", "b", "a"]
    assert [step.text for step in steps] == [
        "“Go live” starts Thu 3 Dec 2026 17:00, because “Install” ends Thu 3 Dec 2026 17:00 and it waits for that: FS",
        "“Install” starts Thu 3 Dec 2026 08:00, because “Survey” ends Tue 1 Dec 2026 17:00 and it waits for that: FS"
        " with a lag of 480 minutes",
        "“Survey” starts Mon 30 Nov 2026 08:00, because the project starts then",
    ]


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Task("x", "X", constraint="SNET", constraint_date=at("4")), "its constraint says so"),
        (Task("x", "X", actual_start=at("4")), "it has started then"),
        (Task("x", "X", manual=True, manual_start=at("4")), "it is scheduled by hand"),
        (Task("x", "X", constraint="ALAP"), "it is done as late as possible"),
    ],
)
def test_each_cause_has_its_words(task: Task, reason: str) -> None:
    assert reason in explain(Schedule(plan(task, Task("y", duration=2400))), "x")[-1].text


def test_a_start_on_a_day_off_is_the_first_working_time_after_it() -> None:
    made = Schedule(plan(Task("x", "X"), start=at("5")))
    assert why_start(made, "x") == "the project starts Sat 5 Dec 2026 08:00, and no working time comes before"


def test_a_status_date_and_a_summary_are_causes() -> None:
    tasks = (Task("s", "Phase", constraint="SNET", constraint_date=at("4")), Task("x", "X", parent="s"))
    made = Schedule(plan(*tasks))
    assert [step.task for step in explain(made, "s")] == ["s", "x"]
    assert why_start(made, "x") == "“Phase”, which it belongs to, must not start before Fri 4 Dec 2026 08:00"
    assert "after it" in why_start(Schedule(plan(Task("x"), reschedule_after=at("4"))), "x")


def test_a_finish_has_its_own_reason() -> None:
    made = Schedule(PLAN)
    assert why_finish(made, "a") == "its 16 h of work from Mon 30 Nov 2026 08:00 end then"
    done = Schedule(plan(Task("x", actual_start=at("1"), actual_finish=at("2 09:00"))))
    assert why_finish(done, "x") == "it was finished then"


def moved(**values: object) -> list[str]:
    """What is told of the milestone when the survey is another one."""
    other = replace(PLAN, tasks=(replace(SURVEY, **values), INSTALL, GO_LIVE))  # type: ignore[arg-type]
    return why_moved(Schedule(PLAN), Schedule(other), "c")


def test_between_two_schedules_what_changed_on_the_way_is_told() -> None:
    assert moved(duration=1440) == ["“Survey”: duration is 24 h instead of 16 h"]
    assert moved(constraint="SNET", constraint_date=at("4")) == [
        "“Survey”: constraint is SNET instead of ASAP",
        "“Survey”: constraint date is Fri 4 Dec 2026 08:00 instead of empty",
    ]
    assert moved() == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (replace(PLAN, links=(*LINKS[:1], Link("a", "c"))), "“Go live”: its links changed"),
        (
            replace(PLAN, start=at("1")),
            "the project starts Tue 1 Dec 2026 08:00 instead of Mon 30 Nov 2026 08:00",
        ),
        (replace(PLAN, calendars=PLAN.calendars[:1]), "a calendar changed"),
        (replace(PLAN, tasks=(SURVEY, GO_LIVE)), "“Install” is gone"),
    ],
)
def test_links_calendars_tasks_and_the_start_of_the_project_are_causes_too(other: Plan, told: str) -> None:
    assert told in why_moved(Schedule(PLAN), Schedule(other), "c")
