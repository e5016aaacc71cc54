"""Contacts and tasks of somebody's list into the store: every difference first, then as one operation.

batch = rows_of(tables.read(path), "contact", columns)
compare(conn, batch).lines()                                 # shown before anything is saved
store.transact(f"Import {batch.name}", take_in, batch)

What is in the list and not here is made, what differs is changed, an empty cell leaves what is here, and nothing is
deleted: so the same list taken in twice changes nothing the second time.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models.errors import Invalid, Refused
from models.fields import DAY_MINUTES, Field, Scalar
from models.kinds import KINDS
from models.people import check_email
from models.record import Record, check_record, connection_of, create, edit
from models.task import ranks
from office.cells import scalar
from office.headings import Columns
from office.tables import Cell, Table
from office.vcards import Cards
from office.words import counted, few

PART = 200
UNIQUE = 8  # characters of an id that is nobody else's; a shorter one only counts the rows of its list
SHOWN = 40  # differences of a kind that a preview spells out
_LEVEL = Field("level", "integer", "Outline level", low=0, high=200)
APART = ("first_name", "last_name", "client", "source", "level")  # not a field of the record by that name


@dataclass(frozen=True)
class Incoming:
    """A row of a list: field → cell. `number` is the row's, as the list counts."""

    number: int
    cells: dict[str, Cell]
    heads: dict[str, str] = field(default_factory=dict)  # field → heading, for messages


@dataclass(frozen=True)
class Batch:
    """A list that is understood. `about`, `careful` and `unreadable` are lines for the user."""

    kind: str
    name: str
    about: list[str]
    rows: list[Incoming]
    careful: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    noun: str = "row"
    project_id: str | None = None
    client_id: str | None = None  # of contacts that name no client
    day: int = DAY_MINUTES  # working minutes of a day, for durations


@dataclass
class Entry:
    """A row in the store's scalars. `client` is a name, `source` the row's id, ours or that of where it comes from,
    `level` 0 where the list has no outline."""

    number: int
    name: str
    values: dict[str, Scalar] = field(default_factory=dict)
    client: str = ""
    source: str = ""
    level: int = 0


@dataclass
class Difference:
    """What one row does. `words` say it: for a change each field from and to."""

    number: int
    id: str
    name: str
    values: dict[str, Scalar]
    words: str = ""


@dataclass
class Differences:
    """All that taking in a batch does."""

    batch: Batch
    new: list[Difference] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)
    unchanged: int = 0
    clients: dict[str, str] = field(default_factory=dict)  # id → name of those to be made
    careful: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.new or self.changed)

    def lines(self, most: int = SHOWN) -> list[str]:
        """All of it as a person reads it."""
        kind = KINDS[self.batch.kind]
        one, many = kind.label.lower(), kind.plural.lower()
        return [
            *self.batch.about,
            *self._spelled("new", self.new, one, many, most),
            *(
                [f"new: {counted(len(self.clients), 'client')}: {few(list(self.clients.values()))}"]
                * bool(self.clients)
            ),
            *self._spelled("changed", self.changed, one, many, most),
            f"unchanged: {counted(self.unchanged, one, many)}",
            *_first([f"unreadable: {line}" for line in self.unreadable], most),
            *_first([f"careful: {line}" for line in self.careful], most),
        ]

    def _spelled(
        self, head: str, found: Sequence[Difference], one: str, many: str, most: int
    ) -> Iterator[str]:
        if found:
            yield f"{head}: {counted(len(found), one, many)}"
            noun = self.batch.noun
            yield from _first(
                [f"  {noun} {each.number}  {each.name}{each.words and ': '}{each.words}" for each in found],
                most,
            )


def rows_of(table: Table, kind: str, columns: Columns, **more: Any) -> Batch:
    """The rows of a table by its columns."""
    used = [(at, head, columns[head]) for at, head in enumerate(table.heads) if columns.get(head)]
    heads = {name: head for _, head, name in used}
    rows = [Incoming(row.number, {name: row.cells[at] for at, _, name in used}, heads) for row in table.rows]
    idle = [head for head in table.heads if head and not columns.get(head)]
    about = [
        f"{table.name}  ({table.about})",
        "columns: " + ", ".join(f"{head} → {name.removesuffix('_id')}" for _, head, name in used),
        *([f"columns that are not used: {', '.join(idle)}"] if idle else []),
    ]
    return Batch(kind, table.name, about, rows, list(table.warnings), **more)


def cards_of(cards: Cards, **more: Any) -> Batch:
    """The contacts of a .vcf file."""
    rows = [Incoming(card.number, dict(card.values)) for card in cards.cards]
    about = [f"{cards.name}  ({cards.about})", *(f"left out: {line}" for line in cards.left_out)]
    return Batch("contact", cards.name, about, rows, [], list(cards.unreadable), "contact", **more)


