"""The conflicts as a list, those to decide first."""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.filters.lines import Line, left
from models.windows.open_conflicts import OPEN
from models.windows.window import NAMED, Condition, Window, add, marks


class ConflictRow(NamedTuple):
    """A conflict. `winner` and `loser` are JSON; `ours_aside`: this laptop's member wrote the loser, and where both are
    hers, on this laptop. `laptop`, where one person wrote both: which of them was written here, `winner` or `loser`.
    `settled` is the choice, empty as long as there is none."""

    row: int
    id: str
    kind: str
    rec: str
    field: str
    decided: str | None
    winner: str
    winner_name: str | None
    loser: str
    loser_name: str | None
    at: str | None
    ours_aside: int
    laptop: str | None
    settled: str | None
    name: str | None


_NAME = "CASE c.kind {} END".format(
    " ".join(
        f"WHEN '{kind}' THEN (SELECT name FROM {kind} WHERE id=c.rec)" for kind in (*NAMED, "attachment")
    )
)
_LAPTOP = """CASE WHEN c.winner_author=c.loser_author THEN (SELECT iif(id=c.loser_txn, 'loser', 'winner')
    FROM txn WHERE id IN (c.winner_txn, c.loser_txn) AND origin='L') END"""
_SETTLED = "(SELECT choice FROM settlement x WHERE x.conflict_id=c.id AND x.deleted_at IS NULL LIMIT 1)"
# what a person should look at first: a value that was set aside without anybody's clock deciding it
_ORDER = f"ORDER BY {_SETTLED} IS NOT NULL, coalesce(c.decided, '') IN ('time', 'text'), c.id"


def conflicts_window(
    conn: sqlite3.Connection, settled: bool = False, wanted: Mapping[str, Condition] = {}
) -> Window:
    """The open conflicts that are wanted, then, if wished, the settled ones."""
    window = Window()
    for (row,) in conn.execute(
        f"""SELECT rowid FROM conflict c WHERE rowid IN {OPEN}
            OR ? AND deleted_at IS NULL AND {_SETTLED} IS NOT NULL {_ORDER}""",
        (settled,),
    ):
        add(window, row, 0)
    if wanted:
        said = (
            Line(
                row.row,
                "conflict",
                row.id,
                f"{row.name or row.kind} {row.field} {row.winner} {row.loser}",
                row.at,
            )
            for row in conflicts_rows(conn, window.rows)
        )
        window = Window(array("q", left(conn, wanted, said)))
    return window


def conflicts_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[ConflictRow]:
    found = conn.execute(
        f"""SELECT c.rowid, c.id, c.kind, c.rec, c.field, c.decided,
            c.winner, (SELECT name FROM member WHERE id=c.winner_author),
            c.loser, (SELECT name FROM member WHERE id=c.loser_author), max(c.winner_at, c.loser_at),
            coalesce(c.loser_author=m.value AND (c.winner_author IS NOT m.value OR {_LAPTOP}='loser'), 0), {_LAPTOP},
            {_SETTLED}, {_NAME}
            FROM conflict c LEFT JOIN meta m ON m.key='member' AND m.value<>''
            WHERE c.rowid IN ({marks(rows)})""",
        list(rows),
    )
    by_row = {row[0]: ConflictRow._make(row) for row in found}
    return [by_row[row] for row in rows if row in by_row]
