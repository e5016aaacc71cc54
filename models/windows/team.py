"""Members, and the calendars by which they work."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from models.windows.window import Window, escape, marks

MEMBER, CALENDAR = 0, 1  # a row number of this window is rowid * 2 + one of these


class TeamRow(NamedTuple):
    """`tasks` counts the unfinished tasks that a member is on."""

    row: int
    kind: str
    id: str
    name: str
    initials: str | None
    role: str | None
    email: str | None
    phone: str | None
    inactive: int
    tasks: int


def team(conn: sqlite3.Connection, text: str = "") -> Window:
    """Members by name, those who are gone last; then calendars."""
    window, like = Window(), f"%{escape(text)}%"
    hit = " OR ".join(f"{name} LIKE ?1 ESCAPE '\\'" for name in ("name", "initials", "role"))
    order = "inactive IS 1, type<>'work', name COLLATE NOCASE, id"
    for code, sql in (
        (MEMBER, f"SELECT rowid FROM member WHERE deleted_at IS NULL AND ({hit}) ORDER BY {order}"),
        (CALENDAR, "SELECT rowid FROM calendar WHERE deleted_at IS NULL AND name LIKE ?1 ESCAPE '\\'"
         " ORDER BY name COLLATE NOCASE, id"),
    ):  # fmt: skip
        window.rows.extend(row * 2 + code for (row,) in conn.execute(sql, (like,)))
    return window


_TEAM = {
    MEMBER: """SELECT rowid*2, 'member', id, name, initials, role, email, phone, inactive IS 1,
        (SELECT count(*) FROM assignment a JOIN task t ON t.id=a.task_id WHERE a.member_id=member.id
         AND a.deleted_at IS NULL AND t.deleted_at IS NULL AND t.actual_finish IS NULL) FROM member""",
    CALENDAR: "SELECT rowid*2+1, 'calendar', id, name, NULL, NULL, NULL, NULL, 0, 0 FROM calendar",
}


def team_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[TeamRow]:
    """What the list shows of these rows."""
    by_row: dict[int, TeamRow] = {}
    for code, sql in _TEAM.items():
        numbers = [row // 2 for row in rows if row % 2 == code]
        if numbers:
            found = conn.execute(f"{sql} WHERE rowid IN ({marks(numbers)})", numbers)
            by_row.update((row[0], TeamRow._make(row)) for row in found)
    return [by_row[row] for row in rows if row in by_row]
