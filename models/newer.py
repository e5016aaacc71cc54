"""What a newer Milepost has written, which this one keeps and sends back without knowing what it means."""

import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from models.errors import Refused

_AMONG = "IN (SELECT value FROM json_each(?))"


def refuse_losses(conn: sqlite3.Connection, found: Mapping[str, Sequence[str]]) -> None:
    """Raises Refused where something of the records (ids by kind) would be left behind by what makes others of them:
    fields that are not known here, or records of such a kind that tell of them."""
    ids = orjson.dumps([id for recs in found.values() for id in recs]).decode()
    told = f"SELECT 1 FROM unknown u, json_each(u.data) cell WHERE cell.value {_AMONG} LIMIT 1"
    if conn.execute(told, (ids,)).fetchone() or any(
        conn.execute(f"SELECT 1 FROM {kind} WHERE id {_AMONG} AND extra IS NOT NULL", (ids,)).fetchone()
        for kind in found
    ):
        raise Refused(
            "A newer Milepost has written into it what this one cannot take along. Update this one first."
        )
