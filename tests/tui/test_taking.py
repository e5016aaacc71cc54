"""Contacts and tasks from a file, by keyboard: read, shown, taken in."""

import pytest

from tests.tui.office import at_work, count, furnish, here, keys, see, settle, until, view
from tests.tui.plain import screen_text
from tui.cli import main

pytestmark = pytest.mark.asyncio

CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Odile Roux\nORG:Harlan Fab\nEMAIL:odile@harlan.example\nEND:VCARD\n"
PEOPLE = "Wer;Firma;Rolle;Lieblingsfarbe\nOdile Roux;Harlan Fab;IT;rot\n;;;\nAda Price;Harlan Fab;planner;\n"
WORK = "Task,Duration,Start\nDig,2d,2026-12-14\nGo live,3 days,12/04/2026\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a long path takes long to type
    furnish(tmp_path / "home")
    return tmp_path / "home"


async def asked(pilot, action, file, text):
    """The file, written and chosen."""
    file.write_text(text, "utf-8")
    await keys(pilot, f": '{action}' enter")
    await pilot.press(*file.name, "enter")
    await settle(pilot)  # the next question takes keys when what was read is there


async def test_cards_are_shown_and_then_taken_in(home, tmp_path):
    async with at_work(home) as pilot:
        await asked(pilot, "import_contacts", tmp_path / "odile.vcf", CARD)
        await see(pilot, "Import odile.vcf?")
        await see(pilot, "new: 1 contact")
        assert count(pilot.app, "contact") == 1
        await keys(pilot, "enter")
        await until(lambda: count(pilot.app, "contact") == 2, pilot)
        await until(lambda: view(pilot.app).name_in_registry == "clients" and here(pilot).name, pilot)
        await until(lambda: here(pilot).name == "Odile Roux", pilot)
        await keys(pilot, "u")
        await until(lambda: count(pilot.app, "contact") == 1, pilot)


async def test_columns_that_mean_nothing_are_asked_about_and_remembered(home, tmp_path):
    async with at_work(home) as pilot:
        await asked(pilot, "import_contacts", tmp_path / "people.csv", PEOPLE)
        await see(pilot, "not known: Wer, Lieblingsfarbe")
        await keys(pilot, "enter")
        await see(pilot, "No column is the name of the contact")
        await keys(pilot, "'We' tab 'nam' tab enter")
        await see(pilot, "Role: programming lead → planner")
        await keys(pilot, "enter")
        await until(lambda: count(pilot.app, "contact") == 2, pilot)
        await asked(pilot, "import_contacts", tmp_path / "people.csv", PEOPLE)
        await see(pilot, "Wer=name")
        await keys(pilot, "enter")
        await see(pilot, "people.csv changes nothing")
        await keys(pilot, "enter")
        assert count(pilot.app, "contact") == 2


async def test_tasks_come_into_the_project_in_front_and_what_cannot_be_read_is_said(home, tmp_path):
    async with at_work(home, (80, 24), "Nesting") as pilot:
        await asked(pilot, "import_tasks", tmp_path / "work.csv", WORK)
        await see(pilot, "unreadable: row 3")
        await see(pilot, "2026-04-12")  # the end of the line, which is longer than the screen
        assert "new: 1 task" in screen_text(pilot.app) and "changed: 1 task" in screen_text(pilot.app)
        await keys(pilot, "enter")
        await until(lambda: here(pilot).name == "Dig", pilot)
        assert here(pilot).duration == 960


async def test_tasks_come_into_the_project_that_was_asked_for_wherever_one_goes_meanwhile(home, tmp_path):
    async with at_work(home, project="Nesting") as pilot:
        (tmp_path / "work.csv").write_text("Task\nDig\n", "utf-8")
        await keys(pilot, ": 'import_tasks' enter")
        pilot.app.project = record_id(pilot, "Punch cell")  # as another list would
        await keys(pilot, "'work.csv' enter")
        await see(pilot, "Import work.csv into Nesting line?")
        await keys(pilot, "enter")
        await until(lambda: count(pilot.app, "task") == 7, pilot)
        assert place_of(pilot, "Dig") == "Nesting line"


async def test_what_a_command_said_of_the_columns_counts_here_and_is_forgotten_when_it_is_cleared(
    home, tmp_path
):
    file = tmp_path / "people.csv"
    file.write_text("Name;Title;Colour\nOdile Roux;IT;red\n", "utf-8")
    words = ["import", str(file), "--as", "contacts", "--yes", "--map", "Colour=role"]
    assert main(["--home", str(home), *words]) == 0
    async with at_work(home) as pilot:
        await asked(pilot, "import_contacts", file, file.read_text("utf-8"))
        await see(pilot, "Columns: Colour=role")
        await keys(pilot, "enter")
        await see(pilot, "people.csv changes nothing")
        await keys(pilot, "escape")
        await asked(pilot, "import_contacts", file, file.read_text("utf-8"))
        await see(pilot, "Columns: Colour=role")
        await keys(pilot, "ctrl+u enter")
        await see(pilot, "Role: red → IT")
        await keys(pilot, "escape")
        await asked(pilot, "import_contacts", file, file.read_text("utf-8"))
        await see(pilot, "not known: Colour")
        assert "Colour=role" not in screen_text(pilot.app)


async def test_headings_that_are_all_known_mean_what_was_said_last_time(home, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("Name;Title;Notes\nOdile Roux;IT;planner\n", "utf-8")
    words = ["import", str(file), "--as", "contacts", "--yes", "--map", "Notes=role"]
    assert main(["--home", str(home), *words]) == 0
    async with at_work(home) as pilot:
        await asked(pilot, "import_contacts", file, file.read_text("utf-8"))
        await see(pilot, "people.csv changes nothing")


def record_id(pilot, name):
    [[id]] = pilot.app.desk.conn.execute("SELECT id FROM project WHERE name=?", (name,)).fetchall()
    return id


def place_of(pilot, task):
    sql = "SELECT p.name FROM task t JOIN project p ON p.id=t.project_id WHERE t.name=?"
    [[name]] = pilot.app.desk.conn.execute(sql, (task,)).fetchall()
    return name


async def test_a_wrong_file_and_the_client_who_looks_on(home, tmp_path):
    async with at_work(home) as pilot:
        await asked(pilot, "import_contacts", tmp_path / "plan.xml", "<Project/>")
        await see(pilot, "plan.xml ends otherwise")
        await keys(pilot, "escape D : 'import_contacts' enter")
        await see(pilot, "Nothing is imported in the client view")


async def test_esc_takes_nothing_in(home, tmp_path):
    async with at_work(home) as pilot:
        await asked(pilot, "import_contacts", tmp_path / "odile.vcf", CARD)
        await see(pilot, "Import odile.vcf?")
        await keys(pilot, "escape")
        assert count(pilot.app, "contact") == 1


async def test_tasks_want_a_project(tmp_path):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, ": 'import_tasks' enter")
        await see(pilot, "Open a project first")
