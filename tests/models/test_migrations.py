"""Stores of older programs are brought up to date with all that is in them."""

import re
import sqlite3
import textwrap
from pathlib import Path

import pytest

from models import apply, db, migrations, outbox, record, search
from models.capture import create_triggers
from models.dump import dump
from models.errors import StoreError
from models.migrations import migrate
from models.store import Store, create_schema, open_store
from tests.models.freeze import FROZEN, fill, schema

AGAIN = "the schema changed: before its first release run python -m tests.models.freeze, after it write a revision"


def normal(conn: sqlite3.Connection) -> set[str]:
    """The statements without what does not matter in them: a column that was added stands behind a blank of its own."""
    statements = (" ".join(sql.split()).replace('"', "") for sql in schema(conn, "table index trigger"))
    return {re.sub(r" ?([(),]) ?", r"\1", sql) for sql in statements}


def thaw(home: Path, version: int) -> None:
    home.mkdir(exist_ok=True)
    conn = sqlite3.connect(home / db.NAME)
    conn.executescript((FROZEN / f"schema_{version}.sql").read_text(encoding="utf-8"))
    conn.close()


def names(store: Store, kind: str) -> list[str]:
    conn = store.read()
    try:
        return [row[0] for row in conn.execute(f"SELECT name FROM {kind} ORDER BY id")]
    finally:
        conn.close()


def test_the_revisions_from_nothing_make_what_a_new_store_is() -> None:
    old, new = (sqlite3.connect(":memory:", isolation_level=None) for _ in range(2))
    migrate(old, 0)
    create_triggers(old)
    create_schema(new)
    assert normal(old) == normal(new), AGAIN


@pytest.mark.parametrize("version", range(1, db.SCHEMA + 1))
def test_a_frozen_store_opens_with_its_data_and_takes_edits(tmp_path: Path, version: int) -> None:
    thaw(tmp_path, version)
    store = open_store(tmp_path)
    assert names(store, "client") == ["Harlan Fab"]
    assert names(store, "task") == ["Lay cables", "Wire cabinets"]
    store.transact("New client", record.create, "client", name="Novak Metal")
    assert names(store, "client") == ["Harlan Fab", "Novak Metal"]
    store.undo()
    with store.write() as conn:
        labels = [t.label for t in outbox.take(conn, 1000)]
    assert labels == ["New client", "New project", "Tasks", "Link"]
    store.close()


def test_the_frozen_store_is_of_this_schema(tmp_path: Path) -> None:
    thaw(tmp_path, db.SCHEMA)
    new = sqlite3.connect(":memory:", isolation_level=None)
    create_schema(new)
    conn = sqlite3.connect(tmp_path / db.NAME)
    assert normal(conn) == normal(new), AGAIN
    conn.close()


REVISION = """
    import sqlalchemy as sa
    from alembic import op

    revision = "{new:04}"
    down_revision = "{old:04}"

    def upgrade():
        with op.batch_alter_table("client", recreate="always") as batch:
            batch.add_column(sa.Column("motto", sa.TEXT()))
        op.execute("UPDATE client SET motto='slow and sure'")
        {then}
"""


def next_schema(monkeypatch: pytest.MonkeyPatch, folder: Path, then: str = "pass") -> None:
    folder.mkdir()
    text = textwrap.dedent(REVISION).format(old=db.SCHEMA, new=db.SCHEMA + 1, then=then)
    (folder / "next.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(migrations, "PLACES", [*migrations.PLACES, folder])
    monkeypatch.setattr(db, "SCHEMA", db.SCHEMA + 1)


def filled(home: Path) -> list[str]:
    store = open_store(home)
    fill(store)
    conn = store.read()
    lines = list(dump(conn))
    conn.close()
    store.close()
    return lines


def test_a_store_of_the_schema_before_keeps_data_outbox_and_triggers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filled(tmp_path / "home")
    next_schema(monkeypatch, tmp_path / "next")
    store = open_store(tmp_path / "home")
    conn = store.read()
    assert list(dump(conn)) == before
    assert {row[0] for row in conn.execute("SELECT motto FROM client")} == {"slow and sure"}
    assert conn.execute("PRAGMA user_version").fetchone()[0] == db.SCHEMA
    assert outbox.waiting(conn) == 4  # and the rewriting of rows was not captured
    assert not conn.execute("SELECT 1 FROM sqlite_master WHERE name LIKE '%alembic%'").fetchall()
    changes = store.transact("New client", record.create, "client", name="Novak Metal")
    assert changes.fields == {"client": {""}}
    with pytest.raises(sqlite3.IntegrityError, match="outside a transaction"), db.writing(store._raw) as raw:
        raw.execute("UPDATE client SET name='x'")
    conn.close()
    store.close()


def test_what_newer_colleagues_wrote_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path / "home")
    store = open_store(tmp_path / "home")
    with store.write() as conn, apply.settlement(conn, "As an older program kept it"):
        conn.execute('UPDATE client SET city=NULL, extra=\'{"city":"Brno","mood":"good"}\'')
        conn.execute('INSERT INTO unknown VALUES(\'s1\', \'site\', 7, \'{"name":"Hall 2","mood":"bad"}\')')
    store.close()
    next_schema(monkeypatch, tmp_path / "next")
    store = open_store(tmp_path / "home")
    conn = store.read()
    assert conn.execute("SELECT city, extra FROM client").fetchone() == ("Brno", '{"mood":"good"}')
    assert conn.execute("SELECT name, ver, extra FROM site").fetchone() == ("Hall 2", 7, '{"mood":"bad"}')
    assert conn.execute("SELECT count(*) FROM unknown").fetchone() == (0,)
    assert outbox.waiting(conn) == 4
    search.index(store)
    assert [hit.rec for hit in search.find(conn, "hall")] == ["s1"]
    conn.close()
    store.close()


def test_a_revision_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path / "home")
    path = tmp_path / "home" / db.NAME
    next_schema(monkeypatch, tmp_path / "next", then='op.execute("UPDATE nowhere SET x=1")')
    was = normal(sqlite3.connect(path))
    with pytest.raises(StoreError, match="no such table: nowhere"):
        open_store(tmp_path / "home")
    conn = sqlite3.connect(path)
    assert (normal(conn), conn.execute("PRAGMA user_version").fetchone()[0]) == (was, db.SCHEMA - 1)
