"""Constraints, deadlines, tasks as late as possible, manual ones, and plans made back from a promised finish."""

import pytest

from models.schedule.engine import Schedule
from models.schedule.inputs import Link, Plan, Task
from tests.models.schedule.plans import at, plan, said, spans

LONG = Task("a", duration=960)


def after(constraint: str, date: str, *, honour: bool = True, linked: bool = True) -> Plan:
    """A day's work after two days of it (30 November and 1 December), with a constraint."""
    task = Task("b", constraint=constraint, constraint_date=at(date))
    links = (Link("a", "b"),) if linked else ()
    return plan(LONG, task, links=links, honour_constraints=honour)


@pytest.mark.parametrize(
    ("constraint", "date", "expected"),
    [
        ("SNET", "4", "4 08:00 – 4 17:00"),
        ("SNET", "30", "2 08:00 – 2 17:00"),
        ("SNET", "5 10:00", "7 08:00 – 7 17:00"),
        ("FNET", "4 12:00", "3 13:00 – 4 12:00"),
        ("FNET", "30 17:00", "2 08:00 – 2 17:00"),
        ("SNLT", "4", "2 08:00 – 2 17:00"),
        ("SNLT", "1", "1 08:00 – 1 17:00"),
        ("FNLT", "4 17:00", "2 08:00 – 2 17:00"),
        ("FNLT", "1 17:00", "1 08:00 – 1 17:00"),
        ("MSO", "4", "4 08:00 – 4 17:00"),
        ("MSO", "1", "1 08:00 – 1 17:00"),
        ("MFO", "4 17:00", "4 08:00 – 4 17:00"),
        ("MFO", "1 17:00", "1 08:00 – 1 17:00"),
    ],
)
def test_a_constraint_pushes_and_the_hard_ones_beat_links(constraint: str, date: str, expected: str) -> None:
    assert spans(after(constraint, date), "b") == [expected]


@pytest.mark.parametrize(
    ("constraint", "date"), [("SNLT", "1"), ("FNLT", "1 17:00"), ("MSO", "1"), ("MFO", "1 17:00")]
)
def test_links_win_where_the_plan_says_so(constraint: str, date: str) -> None:
    made = Schedule(after(constraint, date, honour=False))
    assert said(made.dates()["b"].start) == "2 08:00"
    assert made.dates()["a"].total_slack == -480
    [problem] = made.problems()
    assert (problem.kind, problem.required) == ("constraint", at(date))


@pytest.mark.parametrize(
    ("constraint", "date"), [("SNLT", "1"), ("FNLT", "1 17:00"), ("MSO", "1"), ("MFO", "1 17:00")]
)
def test_a_constraint_that_beats_a_link_leaves_negative_slack_and_names_the_link(
    constraint: str, date: str
) -> None:
    made = Schedule(after(constraint, date))
    assert [made.dates()[key].total_slack for key in "ab"] == [-480, -480]
    [problem] = made.problems()
    assert (problem.kind, problem.tasks, problem.required) == ("link", ("a", "b"), at("1 17:00"))
    assert problem.links == made.plan.links
    assert problem.offers == ("move the task", "remove the link", "remove the constraint")


@pytest.mark.parametrize(
    ("constraint", "date", "slack"),
    [("MSO", "2", 0), ("MFO", "2 17:00", 0), ("SNLT", "1", -480), ("FNLT", "2 17:00", -480)],
)
def test_a_task_that_its_constraint_puts_is_late_then_whatever_follows(
    constraint: str, date: str, slack: int
) -> None:
    made = after(constraint, date)
    late = Task("c", deadline=at("2 17:00"))
    dates = Schedule(plan(*made.tasks, late, links=(*made.links, Link("b", "c")))).dates()
    assert dates["c"].total_slack == (-480 if constraint != "SNLT" else 0)
    assert dates["b"].total_slack == slack


def test_a_start_no_earlier_than_without_links_may_precede_the_project() -> None:
    early = "2026-11-26T08:00"
    made = Schedule(after("SNET", early, linked=False))
    assert made.dates()["b"].start == at(early) == made.start


def test_a_summary_holds_its_children_back_but_not_before_the_project_starts() -> None:
    def child(date: str) -> list[str]:
        return spans(plan(Task("s", constraint="SNET", constraint_date=at(date)), Task("x", parent="s")), "x")

    assert child("3") == ["3 08:00 – 3 17:00"]
    assert child("2026-11-26T08:00") == ["30 08:00 – 30 17:00"]


def test_a_constraint_on_a_weekend_is_met_by_working_time_and_by_a_milestone_as_it_stands() -> None:
    assert spans(after("MSO", "5"), "b") == ["7 08:00 – 7 17:00"]
    done = Task("b", duration=0, constraint="MSO", constraint_date=at("5 10:00"))
    assert spans(plan(LONG, done), "b") == ["5 10:00 – 5 10:00"]


def test_a_finish_that_must_be_is_kept_on_a_weekend_and_one_no_later_is_on_the_working_day_before() -> None:
    for constraint in ("FNET", "MFO"):
        made = Schedule(after(constraint, "6 17:00"))
        assert (spans(made.plan, "b"), made.problems()) == (["4 08:00 – 6 17:00"], [])
    assert spans(after("FNLT", "2026-11-29T17:00", linked=False), "b") == ["27 08:00 – 27 17:00"]


