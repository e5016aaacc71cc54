"""settings.toml: read, said what is wrong, written; by file, by command and on its screen."""

from datetime import date

import pytest

from models import dayform
from models.errors import Invalid, StoreError
from tests.tui.office import at_work, furnish, here, keys, see, until, view
from tests.tui.plain import screen_lines, screen_text
from tui.cli import main
from tui.keymap import is_key, mapped
from tui.settings import FILE, Saved, load
from tui.widgets.rows import RowList


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    dayform.choose()


def written(home, text):
    home.mkdir(exist_ok=True)
    (home / FILE).write_text(text, "utf-8")
    return load(home)


def test_without_a_file_everything_is_as_it_comes(tmp_path):
    found = load(tmp_path)
    assert (found["theme"], found["date_format"], found["company"], found.wrong) == (
        "dark",
        "day-month",
        "",
        [],
    )


def test_a_line_that_is_no_toml_is_said_and_the_rest_holds(tmp_path):
    found = written(tmp_path, 'theme = "light"\ncompany = Acme\nname = "Ines"\n')
    assert (found["theme"], found["name"]) == ("light", "Ines")
    [line] = found.wrong
    assert line.startswith("settings.toml line 2: “company = Acme” is not TOML") and "Correct" in line


def test_what_is_wrong_is_said_with_its_line_and_the_remedy(tmp_path):
    text = '# mine\ntheme = "purple"\nthem = "dark"\nregion = 3\n[keys]\nundo = "ctrlz"\nredo = "ctrl+y"\n'
    found = written(tmp_path, text)
    assert [line.partition(":")[0] for line in found.wrong] == [
        "settings.toml line 2", "settings.toml line 3", "settings.toml line 4", "settings.toml line 6"
    ]  # fmt: skip
    assert "none of: dark, light" in found.wrong[0] and "Did you mean theme?" in found.wrong[1]
    assert found.keys == {"redo": "ctrl+y"} and found["theme"] == "dark"


def test_a_file_that_is_no_text_is_said(tmp_path):
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in load(tmp_path).wrong[0]


def test_writing_keeps_what_it_does_not_know_and_the_file_with_the_comments(tmp_path):
    found = written(tmp_path, '# mine\nnewer = "x"\n[gantt]\nzoom = 3\n')
    found.set("company", "Nest Ltd")
    text = (tmp_path / FILE).read_text("utf-8")
    assert 'newer = "x"' in text and "zoom = 3" in text and load(tmp_path)["company"] == "Nest Ltd"
    assert "# mine" in (tmp_path / "settings.toml.before").read_text("utf-8")


def test_a_broken_file_is_not_written_over(tmp_path):
    found = written(tmp_path, "company = Acme\n")
    with pytest.raises(StoreError, match="line 1"):
        found.set("name", "Ines")
    assert (tmp_path / FILE).read_text("utf-8") == "company = Acme\n"


def test_an_empty_value_is_the_default_again(tmp_path):
    found = load(tmp_path)
    found.set("theme", "light")
    found.set("theme", "")
    assert found["theme"] == load(tmp_path)["theme"] == "dark"


def test_a_country_and_its_region_are_checked(tmp_path):
    found = load(tmp_path)
    with pytest.raises(Invalid, match="Set the country first"):
        found.set("region", "BW")
    found.set("country", "Germany")
    found.set("region", "bw")
    assert found.holidays == load(tmp_path).holidays == "DE-BW"
    with pytest.raises(Invalid, match="Known: BB"):
        found.set("region", "TX")
    with pytest.raises(Invalid, match="Clear the region first"):
        found.set("country", "US")


def test_two_windows_write_beside_each_other(tmp_path):
    one, other = load(tmp_path), load(tmp_path)
    one.set("company", "Nest Ltd")
    other.set("name", "Ines")
    assert (load(tmp_path)["company"], load(tmp_path)["name"]) == ("Nest Ltd", "Ines")


