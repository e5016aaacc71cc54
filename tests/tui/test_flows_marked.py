"""Marking and what is done with the marked, in every list."""

import pytest

from models import record
from tests.tui.office import at_work, count, furnish, keys, opened, see, until, view
from tui.actions import ACTIONS
from tui.palette import Palette
from tui.places import views

LISTS = ("tasks", "clients", "team", "today", "history", "bin", "settings", "portfolio")


@pytest.mark.asyncio
async def test_space_v_star_dot_and_y_work_in_every_list(tmp_path):
    ids = furnish(tmp_path)
    with opened(tmp_path) as store:
        store.transact("Delete", record.delete, "site", ids["Hall 2"])
    async with at_work(tmp_path, project="Nesting") as pilot:
        for name in LISTS:
            await pilot.app.shell.go(name)
            lines = view(pilot.app).lines
            await until(lambda lines=lines: len(lines.window), pilot)
            await keys(pilot, "space")
            assert len(lines.selected()) == 1, name
            await keys(pilot, "escape *")
            assert len(lines.selected()) == len(lines.window), name
            await keys(pilot, ".")
            offered = [entry.label for entry in pilot.app.shell.query_one(Palette)._found.entries]
            assert "copy" in offered, (name, offered)
            await keys(pilot, "escape y")
            assert len(pilot.app.clipboard.splitlines()) == len(lines.window), name
            await keys(pilot, "escape home v j v")
            assert len(lines.marks) == min(2, len(lines.window)), name
            await keys(pilot, "escape")
            assert not lines.marks, name


@pytest.mark.asyncio
async def test_what_dot_offers_is_done_to_all_that_are_marked(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "space space . 'delete' enter")
        await until(lambda: count(pilot.app, "task") < 6, pilot)
        await see(pilot, "u undoes")
        await keys(pilot, "u")
        await until(lambda: count(pilot.app, "task") == 6, pilot)


def test_conflicts_are_decided_together():
    bulk = {action.id for action in ACTIONS if action.bulk}
    assert {"conflicts.mine", "conflicts.theirs", "conflicts.both", "copy"} <= bulk


@pytest.mark.asyncio
async def test_a_line_of_the_detail_is_copied(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await until(lambda: view(pilot.app).detail.form.lines, pilot)
        await keys(pilot, "enter y")
        assert pilot.app.clipboard.startswith("Task\tSurvey")


def test_every_list_of_the_application_is_looked_at_here():
    # no marks, cards, operations and conflicts of the sync, the pages of one client and of one project
    others = {"welcome", "board", "sync", "conflicts", "client", "overview"}
    assert set(LISTS) | others == set(views())
