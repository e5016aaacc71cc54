"""A tour of nine keys, done by doing: it names a key, and goes on when that was pressed and did something."""

from typing import NamedTuple

from tui.widgets.bar import Bar


class Step(NamedTuple):
    """`method` is what the action runs that ends the step; `told` what to do, the key first."""

    method: str
    told: str


STEPS = (
    Step("act_new_below", "o types a new line: a name, then enter; enter on an empty line ends"),
    Step("act_edit", "e types over the cell under the cursor; tab goes on to the next one, esc leaves it"),
    Step("act_undo", "u takes back what was done last; U does it again"),
    Step("act_mark", "space marks a line; . then lists what can be done with all that are marked"),
    Step("act_done", "x marks a task done (enter on a project opens its tasks; o makes one)"),
    Step("act_filter", "/ shows only what fits, such as late or @tomas; esc lets go"),
    Step("act_go", "g and a second key go elsewhere: g p the portfolio, g h what needs you today"),
    Step("act_palette", ": finds any action, place or record by a few letters"),
    Step("act_help", "? lists the keys of the screen that you are at"),
)


class Tour(Bar):
    """The line of the tour, above the footer."""

    DEFAULT_CSS = """
    Tour { background: $primary-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.at = 0

    def on_mount(self) -> None:
        self._draw()

    def did(self, method: str) -> bool:
        """An action was done; whether the tour is over with it."""
        if self.at < len(STEPS) and method == STEPS[self.at].method:
            self.at += 1
            self._draw()
        return self.at == len(STEPS)

    def _draw(self) -> None:
        if self.at < len(STEPS):
            key, _, told = STEPS[self.at].told.partition(" ")
            self.show([("strong", f" {self.at + 1}/{len(STEPS)} "), ("key", f" {key} "), ("", told)])
