"""What is noted of a client wherever one is met: talks, promises, visits; and reaching people."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, cast

from models.windows import parties
from tui.links import link
from tui.screens import adding
from tui.screens.base import ListView
from tui.view import bench


class OfClients(ListView):
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


def _has_desktop() -> bool:
    """Whether a letter can be opened without a browser of text taking the terminal."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
