"""Opening the store, sharing it, and what is said when that fails."""

import errno
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from models import db, record
from models.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreNewer, StoreReadOnly
from models.feed import Feed, ids
from models.store import WriteLock, open_store


def python(code: str, *args: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), *args])


# ── two windows ───────────────────────────────────────────────────────────────────────────────────────


def test_processes_that_make_one_store_at_once(tmp_path: Path) -> None:
    code = """
        import sys
        from models import record
        from models.store import open_store
        store = open_store(sys.argv[1])
        for i in range(5):
            store.transact("New", record.create, "client", name="Harlan Fab")
    """
    running = [python(code, str(tmp_path / "home")) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    conn = db.connect(tmp_path / "home" / db.NAME, readonly=True)
    assert conn.execute("SELECT count(*) FROM client").fetchone() == (20,)
    assert conn.execute("SELECT count(*) FROM txn WHERE state=1").fetchone() == (20,)


def test_the_feed_sees_what_another_process_commits(desk: Any) -> None:
    harlan = desk.client()
    feed = Feed(desk.conn)
    assert feed.poll() is None
    code = """
        import sys
        from models import record
        from models.store import open_store
        open_store(sys.argv[1]).transact("Move", record.edit, "client", sys.argv[2], city="Brno", phone="1")
    """
    assert python(code, str(desk.home), harlan).wait() == 0
    changes = feed.poll()
    assert changes is not None
    assert (changes.fields, changes.count) == ({"client": {"city", "phone"}}, 1)
    assert ids(desk.conn, changes.upto - 2, changes.upto, "client", [harlan, "other"]) == {harlan}
    assert feed.poll() is None


def test_changes_say_what_an_operation_did(desk: Any) -> None:
    changes = desk.store.transact("New client", record.create, "client", name="Harlan Fab")
    assert (changes.label, changes.count, changes.fields) == ("New client", 1, {"client": {""}})
    assert changes.result.name == "Harlan Fab"
    assert changes.touches("client")
    assert not changes.touches("client", "city")
    later = desk.edit("client", changes.result.id, city="Brno")
    assert later.touches("client", "city", "name")
    assert later.upto == changes.upto + 1


def test_the_screen_goes_before_the_sync() -> None:
    lock, order = WriteLock(), list[str]()

    def take(name: str) -> None:
        with getattr(lock, name)():
            order.append(name)

    with lock.patient():
        assert lock.busy()
        waiting = [threading.Thread(target=take, args=(n,)) for n in ("patient", "patient", "urgent")]
        for thread in waiting:
            thread.start()
            time.sleep(0.02)
    for thread in waiting:
        thread.join()
    assert order == ["urgent", "patient", "patient"]
    assert not lock.busy()


# ── paths ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["with space", "Größe ✓ 計画", "what?mode=ro", "a#b", "100% %41", "a&b=c;d"])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    store = open_store(home)
    store.transact("New client", record.create, "client", name="Harlan Fab")
    assert (home / db.NAME).exists()
    conn = store.read()
    assert conn.execute("SELECT name FROM client").fetchone() == ("Harlan Fab",)
    conn.close()
    store.close()


# ── trouble ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / db.NAME).write_text("Dear Ines, " * 1000)
    with pytest.raises(StoreDamaged, match="not a Milepost store"):
        open_store(tmp_path)
    assert (tmp_path / db.NAME).read_text().startswith("Dear Ines")


def test_a_store_that_broke_off(desk: Any, tmp_path: Path) -> None:
    desk.client()
    desk.close()
    whole = desk.store.path.read_bytes()
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / db.NAME).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreDamaged, match="restore a backup"):
        store = open_store(tmp_path / "half")
        store.transact("New client", record.create, "client", name="Harlan Fab")
    desk.restart()


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreError, match="--home"):
        open_store(tmp_path / "home")


def test_a_folder_in_the_way_of_the_file(tmp_path: Path) -> None:
    (tmp_path / db.NAME).mkdir()
    with pytest.raises(StoreReadOnly, match="permissions"):
        open_store(tmp_path)


