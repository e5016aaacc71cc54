"""list: the records of one kind, filtered, as a table or as JSON."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from models.fields import Field, Scalar
from models.kinds import KINDS, Kind, kind_of
from tui.commands import facts, lookup, values
from tui.commands.context import Context, note
from tui.commands.lookup import short
from tui.commands.output import count, plain, table

Row = dict[str, Any]

COLUMNS = {
    "task": ("name", "project_id", "status", "start", "finish", "duration_minutes", "percent_complete",
             "deadline", "who"),
    "project": ("name", "number", "client_id", "manager_id", "status", "start", "finish"),
}  # fmt: skip
MARKS = {"critical": Field("critical", "flag", "Critical")}
STATUS = {"task": None, "project": Field("status", "choice", "Status", choices=("cancelled", "on hold"))}


def list_(ctx: Context) -> int:
    kind = kind_of(ctx.args.kind)
    with ctx.reading() as conn:
        where, project = conditions(conn, kind, values.pairs(ctx.args.filters))
        rows = read(conn, kind, where)
        shown = rows[: ctx.args.limit] if ctx.args.limit else rows
        if ctx.json:
            _print_json(ctx, kind, shown)
        else:
            _print_table(ctx, conn, kind, shown, one_project=project)
    if len(shown) < len(rows) and not ctx.json:
        note(f"{count(len(shown), kind.label.lower(), kind.plural.lower())} of {len(rows):,}.")
    return 0


class Where:
    """The conditions of a list, for SQL."""

    def __init__(self) -> None:
        self.tests: list[str] = []
        self.values: list[Scalar] = []
        self.only_project = False

    def add(self, test: str, *values: Scalar) -> None:
        self.tests.append(test)
        self.values += values


def conditions(conn: sqlite3.Connection, kind: Kind, given: values.Pairs) -> tuple[Where, bool]:
    """What `field=value` words ask for, and whether only one project is left."""
    where = Where()
    rest = [(name, text) for name, text in given if name != "deleted"]
    _deleted(where, dict(given).get("deleted", "no"))
    fields = sorted(rest, key=lambda pair: pair[0] not in ("project", "client", "project_id", "client_id"))
    known: dict[str, str | None] = {}
    for name, text in fields:
        _filter(conn, kind, name, text, where, known)
    where.only_project = [name.removesuffix("_id") for name, _ in rest] == ["project"]
    return where, bool(known.get("project_id"))


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


def read(conn: sqlite3.Connection, kind: Kind, where: Where) -> list[Row]:
    """The records that `where` takes: tasks in the order of their plans, others by name."""
    names = facts.columns(kind.name)
    condition = " AND ".join(where.tests) or "1"
    order = f"fold(t.{lookup.named(kind)}), t.id" if lookup.named(kind) else "t.id"
    query = f"SELECT {', '.join(names.values())} FROM {facts.source(kind.name)} WHERE {condition}"
    if kind.name != "task":
        query += f" ORDER BY {order}"
    rows = [dict(zip(names, row, strict=True)) for row in conn.execute(query, where.values)]
    return _plan_order(conn, rows, tree=where.only_project) if kind.name == "task" else rows


def _plan_order(conn: sqlite3.Connection, rows: list[Row], *, tree: bool) -> list[Row]:
    """Tasks project by project in the order of their plans, with who works on them.

    `depth` is 0 throughout unless `tree` says that nothing was filtered out.
    """
    who = facts.people(conn)
    names = dict(conn.execute("SELECT id, name FROM project").fetchall())
    projects: dict[str, list[Row]] = {}
    for row in rows:
        row["who"] = who.get(row["id"])
        projects.setdefault(row["project_id"], []).append(row)
    ordered = []
    for project in sorted(projects, key=lambda id: (str(names.get(id, "")).casefold(), id)):
        for depth, row in facts.in_tree_order(projects[project]):
            row["depth"] = depth if tree else 0
            ordered.append(row)
    return ordered


def _print_json(ctx: Context, kind: Kind, rows: Iterable[Row]) -> None:
    import orjson

    lines = (orjson.dumps(facts.set_only(kind.name, _without_depth(row))).decode() for row in rows)
    ctx.print("[" + ",\n ".join(lines) + "]")


def _without_depth(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "depth"}


def _print_table(
    ctx: Context, conn: sqlite3.Connection, kind: Kind, rows: list[Row], *, one_project: bool
) -> None:
    if not rows:
        note(f"No {kind.plural.lower()}.")
        return
    names = [n for n in COLUMNS.get(kind.name, kind.listed) if not (one_project and n == "project_id")]
    fields = {name: _shown_field(kind, name) for name in names}
    show = _shower(conn, fields)
    heads = ["ID", *(fields[name].label for name in names), "Deleted"]
    lines = [
        [short(row["id"]), *("  " * row.get("depth", 0) * (n == names[0]) + show(n, row) for n in names),
         (row["deleted_at"] or "")[:10]]
        for row in rows
    ]  # fmt: skip
    for line in table(heads, lines):
        ctx.print(line)


def _shown_field(kind: Kind, name: str) -> Field:
    return (STATUS["project"] if (kind.name, name) == ("project", "status") else None) or kind.field(name)


def _shower(conn: sqlite3.Connection, fields: Mapping[str, Field]) -> Callable[[str, Row], str]:
    """What stands in a cell. Names of other records are looked up once each."""
    days = {id: day or 480 for id, day in conn.execute("SELECT id, minutes_per_day FROM project")}
    names: dict[tuple[str, str], str] = {}

    def show(name: str, row: Row) -> str:
        value, field = row.get(name), fields[name]
        if value is None or (field.type in ("flag", "integer") and value == 0):
            return ""
        if not field.refers:
            return plain(field.show(value, day=days.get(row.get("project_id"), 480)))
        key = (field.refers, str(value))
        if key not in names:
            names[key] = lookup.title(conn, *key)
        return names[key]

    return show
