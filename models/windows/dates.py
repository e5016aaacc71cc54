"""What the schedule engine computed of one task or project: the derived tables `schedule` and `problem`."""

import sqlite3
from typing import NamedTuple

from models import db

RULES = "3"  # another number, and every project is computed anew: the engine's answers have changed


class Computed(NamedTuple):
    """Naive local minutes as text; slacks in working minutes; `critical` 0 or 1."""

    start: str
    finish: str
    early_start: str
    early_finish: str
    late_start: str
    late_finish: str
    total_slack: int
    free_slack: int
    critical: int


def computed(conn: sqlite3.Connection, task: str) -> Computed | None:
    """None before the task's dates are computed."""
    row = conn.execute(f"SELECT {', '.join(Computed._fields)} FROM schedule WHERE task=?", (task,)).fetchone()
    return Computed._make(row) if row else None


def problems(conn: sqlite3.Connection, kind: str, rec: str) -> list[str]:
    """What cannot hold, in words: of a task, or of a whole project, each once."""
    column = {"task": "task", "project": "project"}.get(kind)
    if column is None:
        return []
    rows = conn.execute(f"SELECT DISTINCT message FROM problem WHERE {column}=? ORDER BY 1", (rec,))
    return [message for (message,) in rows]


def behind(conn: sqlite3.Connection) -> bool:
    """Whether something changed that the dates have not heard of, or a project waits for its dates."""
    return (
        int(db.get_meta(conn, "dates_upto", "0")) != newest(conn)
        or db.get_meta(conn, "dates_rules") != RULES
        or conn.execute("SELECT 1 FROM stale").fetchone() is not None
    )


def newest(conn: sqlite3.Connection) -> int:
    """The last change number."""
    return int(conn.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0])
