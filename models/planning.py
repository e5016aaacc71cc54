"""A project of the store as the schedule engine takes it.

The calendar of a task is its own; else that of the side that does it: ours the project's, the client's the client's,
and what both do together runs when both work. The client's calendar is the project's `client_calendar_id`, else the
standard one with the public holidays of the project's site.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from models.schedule.calendars import Calendar, Joint
from models.schedule.holidays import UnknownPlace, known_place
from models.schedule.inputs import Crew, Key, Link, Plan, Span, Task
from models.schedule.instants import DAY, parse
from models.schedule.written import UNREADABLE, exceptions_of, week_of, work_weeks_of

MORNING = 480  # a project without a start begins on the day that it was made, at eight

TASK = (
    "id", "name", "parent_id", "duration_minutes", "elapsed", "mode", "manual_start", "manual_finish",
    "constraint_type", "constraint_date", "deadline", "actual_start", "actual_finish", "percent_complete",
    "remaining_minutes", "resume", "segments", "calendar_id", "ignore_resource_calendar", "levelling_delay_minutes",
    "inactive", "not_applicable_reason", "side",
)  # fmt: skip
PROJECT = (
    "start", "finish", "schedule_from", "status_date", "reschedule_uncompleted", "calendar_id", "client_calendar_id",
    "site_id", "honour_constraints", "critical_limit_minutes",
)  # fmt: skip


# what of the records a schedule depends on; '' is a record that comes or goes
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


def load(conn: sqlite3.Connection, project_id: str) -> Plan | None:
    """The project's inputs as they are now; None where it is deleted or not here. Reads, in the caller's snapshot."""
    row = conn.execute(
        f"SELECT {', '.join(PROJECT)}, id FROM project WHERE id=? AND deleted_at IS NULL", (project_id,)
    ).fetchone()
    if row is None:
        return None
    project = dict(zip((*PROJECT, "id"), row, strict=True))
    tasks = list(_tasks(conn, project, ""))
    return Plan(
        start=_minute(project["start"]) or _without_start(project_id, tasks),
        finish=_minute(project["finish"]),
        from_finish=project["schedule_from"] == "finish",
        calendar=project["calendar_id"],
        honour_constraints=bool(project["honour_constraints"]),
        critical_limit=project["critical_limit_minutes"] or 0,
        reschedule_after=_minute(project["status_date"]) if project["reschedule_uncompleted"] else None,
        tasks=tuple(tasks),
        links=tuple(links(conn, project_id).values()),
        calendars=tuple(_calendars(conn, project)),
    )


def tasks_now(conn: sqlite3.Connection, project_id: str, ids: Collection[str]) -> list[Task]:
    """Some tasks of a project as they are now; those that are deleted or elsewhere are not among them."""
    row = conn.execute(f"SELECT {', '.join(PROJECT)}, id FROM project WHERE id=?", (project_id,)).fetchone()
    project = dict(zip((*PROJECT, "id"), row, strict=True))
    return list(_tasks(conn, project, f"AND t.id IN ({', '.join('?' * len(ids))})", *ids))


def _without_start(project_id: str, tasks: list[Task]) -> int:
    """The first date that is known of the tasks, else the day in the project's id (UUIDv7), so that laptops agree."""
    known = [t.actual_start or t.manual_start or t.constraint_date for t in tasks]
    if dates := [instant for instant in known if instant]:
        return min(dates)
    made = int(project_id.replace("-", "")[:12], 16) // 60_000 + parse("1970-01-01")
    return made // DAY * DAY + MORNING


def _minute(text: str | None) -> int | None:
    """None too for what cannot be read, as a damaged or a newer program may have left it."""
    with suppress(ValueError):
        return parse(text) if text else None
    return None


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────


