"""list: the records of one kind, filtered, as a table, as JSON or as an Excel file."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import Refused
from models.fields import DAY_MINUTES, Field, Scalar
from models.filters.meaning import condition
from models.filters.vocabulary import LISTS
from models.kinds import KINDS, Kind, kind_of
from tui.commands import facts, lookup, values
from tui.commands.context import Context, note
from tui.commands.lookup import short
from tui.commands.output import by_column, count, plain

COLUMNS = {
    "task": ("name", "project_id", "status", "start", "finish", "duration_minutes", "percent_complete",
             "deadline", "who"),
    "project": ("name", "number", "client_id", "manager_id", "status", "start", "finish"),
}  # fmt: skip
MARKS = {"critical": Field("critical", "flag", "Critical")}
OTHERS = {**MARKS, "slack": Field("slack", "duration", "Slack"), "id": Field("id", "text", "ID")}
STATUS = {"task": None, "project": Field("status", "choice", "Status", choices=("cancelled", "on hold"))}


_PAIR = re.compile(r"[^=<>!:@#]+=.*", re.S)  # due<=fri is a filter


class Rows(NamedTuple):
    """What a list reads. `depths` are those of a whole tree of tasks, empty elsewhere."""

    names: list[str]
    rows: list[facts.Row]
    depths: list[int]

    def column(self, name: str) -> list[Any]:
        at = self.names.index(name)
        return [row[at] for row in self.rows]

    def first(self, number: int) -> "Rows":
        """The first so many; 0 means all."""
        return Rows(self.names, self.rows[:number], self.depths[:number]) if number else self


def list_(ctx: Context) -> int:
    kind = kind_of(ctx.args.kind)
    with ctx.reading(dates=kind.name in ("task", "project")) as conn:
        where, one_project = conditions(conn, kind, ctx.args.filters)
        if ctx.json:
            _print_json(ctx, kind, read(conn, kind, where).first(ctx.args.limit))
            return 0
        shown = [n for n in COLUMNS.get(kind.name, kind.listed) if not (one_project and n == "project_id")]
        found = read(conn, kind, where, shown)
        part = found.first(ctx.args.limit)
        if ctx.args.xlsx:
            return _save(ctx, conn, kind, part, shown)
        _print_table(ctx, conn, kind, part, shown)
    if len(part.rows) < len(found.rows):
        note(f"{len(part.rows):,} of {count(len(found.rows), kind.label.lower(), kind.plural.lower())}.")
    return 0


class Where:
    """The conditions of a list, for SQL."""

    def __init__(self) -> None:
        self.tests: list[str] = []
        self.values: list[Scalar] = []
        self.only_project = False

    def sql(self) -> str:
        return " AND ".join(self.tests) or "1"

    def add(self, test: str, *values: Scalar) -> None:
        self.tests.append(test)
        self.values += values


def conditions(conn: sqlite3.Connection, kind: Kind, words: Sequence[str]) -> tuple[Where, bool]:
    """What the words ask for, and whether only one project is left: `field=value`, and what a list of the application
    can be filtered by."""
    where = Where()
    filters = [word for word in words if not _PAIR.fullmatch(word)] if kind.name in LISTS else []
    if filters:
        _narrow(conn, kind, " ".join(filters), where)
    given = values.pairs(word for word in words if word not in filters)
    rest = [(name, text) for name, text in given if name != "deleted"]
    _deleted(where, dict(given).get("deleted", "no"))
    fields = sorted(rest, key=lambda pair: pair[0] not in ("project", "client", "project_id", "client_id"))
    known: dict[str, str | None] = {}
    for name, text in fields:
        _filter(conn, kind, name, text, where, known)
    where.only_project = [name.removesuffix("_id") for name, _ in rest] == ["project"]
    return where, bool(known.get("project_id"))


def _narrow(conn: sqlite3.Connection, kind: Kind, text: str, where: Where) -> None:
    """`due<fri @ines late`: the ids that the filter leaves."""
    wanted = condition(conn, text, LISTS[kind.name])
    rows = conn.execute(f"SELECT t.id FROM {facts.source(kind.name)} WHERE {wanted.sql}", wanted.values)
    where.add("t.id IN (SELECT value FROM json_each(?))", json.dumps([id for (id,) in rows]))


def _deleted(where: Where, text: str) -> None:
    if text.lower() == "all":
        return
    flag = Field("deleted", "flag", "Deleted").parse(text)
    where.add(f"t.deleted_at IS {'NOT ' if flag else ''}NULL")


def _filter(
    conn: sqlite3.Connection, kind: Kind, name: str, text: str, where: Where, known: dict[str, str | None]
) -> None:
    derived = facts.DERIVED.get(kind.name, {})
    if kind.name == "task" and name in ("who", "member"):
        _who(conn, text, where)
        return
    field = _filter_field(kind, name)
    for column, value in _wanted(conn, kind, field, text, known).items():
        known[column] = value if field.refers and value else None
        _equal(where, field, derived.get(column, f"t.{column}"), value, whole_day=len(text.strip()) <= 10)


def _wanted(
    conn: sqlite3.Connection, kind: Kind, field: Field, text: str, known: Mapping[str, str | None]
) -> Mapping[str, Any]:
    if not text.strip():
        return {field.name: None}  # what is required cannot be empty, but a filter may ask for it
    return values.scalars(conn, kind, field, text, known)


def _equal(where: Where, field: Field, column: str, value: Scalar, *, whole_day: bool) -> None:
    if isinstance(value, str) and field.type in ("text", "note"):
        where.add(f"fold({column}) = ?", value.casefold())
    elif isinstance(value, str) and field.type in ("minute", "instant") and whole_day:
        where.add(f"substr({column}, 1, 10) = ?", value[:10])  # a bare day
    else:
        where.add(f"{column} IS ?", value)


def _filter_field(kind: Kind, name: str) -> Field:
    derived = {**MARKS, **({"status": field} if (field := STATUS.get(kind.name)) else {})}
    if name in derived and name in facts.DERIVED.get(kind.name, {}):
        return derived[name]
    return values.field_of(kind, name)


def _who(conn: sqlite3.Connection, text: str, where: Where) -> None:
    field = KINDS["assignment"].fields["member_id"]
    working = "SELECT task_id FROM assignment WHERE deleted_at IS NULL AND member_id"
    if not text.strip():
        where.add(f"t.id NOT IN ({working} IS NOT NULL)")
    else:
        where.add(f"t.id IN ({working} = ?)", values.reference(conn, field, text))


def read(conn: sqlite3.Connection, kind: Kind, where: Where, shown: Sequence[str] = ()) -> Rows:
    """The records that `where` takes: tasks in the order of their plans, others by name; all columns, or `shown`."""
    every = facts.columns(kind.name)
    needed = ["id", "deleted_at", *(n for n in ("project_id", "parent_id", "rank") if n in every), *shown]
    names = list(dict.fromkeys(needed)) if shown else list(every)
    named = lookup.named(kind)
    order = "" if kind.name == "task" else f" ORDER BY fold(t.{named}), t.id" if named else " ORDER BY t.id"
    query = f"SELECT {', '.join(every[n] for n in names)} FROM {facts.source(kind.name)} WHERE {where.sql()}{order}"
    rows = conn.execute(query, where.values).fetchall()
    if kind.name != "task":
        return Rows(names, rows, [])
    rows, depths = _plan_order(conn, names, rows)
    return Rows(names, rows, depths if where.only_project else [])


def _plan_order(
    conn: sqlite3.Connection, names: Sequence[str], rows: list[facts.Row]
) -> tuple[list[facts.Row], list[int]]:
    """Tasks project by project in the order of their plans, and how deep each lies."""
    projects: dict[str, list[facts.Row]] = {}
    at = names.index("project_id")
    for row in rows:
        projects.setdefault(row[at], []).append(row)
    called = {id: str(name).casefold() for id, name in conn.execute("SELECT id, name FROM project")}
    order = sorted(projects, key=lambda id: (called.get(id, ""), id))
    placed = [pair for id in order for pair in facts.in_tree_order(projects[id], names)]
    return [row for _, row in placed], [depth for depth, _ in placed]


def _print_json(ctx: Context, kind: Kind, found: Rows) -> None:
    import orjson

    names = facts.outside(found.names)
    lines = (orjson.dumps(facts.set_only(kind.name, names, row)).decode() for row in found.rows)
    ctx.print("[" + ",\n ".join(lines) + "]")


def _print_table(ctx: Context, conn: sqlite3.Connection, kind: Kind, found: Rows, names: list[str]) -> None:
    if not found.rows:
        note(f"No {kind.plural.lower()}.")
        return
    fields = [_shown_field(kind, name) for name in names]
    days = _days(conn, found)
    columns = [
        _cells(conn, field, found.column(name), days) for field, name in zip(fields, names, strict=True)
    ]
    if found.depths:
        columns[0] = ["  " * depth + name for depth, name in zip(found.depths, columns[0], strict=True)]
    ids = [short(id) for id in found.column("id")]
    gone = [at[:10] if at else "" for at in found.column("deleted_at")]
    for line in by_column(["ID", *(field.label for field in fields), "Deleted"], [ids, *columns, gone]):
        ctx.print(line)


def _save(ctx: Context, conn: sqlite3.Connection, kind: Kind, found: Rows, names: list[str]) -> int:
    path = Path(ctx.args.xlsx).expanduser()
    if path.exists() and not ctx.args.force:
        raise Refused(f"{path} exists already. Choose another name, or say --force to replace it.")
    number = write_excel(conn, path, kind, found, names)
    ctx.print(f"Wrote {count(number, kind.label.lower(), kind.plural.lower())} to {path}.")
    return 0


def write_excel(conn: sqlite3.Connection, path: Path, kind: Kind, found: Rows, names: Sequence[str]) -> int:
    """Writes these columns of the rows into a workbook, references as names, durations in days; how many rows."""
    from office import excel

    fields = [_shown_field(kind, name) for name in names]
    heads = [
        excel.Column(field.label, "percent" if field.name == "percent_complete" else field.type)
        for field in fields
    ]
    days = _days(conn, found)

    @cache
    def called(kind: str, id: str) -> str:
        return lookup.title(conn, kind, id)

    def cells(field: Field, column: Sequence[Any]) -> Iterator[excel.Value]:
        for value, day in zip(column, days, strict=True):
            yield (
                called(field.refers, value) if field.refers and value else excel.value(field.type, value, day)
            )

    columns = [cells(field, found.column(name)) for field, name in zip(fields, names, strict=True)]
    return excel.write(path, heads, zip(*columns, strict=True), sheet=kind.plural)


def _shown_field(kind: Kind, name: str) -> Field:
    if name in OTHERS:
        return OTHERS[name]
    return (STATUS["project"] if (kind.name, name) == ("project", "status") else None) or kind.field(name)


def _days(conn: sqlite3.Connection, found: Rows) -> list[int]:
    """The working minutes of a day for each row."""
    if "project_id" not in found.names:
        return [DAY_MINUTES] * len(found.rows)
    known = {id: day or DAY_MINUTES for id, day in conn.execute("SELECT id, minutes_per_day FROM project")}
    return [known.get(project, DAY_MINUTES) for project in found.column("project_id")]


def _cells(conn: sqlite3.Connection, field: Field, column: Sequence[Any], days: Sequence[int]) -> list[str]:
    """What stands in a column; equal values are put into words once."""

    @cache
    def show(value: Any, day: int) -> str:
        if value is None or (field.type in ("flag", "integer") and value == 0):
            return ""
        if field.refers:
            return lookup.title(conn, field.refers, str(value))
        return plain(field.show(value, day=day))

    return [show(value, day) for value, day in zip(column, days, strict=True)]
