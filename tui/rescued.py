"""What was being typed when an application ended otherwise than by being quit, offered at the next start."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual import events
from textual.message import Message
from textual.timer import Timer

from models.errors import MilepostError
from tui import registry as places
from tui.beginning import Beginning
from tui.settings import KEY, SETTING
from tui.unsaved import BESIDE, NEW_TASK, Keeper, Of, Unsaved, task_of
from tui.widgets.prompt import Prompt, Question

SOON = 0.3  # seconds after a key until what is typed is kept
WHY = "was not saved when Milepost ended"


class Rescued(Beginning):
    """Milepost with a keeper of what is being typed."""

    keeper: Keeper
    _found: Sequence[Unsaved] = ()  # not yet offered
    _look: Timer | None = None
    _came = False  # a key, since the last look

    class Found(Message):
        """What was left unsaved."""

        def __init__(self, unsaved: Sequence[Unsaved]) -> None:
            super().__init__()
            self.unsaved = unsaved

    def look_for_unsaved(self) -> None:
        """Finds what was left; in a thread, after the first paint."""
        self.post_message(self.Found(self.keeper.open()))

    # While something is typed

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and self._is_typing():
            self._came = True
            if self._look is None:
                self._look = self.set_timer(SOON, self.keep_unsaved)
        await super().on_event(event)

    def exit(self, *args: Any, **more: Any) -> None:
        """Quit: what was typed is saved, or was let go; what was put by stays."""
        self.keeper.keep([*self._found, *self.shell.put_by()])
        super().exit(*args, **more)

    def _is_typing(self) -> bool:
        return self.shell.places()[0] in (places.EDIT, places.PROMPT, places.TEXT)

    def keep_unsaved(self) -> None:
        """What is typed now is kept, what is saved by now no more."""
        if self._look is not None:
            self._look.stop()
        if self.ending:
            return
        # a key that came may not have been handled yet: then the next look sees what it typed
        self._look = self.set_timer(SOON, self.keep_unsaved) if self._came else None
        self._came = False
        try:
            self.keeper.keep(self._unsaved())
        except Exception as error:  # the typing goes on
            self.report(error)
        if self._found and not self._is_typing():
            self.call_next(self.offer_unsaved)

    def put_off(self) -> None:
        """Ends all typing: what is typed in cells and on pages is kept, and in a line at the bottom offered again when
        no client looks on."""
        self.shell.keep_typed()
        self._found = [*self.shell.typed(), *self._found]
        for prompt in self.shell.query(Prompt):
            if prompt.question is not None:
                prompt.leave()

    # At the next start

    async def on_rescued_found(self, message: Found) -> None:
        self._found = message.unsaved
        await self.offer_unsaved()

    async def offer_unsaved(self) -> None:
        """The next of what was found, when nothing else is typed and no client looks on."""
        if not self._found or self.shell.typing() or self._bench.front is not None:
            return
        one, *self._found = self._found
        if one.of is not None and _is_known(one.of):
            await self._offer_field(one, one.of)
        elif one.of is not None and one.of.kind in (SETTING, KEY):
            await self.shell.ask(self._offer_setting(one, one.of))
        else:
            await self._offer_again(one)
        self.keeper.keep(self._unsaved())

    def _unsaved(self) -> list[Unsaved]:
        typed = self.shell.typed()
        labels = {one.label for one in typed}  # put by, and now being typed again
        return [*typed, *self._found, *(one for one in self.shell.put_by() if one.label not in labels)]

    async def _offer_field(self, one: Unsaved, of: Of, why: str = WHY) -> None:
        """Where it was typed: enter saves it, esc lets it go."""
        label = one.label.removesuffix(":").removesuffix(f" · {WHY}")  # of an offer that was killed, too

        def save(text: str) -> None:
            def again(wrong: str) -> None:
                self.run_worker(self._offer_field(one._replace(text=text), of, wrong))

            self._bench.edit_typed(label, of.kind, of.ids, of.field, text, again)

        if "\n" in one.text or _is_long(of):
            await self.shell.type_text(f"{label} · {why}", "", save, one.text, of)
        else:
            await self.shell.ask(
                Question(one.label, save, note=f"{why}: enter saves it", typed=one.text, of=of)
            )

    def _offer_setting(self, one: Unsaved, of: Of) -> Question:
        """A cell of the settings: enter sets it, esc leaves it as it is."""

        def save(text: str) -> str | None:
            keep = self.keep_setting if of.kind == SETTING else self.keep_key
            try:
                self.shell.say(keep(of.ids[0], text))
            except MilepostError as error:
                return str(error)
            return None

        return Question(one.label, save, note=f"{WHY}: enter saves it", typed=one.text, of=of)

    async def _offer_again(self, one: Unsaved) -> None:
        """What is to be made, or answers some question: esc puts it by, and it comes back where it is asked and at the
        next start."""
        question = self._question_of(one)
        question.typed, question.left = one.text, partial(self._say_put_by, question.label)
        await self.shell.ask(question)
        self.shell.query_one(Prompt).put_by(one._replace(label=question.label))

    def _question_of(self, one: Unsaved) -> Question:
        """The one that it answers."""
        from tui.capturing import LABEL, Capturing

        if one.of is not None and one.of.kind == NEW_TASK:
            return self._ask_task(one, one.of)
        if one.of is not None and one.of.kind == BESIDE:
            from tui.screens.adding import question as beside

            what, kind, rec = one.of.ids
            return beside(self.shell, what, kind, rec, why=f"{WHY}: enter saves it")
        if one.label == LABEL:
            return Capturing(self._bench).question(note=WHY)

        def keep(text: str) -> None:
            self.shell.query_one(Prompt).put_by(one._replace(text=text))
            self._say_put_by(one.label)

        return Question(one.label, keep, note=f"{WHY}: enter puts it by, to come back where this is asked")

    def _ask_task(self, one: Unsaved, of: Of, why: str = WHY) -> Question:
        """Where it was to be: enter makes it."""
        project, given = task_of(of)

        def save(text: str) -> None:
            def again(wrong: str) -> None:
                self.run_worker(self.shell.ask(self._ask_task(one._replace(text=text), of, wrong)))

            if name := text.strip():
                self._bench.edit(f"New task “{name}”", "outline.add_task", project, name, lost=again, **given)

        return Question(one.label, save, note=f"{why}: enter saves it", typed=one.text, of=of)

    def _say_put_by(self, label: str) -> None:
        text = next((one.text for one in self.shell.put_by() if one.label == label), "")
        if text:
            self.shell.say(f"“{text}” is not saved. It comes back at: {label.removesuffix(':')}")


def _is_known(of: Of) -> bool:
    from models.kinds import KINDS

    return of.kind in KINDS and of.field in KINDS[of.kind].fields


def _is_long(of: Of) -> bool:
    from models.kinds import KINDS

    return KINDS[of.kind].field(of.field).type in ("note", "json")
