"""A project on one page, and notes, by keyboard over a real store."""

from datetime import date, timedelta

import pytest
from textual.events import Paste

from models import record
from tests.tui.office import (
    at_work,
    count,
    elsewhere,
    furnish,
    here,
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


def make(home, kind, **values):
    with opened(home) as store:
        return store.transact("Elsewhere", record.create, kind, **values).result.id


def told(pilot, label):
    return [fact.text for fact in view(pilot.app).facts if fact.label == label]


async def test_among_the_latest_changes_are_only_those_that_stand(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Lay cables"], deadline="2027-01-15T17:00")
    make(
        tmp_path,
        "baseline",
        name="Agreed",
        project_id=ids["Nesting line"],
        taken_at="2026-11-29T10:00:00.000Z",
    )
    with opened(tmp_path) as store:
        store.transact("Taken back", record.edit, "task", ids["Lay cables"], name="Cables")
        store.undo()
        store.transact("Redone", record.edit, "task", ids["Lay cables"], name="Lay all cables")
        store.undo()
        store.redo()
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g i")
        await until(lambda: view(pilot.app).facts, pilot)
        labels = [text.partition("  (")[0] for text in told(pilot, "changed")]
        assert labels[:2] == ["Redone", "Elsewhere"] and "Taken back" not in labels
        assert labels.count("Elsewhere") == 2


async def test_the_page_of_a_project_says_where_it_stands(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Go live"], milestone=1, deadline="2027-01-15T17:00")
    elsewhere(tmp_path, "task", ids["Check power"], status="done", who="TR")
    elsewhere(tmp_path, "task", ids["Lay cables"], who="TR")
    elsewhere(tmp_path, "contact", ids["Ada Price"], decides=1)
    due = (date.today() + timedelta(days=3)).isoformat()
    promise = make(
        tmp_path, "promise", name="Open the ports", client_id=ids["Harlan Fab"], by="client", due=due
    )
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g i")
        await until(lambda: view(pilot.app).facts, pilot)
        assert told(pilot, "Client") == ["Harlan Fab"]
        assert told(pilot, "◆ next") == ["Go live"]
        assert told(pilot, "they promised") == ["Open the ports"]
        assert told(pilot, "ours") == ["Tomas Roth  (1 open)"]
        assert told(pilot, "theirs") == ["Ada Price  (programming lead, decides)"]
        assert told(pilot, "Progress")[0].startswith("1 of 4 tasks done")
        await keys(pilot, "/ 'ports' enter x")
        await until(lambda: not told(pilot, "they promised"), pilot)
        assert value(pilot.app, "promise", promise, "state") == "kept"
        await keys(pilot, "escape i 'called_Ada' enter")
        await until(lambda: told(pilot, "last talk") == ["call: Ada"], pilot)
        assert count(pilot.app, "interaction") == 1


async def test_its_lines_lead_to_what_they_tell_of(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "j")
        await keys(pilot, "g i")
        await see(pilot, "Punch cell")
        await keys(pilot, "/ 'northwind' enter enter")
        assert view(pilot.app).name_in_registry == "clients" and here(pilot).name == "Northwind Steel"


async def test_the_discreet_page_has_nothing_of_ours(tmp_path, ids):
    make(tmp_path, "interaction", name="They are angry", client_id=ids["Harlan Fab"])
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g i")
        await see(pilot, "angry")
        await keys(pilot, "D")
        await settle(pilot)
        shown = screen_text(pilot.app)
        assert "angry" not in shown and "Furnish" not in shown and "Ada Price" in shown


async def test_notes_are_read_as_markdown_and_typed_into(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Go live"], notes="# Before\n\n- **vest** and shoes")
    async with at_work(tmp_path, (70, 24), "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, "comma")
        await see(pilot, "vest and shoes")
        assert "**vest** and shoes" not in screen_text(pilot.app)
        await keys(pilot, "e")
        await see(pilot, "**vest** and shoes")
        await keys(pilot, "enter 'helmet' ctrl+s")
        assert value(pilot.app, "task", ids["Go live"], "notes") == "# Before\n\n- **vest** and shoes\nhelmet"
        await keys(pilot, "u comma")
        await see(pilot, "vest and shoes")
        await keys(pilot, "escape")
        assert value(pilot.app, "task", ids["Go live"], "notes").endswith("shoes")


async def test_notes_that_are_not_there_yet_are_typed_at_once(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "comma 'Ask_Doug' escape")
        assert value(pilot.app, "project", ids["Nesting line"], "notes") == "Ask Doug"
        await keys(pilot, "D comma")
        await see(pilot, "There are no notes in the client view")


async def test_what_is_pasted_over_notes_that_are_read_comes_behind_them_line_by_line(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Go live"], notes="Ask Doug\nby mail")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "G comma")
        await see(pilot, " Ask Doug")
        assert "Ask Doug by mail" not in screen_text(pilot.app)
        pilot.app.post_message(Paste("ports are open\r\r  licence follows\r"))
        await see(pilot, "   licence follows")
        await keys(pilot, "'!' ctrl+s")
        notes = "Ask Doug\nby mail\nports are open\n\n  licence follows!"
        assert value(pilot.app, "task", ids["Go live"], "notes") == notes
        await keys(pilot, "u comma")
        await see(pilot, " by mail")
