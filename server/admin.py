"""`python -m server.admin ACTION --database URL`: what whoever runs the server does to it, while it runs or not.

An action is a function of the database and the words of its command line; it prints, and returns the exit status.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from models.errors import MilepostError, Refused
from models.fields import instant_of
from server import audit, backup, checking, keeping, restoring, spaces
from server.accounts import Accounts
from server.blobs import beside
from server.database import Database, open_database
from server.log import Log

Options = argparse.Namespace
DAY = 86_400_000  # milliseconds


class Action(NamedTuple):
    """`makes`: the database is made where it is missing."""

    run: Callable[[Database, Options], int]
    help: str
    arguments: Sequence[tuple[str, dict[str, Any]]] = ()
    makes: bool = False


def main(words: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 refused or not sound, 2 not understood."""
    options = _parser().parse_args(words)
    try:
        action = ACTIONS[options.action]
        database = open_database(options.database) if action.makes else _opened(options.database)
        try:
            return action.run(database, options)
        finally:
            database.close()
    except (MilepostError, OSError) as error:
        print(f"milepost server: {error}", file=sys.stderr)
        return 1


def _opened(url: str) -> Database:
    if "://" not in url and not Path(url).exists():
        raise Refused(f"There is no database {url}. Name the one that the server runs on with --database.")
    return open_database(url)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "milepost server", description="Looks after a Milepost server's database."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, action in ACTIONS.items():
        made = actions.add_parser(name, help=action.help, description=action.help)
        for word, about in action.arguments:
            made.add_argument(word, **about)
        made.add_argument(
            "--database",
            required=True,
            metavar="URL",
            help="what `milepost serve` runs on: a file, or postgresql://USER@HOST/NAME",
        )
        made.add_argument("--json", action="store_true", help="for programs")
    return parser


def _backup(database: Database, options: Options) -> int:
    rows = backup.backup(database, options.file)
    size = options.file.stat().st_size
    if options.json:
        _json({"file": str(options.file), "bytes": size, "rows": rows})
    else:
        print(f"{options.file}: {rows['record']:,} records, {rows['log']:,} entries, {size / 2**20:,.1f} MB.")
        place = beside(options.database) or "where --blobs of the server says"
        print(f"Contents of attachments are not in it. Copy them after it: {place}", file=sys.stderr)
    return 0


def _restore(database: Database, options: Options) -> int:
    done = (
        restoring.restore(database, options.file, _now())
        if options.file
        else restoring.declare(database, _now())
    )
    if options.json:
        _json(done._asdict())
        return 0
    if done.lost:
        print(
            f"{done.lost:,} entries newer than the backup are gone here. Laptops that sync send back what they hold."
        )
    print(f"The log ends at {done.head:,}. Every laptop notices at its next sync; nobody has to do anything.")
    return 0


def _check(database: Database, options: Options) -> int:
    found = list(checking.check(database, options.blobs or beside(options.database)))
    if options.json:
        _json([finding._asdict() for finding in found])
    else:
        for state, what, detail, remedy in found:
            print(f"{state:<5} {what}: {detail}" + (f"\n      → {remedy}" if remedy else ""))
    return int(any(finding.state == "fail" for finding in found))


def _users(database: Database, options: Options) -> int:
    accounts = Accounts(database)
    if options.sign_out:
        done = accounts.sign_out(database.workspace(), options.sign_out, _now())
        print(
            f"Signed out {done.devices} of {options.sign_out}'s devices; unused codes voided: {done.codes}.",
            file=sys.stderr,
        )
        return 0
    rows = [
        {
            "name": u.name,
            "devices": u.devices,
            "since": _when(u.since),
            "last_seen": _when(u.last_seen),
            "id": u.id,
        }
        for u in accounts.users()
    ]
    return _list(rows, options)


def _devices(database: Database, options: Options) -> int:
    accounts = Accounts(database)
    if options.revoke:
        codes = accounts.revoke(database.workspace(), options.revoke, _now())
        print(
            f"Device {options.revoke.upper()} is signed out; unused codes of its member voided: {codes}.",
            file=sys.stderr,
        )
        return 0
    rows = [
        {
            "letter": d.letter, "member": d.member, "device": d.name, "since": _when(d.since),
            "last_seen": _when(d.last_seen), "signed_out": _when(d.revoked or 0),
        }
        for d in accounts.devices()
    ]  # fmt: skip
    return _list(rows, options)


