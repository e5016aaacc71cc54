"""What the views over the store share: a list, its window, its detail, its edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual.app import ComposeResult
from textual.widget import Widget

from models.feed import Changes, brought_back
from models.windows.discreet import Front
from models.windows.window import Window
from tui.screens.narrowed import Narrowed
from tui.settings import Saved
from tui.unsaved import Of
from tui.view import bench
from tui.widgets.columns import Row
from tui.widgets.lines import LineList
from tui.widgets.messages import Edited, Moved, Opened
from tui.widgets.prompt import Question
from tui.widgets.tabs import Tabs
from tui.words import count

if TYPE_CHECKING:
    from tui.finding import Lost

Picked = Sequence[tuple[str, str]]
"""Kind and id of records."""


class Pane(Protocol):
    """What lies beside a list: about the row under the cursor."""

    def show(self, kind: str, rec: str) -> None: ...
    def reload(self) -> None: ...
    def on_changes(self, changes: Changes) -> None: ...


def copy(lines: LineList) -> None:
    """The marked rows of a list as text with tabs, into the terminal's clipboard."""
    app, number = bench(lines), len(lines.selected())
    app.copy_to_clipboard(lines.as_text())
    app.shell.say(f"Copied {count(number, 'row')}")


class ListView(Narrowed):
    """A view of one list over the store.

    `shows` says by table which fields move rows (then the window is run again); any other field of those tables
    redraws what is on screen; other tables are nothing to this view. A view that is not in front waits with that.
    """

    shows: ClassVar[dict[str, frozenset[str]]] = {}
    for_client: ClassVar[bool] = False  # whether it shows what it can in the discreet view; else nothing
    stale: bool = False

    def compose(self) -> ComposeResult:
        yield Tabs()
        yield LineList(self.columns, self, empty=self.empty)

    def make_detail(self) -> Widget | None:
        from tui.screens.detail import Detail

        self.detail: Pane
        self.detail = pane = Detail()
        return pane

    # What a view says of its list

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        """What the list shows of these rows."""
        raise NotImplementedError

    def record_of(self, row: Row) -> tuple[str, str]:
        """Kind and id of the record behind a row."""
        raise NotImplementedError

    def front(self) -> Front:
        """The client of what is under the cursor."""
        return self.front_of(bench(self).project)

    def open_row(self) -> None:
        """Enter on a row."""
        self.tell_detail()
        self.shell.open_detail()

    def act_right(self) -> bool:
        """Into the pane beside; `h` there comes back."""
        self.tell_detail()
        return self.shell.open_detail()

    # Loading

    def on_mount(self) -> None:
        self.show_tabs()
        self.reload()

    def on_shown(self) -> None:
        if self.stale:
            self.stale = False
            self.reload()
            self.post_message(self.Retitled())

    def resume(self) -> Callable[[Any], object]:
        """What brings this view, made anew, where it is now: its look, but for the filter, which may name somebody."""
        look, row = replace(self.look(), filter=""), self.here()
        record = self.record_of(row) if row is not None else ("", "")

        def again(view: ListView) -> None:
            if look != Saved():
                view.take(look)
            if record[0] and view.for_client:
                view.seek(*record)

        return again

    @property
    def in_front(self) -> bool:
        return self.shell.view is self

    def reload(self) -> None:
        """Runs the window again; the cursor stays on its record."""
        self.show_window()

    def show_window(self, *, kept: bool = False) -> None:
        """`kept` where no row holds anything else than before."""
        window = self.window() if self.for_client or bench(self).front is None else Window()
        self.lines.empty = self.nothing
        self.lines.set_window(window.rows, window.depths or None, kept=kept)
        self.tell_detail()

    def on_changes(self, changes: Changes) -> None:
        touched = [table for table in self.shows if changes.touches(table)]
        looked_on = bench(self).front is not None and bool(changes.fields)  # anything may hide, or be hidden
        if not (touched or looked_on) or not self.in_front:
            self.stale = self.stale or looked_on or bool(touched)
        elif looked_on or any(
            changes.touches(table, "", "deleted_at", *self.shows[table]) for table in touched
        ):
            self.reload()
            self.post_message(self.Retitled())
        else:
            self.lines.refresh_rows()
        self.detail.on_changes(changes)

    def here(self) -> Row | None:
        """The row under the cursor."""
        lines = self.lines
        return lines.window.row(lines.cursor) if len(lines.window) else None

    def picked(self) -> list[tuple[str, str]]:
        """Kind and id of the marked records, or of the one under the cursor."""
        return [self.record_of(row) for row in self.rows(self.lines.selected())]

    def selected_ids(self) -> list[str]:
        return [id for _, id in self.picked()]

    def seek(self, kind: str, rec: str) -> None:
        """Puts the cursor on a record, dropping the filter where it hides it."""
        row = self._row_of(kind, rec)
        if row is not None and not self.lines.go_to(row) and self.text:
            self.filter_by("")
            self.lines.go_to(row)

    def bring_back(self, upto: int) -> None:
        """Puts the cursor on what the operation of the change `upto` took out of the recycle bin: the next key is for
        that again."""
        window = self.lines.window
        for kind, rec in brought_back(bench(self).desk.conn, upto):
            row = self._row_of(kind, rec)
            at = window.index_of(row)
            shown = None if at is None else window.row(at)
            # records of other kinds have the same numbers
            if row is not None and shown is not None and self.record_of(shown) == (kind, rec):
                self.lines.go_to(row)
                return

    def _row_of(self, kind: str, rec: str) -> int | None:
        found = bench(self).desk.conn.execute(f"SELECT rowid FROM {kind} WHERE id=?", (rec,)).fetchone()
        return self.row_number(kind, found[0]) if found else None

    def row_number(self, kind: str, rowid: int) -> int:
        return rowid

    def front_of(self, project: str) -> Front:
        sql = "SELECT client_id FROM project WHERE id=?"
        row = bench(self).desk.conn.execute(sql, (project,)).fetchone()
        return Front(row[0] or "" if row else "", project)

    # Detail

    def on_line_list_moved(self, event: Moved) -> None:
        event.stop()
        if event.lines is self.lines:
            self.tell_detail()

    def tell_detail(self) -> None:
        row = self.here()
        self.detail.show(*(self.record_of(row) if row is not None else ("", "")))

    def on_line_list_opened(self, event: Opened) -> None:
        event.stop()
        self.open_row()

    # Editing

    def on_line_list_edited(self, event: Edited) -> None:
        event.stop()
        try:
            [row] = self.rows([event.rowid]) or [None]
            if row is not None:
                again = partial(self.type_again, event)
                self.write([self.record_of(row)], event.field, event.text, again)
        except Exception as error:
            self.app.call_later(bench(self).report, error)

    def type_again(self, event: Edited, why: str) -> None:
        """An edit was refused: its text comes back, in its cell if that is still shown."""
        if not (self.in_front and event.refuse()):
            self.run_worker(self.ask_for(event.field, event.field, event.text, why))

    def write(self, picked: Picked, field: str, text: str, lost: Lost = lambda why: None) -> None:
        """Writes typed text into one field of records of one kind."""
        if picked:
            of = _of(picked, field)
            bench(self).edit_typed(self._called(picked, field), of.kind, of.ids, field, text, lost)

    def cell(self, rowid: int, field: str) -> tuple[str, Of | None]:
        """What a cell is called, and the field of a record that it shows, if it is one."""
        from models.kinds import KINDS

        [row] = self.rows([rowid]) or [None]
        kind, id = self.record_of(row) if row is not None else ("", "")
        if kind not in KINDS:
            return f"{kind} {id}".strip() or field, None
        return self._called([(kind, id)], field), _of([(kind, id)], field)

    def _called(self, picked: Picked, field: str) -> str:
        what = field.removesuffix("_id").removesuffix("_minutes").replace("_", " ").capitalize()
        return f"{what} of {self.name_of(picked)}"

    def name_of(self, picked: Picked) -> str:
        """ "Lay cables", or "3 tasks"."""
        kind, id = picked[0]
        if len(picked) > 1:
            return f"{len(picked)} {kind if all(one == kind for one, _ in picked) else 'line'}s"
        row = bench(self).desk.conn.execute(f"SELECT name FROM {kind} WHERE id=?", (id,)).fetchone()
        return f"“{row[0]}”" if row else kind

    async def ask_for(
        self, label: str, field: str, value: str = "", note: str = "", names: Sequence[str] = (),
        picked: Picked | None = None, stands: str = "",
    ) -> None:  # fmt: skip
        """Asks for one value and writes it into the marked records; asks again when it is refused, with the `value`
        that was typed. What is typed takes the place of what `stands`, which enter leaves as it is."""
        chosen = picked or self.picked()
        if not chosen:
            self.shell.say("Nothing is under the cursor")
            return

        def again(text: str, why: str) -> None:
            self.run_worker(self.ask_for(label, field, text, why, names, chosen))

        def done(text: str) -> None:
            if not stands or text != stands:
                self.write(chosen, field, text, partial(again, text))

        label = label.replace("_", " ").capitalize()
        foreseen = self.foresee(chosen, field)
        changed = (lambda text: foreseen(text) or note) if foreseen else None
        question = Question(
            f"{label} of {self.name_of(chosen)}:", done, stands, note, names=names, changed=changed,
            of=_of(chosen, field), example=bool(stands), typed=value or None,
        )  # fmt: skip
        await self.shell.ask(question)

    def foresee(self, picked: Picked, field: str) -> Callable[[str], str] | None:
        """What typed text would do to the dates of the plan, where the field is one that moves them."""
        if picked[0][0] != "task":
            return None
        from tui.screens.foreseeing import of_task

        return of_task(self, [id for kind, id in picked if kind == "task"], field)

    def ask_once_more(self, question: Callable[[str, str], Question], text: str) -> Lost:
        """What to do when a verb refuses: the same question, with what was typed and why not."""

        def again(why: str) -> None:
            asked = question(text, why)
            asked.value, asked.typed = "", text  # it is saved nowhere yet
            self.run_worker(self.shell.ask(asked))

        return again

    def act_edit(self) -> object:
        """Where no cell can be typed in, the record beside the list."""
        if any(column.editable for column in self.lines.columns):
            return False
        self.open_row()
        return True

    def act_delete(self) -> object:
        """Into the recycle bin; `u` brings it back. Where other tasks move by it, that is said first."""
        if picked := self.picked():
            from tui.screens.deleting import Deleting

            return Deleting(self, picked, self.name_of(picked), self.lines.clear_marks).begin()
        return None

    def act_mark_internal(self) -> None:
        """For us only, so that the discreet view has it no more; what is, for the client."""
        if picked := bench(self).markable(self.picked()):
            bench(self).mark(self.name_of(picked), picked)
            self.lines.clear_marks()

    def act_copy(self) -> None:
        """The marked rows as tab-separated text, into the terminal's clipboard."""
        copy(self.lines)

    def act_excel(self) -> None:
        """What is shown, into an Excel file in the documents' folder."""
        from tui.screens.saving import save_rows

        self.run_worker(partial(save_rows, self), thread=True, exclusive=True, group="excel")


def _of(picked: Picked, field: str) -> Of:
    kind = picked[0][0]
    return Of(kind, [id for one, id in picked if one == kind], field)
