"""Records as they are read: raw rows, and what follows from them (status, dates, who) for tasks and projects."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from models.kinds import KINDS

# one place says what a task's state and dates are; t is the task, s its row of the computed schedule
TASK = {
    "status": """CASE WHEN coalesce(t.not_applicable_reason, '')<>'' THEN 'n/a' WHEN t.actual_finish IS NOT NULL
        THEN 'done' WHEN coalesce(t.blocked_reason, '')<>'' THEN 'blocked' WHEN t.actual_start IS NOT NULL
        THEN 'doing' ELSE 'todo' END""",
    "start": "coalesce(t.actual_start, s.start, CASE WHEN t.mode='manual' THEN t.manual_start END)",
    "finish": "coalesce(t.actual_finish, s.finish, CASE WHEN t.mode='manual' THEN t.manual_finish END)",
    "critical": "s.critical",
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
    row = conn.execute(
        f"SELECT {', '.join(names.values())} FROM {source(kind)} WHERE t.id=?", (id,)
    ).fetchone()
    facts = set_only(kind, dict(zip(names, row, strict=True)))
    if kind == "task" and (who := people(conn, id).get(id)):
        facts["who"] = who
    return facts


def set_only(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a row only what is set; the id first, then the kind."""
    own = {"of_kind" if n == "kind" else n: v for n, v in row.items() if v is not None and n != "id"}
    return {"id": row["id"], "kind": kind, **own}


def people(conn: sqlite3.Connection, task: str = "") -> dict[str, str]:
    """Task → names of who works on it, by comma; of one task or of all."""
    only = "AND a.task_id=?" if task else ""
    rows = conn.execute(
        f"""SELECT a.task_id, group_concat(m.name, ', ') FROM assignment a JOIN member m ON m.id=a.member_id
            WHERE a.deleted_at IS NULL AND m.deleted_at IS NULL {only} GROUP BY a.task_id""",
        (task,) if task else (),
    )
    return dict(rows.fetchall())


def dates(conn: sqlite3.Connection, project: str) -> dict[str, tuple[str, str]]:
    """Task → (start, finish) as far as both are known now."""
    rows = conn.execute(
        f"SELECT t.id, {TASK['start']}, {TASK['finish']} FROM {source('task')} WHERE t.project_id=?",
        (project,),
    )
    return {id: (start, finish) for id, start, finish in rows if start and finish}


def in_tree_order(rows: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Tasks of one project as the plan shows them: (depth, row). One whose parent is missing stands at the top."""
    ids = {row["id"] for row in rows}
    below: dict[str | None, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda r: (r["rank"] or "", r["id"])):
        parent = row["parent_id"] if row["parent_id"] in ids else None
        below.setdefault(parent, []).append(row)
    stack = [(0, row) for row in reversed(below.pop(None, []))]
    while stack or below:
        if not stack:  # parents in a circle, as two laptops can make them: shown all the same
            stack = [(0, row) for row in reversed(below.pop(next(iter(below))))]
        depth, row = stack.pop()
        yield depth, row
        stack += [(depth + 1, child) for child in reversed(below.pop(row["id"], []))]
