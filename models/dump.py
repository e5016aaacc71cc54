"""Every synced record as text, for backups, comparison and leaving."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import orjson

from models.kinds import KINDS
from models.record import LOCAL_COLUMNS


def dump(conn: sqlite3.Connection) -> Iterator[str]:
    """One line of JSON a record, by kind and id: {"fields": {…}, "id": …, "kind": …}, keys sorted, NULLs left out.

    Deleted records, conflicts, settlements, kinds and fields of newer versions are in it; nothing local is. Equal
    stores give equal text. The caller holds a read transaction when others write.
    """
    unknown = {row[0] for row in conn.execute("SELECT DISTINCT kind FROM unknown")}
    for kind in sorted({*KINDS, *unknown}):
        for rec, values in _known(conn, kind) if kind in KINDS else _unknown(conn, kind):
            fields = {name: value for name, value in values.items() if value is not None}
            line = {"kind": kind, "id": rec, "fields": fields}
            yield orjson.dumps(line, option=orjson.OPT_SORT_KEYS).decode()


def _known(conn: sqlite3.Connection, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    names = list(KINDS[kind].fields)
    assert not set(names) & set(LOCAL_COLUMNS)
    for rec, extra, *row in conn.execute(f"SELECT id, extra, {', '.join(names)} FROM {kind} ORDER BY id"):
        yield rec, {**(orjson.loads(extra) if extra else {}), **dict(zip(names, row, strict=True))}


def _unknown(conn: sqlite3.Connection, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for rec, data in conn.execute("SELECT id, data FROM unknown WHERE kind=? ORDER BY id", (kind,)):
        yield rec, orjson.loads(data)
