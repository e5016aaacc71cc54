"""How often an address may guess a code."""

from collections import deque
from collections.abc import Callable

FAILURES = 10
WINDOW = 60_000  # milliseconds
ADDRESSES = 10_000  # remembered at most, so that guessing from everywhere does not fill the memory


class Failures:
    """Wrong codes by address, of the last minute, those included that are being looked up. In memory: a restart
    forgives, and each worker counts for itself."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._at: dict[str, deque[int]] = {}

    def add(self, address: str) -> None:
        times = self._at.pop(address, None) or deque(maxlen=FAILURES)
        times.append(self._clock())
        self._at[address] = times  # the latest address last
        while len(self._at) > ADDRESSES:
            del self._at[next(iter(self._at))]

    def take_back(self, address: str) -> None:
        """The latest one of the address was none."""
        if times := self._at.get(address):
            times.pop()

    def too_many(self, address: str) -> bool:
        times = self._at.get(address, ())
        return sum(at > self._clock() - WINDOW for at in times) >= FAILURES
