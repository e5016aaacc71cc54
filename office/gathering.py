"""A project of the store as a `Plan`, for a file of another program: what an import took apart, put together again.

Inputs come from the records, dates from the derived table `schedule`, what a summary shows from the tasks below it.
`Plan.left_out` names what the store has and such a file cannot hold.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from office.facts import OF_PROJECT, OF_RESOURCE, without_facts
from office.foreign import UNASSIGNED, Assignment, Link, Plan, Resource, Task, outline_numbers
from office.gathering_baselines import Baselines, of_resource
from office.gathering_calendars import Shelf
from office.gathering_rollup import Minutes, rolled_up, spanned, summed, summed_baselines
from office.gathering_tasks import tasks
from office.held import Held, Row, held, moment
from office.words import Warnings, counted
from office.worktime import Hours

MOST_UID = 2**31 - 1
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def gather(conn: sqlite3.Connection, project_id: str) -> Plan:
    """The plan of a project. Raises NotFound. The caller holds a read transaction when others write."""
    return plan_of(held(conn, project_id))


@dataclass(frozen=True)
class Uids:
    """id → UID in the file: the one that the record came with, else a new one in the order of their making."""

    tasks: dict[str, int]
    people: dict[str, int]
    calendars: dict[str, int]
    assignments: dict[str, int]

    @classmethod
    def of(cls, has: Held) -> "Uids":
        busy = {row["member_id"] for row in has.assignments} | has.team
        people = [row for id, row in has.members.items() if id in busy]
        return cls(*map(_numbered, (has.tasks, people, has.calendars.values(), has.assignments)))


def _numbered(rows: Iterable[Row]) -> dict[str, int]:
    rows = sorted(rows, key=lambda row: str(row["id"]))
    own: dict[int, str] = {}
    for row in rows:
        if 0 < (row["source_uid"] or 0) < MOST_UID // 2:
            own.setdefault(row["source_uid"], row["id"])
    uids = {id: uid for uid, id in own.items()}
    free = max(own, default=0)
    for row in rows:
        if row["id"] not in uids:
            free += 1
            uids[row["id"]] = free
    return uids


def plan_of(has: Held) -> Plan:
    """The whole plan, of what the store holds."""
    uids, warnings, baselines = Uids.of(has), Warnings(), Baselines(has)
    shelf = Shelf(has, uids.calendars, uids.people, warnings)
    calendars = shelf.all()
    minutes = partial(Hours(calendars).minutes, shelf.project)
    bare = tasks(has, uids.tasks, uids.calendars, _work(has), baselines.of_task, warnings)
    rows = _with_codes(rolled_up(bare, minutes))
    assignments = list(_assignments(has, uids, rows, baselines))
    notes, facts = without_facts(has.project["notes"], OF_PROJECT)
    summary = _summary(has.project["name"], notes, rows, minutes)
    return Plan(
        **_frame(has.project, facts, warnings),
        start=moment(has.project["start"]) or summary.start,
        finish=moment(has.project["finish"]) if has.project["schedule_from"] == "finish" else summary.finish,
        manager=facts.get("Manager") or _manager(has),
        calendar_uid=shelf.project,
        summary=summary,
        tasks=rows,
        links=list(_links(has, uids)),
        calendars=calendars,
        resources=list(_resources(has, uids, shelf, assignments)),
        assignments=assignments,
        left_out=[*_left_out(has, uids), *baselines.left_out()],
        warnings=warnings.lines(),
    )


# ── the project ───────────────────────────────────────────────────────────────────────────────────────


def _frame(row: Row, facts: Mapping[str, str], warnings: Warnings) -> dict[str, Any]:
    if row["critical_limit_minutes"] % row["minutes_per_day"]:
        warnings.warn("The limit of critical slack was rounded to whole days")
    came_with = _GUID.search(row["source"] or "")
    return {
        "source": f"{row['name']}.xml",
        "name": row["name"],
        "title": row["name"],
        "guid": came_with[0] if came_with else row["id"].upper(),
        **{field: facts.get(label, "") for label, field in OF_PROJECT.items() if field != "manager"},
        "schedule_from_start": row["schedule_from"] == "start",
        "status_date": moment(row["status_date"]),
        "minutes_per_day": row["minutes_per_day"],
        "minutes_per_week": row["minutes_per_week"],
        "days_per_month": row["days_per_month"],
        "default_start": row["day_start"],
        "default_finish": row["day_finish"],
        "honour_constraints": bool(row["honour_constraints"]),
        "critical_slack_limit": row["critical_limit_minutes"],
    }


def _manager(has: Held) -> str:
    manager = has.members.get(has.project["manager_id"])
    return manager["name"] if manager else ""


def _summary(name: str, notes: str, rows: list[Task], minutes: Minutes) -> Task:
    """The row of the project as a whole."""
    leaves = [row for row in rows if not row.summary]
    baselines = summed_baselines((row.baselines for row in leaves), minutes)
    bare = Task(0, 0, name, outline_level=0, wbs="0", notes=notes, baselines=baselines, type="fixed duration")
    return spanned(replace(summed(bare, leaves, minutes), summary=True), leaves)


# ── tasks and links ───────────────────────────────────────────────────────────────────────────────────


def _with_codes(rows: list[Task]) -> list[Task]:
    """A task without a code of its own has its place in the outline for one."""
    numbers = outline_numbers(rows)
    return [row if row.wbs else replace(row, wbs=numbers[row.uid]) for row in rows]


def _work(has: Held) -> dict[str, int]:
    """Minutes of work by task: what is given to somebody, not material or cost."""
    work: dict[str, int] = {}
    for row in has.assignments:
        member = has.members.get(row["member_id"])
        if member and member["type"] == "work":
            work[row["task_id"]] = work.get(row["task_id"], 0) + (row["work_minutes"] or 0)
    return work


def _links(has: Held, uids: Uids) -> Iterator[Link]:
    """In the order of the outline."""
    links: dict[str, list[Row]] = {}
    for row in has.links:
        if row["predecessor_id"] in uids.tasks:
            links.setdefault(row["successor_id"], []).append(row)
    for task in has.tasks:
        for row in links.get(task["id"], ()):
            ends = uids.tasks[row["predecessor_id"]], uids.tasks[row["successor_id"]]
            shown = "%" if "percent" in row["lag_unit"] else row["lag_shown"] or "d"
            yield Link(*ends, row["type"], row["lag"], row["lag_unit"], shown)


# ── resources and assignments ─────────────────────────────────────────────────────────────────────────


def _resources(has: Held, uids: Uids, shelf: Shelf, assignments: list[Assignment]) -> Iterator[Resource]:
    work: dict[int, list[Assignment]] = {}
    for assignment in assignments:
        work.setdefault(assignment.resource_uid, []).append(assignment)
    for uid, id in sorted((uid, id) for id, uid in uids.people.items()):
        row = has.members[id]
        notes, facts = without_facts(row["notes"], OF_RESOURCE)
        told: dict[str, Any] = {field: facts[label] for label, field in OF_RESOURCE.items() if label in facts}
        yield Resource(
            uid=uid, name=row["name"], initials=row["initials"] or "", type=row["type"], max_units=row["max_units"],
            calendar_uid=shelf.of_member.get(id), notes=notes,
            generic=bool(row["generic"]), inactive=bool(row["inactive"]),
            baselines=of_resource(work.get(uid, ())), **{"email": row["email"] or "", **told},
        )  # fmt: skip


def _assignments(has: Held, uids: Uids, rows: list[Task], baselines: Baselines) -> Iterator[Assignment]:
    """In the order of their UIDs. One that does not wait begins and ends with its task."""
    of = {row.uid: row for row in rows}
    for row in sorted(has.assignments, key=lambda row: uids.assignments[row["id"]]):
        task = of[uids.tasks[row["task_id"]]]
        waits = row["delay_minutes"] or row["levelling_delay_minutes"]
        yield Assignment(
            uid=uids.assignments[row["id"]], task_uid=task.uid, units=row["units"],
            resource_uid=uids.people.get(row["member_id"], UNASSIGNED), work_minutes=row["work_minutes"],
            actual_work_minutes=row["actual_work_minutes"], remaining_work_minutes=row["remaining_work_minutes"],
            percent_work_complete=row["percent_work_complete"] or 0, delay_minutes=row["delay_minutes"] or 0,
            levelling_delay_minutes=row["levelling_delay_minutes"] or 0,
            start=moment(row["actual_start"]) or (None if waits else task.start),
            finish=moment(row["actual_finish"]) or (None if waits else task.finish),
            **{name: moment(row[name]) for name in ("actual_start", "actual_finish", "stop", "resume")},
            notes=row["notes"] or "", baselines=baselines.take_work(row["task_id"], row["member_id"]),
        )  # fmt: skip


# ── what has no place ─────────────────────────────────────────────────────────────────────────────────


def _left_out(has: Held, uids: Uids) -> Iterator[str]:
    if crossing := sum(row["predecessor_id"] not in uids.tasks for row in has.links):
        yield f"{counted(crossing, 'link')} from tasks that are not in this project"
    if blocked := sum(row["blocked_reason"] is not None for row in has.tasks):
        yield f"why {counted(blocked, 'task')} {'is' if blocked == 1 else 'are'} blocked"
    if dropped := sum(row["not_applicable_reason"] is not None for row in has.tasks):
        yield f"why {counted(dropped, 'task')} {'is' if dropped == 1 else 'are'} not applicable (written as inactive)"
