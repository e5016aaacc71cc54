"""What is half typed when the application ends otherwise than by being quit is offered at the next start."""

import pytest
from textual.events import Key

from tests.tui.office import at_work, count, elsewhere, furnish, keys, see, until, value
from tests.tui.plain import screen_text
from tui.unsaved import Keeper, Of, Unsaved
from tui.widgets.prompt import Prompt

WHY = "was not saved when Milepost ended"

pytestmark = pytest.mark.asyncio


async def begin(home, typed, text):
    """Types, and ends without quitting; the keeper has it."""
    async with at_work(home, project="Nesting") as pilot:
        await keys(pilot, typed)
        await until(lambda: any(text in one.read_text() for one in (home / "typing").glob("*.json")), pilot)


def typing(home):
    return list((home / "typing").glob("*.json"))


def first_in(app, phase):
    """The name of the first task of the phase."""
    sql = "SELECT name FROM task WHERE parent_id=? ORDER BY rank"
    return app.desk.conn.execute(sql, (phase,)).fetchone()[0]


async def test_in_a_cell_enter_saves_it(tmp_path):
    ids = furnish(tmp_path)
    await begin(tmp_path, "e '_the_hall'", "Survey the hall")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        assert "Name of “Survey”" in screen_text(pilot.app)
        await keys(pilot, "enter")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "name") == "Survey the hall", pilot)
        await until(lambda: not typing(tmp_path), pilot)


async def test_a_key_that_is_handled_after_the_look_is_kept_at_the_next_one(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "e '_the_hal'")
        await until(lambda: pilot.app._look is None, pilot)
        pilot.app._look = pilot.app.set_timer(60, pilot.app.keep_unsaved)
        await pilot.app.on_event(Key("l", "l"))  # the field has it in its queue when the look comes
        pilot.app.keep_unsaved()
        await until(lambda: any("hall" in one.read_text() for one in typing(tmp_path)), pilot)


async def test_escape_lets_it_go(tmp_path):
    ids = furnish(tmp_path)
    await begin(tmp_path, "e '_the_hall'", "Survey the hall")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "escape")
        await until(lambda: not typing(tmp_path), pilot)
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey"


async def test_a_value_that_is_refused_is_asked_again(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "d 'fry'", "fry")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "enter")
        await until(lambda: pilot.app.shell.query_one(Prompt).said not in ("", WHY), pilot)
        assert pilot.app.shell.query_one(Prompt).field.value == "fry"


async def test_a_capture_goes_on(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "c 'Call_Ada_about_power'", "Call Ada about power")
    async with at_work(tmp_path, project="Nesting") as pilot:
        before = count(pilot.app, "task")
        await see(pilot, "Call Ada about power")
        await see(pilot, WHY)
        await keys(pilot, "enter")
        await until(lambda: count(pilot.app, "task") == before + 1, pilot)


async def test_notes_come_back_on_their_page(tmp_path):
    ids = furnish(tmp_path)
    await begin(tmp_path, ", 'Two_lines' enter 'of_notes'", "Two lines\\nof notes")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await see(pilot, "of notes")
        await keys(pilot, "ctrl+s")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "notes") == "Two lines\nof notes", pilot)


async def test_a_new_task_goes_where_it_was_to_be(tmp_path):
    ids = furnish(tmp_path)
    await begin(tmp_path, "o 'Measure_the_gate'", "Measure the gate")
    async with at_work(tmp_path) as pilot:
        await see(pilot, "New task below “Survey”")
        await see(pilot, f"{WHY}: enter saves it")
        await keys(pilot, "enter")
        await until(lambda: first_in(pilot.app, ids["Survey"]) == "Measure the gate", pilot)
        await until(lambda: not typing(tmp_path), pilot)


async def test_a_new_card_keeps_the_status_of_its_lane(tmp_path):
    ids = furnish(tmp_path)
    elsewhere(tmp_path, "task", ids["Check power"], actual_start="2026-11-26T08:00", percent_complete=10)
    await begin(tmp_path, "g b l o 'Measure_the_gate'", "Measure the gate")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "enter")
        made = "SELECT actual_start IS NOT NULL FROM task WHERE name='Measure the gate'"
        await until(lambda: pilot.app.desk.conn.execute(made).fetchall() == [(1,)], pilot)


