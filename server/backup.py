"""A copy of everything the server keeps, taken while it runs: a SQLite file, whichever database it came from.

The file is a server's database of its own: `milepost serve --database BACKUP` starts on it, and copying it into an
empty PostgreSQL database moves a team there.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from models.backup import new_file
from server.database import Connection, Database, open_database
from server.schema import table_names
from server.sqlite import SqliteConnection, explain

BATCH = 500  # rows; what lies in memory at a time


def backup(database: Database, path: Path) -> dict[str, int]:
    """Writes the copy, of one moment, readable by its owner only; the rows of each table. A file that stands there
    is never replaced. Raises Refused, StoreError."""
    with new_file(path) as part:
        open_database(str(part)).close()  # makes the tables
        with database.reading() as source, _filling(part) as target:
            return copy_tables(source, target)


@contextmanager
def _filling(part: Path) -> Iterator[Connection]:
    """One transaction that writes into the file itself. What lies in a WAL needs its room twice, and comes into the
    file at the close, which says nothing where the disk is full."""
    with in_words(part), closing(sqlite3.connect(part, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        with SqliteConnection(raw).transaction("BEGIN IMMEDIATE") as conn:
            yield conn
        raw.execute("PRAGMA journal_mode=WAL")  # for whoever serves the copy


@contextmanager
def in_words(file: Path) -> Iterator[None]:
    """Turns SQLite's errors into StoreErrors that name the remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, file) from error


def copy_tables(source: Connection, target: Connection, without: Collection[str] = ()) -> dict[str, int]:
    """All rows of all tables, in place of those that `target` has; how many of each."""
    return {table: _copy(source, target, table) for table in table_names() if table not in without}


def _copy(source: Connection, target: Connection, table: str) -> int:
    target.execute(f"DELETE FROM {table}")
    columns = [about[0] for about in source.execute(f"SELECT * FROM {table} LIMIT 0").description]
    marks = ",".join("?" * len(columns))
    statement = f"INSERT INTO {table}({', '.join(columns)}) VALUES({marks})"
    copied = 0
    found = source.stream(f"SELECT * FROM {table}")
    while rows := list(islice(found, BATCH)):
        target.executemany(statement, rows)
        copied += len(rows)
    return copied
