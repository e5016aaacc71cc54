"""How a row of a list becomes a strip: few segments, and drawn once as long as it looks the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from tui.links import can_link
from tui.widgets.cells import fit
from tui.widgets.columns import GAP, GUTTER, Column, Placed, Row, lay_out
from tui.widgets.window import LEAF

STYLES = ("dim", "good", "warn", "bad", "accent", "strong", "marked", "cell")
GROUNDS = ("", "cursor", "blurred")
MARK, THUMB = "●", "▐"

Run = tuple[str, str, str]
"""The name of a style, a text, and what the terminal can open for it."""


class Painter:
    """Columns laid out for a width, and the strips of the rows drawn last.

    `pens` has a style for every ground + style name, and "header"; nothing is looked up in the CSS while
    drawing.
    """

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self.width = 0
        self.links = can_link()
        self.pens: Mapping[str, Style] = {}
        self._strips: LRUCache[object, Strip] = LRUCache(512)

    def lay(self, columns: Sequence[Column], width: int, needs: Mapping[str, int]) -> None:
        """Columns for this width; the last cell is the scroll bar's."""
        self.placed, self.width = lay_out(columns, width - 1, needs), width
        self._strips.clear()

    def dip(self, plain: Style, part: Mapping[str, Style]) -> None:
        """Take new styles: `plain` under everything, `part` by name (grounds and header among them)."""
        grounds = {ground: plain + part[ground] if ground else plain for ground in GROUNDS}
        self.pens = {ground + name: base + part[name] for ground, base in grounds.items() for name in STYLES}
        self.pens = {**self.pens, **grounds, "header": plain + part["header"]}
        self._strips.clear()

    def dry(self) -> None:
        """The styles are old."""
        self.pens = {}

    def place_of(self, key: str) -> Placed | None:
        return next((one for one in self.placed if one.column.key == key), None)

    def header(self) -> Strip:
        labels = [fit(one.column.label, one.width, one.column.align == "right") for one in self.placed]
        return self.words(" " * GUTTER + (" " * GAP).join(labels), "header")

    def words(self, text: str, style: str = "dim") -> Strip:
        key = (text, style)
        if (strip := self._strips.get(key)) is None:
            strip = self._strips[key] = Strip([Segment(fit(text, self.width), self.pens[style])], self.width)
        return strip

    def line(
        self,
        row: Row | None,
        branch: tuple[int, str] | None = None,
        marked: bool = False,
        ground: str = "",
        cell: str | None = None,
        thumb: bool = False,
    ) -> Strip:
        """The strip of a row on a ground; `branch` is its (depth, fold marker) in a tree, `cell` the
        column to point out, `thumb` whether the scroll bar's thumb is beside it. A row that is gone (None)
        is an empty line."""
        key = (row, branch, marked, ground, cell, thumb)
        strip = self._strips.get(key)
        if strip is None:
            runs = self._cells(row, branch, marked, cell) if row is not None else []
            runs = [("marked" if marked else "", (MARK if marked else "").ljust(GUTTER), ""), *runs]
            strip = self._strips[key] = self._strip(runs, ground, thumb)
        return strip

    def marker_at(self, branch: tuple[int, str]) -> int:
        """The cell of the fold marker, or -1 where there is none."""
        tree = next((one for one in self.placed if one.column.tree), None)
        return -1 if tree is None or branch[1] == LEAF else tree.x + len(_branch(branch, tree.width)) - 2

    def _cells(self, row: Row, branch: tuple[int, str] | None, marked: bool, cell: str | None) -> list[Run]:
        """What every column shows, with the gaps between, each exactly as wide as its place."""
        runs: list[Run] = []
        for column, _, width in self.placed:
            shown = column.render(row)
            text, style = (shown, "") if isinstance(shown, str) else shown
            if column.tree and branch is not None:
                text = _branch(branch, width) + text
            pen = "cell" if column.key == cell else style or ("marked" if marked else "")
            fitted = fit(text, width, column.align == "right")
            if self.links and column.link is not None and (url := column.link(row)):
                said = fitted.rstrip()
                runs += [(pen, said, url), (pen, fitted[len(said) :], "")]
            else:
                runs.append((pen, fitted, ""))
            runs.append(("", " " * GAP, ""))
        return runs[:-1]

    def _strip(self, runs: Sequence[Run], ground: str, thumb: bool) -> Strip:
        """One segment for neighbours that look alike, as wide as the list."""
        used = self.placed[-1].x + self.placed[-1].width if self.placed and len(runs) > 1 else GUTTER
        end = [("", " " * (self.width - 1 - used), ""), ("dim", THUMB if thumb else " ", "")]
        segments: list[Segment] = []
        for style, text, url in [*runs, *end]:
            pen = self.pens[ground + style]
            if url:
                pen += Style(link=url)
            if segments and segments[-1].style is pen:
                text = segments.pop().text + text
            segments.append(Segment(text, pen))
        return Strip(segments, self.width)


def _branch(branch: tuple[int, str], width: int) -> str:
    depth, marker = branch
    return " " * min(2 * depth, width // 2) + marker + " "
