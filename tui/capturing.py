"""Quick capture as it is asked at the bottom of the screen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models.errors import MilepostError
from tui import capture
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from tui.workbench import Workbench

LABEL = "Capture:"


class Capturing:
    """Asks for one line, says while it is typed what it means, and makes the task."""

    def __init__(self, app: Workbench) -> None:
        self.app = app

    def question(self, text: str = "", note: str = "") -> Question:
        from models.filters.completing import complete

        names = capture.names(self.app.desk.conn)
        return Question(
            LABEL, self._keep, text, note, self._meant, offer=lambda typed: complete(typed, (), names)
        )

    def _understood(self, text: str) -> capture.Captured:
        app = self.app
        return capture.understood(app.desk.conn, text, app.project, date.today())

    def _meant(self, text: str) -> str:
        try:
            return self._understood(text).told() if text.strip() else ""
        except MilepostError as error:
            return str(error)

    def _keep(self, text: str) -> str | None:
        if not text.strip():
            return None
        try:
            meant = self._understood(text)
        except MilepostError as error:
            return str(error)
        name, people = meant.line.name, [one.id for one in meant.people]
        self.app.edit(
            f"Capture “{name}”", "outline.capture", meant.project, name, people, **meant.values,
            lost=lambda why: self.app.run_worker(self.app.shell.ask(self.question(text, why))),
            said=lambda changes: f"“{name}” is in {meant.told()[2:]} · u undoes",
        )  # fmt: skip
        return None
