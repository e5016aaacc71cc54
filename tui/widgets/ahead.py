"""Keys typed ahead: a binding is taken at once, while letters wait in the queue of the field that they go to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

from textual import events
from textual.binding import Binding, BindingType
from textual.message_pump import MessagePump
from textual.widget import Widget


async def caught_up(*pumps: MessagePump) -> None:
    """Returns when each of these, in order, has handled what was sent to it before: then a field holds all that was
    typed before the key whose action asks this."""
    for pump in pumps:
        done = asyncio.Event()
        if pump.call_later(done.set):  # else it is closed, and handles nothing any more
            await done.wait()


class InOrder:
    """What is typed into takes the keys that move and erase where they stand among the letters. Textual looks for them
    only when the key has gone from the field up to the application: of “ab”, backspace, “c” in one go the c would be
    erased, or nothing."""

    editing: dict[str, str]  # by key, its action

    async def on_key(self, event: events.Key) -> None:
        if action := self.editing.get(event.key):
            event.stop()
            event.prevent_default()
            field = cast(Widget, self)
            await field.app.run_action(action, field)


def edits(bindings: Iterable[BindingType]) -> dict[str, str]:
    """The actions by key of a widget that is typed into, without the one that ends it."""
    return {one.key: one.action for one in Binding.make_bindings(bindings) if one.action != "submit"}
