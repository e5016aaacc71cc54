"""How a conflict reads: what it is over, and of each side only what tells it from the other, without ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

import orjson

from models.fields import Scalar
from models.kinds import KINDS
from models.windows.conflicts import ConflictRow
from tui.commands import lookup, values
from tui.commands.output import plain, plain_lines
from tui.words import moment

Dated = Callable[[str], str]

GROUPS = {
    "progress": "Status", "place": "Place", "constraint": "Constraint", "manual": "Manual dates",
    "hold": "On hold", "outcome": "State", "days": "Days", "frame": "Dates", "ends": "Link", "lag": "Lag",
}  # fmt: skip
STATUS = "status"  # the name of what a task's progress says, beside those of its fields
UNLABELLED = (STATUS, "deleted_at", "parent_id", "rank")


def label(kind: str, name: str) -> str:
    """What a conflict is over, by the field that it is called after."""
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    if name == "deleted_at" or field is None:
        return "Delete" if name == "deleted_at" else name
    return GROUPS.get(field.group, field.label)


def differing(kind: str, one: Mapping[str, Scalar], other: Mapping[str, Scalar]) -> list[str]:
    """The fields that tell two sides apart; the status alone where that does."""
    if kind == "task" and "" != _status(one) != _status(other) != "":
        return [STATUS]
    return [name for name in one if name in other and one[name] != other[name]] or list(one)


def holds_both(kind: str, loser: Mapping[str, Scalar]) -> bool:
    """Whether both values can stay, one after the other: of a text."""
    [name, *more] = loser
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    return not more and field is not None and field.type in ("text", "note")


def told(
    conn: sqlite3.Connection, kind: str, rec: str, side: Mapping[str, Scalar], names: list[str], day: int,
    dated: Dated | None,
) -> str:  # fmt: skip
    """What a side holds of these fields; `day`: the working minutes of a day; `dated` says a date, None as commands
    do."""
    texts = {
        name: _text(conn, kind, rec, name, side, day, dated)
        for name in names
        if name in side or name == STATUS
    }
    if "parent_id" in texts:
        texts.pop("rank", None)  # an order below another one says nothing
    if len(side) == 1:
        return "".join(texts.values())
    return ", ".join(
        text if name in UNLABELLED else f"{_label(kind, name)} {text}" for name, text in texts.items()
    )


def in_words(conn: sqlite3.Connection, row: ConflictRow) -> ConflictRow:
    """A row of the list with its values, its field and its record as a person reads them."""
    winner, loser = orjson.loads(row.winner), orjson.loads(row.loser)
    names, known = differing(row.kind, winner, loser), row.kind in KINDS
    near = values.beside(conn, row.kind, row.rec) if known else {}
    day = values.day_of(conn, near.get("project_id"))
    return row._replace(
        name=lookup.title(conn, row.kind, row.rec) if known else row.name,
        field=label(row.kind, row.field),
        winner=told(conn, row.kind, row.rec, winner, names, day, moment),
        loser=told(conn, row.kind, row.rec, loser, names, day, moment),
    )


def _label(kind: str, name: str) -> str:
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    return field.label if field else name


def _text(
    conn: sqlite3.Connection, kind: str, rec: str, name: str, side: Mapping[str, Scalar], day: int,
    dated: Dated | None,
) -> str:  # fmt: skip
    value = side.get(name)
    if name == STATUS:
        return _status(side)
    if name == "deleted_at":
        return "deleted it" if value else "went on with it"
    if name in ("parent_id", "rank") and kind == "task":
        return _below(conn, value) if name == "parent_id" else _after(conn, rec, side)
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    if field is not None and field.refers:
        return lookup.title(conn, field.refers, None if value is None else str(value)) or "nothing"
    if dated and value and field is not None and field.type in ("date", "minute"):
        return dated(str(value))
    text = field.show(value, day=day) if field else "" if value is None else str(value)
    return " ⏎ ".join(plain_lines(text)) or "nothing"


def _status(side: Mapping[str, Scalar]) -> str:
    """ "doing (80 %)", of a task's progress; empty where a side does not hold it."""
    if "percent_complete" not in side:
        return ""
    if reason := side.get("not_applicable_reason"):
        return f"n/a: {plain(reason)}"
    if side.get("actual_finish"):
        return "done"
    if reason := side.get("blocked_reason"):
        return f"blocked: {plain(reason)}"
    percent = f" ({side['percent_complete']} %)" if side["percent_complete"] else ""
    return ("doing" if side.get("actual_start") else "todo") + percent


def _below(conn: sqlite3.Connection, parent: Scalar) -> str:
    return f"below {lookup.title(conn, 'task', str(parent))}" if parent else "at the outermost level"


def _after(conn: sqlite3.Connection, rec: str, side: Mapping[str, Scalar]) -> str:
    """Behind which of those beside it a task stands there."""
    row = conn.execute(
        """SELECT o.name FROM task t JOIN task o ON o.project_id=t.project_id AND o.parent_id IS ? AND o.id<>t.id
           AND o.deleted_at IS NULL AND o.rank<? WHERE t.id=? ORDER BY o.rank DESC, o.id DESC LIMIT 1""",
        (side.get("parent_id"), side.get("rank"), rec),
    ).fetchone()
    return f"after {plain(row[0])}" if row else "first"
