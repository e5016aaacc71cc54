"""A long story that fails, made as short as it goes while it still fails."""

import time
from collections import Counter
from collections.abc import Callable

from tests.simulation.ledger import Violation
from tests.simulation.script import Setting, Step
from tests.simulation.world import World


class Outcome:
    """One play: what it exercised, what it violated ("" for nothing), and its trace."""

    def __init__(self, setting: Setting, steps: list[Step]) -> None:
        self.violation = ""
        self.steps = steps
        with World(setting) as world:
            try:
                world.play(steps)
                world.rest()
            except Violation as error:
                self.violation = str(error)
            except Exception as error:
                self.violation = f"{type(error).__name__}: {error}"
            self.count: Counter[str] = world.count
            self.trace = world.trace


def shrink(setting: Setting, steps: list[Step], seconds: float) -> Outcome:
    """The shortest failing story found in `seconds`: halves, quarters … and single steps are left out."""
    until = time.monotonic() + seconds
    best = Outcome(setting, steps)
    for quiet in (setting._replace(faults=0.0, skews=(0,) * setting.laptops), setting._replace(faults=0.0)):
        if (outcome := Outcome(quiet, steps)).violation:
            setting, best = quiet, outcome
            break
    size = len(steps) // 2
    while size and time.monotonic() < until:
        shorter = _without_some(lambda s: Outcome(setting, s), best, size, until)
        if shorter is best:
            size //= 2
        best = shorter
    return best


def _without_some(play: Callable[[list[Step]], Outcome], best: Outcome, size: int, until: float) -> Outcome:
    at = 0
    while at < len(best.steps) and time.monotonic() < until:
        outcome = play(best.steps[:at] + best.steps[at + size :])
        if outcome.violation:
            best = outcome
        else:
            at += size
    return best
