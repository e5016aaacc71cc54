"""One record as lines: what is set of it, what it is linked to, what was done to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from models.schedule.instants import show
from models.windows import discreet
from models.windows.dates import Computed, computed, problems
from models.windows.tasks import task_rows
from tui.words import clock, day, duration, to_type

if TYPE_CHECKING:
    from models.fields import Field, Scalar
    from models.record import Kind
    from models.why import Moved, Why

HEAD, TITLE, FIELD, LINK, PAST, MORE, ADD = range(7)
FIELDS = TITLE, FIELD
OPEN = "open"  # in the place of what an ADD line adds
PROBLEMS = 3  # of a record that are listed before one asks for all
MOVED_DAYS = 7
HIDDEN = (
    "space", "deleted_at", "rank", "source_uid", "project_id", "segments", "sha256", "owner_kind", "owner_id"
)  # fmt: skip


class Draft(NamedTuple):
    """A line of the form. TITLE, FIELD: `field` of the record. LINK: the record (`kind`, `id`) that enter opens. ADD:
    what enter asks for. PAST and HEAD: `field` tells lines apart."""

    what: int
    label: str
    text: str
    field: str = ""
    kind: str = ""
    id: str = ""


def lines(conn: sqlite3.Connection, kind: str, rec: str, all: bool, ours: bool) -> Iterator[Draft]:
    """The lines of a record; where they are not `ours` alone without what only we should type."""
    from models.kinds import KINDS

    if not ours and not (kind in KINDS and discreet.shows(conn, kind, rec)):
        yield Draft(HEAD, "Nothing", "in this view")
    elif kind == "conflict":
        from tui.screens import explained

        yield from explained.conflict(conn, rec)
    elif kind == "operation":
        from tui.screens import explained

        yield from explained.operation(conn, rec)
    else:
        yield from _record(conn, KINDS[kind], rec, all, ours)
        yield from _computed(conn, kind, rec, all)
        yield from _links(conn, kind, rec)
        if ours:
            yield from _past(conn, KINDS[kind], rec)


def shown(conn: sqlite3.Connection, kind: Kind, name: str, value: Scalar, day: int = 480) -> str:
    """A value as a person reads it, and as it may be typed."""
    field = kind.fields[name]
    if field.refers and value:
        from tui.commands.lookup import title

        return title(conn, field.refers, str(value))
    return to_type(str(value)) if value and field.type in ("date", "minute") else field.show(value, day=day)


def _record(conn: sqlite3.Connection, kind: Kind, rec: str, all: bool, ours: bool) -> Iterator[Draft]:
    values = _values(conn, kind, rec)
    if values is None:
        yield Draft(HEAD, kind.label, "not on this laptop")
        return
    if kind.title != "name":
        yield Draft(HEAD, kind.label, _text(conn, kind, rec, kind.title, values, True))
    if values["deleted_at"]:
        yield Draft(PAST, "Deleted", "in the recycle bin: g d", "deleted")
    left = 0
    for name, field in _in_order(kind).items():
        if name in HIDDEN:
            continue
        if not ours and _is_hidden(conn, kind, field, values.get(name)):
            continue
        text = "" if name == "visibility" and not all else _text(conn, kind, rec, name, values, all)
        if text or all or name == kind.title:
            what, label = (TITLE, kind.label) if name == kind.title == "name" else (FIELD, field.label)
            if kind.immutable:
                what = HEAD if what == TITLE else PAST
            yield Draft(what, label, text, name, kind.name, rec)
        else:
            left += 1
    more = ("less", "enter shows only what is set") if all else (f"+ {left} more", "enter shows them")
    yield Draft(MORE, *more)


def _is_hidden(conn: sqlite3.Connection, kind: Kind, field: Field, value: Scalar) -> bool:
    """Whether a field is for us only, or refers to what is."""
    if field.refers and value:
        return not discreet.shows(conn, field.refers, str(value))
    return field.name == "visibility" or discreet.secret(kind.name, field.name)


def _in_order(kind: Kind) -> dict[str, Field]:
    """All fields by name: what one looks for comes first."""
    title = {kind.title: kind.fields[kind.title]} if kind.title in kind.fields else {}
    return title | {name: writer.field for name, writer in kind.writers.items()} | kind.fields


def _values(conn: sqlite3.Connection, kind: Kind, rec: str) -> dict[str, Scalar] | None:
    names = list(kind.fields)
    row = conn.execute(f"SELECT {', '.join(names)} FROM {kind.name} WHERE id=?", (rec,)).fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _text(
    conn: sqlite3.Connection, kind: Kind, rec: str, name: str, values: dict[str, Scalar], all: bool
) -> str:
    if name in kind.writers:
        return _written(conn, rec, name)
    field, value = kind.fields[name], values[name]
    if value == field.default and not field.required and not all:
        return ""  # what nobody chose is not worth a line
    if kind.name == "dependency" and name == "lag":
        return _lag(conn, values)
    return shown(conn, kind, name, value, _day(conn, values))


def _day(conn: sqlite3.Connection, values: dict[str, Scalar]) -> int:
    project = values.get("project_id")
    row = conn.execute("SELECT minutes_per_day FROM project WHERE id=?", (project,)).fetchone()
    return row[0] if row and row[0] else 480


def _lag(conn: sqlite3.Connection, values: dict[str, Scalar]) -> str:
    """A lag as it is typed: 2d, 50%, 3ed."""
    from models.fields import Field

    lag, unit = values["lag"] or 0, str(values["lag_unit"] or "working")
    if "percent" in unit:
        return f"{lag}%"
    clock_days = unit == "elapsed"
    text = Field("lag", "duration", "Lag").show(lag, day=1440 if clock_days else _day(conn, values))
    return text[:-1] + "e" + text[-1] if clock_days else text


def _written(conn: sqlite3.Connection, rec: str, name: str) -> str:
    row = conn.execute("SELECT rowid FROM task WHERE id=?", (rec,)).fetchone()
    [task] = task_rows(conn, [row[0]])
    text = {"start": task.start, "finish": task.finish, "status": task.status, "who": task.who}[name]
    return to_type(text) if name in ("start", "finish") else text or ""


def _computed(conn: sqlite3.Connection, kind: str, rec: str, all: bool) -> Iterator[Draft]:
    """What the schedule says: slack, and what cannot hold."""
    dates = computed(conn, rec) if kind == "task" else None
    if dates is not None and not _finished(conn, rec):
        yield Draft(PAST, "Slack", _slack(conn, rec, dates), "slack")
        yield Draft(PAST, "Latest finish", to_type(dates.late_finish), "latest")
    found = problems(conn, kind, rec)
    told = found if all else found[:PROBLEMS]
    for at, message in enumerate(told):
        yield Draft(PAST, "! Problem", message, f"problem {at}")
    if left := len(found) - len(told):
        yield Draft(MORE, f"+ {left} more", "enter shows them", "problems")


def _finished(conn: sqlite3.Connection, task: str) -> bool:
    sql = "SELECT 1 FROM task WHERE id=? AND actual_finish IS NOT NULL"
    return conn.execute(sql, (task,)).fetchone() is not None


def _slack(conn: sqlite3.Connection, task: str, dates: Computed) -> str:
    [project] = conn.execute("SELECT project_id FROM task WHERE id=?", (task,)).fetchone()
    per_day = _day(conn, {"project_id": project})
    total, free = (
        ("-" if slack < 0 else "") + duration(abs(slack), per_day)
        for slack in (dates.total_slack, dates.free_slack)
    )
    return f"{total}, free {free}" + (" · critical" if dates.critical else "")


def why_lines(conn: sqlite3.Connection, task: str, found: Why) -> Iterator[Draft]:
    """The way from the task back to the cause, and what moved it; enter on a step shows that task."""
    yield Draft(HEAD, "Why then", shown_title(conn, "task", task))
    for step in found.steps:
        yield Draft(LINK, day(show(step.at)), step.text, "why", "task", str(step.task))
    if found.moved is not None:
        yield from _moved(found.moved)


def _moved(found: Moved) -> Iterator[Draft]:
    """What moved the task in the last days."""
    yield Draft(HEAD, f"Moved in {MOVED_DAYS} days", "", "moved")
    for label, was, now in (
        ("Start", found.was.start, found.now.start),
        ("Finish", found.was.finish, found.now.finish),
    ):
        if was != now:
            yield Draft(PAST, label, f"{day(show(was))} → {day(show(now))}", f"moved {label}")
    for at, cause in enumerate(found.causes):
        yield Draft(PAST, "because", cause, f"cause {at}")


_LAG = """CASE WHEN d.lag=0 THEN '' WHEN d.lag_unit LIKE '%percent' THEN printf('  %+d%%', d.lag)
    WHEN d.lag_unit='elapsed' THEN printf('  %+ged', d.lag / 1440.0)
    ELSE printf('  %+gd', d.lag * 1.0 / coalesce(p.minutes_per_day, 480)) END"""


def _ends(shown: str, own: str) -> str:
    """The links of a task at its `own` end, by the name of the task at the other."""
    return f"""SELECT d.id, t.name || '  ' || d.type || {_LAG} FROM dependency d JOIN task t ON t.id=d.{shown}
        LEFT JOIN project p ON p.id=t.project_id WHERE d.{own}=? AND d.deleted_at IS NULL AND t.deleted_at IS NULL"""


_LINKED = {
    "task": (
        ("after", "dependency", _ends("predecessor_id", "successor_id")),
        ("before", "dependency", _ends("successor_id", "predecessor_id")),
        ("assigned", "assignment", "SELECT a.id, coalesce(m.name, 'nobody') || coalesce('  ' || a.work_minutes/60 ||"
         " ' h', '') FROM assignment a LEFT JOIN member m ON m.id=a.member_id"
         " WHERE a.task_id=? AND a.deleted_at IS NULL"),
        ("baseline", "baseline_task", "SELECT r.id, 'no. ' || b.number || '  ' || coalesce(substr(r.start,1,10),'?') ||"
         " ' – ' || coalesce(substr(r.finish,1,10),'?') FROM baseline_task r JOIN baseline b ON b.id=r.baseline_id"
         " WHERE r.task_id=? ORDER BY b.number"),
    ),
    "project": (
        ("client", "client", "SELECT c.id, c.name FROM project p JOIN client c ON c.id=p.client_id WHERE p.id=?"),
        ("baseline", "baseline", "SELECT id, 'no. ' || number || '  ' || coalesce(name, '') FROM baseline"
         " WHERE project_id=? ORDER BY number"),
    ),
    "client": (
        ("project", "project", "SELECT id, name FROM project WHERE client_id=? AND deleted_at IS NULL ORDER BY name"),
        ("site", "site", "SELECT id, name FROM site WHERE client_id=? AND deleted_at IS NULL ORDER BY name"),
        ("contact", "contact", "SELECT id, name FROM contact WHERE client_id=? AND deleted_at IS NULL ORDER BY name"),
        ("promise", "promise", "SELECT id, coalesce(substr(due, 6)||'  ', '') || CASE WHEN by='us' THEN '' ELSE"
         " 'they: ' END || name FROM promise WHERE client_id=? AND state='open' AND deleted_at IS NULL ORDER BY due"),
        ("visit", "visit", "SELECT id, substr(start, 6) || '  ' || name FROM visit WHERE client_id=?"
         " AND state<>'reported' AND deleted_at IS NULL ORDER BY start"),
        ("said", "interaction", "SELECT id, substr(at, 6, 5) || '  ' || channel || ': ' || name FROM interaction"
         " WHERE client_id=? AND deleted_at IS NULL ORDER BY at DESC LIMIT 5"),
    ),
}  # fmt: skip
_ADDED = {
    "task": ("after", "before", "assigned", "file"),
    "project": ("baseline", "file"),
    "client": ("project", "site", "contact", "promise", "visit", "interaction", "file"),
    "visit": ("file",),
    "interaction": ("file",),
}


def _links(conn: sqlite3.Connection, kind: str, rec: str) -> Iterator[Draft]:
    for label, linked, sql in _LINKED.get(kind, ()):
        for id, text in conn.execute(sql, (rec,)):
            yield Draft(LINK, label, text, "", linked, id)
    yield from _files(conn, kind, rec)
    for what in _ADDED.get(kind, ()):
        yield Draft(ADD, f"+ {what}", "enter adds one", what, kind, rec)


def _files(conn: sqlite3.Connection, kind: str, rec: str) -> Iterator[Draft]:
    """What is attached to a record; of an attachment itself, the way to open it."""
    from models.attachment import attached, attachments, size_in_words

    if kind == "attachment" and (what := attached(conn, rec)):
        yield Draft(
            ADD, "Open", f"enter opens it ({size_in_words(what.size)}, {what.place})", OPEN, kind, rec
        )
        yield Draft(
            LINK, "of", shown_title(conn, what.owner_kind, what.owner_id), "", what.owner_kind, what.owner_id
        )
    for each in attachments(conn, rec):
        yield Draft(LINK, "file", f"{each.name}  {size_in_words(each.size)}", "", "attachment", each.id)


def _past(conn: sqlite3.Connection, kind: Kind, rec: str) -> Iterator[Draft]:
    from models.history import history

    found = history(conn, rec)[-12:]
    if found:
        yield Draft(HEAD, "History", "Y shows all", "history")
    for at, line in enumerate(reversed(found)):
        label, text = change_in_words(conn, line.kind, rec, line.field, line.old, line.new)
        what = f"{label}: {text}" if line.field else line.label
        yield Draft(PAST, clock(line.when), f"{line.author or 'you'}  {what}", f"past {at}")


def change_in_words(
    conn: sqlite3.Connection, kind: str, rec: str, field: str, old: Scalar, new: Scalar
) -> tuple[str, str]:
    """What changed of a record, and from what to what."""
    from models.kinds import KINDS

    spec = KINDS[kind]
    if field == "" or field not in spec.fields:
        return spec.label, "new" if new is not None or old is None else "taken out"
    if field == "deleted_at":
        return spec.label, "into the recycle bin" if new else "out of the recycle bin"
    day = _day(conn, _values(conn, spec, rec) or {})
    before, after = (shown(conn, spec, field, value, day) or "–" for value in (old, new))
    return spec.fields[field].label, f"{before} → {after}"


def shown_title(conn: sqlite3.Connection, kind: str, rec: str) -> str:
    """What the record is called."""
    from tui.commands.lookup import title

    return title(conn, kind, rec)
