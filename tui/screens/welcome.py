"""Where a new profile begins: what can be done first, by enter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult

from tui.view import View, bench
from tui.widgets.columns import Column, Row
from tui.widgets.messages import Opened
from tui.widgets.rows import RowList

CHOICES = (  # the action of each
    (
        "from_template",
        "New project from the standard plan",
        "tasks, links, milestones, by machine",
    ),
    ("jump.portfolio", "An empty project", "the portfolio: o and a name, then enter"),
    (
        "import_plan",
        "Import a plan",
        "of Microsoft Project; shown, then saved",
    ),
    (
        "import_contacts",
        "Import contacts",
        "cards, or a list from Excel or Outlook",
    ),
    (
        "look_at_demo",
        "Look at the demo",
        "a company and a server, until you quit",
    ),
    (
        "connect",
        "Connect to a server",
        "by a code: the team’s projects come",
    ),
    ("tour", "A tour of nine keys", "done by doing, on whatever you have open"),
    ("jump.settings", "Settings", "theme, dates, holidays, keys"),
)


class WelcomeView(View):
    name_in_registry = "welcome"
    columns: ClassVar[Sequence[Column]] = [
        Column("do", "Begin with", lambda row: (row[2], "strong"), ratio=2, min_width=24),
        Column("told", "", lambda row: (row[3], "dim"), ratio=3, min_width=20, drop=1),
    ]

    def compose(self) -> ComposeResult:
        yield RowList(self.columns, self)

    def on_mount(self) -> None:
        self.query_one(RowList).set_window(range(len(CHOICES)))

    def title_parts(self) -> Sequence[str]:
        return ("Milepost", "Welcome")

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [(at, *CHOICES[at]) for at in rowids]

    def on_line_list_opened(self, event: Opened) -> None:
        event.stop()
        app = bench(self)
        app.run_in(app.registry[CHOICES[event.rowid][0]], None)
