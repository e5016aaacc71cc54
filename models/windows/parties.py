"""Clients, their sites and the people there."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.windows.window import EVERY, Condition, Window, add, marks

CLIENT, SITE, CONTACT = 0, 1, 2  # a row number of this window is rowid * 4 + one of these


class PartyRow(NamedTuple):
    """A client, or a site or contact below it. `what` is its role, address or city; `kept` is 1 for a client whom not
    everybody of us sees, `internal` for what the client may not see."""

    row: int
    kind: str
    id: str
    name: str
    what: str | None
    phone: str | None
    email: str | None
    flags: str
    client_id: str | None
    projects: int
    kept: int
    internal: int


def parties(conn: sqlite3.Connection, wanted: Mapping[str, Condition] = {}) -> Window:
    """Clients by name, each followed by its sites and contacts; then contacts of no client. Of each kind those that
    are wanted, and the clients above them."""

    def found_of(kind: str, columns: str, order: str = "") -> sqlite3.Cursor:
        test = wanted.get(kind, EVERY)
        sql = f"SELECT {columns} FROM {kind} t WHERE t.deleted_at IS NULL AND {test.sql}{order}"
        return conn.execute(sql, test.values)

    names = {
        id: (str(name).casefold(), rowid)
        for rowid, id, name in conn.execute("SELECT rowid, id, name FROM client WHERE deleted_at IS NULL")
    }
    found: dict[str, list[int]] = {}
    for code, kind in ((SITE, "site"), (CONTACT, "contact")):
        for rowid, client in found_of(kind, "t.rowid, t.client_id", " ORDER BY t.name COLLATE NOCASE, t.id"):
            found.setdefault(client if client in names else "", []).append(rowid * 4 + code)
    own = {id for (id,) in found_of("client", "t.id")}
    window = Window()
    for id in sorted(own | (found.keys() - {""}), key=lambda id: names[id]):
        add(window, names[id][1] * 4 + CLIENT, 0)
        for row in found.get(id, ()):
            add(window, row, 1)
    for row in found.get("", ()):
        add(window, row, 0)
    return window


_INTERNAL = "visibility IS NOT 'client'"
_PARTY = {
    CLIENT: f"""SELECT rowid*4, 'client', id, name, city, phone, website, '', NULL,
        (SELECT count(*) FROM project p WHERE p.client_id=client.id AND p.deleted_at IS NULL),
        space<>'workspace', {_INTERNAL} FROM client""",
    SITE: f"""SELECT rowid*4+1, 'site', id, name, coalesce(address, city), phone, NULL, '', client_id, 0, 0, {_INTERNAL}
        FROM site""",
    CONTACT: f"""SELECT rowid*4+2, 'contact', id, name, role, coalesce(mobile, phone), email,
        trim(CASE WHEN decides=1 THEN 'decides ' ELSE '' END || CASE WHEN can_sign=1 THEN 'signs' ELSE '' END),
        client_id, 0, 0, {_INTERNAL} FROM contact""",
}


def party_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[PartyRow]:
    """What the list shows of these rows."""
    by_row: dict[int, PartyRow] = {}
    for code, sql in _PARTY.items():
        numbers = [row // 4 for row in rows if row % 4 == code]
        if numbers:
            found = conn.execute(f"{sql} WHERE rowid IN ({marks(numbers)})", numbers)
            by_row.update((row[0], PartyRow._make(row)) for row in found)
    return [by_row[row] for row in rows if row in by_row]


class Reach(NamedTuple):
    """Someone who can be called or written to; the number is the one that is preferred."""

    name: str
    phone: str
    email: str


_NUMBER = "CASE WHEN channel='phone' THEN coalesce(phone, mobile, '') ELSE coalesce(mobile, phone, '') END"
_PEOPLE = f"SELECT name, {_NUMBER}, coalesce(email, '') FROM contact WHERE deleted_at IS NULL AND"


def reach(conn: sqlite3.Connection, kind: str, rec: str) -> list[Reach]:
    """Whom to call or write to about a record: the contact that it is or names, else the people of its client, those
    who decide first, and the client's own number."""
    row = (
        conn.execute(f"SELECT contact_id FROM {kind} WHERE id=?", (rec,)).fetchone()
        if kind in _NAMING
        else None
    )
    contact = rec if kind == "contact" else row[0] if row else None
    if contact:
        return [Reach(*found) for found in conn.execute(f"{_PEOPLE} id=?", (contact,))]
    client = client_of(conn, kind, rec)
    people = conn.execute(f"{_PEOPLE} client_id=? ORDER BY decides IS NOT 1, name COLLATE NOCASE", (client,))
    own = conn.execute("SELECT name, coalesce(phone, ''), '' FROM client WHERE id=?", (client,))
    return [Reach(*found) for found in [*people, *own]]


_NAMING = ("interaction", "promise")
_CLIENT_OF = {
    "client": "SELECT id FROM client WHERE id=?",
    "task": "SELECT p.client_id FROM task t JOIN project p ON p.id=t.project_id WHERE t.id=?",
    **{
        kind: f"SELECT client_id FROM {kind} WHERE id=?"
        for kind in ("site", "contact", "project", "interaction", "promise", "visit")
    },
}


def client_of(conn: sqlite3.Connection, kind: str, rec: str) -> str:
    """The id of the client that a record belongs to; empty where there is none."""
    row = conn.execute(_CLIENT_OF[kind], (rec,)).fetchone() if kind in _CLIENT_OF else None
    return str(row[0] or "") if row else ""
