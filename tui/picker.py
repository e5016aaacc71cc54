"""A calendar to choose a day from, over what is being typed."""

from __future__ import annotations

from calendar import Calendar, day_abbr, month_name
from datetime import date, timedelta

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Input, Static

from models.dayform import first_weekday, full
from models.daywords import is_day, parse_day
from tui.overlay import Overlay


class Month(Static, can_focus=True, inherit_bindings=False):
    """The month of a day. The day stands in brackets and today behind a dot, so that no colour is needed."""

    def show(self, day: date, today: date) -> None:
        weeks = Calendar(first_weekday()).monthdatescalendar(day.year, day.month)
        text = Text(f"{month_name[day.month]} {day.year}".center(32) + "\n", "bold")
        text.append("    " + "".join(f" {day_abbr[one.weekday()][:2]} " for one in weeks[0]) + "\n", "dim")
        for week in weeks:
            text.append(f"{week[3].isocalendar().week:>3} ", "dim")
            for one in week:
                text.append(*_cell(one, day, today))
            text.append("\n")
        text.append(f"\n{day:%A} {day.day} {month_name[day.month]}, {_away((day - today).days)}", "italic")
        self.update(text)


def _cell(one: date, day: date, today: date) -> tuple[str, str]:
    if one == day:
        return f"[{one.day:>2}]", "bold reverse"
    mark = "·" if one == today else " "
    outside = one.month != day.month or one.weekday() >= 5
    return f"{mark}{one.day:>2} ", "dim" if outside else "bold" if one == today else ""


def _away(days: int) -> str:
    if abs(days) < 2:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


class Picker(Overlay):
    """Puts the chosen day into the field that it was opened over."""

    place = "picker"
    DEFAULT_CSS = """
    Picker { width: 36; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        yield Month(markup=False)

    def open(self, field: Input) -> None:
        """Begins with the day that is typed there, or today."""
        self.field = field
        self.day = typed_day(field.value, date.today())
        self._show(self.query_one(Month))
        self._go(0)

    def act_choose(self) -> None:
        field = self.field
        text = with_day(field.value, field.cursor_position, self.day, date.today())
        self.act_close()
        field.value, field.cursor_position = text, len(text)

    def act_day_before(self) -> None:
        self._go(-1)

    def act_day_after(self) -> None:
        self._go(1)

    def act_week_before(self) -> None:
        self._go(-7)

    def act_week_after(self) -> None:
        self._go(7)

    def act_month_before(self) -> None:
        self._to(parse_day("day", "-1m", self.day))

    def act_month_after(self) -> None:
        self._to(parse_day("day", "+1m", self.day))

    def act_today(self) -> None:
        self._to(date.today())

    def _go(self, days: int) -> None:
        self._to(self.day + timedelta(days=days))

    def _to(self, day: date) -> None:
        self.day = day
        self.query_one(Month).show(day, date.today())


def typed_day(text: str, today: date) -> date:
    """The day that a field holds, with a time behind it or without; else today."""
    day, _ = _apart(text, today)
    return parse_day("day", day, today) if day else today


def with_day(text: str, cursor: int, day: date, today: date) -> str:
    """The text with this day: in place of the one that it is, else where the cursor stands."""
    typed, clock = _apart(text, today)
    if typed or not text.strip():
        return f"{full(day)}{clock}"
    before, after = text[:cursor].rstrip(), text[cursor:].lstrip()
    return " ".join(part for part in (before, full(day), after) if part)


def _apart(text: str, today: date) -> tuple[str, str]:
    """The day of a text that is nothing else, and the time behind it; empty where it is no day."""
    head, _, clock = text.strip().rpartition(" ")
    if ":" in clock and is_day(head, today):
        return head, f" {clock}"
    return (text, "") if is_day(text, today) else ("", "")
