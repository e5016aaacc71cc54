"""The history, and undoing one operation of it, by keyboard over a real store."""

import pytest

from models.windows import history
from tests.tui.office import (
    acknowledge,
    at_work,
    elsewhere,
    from_colleague,
    furnish,
    here,
    keys,
    see,
    settle,
    until,
    value,
    view,
)
from tests.tui.plain import screen_text

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def told(pilot):
    """(what, from what to what) of the rows."""
    rows = view(pilot.app).rows(view(pilot.app).lines.window.rowids)
    return [(row.told.label if row.told.kind == "operation" else row.name, row.change) for row in rows]


async def test_the_project_says_what_was_done_and_an_older_edit_is_undone(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Lay cables"], deadline="2026-12-04T17:00")
    elsewhere(tmp_path, "task", ids["Go live"], name="Go-live")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g u")
        await until(lambda: len(told(pilot)) == 3, pilot)
        assert told(pilot)[0][1] == "Name: Go live → Go-live"
        assert told(pilot)[1][1] == "Deadline: – → 2026-12-04 17:00"
        await keys(pilot, "j r")
        await see(pilot, "Undid: Elsewhere")
        assert value(pilot.app, "task", ids["Lay cables"], "deadline") is None
        assert value(pilot.app, "task", ids["Go live"], "name") == "Go-live"
        await until(lambda: told(pilot)[0][1] == "Deadline: 2026-12-04 17:00 → –", pilot)
        await keys(pilot, "r")
        await see(pilot, "is undone already")
        await keys(pilot, "U")
        assert value(pilot.app, "task", ids["Lay cables"], "deadline") == "2026-12-04T17:00"


async def test_what_a_colleague_changed_since_stays_and_is_named(tmp_path, ids):
    elsewhere(tmp_path, "client", ids["Harlan Fab"], city="York", phone="1")
    acknowledge(tmp_path)
    from_colleague(tmp_path, "client", ids["Harlan Fab"], 3, ids["Tomas Roth"], city="Hull")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "Y")
        await until(lambda: [one[0] for one in told(pilot)][:2] == ["Theirs", "Elsewhere"], pilot)
        await see(pilot, "City: York → Hull")
        await keys(pilot, "g g r")
        await see(pilot, "was not made on this laptop")
        await keys(pilot, "g g j r")
        await see(pilot, "left alone: “Harlan Fab”: City was changed by Tomas Roth")
        assert value(pilot.app, "client", ids["Harlan Fab"], "city") == "Hull"
        assert value(pilot.app, "client", ids["Harlan Fab"], "phone") is None


async def test_several_changes_are_folded_below_their_operation(tmp_path, ids):
    elsewhere(tmp_path, "client", ids["Harlan Fab"], city="York", phone="1")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "Y")
        await until(lambda: len(told(pilot)) == 2, pilot)
        assert told(pilot)[0] == ("Elsewhere", "City: Leeds → York  and 1 more")
        await keys(pilot, "g g")
        await keys(pilot, "l")
        assert told(pilot)[1:3] == [("Harlan Fab · City", "Leeds → York"), ("Harlan Fab · Phone", "– → 1")]
        await keys(pilot, "j enter")
        assert view(pilot.app).name_in_registry == "clients" and here(pilot).name == "Harlan Fab"


async def test_from_a_record_back_to_where_it_was_asked_for(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, "Y")
        assert "Go live" in view(pilot.app).title_parts()
        await keys(pilot, "escape")
        assert view(pilot.app).name_in_registry == "tasks" and here(pilot).name == "Go live"
        await keys(pilot, "g u")
        await keys(pilot, "/ 'nothing_like_it' enter")
        assert told(pilot) == []
        await keys(pilot, "escape a")
        await see(pilot, "All projects")


async def test_the_discreet_view_has_no_history(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g u")
        await keys(pilot, "D")
        assert "Furnish" not in screen_text(pilot.app)


async def test_what_was_done_is_narrowed_by_who_what_and_when(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Lay cables"], deadline="2026-12-04T17:00")
    acknowledge(tmp_path)
    from_colleague(tmp_path, "client", ids["Harlan Fab"], 4, ids["Tomas Roth"], city="Hull")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g u")
        await keys(pilot, "a")
        await until(lambda: len(told(pilot)) == 3, pilot)
        await keys(pilot, "/ '@to' tab")
        await until(lambda: [one[0] for one in told(pilot)] == ["Theirs"], pilot)
        await see(pilot, "1 shown")
        await keys(pilot, "enter escape n")
        assert here(pilot).told.label == "Theirs"
        await keys(pilot, "/ 'field:deadline_#harlan_since:yesterday' enter")
        await until(lambda: [one[0] for one in told(pilot)] == ["Elsewhere"], pilot)
        await keys(pilot, "/ ctrl+u 'kind:tsk'")
        await see(pilot, "none of: task, project")


async def test_a_letter_of_a_filter_waits_for_no_thread_where_the_log_is_short(tmp_path, ids, monkeypatch):
    elsewhere(tmp_path, "task", ids["Go live"], name="Go-live")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g u")
        await until(lambda: len(told(pilot)) == 2, pilot)
        monkeypatch.setattr("tui.screens.narrowed.AT_ONCE", 5.0)
        view(pilot.app).reload = None  # not to be called
        await keys(pilot, "/ 'elsew'")
        assert [one[0] for one in told(pilot)] == ["Elsewhere"] and "1 shown" in screen_text(pilot.app)
        del view(pilot.app).reload
        monkeypatch.setattr("tui.screens.narrowed.AT_ONCE", -1.0)
        monkeypatch.setattr("models.db.STEPS", 1)
        await keys(pilot, "ctrl+u 'furn'")
        await until(lambda: [one[0] for one in told(pilot)] == ["Furnish"], pilot)
        await see(pilot, "1 shown")


async def test_a_letter_of_a_filter_reads_no_line_again_until_something_changes(tmp_path, ids, monkeypatch):
    elsewhere(tmp_path, "task", ids["Go live"], name="Go-live")
    monkeypatch.setattr("tui.screens.narrowed.AT_ONCE", 5.0)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g u")
        await see(pilot, "Go live → Go-live")
        read = []
        rows = history.history_rows
        monkeypatch.setattr(history, "history_rows", lambda conn, some: read.extend(some) or rows(conn, some))
        with monkeypatch.context() as held:  # the dates of the plan may be computed meanwhile
            held.setattr(view(pilot.app), "on_changes", lambda changes: None)
            await until(lambda: view(pilot.app)._current, pilot)
            read.clear()
            await keys(pilot, "/ 'el' backspace backspace")
            await see(pilot, "2 shown")
            assert read == []
        elsewhere(tmp_path, "task", ids["Go live"], name="Live")
        await until(lambda: len(view(pilot.app).lines.window) == 3, pilot)  # the pane may say it before
        await settle(pilot)
        assert len(set(read)) == 3
