"""Two versions of a text into one, line by line, by the text that both were made from. Pure.

base    the text that both had          ┌ nobody changed it         → the lines as they were
one     what one made of it       → in  ┤ one side did, or both the → those lines
other   what the other made of it   each│ same
                                  region└ both did, differently     → a clash: nothing is decided here
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

ONE, OTHER, BOTH = "one", "other", "both"
MOST = 2_000  # changed lines that are compared; a greater rewrite is one region, else it could take minutes

Lines = tuple[str, ...]


class Region(NamedTuple):
    """Lines that stand at the same place in all three texts."""

    base: Lines
    one: Lines
    other: Lines

    @property
    def clash(self) -> bool:
        return self.one != self.other and self.base not in (self.one, self.other)

    def lines(self, side: str) -> Lines:
        """What comes of it; at a clash that of the `side`."""
        if not self.clash:
            return self.one if self.other == self.base else self.other
        return {ONE: self.one, OTHER: self.other, BOTH: _both(self.one, self.other)}[side]


def merge(base: str | None, one: str | None, other: str | None) -> list[Region]:
    """The regions of the three texts in order; no text is an empty one."""
    return list(_regions(*(tuple((text or "").split("\n")) for text in (base, one, other))))


def clashes(regions: Sequence[Region]) -> bool:
    return any(region.clash for region in regions)


def joined(regions: Sequence[Region], side: str = ONE) -> str | None:
    """The merged text, with the lines of `side` at each clash; None for an empty one."""
    return "\n".join(line for region in regions for line in region.lines(side)) or None


def onto(now: str | None, before: str | None, after: str | None) -> str | None:
    """`now` with the step from `before` to `after` made; what somebody wrote at the same place meanwhile follows it."""
    regions = merge(before, after, now)
    return joined([r._replace(other=_added(r)) if r.clash else r for r in regions], BOTH)


def _added(region: Region) -> Lines:
    return tuple(line for line in region.other if line not in region.base)


def _both(one: Lines, other: Lines) -> Lines:
    return tuple(line for side in (one, other) if side != ("",) for line in side)


def _regions(base: Lines, one: Lines, other: Lines) -> Iterator[Region]:
    b = o = t = 0
    for at, at_one, at_other, length in (*_agreed(base, one, other), (len(base), len(one), len(other), 0)):
        gap = Region(base[b:at], one[o:at_one], other[t:at_other])
        if any(gap):
            yield gap
        b, o, t = at + length, at_one + length, at_other + length
        if length:
            yield Region(base[at:b], base[at:b], base[at:b])


def _agreed(base: Lines, one: Lines, other: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that all three have: where each begins in base, one and other, and how long it is."""
    left, right = _matching(base, one), _matching(base, other)
    i = j = 0
    while i < len(left) and j < len(right):
        (a, at_one, n), (b, at_other, m) = left[i], right[j]
        begin, end = max(a, b), min(a + n, b + m)
        if begin < end:
            yield begin, at_one + begin - a, at_other + begin - b, end - begin
        i, j = (i + 1, j) if a + n < b + m else (i, j + 1)


def _matching(base: Lines, new: Lines) -> list[tuple[int, int, int]]:
    """Runs that both have, in order: where each begins in base and in new, and how long it is."""
    short = min(len(base), len(new))
    head = next((i for i in range(short) if base[i] != new[i]), short)
    tail = next((i for i in range(short - head) if base[-1 - i] != new[-1 - i]), short - head)
    middle, changed = base[head : len(base) - tail], new[head : len(new) - tail]
    found = [(0, 0, head)]
    if max(len(middle), len(changed)) <= MOST:
        blocks = SequenceMatcher(None, middle, changed).get_matching_blocks()
        found += [(head + a, head + b, n) for a, b, n in blocks]
    found.append((len(base) - tail, len(new) - tail, tail))
    return [run for run in found if run[2]]
