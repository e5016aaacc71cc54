"""The recycle bin: what is deleted is only marked so, and comes back by `undelete`."""

import sqlite3
from typing import NamedTuple

from models.kinds import KINDS


class Deleted(NamedTuple):
    """A record in the bin. `title` is empty where the kind has no name of its own."""

    kind: str
    id: str
    title: str
    deleted_at: str


def deleted(conn: sqlite3.Connection) -> list[Deleted]:
    """All deleted records of all kinds, the last deleted first."""
    found = [row for kind in KINDS for row in _of(conn, kind)]
    return sorted(found, key=lambda row: (row.deleted_at, row.id), reverse=True)


def _of(conn: sqlite3.Connection, kind: str) -> list[Deleted]:
    title = KINDS[kind].title
    rows = conn.execute(f"SELECT id, {title}, deleted_at FROM {kind} WHERE deleted_at IS NOT NULL")
    return [Deleted(kind, rec, str(name or ""), at) for rec, name, at in rows]
