"""What a list tells its screen. Handlers are named `on_line_list_moved` and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.widgets.lines import LineList
    from tui.widgets.rows import RowList


@dataclass
class Moved(Message, namespace="line_list"):
    """The cursor stands on another row (None: the list is empty). Several in a row count as the last one."""

    lines: RowList
    rowid: int | None

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Moved) and message.lines is self.lines


@dataclass
class Opened(Message, namespace="line_list"):
    """Enter or a double click on a row."""

    lines: RowList
    rowid: int


@dataclass
class ListMessage(Message):
    """Something happened in the list `lines`."""

    lines: LineList


@dataclass
class Edited(ListMessage, namespace="line_list"):
    """A cell was typed over with another `text`; `field` is what the column calls `editable`."""

    rowid: int
    column: str
    field: str
    text: str

    def refuse(self) -> bool:
        """Open the editor again over the cell, holding what was typed; False where the row is no longer shown."""
        return self.lines.edit_cell(self.rowid, self.column, self.text)


@dataclass
class Typing(ListMessage, namespace="line_list"):
    """A cell is being typed in (or, with None, no longer); `choices` fit what is typed so far, or `note` says what that
    would do."""

    choices: Sequence[str] | None
    note: str | None = None


@dataclass
class Marked(ListMessage, namespace="line_list"):
    """So many rows are marked now."""

    count: int
