"""Who committed to a store's file, and whether it still is the file that was opened."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from models import db
from models.errors import StoreError

LOOK = 0.75  # seconds between looks: what one process commits, the others know within a second


class Commits:
    """The file at `path`, which is there. Looking is a thread's work: to wake one costs a tenth of what a timer of the
    application does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = db.identity(path)
        self._over = threading.Event()

    def replaced(self) -> bool:
        """Whether the file was removed, or another one put in its place."""
        return db.identity(self._path) != self._file

    def watch(self, told: Callable[[sqlite3.Connection | None], object]) -> None:
        """Calls `told`, from a thread of its own, once and whenever somebody committed, this process included; and at
        every look while the file is replaced or cannot be read, which is said without a connection."""
        threading.Thread(target=self._watch, args=(told,), name="watch", daemon=True).start()

    def close(self) -> None:
        self._over.set()

    def _watch(self, told: Callable[[sqlite3.Connection | None], object]) -> None:
        while not self._over.wait(LOOK):  # not before the first paint
            try:
                with closing(db.connect(self._path, readonly=True)) as conn:
                    self._look(conn, told)
            except (sqlite3.Error, StoreError):
                told(None)

    def _look(self, conn: sqlite3.Connection, told: Callable[[sqlite3.Connection | None], object]) -> None:
        seen = None
        while True:
            version = conn.execute("PRAGMA data_version").fetchone()[0]
            if self.replaced():
                told(None)
            elif version != seen:
                seen = version
                told(conn)
            if self._over.wait(LOOK):
                return
