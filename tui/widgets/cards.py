"""A board of cards in lanes, as one widget: it costs what is shown, however many cards there are.

The lanes are parts of one window; the cursor, marks and editing are those of the list. Each lane scrolls by itself.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.strip import Strip

from tui.widgets.cells import fit, wrap
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.lines import LEAST_EDITOR, LineList
from tui.widgets.paint import MARK
from tui.widgets.window import Reader

NARROWEST = 18  # cells of a lane
WIDE = 30  # cells at which a name has room in one line; else it has two
EDGE = " │ "
INDENT = 2

Face = Callable[[Row], tuple[Cell, Cell]]
"""What a card is called, and the line below that; a pure function of the row."""


class Heading(NamedTuple):
    """A lane: what it is called, and its part of the window."""

    label: str
    start: int
    stop: int


class Cards(LineList):
    """Shows lanes side by side, as many as there is room for; h and l go from lane to lane."""

    counted = True  # else more cards come

    def __init__(self, columns: Sequence[Column], reader: Reader, face: Face, *, empty: str = "") -> None:
        super().__init__(columns, reader, empty=empty)
        self.face = face
        self.lanes: list[Heading] = []
        self._tops: list[int] = []  # the first card that is shown of each lane
        self._first = 0  # the first lane that is shown
        self._measured = Size(0, 0)
        self._many, self._width, self._height, self._room = (
            1,
            1,
            2,
            1,
        )  # lanes, their cells, lines of a card, cards
        self._faces: LRUCache[object, list[list[Segment]]] = LRUCache(1024)

    # What screens call

    def set_lanes(self, lanes: Iterable[tuple[str, array[int]]], cursor: int | None = None) -> None:
        """Shows these lanes, the cursor on the card that it was on (or on `cursor`)."""
        cards, headings = array("q"), []
        for label, part in lanes:
            headings.append(Heading(label, len(cards), len(cards) + len(part)))
            cards += part
        self._tops = self._tops if len(self._tops) == len(headings) else [0] * len(headings)
        self.lanes = headings
        self.set_window(cards, cursor=cursor)

    @property
    def lane(self) -> int:
        """The lane under the cursor; the first one while there is no card."""
        return next((at for at, one in enumerate(self.lanes) if one.start <= self.cursor < one.stop), 0)

    def visible_rowids(self) -> list[int]:
        return [self.window.rowids[at] for lane in self._shown() for at in self._slots(lane)]

    def refresh_rows(self, rowids: Iterable[int] | None = None) -> None:
        self.window.forget(rowids)
        self.refresh()

    def forget_faces(self) -> None:
        """The cards look otherwise now."""
        self._faces.clear()

    # Actions

    def act_down(self) -> None:
        self._step(1)

    def act_up(self) -> None:
        self._step(-1)

    def act_top(self) -> None:
        self._step(-len(self.window))

    def act_bottom(self) -> None:
        self._step(len(self.window))

    def act_left(self) -> None:
        """The next lane to the left that has a card, at the same height."""
        self._sideways(-1)

    def act_right(self) -> None:
        self._sideways(1)

    def _page(self, lines: int) -> None:
        """Pages are told in lines; a card has two."""
        cards, lane = int(lines / self._height), self.lane
        if self.lanes:
            self._tops[lane] += cards
            self._step(cards)
            self._reveal()
            self.refresh()

    def _step(self, cards: int) -> None:
        if self.lanes:
            _, start, stop = self.lanes[self.lane]
            self._move(max(start, min(self.cursor + cards, stop - 1)))

    def _sideways(self, step: int) -> None:
        here = self.lane
        lanes = range(here + step, len(self.lanes) if step > 0 else -1, step)
        target = next((at for at in lanes if self.lanes[at].start < self.lanes[at].stop), None)
        if target is not None:
            slot = self.cursor - self.lanes[here].start - self._tops[here]
            lane = self.lanes[target]
            self._move(min(lane.start + self._tops[target] + slot, lane.stop - 1))

    # Where things are

    def _measure(self) -> None:
        """What the size and the number of lanes give; drawing a line asks for it many times."""
        self._measured, width = self.size, self.size.width
        self._many = max(1, (width + len(EDGE)) // (NARROWEST + len(EDGE)))
        shown = max(1, min(self._many, len(self.lanes)))
        self._width = max(1, (width - len(EDGE) * (shown - 1)) // shown)
        self._height = 2 if self._width >= WIDE else 3
        self._room = max(1, self._body // self._height)

    def _shown(self) -> range:
        return range(self._first, min(self._first + self._many, len(self.lanes)))

    def _slots(self, lane: int) -> range:
        """The cards of a lane that are shown, as places in the window."""
        top = self.lanes[lane].start + self._tops[lane]
        return range(top, min(top + self._room, self.lanes[lane].stop))

    def _left_of(self, lane: int) -> int:
        return (lane - self._first) * (self._width + len(EDGE))

    # The cursor

    def _reveal(self) -> None:
        self._measure()
        lane, before = self.lane, (self._first, *self._tops)
        if not self.lanes:
            return
        for at, one in enumerate(self.lanes):
            self._tops[at] = max(0, min(self._tops[at], one.stop - one.start - self._room))
        card = self.cursor - self.lanes[lane].start
        self._tops[lane] = min(max(self._tops[lane], card - self._room + 1), card)
        self._first = min(max(self._first, lane - self._many + 1), lane, max(0, len(self.lanes) - self._many))
        if (self._first, *self._tops) != before:
            self.refresh()
            self.settle()

    def redraw_moved(self, old: int) -> None:
        self._measure_span()
        if self._anchor is not None:
            self.refresh()
            return
        self.refresh_line(0)
        for at in (old, self.cursor):
            self._refresh_card(at)

    def _refresh_card(self, index: int) -> None:
        for lane in self._shown():
            if index in self._slots(lane):
                line = 1 + (index - self._slots(lane).start) * self._height
                for y in range(line, line + self._height):
                    self.refresh_line(y)

    def _show_window(self, index: int, line: int) -> None:
        self.cursor = index
        self._reveal()
        self.redraw()
        self.settle()

    def on_focus(self) -> None:
        self._refresh_card(self.cursor)

    def on_blur(self) -> None:
        self._refresh_card(self.cursor)

    def on_click(self, event: events.Click) -> None:
        lane = self._first + event.x // (self._width + len(EDGE))
        if event.y < 1 or lane not in self._shown():
            return
        slots = self._slots(lane)
        index = slots.start + (event.y - 1) // self._height
        if index in slots:
            self.leave_cell()
            self._move(index)
            if event.ctrl:
                self.mark_here()
            elif event.chain == 2:
                self.open_by_mouse()

    def _place_editor(self) -> None:
        """Over the first line of its card."""
        if self._edit is None or self._editor is None or not self.lanes:
            return
        lane = self.lane
        slot = self.cursor - self._slots(lane).start
        x, y = self._left_of(lane) + INDENT, 1 + slot * self._height
        width = max(self._width - INDENT, LEAST_EDITOR)
        self._editor.place(Region(self.region.x + x, self.region.y + y, width, 1))

    # Drawing

    def _dip(self) -> None:
        super()._dip()
        self._faces.clear()

    def _look(self, y: int) -> Strip:
        if self._measured != self.size:  # drawn before it was told of its size
            self._measure()
        if not len(self.window) and y == 2:
            return self._painter.words("  " + self.empty)
        parts = [self._head(lane) if y == 0 else self._part(lane, y - 1) for lane in self._shown()]
        edge = Segment(EDGE, self._painter.pens["dim"])
        segments = [piece for at, part in enumerate(parts) for piece in ([edge, *part] if at else part)]
        return Strip(segments).adjust_cell_length(self.size.width, self._painter.pens[""])

    def _head(self, lane: int) -> list[Segment]:
        label, start, stop = self.lanes[lane]
        count = f"{stop - start:,}" if self.counted else "…"
        if lane == self.lane and start < stop:
            count = f"{self.cursor - start + 1:,}/{count}"
        more = "‹ " if lane == self._first > 0 else ""
        tail = " ›" if lane == self._shown()[-1] < len(self.lanes) - 1 else ""
        room = self._width - len(count) - len(tail) - 1
        return [Segment(f"{fit(more + label, room)} {count}{tail}", self._painter.pens["header"])]

    def _part(self, lane: int, line: int) -> list[Segment]:
        slots = self._slots(lane)
        slot, line = divmod(line, self._height)
        index = slots.start + slot
        if slot >= self._room or index not in slots:
            return [Segment(" " * self._width, self._painter.pens[""])]
        ground = ("cursor" if self.has_focus else "blurred") if index == self.cursor else ""
        return self._drawn(self.window.row(index), self.is_marked(index), ground)[line]

    def _drawn(self, row: Row | None, marked: bool, ground: str) -> list[list[Segment]]:
        """The lines of a card."""
        key = (row, marked, ground, self._width)
        found = self._faces.get(key)
        if found is None:
            name, about = map(_styled, self.face(row) if row is not None else ("", ""))
            room, most = self._width - INDENT, self._height - 1
            names = [(text, name[1]) for text in wrap(name[0], room, most)]
            lines = [*names, about, *[("", "")] * most][: self._height]
            found = self._faces[key] = [
                self._line_of(text, style, MARK if marked and not at else "", ground)
                for at, (text, style) in enumerate(lines)
            ]
        return found

    def _line_of(self, text: str, style: str, mark: str, ground: str) -> list[Segment]:
        pens = self._painter.pens
        return [
            Segment(mark.ljust(INDENT), pens[ground + ("marked" if mark else "")]),
            Segment(fit(text, self._width - INDENT), pens[ground + (style or ("marked" if mark else ""))]),
        ]


def _styled(cell: Cell) -> tuple[str, str]:
    return (cell, "") if isinstance(cell, str) else cell
