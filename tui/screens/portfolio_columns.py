"""The columns of the portfolio, how each is sorted by, and the line of totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from models.windows.portfolio import HEALTH, ProjectRow
from tui.screens.sharing import KEPT
from tui.widgets.bar import Bar, Piece, width_of
from tui.widgets.columns import Cell, Column
from tui.words import clock, count, day, seen, to_type

BARS = "▁▂▃▄▅▆▇█"
WEEK = 5  # weekdays: a step of the sparkline


def _client(row: ProjectRow) -> Cell:
    return (row.client or "") if row.id else row.name, "strong"


def _name(row: ProjectRow) -> Cell:
    if not row.id:
        return count(row.projects, "project"), "dim"
    return seen(row.internal) + (f"{KEPT} {row.name}" if row.kept else row.name), ""


def _progress(row: ProjectRow) -> Cell:
    if not row.tasks:
        return "", "dim"
    share = row.done / row.tasks
    filled = round(share * 5)
    return f"{'▰' * filled}{'▱' * (5 - filled)} {int(share * 100):3}%", "dim" if share == 1 else ""


def _state(row: ProjectRow) -> Cell:
    return {
        "cancelled": ("✗ cancelled", "dim"),
        "on hold": ("■ on hold", "warn"),
        "done": ("● done", "good"),
        "late": (f"▲ {row.late} late", "bad"),
        "at risk": ("◆ at risk", "bad"),
        "waits": (f"◷ {row.waiting} wait", "warn"),
    }.get(row.health, ("", ""))


def _next(row: ProjectRow) -> Cell:
    late = row.next_date is not None and row.next_date[:10] < date.today().isoformat()
    return (f"{day(row.next_date)}  {row.next_name}" if row.next_name else ""), "bad" if late else ""


def _behind(row: ProjectRow) -> Cell:
    """Weekdays after the baseline: +3d; = where it is as agreed."""
    if row.behind is None:
        return ""
    return ("=", "dim") if not row.behind else (f"{row.behind:+}d", "bad" if row.behind > 0 else "good")


def _left(row: ProjectRow) -> Cell:
    """Weekdays between the forecast and the promise; below zero it cannot be kept as things are."""
    if row.left is None:
        return ""
    return f"{'! ' if row.left < 0 else ''}{row.left}d", "bad" if row.left < 0 else ""


def _slip(row: ProjectRow) -> str:
    """A bar a milestone, in the order of the plan; a step higher for every week after the baseline."""
    return "".join(BARS[min(len(BARS) - 1, -(-max(0, days) // WEEK))] for days in row.slips[-10:])


def _edited(row: ProjectRow) -> Cell:
    if not row.edited_at:
        return ""
    return f"{clock(row.edited_at)[:6]} {row.edited_by or 'you'}", "dim"


COLUMNS = [
    Column("client", "Client", _client, ratio=2, min_width=12, editable="client_id", tree=True,
           edit_text=lambda row: row.client or ""),
    Column("name", "Project", _name, ratio=3, min_width=16, editable="name", edit_text=lambda row: row.name),
    Column("stage", "Stage", lambda row: row.stage or "", ratio=2, min_width=12, drop=6),
    Column("progress", "Progress", _progress, width=10, drop=1, type="percent",
           scalar=lambda row: round(100 * row.done / row.tasks) if row.tasks else None),
    Column("state", "State", _state, width=11),
    Column("next", "Next milestone", _next, ratio=3, min_width=18, drop=2),
    Column("late", "Late", _behind, width=6, align="right", drop=3, type="integer", scalar=lambda row: row.behind),
    Column("left", "Left", _left, width=6, align="right", drop=5, type="integer", scalar=lambda row: row.left),
    Column("slip", "Slip", _slip, width=10, drop=7),
    Column("forecast", "Forecast", lambda row: day(row.forecast), width=10, drop=4, type="minute",
           scalar=lambda row: row.forecast),
    Column("promised", "Promised", lambda row: day(row.finish), width=10, drop=8, editable="finish",
           edit_text=lambda row: to_type((row.finish or "")[:10]), type="date",
           scalar=lambda row: (row.finish or "")[:10] or None),
    Column("manager", "Manager", lambda row: row.manager or "", width=12, drop=10, editable="manager_id"),
    Column("contact", "Last talk", lambda row: day(row.contact), width=10, drop=9, type="date",
           scalar=lambda row: row.contact),
    Column("edited", "Edited", _edited, width=18, drop=11),
]  # fmt: skip

_ORDERS: dict[str, Callable[[ProjectRow], Any]] = {
    "client": lambda row: row.client and row.client.casefold(),
    "name": lambda row: row.name.casefold(),
    "stage": lambda row: row.stage and row.stage.casefold(),
    "progress": lambda row: row.done / row.tasks if row.tasks else None,
    "state": lambda row: (HEALTH.index(row.health), -row.late - row.waiting),
    "next": lambda row: row.next_date,
    "late": lambda row: row.behind,
    "left": lambda row: row.left,
    "slip": lambda row: row.slips or None,
    "forecast": lambda row: row.forecast,
    "promised": lambda row: row.finish,
    "manager": lambda row: row.manager and row.manager.casefold(),
    "contact": lambda row: row.contact,
    "edited": lambda row: row.edited_at or None,
}


def by_column(rows: Sequence[ProjectRow], sort: str) -> list[ProjectRow]:
    """The rows by a column, downwards with a minus in front; those that have nothing there last, either way."""
    order = _ORDERS[sort.lstrip("-")]
    some = sorted((row for row in rows if order(row) is not None), key=order, reverse=sort.startswith("-"))
    return [*some, *(row for row in rows if order(row) is None)]


class Totals(Bar):
    """The last line: what is shown, taken together. Where it has no room for all, what is after all the others in
    DROPS is left out first, and nothing is cut."""

    DROPS: ClassVar[Sequence[str]] = ("projects", "late", "at risk", "tasks", "waits", "on hold", "on time", "done",
                                      "cancelled", "worst")  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts: dict[str, Piece] = {}

    def tell(self, all: ProjectRow, rows: Sequence[ProjectRow]) -> None:
        self._parts = _parts(all, rows)
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        kept = dict(self._parts)
        while len(kept) > 1 and self.size.width and width_of(_joined(kept)) > self.room:
            del kept[max(kept, key=self.DROPS.index)]
        self.show(_joined(kept))


def _joined(parts: dict[str, Piece]) -> list[Piece]:
    return [piece for part in parts.values() for piece in (part, ("dim", " · "))][:-1]


def _parts(all: ProjectRow, rows: Sequence[ProjectRow]) -> dict[str, Piece]:
    if not rows:
        return {}
    health = [row.health for row in rows]
    parts: dict[str, Piece] = {
        "projects": ("strong", f" {count(len(rows), 'project')}"),
        **{
            name: ("bad" if name == "late" else "", f"{health.count(name)} {name}")
            for name in HEALTH
            if name in health
        },
        "tasks": ("", f"{all.done:,} of {count(all.tasks, 'task')} done"),
    }
    worst = max(rows, key=lambda row: row.behind or 0)
    if worst.behind and worst.behind > 0:
        parts["worst"] = ("", f"worst +{worst.behind}d: {worst.name}")
    return parts
