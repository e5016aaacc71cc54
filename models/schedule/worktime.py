"""Arithmetic in working time: the one thing that every date of a schedule is made of.

The *position* of an instant is the number of working minutes before it. Every question is a position and its inverse;
the inverse is ambiguous where nobody works, so there are two: a finish (17:00) and a start (08:00 of the next day).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate

from models.schedule.instants import LAST, WEEK

Interval = tuple[int, int]
Source = Callable[
    [int, int], list[Interval]
]  # working intervals between two instants, sorted, not overlapping


class NoWorkingTime(ValueError):
    """A calendar in which nobody ever works."""


MEMO = 200_000  # answers; more than that would be years of edits by the minute


class _Memo(dict[int, int]):
    """Answers that were given once: the dates of a plan fall on few instants.

    `inverse` learns the answer too: the instant that was found for a position has that position.
    """

    def __init__(self, ask: Callable[[int], int], inverse: "_Memo | None" = None) -> None:
        self._ask, self._inverse = ask, inverse

    def __missing__(self, key: int) -> int:
        if len(self) > MEMO:
            self.clear()
        answer = self[key] = self._ask(key)
        if self._inverse is not None:
            self._inverse[answer] = key
        return answer


class WorkTime:
    """A calendar as three sorted arrays: starts of its intervals, ends, and minutes worked before each.

    The arrays cover a window that grows to what is asked, up to `bounds`: outside of those no day differs from the
    plain week, which is counted in whole weeks. So the year 9999 costs no more than tomorrow.
    """

    def __init__(
        self, source: Source, week: list[Interval], bounds: Interval | None, window: Interval
    ) -> None:
        """Both are instants, multiples of a week; no bounds: all weeks are plain. Raises NoWorkingTime."""
        low, high = bounds or window
        self.source, self.week = source, week
        self.bounds = min(low, window[0]), max(high, window[1])
        self._week_starts = [0, *(start for start, _ in week)]  # all with an empty interval before the first
        self._week_ends = [0, *(end for _, end in week)]
        self._week_worked = list(accumulate((end - start for start, end in week), initial=0))
        self._week_worked.insert(0, 0)
        self._a_week = self._week_worked.pop()
        self._position = _Memo(self.position)
        self._finish = _Memo(self.finish_at, self._position)
        self._start = _Memo(self.start_at, self._position)
        self._load(*window, 0)
        while not self._a_week and self._low == self._high:
            if not self._grow(up=True) and not self._grow(up=False):
                raise NoWorkingTime

    def _load(self, first: int, last: int, low: int) -> None:
        intervals = [
            (first, first),
            *self.source(first, last),
        ]  # the empty one: every bisect has a left neighbour
        self._first, self._last = first, last
        self._starts = [start for start, _ in intervals]
        self._ends = [end for _, end in intervals]
        self._worked = list(accumulate((end - start for start, end in intervals), initial=low))
        self._low, self._high = low, self._worked.pop()

    # ── questions ─────────────────────────────────────────────────────────────────────────────────────

    def add(self, instant: int, minutes: int) -> int:
        """The finish of work of so many minutes (> 0) that begins at the instant or after it."""
        return self._finish[self._position[instant] + minutes]

    def sub(self, instant: int, minutes: int) -> int:
        """The start of work of so many minutes (> 0) that ends at the instant or before it."""
        return self._start[self._position[instant] - minutes]

    def span(self, instant: int, minutes: int) -> Interval:
        """Start and finish of work of so many minutes (> 0) that begins at the instant or after it."""
        position = self._position[instant]
        return self._start[position], self._finish[position + minutes]

    def span_back(self, instant: int, minutes: int) -> Interval:
        """Start and finish of work of so many minutes (> 0) that ends at the instant or before it."""
        position = self._position[instant]
        return self._start[position - minutes], self._finish[position]

    def next_start(self, instant: int) -> int:
        """The instant itself where work can begin then, else the next one where it can."""
        return self._start[self._position[instant]]

    def prev_finish(self, instant: int) -> int:
        """The instant itself where work can end then, else the last one before it where it can."""
        return self._finish[self._position[instant]]

    def work(self, start: int, finish: int) -> int:
        """Working minutes from one instant to another; negative where the second is the earlier."""
        return self._position[finish] - self._position[start]

    # ── positions ─────────────────────────────────────────────────────────────────────────────────────

    def position(self, instant: int) -> int:
        """Working minutes from a fixed origin to the instant; negative before it."""
        while not self._first <= instant < self._last:
            if not self._grow(up=instant >= self._last):
                return self._far_position(instant)
        i = bisect_right(self._starts, instant) - 1
        end = self._ends[i]
        return self._worked[i] + (instant if instant < end else end) - self._starts[i]

    def finish_at(self, position: int) -> int:
        """The first instant that has this position."""
        while not self._low < position <= self._high:
            if not self._grow(up=position > self._high):
                return self._far(position, 1)
        i = bisect_left(self._worked, position) - 1
        return self._starts[i] + position - self._worked[i]

    def start_at(self, position: int) -> int:
        """The last instant that has this position: the next minute is a working one."""
        while not self._low <= position < self._high:
            if not self._grow(up=position >= self._high):
                return self._far(position, 0)
        i = bisect_right(self._worked, position) - 1
        return self._starts[i] + position - self._worked[i]

    # ── beyond the window ─────────────────────────────────────────────────────────────────────────────

    def _grow(self, *, up: bool) -> bool:
        """Doubles the window to one side; False where it is at its bound."""
        more = max(self._last - self._first, 104 * WEEK)
        if up:
            last = min(self.bounds[1], self._last + more)
            if last == self._last:
                return False
            self._load(self._first, last, self._low)
        else:
            first = max(self.bounds[0], self._first - more)
            if first == self._first:
                return False
            self._load(first, self._last, self._low - sum(b - a for a, b in self.source(first, self._first)))
        return True

    def _far_position(self, instant: int) -> int:
        edge, worked = (self._last, self._high) if instant >= self._last else (self._first, self._low)
        weeks, minute = divmod(instant - edge, WEEK)
        i = bisect_right(self._week_starts, minute) - 1
        inside = min(minute, self._week_ends[i]) - self._week_starts[i]
        return worked + weeks * self._a_week + self._week_worked[i] + inside

    def _far(self, position: int, finish: int) -> int:
        """The first instant of a position in the plain weeks outside (`finish` 1), or the last (0)."""
        if not self._a_week:  # the last working minute of all is behind: later than any date
            return LAST + 1 + position - self._high if position >= self._high else position - self._low - 1
        edge, worked = (self._last, self._high) if position >= self._high else (self._first, self._low)
        weeks, left = divmod(position - worked - finish, self._a_week)
        i = bisect_right(self._week_worked, left) - 1
        return edge + weeks * WEEK + self._week_starts[i] + left - self._week_worked[i] + finish


def common(a: WorkTime, b: WorkTime, window: Interval) -> WorkTime:
    """When both work. Raises NoWorkingTime where they never do."""
    bounds = min(a.bounds[0], b.bounds[0]), max(a.bounds[1], b.bounds[1])

    def source(first: int, last: int) -> list[Interval]:
        return overlap(spread(a, first, last), spread(b, first, last))

    return WorkTime(source, overlap(a.week, b.week), bounds, window)


def spread(time: WorkTime, first: int, last: int) -> list[Interval]:
    """The working intervals between two instants, plain weeks outside the calendar's bounds included."""
    low, high = (min(max(bound, first), last) for bound in time.bounds)
    return [*repeat(time.week, first, low), *time.source(low, high), *repeat(time.week, high, last)]


def repeat(week: list[Interval], first: int, last: int) -> list[Interval]:
    """A plain week, over and over, from one Monday's midnight to another's."""
    return [(monday + a, monday + b) for monday in range(first, last, WEEK) for a, b in week]


def overlap(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """What two sorted lists of intervals have in common."""
    found: list[Interval] = []
    rights = iter(right)
    b = next(rights, None)
    for a in left:
        while b and b[1] <= a[0]:
            b = next(rights, None)
        while b and b[0] < a[1]:
            found.append((max(a[0], b[0]), min(a[1], b[1])))
            if b[1] > a[1]:
                break
            b = next(rights, None)
    return found
