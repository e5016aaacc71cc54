"""A conflict as a person decides it: what was before, whose value is mine, whose theirs, what stands and why."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from models.conflict import clashing, made_here, mine_is
from models.db import get_meta
from models.errors import Refused
from models.fields import Field, Scalar
from models.kinds import KINDS
from models.texts import Region
from models.windows.open_conflicts import OPEN, overtaken
from tui import finding
from tui.commands import lookup, values
from tui.conflict_words import Dated, differing, holds_both, label, told
from tui.words import count

DECIDED = {
    "time": "by time: the later edit stands",
    "server": "by the server: what was there first stands, the other is proposed",
    "text": "by time, where both changed the same lines; the other lines of both stand",
    "kept": "by the server: nothing is deleted that somebody works on",
    "first": "by the server: the first settlement stands",
}


@dataclass(frozen=True)
class Side:
    """One of the two edits. `stands`: the one that the server let stand."""

    values: dict[str, Scalar]
    by: str
    at: str
    stands: bool


@dataclass(frozen=True)
class Conflict:
    """A conflict with what a person needs to decide it. `mine` is the side of this laptop's member; where neither or
    both are, what stands. `base`, what was before both began to change it, is empty where nobody knows it. `settled` is
    the choice, "" as long as there is none. `overtook`: ids of what this one settles, too.
    """

    id: str
    kind: str
    rec: str
    title: str
    label: str
    place: str
    mine: Side
    theirs: Side
    base: dict[str, Scalar]
    decided: str
    now: dict[str, Scalar]
    settled: str
    settled_by: str
    day: int
    overtook: list[str]

    @property
    def stands(self) -> Side:
        return self.mine if self.mine.stands else self.theirs

    @property
    def aside(self) -> Side:
        return self.theirs if self.mine.stands else self.mine

    @property
    def why(self) -> str:
        """How the server decided, in words."""
        return DECIDED.get(self.decided, "")

    @property
    def stands_for(self) -> str:
        """What is settled with it, in words; empty for nothing."""
        if not self.overtook:
            return ""
        if self.decided == "kept":
            return f"{count(len(self.overtook), 'other record')} too, deleted by the same act"
        return f"{count(len(self.overtook), 'earlier conflict')} too: their authors have changed those values since"

    @property
    def is_note(self) -> bool:
        field = self.field(next(iter(self.aside.values), ""))
        return len(self.aside.values) == 1 and field is not None and field.type == "note"

    @property
    def to_type(self) -> Field | None:
        """The field for which another value can be typed: of several that belong together none, nor of a delete."""
        [name, *more] = self.aside.values
        return None if more or name == "deleted_at" else self.field(name)

    @property
    def moved_on(self) -> bool:
        """Whether the record was edited since the conflict was made."""
        stands = {name: self.stands.values.get(name) for name in self.now}
        return not self.is_note and stands != self.now and self.kind in KINDS

    def field(self, name: str) -> Field | None:
        return KINDS[self.kind].fields.get(name) if self.kind in KINDS else None

    def typed(self, conn: sqlite3.Connection, text: str) -> Scalar:
        """The value that typed text means for the one field in conflict. Raises Refused."""
        field = self.to_type
        if field is None:
            raise Refused("No other value can be typed here: choose mine or theirs.")
        if self.is_note:
            return field.parse(text)
        near = values.beside(conn, self.kind, self.rec)
        return values.parse(conn, KINDS[self.kind], [(field.name, text)], near)[field.name]

    def regions(self) -> list[Region]:
        """Of a note: its regions; `one` is mine, `other` theirs."""
        found = clashing(self.base, self.stands.values, self.aside.values)
        return found if self.mine.stands else [Region(r.base, r.other, r.one) for r in found]

    def shown(self, conn: sqlite3.Connection, side: Mapping[str, Scalar], dated: Dated | None = None) -> str:
        """A side's values as a person reads them: what differs between mine and theirs. A text stands in quotes."""
        names = differing(self.kind, self.mine.values, self.theirs.values)
        text = told(conn, self.kind, self.rec, side, names, self.day, dated)
        return f"“{text}”" if holds_both(self.kind, self.aside.values) else text


