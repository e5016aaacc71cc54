"""The portfolio: every project on a line, and several of them taken together."""

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from models.windows.tasks import LARGE
from models.windows.window import EVERY, FINISH, Condition, Window, marks


class ProjectRow(NamedTuple):
    """A project, or several together (then `id` is empty, `name` what they have in common, and `projects` how many).

    `next_date` is the next milestone's date, naive local; `late` and `waiting` count unfinished tasks; `finish` is the
    promised end, `forecast` the computed one. In weekdays: `behind`, how much later the forecast is than the newest
    baseline; `left`, how much earlier it is than the promise; `slips`, how much later than in the baseline each
    milestone was reached or will be, in the order of the plan. `contact` is the day of the last talk with the client;
    `edited_at` milliseconds UTC, `edited_by` a name, empty for whoever works here. `kept` is 1 for what not everybody
    of us sees, `internal` for what the client may not see. None: there is nothing to say.
    """

    row: int
    id: str
    name: str
    client: str | None = None
    manager: str | None = None
    hold: str | None = None
    cancelled: str | None = None
    finish: str | None = None
    forecast: str | None = None
    stage: str | None = None
    tasks: int = 0
    done: int = 0
    next_name: str | None = None
    next_date: str | None = None
    late: int = 0
    waiting: int = 0
    behind: int | None = None
    left: int | None = None
    slips: tuple[int, ...] = ()
    contact: str | None = None
    edited_at: int = 0
    edited_by: str | None = None
    projects: int = 1
    kept: int = 0
    internal: int = 0

    @property
    def health(self) -> str:
        """The worst that is to be said of it. At risk: the promise cannot be kept as things are."""
        if (self.cancelled, self.hold) != (None, None):
            return "on hold" if self.cancelled is None else "cancelled"
        if self.tasks and self.done == self.tasks:
            return "done"
        if self.late:
            return "late"
        return "at risk" if (self.left or 0) < 0 else "waits" if self.waiting else "on time"


HEALTH = ("late", "at risk", "waits", "on hold", "on time", "done", "cancelled")  # the worst first


class Milestone(NamedTuple):
    id: str
    name: str
    date: str | None


def portfolio(conn: sqlite3.Connection, wanted: Condition = EVERY) -> Window:
    """The wanted ones of the projects that are not deleted, by client and name."""
    found = conn.execute(
        f"""SELECT t.rowid FROM project t LEFT JOIN client c ON c.id=t.client_id
            WHERE t.deleted_at IS NULL AND {wanted.sql}
            ORDER BY c.name IS NULL, c.name COLLATE NOCASE, t.name COLLATE NOCASE, t.id""",
        wanted.values,
    )
    return Window(array("q", (row[0] for row in found)))


def soon_read(conn: sqlite3.Connection, rows: Sequence[int]) -> list[int]:
    """Those of these rows that have so few tasks that all that `project_rows` says of them is read at once."""
    found = conn.execute(
        f"""SELECT p.rowid FROM project p WHERE p.rowid IN ({marks(rows)}) AND (SELECT count(*) FROM (
            SELECT 1 FROM task INDEXED BY task_tree WHERE project_id=p.id LIMIT {LARGE})) < {LARGE}""",
        rows,
    )
    return [row for (row,) in found]


def project_heads(conn: sqlite3.Connection, rows: Sequence[int]) -> list[ProjectRow]:
    """What these rows say by themselves: nothing about their tasks."""
    heads = conn.execute(
        f"""SELECT p.rowid, p.id, p.name, c.name, m.name, p.hold_reason, p.cancelled_reason, p.finish,
            (SELECT max(finish) FROM schedule WHERE project=p.id), p.space<>'workspace',
            p.visibility IS NOT 'client'
            FROM project p LEFT JOIN client c ON c.id=p.client_id LEFT JOIN member m ON m.id=p.manager_id
            WHERE p.rowid IN ({marks(rows)})""",
        rows,
    )
    found = {
        row: ProjectRow(row, *head)._replace(kept=kept or 0, internal=internal)
        for row, *head, kept, internal in heads
    }
    return [found[row] for row in rows if row in found]


