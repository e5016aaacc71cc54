"""The floor of the application: as little Textual as answers a key."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static


class Bare(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        ("j,ctrl+d", "move(1)", "Next"),
        ("k,ctrl+u", "move(-1)", "Back"),
    ]
    at = 0

    def compose(self) -> ComposeResult:
        yield Static("Bare 0")

    def action_move(self, by: int) -> None:
        self.at += by
        self.query_one(Static).update(f"Bare {self.at}")


if __name__ == "__main__":
    Bare().run()
