"""Themes that can be read, sizes from 60 to 220 columns, wide characters: measured on what is drawn."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

from models import record
from tests.tui.office import at_work, furnish, keys, opened, see, view
from tests.tui.plain import screen_lines, screen_text
from tui.places import views
from tui.themes import MONO, first_theme
from tui.widgets.lines import LineList

LISTS = [name for name in views() if name not in ("welcome", "board")]
SIZES = [(60, 24), (80, 24), (140, 42), (220, 50)]
WALK = (
    "g p",
    "r space",
    "g t",
    "space j",
    "e",
    "escape escape /",
    "escape :",
    "escape ?",
    "escape g c",
    "g ,",
)
WORD = re.compile(r"\w")


def luminance(color):
    """WCAG 2: relative luminance."""
    parts = [part / 255 for part in color]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_that_of_wcag():
    assert (
        ratio((255, 255, 255), (0, 0, 0)) == 21 and round(ratio((118, 118, 118), (255, 255, 255)), 2) == 4.54
    )


def drawn(app):
    """(text, contrast) of all that is on the screen."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            if WORD.search(segment.text) and style and style.color and style.bgcolor:
                pair = style.color.get_truecolor(), style.bgcolor.get_truecolor()
                yield segment.text.strip(), ratio(*pair)


@pytest.mark.asyncio
@pytest.mark.parametrize(("theme", "least"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7)])
async def test_everything_that_is_drawn_can_be_read(tmp_path, theme, least):
    ids = furnish(tmp_path)
    with opened(tmp_path) as store:
        store.transact("Late", record.edit, "task", ids["Survey"], deadline="2020-01-03T17:00")
        store.transact("Hold", record.edit, "project", ids["Punch cell"], hold_reason="no order")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await pilot.app.action_act(f"theme.{theme}")
        pale, read = {}, 0
        for steps in (
            "g p",
            "r space",
            "g t",
            "space j",
            "e",
            "escape escape /",
            "escape :",
            "escape ?",
            "escape g c",
            "g ,",
        ):
            await keys(pilot, steps)
            for text, contrast in drawn(pilot.app):
                read += 1
                if contrast < least:
                    pale[text] = round(contrast, 2)
        assert not pale and read > 500


@pytest.mark.parametrize(
    ("environ", "no"),
    [
        ({"NO_COLOR": "1"}, True),
        ({"TERM": "dumb"}, True),
        ({"NO_COLOR": "", "TERM": "xterm-256color"}, False),
    ],
)
def test_a_terminal_that_is_to_have_no_colour_gets_none(environ, no):
    assert (first_theme("light", environ) == MONO) == no


@pytest.mark.asyncio
async def test_without_colour_what_is_marked_late_and_under_the_cursor_is_still_told(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    ids = furnish(tmp_path)
    with opened(tmp_path) as store:
        store.transact("Late", record.edit, "task", ids["Survey"], deadline="2020-01-03T17:00")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "space")
        strips = pilot.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert all(not style.color or style.color.is_default for style in styles)
        assert any(style.reverse for style in styles)
        assert "●" in screen_lines(pilot.app)[2] and "!" in screen_lines(pilot.app)[2]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_list_is_alive_and_nothing_overlaps_at_every_size(tmp_path, size):
    furnish(tmp_path)
    async with at_work(tmp_path, size, "Nesting") as pilot:
        for name in LISTS:
            await pilot.app.shell.go(name)
            await keys(pilot, "j k")
            lines = pilot.app.shell.view.query_one(LineList)
            assert lines.size.width >= min(30, size[0]) and lines.size.height >= 5, name
            assert pilot.app.focused is lines, name
            assert all(cell_len(line) <= size[0] for line in screen_lines(pilot.app)), name
            shown = [
                one.region
                for one in (lines, pilot.app.shell.query_one("#details"))
                if one.display and one.size
            ]
            assert len(shown) == 1 or not shown[0].overlaps(shown[1]), name
            placed = lines._painter.placed
            assert placed and all(a.x + a.width < b.x for a, b in pairwise(placed)), name
            assert placed[-1].x + placed[-1].width < lines.size.width, name


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_cursor_stays_on_its_row_and_on_screen_when_the_terminal_changes(tmp_path, size):
    furnish(tmp_path)
    async with at_work(tmp_path, (140, 42), "Nesting") as pilot:
        await keys(pilot, "j j j")
        before = view(pilot.app).lines.cursor_rowid
        await pilot.resize_terminal(*size)
        await keys(pilot, "j k")
        assert view(pilot.app).lines.cursor_rowid == before in view(pilot.app).lines.visible_rowids()


NAMES = ["板金加工ライン", "Poinc\u0327onneuse e\u0301te\u0301", "스크랩 처리", "Crane 🏗️ hire", "مرحلة القطع"]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(60, 24), (80, 24)], ids=["60", "80"])
async def test_names_in_any_script_keep_the_columns_in_line(tmp_path, size):
    ids = furnish(tmp_path)
    with opened(tmp_path) as store:
        for name in NAMES:
            store.transact("New", record.create, "task", name=name, project_id=ids["Nesting line"], rank="z0")
    async with at_work(tmp_path, size, "Nesting") as pilot:
        await see(pilot, NAMES[0][:4])
        rows = [line for line in screen_lines(pilot.app) if "○ todo" in line]
        at = {cell_len(line[: line.index("○ todo")]) for line in rows}
        assert len(rows) >= 9 and len(at) == 1, screen_text(pilot.app)


def test_no_emoji_stands_in_what_the_program_itself_says():
    emoji = re.compile("[\U0001f000-\U0001ffff\u2600-\u26ff\ufe0f]")
    for file in Path("tui").rglob("*.py"):
        if file.name != "cells.py":
            assert not emoji.search(file.read_text("utf-8")), file
