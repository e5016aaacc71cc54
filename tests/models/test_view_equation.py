"""The view equation and all that hangs on it, over random histories against the model in oracle.py.

In the suite a fixed set; more, from random seeds: MILEPOST_SCRIPTS=5000 pytest -n 2 on this file.
"""

import os
import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.models.world import STEPS, Script, play, script

LONG = int(os.environ.get("MILEPOST_SCRIPTS", "0"))
SHARDS = 2

# what two thousand steps must really have exercised, at least
FLOORS = {
    "checks": 2000, "operations": 400, "undo done": 150, "undo withdrawn": 80, "undo skipped something": 4,
    "undo was empty": 2, "redo done": 15, "conflicts": 60, "fields without effect": 50, "rejections": 20,
    "dependants rejected": 8, "pulls over pending": 20, "pulls over acknowledged": 30, "echoes": 250,
    "acknowledged before the echo": 200, "acknowledged after the echo": 1, "replies lost": 25, "sent again": 50,
    "crash": 25, "restart": 10, "second_window": 20, "verb_fails": 10, "noop": 20, "newer_colleague": 20,
    "shared id on both sides": 4, "settlements": 2, "multi": 50, "idle": 10,
}  # fmt: skip

names = [name for name, weight in STEPS.items() for _ in range(weight)]
scripts = st.lists(st.tuples(st.sampled_from(names), st.integers(0, 2**32 - 1)), max_size=60)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_scripts_keep_every_promise(shard: int) -> None:
    tally: Counter[str] = Counter()
    count = LONG // SHARDS if LONG else 80
    start = random.randrange(10**9) if LONG else 10_000 * (shard + 1)
    for seed in range(start, start + count):
        try:
            play(script(seed, 40), tally)
        except Exception as error:
            error.add_note(f"replay: play(script({seed}, 40)); shrink it by test_hypothesis_scripts")
            raise
    assert_exercised(tally)
    print(dict(tally))


@settings(
    max_examples=max(40, LONG // 4), deadline=None, derandomize=not LONG, print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)  # fmt: skip
@given(steps=scripts)
def test_hypothesis_scripts_keep_every_promise(steps: Script) -> None:
    play(steps)


def assert_exercised(tally: Counter[str]) -> None:
    """A property test that exercises nothing proves nothing."""
    scale = tally["checks"] / FLOORS["checks"]
    missing = {
        name: (tally[name], floor) for name, floor in FLOORS.items() if tally[name] < floor * min(scale, 1)
    }
    assert not missing, missing
