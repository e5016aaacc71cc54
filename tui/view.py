"""What a screen of the application is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from tui.shell import Shell
    from tui.workbench import Workbench


def bench(widget: Widget) -> Workbench:
    """The application that a widget lives in."""
    return cast("Workbench", widget.app)


class View(Widget):
    """One place of the application, made at its first visit and kept.

    It answers an action of the registry by defining `act_<name>`; returning False lets the next one
    outward answer. The `act_…` are looked for from the focused widget outward: list, view, shell,
    application.
    """

    name_in_registry: ClassVar[str] = ""
    DEFAULT_CSS = "View { height: 1fr; width: 1fr; }"

    class Retitled(Message):
        """The title parts or the places changed."""

    @property
    def shell(self) -> Shell:
        return cast("Shell", self.screen)

    def title_parts(self) -> Sequence[str]:
        """Where the user is, outermost first: client, project, view."""
        return (self.name_in_registry,)

    def places(self) -> Sequence[str]:
        """Places of the registry whose keys apply now, narrowest first."""
        return (self.name_in_registry,)

    def selected_ids(self) -> list[str]:
        """Ids of the marked records, or of the one under the cursor."""
        return []

    def on_changes(self, changes: Any) -> None:
        """Something was written here or elsewhere: `changes.fields` has the changed fields by table. The
        view decides whether that touches what it shows. Only called while the view has been opened, also
        when hidden."""

    def on_shown(self) -> None:
        """The view has come to the front."""

    def make_detail(self) -> Widget | None:
        """The widget for the detail pane; asked for once, when the view is first opened."""
        return None

    def focus_first(self) -> None:
        """Put the focus where it belongs when the view comes to the front for the first time."""
        target = next((widget for widget in self.query("*") if widget.focusable), None)
        if target is not None:
            self.screen.set_focus(target, scroll_visible=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A view of the application by its name in the registry; `make` imports and makes it at the first
    visit."""

    label: str
    make: Callable[[], View]
