"""A project on one page; each line leads to what it tells of."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from models import seen
from models.filters.vocabulary import OVERVIEW, Vocabulary
from models.windows import overview
from models.windows.discreet import Front
from models.windows.overview import OURS, SEEN_BY, Fact
from models.windows.window import Window
from tui.screens.noted import Noted
from tui.screens.sharing import Shared
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.words import day

PLACES = ("task", "client", "site", "contact", "member")  # what enter goes to; the rest is told in the pane


def _text(row: Row) -> Cell:
    fact: Fact = row[1]
    return "   ".join(part for part in (day(fact.day), fact.text) if part), fact.style


class OverviewView(Noted, Shared):
    name_in_registry = "overview"
    for_client = True
    empty = "Open a project first: g p, then g i on it"
    columns: ClassVar[Sequence[Column]] = [
        Column("label", "", lambda row: (row[1].label, "dim"), width=14),
        Column("text", "", _text, ratio=1, min_width=30),
    ]
    vocabularies: ClassVar[dict[str, Vocabulary]] = OVERVIEW
    project = told_of_sharing = ""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Fact] = []

    def title_parts(self) -> Sequence[str]:
        return (*bench(self).place_of(self.project), "Overview" + (f" /{self.text}" if self.text else ""))

    def places(self) -> Sequence[str]:
        return ("overview", "noted", "shared")

    def subject_here(self) -> tuple[str, str]:
        row = self.here()
        kind, id = self.record_of(row) if row is not None else ("", "")
        return (kind, id) if kind == "client" else ("project", self.project)

    def person_here(self) -> str:
        row = self.here()
        fact = row[1] if row is not None else None
        return (
            fact.text.rpartition("  (")[0] if fact and (fact.label, fact.kind) == (SEEN_BY, "member") else ""
        )

    def moved_to(self, kind: str, id: str) -> None:
        """The page of the copy; of a client it tells already."""
        if kind == "project":
            bench(self).project = id
            self.on_shown()

    def on_state(self, state: Any) -> None:
        """Who sees it may be told anew, and that changes no record."""
        told = seen.version(bench(self).desk.conn)
        if told != self.told_of_sharing:
            self.told_of_sharing, self.stale = told, True
            if self.in_front:
                self.on_shown()

    # Loading: it asks of the whole project, so never on the screen's thread

    def on_shown(self) -> None:
        if self.project != bench(self).project:
            self.stale = True
        super().on_shown()

    def reload(self) -> None:
        self.project = bench(self).project
        self.run_worker(self._read, thread=True, exclusive=True, group="overview", exit_on_error=False)

    def _read(self) -> None:
        project, conn = self.project, bench(self).desk.reader()
        try:
            facts = overview.overview(conn, project, date.today())
        finally:
            conn.close()
        self.app.call_from_thread(self._show, project, facts)

    def _show(self, project: str, facts: list[Fact]) -> None:
        if project == self.project:
            here = self.here()
            self.facts = facts
            super().reload()
            if here is not None:
                self.seek(*self.record_of(here))

    def narrow(self) -> None:
        super().reload()

    def window(self) -> Window:
        found = overview.left(bench(self).desk.conn, self.facts, self.wanted)
        if bench(self).front is not None:
            found = [at for at in found if self.facts[at].label not in OURS]
        return Window(array("q", found))

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return [(at, self.facts[at]) for at in rowids if at < len(self.facts)]

    def record_of(self, row: Row) -> tuple[str, str]:
        return row[1].kind, row[1].id

    def seek(self, kind: str, rec: str) -> None:
        """The cursor stays where it is when a line of that record is under it already."""
        row = self.here()
        if row is None or self.record_of(row) != (kind, rec):
            found = (at for at, fact in enumerate(self.facts) if (fact.kind, fact.id) == (kind, rec))
            if (at := next(found, None)) is not None:
                self.lines.go_to(at)

    def on_changes(self, changes: Any) -> None:
        self.stale = True
        if self.in_front:
            self.on_shown()
        self.detail.on_changes(changes)

    def front(self) -> Front:
        return self.front_of(self.project)

    # Actions

    def open_row(self) -> None:
        """Enter goes to the record, where it lives; what has no place of its own is told in the pane."""
        row = self.here()
        if row is None:
            return
        kind, id = self.record_of(row)
        if kind in PLACES:
            bench(self).open_record(kind, id)
        elif kind == "project" and row[1].label in ("Progress", "Phase"):
            bench(self).open_project(id)
        else:
            super().open_row()

    def act_done(self) -> None:
        """A promise kept, a visit reported, a milestone reached."""
        self.conclude(self.picked())

    act_delete = None  # type: ignore[assignment]  # lines tell of records; those are deleted where they live
