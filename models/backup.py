"""A copy of the profile's store, and bringing one back.

A store that is brought back is another replica of itself: what it made after the copy may be on the server under the
old id, and an edit that has not seen that must not pass for one that has.

A kill or a power cut leaves the old store whole or the new one whole:
- while the new one is made, beside the old one: nothing has happened to that;
- then the old one takes in its log, which SQLite does or leaves to whoever opens it next; from here on it is one file,
  and locked, so that no tail of it (TAILS) can come to lie beside the new one;
- then it gets a second name, and has both: whole under the first one;
- then the new one takes the first name, in one step.
Where no store stood, tails of one that was moved away get another name first: without a store they mean nothing.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from models import db, durable, replica
from models.errors import Refused, StoreBusy, StoreDamaged, StoreFull

LOG = "-wal"
TAILS = (LOG, "-shm", "-journal")  # what SQLite keeps beside a store, found by the store's name
IN_USE = (
    "Milepost is open on this profile, or another program reads {path}. Nothing was changed. Close its windows, and "
    "what may still run in a terminal (`milepost sync --watch`, `milepost list | less`), then restore."
)


class Former(NamedTuple):
    """Where what a restore has put aside is now: the store that stood there, or the log of one that was moved away."""

    store: Path | None = None
    log: Path | None = None


def backup(home: Path, target: Path) -> int:
    """Writes the store of `home` into a new file, while it is in use; its size. Raises Refused, StoreError."""
    with (
        _in_words(target),
        new_file(target) as part,
        closing(db.connect(home / db.NAME, readonly=True)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)
    return target.stat().st_size


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A database to fill, which only its owner reads. Filled it takes its name; after an error nothing of it stays.

    Raises Refused where `target` is there already or cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise Refused(f"{target} is there already. Choose another name; a backup replaces nothing.")
        _begin(part)
    except OSError as error:
        raise Refused(
            f"{target} cannot be written: {error.strerror}. Choose a folder that is there and that you may write into."
        ) from error
    try:
        yield part
        durable.put_in_place(part, target)
    finally:
        _remove(part)


def restore(home: Path, source: Path) -> Former:
    """Puts a backup in the place of the store of `home`.

    Raises Refused, also where somebody has that store open, and StoreError.
    """
    if not source.is_file():
        raise Refused(f"There is no file {source}. Check its name.")
    fresh, place = home / f"{db.NAME}.new", home / db.NAME
    with _in_words(place):
        home.mkdir(parents=True, exist_ok=True)
        try:
            _begin(fresh)
            _fill(fresh, source)
            return _put(fresh, place)
        finally:
            _remove(fresh)


@contextmanager
def _in_words(place: Path) -> Iterator[None]:
    """As `db.in_words`, but no edit is made here that could be lost."""
    try:
        with db.in_words(place):
            yield
    except StoreFull as error:
        raise StoreFull(
            f"The disk that holds {place} is full or failing. Nothing was changed. Free some room and try again."
        ) from error


def _begin(file: Path) -> None:
    """An empty file that only its owner reads."""
    _remove(file)
    file.touch(mode=0o600)


def _remove(file: Path) -> None:
    for tail in ("", *TAILS):
        _tail(file, tail).unlink(missing_ok=True)


def _tail(file: Path, tail: str) -> Path:
    return file.with_name(file.name + tail)


def _fill(fresh: Path, source: Path) -> None:
    with closing(db.connect(source, readonly=True)) as backed, closing(sqlite3.connect(fresh)) as copy:
        _check(backed, source)
        backed.backup(copy)
    with closing(db.connect(fresh)) as conn:
        with db.writing(conn):
            replica.become_another(conn)
        # closing does it too, but is silent where it cannot
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _check(conn: sqlite3.Connection, path: Path) -> None:
    if not conn.execute("SELECT 1 FROM sqlite_master WHERE name='txn_unseen'").fetchone():
        raise StoreDamaged(f"{path} is not a backup of a profile. Nothing was changed. Choose another file.")
    [said] = conn.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise StoreDamaged(f"{path} is damaged: {said}. Nothing was changed. Choose an older backup.")


def _put(fresh: Path, place: Path) -> Former:
    """Gives the fresh store its place, and what stood there another name."""
    aside = _free_name(place)
    if not place.exists():
        for tail in TAILS:
            if _tail(place, tail).exists():
                _tail(place, tail).replace(_tail(aside, tail))
        durable.put_in_place(fresh, place)
        log = _tail(aside, LOG)
        return Former(log=log if log.exists() and log.stat().st_size else None)
    with _alone(place) as conn:
        _name_too(conn, place, aside)
        if os.name == "nt":  # replaces no file that is open
            conn.close()
        durable.put_in_place(fresh, place)
    return Former(store=aside)


def _free_name(place: Path) -> Path:
    """A name for what stands at `place`, of which no file has even a tail."""
    number = 1
    while True:
        aside = place.with_name(f"{place.name}.before-restore-{number}")
        if not any(_tail(aside, tail).exists() for tail in ("", *TAILS)):
            return aside
        number += 1


@contextmanager
def _alone(place: Path) -> Iterator[sqlite3.Connection]:
    """The store as one file, which nobody else can open meanwhile. Raises Refused where somebody has it open."""
    with closing(db.connect(place)) as conn:
        try:
            # takes the log in, but not before its last user has gone, also an idle one
            conn.execute("PRAGMA journal_mode=DELETE")
            conn.execute("PRAGMA locking_mode=EXCLUSIVE")  # a lock that is kept from the next transaction on
            conn.execute("BEGIN EXCLUSIVE")
            conn.execute("COMMIT")
        except sqlite3.Error as error:
            told = db.explain(error, place)
            raise (Refused(IN_USE.format(path=place)) if isinstance(told, StoreBusy) else told) from error
        if conn.execute("PRAGMA journal_mode").fetchone()[0] != "delete":  # opened between the two
            raise Refused(IN_USE.format(path=place))
        yield conn


def _name_too(conn: sqlite3.Connection, place: Path, aside: Path) -> None:
    """Gives the locked store a second name: a link, or a copy on file systems that have none."""
    try:
        durable.link(place, aside)
    except OSError:
        part = _tail(aside, ".part")
        try:
            _begin(part)
            with closing(sqlite3.connect(part)) as copy:
                conn.backup(copy)  # to read the file by other means would lose the lock
            durable.put_in_place(part, aside)
        finally:
            _remove(part)
