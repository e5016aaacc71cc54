"""The first minutes: an empty profile, the ways to begin, the tour."""

import json

import pytest

from tests.stories.conftest import Laptop, Server
from tests.tui.office import at_work, count, furnish, here, keys, see, until, value, view
from tests.tui.plain import screen_lines, screen_text
from tui.cli import main
from tui.taking import PLANS, files
from tui.tour import STEPS, Tour
from tui.widgets.prompt import Prompt

PLAN = """<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project"><Name>Line 2</Name>
<StartDate>2026-11-30T08:00:00</StartDate><Tasks>
<Task><UID>1</UID><ID>1</ID><Name>Lay cables</Name><OutlineLevel>1</OutlineLevel><Duration>PT16H0M0S</Duration>
<Start>2026-11-30T08:00:00</Start><Finish>2026-12-01T17:00:00</Finish></Task></Tasks></Project>"""


@pytest.fixture(autouse=True)
def short_paths(tmp_path, monkeypatch):
    """A long one takes long to type."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.asyncio
async def test_an_empty_profile_shows_the_ways_to_begin(tmp_path):
    async with at_work(tmp_path, (80, 24)) as pilot:
        shown = screen_text(pilot.app)
        for words in (
            "standard plan",
            "Import a plan",
            "Look at the demo",
            "Connect to a server",
            "tour of nine keys",
        ):
            assert words in shown
        assert max(map(len, screen_lines(pilot.app))) <= 80


@pytest.mark.asyncio
async def test_a_profile_with_a_client_begins_at_the_portfolio(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path) as pilot:
        assert pilot.app.shell.view.name_in_registry == "portfolio"
        await keys(pilot, "g w")
        assert "Ways to begin" not in screen_lines(pilot.app)[0] and "Welcome" in screen_lines(pilot.app)[0]


@pytest.mark.asyncio
async def test_what_is_typed_takes_the_place_of_the_example_and_a_mistake_is_said_there(tmp_path):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "enter 'Line_2_@_Harlan_Fab' enter 'Laser_1,_Laser_1' enter")
        await see(pilot, "“Laser 1” is there twice")
        await keys(pilot, "backspace '2' enter")
        await see(pilot, "integrations in scope")
        await keys(pilot, "enter enter")
        await see(pilot, "Harlan Fab ▸ Line 2 ▸ Tasks")
        named = {name for (name,) in pilot.app.desk.conn.execute("SELECT name FROM task")}
        assert any("Laser 1" in n for n in named) and not any("Plasma 1" in n for n in named)


@pytest.mark.asyncio
async def test_a_client_is_completed_behind_the_at(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "o 'Line_9_@_Har' tab")
        assert pilot.app.screen.query_one(Prompt).field.value == "Line 9 @ Harlan Fab"


@pytest.mark.asyncio
async def test_a_project_from_the_standard_plan_by_four_enters(tmp_path):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "enter 'Line_2_@_Harlan_Fab' enter")
        await see(pilot, "Cutting machines in scope")
        await keys(pilot, "enter")
        await see(pilot, "integrations in scope")
        await keys(pilot, "ctrl+u enter")
        await see(pilot, "Operator shifts")
        await keys(pilot, "enter")
        await see(pilot, "Harlan Fab ▸ Line 2 ▸ Tasks")
        assert count(pilot.app, "task") > 80 and "Plasma 1" in "".join(
            name for (name,) in pilot.app.desk.conn.execute("SELECT name FROM task")
        )
        await keys(pilot, "u")
        await until(lambda: count(pilot.app, "project") == 0, pilot)


def test_the_command_makes_one_that_only_you_see(tmp_path, capsys):
    words = ["--home", str(tmp_path), "new", "Line 2", "--client", "Harlan", "--private", "machine=Plasma 1"]
    assert main([*words, "integration=", "shift=Day"]) == 0
    capsys.readouterr()
    assert main(["--home", str(tmp_path), "list", "client", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["space"].startswith("client:")


def test_the_command_makes_the_same(tmp_path, capsys):
    words = ["--home", str(tmp_path), "new", "Line 2", "--client", "Harlan", "machine=Plasma 1,Laser 2"]
    assert main(words) == 1 and "Give integration" in capsys.readouterr().err
    assert main([*words, "integration=", "shift=Day"]) == 0
    assert "Made “Line 2” with" in capsys.readouterr().out


@pytest.mark.asyncio
async def test_a_plan_is_shown_before_it_is_taken_in(tmp_path):
    file = tmp_path / "plan.xml"
    file.write_text(PLAN, "utf-8")
    async with at_work(tmp_path / "home") as pilot:
        await keys(pilot, "j j enter")
        await pilot.press(*"./pl", "tab", "enter")
        await see(pilot, "Import plan?")
        await see(pilot, "1 task")
        assert count(pilot.app, "project") == 0
        await keys(pilot, "enter")
        await see(pilot, "Lay cables")
        assert count(pilot.app, "project") == 1


@pytest.mark.asyncio
async def test_what_a_large_plan_would_move_is_computed_in_another_process(tmp_path, monkeypatch):
    monkeypatch.setattr("models.windows.tasks.LARGE", 1)
    monkeypatch.setattr("office.differing.moved", None)  # not to be called in here
    file = tmp_path / "plan.xml"
    file.write_text(PLAN.replace("<Start>2026-11-30", "<Start>2026-12-07"), "utf-8")
    async with at_work(tmp_path / "home") as pilot:
        await keys(pilot, ": 'import_a_plan' enter")
        await pilot.press(*file.name, "enter")
        await until(lambda: "start 2026-12-07 08:00 becomes 2026-11-30" in screen_text(pilot.app), pilot, 30)
        assert pilot.app.desk.planner._process.poll() is None


@pytest.mark.asyncio
async def test_a_plan_is_taken_into_a_project_that_only_you_see(tmp_path):
    file = tmp_path / "plan.xml"
    file.write_text(PLAN, "utf-8")
    async with at_work(tmp_path / "home") as pilot:
        await keys(pilot, ": 'private_plan' enter")
        await see(pilot, "Private plan to import")
        await pilot.press(*file.name, "enter")
        await see(pilot, "kept from others: only you see it until you share it")
        await keys(pilot, "enter")
        await see(pilot, "Lay cables")
        [[space]] = pilot.app.desk.conn.execute("SELECT DISTINCT space FROM task").fetchall()
        assert space.startswith("project:")


@pytest.mark.asyncio
async def test_esc_takes_nothing_in_and_a_file_that_is_not_there_is_asked_for_again(tmp_path):
    file = tmp_path / "plan.xml"
    file.write_text(PLAN, "utf-8")
    async with at_work(tmp_path / "home") as pilot:
        await keys(pilot, "j j enter 'nix.xml' enter")
        await see(pilot, "There is no file nix.xml")
        await pilot.press("ctrl+u", *file.name, "enter")
        await see(pilot, "Import plan?")
        await keys(pilot, "escape")
        assert count(pilot.app, "project") == 0 and pilot.app.shell.view.name_in_registry == "welcome"


@pytest.mark.asyncio
async def test_a_file_that_is_no_plan_is_said(tmp_path):
    (tmp_path / "plan.xml").write_text("<nothing/>", "utf-8")
    async with at_work(tmp_path / "home") as pilot:
        await keys(pilot, "j j enter")
        await pilot.press(*"plan.xml", "enter")
        await see(pilot, "Plan to import")
        await see(pilot, "no Microsoft Project plan")
        assert count(pilot.app, "project") == 0


def test_folders_and_plans_are_offered(tmp_path):
    (tmp_path / "plans").mkdir()
    for name in ("plan.xml", "plan.txt", ".plan.xml"):
        (tmp_path / name).touch()
    assert list(files(PLANS, f"{tmp_path}/pl").words) == ["plan.xml", "plans/"]
    assert files(PLANS, "/nowhere/at/all").words == []


@pytest.mark.asyncio
async def test_a_server_that_is_not_there_is_said_and_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{tmp_path / 'token'}")
    async with at_work(tmp_path / "home") as pilot:
        await keys(pilot, "j j j j j enter '127.0.0.1:1' enter 'K7QF-2MXD' enter")
        await see(pilot, "Server: 127.0.0.1:1")
        await see(pilot, "cannot be reached")
        await keys(pilot, "enter")
        await see(pilot, "Code of the invitation: K7QF-2MXD")


@pytest.mark.asyncio
async def test_a_code_brings_the_teams_projects_into_an_empty_profile(tmp_path, monkeypatch):
    server, ines = Server(tmp_path), Laptop("ines", tmp_path / "ines")
    try:
        ines("add", "project", "Cell 9")
        ines.login(server.url, server.invite("Ines"))
        ines("sync")
        code = ines.json("invite", "Tomas")["code"]
        monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{tmp_path / 'token'}")
        async with at_work(tmp_path / "home", (100, 30)) as pilot:
            await keys(pilot, "j j j j j enter")
            await pilot.press(*server.url, "enter", *"K7QF-2MXD", "enter")
            await see(pilot, "Check it letter by letter")
            await pilot.press("enter", *code, "enter")
            await until(lambda: pilot.app.shell.view.name_in_registry == "portfolio", pilot)
            await see(pilot, "Cell 9")
            await keys(pilot, "tab e '_B' enter")
            await until(lambda: value(pilot.app, "project", here(pilot).id, "name") == "Cell 9 B", pilot)
            await see(pilot, "● synced")
        ines("sync")
        assert ines.json("list", "project")[0]["name"] == "Cell 9 B"
    finally:
        server.kill()


@pytest.mark.asyncio
async def test_where_there_is_no_keyring_a_file_is_offered(tmp_path, monkeypatch):
    monkeypatch.delenv("MILEPOST_CREDENTIALS", raising=False)
    monkeypatch.setattr("sync.credentials.keyring_name", lambda: "")
    server = Server(tmp_path)
    file = tmp_path / "home" / "credentials.json"
    try:
        async with at_work(tmp_path / "home") as pilot:
            await keys(pilot, "j j j j j enter")
            await pilot.press(*server.url, "enter", *server.invite("Ines"), "enter")
            await see(pilot, "This machine has no keyring. enter: yes")
            assert not file.exists()
            await pilot.press("enter")
            await until(lambda: pilot.app.shell.view.name_in_registry == "portfolio", pilot)
            await see(pilot, "● synced")
    finally:
        server.kill()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.asyncio
async def test_the_demo_is_what_comes_next(tmp_path):
    async with at_work(tmp_path) as pilot:
        await pilot.press("j", "j", "j", "j", "enter")
        await pilot._wait_for_screen()
    assert pilot.app.wanted_demo


@pytest.mark.asyncio
async def test_the_tour_goes_on_by_doing_and_ends(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, ": 'tour' enter")
        await see(pilot, "1/9  o types a new line")
        await keys(pilot, "j k x")
        await see(pilot, "1/9")  # nothing but o
        await keys(pilot, "o 'Dig' enter enter escape e escape u space x / escape g p")
        await see(pilot, "8/9  : finds any action")
        await keys(pilot, ": escape ?")
        await see(pilot, f"That were the {len(STEPS)} keys")
        assert not pilot.app.shell.query(Tour)


@pytest.mark.asyncio
async def test_every_list_that_is_empty_says_what_to_press(tmp_path):
    async with at_work(tmp_path) as pilot:
        for name in ("portfolio", "tasks", "clients", "team", "today", "sync", "bin"):
            await pilot.app.shell.go(name)
            await pilot.pause()
            empty = view(pilot.app).lines.empty
            assert any(sign in empty for sign in (" makes ", "g p", "g h", "milepost login")), (name, empty)
            assert here(pilot) is None
