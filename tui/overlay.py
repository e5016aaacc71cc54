"""What lies over the work for a moment: palette and help. Made at first use, then shown and hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.containers import Vertical
from textual.widget import Widget

from tui.unsaved import Unsaved
from tui.widgets.editor import CellEditor

if TYPE_CHECKING:
    from tui.shell import Shell


class Overlay(Vertical):
    """A box over the body. `open()` remembers the focus and `act_close` gives it back; nothing below is
    touched."""

    place = ""
    DEFAULT_CSS = """
    Overlay {
        layer: above;
        display: none;
        offset: 0 1;
        width: 100%;
        max-width: 96;
        height: auto;
        max-height: 80%;
        background: $panel;
        border: round $primary;
        &:ansi { border: round ansi_default; }
        & RowList { height: auto; min-height: 3; max-height: 100%; background: $panel; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._focus_before: Widget | None = None

    @property
    def origin(self) -> Widget | None:
        """Where the focus was when this was opened: that is what actions chosen here are for."""
        return self._focus_before

    def _show(self, focus: Widget) -> None:
        if not self.display:
            self._focus_before = self.screen.focused
            self._show_cell(False)
        self.display = True
        # at once, not by Widget.focus, which waits: what is typed ahead must land here
        self.screen.set_focus(focus, scroll_visible=False)

    def keep(self) -> None:
        """The work goes on elsewhere: what is typed here is kept."""

    def typed(self) -> Unsaved | None:
        """What is typed here and saved nowhere yet."""
        return None

    def act_close(self) -> None:
        self.display = False
        self._show_cell(True)
        cast("Shell", self.screen).give_focus(self._focus_before)

    def _show_cell(self, shown: bool) -> None:
        """A cell that is being typed in lies over everything."""
        if isinstance(self._focus_before, CellEditor):
            self._focus_before.visible = shown
