"""Notes as they read: Markdown, made when they are first looked at; e types into them."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, Static

from tui.overlay import Overlay
from tui.widgets.cells import plain


class NotesPage(Overlay):
    """Shows one text at a time."""

    place = "notes"
    DEFAULT_CSS = """
    NotesPage {
        height: 80%;
        & > #notes-label { height: 1; padding: 0 1; text-style: bold; color: $text-primary; }
        & > VerticalScroll { height: 1fr; background: $panel; }
        & Markdown { background: $panel; padding: 0 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._edit: Callable[[], object] = lambda: None

    def compose(self) -> ComposeResult:
        yield Static("", id="notes-label", markup=False)
        with VerticalScroll():
            yield Markdown("", open_links=False)

    async def open(self, label: str, text: str, edit: Callable[[], object]) -> None:
        """Shows a text; `edit` is called when it is to be typed into."""
        self._edit = edit
        self.query_one("#notes-label", Static).update(plain(label))
        await self.query_one(Markdown).update("\n".join(plain(line) for line in text.splitlines()))
        self.scroll.scroll_home(animate=False)
        self._show(self.scroll)

    @property
    def scroll(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def act_edit(self) -> None:
        self.act_close()
        self._edit()

    def act_down(self) -> None:
        self.scroll.scroll_relative(y=1, animate=False)

    def act_up(self) -> None:
        self.scroll.scroll_relative(y=-1, animate=False)

    def act_half_down(self) -> None:
        self.scroll.scroll_relative(y=self.size.height // 2, animate=False)

    def act_half_up(self) -> None:
        self.scroll.scroll_relative(y=-(self.size.height // 2), animate=False)
