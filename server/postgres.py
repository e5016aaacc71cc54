"""The server's database on PostgreSQL: its words, and what its errors mean to whoever runs it."""

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import conninfo
from psycopg_pool import ConnectionPool

from models.errors import (
    MilepostError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreReadOnly,
)
from server.database import WAIT, Connection, Database, Finding, Rows, Value
from server.schema import SCHEMA, bring_up

CHANNEL = "milepost"  # LISTEN and NOTIFY: "WORKSPACE HEAD"
CONNECTIONS = 10  # of a process at most, and one that listens
PATIENCE = 5.0  # seconds for a connection
LOOK = 15.0  # seconds between two looks, should a notification get lost
EAR = 0.2  # seconds after which the end of the process is noticed
FETCH = 100  # rows of a stream at a time
MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
SETTINGS = (
    f"SET lock_timeout = '{WAIT:.0f}s'",
    # a worker whose machine is gone holds the lock of its workspace no longer than this
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET client_encoding = 'UTF8'",
)
HOLD = """SELECT (SELECT version FROM milepost_schema) FROM workspace WHERE ? IN ('', id) ORDER BY id
    FOR NO KEY UPDATE"""
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
TYPES = {"INTEGER": "BIGINT", "REAL": "DOUBLE PRECISION", "BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"'}
COLUMNS = """SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema()"""

_log = logging.getLogger(__name__)
Raw = psycopg.Connection[Any]


class Postgres(Database):
    """The database at a libpq URL. Connections that broke are replaced: a restart of PostgreSQL needs none of ours."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._place = place_of(url)
        self._closing = threading.Event()
        self._ear: Raw | None = None
        with self._in_words():
            with self._connect() as raw:
                self._prepare(raw)
                self._arrays = _Arrays(raw)
            self._pool = ConnectionPool(
                url, min_size=1, max_size=CONNECTIONS, timeout=PATIENCE, kwargs={"autocommit": True},
                configure=_configure, open=True,
            )  # fmt: skip

    def close(self) -> None:
        self._closing.set()
        self._pool.close()

    @contextmanager
    def writing(self, workspace: str = "") -> Iterator["PostgresConnection"]:
        with self._transaction("BEGIN") as conn:
            self._lock(conn, workspace)
            yield conn

    @contextmanager
    def reading(self) -> Iterator["PostgresConnection"]:
        with self._transaction(READ) as conn:
            yield conn

    def tell(self, workspace: str, head: int) -> None:
        # after the commit, by itself: a NOTIFY within a transaction makes the commits of all workspaces wait for
        # one another
        with suppress(psycopg.Error), self._pool.connection() as raw:
            raw.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{workspace} {head}"))

    def moves(self) -> list[tuple[str, int]]:
        try:
            if self._ear is None:
                self._ear = self._connect()
                self._ear.execute(f"LISTEN {CHANNEL}".encode())
                return []  # what was told before now went unheard
            return self._heard(self._ear)
        except (psycopg.Error, ValueError):
            self._stop_listening()
            self._closing.wait(1)
            return []

    def examine(self, conn: Connection) -> list[Finding]:
        version, size = conn.execute("SELECT version(), pg_database_size(current_database())").fetchone()
        found = [Finding("ok", "PostgreSQL", f"{version.split(' on ')[0]}, {size / 2**20:,.1f} MB")]
        for setting in MUST_BE_ON:
            [value] = conn.execute("SELECT current_setting(?)", (setting,)).fetchone()
            if value == "off":
                remedy = f"ALTER SYSTEM SET {setting} = on; SELECT pg_reload_conf();"
                found.append(
                    Finding("fail", setting, "off: a power cut would lose what was accepted", remedy)
                )
        return found

    def _heard(self, ear: Raw) -> list[tuple[str, int]]:
        for _ in range(round(LOOK / EAR)):
            told = [n.payload.rsplit(" ", 1) for n in ear.notifies(timeout=EAR, stop_after=1)]
            if self._closing.is_set():
                self._stop_listening()
            if told or self._closing.is_set():
                return [(workspace, int(head)) for workspace, head in told]
        return []

    def _stop_listening(self) -> None:
        if self._ear:
            self._ear.close()
        self._ear = None

    def _lock(self, conn: "PostgresConnection", workspace: str) -> None:
        """Holds the workspace's row to the end of the transaction. Raises StoreNewer."""
        while not (row := conn.execute(HOLD, (workspace,)).fetchone()):
            if not conn.execute("SELECT 1 FROM workspace WHERE ? IN ('', id)", (workspace,)).fetchone():
                return
            # a restore put another row in the place of the one that this waited for
        if row[0] > SCHEMA:
            raise self._newer(row[0])

    @contextmanager
    def _transaction(self, begin: str) -> Iterator["PostgresConnection"]:
        with self._in_words():
            raw = self._begin(begin)
            try:
                yield PostgresConnection(raw, self._arrays)
                if raw.execute("COMMIT").statusmessage != "COMMIT":  # an error in it was swallowed
                    raise StoreError(f"{self._place} kept nothing of a transaction that had failed.")
            except BaseException:
                with suppress(psycopg.Error):
                    raw.rollback()
                raise
            finally:
                self._pool.putconn(raw)

    def _begin(self, begin: str) -> Raw:
        """A connection in a transaction. After a restart of PostgreSQL each one of the pool is dead once."""
        for left in reversed(range(CONNECTIONS + 1)):
            raw = self._pool.getconn()
            try:
                raw.execute(begin.encode())
                return raw
            except psycopg.OperationalError:
                self._pool.putconn(raw)
                if not left:
                    raise
        raise AssertionError

    def _connect(self) -> Raw:
        raw = psycopg.connect(self._url, autocommit=True, connect_timeout=int(PATIENCE))
        _configure(raw)
        return raw

    def _prepare(self, raw: Raw) -> None:
        if self._version(raw) == SCHEMA:
            return
        with raw.transaction():
            raw.execute("SELECT pg_advisory_xact_lock(hashtext('milepost'))")
            version = self._version(raw)  # another process may have been quicker
            raw.execute("CREATE TABLE IF NOT EXISTS milepost_schema(version INTEGER NOT NULL)")
            bring_up(PostgresConnection(raw, None), version)
            raw.execute("DELETE FROM milepost_schema")
            raw.execute("INSERT INTO milepost_schema VALUES(%s)", (SCHEMA,))

    def _version(self, raw: Raw) -> int:
        """The schema's version, 0 for an empty database. Raises StoreNewer or StoreDamaged."""
        if raw.info.parameter_status("server_encoding") != "UTF8":
            raise StoreDamaged(
                f"{self._place} does not keep text as UTF8. Make one that does: createdb -E UTF8."
            )
        tables = {row[0] for row in raw.execute(COLUMNS)}
        if "milepost_schema" not in tables:
            if tables:
                raise StoreDamaged(
                    f"{self._place} is not a Milepost server's database. Make an empty one for it: createdb milepost."
                )
            return 0
        row = raw.execute("SELECT version FROM milepost_schema").fetchone()
        version = int(row[0]) if row else 0
        if version > SCHEMA:
            raise self._newer(version)
        return version

    def _newer(self, version: int) -> StoreNewer:
        return StoreNewer(
            f"A newer Milepost server wrote {self._place} (schema {version}, this one reads {SCHEMA}). "
            "Start the newer server; nothing was changed."
        )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise explain(error, self._place) from error


class PostgresConnection:
    """See `server.database.Connection`; `raw` is psycopg's."""

    def __init__(self, raw: Raw, arrays: "_Arrays | None") -> None:
        self.raw = raw
        self._arrays = arrays

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Rows:
        return self.raw.execute(translated(sql), values, binary=True)

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        columns = list(map(list, zip(*rows, strict=True)))
        if columns and self._arrays:
            self.raw.execute(self._arrays.statement(sql), columns)

    def stream(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Any]:
        with self.raw.cursor("stream", binary=True) as cursor:
            cursor.itersize = FETCH
            yield from cursor.execute(translated(sql), values)


class _Arrays:
    """`INSERT INTO table(columns) VALUES(?, …)` as one statement over an array a column."""

    INSERT = re.compile(r"\s*INSERT INTO (\w+)\(([^)]+)\)\s*VALUES\([?,\s]+\)(.*)", re.DOTALL)

    def __init__(self, raw: Raw) -> None:
        self._types = {(table, column): type for table, column, type in raw.execute(COLUMNS)}
        self.statement = lru_cache(maxsize=None)(self._statement)

    def _statement(self, sql: str) -> bytes:
        found = self.INSERT.fullmatch(sql)
        if not found:
            raise ValueError(f"only INSERT … VALUES(?, …) takes many rows: {sql}")
        table, columns, rest = found.groups()
        types = (self._types[table, column.strip()] for column in columns.split(","))
        arrays = ", ".join(f"%s::{type}[]" for type in types)
        return f"INSERT INTO {table}({columns}) SELECT * FROM unnest({arrays}){rest}".encode()


@lru_cache(maxsize=1_000)
def translated(sql: str) -> bytes:
    """SQLite's words as PostgreSQL's: types, sets, and marks for values."""
    wanted = TYPES if sql.lstrip().startswith("CREATE TABLE") else {**TYPES, "TEXT": "TEXT"}
    words = re.sub(r"\b[A-Z]+\b", lambda word: wanted.get(word[0], word[0]), sql)
    # as an array PostgreSQL looks them up by an index; as a set, with no statistics yet, it reads the whole table
    words = words.replace(
        "IN (SELECT value FROM json_each(?))", "= ANY(ARRAY(SELECT json_array_elements_text(?::json)))"
    )
    each = "json_array_elements_text(?::json) AS each(value)"
    return words.replace("json_each(?)", each).replace("?", "%s").encode()


def place_of(url: str) -> str:
    """Where the database is, in words and without the password. Raises MilepostError."""
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise MilepostError(
            "The address of the database cannot be read. It looks like postgresql://USER@HOST/NAME."
        ) from error
    host = parts.get("host") or parts.get("hostaddr") or "this machine"
    return f"The PostgreSQL database {parts.get('dbname') or parts.get('user') or ''} on {host}"


def _configure(raw: Raw) -> None:
    for setting in SETTINGS:
        raw.execute(setting.encode())


GOES_ON = "nothing was lost, and the server goes on by itself."
WORDS: tuple[tuple[tuple[str, ...], type[StoreError], str], ...] = (
    (
        ("42501", "25006"),
        StoreReadOnly,
        "cannot be written. Give its user the rights to the database, or name the primary, not a standby.",
    ),
    (
        ("53100", "53200", "58030"),
        StoreFull,
        "has no room left or a failing disk. Free some room on its machine; what was accepted before is safe, "
        "nothing of this was taken.",
    ),
    (
        ("53300",),
        StoreBusy,
        "has no connection left. Raise max_connections or run fewer workers (each takes up to "
        f"{CONNECTIONS + 1}).",
    ),
    (
        ("55P03", "57014", "40001", "40P01", "25P03"),
        StoreBusy,
        f"was held by another program for {WAIT:.0f} seconds. End what else writes to it; nothing was lost.",
    ),
    (("XX001", "XX002"), StoreDamaged, "is damaged. Stop the server and restore a backup; nothing was changed."),
    (("57P", "08"), StoreBusy, f"ends or starts; {GOES_ON}"),
)  # fmt: skip


def explain(error: psycopg.Error, place: str) -> StoreError:
    """The StoreError that says `error` in words."""
    state = error.sqlstate or ""
    for states, kind, words in WORDS:
        if state.startswith(states):
            return kind(f"{place} {words}")
    if isinstance(error, psycopg.OperationalError) and not state:
        return StoreBusy(
            f"{place} does not answer: {_reason(error)}. Start PostgreSQL, make the database (createdb NAME), "
            f"or check user and password with psql; {GOES_ON}"
        )
    return StoreError(f"{place} refused: {str(error).strip()}.")


def _reason(error: psycopg.OperationalError) -> str:
    """libpq's own words, without the address."""
    first = str(error).strip().partition("\n")[0]
    return first.rpartition("failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")
