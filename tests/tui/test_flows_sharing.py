"""Who sees a project or client, by keyboard: over a real store, and with a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.outbox import waiting
from models.record import create
from models.sharing import unshared
from tests.stories.conftest import Laptop, Server
from tests.tui.office import at_work, count, furnish, here, keys, opened, see, settle, until, value, view
from tests.tui.plain import screen_text

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def space(app, kind, rec):
    return value(app, kind, rec, "space")


async def test_a_project_is_moved_after_a_look_and_one_undo_takes_it_back(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "&")
        await see(pilot, "Everybody sees “Nesting line” · % moves it")
        await keys(pilot, "%")
        await see(pilot, "Move “Nesting line” into a space of its own?")
        shown = screen_text(pilot.app)
        assert "6 tasks" in shown and "Only you see it then" in shown and "recycle bin" in shown
        await keys(pilot, "escape")
        assert "▢" not in screen_text(pilot.app)
        await keys(pilot, "%")
        await see(pilot, "Move “Nesting line” into")  # looked at behind: keys until then are the list's
        await keys(pilot, "enter")
        await see(pilot, "▢ Nesting line")
        assert here(pilot).name == "Nesting line" and here(pilot).id != ids["Nesting line"]
        assert count(pilot.app, "task") == 6
        await keys(pilot, "g i")
        await see(pilot, "only you")
        await keys(pilot, "u")
        await until(lambda: value(pilot.app, "project", ids["Nesting line"], "deleted_at") is None, pilot)
        await keys(pilot, "g p")
        await settle(pilot)
        assert "▢" not in screen_text(pilot.app) and count(pilot.app, "project") == 2


async def test_out_of_a_space_of_its_own_it_goes_to_everybody(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "%")
        await see(pilot, "Move “Nesting line” into")
        await keys(pilot, "enter")
        await see(pilot, "▢ Nesting line")
        await keys(pilot, "%")
        await see(pilot, "to where everybody sees it?")
        await keys(pilot, "enter")
        await until(lambda: "▢" not in screen_text(pilot.app), pilot)


async def test_a_new_project_and_a_new_client_that_only_you_see(tmp_path, ids):
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "P 'Takeover_@_Quiet_Ltd' enter")
        await see(pilot, "▢ Takeover")
        client = value(pilot.app, "project", here(pilot).id, "client_id")
        assert (
            space(pilot.app, "project", here(pilot).id)
            == space(pilot.app, "client", client)
            == f"client:{client}"
        )
        await keys(pilot, "P 'Line_3_@_Harlan' enter")
        await see(pilot, "▢ Line 3")
        assert space(pilot.app, "project", here(pilot).id) == f"project:{here(pilot).id}"
        await keys(pilot, "g c P 'Hush_GmbH' enter")
        await see(pilot, "▢ Hush GmbH")
        assert here(pilot).name == "Hush GmbH"
        await keys(pilot, "o 'Ada' enter")
        await until(lambda: here(pilot).name == "Ada", pilot)
        assert space(pilot.app, "contact", here(pilot).id).startswith("client:")
        await keys(pilot, "D")
        await settle(pilot)
        assert "▢" not in screen_text(pilot.app)


async def test_nothing_is_shared_without_a_server_or_by_who_only_edits(tmp_path, ids):
    with opened(tmp_path) as store:
        store.transact("Add", create, "project", name="Cell 9", **unshared("project"))
        [own] = store.read().execute("SELECT id FROM project WHERE name='Cell 9'").fetchone()
    async with at_work(tmp_path) as pilot:
        view(pilot.app).seek("project", own)
        await keys(pilot, "&")
        await see(pilot, "Not signed in")
        await keys(pilot, "~")
        await see(pilot, "Only you see “Cell 9”")
    with opened(tmp_path) as store, store.write() as conn:
        told = f'[["{ids["Ines Vogt"]}", "manager"]]'
        conn.execute(
            "INSERT INTO space(id, role, members, fresh) VALUES(?, 'editor', ?, 1)", (f"project:{own}", told)
        )
    async with at_work(tmp_path) as pilot:
        view(pilot.app).seek("project", own)
        await keys(pilot, "&")
        await see(pilot, "shared by who manages it. Seen by Ines Vogt (manager)")
        await keys(pilot, "%")
        await see(pilot, "Only who manages “Cell 9” may move it")


# ── with a server ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def team(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> tuple[Laptop, Laptop]:
    """Ines, who keeps “Cell 9” to herself, and Tomas; both signed in and in sync."""
    ines, tomas = Laptop("ines", tmp_path / "ines"), Laptop("tomas", tmp_path / "tomas")
    ines("add", "project", "Cell 9", "--private")
    ines.login(server.url, server.invite("Ines"))
    ines("sync")
    tomas.login(server.url, ines.json("invite", "Tomas")["code"])
    tomas("sync"), ines("sync")
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{ines.home.with_suffix('.token')}")
    return ines, tomas


def told(laptop: Laptop, name: str) -> list[str]:
    return [
        f"{one['name']}:{one['role']}"
        for s in laptop.json("spaces")
        if s["name"] == name
        for one in s["people"]
    ]


async def test_shared_withdrawn_and_shared_again(team):
    ines, tomas = team
    async with at_work(ines.home, project="Cell 9") as pilot:
        await keys(pilot, "g i")
        await see(pilot, "Ines  (manager)")
        await keys(pilot, "& 'to' tab")
        await see(pilot, "u does not take that back")
        await pilot.press(":", "r", "e", "tab", "enter")
        await see(pilot, "Tomas sees “Cell 9” from the next sync on, as reader")
        await see(pilot, "Tomas  (reader)")
        tomas("sync")
        assert told(tomas, "Cell 9") == ["Ines:manager", "Tomas:reader"]
        await keys(pilot, "/ 'reader' enter ~")
        await see(pilot, "what they have not sent is refused")
        assert pilot.app.focused.value == "Tomas"
        await keys(pilot, "enter")
        await see(pilot, "“Cell 9” leaves Tomas's laptops at their next sync")
        await keys(pilot, "escape")
        await until(lambda: "Tomas  (" not in screen_text(pilot.app), pilot)
        tomas("sync")
        assert told(tomas, "Cell 9") == []
        await keys(pilot, "& 'Tomas' enter")
        await see(pilot, "Tomas  (editor)")


async def test_a_project_that_is_taken_away_while_it_is_open_says_so(team, monkeypatch):
    ines, tomas = team
    ines("share", "Cell 9", "Tomas:editor")
    tomas("sync")
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{tomas.home.with_suffix('.token')}")
    async with at_work(tomas.home, project="Cell 9") as pilot:
        await keys(pilot, "o 'Weld' enter escape")
        await until(lambda: not waiting(pilot.app.desk.conn), pilot)
        ines("unshare", "Cell 9", "Tomas")
        await keys(pilot, "R")
        await see(pilot, "This project is no longer shared with you")
        await keys(pilot, "o")
        assert pilot.app.focused is view(pilot.app).lines


async def test_a_name_that_nobody_has_and_a_refusal_leave_what_was_typed(team):
    ines, _ = team
    async with at_work(ines.home, project="Cell 9") as pilot:
        await keys(pilot, "g i & 'Odile' enter")
        await see(pilot, "no member is called “Odile”")
        await keys(pilot, "ctrl+u 'Tomas:boss' enter")
        await see(pilot, "There are: reader, editor, manager")
        await keys(pilot, "ctrl+u 'Ines:reader' enter")
        await see(pilot, "It needs somebody who manages it")
        assert pilot.app.focused.value == "Ines:reader"


async def test_without_a_connection_it_is_said_and_nothing_is_lost(team, server):
    ines, _ = team
    server.kill()
    async with at_work(ines.home, project="Cell 9") as pilot:
        await keys(pilot, "g i & 'Tomas' enter")
        await see(pilot, "Share “Cell 9” with")
        await until(lambda: pilot.app.focused.value == "Tomas", pilot)
        assert "u does not take that back" not in screen_text(pilot.app)


async def test_what_was_just_made_is_shared_as_soon_as_the_server_has_it(team):
    ines, tomas = team
    async with at_work(ines.home) as pilot:
        await keys(pilot, "g p P 'Cell_10' enter")
        await see(pilot, "▢ Cell 10")
        await keys(pilot, "& 'Tomas' enter")
        await see(pilot, "Tomas sees “Cell 10” from the next sync on")
    tomas("sync")
    assert told(tomas, "Cell 10") == ["Ines:manager", "Tomas:editor"]


async def test_sync_now_says_why_not_and_sync_shows_it_until_it_goes_again(team, server):
    ines, _ = team
    async with at_work(ines.home, (140, 42)) as pilot:
        server.kill()
        await keys(pilot, "R")
        await see(pilot, "Your edits are safe here and are sent later.")
        await keys(pilot, "g s g g")
        await see(pilot, "○ no sync")
        assert here(pilot).label.startswith(server.url) and "because" in screen_text(pilot.app)
        await keys(pilot, "f")
        assert "no sync" not in screen_text(pilot.app)
        await keys(pilot, "f")
        server.start()
        await keys(pilot, "R")
        await see(pilot, "Synced: 0 sent")
        await until(lambda: "no sync" not in screen_text(pilot.app), pilot)


async def test_back_on_the_network_by_one_key_what_waits_is_sent(team):
    ines, tomas = team
    async with at_work(ines.home) as pilot:
        await keys(pilot, "g p o 'Line_9' f9")
        await see(pilot, "Off the network; edits wait here")
        await keys(pilot, "enter")
        await see(pilot, "Line 9")
    async with at_work(ines.home) as pilot:  # a start is no reason to go back
        await see(pilot, "Off the network, as you left it")
        await until(lambda: "1 wait" in screen_text(pilot.app), pilot)
        tomas("sync")
        assert "Line 9" not in tomas("list", "project")
        await keys(pilot, "R")
        await see(pilot, "Synced: 1 sent, ")
        assert not waiting(pilot.app.desk.conn)
    async with at_work(ines.home) as pilot:
        await see(pilot, "synced")
        assert "as you left it" not in screen_text(pilot.app)
    tomas("sync")
    assert "Line 9" in tomas("list", "project")
