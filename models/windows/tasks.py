"""The tasks of a project, as an outline."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from models.windows.window import FINISH, START, STATUS, Window, escape, marks


class TaskRow(NamedTuple):
    """`start` and `finish` are the actual, else the computed, else the typed ones; `waits` marks an edit that the
    server has not accepted yet; `conflict` an open conflict."""

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


def task_tree(conn: sqlite3.Connection, project: str, folded: Collection[str] = ()) -> Window:
    """All tasks of the project in the order of the outline, without those below a folded one.

    One scan of an index; a task whose parent is not there (deleted, or not on this laptop) stands on the top level.
    """
    below, tops = _children(conn, project)
    return _walk(below, tops, folded)


def task_tree_head(
    conn: sqlite3.Connection, project: str, count: int, folded: Collection[str] = ()
) -> Window:
    """The first `count` rows of the outline, without reading the rest of the project: for the first paint."""
    window = Window()
    stack = _level(conn, project, None)[::-1]
    depths = [0] * len(stack)
    while stack and len(window.rows) < count:
        (row, id), depth = stack.pop(), depths.pop()
        children = _level(conn, project, id)
        window.rows.append(row)
        window.depths.append(min(depth, 255))
        window.parents.append(bool(children))
        if id not in folded:
            stack += children[::-1]
            depths += [depth + 1] * len(children)
    return window


class Wanted(NamedTuple):
    """What a filter asks for; all of it must hold. `who` is the beginning of a name or of initials."""

    text: str = ""
    status: str = ""
    who: str = ""
    late_before: str = ""


def task_hits(conn: sqlite3.Connection, project: str, wanted: Wanted) -> dict[str, int]:
    """Tasks whose name, notes or reason to wait hold the text, and that are as wanted: id → row number."""
    found = conn.execute(
        f"""SELECT t.id, t.rowid FROM task t LEFT JOIN schedule s ON s.task=t.id
            WHERE t.project_id=:project AND t.deleted_at IS NULL
            AND (:text='' OR t.name LIKE :like ESCAPE '\\' OR t.notes LIKE :like ESCAPE '\\'
                 OR t.blocked_reason LIKE :like ESCAPE '\\')
            AND (:status='' OR {STATUS}=:status)
            AND (:late_before='' OR (t.actual_finish IS NULL
                 AND coalesce(t.deadline, {FINISH})<:late_before))
            AND (:who='' OR EXISTS (SELECT 1 FROM assignment a JOIN member m ON m.id=a.member_id
                WHERE a.task_id=t.id AND a.deleted_at IS NULL
                AND (m.initials LIKE :begins ESCAPE '\\' OR m.name LIKE :begins ESCAPE '\\')))""",
        {**wanted._asdict(), "project": project, "like": f"%{escape(wanted.text)}%",
         "begins": f"{escape(wanted.who)}%"},
    )  # fmt: skip
    return dict(found.fetchall())


def task_matches(conn: sqlite3.Connection, project: str, wanted: Wanted) -> Window:
    """The tasks that are wanted, with all above them."""
    keep = set(task_hits(conn, project, wanted))
    below, tops = _children(conn, project)
    above = {id: parent for parent, children in below.items() for _, id in children}
    for id in list(keep):
        while (id := above.get(id, "")) and id not in keep:
            keep.add(id)
    only = {parent: [c for c in children if c[1] in keep] for parent, children in below.items()}
    return _walk(only, [c for c in tops if c[1] in keep], ())


def task_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[TaskRow]:
    """What the list shows of these rows."""
    found = conn.execute(
        f"""SELECT t.rowid, t.id, t.name, {STATUS}, t.duration_minutes, {START}, {FINISH},
            t.percent_complete, (SELECT group_concat(coalesce(m.initials, m.name), ', ') FROM assignment a
              JOIN member m ON m.id=a.member_id WHERE a.task_id=t.id AND a.deleted_at IS NULL),
            t.deadline, t.blocked_reason, t.milestone, t.priority, t.notes IS NOT NULL,
            EXISTS(SELECT 1 FROM conflict c WHERE c.rec=t.id AND c.deleted_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM settlement x WHERE x.conflict_id=c.id AND x.deleted_at IS NULL)),
            t.parent_id
            FROM task t LEFT JOIN schedule s ON s.task=t.id WHERE t.rowid IN ({marks(rows)})""",
        rows,
    )
    by_row = {row[0]: TaskRow._make(row) for row in found}
    return [by_row[row] for row in rows if row in by_row]


def task_dates(conn: sqlite3.Connection, project: str) -> dict[str, tuple[str, str]]:
    """Start and finish of every task that has both, as the list shows them: what a baseline takes down."""
    found = conn.execute(
        f"""SELECT t.id, {START}, {FINISH} FROM task t LEFT JOIN schedule s ON s.task=t.id
            WHERE t.project_id=? AND t.deleted_at IS NULL""",
        (project,),
    )
    return {id: (start, finish) for id, start, finish in found if start and finish}


_Node = tuple[int, str]


def _children(conn: sqlite3.Connection, project: str) -> tuple[dict[str, list[_Node]], list[_Node]]:
    below: dict[str, list[_Node]] = {}
    ids = set()
    for row, id, parent in conn.execute(
        """SELECT rowid, id, parent_id FROM task INDEXED BY task_tree WHERE project_id=? AND deleted_at IS NULL
           ORDER BY parent_id, rank, id""",
        (project,),
    ):
        below.setdefault(parent or "", []).append((row, id))
        ids.add(id)
    tops = below.pop("", [])
    reached = ids.union(("",))
    for parent in [p for p in below if p not in reached]:
        tops += below.pop(parent)
    return below, tops


def _level(conn: sqlite3.Connection, project: str, parent: str | None) -> list[_Node]:
    return conn.execute(
        """SELECT rowid, id FROM task INDEXED BY task_tree WHERE project_id=? AND parent_id IS ? AND deleted_at IS NULL
           ORDER BY rank, id""",
        (project, parent),
    ).fetchall()


def _walk(below: dict[str, list[_Node]], tops: list[_Node], folded: Collection[str]) -> Window:
    window = Window()
    add_row, add_depth, add_parent = window.rows.append, window.depths.append, window.parents.append
    level = iter(tops)
    stack: list[Iterator[_Node]] = []
    while True:
        node = next(level, None)
        if node is None:
            if not stack:
                return window
            level = stack.pop()
            continue
        row, id = node
        children = below.get(id)
        add_row(row)
        add_depth(min(len(stack), 255))
        add_parent(children is not None)
        if children and id not in folded:
            stack.append(level)
            level = iter(children)
