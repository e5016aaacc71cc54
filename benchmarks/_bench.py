"""What every benchmark shares: figures beside their floor, where they were taken, and how they are told.

JSON on stdout, a table for people on stderr:

    {"benchmark", "at", "machine": {"cpus", "load", "python", "system"}, "options": {…}, "measures": [MEASURE…]}

MEASURE  {"name", "unit", "runs", "median", "min", "max", "p95", "floor", "ratio", "aim", "held"}

`floor` is the median of the bare counterpart in the same run, `ratio` = median / floor, `aim` what is wanted in words,
`held` whether it was met; each is null where there is none.
"""

import argparse
import json
import math
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TERMBENCH = ROOT.parent / "shared" / "tools" / "termbench" / "termbench.py"
PLANS = ROOT.parent / "shared" / "data" / "mspdi"

Measure = dict[str, Any]

# a script's folder comes first, and benchmarks/sync.py would stand for the package sync
sys.path.sort(key=lambda folder: Path(folder or ".").resolve() == ROOT / "benchmarks")


def measure(
    name: str, unit: str, values: Sequence[float], floor: Sequence[float] = (), *, times: float = 0,
    most: float = 0, of: str = "median",
) -> Measure:  # fmt: skip
    """One line of the report. The aim is `times` the floor, or `most`, and is held against `of`."""
    mid, bare = median(values), median(floor) if floor else None
    found = {"median": mid, "p95": percentile(values, 95), "max": max(values)}
    ratio = found[of] / bare if bare else None
    aim, held = None, None
    if times and ratio is not None:
        aim, held = f"≤ {times:g} × the floor", ratio <= times
    elif most:
        aim, held = f"{of} ≤ {most:g} {unit}", found[of] <= most
    return {
        "name": name, "unit": unit, "runs": len(values), "median": _short(mid), "min": _short(min(values)),
        "max": _short(max(values)), "p95": _short(found["p95"]), "floor": _short(bare), "ratio": _short(ratio),
        "aim": aim, "held": held,
    }  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest of the values, not one between two."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share / 100 * len(ordered)) - 1)]


def report(name: str, options: argparse.Namespace, measures: Sequence[Measure]) -> int:
    """Prints it; the exit status of the benchmark. An aim that was missed is no failure of the run."""
    for line in _table(measures):
        print(line, file=sys.stderr)
    machine = {
        "cpus": os.cpu_count(), "load": _load(), "python": platform.python_version(), "system": platform.system()
    }  # fmt: skip
    told = {key: str(value) if isinstance(value, Path) else value for key, value in vars(options).items()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    whole = {"benchmark": name, "at": at, "machine": machine, "options": told, "measures": list(measures)}
    print(json.dumps(whole, indent=1, ensure_ascii=False))
    return 0


def say(text: str) -> None:
    """Progress, for who watches."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> "SystemExit":
    """Raise this where the benchmark cannot be run here."""
    say(text)
    return SystemExit(2)


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for the run, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        yield Path(folder)


def _load() -> float | None:
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _table(measures: Sequence[Measure]) -> Iterator[str]:
    wide = max([len(m["name"]) for m in measures], default=0)
    yield f"{'':<{wide}} {'median':>10} {'min':>10} {'max':>10} {'p95':>10} {'floor':>10} {'ratio':>7}  aim"
    for m in measures:
        figures = " ".join(_figure(m[key], 10) for key in ("median", "min", "max", "p95", "floor"))
        held = {True: "held", False: "MISSED", None: ""}[m["held"]]
        aim = f"{m['aim'] or ''} {held}".strip()
        yield f"{m['name']:<{wide}} {figures} {_figure(m['ratio'], 7)}  {m['unit']:<6} {aim}"


def _figure(value: float | None, width: int) -> str:
    if value is None:
        return " " * (width - 1) + "–"
    return f"{value:>{width},.0f}" if abs(value) >= 1000 else f"{value:>{width}.3g}"
