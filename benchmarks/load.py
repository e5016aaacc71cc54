"""Many devices come back at once: each pushes what it did meanwhile and pulls what the others did.

The devices are clients of the protocol alone, all in this process, so the server's processes share the machine with
them. With --pages N each device reads at most so many pages; 0 reads to the end of the log as it is then.

Everybody sees all projects, and works on any, unless --shared N has each project a space of its own for N people.
--tasks says of how many a project is made: few, and nearly every edit meets a colleague's.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson
import psutil  # type: ignore[import-untyped]
from _bench import ROOT, Measure, measure, percentile, report, say, workplace
from _serving import DATABASES, database

from models.errors import MilepostError
from models.fields import Scalar
from models.outbox import Outgoing
from models.record import new_id
from models.space import LIBRARY
from server.accounts import Accounts
from server.database import Database, open_database
from server.log import SERVER, Log, state
from server.spaces import Grant
from sync import asking
from sync.protocol import Change, Reply, Transaction

TRIES = 8


@dataclass
class Device:
    """Signed in, up to date, with a day's work that waits. Seconds from the moment in which all begin."""

    token: str
    epoch: str
    cursor: int
    batch: list[Outgoing]
    pushed: float = 0.0
    done: float = 0.0
    accepted: int = 0
    errors: int = 0
    pulled: int = 0


@dataclass
class Spent:
    """What the server's processes, without the database's, take together: the most memory, in MB, looked at twice a
    second, and the CPU, in seconds."""

    root: psutil.Process
    memory: float = 0.0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> None:
        while not self.ended.is_set():
            self.memory = max(self.memory, sum(p.memory_info().rss for p in self._processes()) / 2**20)
            await asyncio.sleep(0.5)

    def cpu(self) -> float:
        times = [p.cpu_times() for p in self._processes()]
        return float(sum(time.user + time.system for time in times))

    def _processes(self) -> list[psutil.Process]:
        return [self.root, *self.root.children(recursive=True)]


