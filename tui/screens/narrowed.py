"""A list that is narrowed by a filter, while that is typed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from models import db
from models.windows.window import Condition, Window
from tui.screens.looks import Looks
from tui.view import bench
from tui.widgets.prompt import Prompt, Question

if TYPE_CHECKING:
    from models.filters.vocabulary import Vocabulary

Left = TypeVar("Left")
AT_ONCE = 0.01  # seconds that a letter of a filter may wait for what is left
WAITING = "…"  # until it is known how much a filter leaves


class Narrowed(Looks):
    """The filter of a list, and going from one match to the next."""

    empty: ClassVar[str] = ""  # what stands in the place of rows where there is none without a filter
    sought: str = ""  # the last filter, for n and N

    def __init__(self) -> None:
        super().__init__()
        self.wanted: dict[str, Condition] = {}  # what the filter means, by kind of record

    def window(self) -> Window:
        """The rows to show, filter and order applied."""
        raise NotImplementedError

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """What a filter may ask, by kind of record."""
        return {}

    def hits(self, text: str) -> set[int]:
        """The rows that a filter means, without those that only stand above one."""
        before, self.wanted = self.wanted, self.meant(text)
        try:
            return set(self.window().rows)
        finally:
            self.wanted = before

    def meant(self, text: str) -> dict[str, Condition]:
        """What a filter means for each kind of record here. Raises Unclear."""
        from models.filters.meaning import conditions

        return conditions(bench(self).desk.conn, text, self.vocabularies)

    @property
    def nothing(self) -> str:
        """What stands in the place of rows, and why there are none."""
        if self.text:
            return f"Nothing here fits /{self.text} · esc shows all"
        return self.empty if bench(self).front is None else "Nothing here in the client view"

    # While it is typed

    async def act_filter(self) -> None:
        """Narrows the list while it is typed; empty shows all again."""
        from models.filters.completing import complete

        before = self.text
        names = cache(bench(self).names)  # as long as the line is open
        vocabularies = list(self.vocabularies.values())
        question = Question(
            "/", self._filtered, before, changed=self.filter_by, left=partial(self._filtered, before),
            offer=lambda text: complete(text, vocabularies, names), passing=True,
        )  # fmt: skip
        await self.shell.ask(question)
        self.begin_filter()

    def begin_filter(self) -> None:
        """A filter is going to be typed: what its letters are looked for in may be read."""

    def end_filter(self) -> None:
        """The line is closed again."""

    def act_next_match(self) -> None:
        self._go_to_match(1)

    def act_previous_match(self) -> None:
        self._go_to_match(-1)

    def act_back(self) -> bool:
        """Lets go of the filter."""
        if not self.text:
            return False
        self.filter_by("")
        return True

    def _go_to_match(self, step: int) -> None:
        """The next row that fits the last filter, round the end; also when all rows are shown again."""
        if not self.sought:
            self.shell.say("Nothing was sought yet: / filters")
            return
        hits = self.hits(self.sought)
        order = self.lines.window.rowids
        count = len(order)
        places = ((self.lines.cursor + step * (n + 1)) % count for n in range(count))
        found = next((at for at in places if order[at] in hits), None)
        if found is None:
            self.shell.say(f"Nothing shown fits “{self.sought}”")
        else:
            self.lines.go_to(order[found])

    def _filtered(self, text: str) -> str | None:
        self.filter_by(text)
        self.end_filter()
        return None

    def filter_by(self, text: str) -> str:
        """Narrows the list; what is shown stays while the text is not clear. Raises Unclear."""
        wanted = self.meant(text)
        text = text.strip()
        if text != self.text:
            self.text, self.sought, self.wanted = text, text or self.sought, wanted
            self.lines.empty = self.nothing
            self.narrow()
            self.show_tabs()
            self.shell.retitle()  # at once: drawn together with what is left
        return self.told()

    def soon(self, left: Callable[[], Left]) -> Left | None:
        """What is read on the screen's thread; nothing where it takes so long that a key would wait."""
        with suppress(sqlite3.OperationalError), db.at_most(bench(self).desk.conn, AT_ONCE):
            return left()
        return None

    def narrow(self) -> None:
        """Shows what the filter leaves."""
        self.reload()

    def told(self) -> str:
        """How much the filter leaves."""
        return f"{len(self.lines.window):,} shown"

    def tell_shown(self) -> None:
        """Says it where the filter was typed, when that had to wait."""
        for prompt in self.shell.query(Prompt):
            if (
                prompt.question is not None
                and prompt.question.done == self._filtered
                and prompt.said.startswith(WAITING)
            ):
                prompt.tell()
