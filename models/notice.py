"""What a sync found out about this profile that its person should read, in words. The last one stays to be read; why
nothing is synced stays until something is."""

import sqlite3

import orjson

from models.db import get_meta, set_meta

NOTICE, STOPPED = "notice", "stopped"  # in `meta`: [ms since 1970, text] as JSON


def leave(conn: sqlite3.Connection, text: str, now: int) -> None:
    _write(conn, NOTICE, text, now)


def last(conn: sqlite3.Connection) -> tuple[int, str]:
    """When, ms since 1970, and what; (0, "") where nothing was ever noticed."""
    return _read(conn, NOTICE)


def stop(conn: sqlite3.Connection, why: str, now: int) -> None:
    """`why` is "" as soon as something was synced."""
    _write(conn, STOPPED, why, now)


def stopped(conn: sqlite3.Connection) -> tuple[int, str]:
    """Since when nothing is synced for this reason, ms since 1970, and why; the reason is "" where all goes well."""
    return _read(conn, STOPPED)


def _write(conn: sqlite3.Connection, key: str, text: str, now: int) -> None:
    set_meta(conn, key, orjson.dumps([now, text]).decode())


def _read(conn: sqlite3.Connection, key: str) -> tuple[int, str]:
    at, text = orjson.loads(get_meta(conn, key, '[0, ""]'))
    return int(at), str(text)
