"""Clients, their sites and the people there."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from models.windows.window import Window, add, escape, marks

CLIENT, SITE, CONTACT = 0, 1, 2  # a row number of this window is rowid * 4 + one of these


class PartyRow(NamedTuple):
    """A client, or a site or contact below it. `what` is its role, address or city."""

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


def parties(conn: sqlite3.Connection, text: str = "") -> Window:
    """Clients by name, each followed by its sites and contacts; then contacts of no client."""
    like = f"%{escape(text)}%"
    hit = "(?1='' OR name LIKE ?2 ESCAPE '\\' OR {} LIKE ?2 ESCAPE '\\')"
    names = {
        id: (str(name).casefold(), rowid)
        for rowid, id, name in conn.execute("SELECT rowid, id, name FROM client WHERE deleted_at IS NULL")
    }
    found: dict[str, list[int]] = {}
    for code, table, other in ((SITE, "site", "city"), (CONTACT, "contact", "email")):
        for rowid, client in conn.execute(
            f"SELECT rowid, client_id FROM {table} WHERE deleted_at IS NULL AND {hit.format(other)}"
            " ORDER BY name COLLATE NOCASE, id",
            (text, like),
        ):
            found.setdefault(client if client in names else "", []).append(rowid * 4 + code)
    own = {
        row[0]
        for row in conn.execute(
            f"SELECT id FROM client WHERE deleted_at IS NULL AND {hit.format('city')}", (text, like)
        )
    }
    window = Window()
    for id in sorted(own | (found.keys() - {""}), key=lambda id: names[id]):
        add(window, names[id][1] * 4 + CLIENT, 0)
        for row in found.get(id, ()):
            add(window, row, 1)
    for row in found.get("", ()):
        add(window, row, 0)
    return window


_PARTY = {
    CLIENT: """SELECT rowid*4, 'client', id, name, city, phone, website, '', NULL,
        (SELECT count(*) FROM project p WHERE p.client_id=client.id AND p.deleted_at IS NULL) FROM client""",
    SITE: "SELECT rowid*4+1, 'site', id, name, coalesce(address, city), phone, NULL, '', client_id, 0 FROM site",
    CONTACT: """SELECT rowid*4+2, 'contact', id, name, role, coalesce(mobile, phone), email,
        trim(CASE WHEN decides=1 THEN 'decides ' ELSE '' END || CASE WHEN can_sign=1 THEN 'signs' ELSE '' END),
        client_id, 0 FROM contact""",
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