def test_views_are_kept_renamed_in_place_and_forgotten(tmp_path):
    found = load(tmp_path)
    for name in ("Late", "Mine", "All of Harlan"):
        found.set_view("portfolio", name, Saved(filter=name.lower(), columns=("name", "late")))
    found.rename_view("portfolio", "Mine", "My own")
    found.set_view("portfolio", "Late", None)
    again = load(tmp_path)
    assert list(again.views["portfolio"]) == ["My own", "All of Harlan"]
    assert again.views["portfolio"]["My own"] == Saved("mine", columns=("name", "late"))
    with pytest.raises(Invalid, match="already"):
        again.rename_view("portfolio", "My own", "All of Harlan")


@pytest.mark.parametrize("key", ["x", "<", "ctrl+z", "f12", "alt+1", "space", "less_than_sign", "é"])
def test_what_is_a_key(key):
    assert is_key(key)


@pytest.mark.parametrize("key", ["ctrlz", "f99", "xy", "ctrl+", ""])
def test_what_is_none(key):
    assert not is_key(key)


def test_clashing_and_unsent_keys_are_said():
    _, wrong = mapped({"redo": "x", "undo": "ctrl+enter"})
    assert any("x: tasks.done and redo are on one key" in line for line in wrong)
    assert any("many terminals do not send ctrl+enter" in line for line in wrong)


def test_the_command_sets_says_and_refuses(tmp_path, capsys):
    home = ["--home", str(tmp_path), "settings"]
    assert main([*home, "date_format", "iso"]) == 0 and load(tmp_path)["date_format"] == "iso"
    assert main([*home, "keys.undo", "ctrl+z"]) == 0
    assert main([*home, "views.portfolio.Late.filter", "late"]) == 0
    capsys.readouterr()
    assert main([*home, "keys.undo"]) == 0 and capsys.readouterr().out == "ctrl+z\n"
    assert main([*home, "views.portfolio.Late"]) == 0 and capsys.readouterr().out == "filter=late\n"
    assert main([*home, "views.portfolio.Late", ""]) == 0 and not load(tmp_path).views["portfolio"]
    assert main([*home, "theme", "purple"]) == 1 and "none of: dark" in capsys.readouterr().err
    assert main([*home, "keys.nix", "x"]) == 1 and main([*home, "nix"]) == 1


def test_the_doctor_says_what_is_wrong_with_them(tmp_path, capsys):
    written(tmp_path, 'them = "dark"\n')
    main(["--home", str(tmp_path), "doctor"])
    assert "warn  Settings: settings.toml line 1: there is no setting 'them'" in capsys.readouterr().out


def test_the_command_prints_all_as_json(tmp_path, capsys):
    written(tmp_path, 'company = "Nest Ltd"\n')
    assert main(["--home", str(tmp_path), "settings", "--json"]) == 0
    assert '"company": "Nest Ltd"' in capsys.readouterr().out


def test_a_plan_that_goes_out_names_company_and_author(tmp_path):
    furnish(tmp_path / "home")
    written(tmp_path / "home", 'company = "Nest & Co"\nname = "Ines Vogt"\n')
    words = ["--home", str(tmp_path / "home"), "export", str(tmp_path / "plan.xml"), "project=Nesting"]
    assert main(words) == 0
    text = (tmp_path / "plan.xml").read_text("utf-8")
    assert "<Company>Nest &amp; Co</Company>" in text and "<Author>Ines Vogt</Author>" in text


def test_what_is_typed_on_the_command_line_follows_the_first_weekday(tmp_path):
    written(tmp_path, 'first_weekday = "sunday"\n')
    assert main(["--home", str(tmp_path), "settings", "first_weekday"]) == 0
    assert dayform.first_weekday() == 6


