"""The application: themes, keys to actions, and what is loaded after the first screen is painted.

Nothing heavy is imported here; whatever needs SQLModel, httpx or the keyring comes in through
`after_first_paint`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import isawaitable
from threading import Thread
from typing import Any, ClassVar, cast

from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from tui.actions import ACTIONS
from tui.registry import JUMP, Action, Registry
from tui.shell import Shell
from tui.themes import BY_SETTING, first_theme, next_theme, setting_of, themes
from tui.view import Place

TURN = 0.0005  # seconds that a thread may hold the interpreter while another waits: a key goes before what runs behind
RARELY = 20_000  # objects between two collections: a sync makes thousands and hardly a cycle, and a key waits for none


class Milepost(App[None], inherit_bindings=False):
    """Runs actions of the registry. Screens belong to the shell, writes to the store."""

    TITLE = "Milepost"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    discreet = reactive(False, init=False)

    def __init__(
        self,
        registry: Registry,
        views: Mapping[str, Place],
        first_view: str = "",
        theme: str = "",
        after_first_paint: Iterable[Callable[[], object]] = (),
    ) -> None:
        # Textual greys colours under NO_COLOR unless it may use the terminal's own: then it leaves them out.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.registry = registry
        self.views = views
        self.first_view = first_view or next(iter(views), "")
        self.warm_up = list(after_first_paint)
        self.providers: list[Callable[[str], Iterable[Any]]] = []  # of what the palette finds besides actions
        for each in themes():
            self.register_theme(each)
        self.theme = first_theme(theme, dict(os.environ))
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        return Shell(self.registry, self.views, self.first_view, self.size.width)

    @property
    def shell(self) -> Shell:
        screen = self.screen_stack[0]
        assert isinstance(screen, Shell)
        return screen

    @property
    def ending(self) -> bool:
        """Whether the screens are gone, or going widget by widget: messages that were on their way still come."""
        return not (self.is_running and self.screen_stack)

    def on_ready(self) -> None:
        self.call_after_refresh(self._painted)

    def watch_discreet(self) -> None:
        self.shell.retitle()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key is only taken where its action's place is and somebody answers it."""
        if action != "act":
            return super().check_action(action, parameters)
        one = self.registry[str(parameters[0])]
        return one.where in self.shell.places() and self.shell.can(one)

    async def action_act(self, id: str) -> None:
        await self.perform(self.registry[id])

    def run_in(self, action: Action, origin: Widget | None) -> None:
        """Run an action for the widget `origin` (what had the focus before the palette)."""
        self.call_next(self.perform, action, origin)

    async def perform(self, action: Action, origin: Widget | None = None) -> None:
        """Call who answers the action, from the focus outward, until one does not say False."""
        if action.where == JUMP:
            self.shell.stop_going()
        try:
            for method in self.shell.answerers(action, origin):
                result = method(*action.args)
                if (await result if isawaitable(result) else result) is not False:
                    self.did(action)
                    return
            if action.palette:
                self.shell.say_idle(action.shown_key(), action.label)
        except Exception as error:
            self.report(error)

    def did(self, action: Action) -> None:
        """An action was taken and did something."""

    def report(self, error: BaseException) -> None:
        """Something went wrong; whoever knows a better way than ending tells it there."""
        raise error

    # Actions of the application

    def act_quit(self) -> None:
        self.exit()

    def act_how_to_quit(self) -> None:
        self.shell.say(f"{self.registry['quit'].shown_key()} quits; everything is saved already")

    async def act_discreet(self) -> None:
        self.discreet = not self.discreet

    def act_theme(self) -> None:
        self.act_use_theme(setting_of(next_theme(self.theme)))

    def act_use_theme(self, name: str) -> None:
        """A theme by its name in the settings."""
        self.theme = BY_SETTING[name]
        self.shell.say(f"Theme: {name}")

    # After the first paint

    def _painted(self) -> None:
        if self.warm_up:
            sys.setswitchinterval(TURN)
            Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        else:
            gc.enable()

    def _warm_up(self) -> None:
        try:
            for each in self.warm_up:
                each()
        except Exception as error:
            self.call_from_thread(self.report, error)
        gc.freeze()
        gc.set_threshold(RARELY)
        gc.enable()


def bindings(registry: Registry) -> list[BindingType]:
    """Every key of the registry. Keys are tried in the registry's order, and taken where `check_action`
    lets them: so the same key may mean something in one place and something else in another, and inputs
    still get their letters."""
    return [
        Binding(
            ",".join(map(_binding_key, action.key_list())),
            f"act('{action.id}')",
            action.label,
            show=False,
            priority=True,
        )
        for action in registry
        if action.keys
    ]


def _binding_key(key: str) -> str:
    return "comma" if key == "," else key


def make_app(
    registry: Registry | None = None,
    views: Mapping[str, Place] | None = None,
    *,
    base: type[Milepost] = Milepost,
    **more: Any,
) -> Milepost:
    """The application under this registry: Textual takes bindings from the class, so each keymap is a class."""
    registry = registry or Registry(ACTIONS)
    bound = type(base.__name__, (base,), {"BINDINGS": bindings(registry), "__doc__": base.__doc__})
    return cast("Milepost", bound(registry, views or {}, **more))
