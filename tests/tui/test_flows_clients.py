"""Clients over time, what became of promises, reaching people and merging, by keyboard over a real store."""

from datetime import date, timedelta

import pytest

from models import record
from models.windows import client, parties
from tests.tui.office import at_work, count, elsewhere, furnish, here, keys, opened, see, until, value, view
from tests.tui.plain import screen_text

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def make(home, kind, **values):
    with opened(home) as store:
        return store.transact("Elsewhere", record.create, kind, **values).result.id


def in_days(days):
    return (date.today() + timedelta(days=days)).isoformat()


def names(pilot):
    return [row.name for row in view(pilot.app).rows(view(pilot.app).lines.window.rowids)]


async def test_a_client_over_time_is_acted_on(tmp_path, ids):
    promise = make(tmp_path, "promise", name="Send the table", client_id=ids["Harlan Fab"], due=in_days(2))
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "T")
        assert names(pilot) == ["Send the table"]
        await keys(pilot, "i 'met_Ada_about_the_ports' enter")
        assert names(pilot) == ["Send the table", "Ada about the ports"]
        await see(pilot, "Ada Price")
        await keys(pilot, "g g")
        await keys(pilot, "x")
        assert value(pilot.app, "promise", promise, "state") == "kept"
        await keys(pilot, "u d '+5d' enter")
        assert value(pilot.app, "promise", promise, "due") == in_days(5)
        await keys(pilot, "/ 'ports' enter")
        assert names(pilot) == ["Ada about the ports"]


async def test_a_timeline_begins_at_what_comes_next(tmp_path, ids):
    for name, days in (("Far", 30), ("Next", 3), ("Before", -3)):
        make(tmp_path, "visit", name=name, client_id=ids["Harlan Fab"], start=in_days(days))
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "T")
        assert names(pilot) == ["Far", "Next", "Before"] and here(pilot).name == "Next"


async def test_what_is_noted_is_found_in_its_clients_timeline(tmp_path, ids):
    promise = make(tmp_path, "promise", name="Send the table", client_id=ids["Harlan Fab"], due=in_days(40))
    async with at_work(tmp_path) as pilot:
        pilot.app.open_record("promise", promise)
        await until(lambda: view(pilot.app).name_in_registry == "client", pilot)
        await until(lambda: here(pilot) is not None and here(pilot).id == promise, pilot)


async def test_a_promise_is_missed_or_renegotiated(tmp_path, ids):
    promise = make(
        tmp_path, "promise", name="Open the ports", client_id=ids["Harlan Fab"], by="client", due=in_days(-1)
    )
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g h")
        await see(pilot, "their promise, late 1d")
        await keys(pilot, "s 'ren' enter")
        await see(pilot, "To which day?")
        await keys(pilot, "ctrl+u 'renegotiated_+3d' enter")
        assert value(pilot.app, "promise", promise, "state") == "renegotiated"
        await see(pilot, "their promise, due in 3d")
        assert count(pilot.app, "promise") == 2
        await keys(pilot, "u")
        assert value(pilot.app, "promise", promise, "state") == "open"
        await until(lambda: promise in [row.id for row in view(pilot.app).found], pilot)
        view(pilot.app).seek("promise", promise)
        await keys(pilot, "s 'missed' enter")
        assert value(pilot.app, "promise", promise, "state") == "missed"


async def test_done_is_one_step_over_lines_of_every_kind(tmp_path, ids):
    make(tmp_path, "promise", name="Send the table", client_id=ids["Harlan Fab"], due=in_days(0))
    visit = make(tmp_path, "visit", name="Survey", client_id=ids["Harlan Fab"], start=in_days(0))
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g h")
        await see(pilot, "visit, planned")
        await keys(pilot, "* x")
        await until(lambda: not view(pilot.app).found, pilot)
        assert value(pilot.app, "visit", visit, "state") == "reported"
        await keys(pilot, "u")
        await see(pilot, "visit, planned")
        await see(pilot, "our promise, due today")


