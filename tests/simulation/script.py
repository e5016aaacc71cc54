"""The story of a seed: how its play is set up, and its steps.

A step is (verb, laptop, number); the number seeds the dice of that step alone, so that a story stays the same story
when steps are taken out of it.
"""

import random
from collections.abc import Mapping
from typing import NamedTuple

from tests.simulation import edits

SHARING = ("found", "grant", "grant", "revoke", "edit private", "edit private")
TAKING = ("grant", "revoke", "revoke", "hand over", "edit private", "sync")


class Step(NamedTuple):
    verb: str
    who: int
    number: int


class Setting(NamedTuple):
    """How a play is set up, all from the seed. `faults` is the chance of one at each yield."""

    laptops: int
    fresh: bool
    newcomer: bool
    faults: float
    push_rows: int
    pull_bytes: int
    checkpoint: int
    skews: tuple[int, ...]


def script(seed: int, often: Mapping[str, float] = {}) -> tuple[Setting, list[Step]]:
    """The story of a seed; a verb in `often` comes so many times as often as it would."""
    dice = random.Random(seed)
    laptops = dice.choice((2, 2, 3, 3, 4))
    setting = Setting(
        laptops,
        dice.random() < 0.15,
        False,
        dice.choice((0.0, 0.03, 0.08, 0.2)),
        dice.choice((1, 2, 5, 2000)),
        dice.choice((1, 600, 3000, 1_000_000)),
        dice.choice((1, 3, 400)),
        tuple(dice.choice((0, 0, -90_000, 7_200_000, -86_400_000)) for _ in range(laptops)),
    )
    verbs = {**{verb: weight for verb, (weight, _) in edits.VERBS.items()}, "undo": 9, "redo": 4, "step": 45}
    verbs |= {"sync": 22, "kill": 4, "second worker": 4, "clock": 3, "restart": 2, "late": 6}
    verbs |= {verb: times * verbs[verb] for verb, times in often.items()}
    chosen = dice.choices(list(verbs), list(verbs.values()), k=dice.randint(25, 90))
    steps = [Step(v, dice.randrange(laptops), dice.getrandbits(32)) for v in chosen]
    if seed % 3 != 1:
        setting, steps = _keeping(random.Random(f"keeping {seed}"), setting, steps, shares=seed % 6 == 3)
    if seed % 7 == 3 and seed % 6 != 3:
        steps = _restoring(random.Random(f"restoring {seed}"), steps)
    elif seed % 42 in (27, 39):  # of those with shares
        setting, steps = _taking(random.Random(f"taking {seed}"), setting, steps)
    elif seed % 13 in (7, 11):
        steps = _putting_back(random.Random(f"putting back {seed}"), setting, steps)
    if seed % 11 == 2:
        steps = _moving(random.Random(f"moving {seed}"), setting, steps)
    if seed % 17 in (7, 12):
        steps = _upgrading(random.Random(f"upgrading {seed}"), setting, steps)
    if seed % 13 in (7, 8, 11, 12):
        steps = _deciding(random.Random(f"deciding {seed}"), setting, steps)
    return setting, steps


def _keeping(
    dice: random.Random, setting: Setting, steps: list[Step], shares: bool
) -> tuple[Setting, list[Step]]:
    """The same story, with a laptop that begins empty now and then, a server that compacts its log, and projects that
    are shared and taken away again."""
    begun = [Step("found", 0, 1), Step("sync", 0, 2)]
    told = begun if shares else []
    for step in steps:
        told += [step] + [Step("compact", 0, dice.getrandbits(32))] * (dice.random() < 0.04)
        if shares and dice.random() < 0.12:
            told.append(Step(dice.choice(SHARING), dice.randrange(setting.laptops), dice.getrandbits(32)))
    return setting._replace(newcomer=dice.random() < 0.25), told


def _restoring(dice: random.Random, steps: list[Step]) -> list[Step]:
    """The same story, with a server that is restored from a backup, once or twice."""
    verbs = ["back up", *["restore server"] * dice.choice((1, 1, 2))]
    places = sorted(dice.sample(range(len(steps)), len(verbs)))
    for place, verb in reversed(list(zip(places, verbs, strict=True))):
        steps.insert(place, Step(verb, 0, dice.getrandbits(32)))
    return steps


def _taking(dice: random.Random, setting: Setting, steps: list[Step]) -> tuple[Setting, list[Step]]:
    """The same story, with a server that is restored, and rights that are taken and given since its backup."""
    before = {"back up": ("sync", "grant", "grant"), "restore server": ("revoke", "revoke")}
    told, verbs = [], SHARING
    for step in _restoring(dice, steps):
        told += [Step(verb, 0, dice.getrandbits(32)) for verb in before.get(step.verb, ())]
        told.append(step)
        verbs = TAKING if step.verb == "back up" else verbs
        if dice.random() < 0.25:
            told.append(Step(dice.choice(verbs), dice.randrange(setting.laptops), dice.getrandbits(32)))
    return setting._replace(fresh=False), told  # in an empty workspace there is nobody to share with


def _putting_back(dice: random.Random, setting: Setting, steps: list[Step]) -> list[Step]:
    """The same story, with a laptop whose file is put back from its backup, once or twice."""
    who = dice.randrange(setting.laptops)
    verbs = ["back up laptop", *["put back"] * dice.choice((1, 1, 2))]
    places = sorted(dice.sample(range(len(steps)), len(verbs)))
    for place, verb in reversed(list(zip(places, verbs, strict=True))):
        steps.insert(place, Step(verb, who, dice.getrandbits(32)))
    return steps


def _moving(dice: random.Random, setting: Setting, steps: list[Step]) -> list[Step]:
    """The same story, with projects and clients that are moved to other people, shared there and worked on."""
    told = []
    for step in steps:
        told.append(step)
        if dice.random() < 0.1:
            verb = dice.choice(("take along", "take along", *SHARING[1:]))
            told.append(Step(verb, dice.randrange(setting.laptops), dice.getrandbits(32)))
    return told


def _upgrading(dice: random.Random, setting: Setting, steps: list[Step]) -> list[Step]:
    """The same story, with laptops whose program is older until they are upgraded, whatever waits there."""
    told = [
        Step("begin older", who, 0) for who in dice.sample(range(setting.laptops), dice.choice((1, 1, 2)))
    ]
    for step in steps:
        told.append(step)
        if dice.random() < 0.2:
            verb = dice.choice((*["novelty"] * 12, "upgrade"))
            told.append(Step(verb, dice.randrange(setting.laptops), dice.getrandbits(32)))
    return told


def _deciding(dice: random.Random, setting: Setting, steps: list[Step]) -> list[Step]:
    """The same story, with people who go through what was refused, and with edits on a full disk."""
    told = []
    for step in steps:
        told.append(step)
        if step.verb == "sync" and dice.random() < 0.6:
            told.append(Step("decide rejected", step.who, dice.getrandbits(32)))
            told += [Step("undo", step.who, dice.getrandbits(32))] * (dice.random() < 0.4)
        if dice.random() < 0.05:
            told.append(Step("spoil", dice.randrange(setting.laptops), dice.getrandbits(32)))
        if dice.random() < 0.06:
            told.append(Step("full disk", dice.randrange(setting.laptops), dice.getrandbits(32)))
    return told
