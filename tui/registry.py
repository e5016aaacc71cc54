"""The registry of what keys can do: bindings, footer, palette, help and the user's keymap all come from it.

Nothing here imports Textual. An action's method is `act_<run>`, looked for from the focused widget
outward, so a view answers an action by defining that method; where nobody has it, the action is not
offered. The actions themselves stand in tui.actions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

ALWAYS, EVERYWHERE, LIST, JUMP = "always", "everywhere", "list", "jump"
EDIT, PROMPT, TEXT, PALETTE, PICKER, HELP, NOTES = (
    "edit",
    "prompt",
    "text",
    "palette",
    "picker",
    "help",
    "notes",
)
PREVIEW = "preview"
TYPING = (EDIT, PROMPT, TEXT, PALETTE, PICKER)


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does in a place.

    `keys` are separated by spaces, as Textual names them ("x", "ctrl+d", "less_than_sign" may be written
    "<"). `where` is `EVERYWHERE`, another place above, or the name of a view. `footer` orders the footer,
    0 stays out of it. `run` names the method (`act_<run>`) and is the last part of the id unless given;
    `args` go to it. `jump` names the view that a second key after `g` opens. `bulk` acts on the marked
    rows. `shadows` says that the key is meant to hide the same key of a wider place.
    """

    id: str
    keys: str
    label: str
    help: str
    where: str = EVERYWHERE
    footer: int = 0
    jump: str = ""
    run: str = ""
    args: tuple[str | int, ...] = ()
    bulk: bool = False
    palette: bool = True
    shadows: bool = False

    @property
    def method(self) -> str:
        return "act_" + (self.run or self.id.rpartition(".")[2])

    def key_list(self) -> list[str]:
        return self.keys.split()

    def shown_key(self) -> str:
        """The first key as a person reads it: "^d", "esc", "g t"."""
        keys = self.key_list()
        if not keys:
            return ""
        return ("g " if self.where == JUMP else "") + key_name(keys[0])


_NAMES = {
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "shift+tab": "S-tab",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


def key_name(key: str) -> str:
    return _NAMES.get(key) or ("^" + key[5:] if key.startswith("ctrl+") else key)


class Registry:
    """Actions by id, in order of precedence: the narrower the place, the earlier."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.actions = {action.id: action for action in actions}

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions.values())

    def __getitem__(self, id: str) -> Action:
        return self.actions[id]

    def at(self, places: Sequence[str]) -> list[Action]:
        """What applies in these places, narrowest first."""
        return [action for place in places for action in self if action.where == place]

    def with_keys(self, keys: Mapping[str, str]) -> tuple["Registry", list[str]]:
        """This registry under the user's keymap, and what is wrong with that map, in words. A key that the
        user gives to one action is taken from the action of the same place that had it; an unknown action
        is left out."""
        wrong = [f"keys: there is no action {id!r}; `?` lists them" for id in keys if id not in self.actions]
        known = {id: text for id, text in keys.items() if id in self.actions}
        moved = {id: replace(self[id], keys=text, shadows=True) for id, text in known.items()}
        freed = [moved.get(action.id) or _without(action, moved.values()) for action in self]
        changed = Registry(freed)
        return changed, wrong + changed.clashes()

    def clashes(self) -> list[str]:
        """Keys that mean two things in one place, or hide a wider one without saying so; in words."""
        return [
            f"{key_name(key)}: {one.id} and {other.id}"
            for place in self.places()
            for key, one, other in self._twice(place)
        ]

    def places(self) -> list[str]:
        return list(dict.fromkeys(action.where for action in self))

    def _twice(self, place: str) -> Iterator[tuple[str, Action, Action]]:
        taken: dict[str, Action] = {}
        for action in self.at(_reach(place)):
            for key in action.key_list():
                first = taken.setdefault(key, action)
                if first is not action and not (first.where != action.where and first.shadows):
                    yield key, first, action


def _reach(place: str) -> tuple[str, ...]:
    """The places whose keys can be pressed where this one's can."""
    if place in (*TYPING, JUMP, ALWAYS, EVERYWHERE):
        return (place, ALWAYS) if place != ALWAYS else (place,)
    if place in (LIST, HELP, PREVIEW):
        return (place, EVERYWHERE, ALWAYS) if place == LIST else (place, LIST, ALWAYS)
    return (place, LIST, EVERYWHERE, ALWAYS)


def _without(action: Action, others: Iterable[Action]) -> Action:
    taken = {key for other in others if other.where == action.where for key in other.key_list()}
    return replace(action, keys=" ".join(key for key in action.key_list() if key not in taken))