def project_rows(conn: sqlite3.Connection, rows: Sequence[int], today: str) -> list[ProjectRow]:
    """All that the portfolio shows of these rows, but for the last edit. `today` is a date: 2026-11-22. A project of
    100 tasks takes about a third of a millisecond."""
    heads = project_heads(conn, rows)
    if not heads:
        return []
    ids = [head.id for head in heads]
    counts, late, talks = _counts(conn, ids), _late(conn, ids, today), _talks(conn, ids, today)
    bases = _newest_baselines(conn, ids)
    found = []
    for head in heads:
        tasks, done, waiting = counts.get(head.id, (0, 0, 0))
        ahead, base = next_milestone(conn, head.id), bases.get(head.id)
        found.append(
            head._replace(
                stage=_stage(conn, head.id), tasks=tasks, done=done, waiting=waiting, late=late.get(head.id, 0),
                next_name=ahead.name if ahead else None, next_date=ahead.date if ahead else None,
                behind=weekdays(_finish_in(conn, base), head.forecast) if base else None,
                left=weekdays(head.forecast, head.finish), slips=_slips(conn, base) if base else (),
                contact=talks.get(head.id),
            )
        )  # fmt: skip
    return found


def together(row: int, name: str, rows: Sequence[ProjectRow]) -> ProjectRow:
    """Several projects as one line: sums, the worst, the next, the latest."""
    nexts = [r for r in rows if r.next_date]
    first = min(nexts, key=lambda r: str(r.next_date), default=None)
    edited = max(rows, key=lambda r: r.edited_at, default=None)
    return ProjectRow(
        row, "", name, tasks=sum(r.tasks for r in rows), done=sum(r.done for r in rows),
        late=sum(r.late for r in rows), waiting=sum(r.waiting for r in rows),
        next_name=first.next_name if first else None, next_date=first.next_date if first else None,
        behind=max((r.behind for r in rows if r.behind is not None), default=None),
        left=min((r.left for r in rows if r.left is not None), default=None),
        contact=max((r.contact for r in rows if r.contact), default=None),
        edited_at=edited.edited_at if edited else 0, edited_by=edited.edited_by if edited else None,
        projects=len(rows),
    )  # fmt: skip


def weekdays(start: str | None, end: str | None) -> int | None:
    """How many days from Monday to Friday `end` lies after `start`, negative where it lies before; holidays count."""
    if not (start and end):
        return None
    a, b = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    return _monday_to_friday(b) - _monday_to_friday(a)


def _monday_to_friday(day: date) -> int:
    weeks, rest = divmod(day.toordinal() - 1, 7)  # ordinal 1 was a Monday
    return weeks * 5 + min(rest, 4)


# ── what is read of many at once ──────────────────────────────────────────────────────────────────────


