"""undo, redo, history: the log of what was done."""

import sqlite3
from typing import TYPE_CHECKING

from models import history as log
from models.errors import NotFound, Refused, StoreError, SyncError, Unclear
from models.feed import Changes
from models.fields import Field, Scalar
from models.filters.meaning import condition
from models.filters.syntax import parse
from models.filters.vocabulary import OPERATION
from models.kinds import KINDS
from models.windows.history import fitting
from models.windows.window import Condition
from tui.commands import lookup, values
from tui.commands.context import Context, note
from tui.commands.output import count, listing, moment, plain, table

if TYPE_CHECKING:
    from models.apply import Entry

PENDING, SENT, SEEN, REJECTED = 1, 2, 4, 5  # models.capture


def undo(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            operation = _operation(conn, ctx.args.id) if ctx.args.id else ""
        _said(ctx, "Undid", store.undo(operation))
    return 0


def _operation(conn: sqlite3.Connection, word: str) -> str:
    """The id of the operation that the word is the id of, or the end of it."""
    rows = conn.execute(
        """SELECT id, label FROM txn WHERE origin IN ('L','R') AND state NOT IN (0,6)
           AND (id=?1 OR (length(?1)>=4 AND substr(id, -length(?1))=?1)) ORDER BY id<>?1 LIMIT 3""",
        (word.strip(),),
    ).fetchall()
    if not rows:
        raise NotFound(f"There is no operation “{plain(word)}”. milepost history lists them with their ids.")
    if len(rows) > 1 and rows[0][0] != word:
        raise Refused(
            f"“{plain(word)}” fits {listing((plain(row[1]) for row in rows), 3)}. Write more of the id."
        )
    return str(rows[0][0])


def redo(ctx: Context) -> int:
    with ctx.store() as store:
        _said(ctx, "Redid", store.redo())
    return 0


def _said(ctx: Context, done: str, changes: Changes) -> None:
    if ctx.json:
        ctx.json_out({done.lower(): changes.label, "records": changes.count, "left_alone": changes.skipped})
        return
    left = f"; left alone: {'; '.join(map(plain, changes.skipped))}" if changes.skipped else ""
    ctx.print(f"{done}: {plain(changes.label)} · {count(changes.count, 'record')}{left}")


def history(ctx: Context) -> int:
    if _is_filter(ctx.args.id):
        ctx.args.id, ctx.args.filters = "", [ctx.args.id, *ctx.args.filters]
    if not ctx.args.id:
        with ctx.reading() as conn:
            return _operations(ctx, conn)
    with ctx.reading() as conn:
        found = lookup.record(conn, ctx.args.id, state=lookup.ANY)
        whole = log.is_whole(conn, found.id)
    entries = [] if whole else _past(ctx, found.id)  # no transaction is open meanwhile
    with ctx.reading() as conn:
        lines = log.joined(conn, found.id, entries)
        if ctx.args.filters:
            ids = fitting(conn, found.id, lines, _wanted(ctx, conn))
            lines = [line for line in lines if line.operation in ids]
        return _of_record(ctx, conn, found, lines)


def _is_filter(word: str) -> bool:
    """A first word that no record is meant by: it has a sign of the language, or a meaning of its own in it."""
    try:
        return word in OPERATION.marks or any(term.op or term.negated for term in parse(word))
    except Unclear:  # a name may hold any sign
        return False


def _wanted(ctx: Context, conn: sqlite3.Connection) -> Condition:
    return condition(conn, " ".join(ctx.args.filters), OPERATION)


def _past(ctx: Context, rec: str) -> "list[Entry]":
    """What the server has; nothing, and why, where it cannot be asked."""
    from sync.past import past

    try:
        with ctx.store() as store:
            return past(store, rec)
    except (SyncError, StoreError) as error:
        note(f"Older entries may be on the server. {error.plain}")
        return []


def _of_record(ctx: Context, conn: sqlite3.Connection, found: lookup.Found, lines: list[log.Line]) -> int:
    lines = lines[-ctx.args.limit :]
    if ctx.json:
        ctx.json_out([line._asdict() for line in lines])
        return 0
    ctx.print(f"{lookup.title(conn, *found)} · {lookup.place(conn, found)}")
    day = values.day_of(conn, values.beside(conn, *found).get("project_id"))
    rows = [
        [
            lookup.short(line.operation),
            moment(line.when),
            plain(line.author),
            _what(conn, line, day),
            _state(line),
        ]
        for line in lines
    ]
    ctx.print("\n".join(table(["ID", "When", "Who", "What", "State"], rows)))
    return 0


def _operations(ctx: Context, conn: sqlite3.Connection) -> int:
    done = log.operations(conn, ctx.args.limit, _wanted(ctx, conn))
    if ctx.json:
        ctx.json_out([each._asdict() for each in done])
        return 0
    rows = [
        [
            lookup.short(each.id),
            moment(each.when),
            plain(each.author),
            _labelled(each),
            count(each.records, "record"),
            _standing(each),
        ]
        for each in done
    ]
    ctx.print("\n".join(table(["ID", "When", "Who", "Operation", "Records", "State"], rows)) if rows else "")
    return 0


def _what(conn: sqlite3.Connection, line: log.Line, day: int) -> str:
    if line.field == "":
        return "created" if line.new is not None or line.old is None else "removed"
    field = KINDS[line.kind].fields.get(line.field) if line.kind in KINDS else None
    if field is None:
        return f"{plain(line.field)}: {plain(line.old)} → {plain(line.new)}"
    if field.name == "deleted_at":
        return "deleted" if line.new else "restored"
    return f"{field.label}: {_value(conn, field, line.old, day)} → {_value(conn, field, line.new, day)}"


def _value(conn: sqlite3.Connection, field: Field, value: Scalar, day: int) -> str:
    if field.refers and value:
        return lookup.title(conn, field.refers, str(value))
    return plain(field.show(value, day=day)) or "nothing"


def _state(line: log.Line) -> str:
    return "" if line.stood or line.state != SEEN else "had no effect"


def _labelled(each: log.Done) -> str:
    return {"undo": "Undo: ", "redo": "Redo: "}.get(each.kind, "") + plain(each.label)


def _standing(each: log.Done) -> str:
    if each.state == REJECTED:
        return f"rejected: {plain(each.note)}"
    return "undone" if each.undone else "waits" if each.state in (PENDING, SENT) else ""
