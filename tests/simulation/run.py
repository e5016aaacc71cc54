"""Plays schedules from random seeds and holds every one against the invariants of sync.

    python tests/simulation/run.py --seeds 1000 [--start 1] [--seconds 60] [--planted NAME]

The last line tells schedules, edits, faults, conflicts and violations. A violation is printed with its seed and the
shortest story that was found. With --planted a known bug is put in, and the run ends at the first seed that shows it.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.simulation import network
from tests.simulation.script import script
from tests.simulation.shrink import Outcome, shrink

KILLS = (
    "kill before",
    "kill after",
    "busy",
    "disk full",
    "edit on a full disk",
    "laptop put back",
    "kill",
    "restart",
    "late",
    "clock",
    "second worker",
    "restore server",
)


def play(seed: int) -> Outcome:
    return Outcome(*script(seed))


def tell(seed: int, outcome: Outcome, seconds: float = 20.0) -> str:
    """A violation in words: its seed, and the story made short."""
    setting, steps = script(seed)
    short = shrink(setting, steps, seconds)
    story = "\n  ".join(short.trace)
    return (
        f"seed {seed}: {outcome.violation}\n{setting}\n"
        f"as a story of {len(short.steps)} steps: {short.violation}\n  {story}"
    )


def faults(count: Counter[str]) -> int:
    return sum(count[name] for name in {*network.FAULTS, *KILLS})


def summary(schedules: int, count: Counter[str], violations: int, seconds: float) -> str:
    return (
        f"{schedules} schedules, {count['edits']} edits, {faults(count)} faults, {count['conflicts']} conflicts, "
        f"{violations} violations in {seconds:.0f} s"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--planted", default="")
    parser.add_argument(
        "--tell", type=int, default=500, help="after how many schedules a line says how far it is"
    )
    parser.add_argument("--stories", type=int, default=3, help="how many violations are told in full")
    given = parser.parse_args()
    from tests.simulation.planted import BUGS

    begun = time.monotonic()
    count: Counter[str] = Counter()
    failed: list[int] = []
    seed = given.start - 1
    with BUGS[given.planted]() if given.planted else nullcontext():
        while seed - given.start + 1 < given.seeds and time.monotonic() - begun < given.seconds:
            seed += 1
            outcome = play(seed)
            count += outcome.count
            if (seed - given.start + 1) % given.tell == 0:
                print(
                    summary(seed - given.start + 1, count, len(failed), time.monotonic() - begun), flush=True
                )
            if outcome.violation:
                failed.append(seed)
                print(
                    tell(seed, outcome)
                    if len(failed) <= given.stories
                    else f"seed {seed}: {outcome.violation}"
                )
                if given.planted:
                    break
    for name, number in sorted(count.items()):
        print(f"{number:8} {name}")
    print(summary(seed - given.start + 1, count, len(failed), time.monotonic() - begun))
    return bool(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception:
        traceback.print_exc()
        sys.exit(2)
