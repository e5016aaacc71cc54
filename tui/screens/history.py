"""History: who changed what from what to what, of one record, of a project or of all; and undoing one operation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

from models import history as log
from models.capture import PENDING, REJECTED, SENT
from models.errors import MilepostError
from models.filters.vocabulary import OPERATION, Vocabulary
from models.windows import history
from models.windows.history import Change, HistoryRow, Older, Told
from models.windows.window import EVERY, Condition, Window
from tui.screens import form
from tui.screens.base import ListView
from tui.screens.narrowed import WAITING
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.words import clock, count

if TYPE_CHECKING:
    from tui.workbench import Workbench

ASKING = "asking the server for older entries…"
OFFLINE = "older entries may be on the server"
DONE = {"undo": "Undo: ", "redo": "Redo: "}


def _what(row: Row) -> Cell:
    told: HistoryRow = row.told
    if told.kind == "change":
        return row.name, ""
    return DONE.get(told.done, "") + told.label, "dim" if told.undone else "strong"


def _state(row: Row) -> Cell:
    told: HistoryRow = row.told
    if told.kind == "change":
        return ""
    if told.state == REJECTED:
        return f"✗ {told.note or 'refused'}", "bad"
    if told.undone:
        return "undone", "dim"
    return ("waits", "warn") if told.state in (PENDING, SENT) else ""


class Line(tuple[int, HistoryRow, str, str]):
    """A row with its texts: the row number, what is told, the name of the record, and from what to what."""

    @property
    def told(self) -> HistoryRow:
        return self[1]

    @property
    def name(self) -> str:
        return self[2]

    @property
    def change(self) -> str:
        return self[3]


class HistoryView(ListView):
    name_in_registry = "history"
    empty = "Nothing was done here yet. a shows what was done anywhere"
    columns: ClassVar[Sequence[Column]] = [
        Column(
            "at", "When", lambda row: clock(row.told.at) if row.told.kind == "operation" else "", width=12
        ),
        Column(
            "who",
            "Who",
            lambda row: row.told.author if row.told.kind == "operation" else "",
            width=14,
            drop=2,
        ),
        Column("what", "What was done", _what, ratio=4, min_width=22, tree=True),
        Column("change", "From → to", lambda row: row.change, ratio=4, min_width=20),
        Column("state", "", _state, width=10, drop=1),
    ]
    vocabularies: ClassVar[dict[str, Vocabulary]] = {"operation": OPERATION}
    every = False
    project = ""
    of: tuple[str, str] = ("", "")  # the one record whose history is shown

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Told] = []
        self.older: Older | None = None  # what the server has told besides
        self.note = ""
        self._known: set[int] = set()
        self._parts: dict[int, Sequence[int]] = {}  # of the operations that were read
        self._current = False  # whether what was read is still so
        self._shown = EVERY  # the filter behind what is shown

    def title_parts(self) -> Sequence[str]:
        tail = f" /{self.text}" if self.text else ""
        if self.of[1]:
            title = form.shown_title(bench(self).desk.conn, *self.of)
            return ("History", title + tail + (f" · {self.note}" if self.note else ""))
        return (*(("All projects",) if self.every else bench(self).place_of(self.project)), "History" + tail)

    def show(self, kind: str, rec: str) -> None:
        """The history of one record; of the project again when `rec` is empty."""
        self.of = (kind, rec)
        self.older, self.note = None, ""
        self.lines.set_window(())
        self.reload()
        if rec:
            # quitting waits for no network
            Thread(target=self._ask, args=(bench(self), rec), name="past", daemon=True).start()
        self.post_message(self.Retitled())

    # Loading: the log may be long, so never on the screen's thread

    def on_shown(self) -> None:
        if self.project != bench(self).project and not self.every:
            self.stale = True
        super().on_shown()

    def reload(self) -> None:
        self.project = bench(self).project
        self._current = False
        read = partial(self._read, self._wanted)
        self.run_worker(read, thread=True, exclusive=True, group="history", exit_on_error=False)

    @property
    def _wanted(self) -> Condition:
        return self.wanted.get("operation", EVERY)

    def _read(self, wanted: Condition) -> None:
        conn = bench(self).desk.reader()
        try:
            told = self._operations(conn, wanted)
        finally:
            conn.close()
        self.app.call_from_thread(self._show, told, wanted)

    def _operations(self, conn: sqlite3.Connection, wanted: Condition) -> list[Told]:
        return history.operations(conn, "" if self.every else self.project, self.of[1], wanted)

    def _ask(self, app: Workbench, rec: str) -> None:
        """What this laptop has not got of it, from the server; in a thread of its own."""

        def tell(older: Older | None, note: str, why: str = "") -> None:
            app.call_from_thread(self._tell, rec, older, note, why)

        with (
            suppress(RuntimeError, sqlite3.Error),
            closing(app.desk.reader()) as conn,
        ):  # it may end meanwhile
            if log.is_whole(conn, rec):
                return
            if app.desk.off:
                tell(None, OFFLINE)
                return
            tell(None, ASKING)
            from sync.past import past

            try:
                entries = past(app.desk.store, rec)
            except MilepostError as error:
                tell(None, OFFLINE, error.plain)
                return
            lines = log.joined(conn, rec, entries)
            here = {line.operation for line in log.history(conn, rec)}
            tell(Older(rec, lines, {e.id: e.ver for e in entries}, here), "")

    def _tell(self, rec: str, older: Older | None, note: str, why: str = "") -> None:
        if rec != self.of[1]:
            return  # another one is asked for by now
        self.older, self.note = older, note
        self.post_message(self.Retitled())
        if why:
            self.shell.say(why)
        if older is not None:
            self._fold(older.rows[told.n].row for told, parts in older.told if parts)
            super().reload()

    def _fold(self, rows: Iterable[int]) -> None:
        self.lines.window.folded |= set(rows)

    def _show(self, told: list[Told], wanted: Condition) -> None:
        """An operation that is new here is folded."""
        if wanted != self._wanted:
            return  # another filter is typed by now
        self.done, self._shown = told, wanted
        kept, self._current = self._current, True
        if not kept:
            self._parts.clear()
        ns = {one.n for one in told}
        self._parts |= history.parts(bench(self).desk.conn, ns - self._parts.keys())
        self._fold(n * 2 + history.OPERATION for n in ns - self._known if self._parts[n])
        self._known |= ns
        self.show_window(kept=kept)
        self.tell_shown()

    def narrow(self) -> None:
        wanted = self._wanted
        told = self.soon(lambda: self._operations(bench(self).desk.conn, wanted))
        if told is None:
            self.reload()
        else:
            self._show(told, wanted)

    def told(self) -> str:
        return super().told() if self._shown == self._wanted else WAITING

    def window(self) -> Window:
        conn = bench(self).desk.conn
        if self.older is None:
            return history.window_of([one.n for one in self.done], self._parts)
        return history.window_with_older(conn, self.done, self._left_of(self.older, self._wanted))

    def _left_of(self, older: Older, wanted: Condition) -> list[tuple[Told, list[int]]]:
        """What a filter leaves of what only the server knows."""
        ids = history.fitting(bench(self).desk.conn, older.rec, older.lines, wanted)
        return [(told, parts) for told, parts in older.told if older.rows[told.n].operation in ids]

    def hits(self, text: str) -> set[int]:
        """Of the operations that are shown."""
        wanted, conn = self.meant(text)["operation"], bench(self).desk.conn
        shown = json.dumps([one.n for one in self.done])
        among = Condition(
            f"t.n IN (SELECT value FROM json_each(:shown)) AND {wanted.sql}",
            {**wanted.values, "shown": shown},
        )
        found = {one.n * 2 for one in history.operations(conn, wanted=among)}
        there = self._left_of(self.older, wanted) if self.older is not None else []
        return found | {told.n for told, _ in there}

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        found = history.history_rows(bench(self).desk.conn, [row for row in rowids if row >= 0])
        if self.older is not None:
            by = {row.row: row for row in found} | self.older.rows
            found = [by[row] for row in rowids if row in by]
        return [Line((row.row, row, *self._texts(row))) for row in found]

    def _texts(self, row: HistoryRow) -> tuple[str, str]:
        if row.change is None:
            return "", count(row.records, "record")
        conn = bench(self).desk.conn
        name = form.shown_title(conn, row.change.kind, row.change.rec)
        label, text = form.change_in_words(conn, *row.change)
        if row.kind == "change":
            return f"{name} · {label}", text
        more = f"  and {row.parts - 1} more" if row.parts > 1 else ""
        return name, (f"{label}: {text}" if row.change.field else text) + more

    def record_of(self, row: Row) -> tuple[str, str]:
        change: Change | None = row.told.change
        return (change.kind, change.rec) if change is not None else ("operation", row.told.operation)

    def seek(self, kind: str, rec: str) -> None:
        """What is shown here are operations, not records."""

    def on_changes(self, changes: Any) -> None:
        self.stale = True
        if self.in_front:
            self.on_shown()
        self.detail.on_changes(changes)

    # Actions

    def act_revert(self) -> None:
        """Undoes the operation under the cursor, and leaves alone what was changed since."""
        if (row := self.here()) is not None:
            bench(self).undo_operation(row.told.operation)

    def act_all_projects(self) -> None:
        self.every = self.of[1] != "" or not self.every
        self.show("", "")

    def open_row(self) -> None:
        """Enter goes to the record, where it lives."""
        row = self.here()
        if row is None or row.told.change is None:
            super().open_row()
        else:
            bench(self).open_record(*self.record_of(row))

    def act_back(self) -> bool:
        """From the history of a record back to where that was asked for."""
        if super().act_back():
            return True
        if not self.of[1]:
            return False
        self.of = ("", "")
        self.stale = True
        self.run_worker(self.shell.act_last_view(), exclusive=True, group="go")
        return True

    act_delete = None  # type: ignore[assignment]  # what was done stays told
