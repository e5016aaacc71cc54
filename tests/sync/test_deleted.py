"""Two laptops: one deletes what the other one works in, without a connection."""

from pathlib import Path

import pytest

from models.attachment import attach
from models.blobs import Blobs
from models.conflict import settle_all
from models.outline import add_tasks
from models.record import create, delete, find
from models.store import Store
from models.windows.conflicts import conflicts_rows, conflicts_window
from sync import account, worker
from tests.server.running import Served
from tests.sync.conftest import Profile

Pair = dict[str, Store]


@pytest.fixture
def pair(server: Served, profile: Profile, tokens: object) -> Pair:
    """Ines and Tomas, signed in, with a project that both have."""
    stores = {name: profile(name) for name in ("Ines", "Tomas")}
    stores["Ines"].transact("Add", create, "project", id="line-7", name="Line 7")
    for name, store in stores.items():
        account.login(store, server.url, server.code(name))
    sync(*stores.values(), *stores.values())
    return stores


def sync(*stores: Store) -> None:
    for store in stores:
        worker.sync_now(store)


def asked(store: Store) -> list[str]:
    with store.write() as conn:
        window = conflicts_window(conn)
        return [row.id for row in conflicts_rows(conn, window.rows)]


def deleted(store: Store) -> list[str]:
    with store.write() as conn:
        sql = "SELECT id, deleted_at FROM project UNION SELECT name, deleted_at FROM task"
        return [name for name, at in conn.execute(sql) if at]


@pytest.mark.parametrize("first", ["Ines", "Tomas"])
@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_what_was_added_to_a_deleted_project_brings_it_back_until_somebody_decides(
    pair: Pair, first: str, side: str
) -> None:
    """Whoever of them syncs first. Tomas decides."""
    ines, tomas = pair.values()
    ines.transact("Delete", delete, "project", "line-7")
    tomas.transact("Add", add_tasks, "line-7", ["Weld", "Paint"], None)
    sync(pair[first], *pair.values(), *pair.values())
    assert [deleted(store) for store in pair.values()] == [[], []]
    [id] = asked(tomas)
    assert asked(ines) == [id]
    tomas.transact("Decide", settle_all, [id], side)
    sync(tomas, ines)
    assert [deleted(store) for store in pair.values()] == [["line-7"] if side == "theirs" else []] * 2
    assert [asked(store) for store in pair.values()] == [[], []]


def test_what_waits_for_a_file_to_be_sent_first_tells_what_was_seen_when_it_was_made(
    pair: Pair, tmp_path: Path
) -> None:
    """It is pushed in the same sync after the pull that brings the delete."""
    ines, tomas = pair.values()
    [weld] = tomas.transact("Add", add_tasks, "line-7", ["Weld"], None).result
    sync(tomas, ines)
    ines.transact("Delete", delete, "project", "line-7")
    sync(ines)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"nameplate")
    tomas.transact("Attach", attach, "task", weld.id, photo.name, Blobs(tomas.home).keep(photo))
    sync(tomas, ines, tomas)
    assert [deleted(store) for store in pair.values()] == [[], []]
    assert [len(asked(store)) for store in pair.values()] == [1, 1]


@pytest.mark.parametrize("first", ["Ines", "Tomas"])
def test_a_parent_in_another_project_is_above_nothing(pair: Pair, first: str) -> None:
    """Such a task stands on the top level of its own project, whatever becomes of the parent."""
    ines, tomas = pair.values()
    ines.transact("Add", create, "project", id="line-8", name="Line 8")
    [stand] = ines.transact("Add", add_tasks, "line-7", ["Stand"], None).result
    [weld] = ines.transact("Add", add_tasks, "line-8", ["Weld"], None).result
    sync(ines, tomas)
    ines.transact("Delete", delete, "task", stand.id)
    tomas.transact("Move", lambda session: setattr(find(session, "task", weld.id), "parent_id", stand.id))
    sync(pair[first], *pair.values(), *pair.values())
    assert [deleted(store) for store in pair.values()] == [["Stand"], ["Stand"]]
    assert [asked(store) for store in pair.values()] == [[], []]
