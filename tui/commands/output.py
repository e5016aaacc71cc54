"""Values as plain text: widths that are right, nothing that could steer the terminal, columns that fit."""

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

GAP = "  "
LEAST = 6  # cells below which no column is cut
_UNSTEADY = re.compile("[\ufe0e\ufe0f]")
_SHOWN = {"\n": "↵", "\r": "", "\t": " "}
_JOINERS = "\u200c\u200d"


def plain(text: object) -> str:
    """`text` on one line, every control character, escape and direction mark made visible or removed."""
    line = str(text)
    if line.isascii() and line.isprintable():
        return line
    line = _UNSTEADY.sub("", line.replace("\r\n", "\n"))
    return line if line.isprintable() else "".join(map(_visible, line))


def plain_lines(text: str) -> list[str]:
    """The lines of a note, each as `plain` makes it."""
    return [plain(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def fit(text: str, width: int) -> str:
    """Exactly `width` cells of `text`, cut with an ellipsis or padded; a wide character is never halved."""
    have = cells(text)
    if have <= width:
        return text + " " * (width - have)
    kept, used = "", 0
    for char in text:
        if used + _cell(char) > width - 1:
            break
        kept, used = kept + char, used + _cell(char)
    return kept + "…" + " " * (width - 1 - used)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of aligned columns, those that are empty throughout left out; the first column is never cut."""
    return by_column(heads, [list(column) for column in zip(*rows, strict=True)] or [[] for _ in heads])


def by_column(heads: Sequence[str], columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """As `table`, for what is given column by column."""
    shown = [[head, *column] for head, column in zip(heads, columns, strict=True) if any(column)]
    widths = [max(map(cells, column)) for column in shown]
    _shrink(widths, room())
    fitted = [[fit(cell, width) for cell in column] for column, width in zip(shown, widths, strict=True)]
    for row in zip(*fitted, strict=True):
        yield GAP.join(row).rstrip()


def room() -> int:
    """The columns that a line may take; without a limit where nobody looks at it directly."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, 20)
    return sys.maxsize


def count(number: int, one: str, many: str = "") -> str:
    """1 record, 1,200 records."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listing(words: Iterable[str], most: int = 5) -> str:
    """The first of `words` by comma, and how many more there are."""
    all_words = list(words)
    shown = ", ".join(all_words[:most])
    return shown if len(all_words) <= most else f"{shown} and {len(all_words) - most} more"


def moment(at: int | str | None) -> str:
    """Milliseconds since 1970, or an instant, as local date and time."""
    if at in (None, "", 0):
        return ""
    if isinstance(at, str) and not at.isdigit():
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"
    return f"{datetime.fromtimestamp(int(at or 0) / 1000):%Y-%m-%d %H:%M}"


def _shrink(widths: list[int], limit: int) -> None:
    """Takes what is too much from the widest columns but the first."""
    over = sum(widths) + len(GAP) * (len(widths) - 1) - limit
    while over > 0 and len(widths) > 1:
        widest = max(range(1, len(widths)), key=lambda i: widths[i])
        if widths[widest] <= LEAST:
            return
        widths[widest] -= 1
        over -= 1


def _visible(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return _SHOWN.get(char, "·")


def _cell(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
