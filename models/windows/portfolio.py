"""The portfolio: every project on a line."""

import sqlite3
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from models.windows.window import EVERY, FINISH, Condition, Window, marks


class ProjectRow(NamedTuple):
    """`next_date` is the next milestone's date, naive local; `late` and `waiting` count unfinished tasks; `finish` is
    the promised one, `forecast` the computed one."""

    row: int
    id: str
    name: str
    client: str | None
    manager: str | None
    phase: str | None
    tasks: int
    done: int
    next_name: str | None
    next_date: str | None
    late: int
    waiting: int
    hold: str | None
    cancelled: str | None
    finish: str | None
    forecast: str | None


class Milestone(NamedTuple):
    id: str
    name: str
    date: str | None


def portfolio(conn: sqlite3.Connection, wanted: Condition = EVERY, *, sort: str = "client") -> Window:
    """The wanted ones of the projects that are not deleted, by client, name or promised finish."""
    order = {
        "client": "c.name IS NULL, c.name COLLATE NOCASE, t.name COLLATE NOCASE",
        "name": "t.name COLLATE NOCASE",
        "finish": "t.finish IS NULL, t.finish",
    }[sort]
    found = conn.execute(
        f"""SELECT t.rowid FROM project t LEFT JOIN client c ON c.id=t.client_id
            WHERE t.deleted_at IS NULL AND {wanted.sql} ORDER BY {order}, t.id""",
        wanted.values,
    )
    return Window(array("q", (row[0] for row in found)))


def project_rows(conn: sqlite3.Connection, rows: Sequence[int], today: str) -> list[ProjectRow]:
    """What the portfolio shows of these rows. `today` is a date: 2026-11-22."""
    heads = conn.execute(
        f"""SELECT p.rowid, p.id, p.name, c.name, m.name, p.hold_reason, p.cancelled_reason, p.finish
            FROM project p LEFT JOIN client c ON c.id=p.client_id LEFT JOIN member m ON m.id=p.manager_id
            WHERE p.rowid IN ({marks(rows)})""",
        rows,
    ).fetchall()
    ids = [head[1] for head in heads]
    counts = _counts(conn, ids)
    late = _late(conn, ids, today)
    found = {}
    for row, id, name, client, manager, hold, cancelled, finish in heads:
        tasks, done, waiting = counts.get(id, (0, 0, 0))
        ahead = next_milestone(conn, id)
        found[row] = ProjectRow(
            row, id, name, client, manager, _phase(conn, id), tasks, done,
            ahead.name if ahead else None, ahead.date if ahead else None,
            late.get(id, 0), waiting, hold, cancelled, finish, _forecast(conn, id),
        )  # fmt: skip
    return [found[row] for row in rows if row in found]


def _counts(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Tasks, finished ones and waiting ones by project, from one index alone."""
    rows = conn.execute(
        f"""SELECT project_id, count(*), count(actual_finish),
            sum(blocked_reason IS NOT NULL AND actual_finish IS NULL) FROM task INDEXED BY task_state
            WHERE project_id IN ({marks(ids)}) AND deleted_at IS NULL GROUP BY project_id""",
        ids,
    )
    return {id: (tasks, done, waiting) for id, tasks, done, waiting in rows}


def _late(conn: sqlite3.Connection, ids: Sequence[str], today: str) -> dict[str, int]:
    """Unfinished tasks whose deadline or computed finish has passed, by project."""
    rows = conn.execute(
        f"""SELECT project_id, count(*) FROM (
            SELECT t.project_id, t.id FROM task t INDEXED BY task_deadline
            WHERE t.project_id IN ({marks(ids)}) AND t.deadline<? AND t.actual_finish IS NULL AND t.deleted_at IS NULL
            UNION
            SELECT t.project_id, t.id FROM schedule s JOIN task t ON t.id=s.task
            WHERE s.project IN ({marks(ids)}) AND s.finish<? AND t.actual_finish IS NULL AND t.deleted_at IS NULL
            ) GROUP BY project_id""",
        (*ids, today, *ids, today),
    )
    return dict(rows.fetchall())


def _forecast(conn: sqlite3.Connection, project: str) -> str | None:
    """The computed finish of the project: of all its tasks the last one's."""
    row = conn.execute("SELECT max(finish) FROM schedule WHERE project=?", (project,)).fetchone()
    return row[0] if row else None


def next_milestone(conn: sqlite3.Connection, project: str) -> Milestone | None:
    """The first milestone that is not reached."""
    row = conn.execute(
        f"""SELECT t.id, t.name, coalesce({FINISH}, t.deadline) AS at
            FROM task t INDEXED BY task_state LEFT JOIN schedule s ON s.task=t.id
            WHERE t.project_id=? AND t.deleted_at IS NULL AND t.actual_finish IS NULL AND t.milestone=1
            ORDER BY at IS NULL, at, t.rank LIMIT 1""",
        (project,),
    ).fetchone()
    return Milestone(*row) if row else None


def _phase(conn: sqlite3.Connection, project: str) -> str | None:
    """The first task of the top level that is not finished."""
    for id, name, finished in conn.execute(
        """SELECT id, name, actual_finish FROM task WHERE project_id=? AND parent_id IS NULL AND deleted_at IS NULL
           ORDER BY rank, id""",
        (project,),
    ):
        if finished is None and _open_below(conn, project, id):
            return str(name)
    return None


def _open_below(conn: sqlite3.Connection, project: str, task: str) -> bool:
    """Whether the task, or any of its leaves, is unfinished."""
    children = conn.execute(
        "SELECT id, actual_finish FROM task WHERE project_id=? AND parent_id=? AND deleted_at IS NULL",
        (project, task),
    ).fetchall()
    if not children:
        return True
    return any(finished is None and _open_below(conn, project, id) for id, finished in children)
