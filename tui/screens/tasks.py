"""The tasks of a project, as an outline."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from textual.events import Paste

from models.feed import Changes
from models.windows import tasks
from models.windows.tasks import TaskRow
from models.windows.window import EVERY, Condition, Window
from tui import finding
from tui.screens import adding
from tui.screens.behind import Read, ReadBehind
from tui.screens.narrowed import WAITING
from tui.screens.of_clients import OfClients
from tui.screens.working import STATUSES, TaskActions
from tui.unsaved import new_task
from tui.view import bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import day, duration, seen, status, to_type

if TYPE_CHECKING:
    from models.filters.vocabulary import Vocabulary

FEW = 4_000  # rows that a filter left: in so many the next letter is looked for at once
HEAD = 64  # rows of the first paint; the rest of a larger project is read in a thread


def _name(row: TaskRow) -> Cell:
    text = (
        seen(row.internal)
        + ("◆ " if row.milestone else "")
        + row.name
        + (" ≡" if row.notes else "")
        + (" ▲" if row.conflict else "")
        + (" !" if row.problem else "")
    )
    style = (
        "bad"
        if row.conflict or row.problem
        else "strong"
        if row.milestone
        else "dim"
        if row.status in ("done", "n/a")
        else ""
    )
    return text, style


def _who(row: TaskRow) -> str:
    return row.who or ""


def _slack(row: TaskRow, per_day: int) -> Cell:
    """How far it may slip before the project does; a mark where that is not at all."""
    if row.slack is None or row.status in ("done", "n/a"):
        return ""
    text = f"-{duration(-row.slack, per_day)}" if row.slack < 0 else duration(row.slack, per_day)
    return (f"▪ {text}", "warn" if row.slack >= 0 else "bad") if row.critical else text


def _waits(row: TaskRow) -> Cell:
    return row.blocked or "", "warn"


GONE = "This project is no longer shared with you; g p goes to those that are"


class TasksView(TaskActions, OfClients, ReadBehind):
    name_in_registry = "tasks"
    for_client = True
    empty = "No tasks here yet. o makes one; g p goes to the portfolio"
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "task": frozenset({"parent_id", "rank", "project_id"}),
        "assignment": frozenset(),
        "member": frozenset(),
        "project": frozenset({"name"}),
        "conflict": frozenset(),
        "settlement": frozenset(),
        "schedule": frozenset(),
    }
    day_minutes = 480
    project = ""

    def __init__(self) -> None:
        super().__init__()
        self._tree: Window | None = None  # the whole outline, as long as it is as it was read
        self._kept: tuple[str, Window] | None = None  # a filter, and what it left of that
        self._places: dict[
            str, tuple[set[int], int | None]
        ] = {}  # by project: what is folded, where the cursor was
        self.columns = [  # type: ignore[misc]  # one set a view: durations are in days of the project
            Column("name", "Task", _name, ratio=5, min_width=36, wants=42, editable="name", tree=True,
                   edit_text=lambda row: row.name),
            Column("status", "Status", lambda row: status(row.status), width=9, editable="status",
                   edit_text=lambda row: row.status, choices=lambda row: STATUSES),
            Column("duration", "Dur", lambda row: duration(row.duration, self.day_minutes), width=6, align="right",
                   editable="duration_minutes", foresee=partial(self._foresee, "duration_minutes"), drop=3,
                   type="duration", scalar=lambda row: row.duration),
            Column("start", "Start", lambda row: day(row.start), width=10, editable="start", drop=4,
                   edit_text=lambda row: to_type(row.start), foresee=partial(self._foresee, "start"),
                   type="minute", scalar=lambda row: row.start),
            Column("finish", "Finish", lambda row: day(row.finish), width=10, editable="finish", drop=1,
                   edit_text=lambda row: to_type(row.finish), foresee=partial(self._foresee, "finish"),
                   type="minute", scalar=lambda row: row.finish),
            Column("slack", "Slack", lambda row: _slack(row, self.day_minutes), width=7, align="right", drop=5,
                   type="duration", scalar=lambda row: row.slack),
            Column("percent", "%", lambda row: f"{row.percent or ''}", width=4, align="right",
                   editable="percent_complete", drop=7, type="percent", scalar=lambda row: row.percent),
            Column("who", "Who", _who, min_width=9, editable="who", drop=2,
                   choices=lambda row: finding.members(bench(self).desk.conn)),
            Column("deadline", "Deadline", lambda row: day(row.deadline), width=10, editable="deadline", drop=6,
                   edit_text=lambda row: to_type(row.deadline), foresee=partial(self._foresee, "deadline"),
                   type="minute", scalar=lambda row: row.deadline),
            Column("waits", "Waits for", _waits, ratio=2, min_width=10, editable="blocked_reason", drop=8),
        ]  # fmt: skip

    def _foresee(self, field: str, row: TaskRow) -> Callable[[str], str] | None:
        return self.foresee([self.record_of(row)], field)

    def places(self) -> Sequence[str]:
        return ("tasks", "project")

    def title_parts(self) -> Sequence[str]:
        return (*bench(self).place_of(self.project), "Tasks" + (f" /{self.text}" if self.text else ""))

    # Loading

    def on_shown(self) -> None:
        if self.project == bench(self).project:
            super().on_shown()
            return
        lines = self.lines
        self._places[self.project] = (lines.window.folded, lines.cursor_rowid)
        self.project, self.text, self.wanted, self.stale = bench(self).project, "", {}, False
        lines.clear_marks()
        lines.window.folded, cursor = self._places.get(self.project, (set(), None))
        lines.set_window(())
        self.reload()
        if cursor is None or not lines.go_to(cursor):
            lines.act_top()
        self.post_message(self.Retitled())

    def reload(self) -> None:
        self.project = self.project or bench(self).project
        conn = bench(self).desk.conn
        row = conn.execute("SELECT minutes_per_day FROM project WHERE id=?", (self.project,)).fetchone()
        self.day_minutes = row[0] if row and row[0] else 480
        self.stop_reading()
        self._tree = self._kept = self.texts = None
        if self.is_short():
            self._tree = tasks.task_tree(conn, self.project)
            self._make_room()
            super().reload()
            return
        if not len(self.lines.window) and not self.text:
            head = tasks.task_tree_head(conn, self.project, HEAD)
            self.lines.set_window(head.rows, head.depths, complete=False)
            self.tell_detail()
        self.call_after_refresh(self.read_behind)

    def on_changes(self, changes: Changes) -> None:
        super().on_changes(changes)
        if changes.touches("task", "name", "notes", "milestone") or changes.touches("assignment", ""):
            self._make_room()

    def _make_room(self) -> None:
        """The name takes the room that others do not need; of a large plan, when all of it was read."""
        if self._tree is not None and self.is_short():
            conn = bench(self).desk.conn
            self.lines.make_room(tasks.task_room(conn, self.project, self._tree, cell_len))

    def narrow(self) -> None:
        if self.is_short():
            super().reload()
            return
        left = self.soon(self._left_of_known)
        soon = left or self.soon(self._left_near)
        if soon is not None:
            self._show(soon)
        if left is None:
            self.call_after_refresh(self.read_behind)
        else:
            self.stop_reading()
            self._kept = self.text, left

    def told(self) -> str:
        known = self._kept is not None and self._kept[0] == self.text
        return super().told() if known or self.is_short() else WAITING

    @property
    def nothing(self) -> str:
        return GONE if self._is_gone() and bench(self).front is None else super().nothing

    def _is_gone(self) -> bool:
        sql = "SELECT 1 FROM project WHERE id=?"
        return bool(self.project) and not bench(self).desk.conn.execute(sql, (self.project,)).fetchone()

    def window(self) -> Window:
        conn = bench(self).desk.conn
        return self._left(conn, self._tree or tasks.task_tree(conn, self.project), self.texts, self.wanted)

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        from models.filters.vocabulary import TASKS

        return {"task": TASKS}

    def meant(self, text: str) -> dict[str, Condition]:
        from models.filters.meaning import condition
        from models.filters.vocabulary import TASKS

        return {"task": condition(bench(self).desk.conn, text, TASKS, day=self.day_minutes)}

    def hits(self, text: str) -> set[int]:
        return tasks.task_hits(bench(self).desk.conn, self.project, self.meant(text)["task"])

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return tasks.task_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return "task", row[1]

    def seek(self, kind: str, rec: str) -> None:
        if kind == "task":
            super().seek(kind, rec)

    def is_short(self) -> bool:
        return not tasks.large(bench(self).desk.conn, self.project)

    def _left(
        self, conn: sqlite3.Connection, tree: Window, texts: list[str] | None, wanted: Mapping[str, Condition]
    ) -> Window:
        """What the filter leaves of the whole outline."""
        test = wanted.get("task", EVERY)
        if test.sql == EVERY.sql:
            return tree
        if test.words and texts is not None:
            return tasks.narrowed_by_words(tree, texts, test.words)
        return tasks.narrowed(tree, tasks.task_hits(conn, self.project, test))

    def _left_of_known(self) -> Window | None:
        """What the filter leaves, where little has to be looked at for that."""
        test, conn = self.wanted.get("task", EVERY), bench(self).desk.conn
        if self._tree is None:
            return None
        if test.sql == EVERY.sql or (test.words and self.texts is not None):
            return self._left(conn, self._tree, self.texts, self.wanted)
        text, kept = self._kept or ("", self._tree)
        if len(kept.rows) > FEW or not self._narrows(text):
            return None
        return tasks.narrowed(kept, tasks.hits_among(conn, kept.rows, test))

    def _narrows(self, text: str) -> bool:
        from models.filters.meaning import narrows
        from models.filters.vocabulary import TASKS

        return narrows(text, self.text, TASKS)

    def _left_near(self) -> Window | None:
        """Of what the filter leaves the part around the cursor, if it is soon found: what is on screen then."""
        lines, tree, row = self.lines, self._tree, self.lines.cursor_rowid
        if tree is None or lines.window.folded or row is None or row not in tree.rows:
            return None
        conn, test, at = bench(self).desk.conn, self.wanted["task"], tree.rows.index(row)
        return tasks.narrowed_near(conn, tree, test, at, lines.size.height, lines.size.height)

    def to_read(self) -> Read:
        return partial(
            self._read_all, self.project, self._tree, self.texts, self.filtering, self.text, self.wanted
        )

    def _read_all(
        self, project: str, tree: Window | None, texts: list[str] | None, filtering: bool, text: str,
        wanted: Mapping[str, Condition], conn: sqlite3.Connection,
    ) -> Callable[[], None]:  # fmt: skip
        known = tree is not None
        tree = tree or tasks.task_tree(conn, project)
        if filtering and texts is None:
            texts = tasks.task_texts(conn, tree.rows)
        room = None if known else tasks.task_room(conn, project, tree, cell_len)
        return partial(self._show_all, tree, texts, text, self._left(conn, tree, texts, wanted), room)

    def _show_all(
        self, tree: Window, texts: list[str] | None, text: str, left: Window, room: Mapping[str, int] | None
    ) -> None:
        if room is not None:
            self.lines.make_room(room)
        self._tree, self._kept = tree, (text, left)
        self.texts = texts if self.filtering else None
        self._show(left)

    def _show(self, left: Window) -> None:
        self.lines.set_window(left.rows, left.depths)
        self.tell_detail()

    # Actions

    async def on_paste(self, event: Paste) -> None:
        """Lines from a spreadsheet or a mail; what is pasted while something is typed goes there."""
        from tui.screens import pasting

        event.stop()
        await pasting.ask(self, event.text)

    async def act_baseline(self) -> None:
        if self.project:
            await self.shell.ask(adding.question(self, "baseline", "project", self.project))

    def act_indent(self) -> None:
        self._do("Indent", "outline.indent")

    def act_outdent(self) -> None:
        self._do("Outdent", "outline.outdent")

    def act_move_down(self) -> None:
        self._do("Move", "outline.move", 1)

    def act_move_up(self) -> None:
        self._do("Move", "outline.move", -1)

    async def act_new_below(self) -> None:
        await self._ask_new(below=True)

    async def act_new_above(self) -> None:
        await self._ask_new(below=False)

    # Inside

    async def _ask_new(self, below: bool) -> None:
        if not self.project:
            self.shell.say("Open a project first: g p, then enter")
            return
        if self._is_gone():
            self.shell.say(GONE, "warn")
            return
        row = self.here()
        if row is None:
            await self.shell.ask(self._new("New task:", {}))
            return
        where = f"New task {'below' if below else 'above'} “{row.name}”:"
        await self.shell.ask(self._new(where, self._place(row, below)))

    def _place(self, row: TaskRow, below: bool) -> dict[str, Any]:
        """Beside the row, for `add_task`; below an unfolded phase is on top of its tasks, where one looks."""
        under = self.lines.cursor + 1
        if below and under < len(self.lines.window):
            first = self.lines.window.row(under)
            if first is not None and first.parent_id == row.id:
                return {"before": first.id}
        return {"after" if below else "before": row.id}

    def _new(self, where: str, place: dict[str, Any], text: str = "", why: str = "") -> Question:
        of = new_task(self.project, place)
        return Question(where, lambda typed: self._create(typed.strip(), where, place), text, why, of=of)

    def _create(self, text: str, where: str, place: dict[str, Any]) -> str | None:
        if not text:
            return None
        from uuid_utils.compat import uuid7

        id = str(uuid7())
        # at once: the next one may be typed ahead
        self.shell.ask_next(self._new(f"New task below “{text}”:", {"after": id}))
        bench(self).edit(
            f"New task “{text}”", "outline.add_task", self.project, text, id=id, **place,
            told=lambda changes: self.seek("task", id),
            lost=self.ask_once_more(partial(self._new, where, place), text),
        )  # fmt: skip
        return None
