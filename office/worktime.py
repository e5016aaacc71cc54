"""Working time of the calendars of a read plan: when exceptions recur, and where a task was split."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from office.foreign import Calendar, CalendarException, Interval

Span = tuple[datetime, datetime]

STANDARD: dict[int, tuple[Interval, ...]] = dict.fromkeys(range(5), ((480, 720), (780, 1020)))
MOST = 20_000  # days of one rule: a century and a half of every working day, never a hang
_DAY = timedelta(days=1)


def occurrences(exception: CalendarException) -> list[tuple[date, date]]:
    """The runs of days that an exception covers, both ends included, in order."""
    if not exception.recurring:
        return [(exception.start, exception.finish)]
    days = (
        day for day in _DAYS[exception.recurrence](exception) if exception.start <= day <= exception.finish
    )
    return [(day, day) for day in islice(days, exception.occurrences or MOST)]


def _daily(rule: CalendarException) -> Iterator[date]:
    return _stepping(rule.start, rule.finish, rule.period)


def _every_weekday(rule: CalendarException) -> Iterator[date]:
    return islice(
        (day for day in _stepping(rule.start, rule.finish, 1) if day.weekday() < 5), 0, None, rule.period
    )


def _weekly(rule: CalendarException) -> Iterator[date]:
    """Every `period` weeks, weeks beginning on Sunday."""
    sunday = rule.start - timedelta(days=(rule.start.weekday() + 1) % 7)
    for day in _stepping(rule.start, rule.finish, 1):
        if day.weekday() in rule.days_of_week and (day - sunday).days // 7 % rule.period == 0:
            yield day


def _monthly(rule: CalendarException) -> Iterator[date]:
    for year, month in _months(rule, rule.start.month, rule.period):
        yield _day_of_month(rule, year, month)


def _yearly(rule: CalendarException) -> Iterator[date]:
    for year, month in _months(rule, rule.month or rule.start.month, 12):
        yield _day_of_month(rule, year, month)


def _stepping(start: date, finish: date, period: int) -> Iterator[date]:
    for offset in range(0, (finish - start).days + 1, period):
        yield start + timedelta(days=offset)


def _months(rule: CalendarException, first: int, step: int) -> Iterator[tuple[int, int]]:
    end = rule.finish.year * 12 + rule.finish.month
    for number in range(rule.start.year * 12 + first - 1, end, step):
        yield number // 12, number % 12 + 1


def _day_of_month(rule: CalendarException, year: int, month: int) -> date:
    length = monthrange(year, month)[1]
    if not rule.position:
        return date(year, month, min(rule.month_day or 1, length))
    fitting = [day for n in range(1, length + 1) if _is_item(rule.item, day := date(year, month, n))]
    return fitting[-1] if rule.position > 4 else fitting[rule.position - 1]


def _is_item(item: str, day: date) -> bool:
    if item in ("weekday", "weekend day"):
        return (day.weekday() < 5) == (item == "weekday")
    return item == "day" or f"{day:%A}".lower() == item


_DAYS: dict[str, Callable[[CalendarException], Iterator[date]]] = {
    "daily": _daily,
    "every weekday": _every_weekday,
    "weekly": _weekly,
    "monthly": _monthly,
    "monthly by position": _monthly,
    "yearly": _yearly,
    "yearly by position": _yearly,
}


class Hours:
    """When the calendars of a plan work. A uid of None, and a week that nobody defines, is Monday to Friday, 8–17."""

    def __init__(self, calendars: Iterable[Calendar]) -> None:
        self._calendars = {calendar.uid: calendar for calendar in calendars}
        self._exceptions: dict[int, dict[date, tuple[Interval, ...]]] = {}
        self._days: dict[tuple[int | None, date], Sequence[Interval]] = {}

    def of(self, uid: int | None, day: date) -> Sequence[Interval]:
        """The working times of a day: exceptions before work weeks before the week, its own before its base's."""
        if (uid, day) not in self._days:
            self._days[uid, day] = self._work(uid, day)
        return self._days[uid, day]

    def minutes(self, uid: int | None, start: datetime, finish: datetime) -> int:
        """Working minutes between two moments."""
        return sum(round((b - a).total_seconds() / 60) for a, b in self._working(uid, start, finish))

    def within(self, uid: int | None, start: datetime, finish: datetime) -> Span | None:
        """The first and the last working moment between two; None where there is no working time."""
        working = list(self._working(uid, start, finish))
        return (working[0][0], working[-1][1]) if working else None

    def _working(self, uid: int | None, start: datetime, finish: datetime) -> Iterator[Span]:
        for offset in range((finish.date() - start.date()).days + 1):
            day = start.date() + timedelta(days=offset)
            midnight = datetime(day.year, day.month, day.day)
            for begin, end in self.of(uid, day):
                a = max(start, midnight + timedelta(minutes=begin))
                b = min(finish, midnight + timedelta(minutes=end))
                if a < b:
                    yield a, b

    def _work(self, uid: int | None, day: date) -> Sequence[Interval]:
        chain = self._chain(uid)
        for calendar in chain:
            if day in (work := self._exceptions_of(calendar)):
                return work[day]
        weeks = [week.week for c in chain for week in c.work_weeks if week.start <= day <= week.finish]
        for week in [*weeks, *(calendar.week for calendar in chain)]:
            if day.weekday() in week:
                return week[day.weekday()]
        return STANDARD.get(day.weekday(), ())

    def _chain(self, uid: int | None) -> list[Calendar]:
        chain: list[Calendar] = []
        while uid is not None and (calendar := self._calendars.get(uid)) and calendar not in chain:
            chain.append(calendar)
            uid = calendar.base_uid
        return chain

    def _exceptions_of(self, calendar: Calendar) -> dict[date, tuple[Interval, ...]]:
        if calendar.uid not in self._exceptions:
            self._exceptions[calendar.uid] = {
                start + offset * _DAY: exception.work
                for exception in reversed(calendar.exceptions)
                for start, finish in occurrences(exception)
                for offset in range((finish - start).days + 1)
            }
        return self._exceptions[calendar.uid]


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
