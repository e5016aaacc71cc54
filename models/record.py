"""What every synced record has, the table of kinds, and the verbs that every kind has.

Attributes hold the store's scalars (see models.fields), so that a value reads the same in Python, in SQLite, in the
log and on the wire.
"""

import dataclasses
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple, TypeVar

import uuid_utils.compat as uuid
from sqlalchemy import INTEGER, REAL, TEXT, inspect
from sqlmodel import Field as Column
from sqlmodel import Session, SQLModel

from models.errors import Invalid, NotFound, Refused
from models.fields import Field, Scalar, instant

NAMESPACE = uuid.UUID("6f1d2f0e-5a9c-5d0a-9b52-3f8f6c1c7a01")  # of ids made from what made the record
_SQL = {"integer": INTEGER, "flag": INTEGER, "duration": INTEGER, "number": REAL}
LOCAL_COLUMNS = ("extra", "ver")  # never captured, never sent
OWNERS = (
    "project_id",
    "task_id",
    "baseline_id",
    "conflict_id",
    "client_id",
)  # the first that is set says the space
# fields that say what a record lies below: where that is deleted, it is in no list; a client before all others
ABOVE = ("client_id", "project_id", "task_id", "parent_id", "owner_id")


def new_id() -> str:
    """A UUIDv7: ids made later sort later."""
    return str(uuid.uuid7())


def made_id(*parts: str) -> str:
    """The id of a record that is made from `parts`: the same on every laptop (UUIDv5)."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def now_instant() -> str:
    return instant(datetime.now(UTC))


def attribute(type: str, label: str, *, index: bool = False, **spec: Any) -> Any:
    """A column whose meaning is a `Field` of models.fields; `spec` are that class's arguments.

    Columns are nullable, since an older or newer colleague may not know one; what is required, `check` requires.
    """
    field = Field(name="", type=type, label=label, **spec)
    return Column(
        default=field.default,
        nullable=True,
        index=index,
        sa_type=_SQL.get(type, TEXT),
        # no default of SQLAlchemy's: it would take the place of a None that was meant
        sa_column_kwargs={"info": {"field": field}, "default": None},
    )


def visibility(default: str) -> Any:
    """Whether the record's client may see it, when nobody says otherwise. See models.windows.discreet."""
    return attribute(
        "choice", "Visibility", default=default, choices=("client", "internal", "private"), decides="server"
    )


class Record(SQLModel):
    """What every synced record has."""

    id: str = Column(default_factory=new_id, primary_key=True, sa_type=TEXT)
    space: str = attribute("text", "Space", default="workspace")
    visibility: str = visibility("internal")
    deleted_at: str | None = attribute("instant", "Deleted", decides="server")
    extra: str | None = Column(default=None, sa_type=TEXT)
    ver: int = Column(default=0, sa_type=INTEGER)

    def remove(self, session: Session, at: str) -> None:
        """Puts the record, and what cannot stand without it, into the recycle bin."""
        self.deleted_at = at

    def restore(self, session: Session, at: str | None) -> None:
        """Takes the record back out of the recycle bin, with what went there by the same act, at `at`."""
        self.deleted_at = None

    def born(self, session: Session) -> None:
        """Completes a new record with what follows from others."""

    def rules(self) -> None:
        """Raises Invalid where the record contradicts itself; fields are checked one by one before."""

    def agree(self, session: Session, written: Collection[str]) -> None:
        """Makes what follows from what was `written` in other fields and records. Raises Refused where it contradicts
        them: a circle of links, a task below itself."""


R = TypeVar("R", bound=Record)


class Writer(NamedTuple):
    """A field that is typed and shown but stored as others: `write(session, record, scalar)`."""

    field: Field
    write: Callable[[Session, Any, Scalar], None]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of record: its table's name, its class, its fields in the order of a form."""

    name: str
    cls: type[Record]
    label: str
    plural: str
    title: str
    fields: dict[str, Field]
    writers: dict[str, Writer]
    immutable: bool
    listed: tuple[str, ...]

    @property
    def one(self) -> str:
        """“a task”, “an attachment”."""
        return f"{'an' if self.label[0] in 'AEIOU' else 'a'} {self.label.lower()}"

    def field(self, name: str) -> Field:
        """The field called `name`, one that is stored as others included. Raises Invalid with the names."""
        if name in self.fields:
            return self.fields[name]
        if name in self.writers:
            return self.writers[name].field
        for field in self.fields.values():
            if name in (field.name.removesuffix("_id"), *field.aliases):  # client=… for client_id=…
                return field
        known = ", ".join([*(n for n in self.fields if n not in ("space", "deleted_at")), *self.writers])
        raise Invalid(name, f"{self.one} has no such field. It has: {known}.")

    def check(self, values: Mapping[str, Any]) -> None:
        """The pure checks of one record's scalars, the same on both sides. Raises Invalid."""
        for name, value in values.items():
            if field := self.fields.get(name):
                field.check(value)

    def groups(self, name: str) -> tuple[str, ...]:
        """The fields that merge as one with `name`, itself included."""
        field = self.fields.get(name)
        if field is None or not field.group:
            return (name,)
        return tuple(n for n, f in self.fields.items() if f.group == field.group)


KINDS: dict[str, Kind] = {}


def register(
    label: str, plural: str, *, title: str = "name", listed: Iterable[str] = (), immutable: bool = False,
    writers: Iterable[Writer] = (),
) -> Callable[[type[R]], type[R]]:  # fmt: skip
    """Makes the class a kind. `title` is the field that names a record, `listed` what a list shows of it."""

    def enter(cls: type[R]) -> type[R]:
        name = str(cls.__tablename__)
        fields = dict(_fields(cls))
        KINDS[name] = Kind(
            name, cls, label, plural, title, fields, {w.field.name: w for w in writers}, immutable,
            tuple(listed) or (title,),
        )  # fmt: skip
        return cls

    return enter


