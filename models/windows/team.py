"""Members, and the calendars by which they work."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.windows.window import EVERY, Condition, Window, marks

MEMBER, CALENDAR = 0, 1  # a row number of this window is rowid * 2 + one of these


class TeamRow(NamedTuple):
    """`tasks` counts the unfinished tasks that a member is on; `internal` is 1 for what no client may see."""

    row: int
    kind: str
    id: str
    name: str
    initials: str | None
    role: str | None
    email: str | None
    phone: str | None
    inactive: int
    internal: int
    tasks: int


def team(conn: sqlite3.Connection, wanted: Mapping[str, Condition] = {}) -> Window:
    """Members by name, those who are gone last; then calendars. `wanted` by kind."""
    window = Window()
    gone = "t.inactive IS 1, t.type<>'work', "
    for code, kind, order in ((MEMBER, "member", gone), (CALENDAR, "calendar", "")):
        test = wanted.get(kind, EVERY)
        sql = f"SELECT t.rowid FROM {kind} t WHERE t.deleted_at IS NULL AND {test.sql}"
        found = conn.execute(f"{sql} ORDER BY {order}t.name COLLATE NOCASE, t.id", test.values)
        window.rows.extend(row * 2 + code for (row,) in found)
    return window


_TEAM = {
    MEMBER: """SELECT rowid*2, 'member', id, name, initials, role, email, phone, inactive IS 1,
        visibility IS NOT 'client' FROM member""",
    CALENDAR: """SELECT rowid*2+1, 'calendar', id, name, NULL, NULL, NULL, NULL, 0,
        visibility IS NOT 'client' FROM calendar""",
}


def open_tasks(conn: sqlite3.Connection) -> dict[str, int]:
    """How many unfinished tasks each member is on. A microsecond or two for each assignment."""
    return dict(
        conn.execute(
            """SELECT a.member_id, count(*) FROM assignment a JOIN task t ON t.id=a.task_id
               WHERE a.deleted_at IS NULL AND t.deleted_at IS NULL AND t.actual_finish IS NULL GROUP BY a.member_id"""
        ).fetchall()
    )


def team_rows(conn: sqlite3.Connection, rows: Sequence[int], tasks: Mapping[str, int]) -> list[TeamRow]:
    """What the list shows of these rows, with the `tasks` of each member."""
    by_row: dict[int, TeamRow] = {}
    for code, sql in _TEAM.items():
        numbers = [row // 2 for row in rows if row % 2 == code]
        if numbers:
            found = conn.execute(f"{sql} WHERE rowid IN ({marks(numbers)})", numbers)
            by_row.update((row[0], TeamRow._make((*row, tasks.get(row[2], 0)))) for row in found)
    return [by_row[row] for row in rows if row in by_row]
