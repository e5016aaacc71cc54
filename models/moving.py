"""A project or client, with all that belongs to it, moved to other people: into a space of its own, or to everybody.

A record keeps its space for ever, so a move is a copy and a delete in one operation: the copies lie in the new space,
with all that was noted of the old ones; the old ones go into the recycle bin of those who had them. One undo takes both
back. Ids of copies are made of the old ones: two laptops that move the same thing make one copy.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlmodel import Session

from models import newer
from models.errors import NotFound, Refused
from models.fields import Scalar
from models.kinds import KINDS
from models.record import OWNERS, connection_of, made_id, now_instant
from models.seen import LIBRARY, OF_ITS_OWN, manages
from models.sharing import owned
from models.windows.open_conflicts import COUNT_OPEN

_AMONG = "IN (SELECT value FROM json_each(?))"
Found = Mapping[str, Sequence[str]]
"""Ids by kind."""


class Move(NamedTuple):
    """What is to be moved: a project or client of that `name`, from a space to another, as the record `id`."""

    kind: str
    old: str
    id: str
    name: str
    source: str
    space: str

    @property
    def label(self) -> str:
        """What the operation is called in the history, of the copies too."""
        whose = "to where everybody sees it" if self.space == LIBRARY else "into a space of its own"
        return f"Move “{self.name}” {whose}"


def plan(conn: sqlite3.Connection, kind: str, rec: str, everybody: bool = False) -> Move:
    """The move of a project or client into a space of its own, or to everybody. Raises Refused and NotFound."""
    if kind not in OF_ITS_OWN:
        raise Refused("Only a project or a client is moved to other people, with all that belongs to it.")
    row = conn.execute(f"SELECT name, space, deleted_at FROM {kind} WHERE id=?", (rec,)).fetchone()
    if row is None:
        raise NotFound(f"No {kind} has the id {rec}. List them with `milepost list {kind}`.")
    name, source, deleted = row
    if deleted:
        raise Refused(f"“{name}” lies in the recycle bin. Take it out first: milepost undelete ID.")
    id = _free(conn, kind, rec)
    move = Move(kind, rec, id, name, source, LIBRARY if everybody else f"{kind}:{id}")
    _refuse(conn, move)
    return move


def preview(conn: sqlite3.Connection, move: Move) -> list[str]:
    """What the move would do, in words; nothing is written."""
    found = belonging(conn, move)
    counts = [_counted(kind, len(ids)) for kind, ids in found.items() if kind != move.kind or len(ids) > 1]
    people = (
        "Everybody sees it then." if move.space == LIBRARY else "Only you see it then, until you share it."
    )
    here = "Who sees it now" if move.source != LIBRARY else "Everybody else"
    return [
        f"{move.label}",
        f"It goes with {', '.join(counts)}." if counts else "Nothing else belongs to it.",
        people,
        f"{here} finds the old one in the recycle bin at the next sync, as it is now, and nowhere else.",
        "Who has gone on with it meanwhile without a connection brings that back, and it is in the conflicts.",
        "u takes it back.",
    ]


def move(session: Session, kind: str, rec: str, everybody: bool = False) -> str:
    """Moves a project or client with all that belongs to it, as `plan` says; the id of the copy.

    Raises Refused where something of it would be lost on the way: open conflicts, fields of a newer Milepost.
    """
    session.flush()
    conn = connection_of(session)
    what = plan(conn, kind, rec, everybody)
    found = belonging(conn, what)
    _refuse_losses(conn, found)
    ids = {old: _turned(old, what.id) for recs in found.values() for old in recs} | {rec: what.id}
    _refuse_halves(conn, found, ids)
    for one, recs in found.items():
        _copy(conn, one, recs, ids, what.space)
    at = now_instant()
    for one, recs in found.items():
        sql = f"UPDATE {one} SET deleted_at=? WHERE id {_AMONG} AND deleted_at IS NULL"
        conn.execute(sql, (at, _json(recs)))
    _point_anew(conn, ids)
    session.expire_all()
    return what.id


def belonging(conn: sqlite3.Connection, move: Move) -> dict[str, list[str]]:
    """All that lies where the record lies because it belongs to it, itself first; what was deleted, too, but for whole
    projects of a client."""
    found: dict[str, list[str]] = {move.kind: [move.old]}
    seen = level = {move.old}
    while level:
        fresh = [
            (kind, id)
            for kind, id, deleted in owned(conn, level, move.source)
            if id not in seen and not (kind == "project" and deleted)
        ]
        for kind, id in fresh:
            found.setdefault(kind, []).append(id)
        level = {id for _, id in fresh}
        seen = seen | level
    return found


def before(conn: sqlite3.Connection, rec: str) -> str:
    """The id that a record had before the operation that moved it here; empty where that is not known."""
    row = conn.execute(
        "SELECT txn, tbl FROM change WHERE rec=? AND field='' AND new IS NOT NULL", (rec,)
    ).fetchone()
    if row is None:
        return ""
    sql = "SELECT 1 FROM change WHERE rec=? AND field='deleted_at' AND txn=?"
    olds = (_turned(rec, by) for by in [*_above(conn, row[1], rec), *map(str, range(_TIMES))])
    return next((old for old in olds if conn.execute(sql, (old, row[0])).fetchone()), "")


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────

_TIMES = 20  # moves of one record that were taken back and done again


def _free(conn: sqlite3.Connection, kind: str, rec: str) -> str:
    """The id of the copy: one that no earlier move, taken back since, has used."""
    for id in _copies_of(rec):
        if conn.execute(f"SELECT 1 FROM {kind} WHERE id=?", (id,)).fetchone() is None:
            return id
    raise Refused("It was moved and taken back too often. Move what became of it instead.")


def _copies_of(rec: str) -> Iterator[str]:
    return (_turned(rec, str(n)) for n in range(_TIMES))


def _turned(id: str, by: str) -> str:
    """The id of a copy, or of the copy the id of what it was made of. It keeps the time that is in a UUIDv7: a plan
    without a start begins on that day."""
    if not _UUID.fullmatch(id):
        return made_id("moved", by, id)
    bits = int(made_id("moved", by).replace("-", ""), 16) & _TURNED
    return str(UUID(int=int(id.replace("-", ""), 16) ^ bits))


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TURNED = 0x0FFF_3FFF_FFFF_FFFF_FFFF  # all bits behind the time but those of version and variant


def _above(conn: sqlite3.Connection, kind: str, rec: str) -> Iterator[str]:
    """The ids of what a record belongs to, up to its client."""
    while True:
        names = [name for name in OWNERS if name in KINDS[kind].fields]
        if kind == "attachment":
            row = conn.execute("SELECT owner_kind, owner_id FROM attachment WHERE id=?", (rec,)).fetchone()
        elif names:
            found = conn.execute(f"SELECT {', '.join(names)} FROM {kind} WHERE id=?", (rec,)).fetchone() or ()
            pairs = zip(names, found, strict=False)
            row = next(((KINDS[kind].fields[name].refers, id) for name, id in pairs if id), None)
        else:
            return
        if row is None or row[0] not in KINDS:
            return
        kind, rec = row
        yield rec


def _refuse(conn: sqlite3.Connection, move: Move) -> None:
    if move.source == (LIBRARY if move.space == LIBRARY else f"{move.kind}:{move.old}"):
        raise Refused(
            f"Everybody sees “{move.name}” already."
            if move.space == LIBRARY
            else f"“{move.name}” has a space of its own already. Share it with: milepost share"
        )
    if move.source != LIBRARY and not manages(conn, move.source):
        raise Refused(f"Only who manages “{move.name}” may move it. Ask a manager of it.")
    if move.kind == "project" and move.space == LIBRARY:
        client = conn.execute(
            "SELECT c.name, c.space FROM project p JOIN client c ON c.id=p.client_id WHERE p.id=?",
            (move.old,),
        ).fetchone()
        if client and client[1] != LIBRARY:
            raise Refused(f"Its client {client[0]} is kept from some. Move the client first, or take it off.")


def _refuse_losses(conn: sqlite3.Connection, found: Found) -> None:
    ids = _json([id for recs in found.values() for id in recs])
    clashes = conn.execute(f"{COUNT_OPEN} AND c.rec {_AMONG}", (ids,)).fetchone()[0]
    if clashes:
        raise Refused(
            f"It has {clashes} open conflict{'s' * (clashes > 1)}, which would stay behind. Decide first: g x,"
            " or milepost conflicts."
        )
    newer.refuse_losses(conn, found)


def _refuse_halves(conn: sqlite3.Connection, found: Found, ids: Mapping[str, str]) -> None:
    """A colleague's move, of which the space has not come whole yet: some copies are here, and not the first."""
    for kind, recs in found.items():
        copies = _json([ids[rec] for rec in recs])
        if conn.execute(f"SELECT 1 FROM {kind} WHERE id {_AMONG}", (copies,)).fetchone():
            raise Refused(
                "Somebody has moved it, and what became of it is still on its way here. Sync first."
            )


