"""The computed dates of the store: the derived table `schedule`, kept true by the schedule engine.

Derived: never captured, never synced. Every laptop computes its own, from inputs that are equal on all. What made dates
stale is read from the change feed, so edits of this window, of another process and of the sync count alike.

while refresh(store): ...      # one stale project at a time, until None
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from models import db
from models.feed import GENERATION
from models.planning import load
from models.schedule.engine import Dates, Schedule
from models.schedule.instants import show
from models.schedule.problems import Problem
from models.store import Store
from models.windows.dates import RULES, newest

SLICE = 150  # rows in one commit: well under 5 ms, so that an edit never waits for dates

INPUTS = {
    "project": (
        "", "start", "finish", "schedule_from", "status_date", "reschedule_uncompleted", "calendar_id",
        "client_calendar_id", "site_id", "honour_constraints", "critical_limit_minutes", "deleted_at",
    ),
    "task": (
        "", "project_id", "parent_id", "name", "duration_minutes", "elapsed", "mode", "manual_start", "manual_finish",
        "constraint_type", "constraint_date", "deadline", "actual_start", "actual_finish", "percent_complete",
        "remaining_minutes", "resume", "segments", "calendar_id", "ignore_resource_calendar",
        "levelling_delay_minutes", "inactive", "not_applicable_reason", "side", "deleted_at",
    ),
    "dependency": ("", "predecessor_id", "successor_id", "type", "lag", "lag_unit", "project_id", "deleted_at"),
    "assignment": ("", "task_id", "member_id", "units", "work_minutes", "delay_minutes", "deleted_at"),
    "member": ("calendar_id", "type"),
    "calendar": ("base_id", "week", "exceptions", "work_weeks", "holidays", "deleted_at"),
    "site": ("country", "region"),
}  # fmt: skip

# the projects whose dates depend on the records of a table that changed; of what is gone, its last content knows
_AFFECTED = {
    "project": "SELECT rec FROM changed",
    "task": "SELECT project_id FROM task WHERE id IN (SELECT rec FROM changed)"
    " UNION SELECT old FROM changed WHERE field='project_id'"
    " UNION SELECT project FROM schedule WHERE task IN (SELECT rec FROM changed)",
    "dependency": "SELECT project_id FROM dependency WHERE id IN (SELECT rec FROM changed)"
    " UNION SELECT old->>'project_id' FROM changed WHERE field=''",
    "assignment": "SELECT t.project_id FROM assignment a JOIN task t ON t.id=a.task_id"
    " WHERE a.id IN (SELECT rec FROM changed)"
    " UNION SELECT project_id FROM task WHERE id IN (SELECT old->>'task_id' FROM changed WHERE field='')",
    "member": "SELECT t.project_id FROM assignment a JOIN task t ON t.id=a.task_id"
    " WHERE a.member_id IN (SELECT rec FROM changed)",
    "calendar": "SELECT id FROM project WHERE deleted_at IS NULL",  # few calendars, seldom changed
    "site": "SELECT id FROM project WHERE site_id IN (SELECT rec FROM changed)",
}


def refresh(store: Store, first: str = "") -> str | None:
    """Computes one project whose dates are stale, `first` before all others; its id, or None where none is.

    Reads in one snapshot, computes with no lock held, and writes what differs in short commits. What is edited
    meanwhile makes the project stale once more, and ends this run: the next one will know it.
    """
    _mark(store)
    reader = store.read()
    try:
        reader.execute("BEGIN")
        row = reader.execute(
            "SELECT project, n FROM stale ORDER BY project=? DESC, project LIMIT 1", (first,)
        ).fetchone()
        if row is None:
            return None
        project, n = row
        plan = load(reader, project)
        rows, problems = _computed(project, Schedule(plan)) if plan else ({}, set())
        for sql, part in _differences(reader, project, rows, problems):
            if not _write(store, project, n, sql, part):
                return str(project)
    finally:
        reader.close()
    _write(store, project, n, "DELETE FROM stale WHERE project=?", [(project,)])
    return str(project)


def refresh_all(store: Store) -> None:
    """Until no date is stale: for a command that is about to show some."""
    while refresh(store):
        pass


def _mark(store: Store) -> None:
    """Notes which projects the newest changes have made stale."""
    reader = store.read()
    try:
        reader.execute("BEGIN")
        upto, last = int(db.get_meta(reader, "dates_upto", "0")), newest(reader)
        if db.get_meta(reader, "dates_rules") != RULES:
            projects = {project for (project,) in reader.execute("SELECT id FROM project")}
        elif last == upto:
            return
        else:
            projects = set(_affected(reader, upto, last))
    finally:
        reader.close()
    with store.write() as conn:
        conn.executemany(
            "INSERT INTO stale(project, n) VALUES(?,?) ON CONFLICT DO UPDATE SET n=max(n, excluded.n)",
            [(project, last) for project in projects],
        )
        db.set_meta(conn, "dates_upto", str(max(last, int(db.get_meta(conn, "dates_upto", "0")))))
        db.set_meta(conn, "dates_rules", RULES)


def _affected(conn: sqlite3.Connection, after: int, upto: int) -> Iterator[str]:
    for table, fields in INPUTS.items():
        marks = ", ".join("?" * len(fields))
        rows = conn.execute(
            f"""WITH changed AS MATERIALIZED (SELECT DISTINCT rec, field, old FROM change
                WHERE n>? AND n<=? AND tbl=? AND field IN ({marks})) {_AFFECTED[table]}""",
            (after, upto, table, *fields),
        )
        yield from (project for (project,) in rows if project)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────

Row = tuple[str | int | None, ...]
COLUMNS = (
    "task", "project", "start", "finish", "early_start", "early_finish", "late_start", "late_finish", "total_slack",
    "free_slack", "critical", "duration",
)  # fmt: skip


def _computed(project: str, schedule: Schedule) -> tuple[dict[str, Row], set[Row]]:
    rows = {
        str(key): (*_row(str(key), project, dates), schedule.duration(key))
        for key, dates in schedule.dates().items()
    }
    return rows, {row for problem in schedule.problems() for row in _problem_rows(project, problem)}


def _row(task: str, project: str, d: Dates) -> Row:
    moments = d.start, d.finish, d.early_start, d.early_finish, d.late_start, d.late_finish
    return task, project, *map(show, moments), d.total_slack, d.free_slack, int(d.critical)


def _problem_rows(project: str, problem: Problem) -> Iterator[Row]:
    for task in problem.tasks or ("",):
        yield project, str(task), problem.kind, problem.message


def _differences(
    reader: sqlite3.Connection, project: str, rows: dict[str, Row], problems: set[Row]
) -> Iterator[tuple[str, list[Row]]]:
    """The writes, in slices, that make the tables hold these rows of the project: only those that differ."""
    held = {
        row[0]: tuple(row)
        for row in reader.execute(f"SELECT {', '.join(COLUMNS)} FROM schedule WHERE project=?", (project,))
    }
    yield from _sliced(
        f"INSERT OR REPLACE INTO schedule({', '.join(COLUMNS)}) VALUES({', '.join('?' * len(COLUMNS))})",
        (row for task, row in rows.items() if held.get(task) != row),
    )
    yield from _sliced(
        "DELETE FROM schedule WHERE task=? AND project=?", ((t, project) for t in held if t not in rows)
    )
    said = set(reader.execute("SELECT project, task, kind, message FROM problem WHERE project=?", (project,)))
    yield from _sliced(
        "INSERT OR IGNORE INTO problem(project, task, kind, message) VALUES(?,?,?,?)", problems - said
    )
    yield from _sliced(
        "DELETE FROM problem WHERE project=? AND task=? AND kind=? AND message=?", said - problems
    )


def _sliced(sql: str, rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    left = iter(rows)
    while part := list(islice(left, SLICE)):
        yield sql, part


def _write(store: Store, project: str, n: int, sql: str, rows: list[Row]) -> bool:
    """One short commit; False, and nothing written, where a newer run has taken the project over."""
    with store.write() as conn:
        if conn.execute("SELECT n FROM stale WHERE project=?", (project,)).fetchone() != (n,):
            return False
        conn.executemany(sql, rows)
        db.set_meta(conn, GENERATION, str(int(db.get_meta(conn, GENERATION, "0")) + 1))
    return True
