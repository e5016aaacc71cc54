"""A store of Ines's, and what she does with it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models import apply, copies, db, outbox, outline, record
from models.store import Store, open_store

TOMAS = {"name": "Tomas"}


class Desk:
    """Ines at her laptop; `hear` is what the server's log tells it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store: Store = open_store(home)
        self.conn: sqlite3.Connection = self.store.read()
        self.head = 0

    def do(self, verb: Any, *args: Any, label: str = "Edit", **values: Any) -> Any:
        return self.store.transact(label, verb, *args, **values).result

    def client(self, name: str = "Harlan Fab", **values: Any) -> str:
        return str(self.do(record.create, "client", label="New client", name=name, **values).id)

    def project(self, name: str = "Line 2") -> str:
        return str(self.do(record.create, "project", label="New project", name=name).id)

    def tasks(self, project: str, *names: str, under: str | None = None) -> list[str]:
        return [t.id for t in self.do(outline.add_tasks, project, names, under, label="New tasks")]

    def edit(self, kind: str, rec: str, **values: Any) -> Any:
        return self.store.transact("Edit", record.edit, kind, rec, **values)

    def get(self, kind: str, rec: str, field: str = "name") -> Any:
        row = self.conn.execute(f"SELECT {field} FROM {kind} WHERE id=?", (rec,)).fetchone()
        return row[0] if row else None

    def one(self, sql: str, *args: Any) -> Any:
        return self.conn.execute(sql, args).fetchone()[0]

    def sync(self, merged: dict[str, Any] | None = None) -> list[outbox.Outgoing]:
        """All that waits is taken, accepted and heard again; `merged` is what the server made of its fields."""
        with self.store.write() as conn:
            batch = outbox.take(conn, 10_000)
        for t in batch:
            patches = [
                copies.Patch(kind, rec, made, {**values, **(merged or {})})
                for kind, rec, made, values, *_ in t.changes
            ]
            self._hear(t.id, "laptop-ines", "ines", t.kind, t.ref, patches)
        return batch

    def send(self) -> None:
        with self.store.write() as conn:
            outbox.take(conn, 10_000)

    def hear(self, *patches: tuple[str, str, dict[str, Any]], author: str = "tomas") -> None:
        """A colleague's operation arrives."""
        found = [copies.Patch(kind, rec, True, values) for kind, rec, values in patches]
        self._hear(f"theirs-{self.head}", "laptop-tomas", author, "do", None, found)

    def _hear(
        self, id: str, replica: str, author: str, kind: str, ref: str | None, patches: list[copies.Patch]
    ) -> None:
        self.head += 1
        entry = apply.Entry(self.head, id, replica, author, 1000 * self.head, kind, ref, "Theirs", patches)
        with self.store.write() as conn:
            apply.apply(conn, [entry], self.head)

    def restart(self) -> None:
        self.close()
        self.store = open_store(self.home)
        self.conn = self.store.read()

    def close(self) -> None:
        self.conn.close()
        self.store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    ines = Desk(tmp_path / "ines")
    with ines.store.write() as conn:
        db.set_meta(conn, "member", "ines")
    ines.hear(("member", "ines", {"name": "Ines"}), ("member", "tomas", TOMAS))
    yield ines
    ines.close()
