"""What a list of tasks changes in a project.

Start and finish together are meant as they stand: the task is then planned by hand. One of them alone is a
constraint, as when it is typed. What is done, or begun, has them as actual dates.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.assignment import member_called
from models.errors import Invalid
from models.fields import Scalar
from models.kinds import KINDS
from models.record import new_id
from models.windows.tasks import task_rows, task_tree
from office.intake import Difference, Differences, Entry, from_to
from office.matching import Job, match_jobs

PAGE = 500  # rows of one question
ROLLED_UP = ("start", "finish", "duration_minutes", "percent_complete", "status")  # a summary has its parts'

DONE: dict[str, Scalar] = {
    "percent_complete": 100, "remaining_minutes": 0, "blocked_reason": None, "waiting_on": None,
    "blocked_since": None, "not_applicable_reason": None,
}  # fmt: skip


class Member(NamedTuple):
    id: str
    name: str
    initials: str | None


def compare(conn: sqlite3.Connection, entries: Sequence[Entry], made: Differences) -> None:
    """Fills `made`."""
    project = str(made.batch.project_id)
    known = _known(conn, project)
    rows = conn.execute("SELECT id, name, initials FROM member WHERE deleted_at IS NULL ORDER BY id")
    members = [Member(*row) for row in rows]
    found = match_jobs(
        [_job(entry.name, entry.values.get("source_uid"), entry.source) for entry in entries],
        [_job(row["name"], row["source_uid"], row["id"]) for row in known],
    )
    summaries = {row["parent_id"] for row in known}
    above: list[tuple[int, str]] = []  # level and id of the tasks that the next one may lie below
    for at, entry in enumerate(entries):
        row = known[found[at]] if at in found else None
        id = row["id"] if row else new_id()
        if id in summaries or (at + 1 < len(entries) and entries[at + 1].level > entry.level):
            entry.values = {name: value for name, value in entry.values.items() if name not in ROLLED_UP}
        _settle(entry, members, made)
        while above and above[-1][0] >= entry.level:
            above.pop()
        if row:
            _differ(entry, row, made)
        else:
            made.new.append(_new(entry, id, project, above[-1][1] if above else None))
        above.append((entry.level, id))


def _known(conn: sqlite3.Connection, project: str) -> list[dict[str, Any]]:
    """The project's tasks in the order of the outline: stored fields, and status, start, finish and who as shown."""
    names = ["id", *(name for name, field in KINDS["task"].fields.items() if field.type != "instant")]
    rows = conn.execute(f"SELECT {', '.join(names)} FROM task WHERE project_id=?", (project,))
    stored = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    working: dict[str, list[str]] = {}
    for task, member in conn.execute(
        """SELECT a.task_id, m.name FROM assignment a JOIN member m ON m.id=a.member_id
           WHERE a.deleted_at IS NULL AND m.deleted_at IS NULL ORDER BY m.name"""
    ):
        working.setdefault(task, []).append(member)
    order = task_tree(conn, project).rows
    shown = [row for at in range(0, len(order), PAGE) for row in task_rows(conn, order[at : at + PAGE])]
    return [
        {**stored[row.id], "status": row.status, "start": row.start, "finish": row.finish,
         "who": ", ".join(working.get(row.id, ()))}
        for row in shown
    ]  # fmt: skip


def _job(name: str | None, uid: Scalar, id: str) -> Job:
    return Job(id, name or "", int(uid) if isinstance(uid, int | float) else None)


# ── what a row means ──────────────────────────────────────────────────────────────────────────────────


def _settle(entry: Entry, members: Sequence[Member], made: Differences) -> None:
    """Takes out what cannot be: unknown people, a finish before its start, a status against the progress."""
    where, values = f"{made.batch.noun} {entry.number}", entry.values
    if "who" in values:
        try:
            values["who"] = _names(str(values["who"]), members)
        except Invalid as error:
            made.unreadable.append(f"{where}, {error}")
            del values["who"]
    start, finish = (str(values.get(name) or "") for name in ("start", "finish"))
    if start and finish and finish < start:
        made.unreadable.append(f"{where}: the finish, {finish}, lies before the start, {start}. Correct one.")
        del values["start"], values["finish"]
    if values.get("percent_complete") == 100:
        values.setdefault("status", "done")
    if values.get("status") == "done":
        values.pop("percent_complete", None)
    elif values.get("status") == "todo" and values.get("percent_complete"):
        values["status"] = "doing"


def _names(text: str, members: Sequence[Member]) -> str:
    """The members' whole names, by comma; other programs put semicolons, and units in brackets."""
    words = [word.partition("[")[0].strip() for word in text.replace(";", ",").split(",")]
    return ", ".join(sorted({member_called(members, word).name for word in words if word}))


def _new(entry: Entry, id: str, project: str, parent: str | None) -> Difference:
    values = _planned(entry.values, str(entry.values.get("status") or "todo"))
    return Difference(
        entry.number,
        id,
        entry.name,
        {"name": entry.name, "project_id": project, "parent_id": parent, **values},
    )


def _planned(values: dict[str, Scalar], status: str) -> dict[str, Scalar]:
    """`values` with start and finish as what they are stored as."""
    start, finish = (str(values.get(name) or "") for name in ("start", "finish"))
    rest = {name: value for name, value in values.items() if name not in ("start", "finish")}
    if status == "done" and finish:
        begun = start or min(f"{finish[:10]}T08:00", finish)
        rest.pop("status", None)
        return {**rest, **DONE, "actual_start": begun, "actual_finish": finish}
    if status == "done" and start > f"{datetime.now():%Y-%m-%dT%H:%M}":
        return rest
    if status in ("done", "doing") and start:
        rest["actual_start"] = start
    elif start and not finish:
        rest["start"] = start
    if start and finish:
        return {**rest, "mode": "manual", "manual_start": start, "manual_finish": finish}
    return {**rest, "finish": finish} if finish else rest


# ── what differs ──────────────────────────────────────────────────────────────────────────────────────


def _differ(entry: Entry, row: dict[str, Any], made: Differences) -> None:
    values = {"name": entry.name, **entry.values}
    if all(_same_moment(name, values.get(name), row) for name in ("start", "finish")):
        values = {name: value for name, value in values.items() if name not in ("start", "finish")}
    planned = _planned(values, str(values.get("status") or row["status"]))
    after = {name: value for name, value in planned.items() if not _same(name, value, row)}
    if not after:
        made.unchanged += 1
        return
    made.changed.append(
        Difference(entry.number, row["id"], row["name"], after, from_to("task", row, after, made.batch.day))
    )


def _same(name: str, value: Scalar, row: dict[str, Any]) -> bool:
    if name == "source_uid" and row[name] is not None:
        return True  # the number that it came with stays
    return bool(row[name] == value)


def _same_moment(name: str, value: Scalar, row: dict[str, Any]) -> bool:
    """Whether a start or finish is the one that is shown, or the one that was typed and that the plan cannot hold.
    A bare day has the field's own time, and stands for any time of it."""
    if value is None:
        return True
    end = name[0].upper()
    typed = (
        row["constraint_date"] if row["constraint_type"] in (f"{end}NET", f"{end}NLT", f"M{end}O") else None
    )
    bare = str(value)[11:] == ("17:00" if name == "finish" else "08:00")
    here = [str(one) for one in (row[name], row[f"manual_{name}"], typed) if one]
    return any(one == value or (bare and one[:10] == str(value)[:10]) for one in here)
