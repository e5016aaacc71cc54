"""Sync: conflicts to decide, what the server refused and why, what waits, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from models.db import get_meta
from models.windows import syncing
from models.windows.syncing import CONFLICT, LOGGED, REJECTED, SyncRow
from models.windows.window import Window
from tui.screens.base import ListView, bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.messages import Moved
from tui.widgets.prompt import Question
from tui.words import clock, count

if TYPE_CHECKING:
    from sync.worker import State

SIDES = {"mine": "mine stays", "theirs": "theirs stays", "both": "both stay"}
WORDS = {"conflict": ("▲ conflict", "bad"), "rejected": ("✗ refused", "bad"), "waiting": ("○ waits", "warn"),
         "logged": ("● done", "dim")}  # fmt: skip


def _values(text: str | None) -> str:
    found = orjson.loads(text or "{}")
    return ", ".join("–" if value is None else str(value).replace("T", " ") for value in found.values())


def _what(row: SyncRow) -> Cell:
    if row.kind != "conflict":
        return row.label + (f" · {row.note}" if row.note else ""), "bad" if row.kind == "rejected" else ""
    return f"{row.rec_name or row.rec_kind} · {row.label.replace('_', ' ')}", "strong"


def _stands(row: SyncRow) -> Cell:
    return (f"{_values(row.a)}  ({row.author or 'a colleague'})" if row.kind == "conflict" else ""), ""


def _aside(row: SyncRow) -> Cell:
    if row.kind == "conflict":
        return f"{_values(row.b)}  ({row.other or 'a colleague'})", "warn"
    return (count(row.records, "record") if row.records > 1 else ""), "dim"


class SyncView(ListView):
    name_in_registry = "sync"
    empty = "Nothing waits and nothing was refused. milepost login URL connects this laptop to a server"
    columns: ClassVar[Sequence[Column]] = [
        Column("kind", "", lambda row: WORDS[row.kind], width=11),
        Column("what", "What", _what, ratio=4, min_width=22),
        Column("stands", "Stands", _stands, ratio=3, min_width=14, drop=1),
        Column("aside", "Set aside", _aside, ratio=3, min_width=14, drop=2),
        Column(
            "author",
            "By",
            lambda row: (row.author or "you") if row.kind != "conflict" else "",
            width=12,
            drop=4,
        ),
        Column("at", "When", lambda row: (clock(row.at), "dim"), width=12, drop=3),
    ]
    shows: ClassVar[dict[str, frozenset[str]]] = {}
    failed = logged = False

    def title_parts(self) -> Sequence[str]:
        server = get_meta(bench(self).desk.conn, "server") or "not signed in"
        return ("Milepost", f"Sync · {server}")

    def places(self) -> Sequence[str]:
        row = self.here() if self.is_mounted else None
        return ("conflicts", "sync") if row is not None and row.kind == "conflict" else ("sync",)

    def window(self) -> Window:
        window = syncing.sync_window(bench(self).desk.conn, 200 if self.logged else 20)
        if self.failed:
            kept = [row for row in window.rows if row % 4 in (CONFLICT, REJECTED)]
            window = Window(type(window.rows)("q", kept))
        return window

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return syncing.sync_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.rec_kind or "", row.rec or ""

    def on_changes(self, changes: Any) -> None:
        self.look_again()

    def on_state(self, state: State) -> None:
        """What waits moves without a record changing: an acknowledgement, a refusal."""
        self.look_again()

    def look_again(self) -> None:
        self.stale = True
        if self.in_front:
            self.on_shown()
        self.detail.reload()

    def reload(self) -> None:
        super().reload()
        self.post_message(self.Retitled())  # another row, other keys

    def on_line_list_moved(self, event: Moved) -> None:
        self.post_message(self.Retitled())

    def tell_detail(self) -> None:
        row = self.here()
        kind = "" if row is None else "conflict" if row.kind == "conflict" else "operation"
        self.detail.show(kind, row.id if row is not None else "")

    def go_to_first_conflict(self) -> bool:
        """False when none is open."""
        first = next((row for row in self.lines.window.rowids if row % 4 == CONFLICT), None)
        return first is not None and self.lines.go_to(first)

    # Actions

    def act_mine(self) -> None:
        self._settle("mine")

    def act_theirs(self) -> None:
        self._settle("theirs")

    def act_both(self) -> None:
        self._settle("both")

    def act_all_mine(self) -> None:
        rows = self.rows([row for row in self.lines.window.rowids if row % 4 == CONFLICT])
        if rows:
            bench(self).edit(
                f"Settle {count(len(rows), 'conflict')}", "conflict.settle_all", [r.id for r in rows], "mine"
            )

    async def act_edit(self) -> None:
        row = self.here()
        if row is not None and row.kind == "conflict":
            await self.shell.ask(self._third(row, _values(row.a)))

    def _third(self, row: SyncRow, text: str, why: str = "") -> Question:
        """Asks for another value than the two."""

        def done(typed: str) -> None:
            lost = self.ask_once_more(partial(self._third, row), typed)
            bench(self).edit_settlement(row.id, row.rec_kind or "", row.label, typed, lost)

        return Question(f"{row.label.replace('_', ' ').capitalize()}:", done, text, why)

    act_delete = None  # type: ignore[assignment]  # what is told here is not deleted

    def act_next_field(self) -> None:
        """The next conflict."""
        self.lines.act_down()

    def act_pause(self) -> None:
        bench(self).act_offline()

    def act_failed(self) -> None:
        self.failed = not self.failed
        self.reload()

    def act_log(self) -> None:
        self.logged = not self.logged
        self.reload()
        first = next((row for row in self.lines.window.rowids if row % 4 == LOGGED), None)
        if self.logged and first is not None:
            self.lines.go_to(first)

    def _settle(self, side: str) -> None:
        rows = [row for row in self.rows(self.lines.selected()) if row.kind == "conflict"]
        if rows:
            field = rows[0].label.replace("_", " ")
            one = f"{field} of “{rows[0].rec_name or rows[0].rec_kind}”"
            name = one if len(rows) == 1 else f"{len(rows)} conflicts"
            label = f"Settle {name}: {SIDES[side]}"
            bench(self).edit(label, "conflict.settle_all", [r.id for r in rows], side)
            self.lines.clear_marks()
