"""Lists that may be too long to be read on the screen's thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from models.feed import Changes
from tui.screens.base import ListView
from tui.view import bench

Read = Callable[[sqlite3.Connection], Callable[[], object]]
"""Reads in a thread, and returns what shows it on the screen's."""


class ReadBehind(ListView):
    """A list of tasks that is read in a thread where it is long; what is asked for next takes the place of what is
    being read. While a filter is typed, `texts` has what its words are looked for in: a letter reads nothing."""

    reading: sqlite3.Connection | None = None
    filtering = False
    texts: list[str] | None = None

    def is_short(self) -> bool:
        """Whether the list is read on the screen's thread."""
        raise NotImplementedError

    def to_read(self) -> Read:
        """What has to be read now; with the texts where `filtering` and there are none."""
        raise NotImplementedError

    def read_behind(self) -> None:
        """Reads in a thread, instead of what was being read."""
        self.stop_reading()
        self.reading = bench(self).desk.reader()
        read = partial(self._read, self.reading, self.to_read())
        # without a description it is described by all that it knows: the numbers and the texts of all tasks
        self.run_worker(
            read, thread=True, exclusive=True, group="behind", description="tasks", exit_on_error=False
        )

    def stop_reading(self) -> None:
        if self.reading is not None:
            with suppress(sqlite3.ProgrammingError):  # it is closed already
                self.reading.interrupt()
        self.reading = None

    def begin_filter(self) -> None:
        self.filtering = True
        if not self.is_short():
            self.read_behind()

    def end_filter(self) -> None:
        self.filtering, self.texts = False, None

    def on_changes(self, changes: Changes) -> None:
        if changes.touches("task"):
            self.texts = None
            if self.reading is not None:
                self.read_behind()
        super().on_changes(changes)

    def _read(self, conn: sqlite3.Connection, read: Read) -> None:
        try:
            show = read(conn)
        except sqlite3.OperationalError:
            if conn is self.reading:
                raise
            return  # interrupted: something newer is being read
        finally:
            conn.close()
        self.app.call_from_thread(self._show_read, conn, show)

    def _show_read(self, conn: sqlite3.Connection, show: Callable[[], object]) -> None:
        """What was read, unless something newer is being read."""
        if conn is self.reading:
            self.reading = None
            show()
            self.tell_shown()
