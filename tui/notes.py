"""Notes as they read: Markdown, made when they are first looked at; e types into them, and so does what is pasted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Paste
from textual.widgets import Markdown, Static

from tui.overlay import Overlay
from tui.widgets.cells import plain

Edit = Callable[[str], Awaitable[None]]
"""Opens a page to type into, with what was pasted."""


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

    _edit: Edit

    def compose(self) -> ComposeResult:
        yield Static("", id="notes-label", markup=False)
        with VerticalScroll():
            yield Markdown("", open_links=False)

    async def open(self, label: str, text: str, edit: Edit) -> None:
        """Shows a text, in its own lines; `edit` is called when it is to be typed into."""
        self._edit = edit
        self.query_one("#notes-label", Static).update(plain(label))
        # two blanks end a line for Markdown, which else joins it with the next one
        await self.query_one(Markdown).update("\n".join(f"{plain(line)}  " for line in text.splitlines()))
        self.scroll.scroll_home(animate=False)
        self._show(self.scroll)

    @property
    def scroll(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    async def on_paste(self, event: Paste) -> None:
        event.stop()
        await self.act_edit(event.text)

    async def act_edit(self, pasted: str = "") -> None:
        self.act_close()
        await self._edit(pasted)

    def act_down(self) -> None:
        self.scroll.scroll_relative(y=1, animate=False)

    def act_up(self) -> None:
        self.scroll.scroll_relative(y=-1, animate=False)

    def act_half_down(self) -> None:
        self.scroll.scroll_relative(y=self.size.height // 2, animate=False)

    def act_half_up(self) -> None:
        self.scroll.scroll_relative(y=-(self.size.height // 2), animate=False)
