"""today, overview, timeline: the lists of the application that tell of many kinds of records, as text."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.filters.meaning import conditions
from models.filters.vocabulary import OVERVIEW, TIMELINE, TODAY, Vocabulary
from models.windows import client, overview, today
from models.windows.window import Condition
from tui.commands import lookup
from tui.commands.context import Context, note
from tui.commands.output import plain, table


def today_(ctx: Context) -> int:
    with ctx.reading(dates=True) as conn:
        rows = today.today(conn, date.today())
        kept = set(today.left(conn, rows, wanted(ctx, conn, TODAY)))
    heads = {"name": "What", "what": "Why now", "client": "Client", "project": "Project", "day": "Day"}
    return _told(ctx, heads, [row._asdict() for row in rows if row.row in kept])


def timeline(ctx: Context) -> int:
    with ctx.reading(dates=True) as conn:
        of = lookup.record(conn, ctx.args.id, ["client"])
        rows = client.time_rows(conn, client.timeline(conn, of.id, wanted(ctx, conn, TIMELINE)).rows)
    heads = {"at": "Day", "name": "What", "what": "", "who": "Who", "project": "Project"}
    return _told(ctx, heads, [{**row._asdict(), "at": (row.at or "")[:10] or "some day"} for row in rows])


def overview_(ctx: Context) -> int:
    with ctx.reading(dates=True) as conn:
        of = lookup.record(conn, ctx.args.id, ["project"])
        facts = overview.overview(conn, of.id, date.today())
        kept = overview.left(conn, facts, wanted(ctx, conn, OVERVIEW))
    heads = {"label": "", "day": "Day", "text": "What"}
    return _told(ctx, heads, [{**facts[at]._asdict(), "day": facts[at].day[:10]} for at in kept])


def wanted(
    ctx: Context, conn: sqlite3.Connection, vocabularies: Mapping[str, Vocabulary]
) -> dict[str, Condition]:
    """What the words of the filter mean. Raises Unclear."""
    return conditions(conn, " ".join(ctx.args.filters), vocabularies)


def _told(ctx: Context, heads: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> int:
    """The lines, each with the id of the record that it tells of."""
    if ctx.json:
        ctx.json_out(
            [{"id": row["id"], "kind": row["kind"], **{key: row[key] for key in heads}} for row in rows]
        )
    elif rows:
        cells = [[lookup.short(row["id"]), *(plain(row[key] or "") for key in heads)] for row in rows]
        ctx.print("\n".join(table(["ID", *heads.values()], cells)))
    else:
        note("Nothing.")
    return 0
