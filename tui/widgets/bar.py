"""Lines of the frame: pieces of text in styles on the left, and on the right what must never be cut."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.cells import fit, plain

Piece = tuple[str, str]
PENS = ("key", "strong", "dim", "good", "warn", "bad")


class Bar(Widget):
    """One line. `show(left, right)` takes (style, text) pieces; the left is cut where the right begins."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"bar--{name}" for name in PENS}
    DEFAULT_CSS = """
    Bar {
        height: 1;
        width: 1fr;
        background: $surface;
        color: $foreground;
        & > .bar--key { text-style: bold; color: $text-primary; }
        & > .bar--strong { text-style: bold; }
        & > .bar--dim { color: $text-muted; }
        & > .bar--good { color: $text-success; }
        & > .bar--warn { color: $text-warning; text-style: bold; }
        & > .bar--bad { color: $text-error; text-style: bold; }
        &:ansi { text-style: none; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.left: Sequence[Piece] = ()
        self.right: Sequence[Piece] = ()

    def show(self, left: Sequence[Piece] | None = None, right: Sequence[Piece] | None = None) -> None:
        """Show these; what is None stays as it is. Nothing is drawn when nothing changes."""
        new = (self.left if left is None else left, self.right if right is None else right)
        if new != (self.left, self.right):
            self.left, self.right = new
            self.refresh()

    @property
    def room(self) -> int:
        """Cells that the left may take."""
        return self.size.width - width_of(self.right) - 1

    def render_line(self, y: int) -> Strip:
        room = max(0, self.room)
        segments = self._segments(self.left, room)
        used = sum(cell_len(segment.text) for segment in segments)
        width = self.size.width
        segments.append(Segment(" " * max(0, width - used - width_of(self.right)), self.rich_style))
        segments += self._segments(self.right, width)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _segments(self, pieces: Sequence[Piece], room: int) -> list[Segment]:
        segments = []
        for style, text in pieces:
            text = fit(text, min(room, cell_len(plain(text))))
            room -= cell_len(text)
            segments.append(Segment(text, self._pen(style)))
        return segments

    def _pen(self, style: str) -> Style:
        return self.get_component_rich_style(f"bar--{style}") if style else self.rich_style


def width_of(pieces: Sequence[Piece]) -> int:
    return sum(cell_len(plain(text)) for _, text in pieces)
