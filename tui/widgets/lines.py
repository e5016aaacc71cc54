"""The list to work in: rows that can be marked, and typed over in place.

What is being typed in a cell outlives new windows, new sizes and a lost focus.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.geometry import Region

from tui.unsaved import Unsaved
from tui.widgets.columns import GUTTER, Column, Placed
from tui.widgets.editor import CellEditor
from tui.widgets.messages import Edited, Marked, Typing
from tui.widgets.rows import RowList
from tui.widgets.window import Reader

LEAST_EDITOR = 16


class Edit(NamedTuple):
    """The cell being typed in, and what stood there before."""

    rowid: int
    column: Column
    before: str


class LineList(RowList):
    """A list of rows with marks and editing in place."""

    Edited, Marked = Edited, Marked

    def __init__(
        self, columns: Sequence[Column], reader: Reader, *, empty: str = "", id: str | None = None
    ) -> None:
        super().__init__(columns, reader, empty=empty, id=id)
        self.marks: set[int] = set()
        self._anchor: int | None = None
        self._span = range(0)
        self._edit: Edit | None = None
        self._editor: CellEditor | None = None
        self._foreseen: Callable[[str], str] | None = None

    # What screens call

    @property
    def editing(self) -> bool:
        return self._edit is not None

    def typed(self) -> Unsaved | None:
        """What is typed into a cell and saved nowhere yet; the reader may know the record behind it."""
        if self._edit is None or self._editor is None or self._editor.value == self._edit.before:
            return None
        told = getattr(self.window.reader, "cell", None)
        column = self._edit.column
        label, of = told(self._edit.rowid, column.editable or "") if told else (column.label, None)
        return Unsaved(label, self._editor.value, of)

    def selected(self) -> list[int]:
        """The marked rows in display order, or else the row under the cursor."""
        some = self.marks or self._span
        marked = [rowid for at, rowid in enumerate(self.window.rowids) if self.is_marked(at)] if some else []
        return marked or [rowid for rowid in (self.cursor_rowid,) if rowid is not None]

    def as_text(self) -> str:
        """The marked rows, or the one under the cursor: a line each, with tabs between what its columns hold."""
        chosen = self.window.reader.rows(self.selected())
        lines = ("\t".join(column.text(row).strip() for column in self.columns) for row in chosen)
        return "\n".join(line for line in lines if line.strip())

    def edit_cell(self, rowid: int | None = None, column: str | None = None, text: str | None = None) -> bool:
        """Open the editor over a cell (the one under the cursor), holding `text` or what stands there. What is
        being typed in another one is kept first."""
        self.finish_edit(keep=True)
        if rowid is not None and not self.go_to(rowid):
            return False
        self.cell = column or self.cell
        target = next((one for one in self.columns if one.key == self.cell and one.editable), None)
        row = self.window.row(self.cursor) if len(self.window) else None
        if target is None or row is None:
            return False
        self._edit = Edit(row[0], target, target.text(row))
        names = target.choices(row) if target.choices else ()
        self._foreseen = target.foresee(row) if target.foresee else None
        self._open_editor(self._edit.before if text is None else text, names)
        return True

    def clear_marks(self) -> None:
        self.marks.clear()
        self._anchor = None
        self._mark_changed()

    # Actions

    def act_mark(self) -> None:
        if self.cursor_rowid is not None:
            self.marks ^= {self.cursor_rowid}
            self._mark_changed()
            self.act_down()

    def act_range(self) -> None:
        """Begin a range at the cursor, or keep the one begun."""
        if self._anchor is None:
            self._anchor = self.cursor_rowid
        else:
            self.marks.update(self.window.rowids[at] for at in self._span)
            self._anchor = None
        self._mark_changed()

    def act_mark_all(self) -> None:
        """Mark all that is shown; none, when all are marked."""
        shown = set(self.window.rowids)
        self.marks = self.marks - shown if shown <= self.marks else self.marks | shown
        self._mark_changed()

    def act_edit(self) -> object:
        return self.edit_cell()

    def act_next_cell(self) -> None:
        self._step_cell(1)

    def act_previous_cell(self) -> None:
        self._step_cell(-1)

    def act_back(self) -> bool:
        """Let go of the range or the marks; False when there are none, so that esc means what it means
        further out."""
        if self._anchor is None and not self.marks:
            return False
        if self._anchor is None:
            self.marks.clear()
        self._anchor = None
        self._mark_changed()
        return True

    # Marks

    def is_marked(self, index: int) -> bool:
        return self.window.rowids[index] in self.marks or index in self._span

    def mark_here(self) -> None:
        self.act_mark()

    def redraw_moved(self, old: int) -> None:
        self._measure_span()
        if self._anchor is None:
            super().redraw_moved(old)
        else:
            self.refresh()

    def settle(self) -> None:
        self._measure_span()
        self._place_editor()

    def _measure_span(self) -> None:
        """Which lines lie between the anchor and the cursor."""
        if self._anchor is None:
            self._span = range(0)
            return
        start = self.window.index_of(self._anchor)
        low, high = sorted((self.cursor if start is None else start, self.cursor))
        self._span = range(low, high + 1)

    def _mark_changed(self) -> None:
        self._measure_span()
        self.refresh()
        self.post_message(Marked(self, len(self.marks) or len(self._span)))

    # Editing

    def finish_edit(self, keep: bool, columns: int = 0, rows: int = 0) -> None:
        if self._edit is None or self._editor is None:
            return
        edit, text = self._edit, self._editor.value
        self._edit = None
        if keep and text != edit.before:
            self.post_message(Edited(self, edit.rowid, edit.column.key, edit.column.editable or "", text))
        at = self.cursor
        if rows:
            self._move(at + rows)
        if (self._step_cell(columns) or self.cursor != at) and self.edit_cell():
            return
        self._editor.display = False
        self.post_message(Typing(self, None))
        self.screen.set_focus(self, scroll_visible=False)

    def _step_cell(self, step: int) -> bool:
        """The cell cursor to the next editable column on screen; False at the end."""
        keys = [placed.column.key for placed in self._painter.placed if placed.column.editable]
        if not step or self.cell not in keys:
            self.cell = self.cell if not step or not keys else keys[0]
            return False
        at = keys.index(self.cell) + step
        if not 0 <= at < len(keys):
            return False
        self.cell = keys[at]
        self.refresh_line(self.cursor + 1)
        return True

    def tell_choices(self, choices: Sequence[str]) -> None:
        if self._edit is None or self._editor is None:
            return
        if self._editor.completion.names:
            self.post_message(Typing(self, choices))
        elif self._foreseen is not None:
            typed = self._editor.value != self._edit.before
            self.post_message(Typing(self, (), self._foreseen(self._editor.value) if typed else ""))

    def leave_cell(self) -> None:
        self.finish_edit(keep=True)

    def _open_editor(self, text: str, names: Sequence[str]) -> None:
        if self._editor is None:
            self._editor = CellEditor(self)
            self.screen.mount(self._editor)
        self._editor.open(text, names)
        self._place_editor()
        self.screen.set_focus(self._editor, scroll_visible=False)  # at once: keys typed ahead are text

    def _place_editor(self) -> None:
        """Over its cell; over the whole line when its column is not on screen."""
        if self._edit is None or self._editor is None or not self.size:
            return
        line = max(1, min(self.cursor - self.scroll_offset.y + 1, self.size.height - 1))
        room = self.size.width - 1
        whole = Placed(self._edit.column, GUTTER, room - GUTTER)
        cell = self._painter.place_of(self._edit.column.key) or whole
        width = min(max(cell.width, LEAST_EDITOR), room)
        x = min(cell.x, room - width)
        self._editor.place(Region(self.region.x + x, self.region.y + line, width, 1))
