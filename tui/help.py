"""The keys of this screen, from the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult

from tui.overlay import Overlay
from tui.registry import Action, key_name
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.rows import RowList


class Keys:
    """The reader behind the help: one row an action."""

    def __init__(self) -> None:
        self.actions: list[Action] = []

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [(rowid, *_described(self.actions[rowid])) for rowid in rowids if rowid < len(self.actions)]


def _described(action: Action) -> tuple[str, str, str]:
    jump = "g " if action.jump or action.where == "jump" else ""
    return (" ".join(jump + key_name(key) for key in action.key_list()), action.help, action.where)


def _key(row: Row) -> Cell:
    return (row[1], "accent")


COLUMNS = [
    Column("key", "Key", _key, width=14),
    Column("help", "What it does", lambda row: row[2], ratio=1, min_width=24),
    Column("where", "Where", lambda row: (row[3], "dim"), width=12, drop=1),
]


class Help(Overlay):
    """Lists actions in the order given: the narrowest place first."""

    place = "help"

    def __init__(self) -> None:
        super().__init__()
        self._keys = Keys()

    def compose(self) -> ComposeResult:
        yield RowList(COLUMNS, self._keys)

    def open(self, actions: Iterable[Action]) -> None:
        self._keys.actions = [action for action in actions if action.keys]
        lines = self.query_one(RowList)
        lines.cursor = 0
        lines.set_window(range(len(self._keys.actions)))
        self._show(lines)
