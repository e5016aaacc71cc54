"""A project as the store holds it: rows as they are, read in one go, of which a plan is made."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.errors import NotFound
from models.kinds import KINDS
from models.windows.tasks import task_tree

Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """Live rows of one project. `tasks` are in the order of the outline; calendars and members are what it uses,
    deleted ones included; `dates` are the computed ones by task."""

    project: Row
    tasks: list[Row]
    dates: dict[str, Row]
    links: list[Row]
    assignments: list[Row]
    members: dict[str, Row]
    team: set[str]
    calendars: dict[str, Row]
    baselines: list[Row]
    baseline_rows: list[Row]


def held(conn: sqlite3.Connection, project_id: str) -> Held:
    """What the store has of a project. Raises NotFound. The caller holds a read transaction when others write.

    What an older or newer colleague left empty has its field's default.
    """

    def rows(kind: str, sql: str) -> list[Row]:
        cursor = conn.cursor()
        cursor.row_factory = sqlite3.Row
        usual = (
            {name: f.default for name, f in KINDS[kind].fields.items() if f.default is not None}
            if kind
            else {}
        )
        return [_whole(row, usual) for row in cursor.execute(sql, {"project": project_id})]

    found = rows("project", "SELECT * FROM project WHERE id=:project AND deleted_at IS NULL")
    if not found:
        raise NotFound("There is no such project. Look with `milepost list project`.")
    order = task_tree(conn, project_id).rows
    by_number = {
        row["number"]: row for row in rows("task", f"SELECT rowid AS number, * FROM task t WHERE {_OURS}")
    }
    return Held(
        found[0],
        tasks=[by_number[number] for number in order],
        dates={row["task"]: row for row in rows("", _DATES)},
        links=rows("dependency", f"SELECT x.* {_LINKS} ORDER BY x.id"),
        assignments=rows("assignment", f"SELECT x.* {_ASSIGNMENTS} ORDER BY x.id"),
        members={row["id"]: row for row in rows("member", _MEMBERS)},
        team={row["value"] for row in rows("", _TEAM)},
        calendars={row["id"]: row for row in rows("calendar", _CALENDARS)},
        baselines=rows("baseline", _BASELINES),
        baseline_rows=rows("baseline_task", _BASELINE_ROWS),
    )


def _whole(row: sqlite3.Row, usual: Row) -> Row:
    values = dict(row)
    for name, default in usual.items():
        if values[name] is None:
            values[name] = default
    return values


_OURS = "t.project_id=:project AND t.deleted_at IS NULL"
_DATES = f"SELECT s.* FROM schedule s JOIN task t ON t.id=s.task WHERE {_OURS}"
_BASELINES = "SELECT * FROM baseline WHERE project_id=:project AND deleted_at IS NULL ORDER BY number, id"
_LINKS = f"FROM dependency x JOIN task t ON t.id=x.successor_id WHERE {_OURS} AND x.deleted_at IS NULL"
_ASSIGNMENTS = f"FROM assignment x JOIN task t ON t.id=x.task_id WHERE {_OURS} AND x.deleted_at IS NULL"
_BASELINE_ROWS = """SELECT x.* FROM baseline_task x JOIN baseline b ON b.id=x.baseline_id
    WHERE b.project_id=:project AND b.deleted_at IS NULL AND x.deleted_at IS NULL ORDER BY x.id"""
_TEAM = "SELECT value FROM json_each((SELECT team FROM project WHERE id=:project))"
_MEMBERS = f"""SELECT * FROM member WHERE id IN (SELECT x.member_id {_ASSIGNMENTS}) OR id IN ({_TEAM})
    OR id=(SELECT manager_id FROM project WHERE id=:project) ORDER BY id"""
_CALENDARS = f"""WITH RECURSIVE needed(id) AS (
    SELECT calendar_id FROM project WHERE id=:project
    UNION SELECT calendar_id FROM task t WHERE {_OURS}
    UNION SELECT calendar_id FROM member WHERE id IN (SELECT x.member_id {_ASSIGNMENTS}) OR id IN ({_TEAM})
    UNION SELECT id FROM calendar WHERE project_id=:project AND deleted_at IS NULL
    UNION SELECT base_id FROM calendar JOIN needed USING(id))
    SELECT * FROM calendar JOIN needed USING(id) ORDER BY id"""


def moment(text: str | None) -> datetime | None:
    """A moment of the store."""
    return datetime.fromisoformat(text) if text else None


def value(row: Row | None, name: str) -> Any:
    """A column of a row that may not be there."""
    return None if row is None else row[name]
