"""Dates follow edits, and what an edit would do is said before it is made."""

import time
from contextlib import closing
from itertools import pairwise

import pytest

from models.schedule.instants import parse, show
from tests.tui.office import (
    TASKS,
    acknowledge,
    at_work,
    elsewhere,
    furnish,
    keys,
    opened,
    see,
    until,
    value,
    view,
)
from tests.tui.plain import screen_text

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


@pytest.mark.parametrize("large", [2000, len(TASKS)])  # from there on another process says it
async def test_what_a_date_would_move_is_said_while_it_is_typed(tmp_path, ids, large, monkeypatch):
    monkeypatch.setattr("models.windows.tasks.LARGE", large)
    elsewhere(tmp_path, "task", ids["Go live"], milestone=1, deadline="2026-12-02T17:00")
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, "b 'Lay_cables' enter")
        await see(pilot, "Mon 30 Nov Mon 30 Nov")
        view(pilot.app).seek("task", ids["Lay cables"])
        await keys(pilot, "d '2026-12-04'")
        await see(pilot, "the plan ends Fri 04 Dec instead of Mon 30 Nov · “Go live” Mon 30 Nov → Fri 04 Dec")
        await see(pilot, "after its deadline")
        assert value(pilot.app, "task", ids["Lay cables"], "constraint_date") is None
        await keys(pilot, "ctrl+u '4.12.'")
        await see(pilot, "Fri 04 Dec · the plan ends Fri 04 Dec")
        await keys(pilot, "escape t ctrl+u '2d'")
        await see(pilot, "the plan ends Tue 01 Dec")
        await keys(pilot, "enter")
        await see(pilot, "Tue 01 Dec Tue 01 Dec")


@pytest.mark.parametrize("large", [2000, len(TASKS)])
async def test_a_cell_says_it_too_and_escape_leaves_everything(tmp_path, ids, large, monkeypatch):
    monkeypatch.setattr("models.windows.tasks.LARGE", large)
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        app = pilot.app
        await see(pilot, "Mon 30 Nov Mon 30 Nov")
        view(app).seek("task", ids["Lay cables"])
        view(app).lines.edit_cell(column="duration")
        await keys(pilot, "ctrl+u '3d'")
        await see(pilot, "the plan ends Wed 02 Dec instead of Mon 30 Nov")
        await keys(pilot, "escape")
        await pilot.pause()
        assert "the plan ends" not in screen_text(app)
        assert value(app, "task", ids["Lay cables"], "duration_minutes") == 480


async def test_five_hundred_tasks_follow_a_key(tmp_path, ids):
    acknowledge(tmp_path)
    chain = _chain(tmp_path, ids["Nesting line"], 500)
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        view(pilot.app).seek("task", chain[0])
        await see(pilot, "Step 0")
        before, took = _finish(pilot.app, chain[-1]), time.perf_counter()
        await keys(pilot, "t ctrl+u '3d' enter")
        while _finish(pilot.app, chain[-1]) == before and time.perf_counter() - took < 20:
            await pilot.pause(0.01)
        assert parse(_finish(pilot.app, chain[-1])) - parse(before) >= 2 * 1440, show(parse(before))


@pytest.mark.parametrize("killed", [False, True])
async def test_dates_of_a_large_plan_come_from_a_process_that_ends_with_the_application(
    tmp_path, ids, killed, monkeypatch
):
    monkeypatch.setattr("models.windows.tasks.LARGE", len(TASKS))
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        app, planner = pilot.app, pilot.app.desk.planner
        view(app).seek("task", ids["Lay cables"])
        for days in ("4", "2"):
            before = _finish(app, ids["Lay cables"])
            await keys(pilot, f"t ctrl+u '{days}d' enter")
            await until(lambda: _finish(app, ids["Lay cables"]) != before, pilot, 30)  # noqa: B023
            process = planner._process
            assert process.poll() is None
            if killed:
                process.kill()
    assert process.wait(5) is not None
    assert _finish_of(tmp_path, ids["Lay cables"]) == "2026-12-01T17:00"


async def test_dates_are_computed_here_where_no_process_can_be_started(tmp_path, ids, monkeypatch):
    monkeypatch.setattr("models.windows.tasks.LARGE", len(TASKS))
    monkeypatch.setattr("tui.apart.sys.executable", str(tmp_path / "nothing"))
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Lay cables"])
        await keys(pilot, "t ctrl+u '4d' enter")
        await see(pilot, "Thu 03 Dec")
        await keys(pilot, "W")
        await see(pilot, "because the project")


async def test_why_a_task_of_a_large_plan_stands_there_is_told_by_the_process(tmp_path, ids, monkeypatch):
    monkeypatch.setattr("models.windows.tasks.LARGE", len(TASKS))
    monkeypatch.setattr("models.why.explained", None)  # not to be called in here
    elsewhere(tmp_path, "project", ids["Nesting line"], start="2026-12-07T08:00")
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Lay cables"])
        await keys(pilot, "W")
        await until(lambda: "because the project" in screen_text(pilot.app), pilot, 30)
        await see(pilot, "Mon 30 Nov → Mon 07 Dec")


def _chain(home, project: str, count: int) -> list[str]:
    from models import dependency, outline

    def make(session) -> list[str]:
        made = [task.id for task in outline.add_tasks(session, project, [f"Step {n}" for n in range(count)])]
        session.flush()
        for before, after in pairwise(made):
            dependency.link(session, before, after)
        return made

    with opened(home) as store:
        return store.transact("Chain", make).result


def _finish(app, task: str) -> str:
    return _read_finish(app.desk.conn, task)


def _finish_of(home, task: str) -> str:
    with opened(home) as store, closing(store.read()) as conn:
        return _read_finish(conn, task)


def _read_finish(conn, task: str) -> str:
    row = conn.execute("SELECT finish FROM schedule WHERE task=?", (task,)).fetchone()
    return row[0] if row else ""
