"""What every command is given: its arguments, its profile, and the ways to read and write there."""

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import db
from models.errors import StoreError
from models.windows.dates import behind

if TYPE_CHECKING:
    from models.store import Store


class Usage(Exception):
    """The command is not worded as it must be (exit status 2)."""


@dataclass
class Context:
    """One call of the program."""

    home: Path
    json: bool = False
    args: argparse.Namespace = field(default_factory=argparse.Namespace)
    words: list[str] = field(default_factory=list)  # of a command whose words are passed on

    @property
    def path(self) -> Path:
        return self.home / db.NAME

    def exists(self) -> bool:
        """Whether there is a store. Raises StoreError where there can be none."""
        if self.home.exists() and not self.home.is_dir():
            raise StoreError(f"{self.home} is a file, not a folder. Choose another place with --home.")
        with db.in_words(self.path):
            return self.path.exists()

    @contextmanager
    def reading(self, *, dates: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection in one read transaction, with `dates` after the computed dates are brought up to date. A
        profile that does not exist reads as an empty one."""
        conn = self._connect()
        if dates and self.exists() and behind(conn):
            with self.store():
                pass  # closing it computes them
        try:
            conn.create_function("fold", 1, _fold, deterministic=True)
            conn.execute("BEGIN")
            yield conn
        except sqlite3.Error as error:
            raise db.explain(error, self.path) from error
        finally:
            conn.close()

    @contextmanager
    def store(self) -> Iterator["Store"]:
        """The open store, made where there is none. Dates that an edit has made stale are computed at the end."""
        from models.dates import refresh_all
        from models.store import open_store

        store = open_store(self.home)
        try:
            yield store
            with suppress(
                StoreError
            ):  # a full disk: the edit is safe, and the next one that reads tries again
                refresh_all(store)
        finally:
            store.close()

    def print(self, text: str = "") -> None:
        print(text)

    def json_out(self, value: Any) -> None:
        import orjson

        print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())

    def _connect(self) -> sqlite3.Connection:
        if not self.exists():
            return _empty(self.home)
        conn = db.connect(self.path, readonly=True)
        with db.in_words(self.path):
            behind = conn.execute("PRAGMA user_version").fetchone()[0] < db.SCHEMA
        if behind:
            conn.close()
            with self.store():
                pass  # opening brings the schema up to date
            conn = db.connect(self.path, readonly=True)
        return conn


def note(text: str) -> None:
    """A remark beside the answer, which stays clean for scripts."""
    print(text, file=sys.stderr)


def _empty(home: Path) -> sqlite3.Connection:
    from models.store import create_schema

    note(f"There is no profile in {home} yet; the first thing that you add makes it.")
    conn = sqlite3.connect(":memory:", isolation_level=None)
    create_schema(conn)
    return conn


def _fold(text: str | int | float | None) -> str | int | float | None:
    return text.casefold() if isinstance(text, str) else text
