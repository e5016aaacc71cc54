"""The one-line editor that lies over a cell of a list."""

from typing import Protocol

from textual.geometry import Offset, Region
from textual.widgets import Input

from tui.widgets.ahead import caught_up


class Owner(Protocol):
    """Who is told how an edit ended."""

    def finish_edit(self, keep: bool, columns: int = 0, rows: int = 0) -> None:
        """The edit is over; `keep` the text, then edit the cell so many `columns` or `rows` further."""


class CellEditor(Input):
    """A text field over a cell. Losing the focus ends nothing: what is typed stays until a key says so."""

    DEFAULT_CSS = """
    CellEditor {
        overlay: screen;
        height: 1;
        border: none;
        padding: 0;
        background: $surface-lighten-2;
        color: $foreground;
        text-style: none;
        &:focus { border: none; background-tint: initial; }
        &:ansi { text-style: underline; }
    }
    """

    def __init__(self, owner: Owner) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.owner = owner

    def place(self, cell: Region) -> None:
        """Lie over `cell` (in cells of the screen)."""
        self.styles.width = cell.width
        offset = Offset(cell.x, cell.y)
        if self.absolute_offset != offset:
            self.absolute_offset = offset
            self.refresh(layout=True)

    async def act_keep(self) -> None:
        await self._finish(keep=True)

    async def act_leave(self) -> None:
        await self._finish(keep=False)

    async def act_next_cell(self) -> None:
        await self._finish(keep=True, columns=1)

    async def act_previous_cell(self) -> None:
        await self._finish(keep=True, columns=-1)

    async def act_row_below(self) -> None:
        await self._finish(keep=True, rows=1)

    async def act_row_above(self) -> None:
        await self._finish(keep=True, rows=-1)

    async def _finish(self, keep: bool, columns: int = 0, rows: int = 0) -> None:
        await caught_up(self)
        self.owner.finish_edit(keep, columns, rows)
