"""Lists out of the application and into it: Excel, copy, paste."""

from datetime import datetime

import pytest
from openpyxl import load_workbook
from textual.events import Paste

from tests.tui.office import TASKS, at_work, count, furnish, keys, see, settle, until, value, view
from tests.tui.plain import screen_text
from tui.widgets.rows import RowList

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path / "home")


@pytest.fixture
def documents(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "Documents").mkdir()
    return tmp_path / "Documents"


async def paste(pilot, text):
    pilot.app.post_message(Paste(text))
    await settle(pilot)


def names(pilot):
    lines = view(pilot.app).lines
    return [lines.window.row(at).name for at in range(len(lines.window))]


def sheet(path):
    return [[cell.value for cell in row] for row in load_workbook(path).worksheets[0].iter_rows()]


async def test_of_several_lines_pasted_into_a_question_none_is_lost(tmp_path, ids):
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await keys(pilot, "o 'Mail:_'")
        await paste(pilot, "ports are open\r\n\n  licence follows\n")
        assert pilot.app.focused.value == "Mail: ports are open licence follows"
        await keys(pilot, "home")
        await paste(pilot, "Ito \n")
        assert pilot.app.focused.value == "Ito Mail: ports are open licence follows"


# Excel


async def test_the_shown_rows_go_into_a_workbook_in_the_documents(tmp_path, ids, documents):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, "G")
        lines = view(pilot.app).lines
        for column, typed in (("duration", "4h"), ("deadline", "2026-12-24")):
            lines.edit_cell(column=column)
            await pilot.press("ctrl+u", "ctrl+k", *typed, "enter")
            await settle(pilot)
        await keys(pilot, "E")
        await see(pilot, "Wrote 6 rows to")
        [path] = documents.iterdir()
        assert path.name.startswith("Harlan Fab Nesting line Tasks 20")
        heads, *rows = sheet(path)
        found = [dict(zip(heads, row, strict=True)) for row in rows]
        assert [(row["Task"], row["Level"]) for row in found[:2]] == [("Survey", 1), ("Check power", 2)]
        live = found[-1]
        assert (live["Task"], live["Status"], live["Dur"]) == ("Go live", "todo", 0.5)
        assert live["Deadline"] == datetime(2026, 12, 24, 17)
        await keys(pilot, "E")
        await until(lambda: len(list(documents.iterdir())) == 2, pilot)


async def test_only_what_the_filter_leaves_is_written(tmp_path, ids, documents):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, "/ 'lay' enter E")
        await see(pilot, "Wrote")
        [path] = documents.iterdir()
        assert [row[0] for row in sheet(path)[1:]] == names(pilot) == ["Install", "Lay cables"]


@pytest.mark.parametrize("place", ["p", "c", "m", "d", "s"])
async def test_every_list_can_be_written(tmp_path, ids, documents, place):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, f"g {place}")
        await keys(pilot, "E")
        await see(pilot, "Wrote")
        [path] = documents.iterdir()
        assert len(sheet(path)) == len(view(pilot.app).lines.window) + 1


async def test_a_workbook_of_the_discreet_view_holds_nothing_of_another_client(tmp_path, ids, documents):
    async with at_work(tmp_path / "home", (140, 42)) as pilot:
        await keys(pilot, "g c")
        await keys(pilot, "D E")
        await see(pilot, "Wrote")
        [path] = documents.iterdir()
        text = str(sheet(path))
        assert "Harlan Fab" in text and "Northwind" not in text


@pytest.mark.parametrize(
    ("words", "suffix", "holds"),
    [("export_to_m", ".xml", "<Name>Lay cables</Name>"), ("export_tasks_as", ".csv", "Lay cables,")],
)
async def test_a_project_goes_into_the_files_of_the_command(tmp_path, ids, documents, words, suffix, holds):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, f": '{words}' enter")
        await until(lambda: f" records to {documents}" in pilot.app.shell.footer.message, pilot)
        [path] = documents.iterdir()
        assert path.name.startswith("Harlan Fab Nesting line 20") and path.suffix == suffix
        assert holds in path.read_text(encoding="utf-8")


