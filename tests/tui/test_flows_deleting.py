"""Tasks that stand in a chain are deleted: what moves is said first, and one key decides."""

import pytest

from models import dependency
from tests.tui.office import (
    TASKS,
    at_work,
    count,
    elsewhere,
    furnish,
    keys,
    opened,
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


@pytest.fixture
def chain(tmp_path, ids):
    """Survey → Lay cables (a day later) → Go live, a milestone."""
    elsewhere(tmp_path, "task", ids["Go live"], milestone=1)
    with opened(tmp_path) as store:
        store.transact("Link", dependency.link, ids["Check network"], ids["Lay cables"], lag=480)
        store.transact("Link", dependency.link, ids["Lay cables"], ids["Go live"])
    return ids


def links(app):
    sql = """SELECT a.name, b.name, d.lag FROM dependency d JOIN task a ON a.id=d.predecessor_id
             JOIN task b ON b.id=d.successor_id WHERE d.deleted_at IS NULL ORDER BY d.rowid"""
    return [tuple(row) for row in app.desk.conn.execute(sql)]


async def on(pilot, ids, name):
    view(pilot.app).seek("task", ids[name])
    await pilot.pause()


def deleted(app, ids, name):
    return value(app, "task", ids[name], "deleted_at") is not None


@pytest.mark.parametrize("large", [2000, len(TASKS)])  # from there on another process says it
async def test_what_moves_is_said_before_anything_is_deleted(tmp_path, chain, large, monkeypatch):
    monkeypatch.setattr("models.windows.tasks.LARGE", large)
    async with at_work(tmp_path, (140, 42), project="Nesting") as pilot:
        app = pilot.app
        await on(pilot, chain, "Lay cables")
        await keys(pilot, "X")
        await see(pilot, "Delete “Lay cables”? enter · c keeps the chain · esc")
        await see(pilot, "enter: moves 1 other task; the plan ends Mon 30 Nov instead of Wed 02 Dec")
        await see(pilot, "“Go live” Wed 02 Dec → Mon 30 Nov, 2 working days earlier")
        await see(pilot, "c (1 new link): moves 1 other task; the plan ends Tue 01 Dec instead of Wed 02 Dec")
        await keys(pilot, "escape")
        assert not deleted(app, chain, "Lay cables")
        await keys(pilot, "X")
        await see(pilot, "Delete “Lay cables”?")
        await keys(pilot, "enter")
        assert deleted(app, chain, "Lay cables")
        assert links(app) == [("Check network", "Lay cables", 480), ("Lay cables", "Go live", 0)]
        await keys(pilot, "u")
        assert not deleted(app, chain, "Lay cables")


async def test_the_chain_is_kept_by_c_and_one_undo_takes_all_of_it_back(tmp_path, chain):
    async with at_work(tmp_path, project="Nesting") as pilot:
        before = links(pilot.app)
        await on(pilot, chain, "Lay cables")
        await keys(pilot, "X c")
        assert links(pilot.app) == [*before, ("Check network", "Go live", 480)]
        await until(lambda: "Tue 01 Dec" in screen_text(pilot.app), pilot)
        await keys(pilot, "u")
        assert links(pilot.app) == before and not deleted(pilot.app, chain, "Lay cables")


async def test_keys_typed_behind_x_are_for_what_it_asks(tmp_path, chain):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await on(pilot, chain, "Lay cables")
        await pilot.press("X", "escape", "X", "enter", "u")
        await settle(pilot)
        assert count(pilot.app, "task") == len(TASKS) and "Undid" in screen_text(pilot.app)


async def test_where_nothing_moves_it_is_deleted_at_once(tmp_path, chain):
    async with at_work(tmp_path, project="Nesting") as pilot:
        for name in ("Go live", "Check power"):  # the end of the chain, and a task without links
            await on(pilot, chain, name)
            await keys(pilot, "X")
            assert deleted(pilot.app, chain, name)


async def test_several_marked_go_with_the_chain_around_them(tmp_path, chain):
    async with at_work(tmp_path, project="Nesting") as pilot:
        for name in ("Install", "Lay cables"):
            await on(pilot, chain, name)
            await keys(pilot, "space")
        await keys(pilot, ". 'delete' enter")
        await see(pilot, "Delete 2 tasks?")
        await keys(pilot, "c")
        assert deleted(pilot.app, chain, "Install") and deleted(pilot.app, chain, "Lay cables")
        assert ("Check network", "Go live", 480) in links(pilot.app)
        assert not view(pilot.app).lines.marks
        await keys(pilot, "u")
        assert count(pilot.app, "task") == len(TASKS)


async def test_the_pane_and_the_board_say_it_too(tmp_path, chain):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await on(pilot, chain, "Lay cables")
        await keys(pilot, "enter X")
        await see(pilot, "enter: moves 1 other task")
        await keys(pilot, "escape g b")
        await on(pilot, chain, "Lay cables")
        await keys(pilot, "X")
        await see(pilot, "Delete “Lay cables”?")
        assert not deleted(pilot.app, chain, "Lay cables")


async def test_the_client_reads_no_names_of_other_tasks(tmp_path, chain):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await on(pilot, chain, "Lay cables")
        await keys(pilot, "D X")
        await see(pilot, "enter: moves 1 other task")
        assert "“Go live”" not in screen_text(pilot.app)


async def test_in_the_client_view_the_whole_plan_is_counted_and_nothing_hidden_is_named(tmp_path, chain):
    elsewhere(tmp_path, "task", chain["Go live"], visibility="internal")
    async with at_work(tmp_path, (140, 42), project="Nesting") as pilot:
        await keys(pilot, "D")
        await on(pilot, chain, "Lay cables")
        await keys(pilot, "X")
        await see(pilot, "enter: moves 1 other task; the plan ends Mon 30 Nov instead of Wed 02 Dec")
        assert "Go live" not in screen_text(pilot.app)
        await keys(pilot, "enter")
        await until(lambda: value(pilot.app, "task", chain["Lay cables"], "deleted_at"), pilot)
