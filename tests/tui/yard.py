"""A small application over a real SQLite file: one view of tasks, with a detail. Tests of the frame stand on it."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from tui.app import Milepost, make_app
from tui.view import Place, View
from tui.widgets.columns import Column, Row
from tui.widgets.lines import LineList
from tui.widgets.messages import Edited, Moved, Opened

COLUMNS = [
    Column("title", "Task", lambda row: row[1], ratio=3, min_width=20, editable="title", tree=True),
    Column("status", "Status", lambda row: (row[2], "good"), width=8, editable="status", drop=1),
    Column("owner", "Who", lambda row: row[3], width=10, editable="owner", drop=2),
]


class Tasks:
    """The store of the test: reads as the lists do, writes as another process would."""

    def __init__(self, path: Path, count: int) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("CREATE TABLE task(id INTEGER PRIMARY KEY, title, status, owner, depth INTEGER)")
        rows = ((n, f"Lay cables {n}", "todo", "Ines", (n - 1) % 3) for n in range(1, count + 1))
        self.db.executemany("INSERT INTO task VALUES (?,?,?,?,?)", rows)
        self.reads = 0

    def rows(self, rowids: Sequence[int]) -> Iterable[Row]:
        self.reads += 1
        marks = ",".join("?" * len(rowids))
        return self.db.execute(f"SELECT id, title, status, owner FROM task WHERE id IN ({marks})", rowids)

    def window(self, order: str = "id") -> tuple[array[int], bytes]:
        found = self.db.execute(f"SELECT id, depth FROM task ORDER BY {order}").fetchall()
        return array("q", (row[0] for row in found)), bytes(row[1] for row in found)


class TaskView(View):
    name_in_registry = "tasks"

    def __init__(self, tasks: Tasks, tree: bool) -> None:
        super().__init__()
        self.tasks, self.as_tree = tasks, tree
        self.heard: list[Any] = []
        self.done = 0

    def compose(self) -> ComposeResult:
        yield LineList(COLUMNS, self.tasks, empty="No tasks yet: o makes one")

    @property
    def lines(self) -> LineList:
        return self.query_one(LineList)

    def title_parts(self) -> Sequence[str]:
        return ("Harlan Fab", "Nesting line 2", "Tasks")

    def make_detail(self) -> Widget:
        return LineList(COLUMNS[:1], self.tasks)

    def on_mount(self) -> None:
        self.reload()

    def reload(self, order: str = "id") -> None:
        rowids, depths = self.tasks.window(order)
        self.lines.set_window(rowids, depths if self.as_tree else None)

    def act_done(self) -> None:
        self.done += 1

    def act_new_below(self) -> None:
        self.done += 100

    def on_line_list_moved(self, event: Moved) -> None:
        self.heard.append(("moved", event.rowid))

    def on_line_list_opened(self, event: Opened) -> None:
        self.heard.append(("opened", event.rowid))
        self.shell.open_detail()

    def on_line_list_edited(self, event: Edited) -> None:
        self.heard.append((event.rowid, event.field, event.text))
        self.tasks.db.execute(f"UPDATE task SET {event.field}=? WHERE id=?", (event.text, event.rowid))
        event.lines.refresh_rows([event.rowid])


class Portfolio(View):
    name_in_registry = "portfolio"

    def compose(self) -> ComposeResult:
        yield Static("All projects", markup=False)


def yard(folder: Path, count: int = 200, tree: bool = False, **more: Any) -> Milepost:
    tasks = Tasks(folder / "tasks.db", count)
    views = {
        "tasks": Place("Tasks", lambda: TaskView(tasks, tree)),
        "portfolio": Place("Portfolio", Portfolio),
    }
    return make_app(views=views, **more)


def tasks_of(app: Milepost) -> TaskView:
    return app.shell.query_one(TaskView)
