"""The recycle bin: what was deleted, and back with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from models.filters.vocabulary import Vocabulary, bin_vocabulary
from models.windows import bin
from models.windows.window import NAMED, Window
from tui.screens.base import ListView
from tui.view import bench
from tui.widgets.columns import Column, Row
from tui.words import clock_of


class BinView(ListView):
    name_in_registry = "bin"
    vocabularies: ClassVar[dict[str, Vocabulary]] = {kind: bin_vocabulary(kind, NAMED) for kind in NAMED}
    empty = "The recycle bin is empty: X in a list puts something here. g h goes to today"
    columns: ClassVar[Sequence[Column]] = [
        Column("kind", "", lambda row: (row.kind, "dim"), width=10),
        Column("name", "Name", lambda row: row.name or "", ratio=4, min_width=20),
        Column("at", "Deleted", lambda row: (clock_of(row.at), "dim"), width=12, drop=1,
               type="instant", scalar=lambda row: row.at),
    ]  # fmt: skip
    shows: ClassVar[dict[str, frozenset[str]]] = {kind: frozenset({"name"}) for kind in NAMED}

    def title_parts(self) -> Sequence[str]:
        return ("Milepost", "Recycle bin" + (f" /{self.text}" if self.text else ""))

    def window(self) -> Window:
        return bin.bin_window(bench(self).desk.conn, self.wanted)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return bin.bin_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return row[1], row[2]

    def act_restore(self) -> None:
        """Back where it was."""
        picked = self.picked()
        if picked:
            bench(self).edit(f"Restore {self.name_of(picked)}", "record.undelete_all", picked)
            self.lines.clear_marks()
