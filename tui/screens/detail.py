"""The detail pane: one record as a form of lines, every field editable in place, with its links and its history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from models.feed import Changes
from tui.screens.base import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.lines import LineList
from tui.widgets.messages import Edited, Opened
from tui.words import clock

if TYPE_CHECKING:
    from models.fields import Scalar
    from models.record import Kind

HEAD, FIELD, LINK, PAST, MORE = range(5)
HIDDEN = ("space", "deleted_at", "rank", "source_uid", "project_id", "segments")


class Line(NamedTuple):
    """A line of the form. FIELD: `field` of the record. LINK: the record (`kind`, `id`) that enter opens."""

    row: int
    what: int
    label: str
    text: str
    field: str
    kind: str
    id: str


class Form:
    """The reader behind the pane: the lines of one record."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        return [self.lines[at] for at in rowids if at < len(self.lines)]


def _label(row: Row) -> Cell:
    return row[2], {HEAD: "strong", PAST: "dim", LINK: "accent", MORE: "accent"}.get(row[1], "dim")


def _text(row: Row) -> Cell:
    text = str(row[3]).replace("\n", " ⏎ ")
    return text, {HEAD: "strong", PAST: "dim"}.get(row[1], "")


COLUMNS = [
    Column("label", "", _label, ratio=2, min_width=12),
    Column("text", "", _text, ratio=5, min_width=16, editable="text", edit_text=lambda row: row[3]),
]


class Detail(LineList):
    """Shows one record. Only what is set is listed; the last line shows all there could be."""

    def __init__(self) -> None:
        self.form = Form()
        super().__init__(COLUMNS, self.form, empty="")
        self.kind = self.rec = ""
        self.all = False
        self.trail: list[tuple[str, str]] = []

    def show(self, kind: str, rec: str) -> None:
        """Shows another record, unless a cell of this one is being typed in."""
        if self.editing or (kind, rec) == (self.kind, self.rec):
            return
        self.kind, self.rec, self.all = kind, rec, False
        self.trail.clear()
        self.reload()

    def reload(self) -> None:
        """Reads the record again; nothing before the kinds are loaded, a moment after the first paint."""
        app = bench(self)
        if not self.rec or not app.desk.loaded:
            return
        from models.kinds import KINDS

        self.form.lines = (
            list(_lines(app.desk.conn, KINDS[self.kind], self.rec, self.all)) if self.rec else []
        )
        self.set_window(range(len(self.form.lines)))

    def on_changes(self, changes: Changes) -> None:
        if changes.fields and self.is_on_screen:
            self.reload()

    @property
    def is_on_screen(self) -> bool:
        return self.size.height > 0

    def on_show(self) -> None:
        self.reload()

    def act_edit(self) -> bool:
        line = self._line_here()
        if line is None or line.what != FIELD:
            self.act_open()
            return True
        return super().act_edit()

    def act_open(self) -> None:
        """Enter edits a field, opens a link, or shows all fields."""
        line = self._line_here()
        if line is None:
            return
        if line.what == FIELD:
            super().act_edit()
        elif line.what == LINK and line.id:
            self.trail.append((self.kind, self.rec))
            self.kind, self.rec = line.kind, line.id
            self.reload()
            self.act_top()
        elif line.what == MORE:
            self.all = not self.all
            self.reload()

    def act_delete(self) -> None:
        bench(self).edit(f"Delete {self.kind}", "record.delete", self.kind, self.rec)

    def act_back(self) -> bool:
        if self.trail:
            self.kind, self.rec = self.trail.pop()
            self.reload()
            return True
        return super().act_back()

    def on_line_list_edited(self, event: Edited) -> None:
        event.stop()
        line = self.form.lines[event.rowid]
        if line.what != FIELD:
            return
        label = f"{line.label} of {self.form.lines[0].text}"
        bench(self).edit_typed(
            label, line.kind, [line.id], line.field, event.text.replace(" ⏎ ", "\n"), event.refuse
        )

    def on_line_list_opened(self, event: Opened) -> None:
        event.stop()

    def _line_here(self) -> Line | None:
        at = self.cursor_rowid
        return self.form.lines[at] if at is not None and at < len(self.form.lines) else None


def _lines(conn: sqlite3.Connection, kind: Kind, rec: str, all: bool) -> Iterator[Line]:
    rows = [*_record(conn, kind, rec, all), *_links(conn, kind.name, rec), *_past(conn, kind, rec)]
    for at, (what, label, text, field, link_kind, id) in enumerate(rows):
        yield Line(at, what, label, text, field, link_kind, id)


_Draft = tuple[int, str, str, str, str, str]


