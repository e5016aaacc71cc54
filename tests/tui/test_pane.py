"""Long texts in the pane: over as many lines as they need, and still one field."""

import pytest

from tests.tui.office import at_work, count, elsewhere, furnish, here, keys, see, until, value, view
from tests.tui.test_flows_profile import go_to_line

pytestmark = pytest.mark.asyncio
LONG = "Submit shop drawings and order long lead items of the steel erector"


@pytest.fixture
def ids(tmp_path):
    ids = furnish(tmp_path)
    elsewhere(tmp_path, "task", ids["Survey"], name=LONG, notes="Ask Ada\nfirst")
    return ids


async def test_a_long_name_is_whole_and_one_field_at_each_of_its_lines(tmp_path, ids):
    async with at_work(tmp_path, (110, 42), "Nesting") as pilot:
        await see(pilot, "steel erector")
        await keys(pilot, "enter")
        detail = view(pilot.app).detail
        await go_to_line(pilot, "Task")
        await keys(pilot, "j")
        assert here_in(detail).goes_on and here_in(detail).text == ""
        await keys(pilot, "e '_2' enter")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "name") == f"{LONG} 2", pilot)
        await go_to_line(pilot, "Notes")
        await keys(pilot, "j")
        assert here_in(detail).shown == "first"
        await keys(pilot, "k y")
        assert pilot.app.clipboard == "Notes\tAsk Ada\nfirst"


async def test_below_the_first_line_of_a_link_the_link_is_deleted_and_not_the_task(tmp_path, ids):
    async with at_work(tmp_path, (110, 42), "Nesting") as pilot:
        view(pilot.app).seek("task", ids["Go live"])
        await keys(pilot, "b 'Submit' enter")
        await until(lambda: count(pilot.app, "dependency") == 1, pilot)
        await keys(pilot, "enter")
        await go_to_line(pilot, "after")
        await keys(pilot, "j X")
        await until(lambda: count(pilot.app, "dependency") == 0, pilot)
        assert count(pilot.app, "task") == 6


async def test_another_width_folds_it_anew(tmp_path, ids):
    async with at_work(tmp_path, (110, 42), "Nesting") as pilot:
        await see(pilot, "steel erector")
        form = view(pilot.app).detail.form
        narrow = len(form.lines)
        await pilot.resize_terminal(200, 42)
        await until(lambda: len(form.lines) < narrow, pilot)


async def test_initials_of_one_letter_are_shown_as_names(tmp_path, ids):
    elsewhere(tmp_path, "member", ids["Ines Vogt"], initials="I")
    async with at_work(tmp_path, (140, 42), "Nesting") as pilot:
        await keys(pilot, "w 'I' enter")
        await until(lambda: here(pilot).who == "Ines Vogt", pilot)
        view(pilot.app).lines.edit_cell(column="who")
        await keys(pilot, "end ',_TR' enter")
        await until(lambda: here(pilot).who == "Ines Vogt, TR", pilot)


def here_in(detail):
    return detail.form.lines[detail.cursor_rowid]
