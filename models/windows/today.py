"""What needs me now, over all projects, the most urgent first: what somebody else waits for (a promise, a visit), then
the tasks of today, then what is late. Of what is late no project takes more than a few lines: what is late for long,
and what is too much, is one line."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from models import dayform
from models.db import get_meta
from models.filters.lines import Line
from models.filters.lines import left as lines_left
from models.windows.open_conflicts import OPEN
from models.windows.window import Condition, marks

SOON = 7  # days ahead that are looked at
SILENT = 14  # days without a word after which a client with open work is silent
MANY = 200  # lines of one kind
LONG = 30  # days after which what is late is late for long
FEW = 5  # late tasks of a project that have a line each

NOW, LATE, MORE, RISK, VISIT, NEXT, QUIET, ASLEEP = range(8)  # the order of urgency


class TodayRow(NamedTuple):
    """One line. `rank` is one of the constants above; `day` what it is ordered by (a date as text); `what` why it is
    here, in words; `record` kind and `id` of the record that the line acts on. A project is one of which more
    is late."""

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
    found.sort(key=_urgency)
    return [row._replace(row=at) for at, row in enumerate(found)]


def _urgency(row: TodayRow) -> tuple[int, int, str, str]:
    asked = row.kind in ("conflict", "operation")
    waited_for = row.rank <= LATE and row.kind in ("promise", "visit")
    return 0 if asked else 1 if waited_for else 2, row.rank, row.day, row.name


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


class _Due(NamedTuple):
    """An unfinished task of mine, by its row, and when it is due."""

    project: str
    at: str
    row: int


def _tasks(conn: sqlite3.Connection, day: date, me: str) -> Iterator[TodayRow]:
    """Late, of today, and of the next days; one that somebody waits for is named with the reason. Of a project with
    many late tasks the first few of the last weeks, and a line for the others."""
    today, since = day.isoformat(), (day - timedelta(days=LONG)).isoformat()
    until = (day + timedelta(days=SOON)).isoformat()
    due = conn.execute(
        f"SELECT p.id, {_DUE}, t.rowid {_GOING} AND {_DUE}<:until AND {_LEAF} AND {_MINE} ORDER BY p.id, 2",
        {"me": me, "until": until},
    )
    ahead: list[_Due] = []
    late: list[_Due] = []
    for project, tasks in groupby(map(_Due._make, due), lambda task: task.project):
        found = list(tasks)
        ahead += [task for task in found if task.at >= today]
        behind = [task for task in found if task.at < today]
        own = [task for task in behind if task.at >= since][:FEW]
        rest = len(behind) - len(own)
        if rest > 1:
            yield _of_project(conn, day, project, behind[0].at, rest, more=bool(own))
        late += own if rest > 1 else behind
    ahead.sort(key=lambda task: task.at)
    late.sort(key=lambda task: task.at)
    yield from _named(conn, day, [*ahead[:MANY], *late[-MANY:]])


def _of_project(
    conn: sqlite3.Connection, day: date, project: str, first: str, count: int, more: bool
) -> TodayRow:
    """The line for `count` late tasks of a project, `more` where others have lines of their own."""
    rank = ASLEEP if not more and _is_asleep(conn, day, project) else MORE
    since = date.fromisoformat(first[:10])
    when = dayform.MONTHS[since.month - 1] if since.year == day.year else since.year
    what = f"{'asleep: ' * (rank == ASLEEP)}{count} {'more ' * more}late since {when}"
    sql = "SELECT p.name, c.name FROM project p LEFT JOIN client c ON c.id=p.client_id WHERE p.id=?"
    name, client = conn.execute(sql, (project,)).fetchone()
    return _row(rank, first[:10], "project", project, name or "", what, client, name, project)


def _is_asleep(conn: sqlite3.Connection, day: date, project: str) -> bool:
    """Nothing of the plan lies ahead, and nothing was to be done or was done of late."""
    [last] = conn.execute(
        """SELECT max(max(coalesce(s.finish, ''), coalesce(t.deadline, ''), coalesce(t.actual_start, ''),
           coalesce(t.actual_finish, ''))) FROM task t LEFT JOIN schedule s ON s.task=t.id
           WHERE t.project_id=? AND t.deleted_at IS NULL AND t.not_applicable_reason IS NULL""",
        (project,),
    ).fetchone()
    return str(last) < (day - timedelta(days=LONG)).isoformat()


def _named(conn: sqlite3.Connection, day: date, due: Sequence[_Due]) -> Iterator[TodayRow]:
    at = {task.row: task.at for task in due}
    rows = conn.execute(
        f"""SELECT t.rowid, t.id, t.name, t.blocked_reason, c.name, p.name, p.id FROM task t
            JOIN project p ON p.id=t.project_id LEFT JOIN client c ON c.id=p.client_id
            WHERE t.rowid IN ({marks(due)})""",
        list(at),
    )
    for row, id, name, blocked, client, project, project_id in rows:
        when = at[row]
        rank = LATE if when[:10] < day.isoformat() else NOW if when[:10] == day.isoformat() else NEXT
        why = f"waits: {blocked}" if blocked else _when(when, day)
        yield _row(rank, when[:10], "task", id, name, why, client, project, project_id)


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
        f"""SELECT x.start, coalesce(x.finish, x.start), x.id, x.name, x.state, c.name, p.name, p.id FROM visit x
            LEFT JOIN client c ON c.id=x.client_id LEFT JOIN project p ON p.id=x.project_id
            WHERE x.deleted_at IS NULL AND x.state<>'reported' AND x.start<? ORDER BY x.start LIMIT {MANY}""",
        ((day + timedelta(days=SOON)).isoformat(),),
    )
    for start, last, id, name, state, *where in rows:
        over = last < day.isoformat() and state != "on site"
        rank = LATE if over else NOW if start <= day.isoformat() else VISIT
        until = f" to {dayform.short(date.fromisoformat(last), day)}" if last > start else ""
        yield _row(
            rank, start, "visit", id, name, "visit to report" if over else f"visit{until}, {state}", *where
        )


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
