"""conflicts, resolve, rejected: what the server could not simply take."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from models import conflict as rules
from models.db import get_meta
from models.errors import Refused
from models.fields import Field, Scalar
from models.kinds import KINDS
from tui.commands import lookup, values
from tui.commands.context import Context, note
from tui.commands.output import count, moment, plain

REJECTED = 5  # models.capture


@dataclass
class Conflict:
    """A conflict with what a person needs to decide it."""

    id: str
    kind: str
    rec: str
    title: str
    label: str
    stands: dict[str, Scalar]
    stands_by: str
    stands_at: str
    aside: dict[str, Scalar]
    aside_by: str
    aside_at: str
    mine: str
    settled: str
    day: int

    def field(self, name: str) -> Field | None:
        return KINDS[self.kind].fields.get(name) if self.kind in KINDS else None

    def text(self, side: dict[str, Scalar]) -> str:
        """A side's values as a person reads them."""
        several = len(side) > 1
        return ", ".join(self._text(name, value, several) for name, value in side.items())

    def _text(self, name: str, value: Scalar, several: bool) -> str:
        field = self.field(name)
        shown = plain(field.show(value, day=self.day) if field else value) or "nothing"
        return f"{field.label if field else name} {shown}" if several else f"“{shown}”"


def conflicts(ctx: Context) -> int:
    with ctx.reading() as conn:
        found = list(open_conflicts(conn, settled=ctx.args.all))
        if ctx.json:
            ctx.json_out([_as_dict(each) for each in found])
            return 0
        for each in found:
            ctx.print("\n".join(_lines(each)))
    if not found:
        note("No conflicts are open.")
    return 0


