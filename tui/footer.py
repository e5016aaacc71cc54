"""The footer: the keys that matter here, a message for a while instead of them, and how the sync stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.segment import Segment
from textual.strip import Strip
from textual.timer import Timer

from tui.registry import Action
from tui.widgets.bar import Bar, Piece, width_of
from tui.widgets.cells import fit, wrap

SHOWN_FOR = 8.0
MOST = 4


@dataclass(frozen=True, slots=True)
class Connection:
    """How the sync stands. `progress` is (done, of) while it runs; `last` is the UTC instant of the last
    sync."""

    online: bool = False
    last: datetime | None = None
    waiting: int = 0
    progress: tuple[int, int] | None = None
    conflicts: int = 0
    refused: int = 0
    used: bool = True

    def pieces(self, now: datetime, looked_on: bool = False) -> list[Piece]:
        """What the right end of the footer says; nothing at all where no server is set up. What is to be decided is not
        for a client who looks on."""
        counts = (
            []
            if looked_on
            else [
                _count("▲", self.conflicts, "conflict"),
                _count("✗", self.refused, "refused", plural="refused"),
            ]
        )
        return [piece for piece in counts if piece] + ([self._state(now)] if self.used else [])

    def _state(self, now: datetime) -> Piece:
        waits = f" · {self.waiting} wait" if self.waiting else ""
        if self.progress is not None:
            return ("", " ◐ syncing {}/{} ".format(*self.progress))
        if not self.online:
            return ("dim", f" ○ offline{waits} ")
        return ("good", f" ● synced {ago(self.last, now)}{waits} ")


def _count(sign: str, count: int, what: str, plural: str = "") -> Piece | None:
    return ("bad", f" {sign} {count} {what if count == 1 else plural or what + 's'} ") if count else None


def ago(then: datetime | None, now: datetime) -> str:
    """Roughly how long ago, in words."""
    if then is None:
        return "never"
    seconds = (now - then).total_seconds()
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


class Footer(Bar):
    """Shows hints unless there is a message; the connection always. A message that is longer than the line takes
    as many lines as it needs, up to `MOST`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.connection = Connection(used=False)
        self.actions: list[Action] = []
        self.message = self.offered = ""
        self._style = ""
        self._lines: list[str] = []
        self._clearing: Timer | None = None

    def on_mount(self) -> None:
        self.set_interval(20, self._tick)

    def on_resize(self) -> None:
        self._draw()

    def hint(self, actions: Iterable[Action]) -> None:
        """The actions that can be done now, the most useful first."""
        self.actions = list(actions)
        self._draw()

    def say(self, text: str, style: str = "", seconds: float = SHOWN_FOR) -> None:
        """A message in the place of the hints; `seconds` 0 leaves it until the next one or `hush`."""
        self._stop_clearing()
        self.message, self._style = text, style
        if seconds:
            self._clearing = self.set_timer(seconds, self.hush)
        self._draw()

    def offer(self, text: str) -> None:
        """What can be typed, while it is; only a message that stays goes before it."""
        self.offered = text
        self._draw()

    def hush(self) -> None:
        self._stop_clearing()
        self.message = ""
        self._draw()

    def end_typing(self) -> None:
        """Nothing is typed any more: what was said about that goes."""
        self.offered = ""
        if self._clearing is None:
            self.message = ""
        self._draw()

    def set_connection(self, connection: Connection) -> None:
        self.connection = connection
        self._draw()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return super().render_line(0)
        line = self._lines[y] if y < len(self._lines) else ""  # it is laid out lower a moment later
        return Strip([Segment(" " + fit(line, self.size.width - 1), self._pen(self._style))], self.size.width)

    def _tick(self) -> None:
        if self.connection.used and self.connection.last is not None:
            self._draw()

    def _stop_clearing(self) -> None:
        if self._clearing is not None:
            self._clearing.stop()
            self._clearing = None

    def _draw(self) -> None:
        looked_on = getattr(self.app, "discreet", False)
        self.show(right=self.connection.pieces(datetime.now(UTC), looked_on))
        stays = self.message and self._clearing is None
        text = self.message if stays or not self.offered else self.offered
        self._lines = wrap(text, max(20, self.room - 1), MOST) or [""]
        if self.styles.height is None or self.styles.height.value != len(self._lines):
            self.styles.height = len(self._lines)
        self.show(left=[(self._style if text is self.message else "", " " + self._lines[0])] if text
                  else hints(self.actions, self.room))  # fmt: skip


def hints(actions: Iterable[Action], room: int) -> list[Piece]:
    """As many hints as fit whole into `room` cells, in order; the last one given (the help) always."""
    *others, last = [[("key", " " + one.shown_key()), ("", f" {one.label} ")] for one in actions] or [[]]
    room -= width_of(last)
    shown: list[Piece] = []
    for pieces in others:
        if (room := room - width_of(pieces)) < 0:
            break
        shown += pieces
    return shown + last
