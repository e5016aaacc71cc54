"""login, logout, whoami, invite, sync, status: the profile and its server."""

import sqlite3
import sys
from dataclasses import asdict
from typing import Any

from models.db import get_meta
from models.errors import Held, NoCredentials, Refused, SyncError
from models.notice import last, stopped
from models.windows.open_conflicts import COUNT_OPEN
from tui.commands.context import Context, note
from tui.commands.output import count, moment, plain

TABLES = "SELECT tbl_name FROM sqlite_master WHERE type='trigger' AND name = tbl_name || '_created'"
COUNTS = {
    "waiting": "SELECT count(*) FROM txn WHERE state IN (1,2,3) AND state<3",
    "conflicts": COUNT_OPEN,
    "rejected": "SELECT count(*) FROM txn WHERE state=5",
}


def login(ctx: Context) -> int:
    from sync import account

    code = ctx.args.code or _asked_code()
    with ctx.store() as store:
        found = account.login(
            store, ctx.args.url, code, ctx.args.device, keep_in_file=ctx.args.keep_token_in_file
        )
    if ctx.json:
        ctx.json_out(asdict(found))
    else:
        ctx.print(
            f"Signed in as {plain(found.name)} on {found.server}; this laptop's letter is {found.letter}."
        )
        ctx.print("Fetch the records with: milepost sync")
    return 0


def logout(ctx: Context) -> int:
    from sync import account

    told = True
    with ctx.store() as store:
        account.token_of(store)
        try:
            account.logout(store)
        except SyncError as error:
            told = False
            note(f"The server was not told, so this laptop's token stays valid there: {error.plain}")
    if ctx.json:
        ctx.json_out({"signed_out": True, "server_told": told})
    else:
        ctx.print("Signed out. The records stay on this laptop.")
    return 0


def whoami(ctx: Context) -> int:
    found = _account(ctx)
    if ctx.json:
        ctx.json_out(found)
    elif found:
        out = "" if found["signed_in"] else " · signed out"
        ctx.print(f"{plain(found['name'])} on {found['server']}, letter {found['letter']}{out}")
    else:
        note("Not signed in; this profile works alone. Sign in with: milepost login URL --code CODE")
    return 0


def invite(ctx: Context) -> int:
    from sync import account

    if not ctx.args.name.strip():
        raise Refused("An invitation needs a name: milepost invite “Tomas Berg”")
    with ctx.store() as store:
        made = account.invite(store, ctx.args.name)
        server = store.meta("server")
    if ctx.json:
        ctx.json_out({**asdict(made), "server": server})
    else:
        ctx.print(f"Code for {plain(ctx.args.name)}, valid until {moment(made.expires)}: {made.code}")
        ctx.print(f"On the other laptop: milepost login {server} --code {made.code}")
    return 0


def sync(ctx: Context) -> int:
    from sync import worker
    from sync.alone import Elsewhere
    from sync.run import Report

    elsewhere, report = "", Report()
    with ctx.store() as store:
        if ctx.args.watch:
            worker.watch(store, lambda state: _say_state(ctx, state))
            return 0
        progress = _progress if sys.stderr.isatty() else lambda done, total: None
        try:
            report = worker.sync_now(store, progress, check=ctx.args.check)
        except Elsewhere as error:
            elsewhere = _goes_on_there(ctx, error)
        waiting = worker.read_state(store).conflicts
    if ctx.json:
        ctx.json_out({**asdict(report), "conflicts": waiting, "elsewhere": bool(elsewhere)})
        return 0
    ctx.print(elsewhere or worker.in_words(report))
    for text in report.notices:
        note(text)
    if report.rejected:
        ctx.print(f"{count(report.rejected, 'operation')} refused by the server; why: milepost rejected")
    if waiting:
        ctx.print(f"{count(waiting, 'conflict')} to decide; see: milepost conflicts")
    return 0


def _goes_on_there(ctx: Context, elsewhere: SyncError) -> str:
    """That another process syncs, in words. Raises Held where it cannot, either."""
    with ctx.reading() as conn:
        _, why = stopped(conn)
    if why:
        raise Held(f"{elsewhere} But not now: {why}")
    return str(elsewhere)


