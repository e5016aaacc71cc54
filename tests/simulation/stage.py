"""What the play needs that the product does not: cheap stores, one clock, one source of ids."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from models import apply, assignment, baseline, db, moving, record, replica, sharing, task, undo
from models import store as store_module
from models.fields import instant_of
from models.store import Store, open_store
from server import log as server_log

START = 1_790_000_000_000  # ms since 1970: when every schedule begins


def folder() -> Path:
    """A folder of its own, in memory where there is such a place; the caller removes it."""
    ram = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="milepost-", dir=ram if os.access(ram, os.W_OK) else None))


@cache
def _template() -> bytes:
    home = folder()
    try:
        open_store(home).close()
        return (home / db.NAME).read_bytes()
    finally:
        shutil.rmtree(home)


def new_profile(home: Path, meta: dict[str, str]) -> None:
    """A profile at `home`, copied from one that was made once in this process."""
    home.mkdir(parents=True)
    (home / db.NAME).write_bytes(_template())
    if not meta:
        return
    conn = db.connect(home / db.NAME)
    with db.writing(conn):
        for key, value in meta.items():
            db.set_meta(conn, key, value)
    conn.close()


class Clock:
    """The true time and the ids of one play; both only go forward."""

    def __init__(self) -> None:
        self.now = START
        self.skew = 0  # of the laptop that acts
        self._ids = 0

    def read(self) -> int:
        return self.now + self.skew

    def id(self) -> str:
        self._ids += 1
        return f"01900000-0000-7000-8000-{self._ids:012x}"

    def instant(self) -> str:
        return instant_of(self.read())

    def date(self) -> datetime:
        return datetime.fromtimestamp(self.read() / 1000, UTC).replace(tzinfo=None)


@contextmanager
def injected(clock: Clock) -> Iterator[None]:
    """Everything that reads the time or makes an id takes it from `clock`; no file waits for the disk."""

    class Day(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return clock.date()

    places = [
        (module, "new_id", clock.id) for module in (record, apply, replica, store_module, sharing, server_log)
    ]
    places += [
        (module, "now_instant", clock.instant) for module in (record, assignment, baseline, moving, undo)
    ]
    places += [(task, "datetime", Day), (db, "_set_up", _quick(db._set_up))]
    with ExitStack() as stack:
        for module, name, stand_in in places:
            stack.enter_context(patch.object(module, name, stand_in))
        yield


def _quick(set_up: Callable[..., None]) -> Callable[..., None]:
    def run(conn: object) -> None:
        set_up(conn)
        conn.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]

    return run


_engines: list[Any] = []


def open_quick(home: Path, clock: Clock) -> Store:
    store = Store(home / db.NAME, clock=clock.read, new_id=clock.id)
    alike = (_engines or [store._engine])[
        0
    ]  # whose statements are compiled already: a tenth of the time of a play
    store._engine.dialect, store._engine._compiled_cache = alike.dialect, alike._compiled_cache
    _engines[:] = [alike]
    return store