def _record(conn: sqlite3.Connection, kind: Kind, rec: str, all: bool) -> Iterator[_Draft]:
    values = _values(conn, kind, rec)
    if values is None:
        yield HEAD, kind.label, "not on this laptop", "", "", ""
        return
    yield HEAD, kind.label, str(values.get(kind.title) or ""), "", "", ""
    left = 0
    for name, field in [*kind.fields.items(), *((n, w.field) for n, w in kind.writers.items())]:
        text = _shown(conn, kind, rec, name, values)
        if name in HIDDEN or (name == "visibility" and not all):
            continue
        if text or all or name == kind.title:
            yield FIELD, field.label, text, name, kind.name, rec
        else:
            left += 1
    yield (
        MORE,
        "less" if all else f"+ {left} more",
        "enter shows only what is set" if all else "enter shows them",
        "",
        "",
        "",
    )


def _values(conn: sqlite3.Connection, kind: Kind, rec: str) -> dict[str, Scalar] | None:
    names = list(kind.fields)
    row = conn.execute(f"SELECT {', '.join(names)} FROM {kind.name} WHERE id=?", (rec,)).fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _shown(conn: sqlite3.Connection, kind: Kind, rec: str, name: str, values: dict[str, Scalar]) -> str:
    if name in kind.writers:
        return _written(conn, rec, name)
    field, value = kind.fields[name], values[name]
    if field.refers and value:
        from tui.commands.lookup import title

        return title(conn, field.refers, str(value))
    if value == field.default and not field.required:
        return ""  # what nobody chose is not worth a line
    return field.show(value)


def _written(conn: sqlite3.Connection, rec: str, name: str) -> str:
    from models.windows.tasks import task_rows

    row = conn.execute("SELECT rowid FROM task WHERE id=?", (rec,)).fetchone()
    [task] = task_rows(conn, [row[0]])
    text = {"start": task.start, "finish": task.finish, "status": task.status, "who": task.who}[name]
    return (text or "").replace("T", " ")


_LINKED = {
    "task": (
        ("after", "dependency", "SELECT d.id, t.name || '  ' || d.type FROM dependency d JOIN task t"
         " ON t.id=d.predecessor_id WHERE d.successor_id=? AND d.deleted_at IS NULL AND t.deleted_at IS NULL"),
        ("before", "dependency", "SELECT d.id, t.name || '  ' || d.type FROM dependency d JOIN task t"
         " ON t.id=d.successor_id WHERE d.predecessor_id=? AND d.deleted_at IS NULL AND t.deleted_at IS NULL"),
        ("assigned", "assignment", "SELECT a.id, coalesce(m.name, 'nobody') || coalesce('  ' || a.work_minutes/60 ||"
         " ' h', '') FROM assignment a LEFT JOIN member m ON m.id=a.member_id"
         " WHERE a.task_id=? AND a.deleted_at IS NULL"),
        ("baseline", "baseline_task", "SELECT r.id, 'no. ' || b.number || '  ' || coalesce(substr(r.start,1,10),'?') ||"
         " ' – ' || coalesce(substr(r.finish,1,10),'?') FROM baseline_task r JOIN baseline b ON b.id=r.baseline_id"
         " WHERE r.task_id=? ORDER BY b.number"),
    ),
    "project": (
        ("client", "client", "SELECT c.id, c.name FROM project p JOIN client c ON c.id=p.client_id WHERE p.id=?"),
        ("baseline", "baseline", "SELECT id, 'no. ' || number || '  ' || coalesce(name, '') FROM baseline"
         " WHERE project_id=? ORDER BY number"),
    ),
    "client": (
        ("project", "project", "SELECT id, name FROM project WHERE client_id=? AND deleted_at IS NULL ORDER BY name"),
    ),
}  # fmt: skip


def _links(conn: sqlite3.Connection, kind: str, rec: str) -> Iterator[_Draft]:
    for label, linked, sql in _LINKED.get(kind, ()):
        for id, text in conn.execute(sql, (rec,)):
            yield LINK, label, text, "", linked, id


def _past(conn: sqlite3.Connection, kind: Kind, rec: str) -> Iterator[_Draft]:
    from models.history import history

    lines = history(conn, rec)[-12:]
    if lines:
        yield HEAD, "History", "", "", "", ""
    for line in reversed(lines):
        field = kind.fields.get(line.field)
        what = (
            f"{field.label}: {field.show(line.old) or '–'} → {field.show(line.new) or '–'}"
            if field
            else line.label
        )
        yield PAST, clock(line.when), f"{line.author or 'you'}  {what}", "", "", ""
