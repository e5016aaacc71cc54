"""The profile's store copied while it is in use, and brought back."""

from pathlib import Path

import pytest

from models import db, outbox
from models.backup import Former, backup, restore
from models.errors import Refused, StoreDamaged
from models.record import create
from models.store import Store, open_store


def names(home: Path) -> list[str]:
    store = open_store(home)
    conn = store.read()
    found = [name for (name,) in conn.execute("SELECT name FROM client ORDER BY name")]
    conn.close()
    store.close()
    return found


def add(store: Store, name: str) -> None:
    store.transact("Add", create, "client", name=name)


def test_a_profile_comes_back_as_it_was_and_what_stood_there_is_kept(tmp_path: Path) -> None:
    store = open_store(tmp_path / "ines")
    add(store, "Harlan Fab")
    backup(tmp_path / "ines", tmp_path / "monday.db")
    add(store, "Novak Metal")
    replica = store.meta("replica")
    store.close()
    former = restore(tmp_path / "ines", tmp_path / "monday.db").store
    assert names(tmp_path / "ines") == ["Harlan Fab"]
    assert former and db.get_meta(db.connect(former, readonly=True), "replica") == replica
    (tmp_path / "was").mkdir()
    former.rename(tmp_path / "was" / db.NAME)
    assert names(tmp_path / "was") == ["Harlan Fab", "Novak Metal"]


def test_what_comes_back_is_another_replica(tmp_path: Path) -> None:
    store = open_store(tmp_path / "ines")
    replica = store.meta("replica")
    backup(tmp_path / "ines", tmp_path / "monday.db")
    store.close()
    assert restore(tmp_path / "new", tmp_path / "monday.db") == Former()
    again = open_store(tmp_path / "new")
    assert again.meta("replica") not in ("", replica)
    again.close()


def test_undo_of_what_waits_in_a_backup_is_sent_too_since_it_may_have_left_after_the_copy(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path / "ines")
    add(store, "Harlan Fab")
    backup(tmp_path / "ines", tmp_path / "monday.db")
    store.close()
    restore(tmp_path / "ines", tmp_path / "monday.db")
    again = open_store(tmp_path / "ines")
    again.undo()
    with again.write() as conn:
        assert [txn.kind for txn in outbox.take(conn, 10)] == ["do", "undo"]
    again.close()


def test_a_backup_replaces_nothing_and_what_is_none_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path / "ines").close()
    (tmp_path / "notes.db").write_bytes(b"")
    with pytest.raises(Refused, match="is there already"):
        backup(tmp_path / "ines", tmp_path / "notes.db")
    with pytest.raises(StoreDamaged, match="not a backup of a profile"):
        restore(tmp_path / "ines", tmp_path / "notes.db")
    with pytest.raises(Refused, match="There is no file"):
        restore(tmp_path / "ines", tmp_path / "nothing.db")
    assert names(tmp_path / "ines") == []
