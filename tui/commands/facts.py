"""Records as they are read: raw rows, and what follows from them (status, dates, who) for tasks and projects."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from models.kinds import KINDS
from models.windows.window import FINISH, START, STATUS

Row = tuple[Any, ...]

TASK = {
    "status": STATUS,
    "start": START,
    "finish": FINISH,
    "slack": "s.total_slack",
    "critical": "s.critical",
    "who": """(SELECT group_concat(m.name, ', ') FROM assignment a JOIN member m ON m.id=a.member_id
        WHERE a.task_id=t.id AND a.deleted_at IS NULL AND m.deleted_at IS NULL)""",
}
PROJECT = {
    "status": """CASE WHEN coalesce(t.cancelled_reason, '')<>'' THEN 'cancelled'
        WHEN coalesce(t.hold_reason, '')<>'' THEN 'on hold' END"""
}
DERIVED: dict[str, dict[str, str]] = {"task": TASK, "project": PROJECT}


def columns(kind: str) -> dict[str, str]:
    """Name → SQL of all that is read of a kind, the id first, stored fields before derived ones."""
    stored = {name: f"t.{name}" for name in KINDS[kind].fields}
    return {"id": "t.id", **stored, **DERIVED.get(kind, {})}


def source(kind: str) -> str:
    return f"{kind} t" + (" LEFT JOIN schedule s ON s.task=t.id" if kind == "task" else "")


def as_dict(conn: sqlite3.Connection, kind: str, id: str) -> dict[str, Any]:
    """One record: its id first, its kind, and every field that is set, derived ones included."""
    names = columns(kind)
    query = f"SELECT {', '.join(names.values())} FROM {source(kind)} WHERE t.id=?"
    return set_only(kind, outside(names), conn.execute(query, (id,)).fetchone())


def set_only(kind: str, names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """Of a row, whose first column is the id, only what is set."""
    return {
        "id": row[0],
        "kind": kind,
        **{name: value for name, value in zip(names, row, strict=True) if value is not None},
    }


def outside(names: Iterable[str]) -> list[str]:
    """Names of columns as the world sees them: `kind` is the record's own."""
    return ["of_kind" if name == "kind" else name for name in names]


def in_tree_order(rows: Iterable[Row], names: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Tasks of one project as the plan shows them: (depth, row). One whose parent is missing stands at the top."""
    id, parent, rank = (names.index(name) for name in ("id", "parent_id", "rank"))
    ordered = sorted(rows, key=lambda row: (row[rank] or "", row[id]))
    ids = {row[id] for row in ordered}
    below: dict[str | None, list[Row]] = {}
    for row in reversed(ordered):
        below.setdefault(row[parent] if row[parent] in ids else None, []).append(row)
    stack = [(0, row) for row in below.pop(None, [])]
    while stack or below:
        if not stack:  # parents in a circle, as two laptops can make them: shown all the same
            stack = [(0, row) for row in below.pop(next(iter(below)))]
        depth, row = stack.pop()
        yield depth, row
        stack += [(depth + 1, child) for child in below.pop(row[id], [])]
