"""`field=value` words into what the store holds."""

import re
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from models.daywords import parse_days
from models.errors import Invalid, Refused
from models.fields import DAY_MINUTES, MAX_NOTE, Field, Scalar
from models.kinds import KINDS, Kind
from tui.commands import lookup
from tui.commands.context import Usage

OURS = {
    "id": "is given by Milepost.",
    "ver": "is set by Milepost, not by hand.",
    "extra": "is set by Milepost, not by hand.",
    "space": "a record stays where it was made.",
    "deleted_at": "use `milepost delete` and `milepost undelete`.",
    "rank": "say after=TASK or under=TASK instead.",
}
_FIRST = ("project_id", "client_id", "lag_unit")  # they decide how the rest is read

Pairs = list[tuple[str, str]]


def pairs(words: Iterable[str]) -> Pairs:
    """Words `field=value` in order; a field only once. Raises Usage."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise Usage(f"“{word}” is not field=value. Put quotes around a value that has spaces.")
        key = _key(name)
        if key in found:
            raise Usage(f"{key} is given twice. Give each field once.")
        found[key] = value
    return list(found.items())


def field_of(kind: Kind, word: str) -> Field:
    """The field that `word` means: its name, its name without _id or _minutes, or its label. Raises Invalid."""
    key = _key(word)
    if key in kind.fields or key in kind.writers:
        return kind.field(key)
    for name, field in kind.fields.items():
        known = (*field.aliases, name.removesuffix("_id"), name.removesuffix("_minutes"), _key(field.label))
        if key in known:
            return field
    return kind.field(key)


def parse(
    conn: sqlite3.Connection, kind: Kind, given: Pairs, beside: Mapping[str, str | None] = {}
) -> dict[str, Scalar]:
    """What `given` writes: field → scalar. `beside` is the record's present project and client, where it has any."""
    for name, _ in given:
        if name in OURS:
            raise Invalid(name, OURS[name])
    fields = [(field_of(kind, name), text) for name, text in given]
    fields.sort(key=lambda pair: pair[0].name not in _FIRST)
    known = dict(beside)
    values: dict[str, Scalar] = {}
    for field, text in fields:
        values.update(scalars(conn, kind, field, text, known))
        _learn(conn, field, values.get(field.name), known)
    return values


def scalars(
    conn: sqlite3.Connection, kind: Kind, field: Field, text: str, known: Mapping[str, str | None]
) -> dict[str, Scalar]:
    """What `text` typed into one field means: field → scalar; a lag is two fields."""
    if field.refers:
        return {field.name: reference(conn, field, text, known)}
    day = day_of(conn, known.get("project_id"))
    if kind.name == "dependency" and field.name == "lag":
        return _lag(field, text, day, known.get("lag_unit") or "")
    if field.type in ("note", "json"):
        text = _long(field, text)
    if field.until and (days := parse_days(field.name, text, date.today())):
        return dict(zip((field.name, field.until), map(str, days), strict=True))
    return {field.name: field.parse(text, day=day)}


def reference(
    conn: sqlite3.Connection, field: Field, text: str, among: Mapping[str, str | None] = {}
) -> str | None:
    """The id of the record that `text` means for `field`. Raises NotFound or Refused that name the field."""
    if not text.strip():
        field.check(None)
        return None
    try:
        return lookup.record(conn, text, [field.refers], among=among).id
    except Refused as error:
        raise type(error)(f"{field.name.removesuffix('_id')}: {error}") from None


def day_of(conn: sqlite3.Connection, project_id: str | None) -> int:
    """Working minutes of a day in that project."""
    row = conn.execute("SELECT minutes_per_day FROM project WHERE id=?", (project_id,)).fetchone()
    return int(row[0]) if row and row[0] else DAY_MINUTES


def beside(conn: sqlite3.Connection, kind: str, id: str) -> dict[str, str | None]:
    """Project and client of a record, as far as it has them itself."""
    names = [name for name in ("project_id", "client_id") if name in KINDS[kind].fields]
    if kind == "project":
        return {"project_id": id}
    if kind in ("assignment", "baseline_task"):
        query = f"SELECT project_id FROM task WHERE id=(SELECT task_id FROM {kind} WHERE id=?)"
        row = conn.execute(query, (id,)).fetchone()
        return {"project_id": row[0]} if row else {}
    row = conn.execute(f"SELECT {', '.join(names)} FROM {kind} WHERE id=?", (id,)).fetchone() if names else ()
    return {name: value for name, value in zip(names, row or (), strict=False) if value}


def _learn(conn: sqlite3.Connection, field: Field, id: Scalar, known: dict[str, str | None]) -> None:
    """What a reference says about where the record belongs: a task, its project."""
    if not isinstance(id, str):
        return
    if field.name in _FIRST:
        known[field.name] = id
    elif field.refers in ("task", "baseline") and not known.get("project_id"):
        row = conn.execute(f"SELECT project_id FROM {field.refers} WHERE id=?", (id,)).fetchone()
        known["project_id"] = row[0] if row else None


def _lag(field: Field, text: str, day: int, unit: str) -> dict[str, Scalar]:
    """2d, -4h, 50%, 3ed (elapsed: by the clock); a bare number is days, or percent where `unit` says so."""
    text = text.strip().lower().removeprefix("+") or "0"
    elapsed = re.fullmatch(r"(.*\d)\s*e([mhdw].*)", text)
    unit = unit or ("percent" if text.endswith("%") else "elapsed" if elapsed else "working")
    if "percent" in unit:
        return {"lag": field.parse(text), "lag_unit": unit}
    clock = unit == "elapsed"
    minutes = Field("lag", "duration", "Lag").parse(
        "".join(elapsed.groups()) if elapsed else text, day=1440 if clock else day
    )
    if clock and text.endswith("w"):
        minutes = int(minutes or 0) // 5 * 7  # by the clock a week has seven days
    return {"lag": minutes, "lag_unit": unit}


def _long(field: Field, text: str) -> str:
    """@FILE is the text of a file, - of the standard input, @@ a real @."""
    if text == "-":
        return sys.stdin.read(MAX_NOTE + 1)
    if text.startswith("@@"):
        return text[1:]
    return _file(field, Path(text[1:]).expanduser()) if text.startswith("@") else text


def _file(field: Field, path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_NOTE + 1)
    except UnicodeDecodeError:
        raise Invalid(field.name, f"{path} is not text in UTF-8. Save it as UTF-8 and try again.") from None
    except OSError as error:
        raise Invalid(
            field.name, f"{path} cannot be read: {error.strerror}. To begin with @ write @@."
        ) from None


def _key(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())
