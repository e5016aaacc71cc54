"""Conflicts: two edits of the same, each decided by one key; what time decided can be seen, and turned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import orjson

from models.filters.vocabulary import CONFLICT, Vocabulary
from models.windows.conflicts import ConflictRow, conflicts_rows, conflicts_window
from models.windows.window import Window
from tui.screens.base import ListView
from tui.screens.detail import Detail
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import clock_of, count, moment

if TYPE_CHECKING:
    from tui.conflicts import Conflict
    from tui.palette import Entry

SIDES = {"mine": "mine stays", "theirs": "theirs stays", "both": "both stay", "now": "as it stands"}
BY_TIME = ("time", "text")


def _state(row: ConflictRow) -> Cell:
    if row.settled:
        return "✓ settled", "dim"
    return ("◷ by time", "warn") if row.decided in BY_TIME else ("▲ to decide", "bad")


def _side(row: ConflictRow, mine: bool) -> Cell:
    aside = mine == bool(row.ours_aside)
    name = (row.loser_name if aside else row.winner_name) or "a colleague"
    if row.laptop:
        name = "this laptop" if (row.laptop == "loser") == aside else "another laptop"
    return f"{row.loser if aside else row.winner}  ({name})", "" if aside else "strong"


class Decision(Detail):
    """The pane of a conflict: the keys of the list decide it here, too."""

    def __init__(self, view: ConflictsView) -> None:
        super().__init__()
        self.view = view

    def act_mine(self) -> None:
        self.view.act_mine()

    def act_theirs(self) -> None:
        self.view.act_theirs()

    @property
    def act_both(self) -> Callable[[], None] | None:
        return self.view.act_both

    def act_as_it_stands(self) -> None:
        self.view.act_as_it_stands()

    def act_edit(self) -> object:
        return self.view.act_edit()

    def act_next_field(self) -> None:
        self.view.act_next_field()


class ConflictsView(ListView):
    name_in_registry = "conflicts"
    empty = (
        "No conflict is open. Two edits of the same, made without seeing each other, would be decided here"
    )
    columns: ClassVar[Sequence[Column]] = [
        Column("state", "", _state, width=11),
        Column("what", "What", lambda row: (row.name or row.kind, "strong"), ratio=3, min_width=14),
        Column("field", "Field", lambda row: row.field, ratio=1, min_width=9),
        Column("mine", "Mine", lambda row: _side(row, True), ratio=3, min_width=14, drop=1),
        Column("theirs", "Theirs", lambda row: _side(row, False), ratio=3, min_width=14, drop=2),
        Column("at", "When", lambda row: (clock_of(row.at), "dim"), width=12, drop=3),
    ]
    shows: ClassVar[dict[str, frozenset[str]]] = {"conflict": frozenset(), "settlement": frozenset()}
    vocabularies: ClassVar[dict[str, Vocabulary]] = {"conflict": CONFLICT}
    settled = False

    def make_detail(self) -> Detail:
        self.detail = Decision(self)
        return self.detail

    def title_parts(self) -> Sequence[str]:
        settled = " · settled ones too" if self.settled else ""
        return ("Milepost", f"Conflicts{settled}" + (f" /{self.text}" if self.text else ""))

    def window(self) -> Window:
        return conflicts_window(bench(self).desk.conn, self.settled, self.wanted)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        from tui.conflict_words import in_words

        conn = bench(self).desk.conn
        return [in_words(conn, row) for row in conflicts_rows(conn, rowids)]

    def record_of(self, row: Row) -> tuple[str, str]:
        return "conflict", row.id

    def tell_detail(self) -> None:
        super().tell_detail()
        if self.in_front:
            self.shell.rehint()  # what can be done is another from row to row

    def on_changes(self, changes: object) -> None:
        """Names and values of any kind are shown here."""
        self.stale = True
        if self.in_front:
            self.on_shown()
        self.detail.reload()

    # Actions

    def act_mine(self) -> None:
        self._settle("mine")

    def act_theirs(self) -> None:
        self._settle("theirs")

    @property
    def act_both(self) -> Callable[[], None] | None:
        """Only where both values can stay; some of what is marked may hold them."""
        return partial(self._settle, "both") if self._holds_both() else None

    def act_as_it_stands(self) -> None:
        self._settle("now")

    def act_all_mine(self) -> None:
        if rows := self._waiting(list(self.lines.window.rowids)):
            self._decide([row.id for row in rows], count(len(rows), "conflict"), "mine")

    async def act_edit(self) -> None:
        """Another value than the two; of a note the merged text, to be put right. Where none can be typed, one of the
        two is chosen by its letters: typed ahead, they are no keys that settle."""
        each = self._here()
        if each is None:
            return
        field = each.to_type
        if field is None:
            await self.shell.choose(self._sides(each))
        elif each.is_note:
            from models.texts import BOTH, joined

            text = joined(each.regions(), BOTH) or ""
            keep = partial(self._write, each, lost=lambda why: self.shell.say(why, "bad"))
            await self.shell.type_text(f"{each.label} · {each.title}", text, keep)
        else:
            [value] = each.mine.values.values()
            shown = field.show(value, day=each.day) if not field.refers else ""
            await self.shell.ask(self._other(each, shown))

    def act_next_field(self) -> None:
        """The next conflict."""
        self.lines.act_down()

    def act_settled(self) -> None:
        self.settled = not self.settled
        self.reload()
        self.post_message(self.Retitled())

    act_delete = None  # type: ignore[assignment]  # a conflict is settled, never deleted

    # Inside

    def _here(self) -> Conflict | None:
        row = self.here()
        if row is None or not bench(self).desk.loaded:
            return None
        from tui.conflicts import conflicts

        return next(conflicts(bench(self).desk.conn, id=row.id), None)

    def _holds_both(self) -> bool:
        from tui.conflict_words import holds_both

        found = conflicts_rows(bench(self).desk.conn, self.lines.selected()[:2])
        return len(found) > 1 or any(holds_both(row.kind, orjson.loads(row.loser)) for row in found)

    def _sides(self, each: Conflict) -> list[Entry]:
        from tui.palette import Entry

        conn = bench(self).desk.conn
        told = [(f"{word}: {each.shown(conn, side.values, moment)}", side.by, word[0], word)
                for word, side in (("mine", each.mine), ("theirs", each.theirs))]  # fmt: skip
        return [
            Entry(
                label, detail, key, partial(self._decide, [each.id], f"{each.label} of “{each.title}”", side)
            )
            for label, detail, key, side in (*told, ("as it stands", "", "x", "now"))
        ]

    def _waiting(self, rowids: Sequence[int]) -> list[ConflictRow]:
        return [row for row in conflicts_rows(bench(self).desk.conn, rowids) if not row.settled]

    def _other(self, each: Conflict, text: str, why: str = "") -> Question:
        def done(typed: str) -> None:
            self._write(each, typed, self.ask_once_more(partial(self._other, each), typed))

        return Question(f"{each.label} of {each.title}:", done, text, why)

    def _write(self, each: Conflict, text: str, lost: object) -> None:
        bench(self).edit_settlement(each, text, lost)  # type: ignore[arg-type]

    def _settle(self, side: str) -> None:
        rows = self._waiting(self.lines.selected())
        if not rows:
            self.shell.say("It is settled already; u takes a settlement of yours back")
            return
        [one] = self.rows([rows[0].row])
        name = f"{one.field} of “{one.name or one.kind}”" if len(rows) == 1 else f"{len(rows)} conflicts"
        self._decide([row.id for row in rows], name, side)
        self.lines.clear_marks()

    def _decide(self, ids: Sequence[str], name: str, side: str) -> None:
        bench(self).edit(f"Settle {name}: {SIDES[side]}", "conflict.settle_all", ids, side)
