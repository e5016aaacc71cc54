"""What needs me now, over all projects, the most urgent first."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from models.db import get_meta
from models.filters.lines import Line
from models.filters.lines import left as lines_left
from models.windows.open_conflicts import OPEN
from models.windows.window import Condition

SOON = 7  # days ahead that are looked at
SILENT = 14  # days without a word after which a client with open work is silent
MANY = 200  # lines of one kind

LATE, NOW, RISK, VISIT, NEXT, QUIET = range(6)  # the order of urgency


class TodayRow(NamedTuple):
    """One line. `rank` is one of the constants above; `day` what it is ordered by (a date as text); `what` why it is
    here, in words; `record` kind and `id` of the record that the line acts on."""

    row: int
    rank: int
    day: str
    kind: str
    id: str
    name: str
    what: str
    client: str | None
    project: str | None
    project_id: str | None


def today(conn: sqlite3.Connection, day: date) -> list[TodayRow]:
    """All lines. Mine are the tasks of projects that I manage or that nobody does, and those that I am assigned to;
    before the first login everything is mine."""
    me = get_meta(conn, "member")
    found = [
        *_to_decide(conn, day), *_tasks(conn, day, me), *_at_risk(conn, day, me), *_promises(conn, day),
        *_visits(conn, day), *_silent(conn, day),
    ]  # fmt: skip
    found.sort(key=lambda row: (row.rank, row.day, row.name))
    return [row._replace(row=at) for at, row in enumerate(found)]


def left(conn: sqlite3.Connection, rows: Iterable[TodayRow], wanted: Mapping[str, Condition]) -> list[int]:
    """The numbers of the rows that are wanted (by kind)."""
    lines = (
        Line(
            row.row,
            row.kind,
            row.id,
            f"{row.name} {row.what} {row.client or ''} {row.project or ''}",
            row.day,
        )
        for row in rows
    )
    return lines_left(conn, wanted, lines)


def _row(rank: int, day: str, kind: str, id: str, name: str, what: str, *where: str | None) -> TodayRow:
    return TodayRow(0, rank, day, kind, id, name, what, *(*where, None, None, None)[:3])


# ── what the sync asks ────────────────────────────────────────────────────────────────────────────────


def _to_decide(conn: sqlite3.Connection, day: date) -> Iterator[TodayRow]:
    conflicts = conn.execute(f"SELECT id FROM conflict WHERE rowid IN {OPEN}").fetchall()
    if conflicts:
        name = f"{len(conflicts)} to decide: two edits of the same"
        yield _row(LATE, "", "conflict", conflicts[0][0], name, "conflict" + "s" * (len(conflicts) > 1))
    refused = conn.execute("SELECT id FROM txn WHERE state=5").fetchall()
    if refused:
        yield _row(LATE, "", "operation", refused[0][0], f"{len(refused)} refused by the server", "refused")


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────

_MINE = """(:me='' OR p.manager_id IS NULL OR p.manager_id=:me OR EXISTS (SELECT 1 FROM assignment a
    WHERE a.task_id=t.id AND a.member_id=:me AND a.deleted_at IS NULL))"""
_LEAF = """NOT EXISTS (SELECT 1 FROM task k WHERE k.project_id=t.project_id AND k.parent_id=t.id
    AND k.deleted_at IS NULL)"""
_GOING = """FROM project p CROSS JOIN task t INDEXED BY task_state ON t.project_id=p.id AND t.deleted_at IS NULL
    AND t.actual_finish IS NULL LEFT JOIN schedule s ON s.task=t.id
    WHERE p.deleted_at IS NULL AND p.cancelled_reason IS NULL AND p.hold_reason IS NULL
    AND t.not_applicable_reason IS NULL"""
_DUE = "min(coalesce(t.deadline, s.finish), coalesce(s.finish, t.deadline))"


def _tasks(conn: sqlite3.Connection, day: date, me: str) -> Iterator[TodayRow]:
    """Late, of today, and of the next days; one that somebody waits for is named with the reason."""
    until = day + timedelta(days=SOON)
    rows = conn.execute(
        f"""SELECT due, t.id, t.name, t.blocked_reason, c.name, p.name, p.id FROM (
              SELECT t.rowid AS row, {_DUE} AS due {_GOING} AND {_DUE}<:until
              ORDER BY due LIMIT -1  -- in this order, so that the rest is asked only about the first ones
            ) CROSS JOIN task t ON t.rowid=row CROSS JOIN project p ON p.id=t.project_id
            LEFT JOIN client c ON c.id=p.client_id WHERE {_LEAF} AND {_MINE} LIMIT {MANY}""",
        {"me": me, "until": until.isoformat()},
    )
    for due, id, name, blocked, client, project, project_id in rows:
        rank = LATE if due[:10] < day.isoformat() else NOW if due[:10] == day.isoformat() else NEXT
        why = f"waits: {blocked}" if blocked else _when(due, day)
        yield _row(rank, due[:10], "task", id, name, why, client, project, project_id)


def _at_risk(conn: sqlite3.Connection, day: date, me: str) -> Iterator[TodayRow]:
    """The first milestone of each project that the computed dates put after its deadline, further ahead than the next
    days, and how many more there are."""
    rows = conn.execute(
        f"""SELECT t.deadline, s.finish, t.id, t.name, (SELECT name FROM client WHERE id=p.client_id), p.name, p.id
            {_GOING} AND t.milestone=1 AND s.finish>t.deadline AND t.deadline>=:until AND {_LEAF} AND {_MINE}
            ORDER BY t.deadline LIMIT {MANY}""",
        {"me": me, "until": (day + timedelta(days=SOON)).isoformat()},
    )
    by_project: dict[str, list[tuple[str, ...]]] = {}
    for row in rows:
        by_project.setdefault(row[-1], []).append(row)
    for (deadline, finish, id, name, client, project, project_id), *later in by_project.values():
        over = (date.fromisoformat(finish[:10]) - date.fromisoformat(deadline[:10])).days
        what = f"milestone {over}d after its deadline" + (f", and {len(later)} more" if later else "")
        yield _row(RISK, deadline[:10], "task", id, name, what, client, project, project_id)


def _when(due: str, day: date) -> str:
    days = (date.fromisoformat(due[:10]) - day).days
    if days < 0:
        return f"late {-days}d"
    return "due today" if not days else "due tomorrow" if days == 1 else f"due in {days}d"


# ── clients ───────────────────────────────────────────────────────────────────────────────────────────


def _promises(conn: sqlite3.Connection, day: date) -> Iterator[TodayRow]:
    rows = conn.execute(
        f"""SELECT x.due, x.id, x.name, x.by, c.name, p.name, p.id FROM promise x
            LEFT JOIN client c ON c.id=x.client_id LEFT JOIN project p ON p.id=x.project_id
            WHERE x.deleted_at IS NULL AND x.state='open' AND x.due<? ORDER BY x.due LIMIT {MANY}""",
        ((day + timedelta(days=SOON)).isoformat(),),
    )
    for due, id, name, by, *where in rows:
        rank = LATE if due < day.isoformat() else NOW if due == day.isoformat() else NEXT
        whose = "our promise" if by == "us" else "their promise"
        yield _row(rank, due, "promise", id, name, f"{whose}, {_when(due, day)}", *where)


def _visits(conn: sqlite3.Connection, day: date) -> Iterator[TodayRow]:
    rows = conn.execute(
        f"""SELECT x.start, x.id, x.name, x.state, c.name, p.name, p.id FROM visit x
            LEFT JOIN client c ON c.id=x.client_id LEFT JOIN project p ON p.id=x.project_id
            WHERE x.deleted_at IS NULL AND x.state<>'reported' AND x.start<? ORDER BY x.start LIMIT {MANY}""",
        ((day + timedelta(days=SOON)).isoformat(),),
    )
    for start, id, name, state, *where in rows:
        rank = (
            LATE
            if start < day.isoformat() and state != "on site"
            else NOW
            if start <= day.isoformat()
            else VISIT
        )
        what = "visit to report" if rank == LATE else f"visit, {state}"
        yield _row(rank, start, "visit", id, name, what, *where)


def _silent(conn: sqlite3.Connection, day: date) -> Iterator[TodayRow]:
    """Clients with open work whom nobody has spoken to for long, as far as that was ever noted."""
    rows = conn.execute(
        """SELECT max(x.at) AS last, c.id, c.name FROM client c JOIN interaction x ON x.client_id=c.id
           WHERE c.deleted_at IS NULL AND x.deleted_at IS NULL AND EXISTS (SELECT 1 FROM project p
             WHERE p.client_id=c.id AND p.deleted_at IS NULL AND p.cancelled_reason IS NULL)
           GROUP BY c.id HAVING last<? ORDER BY last LIMIT 20""",
        ((day - timedelta(days=SILENT)).isoformat(),),
    )
    for last, id, name in rows:
        days = (day - date.fromisoformat(last[:10])).days
        yield _row(QUIET, last[:10], "client", id, name, f"silent for {days}d", name)
