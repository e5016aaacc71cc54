"""The board: tasks as cards in lanes, by what has become of them or by who does them.

A card's number is the task's row number × `SPREAD` + the lane's code, so that a task of two people has two cards.
"""

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import NamedTuple

import orjson

from models.windows.tasks import task_texts, task_tree
from models.windows.window import (
    CONTESTED,
    EVERY,
    FINISH,
    INTERNAL,
    STATUS,
    WHO,
    Condition,
    holding,
    marks,
    schedule_of,
)

SPREAD = 1 << 20
STATUSES = ("blocked", "todo", "doing", "done")  # from left to right; what is not applicable has no card
_DONE = STATUSES.index("done")
NOBODY = 0
_NONE = -1
FEW = 8  # cards that are taken out one by one

_LIVE = """FROM task t JOIN project p ON p.id=t.project_id {joined}
    WHERE t.deleted_at IS NULL AND t.not_applicable_reason IS NULL AND {of} AND {wanted}
    AND NOT EXISTS (SELECT 1 FROM task k WHERE k.project_id=t.project_id AND k.parent_id=t.id
        AND k.deleted_at IS NULL)"""
_DATES = "LEFT JOIN schedule s ON s.task=t.id"
_PEOPLE = """LEFT JOIN assignment a ON a.task_id=t.id AND a.deleted_at IS NULL
    AND a.member_id IN (SELECT id FROM member) LEFT JOIN member m ON m.id=a.member_id"""
_GOING = "p.deleted_at IS NULL AND p.cancelled_reason IS NULL"  # of all projects
_CODES = " ".join(f"WHEN '{name}' THEN {at}" for at, name in enumerate(STATUSES))


class Lane(NamedTuple):
    """A column of the board. `key` is a status, or a member's id ('' = nobody)."""

    key: str
    label: str
    code: int
    cards: "array[int]"


class CardRow(NamedTuple):
    """`due` is the computed or actual finish, or where there is none the deadline."""

    row: int
    id: str
    name: str
    status: str
    who: str | None
    due: str | None
    deadline: str | None
    blocked: str | None
    milestone: int
    priority: int
    notes: int
    conflict: int
    project: str | None
    project_id: str
    internal: int


def by_status(
    conn: sqlite3.Connection, project: str = "", wanted: Condition = EVERY, order: Sequence[int] | None = None
) -> list[Lane]:
    """A lane for each of STATUSES: of one project in the order of its plan, of all by when they are due, and what is
    done the newest first. `order` is `plan_order` where it is known."""
    found = _coded(conn, f"CASE {STATUS} {_CODES} END", _DATES, project, wanted)
    cards = _in_lanes(found, plan_order(conn, project) if order is None else order)
    if not project and _DONE in cards:
        cards[_DONE].reverse()
    return [Lane(name, name, code, cards.get(code, array("q"))) for code, name in enumerate(STATUSES)]


def by_person(
    conn: sqlite3.Connection, project: str = "", wanted: Condition = EVERY, order: Sequence[int] | None = None
) -> list[Lane]:
    """What is open, by who does it: a lane for nobody, and one for each member whom work can be given to."""
    only = Condition(f"t.actual_finish IS NULL AND {wanted.sql}", wanted.values)
    joined = f"{_PEOPLE} {_DATES if not project else schedule_of(wanted)}"
    found = _coded(conn, f"coalesce(m.rowid, {NOBODY})", joined, project, only)
    cards = _in_lanes(found, plan_order(conn, project) if order is None else order)
    people = conn.execute(
        """SELECT rowid, id, name, type='work' AND inactive IS NOT 1 AND deleted_at IS NULL FROM member
           ORDER BY name COLLATE NOCASE, id"""
    ).fetchall()
    lanes = [Lane("", "nobody", NOBODY, cards.get(NOBODY, array("q")))]
    return lanes + [
        Lane(id, name or "", code, cards.get(code, array("q")))
        for code, id, name, works in people
        if works or code in cards
    ]


def at_rows(rows: Sequence[int]) -> Condition:
    """The tasks with these row numbers."""
    listed = orjson.dumps(list(rows)).decode()
    return Condition("t.rowid IN (SELECT value FROM json_each(:rows))", {"rows": listed})


def plan_order(conn: sqlite3.Connection, project: str) -> Sequence[int]:
    """Row numbers in the order of the plan; empty for all projects, whose cards stand in order already."""
    return task_tree(conn, project).rows if project else array("q")


