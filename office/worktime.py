"""Working time between moments of a plan that was read, and where a task of it was split."""

from collections.abc import Iterable
from datetime import datetime

from models.schedule.calendars import Calendars
from models.schedule.instants import of, show
from models.schedule.worktime import NoWorkingTime, WorkTime
from office.foreign import Calendar
from office.scheduling import as_calendar

Span = tuple[datetime, datetime]


class Hours:
    """When the calendars of a plan work. A uid of None, and a week that nobody defines, is Monday to Friday, 8–17."""

    def __init__(self, calendars: Iterable[Calendar]) -> None:
        self._defined = [as_calendar(calendar) for calendar in calendars]
        self._made: Calendars | None = None

    def minutes(self, uid: int | None, start: datetime, finish: datetime) -> int:
        """Working minutes between two moments."""
        time = self._time(uid, start, finish)
        return max(0, time.work(of(start), of(finish))) if time else 0

    def within(self, uid: int | None, start: datetime, finish: datetime) -> Span | None:
        """The first and the last working moment between two; None where there is no working time."""
        if not self.minutes(uid, start, finish):
            return None
        time = self._time(uid, start, finish)
        assert time
        moments = time.next_start(of(start)), time.prev_finish(of(finish))
        first, last = (datetime.fromisoformat(show(at)) for at in moments)
        return first, last

    def _time(self, uid: int | None, start: datetime, finish: datetime) -> WorkTime | None:
        self._made = self._made or Calendars(self._defined, (of(start), of(finish)))
        try:
            return self._made.get(uid)
        except NoWorkingTime:
            return None


def split(
    hours: Hours, calendar: int | None, start: datetime, finish: datetime, duration: int, work: Iterable[Span]
) -> tuple[Span, ...] | None:
    """The pieces of a task on which `work` is done: none where it is whole.

    None where it is split but its pieces do not add up to its duration, so that they would be a guess.
    """
    if hours.minutes(calendar, start, finish) <= duration:
        return ()
    pieces: list[Span] = []
    for span in sorted(work):
        if (piece := hours.within(calendar, *span)) is None:
            continue
        if pieces and hours.minutes(calendar, pieces[-1][1], piece[0]) == 0:
            pieces[-1] = (pieces[-1][0], max(piece[1], pieces[-1][1]))
        else:
            pieces.append(piece)
    if len(pieces) < 2:
        return ()
    whole = sum(hours.minutes(calendar, *piece) for piece in pieces)
    return tuple(pieces) if whole == duration else None
