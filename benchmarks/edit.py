"""What one edit costs: the store's one write path beside a bare UPDATE and INSERT with a commit.

With fsync (as it is shipped) and without, at the given number of tasks in the store.
"""

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from _bench import Measure, measure, report, say, workplace
from _data import fill, set_synchronous
from sqlmodel import Session

from models import history, outbox, outline
from models.record import edit
from models.store import Store, open_store

TEMPLATE = 40  # tasks


def main() -> int:
    options = _options()
    measures = []
    with workplace() as folder:
        say(f"filling a store with {options.tasks:,} tasks")
        store = open_store(folder)
        [project] = fill(store, options.tasks, 1)
        bare = _Bare(folder / "bare.db", options.tasks)
        for sync in ("OFF", "FULL"):
            _set(store, bare, sync)
            measures += _edits(
                store, bare, project, options, "without fsync" if sync == "OFF" else "with fsync"
            )
        measures += _reads(store, options.runs)
        store.close()
        bare.conn.close()
    return report("edit", options, measures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000, help="in the store")
    parser.add_argument(
        "--runs", type=int, default=200, help="of each single edit; a tenth of each larger one"
    )
    return parser.parse_args()


class _Bare:
    """As many records in one plain table, and a log of what was done."""

    def __init__(self, path: Path, tasks: int) -> None:
        self.conn = sqlite3.connect(path, isolation_level=None)
        self.conn.execute("PRAGMA journal_mode=WAL")
        self.conn.execute("CREATE TABLE task(id INTEGER PRIMARY KEY, name TEXT)")
        self.conn.execute("CREATE TABLE log(n INTEGER PRIMARY KEY, id INTEGER, name TEXT)")
        rows = ((i, f"Task {i:06} of the plan") for i in range(tasks))
        self.conn.execute("BEGIN")
        self.conn.executemany("INSERT INTO task VALUES(?,?)", rows)
        self.conn.execute("COMMIT")

    def edit(self, ids: range, name: str) -> None:
        self.conn.execute("BEGIN IMMEDIATE")
        self.conn.executemany("UPDATE task SET name=? WHERE id=?", [(name, i) for i in ids])
        self.conn.executemany("INSERT INTO log(id, name) VALUES(?,?)", [(i, name) for i in ids])
        self.conn.execute("COMMIT")


def _set(store: Store, bare: _Bare, synchronous: str) -> None:
    """On every connection that writes."""
    set_synchronous(store, synchronous)
    for conn in (store._raw, bare.conn):
        conn.execute(f"PRAGMA synchronous={synchronous}")


def _edits(
    store: Store, bare: _Bare, project: str, options: argparse.Namespace, how: str
) -> list[Measure]:  # fmt: skip
    ids = _ids(store)
    rename = partial(store.transact, "Rename", edit, "task")
    times: dict[str, list[float]] = {}

    def take(what: str, run: Callable[..., object], /, *words: Any, **more: Any) -> None:
        times.setdefault(what, []).append(_time(partial(run, *words, **more)))

    for i in range(options.runs):  # interleaved, so that both meet the same disk
        id = ids[i * 7 % len(ids)]
        take("rename", rename, id, name=f"Renamed {i} {how}")
        take("floor", bare.edit, range(i, i + 1), f"Renamed {i} {how}")
        cpu = _time(partial(rename, id, name=f"Again {i} {how}"), time.thread_time)
        times.setdefault("cpu", []).append(cpu)
    for i in range(max(2, options.runs // 10)):
        take("create", store.transact, "Template", _create, project, ids[0])
        take("undo", store.undo)
        take("redo", store.redo)
        take("floor of many", bare.edit, range(i, i + TEMPLATE), how)
        take("last", store.transact, "New", outline.add_task, project, "Last")
    aim = 2.0 if how == "without fsync" else 0
    return [
        measure(f"rename a task, {how}", "ms", times["rename"], times["floor"], most=aim),
        measure(f"CPU of a rename, {how}", "ms", times["cpu"]),
        measure(f"new task at the end of the top level, {how}", "ms", times["last"], times["floor"]),
        measure(f"create {TEMPLATE} tasks, {how}", "ms", times["create"], times["floor of many"]),
        measure(f"undo them, {how}", "ms", times["undo"], times["floor of many"]),
        measure(f"redo them, {how}", "ms", times["redo"], times["floor of many"]),
    ]


def _create(session: Session, project: str, under: str) -> None:
    outline.add_tasks(session, project, [f"Step {i}" for i in range(TEMPLATE)], under)


def _reads(store: Store, runs: int) -> list[Measure]:
    conn = store.read()
    rec = _ids(store)[0]
    seen = [_time(lambda: history.history(conn, rec)) for _ in range(runs)]
    waits = [_time(lambda: outbox.waiting(conn)) for _ in range(runs)]
    conn.close()
    return [measure("history of a record", "ms", seen), measure("what waits, counted", "ms", waits)]


def _ids(store: Store) -> list[str]:
    conn = store.read()
    found = [
        row[0]
        for row in conn.execute("SELECT id FROM task WHERE deleted_at IS NULL ORDER BY rowid LIMIT 3000")
    ]
    conn.close()
    return found


def _time(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    run()
    return (clock() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
