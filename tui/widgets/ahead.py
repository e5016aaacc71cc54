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


class TypedInto:
    """A field that gets all that is typed into it, in order.

    Textual looks for the keys that move and erase only when they have gone from the field up to the application: of
    “ab”, backspace, “c” in one go the c would be erased, or nothing. And a field that is shown again at once would lose
    the focus when it hears that it had been hidden.
    """

    editing: dict[str, str]  # by key, its action

    async def on_key(self, event: events.Key) -> None:
        if action := self.editing.get(event.key):
            event.stop()
            event.prevent_default()
            field = cast(Widget, self)
            await field.app.run_action(action, field)

    def on_hide(self, event: events.Hide) -> None:
        if all(node.display for node in cast(Widget, self).ancestors_with_self if isinstance(node, Widget)):
            event.prevent_default()


def edits(bindings: Iterable[BindingType]) -> dict[str, str]:
    """The actions by key of a widget that is typed into, without the one that ends it."""
    return {one.key: one.action for one in Binding.make_bindings(bindings) if one.action != "submit"}
