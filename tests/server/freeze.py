"""Writes a server's database down as it is now: python -m tests.server.freeze

Before a schema's first release: makes the frozen database of the newest schema anew. After it, never again for that
number: add a step to server.schema.STEPS. Tests bring the frozen ones up to date on both databases.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from server.accounts import Accounts
from server.database import Database, open_database
from server.log import Log
from server.schema import SCHEMA, table_names
from sync.protocol import Change, Transaction

FROZEN = Path(__file__).parent / "frozen"
NOW = 1_795_000_000_000


def schema(conn: sqlite3.Connection) -> list[str]:
    """The statements that made the database, in order."""
    rows = conn.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return [sql for (sql,) in rows]


def fill(database: Database) -> None:
    """A little of everything that a later server must still find: people, records, a link, a conflict, a refusal."""
    workspace, log, accounts = database.workspace(), Log(database), Accounts(database)
    for name in ("Ines", "Tomas"):
        accounts.login(accounts.invite(workspace, name, None, NOW)[0], "laptop", NOW)
    accounts.invite(workspace, "Mara", None, NOW)
    space = {"space": "workspace"}
    tasks = [
        Change("task", f"t{n}", True, {"name": f"Step {n}", "project_id": "p", "rank": f"a{n}", **space})
        for n in range(3)
    ]
    ends = {"project_id": "p", "predecessor_id": "t0", "successor_id": "t1", "type": "FS", **space}
    for number, (replica, change) in enumerate([
        ("ines", [Change("client", "harlan", True, {"name": "Harlan Fab", "city": "Linz", **space})]),
        ("ines", tasks),
        ("ines", [Change("dependency", "l1", True, ends)]),
        ("ines", [Change("client", "harlan", False, {"city": "Graz"}, {"city": 3})]),
        ("tomas", [Change("client", "harlan", False, {"city": "Wien"}, {"city": 3})]),
        ("tomas", [Change("client", "nobody", False, {"city": "Wien"}, {"city": 3})]),
    ]):  # fmt: skip
        txn = Transaction(f"txn-{number}", "do", None, f"Operation {number}", 1_000, change, f"hash {number}")
        log.push(workspace, "", replica, replica, [txn], NOW + number)


def as_text(conn: sqlite3.Connection) -> Iterator[str]:
    """The database as SQL."""
    for setting in ("application_id", "user_version"):
        yield f"PRAGMA {setting}={conn.execute(f'PRAGMA {setting}').fetchone()[0]};"
    for sql in schema(conn):
        yield f"{sql};"
    for table in table_names():
        columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
        quoted = " || ',' || ".join(f"quote({name})" for name in columns)
        for (row,) in conn.execute(f"SELECT {quoted} FROM {table} ORDER BY 1"):
            yield f"INSERT INTO {table}({','.join(columns)}) VALUES({row});"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "server.db")
        database = open_database(str(file))
        fill(database)
        database.close()
        conn = sqlite3.connect(file)
        FROZEN.mkdir(exist_ok=True)
        text = "\n".join(as_text(conn)) + "\n"
        (FROZEN / f"schema_{SCHEMA}.sql").write_text(text, encoding="utf-8")
        conn.close()


if __name__ == "__main__":
    main()
