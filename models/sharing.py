"""Who sees a record: the space that a new one lies in, and what a reader may not do.

A record lies where what it belongs to lies: tasks, links, baselines and talks with their project, contacts and sites
with their client. A project or client may be begun in a space of its own (`unshared`), and is then shared with
others by the server (sync.account.share).
"""

import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

import orjson
from sqlalchemy import inspect
from sqlmodel import Session

from models.errors import Refused
from models.record import KINDS, OWNERS, Record, new_id
from models.space import LIBRARY, may_edit

OF_ITS_OWN = ("project", "client")


class Person(NamedTuple):
    """Somebody who sees a space; `name` is "" for one who is not on this laptop."""

    id: str
    name: str
    role: str


def unshared(kind: str) -> dict[str, str]:
    """Id and space of a new project or client that nobody else sees until it is shared. Raises Refused."""
    if kind not in OF_ITS_OWN:
        raise Refused("Only a project or a client can be kept from others, with all that belongs to it.")
    id = new_id()
    return {"id": id, "space": f"{kind}:{id}"}


def settle_spaces(session: Session, new: Iterable[Record]) -> None:
    """Puts new records where what they belong to lies."""
    known: dict[tuple[str, str], Record | None] = {}
    made = {(str(r.__tablename__), r.id): r for r in session.new if isinstance(r, Record)}

    def space_of(record: Record) -> str:
        if record.space == LIBRARY and (owner := owner_of(record)):
            if owner not in known:
                known[owner] = made.get(owner) or session.get(KINDS[owner[0]].cls, owner[1])
            above = known[owner]
            if above is not None and above is not record:
                record.space = space_of(above) if owner in made else above.space
        return record.space

    for record in new:
        space_of(record)


def refuse_moves(session: Session, edited: Iterable[Record]) -> None:
    """Raises Refused where a record is given an owner in another space: it keeps its own for ever. A project or client
    that everybody does not see may belong to what everybody sees, and a project with a space of its own to any client.
    """
    for record in edited:
        kind, owner = str(record.__tablename__), owner_of(record)
        if owner is None or not any(
            _is_changed(record, name) for name in OWNERS if name in KINDS[kind].fields
        ):
            continue
        above = session.get(KINDS[owner[0]].cls, owner[1])
        if above is None or above.space == record.space:
            continue
        if kind in OF_ITS_OWN and (above.space == LIBRARY or record.space == f"{kind}:{record.id}"):
            continue
        raise Refused(
            f"A {KINDS[kind].label.lower()} is seen by the same people for ever, and others see the "
            f"{KINDS[owner[0]].label.lower()} that it would belong to. Make a copy there and delete this one."
        )


def _is_changed(record: Record, name: str) -> bool:
    """Whether the field was written since the record was read."""
    return bool(inspect(record).attrs[name].history.has_changes())


def owner_of(record: Record) -> tuple[str, str] | None:
    """Kind and id of what says in which space the record lies."""
    fields = KINDS[str(record.__tablename__)].fields
    for name in OWNERS:
        if name in fields and (owner := getattr(record, name)):
            return str(fields[name].refers), str(owner)
    return None


def refuse_readers(session: Session, spaces: Collection[str]) -> None:
    """Raises Refused where this member may only read."""
    if not spaces:
        return
    rows = session.connection().exec_driver_sql(
        "SELECT id, role FROM space WHERE id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(sorted(spaces)).decode(),),
    )
    if any(not may_edit(role) for _, role in rows):
        raise Refused("You may read this, not change it. Ask who manages it for the right to edit.")


def people(conn: sqlite3.Connection, space: str) -> list[Person]:
    """Who sees the space, as the server told last; nobody for the library, which is everybody's."""
    row = conn.execute("SELECT members FROM space WHERE id=?", (space,)).fetchone()
    told = orjson.loads(row[0]) if row else []
    names = dict(conn.execute("SELECT id, name FROM member").fetchall())
    return sorted((Person(m, names.get(m, ""), role) for m, role in told), key=lambda p: (p.name, p.id))


def told(conn: sqlite3.Connection, space: str) -> str:
    """Who sees the space, in words."""
    if space == LIBRARY:
        return "everybody"
    found = people(conn, space)
    return ", ".join(f"{one.name or 'somebody'} ({one.role})" for one in found) or "only you"


def manages(conn: sqlite3.Connection, space: str) -> bool:
    """Whether this member may say who sees the space; so may who has begun one of which the server has not told."""
    row = conn.execute("SELECT role FROM space WHERE id=?", (space,)).fetchone()
    return space != LIBRARY and (row is None or row[0] == "manager")


def space_of(conn: sqlite3.Connection, kind: str, rec: str) -> str:
    """The space of a record; the library where it is not here."""
    row = conn.execute(f"SELECT space FROM {kind} WHERE id=?", (rec,)).fetchone()
    return str(row[0]) if row and row[0] else LIBRARY


def titled(conn: sqlite3.Connection, space: str) -> str:
    """What a space is called: by its project or client, or whom it is for."""
    kind, _, rest = space.partition(":")
    if kind in OF_ITS_OWN:
        row = conn.execute(f"SELECT name, deleted_at FROM {kind} WHERE id=?", (rest,)).fetchone()
        return f"{row[0]}{', deleted' if row[1] else ''}" if row else "not on this laptop"
    return {"workspace": "everybody's", "member": "only yours", "pair": "between two"}.get(kind, space)
