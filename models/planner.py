"""Computes large plans for another process, whose memory they would fill and whose keys would wait for them.

`office.planner` is the program.

A request is a line of JSON on stdin, [verb, word …], and its answer a line on stdout: [what came out, null], or [null,
what went wrong]. Schedules are kept between requests. Ends with its stdin, and after LINGERS seconds without a request.
"""

import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

import orjson

from models import dates, db
from models.feed import GENERATION
from models.foresight import Deletion, Foresight, Outcome
from models.keeping import Kept
from models.schedule.engine import Schedule
from models.store import Store
from models.why import explained, packed, project_of
from models.windows.dates import newest

LINGERS = 300.0  # seconds: whoever goes on editing finds the schedules there, else the memory is free again


class Planner:
    """What can be asked for."""

    def __init__(self, store: Store) -> None:
        self._store, self._kept = store, Kept()

    def compute_dates(self, project: str) -> bool:
        """Whether dates were stale, and those of one project, this one before others, were computed."""
        return dates.refresh(self._store, project, self._kept) is not None

    def keep(self, project: str) -> bool:
        """Computes the schedule, so that what is asked next is answered sooner; whether the project is here."""
        with self._snapshot() as conn:
            return self._schedule(conn, project) is not None

    def foresee(self, project: str, tasks: Sequence[str], field: str, value: int | None) -> Outcome | None:
        """What the edit of a date would do; None where the plan does not have the tasks."""
        with self._snapshot() as conn:
            schedule = self._schedule(conn, project)
        with suppress(KeyError):
            return Foresight(schedule).of(tasks, field, value) if schedule else None
        return None

    def foresee_delete(self, project: str, tasks: Sequence[str]) -> Deletion | None:
        """What deleting tasks would do."""
        with self._snapshot() as conn:
            schedule = self._schedule(conn, project)
        return Foresight(schedule).of_deleting(tasks) if schedule else None

    def why(self, task: str, since_ms: int) -> list[Any]:
        """Why a task stands where it stands, and what moved it since: models.why, packed."""
        with self._snapshot() as conn:
            project = project_of(conn, task)
            return packed(explained(conn, task, since_ms, self._schedule(conn, project) if project else None))

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        with closing(self._store.read()) as conn:
            conn.execute("BEGIN")
            yield conn

    def _schedule(self, conn: sqlite3.Connection, project: str) -> Schedule | None:
        generation = db.get_meta(conn, GENERATION, "0")
        return self._kept.schedule(conn, project, newest(conn), generation)[0]


def _answer(planner: Planner, line: bytes) -> bytes:
    verb, *words = orjson.loads(line)
    try:
        found = getattr(planner, verb)(*words)
    except Exception as error:  # the other process goes another way
        return orjson.dumps([None, f"{type(error).__name__}: {error}"])
    return orjson.dumps([found, None])


def serve(planner: Planner) -> None:
    """Answers what comes on stdin, until it ends."""
    if hasattr(os, "nice"):
        os.nice(5)  # keys go first
    end = threading.Timer(LINGERS, os._exit, (0,))
    for line in sys.stdin.buffer:
        end.cancel()
        sys.stdout.buffer.write(_answer(planner, line) + b"\n")
        sys.stdout.buffer.flush()
        end = threading.Timer(LINGERS, os._exit, (0,))
        end.daemon = True
        end.start()
