"""Who sees what, as the server told last. Raw SQL without the ORM, so that a screen can show it at once."""

import json
import sqlite3
from typing import NamedTuple

LIBRARY = "workspace"  # the space that everybody sees
ROLES = ("reader", "editor", "manager")
SHARES = "shares"  # in `meta`: the version of the server's word on who sees what, -1 = ask
OF_ITS_OWN = ("project", "client")


class Person(NamedTuple):
    """Somebody who sees a space; `name` is "" for one who is not on this laptop."""

    id: str
    name: str
    role: str


def people(conn: sqlite3.Connection, space: str) -> list[Person]:
    """Who sees the space, as the server told last; nobody for the library, which is everybody's."""
    row = conn.execute("SELECT members FROM space WHERE id=?", (space,)).fetchone()
    told = json.loads(row[0]) if row else []
    names = dict(conn.execute("SELECT id, name FROM member").fetchall())
    return sorted((Person(m, names.get(m, ""), role) for m, role in told), key=lambda p: (p.name, p.id))


def version(conn: sqlite3.Connection) -> str:
    """Which version of the server's word on who sees what this laptop knows."""
    row = conn.execute("SELECT value FROM meta WHERE key=?", (SHARES,)).fetchone()
    return str(row[0]) if row else ""


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
