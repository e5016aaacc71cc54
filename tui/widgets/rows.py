"""The rows of a list on screen: it costs what is shown, however long the list is.

A list shows a window (row numbers in display order) and reads the rows of what is visible through its
reader. The cursor belongs to a row, not to a line: a new window leaves it on its row and on its line of
the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from inspect import iscoroutine
from itertools import takewhile
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.ahead import caught_up
from tui.widgets.columns import Column
from tui.widgets.messages import Moved, Opened
from tui.widgets.paint import STYLES, Painter
from tui.widgets.window import FOLDED, LEAF, OPEN, Reader, Window


class RowList(ScrollView, can_focus=True, inherit_bindings=False):
    """A list of rows under a header line, with a cursor and folds; what to choose from.

    Keys come from the registry: every `act_…` method is an action of the place "list".
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"lines--{name}" for name in (*STYLES, "header", "cursor", "blurred")
    }
    DEFAULT_CSS = """
    RowList {
        overflow: hidden;
        background: $background;
        color: $foreground;
        & > .lines--header { color: $text-muted; text-style: underline; }
        & > .lines--cursor { background: $primary-muted; color: $foreground; }
        & > .lines--blurred { background: $surface; color: $foreground; }
        & > .lines--cell { text-style: bold underline; }
        & > .lines--marked { text-style: bold; color: $text-accent; }
        & > .lines--dim { color: $text-muted; }
        & > .lines--good { color: $text-success; }
        & > .lines--warn { color: $text-warning; }
        & > .lines--bad { color: $text-error; text-style: bold; }
        & > .lines--accent { color: $text-primary; }
        & > .lines--strong { text-style: bold; }
        &:ansi > .lines--cursor { text-style: reverse; }
        &:ansi > .lines--blurred { text-style: bold; }
        &:ansi > .lines--dim { text-style: dim; }
    }
    """

    Moved, Opened = Moved, Opened

    virtual_size = Reactive(Size(0, 0), repaint=False)  # of another length, nothing is laid out anew
    least = 0  # lines that it has where it is as high as its rows

    def __init__(
        self, columns: Sequence[Column], reader: Reader, *, empty: str = "", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.columns = list(columns)
        self.window = Window(reader)
        self.empty = empty
        self.cursor = 0
        self.cell: str | None = next((column.key for column in columns if column.editable), None)
        self._sought: int | None = None
        self._painter = Painter()
        self._needs: Mapping[str, int] = {}
        self._painted: dict[int, Strip] = {}

    # What screens call

    @property
    def cursor_rowid(self) -> int | None:
        return self.window.rowids[self.cursor] if len(self.window) else None

    def visible_rowids(self) -> list[int]:
        """The rows on screen now: what a refresh has to ask about."""
        top = self.scroll_offset.y
        return list(self.window.rowids[top : top + max(0, self.size.height - 1)])

    def set_window(
        self,
        rowids: Iterable[int],
        depths: Iterable[int] | None = None,
        *,
        complete: bool = True,
        cursor: int | None = None,
        kept: bool = False,
    ) -> None:
        """Show these rows in this order, the cursor on the row it was on (or on `cursor`), on the same
        line of the screen; if that row is gone, on its neighbour. A list that shows its beginning goes on showing it
        as long as the cursor is there. With `complete=False` this is the
        beginning of the list and the whole window follows; a cursor that is not in it yet waits for that. `kept`
        rows hold what they held, so that they are not read again."""
        old, at, line = self.window.rowids, self.cursor, self.cursor - self.scroll_offset.y
        sought = next(
            (rowid for rowid in (cursor, self._sought, self.cursor_rowid) if rowid is not None), None
        )
        self.window.load(rowids, depths, kept=kept)
        found = self.window.index_of(sought)
        self._sought = None if complete or found is not None else sought
        if found is None and len(old) and sought == self._old_rowid(old, at):
            found = self.window.successor(old, at)
        self._show_window(min(found or 0, max(0, len(self.window) - 1)), line)
        if sought != self.cursor_rowid:
            self._tell_moved()

    def refresh_rows(self, rowids: Iterable[int] | None = None) -> None:
        """These rows (all, when None) hold something else now: those on screen are read again and redrawn."""
        if rowids is None:
            self.window.forget()
            self.redraw()
            return
        changed = set(rowids)
        self.window.forget(changed)
        top = self.scroll_offset.y
        for line, rowid in enumerate(self.visible_rowids(), top + 1):
            if rowid in changed:
                self.refresh_line(line)

    def redraw(self) -> None:
        """Draws the lines again that look different now."""
        if not self.size:
            return
        self._ready_painter()
        lines = [y for y in range(self.size.height) if self._look(y) != self._painted.get(y)]
        if lines:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in lines))

    def set_columns(self, columns: Sequence[Column]) -> None:
        self.columns = list(columns)
        self._lay()

    def make_room(self, needs: Mapping[str, int]) -> None:
        """How many cells columns need for all that they hold, by their keys."""
        if needs != self._needs:
            self._needs = needs
            self._lay()

    def go_to(self, rowid: int) -> bool:
        """Put the cursor on this row; False when it is not in the window."""
        index = self.window.index_of(rowid)
        if index is not None:
            self._move(index)
        return index is not None

    def toggle_fold(self) -> None:
        """Fold what lies below the cursor, or show it again."""
        if self._marker() != LEAF:
            self._fold(self._marker() == OPEN)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(self.least, self.virtual_size.height)

    # What a list that is worked in adds

    def settle(self) -> None:
        """The rows on screen have moved: what lies over them follows."""

    def redraw_moved(self, old: int) -> None:
        """The cursor went from the index `old` to where it is now."""
        self.refresh_line(old + 1)
        self.refresh_line(self.cursor + 1)

    def leave_cell(self) -> None:
        """The mouse goes elsewhere."""

    def mark_here(self) -> None:
        """Ctrl and a click."""

    def is_marked(self, index: int) -> bool:
        """Whether the row at `index` is drawn as marked."""
        return False

    # Actions

    def act_down(self) -> None:
        self._move(self.cursor + 1)

    def act_up(self) -> None:
        self._move(self.cursor - 1)

    def act_top(self) -> None:
        self._move(0)

    def act_bottom(self) -> None:
        self._move(len(self.window) - 1)

    def act_half_down(self) -> None:
        self._page(self._body // 2)

    def act_half_up(self) -> None:
        self._page(-(self._body // 2))

    def act_page_down(self) -> None:
        self._page(self._body - 1)

    def act_page_up(self) -> None:
        self._page(1 - self._body)

    def act_left(self) -> object:
        """Fold, or go to the parent."""
        if self._marker() == OPEN:
            self._fold(True)
        else:
            self._move(self.window.parent(self.cursor))
        return None

    def act_right(self) -> object:
        """Unfold, or go to the first child; False where nothing is below the row."""
        if self._marker() == FOLDED:
            self._fold(False)
        elif self._marker() == OPEN:
            self._move(self.cursor + 1)
        else:
            return False
        return True

    def act_open(self) -> object:
        """Tells who is around, and is done when they have heard it: the keys behind it are for what they open. A list
        that knows better may return something else that is to be awaited."""
        if self.cursor_rowid is None:
            return None
        self.post_message(Opened(self, self.cursor_rowid))
        return caught_up(*takewhile(lambda node: node is not self.screen, self.ancestors_with_self))

    def open_by_mouse(self) -> None:
        """The same in answer to a message, which may not wait for what comes after it."""
        opened = self.act_open()
        if iscoroutine(opened):
            self.run_worker(opened)

    # Cursor

    @property
    def _body(self) -> int:
        return max(2, self.size.height - 1)

    def _move(self, index: int) -> None:
        index = max(0, min(index, len(self.window) - 1))
        if index == self.cursor or not len(self.window):
            return
        old, self.cursor = self.cursor, index
        self.redraw_moved(old)
        self._reveal()
        self._tell_moved()

    def _page(self, lines: int) -> None:
        """Move the cursor and what is shown by as much, so that the cursor keeps its line."""
        top = max(0, min(self.scroll_offset.y + lines, self.max_scroll_y))
        self.scroll_to(y=top, animate=False, immediate=True)
        self._move(self.cursor + lines)

    def _reveal(self) -> None:
        top, body = self.scroll_offset.y, self._body
        wanted = min(max(top, self.cursor - body + 1), self.cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, immediate=True)

    def _show_window(self, index: int, line: int) -> None:
        before, self.virtual_size = self.virtual_size, Size(1, len(self.window) + 1)
        if self.styles.is_auto_height and self._needs_room(before.height):
            self.refresh(layout=True)
        self.cursor = index
        if self.size.height:
            stays = not self.scroll_offset.y and index < self._body
            top = 0 if stays else max(0, min(index - line, self.max_scroll_y))
            self.scroll_to(y=top, animate=False, immediate=True)
            self._reveal()
        self.redraw()
        self.settle()

    def _needs_room(self, before: int) -> bool:
        """Whether it is to be as high as it is not yet, `before` being the lines that it had to show."""
        was, wants = max(self.least, before), max(self.least, self.virtual_size.height)
        full = was > self.size.height > 0  # it has all the room that there is
        return was != wants and not (full and wants >= self.size.height)

    def _marker(self) -> str:
        return self.window.marker(self.cursor) if len(self.window) else LEAF

    def _fold(self, folded: bool) -> None:
        line = self.cursor - self.scroll_offset.y
        if self.cursor_rowid is not None:
            self.window.fold(self.cursor_rowid, folded)
            self._show_window(self.cursor, line)

    def _tell_moved(self) -> None:
        self.post_message(Moved(self, self.cursor_rowid))

    @staticmethod
    def _old_rowid(old: Sequence[int], at: int) -> int | None:
        return old[at] if at < len(old) else None

    # Events

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y - 1
        if event.y < 1 or not 0 <= index < len(self.window):
            return
        self.leave_cell()
        if event.x == self.size.width - 1:
            index = len(self.window) * (event.y - 1) // self._body
        self._move(index)
        branch = self.window.branch(index)
        if branch is not None and event.x == self._painter.marker_at(branch):
            self._fold(self._marker() == OPEN)
        elif event.ctrl:
            self.mark_here()
        elif event.chain == 2:
            self.open_by_mouse()

    def on_resize(self) -> None:
        self._reveal()
        self.settle()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor + 1)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.settle()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter.dry()

    # Drawing

    @property
    def allow_vertical_scroll(self) -> bool:
        return True

    def render_line(self, y: int) -> Strip:
        self._ready_painter()
        self._painted[y] = self._look(y)
        return self._painted[y]

    def _ready_painter(self) -> None:
        if self._painter.width != self.size.width:
            self._painter.lay(self.columns, self.size.width, self._needs)
        if not self._painter.pens:
            self._dip()

    def _lay(self) -> None:
        self._painter.lay(self.columns, self.size.width, self._needs)
        self.settle()
        self.refresh()

    def _look(self, y: int) -> Strip:
        """What stands on a line of the screen."""
        if y == 0:
            return self._painter.header()
        index = self.scroll_offset.y + y - 1
        if index < len(self.window):
            return self._line(index, y - 1 in self._thumb())
        return self._painter.words("  " + self.empty if y == 2 and not len(self.window) else "")

    def _line(self, index: int, thumb: bool) -> Strip:
        ground = ("cursor" if self.has_focus else "blurred") if index == self.cursor else ""
        marked = self.is_marked(index)
        cell = self.cell if ground == "cursor" else None
        row, branch = self.window.row(index), self.window.branch(index)
        return self._painter.line(row, branch, marked, ground, cell, thumb)

    def _thumb(self) -> range:
        """Lines of the body that the scroll bar's thumb covers; none when everything is on screen."""
        rows, body = len(self.window), self.size.height - 1
        if rows <= body:
            return range(0)
        length = max(1, body * body // rows)
        start = round((body - length) * self.scroll_offset.y / max(1, rows - body))
        return range(start, start + length)

    def _dip(self) -> None:
        names = (*STYLES, "header", "cursor", "blurred")
        part = {name: self.get_component_rich_style(f"lines--{name}", partial=True) for name in names}
        self._painter.dip(self.rich_style, part)
