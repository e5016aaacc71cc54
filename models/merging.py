"""Records that may be one: finding them, and making one of two. Nothing is ever merged unasked."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from sqlmodel import Session, col, select

from models import newer
from models.errors import Refused
from models.fields import Scalar
from models.naming import company, person
from models.record import KINDS, Kind, Record, connection_of, delete, find

MERGED = ("client", "site", "contact")
T = TypeVar("T")
_OWN = ("space", "visibility", "deleted_at")


class Person(NamedTuple):
    """A contact, or what is to become one."""

    id: str
    name: str
    email: str
    client: str


class Pair(NamedTuple):
    """Two records that may be one, the older first, and why."""

    kind: str
    keep: str
    other: str
    why: str


def duplicates(conn: sqlite3.Connection) -> list[Pair]:
    """Contacts and clients that may be the same, of those that are not deleted."""
    people = conn.execute(
        """SELECT id, name, coalesce(email, ''), coalesce(client_id, '') FROM contact
           WHERE deleted_at IS NULL ORDER BY id"""
    )
    clients = conn.execute("SELECT id, name FROM client WHERE deleted_at IS NULL ORDER BY id").fetchall()
    firms = _pairs(clients, lambda row: company(row[1]) or None)
    return [
        *(Pair("client", one[0], other[0], "same name") for one, other in firms),
        *(
            Pair("contact", one.id, other.id, why)
            for one, other, why in alike([Person(*row) for row in people])
        ),
    ]


def alike(people: Sequence[Person]) -> list[tuple[Person, Person, str]]:
    """Pairs that may be one person, and why."""
    found: dict[tuple[Person, Person], str] = {}
    for why, key in (("same mail address", _mail), ("same name at one client", _name)):
        for pair in _pairs(people, key):
            found.setdefault(pair, why)
    return [(*pair, why) for pair, why in found.items()]


class Preview(NamedTuple):
    """What `merge` would do: labels of the fields that it fills, joins, and leaves as they are in `keep`, with both
    values; and how many records would belong to `keep` then."""

    filled: list[tuple[str, Scalar]]
    joined: list[str]
    differing: list[tuple[str, Scalar, Scalar]]
    moved: int


def preview(conn: sqlite3.Connection, kind: str, keep: str, other: str) -> Preview:
    """What merging would do; nothing is written."""
    spec, found = KINDS[kind], Preview([], [], [], 0)
    names = [name for name in spec.fields if name not in _OWN]
    rows = [
        conn.execute(f"SELECT {', '.join(names)} FROM {kind} WHERE id=?", (id,)).fetchone()
        for id in (keep, other)
    ]
    for name, mine, theirs in zip(names, *rows, strict=True):
        field = spec.fields[name]
        if theirs in (None, mine):
            continue
        if mine is None:
            found.filled.append((field.label, theirs))
        elif field.type == "note":
            found.joined.append(field.label)
        else:
            found.differing.append((field.label, mine, theirs))
    return found._replace(moved=_referring(conn, kind, other))


def _referring(conn: sqlite3.Connection, kind: str, id: str) -> int:
    return sum(
        conn.execute(
            f"SELECT count(*) FROM {spec.name} WHERE {field.name}=? AND deleted_at IS NULL", (id,)
        ).fetchone()[0]
        for spec in KINDS.values()
        for field in spec.fields.values()
        if field.refers == kind and not spec.immutable
    )


def merge(session: Session, kind: str, keep: str, other: str) -> list[str]:
    """Makes one record of two: what is empty in `keep` is filled from `other`, notes are joined, what refers to `other`
    refers to `keep`, and `other` goes into the recycle bin. Labels of the fields in which `keep` had another value.

    Raises Refused for a record with itself, where one of them is seen by fewer people than the other, and where a newer
    Milepost has written into `other`.
    """
    spec, one, two = KINDS[kind], find(session, kind, keep), find(session, kind, other)
    _refuse(spec, one, two)
    conn = connection_of(session)
    newer.refuse_losses(conn, {kind: [other]})
    differing = [label for name in spec.fields if name not in _OWN and (label := _fill(spec, one, two, name))]
    for record, field in _references(session, kind, other):
        setattr(record, field, keep)
    session.flush()  # a client takes what is still its own along
    delete(session, kind, other)
    return differing


def _refuse(spec: Kind, one: Record, two: Record) -> None:
    if spec.name not in MERGED:
        raise Refused(f"A {spec.label.lower()} cannot be merged; {', '.join(MERGED)} can.")
    if one.id == two.id:
        raise Refused(f"That is the same {spec.label.lower()} twice. Name two.")
    if one.deleted_at or two.deleted_at:
        raise Refused("One of them lies in the recycle bin. Take it out first: milepost undelete ID.")
    if (one.space, one.visibility) != (two.space, two.visibility):
        raise Refused("They are not seen by the same people. Make their visibility the same first.")


def _fill(spec: Kind, one: Record, two: Record, name: str) -> str:
    """The label of the field where its two values differ and one is left behind."""
    mine, theirs = getattr(one, name), getattr(two, name)
    if theirs in (None, mine):
        return ""
    if mine is None:
        setattr(one, name, theirs)
    elif spec.fields[name].type == "note":
        setattr(one, name, mine if str(theirs) in str(mine) else f"{mine}\n{theirs}")
    else:
        return spec.fields[name].label
    return ""


def _references(session: Session, kind: str, id: str) -> Iterator[tuple[Record, str]]:
    for spec in KINDS.values():
        for field in spec.fields.values():
            if field.refers == kind and not spec.immutable:
                rows = session.exec(select(spec.cls).where(col(getattr(spec.cls, field.name)) == id)).all()
                yield from ((record, field.name) for record in rows if record.deleted_at is None)


def _pairs(items: Sequence[T], key: Callable[[T], Hashable | None]) -> Iterator[tuple[T, T]]:
    first: dict[Hashable, T] = {}
    for one in items:
        if (value := key(one)) is not None and (other := first.setdefault(value, one)) is not one:
            yield other, one


def _mail(one: Person) -> Scalar:
    return one.email.strip().casefold() or None


def _name(one: Person) -> tuple[str, str] | None:
    return (one.client, person(one.name)) if one.client and person(one.name) else None
