"""Tasks by keyboard, over a real store."""

import pytest
from textual import events

from tests.tui.office import (
    TASKS,
    acknowledge,
    at_work,
    count,
    elsewhere,
    from_colleague,
    furnish,
    here,
    keys,
    see,
    settle,
    until,
    value,
    view,
)
from tests.tui.plain import screen_lines, screen_text
from tui.widgets.prompt import Prompt, Question

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def names(pilot):
    lines = view(pilot.app).lines
    return [lines.window.row(at).name for at in range(len(lines.window))]


COLUMNS = [
    ("name", "Survey the hall", "name", "Survey the hall", None),
    ("status", "doi", "actual_start", None, "todo · doing"),
    ("duration", "3d", "duration_minutes", 1440, None),
    ("start", "2027-01-04", "actual_start", "2027-01-04T08:00", None),
    ("finish", "2027-01-08", "constraint_date", "2027-01-08T17:00", None),
    ("percent", "40", "percent_complete", 40, None),
    ("deadline", "2027-02-01", "deadline", "2027-02-01T17:00", None),
    ("waits", "no power yet", "blocked_reason", "no power yet", None),
]


async def test_every_column_is_edited_in_place(tmp_path, ids):
    async with at_work(tmp_path, (200, 40), "Nesting") as pilot:
        lines = view(pilot.app).lines
        view(pilot.app).seek("task", ids["Check power"])
        for column, typed, field, wanted, offered in COLUMNS:
            lines.edit_cell(column=column)
            await pilot.pause()
            if offered:
                await see(pilot, "one of: todo")
            await pilot.press("ctrl+u", "ctrl+k", *typed, "enter")
            await settle(pilot)
            found = value(pilot.app, "task", ids["Check power"], field)
            assert found == wanted if wanted is not None else found, column
            assert not lines.editing


