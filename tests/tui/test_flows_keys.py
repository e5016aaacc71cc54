"""What a key says that has nothing to do where it is pressed, by keyboard over a real store."""

import pytest

from tests.tui.office import TASKS, at_work, count, furnish, keys, value, view
from tests.tui.plain import screen_text

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


@pytest.mark.parametrize(
    ("pressed", "said"),
    [
        ("F", "F does nothing here · ? shows the keys"),
        ("percent_sign", "% does nothing here · ? shows the keys"),
        ("enter x", "x (done) does nothing here · ? shows the keys"),
        ("g c s", "s (status) does nothing here · ? shows the keys"),
        ("g p s", "s (status) does nothing here · ? shows the keys"),
        ("g z", "g z does nothing here · ? shows the keys"),
        ("minus", "- (last view) does nothing here · ? shows the keys"),
        *((f"g {key}", f"g {key} (") for key in "lovkr"),
    ],
)
async def test_a_key_that_does_nothing_here_says_so(tmp_path, ids, pressed, said):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, pressed)
        assert pilot.app.shell.footer.message.startswith(said)
        assert value(pilot.app, "task", ids["Survey"], "actual_finish") is None
        assert count(pilot.app, "task") == len(TASKS)


async def test_what_is_typed_and_escape_say_nothing(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "escape o 'Fix_it' escape comma 'F%' escape : 'zz' escape g escape")
        assert "does nothing" not in screen_text(pilot.app)


async def test_what_was_not_refused_is_shown_by_e_in_the_sync_view(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "x g s e")
        assert pilot.app.focused is view(pilot.app).detail
