from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from rich.cells import cell_len

from tui.widgets.cells import fit, plain
from tui.widgets.columns import Column, lay_out
from tui.words import clock_of, duration, moment

NASTY = [
    "plain",
    "激光切割机" * 9,
    "é" * 60,
    "tab\there\nnext\r\nline",
    "\x1b[2J\x1b]0;title\x07gone",
    "\u202eright to left",
    "👨‍👩‍👧 family ❤️ 🇩🇪 👍🏽",
    "\ud800 lone",
    "",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("width", [0, 1, 2, 7, 40])
def test_fits_exactly_and_steers_nothing(text, width):
    shown = fit(text, width)
    assert cell_len(shown) == width
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)
    shown.encode()


def test_control_characters_are_visible():
    assert plain("a\tb\nc\x1bd") == "a b↵c·d"


def test_a_wide_character_is_never_halved():
    assert fit("激光切割", 4) == "激 …"


def columns():
    render = str
    return [
        Column("title", "Task", render, min_width=20),
        Column("who", "Who", render, width=10, drop=2),
        Column("finish", "Finish", render, width=10, drop=1),
    ]


@pytest.mark.parametrize(("width", "kept"), [(80, 3), (45, 3), (40, 2), (30, 1), (12, 1)])
def test_columns_go_by_priority_and_never_exceed_the_width(width, kept):
    placed = lay_out(columns(), width)
    assert len(placed) == kept
    assert placed[-1].x + placed[-1].width <= width


def test_a_column_takes_what_it_needs_before_another_one_gets_more_than_that():
    columns = [
        Column("name", "Task", str, ratio=5, min_width=20, wants=30),
        Column("finish", "Finish", str, width=10, drop=1),
        Column("who", "Who", str, min_width=9, drop=2),
        Column("waits", "Waits for", str, ratio=2, min_width=10, drop=8),
    ]

    def widths(width, **needs):
        return {one.column.key: one.width for one in lay_out(columns, width, needs)}

    assert widths(60) == {"name": 35, "finish": 10, "who": 11}
    assert widths(60, name=48, who=2) == {"name": 43, "finish": 10, "who": 3}
    assert widths(60, name=24, who=14) == {"name": 31, "finish": 10, "who": 15}
    assert widths(80, name=60, who=2) == {"name": 62, "finish": 10, "who": 4}
    assert widths(80, name=50, who=2) == {"name": 51, "finish": 10, "who": 3, "waits": 11}
    assert widths(30, name=60, who=2) == {"name": 28}


def test_an_instant_is_shown_by_the_clock_on_the_wall():
    with time_machine.travel(datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("Australia/Sydney"))):
        assert clock_of("2026-11-28T13:05:00.000Z") == "29 Nov 00:05"
        assert moment("2026-12-04T17:00") == "Fri 04 Dec 17:00" and moment("2026-12-04") == "Fri 04 Dec"


def test_durations_are_read_by_people():
    told = {0: "0", 240: "4h", 480: "1d", 720: "1.5d", 3_650 * 480: "3,650d", 999_600: "2,082d"}
    assert {minutes: duration(minutes, 480) for minutes in told} == told