def status(ctx: Context) -> int:
    if not ctx.exists():
        note(f"There is no profile in {ctx.home} yet; the first thing that you add makes it.")
        if ctx.json:
            ctx.json_out({"home": str(ctx.home), "exists": False})
        return 0
    with ctx.reading() as conn:
        facts = _status(ctx, conn)
    if ctx.json:
        ctx.json_out(facts)
    else:
        _print_status(ctx, facts)
    return 0


def _account(ctx: Context) -> dict[str, str | bool] | None:
    from sync.credentials import open_credentials

    if not ctx.exists():
        return None
    with ctx.reading() as conn:
        if not get_meta(conn, "member"):
            return None
        keys = {"server": "server", "workspace": "workspace", "member": "member", "name": "member_name",
                "letter": "device_letter"}  # fmt: skip
        said: dict[str, str | bool] = {key: get_meta(conn, name) for key, name in keys.items()}
        slot = get_meta(conn, "slot")
    try:
        said["signed_in"] = open_credentials(ctx.home).get(slot) is not None
    except NoCredentials:
        said["signed_in"] = False
    return said


def _status(ctx: Context, conn: sqlite3.Connection) -> dict[str, Any]:
    tables = sorted(name for (name,) in conn.execute(TABLES))
    live = "SELECT count(*) FROM {} WHERE deleted_at IS NULL"
    records = {name: conn.execute(live.format(name)).fetchone()[0] for name in tables}
    return {
        "home": str(ctx.home), "exists": True, "schema": conn.execute("PRAGMA user_version").fetchone()[0],
        "records": {name: number for name, number in records.items() if number},
        **{name: conn.execute(query).fetchone()[0] for name, query in COUNTS.items()},
        "last_sync": int(get_meta(conn, "last_sync", "0") or 0),
        "stopped": dict(zip(("since", "text"), stopped(conn), strict=True)),
        "notice": dict(zip(("at", "text"), last(conn), strict=True)),
        "server": get_meta(conn, "server"), "signed_in_as": get_meta(conn, "member_name"),
    }  # fmt: skip


def _print_status(ctx: Context, facts: dict[str, Any]) -> None:
    records = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in facts["records"].items())
    server = (
        f"{facts['server']} as {plain(facts['signed_in_as'])}" if facts["server"] else "none; works alone"
    )
    lines = {
        "Profile": f"{facts['home']} (schema {facts['schema']})",
        "Records": records or "none yet",
        "Server": server,
        "Last sync": moment(facts["last_sync"]) or "never",
        "Not synced": _since(facts["stopped"]),
        "Waiting": _hinted(facts["waiting"], "operation", "milepost sync") if facts["server"] else "",
        "Conflicts": _hinted(facts["conflicts"], "conflict", "milepost conflicts"),
        "Rejected": _hinted(facts["rejected"], "operation", "milepost rejected"),
        "Noticed": " ".join(filter(None, (moment(facts["notice"]["at"]), facts["notice"]["text"]))),
    }
    for label, text in lines.items():
        if text:
            ctx.print(f"{label:<10} {text}")


def _since(stopped: dict[str, Any]) -> str:
    return f"since {moment(stopped['since'])}: {plain(stopped['text'])}" if stopped["text"] else ""


def _hinted(number: int, noun: str, command: str) -> str:
    return f"{count(number, noun)}  ({command})" if number else "0"


def _say_state(ctx: Context, state: Any) -> None:
    if ctx.json:
        import orjson

        print(orjson.dumps(asdict(state)).decode(), flush=True)
        return
    parts = [
        state.phase, f"{state.done}/{state.total}" if state.total else "",
        f"{state.waiting} wait" if state.waiting else "",
        count(state.conflicts, "conflict") if state.conflicts else "", plain(state.detail),
    ]  # fmt: skip
    print(" · ".join(part for part in parts if part), flush=True)


def _progress(done: int, total: int) -> None:
    end = "\r" if done < total else "\r\033[K"
    print(f"Syncing {done:,}/{total:,}", end=end, file=sys.stderr, flush=True)


def _asked_code() -> str:
    if not sys.stdin.isatty():
        raise Refused(
            "Signing in needs a code: --code CODE. A colleague makes one with `milepost invite NAME`."
        )
    code = input("Code (a colleague makes one with `milepost invite NAME`): ").strip()
    if not code:
        raise Refused("Without a code nobody can sign in.")
    return code
