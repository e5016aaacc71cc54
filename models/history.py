"""What was done: the history of a record, everybody's operations, and how much of both is kept.

Reads the log (`txn`, `change`); there is no table of history. Raw SQL without the ORM, so that a screen can show it
at once. What lies before the log's floor only the server knows: sync.past asks it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import orjson

from models.db import get_meta
from models.fields import Scalar
from models.moving import before
from models.windows.window import EVERY, UNDONE, Condition

if TYPE_CHECKING:
    from models.apply import Entry
    from models.copies import Patch

SEEN = 4  # as in models.capture, which loads the ORM


class Line(NamedTuple):
    """One field of one operation. `when` is milliseconds UTC; `field` '' is the record's coming (`new` = JSON of it)
    or going; `state` as in models.capture; `stood` is 0 where the server says that it changed nothing there;
    `operation` is the id by which it is undone."""

    when: int
    author: str
    label: str
    kind: str
    field: str
    old: Scalar
    new: Scalar
    state: int
    stood: int
    operation: str


class Done(NamedTuple):
    """One operation. `kind` is do, undo or redo; `records` how many it touched; `undone` and `mine` (made on this
    laptop) are 0 or 1."""

    id: str
    label: str
    author: str
    when: int
    state: int
    records: int
    undone: int
    kind: str
    mine: int
    note: str


# whoever is not on this laptop is a colleague all the same; before the first login nobody has a name
_AUTHOR = "coalesce(m.name, CASE WHEN t.origin='L' THEN 'you' ELSE 'a colleague' END)"


def history(conn: sqlite3.Connection, rec: str) -> list[Line]:
    """The record's changes, oldest first: those of the server's log in its order, then those that wait. Of one that was
    moved here, what was done to it before comes first, as far as this laptop knows."""
    came = [rec]
    while (old := before(conn, came[-1])) and old not in came:
        came.append(old)
    return [line for one in reversed(came) for line in _history(conn, one)]


def _history(conn: sqlite3.Connection, rec: str) -> list[Line]:
    rows = conn.execute(
        f"""SELECT t.at, {_AUTHOR}, t.label, c.tbl, c.field, c.old, c.new, t.state, c.effect, t.id
            FROM change c JOIN txn t ON t.n=c.txn LEFT JOIN member m ON m.id=t.author
            WHERE c.rec=? AND t.origin IN ('L','R') AND t.state NOT IN (0,6)
            AND (c.field='' OR c.old IS NOT c.new)  -- members of a group are logged where they stayed, too
            ORDER BY t.ver IS NULL, t.ver, c.n""",
        (rec,),
    )
    return [Line(*row) for row in rows]


def is_whole(conn: sqlite3.Connection, rec: str) -> bool:
    """Whether this laptop has seen all that was done to the record: its coming, and no snapshot since, which skips a
    part of the log. Else the server is the one to ask."""
    if not get_meta(conn, "member"):
        return True
    row = conn.execute(
        """SELECT t.ver, (SELECT coalesce(max(joined), -1) FROM space) FROM change c JOIN txn t ON t.n=c.txn
           WHERE c.rec=? AND c.field='' AND t.origin IN ('L','R') AND t.state NOT IN (0,6)
           ORDER BY t.ver IS NOT NULL, t.ver LIMIT 1""",
        (rec,),
    ).fetchone()
    return row is not None and (row[0] is None or row[0] > row[1])


def joined(conn: sqlite3.Connection, rec: str, entries: Sequence[Entry]) -> list[Line]:
    """The record's changes by the server's word, whose entries are the oldest first; then those it does not have."""
    names = dict(conn.execute("SELECT id, name FROM member").fetchall())
    told = [line for entry in _with_before(rec, entries) for line in _lines(*entry, names)]
    known = {entry.id for entry in entries}
    rest = [line for line in history(conn, rec) if line.operation not in known]
    own = {line.operation for line in _history(conn, rec)}
    moved = [
        line for line in rest if line.operation not in own
    ]  # here, from another space: what was done before
    return moved + told + [line for line in rest if line.operation in own]


def _with_before(rec: str, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Patch, dict[str, Scalar]]]:
    values: dict[str, Scalar] = {}
    for entry in entries:
        for patch in entry.patches:
            if patch.rec == rec:
                yield entry, patch, dict(values)
                values |= patch.values


def _lines(
    entry: Entry, patch: Patch, before: Mapping[str, Scalar], names: Mapping[str, str]
) -> Iterator[Line]:
    author = names.get(entry.author or "", "a colleague")
    if patch.created and not before:
        new = orjson.dumps(patch.values).decode()
        yield Line(entry.at, author, entry.label, patch.kind, "", None, new, SEEN, 1, entry.id)
        return
    for field, value in patch.values.items():
        if before.get(field) != value:
            stood = int((patch.rec, field) not in entry.idle)
            old = before.get(field)
            yield Line(entry.at, author, entry.label, patch.kind, field, old, value, SEEN, stood, entry.id)


def operations(conn: sqlite3.Connection, limit: int, wanted: Condition = EVERY) -> list[Done]:
    """The newest operations that are wanted, newest first; those withdrawn before anybody saw them are left out."""
    rows = conn.execute(
        f"""SELECT t.id, t.label, {_AUTHOR}, t.at, t.state,
                (SELECT count(DISTINCT rec) FROM change c WHERE c.txn=t.n),
                {UNDONE},
                t.kind, t.origin='L', coalesce(t.note, '')
            FROM (SELECT * FROM txn t WHERE origin IN ('L','R') AND state NOT IN (0,6) AND {wanted.sql}
                  ORDER BY n DESC LIMIT :most) t
            LEFT JOIN member m ON m.id=t.author ORDER BY t.at DESC, t.n DESC""",
        {**wanted.values, "most": limit},
    )
    return [Done(*row) for row in rows]


def outdated(conn: sqlite3.Connection, keep_ms: int, keep_local: int = 200) -> list[int]:
    """The transactions from before the instant `keep_ms` (ms since 1970) that nobody needs, by their numbers.

    Never goes what waits or was rejected, what an operation that stays did again, what search or the dates have not
    read, the newest `keep_local` operations of this laptop with all that came after them, nor what colleagues did to
    the same records: undo asks for it.
    """
    rows = conn.execute(
        """SELECT n FROM txn t WHERE n<:recent AND n<:newest AND state IN (4,6) AND at<:keep
           AND CASE origin WHEN 'L' THEN n<:first WHEN 'S' THEN 1 ELSE NOT EXISTS (
               SELECT 1 FROM change c WHERE c.txn=t.n AND c.rec IN (
                   SELECT mine.rec FROM txn l JOIN change mine ON mine.txn=l.n WHERE l.origin='L' AND l.n>=:first)) END
           AND NOT EXISTS (SELECT 1 FROM txn a WHERE a.ref=t.id AND a.kind='do')
           AND NOT EXISTS (SELECT 1 FROM change c WHERE c.txn=t.n AND c.n>:read) ORDER BY n""",
        {
            "keep": keep_ms,
            "first": _first_kept(conn, keep_ms, keep_local),
            "recent": _first_recent(conn, keep_ms),
            "newest": _top(conn),  # a feed asks for the greatest change number
            "read": min(int(get_meta(conn, upto, "0")) for upto in ("search_upto", "dates_upto")),
        },
    )
    return [n for (n,) in rows]


def forget(conn: sqlite3.Connection, outdated: Iterable[int]) -> None:
    """Removes transactions that are `outdated`, which stay so whatever is done meanwhile. Inside the caller's write
    transaction."""
    numbers = [(n,) for n in outdated]
    conn.executemany("DELETE FROM change WHERE txn=?", numbers)
    conn.executemany("DELETE FROM txn WHERE n=?", numbers)


def _first_kept(conn: sqlite3.Connection, keep_ms: int, keep_local: int) -> int:
    """The oldest of this laptop's operations that must stay; a later undo of it stays with it."""
    row = conn.execute(
        """SELECT min(n) FROM (SELECT n FROM (SELECT n FROM txn WHERE origin='L' ORDER BY n DESC LIMIT ?)
           UNION ALL SELECT n FROM txn WHERE origin='L' AND at>=?)""",
        (keep_local, keep_ms),
    ).fetchone()
    return _top(conn) if row[0] is None else int(row[0])


def _first_recent(conn: sqlite3.Connection, keep_ms: int) -> int:
    # a settlement has no time of its own; it goes with what came before it. Nothing behind is looked through
    row = conn.execute("SELECT min(n) FROM txn WHERE origin<>'S' AND at>=?", (keep_ms,)).fetchone()
    return _top(conn) if row[0] is None else int(row[0])


def _top(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(n), 0) FROM txn").fetchone()[0])
