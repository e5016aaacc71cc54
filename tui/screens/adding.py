"""Questions that make a record beside another one: a link, an assignment, a baseline, a contact, a promise …"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from models import dayform
from models.windows.tasks import task_dates
from tui import finding, opening
from tui.unsaved import BESIDE, Of
from tui.view import bench
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session
    from textual.widget import Widget

    from tui.finding import Lost
    from tui.workbench import Workbench

_LINK = re.compile(
    r"(?P<name>.*?)(?P<rest>(?:\s+(?:fs|ss|ff|sf))?(?:\s+[+-]?\d+(?:[.,]\d+)?\s*(?:e?[mhdw]|%))?)", re.I
)
LABELS = {  # how it is asked for, and what may be typed
    "after": ("comes after", "a task, then SS, 2d …"),
    "before": ("comes before", "a task, then SS, 2d …"),
    "assigned": ("is done by", ""),
    "baseline": ("next baseline is called", "enter: no name"),
    "site": ("has the site", ""),
    "contact": ("has the contact", ""),
    "project": ("has the project", ""),
    "interaction": ("· said or written", "call, mail, met …: what"),
    "promise": ("is promised", "what, and by when; they: theirs"),
    "visit": ("is visited", "what for, and when: fri, 12-14 dec"),
    "file": ("has the file", "its path"),
}
DATED = ("promise", "visit")


def question(widget: Widget, what: str, kind: str, rec: str, text: str = "", why: str = "") -> Question:
    """The question that makes a `what` of the record; asked again with `why` when it is refused."""
    app = bench(widget)
    row = app.desk.conn.execute(f"SELECT name FROM {kind} WHERE id=?", (rec,)).fetchone()
    name = str(row[0]) if row else kind

    def again(typed: str, wrong: str) -> None:
        asked = question(widget, what, kind, rec, typed, wrong)
        app.run_worker(app.shell.ask(asked))

    def done(typed: str) -> str | None:
        if what == "file" and typed.strip():
            opening.attach(app, kind, rec, typed, partial(again, typed))
            return None
        return _make(app, what, rec, name, typed.strip(), partial(again, typed))

    label, note = LABELS[what]
    # a baseline that is taken later is another one
    of = None if what == "baseline" else Of(BESIDE, [what, kind, rec], "")
    return Question(
        f"“{name}” {label}:", done, note=why or note, names=_names(app, what, rec), typed=text or None, of=of,
        changed=(lambda text: _days_of(what, text) or note) if what in DATED else None,
    )  # fmt: skip


def link(app: Workbench, task_ids: Sequence[str], typed: str) -> tuple[str, str, str]:
    """The task that is meant, the rest of the line (type and lag), and what is wrong."""
    parts = _LINK.fullmatch(typed)
    name, rest = (parts["name"].strip(), parts["rest"]) if parts else (typed, "")
    project = project_of(app, task_ids[0])
    other, wrong = finding.task_called(app.desk.conn, project, typed, task_ids)
    if not wrong:
        return other, "", ""  # a name may end like a lag: “Shift 2”
    other, wrong = finding.task_called(app.desk.conn, project, name, task_ids)
    return other, rest, wrong


def link_all(session: Session, tasks: Sequence[str], other: str, rest: str) -> None:
    """Each task comes after the other one, by the type and lag of `rest`."""
    for task in tasks:
        _link(session, task, other, rest, before=False)


def _make(app: Workbench, what: str, rec: str, name: str, typed: str, lost: Lost) -> str | None:
    if what == "baseline":
        dates = task_dates(app.desk.whole, rec)
        app.edit(f"Baseline of “{name}”", "baseline.take_baseline", rec, dates, name=typed, lost=lost)
        return None
    if not typed:
        return None
    if what in ("after", "before"):
        other, rest, wrong = link(app, [rec], typed)
        if wrong:
            return wrong
        app.edit(f"Link “{name}”", _link, rec, other, rest, what == "before", lost=lost)
    elif what == "assigned":
        app.edit(f"Assign “{name}”", _assign, rec, typed, lost=lost)
    elif what in NOTED:
        return _note(app, what, rec, name, typed, lost)
    else:
        app.edit(f"New {what} “{typed}”", "record.create", what, name=typed, client_id=rec, lost=lost)
    return None


NOTED = ("interaction", "promise", "visit")


def _note(app: Workbench, what: str, client: str, name: str, typed: str, lost: Lost) -> str | None:
    """What was said, promised or arranged with a client, from one line."""
    from models.errors import Invalid
    from models.oneline import channel_apart, person_in

    values: dict[str, str] = {"client_id": client}
    if what == "interaction":
        values["channel"], values["name"] = channel_apart(typed)
    else:
        try:
            values |= _dated(what, typed)
        except Invalid as error:
            return error.plain
        if what == "visit" and "start" not in values:
            return "On which day? Write it at the end: install day 1 fri, or 12-14 dec"
    people = app.desk.conn.execute(
        "SELECT id, name FROM contact WHERE client_id=? AND deleted_at IS NULL AND name>''", (client,)
    )
    if what != "visit" and (contact := person_in(values["name"], people)):
        values["contact_id"] = contact
    label = {"interaction": "Log", "promise": "Promise", "visit": "Visit"}[what]
    app.edit(f"{label} at “{name}”: {values['name']}", partial(_noted, what, values), lost=lost)
    return None


def _dated(what: str, typed: str) -> dict[str, str]:
    """A promise or a visit of a line, with its day or days. Raises Invalid."""
    from models.oneline import day_apart, days_apart

    if what == "visit":
        name, days = days_apart(typed, date.today())
        return {
            "name": name,
            **dict(zip(("start", "finish"), (str(day) for day in days or () if day), strict=False)),
        }
    theirs = typed[:5].lower() == "they:"
    name, due = day_apart(typed[5:] if theirs else typed, date.today())
    return {"name": name, **({"due": str(due)} if due else {}), **({"by": "client"} if theirs else {})}


def _days_of(what: str, typed: str) -> str:
    """The day or days that are understood."""
    from models.errors import Invalid

    try:
        values = _dated(what, typed)
    except Invalid as error:
        return error.plain
    days = [values[field] for field in ("due", "start", "finish") if field in values]
    return " – ".join(dayform.short(date.fromisoformat(day), date.today()) for day in days)


def _noted(what: str, values: dict[str, str], session: Session) -> None:
    from models.record import create

    create(session, what, **values)


def _names(app: Workbench, what: str, rec: str) -> Sequence[str]:
    if what in ("after", "before"):
        return finding.tasks(app.desk.conn, project_of(app, rec))
    return finding.members(app.desk.conn) if what == "assigned" else ()


def project_of(app: Workbench, task: str) -> str:
    """The project that a task belongs to."""
    return str(app.desk.conn.execute("SELECT project_id FROM task WHERE id=?", (task,)).fetchone()[0])


def _link(session: Session, task: str, other: str, rest: str, before: bool) -> None:
    from tui import typed

    typed.link(session, task, other, rest, before=before)


def _assign(session: Session, task: str, member: str) -> None:
    from tui import typed

    typed.assign(session, task, member)
