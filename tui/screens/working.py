"""What can be done with tasks wherever they are shown: in the outline, on the board."""

from __future__ import annotations

from functools import partial
from typing import Any

from tui import finding
from tui.screens import adding
from tui.screens.base import ListView, Picked
from tui.view import bench
from tui.widgets.prompt import Question
from tui.words import duration

STATUSES = ("todo", "doing", "done", "blocked", "n/a")
WORDS = {"done": "Finish", "todo": "Reopen", "doing": "Start", "blocked": "Block", "n/a": "Drop"}
WHY = {"blocked": "blocked", "n/a": "not applicable"}  # what is asked for a reason
STEP = 100  # of the priority, which runs from 0 to 1000


class TaskActions(ListView):
    """A list whose rows are tasks; a row has their `status`."""

    def act_done(self) -> None:
        """Done, or open again when all of them are done."""
        rows = self.rows(self.lines.selected())
        done = all(row.status == "done" for row in rows)
        self._set_status("todo" if done else "done")

    async def act_status(self) -> None:
        if picked := self.picked():
            await self.shell.ask(self._ask_status(picked))

    def _ask_status(self, picked: Picked, text: str = "", why: str = "") -> Question:
        def done(typed: str) -> str | None:
            word, _, reason = typed.strip().partition(" ")
            fits = [name for name in STATUSES if name.startswith(word.lower())]
            if not word:
                return None
            if len(fits) != 1:
                return " · ".join(fits or STATUSES)
            if fits[0] in WHY and not reason:
                self.shell.ask_next(self._ask_why(picked, fits[0]))
            else:
                again = self.ask_once_more(partial(self._ask_status, picked), typed)
                self._do(WORDS[fits[0]], "task.set_status", fits[0], reason, picked=picked, lost=again)
            return None

        note = why or " ".join(STATUSES)
        return Question(f"Status of {self.name_of(picked)}:", done, text, note, names=STATUSES)

    def _ask_why(self, picked: Picked, status: str, text: str = "", why: str = "") -> Question:
        def done(typed: str) -> None:
            again = self.ask_once_more(partial(self._ask_why, picked, status), typed)
            self._do(WORDS[status], "task.set_status", status, typed.strip(), picked=picked, lost=again)

        note = why or "enter alone: without a reason"
        return Question(f"Why is {self.name_of(picked)} {WHY[status]}:", done, text, note)

    async def act_date(self) -> None:
        await self.ask_for("Start", "start", note="fri, +2w, 2026-12-04 08:00; empty: none")

    def act_why(self) -> None:
        """Why the task stands where it stands: the way back to the cause, in the detail pane."""
        if (row := self.here()) is not None:
            self.detail.show("why", row.id)
            self.shell.open_detail()

    async def act_who(self) -> None:
        names = finding.members(bench(self).desk.conn)
        await self.ask_for("Who", "who", note="names or initials, by comma", names=names)

    async def act_estimate(self) -> None:
        await self.ask_for("Duration", "duration_minutes", note="3d, 4h, 2w, 90m", stands=self._duration())

    def _duration(self) -> str:
        """Of the one task that is meant; of several there is no one duration."""
        picked = self.picked()
        sql = """SELECT t.duration_minutes, coalesce(p.minutes_per_day, 480) FROM task t
                 JOIN project p ON p.id=t.project_id WHERE t.id=?"""
        row = bench(self).desk.conn.execute(sql, (picked[0][1],)).fetchone() if len(picked) == 1 else None
        return duration(*row) if row else ""

    def act_higher_priority(self) -> None:
        self._do("Raise priority", "task.prioritise", STEP)

    def act_lower_priority(self) -> None:
        self._do("Lower priority", "task.prioritise", -STEP)

    async def act_blocked_by(self) -> None:
        """Names the task that this one waits for, or, after “:”, a reason outside the plan."""
        if picked := self.picked():
            await self.shell.ask(self._ask_block(picked))

    # Inside

    def _do(self, what: str, verb: str, *args: Any, picked: Picked = (), lost: Any = None) -> None:
        chosen = picked or self.picked()
        if chosen:
            label = f"{what} {self.name_of(chosen)}"
            more = {"lost": lost} if lost else {}
            bench(self).edit(label, verb, [id for _, id in chosen], *args, **more)

    def _set_status(self, name: str) -> None:
        self._do(WORDS[name], "task.set_status", name)

    def _ask_block(self, picked: Picked, text: str = "", why: str = "") -> Question:
        names = finding.tasks(bench(self).desk.conn, adding.project_of(bench(self), picked[0][1]))
        label = f"{self.name_of(picked)} comes after:"
        note = why or "a task, then SS, 2d … · or : and why it waits"
        return Question(label, lambda typed: self._block(picked, typed.strip()), text, note, names=names)

    def _block(self, picked: Picked, text: str) -> str | None:
        ids = [id for _, id in picked]
        lost = self.ask_once_more(partial(self._ask_block, picked), text)
        if not text:
            return None
        if text.startswith(":"):
            reason = text[1:].strip() or "waiting"
            bench(self).edit(f"Block {self.name_of(picked)}", "task.block", ids, reason, lost=lost)
            return None
        other, rest, wrong = adding.link(bench(self), ids, text)
        if not wrong:
            bench(self).edit(f"Link {self.name_of(picked)}", adding.link_all, ids, other, rest, lost=lost)
        return wrong or None
