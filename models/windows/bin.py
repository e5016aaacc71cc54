"""The recycle bin."""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.windows.window import EVERY, NAMED, Condition, Window, marks


class BinRow(NamedTuple):
    """A deleted record; `at` is the instant of its deletion."""

    row: int
    kind: str
    id: str
    name: str
    at: str


_ABOVE = {  # by kind, the fields that name what a record goes with
    "task": {"parent_id": "task", "project_id": "project"},
    "calendar": {"project_id": "project"},
    "project": {"client_id": "client"},
    "site": {"client_id": "client"},
    "contact": {"client_id": "client"},
    **{key: {"project_id": "project", "client_id": "client"} for key in ("interaction", "promise", "visit")},
}
EACH = 16  # a row number is rowid * 16 + place in NAMED


def bin_window(conn: sqlite3.Connection, wanted: Mapping[str, Condition] = {}) -> Window:
    """What is wanted (by kind) of all in the recycle bin that has a name, newest first; of what went there with that
    which it belongs to only this."""
    found: list[tuple[str, int]] = []
    for code, table in enumerate(NAMED):
        tops = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM {above} p WHERE p.id=t.{name} AND p.deleted_at=t.deleted_at)"
            for name, above in _ABOVE.get(table, {}).items()
        )
        test = wanted.get(table, EVERY)
        sql = f"SELECT t.deleted_at, t.rowid FROM {table} t WHERE t.deleted_at IS NOT NULL {tops} AND {test.sql}"
        found += [(at, row * EACH + code) for at, row in conn.execute(sql, test.values)]
    return Window(array("q", (row for _, row in sorted(found, reverse=True))))


def bin_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[BinRow]:
    """What the list shows of these rows."""
    by_row: dict[int, BinRow] = {}
    for code, table in enumerate(NAMED):
        numbers = [row // EACH for row in rows if row % EACH == code]
        if numbers:
            sql = f"SELECT rowid*{EACH}+{code}, '{table}', id, name, deleted_at FROM {table}"
            found = conn.execute(f"{sql} WHERE rowid IN ({marks(numbers)})", numbers)
            by_row.update((row[0], BinRow._make(row)) for row in found)
    return [by_row[row] for row in rows if row in by_row]
