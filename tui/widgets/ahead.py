"""Keys typed ahead: a binding is taken at once, while letters wait in the queue of the field that they go to."""

from __future__ import annotations

import asyncio

from textual.message_pump import MessagePump


async def caught_up(*pumps: MessagePump) -> None:
    """Returns when each of these, in order, has handled what was sent to it before: then a field holds all that was
    typed before the key whose action asks this."""
    for pump in pumps:
        done = asyncio.Event()
        if pump.call_later(done.set):  # else it is closed, and handles nothing any more
            await done.wait()
