"""Today: what needs me now, over all projects and clients, the most urgent first."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from models.filters.vocabulary import TODAY, Vocabulary
from models.windows.discreet import Front
from models.windows.today import LATE, NEXT, NOW, QUIET, RISK, VISIT, TodayRow, left, today
from models.windows.window import Window
from tui import finding
from tui.screens.base import Picked
from tui.screens.noted import Noted
from tui.screens.working import TaskActions
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.words import day

MARKS = {
    LATE: ("▲", "bad"),
    NOW: ("●", "strong"),
    RISK: ("◆", "warn"),
    VISIT: ("⌂", ""),
    NEXT: ("○", ""),
    QUIET: ("…", "dim"),
}
DATES = {"task": "start", "promise": "due", "visit": "start"}  # what `d` writes, by kind


def _name(row: TodayRow) -> Cell:
    mark, style = MARKS[row.rank]
    return f"{mark} {row.name}", style


def _what(row: TodayRow) -> Cell:
    return row.what, "bad" if row.rank == LATE else "warn" if row.what.startswith("waits") else ""


class TodayView(Noted, TaskActions):
    name_in_registry = "today"
    for_client = True
    empty = "Nothing is late, due or waiting for you. g p shows all projects"
    columns: ClassVar[Sequence[Column]] = [
        Column("name", "What", _name, ratio=5, min_width=28),
        Column("why", "Why now", _what, ratio=3, min_width=27),
        Column("client", "Client", lambda row: row.client or "", ratio=2, min_width=12, drop=1),
        Column("project", "Project", lambda row: row.project or "", ratio=3, min_width=14, drop=2),
        Column("day", "Day", lambda row: day(row.day), width=10, drop=3),
    ]
    shows: ClassVar[dict[str, frozenset[str]]] = {}
    vocabularies: ClassVar[dict[str, Vocabulary]] = TODAY

    def __init__(self) -> None:
        super().__init__()
        self.found: list[TodayRow] = []

    def places(self) -> Sequence[str]:
        return ("today", "noted")

    def title_parts(self) -> Sequence[str]:
        return (
            "Milepost",
            f"Today, {day(date.today().isoformat())}" + (f" /{self.text}" if self.text else ""),
        )

    # Loading: over all projects, so never on the screen's thread

    def reload(self) -> None:
        self.run_worker(self._read, thread=True, exclusive=True, group="today", exit_on_error=False)

    def _read(self) -> None:
        conn = bench(self).desk.reader()
        try:
            found = today(conn, date.today())
        finally:
            conn.close()
        self.app.call_from_thread(self._show, found)

    def _show(self, found: list[TodayRow]) -> None:
        here = self.here()
        self.found = [row._replace(row=at) for at, row in enumerate(found)]
        super().reload()
        if here is not None:
            self.seek(here.kind, here.id)

    def narrow(self) -> None:
        self._show(self.found)

    def window(self) -> Window:
        found = left(bench(self).desk.conn, self.found, self.wanted)
        if bench(self).front is not None:
            found = [
                at for at in found if self.found[at].rank != QUIET
            ]  # that somebody is silent is for us only
        return Window(array("q", found))

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return [self.found[at] for at in rowids if at < len(self.found)]

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.kind, row.id

    def seek(self, kind: str, rec: str) -> None:
        for row in self.found:
            if (row.kind, row.id) == (kind, rec):
                self.lines.go_to(row.row)

    def on_changes(self, changes: Any) -> None:
        """Anything may make something urgent, or take it off the list."""
        if self.in_front:
            self.reload()
        else:
            self.stale = True
        self.detail.on_changes(changes)

    def front(self) -> Front:
        row = self.here()
        return self.front_of(row.project_id or "" if row is not None else "")

    # Actions

    def open_row(self) -> None:
        """Enter goes to the record, where it lives."""
        row = self.here()
        if row is None:
            return
        if row.kind in ("conflict", "operation"):
            view = "conflicts" if row.kind == "conflict" else "sync"
            self.run_worker(self.shell.go(view), exclusive=True, group="go")
        elif row.kind in ("task", "client"):
            bench(self).open_record(row.kind, row.id)
        else:
            super().open_row()

    def act_done(self) -> None:
        """A task done, a promise kept, a visit reported; gone at once, and read again behind."""
        picked = self.picked()
        self.conclude(picked)
        gone = {id for kind, id in picked if kind != "client"}
        self._show([row for row in self.found if row.id not in gone])

    async def act_status(self) -> None:
        if tasks := [(kind, id) for kind, id in self.picked() if kind == "task"]:
            await self.shell.ask(self._ask_status(tasks))
        else:
            await Noted.act_status(self)

    async def act_date(self) -> None:
        picked = self._of_one_kind()
        if picked and picked[0][0] in DATES:
            await self.ask_for("Day", DATES[picked[0][0]], note="fri, +2w, 2026-12-04", picked=picked)

    async def act_who(self) -> None:
        names = finding.members(bench(self).desk.conn)
        if picked := [(kind, id) for kind, id in self.picked() if kind == "task"]:
            await self.ask_for("Who", "who", note="names or initials, by comma", names=names, picked=picked)

    def _of_one_kind(self) -> Picked:
        picked = self.picked()
        return [(kind, id) for kind, id in picked if kind == picked[0][0]]
