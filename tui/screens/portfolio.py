"""The portfolio: every project on a line, what is next and what is late; together, by what they have in common."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult

from models.windows import portfolio
from models.windows.discreet import Front
from models.windows.portfolio import HEALTH, LastEdits, ProjectRow, together
from models.windows.window import EVERY, Window
from tui.finding import Lost
from tui.screens.base import Picked
from tui.screens.of_clients import OfClients
from tui.screens.portfolio_columns import COLUMNS, Totals, by_column
from tui.screens.sharing import Shared
from tui.view import bench
from tui.widgets.columns import Column, Row
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from models.filters.vocabulary import Vocabulary

FIRST = 40  # projects whose tasks are read for the first paint
PART = 25  # projects read behind between two looks at who else wants the interpreter
CALM = 2.0  # seconds between two of these readings
NONE = "–"

GROUPS: dict[str, Callable[[ProjectRow], str]] = {
    "client": lambda row: row.client or "",
    "stage": lambda row: row.stage or "",
    "manager": lambda row: row.manager or "",
    "health": lambda row: row.health,
}


class PortfolioView(OfClients, Shared):
    name_in_registry = "portfolio"
    for_client = True
    empty = "No projects yet. o makes one, g w shows other ways to begin"
    sorts: ClassVar[Sequence[str]] = [column.key for column in COLUMNS]
    groups: ClassVar[Sequence[str]] = tuple(GROUPS)
    shows: ClassVar[dict[str, frozenset[str]]] = {}
    risky = False
    _reading = _again = False

    def __init__(self) -> None:
        super().__init__()
        self.columns = [self._with_choices(column) for column in COLUMNS]  # type: ignore[misc]
        self.known: dict[int, ProjectRow] = {}  # all facts, as they were last read
        self.heads: dict[int, ProjectRow] = {}  # the headings, by their numbers below zero
        self._edits = LastEdits()

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Totals()

    def _with_choices(self, column: Column) -> Column:
        """What can be chosen for client and manager depends on the profile."""
        kind = {"client_id": "client", "manager_id": "member"}.get(column.editable or "")
        if not kind:
            return column
        from dataclasses import replace

        return replace(column, choices=lambda row: bench(self).names(kind))

    def title_parts(self) -> Sequence[str]:
        order = f" by {self.sort.lstrip('-')}" if self.sort else ""
        return ("Milepost", f"Portfolio{order}" + (f" /{self.text}" if self.text else ""))

    def places(self) -> Sequence[str]:
        return ("portfolio", "project", "shared")

    # Loading: what is told of the tasks is read behind, over all projects; what is there is shown meanwhile

    def reload(self) -> None:
        if not self.known:
            conn = bench(self).desk.conn
            rows = portfolio.soon_read(conn, portfolio.portfolio(conn).rows[:FIRST])
            self._take(portfolio.project_rows(conn, rows, date.today().isoformat()))
        self._show()
        self.call_after_refresh(self.read_behind)

    def narrow(self) -> None:
        self._show()

    def read_behind(self) -> None:
        """Reads all again; what changes while it reads is read after a moment."""
        self._again = self._reading
        if not self._reading:
            self._reading = True
            self.run_worker(self._read, thread=True, group="portfolio", exit_on_error=False)

    def _read(self) -> None:
        conn = bench(self).desk.reader()
        found: list[ProjectRow] = []
        try:
            conn.execute("BEGIN")
            rows = portfolio.portfolio(conn).rows
            for at in range(0, len(rows), PART):
                found += portfolio.project_rows(conn, rows[at : at + PART], date.today().isoformat())
                time.sleep(0.001)  # whoever pressed a key goes first
            if not self._edits.begun:  # the whole log: the first time that takes a moment
                self.app.call_from_thread(self._show_all, found)
            self._edits.read(conn)
        finally:
            conn.close()
            self._reading = False
        self.app.call_from_thread(self._show_all, self._edits.put_into(found))

    def _show_all(self, found: list[ProjectRow]) -> None:
        self.known.clear()
        self._take(found)
        self._show()
        if self._again:
            self.set_timer(CALM, self.read_behind)

    def _take(self, found: Sequence[ProjectRow]) -> None:
        self.known.update((row.row, row) for row in found)

    def _show(self) -> None:
        super().reload()
        shown = [self.known[row] for row in self.lines.window.rowids if row in self.known]
        self.query_one(Totals).tell(together(0, "", shown), shown)

    def on_changes(self, changes: Any) -> None:
        """Nearly everything is told here of some project. What a project on screen says by itself is read at once, and
        what is known of its tasks stays until that is read again."""
        if not self.in_front:
            self.stale = True
        else:
            if bench(self).front is not None:
                self.known.clear()  # what it says of tasks may be hidden now
            rows = [row for row in self.lines.visible_rowids() if row > 0]
            for head in portfolio.project_heads(bench(self).desk.conn, rows):
                known = self.known.get(head.row)
                self.known[head.row] = _renewed(known, head) if known else head
            self._show()
            self.read_behind()
        self.detail.on_changes(changes)

    # The list

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        from models.filters.vocabulary import PROJECTS

        return {"project": PROJECTS}

    def window(self) -> Window:
        found = portfolio.portfolio(bench(self).desk.conn, self.wanted.get("project", EVERY))
        rows = [self.known[row] for row in found.rows if row in self.known]
        unread = [row for row in found.rows if row not in self.known]
        if self.risky:
            rows = [row for row in rows if row.health in HEALTH[:4]]
        if self.sort:
            rows = by_column(rows, self.sort)
        return (
            self._grouped(rows) if self.group else Window(array("q", [*(row.row for row in rows), *unread]))
        )

    def _grouped(self, rows: Sequence[ProjectRow]) -> Window:
        """The rows below the headings of what they have in common."""
        window, parts = Window(), _parts(rows, self.group)
        self.heads = {-at: together(-at, name or NONE, part) for at, (name, part) in enumerate(parts, 1)}
        for head, (_, part) in zip(self.heads, parts, strict=True):
            window.rows.extend([head, *(row.row for row in part)])
            window.depths.extend([0, *[1] * len(part)])
        return window

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        missing = [row for row in rowids if row > 0 and row not in self.known]
        heads = {row.row: row for row in portfolio.project_heads(bench(self).desk.conn, missing)}
        every = [self.heads.get(row) or self.known.get(row) or heads.get(row) for row in rowids]
        return [row for row in every if row is not None]

    def record_of(self, row: Row) -> tuple[str, str]:
        return ("project", row.id) if row.id else ("", "")

    def picked(self) -> list[tuple[str, str]]:
        return [record for record in super().picked() if record[0]]

    def write(self, picked: Picked, field: str, text: str, lost: Lost = lambda why: None) -> None:
        if picked and not picked[0][0]:
            self.shell.say("This is a heading: the projects below it have this field", "warn")
        else:
            super().write(picked, field, text, lost)

    def open_row(self) -> None:
        row = self.here()
        if row is not None and row.id:
            bench(self).open_project(row.id)
        elif row is not None:
            self.lines.toggle_fold()

    def tell_detail(self) -> None:
        super().tell_detail()
        if (row := self.here()) is not None and row.id:
            bench(self).project = row.id  # what is captured now is for the project under the cursor

    def front(self) -> Front:
        row = self.here()
        return self.front_of(row.id if row is not None and row.id else bench(self).project)

    # Actions

    def act_at_risk(self) -> None:
        self.risky = not self.risky
        self._show()
        self.shell.say(
            "Only projects that are late, at risk, wait or are on hold; ! shows all"
            if self.risky
            else "All projects"
        )

    def act_gate(self, number: int) -> None:
        """The filter says so: gate:3, or no more where it said that already."""
        from models.filters.syntax import Term, Value, parse, show

        terms = parse(self.text)
        gate = Term("gate", ":", (Value(str(number)),))
        rest = tuple(term for term in terms if term.field != "gate")
        self.filter_by(show(rest if gate in terms else (*rest, gate)))

    def act_health(self) -> None:
        self.group = "" if self.group == "health" else "health"
        self.relook()

    async def act_new_below(self) -> None:
        """A project with its name; “name @ client” gives it one, made if it is not there."""
        await self.shell.ask(self._new())

    async def act_new_private(self) -> None:
        """The same, where only this member sees it; a new client, too."""
        await self.shell.ask(self._new(private=True))

    def _new(self, text: str = "", why: str = "", private: bool = False) -> Question:
        label = (
            "New project that only you see (name @ client):" if private else "New project (name @ client):"
        )
        return Question(label, partial(self._create, private), text, why, offer=bench(self).client_behind)

    def _create(self, private: bool, text: str) -> str | None:
        name, _, client = (part.strip() for part in text.partition("@"))
        if not name:
            return "A project needs a name before the @" if client else None
        bench(self).edit(
            f"New project “{name}”", "project.new_project", name, client=client,
            holidays=bench(self).settings.holidays, private=private,
            told=lambda changes: self.show_new(str(changes.result)),
            lost=self.ask_once_more(partial(self._new, private=private), text),
        )  # fmt: skip
        return None

    def moved_to(self, kind: str, id: str) -> None:
        self.show_new(id)

    def show_new(self, project: str) -> None:
        """The list with a project that was just made, the cursor on it."""
        self._show()
        self.seek("project", project)

    def act_milestone(self) -> None:
        """The next milestone of the project, among its tasks."""
        row = self.here()
        if row is None or not row.id:
            return
        found = portfolio.next_milestone(bench(self).desk.conn, row.id)
        if found is None:
            self.shell.say(f"“{row.name}” has no milestone ahead")
        else:
            bench(self).open_record("task", found.id)

    async def act_date(self) -> None:
        await self.ask_for("Promised finish", "finish")

    async def act_who(self) -> None:
        await self.ask_for("Manager", "manager_id", names=bench(self).names("member"))


def _renewed(known: ProjectRow, head: ProjectRow) -> ProjectRow:
    """What is known of a project's tasks, under what it says by itself now."""
    return known._replace(
        name=head.name, client=head.client, manager=head.manager, hold=head.hold, cancelled=head.cancelled,
        finish=head.finish, forecast=head.forecast, kept=head.kept, internal=head.internal,
    )  # fmt: skip


def _parts(rows: Sequence[ProjectRow], group: str) -> list[tuple[str, list[ProjectRow]]]:
    """The rows by what they have in common: health the worst first, all else by name, those without it last."""
    found: dict[str, list[ProjectRow]] = {}
    for row in rows:
        found.setdefault(GROUPS[group](row), []).append(row)
    if group == "health":
        return [(name, found[name]) for name in HEALTH if name in found]
    return sorted(found.items(), key=lambda part: (not part[0], part[0].casefold()))
