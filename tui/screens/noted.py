"""What is noted of a client wherever it is met: talks, promises, visits and what became of them; reaching people."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from models.windows import parties
from tui import finding
from tui.links import link
from tui.screens import adding
from tui.screens.base import ListView, Picked
from tui.view import bench
from tui.widgets.prompt import Question

OUTCOMES = ("kept", "missed", "renegotiated", "open")
VISITS = ("planned", "confirmed", "on site", "reported")


class Noted(ListView):
    """A list whose rows belong to clients."""

    def client_here(self) -> str:
        """The client of the row under the cursor; empty where it has none."""
        row = self.here()
        return parties.client_of(bench(self).desk.conn, *self.record_of(row)) if row is not None else ""

    async def act_log(self) -> None:
        """What was said or written, in one line."""
        await self._note("interaction")

    async def act_promise(self) -> None:
        await self._note("promise")

    async def act_visit(self) -> None:
        await self._note("visit")

    async def _note(self, what: str) -> None:
        if client := self.client_here():
            await self.shell.ask(adding.question(self, what, "client", client))
        else:
            self._no_client()

    async def act_timeline(self) -> None:
        """The client over time."""
        client = self.client_here()
        if not client:
            self._no_client()
            return
        view = await self.shell.go("client")
        cast(Any, view).show(client)

    def _no_client(self) -> None:
        self.shell.say("No client here: put the cursor on a line of one")

    # Reaching people

    def act_phone(self) -> None:
        """The numbers to dial, the first of them copied."""
        people = self._people()
        numbers = [f"{one.name}  {one.phone}" for one in people if one.phone]
        if not numbers:
            self._unknown(people, "number")
            return
        self.app.copy_to_clipboard(next(one.phone for one in people if one.phone))
        self.shell.footer.say("   ".join(numbers[:3]) + " · copied", "strong")

    def act_mail(self) -> None:
        """The address, copied; and where the desktop has a mail program, a letter in it."""
        people = self._people()
        found = [one for one in people if one.email]
        if not found:
            self._unknown(people, "mail address")
            return
        self.app.copy_to_clipboard(found[0].email)
        if _has_desktop():
            self.app.open_url(link("email", found[0].email))
        self.shell.footer.say(f"{found[0].name}  {found[0].email} · copied", "strong")

    def _people(self) -> Sequence[parties.Reach]:
        row = self.here()
        return parties.reach(bench(self).desk.conn, *self.record_of(row)) if row is not None else ()

    def _unknown(self, people: Sequence[parties.Reach], what: str) -> None:
        who = people[0].name if people else "Nobody"
        self.shell.say(
            f"{who}: no {what} yet · g c has the clients and contacts, enter there shows all fields"
        )

    # What became of promises and visits

    def conclude(self, picked: Picked) -> None:
        """A task done, a promise kept, a visit reported, as one operation."""
        able = [(kind, id) for kind, id in picked if kind in ("task", "promise", "visit")]
        if able:
            bench(self).edit(f"Done: {self.name_of(able)}", "interaction.conclude", able)
            self.lines.clear_marks()

    async def act_status(self) -> None:
        if noted := _of_one_kind(self.picked()):
            await self.shell.ask(self._ask_outcome(noted))

    async def ask_who(self) -> None:
        """Who of us keeps or expects a promise, or goes on a visit."""
        if noted := _of_one_kind(self.picked()):
            names = finding.members(bench(self).desk.conn)
            await self.ask_for("Who", "member_id", note="who of us", names=names, picked=noted)

    def _ask_outcome(self, picked: Picked, text: str = "", why: str = "") -> Question:
        kind = picked[0][0]
        words, note = (
            (OUTCOMES, "kept · missed · renegotiated fri · open") if kind == "promise" else (VISITS, "")
        )
        return Question(
            f"{kind.capitalize()} {self.name_of(picked)} is:", partial(self._settle, picked), text,
            why or note or " · ".join(words), names=words,
        )  # fmt: skip

    def _settle(self, picked: Picked, typed: str) -> str | None:
        kind, ids = picked[0][0], [id for _, id in picked]
        word, _, rest = typed.strip().lower().partition(" ")
        words = OUTCOMES if kind == "promise" else VISITS
        fits = [name for name in words if word and name.startswith(word)]
        if not word:
            return None
        if len(fits) != 1:
            return " · ".join(fits or words)
        lost = self.ask_once_more(partial(self._ask_outcome, picked), typed)
        label = f"{self.name_of(picked)}: {fits[0]}"
        if fits[0] == "renegotiated":
            if not rest:
                return "To which day? renegotiated fri, renegotiated 12 dec"
            bench(self).edit(label, "interaction.renegotiate_all", ids, rest, lost=lost)
        elif kind == "promise":
            bench(self).edit(label, "interaction.settle", ids, fits[0], lost=lost)
        else:
            bench(self).edit_typed(label, "visit", ids, "state", fits[0], lost)
        return None


def _of_one_kind(picked: Picked) -> Picked:
    noted = [(kind, id) for kind, id in picked if kind in ("promise", "visit")]
    return [(kind, id) for kind, id in noted if kind == noted[0][0]]


def _has_desktop() -> bool:
    """Whether a letter can be opened without a browser of text taking the terminal."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
