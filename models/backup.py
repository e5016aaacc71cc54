"""A copy of the profile's store, and bringing one back.

A store that is brought back is another replica of itself: what it made after the copy may be on the server under the
old id, and an edit that has not seen that must not pass for one that has.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from models import db, replica
from models.errors import Refused, StoreDamaged


def backup(home: Path, target: Path) -> int:
    """Writes the store of `home` into a new file, while it is in use; its size. Raises Refused, StoreError."""
    if target.exists():
        raise Refused(f"{target} is there already. Choose another name; a backup replaces nothing.")
    part = target.with_name(f"{target.name}.part")
    with db.in_words(target):
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with (
            closing(db.connect(home / db.NAME, readonly=True)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)
        part.replace(target)
    return target.stat().st_size


def restore(home: Path, source: Path) -> Path | None:
    """Puts a backup in the place of the store of `home`, which must not be in use; where the former one is now.

    Raises Refused, StoreError.
    """
    if not source.is_file():
        raise Refused(f"There is no file {source}. Check its name.")
    home.mkdir(parents=True, exist_ok=True)
    fresh, place = home / f"{db.NAME}.new", home / db.NAME
    with db.in_words(fresh):
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with closing(db.connect(source, readonly=True)) as backed, closing(sqlite3.connect(fresh)) as copy:
            _check(backed, source)
            backed.backup(copy)
        with closing(db.connect(fresh)) as conn, db.writing(conn):
            replica.become_another(conn)
        former = _put_aside(place)
        fresh.replace(place)
    return former


def _check(conn: sqlite3.Connection, path: Path) -> None:
    if not conn.execute("SELECT 1 FROM sqlite_master WHERE name='txn_unseen'").fetchone():
        raise StoreDamaged(f"{path} is not a backup of a profile. Nothing was changed. Choose another file.")
    [said] = conn.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise StoreDamaged(f"{path} is damaged: {said}. Nothing was changed. Choose an older backup.")


def _put_aside(place: Path) -> Path | None:
    """The store that stood there, with all that its log still held, under another name."""
    if not place.exists():
        return None
    with closing(db.connect(place)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    number = 1
    while (aside := place.with_name(f"{place.name}.before-restore-{number}")).exists():
        number += 1
    place.replace(aside)
    for tail in ("-wal", "-shm"):
        place.with_name(place.name + tail).unlink(missing_ok=True)
    return aside
