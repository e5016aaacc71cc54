"""The team: who work can be given to; and the calendars by which they work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from models.filters import vocabulary
from models.windows import team
from models.windows.team import CALENDAR, MEMBER
from models.windows.window import Window
from tui.links import link
from tui.screens.base import ListView, Picked
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import seen

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.feed import Changes
    from tui.finding import Lost

CODES = {"member": MEMBER, "calendar": CALENDAR}
OWN = {"name": ("member", "calendar")}  # a column that is not here is a member's only


def _name(row: Row) -> Cell:
    mark = {"member": "·", "calendar": "▦"}[row.kind]
    return f"{seen(row.internal, row.kind == 'member')}{mark} {row.name}", "dim" if row.inactive else ""


class TeamView(ListView):
    name_in_registry = "team"
    for_client = True
    vocabularies = vocabulary.TEAM
    empty = "Nobody yet. o makes a member"
    columns: ClassVar[Sequence[Column]] = [
        Column("name", "Member or calendar", _name, ratio=3, min_width=18, editable="name",
               edit_text=lambda row: row.name),
        Column("initials", "Init.", lambda row: row.initials or "", width=6, editable="initials"),
        Column("role", "Role", lambda row: row.role or "", ratio=2, min_width=12, editable="role", drop=1),
        Column("email", "E-mail", lambda row: row.email or "", ratio=3, min_width=18, editable="email", drop=3,
               link=lambda row: link("email", row.email)),
        Column("phone", "Phone", lambda row: row.phone or "", ratio=2, min_width=12, editable="phone", drop=2,
               link=lambda row: link("phone", row.phone)),
        Column("tasks", "Open", lambda row: f"{row.tasks or ''}", width=5, align="right", drop=4),
    ]  # fmt: skip
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "member": frozenset({"name"}),
        "calendar": frozenset({"name"}),
        "assignment": frozenset(),
    }

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, int] = {}  # unfinished ones of each member, counted behind

    def title_parts(self) -> Sequence[str]:
        return ("Milepost", "Team and calendars" + (f" /{self.text}" if self.text else ""))

    def reload(self) -> None:
        super().reload()
        self.run_worker(self._count, thread=True, exclusive=True, group="team", exit_on_error=False)

    def narrow(self) -> None:
        super().reload()

    def _count(self) -> None:
        conn = bench(self).desk.reader()
        try:
            tasks = team.open_tasks(conn)
        finally:
            conn.close()
        self.app.call_from_thread(self._show_counts, tasks)

    def _show_counts(self, tasks: dict[str, int]) -> None:
        if tasks != self.tasks:
            self.tasks = tasks
            self.lines.refresh_rows()

    def window(self) -> Window:
        return team.team(bench(self).desk.conn, self.wanted)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return team.team_rows(bench(self).desk.conn, rowids, self.tasks)

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.kind, row.id

    def row_number(self, kind: str, rowid: int) -> int:
        return rowid * 2 + CODES[kind]

    def write(self, picked: Picked, field: str, text: str, lost: Lost = lambda why: None) -> None:
        if picked and picked[0][0] in OWN.get(field, ("member",)):
            super().write(picked, field, text, lost)
        elif picked:
            self.shell.say("A calendar has no such field; enter shows what it has", "warn")

    async def act_new_below(self) -> None:
        await self.shell.ask(self._new())

    def _new(self, text: str = "", why: str = "") -> Question:
        return Question("New member (# name: a calendar):", self._create, text, why)

    def _create(self, text: str) -> str | None:
        kind = "calendar" if text.strip().startswith("#") else "member"
        name = text.strip().lstrip("# ")
        if not name:
            return None
        lost = self.ask_once_more(self._new, text)
        bench(self).edit(f"New {kind} “{name}”", partial(_make, kind, name), told=self._made, lost=lost)
        return None

    def _made(self, changes: Changes) -> None:
        self.seek(*cast(tuple[str, str], changes.result))


def _make(kind: str, name: str, session: Session) -> tuple[str, str]:
    from models.record import create

    initials = "".join(word[0] for word in name.split())[:3].upper()
    values = {"name": name, "initials": initials} if kind == "member" else {"name": name}
    return kind, create(session, kind, **values).id
