"""What the views over the store share: a list, its window, its detail, its filter, its bulk edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.widget import Widget

from models.feed import Changes
from tui.view import View
from tui.widgets.columns import Column, Row
from tui.widgets.lines import LineList
from tui.widgets.messages import Edited, Moved, Opened
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from models.windows.window import Window
    from tui.screens.detail import Detail
    from tui.workbench import Workbench


def bench(widget: Widget) -> Workbench:
    """The application that a widget lives in."""
    return cast("Workbench", widget.app)


class ListView(View):
    """A view of one list over the store.

    `shows` says by table which fields move rows (then the window is run again); any other field of those tables
    redraws what is on screen; other tables are nothing to this view.
    """

    columns: ClassVar[Sequence[Column]] = ()
    empty: ClassVar[str] = ""
    shows: ClassVar[dict[str, frozenset[str]]] = {}
    text: str = ""  # of the filter

    def compose(self) -> ComposeResult:
        yield LineList(self.columns, self, empty=self.empty)

    @property
    def lines(self) -> LineList:
        return self.query_one(LineList)

    def make_detail(self) -> Widget | None:
        from tui.screens.detail import Detail

        self.detail: Detail = Detail()
        return self.detail

    # What a view says of its list

    def window(self) -> Window:
        """The rows to show, filter and order applied."""
        raise NotImplementedError

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        """What the list shows of these rows."""
        raise NotImplementedError

    def record_of(self, row: Row) -> tuple[str, str]:
        """Kind and id of the record behind a row."""
        raise NotImplementedError

    # Loading

    def on_mount(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Runs the window again; the cursor stays on its record."""
        window = self.window()
        self.lines.set_window(window.rows, window.depths or None)
        self.tell_detail()

    def on_changes(self, changes: Changes) -> None:
        touched = [table for table in self.shows if changes.touches(table)]
        if any(changes.touches(table, "", "deleted_at", *self.shows[table]) for table in touched):
            self.reload()
        elif touched:
            self.lines.refresh_rows()
        self.detail.on_changes(changes)

    def here(self) -> Row | None:
        """The row under the cursor."""
        lines = self.lines
        return lines.window.row(lines.cursor) if len(lines.window) else None

    def picked(self) -> list[tuple[str, str]]:
        """Kind and id of the marked records, or of the one under the cursor."""
        return [self.record_of(row) for row in self.rows(self.lines.selected())]

    def selected_ids(self) -> list[str]:
        return [id for _, id in self.picked()]

    def seek(self, kind: str, rec: str) -> None:
        """Puts the cursor on a record, dropping the filter where it hides it."""
        found = bench(self).desk.conn.execute(f"SELECT rowid FROM {kind} WHERE id=?", (rec,)).fetchone()
        if found and not self.lines.go_to(self.row_number(kind, found[0])) and self.text:
            self.text = ""
            self.reload()
            self.lines.go_to(self.row_number(kind, found[0]))

    def row_number(self, kind: str, rowid: int) -> int:
        return rowid

    # Detail

    def on_line_list_moved(self, event: Moved) -> None:
        event.stop()
        if event.lines is self.lines:
            self.tell_detail()

    def tell_detail(self) -> None:
        row = self.here()
        if row is not None:
            self.detail.show(*self.record_of(row))

    def on_line_list_opened(self, event: Opened) -> None:
        event.stop()
        self.tell_detail()
        self.shell.open_detail()

    # Editing

    def on_line_list_edited(self, event: Edited) -> None:
        event.stop()
        [row] = self.rows([event.rowid]) or [None]
        if row is not None:
            kind, id = self.record_of(row)
            self.write([(kind, id)], event.field, event.text, event.refuse)

    def write(
        self,
        picked: Sequence[tuple[str, str]],
        field: str,
        text: str,
        lost: Callable[[], object] = lambda: None,
    ) -> None:
        """Writes typed text into one field of records of one kind."""
        if picked:
            kind, ids = picked[0][0], [id for k, id in picked if k == picked[0][0]]
            what = field.removesuffix("_id").removesuffix("_minutes").replace("_", " ").capitalize()
            bench(self).edit_typed(f"{what} of {self.name_of(picked)}", kind, ids, field, text, lost)

    def name_of(self, picked: Sequence[tuple[str, str]]) -> str:
        """ "Lay cables", or "3 tasks"."""
        kind, id = picked[0]
        if len(picked) > 1:
            return f"{len(picked)} {kind}s"
        row = bench(self).desk.conn.execute(f"SELECT name FROM {kind} WHERE id=?", (id,)).fetchone()
        return f"“{row[0]}”" if row else kind

    async def ask_for(self, label: str, field: str, value: str = "") -> None:
        """Asks for one value and writes it into the marked records."""
        picked = self.picked()
        if picked:
            question = f"{label} of {self.name_of(picked)}:"
            await self.shell.ask(Question(question, lambda text: self.write(picked, field, text), value))

    def act_delete(self) -> None:
        """Into the recycle bin; `u` brings it back."""
        picked = self.picked()
        if picked:
            bench(self).edit(f"Delete {self.name_of(picked)}", "record.delete_all", picked)
            self.lines.clear_marks()

    def act_copy(self) -> None:
        """The marked rows as tab-separated text, into the terminal's clipboard."""
        chosen = self.rows(self.lines.selected())
        text = "\n".join("\t".join(column.text(row).strip() for column in self.columns) for row in chosen)
        self.app.copy_to_clipboard(text)
        self.shell.say(f"Copied {len(chosen)} row{'s' if len(chosen) != 1 else ''}")

    # Filter

    async def act_filter(self) -> None:
        """Narrows the list while it is typed; empty shows all again."""
        before = self.text
        await self.shell.ask(
            Question(
                "/",
                done=self._filtered,
                value=before,
                changed=self._filter,
                left=lambda: self._filter(before),
            )
        )

    def act_back(self) -> bool:
        """Lets go of the filter."""
        if not self.text:
            return False
        self._filter("")
        return True

    def _filtered(self, text: str) -> str | None:
        self._filter(text)
        return None

    def _filter(self, text: str) -> str:
        if text != self.text:
            self.text = text
            self.reload()
            self.post_message(self.Retitled())
        return f"{len(self.lines.window):,} shown"
