"""What the endpoints share: the database, who asks, and which parameters are taken."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

import anyio
from anyio import to_thread
from fastapi import Depends, HTTPException, Query, Request
from pydantic import AfterValidator

from models.errors import StoreError
from server.accounts import HOUR, Accounts, Device
from server.blobs import Contents, open_storage
from server.database import open_database
from server.events import Heads
from server.limits import Failures
from server.log import Log
from server.watching import Metrics
from server.wire import INTEGERS_BELOW

R = TypeVar("R")
Clock = Callable[[], int]  # milliseconds since 1970
CARRIERS = 8  # threads for contents of attachments, whose place may be slow


class Backend:
    """What the endpoints of one process stand on. `blobs` is a folder or s3://BUCKET for contents of attachments, ""
    for none.

    Raises StoreError when the database cannot be opened.
    """

    def __init__(self, database: str, clock: Clock, blobs: str = "") -> None:
        self.database = open_database(database)
        self.log = Log(self.database)
        self.accounts = Accounts(self.database)
        self.heads = Heads(lambda: self.read(self.log.heads), self._moves)
        self.contents = Contents(open_storage(blobs), self.database) if blobs else None
        self.failures = Failures(clock)
        self.metrics = Metrics()
        self.clock = clock
        self._writer = anyio.CapacityLimiter(1)  # writers queue here, not in the threads that readers need
        self._carriers = anyio.CapacityLimiter(CARRIERS)
        self._seeing: dict[str, asyncio.Task[None]] = {}  # by device

    async def read(self, work: Callable[..., R], *args: Any) -> R:
        return await to_thread.run_sync(work, *args)

    async def write(self, work: Callable[..., R], *args: Any) -> R:
        return await to_thread.run_sync(work, *args, limiter=self._writer)

    async def carry(self, work: Callable[..., R], *args: Any) -> R:
        """What waits for the place of the contents."""
        return await to_thread.run_sync(work, *args, limiter=self._carriers)

    async def _moves(self) -> list[tuple[str, int]]:
        return await to_thread.run_sync(self.database.moves, abandon_on_cancel=True)

    async def device(self, token: str) -> Device | None:
        device = await self.read(self.accounts.device, token)
        if device and self.clock() - device.last_seen > HOUR and device.hash not in self._seeing:
            # not awaited: while another process writes, one device after another would stand still
            self._seeing[device.hash] = asyncio.create_task(self._seen(device))
        return device

    async def close(self) -> None:
        for task in self._seeing.values():
            task.cancel()
        await asyncio.gather(*self._seeing.values(), return_exceptions=True)
        self.database.close()

    async def _seen(self, device: Device) -> None:
        try:
            with suppress(StoreError):  # the next request of the device tries it again
                await self.write(self.accounts.seen, device, self.clock())
        finally:
            del self._seeing[device.hash]


def token_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _signed_in(request: Request) -> Device:
    backend: Backend = request.app.state.backend
    device = await backend.device(token_of(request))
    if device is None:
        raise HTTPException(401, "this device is not signed in", {"www-authenticate": "Bearer"})
    request.state.epoch, request.state.device = device.epoch, device.letter
    return device


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


Text = Annotated[str, AfterValidator(_no_nul)]  # PostgreSQL takes no other one
SignedIn = Annotated[Device, Depends(_signed_in)]
Id = Annotated[Text, Query(max_length=200)]
Version = Annotated[int, Query(ge=0, lt=INTEGERS_BELOW)]
Since = Annotated[int | None, Query(ge=0, lt=INTEGERS_BELOW)]
Shares = Annotated[int | None, Query(ge=-1, lt=INTEGERS_BELOW)]
