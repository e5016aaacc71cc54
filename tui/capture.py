"""Quick capture: one line, from anywhere, into a task; what was understood is shown before it is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from models.errors import Refused
from models.filters import named
from tui import finding
from tui.words import day

if TYPE_CHECKING:
    from models.oneline import TaskLine

LINE = "call Ines about the licence by fri #harlan @tomas"

T = TypeVar("T")


class Person(NamedTuple):
    id: str
    name: str


class Captured(NamedTuple):
    """A captured line with the records that it means."""

    line: TaskLine
    project: str
    place: str
    people: Sequence[Person]

    @property
    def values(self) -> dict[str, Any]:
        """What the task holds beside its name."""
        start, deadline = self.line.start, self.line.deadline
        times = {"start": start and f"{start}T08:00", "deadline": deadline and f"{deadline}T17:00"}
        return {name: value for name, value in {**times, "repeats": self.line.repeats}.items() if value}

    def told(self) -> str:
        """What was understood, in words."""
        line = self.line
        days = [
            f"start {day(f'{line.start}')}" if line.start else "",
            f"deadline {day(f'{line.deadline}')}" if line.deadline else "",
        ]
        parts = (f"→ {self.place}", *days, line.repeats or "", ", ".join(one.name for one in self.people))
        return " · ".join(part for part in parts if part)


def understood(conn: sqlite3.Connection, text: str, project: str, today: date) -> Captured:
    """What the line means; without a # it is for `project`. Raises Refused, which says what to type."""
    from models.oneline import task_line

    line = task_line(text, today)
    if not line.name:
        raise Refused("Write what is to be done beside that")
    if line.place:
        found = finding.projects(conn, line.place)
        project = _one(found, line.place, "project or client", lambda p: p.place).id
    if not project:
        raise Refused("Which project? Write # and the beginning of a project or client")
    place = " ▸ ".join(finding.place(conn, project))
    return Captured(line, project, place, [_person(conn, word) for word in line.people])


def _person(conn: sqlite3.Connection, word: str) -> Person:
    ids = named.members(conn, word)
    rows = conn.execute("SELECT id, name FROM member WHERE deleted_at IS NULL ORDER BY name").fetchall()
    return _one([Person(*row) for row in rows if row[0] in ids], word, "member", lambda one: one.name)


def _one(found: Sequence[T], word: str, what: str, name: Callable[[T], str]) -> T:
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(f"No {what} begins with “{word}”")
    raise Refused("Which one? " + " · ".join(map(name, found)))


def names(conn: sqlite3.Connection) -> Callable[[str], Iterable[str]]:
    """What the records of a kind are called, for completion behind # and @."""
    return lambda kind: finding.names(conn, kind)
