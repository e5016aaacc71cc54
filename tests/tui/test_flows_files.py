"""Files of a record, by keyboard over a real store."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from models import leaving, space
from models.attachment import Attached, attach, attachments
from models.blobs import Blobs
from models.opened import Opened
from models.space import LIBRARY, Space
from models.store import open_store
from tests.tui.office import at_work, furnish, keys, see, until, view
from tests.tui.plain import screen_text
from tui import opening
from tui.screens import form

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


async def test_what_is_never_changed_once_made_offers_no_field_to_type_into(tmp_path, ids):
    store = open_store(tmp_path / "home")
    blob = Blobs(tmp_path / "home").keep(tmp_path / "cell 3.pdf")
    made = store.transact("Attach", attach, "task", ids["Survey"], "cell 3.pdf", blob).result
    with closing(store.read()) as conn:
        drafts = list(form.lines(conn, "attachment", made.id, True, None))
    store.close()
    assert drafts[0][:3] == (form.HEAD, "Attachment", "cell 3.pdf")
    assert not [draft for draft in drafts if draft.what in (form.TITLE, form.FIELD)]


async def test_a_path_without_a_file_is_asked_again(tmp_path, ids):
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await to_line(pilot, "+ file")
        await keys(pilot, "enter '/nowhere/plan.pdf' enter")
        await see(pilot, "cannot be read")
        assert "/nowhere/plan.pdf" in screen_text(pilot.app)


async def test_where_one_may_only_read_no_file_is_copied(tmp_path, ids):
    with closing(open_store(tmp_path / "home")) as store, store.write() as conn:
        space.tell(conn, [Space(LIBRARY, "reader", [])], 1)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await to_line(pilot, "+ file")
        await keys(pilot, "enter")
        await pilot.press(*str(tmp_path / "cell 3.pdf"), "enter")
        await see(pilot, "you cannot attach a file to it")
    assert not (tmp_path / "home" / "blobs").exists()


async def changed(tmp_path, ids, monkeypatch):
    """The attached file was opened, and another program has saved something into the copy."""
    monkeypatch.setattr(opening, "start", lambda path: path.write_bytes(b"%PDF kerf table, 2nd") or True)
    store = open_store(tmp_path / "home")
    blob = Blobs(tmp_path / "home").keep(tmp_path / "cell 3.pdf")
    store.transact("Attach", attach, "task", ids["Survey"], "cell 3.pdf", blob)
    store.close()
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await to_line(pilot, "file")
        await keys(pilot, "enter")
        await to_line(pilot, "Open")
        await keys(pilot, "enter")
        await see(pilot, "Opened cell 3.pdf: a copy")


def copies(tmp_path):
    return [path.read_bytes() for path in (tmp_path / "home" / "opened").glob("*/*")]


async def test_a_copy_that_was_changed_is_offered_and_attached_as_a_new_version(tmp_path, ids, monkeypatch):
    await changed(tmp_path, ids, monkeypatch)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await see(pilot, "“cell 3.pdf” was changed after it was opened")
        await pilot.press("home", *"new ", "enter")
        await until(lambda: names(pilot.app, ids["Survey"]) == ["cell 3.pdf", "new cell 3.pdf"], pilot)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await keys(pilot, "j")
        assert "was changed after" not in screen_text(pilot.app)
        assert copies(tmp_path) == [b"%PDF kerf table, 2nd"]  # another program may have it open


def left_behind(tmp_path):
    """The copy of a file whose project is no longer shared with us; something was saved into it."""
    blob = Blobs(tmp_path / "home").keep(tmp_path / "cell 3.pdf")
    what = Attached("gone", "prices.pdf", blob.size, "", blob.sha, "project", "cell 9", True)
    path, _ = Opened(tmp_path / "home").copy(what, Blobs(tmp_path / "home").path(blob.sha))
    path.write_bytes(b"the price list, with my notes")
    return path


async def test_where_a_changed_copy_lies_of_which_the_attachment_is_gone_is_said_after_the_offers(
    tmp_path, ids, monkeypatch
):
    await changed(tmp_path, ids, monkeypatch)
    path = left_behind(tmp_path)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await see(pilot, "“cell 3.pdf” was changed after it was opened")
        await keys(pilot, "escape")
        await until(lambda: f"What you saved into {path} belongs" in pilot.app.shell.footer.message, pilot)
        assert "Move it to where you want it, or delete it" in screen_text(pilot.app)


async def test_what_goes_wrong_while_clearing_away_hides_no_changed_copy(tmp_path, ids, monkeypatch):
    await changed(tmp_path, ids, monkeypatch)
    monkeypatch.setattr(leaving, "clear_away", lambda store: [][0])
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await see(pilot, "“cell 3.pdf” was changed after it was opened")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
async def test_a_disk_that_fills_before_it_is_noted_what_was_attached_is_said(tmp_path, ids, monkeypatch):
    await changed(tmp_path, ids, monkeypatch)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await see(pilot, "“cell 3.pdf” was changed after it was opened")
        [known] = (tmp_path / "home" / "opened").glob("*.sha")
        known.unlink()
        known.symlink_to("/dev/full")
        await keys(pilot, "enter")
        await see(pilot, "that could not be noted (No space left on device)")
        assert "Free some room" in screen_text(pilot.app)
        assert names(pilot.app, ids["Survey"]) == ["cell 3.pdf", "cell 3.pdf"]


@pytest.mark.parametrize(("last", "left"), [("escape", [b"%PDF kerf table, 2nd"]), ("ctrl+u enter", [])])
async def test_escape_asks_again_at_the_next_start_and_emptied_it_is_let_go(
    tmp_path, ids, monkeypatch, last, left
):
    await changed(tmp_path, ids, monkeypatch)
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await see(pilot, "“cell 3.pdf” was changed after it was opened")
        await keys(pilot, last)
        await until(lambda: copies(tmp_path) == left, pilot)
        assert names(pilot.app, ids["Survey"]) == ["cell 3.pdf"]
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await pilot.app.workers.wait_for_complete()
        if left:
            await see(pilot, "“cell 3.pdf” was changed after it was opened")


async def test_a_content_that_nothing_names_any_more_goes_at_the_start(tmp_path, ids):
    files = Blobs(tmp_path / "home")
    sha = files.keep(tmp_path / "cell 3.pdf").sha
    os.utime(files.path(sha), (0, 0))
    with closing(open_store(tmp_path / "home")) as store, store.write() as conn:
        conn.execute("INSERT INTO blob(sha, size, sent) VALUES(?, 15, 1)", (sha,))
    async with at_work(tmp_path / "home", project="Nesting") as pilot:
        await until(lambda: not files.path(sha).exists(), pilot)
