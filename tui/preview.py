"""What something long would do, line by line, before it is done: enter does it, esc does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from tui.overlay import Overlay
from tui.widgets.cells import plain
from tui.widgets.columns import Column, Row
from tui.widgets.rows import RowList


class Preview(Overlay):
    """Asks once; `do` runs on enter."""

    place = "preview"
    DEFAULT_CSS = """
    Preview > Static { padding: 0 2; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._do: Callable[[], object] = lambda: None

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield RowList([Column("line", "", lambda row: row[1], min_width=20)], self)

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [(at, self._lines[at]) for at in rowids if at < len(self._lines)]

    def open(self, question: str, lines: Sequence[str], do: Callable[[], object]) -> None:
        self._lines, self._do = list(lines), do
        self.query_one(Static).update(plain(question))
        rows = self.query_one(RowList)
        rows.cursor = 0
        rows.set_window(range(len(self._lines)))
        self._show(rows)

    def act_choose(self) -> None:
        self.act_close()
        self._do()
