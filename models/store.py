"""The store of a profile: opening it, and the one path by which anything is written.

    store.transact("Finish task", plan.finish, [task_id])

runs the verb with a session in one database transaction that holds the records, the outbox, the undo step and the
history, or none of them.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Session, SQLModel

from models import db, sharing, undo
from models.apply import open_context
from models.capture import PENDING, create_log, create_triggers
from models.copies import UNSEEN
from models.errors import StoreNewer
from models.feed import Changes, read_changes
from models.kinds import KINDS
from models.record import Record, check_record, connection_of, new_id


class WriteLock:
    """A lock in which the screen comes first: SQLite's own is not fair within a process."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._held = False
        self._holder = 0
        self._urgent = 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        with self._free:
            if self._held and self._holder == threading.get_ident():
                raise RuntimeError("a verb writes through its session, never through the store again")
            self._urgent += 1
            try:
                self._free.wait_for(lambda: not self._held)
            finally:
                self._urgent -= 1
            self._held, self._holder = True, threading.get_ident()
        try:
            yield
        finally:
            self._release()

    @contextmanager
    def patient(self) -> Iterator[None]:
        with self._free:
            self._free.wait_for(lambda: not self._held and not self._urgent)
            self._held, self._holder = True, threading.get_ident()
        try:
            yield
        finally:
            self._release()

    def busy(self) -> bool:
        """Whether an edit would have to wait now; the screen then edits from its writer thread."""
        return self._held

    def _release(self) -> None:
        with self._free:
            self._held = False
            self._free.notify_all()


class Store:
    """An open store. `clock` gives milliseconds since 1970 and `new_id` ids; both are injected by simulations."""

    def __init__(
        self, path: Path, *, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        new_id: Callable[[], str] = new_id, conn: sqlite3.Connection | None = None,
    ) -> None:  # fmt: skip
        """`conn`: one that is open already, to begin one takes milliseconds."""
        self.path = path
        self.home = path.parent
        self.lock = WriteLock()
        self.clock = clock
        self.new_id = new_id
        self._engine = _engine(path)
        self._raw = conn or db.connect(path)

    def transact(self, label: str, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Changes:
        """Runs `verb(session, *args, **kwargs)` as one operation of the user, called `label`.

        Committed, captured, undoable and waiting for the server when this returns; nothing at all was written when
        it raises. An operation that changes nothing leaves no trace.
        """
        with self._session() as session:
            conn = connection_of(session)
            _refuse_newer(conn)
            n = open_context(conn, "L", "do", label, self.clock(), id=self.new_id(), author=_author(conn))
            result = verb(session, *args, **kwargs)
            session.flush()
            changes = self._close(conn, n)
            session.commit()
        changes.label, changes.result = label, result
        return changes

    def undo(self, operation: str = "") -> Changes:
        """Takes back the newest operation of this laptop, or the one with that id. `skipped` names what was changed
        since, by a colleague or by what the user did after it."""
        return self._revert(partial(undo.open_undo, which=operation))

    def redo(self) -> Changes:
        """Does again what the newest undo took back."""
        return self._revert(undo.open_redo)

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One raw write transaction for sync and housekeeping; lets the screen's edits go first. See `db.writing`."""
        with self.lock.patient(), db.in_words(self.path), db.writing(self._raw, durable=durable) as conn:
            _refuse_newer(conn)
            yield conn

    def read(self) -> sqlite3.Connection:
        """A connection of its own for reading; the caller closes it."""
        return db.connect(self.path, readonly=True)

    def meta(self, key: str, default: str = "") -> str:
        with self._peek() as conn:
            return db.get_meta(conn, key, default)

    def close(self) -> None:
        self._engine.dispose()
        self._raw.close()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        # what a verb returns stays readable after the commit
        opened = Session(self._engine, expire_on_commit=False)
        with self.lock.urgent(), db.in_words(self.path), _plain_errors(), opened as session:
            yield session

    @contextmanager
    def _peek(self) -> Iterator[sqlite3.Connection]:
        conn = self.read()
        try:
            yield conn
        finally:
            conn.close()

    def _revert(self, opener: Callable[..., tuple[int, list[str]]]) -> Changes:
        with self.lock.urgent(), db.in_words(self.path), db.writing(self._raw) as conn:
            _refuse_newer(conn)
            before = _newest(conn)
            n, skipped = opener(conn, self.clock(), _author(conn), self.new_id())
            if conn.execute("SELECT state FROM txn WHERE n=?", (n,)).fetchone()[0] == 0:
                changes = self._close(conn, n, keep=True)
            else:
                changes = read_changes(conn, before, _newest(conn))
            changes.label = conn.execute("SELECT label FROM txn WHERE n=?", (n,)).fetchone()[0]
        changes.skipped = skipped
        return changes

    def _close(self, conn: sqlite3.Connection, n: int, *, keep: bool = False) -> Changes:
        """Ends the open context: collapses its rows and makes it pending, or drops it when it did nothing."""
        _drop_idle(conn, n)
        _fold_creates(conn, n)
        first, last = conn.execute("SELECT min(n), max(n) FROM change WHERE txn=?", (n,)).fetchone()
        if first is None:
            # an undo that found nothing to do is kept, so that the next one moves on
            sql = "UPDATE txn SET state=6 WHERE n=?" if keep else "DELETE FROM txn WHERE n=?"
            conn.execute(sql, (n,))
            return Changes(_newest(conn))
        conn.execute("UPDATE txn SET state=? WHERE n=?", (PENDING, n))
        return read_changes(conn, first - 1, last)


def open_store(home: Path | str | None = None) -> Store:
    """The store of the profile, made or brought up to date where need be. Raises StoreError with the remedy."""
    folder = db.profile(home)
    path = folder / db.NAME
    with db.in_words(path):
        folder.mkdir(parents=True, exist_ok=True)
    conn = db.connect(path)
    try:
        with db.in_words(path):
            version = conn.execute("PRAGMA user_version").fetchone()[0]
            if version < db.SCHEMA:
                _bring_up(conn, version)
                conn.execute("PRAGMA wal_checkpoint")  # the tables into the file, before the first edit
    except BaseException:
        conn.close()
        raise
    return Store(path, conn=conn)


def _bring_up(conn: sqlite3.Connection, version: int) -> None:
    with db.writing(conn):
        version = conn.execute("PRAGMA user_version").fetchone()[0]  # another process may have been faster
        if version == 0:
            create_schema(conn)
        elif version < db.SCHEMA:
            from models.migrations import migrate

            migrate(conn, version)
            create_triggers(conn)
        conn.execute(f"PRAGMA user_version={db.SCHEMA}")


def create_schema(conn: sqlite3.Connection) -> None:
    """Every table, index and trigger of the newest schema, and the replica's own id."""
    for table in SQLModel.metadata.sorted_tables:
        conn.execute(str(CreateTable(table).compile(dialect=dialect.dialect())))
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            conn.execute(str(CreateIndex(index).compile(dialect=dialect.dialect())))
    create_log(conn)
    create_triggers(conn)
    db.set_meta(conn, "replica", new_id())


def _engine(path: Path) -> Engine:
    # autobegin is ours: BEGIN IMMEDIATE, since a deferred one fails where two writers meet
    engine = create_engine("sqlite://", creator=lambda: db.connect(path), poolclass=QueuePool, pool_size=1)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@event.listens_for(Session, "before_flush")
def _check(session: Session, *_: object) -> None:
    records = [r for r in (*session.new, *session.dirty) if isinstance(r, Record)]
    sharing.settle_spaces(session, [r for r in records if r in session.new])
    for record in records:
        check_record(record)
    sharing.refuse_moves(session, records)
    sharing.refuse_readers(session, {r.space for r in records})


@contextmanager
def _plain_errors() -> Iterator[None]:
    """SQLAlchemy wraps the driver's errors; the message to the user is made from the driver's."""
    try:
        yield
    except DBAPIError as error:
        raise error.orig if isinstance(error.orig, sqlite3.Error) else error from error


def _refuse_newer(conn: sqlite3.Connection) -> None:
    if conn.execute("PRAGMA user_version").fetchone()[0] != db.SCHEMA:
        raise StoreNewer(
            "A newer Milepost has updated this store while this window was open. Close it and start it again; "
            "everything saved so far is safe."
        )


def _author(conn: sqlite3.Connection) -> str | None:
    return db.get_meta(conn, "member") or None


def _newest(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0])


