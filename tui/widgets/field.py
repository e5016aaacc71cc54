"""A line to type in."""

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from tui.widgets.ahead import TypedInto, edits


class Field(TypedInto, Input):
    """Its size never follows what is typed: else each key would lay the whole screen out anew."""

    virtual_size = Reactive(Size(0, 0))
    editing = edits(Input.BINDINGS)
