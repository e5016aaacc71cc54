"""What sync has to tell: conflicts, refusals, what waits, what was done."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from models.windows.window import Window, add, marks

CONFLICT, REJECTED, WAITING, LOGGED = 0, 1, 2, 3  # a row number is rowid * 4 + one of these


class SyncRow(NamedTuple):
    """A conflict (`label` is the field, `a` what stands, `b` what was set aside, both JSON) or an operation."""

    row: int
    kind: str
    id: str
    label: str
    author: str | None
    at: int
    note: str | None
    rec_kind: str | None
    rec: str | None
    a: str | None
    b: str | None
    other: str | None
    records: int
    rec_name: str | None


def sync_window(conn: sqlite3.Connection, log: int = 200) -> Window:
    """Open conflicts, rejected operations, waiting ones, then the newest `log` of all."""
    window = Window()
    for code, sql in (
        (CONFLICT, f"SELECT rowid FROM conflict c WHERE deleted_at IS NULL AND {_OPEN} ORDER BY id"),
        (REJECTED, "SELECT n FROM txn WHERE state=5 ORDER BY n DESC"),
        (WAITING, "SELECT n FROM txn WHERE state IN (1,2,3) AND state<3 ORDER BY n LIMIT 1000"),
        (LOGGED, f"SELECT n FROM txn WHERE state IN (3,4) AND origin<>'S' ORDER BY n DESC LIMIT {int(log)}"),
    ):
        for (row,) in conn.execute(sql):
            add(window, row * 4 + code, 0)
    return window


_NAMED = ("task", "project", "client", "site", "contact", "member", "calendar")
_OPEN = "NOT EXISTS (SELECT 1 FROM settlement x WHERE x.conflict_id=c.id AND x.deleted_at IS NULL)"
_OPERATION = """SELECT t.n*4+{code}, '{kind}', t.id,
    CASE t.kind WHEN 'do' THEN t.label ELSE t.kind || ': ' || t.label END,
    (SELECT name FROM member WHERE id=t.author), t.at, t.note,
    (SELECT tbl FROM change c WHERE c.txn=t.n LIMIT 1), (SELECT rec FROM change c WHERE c.txn=t.n LIMIT 1),
    NULL, NULL, t.origin,
    (SELECT count(DISTINCT rec) FROM change c WHERE c.txn=t.n), NULL FROM txn t WHERE t.n IN ({marks})"""
_CONFLICT = """SELECT c.rowid*4, 'conflict', c.id, c.field, (SELECT name FROM member WHERE id=c.winner_author),
    CAST(strftime('%s', c.winner_at) AS INTEGER)*1000, NULL, c.kind, c.rec, c.winner, c.loser,
    (SELECT name FROM member WHERE id=c.loser_author), 1, {name} FROM conflict c WHERE c.rowid IN ({marks})"""

_NAME = "CASE c.kind {} END".format(
    " ".join(f"WHEN '{kind}' THEN (SELECT name FROM {kind} WHERE id=c.rec)" for kind in _NAMED)
)


def sync_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[SyncRow]:
    """What the list shows of these rows."""
    by_row: dict[int, SyncRow] = {}
    for code, kind in (
        (CONFLICT, "conflict"),
        (REJECTED, "rejected"),
        (WAITING, "waiting"),
        (LOGGED, "logged"),
    ):
        numbers = [row // 4 for row in rows if row % 4 == code]
        if numbers:
            sql = _CONFLICT if code == CONFLICT else _OPERATION
            found = conn.execute(sql.format(code=code, kind=kind, marks=marks(numbers), name=_NAME), numbers)
            by_row.update((row[0], SyncRow._make(row)) for row in found)
    return [by_row[row] for row in rows if row in by_row]
