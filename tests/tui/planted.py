"""A company in which whatever a client must not see holds a word of its own; a walk over all that is shown of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from openpyxl import load_workbook

from models import outbox, record, search
from models.blobs import Blobs
from models.conflict import Conflict
from models.kinds import KINDS
from models.windows import discreet
from tests.tui.office import keys, opened, settle, view
from tests.tui.plain import screen_text
from tui.screens.base import ListView
from tui.screens.detail import Detail

WORD = re.compile(r"zyx\d{3}q")
BEGUN = "zyx"  # what is typed to find one
SOON = (date.today() + timedelta(days=2)).isoformat()
TOLD = {"name", "role", "notes", "blocked_reason", "not_applicable_reason", "network", "result", "hold_reason", "city",
        "industry", "address", "source", "hyperlink", "wbs", "number", "phone", "mobile", "initials"}  # fmt: skip


class Company:
    """`words`: what each of them stands for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.words: dict[str, str] = {}
        self._numbers = itertools.count(100)
        self.ids: dict[str, str] = {}
        self.deleted: list[str] = []

    def word(self, what: str) -> str:
        word = f"zyx{next(self._numbers)}q"
        self.words[word] = what
        return word

    def furnish(self) -> None:
        with opened(self.home) as store:
            store.transact(f"Begin {self.word('label of an operation')}", self._furnish)
            for id in self.deleted:
                store.transact("Delete", record.delete, "task", id)
            store.transact("Rename", record.edit, "task", self.ids["Cut"], name=self.word("refused edit"))
            with store.write() as conn:
                waiting = outbox.take(conn, 1000)
                outbox.settle(conn, [outbox.Verdict(waiting[-1].id, 0, self.word("why it was refused"))])
            store.transact("Rename", record.edit, "task", self.ids["Cut"], name="Cut")
            while search.index(store):
                pass

    def _furnish(self, session: Any) -> None:
        self.session = session
        harlan = self.shown("client", "Harlan Fab")
        site = self.shown("site", "Hall 2", client_id=harlan)
        ada = self.shown("contact", "Ada Price", client_id=harlan, site_id=site)
        ines = self.shown("member", "Ines Vogt", initials="IV")
        line = self.shown("project", "Nesting line", client_id=harlan, manager_id=ines, hold_reason=None,
                          cancelled_reason=None)  # fmt: skip
        cut = self.shown("task", "Cut", project_id=line, deadline=f"{SOON}T17:00", rank="a0",
                         not_applicable_reason=None)  # fmt: skip
        bend = self.shown("task", "Bend", project_id=line, rank="a1", blocked_reason=None, milestone=1,
                          not_applicable_reason=None, deadline=f"{SOON}T17:00")  # fmt: skip
        self.shown("task", "Paint", project_id=line, rank="a2", blocked_reason=None)
        self.shown("project", "Old line", client_id=harlan)
        of = {"client_id": harlan, "project_id": line}
        self.shown("interaction", "Kick-off", at=f"{SOON}T08:00", contact_id=ada, **of)
        self.shown("promise", "Drawings", due=SOON, **of)
        self.shown("visit", "Measure", start=SOON, site_id=site, **of)
        self.shown("assignment", "", task_id=cut, member_id=ines)
        self.shown("dependency", "", predecessor_id=cut, successor_id=bend)
        for visibility in ("internal", "private"):
            self._hidden(visibility, harlan, line, cut, bend, ines)
        self._others()
        self._fought_over(cut)

    def shown(self, kind: str, name: str, **values: Any) -> str:
        """A record that the client may see, with a word in each field that it may not."""
        for field in KINDS[kind].fields.values():
            if (
                discreet.secret(kind, field.name)
                and field.type in ("text", "note")
                and field.name not in values
            ):
                values[field.name] = self.word(f"{kind}.{field.name}")
        return self._new(kind, name, visibility="client", **values)

    def hidden(self, kind: str, visibility: str, **values: Any) -> str:
        """A record that it may not see, with a word in each text."""
        for name in search.texts(kind) or (["name"] if "name" in KINDS[kind].fields else []):
            if name in TOLD and name not in values:
                values[name] = self.word(f"{visibility} {kind}.{name}")
        return self._new(kind, values.pop("name", ""), visibility=visibility, **values)

    def _new(self, kind: str, name: str, **values: Any) -> str:
        values |= {"name": name} if name else {}
        made = record.create(self.session, kind, **values)
        self.session.flush()
        self.ids[name] = made.id
        return str(made.id)

    def _hidden(self, how: str, client: str, project: str, task: str, other: str, member: str) -> None:
        of = {"client_id": client, "project_id": project}
        plain = {"blocked_reason": None, "not_applicable_reason": None}
        calendar = self.hidden("calendar", how)
        colleague = self.hidden("member", how, calendar_id=calendar)
        below = self.hidden(
            "task", how, project_id=project, rank=f"b{how}", deadline=f"{SOON}T12:00", milestone=1, **plain
        )
        self._new("task", self.word(f"below a task that is {how}"), project_id=project, parent_id=below,
                  visibility="client", deadline=f"{SOON}T12:00")  # fmt: skip
        self._new("assignment", "", task_id=task, member_id=colleague, visibility="client")
        self._new("assignment", "", task_id=below, member_id=member, visibility="client")
        self._new("dependency", "", predecessor_id=below, successor_id=task, visibility="client")
        self.hidden("task", how, project_id=project, rank=f"c{how}", not_applicable_reason=None)
        self.deleted.append(self._new("task", self.word("deleted"), project_id=project, visibility="client"))
        record.edit(self.session, "project", project, calendar_id=calendar)
        site = self.hidden("site", how, client_id=client)
        self.hidden("contact", how, client_id=client, site_id=site)
        self.hidden("project", how, client_id=client, cancelled_reason=None)
        self.hidden("interaction", how, at=f"{SOON}T08:00", **of)
        self.hidden("promise", how, due=SOON, **of)
        self.hidden("visit", how, start=SOON, **of)
        baseline = self.hidden("baseline", how, project_id=project)
        self._new("baseline_task", self.word(f"row of a baseline that is {how}"), baseline_id=baseline, task_id=other,
                  visibility="client")  # fmt: skip
        file = self.home / f"{self.word(f'{how} file')}.txt"
        file.write_text("x", "utf-8")
        blob = Blobs(self.home).keep(file)
        self._new("attachment", file.name, visibility=how, owner_kind="task", owner_id=task, size=blob.size,
                  sha256=blob.sha)  # fmt: skip

    def _others(self) -> None:
        """Another client, who sees all of this."""
        client = self.hidden("client", "client")
        project = self.hidden("project", "client", client_id=client, cancelled_reason=None, hold_reason=None)
        self.hidden(
            "task", "client", project_id=project, deadline=f"{SOON}T17:00", not_applicable_reason=None
        )
        self.hidden("contact", "client", client_id=client)
        self.hidden("promise", "client", client_id=client, due=SOON)
        self.hidden("interaction", "client", client_id=client, at=f"{SOON}T08:00")
        self.hidden("visit", "client", client_id=client, start=SOON)

    def _fought_over(self, task: str) -> None:
        sides = {side: orjson.dumps({"name": self.word(f"{side} of a conflict")}).decode()
                 for side in ("winner", "loser", "base")}  # fmt: skip
        values = {f"{side}_at": "2026-11-20T09:00:00.000Z" for side in ("winner", "loser")}
        self.session.add(Conflict(kind="task", rec=task, field="name", decided="time", **sides, **values))


