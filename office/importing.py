"""A read plan into the store: what it would do, and doing it.

plan = mspdi.read(path)
preview(conn, plan).lines()                                       # shown before anything is saved
project_id = store.transact(f"Import {plan.name}", import_plan, plan).result
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlmodel import Session

from models import seen, sharing
from models.kinds import KINDS
from models.record import find
from models.schedule.engine import Schedule
from models.seen import LIBRARY
from office import differing
from office.differing import Moved
from office.draft import Draft, Known, KnownCalendar, KnownMember, KnownProject, minute
from office.draft_plan import draft_plan
from office.foreign import Plan
from office.scheduling import as_inputs
from office.words import counted, few


@dataclass(frozen=True)
class Preview:
    """What an import would make, before it does; `warnings` and `left_out` are lines for the user."""

    name: str
    source: str
    start: str | None
    finish: str | None
    counts: dict[str, int]  # kind → new records
    summaries: int
    milestones: int
    same_members: list[str]
    same_calendars: list[str]
    imported_before: list[str]  # names of projects that the same file made
    warnings: list[str]
    left_out: list[str]
    moved: list[Moved]
    kept: str = ""  # who sees it, where not everybody does

    def lines(self, *, all_dates: bool = False) -> list[str]:
        """All of it as a person reads it; of the tasks whose dates differ the first few, unless all are wanted."""
        return [
            f"{self.name}  ({self.source})",
            f"from {_shown(self.start)} to {_shown(self.finish)}",
            *([self.kept] if self.kept else []),
            *(f"new: {counted(n, KINDS[kind].label.lower(), KINDS[kind].plural.lower())}{self._of(kind)}"
              for kind, n in self.counts.items()),
            *_listed("already here", "member", self.same_members),
            *_listed("already here", "calendar", self.same_calendars),
            *(f"imported before, and now once more: {name}" for name in self.imported_before),
            *(f"careful: {line}" for line in self.warnings),
            *(f"left out: {line}" for line in self.left_out),
            *differing.lines(self.moved, all_=all_dates),
        ]  # fmt: skip

    def _of(self, kind: str) -> str:
        return f" ({self.summaries:,} summaries, {self.milestones:,} milestones)" if kind == "task" else ""


def preview(
    conn: sqlite3.Connection,
    plan: Plan,
    *,
    name: str = "",
    client_id: str | None = None,
    private: bool = False,
    moved: list[Moved] | None = None,
) -> Preview:
    """What `import_plan` with the same arguments would do to the store that `conn` reads. `moved` is what
    `differing.moved` says of the plan, where that is known."""
    space = LIBRARY if private else seen.space_of(conn, "client", client_id or "")
    known = _known(lambda sql: conn.execute(sql).fetchall(), space)
    made = draft_plan(plan, known, name=name, client_id=client_id)
    starts = [task.start for task in plan.tasks if task.start]
    finishes = [task.finish for task in plan.tasks if task.finish]
    return Preview(
        name=name or plan.name,
        source=plan.source,
        start=minute(min(starts, default=plan.start)),
        finish=minute(max(finishes, default=plan.finish)),
        counts={kind: len(rows) for kind, rows in made.records.items()},
        summaries=sum(task.summary for task in plan.tasks),
        milestones=sum(task.milestone for task in plan.tasks),
        same_members=made.same_members,
        same_calendars=made.same_calendars,
        imported_before=made.imported_before,
        warnings=[*plan.warnings, *made.warnings.lines()],
        left_out=made.left_out,
        moved=differing.moved(plan, Schedule(as_inputs(plan))) if moved is None else moved,
        kept=_kept(conn, space, private),
    )


def import_plan(
    session: Session, plan: Plan, *, name: str = "", client_id: str | None = None, private: bool = False
) -> str:
    """Writes the whole plan as a new project, in the caller's one transaction; its id.

    Members and calendars that the plan shares with the store are used as they are and not changed. `private` begins a
    space of its own; else the plan lies where its client lies, with the members and calendars that are new, so that
    who does not see the client learns nothing of it. Raises Refused where this member may only read there.
    """
    space = find(session, "client", client_id).space if client_id and not private else LIBRARY
    sharing.refuse_readers(session, {space})
    made = draft_plan(plan, _known(_query(session), space), name=name, client_id=client_id)
    if private:
        space = f"project:{made.project_id}"
        made.records["project"][0]["visibility"] = "internal"
    _write(session, made, space)
    return made.project_id


def _write(session: Session, made: Draft, space: str) -> None:
    """All rows of a kind by one statement; the triggers see each of them."""
    for kind, rows in made.records.items():
        names = list(rows[0])
        sql = f"INSERT INTO {kind}({', '.join(names)}) VALUES({', '.join('?' * len(names))})"
        lying = rows if space == LIBRARY else ({**row, "space": space} for row in rows)
        session.connection().exec_driver_sql(sql, list(map(itemgetter(*names), lying)))


def _query(session: Session) -> Callable[[str], list[Any]]:
    return lambda sql: [tuple(row) for row in session.connection().exec_driver_sql(sql)]


def _known(query: Callable[[str], list[Any]], space: str) -> Known:
    """What a plan that lies in `space` may mean; nothing that is kept from some who see that."""
    quoted = space.replace("'", "''")
    alive = f"WHERE deleted_at IS NULL AND space IN ('{LIBRARY}', '{quoted}') ORDER BY id"
    all_ = "WHERE deleted_at IS NULL ORDER BY id"
    calendars = query(f"SELECT id, name, base_id, week, exceptions, work_weeks FROM calendar {alive}")
    return Known(
        [KnownMember(*row) for row in query(f"SELECT id, name, coalesce(email, '') FROM member {alive}")],
        [KnownCalendar(*row) for row in calendars],
        [KnownProject(*row) for row in query(f"SELECT id, name, coalesce(source, '') FROM project {all_}")],
    )


def _kept(conn: sqlite3.Connection, space: str, private: bool) -> str:
    if private:
        return "kept from others: only you see it until you share it"
    if space == LIBRARY:
        return ""
    return f"kept from others, as its client is; it is seen by {seen.told(conn, space)}"


def _listed(head: str, noun: str, names: list[str]) -> Iterator[str]:
    if names:
        yield f"{head}: {counted(len(names), noun)}: {few(names)}"


def _shown(moment: str | None) -> str:
    return moment.replace("T", " ") if moment else "no date"
