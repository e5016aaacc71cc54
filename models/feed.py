"""What changed in the store since this process last looked, whoever changed it.

`Changes.fields` is what a screen decides by: none of its fields → nothing to do; a field that it sorts or filters by,
or a record's coming or going ('') → run its window again; else only the rows on screen.
"""

import sqlite3
from dataclasses import dataclass, field

from models import db

GENERATION = "dates_generation"  # in `meta`: counts the commits that changed computed dates


@dataclass
class Changes:
    """Fields changed by table ('' = a record came or went), up to the change number `upto`.

    The derived table `schedule` is told as changed in its field "dates".
    """

    upto: int = 0
    fields: dict[str, set[str]] = field(default_factory=dict)
    label: str = ""
    count: int = 0
    result: object = None
    skipped: list[str] = field(default_factory=list)

    def touches(self, table: str, *names: str) -> bool:
        """Whether any of the fields (or, without names, anything) of the table changed."""
        changed = self.fields.get(table, set())
        return bool(changed.intersection(names) if names else changed)


class Feed:
    """Looks at one idle connection in autocommit mode; cheap enough for every second."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._version = -1
        self.upto = self._newest()
        self._dates = self._generation()
        self.poll()

    def poll(self) -> Changes | None:
        """What was committed since the last call, or None. Own commits through other connections count too."""
        version = self._conn.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return None
        self._version = version
        newest, dates = self._newest(), self._generation()
        if (newest, dates) == (self.upto, self._dates):
            return None
        changes = read_changes(self._conn, self.upto, newest)
        if dates != self._dates:
            changes.fields["schedule"] = {"dates"}
        self.upto, self._dates = newest, dates
        return changes

    def _generation(self) -> str:
        return db.get_meta(self._conn, GENERATION)

    def _newest(self) -> int:
        return int(self._conn.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0])


def read_changes(conn: sqlite3.Connection, after: int, upto: int) -> Changes:
    """The distinct (table, field) of the change numbers in (after, upto]."""
    changes = Changes(upto)
    for table, name in conn.execute(
        "SELECT DISTINCT tbl, field FROM change WHERE n>? AND n<=?", (after, upto)
    ):
        changes.fields.setdefault(table, set()).add(name)
    changes.count = conn.execute(
        "SELECT count(DISTINCT rec) FROM change WHERE n>? AND n<=?", (after, upto)
    ).fetchone()[0]
    return changes


def ids(conn: sqlite3.Connection, after: int, upto: int, table: str, among: list[str]) -> set[str]:
    """Which records `among` these changed in (after, upto]: the rows on screen, never the whole feed."""
    marks = ", ".join("?" * len(among))
    rows = conn.execute(
        f"SELECT DISTINCT rec FROM change WHERE rec IN ({marks}) AND tbl=? AND n>? AND n<=?",
        (*among, table, after, upto),
    )
    return {row[0] for row in rows}


def brought_back(conn: sqlite3.Connection, upto: int) -> list[tuple[str, str]]:
    """Kind and id of the records that the operation of the change number `upto` took out of the recycle bin."""
    sql = """SELECT tbl, rec FROM change WHERE txn=(SELECT txn FROM change WHERE n=?)
        AND field='deleted_at' AND old IS NOT NULL AND new IS NULL ORDER BY n"""
    return conn.execute(sql, (upto,)).fetchall()
