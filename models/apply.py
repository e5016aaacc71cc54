"""The server's log into the store.

Echo, colleague's edit, rejection and withdrawal all go through the one fold of models.copies. Everything here runs
inside the caller's write transaction.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson

from models.capture import ACKNOWLEDGED, OPEN, SEEN
from models.copies import Patch, Records
from models.db import insert_many, set_meta
from models.fields import Scalar
from models.record import KINDS, new_id


class Entry(NamedTuple):
    """One accepted transaction of the server's log. `at` is milliseconds UTC; `idle` names (rec, field) of it that
    changed nothing on the server. The `replica` is "" in what a push of ours is answered with."""

    ver: int
    id: str
    replica: str
    author: str | None
    at: int
    kind: str
    ref: str | None
    label: str
    patches: Sequence[Patch]
    idle: Collection[tuple[str, str]] = ()


def apply(conn: sqlite3.Connection, entries: Sequence[Entry], cursor: int) -> None:
    """A checkpoint: whole transactions of the log in order, and the cursor after them."""
    with settlement(conn, "Sync") as n:
        patches = [patch for entry in entries for patch in entry.patches]
        records = Records(conn, {p.rec: p.kind for p in patches}, _fields(patches))
        own = _own(conn, entries)
        named = _named(conn, own)
        log = _Log(n)
        for entry in entries:
            if entry.id in own:
                log.echo(records, entry, own[entry.id], named[own[entry.id]])
            else:
                log.foreign(records, entry)
        log.write(conn)
        records.write(n, {(rec, field) for _, _, rec, field, _, _ in log.changes})
        set_meta(conn, "cursor", str(cursor))


def _fields(patches: Sequence[Patch]) -> dict[str, set[str]]:
    """By kind, the fields that the patches name; without the kinds of which some come whole, or in fields of a newer
    Milepost."""
    found: dict[str, set[str]] = {}
    whole = {patch.kind for patch in patches if patch.created or patch.kind not in KINDS}
    for patch in patches:
        found.setdefault(patch.kind, set()).update(patch.values)
    return {k: names for k, names in found.items() if k not in whole and names <= KINDS[k].fields.keys()}


def rebuild(conn: sqlite3.Connection, recs: dict[str, str], n: int) -> None:
    """Makes the view of `recs` (id → kind) anew; what it changes is recorded in the transaction `n`."""
    Records(conn, recs).write(n, set())


@contextmanager
def settlement(conn: sqlite3.Connection, label: str) -> Iterator[int]:
    """An open context of origin S; its row stays only if it changed a view."""
    n = open_context(conn, "S", "settle", label, 0)
    yield n
    if conn.execute("SELECT 1 FROM change WHERE txn=? LIMIT 1", (n,)).fetchone():
        conn.execute("UPDATE txn SET state=? WHERE n=?", (SEEN, n))
    else:
        conn.execute("DELETE FROM txn WHERE n=?", (n,))


def open_context(
    conn: sqlite3.Connection, origin: str, kind: str, label: str, at: int, *, id: str = "",
    author: str | None = None, ref: str | None = None,
) -> int:  # fmt: skip
    """Inserts the open transaction row and returns its number."""
    cursor = conn.execute(
        "INSERT INTO txn(id, origin, kind, ref, label, author, at, state, since)"
        " VALUES(?,?,?,?,?,?,?,?, coalesce((SELECT value FROM meta WHERE key='cursor'), 0))",
        (id or new_id(), origin, kind, ref, label, author, at, OPEN),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _own(conn: sqlite3.Connection, entries: Sequence[Entry]) -> dict[str, int]:
    ids = orjson.dumps([e.id for e in entries]).decode()
    found = conn.execute(
        "SELECT id, n FROM txn WHERE id IN (SELECT value FROM json_each(?)) AND origin='L'", (ids,)
    )
    return dict(found.fetchall())


Named = dict[tuple[str, str], tuple[Scalar, Scalar]]


def _named(conn: sqlite3.Connection, own: dict[str, int]) -> dict[int, Named]:
    """The old and new values by record and field of each of ours."""
    if not own:
        return {}
    named: dict[int, Named] = {n: {} for n in own.values()}
    ns = orjson.dumps(list(named)).decode()
    for n, rec, field, old, new in conn.execute(
        "SELECT txn, rec, field, old, new FROM change WHERE txn IN (SELECT value FROM json_each(?))", (ns,)
    ):
        named[n][rec, field] = old, new
    return named


class _Log:
    """What a checkpoint writes into the log: transactions of others from the number after `n`, and what became of ours.

    Gathered and written by many rows a statement, since a row costs less than its statement.
    """

    def __init__(self, n: int) -> None:
        self._n = n
        self._txns: list[tuple[Any, ...]] = []
        self.changes: list[tuple[Any, ...]] = []
        self._seen: list[tuple[int, int, int]] = []
        self._replaced: list[tuple[Scalar, Scalar, int, str, str]] = []
        self._idle: list[tuple[int, str, str]] = []

    def foreign(self, records: "Records", entry: Entry) -> None:
        """A colleague's transaction, with what it replaced."""
        patches = [patch for patch in entry.patches if not records.has(patch.rec, entry.ver)]
        if entry.patches and not patches:
            return
        self._n += 1
        self._txns.append(
            (
                self._n,
                entry.id,
                "R",
                entry.kind,
                entry.ref,
                entry.label,
                entry.author,
                entry.at,
                SEEN,
                entry.ver,
            )
        )
        for patch in patches:
            before = records.patch(patch, entry.ver)
            if before is None:
                self.changes.append((self._n, patch.kind, patch.rec, "", None, None))
            else:
                self.changes += [
                    (self._n, patch.kind, patch.rec, field, before.get(field), value)
                    for field, value in patch.values.items()
                    if before.get(field) != value
                ]

    def echo(self, records: "Records", entry: Entry, n: int, named: Named) -> None:
        """Our own transaction comes back: it is acknowledged and seen, and learns what it replaced by what.

        Of one that `named` more records than come back the rest has been taken away from us: it is over when the log
        has passed it and no space is missing (space.settle_passed), as one that does not come back at all.
        """
        whole = {rec for rec, _ in named} <= {patch.rec for patch in entry.patches}
        self._seen.append((n, SEEN if whole else ACKNOWLEDGED, entry.ver))
        for patch in entry.patches:
            if records.has(patch.rec, entry.ver):
                continue
            before = records.patch(patch, entry.ver)
            if before is not None:
                self._replaced += [
                    (was, v, n, patch.rec, f)
                    for f, v in patch.values.items()
                    if named.get((patch.rec, f))
                    != ((was := before.get(f)), v)  # mostly it is what was seen here
                ]
        self._idle += [(n, rec, field) for rec, field in entry.idle]

    def write(self, conn: sqlite3.Connection) -> None:
        insert_many(
            conn,
            "INSERT INTO txn(n, id, origin, kind, ref, label, author, at, state, ver) VALUES(?,?,?,?,?,?,?,?,?,?)",
            self._txns,
        )
        insert_many(
            conn,
            "INSERT OR IGNORE INTO change(txn, tbl, rec, field, old, new) VALUES(?,?,?,?,?,?)",
            self.changes,
        )
        decide(conn, self._seen)
        conn.executemany("UPDATE change SET effect=0 WHERE txn=? AND rec=? AND field=?", self._idle)
        # what had no effect keeps the value that it was to have; a note may have got a colleague's lines as well
        conn.executemany(
            "UPDATE change SET old=?, new=CASE effect WHEN 1 THEN ? ELSE new END WHERE txn=? AND rec=? AND field=?",
            self._replaced,
        )


def decide(conn: sqlite3.Connection, states: Sequence[tuple[int, int, int]]) -> None:
    """Number, new state and version of transactions. One statement: to begin each costs more than its row."""
    if not states:
        return
    conn.execute(
        "UPDATE txn SET state=json_extract(j.value, '$[1]'), ver=json_extract(j.value, '$[2]')"
        " FROM json_each(?) j WHERE txn.n=json_extract(j.value, '$[0]')",
        (orjson.dumps(states).decode(),),
    )
