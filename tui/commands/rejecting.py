"""rejected: what the server refused, why and what it held; sent again, let go, or written into a file."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from models import rejected as rules
from models.errors import Refused
from models.fields import Field, Scalar
from models.kinds import KINDS
from models.rejected import Change, Rejected
from tui.commands import lookup, values
from tui.commands.context import Context, Usage, note
from tui.commands.output import count, moment, plain

HIDDEN = ("space", "visibility", "rank")
MOST = 20  # records of an operation that are told


def rejected(ctx: Context) -> int:
    args = ctx.args
    if bool(args.resend) + bool(args.discard) + bool(args.export) > 1:
        raise Usage("Choose one of --resend, --discard and --export.")
    if (args.resend or args.discard) and not args.id:
        raise Usage("Say which: the id stands at the end of its line in `milepost rejected`.")
    if args.values and not args.resend:
        raise Usage("Other values go with --resend: milepost rejected ID --resend field=value")
    with ctx.reading() as conn:
        found = [_the_one(conn, args.id)] if args.id else list(rules.rejected(conn))
    if args.resend:
        return _send_again(ctx, found[0])
    if args.discard:
        return _discard(ctx, found[0])
    return _export(ctx, found) if args.export else _list(ctx, found)


def _list(ctx: Context, found: Sequence[Rejected]) -> int:
    with ctx.reading() as conn:
        if ctx.json:
            ctx.json_out([as_dict(one) for one in found])
            return 0
        for one in found:
            ctx.print("\n".join(lines(conn, one)))
    if not found:
        note("Nothing was rejected.")
    return 0


def _send_again(ctx: Context, one: Rejected) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            instead = dict(_instead(conn, one, ctx.args.values))
        store.transact(one.label, rules.send_again, one.id, instead)
    ctx.print(f"{plain(one.label)}: done again; the next sync sends it")
    return 0


def _discard(ctx: Context, one: Rejected) -> int:
    with ctx.store() as store:
        store.transact("Discard", rules.discard, [one.id])
    ctx.print(f"{plain(one.label)}: let go")
    return 0


def _export(ctx: Context, found: Sequence[Rejected]) -> int:
    path = Path(ctx.args.export)
    if not found:
        raise Refused("Nothing was rejected, so there is nothing to export.")
    if path.exists() and not ctx.args.force:
        raise Refused(f"{path} exists already. Choose another name, or say --force to replace it.")
    with ctx.reading() as conn:
        write(conn, path, found)
    ctx.print(f"Wrote {count(len(found), 'operation')} to {path}")
    return 0


def write(conn: sqlite3.Connection, path: Path, found: Sequence[Rejected]) -> None:
    """Refused operations as JSON where the file ends so, else as text. Raises Refused."""
    if path.suffix == ".json":
        text = orjson.dumps([as_dict(one) for one in found], option=orjson.OPT_INDENT_2).decode()
    else:
        text = "\n".join(line for one in found for line in lines(conn, one, len(one.changes)))
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}. Choose another place.") from error


def lines(conn: sqlite3.Connection, one: Rejected, most: int = MOST) -> Iterator[str]:
    """An operation, why it was refused, and what it held."""
    label, reason = plain(one.label), plain(one.reason)
    yield f"{moment(one.at)}  {label} · refused: {reason} · {lookup.short(one.id)}"
    for change in one.changes[:most]:
        yield from (f"  {line}" for line in _contents(conn, change))
    if len(one.changes) > most:
        yield f"  … and {count(len(one.changes) - most, 'record')} more"


def _contents(conn: sqlite3.Connection, change: Change) -> Iterator[str]:
    kind = KINDS.get(change.kind)
    label = kind.label.lower() if kind else change.kind
    name = change.values.get(kind.title) if kind else None
    title = lookup.title(conn, change.kind, change.rec)
    head = f"new {label} {plain(name or lookup.short(change.rec))}" if change.created else title
    told = [f"{field.label} = {shown(conn, field, value)}" for field, value in fields(change)]
    yield f"{head}: {told[0]}" if len(told) == 1 else head
    yield from (f"  {line}" for line in told if len(told) > 1)


def fields(change: Change) -> Iterator[tuple[Field, Scalar]]:
    """What a person reads of it: field and value."""
    known = KINDS[change.kind].fields if change.kind in KINDS else {}
    for name, value in change.values.items():
        if name in known and name not in HIDDEN and not (change.created and value == known[name].default):
            yield known[name], value


def shown(conn: sqlite3.Connection, field: Field, value: Scalar) -> str:
    if field.refers:
        return lookup.title(conn, field.refers, None if value is None else str(value)) or "nothing"
    return plain(field.show(value)) or "nothing"


def as_dict(one: Rejected) -> dict[str, Any]:
    changes = [told for change in one.changes for told in _told(change)]
    return {"id": one.id, "label": one.label, "at": one.at, "reason": one.reason, "changes": changes}


def _told(change: Change) -> Iterator[dict[str, Any]]:
    head = {"kind": change.kind, "record": change.rec}
    if change.created:
        yield {**head, "created": change.values}
    else:
        yield from ({**head, "field": name, "value": value} for name, value in change.values.items())


def _the_one(conn: sqlite3.Connection, word: str) -> Rejected:
    """The refused operation with that id, or a beginning or end of it."""
    word = word.lower()
    hits = [one for one in rules.rejected(conn) if one.id.startswith(word) or one.id.endswith(word)]
    if len(hits) != 1 or len(word) < 4:
        what = "Several refused operations have" if len(hits) > 1 else "No refused operation has"
        raise Refused(f"{what} the id “{word}”. List them with `milepost rejected`.")
    return hits[0]


def _instead(
    conn: sqlite3.Connection, one: Rejected, words: Sequence[str]
) -> Iterator[tuple[tuple[str, str], Scalar]]:
    """What is typed in place of what was refused, for every record of the operation that has such a field."""
    for name, text in values.pairs(words):
        hits = [change for change in one.changes if _has(change, name)]
        if not hits:
            raise Refused(
                f"“{plain(one.label)}” sets no {name}. See `milepost rejected {lookup.short(one.id)}`."
            )
        for change in hits:
            parsed = values.parse(conn, KINDS[change.kind], [(name, text)], _near(conn, change))
            yield from (((change.rec, field), scalar) for field, scalar in parsed.items())


def scalars(
    conn: sqlite3.Connection, one: Rejected, typed: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], Scalar]:
    """What is typed means, by record and field."""
    found: dict[tuple[str, str], Scalar] = {}
    for change in one.changes:
        given = [(name, text) for (rec, name), text in typed.items() if rec == change.rec]
        parsed = values.parse(conn, KINDS[change.kind], given, _near(conn, change))
        found |= {(change.rec, field): scalar for field, scalar in parsed.items()}
    return found


def _near(conn: sqlite3.Connection, change: Change) -> dict[str, str | None]:
    """Project and client of what an operation changes, as far as the record or the operation has them."""
    held = {name: str(v) for name, v in change.values.items() if name in ("project_id", "client_id") and v}
    return {**values.beside(conn, change.kind, change.rec), **held}


def _has(change: Change, name: str) -> bool:
    try:
        return values.field_of(KINDS[change.kind], name).name in change.values or change.created
    except Refused:
        return False
