"""What opens over the work for a moment: palette, help, calendar, pages, previews. Each is imported at first use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from textual.css.query import NoMatches
from textual.widget import Widget
from textual.widgets import Input

from tui import registry as places
from tui.offering import Offering
from tui.overlay import Overlay
from tui.registry import Action
from tui.unsaved import Of

if TYPE_CHECKING:
    from tui.app import Milepost
    from tui.notes import Edit
    from tui.palette import Entry, Provider

OverlayType = TypeVar("OverlayType", bound=Overlay)


class Overlaid(Offering, inherit_bindings=False):
    """A screen over which overlays open. Each is made once, and kept."""

    async def act_palette(self) -> None:
        origin = self._origin()
        offered = self.offered((*self._working_places(), places.JUMP), origin)
        found = [action for action in offered if action.palette]
        await self._open_palette(found, origin, cast("Milepost", self.app).providers)

    async def act_marked(self) -> None:
        await self._open_palette([action for action in self.offered() if action.bulk], self._origin())

    async def act_help(self) -> None:
        from tui.help import Help

        jumps = () if self._typing_place() else self.registry.at((places.JUMP,))
        (await self._overlay(Help)).open([*self.offered(), *(one for one in jumps if self.can(one))])

    async def act_search(self) -> None:
        await self._open_palette([], self._origin(), cast("Milepost", self.app).providers)

    async def preview(
        self, question: str, lines: Sequence[str], do: Callable[[], object],
        keep: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        """Shows what something would do, and does it on enter; or, by its key, with the chain of the tasks kept."""
        from tui.preview import Preview

        (await self._overlay(Preview)).open(question, lines, do, keep)

    async def choose(self, entries: Sequence[Entry]) -> None:
        """Lets one of these be chosen, by a few letters."""
        from tui.palette import Palette

        (await self._overlay(Palette)).open(entries)

    async def _open_palette(
        self, chosen: Sequence[Action], origin: Widget | None, providers: Sequence[Provider] = ()
    ) -> None:
        from tui.palette import Entry, Palette

        run = cast("Milepost", self.app).run_in
        entries = [Entry(one.label, one.help, one.shown_key(), partial(run, one, origin)) for one in chosen]
        (await self._overlay(Palette)).open(entries, providers)

    async def type_text(
        self, label: str, before: str, keep: Callable[[str], object], text: str | None = None, of: Of | None = None
    ) -> None:  # fmt: skip
        """A page to type more than a line into; `keep` hears the new text, which goes into `of`."""
        from tui.text import TextPage

        (await self._overlay(TextPage)).open(label, before, keep, text, of)

    async def act_pick_day(self) -> None:
        """A calendar over what is being typed; the day goes into it."""
        from tui.picker import Picker

        if isinstance(self.focused, Input):
            (await self._overlay(Picker)).open(self.focused)

    async def read_notes(self, label: str, text: str, edit: Edit) -> None:
        """A page that shows a text as it reads; `edit` is called when it is to be typed into."""
        from tui.notes import NotesPage

        await (await self._overlay(NotesPage)).open(label, text, edit)

    def _origin(self) -> Widget | None:
        overlay = next((one for one in self.query(Overlay) if one.display), None)
        return overlay.origin if overlay is not None else self.focused

    async def _overlay(self, kind: type[OverlayType]) -> OverlayType:
        try:
            return self.query_one(kind)
        except NoMatches:
            overlay = kind()
            await self.mount(overlay)
            return overlay
