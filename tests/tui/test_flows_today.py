"""Today, and what is noted of clients, by keyboard over a real store."""

from datetime import date, timedelta

import pytest

from models.record import create, edit
from tests.tui.changing import sleeping
from tests.tui.office import at_work, elsewhere, furnish, here, keys, opened, see, until, value, view
from tests.tui.plain import screen_text
from tests.tui.test_flows_conflicts import refuse

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def in_days(days):
    return (date.today() + timedelta(days=days)).isoformat()


async def test_today_shrinks_as_it_is_done(tmp_path, ids):
    elsewhere(tmp_path, "project", ids["Nesting line"], start=f"{in_days(30)}T08:00")
    elsewhere(tmp_path, "task", ids["Check power"], deadline=f"{in_days(-3)}T17:00")
    elsewhere(tmp_path, "task", ids["Lay cables"], deadline=f"{in_days(0)}T17:00")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g h")
        await see(pilot, "late 3d")
        assert [row.name for row in view(pilot.app).found] == ["Lay cables", "Check power"]
        await keys(pilot, "j x")
        await until(lambda: [row.name for row in view(pilot.app).found] == ["Lay cables"], pilot)
        assert value(pilot.app, "task", ids["Check power"], "percent_complete") == 100
        await keys(pilot, "u")
        await see(pilot, "late 3d")
        await keys(pilot, "g g / 'cables' enter")
        assert here(pilot).name == "Lay cables"
        await keys(pilot, "enter")
        assert view(pilot.app).name_in_registry == "tasks" and here(pilot).name == "Lay cables"


async def test_an_empty_today_says_so(tmp_path):
    async with at_work(tmp_path, (80, 24)) as pilot:
        await keys(pilot, "g h")
        await see(pilot, "Nothing is late, due or waiting")


