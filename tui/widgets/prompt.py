"""One line at the bottom to type into: quick capture, a filter, a date. It lies over the footer, not over
the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from models.errors import Unclear
from tui.unsaved import Of, Unsaved
from tui.widgets.ahead import caught_up
from tui.widgets.cells import fit, plain
from tui.widgets.editor import Completion
from tui.widgets.field import Field

if TYPE_CHECKING:
    from models.filters.completing import Offer

PUT_BY = "it was put by; an empty line throws it away"
LEAST = 30  # cells that a text keeps before a note goes above it
GROWS = 24  # cells for what is typed next, and what is offered behind it


@dataclass(slots=True)
class Question:
    """What is asked, and who is told.

    `changed(text)` is called at every key and may return a note to show beside the text (what a date would
    move). `done(text)` may return what is wrong: then the line stays open with the text in it. `left()` is
    called on esc. `names` are completed as they are typed, or what `offer(text)` says of the text before the
    cursor. `done` and `changed` may raise Unclear: its place is marked in the text. `typed` is what was typed before,
    where that is not `value`; `of` the records and the field that the answer goes into; what is `passing` is not kept
    while it is typed. Where `value` is an `example`, what is typed takes its place.
    """

    label: str
    done: Callable[[str], str | None]
    value: str = ""
    note: str = ""
    changed: Callable[[str], str | None] | None = None
    left: Callable[[], object] | None = None
    names: Sequence[str] = ()
    offer: Callable[[str], Offer] | None = None
    typed: str | None = None
    of: Of | None = None
    passing: bool = False
    example: bool = False


class Offered(Suggester):
    """Shows the first of what is offered behind what is typed."""

    def __init__(self, offer: Callable[[str], Offer]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.offer = offer

    async def get_suggestion(self, value: str) -> str | None:
        found = self.offer(value)
        typed = value[found.at :].casefold()
        first = next((word for word in found.words if typed and word.casefold().startswith(typed)), None)
        return value + first[len(typed) :] if first else None


class Place(Highlighter):
    """Marks the place of a mistake."""

    at = end = 0

    def highlight(self, text: Text) -> None:
        text.stylize("underline reverse", self.at, self.end)


class Prompt(Vertical):
    """Asks one question at a time. Losing the focus ends nothing; up and down bring what was typed before. A note
    stands behind the text, or above it where it would be cut. What was put by is in the line when it is asked again,
    until that is answered."""

    DEFAULT_CSS = """
    Prompt {
        display: none;
        height: auto;
        background: $surface-lighten-1;
        & > #prompt-above { height: auto; max-height: 4; padding: 0 1; color: $text-warning; display: none; }
        & > Horizontal { height: 1; }
        & #prompt-label {
            width: auto;
            max-width: 60%;
            padding: 0 1;
            text-style: bold;
            color: $text-primary;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & Input {
            width: 1fr;
            min-width: 12;
            height: 1;
            border: none;
            padding: 0;
            background: $surface-lighten-1;
        }
        & Input:focus { border: none; background-tint: initial; }
        & #prompt-note { width: 0; padding: 0 1; color: $text-warning; }
    }
    """

    class Closed(Message):
        """The question was answered or left."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.question: Question | None = None
        self._history: dict[str, list[str]] = {}
        self.aside: list[Unsaved] = []  # what was put by
        self._back = 0
        self._place = Place()
        self.said = self._above = ""
        self._wide = 0  # cells of the note

    def compose(self) -> ComposeResult:
        yield Static("", id="prompt-above", markup=False)
        with Horizontal():
            yield Static("", id="prompt-label", markup=False)
            field = Field(compact=True, select_on_focus=False, highlighter=self._place)
            field.cursor_blink = False
            yield field
            yield Static("", id="prompt-note", markup=False)

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    @property
    def unsaved(self) -> bool:
        """Whether something is typed that was not there when it was asked."""
        return self.question is not None and self.field.value.strip() != self.question.value.strip()

    def typed(self) -> Unsaved | None:
        """What is typed and saved nowhere yet."""
        question = self.question
        if question is None or question.passing or not self.unsaved:
            return None
        return Unsaved(question.label, self.field.value, question.of)

    def ask(self, question: Question) -> None:
        """Open with this question; one that is open is left first."""
        if self.question is not None:
            self.leave()
        self.question, self._back = question, 0
        self._bring_back(question)
        room = (self.size.width or self.screen.size.width) * 6 // 10 - 2
        self.query_one("#prompt-label", Static).update(_within(plain(question.label), room))
        self.field.value = question.value if question.typed is None else question.typed
        whole = len(self.field.value)
        self.field.selection = Selection(0 if question.example else whole, whole)
        self.field.suggester = (
            Offered(question.offer)
            if question.offer
            else Completion(question.names)
            if question.names
            else None
        )
        self.mark()
        self.display = True
        self.note(question.note)
        self.screen.set_focus(self.field, scroll_visible=False)  # at once: keys typed ahead are text

    def note(self, text: str) -> None:
        """Beside the text where there is room for both, else above."""
        self.said = text
        text, label = plain(text), self.question.label if self.question else ""
        width = self.size.width or self.screen.size.width  # it was not laid out yet
        room = max(LEAST, cell_len(self.question.value) + 1) if self.question else LEAST
        beside = cell_len(text) + min(cell_len(label), width * 6 // 10) + room <= width
        typed = cell_len(label) + cell_len(self.field.value) + GROWS
        least = width // 3 if self.question and self.question.changed else 0
        self._beside(text if beside else "", least if beside else 0, width - typed)
        above = self.query_one("#prompt-above", Static)
        if text != self._above and not beside:
            above.update(text)
        self._above = "" if beside else text
        above.display = not beside

    def _beside(self, text: str, least: int, spare: int) -> None:
        """A note keeps its width while what is typed leaves so much to spare, and has `least` from the beginning: the
        screen is not laid out anew at every key."""
        note, before = self.query_one("#prompt-note", Static), self._wide
        kept = min(max(before, least), spare) if text or least else 0
        self._wide = max(cell_len(text) + 2 if text else 0, kept)
        if self._wide != before:
            note.styles.width = self._wide
        note.update(text, layout=self._wide != before)

    def mark(self, at: int = 0, end: int = 0) -> None:
        """Shows where a mistake is; nothing without a place."""
        if (at, end) != (self._place.at, self._place.end):
            self._place.at, self._place.end = at, end
            self.field.refresh()

    def forget(self) -> None:
        """What was typed before is not offered any more."""
        self._history.clear()

    def put_by(self, one: Unsaved) -> None:
        """Has it in the line whenever this is asked, in the place of what was put by there."""
        self.aside = [
            *(other for other in self.aside if other.label != one.label),
            *([one] if one.text.strip() else []),
        ]

    def _bring_back(self, question: Question) -> None:
        found = next((one.text for one in self.aside if one.label == question.label), None)
        if found is not None and question.typed is None and not question.value:
            question.typed, question.note = found, PUT_BY

    def _take_up(self, question: Question) -> list[Unsaved]:
        """It is answered: what was put by is no more, unless the answer is refused."""
        taken = [one for one in self.aside if one.label == question.label]
        self.aside = [one for one in self.aside if one not in taken]
        return taken

    def _remember(self, label: str, text: str) -> None:
        if text:
            past = self._history.setdefault(label, [])
            past[:] = [*(one for one in past if one != text), text][-50:]

    async def act_done(self) -> None:
        await caught_up(self.field)
        question, text = self.question, self.field.value
        if question is None:
            return
        taken = self._take_up(question)
        try:
            wrong = question.done(text)
        except Unclear as error:
            wrong = str(error)
            self.mark(error.at, error.end)
        if wrong:
            self.aside += taken
            self.note(wrong)
        elif self.question is question:
            self._remember(question.label, text)
            self._close()

    async def act_leave(self) -> None:
        await caught_up(self.field, self)
        self.leave()

    def leave(self) -> None:
        """Close without an answer."""
        question = self.question
        if question is not None:
            for one in self._take_up(question):
                self.put_by(one._replace(text=self.field.value))
        self._close()
        if question is not None and question.left is not None:
            question.left()

    def act_older(self) -> None:
        self._recall(1)

    def act_newer(self) -> None:
        self._recall(-1)

    async def act_complete(self) -> None:
        """Takes the first of what is offered for the word before the cursor."""
        await caught_up(self.field)
        before, after = (
            self.field.value[: self.field.cursor_position],
            self.field.value[self.field.cursor_position :],
        )
        if self.question is not None and self.question.offer is not None:
            offer = self.question.offer(before)
            whole = before[: offer.at] + offer.words[0] if offer.words else before
        else:
            suggester = self.field.suggester
            whole = (suggester and not after and await suggester.get_suggestion(before)) or before
        self.field.value = whole + after
        self.field.cursor_position = len(whole)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.tell()

    def tell(self) -> None:
        """Says what is to be said of what is typed."""
        question, text = self.question, self.field.value
        if question is None:
            return
        place, wrong = (0, 0), False
        try:
            changed = None if question.note and text == question.typed else question.changed
            note = question.note if changed is None else changed(text) or ""
        except Unclear as error:
            note, place, wrong = str(error), (error.at, error.end), True
        offer = question.offer(text[: self.field.cursor_position]) if question.offer else None
        if offer is not None and offer.words:  # it is still being typed
            offered = "tab  " + " · ".join(offer.words[:8])
            note = f"{note}   {offered}" if note and not wrong else offered
            place = (0, 0) if place[1] >= self.field.cursor_position else place
        self.mark(*place)
        self.note(note)

    def _close(self) -> None:
        self.question = None
        self.display = False
        self.post_message(self.Closed())

    def _recall(self, step: int) -> None:
        past = self._history.get(self.question.label, []) if self.question else []
        back = max(0, min(self._back + step, len(past)))
        if back != self._back:
            self._back = back
            self.field.value = past[-back] if back else ""
            self.field.cursor_position = len(self.field.value)


def _within(label: str, room: int) -> str:
    """A question that is too long has the name in it cut, not what is asked."""
    before, quote, rest = label.partition("“")
    name, end, after = rest.rpartition("”")
    left = room - cell_len(f"{before}“”{after}")
    return f"{before}“{fit(name, left)}”{after}" if quote and end and 4 < left < cell_len(name) else label