async def test_who_is_completed_and_written(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        view(pilot.app).lines.edit_cell(column="who")
        await keys(pilot, "T o m enter")
        assert here(pilot).who == "TR"


@pytest.mark.parametrize(
    ("column", "typed", "why"),
    [
        ("name", "", "cannot be empty"),
        ("status", "later", "is none of"),
        ("duration", "soon", " “soon” is not a duration. Write 3d"),
        ("start", "fri 13th", "Write 08:00"),
        ("finish", "32.1.2027", "Write 2026-12-04"),
        ("percent", "140", "above 100"),
        ("who", "Zoe", "Add one"),
        ("deadline", "x", "is not a date"),
    ],
)
async def test_nonsense_comes_back_with_a_remedy(tmp_path, ids, column, typed, why):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        lines = view(pilot.app).lines
        lines.edit_cell(column=column)
        await pilot.press("ctrl+u", "ctrl+k", *typed, "enter")
        await see(pilot, why)
        assert "_minutes:" not in screen_text(pilot.app)
        assert lines.editing and lines._editor.value == typed
        await keys(pilot, "escape")
        assert not lines.editing and names(pilot) == TASKS


async def test_the_tree_by_keyboard(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, ">")
        assert here(pilot).parent_id == ids["Install"] and here(pilot).name == "Go live"
        await keys(pilot, "K")
        assert names(pilot)[-2:] == ["Go live", "Lay cables"]
        await keys(pilot, "J <")
        assert here(pilot).parent_id is None
        await keys(pilot, "K K J J J")
        await see(pilot, "as far as it goes")
        assert names(pilot) == TASKS
        await keys(pilot, "< ")
        await see(pilot, "on the top level already")


async def test_a_new_task_stands_right_below_the_cursor_also_in_an_unfolded_phase(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "o 'Badges' enter 'Coffee' enter escape")
        assert names(pilot)[:4] == ["Survey", "Badges", "Coffee", "Check power"]
        await keys(pilot, "home h o 'Order' enter escape")  # folded: beside it
        assert names(pilot)[:3] == ["Survey", "Order", "Install"]
        await keys(pilot, "home l")
        assert names(pilot)[:6] == ["Survey", "Badges", "Coffee", "Check power", "Check network", "Order"]


async def test_keys_typed_ahead_make_a_chain_of_tasks(tmp_path, ids):
    async with at_work(tmp_path, (80, 24), "Nesting") as pilot:
        app = pilot.app
        view(app).seek("task", ids["Go live"])
        await pilot.pause()
        await pilot.press(
            "o", *"Call Ines", "enter", *"Pack tools", "enter", "enter", "O", *"Before", "enter", "enter"
        )
        await settle(pilot)
        assert (
            names(pilot)[-4:] == ["Go live", "Call Ines", "Before", "Pack tools"]
            and app.focused is view(app).lines
        )


def at_one_go(app, *keys):
    """As they come over a slow line, or from a keyboard that was faster than the machine."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_keys_that_move_and_erase_stand_where_they_were_typed(tmp_path, ids):
    typed = ["ctrl+u", *"abc", "backspace", "d", "left", "x", "home", "H"]
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "e")
        at_one_go(pilot.app, *typed, "enter")
        await settle(pilot)
        assert names(pilot)[0] == "Habxd"
        await keys(pilot, "/")
        at_one_go(pilot.app, *typed, "delete", *"Inst")
        await settle(pilot)
        assert pilot.app.focused.value == "HInstbxd"
        await keys(pilot, "escape , ,")
        at_one_go(pilot.app, *typed, "end", "enter", *"Bring the ladderr", "backspace", "ctrl+s")
        await settle(pilot)
        assert value(pilot.app, "task", ids["Survey"], "notes") == "Habxd\nBring the ladder"


@pytest.mark.parametrize(
    ("jump", "where"), [("gt", "tasks"), ("gb", "board"), ("gtgb", "board"), ("enter", "tasks")]
)
async def test_keys_typed_behind_a_jump_are_for_where_it_leads(tmp_path, ids, jump, where):
    """The first visit makes the view, which takes a moment: `o` of the portfolio would begin a project."""
    async with at_work(tmp_path) as pilot:
        app = pilot.app
        app.project = ids["Nesting line"]
        at_one_go(app, *([jump] if jump == "enter" else jump), "o", *"Call Ines", "enter", "escape")
        await settle(pilot)
        await until(lambda: count(app, "task") == 7, pilot)
        assert count(app, "project") == 2 and app.shell.view.id == where
        assert app.focused is view(app).lines
        at_one_go(app, *"gp", "j", *"gt", "o", "escape")
        await settle(pilot)
        assert app.shell.view.id == "tasks" and app.focused is view(app).lines


async def test_a_question_goes_on_where_another_view_comes_to_the_front(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
        await keys(pilot, "o 'Call'")
        field = app.focused
        await app.shell.go("portfolio")
        await keys(pilot, "'_Ines'")
        assert app.focused is field and field.value == "Call Ines"
        await keys(pilot, "escape")
        assert app.shell.view.id == "portfolio" and app.focused is view(app).lines
        await keys(pilot, "g t")
        assert app.focused is view(app).lines


async def test_a_question_that_is_asked_again_at_once_keeps_the_keys(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "/ 'Inst'")
        field = pilot.app.focused
        field.post_message(events.Hide())  # of a moment ago: it closed and is asked again
        await keys(pilot, "'all'")
        assert pilot.app.focused is field and field.value == "Install"
        await keys(pilot, "escape")
        assert pilot.app.focused is view(pilot.app).lines


async def test_enter_leaves_the_duration_that_stands_and_what_is_typed_takes_its_place(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, "t '2d' enter")
        await keys(pilot, "t enter")
        assert value(pilot.app, "task", ids["Go live"], "duration_minutes") == 960
        await keys(pilot, "t '4h' enter")
        assert value(pilot.app, "task", ids["Go live"], "duration_minutes") == 240


async def test_a_status_that_wants_a_reason_asks_for_it_or_takes_it_at_once(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
        for name, typed, field, reason in (
            ("Lay cables", "'b' enter 'IT_opens_ports' enter", "blocked_reason", "IT opens ports"),
            ("Lay cables", "'blocked_no_power' enter", "blocked_reason", "no power"),
            ("Go live", "'n' enter 'not_ordered' enter", "not_applicable_reason", "not ordered"),
            ("Check power", "'n' enter enter", "not_applicable_reason", "no reason given"),
        ):
            view(app).seek("task", ids[name])
            await keys(pilot, f"s {typed}")
            assert value(app, "task", ids[name], field) == reason
        view(app).seek("task", ids["Check network"])
        await keys(pilot, "s 'b' enter escape")
        assert value(app, "task", ids["Check network"], "blocked_reason") is None


async def test_the_cursor_goes_to_what_an_undo_brings_back(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Lay cables"])
        for _ in range(2):
            await keys(pilot, "X u")
            assert here(pilot).name == "Lay cables"
        await keys(pilot, "X G g p")
        before = here(pilot).id
        await keys(pilot, "u")
        assert here(pilot).id == before
        await keys(pilot, "X u")
        assert here(pilot).id == before and names(pilot)[0] == "Nesting line"


async def test_marks_and_bulk(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        await keys(pilot, "j space space")
        await see(pilot, "2 marked")
        await keys(pilot, "s 'doi' enter")
        assert {
            value(pilot.app, "task", ids[n], "actual_start") is not None
            for n in ("Check power", "Check network")
        } == {True}
        await keys(pilot, "w 'IV' enter d '2027-03-01' enter")
        assert count(pilot.app, "assignment") == 2
        assert value(pilot.app, "task", ids["Check network"], "actual_start") == "2027-03-01T08:00"
        await keys(pilot, "X")
        assert (
            names(pilot) == ["Survey", "Install", "Lay cables", "Go live"] and here(pilot).name == "Install"
        )
        await keys(pilot, "u")
        assert names(pilot) == TASKS


async def test_a_refused_prompt_asks_again(tmp_path, ids):
    async with at_work(tmp_path, (80, 24), "Nesting") as pilot:
        await keys(pilot, "d 'fri_13th' enter")
        await see(pilot, "Write 08:00 or 17:30")
        assert pilot.app.focused.value == "fri 13th"
        await pilot.press("ctrl+u")
        await keys(pilot, "'2027-05-03' enter")
        assert value(pilot.app, "task", ids["Survey"], "constraint_date") == "2027-05-03T08:00"


async def test_a_letter_shows_of_a_large_plan_what_is_left_around_the_cursor_before_all_is_read(
    tmp_path, ids, monkeypatch
):
    monkeypatch.setattr("models.windows.tasks.LARGE", 3)
    monkeypatch.setattr("tui.screens.tasks.FEW", 5)
    elsewhere(tmp_path, "task", ids["Check power"], who="Ines Vogt")
    async with at_work(tmp_path, project="Nesting") as pilot:
        shown, tasks = view(pilot.app).lines, view(pilot.app)
        await see(pilot, "Check network")
        read, behind = [], tasks.read_behind
        monkeypatch.setattr(tasks, "read_behind", lambda: read.append(tasks.text))
        await keys(pilot, "/ 'c'")
        assert len(shown.window) == 5 and read == ["", "c"]  # two phases, and three below them
        assert tasks.told() == "…", "how many there are is not known yet"
        behind()
        await settle(pilot)
        await keys(pilot, "space '@i'")
        assert names(pilot) == ["Survey", "Check power"], "nothing has to be read to ask more of a few"
        assert tasks.told() == "2 shown" and read == ["", "c"]
        await keys(pilot, "backspace backspace backspace backspace")
        assert len(shown.window) == len(TASKS) and read == ["", "c"], "nor for all of them"


async def test_the_words_of_a_filter_are_looked_for_in_what_was_read_of_a_large_plan(
    tmp_path, ids, monkeypatch
):
    monkeypatch.setattr("models.windows.tasks.LARGE", 3)
    monkeypatch.setattr("tui.screens.tasks.FEW", 0)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "/")
        read, tasks = [], view(pilot.app)
        tasks.read_behind = lambda: read.append(tasks.text)
        await keys(pilot, "'CAB'")
        assert names(pilot) == ["Install", "Lay cables"] and not read and "2 shown" in screen_text(pilot.app)
        await keys(pilot, "space 'y'")
        assert names(pilot) == ["Install", "Lay cables"] and not read
        elsewhere(tmp_path, "task", ids["Go live"], name="Go live by cable")
        await until(lambda: tasks.texts is None, pilot)
        del tasks.read_behind
        await keys(pilot, "backspace backspace backspace 'b'")
        await until(lambda: names(pilot) == ["Install", "Lay cables", "Go live by cable"], pilot)
        assert tasks.texts is not None
        await keys(pilot, "enter")
        assert tasks.texts is None, "nothing of it is kept"


async def test_filters_and_matches(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        await keys(pilot, "/ 'check' enter")
        assert names(pilot) == ["Survey", "Check power", "Check network"]
        await keys(pilot, "n n")
        assert here(pilot).name == "Check network"
        await keys(pilot, "escape")
        assert names(pilot) == TASKS
        await keys(pilot, "n")
        assert here(pilot).name == "Check power"
        await keys(pilot, "N")
        assert here(pilot).name == "Check network"
        view(pilot.app).lines.edit_cell(column="deadline")
        await pilot.press(*"2020-01-01", "enter")
        view(pilot.app).lines.edit_cell(column="who")
        await keys(pilot, "I V enter / 'late_@iv' enter")
        assert names(pilot) == ["Survey", "Check network"]
        await pilot.press("/", "ctrl+u", *"status:done", "enter")
        await settle(pilot)
        assert names(pilot) == []
        await keys(pilot, "escape / 'cab' escape")
        assert names(pilot) == TASKS


async def test_links_by_name_with_type_and_lag(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, "b 'lay_SS_2d' enter")
        row = pilot.app.desk.conn.execute("SELECT type, lag, lag_unit FROM dependency").fetchone()
        assert tuple(row) == ("SS", 960, "working")
        view(pilot.app).seek("task", ids["Lay cables"])
        await keys(pilot, "b 'Go_live' enter")
        await see(pilot, "closes a circle")
        assert pilot.app.focused.value == "Go live"
        await keys(pilot, "escape b ':' 'no_power' enter")
        assert here(pilot).blocked == "no power"


async def test_done_priority_and_baseline(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Check power"])
        await keys(pilot, "x")
        assert here(pilot).status == "done"
        await keys(pilot, "x (")
        assert here(pilot).status == "todo" and here(pilot).priority == 600
        await keys(pilot, "B 'as_sold' enter")
        assert count(pilot.app, "baseline") == 1 and count(pilot.app, "baseline_task") == len(TASKS)


async def test_a_phase_is_done_with_all_that_is_below_it_and_opened_again_by_one_undo(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Survey"])
        await keys(pilot, "x")
        await until(lambda: here(pilot).status == "done", pilot)
        assert value(pilot.app, "task", ids["Check network"], "actual_finish")
        await keys(pilot, "u")
        await until(lambda: here(pilot).status == "todo", pilot)
        await keys(pilot, "s 'doing' enter")
        await see(pilot, "under way as soon as a task below it is")


async def test_folds_and_the_cursor_are_kept_by_project(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        await keys(pilot, "h j")
        assert here(pilot).name == "Install"
        pilot.app.open_project(ids["Punch cell"])
        await settle(pilot)
        await see(pilot, "Punch cell")
        assert names(pilot) == []
        await keys(pilot, "o 'Unpack' enter enter")
        assert names(pilot) == ["Unpack"]
        pilot.app.open_project(ids["Nesting line"])
        await settle(pilot)
        assert here(pilot).name == "Install" and "Check power" not in names(pilot)


async def test_detail_and_back_at_every_width(tmp_path, ids):
    for size in ((140, 42), (100, 30), (60, 24)):
        async with at_work(tmp_path, size, "Nesting") as pilot:
            await keys(pilot, "enter")
            assert pilot.app.focused is view(pilot.app).detail
            await keys(pilot, "escape")
            assert pilot.app.focused is view(pilot.app).lines


async def test_copy_gives_text(tmp_path, ids):
    async with at_work(tmp_path, (140, 40), "Nesting") as pilot:
        await keys(pilot, "y")
        assert pilot.app.clipboard.startswith("Survey\ttodo")


async def test_a_resize_while_typing_loses_nothing(tmp_path, ids):
    async with at_work(tmp_path, (140, 42), "Nesting") as pilot:
        await keys(pilot, "e ! !")
        for size in ((60, 24), (30, 8), (100, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await keys(pilot, "enter")
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey!!"
        assert "Survey!!" in screen_text(pilot.app) and len(screen_lines(pilot.app)) == 30


async def test_what_follows_moves_by_itself_and_says_why(tmp_path, ids):
    acknowledge(tmp_path)
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
        view(app).seek("task", ids["Go live"])
        await keys(pilot, "b 'Lay_cables' enter")
        await see(pilot, "Tue 01 Dec Tue 01 Dec")
        view(app).seek("task", ids["Lay cables"])
        await keys(pilot, "t ctrl+u '3d' enter")
        await see(pilot, "Thu 03 Dec Thu 03 Dec")
        from_colleague(tmp_path, "task", ids["Go live"], 50, "t", duration_minutes=2 * 480)
        await see(pilot, "Thu 03 Dec Fri 04 Dec")
        view(app).seek("task", ids["Go live"])
        await keys(pilot, "W")
        await see(pilot, "“Go live” starts Thu 3")
        await see(pilot, "because the")
        await keys(pilot, "u u")  # the colleague's stays
        assert "finish" not in (app.trouble or "")
        await see(pilot, "Mon 30 Nov Tue 01 Dec")


async def test_the_portfolio_tells_when_it_will_end_and_how_late_that_is(tmp_path, ids):
    elsewhere(tmp_path, "project", ids["Nesting line"], finish="2026-11-27T17:00", start="2026-11-23T08:00")
    elsewhere(tmp_path, "task", ids["Lay cables"], duration_minutes=7 * 480)
    async with at_work(tmp_path, (200, 42)) as pilot:
        await see(pilot, "! -2d")
        await see(pilot, "Tue 01 Dec")
        await see(pilot, "missed: “Lay cables”")


async def test_a_first_row_that_comes_back_is_on_screen_again(tmp_path, ids):
    async with at_work(tmp_path, (70, 7), "Nesting") as pilot:
        await keys(pilot, "g g X")
        assert "Survey" not in [row.split()[0] for row in screen_lines(pilot.app)[2:5] if row]
        await keys(pilot, "u")
        assert "▾ Survey" in screen_lines(pilot.app)[2]


async def test_a_name_of_forty_cells_is_whole_before_slack_comes(tmp_path, ids):
    name = "Lay the cables of both halls, both lines"
    elsewhere(tmp_path, "task", ids["Survey"], name=name)
    async with at_work(tmp_path, (140, 42), "Nesting") as pilot:
        await until(lambda: f"▾ {name} " in screen_lines(pilot.app)[2], pilot)
        assert "Slack" not in screen_lines(pilot.app)[1]


@pytest.mark.parametrize(("columns", "cells"), [(80, 38), (110, 31), (140, 40), (200, 62)])
@pytest.mark.parametrize("large", [2000, len(TASKS)])  # from there on it is read in a thread
async def test_a_name_takes_the_room_that_other_columns_leave(
    tmp_path, ids, columns, cells, large, monkeypatch
):
    monkeypatch.setattr("models.windows.tasks.LARGE", large)
    name = ("Lay the cables of both halls and of the yard between them, then label them" * 2)[:cells]
    elsewhere(tmp_path, "task", ids["Lay cables"], name=name, who="IV")
    async with at_work(tmp_path, (columns, 42), "Nesting") as pilot:
        await until(lambda: f"      {name} " in screen_text(pilot.app), pilot)
        assert " IV" in screen_text(pilot.app)


async def test_a_shorter_name_gives_its_room_back(tmp_path, ids):
    elsewhere(
        tmp_path, "task", ids["Go live"], name="Go live in both halls, with the team on site, and stay a week"
    )
    async with at_work(tmp_path, (200, 42), "Nesting") as pilot:
        await see(pilot, "and stay a week")
        assert "Waits for" not in screen_lines(pilot.app)[1]
        await keys(pilot, "G e ctrl+u 'Go_live' enter")
        await until(lambda: "Waits for" in screen_lines(pilot.app)[1], pilot)


async def test_a_question_that_is_asked_again_at_once_gives_the_focus_back(tmp_path, ids):
    async with at_work(tmp_path, (80, 24), "Nesting") as pilot:
        shell, lines = pilot.app.shell, view(pilot.app).lines
        await shell.ask(Question("Who", lambda text: None))
        shell.query_one(Prompt).leave()
        await shell.ask(
            Question("Who", lambda text: None)
        )  # before the shell heard that the first one is closed
        await keys(pilot, "escape")
        assert shell.focused is lines
        before = here(pilot).name
        await keys(pilot, "w 'Nobody' enter")
        await see(pilot, "no member is called “Nobody”")
        await keys(pilot, "escape j")
        await until(lambda: here(pilot).name != before, pilot)


async def test_a_filter_is_typed_into_a_field_that_keeps_its_width(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "/")
        wide = pilot.app.focused.size.width
        await keys(pilot, "'n'")
        assert "3 shown" in screen_text(pilot.app) and pilot.app.focused.size.width == wide
        await keys(pilot, "backspace")
        assert "6 shown" in screen_text(pilot.app) and pilot.app.focused.size.width == wide


async def test_the_title_says_that_the_project_lies_in_the_recycle_bin(tmp_path, ids):
    """A colleague deleted it while it was open."""
    async with at_work(tmp_path, project="Nesting") as pilot:
        elsewhere(tmp_path, "project", pilot.app.project, deleted_at="2026-11-20T08:00:00.000Z")
        await see(pilot, "(in the recycle bin) ▸ Tasks")
