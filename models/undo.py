"""Undo and redo. Inside the caller's write transaction.

An undo is a new transaction that restores only what the operation wrote, what still stands, and what nobody else
has changed since; in a note that is asked of each line. What it leaves alone it names. The stacks are queries.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from models.apply import decide, open_context, rebuild
from models.capture import OPEN, PENDING, REJECTED, SEEN, WITHDRAWN
from models.copies import UNSEEN
from models.db import get_meta, set_meta
from models.errors import NothingToUndo
from models.fields import Scalar
from models.record import KINDS, now_instant
from models.rejected import put_back, settle_redone
from models.space import SHOWN, forget_changes, taken_with
from models.texts import Region, clashes, joined, merge

# an undo or redo that the server refused did nothing, whatever became of it then: its note is the reason
_UNREFUSED = f"(SELECT * FROM txn WHERE state<>{REJECTED} AND NOT (state={WITHDRAWN} AND note IS NOT NULL))"


class Operation(NamedTuple):
    n: int
    id: str
    label: str
    state: int
    ver: int | None


class _Change(NamedTuple):
    kind: str
    rec: str
    field: str
    old: Scalar
    new: Scalar
    effect: int


def undoable(conn: sqlite3.Connection) -> Operation | None:
    """The newest operation of this laptop that stands."""
    row = conn.execute(
        f"""SELECT n, id, label, state, ver FROM txn t WHERE origin='L' AND kind IN ('do','redo')
            AND state BETWEEN 1 AND 4
            AND NOT EXISTS (SELECT 1 FROM {_UNREFUSED} WHERE ref=t.id AND kind='undo')
            ORDER BY n DESC LIMIT 1"""
    ).fetchone()
    return Operation(*row) if row else None


def redoable(conn: sqlite3.Connection) -> Operation | None:
    """The newest undo that no later operation and no redo has followed."""
    row = conn.execute(
        f"""SELECT n, id, label, state, ver FROM {_UNREFUSED} t WHERE origin='L' AND kind='undo'
           AND NOT EXISTS (SELECT 1 FROM {_UNREFUSED} WHERE ref=t.id AND kind='redo')
           AND NOT EXISTS (SELECT 1 FROM txn d WHERE d.origin='L' AND d.kind='do' AND d.n>t.n)
           ORDER BY n DESC LIMIT 1"""
    ).fetchone()
    return Operation(*row) if row else None


def open_undo(
    conn: sqlite3.Connection, at: int, author: str | None, id: str, which: str = ""
) -> tuple[int, list[str]]:
    """Undoes the newest operation, or the one with the id `which`, in a new transaction; its number, and what was left
    alone, in words.

    Raises NothingToUndo.
    """
    newest = undoable(conn)
    operation = _standing(conn, which) if which else newest
    if operation is None:
        raise NothingToUndo("Nothing of yours is left to undo.")
    withdrawn = operation.state == PENDING and not _later_unseen(conn, operation.n)
    n = open_context(
        conn, "S" if withdrawn else "L", "undo", operation.label, at, id=id, author=author, ref=operation.id
    )
    if withdrawn:
        _withdraw(conn, operation, n)
        return n, []
    return n, _restore(conn, operation, newest is not None and newest.n != operation.n)


def open_redo(conn: sqlite3.Connection, at: int, author: str | None, id: str) -> tuple[int, list[str]]:
    """Does again what the newest undo took back; an ordinary edit. Raises NothingToUndo."""
    undo = redoable(conn)
    if undo is None:
        raise NothingToUndo("Nothing is left to do again.")
    n = open_context(conn, "L", "redo", undo.label, at, id=id, author=author, ref=undo.id)
    skipped = []
    for together in _together(_changes(conn, undo.n)):
        first = together[0]
        if first.field == "":
            _reinsert(conn, first)
        elif _exists(conn, first.kind, first.rec) and all(
            _value(conn, c.kind, c.rec, c.field) == c.new for c in together
        ):
            _write(conn, first.kind, first.rec, {c.field: c.old for c in together})
        elif lines := _lines_without(conn, first):
            _write(conn, first.kind, first.rec, {first.field: joined(lines)})
        else:
            skipped.append(f"{_title(conn, first.kind, first.rec)}: {_label(first)} was changed since")
    if not skipped and conn.execute("SELECT 1 FROM change WHERE txn=? AND old IS NOT new", (n,)).fetchone():
        settle_redone(conn, undo.id)
    return n, skipped


def doubtful(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    """What was taken back here before it left, while a snapshot shows what it had written: the ids of the operations,
    each with a record of it. Only the server knows whether a copy of the profile had sent it (`arrived`)."""
    if not get_meta(conn, SHOWN):
        return []
    found: dict[str, str] = {}
    for id, *change in conn.execute(
        f"""SELECT t.id, c.tbl, c.rec, c.field, c.old, c.new, c.effect FROM txn u JOIN txn t ON t.id=u.ref
            JOIN change c ON c.txn=t.n WHERE u.kind='undo' AND u.state={WITHDRAWN} AND t.origin='L'
            AND t.state={WITHDRAWN}"""
    ).fetchall():
        if _stands(conn, _Change(*change)):
            found[id] = change[1]
    if not found:
        set_meta(conn, SHOWN, "")
    return list(found.items())


def _stands(conn: sqlite3.Connection, change: _Change) -> bool:
    if change.field == "":
        return _exists(conn, change.kind, change.rec)
    stands = _value(conn, change.kind, change.rec, change.field) == change.new
    return (stands and change.new != change.old) or bool(_lines_without(conn, change))


def arrived(conn: sqlite3.Connection, vers: Mapping[str, int]) -> bool:
    """The doubtful ones by version, 0 where the server has them not. Whether one is to be taken back once more."""
    set_meta(conn, SHOWN, "")
    there = [id for id, ver in vers.items() if ver]
    found = conn.execute(
        f"SELECT n, id FROM txn WHERE id IN (SELECT value FROM json_each(?)) AND state={WITHDRAWN}",
        (orjson.dumps(there).decode(),),
    ).fetchall()
    decide(conn, [(n, SEEN, vers[id]) for n, id in found])
    return again(conn, there)


def again(conn: sqlite3.Connection, ids: Sequence[str]) -> bool:
    """Whether one of the operations `ids`, which have come from the server, was taken back here before it left, as this
    laptop knew: a copy of the profile had sent it (models.replica). Then its undo is made once more, to be sent."""
    found = conn.execute(
        f"""SELECT t.n, t.id, t.label, t.state, t.ver, u.n, u.id FROM {_UNREFUSED} u JOIN txn t ON t.id=u.ref
            WHERE u.ref IN (SELECT value FROM json_each(?)) AND u.kind='undo' AND u.state={WITHDRAWN}
            AND t.origin='L' AND t.state={SEEN} ORDER BY u.n""",
        (orjson.dumps(ids).decode(),),
    ).fetchall()
    made = [_undo_again(conn, Operation(*row[:5]), row[5]) for row in found if not _redone(conn, row[6])]
    return any(made)


def _redone(conn: sqlite3.Connection, undo: str) -> bool:
    """Whether a redo that stands followed the undo, perhaps after others; sent again it is what was refused."""
    kind = conn.execute(
        f"""WITH RECURSIVE later(n, id, kind) AS (
            SELECT n, id, kind FROM txn WHERE id=?
            UNION ALL SELECT t.n, t.id, iif(t.kind='do', l.kind, t.kind) FROM later l JOIN txn t ON t.ref=l.id)
            SELECT l.kind FROM later l JOIN {_UNREFUSED} USING (n) ORDER BY n DESC LIMIT 1""",
        (undo,),
    ).fetchone()[0]
    return bool(kind == "redo")


def _undo_again(conn: sqlite3.Connection, operation: Operation, n: int) -> bool:
    if conn.execute("SELECT 1 FROM change WHERE txn=? LIMIT 1", (n,)).fetchone() is None:
        return False  # it had found nothing to take back, where the operation had arrived already
    conn.execute("DELETE FROM change WHERE txn=?", (n,))
    conn.execute("UPDATE txn SET state=? WHERE n=?", (OPEN, n))
    _restore(conn, operation, older=True)
    left = conn.execute("SELECT 1 FROM change WHERE txn=? LIMIT 1", (n,)).fetchone()
    conn.execute("UPDATE txn SET state=? WHERE n=?", (PENDING if left else WITHDRAWN, n))
    return left is not None


def _standing(conn: sqlite3.Connection, id: str) -> Operation:
    """The operation of this laptop with that id. Raises NothingToUndo where it does not stand or is not ours."""
    row = conn.execute(
        f"""SELECT n, id, label, state, ver, origin, kind,
           EXISTS (SELECT 1 FROM {_UNREFUSED} WHERE ref=t.id AND kind='undo') FROM txn t WHERE id=?""",
        (id,),
    ).fetchone()
    if row is None:
        raise NothingToUndo(
            "There is no such operation here. milepost history lists those that can be undone."
        )
    operation, (origin, kind, undone) = Operation(*row[:5]), row[5:]
    name = f"“{operation.label}”"
    if origin != "L":
        raise NothingToUndo(
            f"{name} was not made on this laptop, and is undone where it was. Edit the record instead."
        )
    if kind == "undo":
        raise NothingToUndo(f"{name} was undone by this. Redo does it again.")
    if undone:
        raise NothingToUndo(f"{name} is undone already.")
    if not PENDING <= operation.state < REJECTED:
        raise NothingToUndo(
            f"{name} was refused by the server, so it changed nothing. milepost rejected says why."
        )
    return operation


def _later_unseen(conn: sqlite3.Connection, n: int) -> bool:
    return conn.execute(f"SELECT 1 FROM txn t WHERE {UNSEEN} AND t.n>? LIMIT 1", (n,)).fetchone() is not None


def _withdraw(conn: sqlite3.Connection, operation: Operation, n: int) -> None:
    """The newest operation was not sent yet: it and its undo go nowhere."""
    conn.execute("UPDATE txn SET state=? WHERE n=?", (WITHDRAWN, operation.n))
    put_back(conn, operation.id)
    changes = _changes(conn, operation.n)
    rebuild(conn, {c.rec: c.kind for c in changes}, n)
    # redo asks whether a whole group still holds, so that members that stayed as they were are written down, too
    conn.executemany(
        "INSERT OR IGNORE INTO change(txn, tbl, rec, field, old, new) VALUES(?,?,?,?,?,?)",
        [
            (n, c.kind, c.rec, c.field, value, value)
            for c in changes
            if c.field and _exists(conn, c.kind, c.rec)
            for value in [_value(conn, c.kind, c.rec, c.field)]
        ],
    )
    conn.execute("UPDATE txn SET state=?, origin='L' WHERE n=?", (WITHDRAWN, n))
    if gone := taken_with(conn, operation.n):
        # the feed learns that something went, not what it was
        told = [(n, kind, kind) for kind in set(gone.values())]
        conn.executemany("INSERT INTO change(txn, tbl, rec, field) VALUES(?,?,?,'')", told)
        forget_changes(conn, gone)


def _restore(conn: sqlite3.Connection, operation: Operation, older: bool) -> list[str]:
    """`older`: the user did more since, which may build on what this operation made."""
    skipped = []
    changes = _changes(conn, operation.n)
    made = {c.rec for c in changes if c.field == ""}
    for together in _together(changes):
        first = together[0]
        why = _obstacle(conn, operation, together)
        if not why and older and first.field == "":
            why = _built_on(conn, first, made)
        if why and (lines := _lines_without(conn, first)):
            _write(conn, first.kind, first.rec, {first.field: joined(lines)})
        elif why:
            skipped.append(f"{_title(conn, first.kind, first.rec)}: {_label(first)} {why}")
        elif first.field == "":
            _write(conn, first.kind, first.rec, {"deleted_at": now_instant()})
        else:
            values = {c.field: _beneath(conn, operation, c) for c in together}
            _write(conn, first.kind, first.rec, values)
    return skipped


def _together(changes: list[_Change]) -> Iterator[list[_Change]]:
    """The changes by what is undone as one: the fields of a group of one record."""
    left = {(c.rec, c.field): c for c in changes}
    for change in changes:
        if found := [c for f in _group(change) if (c := left.pop((change.rec, f), None))]:
            yield found


def _obstacle(conn: sqlite3.Connection, operation: Operation, changes: list[_Change]) -> str:
    """Why these fields, which belong together, must be left alone; empty where they need not be."""
    first = changes[0]
    if who := _colleague(conn, operation, first):
        return f"was changed by {who}"
    if first.field == "":
        return ""
    if not all(c.effect for c in changes):
        return "was not changed by it on the server"
    if any(_value(conn, c.kind, c.rec, c.field) != c.new for c in changes):
        return "was changed since"
    return ""


def _built_on(conn: sqlite3.Connection, create: _Change, made: set[str]) -> str:
    """Why a record that an older operation made must stay: it is another one now, or others belong to it."""
    names = list(KINDS[create.kind].fields)
    row = conn.execute(f"SELECT {', '.join(names)} FROM {create.kind} WHERE id=?", (create.rec,)).fetchone()
    born = orjson.loads(str(create.new))
    if row is None or any(value != born.get(name) for name, value in zip(names, row, strict=True)):
        return "was changed since"
    for spec in KINDS.values():
        for field in spec.fields.values():
            if field.refers == create.kind and _refers(conn, spec.name, field.name, create.rec, made):
                return f"has {spec.one} that came later"
    return ""


def _refers(conn: sqlite3.Connection, kind: str, field: str, rec: str, made: set[str]) -> bool:
    rows = conn.execute(f"SELECT id FROM {kind} WHERE {field}=? AND deleted_at IS NULL", (rec,))
    return any(id not in made for (id,) in rows)


def _lines_without(conn: sqlite3.Connection, change: _Change) -> list[Region]:
    """A note that went on since, without what the change wrote; nothing where those lines were changed, too."""
    field = KINDS[change.kind].fields.get(change.field)
    if field is None or field.type != "note" or not change.effect:
        return []
    now = _value(conn, change.kind, change.rec, change.field)
    regions = merge(*(None if text is None else str(text) for text in (change.new, change.old, now)))
    return [] if clashes(regions) or joined(regions) == now else regions


def _colleague(conn: sqlite3.Connection, operation: Operation, change: _Change) -> str:
    """Who else changed the field or its group after the operation.

    For a created record: who else touched it at all. One of the same made id may have been there before ours.
    """
    of: list[Scalar]
    if change.field == "":
        what, of = "c.rec=?", [change.rec]
    elif operation.ver is None:
        return ""  # the server has not shown ours: what colleagues did lies beneath it
    else:
        what = f"c.rec=? AND c.field IN ({', '.join('?' * len(_group(change)))}) AND t.ver>?"
        of = [change.rec, *_group(change), operation.ver]
    row = conn.execute(
        f"""SELECT coalesce(m.name, 'a colleague') FROM change c JOIN txn t ON t.n=c.txn
            LEFT JOIN member m ON m.id=t.author
            WHERE {what} AND t.origin='R' ORDER BY t.ver DESC LIMIT 1""",
        of,
    ).fetchone()
    return str(row[0]) if row else ""


def _beneath(conn: sqlite3.Connection, operation: Operation, change: _Change) -> Scalar:
    """What lies below the operation's value: an earlier unseen change, else the server's value, else the old one."""
    earlier = conn.execute(
        f"""SELECT c.field, c.new FROM change c JOIN txn t ON t.n=c.txn WHERE c.rec=? AND c.field IN (?, '')
            AND c.txn<? AND {UNSEEN} ORDER BY c.txn DESC LIMIT 1""",
        (change.rec, change.field, operation.n),
    ).fetchone()
    if earlier and operation.state < 4:
        field, new = earlier
        below: Scalar = new if field else orjson.loads(new).get(change.field)
        return below
    shadow = conn.execute(
        "SELECT val FROM shadow WHERE rec=? AND field=?", (change.rec, change.field)
    ).fetchone()
    masked: Scalar = shadow[0] if shadow and operation.state < 4 else change.old
    return masked


def _changes(conn: sqlite3.Connection, n: int) -> list[_Change]:
    rows = conn.execute(
        "SELECT tbl, rec, field, old, new, effect FROM change WHERE txn=? ORDER BY n", (n,)
    ).fetchall()
    return [_Change(*row) for row in rows]


def _group(change: _Change) -> tuple[str, ...]:
    return KINDS[change.kind].groups(change.field)


def _value(conn: sqlite3.Connection, kind: str, rec: str, field: str) -> Scalar:
    row = conn.execute(f"SELECT {field} FROM {kind} WHERE id=?", (rec,)).fetchone()
    return row[0] if row else None


def _exists(conn: sqlite3.Connection, kind: str, rec: str) -> bool:
    return conn.execute(f"SELECT 1 FROM {kind} WHERE id=?", (rec,)).fetchone() is not None


def _write(conn: sqlite3.Connection, kind: str, rec: str, values: dict[str, Scalar]) -> None:
    sets = ", ".join(f"{field}=?" for field in values)
    conn.execute(f"UPDATE {kind} SET {sets} WHERE id=?", (*values.values(), rec))


def _reinsert(conn: sqlite3.Connection, change: _Change) -> None:
    """A withdrawn create comes back with the id that it had."""
    if change.new is None and change.old is not None:
        values = orjson.loads(str(change.old))
        names = ["id", *values]
        conn.execute(
            f"INSERT OR IGNORE INTO {change.kind}({', '.join(names)}, ver)"
            f" VALUES({', '.join('?' * len(names))}, 0)",
            (change.rec, *values.values()),
        )


def _title(conn: sqlite3.Connection, kind: str, rec: str) -> str:
    title = _value(conn, kind, rec, KINDS[kind].title)
    return f"“{title}”" if title else KINDS[kind].label


def _label(change: _Change) -> str:
    field = KINDS[change.kind].fields.get(change.field)
    return field.label if field else "it"
