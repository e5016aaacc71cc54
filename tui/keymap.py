"""The user's keys: which words name one, and what is wrong with a keymap. No Textual."""

import re
from collections.abc import Mapping

from tui.actions import ACTIONS
from tui.registry import Registry

KEYS_ARE = "Write a letter or sign, ctrl+z, alt+1, f5, or several with blanks between."
_KEY = re.compile(
    r"(?:(?:ctrl|alt|shift)\+)*(?:\S|f(?:[1-9]|1\d|2[0-4])|enter|escape|tab|space|backspace|delete|insert|home|end"
    r"|pageup|pagedown|up|down|left|right|[a-z]+_[a-z_]+)"
)
_NEVER_SENT = re.compile(r"ctrl\+(?:shift\+.*|enter|[imh])|shift\+(?:enter|space)")


def is_key(text: str) -> bool:
    """Whether a key can be called so."""
    return _KEY.fullmatch(text) is not None


def mapped(keys: Mapping[str, str]) -> tuple[Registry, list[str]]:
    """The registry under these keys, and what is wrong with them, in words with the remedy."""
    registry, wrong = Registry(ACTIONS).with_keys(keys)
    return registry, [line if line.startswith("keys:") else _clash(line) for line in wrong] + _unsent(keys)


def _clash(line: str) -> str:
    return f"keys: {line} are on one key, the first is taken. Give one of them another key."


def _unsent(keys: Mapping[str, str]) -> list[str]:
    """Actions that could only be reached by keys that many terminals do not send."""
    return [
        f"keys: many terminals do not send {text}. Give {action} another key, such as ctrl+t or f5."
        for action, text in keys.items()
        if text and all(_NEVER_SENT.fullmatch(key) for key in text.split())
    ]
