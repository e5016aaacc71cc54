"""Every screen at the size of a company, from outside, beside a bare Textual application in the same run.

100,000 tasks, half of them in one project, the rest in 999 others; 5,000 contacts and as many talks. For each screen:
how long it takes to come, keys along its rows, half pages, a held key, typed letters where it has a field, its memory,
and of every view what it costs at rest.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _bench import ROOT, Measure, measure, report, say, workplace
from _data import company
from _pty import BARE, compile_all, milepost, termbench

from models.store import open_store

ROWS, PAGES = ["j", "k"], ["<c-d>", "<c-d>", "<c-u>"]
LETTERS = ["t", "a", "s", "<backspace>", "<backspace>", "<backspace>"]


@dataclass
class Screen:
    """How to come there from the tasks of the large project, what shows that it has come, and what is pressed."""

    name: str
    go: Sequence[str | Sequence[str]]
    keys: Sequence[str] = ()
    hold: str = ""
    runs: list[dict[str, Any]] = field(default_factory=list)


def _place(name: str, key: str, title: str) -> Screen:
    return Screen(name, ["g", [key, f"▸ {title}"]], ROWS, "j")


# by the name of the view; the test of this benchmark holds them against the application's own list
PLACES = {
    "today": _place("Today", "h", "Today"),
    "portfolio": _place("Portfolio", "p", "Portfolio"),
    "overview": _place("Overview", "i", "Overview"),
    "tasks": Screen("Tasks", [], ROWS, "j"),  # where it begins
    "board": _place("Board", "b", "Board"),
    "clients": _place("Clients and contacts", "c", "Clients"),
    "client": Screen("A client over time", ["g", ["c", "Clients"], ["T", "▸ Timeline"]], ROWS, "j"),
    "history": _place("History", "u", "History"),
    "team": _place("Team", "m", "Team"),
    "conflicts": _place("Conflicts", "x", "Conflicts"),
    "sync": _place("Sync", "s", "Sync"),
    "bin": _place("Recycle bin", "d", "Recycle bin"),
    "settings": _place("Settings", ",", "Settings"),
    "welcome": _place("Welcome", "w", "Welcome"),
}
MORE = [
    Screen("Tasks, half a page", [], PAGES),
    Screen("Portfolio, half a page", ["g", ["p", "Portfolio"]], PAGES),
    Screen("Board, half a page", ["g", ["b", "Board"]], PAGES),
    Screen("Board by person", ["g", ["b", "Board"], ["p", "nobody"]], ROWS, "j"),
    Screen("Clients, half a page", ["g", ["c", "Clients"]], PAGES),
    Screen("Tasks, filter typed", ["/"], LETTERS),
    Screen("Portfolio, filter typed", ["g", ["p", "Portfolio"], "/"], LETTERS),
    Screen("Clients, filter typed", ["g", ["c", "Clients"], "/"], LETTERS),
    Screen("Today, filter typed", ["g", ["h", "Today"], "/"], LETTERS),
    Screen("Board, filter typed", ["g", ["b", "Board"], "/"], LETTERS),
    Screen("Team, filter typed", ["g", ["m", "Team"], "/"], LETTERS),
    Screen("History, filter typed", ["g", ["u", "History"], "/"], LETTERS),
    Screen("A client over time, filter typed", ["g", ["c", "Clients"], ["T", "▸ Timeline"], "/"], LETTERS),
    Screen("Search everything", ["g", ["/", "a few letters"]], LETTERS),
    Screen("Palette", [[":", "a few letters"]], LETTERS),
    Screen("Capture", [["c", "Capture"]], LETTERS),
    Screen("Help", [["?", "What it does"]], ROWS, "j"),
]


def main() -> int:
    options = _options()
    bench = termbench()
    compile_all()
    screens = [s for s in (*PLACES.values(), *MORE) if _is_wanted(s.name, options.only)]
    bare = Screen("bare", [], ROWS, "j")
    with workplace() as folder:
        say(f"filling {options.tasks:,} tasks in {options.projects:,}")
        home, project = folder / "home", _fill(folder / "home", options)
        for run in range(options.runs):
            _run(bench, bare, BARE, "Bare 0", run, options)
            for screen in screens:
                _run(bench, screen, milepost(home, "--open", project), "▸ Tasks", run, options)
    return report("screens", options, list(_measures(bare, screens)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--projects", type=int, default=1_000)
    parser.add_argument("--contacts", type=int, default=5_000)
    parser.add_argument("--presses", type=int, default=30, help="of keys in each run")
    parser.add_argument("--hold", type=float, default=1, help="seconds that a key is held, 30 times a second")
    parser.add_argument("--idle", type=float, default=10, help="seconds of rest, once for each view")
    parser.add_argument("--settle", type=float, default=2.5, help="seconds until a screen is asked for")
    parser.add_argument(
        "--only", nargs="*", default=[], help="the screens whose name holds one of these words"
    )
    return parser.parse_args()


def _is_wanted(name: str, words: Sequence[str]) -> bool:
    return not words or any(word in name for word in words)


def _fill(home: Path, options: argparse.Namespace) -> str:
    """The large project."""
    store = open_store(home)
    project = company(store, options.tasks, options.projects, options.contacts)
    store.close()
    return project


def _run(
    bench: Any, screen: Screen, command: Sequence[str], ready: str, run: int, options: argparse.Namespace
) -> None:
    found: dict[str, Any] = bench.one_run(
        {
            "name": screen.name, "cmd": list(command), "cwd": str(ROOT), "ready": ready,
            "idle_s": options.idle if screen in PLACES.values() or screen.name == "bare" else 0,
            "setup": screen.go, "keys": list(screen.keys), "presses": options.presses,
            "start_settle_ms": 1000 * options.settle if screen.name != "bare" else 250,
            **({"hold": screen.hold, "hold_s": options.hold} if screen.hold else {}),
        },
        run == 0,  # it rests in the first run
    )  # fmt: skip
    say(f"{screen.name:<26} {found.get('error', '')}")
    if found.get("error"):
        say(str(found.get("screen", "")))
    else:
        screen.runs.append(found)


def _measures(bare: Screen, screens: Sequence[Screen]) -> Iterator[Measure]:
    floor, lag = _all(bare, "settled_ms"), [run["hold_lag_ms"] for run in bare.runs]
    rest = _idle(bare)
    for screen in screens:
        if not screen.runs:
            say(f"{screen.name}: no run came to its end")
            continue
        comes = _all(screen, "setup_ms")
        if comes:
            yield measure(f"{screen.name}: comes", "ms", comes, most=100)
        if keys := _all(screen, "settled_ms"):
            yield measure(f"{screen.name}: a key", "ms", keys, floor, of="p95", most=16)
            first = _all(screen, "first_change_ms")
            yield measure(f"{screen.name}: a key, first change", "ms", first, of="p95", most=10)
        yield measure(
            f"{screen.name}: CPU a key", "ms", [run["cpu_ms_per_press"] for run in screen.runs],
            [run["cpu_ms_per_press"] for run in bare.runs],
        )  # fmt: skip
        if screen.hold:
            held = [run["hold_lag_ms"] for run in screen.runs]
            yield measure(f"{screen.name}: lag after a held key", "ms", held, lag, most=20)
        if idle := _idle(screen):
            yield measure(f"{screen.name}: CPU in 10 idle seconds", "s", idle, rest, most=0.02)
        yield measure(f"{screen.name}: peak memory", "MB", [r["peak_rss_mb"] for r in screen.runs], most=110)


def _idle(screen: Screen) -> list[float]:
    return [run["idle_cpu_s_per_10s"] for run in screen.runs if "idle_cpu_s_per_10s" in run]


def _all(screen: Screen, key: str) -> list[float]:
    found = [run.get(key) or () for run in screen.runs]
    return [
        value for each in found for value in (list(each.values())[-1:] if isinstance(each, dict) else each)
    ]


if __name__ == "__main__":
    sys.exit(main())
