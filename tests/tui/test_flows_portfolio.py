"""The portfolio and the saved views of lists, by keys."""

from datetime import date, timedelta

import pytest

from models import baseline, dates, record
from models.windows.tasks import task_dates
from tests.tui.office import at_work, elsewhere, furnish, here, keys, opened, see, until, view
from tests.tui.plain import screen_lines, screen_text
from tui.screens.portfolio import PortfolioView
from tui.settings import FILE, Saved, load

NEXT = date.today() + timedelta(days=30)


@pytest.fixture
def home(tmp_path):
    """Harlan's line is late; Northwind has two projects, of which one is on hold."""
    ids = furnish(tmp_path)
    with opened(tmp_path) as store:
        north = ids["Northwind Steel"]
        store.transact("Hold", record.edit, "project", ids["Punch cell"], hold_reason="no order yet")
        store.transact(
            "New", record.create, "project", name="Laser cell", client_id=north, manager_id=ids["Tomas Roth"]
        )
        store.transact("Due", record.edit, "task", ids["Survey"], deadline="2020-01-03T17:00")
    return tmp_path


def names(pilot):
    return [row.name for row in view(pilot.app).rows(view(pilot.app).lines.window.rowids)]


async def choose(pilot, key, text):
    await keys(pilot, f"{key} '{text}' enter")


@pytest.mark.asyncio
async def test_it_is_sorted_by_any_column_and_turned_round(home):
    async with at_work(home) as pilot:
        assert names(pilot) == ["Nesting line", "Laser cell", "Punch cell"]
        await choose(pilot, "S", "by_project")
        assert names(pilot) == ["Laser cell", "Nesting line", "Punch cell"]
        await choose(pilot, "S", "by_project")
        assert names(pilot) == ["Punch cell", "Nesting line", "Laser cell"]
        await choose(pilot, "S", "by_manager")
        assert names(pilot) == ["Nesting line", "Laser cell", "Punch cell"]  # without one: last
        assert "Portfolio by manager" in screen_lines(pilot.app)[0]


@pytest.mark.asyncio
async def test_it_is_put_under_headings_that_fold(home):
    async with at_work(home) as pilot:
        await choose(pilot, ":", "group")
        await keys(pilot, "'client' enter")
        assert names(pilot) == ["Harlan Fab", "Nesting line", "Northwind Steel", "Laser cell", "Punch cell"]
        assert "2 projects" in screen_text(pilot.app)
        await keys(pilot, "G h h")
        assert names(pilot) == ["Harlan Fab", "Nesting line", "Northwind Steel"]
        await keys(pilot, "X")  # a heading is nothing to delete
        await keys(pilot, "enter")
        assert names(pilot)[-1] == "Punch cell"


@pytest.mark.asyncio
async def test_r_puts_the_worst_first(home):
    async with at_work(home) as pilot:
        await keys(pilot, "r")
        assert names(pilot) == ["late", "Nesting line", "on hold", "Punch cell", "on time", "Laser cell"]
        await keys(pilot, "r")
        assert names(pilot) == ["Nesting line", "Laser cell", "Punch cell"]


@pytest.mark.asyncio
async def test_the_totals_are_of_what_is_shown(home):
    async with at_work(home) as pilot:
        await see(pilot, "3 projects · 1 late · 1 on hold · 1 on time · 0 of 4 tasks done")
        await keys(pilot, "/ '#north' enter")
        await see(pilot, "2 projects · 1 on hold")


@pytest.mark.asyncio
async def test_what_is_read_long_of_a_large_project_is_told_a_moment_later(home, monkeypatch):
    monkeypatch.setattr("models.windows.portfolio.LARGE", 3)
    kept = []
    monkeypatch.setattr(PortfolioView, "read_behind", lambda view: kept.append(view))
    async with at_work(home) as pilot:
        await see(pilot, "Nesting line")
        assert "of 4 tasks" not in screen_text(pilot.app)
        monkeypatch.undo()
        kept[0].read_behind()
        await see(pilot, "0 of 4 tasks done")


