"""The contents of attachments on this laptop: files beside the store, each called by the SHA-256 of what is in it.

Table `blob` knows of every one that is here its size and whether the server has it: `sent` is 0 while it is to be sent,
1 when the server has it, 2 where it did not take it. What the server has not never goes to make room; the others are a
cache, filled when somebody opens one. What it did not take is offered again once a day; `meta` holds since when there
is such a content, and why.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from models.db import get_meta, set_meta
from models.durable import make_folder, put_in_place
from models.errors import Refused, StoreFull

LARGEST = 1_000_000_000  # bytes of one file
CACHE = 2_000_000_000  # bytes of contents that the server has as well, before the oldest are removed
PIECE = 1_000_000  # bytes read at a time
DAY = 86_400_000  # milliseconds
_UNTAKEN = "untaken"  # in `meta`


class Blob(NamedTuple):
    """A content: the SHA-256 of its bytes in hex, and how many there are."""

    sha: str
    size: int


class Blobs:
    """The folder. A file is there as a whole or not at all."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "blobs"

    def path(self, sha: str) -> Path:
        return self.folder / sha[:2] / sha

    def keep(self, source: Path) -> Blob:
        """Copies a file of the user's into the folder. Raises Refused for what is no file or too large, StoreFull."""
        try:
            size = source.stat().st_size
            if not source.is_file():
                raise Refused(f"{source} is not a file. Name one, or pack a folder into a .zip first.")
            if size > LARGEST:
                raise Refused(
                    f"{source.name} has {size / 1e9:.1f} GB; an attachment may have {LARGEST / 1e9:g} GB. "
                    "Put it on a file server and note the address instead."
                )
            with source.open("rb") as file, self.writing() as (copy, done):
                while piece := file.read(PIECE):
                    copy.write(piece)
                return done()
        except OSError as error:
            raise Refused(f"{source} cannot be read: {error.strerror or error}. Check its name.") from error

    @contextmanager
    def writing(self) -> "Iterator[tuple[_Hashed, _Done]]":
        """A new content: write into the first, then call the second, which puts it in its place."""
        make_folder(self.folder)
        handle, name = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                hashed = _Hashed(file)
                yield hashed, _Done(self, hashed, Path(name))
        except OSError as error:
            raise StoreFull(
                f"{self.folder} cannot be written: {error.strerror or error}. Free some room; nothing was lost."
            ) from error
        finally:
            Path(name).unlink(missing_ok=True)

    def read(self, sha: str, offset: int, size: int) -> bytes:
        """A part of a content; empty where it is not here or shorter. Raises Refused for what cannot be read."""
        try:
            with self.path(sha).open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise Refused(
                f"{self.path(sha)} cannot be read: {error.strerror or error}. Check the disk and who may read there."
            ) from error

    def copy(self, sha: str, target: Path) -> None:
        """Writes a content into a file of the user's, which appears whole or not at all. Raises Refused."""
        part = target.with_name(f".{sha[:16]}.part")
        try:
            try:
                shutil.copyfile(self.path(sha), part)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(
                f"{target} cannot be written: {error.strerror or error}. Nothing was written there; free some room, "
                "or choose another place."
            ) from error

    def has(self, blob: Blob) -> bool:
        """Whether all of it is here; its bytes are not read."""
        path = self.path(blob.sha)
        return path.is_file() and path.stat().st_size == blob.size

    def remove(self, sha: str) -> None:
        self.path(sha).unlink(missing_ok=True)


class _Hashed:
    """A file that knows the hash of what was written into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> None:
        self.file.write(piece)
        self.hash.update(piece)
        self.size += len(piece)


class _Done(NamedTuple):
    blobs: Blobs
    hashed: _Hashed
    name: Path

    def __call__(self) -> Blob:
        self.hashed.file.flush()
        os.fsync(self.hashed.file.fileno())
        blob = Blob(self.hashed.hash.hexdigest(), self.hashed.size)
        place = self.blobs.path(blob.sha)
        make_folder(place.parent)
        put_in_place(self.name, place)
        return blob


def unsent(conn: sqlite3.Connection) -> Blob | None:
    """The first content that the server has not and a live attachment names."""
    row = conn.execute(
        "SELECT b.sha, b.size FROM blob b WHERE b.sent=0 AND EXISTS"
        " (SELECT 1 FROM attachment a WHERE a.sha256=b.sha AND a.deleted_at IS NULL) ORDER BY b.size LIMIT 1"
    ).fetchone()
    return Blob(*row) if row else None


def sent(conn: sqlite3.Connection, sha: str) -> None:
    """The server has it."""
    conn.execute("UPDATE blob SET sent=1 WHERE sha=?", (sha,))


def refused(conn: sqlite3.Connection, sha: str, why: str, now: int) -> str:
    """The server did not take it, or it cannot be read: what names it goes without. `now` is ms since 1970. Returns the
    name of a file with this content."""
    conn.execute("UPDATE blob SET sent=2 WHERE sha=?", (sha,))
    told = _untaken(conn) or {"since": now, "why": {}}
    told["why"][sha] = why
    set_meta(conn, _UNTAKEN, orjson.dumps(told).decode())
    [name] = conn.execute(
        "SELECT coalesce(min(name), ?) FROM attachment WHERE sha256=?", (sha, sha)
    ).fetchone()
    return str(name)


def untaken(conn: sqlite3.Connection) -> dict[str, str]:
    """Why the server has not what was offered to it, by the SHA-256."""
    told = _untaken(conn)
    return dict(told["why"]) if told else {}


def offer_again(conn: sqlite3.Connection, now: int, at_once: bool) -> None:
    """What the server did not take is to be sent once more, `at_once` or a day after the first of it was not taken."""
    told = _untaken(conn)
    if told and (at_once or not 0 <= now - told["since"] < DAY):
        conn.execute("UPDATE blob SET sent=0 WHERE sent=2")
        set_meta(conn, _UNTAKEN, "")


def _untaken(conn: sqlite3.Connection) -> dict[str, Any] | None:
    told = get_meta(conn, _UNTAKEN)
    return orjson.loads(told) if told else None


def fetched(conn: sqlite3.Connection, blob: Blob) -> None:
    """It came from the server."""
    conn.execute(
        "INSERT INTO blob(sha, size, sent) VALUES(?,?,1) ON CONFLICT(sha) DO UPDATE SET sent=1", blob
    )


def spare(conn: sqlite3.Connection, keep: str, room: int = CACHE) -> list[str]:
    """The contents that may go, oldest first, so that what the server has as well takes no more than `room` bytes.

    They are forgotten with that; `keep` stays. The caller removes the files when it has committed.
    """
    [total] = conn.execute("SELECT coalesce(sum(size), 0) FROM blob WHERE sent=1").fetchone()
    gone: list[str] = []
    rows = conn.execute(
        "SELECT sha, size FROM blob WHERE sent=1 AND sha<>? ORDER BY rowid", (keep,)
    ).fetchall()
    for sha, size in rows:
        if total <= room:
            break
        conn.execute("DELETE FROM blob WHERE sha=?", (sha,))
        gone.append(sha)
        total -= size
    return gone
