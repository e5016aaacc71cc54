"""A client over time: talks, promises, visits and milestones, what lies ahead on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from models.filters.lines import Line
from models.filters.vocabulary import TIMELINE, Vocabulary
from models.windows import client
from models.windows.client import KINDS, TimeRow
from models.windows.discreet import Front
from models.windows.window import Window
from tui.screens.noted import Noted
from tui.screens.sharing import Shared
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.words import day, seen

MARKS = {"interaction": "·", "promise": "!", "visit": "⌂", "task": "◆"}
DAYS = {"interaction": "at", "promise": "due", "visit": "start"}  # what `d` writes, by kind


def _day(row: TimeRow) -> Cell:
    if row.at is None:
        return "some day", "warn"
    late = not row.done and row.at[:10] < date.today().isoformat()
    return day(row.at), "bad" if late else "dim" if row.done else "accent"


def _name(row: TimeRow) -> Cell:
    mark = seen(row.internal, row.kind == "task") + MARKS[row.kind]
    return f"{mark} {row.name}", "" if row.kind == "interaction" or not row.done else "dim"


class ClientView(Noted, Shared):
    name_in_registry = "client"
    for_client = True
    empty = "Nothing is noted of this client yet. i logs a talk, O a promise, V a visit"
    columns: ClassVar[Sequence[Column]] = [
        Column("day", "Day", _day, width=10),
        Column("name", "What", _name, ratio=5, min_width=24, editable="name", edit_text=lambda row: row.name),
        Column("what", "", lambda row: (row.what, "dim"), ratio=2, min_width=14),
        Column("who", "Who", lambda row: row.who or "", ratio=2, min_width=10, drop=1),
        Column("project", "Project", lambda row: row.project or "", ratio=2, min_width=12, drop=2),
    ]
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "interaction": frozenset({"at", "client_id"}),
        "promise": frozenset({"due", "state", "settled_on", "client_id"}),
        "visit": frozenset({"start", "state", "client_id"}),
        "task": frozenset({"milestone", "actual_finish", "deadline"}),
        "project": frozenset({"client_id"}),
        "client": frozenset({"name"}),
        "contact": frozenset(),
    }
    vocabularies: ClassVar[dict[str, Vocabulary]] = TIMELINE
    client = ""
    _lines: Sequence[Line] = ()

    def title_parts(self) -> Sequence[str]:
        row = bench(self).desk.conn.execute("SELECT name FROM client WHERE id=?", (self.client,)).fetchone()
        return (row[0] if row else "Client", "Timeline" + (f" /{self.text}" if self.text else ""))

    def places(self) -> Sequence[str]:
        return ("client", "noted", "shared")

    def subject_here(self) -> tuple[str, str]:
        return "client", self.client

    def moved_to(self, kind: str, id: str) -> None:
        self.show(id)

    def show(self, client: str) -> None:
        """The timeline of this client, from what is next on."""
        if client != self.client:
            self.client = client
            self.reload()
            self._go_to_now()
            self.post_message(self.Retitled())

    def _go_to_now(self) -> None:
        """The cursor on what comes next."""
        now, rows = date.today().isoformat(), self.rows(self.lines.window.rowids)
        ahead = [row.row for row in rows if row.at is not None and row.at >= now]
        if rows:
            self.lines.go_to(ahead[-1] if ahead else rows[0].row)

    def client_here(self) -> str:
        return self.client

    def reload(self) -> None:
        self._lines = ()
        super().reload()

    def narrow(self) -> None:
        super().reload()

    def begin_filter(self) -> None:
        self.call_after_refresh(self._read_lines)

    def _read_lines(self) -> None:
        """Once, not at every key of a filter."""
        self._lines = self._lines or client.told(bench(self).desk.conn, self.client)

    def window(self) -> Window:
        if self.wanted:
            self._read_lines()
        return client.timeline(bench(self).desk.conn, self.client, self.wanted, self._lines)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return client.time_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.kind, row.id

    def row_number(self, kind: str, rowid: int) -> int:
        return rowid * 4 + KINDS[kind]

    def seek(self, kind: str, rec: str) -> None:
        if kind in KINDS:
            super().seek(kind, rec)

    def front(self) -> Front:
        return Front(self.client, "")

    def resume(self) -> Callable[[Any], object]:
        again, client = super().resume(), self.client

        def show(view: ClientView) -> None:
            view.show(client)
            again(view)

        return show

    def open_row(self) -> None:
        """Enter on a milestone goes to it among its tasks."""
        row = self.here()
        if row is not None and row.kind == "task":
            bench(self).open_record("task", row.id)
        else:
            super().open_row()

    # Actions

    def act_done(self) -> None:
        """A promise kept, a visit reported."""
        self.conclude([(kind, id) for kind, id in self.picked() if kind != "task"])

    async def act_date(self) -> None:
        picked = self.picked()
        picked = [(kind, id) for kind, id in picked if kind == picked[0][0] and kind in DAYS]
        if picked:
            note = "fri, +2w, 2026-12-04" + (", 12-14 dec" if picked[0][0] == "visit" else "")
            await self.ask_for("Day", DAYS[picked[0][0]], note=note, picked=picked)

    async def act_who(self) -> None:
        await self.ask_who()
