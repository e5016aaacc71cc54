"""Schedules that are kept from one edit to the next, so that only what an edit reaches is read and computed again.

What was edited is read from the change feed. Tasks and links that changed become an edit of the kept schedule; whatever
else a schedule depends on (tasks that come or go, the project, calendars, who works) makes it anew.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from models.planning import INPUTS, links, load, tasks_now
from models.schedule.engine import Schedule
from models.schedule.incremental import Edit, revise
from models.schedule.inputs import Key, Link

MOST = 4  # projects whose schedules are kept
MANY = 400  # tasks or links; more of them are read faster with all others
COMES = {"", "deleted_at", "project_id"}  # fields by which a task comes into a project or goes


@dataclass
class _Kept:
    schedule: Schedule
    links: dict[str, Link]
    upto: int  # the change that it knows last
    unwritten: (
        set[Key] | None
    )  # whose dates may not stand in the store; None: any, and those of tasks that are gone


class Kept:
    """The schedules that one process has computed. Never used by two threads at once.

    Where the store has another generation than this process left, somebody else has written dates, and what is kept
    is worth nothing.
    """

    def __init__(self) -> None:
        self._generation = ""
        self._kept: dict[str, _Kept] = {}

    def schedule(
        self, conn: sqlite3.Connection, project: str, upto: int, generation: str
    ) -> tuple[Schedule | None, set[Key] | None]:
        """The project's schedule in the caller's snapshot, with its last change and generation; None where it is gone.

        And the tasks whose dates may differ from those in the store; None: any.
        """
        if generation != self._generation:
            self._kept.clear()
        kept = self._kept.pop(project, None)
        step = _since(conn, project, kept, upto) if kept else None
        if kept and step:
            reached = revise(kept.schedule, step.edit)
            kept.unwritten = None if kept.unwritten is None else kept.unwritten | reached
            kept.links, kept.upto = step.links, upto
            self._kept[project] = kept
            return kept.schedule, kept.unwritten
        plan = load(conn, project)
        if plan is None:
            return None, None
        schedule = Schedule(plan)
        self._keep(project, _Kept(schedule, links(conn, project), upto, None))
        return schedule, None

    def _keep(self, project: str, kept: _Kept) -> None:
        self._kept[project] = kept
        for oldest in list(self._kept)[:-MOST]:
            del self._kept[oldest]

    def written(self, project: str, generation: str) -> None:
        """The dates of the project stand in the store, whose generation is this one if nobody else wrote dates."""
        self._generation = generation
        if project in self._kept:
            self._kept[project].unwritten = set()


class _Step(NamedTuple):
    """An edit of the plan, and its links after it."""

    edit: Edit
    links: dict[str, Link]


def _since(conn: sqlite3.Connection, project: str, kept: _Kept, upto: int) -> _Step | None:
    """What was done to the plan since; None where that is more than an edit of tasks and links."""
    tasks: set[str] = set()
    ties: set[str] = set()
    for table, rec, field in _changes(conn, kept.upto, upto):
        if table == "dependency":
            ties.add(rec)
        elif table == "task" and rec in kept.schedule.network.nodes and field not in COMES:
            tasks.add(rec)
        elif not _is_elsewhere(conn, project, kept, table, rec):
            return None
    if len(tasks) + len(ties) > MANY or not _has_start(conn, project):
        return None
    old, new = kept.links, links(conn, project, ties)
    edit = Edit(
        tuple(tasks_now(conn, project, tasks)) if tasks else (),
        tuple(old[id] for id in ties if id in old and old[id] != new.get(id)),
        tuple(new[id] for id in ties if id in new and new[id] != old.get(id)),
    )
    return _Step(edit, {id: link for id, link in old.items() if id not in ties} | new)


def _changes(conn: sqlite3.Connection, after: int, upto: int) -> Iterator[tuple[str, str, str]]:
    """(table, record, field) of all that schedules depend on."""
    rows = conn.execute("SELECT DISTINCT tbl, rec, field FROM change WHERE n>? AND n<=?", (after, upto))
    return ((table, rec, field) for table, rec, field in rows if field in INPUTS.get(table, ()))


def _is_elsewhere(conn: sqlite3.Connection, project: str, kept: _Kept, table: str, rec: str) -> bool:
    """Whether the record has nothing to do with the project."""
    if table == "project":
        return rec != project
    if table != "task" or rec in kept.schedule.network.nodes:
        return False
    return conn.execute("SELECT 1 FROM task WHERE id=? AND project_id=?", (rec, project)).fetchone() is None


def _has_start(conn: sqlite3.Connection, project: str) -> bool:
    """Without one, the dates of the tasks decide when the project starts."""
    sql = "SELECT 1 FROM project WHERE id=? AND deleted_at IS NULL AND start IS NOT NULL"
    return conn.execute(sql, (project,)).fetchone() is not None