def resolve(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            each = _the_one(conn, ctx.args.id)
            choice, value = _choice(conn, each, ctx.args.choice)
        store.transact(f"Settle {each.label} of {each.title}", rules.settle, each.id, choice, value)
    with ctx.reading() as conn:
        [settled] = [c for c in open_conflicts(conn, rec=each.rec, settled=True) if c.id == each.id]
        if ctx.json:
            ctx.json_out(_as_dict(settled))
        else:
            ctx.print(f"Settled {each.label} of {each.title}: {_now(conn, each)}")
    return 0


def rejected(ctx: Context) -> int:
    with ctx.reading() as conn:
        found = list(_rejected(conn))
        if ctx.json:
            ctx.json_out(found)
            return 0
        for one in found:
            ctx.print(f"{moment(one['at'])}  {plain(one['label'])} · refused: {plain(one['reason'])}")
            for line in _contents(conn, one["changes"]):
                ctx.print(f"  {line}")
    if not found:
        note("Nothing was rejected.")
    return 0


def open_conflicts(conn: sqlite3.Connection, *, rec: str = "", settled: bool = False) -> Iterator[Conflict]:
    """The conflicts that wait for a decision, oldest first; of one record, and settled ones too, if wished."""
    me = get_meta(conn, "member")
    cursor = conn.execute(
        """SELECT c.*, s.choice AS settled FROM conflict c
           LEFT JOIN settlement s ON s.conflict_id=c.id AND s.deleted_at IS NULL
           WHERE c.deleted_at IS NULL AND (?='' OR c.rec=?) AND (? OR s.id IS NULL)
           ORDER BY coalesce(c.loser_at, c.winner_at), c.id""",
        (rec, rec, settled),
    )
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield _conflict(conn, dict(zip(names, row, strict=True)), me)


# ── one conflict ──────────────────────────────────────────────────────────────────────────────────────


def _conflict(conn: sqlite3.Connection, row: dict[str, Any], me: str) -> Conflict:
    kind, rec, name = row["kind"], row["rec"], row["field"]
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    project = values.beside(conn, kind, rec).get("project_id") if kind in KINDS else None
    return Conflict(
        row["id"], kind, rec, lookup.title(conn, kind, rec), field.label if field else name,
        orjson.loads(row["winner"] or "{}"), _who(conn, row["winner_author"], me), row["winner_at"] or "",
        orjson.loads(row["loser"] or "{}"), _who(conn, row["loser_author"], me), row["loser_at"] or "",
        "aside" if me and row["loser_author"] == me != row["winner_author"] else "stands",
        row["settled"] or "", values.day_of(conn, project),
    )  # fmt: skip


def _who(conn: sqlite3.Connection, member: str | None, me: str) -> str:
    if not member:
        return "somebody"
    name = lookup.title(conn, "member", member)
    return f"{name} (you)" if member == me else name


def _lines(each: Conflict) -> Iterator[str]:
    state = f" · settled: {each.settled}" if each.settled else ""
    yield f"{lookup.short(each.id)}  {each.title} · {each.label}{state}"
    for word, side, by, at in (
        ("stands", each.stands, each.stands_by, each.stands_at),
        ("set aside", each.aside, each.aside_by, each.aside_at),
    ):
        mine = "mine" if (each.mine == "aside") == (word == "set aside") else "theirs"
        yield f"  {mine:<6}  {each.text(side)} · {by}, {moment(at)} · {word}"


def _the_one(conn: sqlite3.Connection, word: str) -> Conflict:
    """The open conflict with that id, or the only one of that record."""
    found = lookup.record(conn, word, state=lookup.ANY)
    every = [c for c in open_conflicts(conn, settled=True) if found.id in (c.id, c.rec)]
    waiting = [c for c in every if not c.settled] or [c for c in every if c.id == found.id]
    if not waiting:
        raise Refused(
            f"No conflict is open on {lookup.title(conn, *found)}. List them with `milepost conflicts`."
        )
    if len(waiting) > 1:
        lines = [f"  {lookup.short(c.id)}  {c.label}" for c in waiting]
        raise Refused("\n".join([f"{waiting[0].title} has several conflicts. Choose one by its id:", *lines]))
    return waiting[0]


def _choice(conn: sqlite3.Connection, each: Conflict, word: str) -> tuple[str, Scalar]:
    """What models.conflict.settle is told. A word that begins with = is a value, whatever follows."""
    theirs = "stands" if each.mine == "aside" else "aside"
    known = {"mine": each.mine, "theirs": theirs, "both": "both"}
    if word.lower() in known:
        return known[word.lower()], None
    name = next(iter(each.aside), "")
    field = each.field(name)
    if field is None or len(each.aside) != 1:
        raise Refused("These fields belong together: choose mine or theirs.")
    given = [(field.name, word.removeprefix("="))]
    near = values.beside(conn, each.kind, each.rec)
    return "value", values.parse(conn, KINDS[each.kind], given, near)[field.name]


def _now(conn: sqlite3.Connection, each: Conflict) -> str:
    names = [name for name in {**each.stands, **each.aside} if each.field(name)]
    row = conn.execute(f"SELECT {', '.join(names)} FROM {each.kind} WHERE id=?", (each.rec,)).fetchone()
    return each.text(dict(zip(names, row, strict=True)))


def _as_dict(each: Conflict) -> dict[str, Any]:
    return {
        "id": each.id, "kind": each.kind, "record": each.rec, "title": each.title, "field": each.label,
        "stands": each.stands, "stands_by": each.stands_by, "stands_at": each.stands_at,
        "aside": each.aside, "aside_by": each.aside_by, "aside_at": each.aside_at, "mine": each.mine,
        "settled": each.settled or None,
    }  # fmt: skip


# ── what was rejected ─────────────────────────────────────────────────────────────────────────────────


def _rejected(conn: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    rows = conn.execute(
        "SELECT n, id, label, at, note FROM txn WHERE state=? ORDER BY n", (REJECTED,)
    ).fetchall()
    for n, id, label, at, reason in rows:
        yield {"id": id, "label": label, "at": at, "reason": reason or "", "changes": list(_changes(conn, n))}


def _changes(conn: sqlite3.Connection, n: int) -> Iterator[dict[str, Any]]:
    for kind, rec, field, new in conn.execute(
        "SELECT tbl, rec, field, new FROM change WHERE txn=? ORDER BY n", (n,)
    ):
        if field == "":
            yield {"kind": kind, "record": rec, "created": orjson.loads(new or "{}")}
        else:
            yield {"kind": kind, "record": rec, "field": field, "value": new}


def _contents(conn: sqlite3.Connection, changes: list[dict[str, Any]]) -> Iterator[str]:
    for change in changes[:20]:
        kind = KINDS.get(change["kind"])
        label = kind.label.lower() if kind else change["kind"]
        if created := change.get("created"):
            name = created.get(kind.title) if kind else None
            yield f"new {label} {plain(name or lookup.short(change['record']))}"
            continue
        field = kind.fields.get(change["field"]) if kind else None
        value = plain(field.show(change["value"]) if field else change["value"]) or "nothing"
        yield f"{lookup.title(conn, change['kind'], change['record'])}: {field.label if field else '?'} = {value}"
    if len(changes) > 20:
        yield f"… and {count(len(changes) - 20, 'change')} more"
