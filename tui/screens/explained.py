"""What the pane says of a conflict, and of an operation that waits, was refused or is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from models.capture import REJECTED
from models.notice import STOPPED, stopped
from tui.screens.form import HEAD, LINK, PAST, Draft, change_in_words, shown, shown_title
from tui.words import clock, moment

if TYPE_CHECKING:
    from tui.conflicts import Conflict, Side

STATES = {1: "waits for the server", 2: "was sent", 5: "was refused", 6: "was let go"}


def conflict(conn: sqlite3.Connection, rec: str) -> Iterator[Draft]:
    """What was before both, mine and theirs with who and when, what stands and why."""
    from models.kinds import KINDS
    from tui.conflict_words import holds_both
    from tui.conflicts import conflicts

    each = next(conflicts(conn, id=rec, settled=True), None)
    if each is None:
        return
    yield Draft(HEAD, "Conflict", each.label)
    yield from _merged(each) if each.is_note else _values(conn, each)
    label = KINDS[each.kind].label if each.kind in KINDS else each.kind
    yield Draft(LINK, label, each.title, "", each.kind, each.rec)
    if each.place:
        yield Draft(PAST, "of", each.place, "place")
    if each.why:
        yield Draft(PAST, "It was", f"decided {each.why}", "why")
    if each.stands_for:
        yield Draft(PAST, "stands for", each.stands_for, "overtook")
    if each.settled:
        yield Draft(PAST, "settled", f"{each.settled}, by {each.settled_by}", "settled")
    if not each.settled:
        both = " · b both" if holds_both(each.kind, each.aside.values) else ""
        yield Draft(HEAD, "Decide", f"m mine · t theirs{both}", "decide")
        yield Draft(PAST, "", "e other · x as it stands", "decide or leave")


def _values(conn: sqlite3.Connection, each: Conflict) -> Iterator[Draft]:
    if each.base:
        yield Draft(PAST, "before both", each.shown(conn, each.base, moment), "base")
    for word, side in (("mine", each.mine), ("theirs", each.theirs)):
        yield Draft(PAST, word, each.shown(conn, side.values, moment), word)
        yield Draft(PAST, "  stands" if side.stands else "  set aside", _whose(side), f"{word} by")
    if each.moved_on:
        yield Draft(PAST, "now", each.shown(conn, each.now, moment), "now")


def _whose(side: Side) -> str:
    when = datetime.fromisoformat(side.at.replace("Z", "+00:00")).timestamp() if side.at else 0
    return f"{side.by}, {clock(int(when * 1000)) if when else 'some time'}"


def _merged(each: Conflict) -> Iterator[Draft]:
    """The text with the lines of both; where they clash, whose each line is."""
    for word, side in (("mine", each.mine), ("theirs", each.theirs)):
        yield Draft(PAST, word, _whose(side), f"{word} by")
    yield Draft(HEAD, "Merged", "▌ where both changed the same", "merged")
    for at, region in enumerate(each.regions()):
        sides = (("before", region.base), ("▌ mine", region.one), ("▌ theirs", region.other))
        for word, lines in sides if region.clash else (("", region.lines("one")),):
            for n, line in enumerate(lines if any(lines) or not word else ("(nothing)",)):
                yield Draft(PAST, word, line, f"{at} {word} {n}")


def operation(conn: sqlite3.Connection, rec: str) -> Iterator[Draft]:
    """Who did it, when, what became of it and why, and what it changed; or why nothing is synced."""
    if rec == STOPPED:
        since, why = stopped(conn)
        yield Draft(HEAD, "Not synced", f"since {clock(since)}")
        yield Draft(PAST, "because", why, "why")
        return
    row = conn.execute(
        """SELECT t.n, t.label, t.state, t.note, t.at, coalesce(m.name, 'you') FROM txn t
           LEFT JOIN member m ON m.id=t.author WHERE t.id=?""",
        (rec,),
    ).fetchone()
    if row is None:
        return
    n, label, state, note, at, author = row
    yield Draft(HEAD, "Operation", label)
    yield Draft(PAST, "by", f"{author}, {clock(at)}", "by")
    yield Draft(PAST, "it", STATES.get(state, "is on the server"), "state")
    if note:
        yield Draft(PAST, "because", note, "why")
    changes = conn.execute(
        "SELECT tbl, rec, field, old, new FROM change WHERE txn=? ORDER BY n LIMIT 60", (n,)
    )
    for at, (kind, of, field, old, new) in enumerate(changes.fetchall()):
        if field == "" and state == REJECTED:
            yield from _refused(conn, kind, of, new, at)
        else:
            label, text = change_in_words(conn, kind, of, field, old, new)
            yield Draft(LINK, label, f"{shown_title(conn, kind, of)}: {text}", str(at), kind, of)


def _refused(conn: sqlite3.Connection, kind: str, rec: str, new: str, at: int) -> Iterator[Draft]:
    """A record that did not come, with what it was to hold."""
    from models.kinds import KINDS
    from models.rejected import Change
    from tui.commands.rejecting import fields

    yield Draft(PAST, "new", KINDS[kind].label.lower(), f"new {at}")
    for field, value in fields(Change(kind, rec, True, orjson.loads(new))):
        yield Draft(PAST, field.label, shown(conn, KINDS[kind], field.name, value), f"new {at} {field.name}")
