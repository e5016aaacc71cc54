"""Records by what is typed of them: for quick capture, for completion, for the palette."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from models.filters import named
from models.windows.window import escape


class Project(NamedTuple):
    """A project with its client, in words."""

    id: str
    name: str
    client: str | None

    @property
    def place(self) -> str:
        return f"{self.client} ▸ {self.name}" if self.client else self.name


Lost = Callable[[str], object]
"""Hears why an edit was refused, so that what was typed comes back."""


def projects(conn: sqlite3.Connection, word: str) -> list[Project]:
    """At most five projects that a word behind # means, by their own name or their client's."""
    ids = named.places(conn, word).projects
    rows = conn.execute(
        """SELECT p.id, p.name, c.name FROM project p LEFT JOIN client c ON c.id=p.client_id
           WHERE p.deleted_at IS NULL ORDER BY p.name"""
    )
    return list(islice((Project(*row) for row in rows if row[0] in ids), 5))


def place(conn: sqlite3.Connection, project: str) -> tuple[str, ...]:
    """Client and project in words, for the title."""
    row = conn.execute(
        """SELECT c.name, p.name || iif(p.deleted_at IS NULL, '', ' (in the recycle bin)')
           FROM project p LEFT JOIN client c ON c.id=p.client_id WHERE p.id=?""",
        (project,),
    ).fetchone()
    return tuple(name for name in row if name) if row else ()


def names(conn: sqlite3.Connection, kind: str) -> list[str]:
    """What the records of a kind are called, for completion."""
    rows = conn.execute(f"SELECT name FROM {kind} WHERE deleted_at IS NULL ORDER BY name LIMIT 2000")
    return [name for (name,) in rows if name]


def task_called(conn: sqlite3.Connection, project: str, name: str, but: Sequence[str]) -> tuple[str, str]:
    """The id of the one task of the project that is called so, or what is wrong. An exact name goes first."""
    rows = conn.execute(
        """SELECT id, name FROM task WHERE project_id=? AND deleted_at IS NULL AND name LIKE '%' || ? || '%' ESCAPE '\\'
           ORDER BY lower(name)<>lower(?), length(name) LIMIT 30""",
        (project, escape(name), name),
    ).fetchall()
    rows = [row for row in rows if row[0] not in but]
    exact = [row for row in rows if row[1].lower() == name.lower()] or rows
    if not name or not rows:
        return "", f"No other task here is called “{name}”" if name else "Write the name of a task"
    if len(exact) > 1:
        return "", f"{len(exact)} tasks fit, write more: " + " · ".join(row[1] for row in exact[:4])
    return str(exact[0][0]), ""


def tasks(conn: sqlite3.Connection, project: str) -> list[str]:
    """What the tasks of a project are called."""
    sql = "SELECT name FROM task WHERE project_id=? AND deleted_at IS NULL LIMIT 2000"
    return [row[0] for row in conn.execute(sql, (project,))]


def members(conn: sqlite3.Connection) -> list[str]:
    """Whom work can be given to."""
    rows = conn.execute(
        "SELECT name FROM member WHERE deleted_at IS NULL AND inactive IS NOT 1 ORDER BY type<>'work', name LIMIT 500"
    )
    return [row[0] for row in rows if row[0]]
