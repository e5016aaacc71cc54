"""How far a task is: what is typed as percent, and what follows from it."""

from datetime import date
from typing import Any

import pytest

from models.errors import Invalid


@pytest.fixture
def cables(desk: Any) -> str:
    return str(desk.tasks(desk.project(), "Lay cables")[0])


def told(desk: Any, task: str) -> tuple[Any, ...]:
    return tuple(
        desk.get("task", task, name) for name in ("percent_complete", "actual_start", "actual_finish")
    )


def test_what_is_done_in_part_has_begun_and_what_is_done_has_ended(desk: Any, cables: str) -> None:
    today = date.today().isoformat()
    desk.edit("task", cables, percent_complete=40)
    assert told(desk, cables) == (40, f"{today}T08:00", None)
    desk.edit("task", cables, percent_complete=100)
    assert told(desk, cables) == (100, f"{today}T08:00", f"{today}T17:00")
    desk.edit("task", cables, percent_complete=90)
    assert told(desk, cables) == (90, f"{today}T08:00", None)
    desk.store.undo()
    assert told(desk, cables)[2] == f"{today}T17:00"


def test_dates_that_are_said_too_stand(desk: Any, cables: str) -> None:
    desk.edit("task", cables, percent_complete=100, actual_start="2026-11-02T08:00")
    assert told(desk, cables) == (100, "2026-11-02T08:00", None)


def test_nothing_done_leaves_the_start(desk: Any, cables: str) -> None:
    desk.edit("task", cables, status="doing")
    desk.edit("task", cables, percent_complete=0)
    assert told(desk, cables)[1] is not None


def test_a_phase_is_as_far_as_its_tasks(desk: Any, cables: str) -> None:
    desk.tasks(desk.get("task", cables, "project_id"), "Drill", under=cables)
    with pytest.raises(Invalid, match="as far as the tasks below it"):
        desk.edit("task", cables, percent_complete=40)
