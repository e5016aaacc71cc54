"""What a list of contacts changes: whom it means, at which client, and who may be the same person."""

import json
import sqlite3
from collections.abc import Container, Sequence
from typing import Any

from models.fields import Scalar
from models.kinds import KINDS
from models.merging import Person, alike
from models.naming import company
from models.record import made_id, new_id
from office.intake import Difference, Differences, Entry, from_to
from office.matching import match_people
from office.words import counted, few


def compare(conn: sqlite3.Connection, entries: Sequence[Entry], made: Differences) -> None:
    """Fills `made`."""
    here = [name for name, field in KINDS["contact"].fields.items() if field.type != "instant"]
    sql = f"SELECT id, {', '.join(here)} FROM contact WHERE deleted_at IS NULL ORDER BY id"
    known = [dict(zip(("id", *here), row, strict=True)) for row in conn.execute(sql)]
    clients = _Clients(conn, made)
    entries = _without_deleted(conn, entries, made)
    ids = {row["id"] for row in known}
    people = [_person(entry, clients.find(entry), ids) for entry in entries]
    found = match_people(people, [_known_person(row) for row in known])
    for at, (entry, one) in enumerate(zip(entries, people, strict=True)):
        values: dict[str, Scalar] = {"name": entry.name, **entry.values}
        if one.client:
            values["client_id"] = one.client
        if at in found:
            _differ(entry, values, known[found[at]], clients, made)
        else:
            id = one.id or new_id()
            people[at] = one._replace(id=id)
            made.new.append(
                Difference(entry.number, id, entry.name, values, clients.names.get(one.client, ""))
            )
    clients.drop_unused(made)
    _propose(made, [*map(_known_person, known), *(p for at, p in enumerate(people) if at not in found)])


class _Clients:
    """Clients by name; those that a list names and that are not here are to be made."""

    def __init__(self, conn: sqlite3.Connection, made: Differences) -> None:
        rows = conn.execute(
            "SELECT id, name FROM client WHERE deleted_at IS NULL ORDER BY id DESC"
        ).fetchall()
        self.names: dict[str, str] = dict(rows)
        self.made = made
        self._exact = {" ".join(name.split()).casefold(): id for id, name in rows}
        self._alike = {company(name): id for id, name in rows if company(name)}

    def find(self, entry: Entry) -> str:
        """The id of the client that an entry belongs to; empty for none."""
        if not entry.client:
            return self.made.batch.client_id or ""
        if entry.client in self.names:
            return entry.client  # an id, as an export has it
        word, key = entry.client.casefold(), company(entry.client)
        id = self._exact.get(word) or self._alike.get(key)
        if id is None:
            id = new_id()
            self.names[id] = self.made.clients[id] = entry.client
            self._alike[key or word] = id
        self._exact[word] = id
        return id

    def drop_unused(self, made: Differences) -> None:
        used = {each.values.get("client_id") for each in (*made.new, *made.changed)}
        made.clients = {id: name for id, name in made.clients.items() if id in used}


def _person(entry: Entry, client: str, known: Container[str]) -> Person:
    id = entry.source if entry.source in known else made_id("vcard", entry.source) if entry.source else ""
    return Person(id, entry.name, str(entry.values.get("email") or ""), client)


def _known_person(row: dict[str, Any]) -> Person:
    return Person(row["id"], row["name"] or "", row["email"] or "", row["client_id"] or "")


def _differ(
    entry: Entry, values: dict[str, Scalar], row: dict[str, Any], clients: _Clients, made: Differences
) -> None:
    after = {name: value for name, value in values.items() if row[name] != value}
    if not after:
        made.unchanged += 1
        return
    shown = dict(after)
    if "client_id" in after:
        shown["client_id"] = clients.names.get(str(after["client_id"]))
        row = {**row, "client_id": clients.names.get(row["client_id"] or "")}
    words = from_to("contact", row, shown)
    made.changed.append(Difference(entry.number, row["id"], row["name"], after, words))


def _without_deleted(conn: sqlite3.Connection, entries: Sequence[Entry], made: Differences) -> list[Entry]:
    """What was thrown away here does not come back by a list."""
    ids = {id: e for e in entries if e.source for id in (e.source, made_id("vcard", e.source))}
    gone = conn.execute(
        "SELECT id FROM contact WHERE deleted_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    ).fetchall()
    left = [ids[id] for (id,) in gone]
    if left:
        names = few([entry.name for entry in left])
        made.careful.append(f"left in the recycle bin (milepost undelete brings back): {names}")
    return [entry for entry in entries if entry not in left]


def _propose(made: Differences, people: Sequence[Person]) -> None:
    new = {each.id for each in made.new}
    pairs = [(one, other, why) for one, other, why in alike(people) if {one.id, other.id} & new]
    if pairs:
        one, other, why = pairs[0]
        made.careful.append(
            f"{counted(len(pairs), 'pair')} may be one person, first {one.name} and {other.name} ({why});"
            " milepost duplicates lists them"
        )