def _audit(database: Database, options: Options) -> int:
    workspace = database.workspace()
    with database.reading() as conn:
        found = audit.newest(conn, workspace, options.most)
    rows = [{"at": _when(e.at), "member": e.member, "what": e.what, "detail": e.detail} for e in found]
    return _list(rows, options)


def _spaces(database: Database, options: Options) -> int:
    workspace = database.workspace()
    if options.let_go:
        Log(database).let_go(workspace, options.let_go, _now())
        print("Whoever has something of it may begin it again.", file=sys.stderr)
        return 0
    with database.reading() as conn:
        found = spaces.overview(conn, workspace)
        names = spaces.names_of(conn, workspace, {id for space in found for id, _ in space.members})
    if options.json:
        people = [
            [{"id": id, "name": names.get(id, ""), "role": role} for id, role in s.members] for s in found
        ]
        _json([{**s._asdict(), "members": those} for s, those in zip(found, people, strict=True)])
        return 0
    rows = [
        {
            "space": s.id, "name": s.name, "records": f"{s.records:,}", "size": f"{s.size / 2**20:,.2f} MB",
            "members": ", ".join(f"{names.get(id) or id} ({role})" for id, role in s.members),
        }
        for s in found
    ]  # fmt: skip
    return _list(rows, options)


def _compact(database: Database, options: Options) -> int:
    moved = keeping.compact(database, database.workspace(), _now() - options.keep_days * DAY)
    if options.json:
        _json({"moved": moved})
    else:
        print(
            f"{moved:,} entries older than {options.keep_days} days went into the archive. "
            "Laptops that were away for longer fetch the content anew; their edits stay, histories too."
        )
    return 0


ACTIONS = {
    "backup": Action(
        _backup,
        "Writes a copy of everything into a new SQLite file, while the server runs.",
        [("file", {"type": Path, "metavar": "FILE"})],
    ),
    "restore": Action(
        _restore,
        "Makes a backup's content current, while the server runs or not; laptops send what it lacks. Without FILE: the "
        "database was brought back by other means (pg_restore), and laptops are to be told.",
        [("file", {"type": Path, "metavar": "FILE", "nargs": "?"})],
        makes=True,
    ),
    "check": Action(
        _check,
        "Looks whether what the server keeps is sound; changes nothing. Status 1: it is not.",
        [("--blobs", {"metavar": "PLACE", "default": "", "help": "where attachments are (beside the SQLite file)"})],
    ),
    "users": Action(
        _users,
        "Lists who has signed in, or signs one out everywhere.",
        [("--sign-out", {"metavar": "NAME", "default": "", "help": "all of NAME, and unused codes for or by NAME"})],
    ),
    "devices": Action(
        _devices,
        "Lists the devices, or signs one out.",
        [("--revoke", {"metavar": "LETTER", "default": "", "help": "this one, and unused codes by its member"})],
    ),
    "audit": Action(
        _audit,
        "Lists who was invited, signed in or out, and restores, newest first.",
        [("--most", {"type": int, "default": 50, "metavar": "N", "help": "so many (50)"})],
    ),
    "spaces": Action(
        _spaces,
        "Lists the spaces: who sees each, in which role, and what it holds, without its log. Or lets one go.",
        [("--let-go", {"metavar": "SPACE", "default": "", "help": "one that no laptop brings back after a restore"})],
    ),
    "compact": Action(
        _compact,
        "Packs the older part of the log, while the server runs.",
        [("--keep-days", {"type": int, "default": 90, "metavar": "DAYS", "help": "younger entries stay (90)"})],
    ),
}  # fmt: skip


# ── output ────────────────────────────────────────────────────────────────────────────────────────────


def _list(rows: Sequence[dict[str, Any]], options: Options) -> int:
    if options.json:
        _json(rows)
    elif rows:
        _table(
            [[name.replace("_", " ").capitalize() for name in rows[0]], *([*row.values()] for row in rows)]
        )
    return 0


def _table(rows: Iterable[Sequence[object]]) -> None:
    texts = [["".join(c if c.isprintable() else "·" for c in str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _json(answer: object) -> None:
    print(orjson.dumps(answer).decode())


def _when(at: int) -> str:
    """UTC, to the minute; nothing for never."""
    return f"{instant_of(at)[:16].replace('T', ' ')} UTC" if at else ""


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(main())
