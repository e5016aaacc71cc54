"""What the application works on: the profile's store, read at once and written when the rest is loaded.

Reads go through a raw connection that is open before the first paint. The store (and with it SQLModel) is imported
in a thread after it; an edit made before that, or while a sync holds the write lock, waits in the writer thread and
never on the screen's.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import db, durable
from models.commits import Commits
from models.errors import StoreError
from models.feed import Changes, Feed
from models.windows import discreet
from models.windows.discreet import Front
from tui.apart import Planner

if TYPE_CHECKING:
    from models.store import Store
    from sync.worker import State, Worker

Verb = str | Callable[..., Any]
"""A verb, or its place in words ("task.finish") so that naming one does not import it."""


OFF = "off-the-network"  # a file in the profile as long as its person wants that
FRONT = "client-view"  # another: the client who looks on, and the project in front


class Desk:
    """One profile. `on_state` is called from the sync worker's thread. In the discreet view `conn` and `reader` find
    only what the client who looks on may see; `whole` finds all."""

    def __init__(self, home: Path, on_state: Callable[[State], None] = lambda state: None) -> None:
        self.home = home
        self.path = home / db.NAME
        self.whole = self.conn = db.connect(self.path, readonly=True)
        self.feed = Feed(self.whole)
        self.front = _front(home)
        if self.front is not None:
            self.conn = discreet.connect(self.path, self.front)
        self.planner = Planner(home)
        self.worker: Worker | None = None
        self.off = (home / OFF).exists()  # the network is to be left alone
        self._on_state = on_state
        self._store: Store | None = None
        self._opening = threading.Lock()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._queued = 0
        self._behind: set[Callable[[Store], bool]] = set()
        self._probe: sqlite3.Connection | None = None
        self._commits = Commits(self.path)
        self._over = threading.Event()

    @property
    def store(self) -> Store:
        """The store; imported and opened by the first who asks."""
        with self._opening:
            if self._store is None:
                self._store = import_module("models.store").open_store(self.home)
            return self._store

    @property
    def ready(self) -> bool:
        """Whether an edit made now can be committed on the screen's thread."""
        return self._store is not None and not self._queued and not self._store.lock.busy()

    @property
    def saving(self) -> bool:
        """Whether an edit waits in the writer thread."""
        return self._queued > 0

    @property
    def loaded(self) -> bool:
        """Whether the kinds of records are imported, so that asking for them costs nothing."""
        return self._store is not None

    def look_on(self, front: Front | None) -> None:
        """The discreet view for this client, also after a restart; or all again. Raises StoreError, and then leaves all
        as it was."""
        before = self.conn
        self.conn = self.whole if front is None else discreet.connect(self.path, front)
        self.front = front
        if before is not self.whole:
            before.close()
        _keep_front(self.home, front)

    def news(self) -> Changes | None:
        """What changed since the last call; in the discreet view that may be what is hidden."""
        changes = self.feed.poll()
        if changes is not None and self.front is not None:
            discreet.refresh(self.conn)
        return changes

    def reader(self, *, whole: bool = False) -> sqlite3.Connection:
        """A connection of its own for a thread that reads; the caller closes it."""
        front = None if whole else self.front
        conn = db.connect(self.path, readonly=True) if front is None else discreet.connect(self.path, front)
        conn.execute("PRAGMA cache_size=-2000")  # it reads once: what it keeps would only add to the peak
        return conn

    def watch(self, told: Callable[[], object]) -> None:
        """Calls `told`, from a thread of its own, when somebody committed or the store's file is another one."""

        def committed(conn: sqlite3.Connection | None) -> None:
            told()
            if self.worker is not None and conn is not None:
                self.worker.glance(conn)

        self._commits.watch(committed)

    def warm_up(self) -> None:
        """Loads what the first edit and the first sync need; in a thread, after the first paint."""
        store = self.store
        import_module("models.kinds")
        self.worker = import_module("sync.worker").Worker(store, self._on_state)
        self.worker.pause(self.off)
        self.worker.start()
        if self._over.is_set():  # closed meanwhile
            self.worker.stop()

    def stay_off(self, off: bool) -> None:
        """Leaves the network alone until it is called with False, also after a restart."""
        self.off = off
        with suppress(OSError):  # then for now
            if off:
                (self.home / OFF).touch()
            else:
                (self.home / OFF).unlink(missing_ok=True)
        if self.worker is not None:
            self.worker.pause(off)

    def write(
        self, run: Callable[[Store], Changes], done: Callable[[Future[Changes]], None], *, long: bool = False
    ) -> None:
        """Runs a write: here and now when nothing is in the way, else, and when it takes `long`, in the writer thread,
        in order.

        `done` gets the outcome, from whichever thread that was.
        """

        def checked() -> Changes:
            self.check()
            return run(self.store)

        # a probe of a file that is gone would make a new one beside the old one's log
        if not long and self.ready and not self._commits.replaced() and not self._locked():
            future: Future[Changes] = Future()
            try:
                future.set_result(checked())
            except Exception as error:
                future.set_exception(error)
            done(future)
            return
        self._queued += 1
        self._writer.submit(checked).add_done_callback(lambda f: self._dequeue(f, done))

    def behind(self, step: Callable[[Store], bool]) -> None:
        """Runs a step of housekeeping in a thread of its own, and again, behind the others that wait, as long as it
        says that more is left. Edits never wait for it."""

        def run() -> None:
            self._behind.discard(step)
            if not self._over.is_set() and step(self.store):
                self.behind(step)

        if step not in self._behind:
            self._behind.add(step)
            with suppress(RuntimeError):  # closing
                self._keeper.submit(run)

    def check(self) -> None:
        """Raises StoreError when the file is not the one that was opened: what is written now would be lost."""
        if self._commits.replaced():
            raise StoreError(
                f"{self.path} was removed or replaced while it was open. Put it back or start Milepost again; "
                "this edit was not saved."
            )

    def close(self) -> None:
        """Ends the worker after the last edit is saved."""
        self._over.set()
        self._commits.close()
        self.planner.close()
        self._writer.shutdown(wait=True)
        self._keeper.shutdown(wait=True, cancel_futures=True)
        if self._probe is not None:
            self._probe.close()
        if self.worker is not None:
            self.worker.stop()
        if self._store is not None:
            self._store.close()
        self.conn.close()
        self.whole.close()

    def _locked(self) -> bool:
        """Whether another process is writing: the screen must not wait for it."""
        if self._probe is None:
            self._probe = db.connect(self.path)
            self._probe.execute("PRAGMA busy_timeout=0")
        try:
            self._probe.execute("BEGIN IMMEDIATE")
            self._probe.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return (error.sqlite_errorname or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        return False

    def _dequeue(self, future: Future[Changes], done: Callable[[Future[Changes]], None]) -> None:
        self._queued -= 1
        done(future)


def _front(home: Path) -> Front | None:
    """Who looked on when the application ended; nobody of any client where that cannot be read."""
    try:
        client, project = (home / FRONT).read_text("utf-8").split("\n")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return Front("", "")
    return Front(client, project)


def _keep_front(home: Path, front: Front | None) -> None:
    with suppress(OSError):  # then for now
        if front is None:
            (home / FRONT).unlink(missing_ok=True)
        else:
            fresh = home / f"{FRONT}.new"
            fresh.write_text("\n".join(front), "utf-8")
            durable.put_in_place(fresh, home / FRONT)


def find_verb(verb: Verb) -> Callable[..., Any]:
    """The function that a verb's place names."""
    if callable(verb):
        return verb
    module, _, name = verb.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"models.{module}"), name)
    return found


def prepare(home: Path) -> None:
    """Makes or updates the profile's store where that has to happen before anything can be read."""
    path = home / db.NAME
    if not path.exists() or db.version(path) < db.SCHEMA:
        import_module("models.store").open_store(home).close()
