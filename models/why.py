"""Why a task of the store stands where it stands, and why it moved: the schedule engine's explanations."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from models.past import last_change_before, last_change_of_birth, load_past
from models.planning import load
from models.schedule.engine import Dates, Schedule
from models.schedule.explaining import Step, explain, why_moved


@dataclass(frozen=True, slots=True)
class Moved:
    """A task's dates then and now, and what changed on the way to them, the nearest first."""

    was: Dates
    now: Dates
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The way back to the cause, and what moved the task."""

    steps: tuple[Step, ...]
    moved: Moved | None


def explained(conn: sqlite3.Connection, task: str, since_ms: int, now: Schedule | None = None) -> Why:
    """What `why` and `moved` say, in the caller's snapshot. `now` is the schedule of its project, where it is known."""
    now = now or _schedule(conn, task)
    return Why(tuple(_why(now, task)), _moved(conn, task, since_ms, now))


def why(conn: sqlite3.Connection, task: str) -> list[Step]:
    """From the task back to the cause of its start, each step a sentence; empty for a task that is not here.

    Computes the project in the caller's snapshot: 15 ms for 1,000 tasks, 300 ms for 10,000.
    """
    return _why(_schedule(conn, task), task)


def moved(conn: sqlite3.Connection, task: str, since_ms: int) -> Moved | None:
    """What moved the task since an instant, or since it was made, as far as the log goes back; None where it stands as
    it stood, or is not here."""
    return _moved(conn, task, since_ms, _schedule(conn, task))


def packed(found: Why) -> list[Any]:
    """As JSON can hold it."""
    then = found.moved
    return [found.steps, [list(then.was), list(then.now), then.causes] if then else None]


def unpacked(found: list[Any]) -> Why:
    """What was packed."""
    steps, then = found
    told = Moved(Dates(*then[0]), Dates(*then[1]), tuple(then[2])) if then else None
    return Why(tuple(Step(**step) for step in steps), told)


def project_of(conn: sqlite3.Connection, task: str) -> str | None:
    """The project of a task; None for one that is not here."""
    row = conn.execute("SELECT project_id FROM task WHERE id=? AND deleted_at IS NULL", (task,)).fetchone()
    return row[0] if row else None


def _schedule(conn: sqlite3.Connection, task: str) -> Schedule | None:
    project = project_of(conn, task)
    plan = load(conn, project) if project else None
    return Schedule(plan) if plan else None


def _why(now: Schedule | None, task: str) -> list[Step]:
    return explain(now, task) if now and task in now.network.nodes else []


def _moved(conn: sqlite3.Connection, task: str, since_ms: int, now: Schedule | None) -> Moved | None:
    project = project_of(conn, task)
    if now is None or project is None or task not in now.network.nodes:
        return None
    past = load_past(conn, project, max(last_change_before(conn, since_ms), last_change_of_birth(conn, task)))
    if past is None or task not in {known.key for known in past.tasks}:
        return None
    before = Schedule(past)
    was, is_ = before.dates_of(task), now.dates_of(task)
    if (was.start, was.finish) == (is_.start, is_.finish):
        return None
    return Moved(was, is_, tuple(why_moved(before, now, task)))