def _copy(
    conn: sqlite3.Connection, kind: str, recs: Sequence[str], ids: Mapping[str, str], space: str
) -> None:
    names = list(KINDS[kind].fields)
    refs = {name for name, field in KINDS[kind].fields.items() if field.refers}
    refs |= {"owner_id"} if kind == "attachment" else set()
    rows = conn.execute(f"SELECT id, {', '.join(names)} FROM {kind} WHERE id {_AMONG}", (_json(recs),))

    def copied(row: Sequence[Any]) -> list[Scalar]:
        pairs = zip(names, row[1:], strict=True)
        new = [space if n == "space" else ids.get(v, v) if n in refs else v for n, v in pairs]
        return [ids[row[0]], *new, 0]

    marks = ", ".join("?" * (len(names) + 2))
    sql = f"INSERT INTO {kind}(id, {', '.join(names)}, ver) VALUES({marks})"
    conn.executemany(sql, [copied(row) for row in rows.fetchall()])


def _point_anew(conn: sqlite3.Connection, ids: Mapping[str, str]) -> None:
    """What stays where it is and tells of something that was moved tells of the copy."""
    old, new = _json(ids), _json([*ids.values()])
    for kind, spec in KINDS.items():
        for field in spec.fields.values():
            if not field.refers or spec.immutable or field.name == "conflict_id":
                continue
            rows = conn.execute(
                f"SELECT id, {field.name} FROM {kind} WHERE {field.name} {_AMONG} AND deleted_at IS NULL"
                f" AND id NOT {_AMONG}",
                (old, new),
            ).fetchall()
            conn.executemany(f"UPDATE {kind} SET {field.name}=? WHERE id=?", [(ids[v], id) for id, v in rows])


def _json(ids: Iterable[str]) -> str:
    return orjson.dumps(list(ids)).decode()


def _counted(kind: str, number: int) -> str:
    spec = KINDS[kind]
    return f"{number:,} {(spec.label if number == 1 else spec.plural).lower()}"
