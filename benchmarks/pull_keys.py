"""A key press while the application pulls many records, beside the same application at rest.

The real application in a pseudo-terminal, at a project's tasks, on a profile that has just signed in to a real
server: the sync begins by itself. A press is answered when the list has changed; the footer's progress does not count.
With --latency, --rate and --drop the server is at the end of a bad line: how long the sync takes is measured as well.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _bench import ROOT, measure, report, say, stop, workplace
from _pty import compile_all, milepost, termbench
from _serving import Serving, milepost_server, running

from models import db, outline
from models.record import create
from models.store import Store, open_store
from sync.account import login

ROWS, COLS = 42, 140
EVERY = 0.15  # seconds between presses
GIVE_UP = 3.0  # seconds; a press that nothing answers counts as this long
LONGEST = 600.0  # seconds for the sync


def main() -> int:
    options = _options()
    bench = termbench()
    compile_all()
    with workplace() as folder:
        say(f"filling a server with {options.records:,} records")
        with (
            milepost_server(folder, options.records, options.together) as server,
            _line(folder, server, options) as url,
        ):
            during, rest, took = _run(bench, folder, server, url, options)
    if not during:
        raise stop("The sync was over before a key could be pressed; take more --records.")
    return report(
        "pull_keys",
        options,
        [
            measure("key at rest", "ms", rest),
            measure("key during the sync", "ms", during, rest, of="p95", most=35),
            measure("the sync", "s", [took]),
        ],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="pulled")
    parser.add_argument("--together", type=int, default=1, help="records created by one transaction")
    parser.add_argument("--tasks", type=int, default=1_000, help="in the project on screen")
    parser.add_argument("--rest", type=float, default=2, help="seconds of silence before the presses at rest")
    parser.add_argument("--presses", type=int, default=100, help="at rest, and at most during the sync")
    parser.add_argument("--edits", type=int, default=0, help="that wait to be sent")
    parser.add_argument("--latency", type=float, default=0, help="seconds that a request waits")
    parser.add_argument("--rate", type=float, default=1e9, help="bytes a second")
    parser.add_argument("--drop", type=float, default=0, help="part of the requests that get no answer")
    return parser.parse_args()


@contextmanager
def _line(folder: Path, server: Serving, options: argparse.Namespace) -> Iterator[str]:
    """The server's address, at the end of a bad line where one is asked for."""
    if not options.latency and not options.drop and options.rate >= 1e9:
        yield server.url
        return
    told = {"--latency": options.latency, "--rate": options.rate, "--drop": options.drop}
    words = [server.url.rpartition(":")[2], *(str(word) for pair in told.items() for word in pair)]
    command = [sys.executable, "-m", "tests.slow_line", *words, "--port-file"]
    with running(command, folder / "line") as (url, _):
        yield url


def _run(
    bench: Any, folder: Path, server: Serving, url: str, options: argparse.Namespace
) -> tuple[list[float], list[float], float]:
    """Milliseconds of each press during the sync, and of each at rest after it; seconds of the sync."""
    home = folder / "home"
    os.environ["MILEPOST_CREDENTIALS"] = f"file:{folder / 'token'}"
    store = open_store(home)
    project = _plan(store, options.tasks)
    for at in range(options.edits):
        store.transact("Note", create, "task", name=f"Found at the site {at}", project_id=project)
    login(store, server.url, server.code, "bench")
    with store.write() as conn:
        db.set_meta(conn, "server", url)
    store.close()
    conn = db.connect(home / db.NAME, readonly=True)
    with _application(bench, home, project) as app:
        began = time.monotonic()
        _wait(app, lambda: bool(db.get_meta(conn, "epoch")))  # the server has answered
        during = list(_presses(app, options.presses, lambda: not db.get_meta(conn, "last_sync")))
        say(f"{len(during)} presses during the sync")
        _wait(app, lambda: bool(db.get_meta(conn, "last_sync")))
        took = time.monotonic() - began
        app.settle(options.rest, 60)  # what was pulled is indexed
        rest = list(_presses(app, options.presses, lambda: True))
    conn.close()
    return during, rest, took


def _plan(store: Store, tasks: int) -> str:
    """A project of this laptop's own, which a first pull leaves where it is."""
    project: str = store.transact("New project", create, "project", name="Cell 3").result.id
    names = [f"Task {at:06} of the plan" for at in range(tasks)]
    store.transact("Tasks", outline.add_tasks, project, names)
    return project


@contextmanager
def _application(bench: Any, home: Path, project: str) -> Iterator[Any]:
    app = bench.Session(milepost(home, "--open", project), (ROWS, COLS), None, str(ROOT))
    try:
        if app.wait_text(bench.re.compile("Task 000000"), 60) is None:
            raise stop(f"The application did not come up:\n{app.rep.text()}")
        yield app
    finally:
        app.close()


def _wait(app: Any, there: Any) -> None:
    until = time.monotonic() + LONGEST
    while not there():
        app.pump(0.02)
        if app.eof or time.monotonic() > until:
            app.replay_new()
            raise stop(f"The pull did not come to its end:\n{app.rep.text()}")


def _presses(app: Any, most: int, go_on: Any) -> Iterator[float]:
    for at in range(most):
        if not go_on():
            return
        yield _press(app, b"j" if at % 20 < 15 else b"k")
        until = time.monotonic() + EVERY
        while time.monotonic() < until:
            app.pump(max(0.0, until - time.monotonic()))


def _press(app: Any, key: bytes) -> float:
    """Milliseconds until the list has changed."""
    app.pump(0)
    app.replay_new()
    before = _list(app)
    at = app.press(key)
    while time.monotonic() - at < GIVE_UP and not app.eof:
        app.pump(0.005)
        for read, changed, _ in _one_by_one(app):
            if changed and _list(app) != before:
                return float(read - at) * 1000
    return GIVE_UP * 1000


def _one_by_one(app: Any) -> Iterator[tuple[float, bool, int]]:
    while app.fed < len(app.chunks):
        read, data = app.chunks[app.fed]
        app.fed += 1
        yield read, app.rep.feed(data), len(data)


def _list(app: Any) -> dict[int, int]:
    """What each row of the screen holds, but for title and footer."""
    return {row: held for row, held in app.rep.rows.items() if 0 < row < ROWS - 3}


if __name__ == "__main__":
    sys.exit(main())
