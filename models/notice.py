"""What a sync found out about this profile that its person should read, in words. The last one stays to be read."""

import sqlite3

import orjson

from models.db import get_meta, set_meta

NOTICE = "notice"  # in `meta`: [ms since 1970, text] as JSON


def leave(conn: sqlite3.Connection, text: str, now: int) -> None:
    set_meta(conn, NOTICE, orjson.dumps([now, text]).decode())


def last(conn: sqlite3.Connection) -> tuple[int, str]:
    """When, ms since 1970, and what; (0, "") where nothing was ever noticed."""
    at, text = orjson.loads(get_meta(conn, NOTICE, '[0, ""]'))
    return int(at), str(text)
