"""The tasks of a project, as an outline."""

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import compress
from typing import NamedTuple

import orjson

from models.windows.window import (
    CONTESTED,
    FINISH,
    INTERNAL,
    START,
    STATUS,
    WHO,
    Condition,
    Window,
    add,
    holding,
    marks,
    schedule_of,
)

PART = 4096  # tasks whose texts are read at a time
LARGE = 2_000  # tasks of a project: what reads so many is done in a thread, or in another process
LONGEST = 500  # names by which the room is found that they need
REACH = 250, 4_000  # rows on each side of the cursor that are looked at, first and then


class TaskRow(NamedTuple):
    """`duration` (working minutes) is the computed one of a summary; `start` and `finish` are the actual, else the
    computed ones; `slack` is total slack in working minutes, None
    until it is computed; `problem` is what cannot hold, in words; `conflict` an open conflict; `internal` 1 for what
    the client may not see."""

    row: int
    id: str
    name: str
    status: str
    duration: int | None
    start: str | None
    finish: str | None
    percent: int
    who: str | None
    deadline: str | None
    blocked: str | None
    milestone: int
    priority: int
    notes: int
    conflict: int
    parent_id: str | None
    slack: int | None
    critical: int
    problem: str | None
    internal: int


def large(conn: sqlite3.Connection, project: str) -> bool:
    """Whether a project has LARGE tasks, deleted ones included; does not count further."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM task INDEXED BY task_tree WHERE project_id=? LIMIT {LARGE})"
    return bool(conn.execute(sql, (project,)).fetchone()[0] == LARGE)


def task_tree(conn: sqlite3.Connection, project: str) -> Window:
    """All tasks of the project in the order of the outline.

    One scan of an index; a task whose parent is not there (deleted, or not on this laptop) stands on the top level.
    """
    return _walk(*_children(conn, project))


def task_tree_head(conn: sqlite3.Connection, project: str, count: int) -> Window:
    """The first `count` rows of the outline, without reading the rest of the project: for the first paint."""
    window = Window()
    stack = [(row, id, 0) for row, id in _level(conn, project, None, count)[::-1]]
    while stack and len(window.rows) < count:
        row, id, depth = stack.pop()
        add(window, row, depth)
        stack += [(child, below, depth + 1) for child, below in _level(conn, project, id, count)[::-1]]
    return window


def task_hits(conn: sqlite3.Connection, project: str, wanted: Condition) -> set[int]:
    """Row numbers of the tasks that are wanted. One row is read: whoever waits for another thread goes on meanwhile."""
    [(found,)] = conn.execute(
        f"""SELECT json_group_array(t.rowid) FROM task t {schedule_of(wanted)}
            WHERE t.project_id=:project AND t.deleted_at IS NULL AND {wanted.sql}""",
        {**wanted.values, "project": project},
    )
    return set(orjson.loads(found))


def hits_among(conn: sqlite3.Connection, rows: Sequence[int], wanted: Condition) -> set[int]:
    """Which of these row numbers are wanted."""
    [(found,)] = conn.execute(
        f"""SELECT json_group_array(t.rowid) FROM task t {schedule_of(wanted)}
            WHERE t.rowid IN (SELECT value FROM json_each(:rows)) AND {wanted.sql}""",
        {**wanted.values, "rows": orjson.dumps(list(rows)).decode()},
    )
    return set(orjson.loads(found))


def narrowed_near(
    conn: sqlite3.Connection, tree: Window, wanted: Condition, at: int, above: int, below: int
) -> Window | None:
    """The part of what `narrowed` leaves that lies around the index `at` of the outline: at least so many rows before
    and from it on, where there are so many. None where thousands would have to be looked at for that."""
    for span in REACH:
        first, last = max(0, at - span), min(len(tree.rows), at + span)
        rows = tree.rows[first:last]
        left = narrowed(Window(rows, tree.depths[first:last]), hits_among(conn, rows, wanted))
        kept = set(left.rows)
        before = sum(row in kept for row in tree.rows[first:at])
        if (not first or before >= above) and (last == len(tree.rows) or len(kept) - before >= below):
            return left
    return None


def narrowed(tree: Window, hits: Set[int]) -> Window:
    """What is left of an outline: the hits, and all above them."""
    return _left(tree, bytearray([row in hits for row in tree.rows]))


def narrowed_by_words(tree: Window, texts: Sequence[str], words: Sequence[str]) -> Window:
    """The same where the hits are the rows whose text, as of `task_texts`, holds all of the words."""
    return _left(tree, holding(texts, words))


def _left(tree: Window, kept: bytearray) -> Window:
    """Also keeps what stands above anything that is kept."""
    if 0 not in kept:
        return tree
    above = 0  # whatever is less deep than this, from the bottom up, stands above a hit
    for at, depth, hit in zip(
        range(len(kept) - 1, -1, -1), reversed(tree.depths), reversed(kept), strict=True
    ):
        if hit or depth < above:
            kept[at] = 1
            above = depth
    return Window(array("q", compress(tree.rows, kept)), bytearray(compress(tree.depths, kept)))


def task_texts(conn: sqlite3.Connection, rows: Sequence[int]) -> list[str]:
    """What a bare word of a filter is looked for in, in small letters, of each of these tasks; '' where there is none.
    PART are read as one row: all of them as JSON would be held twice, and at each of its own another thread goes on."""
    texts: list[str] = []
    for at in range(0, len(rows), PART):
        [(found,)] = conn.execute(
            """SELECT json_group_array(text) FROM (
               SELECT iif(t.id IS NULL, '', lower(coalesce(t.name, '') || char(10) || coalesce(t.blocked_reason, '')))
               AS text FROM json_each(?) j LEFT JOIN task t ON t.rowid=j.value AND t.deleted_at IS NULL
               ORDER BY j.key)""",
            (orjson.dumps(list(rows[at : at + PART])).decode(),),
        )
        # lower() of SQLite knows ASCII only; no second copy of most
        texts += (text if text.isascii() else text.lower() for text in orjson.loads(found))
    return texts


def task_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[TaskRow]:
    """What the list shows of these rows."""
    found = conn.execute(
        f"""SELECT t.rowid, t.id, t.name, {STATUS}, coalesce(s.duration, t.duration_minutes), {START}, {FINISH},
            t.percent_complete, {WHO}, t.deadline, t.blocked_reason, t.milestone, t.priority, t.notes IS NOT NULL,
            {CONTESTED},
            t.parent_id, s.total_slack, coalesce(s.critical, 0),
            (SELECT message FROM problem WHERE task=t.id ORDER BY kind, message LIMIT 1), {INTERNAL}
            FROM task t LEFT JOIN schedule s ON s.task=t.id WHERE t.rowid IN ({marks(rows)})""",
        rows,
    )
    by_row = {row[0]: TaskRow._make(row) for row in found}
    return [by_row[row] for row in rows if row in by_row]


def task_room(
    conn: sqlite3.Connection, project: str, tree: Window, cells: Callable[[str], int]
) -> dict[str, int]:
    """The cells that the longest name needs with its indentation and its marks, and whoever does a task. Of the names
    the LONGEST are looked at."""
    names = {
        row: cells(name or "") + 2 * bool(milestone) + 2 * bool(notes)
        for row, name, milestone, notes in conn.execute(
            """SELECT rowid, name, milestone, notes IS NOT NULL FROM task WHERE project_id=? AND deleted_at IS NULL
               ORDER BY length(name) DESC LIMIT ?""",
            (project, LONGEST),
        )
    }
    people = conn.execute(
        f"""SELECT DISTINCT {WHO} FROM task t WHERE t.project_id=? AND t.deleted_at IS NULL
            AND EXISTS (SELECT 1 FROM assignment a WHERE a.task_id=t.id)""",
        (project,),
    )
    deep = zip(tree.rows, tree.depths, strict=True)
    return {
        "name": max((2 * depth + 2 + names[row] for row, depth in deep if row in names), default=0),
        "who": max((cells(who or "") for (who,) in people), default=0),
    }


def task_dates(conn: sqlite3.Connection, project: str) -> dict[str, tuple[str, str]]:
    """Start and finish of every task that has both, as the list shows them: what a baseline takes down."""
    found = conn.execute(
        f"""SELECT t.id, {START}, {FINISH} FROM task t LEFT JOIN schedule s ON s.task=t.id
            WHERE t.project_id=? AND t.deleted_at IS NULL""",
        (project,),
    )
    return {id: (start, finish) for id, start, finish in found if start and finish}


def _children(conn: sqlite3.Connection, project: str) -> tuple[dict[int, "array[int]"], "array[int]"]:
    """Row numbers in order: those below each parent's, and those on the top level. Eight bytes a task."""
    below: dict[str, array[int]] = {}
    for row, parent in conn.execute(
        """SELECT rowid, parent_id FROM task INDEXED BY task_tree WHERE project_id=? AND deleted_at IS NULL
           ORDER BY parent_id, rank, id""",
        (project,),
    ):
        below.setdefault(parent or "", array("q")).append(row)
    tops = below.pop("", array("q"))
    there = dict(
        conn.execute(
            """SELECT id, rowid FROM task WHERE id IN (SELECT value FROM json_each(?))
               AND project_id=? AND deleted_at IS NULL""",
            (orjson.dumps(list(below)).decode(), project),
        ).fetchall()
    )
    for parent in [parent for parent in below if parent not in there]:
        tops += below.pop(parent)
    return {there[parent]: rows for parent, rows in below.items()}, tops


def _level(conn: sqlite3.Connection, project: str, parent: str | None, most: int) -> list[tuple[int, str]]:
    return conn.execute(
        """SELECT rowid, id FROM task INDEXED BY task_tree WHERE project_id=? AND parent_id IS ? AND deleted_at IS NULL
           ORDER BY rank, id LIMIT ?""",
        (project, parent, most),
    ).fetchall()


def _walk(below: Mapping[int, Sequence[int]], tops: Sequence[int]) -> Window:
    window = Window()
    add_row, add_depth = window.rows.append, window.depths.append
    level = iter(tops)
    stack: list[Iterator[int]] = []
    depth = 0
    while True:
        row = next(level, None)
        if row is None:
            if not stack:
                return window
            level = stack.pop()
            depth = min(len(stack), 255)
            continue
        add_row(row)
        add_depth(depth)
        if children := below.get(row):
            stack.append(level)
            level = iter(children)
            depth = min(len(stack), 255)
