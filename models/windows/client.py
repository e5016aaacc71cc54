"""A client over time: what was said, what was promised, visits, and the milestones of its projects."""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.filters.lines import Line, left
from models.windows.window import FINISH, Condition, Window, marks

INTERACTION, PROMISE, VISIT, MILESTONE = range(4)  # a row number of this window is rowid * 4 + one of these
KINDS = {"interaction": INTERACTION, "promise": PROMISE, "visit": VISIT, "task": MILESTONE}


class TimeRow(NamedTuple):
    """`at` is a date or a naive local minute, None for a promise without a day; `what` the channel, whose promise, or
    the state; `done` and `internal` (the client may not see it) 0 or 1."""

    row: int
    kind: str
    id: str
    at: str | None
    name: str
    what: str
    who: str | None
    project: str | None
    done: int
    internal: int


_MILESTONES = f"""FROM task t JOIN project p ON p.id=t.project_id LEFT JOIN schedule s ON s.task=t.id
    WHERE p.client_id=:client AND p.deleted_at IS NULL AND t.milestone=1 AND t.deleted_at IS NULL
    AND t.not_applicable_reason IS NULL AND coalesce({FINISH}, t.deadline) IS NOT NULL"""


def timeline(
    conn: sqlite3.Connection, client: str, wanted: Mapping[str, Condition] = {}, lines: Sequence[Line] = ()
) -> Window:
    """All that is wanted (by kind), what lies furthest ahead first; promises without a day before everything. `lines`
    is what `told` gave, where that is known."""
    if wanted:
        return Window(array("q", left(conn, wanted, lines or told(conn, client))))
    rows = conn.execute(
        f"""SELECT row, at FROM (
            SELECT rowid*4+{INTERACTION} AS row, at FROM interaction WHERE client_id=:client AND deleted_at IS NULL
            UNION ALL SELECT rowid*4+{PROMISE}, CASE WHEN state='open' THEN due ELSE coalesce(settled_on, due) END
              FROM promise WHERE client_id=:client AND deleted_at IS NULL
            UNION ALL SELECT rowid*4+{VISIT}, start FROM visit WHERE client_id=:client AND deleted_at IS NULL
            UNION ALL SELECT t.rowid*4+{MILESTONE}, coalesce({FINISH}, t.deadline) {_MILESTONES}
            ) ORDER BY at IS NOT NULL, at DESC, row""",
        {"client": client},
    )
    return Window(array("q", (row for row, _ in rows)))


def told(conn: sqlite3.Connection, client: str) -> list[Line]:
    """What the rows of the whole timeline say."""
    return [
        Line(row.row, row.kind, row.id, f"{row.name} {row.what} {row.who or ''} {row.project or ''}", row.at)
        for row in time_rows(conn, timeline(conn, client).rows)
    ]


_INTERNAL = "x.visibility IS NOT 'client'"
_ROWS = {
    INTERACTION: f"""SELECT x.rowid*4, 'interaction', x.id, x.at, x.name, x.channel, k.name, p.name, 1, {_INTERNAL}
        FROM interaction x LEFT JOIN contact k ON k.id=x.contact_id LEFT JOIN project p ON p.id=x.project_id""",
    PROMISE: f"""SELECT x.rowid*4+1, 'promise', x.id,
        CASE WHEN x.state='open' THEN x.due ELSE coalesce(x.settled_on, x.due) END, x.name,
        CASE WHEN x.by='us' THEN 'our promise' ELSE 'their promise' END
        || CASE WHEN x.state='open' THEN '' ELSE ', ' || x.state END, k.name, p.name, x.state<>'open', {_INTERNAL}
        FROM promise x LEFT JOIN contact k ON k.id=x.contact_id LEFT JOIN project p ON p.id=x.project_id""",
    VISIT: f"""SELECT x.rowid*4+2, 'visit', x.id, x.start, x.name, 'visit, ' || x.state, m.name, p.name,
        x.state='reported', {_INTERNAL} FROM visit x LEFT JOIN member m ON m.id=x.member_id
        LEFT JOIN project p ON p.id=x.project_id""",
    MILESTONE: f"""SELECT x.rowid*4+3, 'task', x.id, coalesce({FINISH.replace("t.", "x.")}, x.deadline), x.name,
        'milestone', NULL, p.name, x.actual_finish IS NOT NULL, {_INTERNAL}
        FROM task x LEFT JOIN schedule s ON s.task=x.id LEFT JOIN project p ON p.id=x.project_id""",
}


def time_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[TimeRow]:
    """What the list shows of these rows."""
    found: dict[int, TimeRow] = {}
    for code, sql in _ROWS.items():
        numbers = [row // 4 for row in rows if row % 4 == code]
        if numbers:
            read = conn.execute(f"{sql} WHERE x.rowid IN ({marks(numbers)})", numbers)
            found.update((row[0], TimeRow._make(row)) for row in read)
    return [found[row] for row in rows if row in found]
