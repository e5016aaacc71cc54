"""Talks, promises and visits in a list, and what became of them."""

from __future__ import annotations

from functools import partial

from tui import finding
from tui.screens.base import Picked
from tui.screens.of_clients import OfClients
from tui.view import bench
from tui.widgets.prompt import Question

OUTCOMES = ("kept", "missed", "renegotiated", "open")
VISITS = ("planned", "confirmed", "on site", "reported")


class Noted(OfClients):
    """A list in which some rows were noted of clients."""

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
