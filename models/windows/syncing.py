"""What sync has to tell: refusals, what waits, what was done."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from models.windows.window import EVERY, Condition, Window, add, marks

REJECTED, WAITING, LOGGED = 1, 2, 3  # a row number is n * 4 + one of these


class SyncRow(NamedTuple):
    """An operation. `rec_kind` and `rec` are the first record of it; `note` says why it was refused."""

    row: int
    kind: str
    id: str
    label: str
    author: str | None
    at: int
    note: str | None
    rec_kind: str | None
    rec: str | None
    records: int


def sync_window(conn: sqlite3.Connection, log: int = 200, wanted: Condition = EVERY) -> Window:
    """Rejected operations, waiting ones, then the newest `log` of all; of them the wanted ones."""
    window = Window()
    for code, sql in (
        (REJECTED, "state=5 AND {} ORDER BY n DESC"),
        (WAITING, "state IN (1,2) AND {} ORDER BY n LIMIT 1000"),
        (LOGGED, f"state IN (3,4) AND origin<>'S' AND {{}} ORDER BY n DESC LIMIT {int(log)}"),
    ):
        found = conn.execute(f"SELECT n FROM txn t WHERE {sql.format(wanted.sql)}", wanted.values)
        for (row,) in found:
            add(window, row * 4 + code, 0)
    return window


_OPERATION = """SELECT t.n*4+{code}, '{kind}', t.id,
    CASE t.kind WHEN 'do' THEN t.label ELSE t.kind || ': ' || t.label END,
    (SELECT name FROM member WHERE id=t.author), t.at, t.note,
    (SELECT tbl FROM change c WHERE c.txn=t.n LIMIT 1), (SELECT rec FROM change c WHERE c.txn=t.n LIMIT 1),
    (SELECT count(DISTINCT rec) FROM change c WHERE c.txn=t.n) FROM txn t WHERE t.n IN ({marks})"""


def sync_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[SyncRow]:
    """What the list shows of these rows."""
    by_row: dict[int, SyncRow] = {}
    for code, kind in (
        (REJECTED, "rejected"),
        (WAITING, "waiting"),
        (LOGGED, "logged"),
    ):
        numbers = [row // 4 for row in rows if row % 4 == code]
        if numbers:
            found = conn.execute(_OPERATION.format(code=code, kind=kind, marks=marks(numbers)), numbers)
            by_row.update((row[0], SyncRow._make(row)) for row in found)
    return [by_row[row] for row in rows if row in by_row]
