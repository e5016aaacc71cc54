"""The checksum that this laptop keeps for each space, and what follows where the server has another one.

Inside the caller's write transaction. Table `space`: `sum` is of the server's copies in it, NULL until it was counted;
`counted` is when it last was, from the rows; `mended` when the space was fetched again since the sums differed (both
ms since 1970); `differs` is FETCHED from then on, and STILL when that did not help.

    what sync writes    changes the sum by what it takes away and what it adds (models.copies.Records)
    a space fetched     has none until it is counted, which costs the first pull nothing
    once a day          all is counted anew from the rows, so that one that was damaged is noticed
    a total that is not the server's → its sums are asked for, and the spaces that differ are fetched once more,
                        each once a day at most: two programs that count differently must not do so at every sync
"""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from models import digest, notice, snapshot
from models.copies import Records
from models.kinds import KINDS
from models.seen import LIBRARY, SHARES, titled
from models.space import where

ROWS = 500  # records that are counted while the write lock is held: ≤ 20 ms
DAY = 86_400_000  # milliseconds
FETCHED, STILL = 1, 2
COUNT, ASK = "count", "ask"
MENDED = (
    "Some of {} on this laptop was not what the server holds, and is fetched from it once more. Nothing that waits "
    "here is lost by it."
)
DIFFERS = (
    "{} on this laptop still is not what the server holds, also after it was fetched once more. Bring Milepost up to "
    "date here and there, and ask whoever runs the server for: milepost server check"
)
_SHOWN = " UNION ALL ".join([
    *(f"SELECT id, '{kind}' FROM {kind} WHERE ver>0 AND id>:after" for kind in KINDS),
    "SELECT id, kind FROM unknown WHERE ver>0 AND id>:after ORDER BY 1 LIMIT :rows",
])  # fmt: skip


class Told(NamedTuple):
    """What the server said with the last page of the log: its head, the version of who sees what, and the checksum of
    all spaces that this member sees; None: it keeps none."""

    head: int
    shares: int
    total: int | None


class Next(NamedTuple):
    """What follows from a comparison: COUNT, or ASK for the server's sums, or nothing; and what to say."""

    what: str = ""
    words: str = ""


class Counted(NamedTuple):
    """How far counting has come: what it began with, the last id, the sums by space."""

    mark: str
    after: str
    totals: dict[str, int]

    def of(self, space: str) -> int:
        return self.totals.get(space, 0) & digest.MASK


class _Space(NamedTuple):
    id: str
    sum: int | None
    counted: int
    mended: int
    differs: int
    upto: int


def look(
    conn: sqlite3.Connection, told: Told, now: int, may_count: bool = False, must_count: bool = False,
    counted: bool = False,
) -> Next:  # fmt: skip
    """Compares with what the server told, unless this laptop is not where the server was then. Where all was `counted`
    just now, a space that is known to differ hides no other one."""
    if told.total is None:
        return Next()
    spaces = _spaces(conn)
    if not _is_at(conn, spaces, told.head, told.shares):
        return Next()
    if may_count and (must_count or any(s.sum is None or _is_over(s.counted, now) for s in spaces)):
        return Next(COUNT)
    if any(space.sum is None for space in spaces):
        return Next()
    if sum(space.sum or 0 for space in spaces) & digest.MASK == told.total:
        if any(space.differs for space in spaces):
            conn.execute("UPDATE space SET differs=0")
        return Next()
    if counted or not any(space.differs and not _is_over(space.mended, now) for space in spaces):
        return Next(ASK)
    return Next("", _give_up(conn, [space.id for space in spaces if space.differs == FETCHED], now))


def count(conn: sqlite3.Connection, so_far: Counted | None, now: int) -> Counted | None:
    """Counts ROWS more; with the last of them the sums are written. None: done, or another process has moved on."""
    mark = _mark(conn)
    if so_far and so_far.mark != mark:
        return None
    so_far, more = _bite(conn, so_far or Counted(mark, "", {}))
    if more:
        return so_far
    conn.executemany(
        "UPDATE space SET sum=?, counted=? WHERE id=?",
        [(so_far.of(space.id), now, space.id) for space in _spaces(conn)],
    )
    return None


