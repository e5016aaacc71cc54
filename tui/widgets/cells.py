"""Text into terminal cells: widths that are right, and nothing in a value that could steer the terminal."""

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

# What changes the width of its neighbour, or is drawn differently by every terminal: emoji selectors, joiners
# before a symbol, skin tones. The value in the store keeps them; only the line on screen goes without.
_UNSTEADY = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d(?=[\u2190-\U0001ffff])")
_FLAGS = {0x1F1E6 + n: chr(ord("A") + n) for n in range(26)}
_JOINERS = "\u200c\u200d"
_SHOWN = {"\n": "↵", "\r": "", "\t": " "}


def _visible(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return _SHOWN.get(char, "·")


@lru_cache(4096)
def plain(text: str) -> str:
    """`text` on one line with every control character, escape and direction mark made visible or removed."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNSTEADY.sub("", text.replace("\r\n", "\n")).translate(_FLAGS)
    return text if text.isprintable() else "".join(map(_visible, text))


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly `width` cells of `text`: cut with an ellipsis or padded; a wide character is never halved."""
    if width <= 0:
        return ""
    text = plain(text if len(text) <= 8 * width else text[: 8 * width])
    cells = len(text) if text.isascii() else cell_len(text)
    if cells > width:
        return set_cell_size(text, width - 1) + "…"
    pad = " " * (width - cells)
    return pad + text if right else text + pad


def wrap(text: str, width: int, most: int) -> list[str]:
    """`text` in at most `most` lines of `width` cells, broken between words; the last one is cut."""
    lines = [""]
    for word in plain(text).split(" "):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width and len(lines) < most:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines if text else []
