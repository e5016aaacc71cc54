"""What waits for the server: taking a batch, and what the server said of it. Inside the caller's write transaction."""

import sqlite3
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import orjson

from models.apply import decide, rebuild, settlement
from models.capture import ACKNOWLEDGED, PENDING, REJECTED, SENT
from models.copies import UNSEEN, Values
from models.space import settle_passed

_ALL = "(SELECT value FROM json_each(?))"
_UNDECIDED = f"state IN ({PENDING}, {SENT})"
_BEHIND = f"{UNSEEN} AND t.state<3 AND t.n>coalesce((SELECT n FROM txn WHERE id=?), 0)"

Sent = tuple[str, str, bool, Values, dict[str, int], Values]


class Outgoing(NamedTuple):
    """A transaction as it is pushed. `changes`: kind, record, created, field → new, field → base, field → before.

    `base` is the version of the row that the author saw at the first unsent edit of that field, `before` what the
    field held before this transaction. `since`: how far the log was seen when it was made.
    """

    id: str
    kind: str
    ref: str | None
    label: str
    author: str | None
    at: int
    changes: list[Sent]
    since: int | None = None


class Verdict(NamedTuple):
    """The server's word on one transaction: accepted at `ver`, or refused with a `reason`."""

    id: str
    ver: int
    reason: str = ""


def take(conn: sqlite3.Connection, rows: int, after: str = "") -> list[Outgoing]:
    """The next transactions in order, about `rows` changes of them but at least one; they are marked sent. `after`:
    those behind that one.

    What names a content that the server has not yet waits for that (models.blobs), with all that builds on it.
    """
    heads = _next(conn, rows, after)
    ns = [head[0] for head in heads]
    conn.execute(f"UPDATE txn SET state=? WHERE n IN {_ALL}", (SENT, orjson.dumps(ns).decode()))
    changes = _changes(conn, ns)
    return [Outgoing._make((*told, changes[n], since)) for n, *told, since in heads]


def _next(conn: sqlite3.Connection, rows: int, after: str) -> list[tuple[Any, ...]]:
    waiting = conn.execute(
        f"""SELECT (SELECT count(*) FROM change c WHERE c.txn=t.n), t.n, t.id, t.kind, t.ref, t.label, t.author, t.at,
                t.since
            FROM txn t WHERE {_BEHIND} ORDER BY t.n LIMIT ?""",
        (after, rows),
    ).fetchall()
    if held := _held(conn):
        waiting = [row for row in waiting if row[1] not in held]
    totals = accumulate(row[0] for row in waiting)
    fit = [row for row, total in zip(waiting, totals, strict=True) if total <= rows] or waiting[:1]
    return [row[1:] for row in fit]


def _held(conn: sqlite3.Connection) -> set[int]:
    """The transactions that make or touch an attachment whose content is not sent, or a record that one of them did."""
    recs = {
        rec
        for (rec,) in conn.execute(
            "SELECT a.id FROM blob b JOIN attachment a ON a.sha256=b.sha WHERE b.sent=0 AND a.deleted_at IS NULL"
        )
    }
    if not recs:
        return set()
    held: set[int] = set()
    for n, touched in conn.execute(
        "SELECT t.n, json_group_array(c.rec) FROM txn t JOIN change c ON c.txn=t.n"
        f" WHERE {UNSEEN} AND t.state<3 GROUP BY t.n ORDER BY t.n"
    ):
        if not recs.isdisjoint(orjson.loads(touched)):
            held.add(n)
            recs.update(orjson.loads(touched))
    return held


def _changes(conn: sqlite3.Connection, ns: list[int]) -> dict[int, list[Sent]]:
    """What the transactions `ns` do."""
    found: dict[int, dict[str, Sent]] = {n: {} for n in ns}
    for n, tbl, rec, field, new, base, before in conn.execute(
        f"SELECT txn, tbl, rec, field, new, base, coalesce(seen, old) FROM change WHERE txn IN {_ALL} ORDER BY txn, n",
        (orjson.dumps(ns).decode(),),
    ):
        if field == "":
            found[n][rec] = (tbl, rec, True, orjson.loads(new), {}, {})
        else:
            change = found[n].get(rec)
            if change is None:
                change = found[n][rec] = (tbl, rec, False, {}, {}, {})
            change[3][field], change[4][field], change[5][field] = new, base, before
    return {n: list(changes.values()) for n, changes in found.items()}


def settle(conn: sqlite3.Connection, verdicts: Sequence[Verdict]) -> None:
    """Writes down the server's verdicts. A refused transaction leaves the view with all that stands on it."""
    ids = orjson.dumps([v.id for v in verdicts]).decode()
    mine = f"SELECT id, n FROM txn WHERE id IN {_ALL} AND origin='L' AND {_UNDECIDED}"
    ns = dict(conn.execute(mine, (ids,)).fetchall())
    told = [(ns[v.id], v) for v in verdicts if v.id in ns]
    decide(conn, [(n, ACKNOWLEDGED, v.ver) for n, v in told if not v.reason])
    gone: dict[str, str] = {}
    for n, verdict in told:
        if verdict.reason:
            _reject(conn, n, verdict.reason, gone)
    if gone:
        with settlement(conn, "Server's verdict") as n:
            rebuild(conn, gone, n)
    settle_passed(conn)


def _reject(conn: sqlite3.Connection, n: int, reason: str, gone: dict[str, str]) -> None:
    """Sets the transaction aside, and those not yet decided that touch what it created or set."""
    told = conn.execute(
        f"UPDATE txn SET state=?, note=? WHERE n=? AND {_UNDECIDED} RETURNING label", (REJECTED, reason, n)
    ).fetchall()
    if not told:
        return
    gone.update(_records(conn, [n]))
    dependants = conn.execute(
        f"""SELECT DISTINCT t.n FROM change mine JOIN change c ON c.rec=mine.rec JOIN txn t ON t.n=c.txn
            WHERE mine.txn=? AND t.n>mine.txn AND {UNSEEN} AND t.state<3
            AND (mine.field='' OR mine.field=c.field)""",
        (n,),
    ).fetchall()
    for (dependant,) in dependants:
        _reject(conn, dependant, f"builds on “{told[0][0]}”, which was refused", gone)


def _records(conn: sqlite3.Connection, ns: list[int]) -> dict[str, str]:
    return dict(
        conn.execute(
            f"SELECT rec, tbl FROM change WHERE txn IN {_ALL}", (orjson.dumps(ns).decode(),)
        ).fetchall()
    )


def waiting(conn: sqlite3.Connection, after: str = "") -> int:
    """How many operations the server has not accepted yet; `after`: of those behind that one."""
    return int(conn.execute(f"SELECT count(*) FROM txn t WHERE {_BEHIND}", (after,)).fetchone()[0])


def newest(conn: sqlite3.Connection) -> int:
    """The number of the newest operation that was not sent yet; 0 for none."""
    found = conn.execute(f"SELECT max(t.n) FROM txn t WHERE {UNSEEN} AND t.state={PENDING}").fetchone()
    return int(found[0] or 0)