@pytest.mark.asyncio
async def test_what_of_the_totals_has_no_room_is_left_out_and_nothing_is_cut(home):
    async with at_work(home, (48, 24)) as pilot:
        await see(pilot, "3 projects · 1 late · 0 of 4 tasks done")
        await pilot.resize_terminal(60, 24)
        await see(pilot, "3 projects · 1 late · 1 on hold · 0 of 4 tasks done")
        assert "on time" not in screen_text(pilot.app)


@pytest.mark.asyncio
async def test_late_left_slip_last_talk_and_last_edit_are_there_where_there_is_room(home):
    with opened(home) as store:
        ids = {
            name: id
            for id, name in store.read().execute(
                "SELECT id, name FROM project UNION SELECT id, name FROM task"
            )
        }
        store.transact("Milestone", record.edit, "task", ids["Go live"], milestone=1)
        dates.refresh_all(store)
        store.transact(
            "Base", baseline.take_baseline, ids["Nesting line"], task_dates(store.read(), ids["Nesting line"])
        )
        store.transact("Longer", record.edit, "task", ids["Go live"], duration_minutes=11 * 480)
    async with at_work(home, (220, 50)) as pilot:
        await keys(pilot, "z")
        await see(pilot, "+10d")
        row = next(line for line in screen_lines(pilot.app) if "Nesting line" in line)
        assert "▃" in row and row.rstrip().endswith("you")


@pytest.mark.asyncio
async def test_an_edit_from_elsewhere_comes_in(home):
    async with at_work(home) as pilot:
        row = next(row for row in view(pilot.app).known.values() if row.name == "Laser cell")
        elsewhere(home, "project", row.id, name="Laser cell 2")
        await see(pilot, "Laser cell 2")


@pytest.mark.asyncio
async def test_the_discreet_view_has_neither_other_clients_nor_their_sums(home):
    async with at_work(home) as pilot:
        await keys(pilot, "r D")
        assert names(pilot) == ["late", "Nesting line"]
        assert "Laser" not in screen_text(pilot.app) and "3 projects" not in screen_text(pilot.app)


@pytest.mark.asyncio
async def test_under_headings_it_goes_into_excel_and_is_copied(home, monkeypatch, tmp_path_factory):
    from openpyxl import load_workbook

    folder = tmp_path_factory.mktemp("documents")
    monkeypatch.setattr("tui.screens.saving.folder", lambda: folder)
    async with at_work(home) as pilot:
        await keys(pilot, "r * y")
        assert "Laser cell" in pilot.app.clipboard and len(pilot.app.clipboard.splitlines()) == 6
        await keys(pilot, "E")
        await until(lambda: list(folder.rglob("*.xlsx")), pilot)
        [file] = folder.rglob("*.xlsx")
        names = [row[1].value for row in load_workbook(file).active.iter_rows()]
        assert names[0] == "Project" and "Laser cell" in names


@pytest.mark.asyncio
async def test_columns_are_chosen(home):
    async with at_work(home) as pilot:
        await choose(pilot, ":", "columns")
        await keys(pilot, "'name_contact_nix' enter")
        await see(pilot, "“nix” is no column")
        await keys(pilot, "backspace backspace backspace enter")
        assert screen_lines(pilot.app)[1].split("│")[0].split() == ["Project", "Last", "talk"]


# Saved views


@pytest.mark.asyncio
async def test_a_view_is_kept_shown_by_its_key_renamed_and_forgotten(home):
    async with at_work(home) as pilot:
        await keys(pilot, "/ '#north' enter r ctrl+t 'North' enter")
        assert load(home).views["portfolio"] == {"North": Saved("#north", group="health")}
        assert (
            screen_lines(pilot.app)[1].split()[:4] == ["0", "All", "1[North]"]
            or "[North]" in screen_lines(pilot.app)[1]
        )
        await keys(pilot, "g 0")
        assert names(pilot) == ["Nesting line", "Laser cell", "Punch cell"]
        await keys(pilot, "alt+1")
        assert names(pilot) == ["on hold", "Punch cell", "on time", "Laser cell"]
        await keys(pilot, "f2 ctrl+u 'Steel' enter")
        assert list(load(home).views["portfolio"]) == ["Steel"]
        await choose(pilot, ":", "forget_view")
        assert not load(home).views["portfolio"] and "[Steel]" not in screen_text(pilot.app)


