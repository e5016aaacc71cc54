"""What may be on the screen while a client looks at it: that client's records, and of those none that is private."""

import sqlite3
from typing import NamedTuple


class Front(NamedTuple):
    """The client who looks on, and the project in front (all there is of a client, where it has none)."""

    client: str
    project: str


_PROJECT = "p.visibility<>'private' AND (p.id=:project OR p.client_id=:client)"
_SHOWN = {
    "project": f"SELECT p.rowid, p.id FROM project p WHERE {_PROJECT}",
    "task": "SELECT x.rowid, x.id FROM task x JOIN project p ON p.id=x.project_id"
    f" WHERE x.visibility<>'private' AND {_PROJECT}",
    "client": "SELECT x.rowid, x.id FROM client x WHERE x.visibility<>'private' AND x.id=:client",
    "site": "SELECT x.rowid, x.id FROM site x WHERE x.visibility<>'private' AND x.client_id=:client",
    "contact": "SELECT x.rowid, x.id FROM contact x WHERE x.visibility<>'private' AND x.client_id=:client",
    **{
        kind: f"SELECT x.rowid, x.id FROM {kind} x WHERE x.visibility='client' AND x.client_id=:client"
        for kind in ("interaction", "promise", "visit")
    },
    "member": "SELECT x.rowid, x.id FROM member x WHERE x.visibility<>'private'",
    "calendar": "SELECT x.rowid, x.id FROM calendar x LEFT JOIN project p ON p.id=x.project_id"
    f" WHERE x.visibility<>'private' AND (x.project_id IS NULL OR {_PROJECT})",
}
_PARTS = ("dependency", "assignment", "baseline", "baseline_task")  # only ever reached from what is shown
_REASONS = ("reason", "waiting_on", "blocked_since", "hold_since")


def shown(conn: sqlite3.Connection, front: Front, kind: str) -> set[int]:
    """The row numbers of a kind that may be shown."""
    return {row[0] for row in conn.execute(_SHOWN[kind], front._asdict())} if kind in _SHOWN else set()


def shows(conn: sqlite3.Connection, front: Front, kind: str, rec: str) -> bool:
    """Whether this record may be shown."""
    if kind not in _SHOWN:
        return kind in _PARTS
    alias = "p" if kind == "project" else "x"
    sql = f"{_SHOWN[kind]} AND {alias}.id=:rec"
    return conn.execute(sql, {**front._asdict(), "rec": rec}).fetchone() is not None


def private_tasks(conn: sqlite3.Connection, project: str) -> set[int]:
    """The row numbers of a project's private tasks; what lies below them is hidden with them."""
    sql = "SELECT rowid FROM task WHERE project_id=? AND visibility='private'"
    return {row[0] for row in conn.execute(sql, (project,))}


def shown_tasks(conn: sqlite3.Connection, front: Front) -> set[int]:
    """The row numbers of the tasks that may be shown: none that is private, and nothing below one."""
    hidden = conn.execute(
        """WITH RECURSIVE hidden(id, project_id, row) AS (
             SELECT id, project_id, rowid FROM task WHERE visibility='private'
             UNION SELECT t.id, t.project_id, t.rowid FROM task t JOIN hidden h
               ON t.project_id=h.project_id AND t.parent_id=h.id) SELECT row FROM hidden"""
    )
    return shown(conn, front, "task") - {row for (row,) in hidden}


def secret(name: str, type: str, commercial: bool) -> bool:
    """Whether a field is for us only."""
    return commercial or type == "note" or name.endswith(_REASONS)
