"""The spaces on this laptop: which there are, how far each one has come, and what goes with one that is taken away.

Every record says its space. The server tells the spaces that this member sees; the content of one that is new comes as
a snapshot (models.snapshot). Table `space`: `role` and `members` as told; `joined` is the head of the log when its
first page was made, `after` the last id that came, `upto` the head when its last page was made: -1 while pages are
missing. Until the cursor has come to `upto` the space may show part of an operation. Without rows at the beginning
(`fresh`) pages are applied as they come; else they wait in `staged`, and are applied in one transaction.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import orjson

from models import seen
from models.apply import decide, rebuild, settlement
from models.capture import ACKNOWLEDGED, PENDING, REJECTED, SEEN, SENT
from models.copies import UNSEEN, Records
from models.db import get_meta, set_meta
from models.record import KINDS

LIBRARY, OF_ITS_OWN, ROLES, SHARES = seen.LIBRARY, seen.OF_ITS_OWN, seen.ROLES, seen.SHARES
SHOWN = (
    "shown"  # in `meta`: that a snapshot came of which nobody has looked at what is doubtful (models.undo)
)

TAKEN = "taken"  # in `meta`: the names of what was taken away and nobody was told of, as JSON

_ALL = "(SELECT value FROM json_each(?))"
_KEPT = f"({PENDING}, {SENT}, {REJECTED})"  # what waits for a verdict or was refused stays, to be read and exported


class Space(NamedTuple):
    """A space that this member sees, in a role; `members` are all who see it, with their roles."""

    id: str
    role: str
    members: list[tuple[str, str]]


class Wanted(NamedTuple):
    """What to ask next for a space whose pages are missing. `joined` -1: nothing came yet."""

    id: str
    after: str
    joined: int
    fresh: bool


class Where(NamedTuple):
    """How far this laptop has come. `shares` -1: the server is to tell who sees what."""

    cursor: int
    shares: int
    wanted: Wanted | None


def may_edit(role: str) -> bool:
    return role in ("editor", "manager")


def where(conn: sqlite3.Connection) -> Where:
    row = conn.execute(
        "SELECT id, after, joined, fresh FROM space WHERE upto<0 ORDER BY id=? DESC, id LIMIT 1", (LIBRARY,)
    ).fetchone()
    wanted = Wanted(row[0], row[1], row[2], bool(row[3])) if row else None
    return Where(int(get_meta(conn, "cursor", "0")), int(get_meta(conn, SHARES, "-1")), wanted)


def spaces(conn: sqlite3.Connection) -> list[Space]:
    """The spaces that the server told of."""
    rows = conn.execute("SELECT id, role, members FROM space ORDER BY id")
    return [Space(id, role, [(m, r) for m, r in orjson.loads(members)]) for id, role, members in rows]


def tell(conn: sqlite3.Connection, told: Sequence[Space], shares: int) -> list[str]:
    """Takes the server's word on who sees what; the spaces that are gone from it, which leave the store. One
    that is older than what another process has heard meanwhile takes nothing away."""
    if shares < int(get_meta(conn, SHARES, "-1")):
        return []
    ids = {space.id for space in told}
    gone = [id for (id,) in conn.execute("SELECT id FROM space ORDER BY id").fetchall() if id not in ids]
    if names := [name for id in gone if (name := _name(conn, id))]:
        set_meta(conn, TAKEN, orjson.dumps([*_taken(conn), *names]).decode())
    for id in gone:
        purge(conn, id)
    for space in told:
        conn.execute(
            "INSERT INTO space(id, role, members, fresh) VALUES(?,?,?,?)"
            " ON CONFLICT(id) DO UPDATE SET role=excluded.role, members=excluded.members",
            (space.id, space.role, orjson.dumps(space.members).decode(), not _has_rows(conn, space.id)),
        )
    set_meta(conn, SHARES, str(shares))
    settle_passed(conn)
    return gone


def taken(conn: sqlite3.Connection) -> str:
    """What was taken away since this was asked last, in words; "" where nothing was."""
    names = _taken(conn)
    if not names:
        return ""
    set_meta(conn, TAKEN, "[]")
    if len(names) == 1:
        return f"“{names[0]}” is no longer shared with you."
    return f"{len(names)} projects or clients are no longer shared with you."


def _taken(conn: sqlite3.Connection) -> list[str]:
    return list(orjson.loads(get_meta(conn, TAKEN, "[]")))


def _name(conn: sqlite3.Connection, space: str) -> str:
    """The name of what the space is of, where that is here."""
    kind, _, rec = space.partition(":")
    sql = f"SELECT name FROM {kind} WHERE id=?"
    row = conn.execute(sql, (rec,)).fetchone() if kind in OF_ITS_OWN else None
    return str(row[0]) if row else ""


def _has_rows(conn: sqlite3.Connection, space: str) -> bool:
    known = conn.execute("SELECT 1 FROM space WHERE id=?", (space,)).fetchone()
    return known is None and any(True for _ in shown(conn, space))


def shown(conn: sqlite3.Connection, space: str) -> Iterator[tuple[str, str]]:
    """Kind and id of every record of the space that the server has shown."""
    for kind in KINDS:
        for (rec,) in conn.execute(f"SELECT id FROM {kind} WHERE space=? AND ver>0", (space,)):
            yield kind, rec
    yield from conn.execute(
        "SELECT kind, id FROM unknown WHERE coalesce(data->>'space', ?)=? AND ver>0", (LIBRARY, space)
    )


def purge(conn: sqlite3.Connection, space: str) -> None:
    """The space leaves the store: rows, staged pages, index, dates, change feed, history and undo of it.

    Of unsent edits only their outbox stays: the server refuses them, and they can be read and exported.
    """
    recs = [*shown(conn, space), *_dropped(conn, space)]
    conn.execute("DELETE FROM space WHERE id=?", (space,))  # first: nobody counts what goes
    with settlement(conn, "No longer shared") as n:
        for batch in _batches(recs):
            _forget(conn, n, batch)
        # the feed learns that something went, not what it was
        kinds = sorted({kind for kind, _ in recs})
        conn.executemany(
            "INSERT INTO change(txn, tbl, rec, field) VALUES(?,?,?,'')", [(n, k, k) for k in kinds]
        )
    conn.execute("DELETE FROM staged WHERE space=?", (space,))


def _dropped(conn: sqlite3.Connection, space: str) -> Iterator[tuple[str, str]]:
    """Kind and id of every record of the space that has left this laptop already, lost by the server in a restore or
    taken back: the history holds what it was."""
    gone = "SELECT tbl, rec, old FROM change WHERE field='' AND old IS NOT NULL"
    for kind, rec, old in conn.execute(gone).fetchall():
        if orjson.loads(old).get("space") == space and not _is_here(conn, kind, rec):
            yield kind, rec


def _batches(recs: list[tuple[str, str]], size: int = 5_000) -> Iterator[dict[str, str]]:
    for start in range(0, len(recs), size):
        yield {rec: kind for kind, rec in recs[start : start + size]}


def _forget(conn: sqlite3.Connection, n: int, recs: dict[str, str]) -> None:
    ids = orjson.dumps(list(recs)).decode()
    forget_changes(conn, recs)
    records = Records(conn, recs)
    for rec in recs:
        records.drop(rec)
    records.write(n, None)
    conn.execute(
        f"DELETE FROM search WHERE rowid IN (SELECT row FROM search_row WHERE rec IN {_ALL})", (ids,)
    )
    conn.execute(f"DELETE FROM search_row WHERE rec IN {_ALL}", (ids,))
    conn.execute(f"DELETE FROM schedule WHERE task IN {_ALL} OR project IN {_ALL}", (ids, ids))
    conn.execute(f"DELETE FROM problem WHERE task IN {_ALL} OR project IN {_ALL}", (ids, ids))
    conn.execute(f"DELETE FROM stale WHERE project IN {_ALL}", (ids,))


def forget_changes(conn: sqlite3.Connection, recs: Iterable[str]) -> None:
    """Takes the records out of history, feed and undo; what waits or was refused stays."""
    ids = orjson.dumps(list(recs)).decode()
    touched = conn.execute(
        f"SELECT DISTINCT t.n FROM change c JOIN txn t ON t.n=c.txn WHERE c.rec IN {_ALL}"
        f" AND t.state NOT IN {_KEPT}",
        (ids,),
    ).fetchall()
    conn.executemany(f"DELETE FROM change WHERE txn=? AND rec IN {_ALL}", [(n, ids) for (n,) in touched])
    conn.executemany(
        "DELETE FROM txn WHERE n=? AND NOT EXISTS (SELECT 1 FROM change c WHERE c.txn=txn.n)", touched
    )


def taken_with(conn: sqlite3.Connection, n: int) -> dict[str, str]:
    """The records, with their kinds, of the operation `n`, taken back or let go, whose space was taken away."""
    rows = conn.execute(
        f"""SELECT DISTINCT c.rec, c.tbl, (SELECT coalesce(coalesce(m.new, m.old)->>'space', '{LIBRARY}')
            FROM change m WHERE m.rec=c.rec AND m.field='' LIMIT 1) FROM change c WHERE c.txn=?""",
        (n,),
    ).fetchall()
    return {
        rec: kind
        for rec, kind, made_in in rows  # where it was made here and has not arrived
        if not _is_here(conn, kind, rec) and (made_in is None or _is_taken(conn, made_in))
    }


def _is_taken(conn: sqlite3.Connection, space: str) -> bool:
    """Whether the space is gone from this laptop: one that is only begun has the making of what it is of in the log."""
    if space == LIBRARY or conn.execute("SELECT 1 FROM space WHERE id=?", (space,)).fetchone():
        return False
    kind, *ids = space.split(":")
    made = conn.execute("SELECT 1 FROM change WHERE rec=? AND field=''", (ids[0],)).fetchone()
    return made is None and not _is_here(conn, kind if kind in OF_ITS_OWN else "member", ids[0])


def complete(conn: sqlite3.Connection) -> bool:
    """Whether no page of any space is missing, nor the word of the server whether there are more of them."""
    if get_meta(conn, SHARES) == "-1":
        return False
    return conn.execute("SELECT 1 FROM space WHERE upto<0 LIMIT 1").fetchone() is None


def settle_passed(conn: sqlite3.Connection) -> None:
    """Ours that the log has passed in silence are over: a snapshot held them, or what they touched is seen no more."""
    cursor = int(get_meta(conn, "cursor", "0"))
    passed = conn.execute(
        f"SELECT n, ver FROM txn t WHERE {UNSEEN} AND state={ACKNOWLEDGED} AND ver<=?", (cursor,)
    ).fetchall()
    if not passed or not complete(conn):
        return
    decide(conn, [(n, SEEN, ver) for n, ver in passed])
    ns = orjson.dumps([n for n, _ in passed]).decode()
    recs = dict(conn.execute(f"SELECT rec, tbl FROM change WHERE txn IN {_ALL}", (ns,)).fetchall())
    with settlement(conn, "Sync") as n:
        rebuild(conn, recs, n)
    forget_changes(conn, [rec for rec, kind in recs.items() if not _is_here(conn, kind, rec)])


def _is_here(conn: sqlite3.Connection, kind: str, rec: str) -> bool:
    table = kind if kind in KINDS else "unknown"
    return conn.execute(f"SELECT 1 FROM {table} WHERE id=?", (rec,)).fetchone() is not None
