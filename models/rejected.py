"""Operations that the server refused: what they held, and what a person does with them.

A refused operation left the view, and stays in the log until somebody sends it again or lets it go. What was made of it
by sending it again names it as its `ref`: taken back before it left, that makes it a refused one once more.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson
from sqlmodel import Session

from models.capture import OPEN, REJECTED, WITHDRAWN
from models.errors import NotFound, Refused
from models.fields import Scalar
from models.record import KINDS, connection_of, create, edit
from models.space import forget_changes, taken_with

WHY_NOT_HERE = (
    ": what made it was let go, or it is no longer shared with you. Ask for it to be shared again; or write this "
    "into a file, for who has the rest."
)


class Change(NamedTuple):
    """What a refused operation did to one record. `created`: the record was to be made by it."""

    kind: str
    rec: str
    created: bool
    values: dict[str, Scalar]


class Rejected(NamedTuple):
    """A refused operation. `at` is milliseconds since 1970."""

    id: str
    label: str
    at: int
    reason: str
    changes: list[Change]


def rejected(conn: sqlite3.Connection, id: str = "") -> Iterator[Rejected]:
    """The refused operations, oldest first; or the one with that id."""
    rows = conn.execute(
        "SELECT n, id, label, at, coalesce(note, '') FROM txn WHERE state=? AND (?='' OR id=?) ORDER BY n",
        (REJECTED, id, id),
    ).fetchall()
    for n, *told in rows:
        yield Rejected._make((*told, list(_changes(conn, n))))


def send_again(session: Session, id: str, instead: Mapping[tuple[str, str], Scalar] | None = None) -> None:
    """Does again what the operation did, on the records as they are now, as an edit of now; it is then settled.

    `instead` are other values, by record and field. Raises Refused where this laptop sees already that it cannot be.
    """
    [operation] = _open(session, [id])
    for change in operation.changes:
        values = change.values | {f: v for (rec, f), v in (instead or {}).items() if rec == change.rec}
        if change.created and session.get(KINDS[change.kind].cls, change.rec) is None:
            create(session, change.kind, id=change.rec, **values)
        else:
            _edit(session, change, values)
        session.flush()
    connection_of(session).execute(f"UPDATE txn SET ref=? WHERE state={OPEN}", (id,))
    _settle(session, [id])


def discard(session: Session, ids: Iterable[str]) -> None:
    """Lets refused operations go. They are not listed any more; nothing else changes."""
    ids = list(ids)
    _open(session, ids)
    _settle(session, ids)


def put_back(conn: sqlite3.Connection, id: str) -> None:
    """What the withdrawn operation `id` had sent again is refused as before."""
    _turn(conn, id, WITHDRAWN, REJECTED)


def settle_redone(conn: sqlite3.Connection, undo: str) -> None:
    """What `put_back` brought back when this undo was made is done once more."""
    _turn(conn, undo, REJECTED, WITHDRAWN)


def _turn(conn: sqlite3.Connection, id: str, before: int, after: int) -> None:
    # the undos and redos between never left this laptop: an operation that did was decided, and is no refused one
    conn.execute(
        f"""WITH RECURSIVE back(kind, ref) AS (
            SELECT kind, ref FROM txn WHERE id=?
            UNION ALL SELECT t.kind, t.ref FROM back b JOIN txn t ON t.id=b.ref
            WHERE b.kind<>'do' AND t.state={WITHDRAWN})
            UPDATE txn SET state=? WHERE state=? AND id IN (SELECT ref FROM back WHERE kind='do')""",
        (id, after, before),
    )


def out_of_reach(conn: sqlite3.Connection, operation: Rejected) -> str:
    """Why it cannot be done again on this laptop, whatever is typed instead; empty where it can."""
    made = set()
    for change in operation.changes:
        if change.created:
            made.add(change.rec)
            wanted = [(kind, change.values.get(f"{kind}_id"), "belongs to") for kind in ("project", "client")]
        else:
            wanted = [(change.kind, change.rec, "changes")]
        for kind, rec, relation in wanted:
            if rec and rec not in made and not _is_here(conn, kind, str(rec)):
                return _missing(conn, kind, str(rec), relation)
    return ""


def _is_here(conn: sqlite3.Connection, kind: str, rec: str) -> bool:
    return conn.execute(f"SELECT 1 FROM {kind} WHERE id=?", (rec,)).fetchone() is not None


def _missing(conn: sqlite3.Connection, kind: str, rec: str, relation: str, whole: str = "") -> str:
    what = KINDS[kind].label.lower()
    if _is_refused(conn, rec):
        return (
            f"The {what} that it {relation} is not here: what was to make it was refused, too. "
            "Send that again first."
        )
    return f"The {what} that it {relation} is not on this laptop{whole}"


def _edit(session: Session, change: Change, values: Mapping[str, Scalar]) -> None:
    here = session.get(KINDS[change.kind].cls, change.rec)
    if here is None:
        raise NotFound(_missing(connection_of(session), change.kind, change.rec, "changes", WHY_NOT_HERE))
    if values.get("space", here.space) != here.space:
        raise Refused(
            f"This {KINDS[change.kind].label.lower()} is there already, where other people see it than yours was for. "
            "Let yours go, and change that one if you mean it."
        )
    if not KINDS[change.kind].immutable or values.keys() != {"deleted_at"}:
        edit(session, change.kind, change.rec, **values)
    elif at := values["deleted_at"]:
        here.remove(session, str(at))
    else:
        here.restore(session, here.deleted_at)


def _is_refused(conn: sqlite3.Connection, rec: str) -> bool:
    """Whether what was to make the record is among the refused."""
    sql = "SELECT 1 FROM change c JOIN txn t ON t.n=c.txn WHERE c.rec=? AND c.field='' AND t.state=?"
    return conn.execute(sql, (rec, REJECTED)).fetchone() is not None


def _open(session: Session, ids: Iterable[str]) -> list[Rejected]:
    conn = connection_of(session)
    found = [operation for id in ids for operation in rejected(conn, id)]
    if not found:
        raise NotFound("No refused operation has that id. List them with `milepost rejected`.")
    return found


def _settle(session: Session, ids: Iterable[str]) -> None:
    conn = connection_of(session)
    for id in ids:
        sql = "UPDATE txn SET state=? WHERE id=? AND state=? RETURNING n"
        for (n,) in conn.execute(sql, (WITHDRAWN, id, REJECTED)).fetchall():
            forget_changes(conn, taken_with(conn, n))


def _changes(conn: sqlite3.Connection, n: int) -> Iterator[Change]:
    found: dict[str, Change] = {}
    for kind, rec, field, new in conn.execute(
        "SELECT tbl, rec, field, new FROM change WHERE txn=? ORDER BY n", (n,)
    ):
        if field == "":
            found[rec] = Change(kind, rec, True, orjson.loads(new or "{}"))
        else:
            found.setdefault(rec, Change(kind, rec, False, {})).values[field] = new
    yield from found.values()
