"""What something long would do, line by line, before it is done: enter does it, esc does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap

from textual.app import ComposeResult
from textual.widgets import Static

from tui.overlay import Overlay
from tui.widgets.cells import plain
from tui.widgets.columns import Column, Row
from tui.widgets.rows import RowList

WIDEST = 96  # of an overlay
AROUND = 7  # border, margins, scroll bar


class Preview(Overlay):
    """Asks once; `do` runs on enter, `keep` where the chain of what is deleted is to be kept."""

    place = "preview"
    DEFAULT_CSS = """
    Preview > Static { padding: 0 2; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: Sequence[str] = ()
        self._lines: list[str] = []  # as they fit
        self._do: Callable[[], object] = lambda: None
        self._keep: Callable[[], object] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield RowList([Column("line", "", lambda row: row[1], min_width=20)], self)

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [(at, self._lines[at]) for at in rowids if at < len(self._lines)]

    def open(
        self, question: str, lines: Sequence[str], do: Callable[[], object], keep: Callable[[], object] | None = None
    ) -> None:  # fmt: skip
        self._told, self._do, self._keep = lines, do, keep
        self.query_one(Static).update(plain(question))
        rows = self.query_one(RowList)
        rows.cursor = 0
        self._fold()
        self._show(rows)

    def on_resize(self) -> None:
        self._fold()

    def _fold(self) -> None:
        """Breaks long lines between words: what cannot be read in the file is to be read here to its end."""
        width = min(self.app.size.width, WIDEST) - AROUND
        self._lines = [
            part for line in self._told for part in wrap(line, width, subsequent_indent="    ") or [""]
        ]
        self.query_one(RowList).set_window(range(len(self._lines)))

    def act_choose(self) -> None:
        self.act_close()
        self._do()

    @property
    def act_keep_chain(self) -> Callable[[], object] | None:
        """Only where there is a chain."""
        return self._close_and_keep if self._keep else None

    def _close_and_keep(self) -> None:
        self.act_close()
        if self._keep:
            self._keep()
