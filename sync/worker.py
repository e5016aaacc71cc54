"""Syncing by itself: one worker a profile, woken by edits, by the server's events and by the clock.

The worker has a thread and an event loop of its own, so that decoding and applying never wait for the screen, nor the
screen for them. It posts `State`s; it never touches a widget.
"""

import asyncio
import math
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx

from models import db, history, notice, outbox
from models.commits import Commits
from models.errors import MilepostError, Offline, StoreError, SyncError
from models.logbook import note
from models.store import Store
from models.windows.open_conflicts import COUNT_OPEN
from sync import api
from sync.account import token_of
from sync.alone import Elsewhere, only_one
from sync.driving import BREATH, drive
from sync.run import Report

POLL = 60.0  # seconds between looks at the server when nothing wakes us
BACK_OFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)  # seconds, each with up to as much again at random
GLANCE = 0.2  # seconds between two tellings of the progress
HUSH = 0.06  # seconds that a pull rests between two checkpoints after a key press
AT_LEAST = 1.0  # seconds between two attempts that fail, also when an edit wakes us
TAKE_OVER = 2.0  # seconds between looks whether the other process has ended
SLEPT = 10.0  # seconds that the wall clock may gain on the steady one before we take it for a sleep
wall = time.time
DAY = 86_400_000  # milliseconds
KEPT = 400 * DAY  # of what was done; of older operations the server tells
FORGOTTEN = 100  # old operations that leave the store in one write transaction
LOOK = 2.0  # seconds between looks whether it did, while a request is under way
STOPS = ("offline", "held", "paused")  # phases of which the reason is kept
PAUSED = "The application was told to stay off the network; f9 there goes back."
UNFORESEEN = (
    "Sync met something that it does not know ({}: {}). It is tried again; your edits wait. If it stays, report it "
    "with {}"
)


@dataclass(frozen=True)
class State:
    """What a screen shows of sync. `phase`: local (never signed in), synced, syncing, offline, held, elsewhere
    (another process of this profile syncs), paused. `last_sync` is milliseconds since 1970, 0 = never. `asked`:
    somebody asked for a sync, and `detail` says how it went."""

    phase: str = "local"
    waiting: int = 0
    conflicts: int = 0
    rejected: int = 0
    last_sync: int = 0
    detail: str = ""
    done: int = 0
    total: int = 0
    asked: bool = False


def sync_now(
    store: Store, progress: Callable[[int, int], None] = lambda done, total: None, check: bool = False
) -> Report:
    """One sync, now; `check` as in engine.sync. Raises SyncError: Offline, Held, NoCredentials."""

    async def run() -> Report:
        async with api.client(store.meta("server"), token_of(store)) as http:
            return await drive(store, http, progress, check=check)

    with only_one(store.home, wait=2.0):
        try:
            report = asyncio.run(run())
        except SyncError as error:
            _keep(store, str(error))
            raise
        _keep(store, "")
        return report


def in_words(report: Report) -> str:
    """What one sync did, in a sentence."""
    fetched = f", {report.fetched:,} record{'s' * (report.fetched != 1)} fetched" if report.fetched else ""
    return f"Synced: {report.accepted:,} sent, {report.pulled:,} received{fetched}."


def watch(store: Store, on_state: Callable[[State], None]) -> None:
    """Syncs in this thread until it is interrupted."""
    worker = Worker(store, on_state)
    with closing(Commits(store.path)) as commits:
        commits.watch(worker.glance)
        asyncio.run(worker.work())


def read_state(store: Store) -> State:
    """What the store knows about sync, without a worker."""
    conn = store.read()
    try:
        signed_in = bool(db.get_meta(conn, "member"))
        return State(
            phase="synced" if signed_in else "local",
            waiting=outbox.waiting(conn),
            conflicts=_count(conn, COUNT_OPEN),
            rejected=_count(conn, "SELECT count(*) FROM txn WHERE state=5"),
            last_sync=int(db.get_meta(conn, "last_sync", "0")),
        )
    finally:
        conn.close()


