"""One sync run to its end: the engine's steps over the network and the store."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing

import httpx

from models import space
from models.blobs import Blobs
from models.leaving import clear_away
from models.store import Store
from sync import api, engine
from sync.run import Progress, Report
from sync.steps import Local, Outside

BREATH = 0.001  # seconds without the store's lock, at least, after a step that held it for longer than that


async def drive(
    store: Store, http: httpx.AsyncClient, progress: Progress,
    quiet_until: Callable[[], float] = lambda: 0.0, check: bool = False,
) -> Report:  # fmt: skip
    """One sync over `http`; `check` as in engine.sync. Raises SyncError."""
    steps = engine.sync(store.clock, progress, Blobs(store.home), check)
    writes = _Writes(store, quiet_until)
    outcome: object = None
    with closing(api.Line(http)) as line:
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                report: Report = end.value
                break
            if isinstance(step, Local):
                await line.expect(step.ahead)
                outcome = await writes.run(step)
            elif isinstance(step, Outside):
                outcome = step.run()
            else:
                outcome = await line.send(step)
    if report.taken_away:
        clear_away(store)
    with store.write() as conn:  # not `meta`, whose connection of its own takes longer than a sync of nothing
        if words := space.taken(conn):  # also by a sync that broke off after it
            report.notices.append(words)
    return report


class _Writes:
    """The engine's work on the store. After a step that took its time the next one waits for a moment, and until
    `quiet_until()` (steady clock): another process gets SQLite's lock, which is not fair, and the screen its turn."""

    def __init__(self, store: Store, quiet_until: Callable[[], float]) -> None:
        self._store, self._quiet_until = store, quiet_until
        self._ended = 0.0  # of the last step, if it took its time

    async def run(self, step: Local) -> object:
        if self._ended and not step.brief:
            until = max(self._ended + BREATH, self._quiet_until())
            await asyncio.sleep(max(0.0, until - time.monotonic()))
        began = time.monotonic()
        with self._store.write(durable=step.durable) as conn:
            outcome: object = step.run(conn)
        ended = time.monotonic()
        if not step.brief:
            self._ended = ended if ended - began > BREATH else 0.0
        return outcome
