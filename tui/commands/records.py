"""add, set, delete, undelete: the verbs that every kind of record has."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from models import baseline, dependency, foresight, interaction, outline, record, sharing
from models.calendar import calendar_of
from models.errors import Invalid, Refused
from models.feed import Changes
from models.fields import DAY_MINUTES
from models.kinds import KINDS, Kind, kind_of
from models.schedule.instants import show
from models.windows.tasks import task_dates
from tui.capture import understood
from tui.commands import lookup, values
from tui.commands.context import Context, Usage, note
from tui.commands.facts import as_dict
from tui.commands.lookup import Found
from tui.commands.output import count, listing, plain
from tui.settings import load

if TYPE_CHECKING:
    from sqlmodel import Session

NOT_ADDED = {
    "conflict": "The server records conflicts. Make two edits meet by `milepost sync`; see `milepost conflicts`.",
    "attachment": "A file is attached by `milepost attach ID FILE`.",
    "settlement": "A settlement is made by `milepost resolve ID mine|theirs|both|VALUE`.",
}


@dataclass
class Place:
    """Where a task is to go in its tree, as far as that was said."""

    said: bool = False
    under: str | None = None
    after: str | None = None


@dataclass
class Edit:
    """What `set` does to one record."""

    found: Found
    values: dict[str, Any]
    place: Place = field(default_factory=Place)


def add(ctx: Context) -> int:
    kind = kind_of(ctx.args.kind)
    if kind.name in NOT_ADDED:
        raise Refused(NOT_ADDED[kind.name])
    given = values.pairs(_named(kind, ctx.args.values))
    with ctx.store() as store:
        with ctx.reading(dates=kind.name == "baseline") as conn:
            place, rest = _place(conn, kind, given, {})
            near = _beside(conn, place)
            new = {**near, **values.parse(conn, kind, rest, near)}
            moments = task_dates(conn, str(new.get("project_id"))) if kind.name == "baseline" else {}
        holidays = load(ctx.home).holidays if kind.name == "project" and "calendar_id" not in new else ""
        new |= sharing.unshared(kind.name) if ctx.args.private else {}
        changes = store.transact(f"Add {kind.label.lower()}", _create, kind, new, place, moments, holidays)
    _say(ctx, "Added", [Found(kind.name, str(changes.result))], one=True)
    return 0


def capture(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            meant = understood(conn, " ".join(ctx.args.line), "", date.today())
        people = [one.id for one in meant.people]
        label = f"Capture “{meant.line.name}”"
        changes = store.transact(
            label, outline.capture, meant.project, meant.line.name, people, **meant.values
        )
    if not ctx.json:
        ctx.print(meant.told())
    _say(ctx, "Added", [Found("task", str(changes.result))], one=True)
    return 0


def set_(ctx: Context) -> int:
    given = values.pairs(ctx.args.values)
    if not given:
        raise Usage("Say what to set: milepost set ID field=value …")
    with ctx.store() as store:
        with ctx.reading() as conn:
            words = [word for word in ctx.args.id.split(",") if word.strip()] or [ctx.args.id]
            edits = [_edit(conn, lookup.record(conn, word), given) for word in words]
        changes = store.transact(_edit_label(edits), _edit_all, edits)
    _say(ctx, "Set" if changes.count else "Nothing to change in", [edit.found for edit in edits])
    return 0


def delete(ctx: Context) -> int:
    """What moves by it is said, too, where tasks are among the records."""
    with ctx.store() as store:
        with ctx.reading() as conn:
            found = [lookup.record(conn, word, state=lookup.LIVE) for word in ctx.args.ids]
            moved = list(_moved(conn, found, ctx.args.keep_chain))
        verb = dependency.delete_in_chain if ctx.args.keep_chain else record.delete_all
        changes = store.transact(_label("Delete", found), verb, found)
    _say(ctx, "Deleted" if changes.count else "Nothing to delete:", found, _along(changes, found))
    say = note if ctx.json else ctx.print
    for line in moved:
        say(plain(line))
    return 0


def undelete(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            found = [lookup.record(conn, word, state=lookup.DELETED) for word in ctx.args.ids]
        changes = store.transact(_label("Restore", found), record.undelete_all, found)
    _say(ctx, "Restored" if changes.count else "Nothing to restore:", found, _along(changes, found))
    return 0


def renegotiate(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            found = [lookup.record(conn, word, ["promise"]) for word in ctx.args.id.split(",")]
        ids = [each.id for each in found]
        store.transact(_label("Renegotiate", found), interaction.renegotiate_all, ids, ctx.args.day)
    _say(ctx, "Renegotiated", found)
    return 0


# ── the verbs, which take the session first ───────────────────────────────────────────────────────────


def _create(
    session: "Session", kind: Kind, new: dict[str, Any], place: Place, moments: dict[str, tuple[str, str]],
    holidays: str,
) -> str:  # fmt: skip
    if kind.name == "baseline" and new.get("project_id") and "number" not in new:
        project = str(new["project_id"])
        record.find(session, "project", project)
        return baseline.take_baseline(session, project, moments, str(new.get("name") or "")).id
    if place.said:
        return _create_task(session, new, place)
    if holidays:
        new = {**new, "calendar_id": calendar_of(session, holidays)}
        session.flush()  # it must be there before a project refers to it
    return str(record.create(session, kind.name, **new).id)


def _create_task(session: "Session", new: dict[str, Any], place: Place) -> str:
    rest = {name: value for name, value in new.items() if name not in ("project_id", "name", "parent_id")}
    name = str(new.get("name") or "")
    return outline.add_task(session, new["project_id"], name, after=place.after, under=place.under, **rest).id


def _edit_all(session: "Session", edits: Sequence[Edit]) -> None:
    for edit in edits:
        if edit.place.said:
            outline.move_to(session, [edit.found.id], edit.place.under, edit.place.after)
        record.edit(session, *edit.found, **edit.values)
        session.flush()


# ── words into edits ──────────────────────────────────────────────────────────────────────────────────


def _named(kind: Kind, words: list[str]) -> list[str]:
    """A first word that does not begin with field= is the name."""
    if words and not re.match(r"[\w-]+=", words[0]) and lookup.named(kind):
        return [f"{lookup.named(kind)}={words[0]}", *words[1:]]
    return words


def _edit(conn: sqlite3.Connection, found: Found, given: values.Pairs) -> Edit:
    kind = KINDS[found.kind]
    near = values.beside(conn, *found)
    place, rest = _place(conn, kind, given, near)
    return Edit(found, values.parse(conn, kind, rest, near), place)


def _place(
    conn: sqlite3.Connection, kind: Kind, given: values.Pairs, near: dict[str, str | None]
) -> tuple[Place, values.Pairs]:
    """Takes under=TASK and after=TASK out of a task's fields. Both name tasks of the same project."""
    if kind.name != "task":
        return Place(), given
    words = {"parent_id": "under", "parent": "under", "below": "under", "under": "under", "after": "after"}
    said = {words[name]: text for name, text in given if name in words}
    rest = [(name, text) for name, text in given if name not in words]
    if not said:
        return Place(), rest
    project = dict(rest).get("project") or dict(rest).get("project_id")
    field = kind.field("project_id")
    among = {"project_id": values.reference(conn, field, project)} if project else near
    parent = kind.field("parent_id")
    under, after = (values.reference(conn, parent, said.get(word, ""), among) for word in ("under", "after"))
    _same_project(conn, among.get("project_id"), [id for id in (under, after) if id])
    if after:
        under = _parent(conn, after)
    return Place(True, under, after), rest


