"""Server-sent events: each listener is told the head of its workspace's log, now and whenever it moves.

Whoever is told asks for the news, so that every edit costs as many requests as there are listeners. Where these are
many, they are told one after another, and of several edits at once.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from models.errors import StoreError

KEEP_ALIVE = 15.0  # seconds
PACE = 500  # listeners that a process tells in a second, about


class Heads:
    """The heads that listeners wait for. For use on the event loop only."""

    def __init__(
        self,
        read: Callable[[], Awaitable[dict[str, int]]],
        moves: Callable[[], Awaitable[list[tuple[str, int]]]],
    ) -> None:
        self._read = read
        self._moves = moves
        self._heads: dict[str, int] = {}
        self._listeners: set[asyncio.Event] = set()
        self._ended = asyncio.Event()

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    @property
    def closed(self) -> bool:
        return self._ended.is_set()

    def tell(self, workspace: str, head: int) -> None:
        """The log of `workspace` has come to `head`."""
        if head > self._heads.get(workspace, -1):
            self._heads[workspace] = head
            self._wake()

    def close(self) -> None:
        """Ends every stream."""
        self._ended.set()
        self._wake()

    async def watch(self) -> None:
        """Passes on what other processes wrote, as long as somebody listens. Runs until cancelled."""
        while True:
            told = await self._moves()
            # what was told late, or of a log that was restored to an older one
            behind = any(head < self._heads.get(workspace, 0) for workspace, head in told)
            for workspace, head in told:
                self.tell(workspace, head)
            if self._listeners and (behind or not told):
                await self._look()

    async def stream(self, workspace: str, welcome: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
        """The events; ends when closed, or when the listener is no longer `welcome`: that is asked every KEEP_ALIVE."""
        wake = asyncio.Event()
        self._listeners.add(wake)
        try:
            await self._look()
            told, asked = -1, time.monotonic()
            while not self.closed:
                wake.clear()
                if (left := asked + KEEP_ALIVE - time.monotonic()) <= 0:
                    if not await welcome():
                        return
                    asked = time.monotonic()
                    yield b": still here\n\n"
                elif self._heads.get(workspace, 0) != told:
                    await self._turn()
                    told = self._heads.get(workspace, 0)
                    yield b"data: %d\n\n" % told
                else:
                    await _woken(wake, left)
        finally:
            self._listeners.discard(wake)

    async def _turn(self) -> None:
        """Waits for a moment, a longer one the more there are who listen."""
        await _woken(self._ended, random.uniform(0, 2 * len(self._listeners) / PACE))

    async def _look(self) -> None:
        """Takes the heads as they are, which after a restore are smaller; what was told meanwhile is newer."""
        before = self._heads.copy()
        try:
            heads = await self._read()
        except StoreError:
            return  # a wake-up call only; whoever pushes or pulls hears of it
        for workspace, head in heads.items():
            if self._heads.get(workspace) == before.get(workspace) != head:
                self._heads[workspace] = head
                self._wake()
            self.tell(workspace, head)

    def _wake(self) -> None:
        for listener in self._listeners:
            listener.set()


async def _woken(wake: asyncio.Event, seconds: float) -> None:
    """Returns when it was set, or after so long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), seconds)
