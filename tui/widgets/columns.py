"""What a list shows of a row, and how wide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

Row = Any  # a tuple, of names or not, whose first item is the row number
Cell = str | tuple[str, str]

GUTTER = 2
GAP = 1
WIDEST = 72  # cells that a column wants at most
EXTRA = 5  # a `drop` from which on a column comes only when the others have the width that they want


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    `render(row)` gives the text, or (text, style) with a style of `lines.STYLES`; it must be a pure
    function of the row. `width` is fixed; without it the column gets what it `wants`, the first ones first, and
    shares what is left by `ratio`, never under `min_width`. At small widths the columns with the highest `drop` go
    first; 0 stays always.
    `editable` names the record's field; `edit_text(row)` is what the editor begins with (what is shown,
    unless given); `choices(row)` what it offers to complete; `foresee(row)`, where it gives a function, says of
    a text what it would do. `link(row)` is what the terminal can open for the cell, if anything. `tree` marks the
    column that is indented and carries the fold marker. `scalar(row)`, of the `type` of models.fields (or percent),
    is what stands in a workbook instead of the text.
    """

    key: str
    label: str
    render: Callable[[Row], Cell]
    width: int = 0
    ratio: int = 1
    min_width: int = 8
    wants: int = 0
    align: str = "left"
    editable: str | None = None
    edit_text: Callable[[Row], str] | None = None
    choices: Callable[[Row], Sequence[str]] | None = None
    foresee: Callable[[Row], Callable[[str], str] | None] | None = None
    link: Callable[[Row], str] | None = None
    drop: int = 0
    tree: bool = False
    type: str = "text"
    scalar: Callable[[Row], str | int | float | None] | None = None

    @property
    def least(self) -> int:
        return self.width or self.min_width

    def text(self, row: Row) -> str:
        """What an editor of this cell begins with."""
        if self.edit_text is not None:
            return self.edit_text(row)
        cell = self.render(row)
        return cell if isinstance(cell, str) else cell[0]


class Placed(NamedTuple):
    """A column on screen: its first cell and its width."""

    column: Column
    x: int
    width: int


def lay_out(columns: Sequence[Column], width: int, needs: Mapping[str, int] = {}) -> list[Placed]:
    """The columns that fit into `width` cells, left to right. Together they never exceed it. One of which it is known
    how many cells it `needs` for all that it holds wants them, and leaves what it does not need to others."""
    kept = _drop_to_fit([_needing(column, needs.get(column.key)) for column in columns], width)
    widths = _share(kept, width - _needed(kept))
    placed, x = [], GUTTER
    for column, cells in zip(kept, widths, strict=True):
        cells = min(cells, width - x)
        if cells > 0:
            placed.append(Placed(column, x, cells))
        x += cells + GAP
    return placed


def _needing(column: Column, need: int | None) -> Column:
    if need is None or column.width:
        return column
    least = max(len(column.label), min(column.min_width, need))
    return replace(column, min_width=least, wants=max(column.wants, min(need, WIDEST)))


def _needed(columns: Sequence[Column]) -> int:
    return GUTTER + sum(column.least for column in columns) + GAP * max(0, len(columns) - 1)


def _wanted(columns: Sequence[Column]) -> int:
    return _needed(columns) + sum(max(0, column.wants - column.least) for column in columns)


def _drop_to_fit(columns: Sequence[Column], width: int) -> list[Column]:
    kept = _dropped(columns, width, EXTRA, _wanted)
    return _dropped(kept, width, 1, _needed)


def _dropped(
    columns: Sequence[Column], width: int, drop: int, size: Callable[[Sequence[Column]], int]
) -> list[Column]:
    """The columns without those of the highest `drop`, as long as they are too wide."""
    kept = list(columns)
    while size(kept) > width:
        worst = max(kept, key=lambda column: column.drop, default=None)
        if worst is None or worst.drop < drop:
            break
        kept.remove(worst)
    return kept


def _share(columns: Sequence[Column], spare: int) -> list[int]:
    widths = []
    for column in columns:
        more = max(0, min(spare, column.wants - column.least))
        widths.append(column.least + more)
        spare -= more
    flexible = sum(column.ratio for column in columns if not column.width)
    left = max(0, spare)
    for at, column in enumerate(columns):
        if not column.width:
            extra = left * column.ratio // flexible
            flexible, left = flexible - column.ratio, left - extra
            widths[at] = max(1, widths[at] + extra + min(0, spare))
    return widths
