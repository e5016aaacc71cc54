"""The rows of a list, in display order: row numbers in memory, the rows themselves read a page at a time."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Protocol

from tui.widgets.columns import Row

PAGE = 64
KEPT = 64 * PAGE
LEAF, OPEN, FOLDED = " ", "▾", "▸"


class Reader(Protocol):
    """Reads rows by number, in one query. `row[0]` is the row number; a row that is gone is left out."""

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]: ...


class Window:
    """Row numbers with their depths; what is folded is left out of `rowids`.

    Holds 8 bytes a row, and at most `KEPT` rows. `load` forgets the rows, whoever gives a new window gives
    new contents, unless they are `kept`. Folding needs `depths` (0 = outermost).
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.rowids = array("q")
        self.depths: bytes | None = None
        self.folded: set[int] = set()
        self._all = self.rowids
        self._all_depths: bytes | None = None
        self._rows: dict[int, Row | None] = {}

    def __len__(self) -> int:
        return len(self.rowids)

    def load(self, rowids: Iterable[int], depths: Iterable[int] | None = None, *, kept: bool = False) -> None:
        self._all = rowids if isinstance(rowids, array) else array("q", rowids)
        self._all_depths = None if depths is None else bytes(depths)
        if not kept:
            self._rows.clear()
        self._apply_folds()

    def row(self, index: int) -> Row | None:
        """The row at `index`, or None when it is gone from the store."""
        rowid = self.rowids[index]
        if rowid not in self._rows:
            self._read_page(index)
        return self._rows[rowid]

    def forget(self, rowids: Iterable[int] | None = None) -> None:
        """Drop these rows (all, when None), so that they are read again when next shown."""
        if rowids is None:
            self._rows.clear()
            return
        for rowid in rowids:
            self._rows.pop(rowid, None)

    def index_of(self, rowid: int | None) -> int | None:
        if rowid is None:
            return None
        try:
            return self.rowids.index(rowid)
        except ValueError:
            return None

    def depth(self, index: int) -> int:
        return self.depths[index] if self.depths is not None else 0

    def marker(self, index: int) -> str:
        """Whether the row has children that are shown or folded away."""
        if self.depths is None:
            return LEAF
        if self.rowids[index] in self.folded:
            return FOLDED
        below = index + 1
        return OPEN if below < len(self.depths) and self.depths[below] > self.depths[index] else LEAF

    def branch(self, index: int) -> tuple[int, str] | None:
        """(depth, marker) in a tree, None in a flat list."""
        return None if self.depths is None else (self.depths[index], self.marker(index))

    def parent(self, index: int) -> int:
        """Index of the nearest row above with a smaller depth, or `index` where there is none."""
        depth = self.depth(index) if len(self) else 0
        return next((at for at in range(index - 1, -1, -1) if depth and self.depth(at) < depth), index)

    def fold(self, rowid: int, folded: bool) -> None:
        (self.folded.add if folded else self.folded.discard)(rowid)
        self._apply_folds()

    def successor(self, old: array[int], index: int) -> int:
        """Where the cursor goes when the row at `index` of the window `old` is gone: its next neighbour
        that is left."""
        left = set(self.rowids)
        near = [*old[index + 1 : index + 201], *reversed(old[max(0, index - 200) : index])]
        found = self.index_of(next((rowid for rowid in near if rowid in left), None))
        return index if found is None else found

    def _read_page(self, index: int) -> None:
        start = index - index % PAGE
        wanted = [rowid for rowid in self.rowids[start : start + PAGE] if rowid not in self._rows]
        self._rows.update(dict.fromkeys(wanted))
        self._rows.update((row[0], row) for row in self.reader.rows(wanted))
        self._forget_oldest(self.rowids[index])

    def _forget_oldest(self, needed: int) -> None:
        if len(self._rows) > KEPT:
            for rowid in [*self._rows][:PAGE]:
                if rowid != needed:
                    del self._rows[rowid]

    def _apply_folds(self) -> None:
        if self._all_depths is None or not self.folded:
            self.rowids, self.depths = self._all, self._all_depths
        else:
            self.rowids, self.depths = _unfolded(self._all, self._all_depths, self.folded)


def _unfolded(rowids: array[int], depths: bytes, folded: set[int]) -> tuple[array[int], bytes]:
    """What is left when everything below the folded rows is taken out."""
    kept, kept_depths, limit = array("q"), bytearray(), 256
    for rowid, depth in zip(rowids, depths, strict=True):
        if depth > limit:
            continue
        limit = depth if rowid in folded else 256
        kept.append(rowid)
        kept_depths.append(depth)
    return kept, bytes(kept_depths)
