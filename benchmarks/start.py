"""Start-up, keys, memory and idling of the application, from outside, beside a bare Textual application.

Ready means: the rows of the store are on screen, with an edit that the command line made just before the start.
Runs go round over the programs, so that all meet the same load.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _bench import ROOT, Measure, measure, report, say, workplace
from _data import fill
from _pty import BARE, compile_all, milepost, termbench

from models.store import open_store


@dataclass
class Program:
    """One thing to start. `edit` is the record that is renamed before each start; `moves`: there are rows to go to."""

    name: str
    command: Sequence[str]
    home: Path | None = None
    edit: str = ""
    moves: bool = True
    keys: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)


def main() -> int:
    options = _options()
    bench = termbench()
    compile_all()
    with workplace() as folder:
        programs = [Program("bare", BARE), *_profiles(folder, options)]
        for run in range(options.runs):
            for program in programs:
                _run(bench, program, run, options)
    return report("start", options, _measures(programs))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--small", type=int, default=1_000, help="tasks of the small profile")
    parser.add_argument("--large", type=int, default=100_000, help="tasks of the large ones")
    parser.add_argument("--projects", type=int, default=1_000, help="of the profile with many projects")
    parser.add_argument("--presses", type=int, default=20, help="of keys in each run")
    parser.add_argument("--hold", type=float, default=1, help="seconds that a key is held, 30 times a second")
    parser.add_argument(
        "--settle", type=float, default=2.5, help="seconds of silence before keys are pressed"
    )
    parser.add_argument("--idle", type=float, default=10, help="seconds left alone, in the first runs")
    parser.add_argument("--idle-runs", type=int, default=2)
    parser.add_argument(
        "--only", nargs="*", default=[], help="the programs whose name holds one of these words"
    )
    return parser.parse_args()


def _profiles(folder: Path, options: argparse.Namespace) -> list[Program]:
    made = []
    for tasks, projects in ((options.small, 1), (options.large, 1), (options.large, options.projects)):
        size = f"{tasks:,} tasks in {projects:,}"
        wanted = [v for v in ("Tasks", "Portfolio") if _is_wanted(f"{v}, {size}", options.only)]
        if wanted:
            say(f"filling {size}")
            home = folder / f"{tasks}-{projects}"
            project, task = _fill(home, tasks, projects)
            both = {
                "Tasks": Program(f"Tasks, {size}", milepost(home, "--open", project), home, task),
                "Portfolio": Program(f"Portfolio, {size}", milepost(home), home, project, projects > 1),
            }
            made += [both[view] for view in wanted]
    return made


def _is_wanted(name: str, words: Sequence[str]) -> bool:
    return not words or any(word in name for word in words)


def _fill(home: Path, tasks: int, projects: int) -> tuple[str, str]:
    """The first project and its first task."""
    store = open_store(home)
    project = fill(store, tasks, projects)[0]
    conn = store.read()
    [task] = conn.execute("SELECT id FROM task WHERE project_id=? ORDER BY rowid", (project,)).fetchone()
    conn.close()
    store.close()
    return project, task


def _run(bench: Any, program: Program, run: int, options: argparse.Namespace) -> None:
    shown = _edit(program, run)
    common: dict[str, Any] = {
        "name": program.name,
        "cmd": list(program.command),
        "cwd": str(ROOT),
        "ready": shown,
    }
    common |= {
        "presses": options.presses,
        "start_settle_ms": 700,
    }
    idles = run < options.idle_runs
    keys = {**common, "idle_s": options.idle if idles else 0}
    if program.moves:
        keys |= {"keys": ["j", "k"], "hold": "j", "hold_s": options.hold}
    program.keys.append(_once(bench, keys, idles))
    if program.name.startswith("Tasks"):
        pages = {**common, "keys": ["<c-d>", "<c-d>", "<c-u>"], "idle_s": 0}
        program.pages.append(_once(bench, pages, False))


def _edit(program: Program, run: int) -> str:
    """Renames a record by the command line; what is on screen once the application has read it."""
    if program.home is None:
        return "Bare 0"
    name = f"000 run {run}"
    words = ("set", program.edit, f"name={name}")
    subprocess.run(milepost(program.home, *words), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return name


def _once(bench: Any, config: dict[str, Any], idles: bool) -> dict[str, Any]:
    found: dict[str, Any] = bench.one_run(config, idles)
    say(f"{config['name']:<36} ready {found.get('ready_ms') or 0:.0f} ms  {found.get('error', '')}")
    if found.get("error"):
        say(str(found.get("screen", "")))
    return found


def _measures(programs: Sequence[Program]) -> list[Measure]:
    bare = programs[0]
    lines: list[Measure] = []
    for program in programs:
        large = 0 if program is bare else 1
        floor, bare_cpu = (_one(bare.keys, key) if large else [] for key in ("ready_ms", "start_cpu_s"))
        ready, keys, peak = (
            _one(program.keys, "ready_ms"),
            _all(program.keys),
            _one(program.keys, "peak_rss_mb"),
        )
        if not ready:
            say(f"{program.name}: no run came to its end")
            continue
        add = lines.append
        add(measure(f"{program.name}: ready", "ms", ready, floor, times=1.5 * large))
        add(
            measure(
                f"{program.name}: CPU of the start, all loaded",
                "s",
                _one(program.keys, "start_cpu_s"),
                bare_cpu,
            )
        )
        if keys:
            bare_keys = _all(bare.keys) if large else []
            add(measure(f"{program.name}: j and k", "ms", keys, bare_keys, of="p95", most=10 * large))
            first = _all(program.keys, "first_change_ms")
            add(measure(f"{program.name}: j and k, first change", "ms", first))
            cpu, bare_cpu = _one(program.keys, "cpu_ms_per_press"), _one(bare.keys, "cpu_ms_per_press")
            add(measure(f"{program.name}: CPU a key", "ms", cpu, bare_cpu if large else []))
        if pages := _all(program.pages):
            add(measure(f"{program.name}: half a page", "ms", pages))
        if lag := _one(program.keys, "hold_lag_ms"):
            add(measure(f"{program.name}: lag after a held key", "ms", lag, most=20 * large))
        add(measure(f"{program.name}: peak memory", "MB", peak, most=110 * large))
        if idle := _one(program.keys, "idle_cpu_s_per_10s"):
            add(measure(f"{program.name}: CPU in 10 idle seconds", "s", idle, most=0.02 * large))
    return lines


def _one(runs: Sequence[dict[str, Any]], key: str) -> list[float]:
    return [run[key] for run in runs if run.get(key) is not None and not run.get("error")]


def _all(runs: Sequence[dict[str, Any]], key: str = "settled_ms") -> list[float]:
    return [value for run in runs if not run.get("error") for value in run.get(key, ())]


if __name__ == "__main__":
    sys.exit(main())
