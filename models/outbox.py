"""What waits for the server: taking a batch, and what the server said of it. Inside the caller's write transaction."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

import orjson

from models.apply import UNSEEN, Values, rebuild, settlement
from models.capture import ACKNOWLEDGED, PENDING, REJECTED, SEEN, SENT
from models.db import get_meta


class Outgoing(NamedTuple):
    """A transaction as it is pushed. `changes`: kind, record, created, field → new, field → base.

    `base` is the version of the row that the author saw at the first unsent edit of that field.
    """

    id: str
    kind: str
    ref: str | None
    label: str
    author: str | None
    at: int
    changes: list[tuple[str, str, bool, Values, dict[str, int]]]


class Verdict(NamedTuple):
    """The server's word on one transaction: accepted at `ver`, or refused with a `reason`."""

    id: str
    ver: int
    reason: str = ""


def take(conn: sqlite3.Connection, rows: int) -> list[Outgoing]:
    """The next transactions in order, about `rows` changes of them but at least one; they are marked sent."""
    waiting = conn.execute(
        f"SELECT t.n, t.id, t.kind, t.ref, t.label, t.author, t.at FROM txn t WHERE {UNSEEN} AND t.state<3"
        " ORDER BY t.n LIMIT ?",
        (rows,),
    ).fetchall()
    batch: list[Outgoing] = []
    taken = 0
    for n, *head in waiting:
        changes = _changes(conn, n)
        taken += len(changes)
        if batch and taken > rows:
            break
        conn.execute("UPDATE txn SET state=? WHERE n=?", (SENT, n))
        batch.append(Outgoing._make([*head, changes]))
    return batch


def _changes(conn: sqlite3.Connection, n: int) -> list[tuple[str, str, bool, Values, dict[str, int]]]:
    found: dict[str, tuple[str, str, bool, Values, dict[str, int]]] = {}
    for tbl, rec, field, new, base in conn.execute(
        "SELECT tbl, rec, field, new, base FROM change WHERE txn=? ORDER BY n", (n,)
    ):
        if field == "":
            found[rec] = (tbl, rec, True, orjson.loads(new), {})
        else:
            _, _, _, values, bases = found.setdefault(rec, (tbl, rec, False, {}, {}))
            values[field], bases[field] = new, base
    return list(found.values())


def settle(conn: sqlite3.Connection, verdicts: Iterable[Verdict]) -> None:
    """Writes down the server's verdicts. A refused transaction leaves the view with all that stands on it."""
    cursor = int(get_meta(conn, "cursor", "0"))
    gone: dict[str, str] = {}
    for verdict in verdicts:
        row = conn.execute("SELECT n, state FROM txn WHERE id=? AND origin='L'", (verdict.id,)).fetchone()
        if row is None or row[1] not in (PENDING, SENT):
            continue
        if verdict.reason:
            _reject(conn, row[0], verdict.reason, gone)
        else:
            seen = verdict.ver <= cursor
            conn.execute(
                "UPDATE txn SET state=?, ver=? WHERE n=?",
                (SEEN if seen else ACKNOWLEDGED, verdict.ver, row[0]),
            )
            if seen:
                gone.update(_records(conn, row[0]))
    if gone:
        with settlement(conn, "Server's verdict") as n:
            rebuild(conn, gone, n)


def _reject(conn: sqlite3.Connection, n: int, reason: str, gone: dict[str, str]) -> None:
    """Sets the transaction aside, and those not yet decided that touch what it created or set."""
    conn.execute("UPDATE txn SET state=?, note=? WHERE n=?", (REJECTED, reason, n))
    gone.update(_records(conn, n))
    label = conn.execute("SELECT label FROM txn WHERE n=?", (n,)).fetchone()[0]
    dependants = conn.execute(
        f"""SELECT DISTINCT t.n FROM change mine JOIN change c ON c.rec=mine.rec JOIN txn t ON t.n=c.txn
            WHERE mine.txn=? AND t.n>mine.txn AND {UNSEEN} AND t.state<3
            AND (mine.field='' OR mine.field=c.field)""",
        (n,),
    ).fetchall()
    for (dependant,) in dependants:
        _reject(conn, dependant, f"builds on “{label}”, which was refused", gone)


def _records(conn: sqlite3.Connection, n: int) -> dict[str, str]:
    return dict(conn.execute("SELECT rec, tbl FROM change WHERE txn=?", (n,)).fetchall())


def waiting(conn: sqlite3.Connection) -> int:
    """How many operations the server has not accepted yet."""
    return int(conn.execute(f"SELECT count(*) FROM txn t WHERE {UNSEEN} AND t.state<3").fetchone()[0])
