"""The board: the tasks of a project, or of all, as cards in lanes by status or by person."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult

from models.filters.vocabulary import TASKS, Vocabulary
from models.windows import board
from models.windows.board import SPREAD, CardRow, Lane
from models.windows.discreet import Front
from models.windows.window import EVERY, Condition, Window
from tui.screens.base import Picked
from tui.screens.behind import Read, ReadBehind
from tui.screens.narrowed import WAITING
from tui.screens.of_clients import OfClients
from tui.screens.working import TaskActions
from tui.unsaved import new_task
from tui.view import bench
from tui.widgets.cards import Cards
from tui.widgets.columns import Cell, Column, Row
from tui.widgets.prompt import Question
from tui.words import MARKS, day, seen

SMALL = 2000  # tasks that are read on the screen's thread
FIRST = 1000  # of a plan, which are shown before the others are read
READING = "Reading the tasks…"

Asked = tuple[bool, str, Condition]
"""By person, the project ('' = all), the filter."""


def _name(row: CardRow) -> Cell:
    text = (
        seen(row.internal)
        + ("! " if row.priority > 500 else "")
        + ("◆ " if row.milestone else "")
        + row.name
        + (" ≡" if row.notes else "")
        + (" ▲" if row.conflict else "")
    )
    return text, "bad" if row.conflict else "strong" if row.milestone or row.priority > 500 else ""


def _about(row: CardRow) -> tuple[str, str]:
    """Who, when, and why it waits; with the style."""
    late = row.status != "done" and row.due is not None and row.due[:10] < date.today().isoformat()
    parts = [row.who, ("late " if late else "") + day(row.due) if row.due else "", row.blocked]
    return " · ".join(part for part in parts if part), "bad" if late else "warn" if row.blocked else "dim"


def face(row: CardRow) -> tuple[Cell, Cell]:
    """A card of one project."""
    return _name(row), _about(row)


def face_of_all(row: CardRow) -> tuple[Cell, Cell]:
    """A card among those of all projects."""
    about, style = _about(row)
    return _name(row), (f"{row.project} · {about}" if about else row.project or "", style)


class BoardView(TaskActions, OfClients, ReadBehind):
    name_in_registry = "board"
    for_client = True
    vocabularies: ClassVar[dict[str, Vocabulary]] = {"task": TASKS}
    empty = "No task here. o makes one, a shows those of all projects, g p goes to the portfolio"
    columns: ClassVar[Sequence[Column]] = [
        Column("name", "Task", lambda row: row.name, ratio=4, min_width=20, editable="name"),
        Column("status", "Status", lambda row: row.status, width=9),
        Column("who", "Who", lambda row: row.who or "", width=9),
        Column("due", "Due", lambda row: day(row.due), width=10, type="minute", scalar=lambda row: row.due),
        Column("waits", "Waits for", lambda row: row.blocked or "", ratio=2),
        Column("project", "Project", lambda row: row.project or "", ratio=2),
    ]
    shows: ClassVar[dict[str, frozenset[str]]] = {
        "task": frozenset(
            {"parent_id", "rank", "project_id", "actual_start", "actual_finish", "blocked_reason", "milestone",
             "not_applicable_reason"}
        ),
        "assignment": frozenset({"member_id", "task_id"}),
        "member": frozenset({"name", "inactive"}),
        "project": frozenset({"name", "cancelled_reason"}),
        "conflict": frozenset(),
        "settlement": frozenset(),
        "schedule": frozenset({"dates"}),
    }  # fmt: skip
    people = every = False
    project = ""
    follow: int | None = None  # the card that was moved

    def __init__(self) -> None:
        super().__init__()
        self.lanes: list[Lane] = []
        self._whole: list[Lane] | None = None  # without the filter, as long as it is as it was read
        self._plan: Sequence[int] | None = None  # of the plan, as long as it is as it was read
        self._known: Condition | None = None  # the filter behind what is shown

    def compose(self) -> ComposeResult:
        yield Cards(self.columns, self, self._face, empty=self.empty)

    @property
    def lines(self) -> Cards:
        return self.query_one(Cards)

    def places(self) -> Sequence[str]:
        return ("board", "tasks", "project")

    def title_parts(self) -> Sequence[str]:
        where = ("All projects",) if self.every else bench(self).place_of(self.project)
        by = "by person" if self.people else "by status"
        return (*where, f"Board {by}" + (f" /{self.text}" if self.text else ""))

    def _face(self, row: Row) -> tuple[Cell, Cell]:
        return face_of_all(row) if self.every else face(row)

    # Loading

    def on_shown(self) -> None:
        if self.project != bench(self).project and not self.every:
            self.stale = True
        super().on_shown()

    def reload(self) -> None:
        self.stop_reading()
        self.project, self._whole, self._plan, self.texts = bench(self).project, None, None, None
        if not (self.project or self.every):
            self.every = True
        self.narrow()

    def narrow(self) -> None:
        if self.is_short():
            self._show(board_of(bench(self).desk.conn, *self._asked()), self._wanted)
        elif self._whole is not None and (left := _left(self._whole, self.texts, self._wanted)) is not None:
            self.stop_reading()
            self._show(left, self._wanted)
        else:
            if not self.lanes:
                self._show_first()
            self.read_behind()

    def _show_first(self) -> None:
        """The cards that begin the plan, where its order is known; how many there are is told with the rest."""
        people, project, wanted = self._asked()
        if self._plan and wanted.sql == EVERY.sql:
            first = self._plan[:FIRST]
            conn = bench(self).desk.conn
            self._show(board_of(conn, people, project, board.at_rows(first), first), None)
        self.lines.empty = READING

    @property
    def _wanted(self) -> Condition:
        return self.wanted.get("task", EVERY)

    def _asked(self) -> Asked:
        return self.people, "" if self.every else self.project, self._wanted

    def is_short(self) -> bool:
        of, values = ("1", ()) if self.every else ("project_id=?", (self.project,))
        sql = f"SELECT count(*) FROM (SELECT 1 FROM task WHERE {of} LIMIT {SMALL})"
        return int(bench(self).desk.conn.execute(sql, values).fetchone()[0]) < SMALL

    def to_read(self) -> Read:
        filtering = self.filtering and not self.every
        return partial(self._read_all, self._whole, self._plan, self.texts, filtering, self._asked())

    def _read_all(
        self, whole: list[Lane] | None, order: Sequence[int] | None, texts: list[str] | None, filtering: bool,
        asked: Asked, conn: sqlite3.Connection,
    ) -> Callable[[], None]:  # fmt: skip
        people, project, wanted = asked
        order = board.plan_order(conn, project) if order is None else order
        whole = whole or board_of(conn, people, project, EVERY, order)
        if filtering and texts is None:
            texts = board.texts_of(conn, whole)
        left = _left(whole, texts, wanted)
        if left is None:
            left = board.only(whole, board.hits(conn, project, wanted))
        return partial(self._show_all, whole, order, texts, left, wanted)

    def _show_all(
        self,
        whole: list[Lane],
        order: Sequence[int],
        texts: list[str] | None,
        left: list[Lane],
        wanted: Condition,
    ) -> None:
        self._whole, self._plan = whole, order
        self.texts = texts if self.filtering else None
        self._show(left, wanted)

    def _show(self, lanes: list[Lane], wanted: Condition | None) -> None:
        """`wanted` is None where these are the first of more."""
        self.lanes, self._known, self.lines.counted = lanes, wanted, wanted is not None
        self.lines.empty = self.nothing
        marks = {name: MARKS[name][0] + " " for name in board.STATUSES}
        self.lines.set_lanes(
            [(marks.get(lane.key, "") + lane.label, lane.cards) for lane in lanes], self.follow
        )
        self.follow = None
        self.tell_detail()

    def told(self) -> str:
        return super().told() if self._known == self._wanted else WAITING

    def window(self) -> Window:
        cards = array("q")
        for lane in self.lanes:
            cards += lane.cards
        return Window(cards)

    def hits(self, text: str) -> set[int]:
        _, project, _ = self._asked()
        rows = board.hits(bench(self).desk.conn, project, self.meant(text)["task"])
        return {card for card in self.lines.window.rowids if card // SPREAD in rows}

    def rows(self, rowids: Sequence[int]) -> Sequence[Row]:
        return board.card_rows(bench(self).desk.conn, rowids)

    def record_of(self, row: Row) -> tuple[str, str]:
        return "task", row.id

    def seek(self, kind: str, rec: str) -> None:
        found = bench(self).desk.conn.execute("SELECT rowid FROM task WHERE id=?", (rec,)).fetchone()
        cards = (card for card in self.lines.window.rowids if found and card // SPREAD == found[0])
        if kind == "task" and (card := next(cards, None)) is not None:
            self.lines.go_to(card)

    def tell_detail(self) -> None:
        super().tell_detail()
        if self.every and (row := self.here()) is not None:
            bench(self).project = row.project_id  # what is captured now is for the project of the card

    def front(self) -> Front:
        row = self.here()
        return self.front_of(row.project_id if row is not None else self.project)

    def resume(self) -> Callable[[Any], object]:
        again, people, every = super().resume(), self.people, self.every

        def show(view: BoardView) -> None:
            view.people, view.every = people, every
            view._look_otherwise(view.reload)
            again(view)

        return show

    # Actions

    def act_by(self) -> None:
        self.people = not self.people
        self._whole = self.texts = None
        self._look_otherwise(self.narrow)

    def act_all_projects(self) -> None:
        self.every = not self.every
        self._look_otherwise(self.reload)

    def _look_otherwise(self, read: Callable[[], None]) -> None:
        self.lanes = []
        self.lines.clear_marks()
        self.lines.forget_faces()
        read()
        self.post_message(self.Retitled())

    async def act_lane_left(self) -> None:
        await self._move_to(-1)

    async def act_lane_right(self) -> None:
        await self._move_to(1)

    async def _move_to(self, step: int) -> None:
        """The marked cards go from the lane under the cursor into the one beside it."""
        at, picked = self.lines.lane, self.picked()
        if not picked or not 0 <= at + step < len(self.lanes):
            return
        lane = self.lanes[at + step]
        if lane.key == "blocked":
            await self.shell.ask(self._ask_reason(picked))
            return
        verb, args = ("task.set_status", [lane.key])
        if self.people:
            verb, args = ("assignment.hand_over", [self.lanes[at].key, lane.key])
        self._move(picked, lane, verb, args)

    def _ask_reason(self, picked: Picked) -> Question:
        def done(typed: str) -> None:
            self._move(picked, self.lanes[0], "task.block", [typed.strip() or "waiting"])

        return Question(f"{self.name_of(picked)} waits for:", done)

    def _move(self, picked: Picked, lane: Lane, verb: str, args: Sequence[str]) -> None:
        cards = self.lines.selected()
        self.follow = cards[0] // SPREAD * SPREAD + lane.code
        if not self.is_short():
            self._show(board.moved(self.lanes, cards, lane.code), self._wanted)
            self.follow = cards[0] // SPREAD * SPREAD + lane.code
        self.lines.clear_marks()
        label = f"{self.name_of(picked)} to {lane.label}"
        ids = list(dict.fromkeys(id for _, id in picked))
        bench(self).edit(label, verb, ids, *args, lost=lambda why: self.reload())

    def act_move_down(self) -> None:
        self._reorder(1)

    def act_move_up(self) -> None:
        self._reorder(-1)

    def _reorder(self, step: int) -> None:
        """Past the card below or above, in the plan itself."""
        if self.every:
            self.shell.say(
                "All projects stand in the order of their dates; a shows one, in the order of its plan",
                "warn",
            )
            return
        picked, lane = self.picked(), self.lanes[self.lines.lane]
        chosen = [lane.cards.index(card) for card in self.lines.selected() if card in lane.cards]
        at = max(chosen, default=-1) + 1 if step > 0 else min(chosen, default=0) - 1
        if picked and 0 <= at < len(lane.cards):
            [beside] = self.rows([lane.cards[at]])
            ids = [id for _, id in picked]
            bench(self).edit(f"Move {self.name_of(picked)}", "outline.move_past", ids, beside.id, step)

    async def act_new_below(self) -> None:
        """A card below this one, in its lane."""
        row = self.here()
        project = row.project_id if row is not None else self.project
        if not project:
            self.shell.say("Open a project first: g p, then enter")
            return
        if not self.lanes:
            self.shell.say("The board is still being read")
            return
        await self.shell.ask(self._new(project, row.id if row is not None else "", row.name if row else ""))

    def _new(self, project: str, beside: str, name: str, text: str = "", why: str = "") -> Question:
        label = f"New task below “{name}”:" if name else "New task:"
        lane = self.lanes[self.lines.lane]
        given: dict[str, Any] = (
            {"who": lane.label if lane.key else ""} if self.people else {"status": _begun(lane.key)}
        )
        given |= {"after": beside} if beside else {}
        again = partial(self._new, project, beside, name)
        return Question(
            label, lambda typed: self._create(typed.strip(), project, given, again), text, why,
            of=new_task(project, given),
        )  # fmt: skip

    def _create(
        self, text: str, project: str, given: dict[str, Any], again: Callable[[str, str], Question]
    ) -> str | None:
        if text:
            bench(self).edit(
                f"New task “{text}”", "outline.add_task", project, text, **given,
                told=lambda changes: self.seek("task", changes.result.id),  # type: ignore[attr-defined]
                lost=self.ask_once_more(again, text),
            )  # fmt: skip
        return None


def _begun(lane: str) -> str:
    """The status of a new card in a lane: nothing begins as done, or as waiting for something unnamed."""
    return lane if lane in ("todo", "doing") else "todo"


def _left(whole: list[Lane], texts: list[str] | None, wanted: Condition) -> list[Lane] | None:
    """What a filter leaves of the whole board, where that can be told from what was read."""
    if wanted.sql == EVERY.sql:
        return whole
    return board.holding_words(whole, texts, wanted.words) if wanted.words and texts is not None else None


def board_of(
    conn: sqlite3.Connection,
    people: bool,
    project: str,
    wanted: Condition,
    order: Sequence[int] | None = None,
) -> list[Lane]:
    return (board.by_person if people else board.by_status)(conn, project, wanted, order)