# ── the walk ──────────────────────────────────────────────────────────────────────────────────────────


class Walk:
    """Whatever can be seen of the company; `found` are the words, each with where it was."""

    def __init__(self, pilot: Any, documents: Path) -> None:
        self.pilot, self.documents = pilot, documents
        self.found: dict[str, str] = {}
        self.screens = self.panes = self.files = self.copied = 0

    def look(self, where: str, text: str) -> None:
        for word in WORD.findall(text):
            self.found.setdefault(word, where)

    async def press(self, where: str, text: str) -> None:
        """Keys, and the screen after them."""
        await keys(self.pilot, text)
        self.screens += 1
        self.look(f"{where}: {text}", screen_text(self.pilot.app))

    async def visit(self, name: str, way: str) -> None:
        """A view: its rows one after the other with their panes, the clipboard and a file of them."""
        await self.press(name, way)
        shown = self.pilot.app.shell.view
        if not isinstance(shown, ListView):
            return
        for row in shown.lines.window.rowids:
            shown.lines.go_to(row)
            shown.tell_detail()
            self._pane(name)
        for ask in ("/ '@zy'", "ctrl+u '#zy'", "ctrl+u 'zy'", "escape", "* y"):
            await self.press(name, ask)
        self.look(f"{name}: copied", self.pilot.app.clipboard)
        self.copied += 1
        await self.press(name, "? escape escape")
        if way[0] == "g" and name != "settings":
            await self._file(name)

    def _pane(self, where: str) -> None:
        """All fields of the record, and of each that is linked to it."""
        pane = view(self.pilot.app).detail
        if not isinstance(pane, Detail) or not pane.rec:
            return
        linked = [(pane.kind, pane.rec)] + [
            (line.kind, line.id) for line in self._lines(where, pane) if line.what == 3
        ]
        for kind, rec in linked:
            pane._turn_to(kind, rec)
            list(self._lines(where, pane))
        pane._turn_to(*linked[0])
        self.panes += len(linked)

    def _lines(self, where: str, pane: Detail) -> list[Any]:
        pane.all = True
        pane.reload()
        lines = list(pane.form.lines.values())
        self.look(f"{where}: {pane.kind}", "\n".join(f"{line.label} {line.text}" for line in lines))
        return lines

    async def _file(self, where: str) -> None:
        before = set(self.documents.iterdir())
        await self.press(where, "E")
        await settle(self.pilot)
        for path in set(self.documents.iterdir()) - before:
            self.files += 1
            sheets = load_workbook(path).worksheets
            cells = (str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)
            self.look(f"{where}: file", " ".join([path.name, *(sheet.title for sheet in sheets), *cells]))


def asked() -> Iterator[str]:
    """What is typed into lines at the bottom, from the tasks on: what they offer, and what they say is wrong."""
    yield from ("c 'x_@zy'", "enter", "ctrl+u 'x_#zy'", "enter", "escape", "b 'zy'", "enter", "escape", "w 'zy'",
                "enter", "escape", "e tab tab tab tab 'zy'", "enter", "escape", "ctrl+p 'zy'", "escape",
                "g / 'zy'", "escape", ": 'view'", "escape", "d '+4w'", "escape", "t '9d'", "escape", "W",
                "escape", "comma", "escape", "Y", "escape", "g t", "x", "u", "U", "u", "g c", "p", "m", "&",
                "escape", "~", "escape", "%", "escape", "=", "escape")  # fmt: skip
