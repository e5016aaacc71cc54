"""The saved views of a list as a line above it, each with its key; nothing where none was saved."""

from collections.abc import Sequence

from tui.widgets.bar import Bar, Piece


class Tabs(Bar):
    """One line. The view that is shown is in brackets, and has a star when it was changed since."""

    DEFAULT_CSS = """
    Tabs { display: none; }
    """

    def fill(self, names: Sequence[str], current: str, changed: bool) -> None:
        self.display = bool(names)
        pieces: list[Piece] = [("", " ")]
        for at, name in enumerate(["All", *names]):
            here = name == current or (not current and not at)
            key = str(at) if at < 10 else ""
            text = f"[{name}{'*' if changed and here and at else ''}]" if here else f" {name} "
            pieces += [("key", key), ("strong" if here else "", text), ("", " ")]
        self.show(pieces)
