"""How a list looks: its filter, order, headings and columns; and the views that are kept of that under a name.

They are personal and of this laptop, so they are settings and no records: which of them I like is nothing that a
colleague should receive, and a view may name what he cannot see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from models.errors import MilepostError
from tui.palette import Entry
from tui.settings import Saved
from tui.view import View
from tui.widgets.columns import Column
from tui.widgets.lines import LineList
from tui.widgets.prompt import Question
from tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from tui.preferred import Preferred

NO_SUCH = "This list has no view {}: ctrl+t keeps what it shows as one"


class Looks(View):
    """A view of a list that can be filtered, and, where it says by what, sorted and put under headings."""

    columns: ClassVar[Sequence[Column]] = ()
    sorts: ClassVar[Sequence[str]] = ()  # columns by which it can be sorted
    groups: ClassVar[Sequence[str]] = ()  # what it can be put under headings by
    text: str = ""  # of the filter
    sort: str = ""  # a column, with a minus in front downwards; empty: the list's own order
    group: str = ""
    chosen: tuple[str, ...] = ()  # columns; empty: those that fit
    tab: str = ""  # the saved view that was shown last

    @property
    def lines(self) -> LineList:
        return self.query_one(LineList)

    def reload(self) -> None:
        """Shows the rows anew."""
        raise NotImplementedError

    def filter_by(self, text: str) -> str:
        """Narrows the list. Raises Unclear."""
        raise NotImplementedError

    # The look

    def look(self) -> Saved:
        return Saved(self.text, self.sort, self.group, self.chosen)

    def take(self, look: Saved) -> None:
        """Shows the list so; what of it the list does not have counts as not set. Raises Unclear."""
        keys = [column.key for column in self.columns]
        self.sort = look.sort if look.sort.lstrip("-") in self.sorts else ""
        self.group = look.group if look.group in self.groups else ""
        self.chosen = tuple(key for key in look.columns if key in keys)
        self.lines.set_columns(
            [c for key in self.chosen for c in self.columns if c.key == key] or self.columns
        )
        if look.filter != self.text:
            self.filter_by(look.filter)
        self.relook()

    def relook(self) -> None:
        """The order, the headings or the columns are others."""
        self.reload()
        self.show_tabs()
        self.post_message(self.Retitled())

    def show_tabs(self) -> None:
        """The line above the list, and which view it is."""
        names = list(self._views())
        self.tab = self.tab if self.tab in names else ""
        changed = bool(self.tab) and self._views()[self.tab] != self.look()
        for tabs in self.query(Tabs):
            tabs.fill(names, self.tab, changed)

    async def act_sort(self) -> None:
        """Chooses the column; the same one again turns the order round."""

        def by(key: str) -> None:
            self.sort = f"-{key}" if self.sort == key else "" if self.sort == f"-{key}" else key
            self.relook()

        labels = {column.key: column.label for column in self.columns}
        entries = [self._entry(f"Sort by {labels[key].lower()}", self._order(key), partial(by, key))
                   for key in self.sorts]  # fmt: skip
        await self._choose("sorted", entries)

    async def act_group(self) -> None:
        def by(key: str) -> None:
            self.group = key
            self.relook()

        entries = [
            self._entry(f"Group by {key}", "it is" if key == self.group else "", partial(by, key))
            for key in self.groups
        ]
        await self._choose(
            "put under headings", [*entries, self._entry("No groups", "", partial(by, ""))] if entries else []
        )

    async def act_columns(self) -> None:
        """Which columns there are, left to right; none: those that fit."""
        from models.filters.completing import Offer

        keys = [column.key for column in self.columns]

        def done(text: str) -> str | None:
            words = text.replace(",", " ").split()
            if unknown := [word for word in words if word not in keys]:
                return f"“{unknown[0]}” is no column. There are: {' '.join(keys)}"
            self.take(Saved(self.text, self.sort, self.group, tuple(dict.fromkeys(words))))
            return None

        def offer(text: str) -> Offer:
            word = text.replace(",", " ").rpartition(" ")[2]
            return Offer(len(text) - len(word), [key for key in keys if key.startswith(word)] if word else [])

        now = " ".join(self.chosen)
        await self.shell.ask(Question("Columns:", done, now, note=" ".join(keys), offer=offer))

    # Saved views

    def act_saved(self, number: int) -> None:
        """Shows the saved view with this number; 0 is the list as it comes."""
        names = list(self._views())
        if number > len(names):
            self.shell.say(NO_SUCH.format(number))
            return
        self.show_saved(names[number - 1] if number else "")

    def show_saved(self, name: str) -> None:
        try:
            self.tab = name
            self.take(self._views()[name] if name else Saved())
        except MilepostError as error:
            self.shell.say(f"View “{name}”: {error}", "bad")

    async def act_keep_view(self) -> None:
        """Keeps the filter, order, headings and columns under a name; the same name again keeps what is shown now."""
        await self.shell.ask(Question("Keep this view as:", self._keep, self.tab, note=self._told()))

    async def act_rename_view(self) -> None:
        if self._has_tab():
            await self.shell.ask(Question(f"View “{self.tab}” is called:", self._rename, self.tab))

    def act_forget_view(self) -> None:
        """The list goes on showing what it shows."""
        if self._has_tab():
            name, self.tab = self.tab, ""
            self._app.settings.set_view(self.name_in_registry, name, None)
            self.show_tabs()
            self.shell.say(f"View “{name}” is forgotten · ctrl+t keeps what is shown again")

    def view_entries(self) -> Iterable[Entry]:
        """For the palette."""
        for at, name in enumerate(self._views(), 1):
            key = f"g {at}" if at < 10 else ""
            yield Entry(
                f"View {name}", "A view that you kept of this list", key, partial(self.show_saved, name)
            )

    # Inside

    @property
    def _app(self) -> Preferred:
        return cast("Preferred", self.app)

    def _views(self) -> dict[str, Saved]:
        """None in the discreet view: their names and filters may be of anybody."""
        return {} if self._app.discreet else self._app.settings.views.get(self.name_in_registry, {})

    def _has_tab(self) -> bool:
        if not self.tab:
            self.shell.say("Show a saved view first: g 1 … g 9; ctrl+t keeps one")
        return bool(self.tab)

    def _keep(self, text: str) -> str | None:
        name = " ".join(text.split())
        try:
            self._app.settings.set_view(self.name_in_registry, name, self.look())
        except MilepostError as error:
            return str(error)
        self.tab = name
        self.show_tabs()
        number = list(self._views()).index(name) + 1
        where = f"g {number} or alt+{number} shows it" if number < 10 else "the palette shows it"
        self.shell.say(f"Kept as “{name}” · {where}")
        return None

    def _rename(self, text: str) -> str | None:
        name = " ".join(text.split())
        try:
            self._app.settings.rename_view(self.name_in_registry, self.tab, name)
        except MilepostError as error:
            return str(error)
        self.tab = name
        self.show_tabs()
        return None

    def _told(self) -> str:
        look = self.look().document()
        columns = look.pop("columns", [])
        parts = [f"{name} {value}" for name, value in look.items()]
        return (
            " · ".join([*parts, *([f"{len(columns)} columns"] if columns else [])]) or "the list as it comes"
        )

    def _order(self, key: str) -> str:
        return {key: "it is; again: downwards", f"-{key}": "it is, downwards; again: not"}.get(self.sort, "")

    def _entry(self, label: str, detail: str, run: partial[None]) -> Entry:
        return Entry(label, detail, "", run)

    async def _choose(self, what: str, entries: Sequence[Entry]) -> None:
        if entries:
            await self.shell.choose(entries)
        else:
            self.shell.say(f"This list cannot be {what}")
