"""Import of Microsoft Project XML: the largest file of the collection and one made up, beside a bare floor.

The floor parses the same file with the standard library and writes as many rows into one plain table.
"""

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

from _bench import PLANS, Measure, measure, report, say, workplace

from models.dates import refresh_all
from models.store import open_store
from office import importing, mspdi

SPACE = "http://schemas.microsoft.com/project"
R = TypeVar("R")
STEPS = ("read", "preview", "write", "dates")


def main() -> int:
    options = _options()
    measures = []
    with workplace() as folder:
        for file in _files(folder, options):
            measures += _measure(file, folder, options.runs)
    return report("import", options, measures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000, help="of the file that is made up")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--plans", type=Path, default=PLANS, help="a folder of real files")
    return parser.parse_args()


def _files(folder: Path, options: argparse.Namespace) -> list[Path]:
    made = folder / f"made-{options.tasks}.xml"
    made.write_text(plan_xml(options.tasks), "utf-8")
    real = sorted(options.plans.glob("*.xml"), key=lambda file: file.stat().st_size)
    if not real:
        say(f"no real plans at {options.plans}: left out")
    return [*real[-1:], made]


def plan_xml(tasks: int) -> str:
    """A plan of phases of ten tasks, each linked to the one before, half of them done."""
    rows = []
    for uid in range(1, tasks + 1):
        level, first = (1, True) if uid % 10 == 1 else (2, uid % 10 == 2)
        day = f"2026-{uid % 12 + 1:02}-{uid % 27 + 1:02}"
        before = f"<PredecessorUID>{uid - 1}</PredecessorUID><Type>1</Type><LinkLag>0</LinkLag>"
        link = "" if level == 1 or first else f"<PredecessorLink>{before}</PredecessorLink>"
        rows.append(
            f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>Task {uid} of the plan</Name>"
            f"<OutlineLevel>{level}</OutlineLevel>"
            f"<Start>{day}T08:00:00</Start><Finish>{day}T17:00:00</Finish><Duration>PT8H0M0S</Duration>"
            f"<DurationFormat>7</DurationFormat><Summary>{int(level == 1)}</Summary><Milestone>0</Milestone>"
            f"<PercentComplete>{100 * (uid % 2)}</PercentComplete><ConstraintType>0</ConstraintType>{link}</Task>"
        )
    return f'<?xml version="1.0"?><Project xmlns="{SPACE}"><Name>Made</Name><Tasks>{"".join(rows)}</Tasks></Project>'


def _measure(file: Path, folder: Path, runs: int) -> list[Measure]:
    times: dict[str, list[float]] = {step: [] for step in (*STEPS, "floor")}
    tasks = 0
    for run in range(runs):
        spent, tasks, records = _import(file, folder / f"{file.stem}-{run}")
        for step, seconds in zip(STEPS, spent, strict=True):
            times[step].append(seconds)
        times["floor"].append(_bare(file, folder / f"{file.stem}-{run}.db", records))
    whole = [sum(each) for each in zip(*(times[step] for step in STEPS), strict=True)]
    name = f"{file.name}, {tasks:,} tasks"
    return [
        measure(f"{name}: all", "s", whole, times["floor"]),
        *(measure(f"{name}: {step}", "s", times[step]) for step in STEPS),
    ]


def _import(file: Path, home: Path) -> tuple[list[float], int, int]:
    """Seconds of each step, tasks in the plan, records that came of it."""
    store = open_store(home)
    conn = store.read()
    read, plan = _time(lambda: mspdi.read(file))
    shown, _ = _time(lambda: importing.preview(conn, plan))
    written, changes = _time(lambda: store.transact("Import", importing.import_plan, plan))
    dated, _ = _time(lambda: refresh_all(store))
    conn.close()
    store.close()
    return [read, shown, written, dated], len(plan.tasks), changes.count


def _bare(file: Path, path: Path, records: int) -> float:
    def run() -> None:
        names = [node.text for node in ElementTree.parse(file).iter(f"{{{SPACE}}}Name")]
        conn = sqlite3.connect(path, isolation_level=None)
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("CREATE TABLE record(id INTEGER PRIMARY KEY, name TEXT)")
        conn.execute("BEGIN")
        conn.executemany(
            "INSERT INTO record(name) VALUES(?)", [(names[i % len(names)],) for i in range(records)]
        )
        conn.execute("COMMIT")
        conn.close()

    return _time(run)[0]


def _time(run: Callable[[], R]) -> tuple[float, R]:
    started = time.perf_counter()
    result = run()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    sys.exit(main())