def _tasks(conn: sqlite3.Connection, project: dict[str, Any], only: str, *ids: str) -> Iterator[Task]:
    crews = _crews(conn, project["id"], only, *ids)
    sides = _sides(project)
    sql = f"SELECT {', '.join(TASK)} FROM task t WHERE project_id=? AND deleted_at IS NULL {only} ORDER BY id"
    for row in conn.execute(sql, (project["id"], *ids)):
        (
            id, name, parent, duration, elapsed, mode, manual_start, manual_finish, constraint, on, deadline,
            actual_start, actual_finish, percent, remaining, resume, segments, calendar, ignores, levelling, inactive,
            not_applicable, side,
        ) = row  # fmt: skip
        yield Task(
            key=id, name=name, parent=parent, duration=duration or 0, elapsed=bool(elapsed),
            manual=mode == "manual", manual_start=_minute(manual_start), manual_finish=_minute(manual_finish),
            constraint=constraint, constraint_date=_minute(on), deadline=_minute(deadline),
            actual_start=_minute(actual_start), actual_finish=_minute(actual_finish), percent_complete=percent or 0,
            remaining=remaining, resume=_minute(resume), segments=_segments(segments),
            calendar=calendar or sides.get(side), ignore_resource_calendar=bool(ignores),
            levelling_delay=levelling or 0, inactive=bool(inactive or not_applicable), crews=crews.get(id, ()),
        )  # fmt: skip


def _sides(project: dict[str, Any]) -> dict[str | None, Key]:
    """Side → the calendar of its tasks; a side that is not here works by the project's."""
    theirs: Key = project["client_calendar_id"] or (project["site_id"] and _site_key(project["site_id"]))
    return {"client": theirs, "joint": Joint(project["calendar_id"], theirs)} if theirs else {}


def _segments(text: str | None) -> tuple[Span, ...]:
    try:
        return tuple((parse(start), parse(finish)) for start, finish in json.loads(text)) if text else ()
    except UNREADABLE:
        return ()


def _crews(conn: sqlite3.Connection, project_id: str, only: str, *ids: str) -> dict[str, tuple[Crew, ...]]:
    found: dict[str, tuple[Crew, ...]] = {}
    for task, calendar, work, units, delay in conn.execute(
        f"""SELECT a.task_id, m.calendar_id, a.work_minutes, a.units, a.delay_minutes
            FROM assignment a JOIN member m ON m.id=a.member_id JOIN task t ON t.id=a.task_id
            WHERE t.project_id=? AND a.deleted_at IS NULL AND m.type='work' {only} ORDER BY a.id""",
        (project_id, *ids),
    ):
        crew = Crew(calendar, work, 1.0 if units is None else units, delay or 0)
        found[task] = (*found.get(task, ()), crew)
    return found


def links(conn: sqlite3.Connection, project_id: str, ids: Collection[str] | None = None) -> dict[str, Link]:
    """The links of a project by their ids, all or some."""
    only = "" if ids is None else f"AND id IN ({', '.join('?' * len(ids))})"
    rows = conn.execute(
        f"""SELECT id, predecessor_id, successor_id, type, lag, lag_unit FROM dependency
            WHERE project_id=? AND deleted_at IS NULL {only} ORDER BY id""",
        (project_id, *(ids or ())),
    )
    return {
        id: Link(before, after, type or "FS", lag or 0, unit or "working")
        for id, before, after, type, lag, unit in rows
    }


# ── calendars ─────────────────────────────────────────────────────────────────────────────────────────


def _calendars(conn: sqlite3.Connection, project: dict[str, Any]) -> Iterator[Calendar]:
    """All of the store: they are few, and a base may be anywhere."""
    for id, name, base, week, exceptions, work_weeks, holidays in conn.execute(
        """SELECT id, name, base_id, week, exceptions, work_weeks, holidays FROM calendar
           WHERE deleted_at IS NULL ORDER BY id"""
    ):
        try:
            own = week_of(week), exceptions_of(exceptions), work_weeks_of(work_weeks)
        except UNREADABLE:
            own = {}, (), ()  # a newer or damaged one: its base is better than no dates
        yield Calendar(id, name, base, *own, _place(holidays, None))
    if project["site_id"] and not project["client_calendar_id"]:
        yield from _site(conn, project["site_id"])


def _site(conn: sqlite3.Connection, site_id: str) -> Iterator[Calendar]:
    rows = conn.execute("SELECT name, country, region FROM site WHERE id=?", (site_id,))
    for name, country, region in rows:
        yield Calendar(_site_key(site_id), f"the client’s days at {name}", holidays=_place(country, region))


def _place(country: str | None, region: str | None) -> str:
    """A site's country and region are free text: without known holidays it has none."""
    for place in (f"{country}-{region}", country or ""):
        with suppress(UnknownPlace):
            return known_place(place)
    return ""


def _site_key(site_id: str) -> tuple[str, str]:
    return "site", site_id