async def test_in_the_portfolio_it_is_the_project_under_the_cursor(tmp_path, ids, documents):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, "g p / 'punch' enter : 'export_tasks_to' enter")
        await see(pilot, "Wrote 0 records to")
        [path] = documents.iterdir()
        assert path.name.startswith("Northwind Steel Punch cell 20") and sheet(path)
        await keys(pilot, "D : 'export_to_m' enter")
        await see(pilot, "Nothing is exported so in the client view")


async def test_a_folder_that_takes_no_file_is_said(tmp_path, ids, documents, monkeypatch):
    monkeypatch.setattr("tui.screens.saving.folder", lambda: documents / "gone")
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, "E")
        await see(pilot, "Choose another place.")


# Copy


async def test_the_marked_rows_are_copied_with_tabs(tmp_path, ids, monkeypatch):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        copied = []
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await keys(pilot, "y space space y")
        assert [text.count("\n") for text in copied] == [0, 1]
        assert [line.split("\t")[:2] for line in copied[1].split("\n")] == [
            ["Survey", "todo"],
            ["Check power", "todo"],
        ]


# Paste


async def test_pasted_names_are_shown_and_enter_makes_them_below_the_cursor(tmp_path, ids):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, "j")
        await paste(pilot, "Measure hall\r\n\r\n  Ask  IT\r\n")
        assert "Paste 2 tasks?" in screen_text(pilot.app) and "Measure hall, Ask IT" in screen_text(pilot.app)
        assert count(pilot.app, "task") == len(TASKS)
        await keys(pilot, "enter")
        assert names(pilot)[:5] == ["Survey", "Check power", "Measure hall", "Ask IT", "Check network"]
        await keys(pilot, "u")
        assert names(pilot) == TASKS


async def test_esc_leaves_all_as_it_was(tmp_path, ids):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await paste(pilot, "Measure hall\nAsk IT")
        await keys(pilot, "escape")
        assert names(pilot) == TASKS
        assert "Paste" not in screen_text(pilot.app)


async def test_a_table_with_headings_is_taken_in_by_its_columns(tmp_path, ids):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await paste(pilot, "Aufgabe\tDauer\tSpalte\nSurvey\t3 Tage\tx\nMeasure hall\t4 Std.\t\nAsk\tlang\t\n")
        await see(pilot, "Paste 3 rows?")
        shown = " ".join(screen_text(pilot.app).split())
        assert "2 new: Measure hall, Ask" in shown and "unreadable: row 4, Dauer" in shown
        await keys(pilot, "enter")
        assert names(pilot) == [*TASKS, "Measure hall", "Ask"]
        found = pilot.app.desk.conn.execute("SELECT duration_minutes FROM task WHERE name='Measure hall'")
        assert found.fetchone() == (240,)
        await keys(pilot, "u")
        assert names(pilot) == TASKS


async def test_what_is_pasted_while_typing_goes_where_one_types(tmp_path, ids):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await keys(pilot, "e ctrl+u ctrl+k")
        await paste(pilot, "Survey the hall")
        await keys(pilot, "enter")
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey the hall"
        assert count(pilot.app, "task") == len(TASKS)


async def test_too_much_and_nothing_are_said_or_ignored(tmp_path, ids):
    async with at_work(tmp_path / "home", (140, 42), "Nesting") as pilot:
        await paste(pilot, " \n\t\n")
        assert "Paste" not in screen_text(pilot.app)
        await paste(pilot, "x\n" * 1001)
        await see(pilot, "milepost import FILE --as tasks")
        await paste(pilot, "Dauer\tBeginn\n3\t4\n")
        await see(pilot, "Call it Task")


async def test_the_palette_does_not_jump_while_one_types(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, ":")
        high, shown = pilot.app.focused.parent.size.height, pilot.app.focused.parent.query_one(RowList)
        await keys(pilot, "'theme_d'")
        assert len(shown.window) < 9 and pilot.app.focused.parent.size.height == high
        await keys(pilot, "escape g slash")
        assert pilot.app.focused.parent.size.height < high, "what offers little is small"
