"""The dates of a plan: all of them, and those that one edit moves.

Beside numpy (a layer at a time, one calendar, no other rules) as the floor, MPXJ's scheduler in a warm virtual
machine, and TaskJuggler's whole run; each where it is installed: `--mpxj` names a Python that can import mpxj.
"""

import argparse
import gc
import importlib.util
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from _bench import Measure, measure, report, say, workplace
from _plans import SHAPES, TWO, as_taskjuggler, made

from models.schedule.engine import Schedule
from models.schedule.incremental import Edit, revise
from models.schedule.inputs import Plan, Task
from office import foreign
from office.mspdi_write import lines
from office.scheduling import as_inputs

AIMS = {1_000: 30.0, 10_000: 300.0}  # ms for all rules
SMALL, MUCH = 10.0, 0.3  # ms for the edit of any task; the share of the plan that a critical one moves
SLIP = 40 * 480  # minutes by which it grows


def main() -> int:
    options = _options()
    measures: list[Measure] = []
    for tasks in options.tasks:
        for shape in SHAPES:
            for calendars in (1, TWO):
                say(f"{tasks:,} tasks, {shape}, {calendars} calendar{'s' * (calendars > 1)}")
                plan = made(tasks, shape, calendars)
                measures += _full(plan, tasks, shape, calendars, options)
                if calendars == TWO:
                    measures += _edits(as_inputs(plan), tasks, shape, options.runs)
    return report("schedule", options, measures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=5, help="of each full run; forty times as many edits")
    parser.add_argument("--mpxj", default=sys.executable, help="a Python with mpxj, and Java on PATH")
    parser.add_argument("--taskjuggler", type=int, default=1_000, help="the largest plan for it: it is slow")
    return parser.parse_args()


# ── full runs ─────────────────────────────────────────────────────────────────────────────────────────


def _full(
    plan: foreign.Plan, tasks: int, shape: str, calendars: int, options: argparse.Namespace
) -> list[Measure]:
    inputs, what = as_inputs(plan), f"{tasks:,} {shape}, {calendars} calendar{'s' * (calendars > 1)}"
    floor, least = _floor(plan, shape), []
    ours = []
    for _ in range(options.runs):  # beside each other, so that both meet the same machine
        gc.collect()  # what others left is not this run's
        ours.append(_time(lambda: Schedule(inputs).dates()))
        least += [_time(floor)] if floor else []
    found = [measure(f"all dates, {what}", "ms", ours, least, most=AIMS.get(tasks, 0))]
    theirs = _mpxj(plan, options)
    if theirs:
        found.append(measure(f"… beside MPXJ, {what}", "ms", ours, theirs, times=1))
    if calendars == 1 and tasks <= options.taskjuggler and shutil.which("tj3"):
        found.append(measure(f"… beside TaskJuggler, {what}", "ms", ours, [_taskjuggler(plan)]))
    return found


def _floor(plan: foreign.Plan, shape: str) -> Callable[[], object] | None:
    if importlib.util.find_spec("numpy") is None:
        return None
    from _levels import Levels

    return Levels(plan, SHAPES[shape]).run


def _mpxj(plan: foreign.Plan, options: argparse.Namespace) -> list[float]:
    if (
        not shutil.which("java")
        or subprocess.run([options.mpxj, "-c", "import mpxj"], capture_output=True).returncode
    ):
        return []
    with workplace() as folder:
        path = folder / "plan.xml"
        path.write_text("".join(lines(plan)), encoding="utf-8")
        clock = str(Path(__file__).with_name("_mpxj_clock.py"))
        words = [options.mpxj, "-P", clock, str(options.runs), str(path)]
        found: list[float] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
        return found


def _taskjuggler(plan: foreign.Plan) -> float:
    with workplace() as folder:
        path = folder / "plan.tjp"
        path.write_text("".join(as_taskjuggler(plan)))
        words = ["tj3", "--silent", "--output-dir", str(folder), str(path)]
        return _time(lambda: subprocess.run(words, capture_output=True, check=True))


# ── edits ─────────────────────────────────────────────────────────────────────────────────────────────


def _edits(plan: Plan, tasks: int, shape: str, runs: int) -> list[Measure]:
    """Any task half a day longer; then the critical task that moves most of the plan, by forty days each time."""
    schedule, dice = Schedule(plan), Random(tasks)
    leaves = [task for task in plan.tasks if task.duration]
    random = [_edit(schedule, dice.choice(leaves), 240) for _ in range(40 * runs)]
    what = f"{tasks:,} {shape}, 2 calendars"
    found = [measure(f"edit of any task, {what}", "ms", random, most=SMALL * (shape == "layered"), of="p95")]
    task, share = _decisive(schedule, leaves)
    edits, full = [], []
    for _ in range(runs):
        edits.append(_edit(schedule, task, SLIP))
        full.append(_time(lambda: Schedule(schedule.plan)))
    aim = 1.2 if share >= MUCH else 0
    found.append(measure(f"edit that moves {share:.0%} of the plan, {what}", "ms", edits, full, times=aim))
    return found


def _edit(schedule: Schedule, task: Task, longer: int) -> float:
    now = schedule.network.nodes[task.key].task
    return _time(lambda: revise(schedule, Edit((replace(now, duration=now.duration + longer),))))


def _decisive(schedule: Schedule, leaves: list[Task]) -> tuple[Task, float]:
    """Among the first critical tasks, the one whose day more moves most tasks; their share."""
    critical = [task for task in leaves if schedule.dates_of(task.key).critical]
    moves = {task.key: _moved(schedule, task) for task in critical[:5]}
    best = max(critical[:5], key=lambda task: moves[task.key])
    return best, moves[best.key] / len(leaves)


def _moved(schedule: Schedule, task: Task) -> int:
    was: dict[Any, int] = {key: dates.start for key, dates in schedule.dates().items()}
    now = schedule.network.nodes[task.key].task
    revise(schedule, Edit((replace(now, duration=now.duration + SLIP),)))
    moved = sum(dates.start != was[key] for key, dates in schedule.dates().items())
    revise(schedule, Edit((now,)))
    return moved


def _time(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
