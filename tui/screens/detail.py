"""The detail pane: one record as a form of lines, every field editable in place, with its links and its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from textwrap import wrap
from time import monotonic, time
from typing import NamedTuple

from textual.timer import Timer

from models.feed import Changes
from tui import finding, opening
from tui.links import link
from tui.screens import adding, form
from tui.screens.base import copy
from tui.screens.form import ADD, FIELDS, HEAD, LINK, MORE, OPEN, PAST, TITLE
from tui.unsaved import Of
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row, lay_out
from tui.widgets.lines import LineList
from tui.widgets.messages import Edited

CALM = 0.12  # seconds without another record before a new one is read while the cursor runs
LINES = 8  # that a text gets; e and y have the whole
PARTS = ("dependency", "assignment", "attachment")  # what a line of them deletes


class Line(NamedTuple):
    """A line of the form with its number, which stays the same as long as the line is there. A text that needs several
    lines is the first one's; each shows a part of it."""

    row: int
    what: int
    label: str
    text: str
    field: str
    kind: str
    id: str
    shown: str
    goes_on: bool


class Form:
    """The reader behind the pane: the lines of one record by their numbers."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self._numbers: dict[tuple[object, ...], int] = {}

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [self.lines[at] for at in rowids if at in self.lines]

    def cell(self, rowid: int, field: str) -> tuple[str, Of | None]:
        """What a line is called, and the field that it shows."""
        line = self.lines[rowid]
        return self.label_of(line), Of(line.kind, [line.id], line.field)

    def label_of(self, line: Line) -> str:
        from models.kinds import KINDS

        label = KINDS[line.kind].field(line.field).label if line.what in FIELDS else line.label
        title = next((one.text for one in self.lines.values() if one.what in (HEAD, TITLE)), "")
        return f"{label} of {title}"

    def fill(self, drafts: Iterable[form.Draft], cells: int) -> None:
        """Texts go over as many lines of so many cells as they need."""
        self.lines = {}
        for draft in drafts:
            first, *more = _folded(draft.text, cells)
            self._add(draft, first)
            for at, part in enumerate(more):
                self._add(draft._replace(label="", text=""), part, at)

    def _add(self, draft: form.Draft, shown: str, rest: int | None = None) -> None:
        key = (draft.what, draft.field, draft.kind, draft.id, rest)
        number = self._numbers.setdefault(key, len(self._numbers))
        self.lines[number] = Line(number, *draft, shown, rest is not None)

    def first_of(self, number: int) -> Line | None:
        """The line of this number, or the one that it goes on with."""
        found = None
        for line in self.lines.values():
            found = found if line.goes_on else line
            if line.row == number:
                return found
        return None


def _folded(text: str, cells: int) -> list[str]:
    if len(text) <= cells and "\n" not in text:
        return [text]
    found = [part for line in text.splitlines() for part in wrap(line, cells) or [""]]
    return found if len(found) <= LINES else [*found[: LINES - 1], f"{found[LINES - 1]} …"]


def _label(row: Row) -> Cell:
    return row[2], {
        HEAD: "strong",
        TITLE: "strong",
        PAST: "dim",
        LINK: "accent",
        MORE: "accent",
        ADD: "accent",
    }.get(row[1], "dim")


def _text(row: Row) -> Cell:
    return row[7], {HEAD: "strong", TITLE: "strong", ADD: "dim", MORE: "dim"}.get(row[1], "")


class Detail(LineList):
    """Shows one record. Only what is set is listed; the last line shows all there could be."""

    def __init__(self) -> None:
        self.form = Form()
        columns = [
            Column("label", "", _label, width=15),
            Column("text", "", _text, min_width=16, editable="text", edit_text=lambda row: row[3],
                   choices=self._choices, foresee=self._foresee, link=lambda row: link(row[4], row[3])),
        ]  # fmt: skip
        super().__init__(columns, self.form, empty="")
        self.kind = self.rec = ""
        self.all = False
        self.trail: list[tuple[str, str]] = []
        self._shown_at = 0.0
        self._soon: Timer | None = None

    # What views call

    def show(self, kind: str, rec: str) -> None:
        """Shows another record, unless a cell of this one is being typed in; while the cursor runs, when it rests."""
        if self.editing or (kind, rec) == (self.kind, self.rec):
            return
        self.kind, self.rec, self.all = kind, rec, False
        self.trail.clear()
        since, self._shown_at = monotonic() - self._shown_at, monotonic()
        if self._soon is not None:
            self._soon.stop()
        if since > CALM:
            self.reload(top=True)
        else:
            self._soon = self.set_timer(CALM, partial(self.reload, top=True))

    def reload(self, top: bool = False) -> None:
        """Reads the record again; nothing before the kinds are loaded, a moment after the first paint."""
        app = bench(self)
        if not app.desk.loaded or not self.is_on_screen or not self.is_attached:
            return
        if self.kind == "why" and app.front is None:  # it computes two schedules
            self.run_worker(partial(self._read, self.rec, top), thread=True, exclusive=True,
                            group="why", exit_on_error=False)  # fmt: skip
            return
        ours = app.front is None
        drafts = form.lines(app.desk.conn, self.kind, self.rec, self.all, ours) if self.rec else ()
        self._fill(drafts, top)

    def _read(self, rec: str, top: bool) -> None:
        app, since = bench(self), time() - form.MOVED_DAYS * 86_400
        with closing(app.desk.reader()) as conn:
            found = app.desk.planner.why(conn, rec, int(since * 1000))
            drafts = list(form.why_lines(conn, rec, found))
        app.call_from_thread(self._fill_behind, rec, drafts, top)

    def _fill_behind(self, rec: str, drafts: Sequence[form.Draft], top: bool) -> None:
        if (self.kind, self.rec) == ("why", rec):
            self._fill(drafts, top)

    def _fill(self, drafts: Iterable[form.Draft], top: bool) -> None:
        self.form.fill(drafts, lay_out(self.columns, self.size.width - 1)[-1].width)
        self.set_window(list(self.form.lines))
        if top and not self.editing:
            self.act_top()

    def on_changes(self, changes: Changes) -> None:
        if changes.fields:
            self.reload()

    @property
    def is_on_screen(self) -> bool:
        return self.size.height > 0

    def on_show(self) -> None:
        self.reload()

    def on_resize(self) -> None:
        self.reload()

    # Actions

    def act_edit(self) -> object:
        line = self._line_here()
        if line is None or line.what not in FIELDS:
            return self.act_open()
        return self._type_long(line) if self._is_long(line) else self.edit_cell(line.row)

    def act_open(self) -> object:
        """Enter edits a field, opens a link, asks for what is added, or shows all fields."""
        line = self._line_here()
        if line is None:
            return None
        if line.what in FIELDS:
            return self.act_edit()
        if line.what == ADD and line.field == OPEN:
            opening.open_attached(bench(self), line.id)
        elif line.what == ADD:
            return bench(self).shell.ask(adding.question(self, line.field, line.kind, line.id))
        elif line.what == LINK and line.id:
            self.trail.append((self.kind, self.rec))
            self._turn_to(line.kind, line.id)
        elif line.what == MORE:
            self.all = not self.all
            self.reload()
        return None

    def act_copy(self) -> None:
        """Label and text of the marked lines."""
        copy(self)

    def act_mark_internal(self) -> None:
        """The record that is shown."""
        app = bench(self)
        for kind, rec in app.markable([(self.kind, self.rec)]):
            app.mark(f"“{form.shown_title(app.desk.conn, kind, rec)}”", [(kind, rec)])

    def act_delete(self) -> object:
        """The link or assignment under the cursor, else the record that is shown."""
        line = self._line_here()
        if line is not None and line.what == LINK and line.kind in PARTS:
            bench(self).edit(
                f"Remove {line.label} “{line.text.strip()}”", "record.delete", line.kind, line.id
            )
        elif line is not None and line.what == LINK:
            bench(self).shell.say("Open it with enter to delete it")
        elif self.kind in ("conflict", "operation", "baseline", "baseline_task"):
            bench(self).shell.say("This is part of the record and is never deleted")
        elif self.rec:
            from tui.screens.deleting import Deleting

            return Deleting(self, [(self.kind, self.rec)], self.kind.replace("_", " "), self.act_back).begin()
        return None

    def act_back(self) -> bool:
        if super().act_back():
            return True
        if self.trail:
            self._turn_to(*self.trail.pop())
            return True
        return False

    def act_left(self) -> bool:
        """As esc: nothing is folded here."""
        return self.act_back() or bench(self).shell.act_back()

    def on_line_list_edited(self, event: Edited) -> None:
        event.stop()
        line = self.form.lines.get(event.rowid)
        if line is not None and line.what in FIELDS:
            self._write(line, event.text, partial(self._refused, line, event))

    # Inside

    def _turn_to(self, kind: str, rec: str) -> None:
        self.kind, self.rec = kind, rec
        self.reload(top=True)

    def _line_here(self) -> Line | None:
        at = self.cursor_rowid
        return self.form.first_of(at) if at is not None else None

    def _write(self, line: Line, text: str, lost: finding.Lost) -> None:
        bench(self).edit_typed(self.form.label_of(line), line.kind, [line.id], line.field, text, lost)

    def _refused(self, line: Line, event: Edited, why: str) -> None:
        """What was typed comes back in its line, or, where that is not shown any more, on a page of its own."""
        if not event.refuse():
            self.run_worker(self._type_long(line, event.text))

    async def _type_long(self, line: Line, text: str | None = None) -> None:
        def keep(typed: str) -> None:
            if self._now(line) != line.text:
                bench(self).shell.say(
                    "It was changed meanwhile; yours is saved over that, u takes yours back", "warn"
                )
            self._write(line, typed, lambda why: self.run_worker(self._type_long(line, typed)))

        of = Of(line.kind, [line.id], line.field)
        await bench(self).shell.type_text(self.form.label_of(line), line.text, keep, text, of)

    def _now(self, line: Line) -> str:
        sql = f"SELECT {line.field} FROM {line.kind} WHERE id=?"
        row = bench(self).desk.conn.execute(sql, (line.id,)).fetchone()
        return str(row[0] or "") if row else ""

    def _is_long(self, line: Line) -> bool:
        from models.kinds import KINDS

        return KINDS[line.kind].field(line.field).type in ("note", "json")

    def _foresee(self, row: Row) -> Callable[[str], str] | None:
        from tui.screens.foreseeing import of_task

        return of_task(self, [row.id], row.field) if row.what in FIELDS and row.kind == "task" else None

    def _choices(self, row: Row) -> Sequence[str]:
        """What can be typed into the field of a line."""
        if row.what not in FIELDS:
            return ()
        from models.kinds import KINDS

        field, app = KINDS[row.kind].field(row.field), bench(self)
        if field.type == "flag":
            return ("yes", "no")
        if field.refers == "task":
            return finding.tasks(app.desk.conn, app.project)
        if field.refers == "member" or field.name == "who":
            return finding.members(app.desk.conn)
        return app.names(field.refers) if field.refers else field.choices
