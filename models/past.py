"""A project's inputs as they were: the present ones, with what the log has since taken back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from models.planning import INPUTS, load
from models.schedule.inputs import Plan

OF_PROJECT = ("task", "dependency")  # tables that are copied for the one project only


def load_past(conn: sqlite3.Connection, project: str, after: int) -> Plan | None:
    """The plan before the changes with numbers above `after`; None where it was not there. In the caller's snapshot."""
    with _copies(conn, project):
        _take_back(conn, after)
        return load(conn, project)


def last_change_before(conn: sqlite3.Connection, at_ms: int) -> int:
    """The number of the last change that was done before an instant (milliseconds of the epoch)."""
    row = conn.execute(
        "SELECT min(c.n) FROM change c WHERE c.txn IN (SELECT n FROM txn WHERE at>=?)", (at_ms,)
    ).fetchone()
    newest = conn.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0]
    return int(newest if row[0] is None else row[0] - 1)


def last_change_of_birth(conn: sqlite3.Connection, rec: str) -> int:
    """The number of the last change of the operation that made a record; 0 where the log does not reach back."""
    sql = "SELECT max(n) FROM change WHERE txn=(SELECT txn FROM change WHERE rec=? AND field='' ORDER BY n LIMIT 1)"
    return int(conn.execute(sql, (rec,)).fetchone()[0] or 0)


@contextmanager
def _copies(conn: sqlite3.Connection, project: str) -> Iterator[None]:
    """Temporary tables of the same names, which stand before the store's own for whoever asks this connection."""
    try:
        for table in INPUTS:
            only = f" WHERE project_id='{project}'" if table in OF_PROJECT else ""
            conn.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table}{only}")
            conn.execute(f"CREATE INDEX temp.past_{table} ON {table}(id)")
        yield
    finally:
        for table in INPUTS:
            conn.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _take_back(conn: sqlite3.Connection, after: int) -> None:
    rows = conn.execute(
        "SELECT tbl, rec, field, old FROM change WHERE n>? ORDER BY n DESC", (after,)
    ).fetchall()
    for table, rec, field, old in rows:
        if field not in INPUTS.get(table, ()):
            continue
        if field:
            conn.execute(f"UPDATE temp.{table} SET {field}=? WHERE id=?", (old, rec))
        else:
            conn.execute(f"DELETE FROM temp.{table} WHERE id=?", (rec,))
