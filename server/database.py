"""The seam below the server's logic: one set of SQL over a SQLite file or a PostgreSQL database.

Rules for SQL above this seam, so that both take it:
- SQLite's words, `?` for values; values are text, integer, real, NULL and bytes. No `?` or `%` inside literals.
- Sets come as one JSON text, `ids_of(...)`: `WHERE id IN (SELECT value FROM json_each(?))`. Elements are text.
- `INSERT … ON CONFLICT(…) DO UPDATE / DO NOTHING` and `… RETURNING`; never INSERT OR REPLACE, rowid, PRAGMA.
- `executemany` of `INSERT INTO table(columns) VALUES(?, …)` is one statement over arrays on PostgreSQL: a key may
  come only once in it.
- Rows without ORDER BY come in any order. What may be long is read by `stream`, which keeps no more than a part of it.
- New tables go into `server.schema.TABLES`: TEXT, INTEGER, REAL, BLOB; names that SQL does not reserve.
- Text holds no NUL character, and a key no more than 2,000 bytes: check what comes from outside before it is written.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

import orjson

Value = str | int | float | bytes | None
WAIT = 10.0  # seconds that a writer waits for others


class Rows(Protocol):
    """What a statement answers. The first item of each `description` is a column's name."""

    @property
    def description(self) -> Any: ...

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A transaction of `Database`."""

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Rows: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None: ...
    def stream(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Any]: ...


class Finding(NamedTuple):
    """Of an examination; `state` is ok, warn or fail."""

    state: str
    what: str
    detail: str
    remedy: str = ""


class Database(ABC):
    """Usable from any thread. Every method raises StoreError, in words for whoever runs the server."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def writing(self, workspace: str = "") -> AbstractContextManager[Connection]:
        """One write transaction: all is kept or nothing.

        There is one writer at a time on a SQLite file, and one a workspace on PostgreSQL ("" is all workspaces): what
        is read inside still holds when it is written, and heads come in the order of the commits.
        """

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """One snapshot; waits for no writer."""

    @abstractmethod
    def tell(self, workspace: str, head: int) -> None:
        """Wakes the other processes: the log has come to `head`. Call it after the commit; may get lost."""

    @abstractmethod
    def moves(self) -> list[tuple[str, int]]:
        """Blocks until other processes may have moved a log: the workspaces and heads that were told, or an empty
        list when it is time to look. At most one thread may wait."""

    @abstractmethod
    def examine(self, conn: Connection) -> list[Finding]:
        """Whether the database below the tables is sound, and set up so that it keeps what it accepted."""

    def workspace(self) -> str:
        """The id of the one workspace."""
        with self.reading() as conn:
            return str(conn.execute("SELECT id FROM workspace").fetchone()[0])


def open_database(url: str) -> Database:
    """The database at `postgresql://…`, else in the SQLite file `url`; made or brought up to date where it must be.

    Raises StoreError.
    """
    if url.startswith(("postgresql:", "postgres:")):
        from server.postgres import Postgres  # psycopg takes 100 ms

        return Postgres(url)
    from server.sqlite import Sqlite

    return Sqlite(url.removeprefix("sqlite:///"))


def ids_of(ids: Collection[str]) -> str:
    """The set as a value for `json_each(?)`."""
    return orjson.dumps(list(ids)).decode()
