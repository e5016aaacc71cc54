"""Which record a word means: an id, a part of one, or a name."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from models.errors import NotFound, Refused
from models.kinds import KINDS, Kind
from tui.commands.output import count, plain

SHORT = 8  # last characters of an id, as lists show it: the first ones of a UUIDv7 are its time
MOST = 10  # candidates that an ambiguous word lists
_PART_OF_ID = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")

LIVE, DELETED, ANY = "live", "deleted", "any"


class Found(NamedTuple):
    kind: str
    id: str


def short(id: str) -> str:
    return id[-SHORT:]


def record(
    conn: sqlite3.Connection, word: str, kinds: Sequence[str] = (), *, among: Mapping[str, str | None] = {},
    state: str = LIVE,
) -> Found:  # fmt: skip
    """The one record that `word` means: its id, its name, the beginning or end of the id, the beginning of the name.

    Records with the field values `among` come first. Names are looked for among those of `state`, live ones first
    for ANY; an id finds any. Raises NotFound, or Refused with the candidates.
    """
    word = word.strip()
    if not word:
        raise NotFound("An empty name means no record. Give an id or a name.")
    wanted = [KINDS[name] for name in kinds or KINDS]
    states = (LIVE, DELETED) if state == ANY else (state,)
    for narrow in (among, {}) if among else ({},):
        for hits in _ladder(conn, word, wanted, narrow, states, any_kind=not kinds):
            if len(hits) == 1:
                return hits[0]
            if hits:
                raise Refused(_ambiguous(conn, word, hits))
    raise NotFound(_missing(word, wanted, bool(kinds), state))


def named(kind: Kind) -> str:
    """The field by which records of the kind are called, or nothing."""
    title = kind.fields[kind.title]
    if title.type == "text" and title.required:
        return kind.title
    return "name" if "name" in kind.fields else ""


def title(conn: sqlite3.Connection, kind: str, id: str | None) -> str:
    """A record in a few words, also one that has no name of its own."""
    if not id:
        return ""
    if kind not in KINDS:
        return short(id)
    row = _row(conn, kind, id)
    if row is None:
        return "not on this laptop"
    return plain(_TITLES.get(kind, _plain_title)(conn, kind, row) or f"{KINDS[kind].label} {short(id)}")


def place(conn: sqlite3.Connection, found: Found) -> str:
    """What the record belongs to: “task of Harlan Fab nesting”."""
    row = _row(conn, found.kind, found.id) or {}
    label = KINDS[found.kind].label.lower()
    for field in ("project_id", "client_id"):
        if row.get(field):
            return f"{label} of {title(conn, field[:-3], str(row[field]))}"
    return label


def _ladder(
    conn: sqlite3.Connection, word: str, kinds: Sequence[Kind], narrow: Mapping[str, str | None],
    states: Sequence[str], *, any_kind: bool,
) -> Iterator[list[Found]]:  # fmt: skip
    def find(where: str, *values: object) -> list[Found]:
        return [hit for kind in kinds for hit in _select(conn, kind, narrow, where, values)]

    def by_name(test: str, value: str) -> Iterator[list[Found]]:
        callable_ = [k for k in kinds if _callable(k, any_kind)]
        for state in states:
            gone = "deleted_at IS NULL" if state == LIVE else "deleted_at IS NOT NULL"
            yield [
                hit for kind in callable_
                for hit in _select(conn, kind, narrow, f"{test.format(named(kind))} AND {gone}", (value,))
            ]  # fmt: skip

    low = word.casefold()
    yield find("id=?", low)
    yield from by_name("{} = ? COLLATE NOCASE" if word.isascii() else "fold({}) = ?", low)
    if _PART_OF_ID.fullmatch(low):
        yield find("id >= ? AND id < ? || 'g'", low, low)
        yield find("id LIKE '%' || ?", low)
    if word.isascii():
        yield from by_name(r"{} LIKE ? ESCAPE '\'", re.sub(r"([\\%_])", r"\\\1", low) + "%")
    else:
        yield from by_name(f"substr(fold({{}}), 1, {len(low)}) = ?", low)


def _callable(kind: Kind, any_kind: bool) -> bool:
    """A name counts where the kind is known, else only for kinds that live by theirs."""
    field = named(kind)
    return bool(field) and (not any_kind or kind.fields[field].required)


def _select(
    conn: sqlite3.Connection,
    kind: Kind,
    narrow: Mapping[str, str | None],
    where: str,
    values: Iterable[object],
) -> list[Found]:
    extra = {name: value for name, value in narrow.items() if name in kind.fields}
    where += "".join(f" AND {name} IS ?" for name in extra)
    rows = conn.execute(f"SELECT id FROM {kind.name} WHERE {where} LIMIT 1000", (*values, *extra.values()))
    return [Found(kind.name, row[0]) for row in rows]


def _ambiguous(conn: sqlite3.Connection, word: str, hits: Sequence[Found]) -> str:
    lines = [f"  {short(h.id)}  {title(conn, *h)}  ({place(conn, h)})" for h in hits[:MOST]]
    more = [f"  … and {len(hits) - MOST} more"] if len(hits) > MOST else []
    head = f"“{plain(word)}” fits {count(len(hits), 'record')}. Give more of the name, or an id:"
    return "\n".join([head, *lines, *more])


def _missing(word: str, kinds: Sequence[Kind], chosen: bool, state: str) -> str:
    what = kinds[0].label.lower() if chosen and len(kinds) == 1 else "record"
    gone = "deleted " if state == DELETED else ""
    look = f"`milepost list {kinds[0].name}`" if chosen else f"`milepost search {plain(word)}`"
    return f"No {gone}{what} is called “{plain(word)}” or has such an id. Look with {look}."


def _row(conn: sqlite3.Connection, kind: str, id: str) -> dict[str, object] | None:
    cursor = conn.execute(f"SELECT * FROM {kind} WHERE id=?", (id,))
    row = cursor.fetchone()
    return dict(zip([c[0] for c in cursor.description], row, strict=True)) if row else None


def _plain_title(conn: sqlite3.Connection, kind: str, row: Mapping[str, object]) -> str:
    return str(row[KINDS[kind].title] or "")


def _link(conn: sqlite3.Connection, _: str, row: Mapping[str, object]) -> str:
    ends = (title(conn, "task", str(row[end] or "")) for end in ("predecessor_id", "successor_id"))
    return " → ".join(ends)


def _assignment(conn: sqlite3.Connection, _: str, row: Mapping[str, object]) -> str:
    who = title(conn, "member", str(row["member_id"] or "")) or "nobody"
    return f"{who} on {title(conn, 'task', str(row['task_id'] or ''))}"


def _baseline(_: sqlite3.Connection, __: str, row: Mapping[str, object]) -> str:
    return f"Baseline {row['number']}" + (f" {row['name']}" if row["name"] else "")


def _conflict(conn: sqlite3.Connection, _: str, row: Mapping[str, object]) -> str:
    kind, name = str(row["kind"]), str(row["field"])
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    return f"{field.label if field else name} of {title(conn, kind, str(row['rec']))}"


_CHOICES = {
    "now": "as it stands", "stands": "what stood", "aside": "what was set aside", "both": "both",
    "value": "another value",
}  # fmt: skip


def _settlement(conn: sqlite3.Connection, _: str, row: Mapping[str, object]) -> str:
    return f"{title(conn, 'conflict', str(row['conflict_id'] or ''))}, {_CHOICES.get(str(row['choice']), '')}"


_TITLES = {
    "dependency": _link,
    "assignment": _assignment,
    "baseline": _baseline,
    "conflict": _conflict,
    "settlement": _settlement,
}
