"""Tasks that come again: the rule, the day, and the next task."""

from datetime import date
from typing import Any

import pytest

from models import record, task
from models.errors import Invalid
from models.every import day_after, next_day, parse_every

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("typed", "rule", "after"),
    [
        ("every day", "every day", "2026-11-28"),
        ("daily", "every day", "2026-11-28"),
        ("every weekday", "every weekday", "2026-11-30"),
        ("every Friday", "every fri", "2026-12-04"),
        ("mon", "every mon", "2026-11-30"),
        ("every 1 week", "every week", "2026-12-04"),
        ("2 weeks", "every 2 weeks", "2026-12-11"),
        ("monthly", "every month", "2026-12-27"),
        ("every 2 years", "every 2 years", "2028-11-27"),
    ],
)
def test_a_rule_has_one_form_and_a_next_day(typed: str, rule: str, after: str) -> None:
    assert parse_every("repeats", typed) == parse_every("repeats", rule) == rule
    assert day_after(rule, FRIDAY) == date.fromisoformat(after)


@pytest.mark.parametrize("typed", ["every", "every client", "every 0 weeks", "often", "3"])
def test_what_says_nothing_is_told_with_examples(typed: str) -> None:
    with pytest.raises(Invalid, match="does not say how often"):
        parse_every("repeats", typed)


def test_a_short_month_ends_with_its_last_day() -> None:
    assert day_after("every month", date(2027, 1, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize("day", range(7))
def test_every_weekday_skips_the_weekend(day: int) -> None:
    assert day_after("every weekday", date(2026, 11, 23 + day)).weekday() < 5


def test_what_was_done_late_comes_next_after_that() -> None:
    assert next_day("every fri", FRIDAY, date(2026, 12, 9)) == date(2026, 12, 11)
    assert next_day("every fri", FRIDAY, date(2026, 11, 23)) == date(2026, 12, 4)  # done early


@pytest.fixture
def report(desk: Any) -> str:
    project = desk.project()
    [id] = desk.tasks(project, "Weekly status")
    member = desk.do(record.create, "member", name="Ines").id
    desk.do(
        record.edit, "task", id, start="2026-11-27T09:00", deadline="2026-11-27T17:00", repeats="every fri"
    )
    desk.do(record.create, "assignment", task_id=id, member_id=member)
    return id


def test_done_it_comes_again_with_its_people_and_dates(desk: Any, report: str) -> None:
    desk.do(task.finish, [report], "2026-11-27T17:00")
    again = record.made_id("next", report)
    assert desk.get("task", again, "name") == "Weekly status"
    assert desk.get("task", again, "constraint_date") == "2026-12-04T09:00"
    assert desk.get("task", again, "deadline") == "2026-12-04T17:00"
    assert desk.get("task", again, "percent_complete") == 0
    conn = desk.store.read()
    assert conn.execute("SELECT count(*) FROM assignment WHERE task_id=?", (again,)).fetchone() == (1,)
    conn.close()


def test_one_undo_takes_back_both(desk: Any, report: str) -> None:
    desk.do(task.finish, [report], "2026-11-27T17:00")
    desk.store.undo()
    assert desk.get("task", report, "actual_finish") is None
    conn = desk.store.read()
    assert conn.execute(
        "SELECT count(*) FROM task WHERE name='Weekly status' AND deleted_at IS NULL"
    ).fetchone() == (1,)
    conn.close()


def test_done_twice_it_comes_once(desk: Any, report: str) -> None:
    for status in ("done", "todo", "done"):
        desk.do(task.set_status, [report], status)
    conn = desk.store.read()
    assert conn.execute("SELECT count(*) FROM task WHERE name='Weekly status'").fetchone() == (2,)
    conn.close()
