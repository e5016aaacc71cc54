"""Bringing a store of an older schema up to this program's.

One revision a schema, `versions/vNNNN_*.py`, named by its number as in `PRAGMA user_version`; the store itself holds
no table of alembic's. A revision changes tables and may rewrite rows; nothing of it is captured, since the triggers
are gone while it runs. Once a release has shipped a schema, its revision is never touched again.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from models import db
from models.apply import settlement
from models.copies import extra_of, insert_records
from models.fields import Scalar
from models.kinds import KINDS

PLACES = [Path(__file__).parent / "versions"]


def migrate(conn: sqlite3.Connection, version: int) -> None:
    """Brings the tables from schema `version` to db.SCHEMA, inside the caller's write transaction.

    Leaves no triggers behind: the caller makes them anew. Raises what SQLite raises; then the caller rolls back.
    """
    _drop_triggers(conn)
    scripts = _scripts()
    with _plain(), _borrowed(conn) as connection, EnvironmentContext(Config(), scripts) as context:
        context.configure(
            connection,
            fn=lambda revision, _: scripts._upgrade_revs(f"{db.SCHEMA:04}", revision),
        )
        if version:
            context.get_context().stamp(scripts, f"{version:04}")
        context.run_migrations()
    conn.execute("DROP TABLE IF EXISTS alembic_version")  # the number is in user_version
    _adopt(conn)


def _adopt(conn: sqlite3.Connection) -> None:
    """What newer colleagues wrote and the older program could only keep becomes records and fields."""
    with settlement(conn, "Upgrade") as n:
        for kind in KINDS:
            rows = conn.execute("SELECT id, ver, data FROM unknown WHERE kind=?", (kind,)).fetchall()
            insert_records(conn, kind, [(rec, ver, orjson.loads(data)) for rec, ver, data in rows])
            conn.execute("DELETE FROM unknown WHERE kind=?", (kind,))
            found = [(n, kind, rec, "", None) for rec, _, _ in rows] + list(_unfold(conn, kind, n))
            conn.executemany("INSERT INTO change(txn, tbl, rec, field, new) VALUES(?,?,?,?,?)", found)


def _unfold(conn: sqlite3.Connection, kind: str, n: int) -> Iterator[tuple[int, str, str, str, Scalar]]:
    rows = conn.execute(f"SELECT id, extra FROM {kind} WHERE extra IS NOT NULL").fetchall()
    for rec, extra in rows:
        values = orjson.loads(extra)
        known = {name: value for name, value in values.items() if name in KINDS[kind].fields}
        for name, value in known.items():
            conn.execute(f"UPDATE {kind} SET {name}=? WHERE id=?", (value, rec))
            yield n, kind, rec, name, value
        if known:
            conn.execute(f"UPDATE {kind} SET extra=? WHERE id=?", (extra_of(kind, values), rec))


@contextmanager
def _plain() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise error.orig or error from error


def _drop_triggers(conn: sqlite3.Connection) -> None:
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        conn.execute(f"DROP TRIGGER {name}")


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, PLACES)).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def _borrowed(conn: sqlite3.Connection) -> Connection:
    """The caller's connection for SQLAlchemy, which may neither commit, nor roll back, nor close it."""
    engine = create_engine("sqlite://", creator=lambda: conn, poolclass=StaticPool, pool_reset_on_return=None)
    for verb in ("do_commit", "do_rollback", "do_close"):
        setattr(engine.dialect, verb, lambda _: None)
    return engine.connect()