def main() -> int:
    options = _options()
    measures: list[Measure] = []
    with workplace() as folder:
        for name in options.on:
            with database(name, folder) as address:
                measures += _run(name, address, folder / f"{name}.port", options)
    return report("load", options, measures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (
        ("devices", 1_000),
        ("people", 200),
        ("projects", 50),
        ("tasks", 20),
        ("shared", 0),
        ("transactions", 20),
        ("workers", 2),
    ):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--on", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser.parse_args()


def _run(name: str, address: str, port: Path, options: argparse.Namespace) -> list[Measure]:
    opened = open_database(address)
    say(f"{name}: {options.devices} devices are made")
    devices = _devices(opened, options)
    opened.close()
    workers = options.workers if name == "postgresql" else 1
    with _serving(address, port, workers) as (url, pid):
        say(f"{name}: they come back")
        spent = Spent(psutil.Process(pid))
        wall, cpu = asyncio.run(_come_back(url, spent, devices, options.pages))
    return _figures(f"{name}, {workers} worker{'s' * (workers > 1)}", devices, wall, cpu, spent.memory)


def _devices(opened: Database, options: argparse.Namespace) -> list[Device]:
    dice, now = random.Random(5), time.time_ns() // 10**6
    accounts, workspace = Accounts(opened), opened.workspace()
    signed = []
    for number in range(options.devices):
        code, _ = accounts.invite(workspace, f"Person {number % options.people}", None, now)
        signed.append(accounts.login(code, "laptop", now))
    people = [device.member for device in signed[: options.people]]
    seen: dict[str, list[list[str]]] = {member: [] for member in people}
    for number in range(options.projects):
        first = number * options.people // options.projects
        team = [people[(first + n) % len(people)] for n in range(options.shared)]
        tasks = _project(Log(opened), workspace, options.tasks, team, now)
        for member in team or people:
            seen[member].append(tasks)
    with opened.reading() as conn:
        at = state(conn, workspace)
    return [
        Device(
            device.token, at.epoch, at.head,
            [_edit(dice, seen[device.member], at.head) for _ in range(options.transactions)],
        )
        for device in signed
    ]  # fmt: skip


def _project(log: Log, workspace: str, tasks: int, team: Sequence[str], now: int) -> list[str]:
    """The tasks of a new project; `team`: for these only."""
    project, ids = new_id(), [new_id() for _ in range(tasks)]
    about: dict[str, Scalar] = {"space": f"project:{project}" if team else LIBRARY, "visibility": "internal"}
    changes = [Change("project", project, True, {"name": "Line 7", **about})]
    changes += [
        Change("task", id, True, {"name": f"Step {n}", "project_id": project, "rank": "a0", **about})
        for n, id in enumerate(ids)
    ]
    txn = Transaction(new_id(), "do", None, "Plan", 0, changes, "")
    for verdict in log.push(workspace, "", SERVER, "bench", [txn], now).verdicts:
        if verdict.reason:
            raise MilepostError(verdict.reason)
    for member in team:
        log.share(workspace, "bench", Grant(f"project:{project}", member, "editor"), now)
    return ids


def _edit(dice: random.Random, projects: Sequence[Sequence[str]], head: int) -> Outgoing:
    values = {"notes": f"seen on site, {dice.random()}", "percent_complete": dice.randrange(100)}
    change = ("task", dice.choice(dice.choice(projects)), False, values, dict.fromkeys(values, head))
    return Outgoing(new_id(), "do", None, "Edit task", None, 0, [change])


@contextmanager
def _serving(address: str, port: Path, workers: int) -> Iterator[tuple[str, int]]:
    words = [sys.executable, "-m", "server", "--database", address, "--port", "0", "--workers", str(workers)]
    running = subprocess.Popen([*words, "--port-file", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not port.exists():
            if running.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text()}", running.pid
    finally:
        running.terminate()
        running.wait()


async def _come_back(url: str, spent: Spent, devices: Sequence[Device], pages: int) -> tuple[float, float]:
    """Seconds from the first to the last, and of CPU of the server."""
    watching = asyncio.create_task(spent.watch())
    started, before = time.perf_counter(), spent.cpu()
    await asyncio.gather(*(_sync(url, device, pages, started) for device in devices))
    wall, cpu = time.perf_counter() - started, spent.cpu() - before
    spent.ended.set()
    await watching
    return wall, cpu


async def _sync(url: str, device: Device, pages: int, started: float) -> None:
    # one client each: a pool of a thousand connections looks through all of them for every request
    headers = {"authorization": f"Bearer {device.token}"}
    async with httpx.AsyncClient(
        base_url=url, headers=headers, timeout=300, trust_env=False, verify=False
    ) as http:
        request = asking.push(new_id(), 1, device.epoch, device.batch, 0)
        verdicts = asking.verdicts(await _ask(http, device, "POST", request.path, request.body))
        device.accepted = sum(not verdict.reason for verdict in verdicts)
        device.pushed = time.perf_counter() - started
        read = 0
        while True:
            # not read as a laptop does, which has a processor of its own for that
            page = orjson.loads((await _ask(http, device, "GET", f"/v1/pull?since={device.cursor}")).body)
            device.cursor, device.pulled, read = page["upto"], device.pulled + len(page["entries"]), read + 1
            if page["upto"] == page["head"] or read == pages:
                break
    device.done = time.perf_counter() - started


async def _ask(http: httpx.AsyncClient, device: Device, method: str, path: str, body: bytes = b"") -> Reply:
    """Tried again as a laptop does, each time after a longer wait."""
    for turn in range(TRIES):
        try:
            answer = await http.request(method, path, content=body)
            if answer.status_code == 200:
                return Reply(200, dict(answer.headers), answer.content)
        except httpx.TransportError:
            pass
        device.errors += 1
        await asyncio.sleep(random.uniform(0, 2**turn / 4))
    raise RuntimeError(f"{method} {path.partition('?')[0]} failed {TRIES} times")


def _figures(name: str, devices: Sequence[Device], wall: float, cpu: float, memory: float) -> list[Measure]:
    seconds = [device.done for device in devices]
    pushed = [device.pushed for device in devices]
    accepted = sum(device.accepted for device in devices)
    return [
        measure(f"{name}: accepted edits", "1/s", [accepted / wall]),
        measure(f"{name}: until the edits are accepted", "s", pushed),
        measure(f"{name}: until the edits are accepted, 99 of 100 within", "s", [percentile(pushed, 99)]),
        measure(f"{name}: all are in sync after", "s", [wall]),
        measure(f"{name}: a sync", "s", seconds),
        measure(f"{name}: a sync, 99 of 100 within", "s", [percentile(seconds, 99)]),
        measure(f"{name}: entries read by a device", "", [device.pulled for device in devices]),
        measure(f"{name}: requests tried again", "", [sum(device.errors for device in devices)]),
        measure(f"{name}: the server's CPU", "s", [cpu]),
        measure(f"{name}: the server's memory", "MB", [memory]),
    ]


if __name__ == "__main__":
    sys.exit(main())
