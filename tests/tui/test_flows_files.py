"""Files of a record, by keyboard over a real store."""

import pytest

from models.attachment import attachments
from tests.tui.office import at_work, furnish, keys, see, until, view
from tests.tui.plain import screen_text
from tui import opening

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    (tmp_path / "cell 3.pdf").write_bytes(b"%PDF kerf table")
    return furnish(tmp_path / "home")


async def to_line(pilot, label):
    """The cursor of the detail on the line called so."""
    detail = view(pilot.app).detail
    await until(lambda: any(line.label == label for line in detail.form.lines.values()), pilot)
    assert detail.go_to(next(line.row for line in detail.form.lines.values() if line.label == label))
    pilot.app.screen.set_focus(detail)


def names(app, rec):
    return [line.name for line in attachments(app.desk.conn, rec)]


async def test_a_file_is_attached_by_its_path_shown_opened_and_taken_back(tmp_path, ids, monkeypatch):
    opened = []
    monkeypatch.setattr(opening, "start", lambda path: opened.append((path.name, path.read_bytes())) or True)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await to_line(pilot, "+ file")
        await keys(pilot, "enter")
        await pilot.press(*str(tmp_path / "cell 3.pdf"), "enter")
        await until(lambda: names(pilot.app, ids["Survey"]) == ["cell 3.pdf"], pilot)
        await see(pilot, "cell 3.pdf  15 bytes")
        await to_line(pilot, "file")
        await keys(pilot, "enter")
        await to_line(pilot, "Open")
        await keys(pilot, "enter")
        await until(lambda: opened == [("cell 3.pdf", b"%PDF kerf table")], pilot)
        await keys(pilot, "escape u")
        await until(lambda: names(pilot.app, ids["Survey"]) == [], pilot)


async def test_a_path_without_a_file_is_asked_again(tmp_path, ids):
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await to_line(pilot, "+ file")
        await keys(pilot, "enter '/nowhere/plan.pdf' enter")
        await see(pilot, "cannot be read")
        assert "/nowhere/plan.pdf" in screen_text(pilot.app)
