"""One laptop each, run in a process of its own so that its memory is its own: Milepost's sync and the floor's.

A script of steps, the same for both: first pull, nothing changed, push of edits, few changed by another.
"""

import asyncio
import gc
import gzip
import os
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil  # type: ignore[import-untyped]
from _data import without_fsync
from _floor_server import connect, put

from models.db import SCHEMA
from models.outbox import Outgoing
from models.record import edit, new_id
from models.store import Store, open_store
from sync import api, asking
from sync.account import login, token_of
from sync.driving import drive
from sync.protocol import Request
from tui.app import RARELY

Figures = dict[str, Any]


class Wire:
    """Counts what goes over the connections of a client: heads and bodies, as they were sent (compressed)."""

    def __init__(self) -> None:
        self._last: httpx.Response | None = None
        self._counted = 0
        self.first: dict[str, float] = {}

    def watch(self, http: httpx.AsyncClient) -> None:
        http.event_hooks = {"request": [self._request], "response": [self._response]}

    async def _request(self, request: httpx.Request) -> None:
        self.first.setdefault(request.url.path, time.perf_counter())

    async def _response(self, response: httpx.Response) -> None:
        self.bytes()
        self._last = response  # its body is still to come

    def bytes(self) -> int:
        if last := self._last:
            self._counted += (
                _head(last.request) + len(last.request.content) + _head(last) + last.num_bytes_downloaded
            )
            self._last = None
        return self._counted

    def clear(self) -> None:
        self._last, self._counted = None, 0
        self.first.clear()


def _head(message: httpx.Request | httpx.Response) -> int:
    first = (
        f"{message.method} {message.url.raw_path.decode()} HTTP/1.1\r\n"
        if isinstance(message, httpx.Request)
        else "HTTP/1.1 200 OK\r\n"
    )
    return len(first) + sum(len(k) + len(v) + 4 for k, v in message.headers.raw) + 2


class Memory:
    """The peak of a process above where it stood, sampled. MB."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.start = self.peak = self._now()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> float:
        self._ended.set()
        return max(self.peak, self._now()) - self.start

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / 2**20

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self.peak = max(self.peak, self._now())


async def steps(
    http: httpx.AsyncClient, wire: Wire, server: int, pull: Callable[[], Awaitable[object]],
    edited: Callable[[], None], other: Callable[[], Awaitable[None]], quiet: int, again: int,
) -> Figures:  # fmt: skip
    """The script. `pull` syncs, `edited` makes the edits, `other` pushes those of a colleague."""

    async def timed() -> tuple[float, int]:
        wire.clear()
        started = time.perf_counter()
        await pull()
        return time.perf_counter() - started, wire.bytes()

    here, there = Memory(os.getpid()), Memory(server)
    cpu = time.process_time()
    found: Figures = {"first": await timed(), "cpu": time.process_time() - cpu}
    found |= {"memory": here.end(), "server": there.end()}
    found["nothing"] = [await timed() for _ in range(quiet)]
    found["push"], found["sent"], found["few"] = [], [], []
    for _ in range(again):
        edited()
        found["push"].append(await timed())
        pushed = [at for path, at in wire.first.items() if "pull" in path]
        found["sent"].append(pushed[0] - min(wire.first.values()) if pushed else found["push"][-1][0])
        await other()
        found["few"].append(await timed())
    return found


# ── Milepost ──────────────────────────────────────────────────────────────────────────────────────────


def run_milepost(
    home: Path, url: str, code: str, server: int, edits: int, few: int, quiet: int, again: int
) -> Figures:
    os.environ["MILEPOST_CREDENTIALS"] = f"file:{home / 'token'}"
    store = open_store(home)
    login(store, url, code, "bench")
    without_fsync(store)
    gc.freeze()  # as the application does when all is loaded
    gc.set_threshold(RARELY)

    async def run() -> Figures:
        wire = Wire()
        async with api.client(url, token_of(store)) as http:
            wire.watch(http)
            return await steps(
                http, wire, server, lambda: drive(store, http, lambda done, total: None),
                lambda: _edit(store, edits), lambda: _push(store, http, few), quiet, again,
            )  # fmt: skip

    found = asyncio.run(run())
    conn = store.read()
    found["records"] = conn.execute("SELECT count(*) FROM task").fetchone()[0]
    conn.close()
    store.close()
    return found


def _edit(store: Store, edits: int) -> None:
    stamp = time.time_ns()
    for i, (id, _) in enumerate(_tasks(store, edits)):
        store.transact("Rename", edit, "task", id, name=f"Renamed {i} {stamp}")


async def _push(store: Store, http: httpx.AsyncClient, few: int) -> None:
    """A colleague's edits, from another replica."""
    stamp = time.time_ns()
    batch = [
        Outgoing(new_id(), "do", None, "Rename", None, 0,
                 [("task", id, False, {"name": f"By Tomas {i} {stamp}"}, {"name": ver})])
        for i, (id, ver) in enumerate(_tasks(store, few))
    ]  # fmt: skip
    request = asking.push("colleague", SCHEMA, store.meta("epoch"), batch, 0)
    reply = await api.send(http, Request("POST", request.path, request.body))
    assert not any(v.reason for v in asking.verdicts(reply))


