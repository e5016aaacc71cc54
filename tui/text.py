"""A page to type into, for what has more than one line: notes, and whatever is written as JSON."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Static, TextArea

from tui.overlay import Overlay
from tui.unsaved import Of, Unsaved
from tui.widgets.ahead import TypedInto, caught_up, edits
from tui.widgets.cells import plain


class Area(TypedInto, TextArea):
    editing = edits(TextArea.BINDINGS)


class TextPage(Overlay):
    """Holds one text at a time. Losing the focus ends nothing: what is typed stays until a key says so."""

    place = "text"
    DEFAULT_CSS = """
    TextPage {
        height: 80%;
        & > #text-label { height: 1; padding: 0 1; text-style: bold; color: $text-primary; }
        & > Area { height: 1fr; border: none; padding: 0 1; background: $panel; }
        & > Area:focus { border: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._label = self._before = ""
        self._of: Of | None = None
        self._keep: Callable[[str], object] = lambda text: None

    def compose(self) -> ComposeResult:
        yield Static("", id="text-label", markup=False)
        area = Area(tab_behavior="indent", soft_wrap=True)
        area.cursor_blink = False
        yield area

    @property
    def area(self) -> TextArea:
        return self.query_one(TextArea)

    def open(
        self, label: str, before: str, keep: Callable[[str], object], text: str | None = None, of: Of | None = None
    ) -> None:  # fmt: skip
        """Show `text` (or what stood there `before`); `keep` hears the new text once it is kept. It goes into `of`."""
        self.keep()
        self._label, self._before, self._keep, self._of = label, before, keep, of
        self.query_one("#text-label", Static).update(plain(label))
        self.area.text = before if text is None else text
        self.area.move_cursor(self.area.document.end)
        self._show(self.area)

    def typed(self) -> Unsaved | None:
        if not self.display or self.area.text == self._before:
            return None
        return Unsaved(self._label, self.area.text, self._of)

    async def act_keep(self) -> None:
        await caught_up(self.area)
        self.keep()

    def act_drop(self) -> bool:
        """Close and leave the text as it was."""
        self.act_close()
        return False

    def keep(self) -> None:
        if not self.display:
            return
        text = self.area.text
        self.act_close()
        if text != self._before:
            self._keep(text)
