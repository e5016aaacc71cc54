"""Who sees a record: the space that a new one lies in, and what a reader may not do.

A record lies where what it belongs to lies: tasks, links, baselines and talks with their project, contacts and sites
with their client. A project or client may be begun in a space of its own (`unshared`), and is then shared with
others by the server (sync.account.share).
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator

import orjson
from sqlalchemy import inspect
from sqlmodel import Session

from models.errors import Refused
from models.record import KINDS, OWNERS, Record, connection_of, new_id
from models.seen import LIBRARY, OF_ITS_OWN
from models.space import may_edit


def unshared(kind: str) -> dict[str, str]:
    """Id, space and visibility of a new project or client that nobody else sees until it is shared, and no client while
    it is not marked so. Raises Refused."""
    if kind not in OF_ITS_OWN:
        raise Refused("Only a project or a client can be kept from others, with all that belongs to it.")
    id = new_id()
    return {"id": id, "space": f"{kind}:{id}", "visibility": "internal"}


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


def refuse_moves(session: Session, written: Iterable[Record]) -> None:
    """Raises Refused where a record is given an owner in another space: it keeps its own for ever. A project or client
    that everybody does not see may belong to what everybody sees, and a project with a space of its own to any client.
    """
    for record in written:
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


def owned(
    conn: sqlite3.Connection, owners: Iterable[str], space: str
) -> Iterator[tuple[str, str, str | None]]:
    """What lies in `space` because it belongs to one of `owners`: kind, id, and when it was deleted."""
    ids = orjson.dumps(list(owners)).decode()
    for kind, spec in KINDS.items():
        if names := [name for name in OWNERS if name in spec.fields and name != "conflict_id"]:
            owner = f"coalesce({', '.join([*names, 'NULL'])})"
        elif kind == "attachment":
            owner = "owner_id"
        else:
            continue
        sql = f"""SELECT id, deleted_at FROM {kind} WHERE {owner} IN (SELECT value FROM json_each(?)) AND space=?
                  ORDER BY id"""
        yield from ((kind, id, deleted) for id, deleted in conn.execute(sql, (ids, space)))


def restore_with_parts(session: Session, record: Record, at: str | None) -> None:
    """Takes a project or client out of the recycle bin with what went there by the same act, at `at`, as by a move."""
    session.flush()
    conn = connection_of(session)
    level = {record.id}
    while at and level:
        parts = [(kind, id) for kind, id, deleted in owned(conn, level, record.space) if deleted == at]
        for kind, id in parts:
            conn.execute(f"UPDATE {kind} SET deleted_at=NULL WHERE id=?", (id,))
        level = {id for _, id in parts}
    session.expire_all()
    record.deleted_at = None


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