async def test_a_new_task_whose_place_is_gone_is_asked_again(tmp_path):
    ids = furnish(tmp_path)
    await begin(tmp_path, "o 'Measure_the_gate'", "Measure the gate")
    elsewhere(tmp_path, "task", ids["Survey"], deleted_at="2026-11-29T10:00:00.000Z")
    async with at_work(tmp_path) as pilot:
        before = count(pilot.app, "task")
        await see(pilot, WHY)
        await keys(pilot, "enter")
        await until(lambda: WHY not in screen_text(pilot.app), pilot)
        assert pilot.app.shell.query_one(Prompt).field.value == "Measure the gate"
        assert count(pilot.app, "task") == before


async def test_a_new_task_that_is_put_by_comes_back_where_it_is_asked_and_says_so(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "o 'Measure_the_gate'", "Measure the gate")
    async with at_work(tmp_path, project="Nesting") as pilot:
        before = count(pilot.app, "task")
        await see(pilot, WHY)
        await keys(pilot, "escape")
        await see(pilot, "“Measure the gate” is not saved. It comes back at: New task below “Survey”")
        assert count(pilot.app, "task") == before
        await keys(pilot, "o")
        assert pilot.app.shell.query_one(Prompt).field.value == "Measure the gate"


async def test_what_has_no_field_is_put_by_and_says_so(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "g m o 'Pia_Holm'", "Pia Holm")
    async with at_work(tmp_path) as pilot:
        await see(pilot, f"{WHY}: enter puts it by")
        await keys(pilot, "enter")
        await see(pilot, "“Pia Holm” is not saved. It comes back at: New member")
        await keys(pilot, "g m o")
        await see(pilot, "it was put by")
        await keys(pilot, "enter")
        await until(lambda: count(pilot.app, "member") == 3, pilot)
        await until(lambda: not typing(tmp_path), pilot)


TALK = "g c i 'mail:_licence_sent'"
NOTED = [
    (TALK, "interaction", "mail: licence sent"),
    ("g c O 'send_the_table_tomorrow'", "promise", "send the table tomorrow"),
    ("g c V 'survey_the_hall_tomorrow'", "visit", "survey the hall tomorrow"),
]


@pytest.mark.parametrize(("typed", "kind", "text"), NOTED)
async def test_what_is_noted_of_a_client_goes_to_that_client(tmp_path, typed, kind, text):
    ids = furnish(tmp_path)
    await begin(tmp_path, typed, text)
    async with at_work(tmp_path) as pilot:
        await see(pilot, f"{WHY}: enter saves it")
        await keys(pilot, "enter")
        made = f"SELECT client_id FROM {kind} WHERE deleted_at IS NULL"
        at_harlan = [(ids["Harlan Fab"],)]
        await until(lambda: pilot.app.desk.conn.execute(made).fetchall() == at_harlan, pilot)
        await until(lambda: not typing(tmp_path), pilot)


async def test_what_is_put_by_outlives_quitting_until_it_is_answered(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, TALK, "licence sent")
    for _ in range(2):
        async with at_work(tmp_path) as pilot:
            await see(pilot, WHY)
            await keys(pilot, "escape")
            await see(pilot, "It comes back at: “Harlan Fab”")
            await keys(pilot, "q")
            await until(lambda app=pilot.app: not app.is_running, pilot)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "escape g c i")
        await see(pilot, "it was put by; an empty line throws it away")
        await keys(pilot, "'_to_Ada' enter")
        await until(lambda: count(pilot.app, "interaction") == 1, pilot)
        await until(lambda: not typing(tmp_path), pilot)


async def test_what_is_changed_before_it_is_put_by_again_comes_back_so(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, TALK, "licence sent")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "'_to_Ada' escape g c i")
        assert pilot.app.shell.query_one(Prompt).field.value == "mail: licence sent to Ada"
        await keys(pilot, "escape G i")  # of another client
        assert pilot.app.shell.query_one(Prompt).field.value == ""
        await until(lambda: "to Ada" in typing(tmp_path)[0].read_text(), pilot)


@pytest.mark.parametrize("away", ["ctrl+u enter", "ctrl+u escape"])
async def test_an_empty_line_throws_away_what_was_put_by(tmp_path, away):
    furnish(tmp_path)
    await begin(tmp_path, TALK, "licence sent")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, away)
        await until(lambda: not typing(tmp_path), pilot)
        assert count(pilot.app, "interaction") == 0


