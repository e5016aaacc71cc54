"""The server's database as a SQLite file, and what SQLite's errors mean to whoever runs the server."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from models.db import insert_many
from models.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreReadOnly,
)
from server.database import WAIT, Connection, Database, Finding, Rows, Value
from server.schema import SCHEMA, bring_up

APPLICATION = (
    0x4D504F53  # PRAGMA application_id: "MPOS", so that a laptop's store is not taken for a server's
)
POLL = 1.0  # seconds between two looks for what other processes wrote
WRITER, READER = 16_000, 2_000  # KB of pages that a connection keeps; in a crowd there are 40 readers


class Sqlite(Database):
    """The file: one writer at a time, readers on connections of their own."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._idle: list[SqliteConnection] = []
        with suppress(OSError):  # SQLite says better what is wrong
            self.path.touch(0o600)  # for its owner only, if it is new
        with self._in_words():
            self._writer = self._connect(WRITER)
            try:
                self._prepare(self._writer)
            except BaseException:
                self._writer.close()
                raise

    def close(self) -> None:
        self._closing.set()
        with self._lock:
            self._writer.close()
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def writing(self, workspace: str = "") -> Iterator["SqliteConnection"]:
        with self._lock, self._in_words(), self._writer.transaction("BEGIN IMMEDIATE") as conn:
            _version(conn, self.path)  # a newer server may have taken the file over
            yield conn

    @contextmanager
    def reading(self) -> Iterator["SqliteConnection"]:
        with self._in_words():
            try:
                conn = self._idle.pop()
            except IndexError:
                conn = self._connect()
            try:
                with conn.transaction("BEGIN"):
                    yield conn
            except BaseException:
                conn.close()
                raise
            self._idle.append(conn)

    def tell(self, workspace: str, head: int) -> None:
        """Nothing: other processes look by themselves."""

    def moves(self) -> list[tuple[str, int]]:
        self._closing.wait(POLL)
        return []

    def examine(self, conn: Connection) -> list[Finding]:
        said = [str(row[0]) for row in conn.execute("PRAGMA integrity_check(5)")]
        if said == ["ok"]:
            return [Finding("ok", "File", f"{self.path}, {self.path.stat().st_size / 2**20:,.1f} MB, sound")]
        remedy = "Stop the server, copy the file aside, and restore the newest backup that is sound."
        return [Finding("fail", "File", "; ".join(said), remedy)]

    def _connect(self, cache: int = READER) -> "SqliteConnection":
        conn = sqlite3.connect(self.path, isolation_level=None, timeout=WAIT, check_same_thread=False)
        try:
            # NORMAL loses commits at a power cut, which no kill test shows
            conn.execute("PRAGMA synchronous=FULL")
            conn.execute(f"PRAGMA cache_size=-{cache}")
            # at 1,000 pages almost every larger push waited for one; each costs it 8 ms
            conn.execute("PRAGMA wal_autocheckpoint=4000")
        except BaseException:
            conn.close()
            raise
        return SqliteConnection(conn)

    def _prepare(self, conn: "SqliteConnection") -> None:
        if _version(conn, self.path) == SCHEMA:
            return
        if conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            conn.execute("PRAGMA journal_mode=WAL")
        with conn.transaction("BEGIN IMMEDIATE"):
            bring_up(conn, _version(conn, self.path))  # another process may have been quicker
            conn.execute(f"PRAGMA application_id={APPLICATION}")
            conn.execute(f"PRAGMA user_version={SCHEMA}")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path) from error


class SqliteConnection:
    """See `server.database.Connection`; `raw` is sqlite3's."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.close = raw.close

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Rows:
        return self.raw.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        insert_many(self.raw, sql, rows)

    def stream(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Any]:
        return self.raw.execute(sql, values)

    @contextmanager
    def transaction(self, begin: str) -> Iterator["SqliteConnection"]:
        self.raw.execute(begin)
        try:
            yield self
            self.raw.execute("COMMIT")
        except BaseException:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            raise


def _version(conn: SqliteConnection, path: Path) -> int:
    """The schema's version, 0 for an empty file. Raises StoreNewer or StoreDamaged."""
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    application = conn.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION and conn.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise StoreDamaged(
            f"{path} is not a Milepost server's database. Choose another file with --database."
        )
    if version > SCHEMA:
        raise StoreNewer(
            f"A newer Milepost server wrote {path} (schema {version}, this one reads {SCHEMA}). "
            "Start the newer server; nothing was changed."
        )
    return version


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """The StoreError that says `error` in words."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(
            f"Another program has held {path} for {WAIT:.0f} seconds. End what else uses the file; nothing was lost."
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return StoreReadOnly(
            f"{path} cannot be opened for writing. Check that the folder {path.absolute().parent} exists and its "
            "permissions, or choose another file with --database."
        )
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return StoreFull(
            f"The disk that holds {path} is full or failing. Free some room on the server; "
            "what was accepted before is safe, nothing of this was taken."
        )
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreDamaged(
            f"{path} is not a database or is damaged. Nothing was changed. Restore a backup of it, "
            "or choose another file with --database."
        )
    return StoreError(f"The database {path} refused: {error}.")