async def test_a_talk_a_promise_and_a_visit_are_one_line_each(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        app = pilot.app
        await keys(pilot, "g c")
        view(app).seek("client", ids["Harlan Fab"])
        await keys(pilot, "i 'mail:_licence_sent' enter")
        await see(pilot, "mail: licence sent")
        await keys(pilot, "O 'send_the_table_tomorrow' enter")
        await keys(pilot, "O 'they:_open_the_ports_+2d' enter")
        await see(pilot, "they: open the ports")
        await keys(pilot, "O 'call_back_by_31_feb' enter")
        await see(pilot, "“31 feb” is not a date")
        await keys(pilot, "escape")
        await keys(pilot, "V 'survey_the_hall' enter")
        await see(pilot, "On which day?")
        await keys(pilot, "ctrl+u 'survey_the_hall_tomorrow' enter")
        held = app.desk.conn.execute("SELECT name, by, due FROM promise ORDER BY due").fetchall()
        assert held == [("send the table", "us", in_days(1)), ("open the ports", "client", in_days(2))]
        await keys(pilot, "g h")
        await see(pilot, "our promise, due tomorrow")
        await see(pilot, "visit, planned")
        view(app).seek("promise", app.desk.conn.execute("SELECT id FROM promise ORDER BY due").fetchone()[0])
        await keys(pilot, "x")
        await until(lambda: "our promise" not in screen_text(app), pilot)
        assert app.desk.conn.execute("SELECT state FROM promise ORDER BY due").fetchone() == ("kept",)
        await keys(pilot, "D")
        assert "they: open" not in screen_text(app)


async def test_a_visit_takes_a_range_of_days(tmp_path, ids):
    first, last = in_days(2), in_days(4)
    async with at_work(tmp_path) as pilot:
        app = pilot.app

        def days():
            return app.desk.conn.execute("SELECT name, start, finish FROM visit").fetchall()

        await keys(pilot, f"g c V 'install_{first}..{last}'")
        await see(pilot, " – ")
        await keys(pilot, "enter")
        await until(lambda: days() == [("install", first, last)], pilot)
        await keys(pilot, f"g h / 'visit' enter d '{in_days(1)}' enter")
        await until(lambda: days() == [("install", in_days(1), in_days(3))], pilot)
        await keys(pilot, f"d '{in_days(5)}_to_{in_days(6)}' enter")
        await until(lambda: days() == [("install", in_days(5), in_days(6))], pilot)
        await keys(pilot, f"d '{in_days(6)}..{in_days(5)}' enter")
        await see(pilot, "ends before it begins")


async def test_today_is_narrowed_by_the_language_of_all_lists(tmp_path, ids):
    elsewhere(tmp_path, "project", ids["Nesting line"], start=f"{in_days(30)}T08:00")
    elsewhere(tmp_path, "task", ids["Check power"], deadline=f"{in_days(-3)}T17:00")
    with opened(tmp_path) as store:
        store.transact(
            "Note", create, "promise", name="Drawings", due=in_days(2), client_id=ids["Northwind Steel"]
        )
    async with at_work(tmp_path, project="Nesting") as pilot:

        def names() -> list[str]:
            return [view(pilot.app).found[at].name for at in view(pilot.app).lines.window.rowids]

        await keys(pilot, "g h")
        await until(lambda: names() == ["Check power", "Drawings"], pilot)
        await keys(pilot, "/ '-task'")
        await see(pilot, "1 shown")
        await keys(pilot, "ctrl+u '#harlan_late' enter")
        assert names() == ["Check power"]
        await keys(pilot, "/ ctrl+u 'prom' tab")
        await until(lambda: names() == ["Drawings"], pilot)
        await keys(pilot, "ctrl+u 'due<someday'")
        await see(pilot, "“someday” is not a date")
        assert names() == ["Drawings"]  # what was shown stays
        await keys(pilot, "escape escape")
        await until(lambda: len(names()) == 2, pilot)


def shown(pilot):
    """What the list shows, by name."""
    app = view(pilot.app)
    return [row.name for row in app.rows(app.lines.window.rowids)]


@pytest.fixture
def asleep(tmp_path, ids):
    """A plan of years ago beside a promise and something late; its id."""
    elsewhere(tmp_path, "project", ids["Nesting line"], start=f"{in_days(30)}T08:00")
    elsewhere(tmp_path, "task", ids["Check power"], deadline=f"{in_days(-3)}T17:00")
    with opened(tmp_path) as store:
        return store.transact("Old plan", sleeping, "Rig", "Test", "Clear").result


async def test_a_plan_that_is_asleep_is_one_line_that_opens(tmp_path, asleep):
    async with at_work(tmp_path, (80, 24)) as pilot:
        await keys(pilot, "g h")
        await until(lambda: shown(pilot) == ["Check power", "Old plan"], pilot)
        await see(pilot, "asleep: 3 late since 2012")
        await keys(pilot, "j enter")
        await see(pilot, "Old plan ▸ Tasks /late")
        await keys(pilot, "x -")
        await see(pilot, "2 late since 2012")  # and no more asleep
        assert here(pilot).name == "Old plan"
        await keys(pilot, "u")
        await see(pilot, "asleep: 3 late since 2012")
        await keys(pilot, "x")
        await see(pilot, "enter shows what is late")
        assert shown(pilot) == ["Check power", "Old plan"]


async def test_a_plan_that_is_asleep_goes_on_hold_and_leaves_today(tmp_path, asleep):
    async with at_work(tmp_path, (80, 24)) as pilot:
        await keys(pilot, "g h G")
        await see(pilot, "s on hold")
        await keys(pilot, "s enter")
        await until(lambda: shown(pilot) == ["Check power"], pilot)
        assert value(pilot.app, "project", asleep, "hold_reason") == "asleep"
        await see(pilot, "On hold: “Old plan” · u undoes")
        await keys(pilot, "u")
        await until(lambda: shown(pilot) == ["Check power", "Old plan"], pilot)
        await keys(pilot, "G w 'Tomas' enter")
        await until(lambda: value(pilot.app, "project", asleep, "manager_id") is not None, pilot)
        await keys(pilot, "G s 'no_order' enter")
        await until(lambda: value(pilot.app, "project", asleep, "hold_reason") == "no order", pilot)


async def test_a_mark_stays_on_its_line_when_one_above_it_goes(tmp_path, asleep, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g h G space")
        await until(lambda: "1 marked" in screen_text(pilot.app), pilot)
        elsewhere(tmp_path, "task", ids["Check power"], actual_finish=f"{in_days(-1)}T17:00")
        await until(lambda: shown(pilot) == ["Old plan"], pilot)
        assert view(pilot.app).name_of(view(pilot.app).picked()) == "“Old plan”"


async def test_what_gets_another_day_leaves_the_cursor_at_the_next_line(tmp_path, asleep, ids):
    elsewhere(tmp_path, "task", ids["Lay cables"], deadline=f"{in_days(-2)}T17:00")
    elsewhere(tmp_path, "task", ids["Go live"], deadline=f"{in_days(-1)}T17:00")
    with opened(tmp_path) as store:
        values = {"name": "Drawings", "due": in_days(-4), "client_id": ids["Northwind Steel"]}
        store.transact("Note", create, "promise", **values)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g h d '+5d' enter")
        await until(lambda: shown(pilot)[3:] == ["Drawings", "Old plan"], pilot)
        assert here(pilot).name == "Check power"
        await keys(pilot, "j")
        elsewhere(tmp_path, "task", ids["Lay cables"], deadline=f"{in_days(6)}T17:00")  # by somebody else
        await until(lambda: shown(pilot)[2:] == ["Drawings", "Lay cables", "Old plan"], pilot)
        assert here(pilot).name == "Lay cables"


async def test_what_is_to_be_decided_is_decided_where_it_lives(tmp_path, ids):
    refuse(tmp_path, edit, "task", ids["Survey"], name="Survey hall 2")
    async with at_work(tmp_path, (80, 24)) as pilot:
        await keys(pilot, "g h")
        await see(pilot, "1 refused by the server")
        for key in ("x", "s", "d", "w", "X"):
            await keys(pilot, key)
            await see(pilot, "This is to be decided: enter goes there")
            pilot.app.shell.footer.hush()
        assert shown(pilot)[0] == "1 refused by the server"
        await keys(pilot, "enter")
        await until(lambda: view(pilot.app).name_in_registry == "sync", pilot)


async def test_who_keeps_a_promise_is_said_where_it_stands(tmp_path, ids):
    with opened(tmp_path) as store:
        values = {"name": "Drawings", "due": in_days(0), "client_id": ids["Harlan Fab"]}
        promise = store.transact("Note", create, "promise", **values).result.id
    async with at_work(tmp_path, (80, 24)) as pilot:
        for typed, who in (("g h w 'Tomas' enter", "Tomas Roth"), ("T w 'Ines' enter", "Ines Vogt")):
            await keys(pilot, typed)
            await until(lambda who=who: value(pilot.app, "promise", promise, "member_id") == ids[who], pilot)


async def test_what_is_captured_in_today_is_for_the_project_of_the_line(tmp_path, asleep, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g h G c 'call_Ada' enter")
        await see(pilot, "“call Ada” is in Old plan")
        await keys(pilot, "g g g t")
        assert pilot.app.shell.view.title_parts()[-2] == "Nesting line"
