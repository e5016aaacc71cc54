"""The command palette: any action, place or record by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.fuzzy import FuzzySearch
from textual.widgets import Input

from tui.overlay import Overlay
from tui.widgets.ahead import caught_up
from tui.widgets.columns import Column, Row
from tui.widgets.field import Field
from tui.widgets.messages import Opened
from tui.widgets.rows import RowList

MOST = 200


class Entry(NamedTuple):
    """A line of the palette. `detail` says what it does or where it is, `key` how to get it without the
    palette."""

    label: str
    detail: str
    key: str
    run: Callable[[], object]


Provider = Callable[[str], Iterable[Entry]]
"""Entries for what was typed, best first and already matched; called at every key, so it must be quick."""


class Found:
    """The reader behind the palette's list: the row number is the place in the answer."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [(rowid, *self.entries[rowid][:3]) for rowid in rowids if rowid < len(self.entries)]


COLUMNS = [
    Column("label", "Do", lambda row: (row[1], "strong"), ratio=2, min_width=16),
    Column("detail", "", lambda row: (row[2], "dim"), ratio=4, min_width=16, drop=2),
    Column("key", "Key", lambda row: (row[3], "accent"), width=8, align="right", drop=1),
]


class Palette(Overlay):
    """A field and what matches it. Actions are ranked here: those called so, then what the providers
    find, then those that only have the letters."""

    place = "palette"
    DEFAULT_CSS = """
    Palette > Input { height: 1; border: none; padding: 0 2; background: $panel; &:focus { border: none; } }
    Palette > RowList { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.providers: Sequence[Provider] = ()
        self._offered: list[Entry] = []
        self._found = Found()
        self._fuzzy = FuzzySearch()

    def compose(self) -> ComposeResult:
        field = Field(placeholder="a few letters of what to do, or where to go", compact=True)
        field.cursor_blink = False
        yield field
        lines = RowList(COLUMNS, self._found, empty="Type a few letters; esc closes")
        lines.can_focus = False
        yield lines

    def open(self, entries: Iterable[Entry], providers: Sequence[Provider] = ()) -> None:
        """Offer these, in their order while nothing is typed; then also what the providers find."""
        self._offered, self.providers = list(entries), providers
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = ""
        self.query_one(RowList).least = 0
        self._search("")
        self._show(field)

    def act_next(self) -> None:
        self.query_one(RowList).act_down()

    def act_previous(self) -> None:
        self.query_one(RowList).act_up()

    async def act_choose(self) -> None:
        await caught_up(self.query_one(Input), self)
        self._choose()

    def _choose(self) -> None:
        at = self.query_one(RowList).cursor
        self.act_close()
        if at < len(self._found.entries):
            self._found.entries[at].run()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        lines = self.query_one(RowList)
        lines.least = max(lines.least, lines.size.height)  # it does not jump while one types
        self._search(event.value)

    def on_line_list_opened(self, event: Opened) -> None:
        event.stop()
        self._choose()

    def _search(self, text: str) -> None:
        more = [entry for provider in self.providers for entry in provider(text)] if text.strip() else []
        fitting = ranked(self._offered, text, self._fuzzy)
        meant = [one for one in fitting if text.strip().lower() in one.label.lower()]
        self._found.entries = [*meant, *more, *(one for one in fitting if one not in meant)][:MOST]
        lines = self.query_one(RowList)
        lines.cursor = 0
        lines.set_window(range(len(self._found.entries)))


def ranked(entries: Iterable[Entry], text: str, fuzzy: FuzzySearch) -> list[Entry]:
    """The entries that contain the letters of `text` in order, or else words that begin with each of its words; best
    first, and all of them for an empty text. The label counts twice as much as what it does."""
    text = text.strip()
    if not text:
        return list(entries)
    words = text.lower().split()

    def score(one: Entry) -> float:
        whole = max(fuzzy.match(text, one.label)[0] * 2, fuzzy.match(text, one.detail)[0])
        if whole or len(words) < 2:
            return whole
        label, detail = one.label.lower().split(), one.detail.lower().split()
        if not all(any(there.startswith(word) for there in label + detail) for word in words):
            return 0
        return sum(any(there.startswith(word) for there in label) for word in words) / len(words) + 0.5

    scored = [(score(one), one) for one in entries]
    return [one for found, one in sorted(scored, key=lambda pair: -pair[0]) if found > 0]