def compare(conn: sqlite3.Connection, batch: Batch) -> Differences:
    """What `take_in` with the same batch would do to the store that `conn` reads."""
    from office import intake_contacts, intake_tasks

    made = Differences(batch, careful=list(batch.careful), unreadable=list(batch.unreadable))
    of_kind = {"contact": intake_contacts, "task": intake_tasks}[batch.kind]
    entries = read_entries(batch, batch.day, made.unreadable)
    of_kind.compare(conn, entries, made)
    _tell_deleted(conn, made)
    return made


def take_in(session: Session, batch: Batch) -> Differences:
    """Writes the differences, in the caller's one transaction."""
    made = compare(connection_of(session), batch)
    held = [create(session, "client", id=id, name=name) for id, name in made.clients.items()]
    session.flush()
    if batch.project_id:
        _place(session, batch.project_id, made.new)
    for at, each in enumerate(made.new, 1):
        held.append(_written(batch, each, create(session, batch.kind, id=each.id, **each.values)))
        if at % PART == 0:
            session.flush()  # a reference is looked for among all that is not flushed
    held += [
        _written(batch, each, edit(session, batch.kind, each.id, **each.values)) for each in made.changed
    ]
    session.flush()  # what is `held` until here the session need not read again for each reference to it
    return made


def _written(batch: Batch, each: Difference, record: Record) -> Record:
    """A row that contradicts what stays here stops the import; it is named."""
    try:
        check_record(record)
    except Invalid as error:
        raise Refused(f"{batch.noun} {each.number}, {each.name}: {error}") from error
    return record


def _place(session: Session, project_id: str, new: Sequence[Difference]) -> None:
    """Each new task as the last one of its level, in the order of the list."""
    levels: dict[str | None, list[Difference]] = {}
    for each in new:
        parent = each.values.get("parent_id")
        levels.setdefault(str(parent) if parent else None, []).append(each)
    for parent_id, tasks in levels.items():
        for task, rank in zip(tasks, ranks(session, project_id, parent_id, len(tasks)), strict=True):
            task.values["rank"] = rank


def _tell_deleted(conn: sqlite3.Connection, made: Differences) -> None:
    """What was thrown away here is not to come back unseen."""
    among = "project_id IS ?" if made.batch.project_id else "? IS NULL"
    sql = f"SELECT name FROM {made.batch.kind} WHERE deleted_at IS NOT NULL AND {among}"
    gone = {str(name).casefold() for (name,) in conn.execute(sql, (made.batch.project_id,))}
    if again := [each.name for each in made.new if each.name.casefold() in gone]:
        made.careful.append(f"new again, though of this name one lies in the recycle bin: {few(again)}")


# ── rows into scalars ─────────────────────────────────────────────────────────────────────────────────


def read_entries(batch: Batch, day: int, unreadable: list[str]) -> list[Entry]:
    """The rows in scalars. What cannot be read is named with row and column; the rest of its row is taken."""
    entries = []
    for row in batch.rows:
        entry = Entry(row.number, _name(row))
        if not entry.name:
            unreadable.append(f"{batch.noun} {row.number} has no name")
            continue
        for name, cell in row.cells.items():
            try:
                _take(batch.kind, entry, name, cell, day)
            except Invalid as error:
                unreadable.append(f"{batch.noun} {row.number}, {row.heads.get(name, name)}: {_why(error)}")
        entries.append(entry)
    return entries


def _take(kind: str, entry: Entry, name: str, cell: Cell, day: int) -> None:
    if name == "level":
        entry.level = int(scalar(_LEVEL, cell) or 0)
    elif name == "client":
        entry.client = _line(cell)
    elif name == "source":
        word = _line(cell)
        entry.source = word if len(word) >= UNIQUE else ""
        if kind == "task" and word.isdecimal():
            entry.values["source_uid"] = scalar(KINDS["task"].field("source_uid"), word)
    elif name not in APART:
        spec = KINDS[kind].field(name)
        value = scalar(spec, cell, day)
        if spec.name == "email":
            check_email(value if value is None else str(value))
        if value is not None:
            entry.values[spec.name] = value


def _name(row: Incoming) -> str:
    whole = row.cells.get("name") or " ".join(
        str(row.cells[part]) for part in ("first_name", "last_name") if row.cells.get(part)
    )
    return " ".join(str(whole).split())


def _line(cell: Cell) -> str:
    return " ".join(str("" if cell is None else cell).split()).removesuffix(".0")


def _why(error: Invalid) -> str:
    return str(error).partition(": ")[2] or str(error)


# ── pieces that both kinds need ───────────────────────────────────────────────────────────────────────


def from_to(kind: str, before: dict[str, Any], after: dict[str, Scalar], day: int = DAY_MINUTES) -> str:
    """ "Phone: +33 1 → +33 2; Role: – → IT"."""
    parts = []
    for name, value in after.items():
        spec = KINDS[kind].field(name)
        old, new = (
            " ".join(spec.show(each, day=day).split())[:60] or "–" for each in (before.get(name), value)
        )
        parts.append(f"{spec.label}: {old} → {new}")
    return "; ".join(parts)


def _first(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"  … and {len(lines) - most:,} more"]
