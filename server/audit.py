"""Who was invited, signed in or out, and what was restored: what whoever runs the server can look up."""

from typing import NamedTuple

from server.database import Connection


class Event(NamedTuple):
    """An invite, login, logout, revoke or restore, or a space let go. `at` is in milliseconds since 1970; `member` did
    it, "" for whoever runs the server."""

    at: int
    member: str
    what: str
    detail: str


def note(conn: Connection, workspace: str, now: int, member: str | None, what: str, detail: str) -> None:
    """Writes down an `Event`; `member` is an id, None for whoever runs the server."""
    conn.execute(
        "INSERT INTO audit(workspace, at, member, what, detail) VALUES(?,?,?,?,?)",
        (workspace, now, member, what, detail),
    )


def newest(conn: Connection, workspace: str, most: int) -> list[Event]:
    """So many at most, newest first."""
    rows = conn.execute(
        "SELECT a.at, coalesce(m.name, a.member, ''), a.what, a.detail FROM audit a"
        " LEFT JOIN member m ON m.workspace=a.workspace AND m.id=a.member"
        " WHERE a.workspace=? ORDER BY a.at DESC, a.what, a.detail LIMIT ?",
        (workspace, most),
    ).fetchall()
    return [Event(*row) for row in rows]