def test_a_levelling_delay_is_time_of_the_clock_and_belongs_to_the_task() -> None:
    late = Task("b", levelling_delay=2880)
    made = Schedule(plan(LONG, late, links=(Link("a", "b"),)))
    dates = made.dates()
    assert said(dates["b"].start) == "4 08:00"
    assert [dates[key].total_slack for key in "ab"] == [0, 0]
    assert dates["a"].free_slack == 0


def test_a_deadline_moves_nothing_but_takes_the_slack() -> None:
    missed = Task("b", deadline=at("1 17:00"))
    made = Schedule(plan(LONG, missed, links=(Link("a", "b"),)))
    assert said(made.dates()["b"].finish) == "2 17:00"
    assert [made.dates()[key].total_slack for key in "ab"] == [-480, -480]
    assert made.dates()["b"].critical
    [problem] = made.problems()
    assert (problem.kind, problem.tasks, problem.required) == ("deadline", ("b",), at("1 17:00"))
    assert problem.offers == ("move the task", "move the deadline")


def test_the_deadline_of_a_summary_binds_what_lies_below() -> None:
    made = Schedule(
        plan(Task("s", deadline=at("30 12:00")), Task("x", parent="s"), Task("long", duration=4800))
    )
    assert made.dates()["x"].total_slack == -240


# ── as late as possible ───────────────────────────────────────────────────────────────────────────────


def test_as_late_as_possible_waits_for_what_follows_and_has_no_slack() -> None:
    late = Task("late", constraint="ALAP")
    tasks = (Task("long", duration=2400), late, Task("end"))
    links = (Link("long", "end"), Link("late", "end"))
    dates = Schedule(plan(*tasks, links=links)).dates()
    assert (said(dates["late"].start), dates["late"].total_slack, dates["late"].critical) == (
        "4 08:00",
        0,
        True,
    )
    assert said(dates["end"].start) == "7 08:00"


def test_what_follows_a_task_as_late_as_possible_follows_its_late_dates() -> None:
    tasks = (Task("long", duration=2400), Task("late", constraint="ALAP"), Task("after", duration=480))
    made = spans(plan(*tasks, links=(Link("late", "after", "SS"),)), "late", "after")
    assert made == ["4 08:00 – 4 17:00", "4 08:00 – 4 17:00"]


# ── manual ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_manual_task_stays_and_what_follows_it_moves() -> None:
    fixed = Task("b", manual=True, manual_start=at("1 10:00"))
    made = Schedule(plan(LONG, fixed, Task("c"), links=(Link("a", "b"), Link("b", "c"))))
    assert [said(made.dates()[key].start) for key in "bc"] == ["1 10:00", "2 10:00"]
    [problem] = made.problems()
    assert (problem.kind, problem.offers[-1]) == ("link", "schedule the task automatically")


@pytest.mark.parametrize(
    ("start", "finish", "expected"),
    [
        (None, "4 17:00", "4 08:00 – 4 17:00"),
        ("4", "8 12:00", "4 08:00 – 8 12:00"),
        ("5 10:00", None, "5 10:00 – 7 17:00"),
        (None, None, "30 08:00 – 30 17:00"),
    ],
)
def test_a_manual_task_has_the_dates_that_it_was_given(
    start: str | None, finish: str | None, expected: str
) -> None:
    dates = {"manual_start": start and at(start), "manual_finish": finish and at(finish)}
    assert spans(plan(Task("b", manual=True, **dates)), "b") == [expected]  # type: ignore[arg-type]


def test_a_start_does_not_bind_a_manual_predecessor() -> None:
    fixed = Task("a", manual=True, manual_start=at("30"), manual_finish=at("30 17:00"))
    links = (Link("a", "b", "SS"), Link("b", "end"))
    made = Schedule(plan(fixed, Task("b"), Task("end", duration=4800), links=links)).dates()
    assert (made["b"].total_slack, said(made["a"].late_finish)) == (0, "14 17:00")


# ── back from the finish ──────────────────────────────────────────────────────────────────────────────


def test_back_from_a_promised_finish_the_chain_ends_there() -> None:
    tasks = (Task("a", duration=960, constraint="ALAP"), Task("b", constraint="ALAP"))
    made = Schedule(plan(*tasks, links=(Link("a", "b"),), finish=at("11 17:00"), from_finish=True))
    assert spans(made.plan) == ["9 08:00 – 10 17:00", "11 08:00 – 11 17:00"]
    assert (said(made.start), said(made.finish), made.problems()) == ("9 08:00", "11 17:00", [])


def test_back_from_a_finish_a_task_as_soon_as_possible_starts_with_the_plan() -> None:
    tasks = (Task("a", duration=960, constraint="ALAP"), Task("b"))
    assert spans(plan(*tasks, finish=at("11 17:00"), from_finish=True)) == [
        "10 08:00 – 11 17:00",
        "10 08:00 – 10 17:00",
    ]


def test_a_promised_finish_that_is_missed_names_who_ends_last() -> None:
    [problem] = Schedule(plan(LONG, Task("b"), links=(Link("a", "b"),), finish=at("1 17:00"))).problems()
    assert (problem.kind, problem.tasks, problem.required) == ("finish", ("b",), at("1 17:00"))
