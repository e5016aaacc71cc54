"""The server's memory as its log grows: after some accepted edits and after ten times as many, at rest and while a
laptop reads all of it.

One process on a SQLite file, asked as a laptop asks. At rest is after the work, when nobody asks any more.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from _bench import Measure, measure, report, say, workplace
from _clients import Memory
from _serving import running

from models.outbox import Outgoing
from models.record import new_id
from server.accounts import Accounts
from server.database import open_database
from sync import asking, protocol
from sync.protocol import Reply

BATCH = 500  # edits in a push
NOTE = 300  # characters of an edit
TASKS = 200


class Laptop:
    """A signed-in device that keeps nothing."""

    def __init__(self, url: str, code: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=120, trust_env=False)
        answer = self._http.post("/v1/login", json={"code": code, "device": "laptop"})
        self._http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        self._epoch, self._replica = answer.headers[protocol.EPOCH], new_id()
        self._dice, self._tasks = random.Random(7), [new_id() for _ in range(TASKS)]
        about = {"name": "Step", "project_id": new_id(), "rank": "a0", "space": "workspace"}
        self._push([("task", task, True, about, {}, {}) for task in self._tasks])

    def edit(self, count: int) -> None:
        """So many accepted edits, each a transaction."""
        for done in range(0, count, BATCH):
            self._push([self._edit() for _ in range(min(BATCH, count - done))])

    def read_the_log(self) -> float:
        """All of it, page by page; how many MB came."""
        since, size, more = 0, 0, True
        while more:
            reply = self._answer(self._http.get(asking.pull(since).path))
            page = asking.page(reply)
            since, more, size = page.upto, page.more, size + len(reply.body)
        return size / 2**20

    def _edit(self) -> Any:
        values = {"notes": self._dice.randbytes(NOTE // 2).hex()}
        return "task", self._dice.choice(self._tasks), False, values, dict.fromkeys(values, 2**40), {}

    def _push(self, changes: list[Any]) -> None:
        batch = [Outgoing(new_id(), "do", None, "Edit task", None, 0, [change]) for change in changes]
        request = asking.push(self._replica, 1, self._epoch, batch, 0)
        for verdict in asking.verdicts(self._answer(self._http.post(request.path, content=request.body))):
            if verdict.reason:
                raise RuntimeError(verdict.reason)

    def _answer(self, response: httpx.Response) -> Reply:
        return Reply(response.status_code, dict(response.headers), response.content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--edits", type=int, default=10_000, help="of the first stage; the second has ten times as many"
    )
    options = parser.parse_args()
    with workplace() as folder:
        return report("memory", options, _run(folder, options.edits))


def _run(folder: Path, edits: int) -> list[Measure]:
    path = folder / "server.db"
    database = open_database(str(path))
    code, _ = Accounts(database).invite(database.workspace(), "Ines", None, time.time_ns() // 10**6)
    database.close()
    words = [sys.executable, "-m", "server", "--database", str(path), "--port", "0", "--port-file"]
    with running(words, folder / "port") as (url, pid):
        laptop = Laptop(url, code)
        first, second = [_stage(laptop, pid, n, f"{total:,} accepted edits") for n, total in (
            (edits, edits), (9 * edits, 10 * edits),
        )]  # fmt: skip
    held = {"pushing": 1.25, "reading": 1.25, "at rest": 1.25}
    found = []
    for what, of in first[1].items():
        name = f"{second[0]}: {what}"
        found.append(measure(f"{first[0]}: {what}", "MB", [of]))
        found.append(measure(name, "MB", [second[1][what]], [of], times=held.get(what, 0)))
    return found


def _stage(laptop: Laptop, pid: int, edits: int, name: str) -> tuple[str, dict[str, float]]:
    """What the server's process had at most while it was pushed to and read from, and afterwards."""
    say(f"{name} …")
    size = [0.0]
    pushing = _most(pid, lambda: laptop.edit(edits))
    reading = _most(pid, lambda: size.append(laptop.read_the_log()))
    rest = psutil.Process(pid).memory_info().rss / 2**20
    return name, {"the log": size[-1], "pushing": pushing, "reading": reading, "at rest": rest}


def _most(pid: int, work: Callable[[], object]) -> float:
    memory = Memory(pid)
    work()
    return memory.start + memory.end()


if __name__ == "__main__":
    sys.exit(main())
