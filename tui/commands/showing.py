"""show: one record with all that is set of it; fields: what a kind of record has."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from models.fields import Field
from models.kinds import KINDS, Kind, kind_of
from models.windows.dates import problems
from tui.commands import facts, lookup, values
from tui.commands.context import Context
from tui.commands.lookup import Found
from tui.commands.output import cells, fit, listing, moment, plain, plain_lines, table

EXAMPLES = {
    "text": "some words", "note": "several lines, @FILE or - for the standard input", "choice": "",
    "integer": "12", "number": "0.5", "flag": "yes", "duration": "3d, 4h, 2w, 90m", "date": "2026-12-04, fri, +2w",
    "minute": "2026-12-04 08:00, fri, +2w", "instant": "2026-12-04T09:30:00Z", "json": "{}",
}  # fmt: skip
SHOWN_ALWAYS = ("visibility", "duration_minutes", "number")
HIDDEN = ("space", "deleted_at", "rank", "segments")
COMPUTED = {"start": "minute", "finish": "minute", "slack": "duration", "critical": "flag"}


def show(ctx: Context) -> int:
    with ctx.reading(dates=True) as conn:
        found = lookup.record(conn, ctx.args.id, state=lookup.ANY)
        if ctx.json:
            ctx.json_out(_whole(conn, found))
            return 0
        for line in _sheet(conn, found, everything=ctx.args.all):
            ctx.print(line)
    return 0


def fields(ctx: Context) -> int:
    kinds = [kind_of(ctx.args.kind)] if ctx.args.kind else []
    if ctx.json:
        ctx.json_out({kind.name: [_described(f) for f in typed(kind)] for kind in kinds or KINDS.values()})
    elif kinds:
        rows = [[f.name.removesuffix("_id"), f.label, _type(f), _values(f)] for f in typed(kinds[0])]
        ctx.print("\n".join(table(["Field", "Label", "Type", "Values or example"], rows)))
        ctx.print("\n* is required.  An empty value clears: field=")
    else:
        rows = [[k.name, k.label, (k.cls.__doc__ or "").split("\n")[0]] for k in KINDS.values()]
        ctx.print("\n".join(table(["Kind", "Label", "What it is"], rows)))
        ctx.print("\nThe fields of one: milepost fields KIND")
    return 0


# ── one record ────────────────────────────────────────────────────────────────────────────────────────


def _whole(conn: sqlite3.Connection, found: Found) -> dict[str, Any]:
    facts_ = facts.as_dict(conn, *found)
    has = {f"{kind}.{field}": ids for kind, field, ids in _belonging(conn, found)}
    open_ = [id for id, *_ in _conflicts(conn, found)]
    found_ = {"has": has, "conflicts": open_, "problems": problems(conn, *found)}
    return {**facts_, **{name: values for name, values in found_.items() if values}}


def _sheet(conn: sqlite3.Connection, found: Found, *, everything: bool) -> Iterator[str]:
    kind = KINDS[found.kind]
    row = facts.as_dict(conn, *found)
    gone = f" · deleted {moment(row['deleted_at'])}" if row.get("deleted_at") else ""
    yield f"{lookup.title(conn, *found)} · {lookup.place(conn, found)}{gone}"
    yield from _aligned([("Id", [found.id]), *_labelled(conn, kind, row, everything=everything)])
    related = [(KINDS[k].plural, [_named(conn, k, ids)]) for k, _, ids in _belonging(conn, found)]
    if related:
        yield ""
        yield from _aligned(related)
    for message in problems(conn, *found):
        yield f"! {plain(message)}"
    for id, name, stands, aside in _conflicts(conn, found):
        yield f"▲ Conflict {lookup.short(id)} on {name}: {stands} stands, {aside} was set aside"


def _labelled(
    conn: sqlite3.Connection, kind: Kind, row: dict[str, Any], *, everything: bool
) -> Iterator[tuple[str, list[str]]]:
    day = values.day_of(conn, row.get("project_id") or (row["id"] if kind.name == "project" else None))
    for field in _all_fields(kind):
        value = row.get(field.name)
        boring = field.name in HIDDEN or (value == field.default and field.name not in SHOWN_ALWAYS)
        if value is None or (boring and not everything):
            continue
        if field.refers:
            yield field.label, [lookup.title(conn, field.refers, str(value))]
        elif field.type == "instant":
            yield field.label, [moment(str(value))]
        else:
            yield field.label, plain_lines(field.show(value, day=day))


def _all_fields(kind: Kind) -> Iterator[Field]:
    """Derived ones directly after the name."""
    derived = [Field(n, "text", n.capitalize()) for n in ("status", *facts.DERIVED.get(kind.name, {}), "who")]
    seen = set(kind.fields)
    for at, field in enumerate(kind.fields.values()):
        if field.name != kind.title or not lookup.named(kind):
            yield field
        if at == 0 or field.name == kind.title:
            for extra in derived:
                if extra.name not in seen:
                    seen.add(extra.name)
                    yield Field(extra.name, COMPUTED.get(extra.name, "text"), extra.label)


def _aligned(pairs: list[tuple[str, list[str]]]) -> Iterator[str]:
    width = max(cells(label) for label, _ in pairs)
    for label, lines in pairs:
        for at, line in enumerate(lines):
            yield f"  {fit(label if at == 0 else '', width)}  {line}".rstrip()


def _belonging(conn: sqlite3.Connection, found: Found) -> Iterator[tuple[str, str, list[str]]]:
    """(kind, field, ids) of the live records that refer to this one."""
    for kind in KINDS.values():
        for field in kind.fields.values():
            if field.refers != found.kind or kind.immutable:
                continue
            ids = conn.execute(
                f"SELECT id FROM {kind.name} WHERE {field.name}=? AND deleted_at IS NULL ORDER BY id",
                (found.id,),
            ).fetchall()
            if ids:
                yield kind.name, field.name, [id for (id,) in ids]


def _named(conn: sqlite3.Connection, kind: str, ids: list[str]) -> str:
    if len(ids) > 20:
        return f"{len(ids):,}"
    return f"{len(ids)}: {listing((lookup.title(conn, kind, id) for id in ids), 4)}"


def _conflicts(conn: sqlite3.Connection, found: Found) -> list[tuple[str, str, str, str]]:
    from tui.conflicts import conflicts

    return [
        (c.id, c.label, c.shown(conn, c.stands.values), c.shown(conn, c.aside.values))
        for c in conflicts(conn, rec=found.id)
    ]


# ── a kind's fields ───────────────────────────────────────────────────────────────────────────────────


def typed(kind: Kind) -> list[Field]:
    """The fields that a person can type."""
    own = [field for name, field in kind.fields.items() if name not in values.OURS]
    return [*own, *(writer.field for writer in kind.writers.values())]


def _type(field: Field) -> str:
    return (field.refers if field.refers else field.type) + ("*" if field.required else "")


def _values(field: Field) -> str:
    if field.choices:
        return ", ".join(field.choices)
    if field.refers:
        return f"name or id of {KINDS[field.refers].one}" + (f"; {field.help}" if field.help else "")
    return plain(field.help or EXAMPLES[field.type])


def _described(field: Field) -> dict[str, Any]:
    said = {
        "name": field.name, "label": field.label, "type": field.type, "required": field.required,
        "choices": list(field.choices), "refers": field.refers, "default": field.default, "help": field.help,
        "example": EXAMPLES.get(field.type, ""),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in ("", [], None)}
