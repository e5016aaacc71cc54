"""attach, attachments, fetch: files that belong to records."""

from pathlib import Path
from typing import Any, cast

from models.attachment import Attached, Attachment, attached, refuse_reader, safe_name, size_in_words
from models.attachment import attach as verb
from models.attachment import attachments as listed
from models.blobs import Blobs
from models.errors import Refused
from tui.commands import lookup
from tui.commands.context import Context, note
from tui.commands.output import plain, table


def attach(ctx: Context) -> int:
    paths = [Path(name).expanduser() for name in ctx.args.files]
    with ctx.store() as store:
        with ctx.reading() as conn:
            owner = lookup.record(conn, ctx.args.id)
            refuse_reader(conn, *owner)
            name = plain(lookup.title(conn, *owner))
        made: list[dict[str, Any]] = []
        for path in paths:
            blob = Blobs(store.home).keep(path)
            changes = store.transact(f"Attach {path.name}", verb, owner.kind, owner.id, path.name, blob)
            record = cast(Attachment, changes.result)
            made.append({"id": record.id, "name": path.name, "size": blob.size, "sha256": blob.sha})
            if not ctx.json:
                size = size_in_words(blob.size)
                ctx.print(f"{plain(path.name)}, {size}, belongs to {name} now. {record.id}")
    if ctx.json:
        ctx.json_out(made)
    return 0


def attachments(ctx: Context) -> int:
    with ctx.reading() as conn:
        found = list(listed(conn, lookup.record(conn, ctx.args.id).id))
    if ctx.json:
        ctx.json_out([_told(each) for each in found])
    elif not found:
        note(f"Nothing is attached. Attach a file with: milepost attach {ctx.args.id} FILE")
    else:
        rows = [
            [lookup.short(a.id), plain(a.name), size_in_words(a.size), plain(a.media_type), a.place]
            for a in found
        ]
        ctx.print("\n".join(table(["ID", "Name", "Size", "Type", "Content"], rows)))
    return 0


def fetch(ctx: Context) -> int:
    with ctx.store() as store:
        with ctx.reading() as conn:
            what = attached(conn, lookup.record(conn, ctx.args.id, ["attachment"], state=lookup.ANY).id)
        assert what
        target = Path(ctx.args.to).expanduser() if ctx.args.to else Path(safe_name(what.name))
        target = target / safe_name(what.name) if target.is_dir() else target
        if target.exists() and not ctx.args.force:
            raise Refused(f"{target} exists already. Name another with --to, or say --force to replace it.")
        files = Blobs(store.home)
        if not files.path(what.sha).exists():
            from sync import account, blobs

            blobs.fetch(store, account.token_of(store), what)
        files.copy(what.sha, target)
    if ctx.json:
        ctx.json_out({**_told(what), "file": str(target)})
    else:
        ctx.print(f"Wrote {target}, {size_in_words(what.size)}.")
    return 0


def _told(what: Attached) -> dict[str, object]:
    return {
        "id": what.id, "name": what.name, "size": what.size, "media_type": what.media_type, "sha256": what.sha,
        "here": bool(what.here), "sent": bool(what.sent),
    }  # fmt: skip
