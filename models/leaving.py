"""What leaves the disk after its records have left the store, as with a space that was taken away.

    a content    that no attachment names, nor any operation that may still be sent, read or undone
    a copy       for other programs, of an attachment that is not here, unless somebody saved something into it
    half a file  that somebody was writing when he was killed

A content whose row is not in this store stays: a store that was put aside for a backup may name it.
"""

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from models.attachment import attached
from models.blobs import Blobs
from models.errors import MilepostError
from models.opened import Opened
from models.store import Store

JUST_KEPT = 60.0  # seconds after a file was put in its place in which the transaction that names it comes
BROKEN_OFF = 3_600.0  # seconds after which nobody writes half a file any more


def clear_away(store: Store) -> None:
    """At the start, and when a space was taken away. What cannot go now, stays for the next time."""
    files = Blobs(store.home)
    with closing(store.read()) as conn:
        found = unnamed(conn)
    if found:
        with suppress(MilepostError), store.write() as conn:  # who attaches one waits, or was here before
            for sha in found:
                _leave(conn, files, sha)
    for half in files.folder.glob("*"):
        if half.is_file() and _age(half) > BROKEN_OFF:
            _removed(half)
    with closing(store.read()) as conn:
        Opened(store.home).clear(lambda id: attached(conn, id) is not None)


def unnamed(conn: sqlite3.Connection) -> list[str]:
    """The contents here that nothing names, by their SHA-256."""
    rows = conn.execute(
        "SELECT sha FROM blob b WHERE NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256=b.sha)"
    ).fetchall()
    if not rows:  # which spares the way through the log
        return []
    logged = conn.execute(
        "SELECT coalesce(new, old)->>'sha256' FROM change WHERE tbl='attachment' AND field=''"
        " AND json_valid(coalesce(new, old))"
    )
    named = {sha for (sha,) in logged}
    return [sha for (sha,) in rows if sha not in named]


def _leave(conn: sqlite3.Connection, files: Blobs, sha: str) -> None:
    """The file goes before its row, which finds it again after a crash."""
    named = conn.execute("SELECT 1 FROM attachment WHERE sha256=?", (sha,)).fetchone()
    path = files.path(sha)
    if not named and _age(path) > JUST_KEPT and _removed(path):
        conn.execute("DELETE FROM blob WHERE sha=?", (sha,))


def _removed(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
        return True
    except OSError:
        return False


def _age(path: Path) -> float:
    """Seconds since it was written; of one that is not there, without end."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
