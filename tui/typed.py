"""What a person typed into a cell, a prompt or a form, into what the store holds. Runs as a verb, in its thread."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from models import record
from models.kinds import KINDS
from tui.commands import values


def write(session: Session, kind: str, ids: Sequence[str], field: str, text: str) -> None:
    """Writes the typed `text` into one field of the records. Raises Refused."""
    conn = _driver(session)
    for id in ids:
        given = values.parse(conn, KINDS[kind], [(field, text)], values.beside(conn, kind, id))
        record.edit(session, kind, id, **given)


def create(session: Session, kind: str, **typed: str | None) -> Any:
    """A new record of the typed texts; ids for references are taken as they are."""
    conn = _driver(session)
    given = values.parse(conn, KINDS[kind], [(name, text) for name, text in typed.items() if text])
    return record.create(session, kind, **given)


def _driver(session: Session) -> sqlite3.Connection:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
