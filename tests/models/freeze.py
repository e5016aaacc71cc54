"""Writes the schema down as it is now: python -m tests.models.freeze

Before a schema's first release: makes the newest revision's SQL and the frozen store of that schema anew. After it,
never again for that number: raise db.SCHEMA and write a revision. Tests compare both with what the program makes.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from models import db, dependency, outline, record
from models.store import Store, open_store

HERE = Path(__file__).parent
FROZEN = HERE / "frozen"
FIRST = HERE.parents[1] / "models" / "migrations" / "versions" / "v0001_first.sql"
DERIVED = ("search_data", "search_idx", "search_content", "search_docsize", "search_config", "sqlite_")


def schema(conn: sqlite3.Connection, types: str = "table index") -> list[str]:
    """The statements that made the store, in order, without what other statements bring with them."""
    rows = conn.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return [sql for type, name, sql in rows if type in types.split() and not name.startswith(DERIVED)]


def fill(store: Store) -> None:
    """A little of everything that a later program must still find: records, a step to undo, edits that wait."""
    client = store.transact("New client", record.create, "client", name="Harlan Fab", city="Ostrava").result
    project = store.transact(
        "New project", record.create, "project", name="Line 2 retrofit", client_id=client.id
    ).result
    tasks = store.transact("Tasks", outline.add_tasks, project.id, ["Lay cables", "Wire cabinets"]).result
    store.transact("Link", dependency.link, tasks[0].id, tasks[1].id)
    store.transact("Ask", record.edit, "task", tasks[1].id, notes="ask Ines for the drawings")
    store.undo()


def as_text(conn: sqlite3.Connection) -> Iterator[str]:
    """The store as SQL; the index of the search, which is made from the rest, comes out empty."""
    yield f"PRAGMA user_version={conn.execute('PRAGMA user_version').fetchone()[0]};"
    with_triggers = schema(conn, "table index trigger")
    for sql in (s for s in with_triggers if not s.startswith("CREATE TRIGGER")):
        yield f"{sql};"
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name").fetchall():
        if not name.startswith((*DERIVED, "search")):
            yield from _rows(conn, name)
    for sql in (s for s in with_triggers if s.startswith("CREATE TRIGGER")):
        yield f"{sql};"


def _rows(conn: sqlite3.Connection, table: str) -> Iterator[str]:
    width = len(conn.execute(f"SELECT * FROM {table} LIMIT 0").description)
    quoted = " || ',' || ".join(f"quote(c{i})" for i in range(width))
    names = ", ".join(f"c{i}" for i in range(width))
    for (row,) in conn.execute(f"WITH t({names}) AS (SELECT * FROM {table}) SELECT {quoted} FROM t"):
        yield f"INSERT INTO {table} VALUES({row});"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        store = open_store(home)
        conn = store.read()
        if db.SCHEMA == 1:
            FIRST.write_text(";\n".join(schema(conn)) + ";\n", encoding="utf-8")
        fill(store)
        FROZEN.mkdir(exist_ok=True)
        (FROZEN / f"schema_{db.SCHEMA}.sql").write_text("\n".join(as_text(conn)) + "\n", encoding="utf-8")
        conn.close()
        store.close()


if __name__ == "__main__":
    main()
