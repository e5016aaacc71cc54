"""Clients, their sites and the people there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from models.filters import vocabulary
from models.windows import parties
from models.windows.discreet import Front
from models.windows.parties import CLIENT, CONTACT, SITE
from models.windows.window import EVERY, Window
from tui.links import link
from tui.screens.of_clients import OfClients
from tui.screens.sharing import KEPT, Shared
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import count, seen

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.feed import Changes
    from models.merging import Pair
    from tui.finding import Lost

CODES = {"client": CLIENT, "site": SITE, "contact": CONTACT}
TWICE = "≈ twice?"  # beside what may be there twice
MARKS = {"client": "■", "site": "⌂", "contact": "·"}
FIELDS = {  # what a column writes, by kind
    "what": {"client": "city", "site": "address", "contact": "role"},
    "phone": {"client": "phone", "site": "phone", "contact": "mobile"},
    "email": {"client": "website", "contact": "email"},
    "flags": {"contact": "can_sign"},
}


def _name(row: Row) -> Cell:
    mark = KEPT if row.kept else MARKS[row.kind]
    return f"{seen(row.internal)}{mark} {row.name}", "strong" if row.kind == "client" else ""


def _extra(row: Row) -> Cell:
    if row.flags.startswith(TWICE):
        return row.flags, "warn"
    return (
        count(row.projects, "project") if row.projects else row.flags
    ), "dim" if row.projects else "accent"


class ClientsView(OfClients, Shared):
    name_in_registry = "clients"
    for_client = True
    vocabularies = vocabulary.PARTIES
    empty = "No clients yet. o makes one"
    columns: ClassVar[Sequence[Column]] = [
        Column("name", "Client, site, contact", _name, ratio=4, min_width=20, editable="name", tree=True,
               edit_text=lambda row: row.name),
        Column("what", "Role or place", lambda row: row.what or "", ratio=4, min_width=12, editable="what", drop=2),
        Column("phone", "Phone", lambda row: row.phone or "", width=17, editable="phone",
               link=lambda row: link("phone", row.phone)),
        Column("email", "Mail or web", lambda row: row.email or "", ratio=2, min_width=16, editable="email", drop=1,
               link=lambda row: link("email", row.email)),
        Column("flags", "", _extra, width=13, drop=3),
    ]  # fmt: skip
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "client": frozenset({"name"}),
        "site": frozenset({"name", "client_id"}),
        "contact": frozenset({"name", "client_id"}),
        "project": frozenset({"client_id"}),
    }

    def places(self) -> Sequence[str]:
        return ("clients", "noted", "shared")

    def __init__(self) -> None:
        super().__init__()
        self.twins: dict[tuple[str, str], Pair] = {}  # what may be there twice, by each of the two
        self._whole: Window | None = None  # without a filter, as long as it is as it was read

    def title_parts(self) -> Sequence[str]:
        many = f" · {len(set(self.twins.values()))} may be there twice" if self.twins else ""
        return ("Milepost", "Clients and contacts" + (f" /{self.text}" if self.text else many))

    # Loading

    def reload(self) -> None:
        self._whole = None
        super().reload()
        if bench(self).desk.loaded and bench(self).front is None:
            self.run_worker(self._seek_twins, thread=True, exclusive=True, group="twins", exit_on_error=False)

    def narrow(self) -> None:
        super().reload()  # nobody is there twice for being sought

    def _seek_twins(self) -> None:
        from models.merging import duplicates

        conn = bench(self).desk.reader()
        try:
            pairs = duplicates(conn)
        finally:
            conn.close()
        twins = {(pair.kind, id): pair for pair in reversed(pairs) for id in (pair.keep, pair.other)}
        self.app.call_from_thread(self._show_twins, twins)

    def _show_twins(self, twins: dict[tuple[str, str], Pair]) -> None:
        if twins != self.twins:
            self.twins = twins
            self.lines.refresh_rows()
            self.post_message(self.Retitled())

    def window(self) -> Window:
        if any(one.sql != EVERY.sql for one in self.wanted.values()):
            return parties.parties(bench(self).desk.conn, self.wanted)
        self._whole = self._whole or parties.parties(bench(self).desk.conn)
        return self._whole

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        rows = parties.party_rows(bench(self).desk.conn, rowids)
        if not self.twins:
            return rows
        return [row._replace(flags=TWICE) if (row.kind, row.id) in self.twins else row for row in rows]

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

    async def act_new_private(self) -> None:
        """A client that only this member sees."""
        await self.shell.ask(self._new_private())

    def _new_private(self, text: str = "", why: str = "") -> Question:
        def done(typed: str) -> None:
            if name := typed.strip():
                lost = self.ask_once_more(self._new_private, typed)
                make = partial(_make_private, name)
                bench(self).edit(f"New client “{name}”", make, told=self._made, lost=lost)

        return Question("New client that only you see:", done, text, why)

    def subject_here(self) -> tuple[str, str]:
        return "client", self._client_of(self.here())[0]

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

    # Merging

    async def act_merge(self) -> None:
        """Makes one of the two that are marked, or of the one under the cursor and its twin, after a look at what
        that does."""
        picked = self.picked()
        twin = self.twins.get(picked[0]) if picked else None
        if len(picked) == 2 and picked[0][0] == picked[1][0]:
            await self.shell.ask(self._ask_merge(picked[0][0], picked[0][1], picked[1][1]))
        elif len(picked) == 1 and twin is not None:
            await self.shell.ask(self._ask_merge(*twin[:3]))
        elif not self._go_to_twin():
            self.shell.say(
                "Nothing looks like being there twice; mark two of a kind with space to merge them"
            )

    def _go_to_twin(self) -> bool:
        return next((True for kind, id in self.twins if self.find(kind, id)), False)

    def find(self, kind: str, id: str) -> bool:
        """Puts the cursor on a record; False where it is not shown."""
        sql = f"SELECT rowid FROM {kind} WHERE id=?"
        found = bench(self).desk.conn.execute(sql, (id,)).fetchone()
        return bool(found and self.lines.go_to(self.row_number(kind, found[0])))

    def _ask_merge(self, kind: str, keep: str, other: str, text: str = "", why: str = "") -> Question:
        names = {id: self.name_of([(kind, id)]) for id in (keep, other)}

        def done(typed: str) -> str | None:
            if typed.strip() == "other":
                self.run_worker(self.shell.ask(self._ask_merge(kind, other, keep)))
                return None
            lost = self.ask_once_more(partial(self._ask_merge, kind, keep, other), typed)
            label = f"Merge {names[other]} into {names[keep]}"
            told = partial(self._merged, kind, keep)
            bench(self).edit(label, "merging.merge", kind, keep, other, told=told, lost=lost)
            return None

        note = (
            why
            or self._preview(kind, keep, other) + " · enter merges, “other” keeps the other, esc leaves both"
        )
        return Question(f"Keep {names[keep]} of the two {kind}s?", done, text, note, names=("other",))

    def _preview(self, kind: str, keep: str, other: str) -> str:
        from models.merging import preview
        from tui.commands.merging import in_words

        return " · ".join(in_words(preview(bench(self).desk.conn, kind, keep, other)))

    def _merged(self, kind: str, keep: str, changes: Changes) -> None:
        self.lines.clear_marks()
        self.seek(kind, keep)

    def front(self) -> Front:
        return Front(self._client_of(self.here())[0], "")


def _make(kind: str, values: dict[str, str], session: Session) -> tuple[str, str]:
    from models.record import create

    return kind, create(session, kind, **values).id


def _make_private(name: str, session: Session) -> tuple[str, str]:
    from models.record import create
    from models.sharing import unshared

    return "client", create(session, "client", name=name, **unshared("client")).id
