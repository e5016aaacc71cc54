"""What goes wrong: locks, a file that is gone, a full disk, errors nobody foresaw; and leaving while typing."""

import sqlite3
from concurrent.futures import Future
from functools import partial

import pytest
from textual import events

from models import db
from models.errors import StoreError
from models.feed import Changes
from sync.worker import State
from tests.tui.office import at_work, count, furnish, here, keys, opened, see, settle, until, value, view
from tests.tui.plain import screen_lines
from tui.starting import make
from tui.widgets.prompt import Prompt


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


@pytest.mark.asyncio
async def test_an_edit_behind_a_lock_waits_and_is_saved(tmp_path, ids):
    async with at_work(tmp_path, (240, 24), "Nesting") as pilot:
        other = db.connect(tmp_path / db.NAME)
        other.execute("BEGIN IMMEDIATE")
        try:
            await pilot.press("e", "!", "enter", "j")
            await see(pilot, "Saving…")
            assert here(pilot).name == "Check power"  # the screen goes on
        finally:
            other.execute("ROLLBACK")
        await settle(pilot)
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey!"
        other.close()


@pytest.mark.asyncio
async def test_a_lock_that_stays_gives_the_text_back(tmp_path, ids, monkeypatch):
    monkeypatch.setattr(db, "WAIT", 0.1)
    async with at_work(tmp_path, (240, 24), "Nesting") as pilot:
        other = db.connect(tmp_path / db.NAME)
        other.execute("BEGIN IMMEDIATE")
        await keys(pilot, "e ! enter")
        await see(pilot, "Another program has held")
        assert view(pilot.app).lines._editor.value == "Survey!" and view(pilot.app).lines.editing
        other.execute("ROLLBACK")
        other.close()
        await keys(pilot, "enter")
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey!"


@pytest.mark.asyncio
async def test_a_store_that_was_removed_takes_no_edit(tmp_path, ids):
    async with at_work(tmp_path, (240, 24), "Nesting") as pilot:
        kept = tmp_path / "kept.db"
        (tmp_path / db.NAME).rename(kept)
        await see(pilot, "was removed or replaced")
        await keys(pilot, "e ! enter")
        await see(pilot, "this edit was not saved")
        assert view(pilot.app).lines.editing
        kept.rename(tmp_path / db.NAME)
        await keys(pilot, "enter")
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey!"


@pytest.mark.asyncio
async def test_a_full_disk_is_said_and_the_text_stays(tmp_path, ids, monkeypatch):
    async with at_work(tmp_path, (240, 24), "Nesting") as pilot:
        store = pilot.app.desk.store

        def full(*args, **kwargs):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise db.explain(error, store.path)

        monkeypatch.setattr(store, "transact", full)
        await keys(pilot, "e ! enter")
        await see(pilot, "is full or failing")
        assert view(pilot.app).lines._editor.value == "Survey!"
        monkeypatch.undo()
        await keys(pilot, "enter")
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey!"


@pytest.mark.asyncio
async def test_an_error_that_nobody_foresaw_is_logged_and_work_goes_on(tmp_path, ids, monkeypatch):
    async with at_work(tmp_path, (240, 24), "Nesting") as pilot:
        monkeypatch.setattr(type(view(pilot.app)), "act_copy", lambda self: 1 / 0)
        await keys(pilot, "y")
        await see(pilot, "That went wrong (ZeroDivisionError)")
        assert "ZeroDivisionError" in (tmp_path / "milepost.log").read_text()
        await keys(pilot, "x")
        await until(lambda: here(pilot).status == "done", pilot)


@pytest.mark.asyncio
async def test_a_long_message_takes_the_lines_it_needs(tmp_path, ids):
    async with at_work(tmp_path, (60, 24), "Nesting") as pilot:
        pilot.app.shell.say("word " * 30 + "end")
        await see(pilot, "end")
        assert len(screen_lines(pilot.app)) == 24


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("typed", "saved"), [("e ! ctrl+q", 6), ("o 'Call' ctrl+q", 7), ("c 'Ring' ctrl+q", 7)]
)
async def test_leaving_keeps_what_is_typed(tmp_path, ids, typed, saved):
    async with at_work(tmp_path, (240, 24), "Nesting") as pilot:
        await pilot.press(
            *[key for word in typed.split() for key in (word[1:-1] if word[0] == "'" else [word])]
        )
        await until(lambda: not pilot.app.is_running or pilot.app._exit, pilot)
    with opened(tmp_path) as store:
        rows = store.read().execute("SELECT name FROM task").fetchall()
    assert len(rows) == saved and (saved > 6 or ("Survey!",) in rows)


