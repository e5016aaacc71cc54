"""Sync over loopback: a real server process and a real laptop, beside a bare floor of httpx, SQLite and gzip.

First pull, nothing changed, push of edits (with their echo), few of many changed; seconds, bytes, memory.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from _bench import Measure, measure, report, say, workplace
from _clients import Figures, run_floor, run_milepost
from _serving import DATABASES, floor_server, milepost_server

TIMES = 2  # the floor


def main() -> int:
    options = _options()
    measures = []
    for records in options.records:
        with workplace() as folder:
            ours, bare = _runs(folder, records, options)
        measures += _measures(records, ours, bare, options)
    return report("sync", options, measures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--together", type=int, default=1, help="records created by one transaction")
    parser.add_argument("--edits", type=int, default=1_000, help="pushed, each a transaction of its own")
    parser.add_argument("--few", type=int, default=100, help="changed by a colleague")
    parser.add_argument(
        "--on", choices=DATABASES, default="sqlite", help="of the server; the floor is on SQLite"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--again", type=int, default=2, help="pushes, and pulls of few, in each run")
    parser.add_argument("--idle", type=int, default=20, help="syncs with nothing changed in each run")
    return parser.parse_args()


def _runs(folder: Path, records: int, options: argparse.Namespace) -> tuple[list[Figures], list[Figures]]:
    """Interleaved, each on servers and laptops of its own."""
    ours, bare = [], []
    script = (options.edits, options.few, options.idle, options.again)
    for run in range(options.runs):
        place = folder / str(run)
        place.mkdir()
        with floor_server(place, records) as server:
            bare.append(_alone(run_floor, place / "floor", server.url, server.pid, *script))
        with milepost_server(place, records, options.together, options.on) as server:
            ours.append(_alone(run_milepost, place / "home", server.url, server.code, server.pid, *script))
        assert ours[-1]["records"] == records - 1, "not all of it arrived"
        say(f"{records:,} records: {ours[-1]['first'][0]:.2f} s, floor {bare[-1]['first'][0]:.2f} s")
    return ours, bare


def _alone(run: Callable[..., Figures], *words: Any) -> Figures:
    """In a process that did nothing before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(run, *words).result()


def _measures(
    records: int, ours: list[Figures], bare: list[Figures], options: argparse.Namespace
) -> list[Measure]:
    def pair(name: str, step: str, unit: str, by: float, what: int, times: float = TIMES) -> Measure:
        return measure(name, unit, _all(ours, step, what, by), _all(bare, step, what, by), times=times)

    of = f"of {records:,}"
    lines = [
        pair(f"first pull {of}", "first", "s", 1, 0),
        pair(f"first pull {of}: bytes", "first", "MB", 1e-6, 1),
        measure(f"first pull {of}: CPU of the laptop", "s", _plain(ours, "cpu"), _plain(bare, "cpu")),
        measure(
            f"first pull {of}: memory of the laptop", "MB", _plain(ours, "memory"), _plain(bare, "memory")
        ),
        measure(
            f"first pull {of}: memory of the server", "MB", _plain(ours, "server"), _plain(bare, "server")
        ),
        pair(f"nothing changed {of}", "nothing", "ms", 1e3, 0),
        pair(f"nothing changed {of}: bytes", "nothing", "B", 1, 1),
    ]
    if options.edits:
        edits = f"{options.edits:,} edits {of}"
        lines += [
            pair(f"push {edits}", "push", "s", 1, 0),
            measure(
                f"push {edits}, beside a commit for each",
                "s",
                _all(ours, "push", 0, 1),
                _all(bare, "each", 0, 1),
                times=TIMES,
            ),
            pair(f"push {edits}: bytes", "push", "KB", 1e-3, 1),
            measure(f"push {edits}: until acknowledged", "s", _some(ours, "sent"), _some(bare, "sent")),
            pair(f"pull {options.few} changed {of}", "few", "ms", 1e3, 0),
            pair(f"pull {options.few} changed {of}: bytes", "few", "KB", 1e-3, 1),
        ]
    return lines


def _all(runs: list[Figures], step: str, what: int, by: float) -> list[float]:
    found = [value for run in runs for value in (run[step] if isinstance(run[step], list) else [run[step]])]
    return [value[what] * by for value in found]


def _plain(runs: list[Figures], step: str) -> list[float]:
    return [max(run[step], 0.1) for run in runs]


def _some(runs: list[Figures], step: str) -> list[float]:
    return [value for run in runs for value in run[step]]


if __name__ == "__main__":
    sys.exit(main())
