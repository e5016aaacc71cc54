"""Portfolio, clients, team, detail, bin, conflicts, capture, palette, undo: over a real store."""

import asyncio
import threading

import pytest
from textual.widgets import TextArea

from models import record
from models.conflict import Conflict
from tests.tui.office import (
    acknowledge,
    at_work,
    count,
    elsewhere,
    from_colleague,
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
from tui.palette import Palette

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def _add(session, made):
    session.add(made)
    return made


async def go_to_line(pilot, label):
    """The cursor of the detail on the line whose label ends so."""
    detail = view(pilot.app).detail
    await until(lambda: any(line.label.endswith(label) for line in detail.form.lines.values()), pilot)
    assert detail.go_to(next(line.row for line in detail.form.lines.values() if line.label.endswith(label)))
    pilot.app.screen.set_focus(detail)
    await pilot.pause()


async def test_an_empty_profile_says_what_to_press(tmp_path):
    async with at_work(tmp_path, (80, 24)) as pilot:
        await see(pilot, "New project from the standard plan")
        await keys(pilot, "g p")
        await see(pilot, "No projects yet. o makes one")
        await keys(pilot, "o 'Laser_hall_@_Harlan' enter")
        assert here(pilot).name == "Laser hall" and here(pilot).client == "Harlan"
        await keys(pilot, "enter o 'Call_Ines' enter enter")
        await see(pilot, "Call Ines")
        await keys(pilot, "g d")
        await see(pilot, "The recycle bin is empty")


async def test_a_profile_is_synced_by_one_thread_which_ends_with_the_application(tmp_path, ids):
    before = set(threading.enumerate())
    async with at_work(tmp_path):
        assert [thread.name for thread in threading.enumerate()].count("sync") == 1
    assert "sync" not in [thread.name for thread in threading.enumerate()]
    for thread in set(threading.enumerate()) - before:  # who watches the file ends at its next look
        if thread.ident and not thread.name.startswith("asyncio"):  # one that never began; the loop's own
            thread.join(20)
            assert not thread.is_alive(), thread.name


async def test_the_portfolio_is_edited_in_place(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "tab tab e 'tom' enter")
        await keys(pilot, "w 'Tomas' enter d '2027-06-01' enter")
        assert value(pilot.app, "project", ids["Nesting line"], "finish") == "2027-06-01T17:00"
        manager = value(pilot.app, "project", ids["Nesting line"], "manager_id")
        assert manager == ids["Tomas Roth"]
        await keys(pilot, "/ 'punch' enter")
        assert here(pilot).name == "Punch cell"


async def test_clients_sites_contacts(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c o 'Bo_Lind' enter o '@_Hall_3' enter o '+_Kessler' enter")
        assert (count(pilot.app, "contact"), count(pilot.app, "site"), count(pilot.app, "client")) == (
            2,
            2,
            3,
        )
        view(pilot.app).seek("contact", ids["Ada Price"])
        await keys(pilot, "p")
        await see(pilot, "Ada Price  +44 113 1 · copied")
        view(pilot.app).lines.edit_cell(column="email")
        await keys(pilot, "'nonsense' enter")
        await see(pilot, "Write name@example.com")
        await keys(pilot, "'@harlan.example' enter")
        assert value(pilot.app, "contact", ids["Ada Price"], "email") == "nonsense@harlan.example"


async def test_the_team_and_calendars(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g m o 'Zoe_Hart' enter")
        assert (here(pilot).name, here(pilot).initials) == ("Zoe Hart", "ZH")
        view(pilot.app).lines.edit_cell(column="phone")
        await keys(pilot, "'123' enter o '#_Two_shifts' enter")
        assert here(pilot).kind == "calendar" and count(pilot.app, "calendar") == 1


async def test_the_team_says_how_many_open_tasks_each_has(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Check power"], who="Tomas Roth")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g m")
        view(pilot.app).seek("member", ids["Tomas Roth"])
        await until(lambda: here(pilot).tasks > 0, pilot)


async def test_notes_are_typed_on_a_page(tmp_path, ids):
    acknowledge(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        detail = view(pilot.app).detail
        await keys(pilot, "enter")
        await go_to_line(pilot, " more")
        await keys(pilot, "enter")
        await go_to_line(pilot, "Notes")
        await keys(pilot, "enter 'Gate_4' enter 'ask_Ada'")
        assert isinstance(pilot.app.focused, TextArea)
        from_colleague(tmp_path, "task", ids["Survey"], 50, "t", name="Survey hall")
        await pilot.resize_terminal(60, 24)
        await pilot.resize_terminal(140, 42)
        await keys(pilot, "! escape")
        assert value(pilot.app, "task", ids["Survey"], "notes") == "Gate 4\nask Ada!"
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey hall"
        await go_to_line(pilot, "Notes")
        await keys(pilot, "e 'x' ctrl+g")
        assert value(pilot.app, "task", ids["Survey"], "notes") == "Gate 4\nask Ada!"
        assert pilot.app.focused is detail


async def test_fields_links_and_assignments_in_the_detail(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
        view(app).seek("task", ids["Go live"])
        await keys(pilot, "enter")
        await go_to_line(pilot, "+ after")
        await keys(pilot, "enter 'survey_SS_+1d' enter")
        assert tuple(app.desk.conn.execute("SELECT type, lag FROM dependency").fetchone()) == ("SS", 480)
        await go_to_line(pilot, "after")
        await keys(pilot, "enter")
        await go_to_line(pilot, "Lag")
        await keys(pilot, "e ctrl+u '50%' enter")
        await go_to_line(pilot, "Type")
        await keys(pilot, "e")
        await see(pilot, "one of: ")
        await keys(pilot, "ctrl+u 'ff' enter escape")
        found = app.desk.conn.execute("SELECT type, lag, lag_unit FROM dependency").fetchone()
        assert tuple(found) == ("FF", 50, "percent")
        await go_to_line(pilot, "+ assigned")
        await keys(pilot, "enter 'Ines' enter")
        assert count(app, "assignment") == 1
        await go_to_line(pilot, "after")
        await keys(pilot, "X")
        assert count(app, "dependency") == 0 and count(app, "task") == 6


async def test_undo_and_redo_say_what_they_did(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "x u")
        await see(pilot, "Undid: Finish “Survey”")
        await keys(pilot, "U")
        await see(pilot, "Did again: Finish “Survey”")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "u u")
        await see(pilot, "Undid: Furnish")


async def test_undo_leaves_what_a_colleague_changed(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "e '!' enter")
        acknowledge(tmp_path)
        from_colleague(tmp_path, "task", ids["Survey"], 900, ids["Tomas Roth"], name="Survey both halls")
        await see(pilot, "Survey both halls")
        await keys(pilot, "u")
        await see(pilot, "was changed by Tomas Roth")
        assert here(pilot).name == "Survey both halls"


async def test_the_bin_gives_back(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "X g d")
        assert here(pilot).name == "Survey"
        await keys(pilot, "r g t")
        await see(pilot, "Check power")


async def test_capture_from_anywhere(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "enter c 'Order_gas_#pun'")
        await see(pilot, "→ Northwind Steel ▸ Punch cell")
        await keys(pilot, "enter")
        await see(pilot, "“Order gas” is in Northwind Steel ▸ Punch cell")
        await keys(pilot, "c 'Ask_#zzz' enter")
        await see(pilot, "No project or client begins with “zzz”")
        await keys(pilot, "ctrl+u 'call_Ada_by_2026-12-04_every_week_#pun_@tr'")
        await see(pilot, "→ Northwind Steel ▸ Punch cell · deadline Fri 04 Dec · every week · Tomas Roth")
        await keys(pilot, "ctrl+u 'Ask_12/4_#pun' enter")
        await see(pilot, "may be 12 April or 4 December")
        await keys(pilot, "ctrl+u 'Ask_#nor' tab")
        await see(pilot, "Ask #northwind-steel")
        await keys(pilot, "escape g c c 'Call_back' enter")
        assert count(pilot.app, "task") == 8


async def test_the_pane_says_what_a_length_would_move_and_nothing_of_a_name(tmp_path, ids):
    async with at_work(tmp_path, (160, 42), project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Lay cables"])
        await see(pilot, "Below           Install")
        await go_to_line(pilot, "Task")
        await keys(pilot, "e 'x'")
        await until(lambda: getattr(pilot.app.screen.focused, "value", "") == "Lay cablesx", pilot)
        assert "none is called so" not in screen_text(pilot.app)
        await keys(pilot, "escape")
        await go_to_line(pilot, "more")
        await keys(pilot, "enter")
        await go_to_line(pilot, "Duration")
        await keys(pilot, "e ctrl+u '3d'")
        await see(pilot, "the plan ends")


async def test_the_palette_shows_what_fits_after_nothing_did(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g /")
        await see(pilot, "Type a few letters; esc closes")
        await keys(pilot, "'Nort'")
        await see(pilot, "Northwind Steel")
        await keys(pilot, "escape :")
        await see(pilot, "Type a new project")


async def test_the_palette_finds_actions_views_and_records(tmp_path, ids):
    async with at_work(tmp_path, (80, 24), "Nesting") as pilot:
        app = pilot.app
        app._keep_up()
        await until(lambda: app.desk.conn.execute("SELECT count(*) FROM search").fetchone()[0] > 8, pilot)
        await keys(pilot, ": 'ada'")
        await see(pilot, "Ada Price")
        await keys(pilot, "enter")
        await see(pilot, "Clients and contacts")
        assert here(pilot).name == "Ada Price"
        await keys(pilot, "ctrl+p 'recycle' enter")
        await see(pilot, "Recycle bin")
        for words in ("project_new", "plan_new"):  # in whichever order
            await keys(pilot, f": '{words}'")
            entries = app.shell.query_one(Palette)._found.entries
            assert "new from the plan" in [entry.label for entry in entries[:2]], words
            await keys(pilot, "escape")
        await keys(pilot, ":")
        await keys(pilot, "ctrl+u 'project_zzzz'")
        assert not app.shell.query_one(Palette)._found.entries
        await keys(pilot, "escape")
        await keys(pilot, ":")
        labels = [entry.label for entry in app.shell.query_one(Palette)._found.entries]
        assert "undo" in labels and "sync" in labels and "gate 1" not in labels


@pytest.mark.parametrize("typing", ["e '_hall'", "d '2027'", "ctrl+p 'sur'"])
async def test_another_terminal_eats_nothing_and_moves_nothing(tmp_path, ids, typing):
    async with at_work(tmp_path, (140, 42), "Nesting") as pilot:
        app = pilot.app
        view(app).seek("task", ids["Install"])
        await keys(pilot, typing)
        focus, text, row = app.focused, app.focused.value, here(pilot).id
        await asyncio.to_thread(elsewhere, tmp_path, "task", ids["Check power"], name="Check power twice")
        await see(pilot, "Check power twice") if "ctrl+p" not in typing else await settle(pilot)
        with opened(tmp_path) as store:
            store.transact(
                "New", record.create, "task", name="First", project_id=ids["Nesting line"], rank="Zz"
            )
        await until(lambda: len(view(app).lines.window) == 7, pilot)
        assert (app.focused, app.focused.value, here(pilot).id) == (focus, text, row)


async def test_conflicts_are_explained_and_decided_by_one_key(tmp_path, ids):
    values = {
        "kind": "task",
        "rec": ids["Survey"],
        "field": "name",
        "winner": '{"name": "Survey both"}',
        "winner_author": ids["Tomas Roth"],
        "winner_at": "2026-11-20T09:00:00.000Z",
        "loser": '{"name": "Survey hall 2"}',
        "loser_author": ids["Ines Vogt"],
        "loser_at": "2026-11-20T08:00:00.000Z",
    }
    for n, key in enumerate("mtb"):
        with opened(tmp_path) as store, store.write() as conn:
            conn.execute("INSERT OR REPLACE INTO meta VALUES('member', ?)", (ids["Ines Vogt"],))
        with opened(tmp_path) as store:
            made = store.transact("Conflict", _add, Conflict(**values)).result
        async with at_work(tmp_path) as pilot:
            await keys(pilot, "g x")
            await see(pilot, "e other")
            shown = screen_text(pilot.app)
            assert (
                "Survey both" in shown
                and "Tomas Roth, 20 Nov" in shown
                and "Ines Vogt (you), 20 Nov" in shown
            )
            await keys(pilot, key)
            await until(lambda: not len(view(pilot.app).lines.window), pilot)
            wanted = ["Survey hall 2", "Survey both", "Survey both / Survey hall 2"][n]
            assert value(pilot.app, "task", ids["Survey"], "name") == wanted
            assert made.id not in [
                row.id for row in view(pilot.app).rows(view(pilot.app).lines.window.rowids)
            ]
        values["winner_at"] = f"2026-11-20T10:0{n}:00.000Z"


async def test_the_discreet_view_hides_the_others(tmp_path, ids):
    secret = {"notes": "pays late", "blocked_reason": "angry boss"}
    elsewhere(tmp_path, "task", ids["Install"], **secret)
    elsewhere(tmp_path, "task", ids["Go live"], visibility="private")
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
        app._keep_up()
        await until(lambda: app.desk.conn.execute("SELECT count(*) FROM search").fetchone()[0] > 8, pilot)
        view(app).seek("task", ids["Install"])
        await keys(pilot, "D")
        for step in ("j k enter escape", "g p", "g c", "g s", "g d", "g m", "ctrl+p 'punch'", "escape : 'north'",
                     "escape c 'x_#nor'", "escape g t"):  # fmt: skip
            await keys(pilot, step)
            shown = screen_text(app).replace("'north", "")
            for word in ("Punch", "Northwind", "pays late", "angry boss", "Go live"):
                assert word not in shown.replace("punch", ""), (step, word)
        await keys(pilot, "D")
        await see(pilot, "Go live")


async def test_the_log_of_sync_says_that_it_is_empty(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g s L")
        await see(pilot, "Nothing was synced here yet")
