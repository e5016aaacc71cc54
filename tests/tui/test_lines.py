import pytest
from textual.events import Paste

from tests.tui.plain import screen_lines
from tests.tui.yard import tasks_of, yard
from tui.widgets.window import PAGE

pytestmark = pytest.mark.asyncio


async def keys(pilot, text):
    await pilot.press(*text.split())
    await pilot.pause()


async def test_moves_like_vi(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        lines = tasks_of(pilot.app).lines
        for press, row in [
            ("j j", 3),
            ("k", 2),
            ("G", 200),
            ("g g", 1),
            ("ctrl+d", 7),
            ("ctrl+u", 1),
            ("end", 200),
        ]:
            await keys(pilot, press)
            assert lines.cursor_rowid == row, press


async def test_reads_only_the_pages_on_screen(tmp_path):
    async with yard(tmp_path, count=5000).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "j j j")
        assert view.tasks.reads == 1
        await keys(pilot, "G")
        assert view.tasks.reads <= 3
        assert len(view.lines.window._rows) <= 3 * PAGE


async def test_a_new_window_leaves_the_cursor_on_its_row_and_line(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        assert view.lines.go_to(100)
        await pilot.pause()
        line = view.lines.cursor - view.lines.scroll_offset.y
        view.tasks.db.execute("DELETE FROM task WHERE id < 50")
        view.reload()
        await pilot.pause()
        assert view.lines.cursor_rowid == 100
        assert view.lines.cursor - view.lines.scroll_offset.y == line
        view.reload("id DESC")
        assert view.lines.cursor_rowid == 100


async def test_when_its_row_is_gone_the_cursor_goes_to_the_neighbour(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        view.lines.go_to(100)
        view.tasks.db.execute("DELETE FROM task WHERE id BETWEEN 100 AND 102")
        view.reload()
        assert view.lines.cursor_rowid == 103
        view.tasks.db.execute("DELETE FROM task WHERE id >= 103")
        view.reload()
        assert view.lines.cursor_rowid == 99
        view.tasks.db.execute("DELETE FROM task")
        view.reload()
        await pilot.pause()
        assert view.lines.cursor_rowid is None
        assert "No tasks yet: o makes one" in screen_lines(pilot.app)[3]
        await keys(pilot, "j k G e space v * h l enter")


async def test_the_beginning_first_and_the_whole_later(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        lines = tasks_of(pilot.app).lines
        lines.set_window(range(1, 50), complete=False, cursor=150)
        assert lines.cursor_rowid == 1
        lines.set_window(range(1, 201))
        assert lines.cursor_rowid == 150


async def test_only_changed_rows_are_read_again(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        view.tasks.db.execute("UPDATE task SET title='Pull fibre' WHERE id=2")
        view.lines.refresh_rows([2, 190])
        await pilot.pause()
        assert "Pull fibre" in screen_lines(pilot.app)[3]


async def test_typing_over_a_cell(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "j e ctrl+u D ü 激 q space g enter")
        assert (2, "title", "Dü激q g") in view.heard
        assert pilot.app.focused is view.lines
        assert "Dü激q g" in screen_lines(pilot.app)[3]


async def test_esc_leaves_the_cell_as_it_was(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "e x escape")
        assert not view.lines.editing and view.heard == [("moved", 1)]


async def test_tab_and_arrows_keep_and_go_on(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "e X tab ctrl+u d o n e down ctrl+u d o n e up escape")
        assert [one for one in view.heard if one[0] != "moved"] == [
            (1, "title", "Lay cables 1X"),
            (1, "status", "done"),
            (2, "status", "done"),
        ]


async def test_what_is_typed_outlives_windows_sizes_and_focus(tmp_path):
    async with yard(tmp_path).run_test(size=(140, 42)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "j tab tab e ctrl+u T o m")
        view.reload("id DESC")
        await pilot.resize_terminal(60, 24)
        view.lines.refresh_rows()
        pilot.app.screen.set_focus(None)
        await pilot.pause()
        view.lines._editor.focus()
        await keys(pilot, "a s enter")
        assert (2, "owner", "Tomas") in view.heard


async def test_an_edit_of_a_row_that_vanished_is_still_told(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "j e X")
        view.tasks.db.execute("DELETE FROM task WHERE id=2")
        view.reload()
        await keys(pilot, "enter")
        assert (2, "title", "Lay cables 2X") in view.heard


async def test_paste_goes_into_the_cell_on_one_line(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await keys(pilot, "e ctrl+u")
        view.lines._editor.post_message(Paste("Ines Vogt"))
        await keys(pilot, "enter")
        assert (1, "title", "Ines Vogt") in view.heard


async def test_marks_and_ranges(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        lines = tasks_of(pilot.app).lines
        await keys(pilot, "space space j v j j")
        assert lines.selected() == [1, 2, 4, 5, 6]
        await keys(pilot, "v escape")
        assert lines.selected() == [6]
        await keys(pilot, "*")
        assert len(lines.selected()) == 200
        await keys(pilot, "*")
        assert len(lines.selected()) == 1


async def test_folding_a_tree(tmp_path):
    async with yard(tmp_path, count=9, tree=True).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        assert "▾ Lay cables 1" in screen_lines(pilot.app)[2]
        await keys(pilot, "j j h h h")
        assert view.lines.cursor_rowid == 2 or view.lines.cursor_rowid == 1
        await keys(pilot, "g g h")
        assert list(view.lines.window.rowids) in ([1, 4, 5, 6, 7, 8, 9], [1, 2, 4, 5, 6, 7, 8, 9])
        await keys(pilot, "l l")
        assert view.lines.cursor_rowid == 2


async def test_the_mouse_works(tmp_path):
    async with yard(tmp_path).run_test(size=(80, 24)) as pilot:
        view = tasks_of(pilot.app)
        await pilot.click(view.lines, offset=(5, 4))
        assert view.lines.cursor_rowid == 4
        await pilot.click(view.lines, offset=(5, 6), times=2)
        await pilot.pause()
        assert ("opened", 6) in view.heard
