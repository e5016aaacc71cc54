"""Counts, lists and warnings as sentences have them."""

from collections import Counter
from collections.abc import Sequence


def counted(count: int, one: str, many: str = "") -> str:
    """“1 task”, “1,204 tasks”; `many` where an s does not make the plural."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def few(items: Sequence[str], most: int = 5) -> str:
    """The first items by comma, and how many more there are."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most:,} more"


class Warnings:
    """What a user should know. Like cases become one line, with the first of them as its example."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._count: Counter[str] = Counter()

    def warn(self, what: str, example: str = "") -> None:
        self._first.setdefault(what, example)
        self._count[what] += 1

    def lines(self) -> list[str]:
        return [self._line(what, count) for what, count in self._count.items()]

    def _line(self, what: str, count: int) -> str:
        example = f": {self._first[what]}" if self._first[what] else ""
        more = f" and {count - 1:,} more" if count > 1 else ""
        return f"{what}{example}{more}."
