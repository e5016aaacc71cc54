"""Pushes that meet on PostgreSQL: what a simulation in one thread cannot show.

Laptops push at once through databases of their own, as workers have them, while readers walk the log behind a cursor
(invariant 5: no row appears later at a version that a cursor has passed). The same walk finds the naive ways out:
numbers from a sequence, and a transaction that does not hold its workspace.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.errors import Refused, StoreError
from models.record import new_id
from server.backup import backup, copy_tables
from server.database import Connection, Database, open_database
from server.log import SERVER, Log
from server.postgres import Postgres
from sync.protocol import Change, Transaction
from tests.postgresql import Postgresql

WRITERS = 6
PUSHES = 25


def _adding(label: str, rec: str = "") -> Transaction:
    change = Change("client", rec or new_id(), True, {"name": label, "space": "workspace"})
    return Transaction(new_id(), "do", None, label, 0, [change], label)


@pytest.fixture
def databases(postgresql: Postgresql) -> Iterator[list[Database]]:
    url = postgresql.fresh()
    opened = [open_database(url) for _ in range(3)]
    yield opened
    for database in opened:
        database.close()


class Walk:
    """A reader that pages through the log while others write. `read` takes a cursor, gives versions and the next one;
    `seen` is what it was shown, in that order."""

    def __init__(self, read: Callable[[int], tuple[list[int], int]]) -> None:
        self.seen: list[int] = []
        self._read, self._ended = read, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> list[int]:
        self._ended.set()
        self._thread.join()
        return self.seen

    def _run(self) -> None:
        last_look, cursor = False, 0
        while not last_look:
            last_look = self._ended.is_set()
            versions, cursor = self._read(cursor)
            self.seen += versions


def _at_once(work: Callable[[int], object], count: int = WRITERS) -> None:
    together = threading.Barrier(count)

    def run(number: int) -> None:
        together.wait()
        work(number)

    with ThreadPoolExecutor(count) as threads:
        for _ in threads.map(run, range(count)):
            pass


# ── as it is ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_cursor_passes_no_version_that_appears_later(databases: list[Database]) -> None:
    workspace = databases[0].workspace()
    log = Log(databases[0])

    def read(since: int) -> tuple[list[int], int]:
        pulled = log.pull(workspace, "member", since, None, 1_000_000)
        return [int(entry[1 : entry.index(b",")]) for entry in pulled.entries], pulled.upto

    walks = [Walk(read) for _ in range(2)]

    def push(number: int) -> None:
        for turn in range(PUSHES):
            batch = [_adding(f"{number} {turn} {n}") for n in range(1 + turn % 3)]
            Log(databases[number % 3]).push(workspace, "", f"replica {number}", "member", batch, turn)

    _at_once(push)
    everything = list(range(1, log.heads()[workspace] + 1))
    assert [walk.end() for walk in walks] == [everything] * 2
    assert len(everything) == WRITERS * sum(1 + turn % 3 for turn in range(PUSHES))


def test_a_transaction_that_comes_by_all_ways_at_once_takes_effect_once(databases: list[Database]) -> None:
    workspace = databases[0].workspace()
    batch = [_adding(f"Add {n}") for n in range(5)]
    versions: list[list[int]] = []

    def push(number: int) -> None:
        pushed = Log(databases[number % 3]).push(workspace, "", "ines", "member", batch, 0)
        versions.append([verdict.ver for verdict in pushed.verdicts])

    _at_once(push)
    assert versions == [[1, 2, 3, 4, 5]] * WRITERS


def test_of_edits_of_one_field_at_once_one_stands_and_the_others_are_conflicts(
    databases: list[Database],
) -> None:
    workspace, log = databases[0].workspace(), Log(databases[0])
    log.push(workspace, "", SERVER, "m", [_adding("Harlan Fab", "harlan")], 0)

    def rename(n: int) -> None:
        change = Change("client", "harlan", False, {"name": f"name {n}"}, {"name": 1})
        txn = Transaction(new_id(), "do", None, "Rename", 0, [change], "")
        Log(databases[n % 3]).push(workspace, "", f"r{n}", "m", [txn], n)

    _at_once(rename)
    with databases[0].reading() as conn:
        [conflicts] = conn.execute("SELECT count(*) FROM record WHERE kind='conflict'").fetchone()
    assert conflicts == WRITERS - 1


def test_links_that_only_together_close_a_circle_are_not_all_taken(databases: list[Database]) -> None:
    workspace, log = databases[0].workspace(), Log(databases[0])
    tasks = [
        Change(
            "task", f"t{n}", True, {"name": f"T{n}", "project_id": "p", "rank": "a0", "space": "workspace"}
        )
        for n in range(WRITERS)
    ]
    log.push(workspace, "", SERVER, "m", [Transaction(new_id(), "do", None, "Plan", 0, tasks, "")], 0)
    reasons: list[str] = []

    def link(n: int) -> None:
        ends = {"predecessor_id": f"t{n}", "successor_id": f"t{(n + 1) % WRITERS}", "type": "FS"}
        change = Change("dependency", f"l{n}", True, {**ends, "project_id": "p", "space": "workspace"})
        txn = Transaction(new_id(), "do", None, "Link", 0, [change], "")
        pushed = Log(databases[n % 3]).push(workspace, "", f"r{n}", "m", [txn], 0)
        reasons.extend(verdict.reason for verdict in pushed.verdicts if verdict.reason)

    _at_once(link)
    assert len(reasons) == 1 and "circle" in reasons[0]


def test_codes_used_at_once_sign_in_one_device_and_letters_are_given_once(databases: list[Database]) -> None:
    from server.accounts import Accounts

    workspace, signed, refused = databases[0].workspace(), [], []
    codes = [Accounts(databases[0]).invite(workspace, f"P{n // 2}", None, 0)[0] for n in range(4)]

    def login(n: int) -> None:
        try:
            signed.append(Accounts(databases[n % 3]).login(codes[n // 2], "laptop", 1))
        except Refused:
            refused.append(n)

    _at_once(login, 8)
    assert sorted(s.letter for s in signed) == ["A", "B", "C", "D"] and len(refused) == 4
    assert len({s.member for s in signed}) == 2


def test_a_writer_that_waited_for_a_restore_holds_the_workspace_that_it_put_there(
    databases: list[Database], tmp_path: Path
) -> None:
    workspace, inside, done = databases[0].workspace(), threading.Event(), threading.Event()
    backup(databases[0], tmp_path / "monday.db")
    copy = open_database(str(tmp_path / "monday.db"))

    def write() -> None:
        with databases[1].writing(workspace):
            inside.set()
            done.wait(20)

    writer = threading.Thread(target=write)
    with copy.reading() as source, databases[0].writing() as target:
        writer.start()
        _until_one_waits(databases[2])
        copy_tables(source, target)
    copy.close()
    try:
        assert inside.wait(20)
        with pytest.raises(StoreError, match="held"), databases[2]._transaction("BEGIN") as conn:  # type: ignore[attr-defined]
            conn.execute("SELECT id FROM workspace FOR UPDATE NOWAIT")
    finally:
        done.set()
        writer.join()


def _until_one_waits(database: Database) -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    end, found = time.monotonic() + 20, 0
    while not found and time.monotonic() < end:
        with database.reading() as conn:
            [found] = conn.execute(waits).fetchone()
        time.sleep(0.01)
    assert found


# ── the naive ways ────────────────────────────────────────────────────────────────────────────────────


def test_numbers_from_a_sequence_would_be_passed_by_a_cursor(
    postgresql: Postgresql, databases: list[Database]
) -> None:
    """Why the head is a row that is locked: the same walk, and rows are missed."""
    url = postgresql.fresh()
    open_database(url).close()
    postgresql.run("CREATE SEQUENCE numbers", url)
    pools = [Postgres(url) for _ in range(3)]

    def read(since: int) -> tuple[list[int], int]:
        with pools[0].reading() as conn:
            found = [ver for (ver,) in conn.execute("SELECT ver FROM log WHERE ver>? ORDER BY ver", (since,))]
        return found, max(found, default=since)

    def push(number: int) -> None:
        for turn in range(PUSHES):
            with pools[number % 3]._transaction("BEGIN") as conn:
                [ver] = conn.execute("SELECT nextval('numbers')").fetchone()
                time.sleep(0.001 * ((number + turn) % 4))  # what a merge takes
                conn.execute(
                    "INSERT INTO log(workspace, ver, space, id, at, body) VALUES('w', ?, '', '', 0, '')",
                    (ver,),
                )

    walk = Walk(read)
    _at_once(push)
    missed = set(range(1, WRITERS * PUSHES + 1)) - set(walk.end())
    for pool in pools:
        pool.close()
    assert missed


def test_without_the_lock_what_was_checked_would_no_longer_hold(
    databases: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why a write holds its workspace: two that read the same head both take it, and one of them fails."""

    @contextmanager
    def unlocked(self: Postgres, workspace: str = "") -> Iterator[Connection]:
        with self._transaction("BEGIN") as conn:
            yield conn

    workspace, failed = databases[0].workspace(), []
    monkeypatch.setattr(Postgres, "writing", unlocked)

    def push(number: int) -> None:
        for turn in range(PUSHES):
            try:
                Log(databases[number % 3]).push(workspace, "", f"r{number}", "m", [_adding(f"{turn}")], turn)
            except StoreError as error:
                failed.append(error)

    _at_once(push)
    assert failed
