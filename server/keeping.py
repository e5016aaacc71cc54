"""What is kept of the past: the content of a space in pages, the log's floor, and the history of a record.

Below the floor the log lies in chunks, compressed: nobody pulls it, but the history of a record reads it.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from server import spaces
from server.database import Connection, Database
from server.log import Compacted, state

CHUNK = 500  # versions in one row of the archive, moved by one transaction
LINES = 200  # entries of a history in one answer


class Snapshot(NamedTuple):
    """Records of a space, ordered by id: kind, id, values in JSON. `total` of them all, told with the first page."""

    records: list[tuple[str, str, str]]
    head: int
    more: bool
    total: int
    epoch: str


class History(NamedTuple):
    """Entries of the log, newest first, each with what it did to the one record."""

    entries: list[bytes]
    more: bool
    epoch: str


def snapshot(
    database: Database, workspace: str, member: str, space: str, after: str, since: int, max_bytes: int
) -> Snapshot:
    """The records that follow the id `after`, about `max_bytes` of them; `since` is the head of the first page, or -1.

    Raises Compacted when the log does not reach back to it, or when the member does not see the space.
    """
    with database.reading() as conn:
        at = state(conn, workspace)
        if 0 <= since < at.floor or space not in spaces.roles(conn, workspace, member):
            raise Compacted
        records, more = _records(conn, workspace, space, after, max_bytes)
        total = 0 if after else _count(conn, workspace, space)
    return Snapshot(records, at.head, more, total, at.epoch)


def _records(
    conn: Connection, workspace: str, space: str, after: str, max_bytes: int
) -> tuple[list[tuple[str, str, str]], bool]:
    records: list[tuple[str, str, str]] = []
    size = 0
    for row in conn.stream(
        "SELECT kind, id, data FROM record WHERE workspace=? AND space=? AND id>? ORDER BY id",
        (workspace, space, after),
    ):
        size += len(row[2]) + len(row[1])
        if records and size > max_bytes:
            return records, True
        records.append(row)
    return records, False


def _count(conn: Connection, workspace: str, space: str) -> int:
    sql = "SELECT count(*) FROM record WHERE workspace=? AND space=?"
    return int(conn.execute(sql, (workspace, space)).fetchone()[0])


# ── the floor ─────────────────────────────────────────────────────────────────────────────────────────


def compact(database: Database, workspace: str, before: int) -> int:
    """Puts what came before the instant `before` (ms since 1970) into the archive; how many versions went.

    In short transactions, so that the server goes on meanwhile.
    """
    moved = 0
    while count := _archive(database, workspace, before):
        moved += count
    return moved


def _archive(database: Database, workspace: str, before: int) -> int:
    with database.writing(workspace) as conn:
        floor = state(conn, workspace).floor
        rows = conn.execute(
            "SELECT ver, space, at, body FROM log WHERE workspace=? AND ver>? AND ver<=? ORDER BY ver, space",
            (workspace, floor, floor + CHUNK),
        ).fetchall()
        kept = min((ver for ver, _, at, _ in rows if at >= before), default=floor + CHUNK + 1)
        rows = [(ver, space, body) for ver, space, _, body in rows if ver < kept]
        if not rows:
            return 0
        last = rows[-1][0]
        body = zlib.compress(_chunk(rows), 9)
        conn.execute("INSERT INTO archive(workspace, last, body) VALUES(?,?,?)", (workspace, last, body))
        conn.execute("DELETE FROM log WHERE workspace=? AND ver<=?", (workspace, last))
        conn.execute("UPDATE workspace SET floor=? WHERE id=?", (last, workspace))
        return int(last - floor)


def _chunk(rows: list[tuple[int, str, bytes]]) -> bytes:
    return b"[%s]" % b",".join(b"[%d,%s,%s]" % (ver, orjson.dumps(space), body) for ver, space, body in rows)


# ── history ───────────────────────────────────────────────────────────────────────────────────────────


def history(database: Database, workspace: str, member: str, rec: str, before: int) -> History | None:
    """What was done to the record before the version `before`; None where the member does not see it."""
    with database.reading() as conn:
        at = state(conn, workspace)
        row = conn.execute("SELECT space FROM record WHERE workspace=? AND id=?", (workspace, rec)).fetchone()
        if row is None or row[0] not in spaces.roles(conn, workspace, member):
            return None
        vers = [ver for (ver,) in conn.execute(
            "SELECT ver FROM touch WHERE workspace=? AND rec=? AND ver<? ORDER BY ver DESC LIMIT ?",
            (workspace, rec, before, LINES + 1),
        )]  # fmt: skip
        entries = list(_touching(conn, workspace, row[0], vers[:LINES], at.floor))
    return History([_of(entry, rec) for entry in entries], len(vers) > LINES, at.epoch)


def _touching(
    conn: Connection, workspace: str, space: str, vers: list[int], floor: int
) -> Iterator[list[object]]:
    chunk: dict[tuple[int, str], list[object]] = {}
    for ver in vers:
        if ver > floor:
            sql = "SELECT body FROM log WHERE workspace=? AND ver=? AND space=?"
            [body] = conn.execute(sql, (workspace, ver, space)).fetchone()
            yield orjson.loads(body)
            continue
        if (ver, space) not in chunk:
            sql = "SELECT body FROM archive WHERE workspace=? AND last>=? ORDER BY last LIMIT 1"
            [body] = conn.execute(sql, (workspace, ver)).fetchone()
            chunk = {(v, s): entry for v, s, entry in orjson.loads(zlib.decompress(body))}
        yield chunk[ver, space]


def _of(entry: list[object], rec: str) -> bytes:
    """The entry with what it did to the one record."""
    *head, patches, idle = entry
    assert isinstance(patches, list) and isinstance(idle, list)
    return orjson.dumps(
        [*head, [p for p in patches if p[1] == rec], [cell for cell in idle if cell[0] == rec]]
    )
