"""The calendar over what is being typed."""

from datetime import date

import pytest

from tests.tui.office import at_work, furnish, keys, see, value, view
from tui.picker import typed_day, with_day

TODAY = date(2026, 11, 28)
DAY = date(2026, 12, 4)


@pytest.mark.parametrize(
    ("text", "cursor", "made"),
    [
        ("", 0, "2026-12-04"),
        ("fri", 3, "2026-12-04"),
        ("2026-11-30 08:00", 16, "2026-12-04 08:00"),
        ("12 dec 17:00", 3, "2026-12-04 17:00"),
        ("call Ines #harlan", 9, "call Ines 2026-12-04 #harlan"),
        ("call Ines", 9, "call Ines 2026-12-04"),
    ],
)
def test_the_day_goes_where_a_day_stands_or_the_cursor(text, cursor, made):
    assert with_day(text, cursor, DAY, TODAY) == made


def test_it_begins_with_what_is_typed():
    assert typed_day("2026-12-04 08:00", TODAY) == typed_day("4 dec", TODAY) == DAY
    assert typed_day("call Ines", TODAY) == TODAY


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_a_day_is_chosen_by_keys(tmp_path, size):
    ids = furnish(tmp_path)
    async with at_work(tmp_path, size, "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Lay cables"])
        view(pilot.app).lines.edit_cell(column="start")
        await keys(pilot, "ctrl+u '2026-12-04_09:00' f4")
        await see(pilot, "December 2026")
        await see(pilot, "[ 4]")
        await keys(pilot, "j l ] [")
        await see(pilot, "Saturday 12 December")
        await keys(pilot, "enter enter")
        assert value(pilot.app, "task", ids["Lay cables"], "constraint_date") == "2026-12-12T09:00"


@pytest.mark.asyncio
async def test_esc_leaves_what_was_typed(tmp_path):
    furnish(tmp_path)
    async with at_work(tmp_path, (80, 24), "Nesting") as pilot:
        await keys(pilot, "c 'call_Ada' f4 l escape")
        assert pilot.app.focused.value == "call Ada"
        await keys(pilot, "f4 t enter")
        assert pilot.app.focused.value == f"call Ada {date.today()}"
