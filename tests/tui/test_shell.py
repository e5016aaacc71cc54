from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Input

from tests.tui.plain import screen_lines, screen_text
from tests.tui.yard import tasks_of, yard
from tui.footer import Connection
from tui.widgets.prompt import Prompt, Question

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def keys(pilot, text):
    await pilot.press(*text.split())
    await pilot.pause()


@pytest.mark.asyncio
async def test_title_rows_and_footer_at_80_columns(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        pilot.app.shell.connection(Connection(online=False, waiting=3))
        await pilot.pause()
        lines = screen_lines(pilot.app)
        assert lines[0] == " Harlan Fab ▸ Nesting line 2 ▸ Tasks"
        assert lines[1].split() == ["Task", "Status", "Who"]
        assert lines[2].startswith("  Lay cables 1 ")
        assert lines[-1].endswith("○ offline · 3 wait")
        assert "x done" in lines[-1] and "? keys" in lines[-1]


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "right", "below"), [((140, 42), True, False), ((100, 24), False, True)])
async def test_the_detail_goes_right_or_below(tmp_path, size, right, below):
    async with yard(tmp_path).run_test(size=size) as pilot:
        await pilot.pause()
        detail = pilot.app.shell.query_one("#details")
        assert (detail.region.x > 0, detail.region.y > 1) == (right, below)
        assert detail.region.right == size[0] and pilot.app.focused is tasks_of(pilot.app).lines


@pytest.mark.asyncio
async def test_a_narrow_terminal_opens_the_detail_over_the_view(tmp_path):
    async with yard(tmp_path).run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert not pilot.app.shell.query_one("#details").display
        await keys(pilot, "j enter")
        assert pilot.app.shell.query_one("#details").display
        await keys(pilot, "escape")
        assert not pilot.app.shell.query_one("#details").display
        assert pilot.app.focused is tasks_of(pilot.app).lines


@pytest.mark.asyncio
@pytest.mark.parametrize("width", [30, 60, 80, 100, 140])
async def test_every_size_and_back(tmp_path, width):
    async with yard(tmp_path).run_test(size=(140, 42)) as pilot:
        await keys(pilot, "j j j")
        for columns, rows in [(width, 24), (width, 5), (20, 3), (140, 42)]:
            await pilot.resize_terminal(columns, rows)
            await keys(pilot, "j k")
        assert tasks_of(pilot.app).lines.cursor_rowid == 4