def _counts(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Tasks, finished ones and waiting ones by project, from two indexes alone; a summary is no task of its own."""
    rows = conn.execute(
        f"""SELECT project_id, sum(tasks), sum(done), sum(waiting) FROM (
            SELECT project_id, count(*) AS tasks, count(actual_finish) AS done,
            sum(blocked_reason IS NOT NULL AND actual_finish IS NULL) AS waiting FROM task INDEXED BY task_state
            WHERE project_id IN ({marks(ids)}) AND deleted_at IS NULL GROUP BY project_id
            UNION ALL
            SELECT p.project_id, -count(*), -count(p.actual_finish), 0 FROM (
              SELECT DISTINCT parent_id FROM task INDEXED BY task_tree
              WHERE project_id IN ({marks(ids)}) AND parent_id IS NOT NULL AND deleted_at IS NULL
            ) k JOIN task p ON p.id=k.parent_id WHERE p.project_id IN ({marks(ids)}) AND p.deleted_at IS NULL
            GROUP BY p.project_id
            ) GROUP BY project_id""",
        (*ids, *ids, *ids),
    )
    return {id: (tasks, done, waiting) for id, tasks, done, waiting in rows}


def _late(conn: sqlite3.Connection, ids: Sequence[str], today: str) -> dict[str, int]:
    """Unfinished tasks whose deadline or computed finish has passed, by project."""
    rows = conn.execute(
        f"""SELECT project, sum(late) FROM (
            SELECT project, count(*) AS late FROM schedule INDEXED BY schedule_finish
            WHERE project IN ({marks(ids)}) AND finish<? AND open GROUP BY project
            UNION ALL
            SELECT t.project_id, count(*) FROM task t INDEXED BY task_deadline LEFT JOIN schedule s ON s.task=t.id
            WHERE t.project_id IN ({marks(ids)}) AND t.deadline<? AND t.actual_finish IS NULL AND t.deleted_at IS NULL
            AND (s.finish IS NULL OR s.finish>=?) AND coalesce(s.open, 1) GROUP BY t.project_id
            ) GROUP BY project""",
        (*ids, today, *ids, today, today),
    )
    return dict(rows.fetchall())


def _talks(conn: sqlite3.Connection, ids: Sequence[str], today: str) -> dict[str, str]:
    """The day of the last talk with each project's client."""
    rows = conn.execute(
        f"""SELECT p.id, max(substr(x.at, 1, 10)) FROM project p JOIN interaction x ON x.client_id=p.client_id
            WHERE p.id IN ({marks(ids)}) AND x.deleted_at IS NULL AND substr(x.at, 1, 10)<=? GROUP BY p.id""",
        (*ids, today),
    )
    return {id: day for id, day in rows if day}


def _newest_baselines(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    rows = conn.execute(
        f"""SELECT project_id, id, max(number) FROM baseline
            WHERE project_id IN ({marks(ids)}) AND deleted_at IS NULL GROUP BY project_id""",
        ids,
    )
    return {project: id for project, id, _ in rows}


# ── what is read of each ──────────────────────────────────────────────────────────────────────────────


def _finish_in(conn: sqlite3.Connection, baseline: str) -> str | None:
    sql = "SELECT max(finish) FROM baseline_task WHERE baseline_id=? AND deleted_at IS NULL"
    return conn.execute(sql, (baseline,)).fetchone()[0]  # type: ignore[no-any-return]


def _slips(conn: sqlite3.Connection, baseline: str) -> tuple[int, ...]:
    rows = conn.execute(
        f"""SELECT b.finish, {FINISH} FROM baseline_task b JOIN task t ON t.id=b.task_id
            LEFT JOIN schedule s ON s.task=t.id WHERE b.baseline_id=? AND b.deleted_at IS NULL
            AND t.milestone=1 AND t.deleted_at IS NULL AND t.not_applicable_reason IS NULL ORDER BY b.finish, t.id""",
        (baseline,),
    )
    found = (weekdays(agreed, now) for agreed, now in rows)
    return tuple(days for days in found if days is not None)


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


def _stage(conn: sqlite3.Connection, project: str) -> str | None:
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


# ── the last edit ─────────────────────────────────────────────────────────────────────────────────────


class LastEdits:
    """When each project or a task of it was last edited, and by whom: read once as a whole, then only what is new."""

    def __init__(self) -> None:
        self._upto = 0
        self._found: dict[str, tuple[int, str | None]] = {}

    @property
    def begun(self) -> bool:
        """Whether the log was read once."""
        return self._upto > 0

    def read(self, conn: sqlite3.Connection) -> None:
        """Takes in what the log has since the last time. Reads in one transaction."""
        last = conn.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0]
        rows = conn.execute(
            """SELECT e.project, x.at, m.name, x.author IS NULL FROM (
                SELECT coalesce(t.project_id, p.id) AS project, max(c.txn) AS txn FROM change c
                JOIN txn o ON o.n=c.txn AND o.origin IN ('L', 'R') AND o.state<>6
                LEFT JOIN task t ON c.tbl='task' AND t.id=c.rec LEFT JOIN project p ON c.tbl='project' AND p.id=c.rec
                WHERE c.n>? AND c.n<=? AND c.tbl IN ('task', 'project') GROUP BY 1
               ) e JOIN txn x ON x.n=e.txn LEFT JOIN member m ON m.id=x.author WHERE e.project IS NOT NULL""",
            (self._upto, last),
        )
        self._found.update({project: (at, "" if own else name) for project, at, name, own in rows})
        self._upto = last

    def put_into(self, rows: Iterable[ProjectRow]) -> list[ProjectRow]:
        """The rows with their last edits."""
        none = (0, None)
        found = [(row, self._found.get(row.id, none)) for row in rows]
        return [row._replace(edited_at=at, edited_by=by) for row, (at, by) in found]