async def test_people_are_reached_from_any_line_of_their_client(tmp_path, ids):
    make(tmp_path, "promise", name="Send the table", client_id=ids["Harlan Fab"], due=in_days(0))
    make(
        tmp_path, "contact", name="Doug", client_id=ids["Harlan Fab"], decides=1, email="doug@harlan.example"
    )
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g h")
        await see(pilot, "our promise")
        await keys(pilot, "p")
        await see(pilot, "Ada Price  +44 113 1 · copied")
        assert pilot.app.clipboard == "+44 113 1"
        await keys(pilot, "m")
        await see(pilot, "Doug  doug@harlan.example · copied")
        assert pilot.app.clipboard == "doug@harlan.example"


async def test_what_may_be_there_twice_is_shown_and_merged_by_a_person(tmp_path, ids):
    twin = make(
        tmp_path,
        "contact",
        name="ada price",
        client_id=ids["Harlan Fab"],
        role="owner",
        email="ada@h.example",
    )
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        await see(pilot, "1 may be there twice")
        await keys(pilot, "=")
        assert here(pilot).kind == "contact"
        await keys(pilot, "=")
        await see(pilot, "fills E-mail: ada@h.example")
        await see(pilot, "keeps Role “programming lead” over “owner”")
        await keys(pilot, "escape")
        assert count(pilot.app, "contact") == 2
        await keys(pilot, "= enter")
        assert here(pilot).id == ids["Ada Price"]
        assert value(pilot.app, "contact", twin, "deleted_at")
        assert value(pilot.app, "contact", ids["Ada Price"], "email") == "ada@h.example"
        await until(lambda: "twice" not in screen_text(pilot.app), pilot)
        await keys(pilot, "u")
        await see(pilot, "1 may be there twice")


async def test_two_marked_ones_are_merged_the_other_way_round(tmp_path, ids):
    make(tmp_path, "contact", name="A. Price", client_id=ids["Harlan Fab"])
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        view(pilot.app).seek("contact", ids["Ada Price"])
        await keys(pilot, "k space space = 'other' enter")
        await see(pilot, "Keep “Ada Price”")
        await keys(pilot, "enter")
        assert here(pilot).name == "Ada Price" and count(pilot.app, "contact") == 1


async def test_the_discreet_timeline_has_what_the_client_may_see(tmp_path, ids):
    make(tmp_path, "interaction", name="They are angry", client_id=ids["Harlan Fab"])
    make(tmp_path, "visit", name="Survey", client_id=ids["Harlan Fab"], start=in_days(3), visibility="client")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "T")
        await keys(pilot, "D")
        assert names(pilot) == ["Survey"] and "angry" not in screen_text(pilot.app)


async def test_all_clients_and_all_lines_of_one_are_read_once_while_a_filter_is_typed(
    tmp_path, ids, monkeypatch
):
    read, every, lines = [], parties.parties, client.told
    monkeypatch.setattr(parties, "parties", lambda *of: read.append("parties") or every(*of))
    monkeypatch.setattr(client, "told", lambda *of: read.append("lines") or lines(*of))
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "/ 'h'")
        shown = len(view(pilot.app).lines.window)
        read.clear()
        await keys(pilot, "backspace")
        assert not read and len(view(pilot.app).lines.window) > shown
        await keys(pilot, "escape")
        elsewhere(tmp_path, "client", ids["Harlan Fab"], name="Zander")
        await see(pilot, "■ Zander")
        [first] = view(pilot.app).rows(view(pilot.app).lines.window.rowids[:1])
        assert first.name == "Northwind Steel"
        view(pilot.app).seek("client", ids["Harlan Fab"])
        await keys(pilot, "i 'About_steel' enter T")
        read.clear()
        await keys(pilot, "/")
        assert read == ["lines"], "before the first letter"
        await keys(pilot, "'st' backspace")
        assert read == ["lines"] and len(view(pilot.app).lines.window) == 1
