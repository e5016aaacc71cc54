"""Bringing back an older state of the server, so that no laptop takes its numbers for those of the history it knows.

A history of a workspace is called by a random word, its epoch. What is restored goes on as a new epoch, which begins
after the backup's head, its fork. A laptop that knows another epoch asks for the list of them (`epochs`), finds the
last one that both know, and sends again what it has beyond the fork (sync.rejoining).
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from models.errors import Refused
from server import audit
from server.backup import copy_tables, in_words
from server.database import Connection, Database, open_database

# who may sign in and who sees what are no matter of the backup's time
ACCOUNTS = ("member", "device", "invite", "audit")
RIGHTS = "membership"
Epoch = tuple[str, int]  # the word, and the version after which that history began


class Restored(NamedTuple):
    """Where the log ends now, and how many of its entries are gone."""

    head: int
    lost: int


def restore(database: Database, path: Path, now: int) -> Restored:
    """Puts the content of a backup in the place of what is there, in one transaction, as a new epoch.

    Members, devices and codes stay as they are where there are any, and who sees what: a device that was signed out
    stays so, and so does who was let into a project since, or put out. Raises Refused for a backup of another
    workspace, StoreError.
    """
    if not path.exists():
        raise Refused(f"There is no file {path}. Check its name.")
    with _read(path) as source, database.writing() as target:
        before = _before(source, target)
        copy_tables(source, target, (RIGHTS,) if before is None else (RIGHTS, *ACCOUNTS))
        _add_spaces(source, target)
        return _begin(target, now, before or 0)


@contextmanager
def _read(path: Path) -> Iterator[Connection]:
    """The backup, from a copy: to open an older one brings it up to date, and the file is to stay as it is."""
    with TemporaryDirectory(prefix="milepost-") as folder:
        copy = Path(folder, path.name)
        _copy(path, copy)
        with closing(open_database(str(copy))) as database, database.reading() as conn:
            yield conn


def _copy(path: Path, copy: Path) -> None:
    # SQLite lays a log beside what it reads, unless it is told that nobody writes: where none lies nobody does
    rest = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    uri = f"{path.absolute().as_uri()}?mode=ro{rest}"
    with in_words(path), closing(sqlite3.connect(uri, uri=True)) as source:
        source.execute("PRAGMA schema_version")  # so that a file that cannot be read is named, not the copy
        with in_words(copy), closing(sqlite3.connect(copy)) as target:
            source.backup(target)


def declare(database: Database, now: int) -> Restored:
    """The database was brought back by other means: what it holds goes on as a new epoch."""
    with database.writing() as conn:
        return _begin(conn, now, 0)


def epochs(conn: Connection, workspace: str) -> list[Epoch]:
    """The histories of the workspace, the oldest first; the last one is current."""
    rows = conn.execute("SELECT nonce, fork FROM epoch WHERE workspace=? ORDER BY n", (workspace,)).fetchall()
    [current] = conn.execute("SELECT epoch FROM workspace WHERE id=?", (workspace,)).fetchone()
    words, begins = [nonce for nonce, _ in rows], [fork for _, fork in rows]
    return list(zip([*words, current], [0, *begins], strict=True))


def _add_spaces(source: Connection, target: Connection) -> None:
    """What only the backup has comes back with who saw it then."""
    there = {space for (space,) in target.execute(f"SELECT DISTINCT space FROM {RIGHTS}")}
    rows = source.execute(f"SELECT space, workspace, member, role, since FROM {RIGHTS}").fetchall()
    target.executemany(
        f"INSERT INTO {RIGHTS}(space, workspace, member, role, since) VALUES(?,?,?,?,?)",
        [row for row in rows if row[0] not in there],
    )


def _before(source: Connection, target: Connection) -> int | None:
    """The head of what is replaced; None where that was never used. Raises Refused."""
    if target.execute("SELECT 1 FROM member").fetchone() is None:
        return None
    wanted, there = (conn.execute("SELECT id, head FROM workspace").fetchone() for conn in (source, target))
    if wanted[0] != there[0]:
        raise Refused(
            "This is a backup of another workspace. Restore it into a database of its own: --database NEW-FILE."
        )
    return int(there[1])


def _begin(conn: Connection, now: int, before: int) -> Restored:
    workspace, head, epoch = conn.execute("SELECT id, head, epoch FROM workspace").fetchone()
    [n] = conn.execute("SELECT count(*) FROM epoch WHERE workspace=?", (workspace,)).fetchone()
    conn.execute(
        "INSERT INTO epoch(workspace, n, nonce, fork, at) VALUES(?,?,?,?,?)", (workspace, n, epoch, head, now)
    )
    conn.execute("UPDATE workspace SET epoch=? WHERE id=?", (secrets.token_hex(8), workspace))
    detail = f"log {before} → {head}" if before else f"log at {head}"
    audit.note(conn, workspace, now, None, "restore", detail)
    return Restored(head, max(0, before - head))
