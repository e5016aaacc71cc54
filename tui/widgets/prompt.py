"""One line at the bottom to type into: quick capture, a filter, a date. It lies over the footer, not over
the work."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.widgets.ahead import caught_up
from tui.widgets.cells import plain


@dataclass(slots=True)
class Question:
    """What is asked, and who is told.

    `changed(text)` is called at every key and may return a note to show beside the text (what a date would
    move). `done(text)` may return what is wrong: then the line stays open with the text in it. `left()` is
    called on esc.
    """

    label: str
    done: Callable[[str], str | None]
    value: str = ""
    note: str = ""
    changed: Callable[[str], str | None] | None = None
    left: Callable[[], object] | None = None


class Prompt(Horizontal):
    """Asks one question at a time. Losing the focus ends nothing; up and down bring what was typed before."""

    DEFAULT_CSS = """
    Prompt {
        display: none;
        height: 1;
        background: $surface-lighten-1;
        & > #prompt-label { width: auto; padding: 0 1; text-style: bold; color: $text-primary; }
        & > Input {
            width: 1fr;
            min-width: 12;
            height: 1;
            border: none;
            padding: 0;
            background: $surface-lighten-1;
        }
        & > Input:focus { border: none; background-tint: initial; }
        & > #prompt-note { width: auto; max-width: 50%; padding: 0 1; color: $text-warning; }
    }
    """

    class Closed(Message):
        """The question was answered or left."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.question: Question | None = None
        self._history: dict[str, list[str]] = {}
        self._back = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="prompt-label", markup=False)
        field = Input(compact=True, select_on_focus=False)
        field.cursor_blink = False
        yield field
        yield Static("", id="prompt-note", markup=False)

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    def ask(self, question: Question) -> None:
        """Open with this question; one that is open is left first."""
        if self.question is not None:
            self.leave()
        self.question, self._back = question, 0
        self.query_one("#prompt-label", Static).update(plain(question.label))
        self.field.value = question.value
        self.field.cursor_position = len(question.value)
        self.note(question.note)
        self.display = True
        self.screen.set_focus(self.field, scroll_visible=False)  # at once: keys typed ahead are text

    def note(self, text: str) -> None:
        self.query_one("#prompt-note", Static).update(plain(text))

    async def act_done(self) -> None:
        await caught_up(self.field)
        question, text = self.question, self.field.value
        if question is None:
            return
        wrong = question.done(text)
        if wrong:
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
        self._close()
        if question is not None and question.left is not None:
            question.left()

    def act_older(self) -> None:
        self._recall(1)

    def act_newer(self) -> None:
        self._recall(-1)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.question is not None and self.question.changed is not None:
            self.note(self.question.changed(event.value) or "")

    def _close(self) -> None:
        self.question = None
        self.display = False
        self.post_message(self.Closed())

    def _remember(self, label: str, text: str) -> None:
        if text:
            past = self._history.setdefault(label, [])
            past[:] = [*(one for one in past if one != text), text][-50:]

    def _recall(self, step: int) -> None:
        past = self._history.get(self.question.label, []) if self.question else []
        back = max(0, min(self._back + step, len(past)))
        if back != self._back:
            self._back = back
            self.field.value = past[-back] if back else ""
            self.field.cursor_position = len(self.field.value)
