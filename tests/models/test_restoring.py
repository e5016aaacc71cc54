"""A backup brought back where something goes wrong: somebody has the profile open, the disk is full, a kill."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from models import backup as models_backup
from models import db, durable
from models.backup import Former, backup, restore
from models.errors import Refused, StoreBusy, StoreDamaged, StoreError, StoreFull
from models.store import open_store
from tests.models.test_backup import add, names

READER = """
import sys
from pathlib import Path
from models import db
conn = db.connect(Path(sys.argv[1]), readonly=True)
print(conn.execute("SELECT count(*) FROM client").fetchone(), flush=True)
sys.stdin.read()
"""
KILLED = 9
LINES = 200  # of restore, at most
BEFORE, AFTER = ["Harlan Fab", "Novak Metal"], ["Harlan Fab"]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ines's profile as a kill left it: Harlan Fab is in the backup too, Novak Metal only here, in the log."""
    store = open_store(tmp_path / "open")
    add(store, "Harlan Fab")
    backup(tmp_path / "open", tmp_path / "monday.db")
    add(store, "Novak Metal")
    shutil.copytree(tmp_path / "open", tmp_path / "ines")
    store.close()
    assert (tmp_path / "ines" / "milepost.db-wal").stat().st_size
    return tmp_path / "ines"


@pytest.fixture
def monday(home: Path) -> Path:
    return home.parent / "monday.db"


def names_in(file: Path) -> list[str]:
    with closing(db.connect(file)) as conn:
        return [name for (name,) in conn.execute("SELECT name FROM client ORDER BY name")]


# ── somebody has it open ──────────────────────────────────────────────────────────────────────────────


