"""A line to type in."""

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from tui.widgets.ahead import TypedInto, edits


class Field(TypedInto, Input):
    """Its size never follows what is typed: else each key would lay the whole screen out anew."""

    virtual_size = Reactive(Size(0, 0))
    editing = edits(Input.BINDINGS)

    def _on_paste(self, event: events.Paste) -> None:
        """All lines, as one; Input would take the first one and say nothing of the others."""
        event.prevent_default()
        event.stop()
        lines = event.text.splitlines()
        text = " ".join(filter(None, map(str.strip, lines))) if len(lines) > 1 else event.text.rstrip("\r\n")
        self.replace(text, *self.selection)
