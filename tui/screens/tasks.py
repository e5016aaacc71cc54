"""The tasks of a project, as an outline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from models.windows import tasks
from models.windows.tasks import TaskRow
from models.windows.window import Window
from tui.screens.base import ListView, bench
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import day, duration, status

HEAD = 200  # rows of the first paint; the rest of a larger project is read in a thread
STEP = 100  # of the priority, which runs from 0 to 1000


def _name(row: TaskRow) -> Cell:
    text = (
        ("◆ " if row.milestone else "")
        + row.name
        + (" ≡" if row.notes else "")
        + (" ▲" if row.conflict else "")
    )
    style = (
        "bad"
        if row.conflict
        else "strong"
        if row.milestone
        else "dim"
        if row.status in ("done", "n/a")
        else ""
    )
    return text, style


def _who(row: TaskRow) -> str:
    return row.who or ""


def _waits(row: TaskRow) -> Cell:
    return row.blocked or "", "warn"


class TasksView(ListView):
    name_in_registry = "tasks"
    empty = "No tasks here yet. o makes one; g p goes to the portfolio"
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "task": frozenset({"parent_id", "rank", "project_id"}),
        "assignment": frozenset(),
        "member": frozenset(),
        "project": frozenset({"name"}),
        "conflict": frozenset(),
        "settlement": frozenset(),
    }
    day_minutes = 480
    project = ""

    def __init__(self) -> None:
        super().__init__()
        self.columns = [  # type: ignore[misc]  # one set a view: durations are in days of the project
            Column("name", "Task", _name, ratio=5, min_width=20, editable="name", tree=True,
                   edit_text=lambda row: row.name),
            Column("status", "Status", lambda row: status(row.status), width=9, editable="status",
                   edit_text=lambda row: row.status),
            Column("duration", "Dur", lambda row: duration(row.duration, self.day_minutes), width=6, align="right",
                   editable="duration_minutes", drop=3),
            Column("start", "Start", lambda row: day(row.start), width=11, editable="start", drop=2,
                   edit_text=lambda row: (row.start or "").replace("T", " ")),
            Column("finish", "Finish", lambda row: day(row.finish), width=11, editable="finish", drop=1,
                   edit_text=lambda row: (row.finish or "").replace("T", " ")),
            Column("percent", "%", lambda row: f"{row.percent or ''}", width=4, align="right",
                   editable="percent_complete", drop=5),
            Column("who", "Who", _who, width=10, editable="who", drop=4),
            Column("deadline", "Deadline", lambda row: day(row.deadline), width=11, editable="deadline", drop=6,
                   edit_text=lambda row: (row.deadline or "").replace("T", " ")),
            Column("waits", "Waits for", _waits, ratio=2, min_width=10, editable="blocked_reason", drop=7),
        ]  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        return (*bench(self).place_of(self.project), "Tasks" + (f" /{self.text}" if self.text else ""))

    # Loading

    def on_shown(self) -> None:
        if self.project != bench(self).project:
            self.project = bench(self).project
            self.text = ""
            self.lines.clear_marks()
            self.lines.window.folded.clear()
            self.reload()
            self.lines.act_top()
            self.post_message(self.Retitled())

    def reload(self) -> None:
        self.project = self.project or bench(self).project
        conn = bench(self).desk.conn
        row = conn.execute("SELECT minutes_per_day FROM project WHERE id=?", (self.project,)).fetchone()
        self.day_minutes = row[0] if row and row[0] else 480
        if self.text or self._small():
            super().reload()
            return
        if not len(self.lines.window):
            head = tasks.task_tree_head(conn, self.project, HEAD)
            self.lines.set_window(head.rows, head.depths, complete=False)
            self.tell_detail()
        self.run_worker(self._read_all, thread=True, exclusive=True, group="tree", exit_on_error=False)

    def window(self) -> Window:
        conn = bench(self).desk.conn
        if self.text:
            word, is_status = self.text.removeprefix("status:"), self.text.startswith("status:")
            found = ("", word) if is_status else (self.text, "")
            return tasks.task_matches(conn, self.project, *found)
        return tasks.task_tree(conn, self.project)

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return tasks.task_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return "task", row[1]

    def seek(self, kind: str, rec: str) -> None:
        if kind == "task":
            super().seek(kind, rec)

    def _small(self) -> bool:
        sql = "SELECT count(*) FROM (SELECT 1 FROM task INDEXED BY task_tree WHERE project_id=? LIMIT 2000)"
        return int(bench(self).desk.conn.execute(sql, (self.project,)).fetchone()[0]) < 2000

    def _read_all(self) -> None:
        project = self.project
        conn = bench(self).desk.reader()
        try:
            window = tasks.task_tree(conn, project)
        finally:
            conn.close()
        self.app.call_from_thread(self._show_all, project, window)

    def _show_all(self, project: str, window: Window) -> None:
        if project == self.project and not self.text:
            self.lines.set_window(window.rows, window.depths)

    # Actions

    def act_done(self) -> None:
        """Done, or open again when all of them are done."""
        rows = self.rows(self.lines.selected())
        done = all(row.status == "done" for row in rows)
        self._set_status("todo" if done else "done")

    async def act_status(self) -> None:
        def done(text: str) -> str | None:
            names = [
                name for name in ("todo", "doing", "done", "blocked", "n/a") if name.startswith(text.strip())
            ]
            if not text.strip() or (len(names) != 1 and text.strip() not in names):
                return "todo, doing, done, blocked or n/a"
            self._set_status(text.strip() if text.strip() in names else names[0])
            return None

        if self.picked():
            note = "todo doing done blocked n/a"
            await self.shell.ask(Question(f"Status of {self.name_of(self.picked())}:", done, note=note))

    async def act_date(self) -> None:
        await self.ask_for("Start", "start")

    async def act_who(self) -> None:
        await self.ask_for("Who", "who")

    async def act_estimate(self) -> None:
        await self.ask_for("Duration (3d, 4h)", "duration_minutes")

    def act_indent(self) -> None:
        self._do("Indent", "plan.indent")

    def act_outdent(self) -> None:
        self._do("Outdent", "plan.outdent")

    def act_move_down(self) -> None:
        self._do("Move", "plan.move", 1)

    def act_move_up(self) -> None:
        self._do("Move", "plan.move", -1)

    def act_higher_priority(self) -> None:
        self._do("Raise priority", "plan.prioritise", STEP)

    def act_lower_priority(self) -> None:
        self._do("Lower priority", "plan.prioritise", -STEP)

    async def act_new_below(self) -> None:
        await self._ask_new(below=True)

    async def act_new_above(self) -> None:
        await self._ask_new(below=False)

    async def act_blocked_by(self) -> None:
        """Names the task that this one waits for, or, after “:”, a reason outside the plan."""
        picked = self.picked()
        if picked:
            question = f"{self.name_of(picked)} comes after task (or : reason):"
            await self.shell.ask(Question(question, lambda text: self._block(picked, text)))

    # Inside

    def _do(self, what: str, verb: str, *args: Any) -> None:
        picked = self.picked()
        if picked:
            bench(self).edit(f"{what} {self.name_of(picked)}", verb, [id for _, id in picked], *args)

    def _set_status(self, name: str) -> None:
        words = {"done": "Finish", "todo": "Reopen", "doing": "Start", "blocked": "Block", "n/a": "Drop"}
        self._do(words[name], "plan.set_status", name)

    def _block(self, picked: Sequence[tuple[str, str]], text: str) -> str | None:
        ids = [id for _, id in picked]
        if text.startswith(":"):
            bench(self).edit(
                f"Block {self.name_of(picked)}", "plan.block", ids, text[1:].strip() or "waiting"
            )
            return None
        found = self._called(text.strip(), ids)
        if isinstance(found, str):
            return found
        bench(self).edit(f"Link {self.name_of(picked)}", "plan.link_all", found[0], ids)
        return None

    def _called(self, name: str, but: Sequence[str]) -> str | list[str]:
        """The id of the one task of this project that is called so, or what is wrong."""
        rows = (
            bench(self)
            .desk.conn.execute(
                """SELECT id, name FROM task WHERE project_id=? AND deleted_at IS NULL AND name LIKE '%' || ? || '%'
               ORDER BY lower(name)<>lower(?), length(name) LIMIT 30""",
                (self.project, name, name),
            )
            .fetchall()
        )
        rows = [row for row in rows if row[0] not in but]
        exact = [row for row in rows if row[1].lower() == name.lower()] or rows
        if not name or not rows:
            return "No other task here is called so"
        if len(exact) > 1:
            return f"{len(exact)} tasks: " + ", ".join(row[1] for row in exact[:3]) + " …"
        return [exact[0][0]]

    async def _ask_new(self, below: bool, under: str = "") -> None:
        row = self.here()
        where = f"New task {'below' if below else 'above'} “{row[2]}”:" if row is not None else "New task:"
        await self.shell.ask(
            Question(where, lambda text: self._create(text, row[1] if row is not None else "", below))
        )

    def _create(self, name: str, beside: str, below: bool) -> str | None:
        if not name.strip():
            return None
        if not self.project:
            return "Open a project first: g p"
        after, before = (beside, None) if below else (None, beside)
        bench(self).edit(
            f"New task “{name.strip()}”", "plan.add_task", self.project, name.strip(), after=after or None,
            before=before or None, told=lambda changes: self._made(changes.result),
        )  # fmt: skip
        return None

    def _made(self, task: Any) -> None:
        self.seek("task", task.id)
        self.run_worker(self._ask_new(below=True), exclusive=True, group="new")