@pytest.mark.asyncio
async def test_jumps_and_the_last_view(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        assert "p portfolio" in screen_lines(pilot.app)[-1]
        await keys(pilot, "p")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "All projects" in screen_text(pilot.app)
        await keys(pilot, "-")
        assert pilot.app.focused is tasks_of(pilot.app).lines


@pytest.mark.asyncio
async def test_an_unknown_second_key_does_nothing(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g x")
        assert tasks_of(pilot.app).done == 0 and not pilot.app.shell.going
        await keys(pilot, "x")
        assert tasks_of(pilot.app).done == 1


@pytest.mark.asyncio
async def test_the_palette_finds_and_does(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        await keys(pilot, ": n e w")
        assert "Type a new task below" in screen_text(pilot.app)
        await keys(pilot, "enter")
        assert tasks_of(pilot.app).done == 100
        assert pilot.app.focused is tasks_of(pilot.app).lines


@pytest.mark.asyncio
async def test_the_help_lists_the_keys_of_this_screen(tmp_path):
    async with yard(tmp_path).run_test(size=(100, 42)) as pilot:
        await keys(pilot, "?")
        shown = screen_text(pilot.app)
        assert "Mark the task done" in shown and "Next row" in shown and "gate" not in shown
        await keys(pilot, "q")
        assert pilot.app.is_running and pilot.app.focused is tasks_of(pilot.app).lines


@pytest.mark.asyncio
async def test_the_prompt_keeps_what_is_refused_and_what_is_typed(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        got = []
        question = Question("Finish", lambda text: got.append(text) if "1" in text else "no such date")
        await pilot.app.shell.ask(question)
        await keys(pilot, "q u enter")
        assert "no such date" in screen_lines(pilot.app)[-1]
        await pilot.resize_terminal(60, 24)
        tasks_of(pilot.app).reload("id DESC")
        await keys(pilot, "1 enter")
        assert got == ["qu1"] and not pilot.app.shell.query_one(Prompt).display
        assert pilot.app.focused is tasks_of(pilot.app).lines


@pytest.mark.asyncio
async def test_a_long_question_keeps_what_is_asked(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        name = "Assign internal team and book indicative dates"
        await pilot.app.shell.ask(Question(f"Why is “{name}” blocked:", lambda text: None))
        await pilot.pause()
        assert screen_lines(pilot.app)[-1].rstrip() == " Why is “Assign internal team and bo…” blocked:"


@pytest.mark.asyncio
async def test_the_palette_over_an_edit_gives_it_back(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        await keys(pilot, "e X ctrl+p escape")
        assert isinstance(pilot.app.focused, Input) and pilot.app.focused.value == "Lay cables 1X"


@pytest.mark.asyncio
async def test_messages_show_in_the_footer_and_go(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        pilot.app.shell.say("Moved 3 tasks · u undoes")
        await pilot.pause()
        assert screen_lines(pilot.app)[-1].startswith(" Moved 3 tasks · u undoes")
        pilot.app.shell.footer.hush()
        await pilot.pause()
        assert "? keys" in screen_lines(pilot.app)[-1]


@pytest.mark.asyncio
async def test_a_long_message_goes_and_its_lines_are_drawn_before_they_are_laid_out_anew(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        pilot.app.shell.say("Ines moved 3 tasks of the nesting line. " * 4)
        await pilot.pause()
        assert "Ines moved" in screen_lines(pilot.app)[-2]
        pilot.app.shell.footer.hush()
        assert pilot.app.shell.footer.render_line(1).text.strip() == ""


@pytest.mark.asyncio
async def test_every_theme_and_discreet(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        for _ in range(4):
            pilot.app.act_theme()
            await pilot.pause()
        await keys(pilot, "D")
        assert "▣ client view" in screen_lines(pilot.app)[0]


@pytest.mark.asyncio
async def test_no_color_is_respected(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        strips = pilot.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert all(not style.color or style.color.is_default for style in styles)
        assert any(style.reverse for style in styles)


@pytest.mark.parametrize(
    ("connection", "text"),
    [
        (Connection(online=True, last=NOON - timedelta(minutes=2)), "● synced 2 min ago"),
        (Connection(waiting=3), "○ offline · 3 wait"),
        (Connection(online=True, progress=(40, 200)), "◐ syncing 40/200"),
        (Connection(online=True, last=NOON, conflicts=1), "▲ 1 conflict  ● synced just now"),
        (Connection(used=False), ""),
    ],
)
def test_the_connection_in_words(connection, text):
    assert "".join(piece[1] for piece in connection.pieces(NOON)).strip() == text


def test_the_frame_imports_nothing_heavy():
    import subprocess
    import sys

    code = "import sys, tui.app; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    heavy = {"sqlmodel", "sqlalchemy", "httpx", "keyring", "alembic", "pydantic"}
    shown = subprocess.run([sys.executable, "-c", code.format(heavy=heavy)], capture_output=True, text=True)
    assert shown.stdout.strip() == "[]", shown.stderr


@pytest.mark.asyncio
async def test_the_screen_at_140_columns(tmp_path):
    async with yard(tmp_path, count=9, tree=True).run_test(size=(140, 42)) as pilot:
        await pilot.pause()
        lines = screen_lines(pilot.app)
        assert len(lines) == 42
        assert [line.split("│")[0].rstrip() for line in lines[:5]] == [
            " Harlan Fab ▸ Nesting line 2 ▸ Tasks",
            "  Task" + " " * 67 + "Status   Who",
            "  ▾ Lay cables 1" + " " * 57 + "todo     Ines",
            "    ▾ Lay cables 2" + " " * 55 + "todo     Ines",
            "        Lay cables 3" + " " * 53 + "todo     Ines",
        ]
