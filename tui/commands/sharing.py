"""spaces, share, unshare, move: who sees what."""

from contextlib import closing, suppress
from typing import Any

from models import moving, seen
from models.errors import Held, Refused, SyncError
from models.space import LIBRARY, ROLES, spaces
from models.store import Store
from tui.commands import lookup
from tui.commands.context import Context, Usage
from tui.commands.output import plain, table


def list_spaces(ctx: Context) -> int:
    with ctx.reading() as conn:
        found: list[dict[str, Any]] = [
            {
                "id": space.id,
                "name": seen.titled(conn, space.id),
                "role": space.role,
                "people": [person._asdict() for person in seen.people(conn, space.id)],
            }
            for space in spaces(conn)
        ]
    if ctx.json:
        ctx.json_out(found)
        return 0
    rows = [[plain(s["name"]), str(s["role"]), _people(s["people"]), plain(s["id"])] for s in found]
    if rows:
        ctx.print("\n".join(table(["Space", "You", "Who sees it", "ID"], rows)))
    else:
        ctx.print("Nothing is shared yet: this profile works alone. Sign in with: milepost login URL")
    return 0


def share(ctx: Context) -> int:
    """Each word is NAME or NAME:ROLE; editor without one."""
    for word in ctx.args.who:
        name, _, role = word.partition(":")
        _grant(ctx, name, role or "editor")
    return 0


def unshare(ctx: Context) -> int:
    for name in ctx.args.who:
        _grant(ctx, name, "")
    return 0


def move(ctx: Context) -> int:
    """After a sync, where there is a server: what colleagues wrote meanwhile comes along."""
    if ctx.args.private == ctx.args.everybody:
        raise Usage("Say to whom: --private, or --everybody")
    with ctx.store() as store:
        if not ctx.args.dry_run:
            _sync_if_there(store)
        with closing(store.read()) as conn:
            what = lookup.record(conn, ctx.args.id, list(seen.OF_ITS_OWN))
            plan = moving.plan(conn, *what, ctx.args.everybody)
            lines = moving.preview(conn, plan)
        if not ctx.args.dry_run:
            id = str(store.transact(plan.label, moving.move, *what, ctx.args.everybody).result)
            _sync_if_there(store)
    if ctx.json:
        done = {"preview": lines} if ctx.args.dry_run else {"id": id, "kind": what.kind, "space": plan.space}
        ctx.json_out(done)
        return 0
    for line in lines[:-1]:
        ctx.print(plain(line))
    ctx.print("Nothing was moved." if ctx.args.dry_run else f"Moved; milepost undo takes it back.  {id}")
    return 0


def _sync_if_there(store: Store) -> None:
    with suppress(SyncError):
        if store.meta("server"):
            _sync(store)


def _grant(ctx: Context, name: str, role: str) -> None:
    from sync import account

    if role and role not in ROLES:
        raise Refused(f"“{role}” is no role. There are: {', '.join(ROLES)}. Say NAME:ROLE.")
    with ctx.store() as store:
        with closing(store.read()) as conn:
            what = lookup.record(conn, ctx.args.id, list(seen.OF_ITS_OWN))
            who = lookup.record(conn, name, ["member"])
            space = seen.space_of(conn, *what)
            title, person = (plain(lookup.title(conn, *found)) for found in (what, who))
        if space == LIBRARY:
            raise Refused(
                f"Everybody sees {title}. Move it into a space of its own first: milepost move ID --private. "
                f"One that others never saw begins with: milepost add {what.kind} NAME --private"
            )
        try:
            _sync(store)  # the server must have it
        except SyncError as error:
            raise error.instead(account.NOT_SHARED if role else account.NOT_TAKEN_AWAY) from error
        account.share(store, space, who.id, role)
        _sync_if_there(store)  # to hear who sees it
    if ctx.json:
        ctx.json_out({"space": space, "member": who.id, "role": role})
    elif role:
        ctx.print(f"{person} sees {title} from the next sync on, as {role}.")
    else:
        ctx.print(f"{title} leaves {person}'s laptops at their next sync.")


def _sync(store: Store) -> None:
    from sync import worker

    with suppress(Held):  # a window of this profile does it
        worker.sync_now(store)


def _people(people: list[dict[str, Any]]) -> str:
    return plain(", ".join(f"{p['name'] or 'somebody'} ({p['role']})" for p in people)) or "everybody"