class Worker:
    """Keeps a profile in sync in the background. `on_state` is called from the worker's thread."""

    def __init__(self, store: Store, on_state: Callable[[State], None]) -> None:
        self._store = store
        self._on_state = on_state
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._off = asyncio.Event()  # paused or stopped
        self._thread: threading.Thread | None = None
        self._paused = False
        self._stopped = False
        self._state = State(phase="")  # nothing told yet
        self._told = 0.0  # when the progress was
        self._pressed = 0.0  # when the last key was
        self._failures = 0  # attempts in a row
        self._head = -1  # of the log, as the server told last
        self._deaf_until = 0.0  # when somebody listens for events again (steady clock)
        self._newest = 0  # operation that waited at the last glance
        self._asked = self._due = False  # somebody waits to hear how a sync went; how this one goes
        self._next = 0.0  # when the next attempt may be (steady clock)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the worker; a request under way is dropped, which loses nothing."""
        self._stopped = True
        self.wake()
        if self._thread:
            self._thread.join(2.0)

    def wake(self) -> None:
        """Something was edited: sync soon."""
        self._call(self._nudged)

    def ask(self) -> None:
        """The user asked: sync soon, and tell how it went, or at once that it is not to be tried yet."""
        self._asked = True
        self._call(self._heard)

    def _call(self, what: Callable[[], None]) -> None:
        if self._loop and not self._loop.is_closed():
            with suppress(RuntimeError):  # the loop may end between the two
                self._loop.call_soon_threadsafe(what)

    def _heard(self) -> None:
        if self._next > time.monotonic() + AT_LEAST:
            self._tell(replace(self._state, asked=self._answered()))
        self._nudged()

    def _nudged(self) -> None:
        self._wake.set()
        if self._stopped or self._paused:
            self._off.set()
        else:
            self._off.clear()

    def glance(self, conn: sqlite3.Connection | None) -> None:
        """Somebody committed, perhaps another process: syncs soon if that left something to send, or signed in."""
        if conn is not None:
            before, self._newest = self._newest, outbox.newest(conn)
            if self._newest > before or self._state.phase == "local":
                self.wake()

    def hush(self) -> None:
        """A key was pressed: a pull under way leaves the interpreter to what the key causes, for a moment."""
        self._pressed = time.monotonic()

    def pause(self, paused: bool) -> None:
        """Stays off the network, as on an aeroplane, until it is called with False."""
        self._paused = paused
        self.wake()

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self.work())

    async def work(self) -> None:
        """Syncs until stopped."""
        self._loop = asyncio.get_running_loop()
        self._wake, self._off = asyncio.Event(), asyncio.Event()
        while not self._stopped:
            self._wake.clear()  # else a wake-up while another one syncs makes every rest end at once
            try:
                await self._turn()
            except Exception as error:  # nobody else would hear of it, and nothing be sent any more
                self._hold(error)
                await self._rest(BACK_OFF[-2], at_least=AT_LEAST)

    async def _turn(self) -> None:
        if not self._store.meta("member"):
            await self._signed_out()
            return
        try:
            with only_one(self._store.home):
                await self._session()
        except Elsewhere:
            self._say("elsewhere", "Another window of this profile syncs.")
            await self._rest(TAKE_OVER)

    def _hold(self, error: Exception) -> None:
        words = str(error)
        if not isinstance(error, MilepostError):
            where = note(self._store.home, error)
            words = UNFORESEEN.format(type(error).__name__, error, where or "its words")
        try:
            self._say("held", words)
        except (MilepostError, sqlite3.Error, OSError):  # it may be the store that fails
            self._tell(replace(self._state, phase="held", detail=words, asked=self._answered()))

    async def _signed_out(self) -> None:
        """Waits until somebody signs in, which a glance tells."""
        self._say("local")
        await self._rest(POLL)

    async def _session(self) -> None:
        """Syncs over one client until stopped, paused, after a sleep or a failure."""
        while self._paused and not self._stopped:
            self._wake.clear()
            self._say("paused", PAUSED)
            await self._rest(POLL)
        if self._stopped:
            return
        token = token_of(self._store)
        async with api.client(self._store.meta("server"), token) as http:
            events = asyncio.create_task(self._listen(http))
            try:
                await self._loop_over(http)
            finally:
                events.cancel()

    async def _loop_over(self, http: httpx.AsyncClient) -> None:
        while not self._stopped and not self._paused:
            self._wake.clear()
            if self._asked:
                self._asked, self._due = False, True  # who asks from here on hears of the next one
            try:
                report = await self._unless_off(drive(self._store, http, self._progress, self._quiet_until))
            except Dropped:
                return  # connections from before a sleep are half-open: begin with new ones
            except SyncError as error:
                self._say("offline" if isinstance(error, Offline) else "held", str(error))
                self._leave_alone(error)
                await self._rest(pause(self._failures, error.wait), at_least=max(AT_LEAST, error.wait))
                self._failures += 1
                return  # over HTTP/2 a dead line would be asked again and again, and the next token may be another
            else:
                self._failures = 0
                self._head = report.head
                self._say("synced", " ".join(report.notices), in_words(report))
                await self._tidy()
                slept = await self._rest(POLL * (1 + random.random() / 4))
            if slept:
                return

    async def _tidy(self) -> None:
        """Once a day lets go of what was done long ago, a little at a time."""
        now = self._store.clock()
        if abs(now - int(self._store.meta("tidied", "0"))) < DAY:
            return
        with closing(self._store.read()) as conn:
            old = history.outdated(conn, now - KEPT)
        while old and not self._stopped:
            some, old = old[:FORGOTTEN], old[FORGOTTEN:]
            with self._store.write(durable=False) as conn:
                history.forget(conn, some)
            await asyncio.sleep(BREATH)
        if not old:
            with self._store.write(durable=False) as conn:
                db.set_meta(conn, "tidied", str(now))

    async def _unless_off(self, work: Coroutine[Any, Any, Report]) -> Report:
        """Drops the work when it is paused or stopped, or the machine slept meanwhile, which loses nothing. Raises
        Dropped."""
        task, off, clocks = asyncio.create_task(work), asyncio.create_task(self._off.wait()), Clocks()
        try:
            while not task.done():
                await asyncio.wait({task, off}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                if not task.done() and (off.done() or clocks.slept()):
                    raise Dropped
            return task.result()
        finally:
            off.cancel()
            if task.cancel():
                await asyncio.wait({task})

    async def _listen(self, http: httpx.AsyncClient) -> None:
        """The server's word that its log moved wakes the loop; a broken line is tried again."""
        failures = 0
        while True:
            await asyncio.sleep(self._deaf_until - time.monotonic())
            try:
                async for head in api.heads(http):
                    failures = 0
                    if head != self._head:  # each new line begins with it: that alone ends no rest
                        self._head = head
                        self._wake.set()
            except SyncError as error:
                self._leave_alone(error)
                await asyncio.sleep(pause(failures))
                failures += 1

    def _leave_alone(self, error: SyncError) -> None:
        self._deaf_until = max(self._deaf_until, time.monotonic() + error.wait * (1 + random.random() / 4))

    async def _rest(self, seconds: float, at_least: float = 0.0) -> bool:
        """Waits to be woken, but not before `at_least` seconds have passed; whether the machine slept meanwhile."""
        clocks, began = Clocks(), time.monotonic()
        self._next = began + at_least
        for second in range(math.ceil(at_least)):
            if not (self._stopped or self._paused):
                await asyncio.sleep(min(at_least - second, 1.0))
        while not self._wake.is_set() and (left := began + seconds - time.monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(left, SLEPT))
            if clocks.slept():
                return True
        return clocks.slept()

    def _quiet_until(self) -> float:
        return self._pressed + HUSH

    def _progress(self, done: int, total: int) -> None:
        # a checkpoint comes every few milliseconds, and each telling has the screen paint
        if total > 20 and (now := time.monotonic()) >= self._told + GLANCE:
            self._told = now
            self._tell(replace(self._state, phase="syncing", done=done, total=total))

    def _say(self, phase: str, detail: str = "", did: str = "") -> None:
        """`did` is for whoever asked."""
        if phase in ("synced", *STOPS):
            _keep(self._store, detail if phase in STOPS else "")
        state = read_state(self._store)
        if asked := self._answered(by_a_sync=phase == "synced"):
            detail = f"{did} {detail}".strip()
        self._tell(replace(state, phase=phase, detail=detail, asked=asked))

    def _answered(self, by_a_sync: bool = False) -> bool:
        due, self._due = self._due or (self._asked and not by_a_sync), False
        self._asked = self._asked and by_a_sync
        return due

    def _tell(self, state: State) -> None:
        """What was told already is told once more only to whoever asked."""
        before, self._state = self._state, replace(state, asked=False)
        if state != before:
            self._on_state(state)


def _keep(store: Store, why: str) -> None:
    """Keeps why nothing is synced where every process of the profile can read it, "" that something was."""
    with closing(store.read()) as conn:
        before = notice.stopped(conn)[1]
    if why != before and store.meta("member"):
        with suppress(StoreError), store.write(durable=False) as conn:  # it is said in any case
            notice.stop(conn, why, store.clock())


class Dropped(Exception):
    """A sync was broken off: by pause or stop, or since the machine slept, so that its connection is dead."""


class Clocks:
    """The wall clock beside the steady one, which stands still while the machine sleeps."""

    def __init__(self) -> None:
        self._ahead = wall() - time.monotonic()

    def slept(self) -> bool:
        return wall() - time.monotonic() - self._ahead > SLEPT


def pause(failures: int, asked: float = 0.0) -> float:
    """Seconds until the next attempt after so many that failed in a row and another one, at random, so that laptops
    which failed together do not come back together. `asked`: the server asks to be left alone for as long."""
    wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
    return max(asked, wait) + max(asked / 4, wait) * random.random()


def _count(conn: sqlite3.Connection, sql: str) -> int:
    return int(conn.execute(sql).fetchone()[0])