def _fields(cls: type[Record]) -> Iterable[tuple[str, Field]]:
    columns = cls.__table__.columns  # type: ignore[attr-defined]
    base = [c for c in columns if c.name in Record.model_fields]
    for column in [*(c for c in columns if c not in base), *base]:
        if field := column.info.get("field"):
            yield column.name, dataclasses.replace(field, name=column.name)


def table_name(cls_name: str) -> str:
    """BaselineTask → baseline_task."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls_name).lower()


class Named:
    """Mixin: the table's name is the class's, in snake case."""

    __tablename__: ClassVar[Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.__tablename__ = table_name(cls.__name__)
        super().__init_subclass__(**kwargs)


def kind_of(name: str) -> Kind:
    """The kind called `name` (task, tasks, Task). Raises NotFound with the names."""
    word = name.lower().replace(" ", "_").replace("-", "_")
    for kind in KINDS.values():
        if word in (kind.name, kind.plural.lower().replace(" ", "_")):
            return kind
    raise NotFound(f"There is no kind “{name}”. There are: {', '.join(KINDS)}.")


# ── the verbs that every kind has ─────────────────────────────────────────────────────────────────────


def connection_of(session: Session) -> sqlite3.Connection:
    """The connection on which the session is inside its transaction, for SQL that the ORM has no words for."""
    conn = session.connection().connection.driver_connection
    assert isinstance(conn, sqlite3.Connection)
    return conn


def find(session: Session, kind: str, id: str) -> Any:
    """The record, deleted ones included. Raises NotFound."""
    cls = KINDS[kind].cls
    made = (r for r in session.new if isinstance(r, cls) and r.id == id)  # by this very verb, not yet flushed
    record = session.get(cls, id) or next(made, None)
    if record is None:
        raise NotFound(
            f"No {KINDS[kind].label.lower()} has the id {id}. List them with `milepost list {kind}`."
        )
    return record


def create(session: Session, kind: str, **values: Scalar) -> Any:
    """A new record with `values`; a name is enough. Raises Invalid, Refused."""
    spec = KINDS[kind]
    record = spec.cls(id=str(values.pop("id", None) or new_id()))
    named = {spec.field(name).name: value for name, value in values.items()}
    stored = {name: value for name, value in named.items() if name in spec.fields}
    _set(session, kind, record, stored)
    refuse_hidden(session, record)
    record.born(session)
    session.add(record)
    _set(session, kind, record, {n: v for n, v in named.items() if n not in stored})
    record.agree(session, stored)
    return record


def refuse_hidden(session: Session, record: Record) -> None:
    """Raises Refused where what the record lies below is deleted, by a colleague maybe while it was open here: it is in
    no list then."""
    fields = KINDS[str(record.__tablename__)].fields
    for name in [name for name in ABOVE if getattr(record, name, None)]:
        kind = KINDS.get(fields[name].refers or getattr(record, "owner_kind", ""))
        owner = kind and session.get(kind.cls, getattr(record, name))
        if kind and owner and owner.deleted_at:
            raise Refused(
                f"“{getattr(owner, kind.title)}” is in the recycle bin, and what belongs to it in no list. "
                f"Restore it first: milepost undelete {owner.id}"
            )


def edit(session: Session, kind: str, id: str, **values: Scalar) -> Any:
    """Writes `values` into the record. Raises Invalid or NotFound."""
    record = find(session, kind, id)
    if KINDS[kind].immutable:
        raise Invalid(kind, f"{KINDS[kind].one} is never changed once made. Make a new one.")
    _set(session, kind, record, values)
    record.agree(session, {KINDS[kind].field(name).name for name in values})
    return record


def delete(session: Session, kind: str, id: str) -> Any:
    """Into the recycle bin, with all that cannot stand without it."""
    record = find(session, kind, id)
    if record.deleted_at is None:
        record.remove(session, now_instant())
    return record


def undelete(session: Session, kind: str, id: str) -> Any:
    """Out of the recycle bin."""
    record = find(session, kind, id)
    record.restore(session, record.deleted_at)
    return record


def delete_all(session: Session, picked: Iterable[tuple[str, str]]) -> None:
    """`delete` for several (kind, id)."""
    for kind, id in picked:
        delete(session, kind, id)


def undelete_all(session: Session, picked: Iterable[tuple[str, str]]) -> None:
    """`undelete` for several (kind, id)."""
    for kind, id in picked:
        undelete(session, kind, id)


def _set(session: Session, kind: str, record: Record, values: dict[str, Scalar]) -> None:
    spec = KINDS[kind]
    with session.no_autoflush:  # a look-up must not write, and so check, a record that is half edited
        for name, value in values.items():
            if name in ("id", *LOCAL_COLUMNS):
                raise Invalid(name, "is set by Milepost, not by hand.")
            field = spec.field(name)
            if field.refers and value is not None:
                find(session, field.refers, str(value))
            if field.name in spec.writers:
                field.check(value)
                spec.writers[field.name].write(session, record, value)
            else:
                setattr(record, field.name, value)


def check_record(record: Record) -> None:
    """All checks of what is to be written of one record. Raises Invalid."""
    spec = KINDS[str(record.__tablename__)]
    for name, field in spec.fields.items():
        if field.type == "number" and (value := getattr(record, name)) is not None:
            setattr(record, name, round(float(value), 6))  # more digits would not survive SQLite's JSON
    state = inspect(record)
    # a newer program may have put into another field what this one does not take
    written = [n for n in spec.fields if not state.persistent or state.attrs[n].history.has_changes()]
    spec.check({name: getattr(record, name) for name in written})
    record.rules()
