"""A store that was put back by hand: what had left it since, was taken back in it and comes whole, in a snapshot."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import Offline
from models.record import create, edit
from models.store import Store
from server import keeping
from sync import account, worker
from tests.server.running import Served
from tests.sync.conftest import Profile

Back = Callable[[], Store]


@pytest.fixture
def tomas(server: Served, profile: Profile, tokens: Path) -> Store:
    """Tomas, signed in, with a client."""
    store = profile("tomas")
    store.transact("Add", create, "client", id="harlan", name="Harlan Fab", city="Linz")
    account.login(store, server.url, server.code("Tomas"))
    worker.sync_now(store)
    return store


@pytest.fixture
def back(tomas: Store, server: Served, profile: Profile, tmp_path: Path) -> Back:
    """Ines moved the client and added one, and her store was copied. What is returned syncs her, puts the copy back and
    takes back both in it; then the server packs its log."""
    ines = profile("ines")
    account.login(ines, server.url, server.code("Ines"))
    worker.sync_now(ines)
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    ines.transact("Add", create, "client", id="novak", name="Novak Metal")
    ines.close()
    shutil.copytree(ines.home, tmp_path / "aside")

    def put_back(sends: bool = True) -> Store:
        if sends:
            worker.sync_now(profile("ines"))
        shutil.rmtree(ines.home)
        shutil.copytree(tmp_path / "aside", ines.home)
        store = profile("ines")
        store.undo(), store.undo()
        keeping.compact(server.backend.database, server.backend.database.workspace(), server.now + 1)
        return store

    return put_back


def clients(*stores: Store) -> list[tuple[str, str]]:
    """Name and place of each client that is not deleted; all have the same after they have synced."""
    for store in (*stores, *stores, *stores):
        worker.sync_now(store)
    found = []
    for store in stores:
        conn = store.read()
        found.append(
            conn.execute("SELECT name, city FROM client WHERE deleted_at IS NULL ORDER BY name").fetchall()
        )
        conn.close()
    assert all(one == found[0] for one in found)
    return found[0]


def test_it_is_taken_back_for_all(back: Back, tomas: Store) -> None:
    ines = back()
    assert clients(ines, tomas) == [("Harlan Fab", "Linz")]
    ines.redo(), ines.redo()
    assert clients(ines, tomas) == [("Harlan Fab", "Graz"), ("Novak Metal", None)]


def test_what_a_colleague_wrote_alike_stays_where_it_had_not_left(back: Back, tomas: Store) -> None:
    tomas.transact("Move", edit, "client", "harlan", city="Graz")
    worker.sync_now(tomas)
    ines = back(sends=False)
    assert clients(ines, tomas) == [("Harlan Fab", "Graz")]
    assert [label for label in labels(ines) if label == "Move"] == []


def labels(store: Store) -> list[str]:
    conn = store.read()
    found = conn.execute("SELECT label FROM txn WHERE origin='L' AND state<>6").fetchall()
    conn.close()
    return [label for (label,) in found]


def test_a_network_that_dies_before_the_server_was_asked_puts_it_off(
    back: Back, tomas: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = back()

    def dead(*_: object) -> None:
        raise Offline("The network is gone.")

    with monkeypatch.context() as gone:
        gone.setattr("sync.asking.past", dead)
        with pytest.raises(Offline):
            worker.sync_now(ines)
    assert clients(ines, tomas) == [("Harlan Fab", "Linz")]