@pytest.mark.parametrize(
    "typed", ["d 'fry' enter", "b ':_' ctrl+u 'Moon' enter", "t '3x' enter", "w 'Nobody' enter"]
)
async def test_a_value_that_is_refused_is_not_saved_and_kept(tmp_path, typed):
    furnish(tmp_path)
    text = typed.split("'")[-2]
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, typed)
        await until(lambda: pilot.app.shell.query_one(Prompt).field.value == text, pilot)
        assert pilot.app.shell.typing()
        await until(lambda: any(text in one.read_text() for one in typing(tmp_path)), pilot)


async def test_what_is_refused_is_kept_while_it_is_asked_again(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "g c O 'call_by_31_feb'", "31 feb")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "enter")
        await see(pilot, "“31 feb” is not a date")
    async with at_work(tmp_path) as pilot:
        await see(pilot, "call by 31 feb")


async def test_what_was_found_survives_the_next_kill_too(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "e '_the_hall'", "Survey the hall")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)


async def test_quitting_keeps_what_is_typed_and_leaves_nothing(tmp_path):
    ids = furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "e '_the_hall'")
        await until(lambda: typing(tmp_path), pilot)
        await pilot.press("ctrl+q")
        await until(lambda: not pilot.app.is_running, pilot)
    assert not typing(tmp_path)
    async with at_work(tmp_path) as pilot:
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey the hall"


async def test_a_setting_is_put_back_and_a_refused_one_is_asked_again(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "g , / 'company' enter enter 'Nest_Ltd'", "Nest Ltd")
    async with at_work(tmp_path) as pilot:
        await see(pilot, "Company")
        await see(pilot, WHY)
        await keys(pilot, "enter")
        assert pilot.app.settings["company"] == "Nest Ltd"
        await until(lambda: not typing(tmp_path), pilot)
    await begin(tmp_path, "g , / 'date_format' enter enter ctrl+u 'isoo'", "isoo")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "enter")
        await until(lambda: WHY not in screen_text(pilot.app), pilot)
        assert pilot.app.shell.query_one(Prompt).field.value == "isoo"
        await keys(pilot, "backspace enter")
        assert pilot.app.settings["date_format"] == "iso"


async def test_the_keys_of_an_action_are_put_back(tmp_path):
    furnish(tmp_path)
    await begin(tmp_path, "g , / 'tasks.done' enter enter ctrl+u 'X'", "X")
    async with at_work(tmp_path) as pilot:
        await see(pilot, "Keys of tasks.done")
        await keys(pilot, "enter")
        assert pilot.app.settings.keys == {"tasks.done": "X"}


@pytest.mark.parametrize(
    "typed",
    ["g p e 'half'", "g p enter e 'half'", "g c e 'half'", "g c enter j e 'half'", "g m e 'half'", "g i e j e 'half'",
     "g b e 'half'", "g h e j j e 'half'", "g , e 'half'", "g , / 'date' enter enter 'half'"],
)  # fmt: skip
async def test_wherever_it_is_typed_it_is_kept_and_the_application_goes_on(tmp_path, typed):
    ids = furnish(tmp_path)
    elsewhere(tmp_path, "task", ids["Check power"], deadline="2026-11-20T17:00")
    await begin(tmp_path, typed, "half")
    async with at_work(tmp_path) as pilot:
        await see(pilot, WHY)
        await keys(pilot, "escape")
        await until(lambda: not typing(tmp_path), pilot)


async def test_a_filter_is_not_kept(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "/ 'cables'")
        assert pilot.app.shell.typing() and pilot.app.shell.typed() == []


async def test_each_application_has_a_place_of_its_own(tmp_path):
    one, other, third = (Keeper(tmp_path) for _ in range(3))
    text = [Unsaved("Name of “Survey”", "Survey the hall", Of("task", ["1"], "name"))]
    assert (one.open(), other.open()) == ([], [])
    one.keep(text)
    other.keep([Unsaved("Capture:", "Call Ada")])
    one.close()
    assert third.open() == text  # not what the other one still types
    other.close()
    third.close()


@pytest.mark.parametrize("content", ["", "{}", "[[1]]", "null", "\x00"])
async def test_a_file_that_is_none_is_nothing(tmp_path, content):
    (tmp_path / "typing").mkdir()
    (tmp_path / "typing" / "0.json").write_text(content)
    keeper = Keeper(tmp_path)
    assert keeper.open() == []
    keeper.close()