_SELECT = """SELECT c.*, s.choice AS settled, t.author AS settled_by FROM conflict c
    LEFT JOIN settlement s ON s.conflict_id=c.id AND s.deleted_at IS NULL
    LEFT JOIN change x ON x.rec=s.id AND x.field='' LEFT JOIN txn t ON t.n=x.txn
    WHERE c.deleted_at IS NULL AND (:rec='' OR c.rec=:rec) AND (:id='' OR c.id=:id)
    AND iif(s.id IS NULL, {which}, :settled)
    GROUP BY c.id ORDER BY coalesce(c.loser_at, c.winner_at), c.id"""


def conflicts(
    conn: sqlite3.Connection, *, id: str = "", rec: str = "", settled: bool = False
) -> Iterator[Conflict]:
    """The conflicts that wait for a decision, oldest first; one of them, of one record, and settled ones too, if
    wished."""
    me = get_meta(conn, "member")
    which = "1" if id else f"c.rowid IN {OPEN}"
    cursor = conn.execute(_SELECT.format(which=which), {"id": id, "rec": rec, "settled": settled})
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield _conflict(conn, dict(zip(names, row, strict=True)), me)


def _conflict(conn: sqlite3.Connection, row: dict[str, Any], me: str) -> Conflict:
    kind, rec = row["kind"], row["rec"]
    near = values.beside(conn, kind, rec) if kind in KINDS else {}
    sides = {
        "stands": _side(conn, row, "winner", me, True),
        "aside": _side(conn, row, "loser", me, False),
    }
    here = made_here(conn, row["loser_txn"])
    mine = sides.pop(mine_is(me, row["winner_author"], row["loser_author"], here))
    [theirs] = sides.values()
    overtook = overtaken(conn, row["id"])
    return Conflict(
        row["id"], kind, rec, lookup.title(conn, kind, rec), label(kind, row["field"]), _place(conn, kind, near),
        mine, theirs, _base(conn, overtook[-1] if overtook else row["id"]), row["decided"] or "",
        _now(conn, kind, rec, {**mine.values, **theirs.values}), row["settled"] or "",
        _who(conn, row["settled_by"], me) if row["settled"] else "", values.day_of(conn, near.get("project_id")),
        overtook,
    )  # fmt: skip


def _base(conn: sqlite3.Connection, id: str) -> dict[str, Scalar]:
    [base] = conn.execute("SELECT base FROM conflict WHERE id=?", (id,)).fetchone()
    return dict(orjson.loads(base or "{}"))


def _side(conn: sqlite3.Connection, row: dict[str, Any], side: str, me: str, stands: bool) -> Side:
    laptop = ""
    if row["winner_author"] == row["loser_author"]:
        laptop = ", this laptop" if made_here(conn, row[f"{side}_txn"]) else ", another laptop"
    who = _who(conn, row[f"{side}_author"], me, laptop)
    return Side(orjson.loads(row[side] or "{}"), who, row[f"{side}_at"] or "", stands)


def _who(conn: sqlite3.Connection, member: str | None, me: str, laptop: str = "") -> str:
    if not member:
        return "somebody"
    name = lookup.title(conn, "member", member)
    return f"{name} (you{laptop})" if member == me else name


def _place(conn: sqlite3.Connection, kind: str, near: Mapping[str, str | None]) -> str:
    if project := near.get("project_id"):
        words = finding.place(conn, project)
        return " ▸ ".join(words[:1] if kind == "project" else words)
    return lookup.title(conn, "client", near.get("client_id"))


def _now(conn: sqlite3.Connection, kind: str, rec: str, names: Mapping[str, Scalar]) -> dict[str, Scalar]:
    known = [name for name in names if kind in KINDS and name in KINDS[kind].fields]
    row = (
        conn.execute(f"SELECT {', '.join(known)} FROM {kind} WHERE id=?", (rec,)).fetchone()
        if known
        else None
    )
    return dict(zip(known, row, strict=True)) if row else {}