@pytest.mark.asyncio
async def test_the_program_starts_with_what_is_right_and_says_what_is_wrong(tmp_path):
    furnish(tmp_path)
    written(tmp_path, 'theme = "light"\ncompany = "Nest Ltd"\nname = Ines\n[keys]\nnix = "x"\n')
    async with at_work(tmp_path) as pilot:
        await see(pilot, "settings.toml line 3")
        assert "And 1 more: g , shows them" in screen_text(pilot.app)
        assert pilot.app.theme == "milepost-light" and screen_lines(pilot.app)[0].startswith(" Nest Ltd ▸")


@pytest.mark.asyncio
async def test_the_users_key_does_it(tmp_path):
    furnish(tmp_path)
    written(tmp_path, '[keys]\n"jump.clients" = "k"\n')
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g k")
        await until(lambda: pilot.app.shell.view.name_in_registry == "clients", pilot)


@pytest.mark.asyncio
async def test_a_setting_is_typed_on_the_screen_and_holds_at_once(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g , / 'date' enter enter ctrl+u 'dotted' enter")
        assert load(tmp_path)["date_format"] == "dotted"
        await keys(pilot, "g t")
        await see(pilot, f"30.11.{date(2026, 11, 30):%Y}")


@pytest.mark.asyncio
async def test_what_is_refused_is_typed_again_in_its_place(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g , / 'holidays’_country' enter enter 'Nowhere' enter")
        await see(pilot, "no country with known holidays")
        assert view(pilot.app).lines.editing
        await keys(pilot, "ctrl+u 'de' enter")
        assert load(tmp_path)["country"] == "DE"


@pytest.mark.asyncio
async def test_keys_are_changed_on_the_screen_and_taken_back_for_all_that_is_marked(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g , / 'undo' enter G k")
        assert here(pilot).id == "undo"
        await keys(pilot, "enter ctrl+u 'ctrl+z' enter")
        assert load(tmp_path).keys == {"undo": "ctrl+z"}
        await keys(pilot, "space X")
        assert load(tmp_path).keys == {}


@pytest.mark.asyncio
async def test_a_theme_is_chosen_in_the_palette_and_kept(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, ": 'theme_light' enter")
        await until(lambda: pilot.app.theme == "milepost-light", pilot)
        assert load(tmp_path)["theme"] == "light"


@pytest.mark.asyncio
async def test_no_list_keeps_a_line_drawn_before_the_dates_changed(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        pilot.app.keep_setting("date_format", "iso")
        await see(pilot, "2026-11-30")
        assert len(pilot.app.shell.query(RowList)) >= 1


@pytest.mark.asyncio
async def test_a_new_project_leaves_out_the_holidays_of_the_country(tmp_path):
    furnish(tmp_path)
    written(tmp_path, 'country = "DE"\nregion = "BW"\n')
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g p o 'Laser_cell' enter")
        await until(lambda: here(pilot).name == "Laser cell", pilot)
    assert main(["--home", str(tmp_path), "add", "project", "Punch line"]) == 0
    async with at_work(tmp_path) as pilot:
        sql = "SELECT p.name, c.holidays, count(*) FROM project p JOIN calendar c ON c.id=p.calendar_id GROUP BY c.id"
        assert pilot.app.desk.conn.execute(sql).fetchall()[0][1:] == ("DE-BW", 2)


def test_a_country_that_nobody_knows_is_said_when_a_project_needs_it(tmp_path, capsys):
    written(tmp_path, 'country = "Nowhere"\n')
    assert main(["--home", str(tmp_path), "add", "project", "Punch line"]) == 1
    assert "milepost settings country" in capsys.readouterr().err


def test_the_calendar_begins_with_the_first_weekday_and_writes_the_date_as_it_is_set():
    from tui.picker import with_day

    dayform.choose("dotted", "sunday")
    assert with_day("", 0, date(2026, 12, 4), date(2026, 11, 29)) == "04.12.2026"
    assert with_day("04.12.2026 08:00", 3, date(2026, 12, 5), date(2026, 11, 29)) == "05.12.2026 08:00"
