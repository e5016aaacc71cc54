"""Opening the store: the one place that knows the file, its pragmas and what SQLite's errors mean.

Imports nothing but sqlite3, so that the first screen can read before the ORM is loaded.
"""

import errno
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from time import monotonic
from typing import Any

from models.errors import (
    MilepostError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreReadOnly,
)

SCHEMA = 3  # PRAGMA user_version of the stores that this program writes
NAME = "milepost.db"
WAIT = 10.0  # seconds that a writer waits for another process
STEPS = 1_000  # of SQLite's machine, between two looks at the clock
NOTHING = (0, 0)
FULL = (errno.ENOSPC, errno.EDQUOT)
TOGETHER = 32  # rows of an INSERT in one statement


def profile(home: str | Path | None = None) -> Path:
    """The profile's folder: `home`, else MILEPOST_HOME, else the platform's folder for user data."""
    if chosen := home or os.environ.get("MILEPOST_HOME"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("milepost", appauthor=False)


def connect(
    path: Path, *, readonly: bool = False, of: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """A connection to the store at `path`, in autocommit mode, usable from any one thread at a time.

    Writers begin with BEGIN IMMEDIATE themselves. Raises StoreError with the remedy.
    """
    with in_words(path):
        found = identity(path)
        conn = _open(path, readonly, of)
        try:
            _refuse_newer(conn)
            # a restore had locked it, and put another one in its place
            if found not in (NOTHING, identity(path)):
                raise StoreBusy(f"{path} was replaced a moment ago. Nothing was changed. Try again.")
            if not readonly:
                _set_up(conn)
        except BaseException:
            conn.close()
            raise
        return conn


def version(path: Path) -> int:
    """The schema of the store at `path`; does not read the schema itself, which takes a connection milliseconds."""
    with in_words(path), closing(_open(path, readonly=True)) as conn:
        return int(conn.execute("PRAGMA user_version").fetchone()[0])


def _open(
    path: Path, readonly: bool, of: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    # as_uri() quotes the ? and # that would cut a URI short
    uri = path.absolute().as_uri() + ("?mode=ro" if readonly else "")
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=WAIT, check_same_thread=False, factory=of
    )


def identity(path: Path) -> tuple[int, int]:
    """Which file stands at `path`; NOTHING where none does."""
    try:
        found = path.stat()
    except OSError:
        return NOTHING
    return found.st_dev, found.st_ino


def _refuse_newer(conn: sqlite3.Connection) -> None:
    conn.execute("PRAGMA cache_size=-8000")
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        raise StoreNewer(
            f"A newer Milepost wrote this store (schema {version}, this one reads {SCHEMA}). "
            "Close this window and start the newer program; your edits are safe."
        )


def _set_up(conn: sqlite3.Connection) -> None:
    if conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        conn.execute("PRAGMA journal_mode=WAL")
    # NORMAL loses commits at a power cut, which no kill test shows
    conn.execute("PRAGMA synchronous=FULL")
    conn.execute("PRAGMA recursive_triggers=ON")


@contextmanager
def at_most(conn: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """What is read in it raises OperationalError when that takes longer."""
    end = monotonic() + seconds
    conn.set_progress_handler(lambda: monotonic() > end, STEPS)
    try:
        yield
    finally:
        conn.set_progress_handler(None, 0)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turns SQLite's and the file system's errors into StoreErrors that name the remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except PermissionError as error:
        raise _read_only(path) from error
    except OSError as error:
        if error.errno in FULL:
            raise _full(path) from error
        raise StoreError(f"{path} cannot be opened: {error.strerror or error}. Check --home.") from error


def explain(error: sqlite3.Error, path: Path) -> MilepostError:
    """The StoreError that says `error` in words."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(
            f"Another program has held {path} for {WAIT:.0f} seconds. Close other Milepost windows or wait, "
            "then try again; nothing was lost."
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return _read_only(path)
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return _full(path)
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreDamaged(
            f"{path} is not a Milepost store or is damaged. Nothing was changed. Move it aside and restore a "
            "backup, or sign in again with `milepost login` to fetch everything that was synced."
        )
    return StoreError(f"The store at {path} refused: {error}. Run `milepost doctor` for details.")


def _full(path: Path) -> StoreFull:
    return StoreFull(
        f"The disk that holds {path} is full or failing. Free some room and try again; "
        "what was saved before is safe, this last edit was not saved."
    )


def _read_only(path: Path) -> StoreReadOnly:
    return StoreReadOnly(
        f"{path} cannot be opened for writing. Check the permissions of {path.parent}, "
        "or choose another folder with --home."
    )


@contextmanager
def writing(conn: sqlite3.Connection, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
    """One write transaction: the lock is taken at once, all is kept or nothing.

    One that is not durable does not wait for the disk: a power cut may undo it (no kill does), as long as nothing
    durable was committed after it. For what can be had again: from the server, or computed.
    """
    if not durable:
        conn.execute("PRAGMA synchronous=NORMAL")
    try:
        with _transaction(conn):
            yield conn
    finally:
        if not durable:
            conn.execute("PRAGMA synchronous=FULL")


@contextmanager
def _transaction(conn: sqlite3.Connection) -> Iterator[None]:
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def get_meta(conn: sqlite3.Connection, key: str, default: str = "") -> str:
    row = conn.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
    return default if row is None else str(row[0])


def set_meta(conn: sqlite3.Connection, key: str, value: str) -> None:
    conn.execute(
        "INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", (key, value)
    )


def insert_many(conn: sqlite3.Connection, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """executemany of `INSERT … VALUES(?, …) …`, TOGETHER rows at once: a row costs less than its statement."""
    left, together = iter(rows), _of_many(sql)
    while len(some := list(islice(left, TOGETHER))) == TOGETHER:
        conn.execute(together, tuple(chain.from_iterable(some)))
    conn.executemany(sql, some)


@lru_cache
def _of_many(sql: str) -> str:
    together, found = re.subn(
        r"VALUES\s*(\([?, ]+\))", lambda one: "VALUES" + ",".join([one[1]] * TOGETHER), sql
    )
    if not found:
        raise ValueError(f"only INSERT … VALUES(?, …) takes many rows: {sql}")
    return together
