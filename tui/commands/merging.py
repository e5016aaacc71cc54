"""duplicates, merge: records that may be one, and making one of two."""

import sqlite3
from typing import TYPE_CHECKING, cast

from models.errors import Refused
from models.kinds import KINDS
from tui.commands import lookup
from tui.commands.context import Context, note
from tui.commands.output import count, listing, plain, table

if TYPE_CHECKING:
    from models.merging import Preview


def duplicates(ctx: Context) -> int:
    from models.merging import duplicates as pairs

    with ctx.reading() as conn:
        found = pairs(conn)
        if ctx.json:
            ctx.json_out([pair._asdict() for pair in found])
            return 0
        rows = [
            [
                *_column(conn, pair.kind, pair.keep),
                *_column(conn, pair.kind, pair.other),
                lookup.place(conn, lookup.Found(pair.kind, pair.other)),
                pair.why,
            ]
            for pair in found
        ]
    if not rows:
        note("Nothing looks like being there twice.")
        return 0
    for line in table(["ID", "Name", "Other", "Name", "What", "Why"], rows):
        ctx.print(line)
    note("milepost merge KEEP OTHER makes one of two.")
    return 0


def merge(ctx: Context) -> int:
    from models.merging import MERGED, preview
    from models.merging import merge as verb

    with ctx.reading() as conn:
        keep, other = (lookup.record(conn, word, MERGED) for word in (ctx.args.keep, ctx.args.other))
        names = [plain(lookup.title(conn, *found)) for found in (keep, other)]
        if keep.kind != other.kind:
            raise Refused(f"{names[0]} is a {keep.kind} and {names[1]} a {other.kind}. Name two of one kind.")
        if ctx.args.dry_run:
            seen = preview(conn, keep.kind, keep.id, other.id)
            said = [f"{names[1]} would become part of {names[0]}:", *map(plain, in_words(seen))]
            ctx.json_out(seen._asdict()) if ctx.json else ctx.print("\n  ".join(said))
            return 0
    with ctx.store() as store:
        label = f"Merge {KINDS[keep.kind].label.lower()} {names[1]}"
        changes = store.transact(label, verb, keep.kind, keep.id, other.id)
    differing = cast(list[str], changes.result)
    if ctx.json:
        ctx.json_out({"id": keep.id, "kind": keep.kind, "merged": other.id, "differing": differing})
        return 0
    ctx.print(f"{names[1]} is part of {names[0]} now. {keep.id}")
    if differing:
        ctx.print(f"Otherwise there, and left behind in the recycle bin: {listing(differing, 20)}")
    return 0


def in_words(seen: "Preview") -> list[str]:
    """What merging would do."""
    said = [f"fills {label}: {value}" for label, value in seen.filled]
    said += [f"joins {label}" for label in seen.joined]
    said += [f"keeps {label} “{mine}” over “{theirs}”" for label, mine, theirs in seen.differing]
    said += [f"takes over {count(seen.moved, 'record')}"] if seen.moved else []
    return said or ["they say the same"]


def _column(conn: sqlite3.Connection, kind: str, id: str) -> list[str]:
    return [lookup.short(id), lookup.title(conn, kind, id)]