def test_only_what_can_be_had_again_is_committed_without_waiting_for_the_disk(desk: Any) -> None:
    def synchronous(conn: sqlite3.Connection) -> int:
        return int(conn.execute("PRAGMA synchronous").fetchone()[0])

    with desk.store.write(durable=False) as conn:
        assert synchronous(conn) == 1
    with pytest.raises(ZeroDivisionError), desk.store.write(durable=False):
        1 / 0  # noqa: B018
    with desk.store.write() as conn:
        assert synchronous(conn) == 2


def test_a_connection_for_reading_cannot_write(desk: Any) -> None:
    with pytest.raises(StoreReadOnly, match="another folder"), db.in_words(desk.store.path):
        desk.conn.execute("UPDATE meta SET value='x'")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_BUSY", StoreBusy), ("SQLITE_BUSY_SNAPSHOT", StoreBusy), ("SQLITE_LOCKED", StoreBusy),
        ("SQLITE_READONLY_DBMOVED", StoreReadOnly), ("SQLITE_CANTOPEN", StoreReadOnly), ("SQLITE_PERM", StoreReadOnly),
        ("SQLITE_FULL", StoreFull), ("SQLITE_IOERR_WRITE", StoreFull), ("SQLITE_NOTADB", StoreDamaged),
        ("SQLITE_CORRUPT_VTAB", StoreDamaged), ("SQLITE_MISUSE", StoreError),
    ],
)  # fmt: skip
def test_every_error_of_sqlite_has_its_words(name: str, kind: type[StoreError]) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorname = name
    assert type(db.explain(error, Path("/home/ines/milepost.db"))) is kind


def test_a_full_disk_has_the_same_words_when_the_file_system_says_it() -> None:
    with pytest.raises(StoreFull, match="Free some room"), db.in_words(Path("/home/ines/milepost.db")):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_newer_program_wrote_it(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    conn = sqlite3.connect(tmp_path / db.NAME)
    conn.execute(f"PRAGMA user_version={db.SCHEMA + 1}")
    conn.close()
    with pytest.raises(StoreNewer, match="start the newer program"):
        open_store(tmp_path)


def test_a_newer_program_updates_it_meanwhile(desk: Any) -> None:
    desk.client()
    conn = sqlite3.connect(desk.store.path)
    conn.execute(f"PRAGMA user_version={db.SCHEMA + 1}")
    for verb in (desk.client, desk.store.undo, desk.sync):
        with pytest.raises(StoreNewer):
            verb()
    conn.execute(f"PRAGMA user_version={db.SCHEMA}")
    conn.close()


def test_another_program_holds_it_for_long(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT", 0.1)
    desk.restart()
    other = sqlite3.connect(desk.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for verb in (desk.client, desk.store.undo, desk.sync):
        with pytest.raises(StoreBusy, match="nothing was lost"):
            verb()
    other.execute("ROLLBACK")
    desk.client()
    other.close()


def test_the_disk_is_full(desk: Any) -> None:
    harlan = desk.client()
    room = desk.one("PRAGMA page_count")
    limit = lambda conn: conn.execute(f"PRAGMA max_page_count={room}")  # noqa: E731
    with pytest.raises(StoreFull, match="Free some room"):
        desk.store.transact("Import", many, limit)
    assert desk.one("SELECT count(*) FROM client") == 1
    desk.store._engine.dispose()
    desk.edit("client", harlan, city="Brno")


def many(session: Any, limit: Any) -> None:
    limit(session.connection().connection.driver_connection)
    for i in range(3000):
        record.create(session, "client", name=f"Shop {i}", notes="x" * 500)


def test_the_pages_of_a_full_disk(tmp_path: Path) -> None:
    """A real one, where the system lets us mount it."""
    small = tmp_path / "small"
    small.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True
    )
    if not done or done.returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        store = open_store(small)
        store.transact("New client", record.create, "client", name="Harlan Fab")
        with pytest.raises(StoreFull):
            store.transact("Import", many, lambda conn: None)
        conn = store.read()
        assert conn.execute("SELECT count(*) FROM client").fetchone() == (1,)
        conn.close()
        store.close()
    finally:
        subprocess.run(["umount", small], check=False)


def test_what_a_verb_returns_can_be_read_later(desk: Any) -> None:
    client = desk.do(record.create, "client", name="Harlan Fab")
    desk.sync()
    assert (client.name, client.ver) == ("Harlan Fab", 0)
