"""What a list shows of a row, and how wide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Row = Any  # a tuple, of names or not, whose first item is the row number
Cell = str | tuple[str, str]

GUTTER = 2
GAP = 1
EXTRA = 5  # a `drop` from which on a column comes only when the others have the width that they want


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    `render(row)` gives the text, or (text, style) with a style of `lines.STYLES`; it must be a pure
    function of the row. `width` is fixed; without it the column shares what is left by `ratio`, never
    under `min_width`, and `wants` so much. At small widths the columns with the highest `drop` go first; 0 stays
    always.
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


def lay_out(columns: Sequence[Column], width: int) -> list[Placed]:
    """The columns that fit into `width` cells, left to right. Together they never exceed it."""
    kept = _drop_to_fit(columns, width)
    widths = _share(kept, width - _needed(kept))
    placed, x = [], GUTTER
    for column, cells in zip(kept, widths, strict=True):
        cells = min(cells, width - x)
        if cells > 0:
            placed.append(Placed(column, x, cells))
        x += cells + GAP
    return placed


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
    flexible = sum(column.ratio for column in columns if not column.width)
    widths, left = [], max(0, spare)
    for column in columns:
        extra = 0 if column.width else left * column.ratio // flexible
        if not column.width:
            flexible, left = flexible - column.ratio, left - extra
        widths.append(max(1, column.least + extra + (spare if spare < 0 and not column.width else 0)))
    return widths
