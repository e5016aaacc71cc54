"""The client looks over the shoulder: the view for the client, and what is marked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.windows import discreet
from models.windows.discreet import Front
from tui.desk import Desk
from tui.rescued import Rescued
from tui.screens.base import ListView
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from models.errors import MilepostError
    from models.feed import Changes


class LookedOn(Rescued):
    """Milepost with the discreet view."""

    desk: Desk

    @property
    def front(self) -> Front | None:
        """The client who looks on, in the discreet view."""
        return self.desk.front

    def markable(self, picked: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of `picked` that can be marked; says so where there is none."""
        from models.kinds import KINDS

        found = [(kind, id) for kind, id in picked if kind in KINDS and not KINDS[kind].immutable]
        if not found:
            self.shell.say("Put the cursor on a record first")
        return found

    def mark(self, name: str, picked: Sequence[tuple[str, str]]) -> None:
        """Marks records as internal, or as the client's where they are."""

        def said(changes: Changes) -> str:
            what = "internal" if changes.result == "internal" else "for the client"
            return f"{name}: {what} now · u undoes" if self.front is None else "Done · u undoes"

        self._bench.edit(f"Mark {name}", "marking.mark", picked, said=said)

    def plain(self, error: MilepostError) -> str:
        """What is wrong; in the discreet view nothing that names what is hidden."""
        if self.front is not None and discreet.betrays(self.desk.whole, self.desk.conn, error.plain):
            return "That was refused"
        return error.plain

    async def act_discreet(self) -> None:
        """Only what the client of the record under the cursor may see; or all again. Every view is made anew: none of
        them keeps what it had read, nor what it was asked for."""
        view = self.shell.view
        front = view.front() if isinstance(view, ListView) else Front("", "")
        resume = view.resume() if isinstance(view, ListView) else None
        self.put_off()
        self.desk.look_on(None if self.front is not None else front)
        for prompt in self.shell.query(Prompt):
            prompt.forget()
        self.shell.footer.hush()
        await super().act_discreet()
        again = await self.shell.renew()
        if resume is not None and again is not None:
            resume(again)
        await self.offer_unsaved()
