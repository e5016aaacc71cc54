"""Today: what needs me now, over all projects and clients, the most urgent first."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar

from models.filters.vocabulary import TODAY, Vocabulary
from models.windows.discreet import Front
from models.windows.today import (
    ASLEEP,
    LATE,
    MORE,
    NEXT,
    NOW,
    QUIET,
    RISK,
    VISIT,
    TodayRow,
    left,
    today,
)
from models.windows.window import Window
from tui import finding
from tui.finding import Lost
from tui.screens.base import Picked
from tui.screens.noted import Noted
from tui.screens.working import TaskActions
from tui.unsaved import Of
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.messages import Moved
from tui.widgets.prompt import Question
from tui.words import day

MARKS = {
    NOW: ("●", "strong"),
    LATE: ("▲", "bad"),
    MORE: ("▲", "bad"),
    RISK: ("◆", "warn"),
    VISIT: ("⌂", ""),
    NEXT: ("○", ""),
    QUIET: ("…", "dim"),
    ASLEEP: ("…", "dim"),
}
DATES = {"task": "start", "promise": "due", "visit": "start", "project": "start"}  # what `d` writes, by kind

ASKED = ("conflict", "operation")  # what the sync wants decided
BESIDES = {"project": ("Start", " · the whole plan moves"), "visit": ("Day", ", 12-14 dec")}


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
        self._edited: TodayRow | None = (
            None  # the line under the cursor, until what was written into it is read
        )
        self._places: Sequence[str] = ()
        self._numbers: dict[tuple[str, str], int] = {}  # of the lines: the same as long as the view is there

    def places(self) -> Sequence[str]:
        row = self.here() if self.is_mounted else None
        return ("plan", "today", "noted") if row is not None and row.kind == "project" else ("today", "noted")

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
        self.found = [row._replace(row=self._number(row)) for row in found]
        self._stay_behind()
        super().reload()
        self._tell_places()

    def _stay_behind(self) -> None:
        """Where an edit from here takes the line elsewhere, the cursor goes on to the next one, as after `x`."""
        before, at, old = self._edited, self.lines.cursor, self.lines.window.rowids
        new = {row.row: row for row in self.found}
        if before is None or self.lines.cursor_rowid != before.row or before.row not in new:
            return
        if (before.rank, before.day) != (new[before.row].rank, new[before.row].day):
            self._edited = None
            near = (number for number in (*old[at + 1 :], *reversed(old[:at])) if number in new)
            self.lines.go_to(next(near, before.row))

    def write(self, picked: Picked, field: str, text: str, lost: Lost = lambda why: None) -> None:
        self._edited = self.here()
        super().write(picked, field, text, lost)

    def _number(self, row: TodayRow) -> int:
        return self._numbers.setdefault((row.kind, row.id), len(self._numbers))

    def narrow(self) -> None:
        self._show(self.found)

    def window(self) -> Window:
        found = set(left(bench(self).desk.conn, self.found, self.wanted))
        if bench(self).front is not None:  # that somebody is silent is for us only
            found -= {row.row for row in self.found if row.rank == QUIET}
        return Window(array("q", (row.row for row in self.found if row.row in found)))

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        found = {row.row: row for row in self.found}
        return [found[at] for at in rowids if at in found]

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.kind, row.id

    def seek(self, kind: str, rec: str) -> None:
        if (number := self._numbers.get((kind, rec))) is not None:
            self.lines.go_to(number)

    def tell_detail(self) -> None:
        super().tell_detail()
        if self.in_front and (row := self.here()) is not None and row.project_id:
            bench(self).project = row.project_id  # as in the portfolio: what is captured now is for that one

    def on_line_list_moved(self, event: Moved) -> None:
        super().on_line_list_moved(event)
        self._edited = None
        self._tell_places()

    def _tell_places(self) -> None:
        """Another row may have other keys."""
        before, self._places = self._places, self.places()
        if self._places != before:
            self.post_message(self.Retitled())

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
        """Enter goes to the record, where it lives; on a line of a project to what is late in it."""
        row = self.here()
        if row is None:
            return
        if row.kind == "project":
            bench(self).open_project(row.id, "late")
        elif row.kind in ASKED:
            view = "conflicts" if row.kind == "conflict" else "sync"
            self.run_worker(self.shell.go(view), exclusive=True, group="go")
        elif row.kind in ("task", "client"):
            bench(self).open_record(row.kind, row.id)
        else:
            super().open_row()

    def picked(self) -> list[tuple[str, str]]:
        """What can be worked with: what is to be decided is decided where it lives."""
        return [one for one in super().picked() if one[0] not in ASKED]

    def _chosen(self) -> list[tuple[str, str]]:
        picked = self.picked()
        if not picked and self.here() is not None:
            self.shell.say("This is to be decided: enter goes there")
        return picked

    def act_done(self) -> None:
        """A task done, a promise kept, a visit reported; gone at once, and read again behind."""
        chosen = self._chosen()
        picked = [(kind, id) for kind, id in chosen if kind != "project"]
        if chosen and not picked:
            self.shell.say("enter shows what is late in it")
        self.conclude(picked)
        gone = {id for kind, id in picked if kind != "client"}
        self._show([row for row in self.found if row.id not in gone])

    async def act_status(self) -> None:
        picked = self._chosen()
        if tasks := [(kind, id) for kind, id in picked if kind == "task"]:
            await self.shell.ask(self._ask_status(tasks))
        elif projects := [(kind, id) for kind, id in picked if kind == "project"]:
            await self.shell.ask(self._ask_hold(projects))
        else:
            await Noted.act_status(self)

    def _ask_hold(self, picked: Picked, text: str = "", why: str = "") -> Question:
        """A plan that is asleep leaves Today by a reason; enter takes the one that is there."""
        ids = [id for _, id in picked]

        def done(typed: str) -> str | None:
            if not typed.strip():
                return "Why? It stands in the portfolio"
            lost = self.ask_once_more(partial(self._ask_hold, picked), typed)
            bench(self).edit_typed(
                f"On hold: {self.name_of(picked)}", "project", ids, "hold_reason", typed, lost
            )
            return None

        asleep = any(row.rank == ASLEEP and row.id in ids for row in self.found)
        note = why or "it leaves Today, and stays in the portfolio"
        return Question(
            f"{self.name_of(picked)} is on hold, because:", done, text or "asleep" * asleep, note,
            of=Of("project", ids, "hold_reason"), example=not text,
        )  # fmt: skip

    async def act_date(self) -> None:
        picked = self._of_one_kind()
        if picked and picked[0][0] in DATES:
            label, more = BESIDES.get(picked[0][0], ("Day", ""))
            note = f"fri, +2w, 2026-12-04{more}"
            await self.ask_for(label, DATES[picked[0][0]], note=note, picked=picked)

    async def act_who(self) -> None:
        picked, names = self._chosen(), finding.members(bench(self).desk.conn)
        if tasks := [(kind, id) for kind, id in picked if kind == "task"]:
            await self.ask_for("Who", "who", note="names or initials, by comma", names=names, picked=tasks)
        elif projects := [(kind, id) for kind, id in picked if kind == "project"]:
            await self.ask_for("Manager", "manager_id", names=names, picked=projects)
        else:
            await self.ask_who()

    def act_delete(self) -> None:
        if self._chosen():
            super().act_delete()

    def _of_one_kind(self) -> Picked:
        picked = self._chosen()
        return [(kind, id) for kind, id in picked if kind == picked[0][0]]
