"""A copy of everything the server keeps, taken while it runs: a SQLite file, whichever database it came from.

The file is a server's database of its own: `milepost serve --database BACKUP` starts on it, and copying it into an
empty PostgreSQL database moves a team there.
"""

from collections.abc import Collection
from itertools import islice
from pathlib import Path

from models.errors import Refused
from server.database import Connection, Database, open_database
from server.schema import table_names

BATCH = 500  # rows; what lies in memory at a time


def backup(database: Database, path: Path) -> dict[str, int]:
    """Writes the copy, of one moment, readable by its owner only; the rows of each table. A file that stands there
    is never replaced. Raises Refused, StoreError."""
    if path.exists():
        raise Refused(f"{path} is there already. Choose another name; a backup replaces nothing.")
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    copy = open_database(str(part))
    try:
        with database.reading() as source, copy.writing() as target:
            rows = copy_tables(source, target)
    finally:
        copy.close()
    part.replace(path)
    return rows


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