@pytest.mark.asyncio
async def test_leaving_with_nonsense_typed_stays_once(tmp_path, ids):
    async with at_work(tmp_path, (140, 30), "Nesting") as pilot:
        view(pilot.app).lines.edit_cell(column="start")
        await keys(pilot, "ctrl+u 'never' ctrl+q")
        await see(pilot, "is not a date")
        assert not pilot.app._exit and view(pilot.app).lines._editor.value == "never"
        await pilot.press("ctrl+q")
        assert pilot.app._exit


def test_what_cannot_be_opened_is_said_in_words(tmp_path, ids):
    conn = db.connect(tmp_path / db.NAME)
    conn.execute("PRAGMA user_version=99")
    conn.close()
    with pytest.raises(StoreError, match="A newer Milepost wrote this store"):
        make(tmp_path)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / db.NAME).write_text("no database at all, " * 99)
    with pytest.raises(StoreError, match="is not a Milepost store"):
        make(tmp_path / "x")


def test_a_project_that_is_not_there_is_said(tmp_path, ids):
    with pytest.raises(StoreError, match="There is no project"):
        make(tmp_path, project="Moon base")


@pytest.mark.asyncio
async def test_offline_and_sync_say_that_nobody_is_signed_in(tmp_path, ids):
    async with at_work(tmp_path, (80, 24)) as pilot:
        for key in ("f9", "R"):
            await keys(pilot, key)
            await see(pilot, "Not signed in to a server")
        assert count(pilot.app, "task") == 6


@pytest.mark.asyncio
@pytest.mark.parametrize("typed", ["c 'call_Ada'", "e '_2'", ", e 'call_Ada'"])
async def test_function_keys_work_or_say_why_not_while_something_is_typed(tmp_path, ids, typed):
    async with at_work(tmp_path, (80, 24), project="Nesting") as pilot:
        await keys(pilot, typed)
        before = pilot.app.shell.typed()
        await keys(pilot, "f9")
        await see(pilot, "Not signed in to a server")
        await keys(pilot, "f2")
        await see(pilot, "f2 (rename view): end the typing first")
        await keys(pilot, "f1")
        await see(pilot, "What it does")
        await keys(pilot, "f1")
        assert pilot.app.shell.typed() == before != []


@pytest.mark.asyncio
async def test_keys_are_never_nobodys_however_late_a_line_hears_that_it_is_hidden(tmp_path, ids):
    """On a busy machine the line was hidden before it had given the focus back, and all keys were lost."""
    async with at_work(tmp_path, project="Nesting") as pilot:
        shell, lines = pilot.app.shell, view(pilot.app).lines
        await keys(pilot, "/ 'cab'")
        prompt = shell.query_one(Prompt)
        prompt.leave()
        prompt.field.post_message(events.Hide())  # it comes before what the prompt says of its closing
        await settle(pilot)
        assert shell.focused is lines
        shell.set_focus(None)
        await keys(pilot, ": 'filter' enter 'net' enter")
        assert shell.focused is lines and here(pilot).name == "Check network"


@pytest.mark.asyncio
@pytest.mark.parametrize("last", ["committed", "loaded", "synced", "written"])
async def test_what_is_heard_when_the_screens_are_gone_is_let_be(tmp_path, ids, last):
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
    outcome: Future[Changes] = Future()
    outcome.set_exception(StoreError("too late"))
    hear = {
        "committed": app.on_workbench_committed,
        "loaded": app.on_workbench_loaded,
        "synced": partial(app.on_workbench_synced, app.Synced(State("synced", detail="1 was refused"))),
        "written": partial(app.on_workbench_written, app.Written(outcome, str, str, str)),
    }
    assert app.ending
    hear[last]()
    assert not app.trouble


@pytest.mark.asyncio
async def test_what_is_heard_while_the_screens_are_going_is_let_be(tmp_path, ids, monkeypatch):
    async with at_work(tmp_path, project="Nesting") as pilot:
        with monkeypatch.context() as leaving:
            leaving.setattr(pilot.app, "_running", False)  # as Textual says before widget after widget goes
            leaving.setattr(pilot.app.shell, "connection", None)
            pilot.app.on_workbench_synced(pilot.app.Synced(State("synced")))
