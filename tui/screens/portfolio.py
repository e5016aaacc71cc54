"""The portfolio: every project on a line, what is next and what is late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import ClassVar

from models.filters.vocabulary import PROJECTS, Vocabulary
from models.windows import portfolio
from models.windows.discreet import Front
from models.windows.portfolio import ProjectRow
from models.windows.window import EVERY, Window
from tui.screens.base import ListView, bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import day

SORTS = ("client", "name", "finish")


def _progress(row: ProjectRow) -> Cell:
    if not row.tasks:
        return "", "dim"
    share = row.done / row.tasks
    filled = round(share * 5)
    return f"{'▰' * filled}{'▱' * (5 - filled)} {share:4.0%}", "dim" if share == 1 else ""


def _state(row: ProjectRow) -> Cell:
    if row.cancelled:
        return "✗ cancelled", "dim"
    if row.hold:
        return "■ on hold", "warn"
    if row.tasks and row.done == row.tasks:
        return "● done", "good"
    if row.late:
        return f"▲ {row.late} late", "bad"
    return (f"◷ {row.waiting} wait", "warn") if row.waiting else ("", "")


def _next(row: ProjectRow) -> Cell:
    late = row.next_date is not None and row.next_date[:10] < date.today().isoformat()
    return (f"{day(row.next_date)}  {row.next_name}" if row.next_name else ""), "bad" if late else ""


def _forecast(row: ProjectRow) -> Cell:
    """When it will end, and by how many days that is after the promise."""
    if not (row.forecast and row.finish):
        return day(row.forecast)
    over = (date.fromisoformat(row.forecast[:10]) - date.fromisoformat(row.finish[:10])).days
    return (f"{day(row.forecast)} +{over}d", "bad") if over > 0 else day(row.forecast)


class PortfolioView(ListView):
    name_in_registry = "portfolio"
    vocabularies: ClassVar[dict[str, Vocabulary]] = {"project": PROJECTS}
    empty = "No projects yet. o makes one; or quit and run: milepost import plan.xml, milepost demo"
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "project": frozenset({"name", "client_id", "finish"}),
        "client": frozenset({"name"}),
        "task": frozenset(),
        "member": frozenset(),
        "schedule": frozenset(),
    }
    sort = "client"
    risky = False

    def __init__(self) -> None:
        super().__init__()
        self.columns = self._columns()  # type: ignore[misc]  # what can be chosen depends on the profile

    def _columns(self) -> list[Column]:
        def names(kind: str) -> Callable[[Row], Sequence[str]]:
            return lambda row: bench(self).names(kind)

        return [
            Column(
                "client",
                "Client",
                lambda row: (row.client or "", "strong"),
                ratio=2,
                min_width=12,
                editable="client_id",
                choices=names("client"),
            ),
            Column("name", "Project", lambda row: row.name, ratio=3, min_width=16, editable="name"),
            Column("phase", "Phase", lambda row: row.phase or "", ratio=2, min_width=12, drop=4),
            Column("progress", "Progress", _progress, width=10, drop=1),
            Column("state", "State", _state, width=11),
            Column("next", "Next milestone", _next, ratio=3, min_width=18, drop=2),
            Column(
                "manager",
                "Manager",
                lambda row: row.manager or "",
                width=12,
                drop=6,
                editable="manager_id",
                choices=names("member"),
            ),
            Column(
                "finish",
                "Promised",
                lambda row: day(row.finish),
                width=11,
                drop=5,
                editable="finish",
                edit_text=lambda row: (row.finish or "")[:10],
                type="date",
                scalar=lambda row: (row.finish or "")[:10] or None,
            ),
            Column(
                "forecast",
                "Forecast",
                _forecast,
                width=15,
                drop=3,
                type="minute",
                scalar=lambda row: row.forecast,
            ),
        ]

    def title_parts(self) -> Sequence[str]:
        return ("Milepost", f"Portfolio by {self.sort}" + (f" /{self.text}" if self.text else ""))

    def window(self) -> Window:
        conn = bench(self).desk.conn
        window = portfolio.portfolio(conn, self.wanted.get("project", EVERY), sort=self.sort)
        if self.risky:
            rows = portfolio.project_rows(conn, window.rows, date.today().isoformat())
            late = [row.row for row in rows if row.late or row.waiting or row.hold]
            window = Window(type(window.rows)("q", late))
        return window

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return portfolio.project_rows(bench(self).desk.conn, rowids, date.today().isoformat())

    def record_of(self, row: Row) -> tuple[str, str]:
        return "project", row[1]

    def open_row(self) -> None:
        if (row := self.here()) is not None:
            bench(self).open_project(row[1])

    def tell_detail(self) -> None:
        super().tell_detail()
        if (row := self.here()) is not None:
            bench(self).project = row[1]  # what is captured now is for the project under the cursor

    def act_at_risk(self) -> None:
        self.risky = not self.risky
        self.reload()
        self.shell.say(
            "Only projects that are late, wait or are on hold; ! shows all" if self.risky else "All projects"
        )

    def act_sort(self) -> None:
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
        self.reload()
        self.post_message(self.Retitled())

    async def act_new_below(self) -> None:
        """A project with its name; “name @ client” gives it one, made if it is not there."""
        await self.shell.ask(self._new())

    def _new(self, text: str = "", why: str = "") -> Question:
        return Question("New project (name @ client):", self._create, text, why)

    def _create(self, text: str) -> str | None:
        name, _, client = (part.strip() for part in text.partition("@"))
        if not name:
            return "A project needs a name before the @" if client else None
        bench(self).edit(
            f"New project “{name}”", "project.new_project", name, client=client,
            holidays=bench(self).settings.holidays,
            told=lambda changes: self.seek("project", str(changes.result)),
            lost=self.ask_once_more(self._new, text),
        )  # fmt: skip
        return None

    def act_milestone(self) -> None:
        """The next milestone of the project, among its tasks."""
        if (row := self.here()) is None:
            return
        found = portfolio.next_milestone(bench(self).desk.conn, row.id)
        if found is None:
            self.shell.say(f"“{row.name}” has no milestone ahead")
        else:
            bench(self).open_record("task", found.id)

    def for_client(self, window: Window, front: Front) -> Window:
        return self.of_kind(window, front, "project")

    def front(self) -> Front:
        row = self.here()
        return self.front_of(row.id if row is not None else bench(self).project)

    async def act_date(self) -> None:
        await self.ask_for("Promised finish", "finish")

    async def act_who(self) -> None:
        await self.ask_for("Manager", "manager_id", names=bench(self).names("member"))
