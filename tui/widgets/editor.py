"""The one-line editor that lies over a cell of a list."""

from collections.abc import Sequence
from typing import Protocol

from textual.geometry import Offset, Region
from textual.suggester import Suggester
from textual.widgets import Input

from tui.widgets.ahead import caught_up
from tui.widgets.field import Field


class Owner(Protocol):
    """Who is told how an edit ended."""

    def finish_edit(self, keep: bool, columns: int = 0, rows: int = 0) -> None:
        """The edit is over; `keep` the text, then edit the cell so many `columns` or `rows` further."""

    def tell_choices(self, choices: Sequence[str]) -> None:
        """These of what was offered fit what is typed."""


class Completion(Suggester):
    """Completes the last of the names that are typed with commas between."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.names = names

    def fitting(self, value: str) -> list[str]:
        """The names that begin with the last word typed; then those that hold it."""
        word = value.rpartition(",")[2].strip().lower()
        begin = [name for name in self.names if name.lower().startswith(word)]
        return begin + [name for name in self.names if word in name.lower() and name not in begin]

    async def get_suggestion(self, value: str) -> str | None:
        word = value.rpartition(",")[2]
        if not word.strip():
            return None
        first = next(iter(self.fitting(value)), "")
        begins = first.lower().startswith(word.strip().lower())
        return value + first[len(word.strip()) :] if begins else None


class CellEditor(Field):
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

    def open(self, text: str, names: Sequence[str]) -> None:
        """Begin with this text, and these names to complete."""
        self.completion = self.suggester = Completion(names)
        self.value = text
        self.cursor_position = len(text)
        self.display = True
        self.tell()

    def place(self, cell: Region) -> None:
        """Lie over `cell` (in cells of the screen)."""
        self.styles.width = cell.width
        offset = Offset(cell.x, cell.y)
        if self.absolute_offset != offset:
            self.absolute_offset = offset
            self.refresh(layout=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.tell()

    def tell(self) -> None:
        """Has the owner say what fits, or what it would do."""
        names = self.completion.names
        self.owner.tell_choices(names if self.value in names else self.completion.fitting(self.value))

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
