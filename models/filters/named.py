"""Whom and what @ and # mean: members, clients and projects by the beginning of a word of their name."""

import re
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple


class Places(NamedTuple):
    """Ids of clients and of projects; a client stands for its projects, and a project for its client."""

    clients: frozenset[str]
    projects: frozenset[str]


class _Named(NamedTuple):
    id: str
    name: str
    other: str | None  # initials, or a number


def key(name: str) -> str:
    """A name as it is compared: letters and digits of any case, words apart: “Müller & Co.” is “müller co”."""
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def handle(name: str) -> str:
    """A name as one word that means it."""
    return key(name).replace(" ", "-")


def members(conn: sqlite3.Connection, word: str) -> frozenset[str]:
    """Ids of the members whom a word means."""
    rows = map(_Named._make, conn.execute("SELECT id, name, initials FROM member WHERE deleted_at IS NULL"))
    return frozenset(one.id for one in _meant(rows, word))


def places(conn: sqlite3.Connection, word: str) -> Places:
    """The clients and projects that a word means."""
    owner = dict(conn.execute("SELECT id, client_id FROM project WHERE deleted_at IS NULL").fetchall())
    tables = ("client", "project")
    rows = [
        _Named(*row) for kind in tables
        for row in conn.execute(f"SELECT id, name, number FROM {kind} WHERE deleted_at IS NULL")
    ]  # fmt: skip
    ids = {one.id for one in _meant(rows, word)}
    clients = ids - owner.keys()
    projects = {id for id, client in owner.items() if id in ids or client in clients}
    return Places(
        frozenset(clients | {owner[id] for id in ids & owner.keys() if owner[id]}), frozenset(projects)
    )


def _meant(rows: Iterable[_Named], word: str) -> list[_Named]:
    """An exact name or other goes before all that begin so."""
    wanted = key(word)
    if not wanted:
        return []
    begin: list[_Named] = []
    for one in rows:
        name, other = key(one.name), key(one.other or "")
        if f" {wanted}" in f" {name}" or other.startswith(wanted):
            begin.append(one)
    return [one for one in begin if wanted in (key(one.name), key(one.other or ""))] or begin
