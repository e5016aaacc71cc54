"""What the edit of a date would do, said while it is typed: to the finish of the plan, milestones, deadlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from models.errors import MilepostError
from models.schedule.instants import parse, show
from models.windows.tasks import large
from tui.apart import Gone
from tui.view import bench
from tui.words import day

if TYPE_CHECKING:
    from models.foresight import Foresight, Outcome

Asked = tuple[str, int | None]  # a text, and what is meant by it


class Foreseeing:
    """The preview of one edit: of a field of some tasks of one project. That of a large plan comes a moment later, from
    another process."""

    def __init__(self, widget: Widget, ids: Sequence[str], field: str) -> None:
        self.widget, self.ids, self.field = widget, ids, field
        self.project = ""
        self._foresight: Foresight | None = None  # of a small plan
        self._large = self._asking = False
        self._wanted: Asked = "", None  # of a large one
        self._answered: Asked = self._wanted
        self._answer = ""
        self._begin()

    def said(self, text: str) -> str:
        """The day that is meant, and what it would do; nothing of what cannot be read (yet)."""
        if not text.strip():
            return ""
        told = ["", ""]
        with suppress(MilepostError, ValueError, KeyError):
            meant = self._meant(text)
            told[0] = day(meant) if isinstance(meant, str) and meant[:10] not in text else ""
            value = parse(meant) if isinstance(meant, str) else meant
            if self._foresight is not None:
                told[1] = self._words(self._foresight.of(self.ids, self.field, value))
            elif self._large:
                told[1] = self._said_later((text, value))
        return " · ".join(filter(None, told))

    def _meant(self, text: str) -> str | int | None:
        from models.kinds import KINDS
        from tui.commands import values

        conn = bench(self.widget).desk.conn
        beside = values.beside(conn, "task", self.ids[0])
        value = values.parse(conn, KINDS["task"], [(self.field, text)], beside)[self.field]
        return value if isinstance(value, str) or value is None else int(value)

    def _begin(self) -> None:
        desk = bench(self.widget).desk
        row = desk.conn.execute("SELECT project_id FROM task WHERE id=?", (self.ids[0],)).fetchone()
        if row is None or not desk.loaded:
            return
        self.project = row[0]
        self._large = large(desk.conn, self.project)
        if self._large:
            self._behind(lambda: self._ask("keep"))
        else:
            self._load()

    def _load(self) -> None:
        from models.foresight import Foresight
        from models.planning import load
        from models.schedule.engine import Schedule

        with closing(bench(self.widget).desk.reader(whole=True)) as conn:
            conn.execute("BEGIN")
            if (plan := load(conn, self.project)) is not None:
                self._foresight = Foresight(Schedule(plan))

    # Of a large plan

    def _said_later(self, wanted: Asked) -> str:
        self._wanted = wanted
        if wanted == self._answered:
            return self._answer
        if not self._asking:
            self._asking = True
            self._behind(self._foresee)
        return ""

    def _foresee(self) -> None:
        """In a thread, until what is typed last is answered."""
        from models.foresight import outcome_of

        while self._answered != (wanted := self._wanted):
            found = self._ask("foresee", list(self.ids), self.field, wanted[1])
            self._answer = self._words(outcome_of(found)) if found else ""
            self._answered = wanted
        self._asking = False
        self.widget.app.call_from_thread(bench(self.widget).shell.say_again)

    def _ask(self, verb: str, *words: object) -> Any:
        with suppress(Gone):  # then nothing is foreseen
            return bench(self.widget).desk.planner.ask(verb, self.project, *words)
        return None

    def _words(self, outcome: Outcome) -> str:
        """In the discreet view without names: what moves may be hidden."""
        from models.foresight import words

        if bench(self.widget).front is not None:
            outcome = replace(outcome, milestones=(), broken=())
        return words(outcome, lambda instant: day(show(instant)))

    def _behind(self, work: Callable[[], object]) -> None:
        self.widget.run_worker(work, thread=True, group="foresight", exit_on_error=False)


def of_task(widget: Widget, ids: Sequence[str], field: str) -> Callable[[str], str] | None:
    """The preview for a field whose edit moves dates; None for any other."""
    from models.foresight import FIELDS

    return Foreseeing(widget, ids, field).said if field in FIELDS and ids else None