def mend(conn: sqlite3.Connection, told: Mapping[str, int], head: int, shares: int, now: int) -> str:
    """Has the spaces whose sums at `head` are not the server's fetched once more; what to say of it, "" for nothing."""
    spaces = _spaces(conn)
    if not _is_at(conn, spaces, head, shares) or told.keys() != {space.id for space in spaces}:
        return ""
    different = [space for space in spaces if space.sum not in (None, told[space.id])]
    due = [space.id for space in different if _is_over(space.mended, now)]
    for id in due:
        conn.execute("UPDATE space SET mended=?, differs=? WHERE id=?", (now, FETCHED, id))
        snapshot.again(conn, id)
    again = _give_up(conn, [space.id for space in different if space.id not in due], now)
    return _leave(conn, MENDED, due, now) or again


def damaged(conn: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """The titles of the spaces whose rows are not what their sums say, and of those that differed from the server's
    also when they had been fetched once more. Reads all rows and writes nothing."""
    at, more = Counted("", "", {}), True
    while more:
        at, more = _bite(conn, at)
    spaces = _spaces(conn)
    wrong = [space.id for space in spaces if space.sum not in (None, at.of(space.id))]
    still = [space.id for space in spaces if space.differs == STILL]
    return _titles(conn, wrong), _titles(conn, still)


def _bite(conn: sqlite3.Connection, at: Counted) -> tuple[Counted, bool]:
    recs: dict[str, str] = dict(conn.execute(_SHOWN, {"after": at.after, "rows": ROWS}).fetchall())
    copies = Records(conn, recs)
    for rec, kind in recs.items():
        values = copies.shown(rec)
        space = digest.space_of(values)
        at.totals[space] = at.totals.get(space, 0) + digest.step(kind, rec, None, values)
    return at._replace(after=max(recs, default="")), len(recs) == ROWS


def _is_at(conn: sqlite3.Connection, spaces: list[_Space], head: int, shares: int) -> bool:
    """Whether all that the server shows is here, up to there and not beyond."""
    known = dict(conn.execute("SELECT key, value FROM meta WHERE key IN ('cursor', ?)", (SHARES,)).fetchall())
    here = int(known.get("cursor", 0)) == head and int(known.get(SHARES, -1)) == shares >= 0
    return here and bool(spaces) and all(0 <= space.upto <= head for space in spaces)


def _mark(conn: sqlite3.Connection) -> str:
    """Changes whenever another process changes a server's copy."""
    here = where(conn)
    spaces = conn.execute("SELECT id, after, upto FROM space ORDER BY id").fetchall()
    return orjson.dumps([here.cursor, here.shares, *spaces]).decode()


def _spaces(conn: sqlite3.Connection) -> list[_Space]:
    return [
        *map(
            _Space._make,
            conn.execute("SELECT id, sum, counted, mended, differs, upto FROM space ORDER BY id"),
        )
    ]


def _is_over(at: int, now: int) -> bool:
    return abs(now - at) >= DAY  # a clock that was set back must not make us wait for long


def _give_up(conn: sqlite3.Connection, ids: list[str], now: int) -> str:
    conn.executemany("UPDATE space SET differs=? WHERE id=?", [(STILL, id) for id in ids])
    return _leave(conn, DIFFERS, ids, now)


def _leave(conn: sqlite3.Connection, words: str, ids: list[str], now: int) -> str:
    if not ids:
        return ""
    text = words.format(", ".join(_titles(conn, ids)))
    notice.leave(conn, text[0].upper() + text[1:], now)
    return text[0].upper() + text[1:]


def _titles(conn: sqlite3.Connection, ids: list[str]) -> list[str]:
    return ["what everybody sees" if id == LIBRARY else f"“{titled(conn, id)}”" for id in ids]
