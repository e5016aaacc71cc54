"""Which actions apply where the focus is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from tui import registry as places
from tui.overlay import Overlay
from tui.registry import Action, Registry
from tui.view import Place, View
from tui.widgets.editor import CellEditor
from tui.widgets.prompt import Prompt
from tui.widgets.rows import RowList


class Offering(Screen[None], inherit_bindings=False):
    """A screen that knows what can be done now: the actions that somebody answers, from the focus outward."""

    registry: Registry
    views: Mapping[str, Place]
    going = False  # `g` was pressed, and the second key is awaited

    @property
    def view(self) -> View | None:
        """The view in front."""
        try:
            shown = self.query_one("#views", ContentSwitcher).visible_content
        except NoMatches:
            return None
        return shown if isinstance(shown, View) else None

    def places(self) -> tuple[str, ...]:
        """Places of the registry whose keys apply where the focus is, narrowest first."""
        typing = self._typing_place()
        if typing is not None:
            return (*typing, places.ALWAYS)
        return (places.JUMP,) if self.going else self._working_places()

    def _working_places(self) -> tuple[str, ...]:
        view = tuple(self.view.places()) if self.view is not None else ()
        lists = (places.LIST,) if isinstance(self.focused, RowList) else ()
        return (*view, *lists, places.EVERYWHERE, places.ALWAYS)

    def _typing_place(self) -> tuple[str, ...] | None:
        focused = self.focused
        if isinstance(focused, CellEditor):
            return (places.EDIT,)
        for node in focused.ancestors if focused is not None else ():
            if isinstance(node, Prompt):
                return (places.PROMPT,)
            if isinstance(node, Overlay):
                return (node.place, places.LIST) if isinstance(focused, RowList) else (node.place,)
        return None

    def offered(self, where: Sequence[str] | None = None, origin: Widget | None = None) -> list[Action]:
        """What can be done now (or in the places `where`), narrowest place first; of two actions on one key only
        the narrower one."""
        taken: set[tuple[bool, str]] = set()
        offered = []
        for action in self.registry.at(where or self.places()):
            keys = {(action.where == places.JUMP, key) for key in action.key_list()}
            if not (keys and keys <= taken) and self.can(action, origin):
                taken |= keys
                offered.append(action)
        return offered

    def can(self, action: Action, origin: Widget | None = None) -> bool:
        if action.jump and action.jump not in self.views:
            return False
        return next(self.answerers(action, origin), None) is not None

    def answerers(self, action: Action, origin: Widget | None = None) -> Iterator[Callable[..., Any]]:
        """The methods that answer an action, from the focus (or `origin`) outward."""
        start: DOMNode = origin or self.focused or self.view or self
        for node in start.ancestors_with_self:
            method = getattr(node, action.method, None)
            if method is not None:
                yield method