def _drop_idle(conn: sqlite3.Connection, n: int) -> None:
    """Fields (groups of fields) that were written and ended as they were: neither changes nor masks."""
    rows = conn.execute(
        "SELECT tbl, rec, field, old IS new FROM change WHERE txn=? AND field<>''"
        " AND rec IN (SELECT rec FROM change WHERE txn=? AND field<>'' AND old IS new)",
        (n, n),
    ).fetchall()
    moved = {(rec, name) for kind, rec, name, same in rows if not same for name in KINDS[kind].groups(name)}
    idle = [(rec, name) for _, rec, name, _ in rows if (rec, name) not in moved]
    conn.executemany("DELETE FROM change WHERE rec=? AND field=? AND txn=?", [(*pair, n) for pair in idle])
    conn.executemany(
        f"""DELETE FROM shadow WHERE rec=? AND field=? AND NOT EXISTS (
            SELECT 1 FROM change c JOIN txn t ON t.n=c.txn
            WHERE c.rec=shadow.rec AND c.field=shadow.field AND {UNSEEN})""",
        idle,
    )


def _fold_creates(conn: sqlite3.Connection, n: int) -> None:
    """Edits of a record that the same operation created are part of its create."""
    for kind, rec in conn.execute(
        "SELECT DISTINCT e.tbl, e.rec FROM change e JOIN change c ON c.rec=e.rec AND c.txn=e.txn AND c.field=''"
        " WHERE e.txn=? AND e.field<>''",
        (n,),
    ).fetchall():
        names = list(KINDS[kind].fields)
        row = conn.execute(f"SELECT {', '.join(names)} FROM {kind} WHERE id=?", (rec,)).fetchone()
        whole = {f: v for f, v in zip(names, row, strict=True) if v is not None}
        conn.execute(
            "UPDATE change SET new=? WHERE txn=? AND rec=? AND field=''",
            (orjson.dumps(whole).decode(), n, rec),
        )
        conn.execute("DELETE FROM change WHERE txn=? AND rec=? AND field<>''", (n, rec))