def _same_project(conn: sqlite3.Connection, project: str | None, tasks: Sequence[str]) -> None:
    homes = {conn.execute("SELECT project_id FROM task WHERE id=?", (id,)).fetchone()[0] for id in tasks}
    if len(homes | ({project} if project else set())) > 1:
        raise Invalid("under", "a task goes beside or below tasks of its own project. Choose one of those.")


def _parent(conn: sqlite3.Connection, task: str) -> str | None:
    row = conn.execute("SELECT parent_id FROM task WHERE id=?", (task,)).fetchone()
    return row[0] if row else None


def _beside(conn: sqlite3.Connection, place: Place) -> dict[str, str | None]:
    """The project of a new task that was placed without naming it."""
    return values.beside(conn, "task", place.after or place.under or "")


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────


def _label(verb: str, found: Sequence[Found]) -> str:
    if len(found) == 1:
        return f"{verb} {KINDS[found[0].kind].label.lower()}"
    return f"{verb} {count(len(found), 'record')}"


def _edit_label(edits: Sequence[Edit]) -> str:
    kind = KINDS[edits[0].found.kind]
    shown = {**kind.fields, **{name: writer.field for name, writer in kind.writers.items()}}
    names = [shown[name].label for name in edits[0].values if name in shown]
    return f"{_label('Edit', [edit.found for edit in edits])}: {listing(names or ['Place'], 3)}"


def _moved(conn: sqlite3.Connection, found: Sequence[Found], chained: bool) -> Iterator[str]:
    """What deleting does to the dates of other tasks; nothing where they stay."""
    for project, ids in foresight.may_move(conn, found).items():
        outcome = foresight.deletion(conn, project, ids)
        told = outcome and (outcome.chained if chained else outcome.plain)
        if told and told.moves:
            (minutes,) = conn.execute("SELECT minutes_per_day FROM project WHERE id=?", (project,)).fetchone()
            yield from foresight.told(told, lambda instant: show(instant)[:10], minutes or DAY_MINUTES)


def _along(changes: Changes, found: Sequence[Found]) -> str:
    links = changes.result if isinstance(changes.result, int) else 0  # that keep the chain
    more = changes.count - len(set(found)) - links
    along = (
        f" and {count(more, 'record')} that {'belongs' if more == 1 else 'belong'} to it" if more > 0 else ""
    )
    return along + (f", {count(links, 'new link')}" if links else "")


def _say(ctx: Context, done: str, found: Sequence[Found], also: str = "", *, one: bool = False) -> None:
    with ctx.reading() as conn:
        if ctx.json:
            rows = [as_dict(conn, *each) for each in found]
            ctx.json_out(rows[0] if one or len(rows) == 1 else rows)
            return
        for each in found[:20]:
            name = plain(lookup.title(conn, *each))
            ctx.print(f"{done} {KINDS[each.kind].label.lower()} {name}{also}  {each.id}")
        if len(found) > 20:
            ctx.print(f"… and {len(found) - 20} more")
