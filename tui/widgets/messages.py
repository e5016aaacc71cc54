"""What a list tells its screen. Handlers are named `on_line_list_moved` and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.widgets.lines import LineList


@dataclass
class ListMessage(Message):
    """Something happened in the list `lines`."""

    lines: LineList

    @property
    def control(self) -> LineList:
        return self.lines


@dataclass
class Moved(ListMessage, namespace="line_list"):
    """The cursor stands on another row (None: the list is empty). Several in a row count as the last one."""

    rowid: int | None

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Moved) and message.lines is self.lines


@dataclass
class Opened(ListMessage, namespace="line_list"):
    """Enter or a double click on a row."""

    rowid: int


@dataclass
class Edited(ListMessage, namespace="line_list"):
    """A cell was typed over with another `text`; `field` is what the column calls `editable`."""

    rowid: int
    column: str
    field: str
    text: str

    def refuse(self) -> None:
        """Open the editor again over the cell, holding what was typed."""
        self.lines.edit_cell(self.rowid, self.column, self.text)


@dataclass
class Marked(ListMessage, namespace="line_list"):
    """So many rows are marked now."""

    count: int
