"""The content of a space as the server has it, page by page, ordered by id. Inside the caller's write transaction.

Each record comes as new as the log's head at the making of its page, and carries that as its version: log entries up
to there are in it (models.copies.Records.has). So the log is read on from the head of the oldest page. Where no space
was complete, that is where the cursor goes; else it is ahead of no page, and stays.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson

from models.apply import settlement
from models.copies import Patch, Records
from models.db import get_meta, set_meta
from models.space import SHARES, SHOWN, complete, settle_passed, shown


class Page(NamedTuple):
    """Records of a space that follow the id `after`. `total` of the whole space is told with its first page."""

    space: str
    after: str
    records: Sequence[Patch]
    head: int
    more: bool
    total: int = 0

    @property
    def last(self) -> str:
        return self.records[-1].rec if self.records else self.after


def take(conn: sqlite3.Connection, page: Page) -> None:
    """Applies a page of a space that had no rows; one that does not follow what came, or is too old, does nothing."""
    if _follows(conn, page, fresh=True):
        with settlement(conn, "Sync") as n:
            _put(conn, n, page.records, page.head)
        _advance(conn, page)


def stage(conn: sqlite3.Connection, page: Page) -> None:
    """Puts a page aside; with the last one, all are applied at once, and what they lack leaves the server's copy."""
    if not _follows(conn, page, fresh=False):
        return
    body = zlib.compress(orjson.dumps([page.head, list(map(list, page.records))]), 1)
    conn.execute("INSERT INTO staged(space, after, body) VALUES(?,?,?)", (page.space, page.after, body))
    if not page.more:
        with settlement(conn, "Sync") as n:
            _replace(conn, n, page.space)
    _advance(conn, page)


def again(conn: sqlite3.Connection, space: str) -> None:
    """The server has no log from where the pages of the space began: they are asked for anew, over what is here."""
    _restart(conn, "id=?", space)


def all_again(conn: sqlite3.Connection) -> None:
    """The server has no log from the cursor on: every space is asked for anew, over what is here."""
    _restart(conn, "id<>?", "")


def _restart(conn: sqlite3.Connection, which: str, space: str) -> None:
    conn.execute(f"DELETE FROM staged WHERE space IN (SELECT id FROM space WHERE {which})", (space,))
    conn.execute(f"UPDATE space SET joined=-1, after='', upto=-1, fresh=0, sum=NULL WHERE {which}", (space,))
    set_meta(conn, SHARES, "-1")


def _follows(conn: sqlite3.Connection, page: Page, fresh: bool) -> bool:
    row = conn.execute(
        "SELECT joined, after FROM space WHERE id=? AND upto<0 AND fresh=?", (page.space, fresh)
    ).fetchone()
    if row is None or row[1] != page.after:
        return False  # another process was faster, or has begun anew: then all pages are put aside, or none
    since = row[0] if row[0] >= 0 else int(get_meta(conn, "cursor", "0"))
    return bool(page.head >= since)


def _advance(conn: sqlite3.Connection, page: Page) -> None:
    first = conn.execute("SELECT 1 FROM space WHERE upto>=0 LIMIT 1").fetchone() is None
    if not page.more:
        set_meta(conn, SHOWN, "1")
    conn.execute(
        "UPDATE space SET joined=CASE WHEN joined<0 THEN :head ELSE joined END, after=:last, upto=:upto WHERE id=:id",
        {"head": page.head, "last": page.last, "upto": -1 if page.more else page.head, "id": page.space},
    )
    if first and not page.more:
        # another process may have brought older pages of another space meanwhile: the log is read on from the oldest
        [joined] = conn.execute("SELECT min(joined) FROM space WHERE joined>=0").fetchone()
        set_meta(conn, "cursor", str(max(joined, int(get_meta(conn, "cursor", "0")))))
        set_meta(conn, SHARES, "-1")  # spaces that began up to there are not known yet
    if complete(conn):
        settle_passed(conn)


def _put(conn: sqlite3.Connection, n: int, patches: Sequence[Patch], head: int) -> None:
    records = Records(conn, {p.rec: p.kind for p in patches})
    for patch in patches:
        records.put(patch, head)
    records.write(n, ())


def _replace(conn: sqlite3.Connection, n: int, space: str) -> None:
    left = {rec: kind for kind, rec in shown(conn, space)}
    for head, patches in _staged(conn, space):
        _put(conn, n, patches, head)
        for patch in patches:
            left.pop(patch.rec, None)
    records = Records(conn, left)
    for rec in left:
        records.drop(rec)
    records.write(n, ())
    conn.execute("DELETE FROM staged WHERE space=?", (space,))


def _staged(conn: sqlite3.Connection, space: str) -> Iterator[tuple[int, list[Patch]]]:
    for (after,) in conn.execute(
        "SELECT after FROM staged WHERE space=? ORDER BY after", (space,)
    ).fetchall():
        [body] = conn.execute("SELECT body FROM staged WHERE space=? AND after=?", (space, after)).fetchone()
        head, records = orjson.loads(zlib.decompress(body))
        yield head, [Patch(*record) for record in records]
