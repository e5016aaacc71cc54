"""The settings: what is set, edited in place; the keys of every action; the saved views."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.widget import Widget
from textual.widgets import Static

from models.errors import MilepostError
from models.filters.lines import Line as Said
from models.filters.lines import left
from models.filters.vocabulary import SETTINGS as TOLD
from models.filters.vocabulary import Vocabulary
from models.windows.window import Window
from tui.finding import Lost
from tui.screens.base import ListView, Picked
from tui.settings import FILE, KEY, SETTING, SETTINGS
from tui.unsaved import Of
from tui.view import bench
from tui.widgets.cells import plain
from tui.widgets.columns import Cell, Column, Row

WRONG, VIEW = "wrong", "view"


class Line(NamedTuple):
    """`id` is the setting's key, the action's id or list and name of a view; `own` says that it was set."""

    row: int
    kind: str
    id: str
    label: str
    value: str
    help: str
    own: bool
    choices: tuple[str, ...] = ()


class Explained(Static):
    """The whole of a line, in words."""

    DEFAULT_CSS = "Explained { padding: 0 1; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, kind: str, rec: str) -> None:
        pass

    def explain(self, line: Line | None, path: str) -> None:
        if line is None:
            self.update("")
            return
        choices = f"One of: {', '.join(line.choices)}" if line.choices else ""
        told = [line.label, line.help, choices, TWIN.get(line.kind, "").format(line.id), f"Kept in {path}"]
        self.update("\n\n".join(plain(part) for part in told if part))

    def reload(self) -> None:
        pass

    def on_changes(self, changes: Any) -> None:
        pass


TWIN = {
    SETTING: "As a command: milepost settings {} VALUE",
    KEY: "As a command: milepost settings keys.{} KEYS. It holds from the next start on; empty: its own.",
    VIEW: "As a command: milepost settings views.{}.filter TEXT",
}


def _label(row: Row) -> Cell:
    mark = {WRONG: "▲ ", KEY: "key ", VIEW: "view "}.get(row.kind, "")
    return f"{mark}{row.label}", "bad" if row.kind == WRONG else "strong" if row.kind == SETTING else ""


def _value(row: Row) -> Cell:
    return row.value or "–", "" if row.own else "dim"


class SettingsView(ListView):
    name_in_registry = "settings"
    for_client = True
    vocabularies: ClassVar[dict[str, Vocabulary]] = TOLD
    columns: ClassVar[Sequence[Column]] = [
        Column("label", "Setting", _label, ratio=2, min_width=22),
        Column("value", "Value", _value, ratio=2, min_width=16, editable="value", edit_text=lambda row: row.value,
               choices=lambda row: row.choices),
        Column("help", "What it is", lambda row: (row.help, "dim"), ratio=4, min_width=20, drop=1),
    ]  # fmt: skip
    empty = "Nothing of that name. esc shows all settings"
    pane: Explained

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Line] = []

    def title_parts(self) -> Sequence[str]:
        return ("Milepost", "Settings" + (f" /{self.text}" if self.text else ""))

    def make_detail(self) -> Widget | None:
        self.detail = self.pane = Explained()
        return self.pane

    # The lines

    def window(self) -> Window:
        self.found = [line._replace(row=at) for at, line in enumerate(self._lines())]
        said = (
            Said(line.row, line.kind, line.id, f"{line.id} {line.label} {line.value} {line.help}")
            for line in self.found
        )
        return Window(array("q", left(bench(self).desk.conn, self.wanted, said)))

    def _lines(self) -> Iterator[Line]:
        app = bench(self)
        held = app.settings
        for at, text in enumerate(app.problems()):
            yield Line(0, WRONG, str(at), text, "", f"Correct it in {FILE}, or below", True)
        for key, one in SETTINGS.items():
            yield Line(0, SETTING, key, one.label, held[key], one.help, key in held.values, one.choices)
        for of, views in held.views.items() if app.front is None else ():
            for name, view in views.items():
                text = "  ".join(f"{part}:{value}" for part, value in view.document().items())
                yield Line(0, VIEW, f"{of}.{name}", f"{of}: {name}", text, "A saved view; X forgets it", True)
        for action in app.registry:
            keys = held.keys.get(action.id, action.keys)
            yield Line(0, KEY, action.id, action.id, keys, action.help, action.id in held.keys)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return [self.found[at] for at in rowids if at < len(self.found)]

    def record_of(self, row: Row) -> tuple[str, str]:
        return row.kind, row.id

    def seek(self, kind: str, rec: str) -> None:
        for line in self.found:
            if (line.kind, line.id) == (kind, rec):
                self.lines.go_to(line.row)

    def tell_detail(self) -> None:
        self.pane.explain(self.here(), str(bench(self).settings.path))

    def on_changes(self, changes: Any) -> None:
        """None of this is in the store."""

    def on_shown(self) -> None:
        self.reload()

    # Editing

    def open_row(self) -> None:
        """Enter types over the value."""
        self.lines.edit_cell(column="value")

    def cell(self, rowid: int, field: str) -> tuple[str, Of | None]:
        """A setting or the keys of an action."""
        line = self.found[rowid]
        return f"Keys of {line.label}" if line.kind == KEY else line.label, Of(line.kind, [line.id], field)

    def write(self, picked: Picked, field: str, text: str, lost: Lost = lambda why: None) -> None:
        said = ""
        try:
            for kind, id in picked:
                said = self._set(kind, id, text)
        except MilepostError as error:
            lost(str(error))
            self.app.call_after_refresh(self.shell.footer.say, str(error), "bad", 0)
        else:
            self.shell.say(said)
            self.reload()

    def _set(self, kind: str, id: str, text: str) -> str:
        app = bench(self)
        if kind == SETTING:
            return app.keep_setting(id, text)
        if kind == KEY:
            return app.keep_key(id, text)
        if kind == VIEW and not text:
            of, _, name = id.partition(".")
            app.settings.set_view(of, name, None)
            return f"Forgot the view “{name}”"
        return "Change a view where it is shown; X forgets it" if kind == VIEW else f"Correct it in {FILE}"

    def act_delete(self) -> None:
        self.write(self.picked(), "value", "")
        self.lines.clear_marks()
