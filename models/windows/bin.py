"""The recycle bin."""

import sqlite3
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from models.windows.window import Window, marks


class BinRow(NamedTuple):
    """A deleted record; `at` is the instant of its deletion."""

    row: int
    kind: str
    id: str
    name: str
    at: str


_BIN = (
    "project",
    "task",
    "client",
    "site",
    "contact",
    "member",
    "calendar",
)  # a row number is rowid * 8 + place here


def bin_window(conn: sqlite3.Connection) -> Window:
    """Everything in the recycle bin that has a name, newest first; of a deleted subtree its top only."""
    found: list[tuple[str, int]] = []
    for code, table in enumerate(_BIN):
        tops = (
            "AND NOT EXISTS (SELECT 1 FROM task p WHERE p.id=task.parent_id AND p.deleted_at=task.deleted_at)"
            if table == "task"
            else ""
        )
        sql = f"SELECT deleted_at, rowid FROM {table} WHERE deleted_at IS NOT NULL {tops}"
        found += [(at, row * 8 + code) for at, row in conn.execute(sql)]
    return Window(array("q", (row for _, row in sorted(found, reverse=True))))


def bin_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[BinRow]:
    """What the list shows of these rows."""
    by_row: dict[int, BinRow] = {}
    for code, table in enumerate(_BIN):
        numbers = [row // 8 for row in rows if row % 8 == code]
        if numbers:
            sql = f"SELECT rowid*8+{code}, '{table}', id, name, deleted_at FROM {table}"
            found = conn.execute(f"{sql} WHERE rowid IN ({marks(numbers)})", numbers)
            by_row.update((row[0], BinRow._make(row)) for row in found)
    return [by_row[row] for row in rows if row in by_row]