@contextmanager
def reader(home: Path) -> Iterator[None]:
    """Another process that has read, and keeps the store open."""
    command = [sys.executable, "-c", READER, str(home / db.NAME)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"(2,)\n"
        yield
        process.communicate(b"")


def test_while_another_process_has_the_store_open_restore_changes_nothing_and_says_what_to_close(
    home: Path, monday: Path
) -> None:
    with reader(home):
        with pytest.raises(Refused, match=r"Milepost is open on this profile.*Close its windows"):
            restore(home, monday)
        assert {file.name for file in home.iterdir()} == {"milepost.db", "milepost.db-wal", "milepost.db-shm"}
        assert names_in(home / db.NAME) == BEFORE
    former = restore(home, monday).store
    assert former and names_in(former) == BEFORE


def test_who_waits_for_a_store_while_it_is_replaced_does_not_take_the_former_one_for_it(
    home: Path, monday: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, outcome, real = threading.Event(), [], db._open
    monkeypatch.setattr(db, "_open", lambda *args: (real(*args), opened.set())[0])

    def tomas() -> None:
        try:
            db.connect(home / db.NAME).close()
        except StoreBusy as error:
            outcome.append(str(error))

    with models_backup._alone(home / db.NAME):
        opened.clear()
        waiting = threading.Thread(target=tomas)
        waiting.start()
        assert opened.wait(10)
        shutil.copy(monday, home / "fresh")
        durable.put_in_place(home / "fresh", home / db.NAME)
    waiting.join(20)
    assert outcome == [f"{home / db.NAME} was replaced a moment ago. Nothing was changed. Try again."]


def test_a_window_that_is_opened_between_the_two_steps_that_take_the_store_is_not_overlooked(
    home: Path, monday: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = db.connect
    others = []

    def ours(path: Path, **how: Any) -> Any:
        conn = real(path, **how)
        conn.set_trace_callback(lambda sql: "locking_mode" in sql and others.append(real(path)))
        return conn

    monkeypatch.setattr(db, "connect", ours)
    with pytest.raises(Refused, match="Milepost is open on this profile"):
        restore(home, monday)
    others[0].close()
    monkeypatch.undo()
    assert names(home) == BEFORE


# ── the damaged store was moved away, its log was not ─────────────────────────────────────────────────


def test_the_log_of_a_store_that_was_moved_away_is_not_taken_for_that_of_the_backup(
    home: Path, monday: Path
) -> None:
    (home / db.NAME).rename(home.parent / "aside.db")
    former = restore(home, monday)
    assert names(home) == AFTER
    assert former.log and former.store is None
    (home.parent / "aside.db").rename(home / "aside.db")
    former.log.rename(home / "aside.db-wal")
    assert names_in(home / "aside.db") == BEFORE
    # the shm of the first is still there
    assert restore(home, monday) == Former(store=home / "milepost.db.before-restore-2")


def test_a_damaged_store_stays_where_it_is(home: Path, monday: Path) -> None:
    (home / db.NAME).write_bytes(b"damaged " * 1000)
    with pytest.raises(StoreDamaged, match="Move it aside"):
        restore(home, monday)
    assert (home / db.NAME).read_bytes() == b"damaged " * 1000


# ── killed ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file waits for the disk: a kill does not ask for it."""
    real = db._set_up
    monkeypatch.setattr(db, "_set_up", lambda conn: (real(conn), conn.execute("PRAGMA synchronous=OFF")))
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def killed_at(line: int, home: Path, monday: Path) -> bool:
    """Whether a restore in another process comes to that many lines, repeated ones not counted; it is killed there."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    seen, ours = set[tuple[str, int]](), {models_backup.__file__, durable.__file__}

    def look(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and frame.f_code.co_filename in ours:
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        if len(seen) == line:
            os._exit(KILLED)
        return look

    sys.settrace(look)
    try:
        restore(home, monday)
        os._exit(0)
    finally:
        os._exit(1)


def without_links(*_: Any) -> None:
    raise OSError("no links here")


def kills(home: Path, monday: Path) -> Iterator[Path]:
    """Copies of the profile in which a restore was killed before its first line, before its second, …; the last one
    saw it to its end."""
    for line in range(1, LINES):
        shutil.rmtree(home.parent / "again", ignore_errors=True)
        again = Path(shutil.copytree(home, home.parent / "again"))
        goes_on = killed_at(line, again, monday)
        yield again
        if not goes_on:
            return
    pytest.fail("restore has more lines than that")


@needs_fork
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("link", [os.link, without_links])
def test_killed_at_any_line_it_leaves_the_old_store_whole_or_the_new_one(
    home: Path, monday: Path, monkeypatch: pytest.MonkeyPatch, link: Any
) -> None:
    monkeypatch.setattr(os, "link", link)
    found = []
    for again in kills(home, monday):
        assert (again / db.NAME).exists()
        found.append(names(again))
        if found[-1] == AFTER:
            assert names_in(again / "milepost.db.before-restore-1") == BEFORE
        former = restore(again, monday).store
        assert former and (names(again), names_in(former)) == (AFTER, found[-1])
    before = found.count(BEFORE)
    assert before > 30
    assert found == [BEFORE] * before + [AFTER] * (len(found) - before)
    assert found[-1] == AFTER


@needs_fork
@pytest.mark.usefixtures("quick")
def test_killed_at_any_line_where_no_store_stands_no_log_comes_beside_the_backup(
    home: Path, monday: Path
) -> None:
    (home / db.NAME).unlink()
    found = [names(again) for again in kills(home, monday)]
    before = found.count([])
    assert before > 30
    assert found == [[]] * before + [AFTER] * (len(found) - before)
    assert found[-1] == AFTER


# ── no room, no place ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may become larger."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_nothing_is_left_that_keeps_it_full(home: Path, monday: Path) -> None:
    there = {file.name for file in home.iterdir()}
    with room_for(monday.stat().st_size // 2):
        with pytest.raises(StoreFull, match=r"milepost\.db is full or failing\. Nothing was changed"):
            restore(home, monday)
        with pytest.raises(StoreFull, match=r"tuesday\.db is full or failing\. Nothing was changed"):
            backup(home, home / "tuesday.db")
    assert {file.name for file in home.iterdir()} == there
    assert names(home) == BEFORE


def test_a_copy_of_the_former_store_that_has_no_room_leaves_that_one_in_place(
    home: Path, monday: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", without_links)
    real = models_backup._name_too

    def full(*args: Any) -> None:
        with room_for(monday.stat().st_size // 2):
            real(*args)

    monkeypatch.setattr(models_backup, "_name_too", full)
    with pytest.raises(StoreFull):
        restore(home, monday)
    assert [file.name for file in home.iterdir()] == ["milepost.db"]
    assert names(home) == BEFORE


def test_a_folder_that_is_not_there_is_said_with_the_right_remedy(home: Path, monday: Path) -> None:
    with pytest.raises(
        Refused, match=r"nodir/x.db cannot be written: No such file.*Choose a folder that is there"
    ):
        backup(home, home / "nodir" / "x.db")
    with pytest.raises(StoreError, match=r"milepost\.db cannot be opened: Not a directory\. Check --home"):
        restore(monday / "home", monday)
