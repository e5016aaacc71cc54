"""import of contacts and tasks from a list: what differs first, then as one operation."""

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from models.db import get_meta, set_meta
from models.errors import Refused
from models.kinds import kind_of
from tui.commands import lookup, values
from tui.commands.context import Context, Usage, note
from tui.commands.output import count, plain

if TYPE_CHECKING:
    from office.headings import Columns
    from office.intake import Batch, Differences

KINDS = ("contact", "task")
LONG = 2000  # rows whose saving is felt


def cards(ctx: Context, path: Path) -> int:
    """A .vcf file."""
    from office import vcards
    from office.intake import cards_of

    found = vcards.read(path)
    with ctx.reading() as conn:
        batch = cards_of(found, client_id=_client(ctx, conn))
    return _take(ctx, batch)


def table(ctx: Context, path: Path) -> int:
    """A .csv or .xlsx file. How its columns were understood is remembered for the next one with these headings."""
    from office import headings, tables
    from office.intake import rows_of

    kind = _kind(ctx)
    found = tables.read(path, headings.known(kind), headings.spelt)
    key = headings.signature(kind, found.heads)
    with ctx.reading() as conn:
        remembered: Columns = json.loads(get_meta(conn, key, "{}"))
        said = headings.said(kind, found.heads, ctx.args.map)
        columns = headings.combined(headings.guess(kind, found.heads), remembered, said)
        headings.check(kind, columns, found.heads, "--map ")
        project = _project(ctx, conn) if kind == "task" else None
        batch = rows_of(
            found, kind, columns,
            project_id=project, client_id=_client(ctx, conn), day=values.day_of(conn, project),
        )  # fmt: skip
    if remembered:
        batch.about.append(f"as --map said last time: {', '.join(remembered)}")
    return _take(ctx, batch, (key, json.dumps({**remembered, **said})) if said else None)


def agreed() -> bool:
    """Asks on a terminal; elsewhere nobody can answer."""
    if not sys.stdin.isatty():
        return False
    try:
        return input("Save? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _take(ctx: Context, batch: "Batch", remember: tuple[str, str] | None = None) -> int:
    from office.intake import compare, take_in

    with ctx.reading(dates=batch.kind == "task") as conn:
        seen = compare(conn, batch)
    say: Callable[[str], None] = note if ctx.json else ctx.print
    for line in seen.lines():
        say(plain(line))
    if ctx.args.dry_run:
        return 0
    if seen.anything and not ctx.args.yes and not agreed():
        raise Refused("Nothing was imported. Say --yes to import.")
    if len(seen.new) + len(seen.changed) > LONG:
        note("Saving. A thousand rows take a second or two.")
    with ctx.store() as store:
        if remember:
            with store.write() as conn:
                set_meta(conn, *remember)
        if seen.anything:
            seen = cast("Differences", store.transact(f"Import {batch.name}", take_in, batch).result)
    if ctx.json:
        counts = {"new": len(seen.new), "changed": len(seen.changed), "unchanged": seen.unchanged}
        ctx.json_out({"kind": batch.kind, "counts": counts, "new": [each.id for each in seen.new]})
    elif seen.anything:
        of = count(len(batch.rows), batch.noun)
        ctx.print(f"Imported: {len(seen.new):,} new, {len(seen.changed):,} changed, of {of}.")
    else:
        ctx.print("Nothing to change.")
    return 0


def _kind(ctx: Context) -> str:
    if not ctx.args.what:
        raise Usage("Say what the rows are: --as contacts, or --as tasks --project NAME")
    kind = kind_of(ctx.args.what).name
    if kind not in KINDS:
        raise Refused("A list can be imported as contacts or as tasks.")
    return kind


def _client(ctx: Context, conn: sqlite3.Connection) -> str | None:
    return lookup.record(conn, ctx.args.client, ["client"]).id if ctx.args.client else None


def _project(ctx: Context, conn: sqlite3.Connection) -> str:
    if not ctx.args.project:
        raise Usage("Say whose tasks they are: --project NAME")
    return lookup.record(conn, ctx.args.project, ["project"]).id