@pytest.mark.asyncio
async def test_a_view_that_was_changed_has_a_star_until_it_is_kept_again(home):
    async with at_work(home) as pilot:
        await keys(pilot, "r ctrl+t 'Worst' enter")
        await choose(pilot, "S", "by_project")
        await see(pilot, "[Worst*]")
        await keys(pilot, "ctrl+t enter")
        await see(pilot, "[Worst]")
        assert load(home).views["portfolio"]["Worst"].sort == "name"


@pytest.mark.asyncio
async def test_views_are_there_after_a_restart_and_in_the_palette(home):
    (home / FILE).write_text('[views.tasks.Late]\nfilter = "late"\n[views.tasks.Cables]\nfilter = "cables"\n')
    async with at_work(home, project="Nesting") as pilot:
        await see(pilot, "Late")
        await keys(pilot, "g 2")
        assert here(pilot).name in ("Install", "Lay cables") and len(names(pilot)) == 2
        await choose(pilot, ":", "view_late")
        await until(lambda: "[Late]" in screen_text(pilot.app), pilot)


@pytest.mark.asyncio
async def test_a_view_of_what_is_not_here_any_more_says_so(home):
    (home / FILE).write_text('[views.portfolio.Old]\nfilter = "#nobody"\nsort = "gone"\ncolumns = ["gone"]\n')
    async with at_work(home) as pilot:
        await keys(pilot, "g 1")
        await see(pilot, "View “Old”:")
        await keys(pilot, "g 7")
        await see(pilot, "no view 7")


@pytest.mark.asyncio
async def test_a_digit_shows_the_projects_whose_last_gate_it_is(home):
    with opened(home) as store:
        of = dict(store.read().execute("SELECT name, id FROM project").fetchall())
        for project, name, notes, done in (
            ("Nesting line", "Order accepted", "Ines\nGate G0 needs:\n- a signed order", "2026-01-05T17:00"),
            ("Nesting line", "G4 Plasma accepted", None, "2026-01-06T17:00"),
            ("Nesting line", "G4 Laser accepted", None, None),
            ("Laser cell", "G2: site ready", None, "2026-01-05T17:00"),
            ("Punch cell", "G21 is a machine", None, "2026-01-05T17:00"),
        ):
            values = {"project_id": of[project], "milestone": 1, "notes": notes, "actual_finish": done}
            store.transact("Gate", record.create, "task", name=name, **values)
    async with at_work(home) as pilot:
        await keys(pilot, "0")
        assert names(pilot) == ["Nesting line"]
        await keys(pilot, "2")
        assert names(pilot) == ["Laser cell"] and view(pilot.app).text == "gate:2"
        await keys(pilot, "4")
        assert names(pilot) == []
        await keys(pilot, "4")
        assert len(names(pilot)) == 3


@pytest.mark.asyncio
async def test_the_key_of_risk_and_of_the_next_milestone(home):
    with opened(home) as store:
        [live] = store.read().execute("SELECT id FROM task WHERE name='Go live'").fetchone()
        store.transact("Milestone", record.edit, "task", live, milestone=1)
    async with at_work(home) as pilot:
        await keys(pilot, "!")
        assert names(pilot) == ["Nesting line", "Punch cell"]
        await keys(pilot, "! m")
        assert view(pilot.app).name_in_registry == "tasks" and here(pilot).name == "Go live"


@pytest.mark.asyncio
async def test_of_many_problems_three_are_told_and_enter_tells_all(home):
    with opened(home) as store:
        for (task,) in store.read().execute("SELECT id FROM task").fetchall():
            store.transact("Due", record.edit, "task", task, deadline="2020-01-03T17:00")
    async with at_work(home, (140, 80)) as pilot:
        await see(pilot, "+ 3 more")
        assert screen_text(pilot.app).count("! Problem") == 3
        await keys(pilot, "l home j j j j j enter")  # + 22 more: of all there is
        await until(lambda: screen_text(pilot.app).count("! Problem") == 6, pilot)
        await keys(pilot, "h enter")
        await until(lambda: view(pilot.app).name_in_registry == "tasks", pilot)
