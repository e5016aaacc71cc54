"""What is asked of the large tables is looked up by an index, from the first day: before a database has statistics."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from models.record import new_id
from server import keeping
from server.database import Database, open_database
from server.log import SERVER, Log
from server.postgres import PostgresConnection, translated
from server.sqlite import SqliteConnection
from sync.protocol import Change, Transaction

LARGE = ("record", "log", "stamp", "touch", "txn", "link")
# the third and fourth: PostgreSQL takes a set of ids, or the order of the log, for a reason to read all of a workspace
WHOLE = re.compile(
    rf"Seq Scan on ({'|'.join(LARGE)})\b|SCAN ({'|'.join(LARGE)})\b|Function Scan on json|Sort"
)
TASKS = 2_000


def plan(conn: PostgresConnection | SqliteConnection, sql: str, values: Sequence[Any]) -> str:
    if isinstance(conn, PostgresConnection):
        return "\n".join(row[0] for row in conn.raw.execute(b"EXPLAIN " + translated(sql), values))
    return "\n".join(row[3] for row in conn.raw.execute(f"EXPLAIN QUERY PLAN {sql}", values))


def push(db: Database, *changes: Change) -> None:
    txn = Transaction(new_id(), "do", None, "Edit", 0, list(changes), "")
    verdicts = Log(db).push(db.workspace(), "", SERVER, "bench", [txn], 10**12).verdicts
    assert [v.reason for v in verdicts] == [""]


def telling(plans: dict[str, str], real: Callable[..., Any]) -> Callable[..., Any]:
    """`real`, which writes down how what it is asked is looked up."""

    def told(conn: Any, sql: str, values: Sequence[Any] = ()) -> Any:
        if sql.split()[0] in ("SELECT", "WITH", "UPDATE", "DELETE"):
            plans[" ".join(sql.split())] = plan(conn, sql, values)
        return real(conn, sql, values)

    return told


@pytest.fixture
def db(database: str) -> Iterator[Database]:
    opened = open_database(database)
    yield opened
    opened.close()


def test_pushes_pulls_and_pages_read_no_whole_table(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [f"task-{n:05}" for n in range(TASKS)]
    push(
        db,
        *(Change("task", id, True, {"name": "Step", "rank": "a0", "project_id": "line-7"}) for id in tasks),
    )
    push(db, *(Change("task", id, False, {"name": "Other"}, {"name": 1}) for id in tasks))

    plans: dict[str, str] = {}
    for cls in (PostgresConnection, SqliteConnection):
        for how in ("execute", "stream"):
            monkeypatch.setattr(cls, how, telling(plans, getattr(cls, how)))

    some = tasks[100:120]
    push(db, *(Change("task", id, False, {"name": "Third"}, {"name": 1}) for id in some))
    links = [{"predecessor_id": one, "successor_id": other} for one, other in pairwise(some)]
    push(db, *(Change("dependency", new_id(), True, values) for values in links))
    log, workspace = Log(db), db.workspace()
    log.pull(workspace, "bench", 3, None, 10**6)
    log.sums(workspace, "bench")
    keeping.snapshot(db, workspace, "bench", "workspace", tasks[50], 3, 1_000)
    keeping.history(db, workspace, "bench", some[0], 2**62)

    for table in LARGE:
        assert any(re.search(rf"\b{table}\b", sql) for sql in plans), f"nothing was asked of {table}"
    links_of = "WITH RECURSIVE"  # a walk along links begins with a set
    found = {sql: told for sql, told in plans.items() if WHOLE.search(told) and not sql.startswith(links_of)}
    assert found == {}
