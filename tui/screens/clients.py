"""Clients, their sites and the people there."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from models.filters import vocabulary
from models.windows import parties
from models.windows.discreet import Front
from models.windows.parties import CLIENT, CONTACT, SITE
from models.windows.window import Window
from tui.screens import adding
from tui.screens.base import ListView, bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import count

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.feed import Changes
    from tui.finding import Lost

CODES = {"client": CLIENT, "site": SITE, "contact": CONTACT}
MARKS = {"client": "■", "site": "⌂", "contact": "·"}
FIELDS = {  # what a column writes, by kind
    "what": {"client": "city", "site": "address", "contact": "role"},
    "phone": {"client": "phone", "site": "phone", "contact": "mobile"},
    "email": {"client": "website", "contact": "email"},
    "flags": {"contact": "can_sign"},
}


def _name(row: Row) -> Cell:
    return f"{MARKS[row.kind]} {row.name}", "strong" if row.kind == "client" else ""


def _extra(row: Row) -> Cell:
    return (
        count(row.projects, "project") if row.projects else row.flags
    ), "dim" if row.projects else "accent"


class ClientsView(ListView):
    name_in_registry = "clients"
    vocabularies = vocabulary.PARTIES
    empty = "No clients yet. o makes one"
    columns: ClassVar[Sequence[Column]] = [
        Column("name", "Client, site, contact", _name, ratio=4, min_width=20, editable="name", tree=True,
               edit_text=lambda row: row.name),
        Column("what", "Role or place", lambda row: row.what or "", ratio=3, min_width=12, editable="what", drop=2),
        Column("phone", "Phone", lambda row: row.phone or "", ratio=2, min_width=14, editable="phone"),
        Column("email", "Mail or web", lambda row: row.email or "", ratio=3, min_width=16, editable="email", drop=1),
        Column("flags", "", _extra, width=13, drop=3),
    ]  # fmt: skip
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "client": frozenset({"name"}),
        "site": frozenset({"name", "client_id"}),
        "contact": frozenset({"name", "client_id"}),
        "project": frozenset({"client_id"}),
    }

    def title_parts(self) -> Sequence[str]:
        return ("Milepost", "Clients and contacts" + (f" /{self.text}" if self.text else ""))

    def window(self) -> Window:
        return parties.parties(bench(self).desk.conn, self.wanted)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return parties.party_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return row[1], row[2]

    def row_number(self, kind: str, rowid: int) -> int:
        return rowid * 4 + CODES[kind]

    def seek(self, kind: str, rec: str) -> None:
        if kind in CODES:
            super().seek(kind, rec)

    def write(
        self,
        picked: Sequence[tuple[str, str]],
        field: str,
        text: str,
        lost: Lost = lambda why: None,
    ) -> None:
        kind = picked[0][0] if picked else ""
        name = FIELDS.get(field, {}).get(kind, field if field == "name" else "")
        if name:
            super().write(picked, name, text, lost)
        else:
            lost(f"A {kind} has no such field; esc, then enter shows those it has")
            self.app.call_after_refresh(
                self.shell.say, f"A {kind} has no such field; enter shows what it has", "warn"
            )

    async def act_new_below(self) -> None:
        """A contact of the client under the cursor; a client with “+”, a site with “@” in front."""
        row = self.here()
        client, name = self._client_of(row)
        await self.shell.ask(self._new(client, name))

    def _new(self, client: str, name: str, text: str = "", why: str = "") -> Question:
        note = "+ name: a client · @ name: a site" if client else ""
        label = f"New contact at {name}:" if client else "New client:"

        def done(typed: str) -> str | None:
            return self._create(
                typed.strip(), client, self.ask_once_more(partial(self._new, client, name), typed)
            )

        return Question(label, done, text, why or note)

    def _client_of(self, row: Row | None) -> tuple[str, str]:
        if row is None:
            return "", ""
        id = row.id if row.kind == "client" else row.client_id
        found = bench(self).desk.conn.execute("SELECT name FROM client WHERE id=?", (id,)).fetchone()
        return (id, found[0]) if found else ("", "")

    def _create(self, text: str, client: str, lost: Lost) -> str | None:
        if not text:
            return None
        kind = (
            "client" if not client or text.startswith("+") else "site" if text.startswith("@") else "contact"
        )
        name = text.lstrip("+@ ").strip()
        if not name:
            return "Write a name"
        values = {"name": name} if kind == "client" else {"name": name, "client_id": client}
        bench(self).edit(f"New {kind} “{name}”", partial(_make, kind, values), told=self._made, lost=lost)
        return None

    def _made(self, changes: Changes) -> None:
        self.seek(*cast(tuple[str, str], changes.result))

    async def act_log(self) -> None:
        """What was said or written, in one line; of the contact under the cursor, too."""
        await self._note("interaction")

    async def act_promise(self) -> None:
        await self._note("promise")

    async def act_visit(self) -> None:
        await self._note("visit")

    async def _note(self, what: str) -> None:
        client, _ = self._client_of(self.here())
        if client:
            await self.shell.ask(adding.question(self, what, "client", client))
        else:
            self.shell.say("Put the cursor on a client first")

    def act_phone(self) -> None:
        """The numbers, to dial from."""
        row = self.here()
        if row is not None:
            numbers = _numbers(bench(self).desk.conn, row.kind, row.id)
            known = "   ".join(numbers) or "no number yet; tab e types one"
            self.shell.footer.say(f"{row.name}   {known}", "strong")

    def for_client(self, window: Window, front: Front) -> Window:
        return self.of_kind(window, front, *CODES)

    def front(self) -> Front:
        return Front(self._client_of(self.here())[0], "")


def _numbers(conn: sqlite3.Connection, kind: str, rec: str) -> list[str]:
    names = {"contact": ("phone", "mobile", "email"), "client": ("phone", "website")}.get(kind, ("phone",))
    row = conn.execute(f"SELECT {', '.join(names)} FROM {kind} WHERE id=?", (rec,)).fetchone()
    return [f"{name} {value}" for name, value in zip(names, row or (), strict=False) if value]


def _make(kind: str, values: dict[str, str], session: Session) -> tuple[str, str]:
    from models.record import create

    return kind, create(session, kind, **values).id