def _coded(
    conn: sqlite3.Connection, code: str, joined: str, project: str, wanted: Condition
) -> Iterable[tuple[int, int]]:
    """(code, row number) of the cards, of all projects by when they are due. One row is read: no other thread has to
    be waited for at each card."""
    of = "t.project_id=:project" if project else _GOING
    order = "" if project else f" ORDER BY {FINISH} IS NULL, {FINISH}, t.deadline, t.rowid"
    cards = f"SELECT {code} AS code, t.rowid AS row {_LIVE.format(joined=joined, of=of, wanted=wanted.sql)}{order}"
    sql = f"SELECT json_group_array(code), json_group_array(row) FROM ({cards})"
    [found] = conn.execute(sql, {**wanted.values, "project": project})
    return zip(*map(orjson.loads, found), strict=True)


def _in_lanes(found: Iterable[tuple[int, int]], order: Sequence[int]) -> dict[int, "array[int]"]:
    """Numbers of the cards by lane."""
    lanes: dict[int, array[int]] = {}
    if not order:
        for code, row in found:
            lanes.setdefault(code, array("q")).append(row * SPREAD + code)
        return lanes
    low = min(order)
    codes = array("q", [_NONE]) * (
        max(order) - low + 1
    )  # by row number from `low`: a tenth of what a dict takes
    shared: dict[int, list[int]] = {}  # of the few that have several
    for code, row in found:
        at = row - low
        if not 0 <= at < len(codes):
            continue  # it came after the order was read
        if codes[at] == _NONE:
            codes[at] = code
        elif codes[at] != code:
            shared.setdefault(row, []).append(code)
    for row in order:
        if codes[row - low] != _NONE:
            for code in (codes[row - low], *shared.get(row, ())):
                lanes.setdefault(code, array("q")).append(row * SPREAD + code)
    return lanes


def moved(lanes: Sequence[Lane], cards: Iterable[int], code: int) -> list[Lane]:
    """The lanes with these cards on top of the lane `code`: how it looks until it has been read again."""
    going = set(cards)
    tops = array("q", (card // SPREAD * SPREAD + code for card in going))
    left = (lane._replace(cards=_without(lane.cards, going)) for lane in lanes)
    return [lane._replace(cards=tops + lane.cards) if lane.code == code else lane for lane in left]


def only(lanes: Sequence[Lane], rows: Iterable[int]) -> list[Lane]:
    """The lanes with the cards of these row numbers only."""
    kept = set(rows)
    return [
        lane._replace(cards=array("q", (card for card in lane.cards if card // SPREAD in kept)))
        for lane in lanes
    ]


def holding_words(lanes: Sequence[Lane], texts: Sequence[str], words: Sequence[str]) -> list[Lane]:
    """The lanes with the cards whose text holds all of the words; `texts` as of `texts_of` these lanes."""
    kept, at, left = holding(texts, words), 0, []
    for lane in lanes:
        some = kept[at : at + len(lane.cards)]
        # the first letters often leave all: a copy of 50,000 numbers takes as long as the search
        all_of_them = some.count(1) == len(some)
        left.append(lane if all_of_them else lane._replace(cards=array("q", compress(lane.cards, some))))
        at += len(lane.cards)
    return left


def texts_of(conn: sqlite3.Connection, lanes: Sequence[Lane]) -> list[str]:
    """As `task_texts`, of each card of these lanes."""
    return task_texts(conn, array("q", (card // SPREAD for lane in lanes for card in lane.cards)))


def _without(cards: "array[int]", going: set[int]) -> "array[int]":
    if len(going) > FEW:
        return array("q", (card for card in cards if card not in going))
    left = array("q", cards)
    for card in going:
        if card in left:
            left.remove(card)
    return left


def hits(conn: sqlite3.Connection, project: str, wanted: Condition) -> set[int]:
    """Row numbers of the tasks that are wanted, of one project or of all."""
    of = "t.project_id=:project" if project else _GOING
    [(found,)] = conn.execute(
        f"""SELECT json_group_array(t.rowid) FROM project p JOIN task t ON t.project_id=p.id {schedule_of(wanted)}
            WHERE t.deleted_at IS NULL AND {of} AND {wanted.sql}""",
        {**wanted.values, "project": project},
    )
    return set(orjson.loads(found))


def card_rows(conn: sqlite3.Connection, cards: Sequence[int]) -> list[CardRow]:
    """What the board shows of these cards."""
    rows = sorted({card // SPREAD for card in cards})
    found = conn.execute(
        f"""SELECT t.rowid, t.id, t.name, {STATUS}, {WHO}, coalesce({FINISH}, t.deadline), t.deadline,
            t.blocked_reason, t.milestone, t.priority, t.notes IS NOT NULL,
            {CONTESTED},
            p.name, t.project_id, {INTERNAL}
            FROM task t LEFT JOIN project p ON p.id=t.project_id LEFT JOIN schedule s ON s.task=t.id
            WHERE t.rowid IN ({marks(rows)})""",
        rows,
    )
    by_row = {row[0]: row[1:] for row in found}
    return [CardRow(card, *by_row[card // SPREAD]) for card in cards if card // SPREAD in by_row]
