"""conflicts and resolve: edits that met, and what a person decides about them."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from models import conflict as rules
from models.errors import Invalid, Refused
from models.fields import Scalar
from models.filters.vocabulary import CONFLICT
from models.texts import Lines
from models.windows.conflicts import conflicts_rows, conflicts_window
from tui.commands import lookup
from tui.commands.context import Context, Usage, note
from tui.commands.output import moment, plain
from tui.commands.telling import wanted
from tui.conflicts import Conflict, Side
from tui.conflicts import conflicts as found


def conflicts(ctx: Context) -> int:
    with ctx.reading() as conn:
        every = list(found(conn, settled=ctx.args.all))
        if ctx.args.filters:
            window = conflicts_window(conn, ctx.args.all, wanted(ctx, conn, {"conflict": CONFLICT}))
            kept = {row.id for row in conflicts_rows(conn, window.rows)}
            every = [each for each in every if each.id in kept]
        if ctx.json:
            ctx.json_out([_as_dict(each) for each in every])
            return 0
        for each in every:
            ctx.print("\n".join(_lines(conn, each)))
    if not every:
        note("No conflicts are open.")
    return 0


def resolve(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            each = _the_one(conn, ctx.args.id)
            choice, value = _choice(conn, each, ctx.args.choice, ctx.args.text)
        try:
            store.transact(f"Settle {each.label} of {each.title}", rules.settle, each.id, choice, value)
        except Invalid as error:
            raise Refused(_without_field(error)) from error
    with ctx.reading() as conn:
        [settled] = found(conn, id=each.id, settled=True)
        if ctx.json:
            ctx.json_out(_as_dict(settled))
        else:
            ctx.print(f"Settled {each.label} of {each.title}: {settled.shown(conn, settled.now)}")
    return 0


def _without_field(error: Invalid) -> str:
    """That a choice cannot be made is no fault of a field that somebody sees."""
    return error.plain[:1].upper() + error.plain[1:] if error.field == "choice" else str(error)


def _lines(conn: sqlite3.Connection, each: Conflict) -> Iterator[str]:
    state = f" · settled: {each.settled} by {each.settled_by}" if each.settled else ""
    place = f" · {plain(each.place)}" if each.place else ""
    yield f"{lookup.short(each.id)}  {each.title} · {each.label}{place}{state}"
    if each.why:
        yield f"  decided {each.why}"
    if each.stands_for:
        yield f"  stands for {each.stands_for}"
    if each.base and not each.is_note:
        yield f"  before  {each.shown(conn, each.base)}"
    for word, side in (("mine", each.mine), ("theirs", each.theirs)):
        text = "" if each.is_note else f"{each.shown(conn, side.values)} · "
        yield f"  {word:<6}  {text}{side.by}, {moment(side.at)} · {'stands' if side.stands else 'set aside'}"
    if each.is_note:
        yield from _merged(each)
    elif each.moved_on:
        yield f"  now     {each.shown(conn, each.now)}"


def _merged(each: Conflict) -> Iterator[str]:
    """The note with the lines of both; those that clash are marked with whose they are."""
    for region in each.regions():
        if region.clash:
            yield from _marked("before", region.base)
            yield from _marked("mine", region.one)
            yield from _marked("theirs", region.other)
        else:
            yield from _marked("", region.lines("one"))


def _marked(word: str, lines: Lines) -> Iterator[str]:
    if word and not any(lines):
        lines = ("(nothing)",)
    yield from (f"  {word:<6} {'▌' if word else '│'} {plain(line)}" for line in lines)


def _the_one(conn: sqlite3.Connection, word: str) -> Conflict:
    """The open conflict with that id, the one that overtook it, or the only one of that record."""
    record = lookup.record(conn, word, state=lookup.ANY)
    every = [c for c in found(conn, settled=True) if record.id in (c.id, c.rec, *c.overtook)]
    waiting = [c for c in every if not c.settled] or [c for c in every if c.id == record.id]
    if not waiting:
        raise Refused(
            f"No conflict is open on {lookup.title(conn, *record)}. List them with `milepost conflicts`."
        )
    if len(waiting) > 1:
        lines = [f"  {lookup.short(c.id)}  {c.label}" for c in waiting]
        raise Refused("\n".join([f"{waiting[0].title} has several conflicts. Choose one by its id:", *lines]))
    return waiting[0]


def _choice(conn: sqlite3.Connection, each: Conflict, word: str, text: str | None) -> tuple[str, Scalar]:
    """What models.conflict.settle is told. A word that begins with = is a value, whatever follows."""
    if text is not None:
        if word.lower() != "value":
            raise Usage(f"“{text}” is one word too many. To settle by a value: resolve ID value TEXT")
        word = f"={text}"
    mine, theirs = ("stands", "aside") if each.mine.stands else ("aside", "stands")
    known = {"mine": mine, "theirs": theirs, "both": "both", "now": "now"}
    if word.lower() in known:
        return known[word.lower()], None
    return "value", each.typed(conn, word.removeprefix("="))


def _as_dict(each: Conflict) -> dict[str, Any]:
    return {
        "id": each.id, "kind": each.kind, "record": each.rec, "title": each.title, "field": each.label,
        "place": each.place, "base": each.base or None, **_told("stands", each.stands), **_told("aside", each.aside),
        "mine": "stands" if each.mine.stands else "aside", "decided": each.decided or None, "now": each.now,
        "overtook": each.overtook,
        "settled": each.settled or None, "settled_by": each.settled_by or None,
    }  # fmt: skip


def _told(word: str, side: Side) -> dict[str, Any]:
    return {word: side.values, f"{word}_by": side.by, f"{word}_at": side.at}