def _tasks(store: Store, count: int) -> list[tuple[str, int]]:
    conn = store.read()
    rows = conn.execute("SELECT id, ver FROM task ORDER BY rowid LIMIT ?", (count,)).fetchall()
    conn.close()
    return rows


# ── the floor ─────────────────────────────────────────────────────────────────────────────────────────


def run_floor(home: Path, url: str, server: int, edits: int, few: int, quiet: int, again: int) -> Figures:
    home.mkdir(parents=True, exist_ok=True)
    conn = connect(home / "floor.db")
    gc.freeze()

    async def run() -> Figures:
        wire = Wire()
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            wire.watch(http)

            async def sync(push: str = "/push") -> None:
                if waiting := conn.execute("SELECT n, data FROM queue ORDER BY n").fetchall():
                    await _floor_push(http, [data for _, data in waiting], push)
                    conn.execute("DELETE FROM queue WHERE n<=?", (waiting[-1][0],))
                await _floor_pull(conn, http)

            found = await steps(
                http, wire, server, sync, lambda: _floor_edit(conn, edits),
                lambda: _floor_push(http, _floor_edits(conn, few)), quiet, again,
            )  # fmt: skip
            found["each"] = []
            for _ in range(again):
                _floor_edit(conn, edits)
                started = time.perf_counter()
                await sync("/push?each=1")
                found["each"].append((time.perf_counter() - started, 0))
            return found

    found = asyncio.run(run())
    found["records"] = conn.execute("SELECT count(*) FROM record").fetchone()[0]
    conn.close()
    return found


def _floor_edit(conn: sqlite3.Connection, count: int) -> None:
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany("INSERT INTO queue(data) VALUES(?)", [(row,) for row in _floor_edits(conn, count)])
    conn.execute("COMMIT")


def _floor_edits(conn: sqlite3.Connection, count: int) -> list[bytes]:
    rows = [orjson.loads(data) for (data,) in conn.execute("SELECT data FROM record LIMIT ?", (count,))]
    return [orjson.dumps(row | {"name": f"Renamed {i} {time.time_ns()}"}) for i, row in enumerate(rows)]


async def _floor_push(http: httpx.AsyncClient, rows: list[bytes], path: str = "/push") -> None:
    body = gzip.compress(b"[%b]" % b",".join(rows), 1)
    (await http.post(path, content=body, headers={"content-encoding": "gzip"})).raise_for_status()


async def _floor_pull(conn: sqlite3.Connection, http: httpx.AsyncClient) -> None:
    cursor = conn.execute("SELECT coalesce(max(ver), 0) FROM record").fetchone()[0]
    while True:
        answer = orjson.loads((await http.get(f"/pull?since={cursor}")).content)
        if rows := answer["rows"]:
            put(conn, [(row["id"], ver, orjson.dumps(row)) for ver, row in rows])
            cursor = rows[-1][0]
        if cursor >= answer["head"]:
            return
