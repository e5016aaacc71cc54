"""The checksums of spaces (models.digest), which laptops compare with theirs at the end of a sync.

They stand in the table `checksum`, kept by what writes records within the same transaction, so that they are true of
the head of every snapshot.
"""

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from models.digest import MASK, step
from models.space import LIBRARY
from server import spaces
from server.database import Connection


class Sums(NamedTuple):
    """By space, of all that a member sees, as of `head`; `shares` is the version of who sees what."""

    sums: dict[str, int]
    head: int
    shares: int
    epoch: str


def total(conn: Connection, workspace: str, member: str) -> int:
    """Of all spaces that the member sees."""
    rows = conn.execute(
        "SELECT sum FROM checksum WHERE workspace=? AND (space=? OR space IN"
        " (SELECT space FROM membership WHERE workspace=? AND member=?))",
        (workspace, LIBRARY, workspace, member),
    )
    return sum(int(one) for (one,) in rows.fetchall()) & MASK


def by_space(conn: Connection, workspace: str, member: str) -> dict[str, int]:
    """Of each space that the member sees."""
    found = _kept(conn, workspace)
    return {space: found.get(space, 0) for space in spaces.roles(conn, workspace, member)}


def add(conn: Connection, workspace: str, gained: Mapping[str, int]) -> None:
    """What each space gains, modulo 2^48."""
    for space, n in gained.items():
        conn.execute(
            "INSERT INTO checksum(workspace, space, sum) VALUES(?,?,?) ON CONFLICT(workspace, space)"
            f" DO UPDATE SET sum=(checksum.sum + excluded.sum) & {MASK}",
            (workspace, space, n & MASK),
        )


def fill(conn: Connection) -> None:
    """Gives a database of a server that kept none its sums."""
    for [workspace] in conn.execute("SELECT id FROM workspace").fetchall():
        add(conn, workspace, _counted(conn, workspace))


def wrong(conn: Connection, workspace: str) -> list[str]:
    """The spaces whose records are not those that their sum was kept of. Reads all records."""
    kept, found = _kept(conn, workspace), _counted(conn, workspace)
    return sorted(s for s in kept.keys() | found.keys() if kept.get(s, 0) != found.get(s, 0) & MASK)


def _kept(conn: Connection, workspace: str) -> dict[str, int]:
    return dict(conn.execute("SELECT space, sum FROM checksum WHERE workspace=?", (workspace,)).fetchall())


def _counted(conn: Connection, workspace: str) -> dict[str, int]:
    found: dict[str, int] = {}
    rows = "SELECT space, kind, id, data FROM record WHERE workspace=?"
    for space, kind, rec, data in conn.stream(rows, (workspace,)):
        found[space] = found.get(space, 0) + step(kind, rec, None, orjson.loads(data))
    return found
