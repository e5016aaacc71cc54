"""Servers as processes, with records in them before they start: Milepost's and the floor's."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson
from _bench import ROOT
from _data import RECORD_BYTES, Values, plan_of
from _floor_server import connect, put

from models.record import new_id
from server.accounts import Accounts
from server.database import Database, open_database
from server.log import SERVER, decide
from sync.protocol import Change, Transaction

DAY = 86_400_000  # milliseconds
BATCH = 1_000  # transactions written at once


@dataclass(frozen=True)
class Serving:
    """A server that runs: its address, its process, a code for a sign-in."""

    url: str
    pid: int
    code: str = ""


@contextmanager
def milepost_server(folder: Path, records: int, together: int) -> Iterator[Serving]:
    """`together` records were created by one transaction each time."""
    path = folder / "server.db"
    database = open_database(str(path))
    _fill(database, records, together)
    code, _ = Accounts(database).invite(database.workspace(), "Ines", None, _now())
    database.close()
    words = [sys.executable, "-m", "server", "--database", str(path), "--port", "0", "--port-file"]
    with running(words, folder / "port") as (url, pid):
        yield Serving(url, pid, code)


@contextmanager
def floor_server(folder: Path, records: int) -> Iterator[Serving]:
    path = folder / "floor.db"
    conn = connect(path)
    rows = plan_of(new_id(), records, RECORD_BYTES)
    put(conn, [(id, at + 1, orjson.dumps(whole(id, values))) for at, (id, values) in enumerate(rows)])
    conn.close()
    script = ROOT / "benchmarks" / "_floor_server.py"
    with running([sys.executable, str(script), str(path)], folder / "floor-port") as (url, pid):
        yield Serving(url, pid)


def whole(id: str, values: Values) -> Values:
    """A record as one JSON object, what is not set left out."""
    return {"id": id, **{name: value for name, value in values.items() if value is not None}}


def _fill(database: Database, records: int, together: int) -> None:
    project = new_id()
    about: Values = {"name": "Line 7", "space": "workspace", "visibility": "internal"}
    head = Transaction(
        new_id(), "do", None, "New project", DAY, [Change("project", project, True, about)], new_id()
    )
    changes = (
        Change("task", id, True, {n: v for n, v in values.items() if v is not None})
        for id, values in plan_of(project, records - 1, RECORD_BYTES)
    )
    txns = [head]
    while group := list(islice(changes, together)):
        txns.append(Transaction(new_id(), "do", None, "New tasks", DAY, group, new_id()))
        if sum(len(t.changes) for t in txns) >= BATCH:
            _take(database, txns)
            txns = []
    _take(database, txns)


def _take(database: Database, txns: Sequence[Transaction]) -> None:
    with database.writing() as conn:
        [workspace] = conn.execute("SELECT id FROM workspace").fetchone()
        for verdict in decide(conn, workspace, SERVER, "bench", txns, _now()):
            if verdict.reason:
                raise RuntimeError(verdict.reason)


@contextmanager
def running(words: Sequence[str], port: Path) -> Iterator[tuple[str, int]]:
    """A process that writes its port into a file: its address, and which it is."""
    process = subprocess.Popen([*words, str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not port.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{' '.join(words)} did not start")
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port.read_text()}", process.pid
    finally:
        process.terminate()
        process.wait()


def _now() -> int:
    return time.time_ns() // 1_000_000
