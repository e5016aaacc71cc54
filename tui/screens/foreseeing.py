"""What the edit of a date would do, said while it is typed: to the finish of the plan, milestones, deadlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.widget import Widget

from models.errors import MilepostError
from models.schedule.instants import parse, show
from tui.screens.base import bench
from tui.words import day

if TYPE_CHECKING:
    from models.foresight import Foresight

SMALL = 2_000  # tasks; the plan of more is computed in a thread, and the preview begins a moment later


class Foreseeing:
    """The preview of one edit: of a field of some tasks of one project."""

    def __init__(self, widget: Widget, ids: Sequence[str], field: str) -> None:
        self.widget, self.ids, self.field = widget, ids, field
        self._foresight: Foresight | None = None
        self._begin()

    def said(self, text: str) -> str:
        """What the typed text would do; nothing of what cannot be read (yet)."""
        if self._foresight is None or not text.strip():
            return ""
        from models.foresight import words

        with suppress(MilepostError, ValueError, KeyError):
            outcome = self._foresight.of(self.ids, self.field, self._value(text))
            return words(outcome, lambda instant: day(show(instant)))
        return ""

    def _value(self, text: str) -> int | None:
        from models.kinds import KINDS
        from tui.commands import values

        conn = bench(self.widget).desk.conn
        beside = values.beside(conn, "task", self.ids[0])
        value = values.parse(conn, KINDS["task"], [(self.field, text)], beside)[self.field]
        return parse(value) if isinstance(value, str) else int(value) if value is not None else None

    def _begin(self) -> None:
        conn = bench(self.widget).desk.conn
        row = conn.execute("SELECT project_id FROM task WHERE id=?", (self.ids[0],)).fetchone()
        if row is None or not bench(self.widget).desk.loaded:
            return
        [tasks] = conn.execute("SELECT count(*) FROM task WHERE project_id=?", row).fetchone()
        if tasks <= SMALL:
            self._load(row[0])
        else:
            self.widget.run_worker(lambda: self._load(row[0]), thread=True, exclusive=True, group="foresight")

    def _load(self, project: str) -> None:
        from models.foresight import Foresight
        from models.planning import load

        conn = bench(self.widget).desk.reader()
        try:
            conn.execute("BEGIN")
            if (plan := load(conn, project)) is not None:
                self._foresight = Foresight(plan)
        finally:
            conn.close()


def of_task(widget: Widget, ids: Sequence[str], field: str) -> Callable[[str], str] | None:
    """The preview for a field whose edit moves dates; None for any other."""
    from models.foresight import FIELDS

    return Foreseeing(widget, ids, field).said if field in FIELDS and ids else None
