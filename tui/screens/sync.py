"""Sync: what the server refused and why, what waits, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from models.db import get_meta
from models.filters.vocabulary import OPERATION, Vocabulary
from models.notice import STOPPED, stopped
from models.windows import syncing
from models.windows.syncing import LOGGED, REJECTED, SyncRow
from models.windows.window import EVERY, Window, add
from tui.screens.base import ListView
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.messages import Moved
from tui.widgets.prompt import Question
from tui.words import clock, count

if TYPE_CHECKING:
    from models.fields import Field, Scalar
    from models.rejected import Rejected
    from sync.worker import State

WHY = 0  # number of the line that says why nothing is synced; an operation has none of these
WORDS = {
    "stopped": ("○ no sync", "warn"),
    "rejected": ("✗ refused", "bad"),
    "waiting": ("○ waits", "warn"),
    "logged": ("● done", "dim"),
}
TWICE = 5.0  # seconds within which the same key again means it
PLACED = ("project_id", "client_id")  # where a record is stays as it was
ASKED = 5  # fields of a refused operation that are asked for one after the other

Cells = list[tuple[str, "Field", "Scalar"]]  # record, field, what was refused


def _what(row: SyncRow) -> Cell:
    return row.label + (f" · {row.note}" if row.note else ""), "bad" if row.kind == "rejected" else ""


class SyncView(ListView):
    name_in_registry = "sync"
    empty = "Nothing waits and nothing was refused. milepost login URL connects this laptop to a server"
    columns: ClassVar[Sequence[Column]] = [
        Column("kind", "", lambda row: WORDS[row.kind], width=11),
        Column("what", "What", _what, ratio=4, min_width=22),
        Column("records", "", lambda row: (count(row.records, "record") if row.records > 1 else "", "dim"),
               width=14, drop=2),
        Column("author", "By", lambda row: row.author or "you", width=12, drop=4),
        Column("at", "When", lambda row: (clock(row.at), "dim"), width=12, drop=3),
    ]  # fmt: skip
    shows: ClassVar[dict[str, frozenset[str]]] = {}
    vocabularies: ClassVar[dict[str, Vocabulary]] = {"operation": OPERATION}
    failed = logged = False
    asked_to_discard: tuple[float, Sequence[int]] = (0.0, ())

    def title_parts(self) -> Sequence[str]:
        server = get_meta(bench(self).desk.conn, "server") or "not signed in"
        return ("Milepost", f"Sync · {server}" + (f" /{self.text}" if self.text else ""))

    def places(self) -> Sequence[str]:
        row = self.here() if self.is_mounted else None
        return ("refused", "sync") if row is not None and row.kind == "rejected" else ("sync",)

    def window(self) -> Window:
        conn, wanted, window = bench(self).desk.conn, self.wanted.get("operation", EVERY), Window()
        found = syncing.sync_window(conn, 200 if self.logged else 20, wanted).rows
        rows = [row for row in found if row % 4 == REJECTED or not self.failed]
        if stopped(conn)[1] and wanted == EVERY and not self.failed:
            rows.insert(sum(row % 4 == REJECTED for row in rows), WHY)  # what asks for a key stays on top
        for row in rows:
            add(window, row, 0)
        return window

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        conn = bench(self).desk.conn
        since, why = stopped(conn)
        line = SyncRow(WHY, STOPPED, STOPPED, why, "Milepost", since, None, None, None, 0)
        return [*[line] * (WHY in rowids), *syncing.sync_rows(conn, rowids)]

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.rec_kind or "", row.rec or ""

    def on_changes(self, changes: Any) -> None:
        self.look_again()

    def on_state(self, state: State) -> None:
        """What waits moves without a record changing: an acknowledgement, a refusal."""
        self.look_again()

    def look_again(self) -> None:
        self.stale = True
        if self.in_front:
            self.on_shown()
        self.detail.reload()

    def reload(self) -> None:
        super().reload()
        self.post_message(self.Retitled())  # another row, other keys

    def on_line_list_moved(self, event: Moved) -> None:
        self.post_message(self.Retitled())

    def tell_detail(self) -> None:
        row = self.here()
        self.detail.show("operation" if row is not None else "", row.id if row is not None else "")

    # Actions on what was refused

    def act_again(self) -> None:
        """As it was; each is an operation of its own, in the order in which they were done."""
        for row in self._refused():
            bench(self).edit(row.label, "rejected.send_again", row.id, told=self._sent)

    async def act_edit(self) -> None:
        """Its values are asked for one after the other; then it is sent again. What was not refused is only shown."""
        from models.rejected import out_of_reach

        operation = self._operation()
        if operation is None:
            self.open_row()
            return
        if why := out_of_reach(bench(self).desk.conn, operation):
            self.shell.say(f"{why} · x writes this into a file", "bad")
            return
        cells = list(_cells(operation))
        if not cells or len(cells) > ASKED:
            self.shell.say(
                f"Change it by command: milepost rejected {operation.id[-8:]} --resend field=value"
            )
            return
        await self.shell.ask(self._question(operation, cells, {}))

    def act_discard(self) -> None:
        """The same key twice within a few seconds lets it go."""
        rows = self._refused()
        chosen = [row.row for row in rows]
        since, before = self.asked_to_discard
        if not rows:
            return
        if monotonic() - since < TWICE and before == chosen:
            self.asked_to_discard = (0.0, ())
            ids = [row.id for row in rows]
            bench(self).edit("Let go", "rejected.discard", ids, told=self._let_go)
            self.lines.clear_marks()
        else:
            self.asked_to_discard = (monotonic(), chosen)
            name = f"“{rows[0].label}”" if len(rows) == 1 else f"{len(rows)} refused operations"
            self.shell.say(f"X again lets {name} go for good; x writes it into a file first", "warn")

    def act_export(self) -> None:
        """Into a text file in the documents' folder."""
        from models.rejected import rejected
        from tui.commands.rejecting import write
        from tui.screens.saving import folder

        conn = bench(self).desk.conn
        found = [one for row in self._refused() for one in rejected(conn, row.id)]
        path = folder() / f"Refused {date.today().isoformat()}.txt"
        n = 1
        while path.exists():
            n += 1
            path = path.with_name(f"Refused {date.today().isoformat()} ({n}).txt")
        write(conn, path, found)
        self.shell.say(f"Wrote {count(len(found), 'operation')} to {path}")

    act_delete = act_mark_internal = None  # type: ignore[assignment]  # what is told here are operations

    # Actions of the view

    def act_pause(self) -> None:
        bench(self).act_offline()

    def act_failed(self) -> None:
        self.failed = not self.failed
        self.reload()

    def act_log(self) -> None:
        self.logged = not self.logged
        self.reload()
        first = next((row for row in self.lines.window.rowids if row % 4 == LOGGED), None)
        if self.logged and first is not None:
            self.lines.go_to(first)
        elif self.logged:
            self.shell.say("Nothing was synced here yet")

    # Inside

    def _refused(self) -> list[SyncRow]:
        """Those that are chosen, oldest first, as they were done: a later one builds on what an earlier one made."""
        return [row for row in self.rows(sorted(self.lines.selected())) if row.kind == "rejected"]

    def _operation(self) -> Rejected | None:
        rows = self._refused()
        if not rows or not bench(self).desk.loaded:
            return None
        from models.rejected import rejected

        return next(rejected(bench(self).desk.conn, rows[0].id), None)

    def _sent(self, changes: object) -> None:
        self.look_again()

    def _let_go(self, changes: object) -> None:
        self.shell.say("Let go")
        self.look_again()

    def _question(
        self, operation: Rejected, cells: Cells, typed: dict[tuple[str, str], str], why: str = ""
    ) -> Question:
        """Asks for the first of the cells, then for the others; at the end it is sent."""
        (rec, field, value), *left = cells
        before = typed.get((rec, field.name), _to_type(bench(self).desk.conn, field, value))

        def done(text: str) -> None:
            typed[rec, field.name] = text
            if left:
                self.shell.ask_next(self._question(operation, left, typed))
            else:
                self._send_changed(operation, typed)

        return Question(f"{field.label}:", done, before, why or f"{operation.label}: then it is sent again")

    def _send_changed(self, operation: Rejected, typed: dict[tuple[str, str], str]) -> None:
        def again(why: str) -> None:
            self.run_worker(self.shell.ask(self._question(operation, list(_cells(operation)), typed, why)))

        bench(self).edit_refused(operation, typed, again)


def _cells(operation: Rejected) -> Iterator[tuple[str, Field, Scalar]]:
    from tui.commands.rejecting import fields

    for change in operation.changes:
        yield from ((change.rec, field, value) for field, value in fields(change) if field.name not in PLACED)


def _to_type(conn: Any, field: Field, value: Scalar) -> str:
    if field.refers:
        from tui.commands.lookup import title

        return title(conn, field.refers, None if value is None else str(value))
    return field.show(value)
