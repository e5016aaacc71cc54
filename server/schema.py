"""The server's database: tables, connections, and what SQLite's errors mean to whoever runs the server.

SQL stands here, in `log` and in `accounts` only, and is plain enough for PostgreSQL to come behind the same classes.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreReadOnly,
)

SCHEMA = 1  # PRAGMA user_version
APPLICATION = (
    0x4D504F53  # PRAGMA application_id: "MPOS", so that a laptop's store is not taken for a server's
)
WAIT = 10.0  # seconds that a writer waits for another process

TABLES = """
CREATE TABLE workspace(id TEXT PRIMARY KEY, name TEXT NOT NULL, head INTEGER NOT NULL, epoch TEXT NOT NULL);
-- what was accepted, in order and without gaps; body is protocol.write_entry
CREATE TABLE log(workspace TEXT NOT NULL, ver INTEGER NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY(workspace, ver));
-- every verdict, so that a transaction takes effect once; ver 0 = refused
CREATE TABLE txn(workspace TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, replica TEXT NOT NULL,
    ver INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(workspace, id));
-- what the log adds up to; the stamp of the creation stands here, stamps of later writes in their own table
CREATE TABLE record(workspace TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
    ver INTEGER NOT NULL, txn TEXT NOT NULL, replica TEXT NOT NULL, author TEXT, at INTEGER NOT NULL,
    PRIMARY KEY(workspace, id));
CREATE TABLE stamp(workspace TEXT NOT NULL, rec TEXT NOT NULL, field TEXT NOT NULL,
    ver INTEGER NOT NULL, txn TEXT NOT NULL, replica TEXT NOT NULL, author TEXT, at INTEGER NOT NULL,
    PRIMARY KEY(workspace, rec, field));
-- live dependencies, derived, for the search for circles
CREATE TABLE link(workspace TEXT NOT NULL, id TEXT NOT NULL, pred TEXT NOT NULL, succ TEXT NOT NULL,
    PRIMARY KEY(workspace, id));
CREATE INDEX link_after ON link(workspace, pred, succ);
CREATE INDEX link_before ON link(workspace, succ, pred);

CREATE TABLE member(workspace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY(workspace, id));
CREATE TABLE device(hash TEXT PRIMARY KEY, workspace TEXT NOT NULL, member TEXT NOT NULL, name TEXT NOT NULL,
    letter TEXT NOT NULL, since INTEGER NOT NULL, last_seen INTEGER NOT NULL, revoked INTEGER,
    UNIQUE(workspace, letter));
CREATE TABLE invite(hash TEXT PRIMARY KEY, workspace TEXT NOT NULL, name TEXT NOT NULL, author TEXT,
    expires INTEGER NOT NULL, used INTEGER);
CREATE TABLE audit(workspace TEXT NOT NULL, at INTEGER NOT NULL, member TEXT, what TEXT NOT NULL,
    detail TEXT NOT NULL);
CREATE INDEX audit_at ON audit(workspace, at);
"""


class Database:
    """The file: one writer at a time, readers on connections of their own. Usable from any thread.

    Every method raises StoreError, in words for whoever runs the server.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        with self._in_words():
            self._writer = self._connect()
            try:
                self._prepare(self._writer)
            except BaseException:
                self._writer.close()
                raise

    def close(self) -> None:
        with self._lock:
            self._writer.close()
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: the lock is taken at once, all is kept or nothing."""
        with self._lock, self._in_words(), _transaction(self._writer, "BEGIN IMMEDIATE") as conn:
            yield conn

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot; waits for no writer."""
        with self._in_words():
            try:
                conn = self._idle.pop()
            except IndexError:
                conn = self._connect()
            try:
                with _transaction(conn, "BEGIN"):
                    yield conn
            except BaseException:
                conn.close()
                raise
            self._idle.append(conn)

    def workspace(self) -> str:
        """The id of the one workspace."""
        with self.reading() as conn:
            return str(conn.execute("SELECT id FROM workspace").fetchone()[0])

    def _connect(self) -> sqlite3.Connection:
        conn = sqlite3.connect(self.path, isolation_level=None, timeout=WAIT, check_same_thread=False)
        try:
            # NORMAL loses commits at a power cut, which no kill test shows
            conn.execute("PRAGMA synchronous=FULL")
            conn.execute("PRAGMA cache_size=-16000")
        except BaseException:
            conn.close()
            raise
        return conn

    def _prepare(self, conn: sqlite3.Connection) -> None:
        if not _version(conn, self.path):
            if conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                conn.execute("PRAGMA journal_mode=WAL")
            with _transaction(conn, "BEGIN IMMEDIATE"):
                if not _version(conn, self.path):  # another process may have been quicker
                    _create(conn)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path) from error


def _version(conn: sqlite3.Connection, path: Path) -> int:
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


def _create(conn: sqlite3.Connection) -> None:
    for statement in TABLES.split(";\n"):  # a comment may hold a bare one
        conn.execute(statement)
    conn.execute(
        "INSERT INTO workspace(id, name, head, epoch) VALUES(?, 'Milepost', 0, ?)",
        (secrets.token_hex(6), secrets.token_hex(8)),
    )
    conn.execute(f"PRAGMA application_id={APPLICATION}")
    conn.execute(f"PRAGMA user_version={SCHEMA}")


@contextmanager
def _transaction(conn: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    conn.execute(begin)
    try:
        yield conn
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


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
