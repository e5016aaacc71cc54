"""The computed dates of the store: the derived table `schedule`, kept true by the schedule engine.

Derived: never captured, never synced. Every laptop computes its own, from inputs that are equal on all. What made dates
stale is read from the change feed, so edits of this window, of another process and of the sync count alike.

while refresh(store): ...      # one stale project at a time, until None
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice

from models import db
from models.feed import GENERATION
from models.keeping import Kept
from models.planning import INPUTS
from models.schedule.engine import Dates, Schedule
from models.schedule.inputs import Key
from models.schedule.instants import show
from models.schedule.problems import Problem
from models.store import Store
from models.windows.dates import RULES, newest
from models.windows.tasks import large

FEW = 500  # tasks that are asked for by name, not with their whole project
SLICE = 150  # rows in one commit: well under 5 ms, so that an edit never waits for dates

_NEXT = "SELECT project, n FROM stale ORDER BY project=? DESC, project LIMIT 1"

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


def next_stale(store: Store, first: str = "") -> str | None:
    """The project that `refresh` would compute; None where no dates are stale."""
    with closing(store.read()) as reader:
        _mark(store, reader)
        row = reader.execute(_NEXT, (first,)).fetchone()
    return row[0] if row else None


def is_large(store: Store, project: str) -> bool:
    """Whether its schedule would fill the memory of an application, and keep its keys waiting."""
    with closing(store.read()) as reader:
        return large(reader, project)


def refresh(store: Store, first: str = "", kept: Kept | None = None) -> str | None:
    """Computes one project whose dates are stale, `first` before all others; its id, or None where none is.

    Reads in one snapshot, computes with no lock held, and writes what differs in short commits. What is edited
    meanwhile makes the project stale once more, and ends this run: the next one will know it. With the schedules
    `kept` from earlier runs, only what was edited since is read, computed and compared.
    """
    with closing(store.read()) as reader:
        return _refresh(store, reader, first, kept or Kept())


def refresh_all(store: Store) -> None:
    """Until no date is stale: for a command that is about to show some."""
    with closing(store.read()) as reader:
        while _refresh(store, reader, "", Kept()):
            pass


def _refresh(store: Store, reader: sqlite3.Connection, first: str, kept: Kept) -> str | None:
    _mark(store, reader)
    with _snapshot(reader):
        row = reader.execute(_NEXT, (first,)).fetchone()
        if row is None:
            return None
        project, n = row
        generation = db.get_meta(reader, GENERATION, "0")
        schedule, among = kept.schedule(reader, project, newest(reader), generation)
        for sql, part in _differences(reader, project, schedule, among):
            if not _write(store, project, n, sql, part):
                return str(project)
            generation = str(int(generation) + 1)
    if _write(store, project, n, "DELETE FROM stale WHERE project=?", [(project,)]):
        kept.written(project, str(int(generation) + 1))
    return str(project)


@contextmanager
def _snapshot(reader: sqlite3.Connection) -> Iterator[None]:
    reader.execute("BEGIN")
    try:
        yield
    finally:
        reader.execute("ROLLBACK")


def _mark(store: Store, reader: sqlite3.Connection) -> None:
    """Notes which projects the newest changes have made stale."""
    with _snapshot(reader):
        upto, last = int(db.get_meta(reader, "dates_upto", "0")), newest(reader)
        if db.get_meta(reader, "dates_rules") != RULES:
            projects = {project for (project,) in reader.execute("SELECT id FROM project")}
        elif last == upto:
            return
        else:
            projects = set(_affected(reader, upto, last))
    with store.write(durable=False) as conn:
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
    "free_slack", "critical", "duration", "open",
)  # fmt: skip


def _computed(project: str, schedule: Schedule, keys: Iterable[Key]) -> dict[str, Row]:
    return {
        str(key): (*_row(str(key), project, schedule.dates_of(key)), schedule.duration(key), _open(schedule, key))
        for key in keys
    }  # fmt: skip


def _open(schedule: Schedule, key: Key) -> int:
    """0: finished, or not to be done; 1: not begun, 2: begun."""
    over = schedule.is_done(key) or schedule.network.nodes[key].task.inactive
    return 0 if over else 1 + schedule.is_begun(key)


def _row(task: str, project: str, d: Dates) -> Row:
    moments = d.start, d.finish, d.early_start, d.early_finish, d.late_start, d.late_finish
    return task, project, *map(show, moments), d.total_slack, d.free_slack, int(d.critical)


def _problem_rows(project: str, problem: Problem) -> Iterator[Row]:
    for task in problem.tasks or ("",):
        yield project, str(task), problem.kind, problem.message


def _differences(
    reader: sqlite3.Connection, project: str, schedule: Schedule | None, among: set[Key] | None
) -> Iterator[tuple[str, list[Row]]]:
    """The writes, in slices, that make the tables hold the project's schedule: only those that differ.

    `among`: the tasks that may; None: any.
    """
    known: Iterable[Key] = schedule.network.nodes if schedule else ()
    rows = _computed(project, schedule, known if among is None else among) if schedule else {}
    said_now = schedule.problems() if schedule else []
    problems = {row for problem in said_now for row in _problem_rows(project, problem)}
    held = _held(reader, project, rows, among)
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


def _held(
    reader: sqlite3.Connection, project: str, rows: dict[str, Row], among: set[Key] | None
) -> dict[str, Row]:
    """What stands in the store, of all tasks of the project or of a few."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM schedule WHERE project=?"
    words: list[str] = [project]
    if among is not None and len(among) <= FEW:
        sql += f" AND task IN ({', '.join('?' * len(rows))})"
        words += rows
    found = {row[0]: tuple(row) for row in reader.execute(sql, words)}
    return found if among is None else {task: row for task, row in found.items() if task in rows}


def _sliced(sql: str, rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    left = iter(rows)
    while part := list(islice(left, SLICE)):
        yield sql, part


def _write(store: Store, project: str, n: int, sql: str, rows: list[Row]) -> bool:
    """One short commit; False, and nothing written, where a newer run has taken the project over."""
    with store.write(durable=False) as conn:
        if conn.execute("SELECT n FROM stale WHERE project=?", (project,)).fetchone() != (n,):
            return False
        conn.executemany(sql, rows)
        db.set_meta(conn, GENERATION, str(int(db.get_meta(conn, GENERATION, "0")) + 1))
    return True
