"""Laptops that are open all day: each has an event stream and asks for news whenever it is woken. Somebody edits.

What an edit costs the server while many listen, how often it is asked, and how long news take. The laptops are clients
of the protocol alone, in this process, beside the server's.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import httpx_sse
import orjson
import psutil  # type: ignore[import-untyped]
from _bench import Measure, measure, report, say, workplace
from _serving import running

from models.outbox import Outgoing
from models.record import new_id
from server.accounts import Accounts
from server.database import open_database
from server.log import state
from sync import asking


@dataclass
class Listener:
    http: httpx.AsyncClient
    cursor: int
    asked: int = 0
    heard: dict[int, float] = field(default_factory=dict)  # version → when it came
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async with httpx_sse.aconnect_sse(self.http, "GET", "/v1/events") as source:
            async for _ in source.aiter_sse():
                await self._ask()

    async def at(self, version: int) -> None:
        """Ends when the news up to `version` are there, and it has asked at all."""
        while self.cursor < version or not self.asked:
            self.moved.clear()
            await self.moved.wait()

    async def _ask(self) -> None:
        self.asked += 1
        page = orjson.loads((await self.http.get(f"/v1/pull?since={self.cursor}&brief=1")).content)
        now = time.perf_counter()
        self.heard.update(dict.fromkeys(range(self.cursor + 1, page["head"] + 1), now))
        self.cursor = page["head"]
        self.moved.set()


def main() -> int:
    options = _options()
    measures: list[Measure] = []
    with workplace() as folder:
        for count in options.listeners:
            measures += _run(folder / str(count), count, options)
    return report("listeners", options, measures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, nargs="+", default=[10, 100, 500])
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--rate", type=float, default=5.0, help="edits a second")
    return parser.parse_args()


def _run(folder: Path, count: int, options: argparse.Namespace) -> list[Measure]:
    folder.mkdir()
    path = folder / "server.db"
    database = open_database(str(path))
    accounts, workspace, now = Accounts(database), database.workspace(), time.time_ns() // 10**6
    tokens = []
    for number in range(count + 1):
        code, _ = accounts.invite(workspace, f"Person {number}", None, now)
        tokens.append(accounts.login(code, "laptop", now).token)
    with database.reading() as conn:
        at = state(conn, workspace)
    database.close()
    words = [sys.executable, "-m", "server", "--database", str(path), "--port", "0", "--port-file"]
    with running(words, folder / "port") as (url, pid):
        say(f"{count} listen")
        return asyncio.run(_day(url, psutil.Process(pid), tokens, at.epoch, at.head, options))


async def _day(
    url: str, server: psutil.Process, tokens: Sequence[str], epoch: str, head: int, options: argparse.Namespace
) -> list[Measure]:  # fmt: skip
    editor, *others = [
        httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
            verify=False,
        )
        for token in tokens
    ]
    before = server.memory_info().rss
    listeners = [Listener(http, head) for http in others]
    open_lines = [asyncio.create_task(listener.listen()) for listener in listeners]
    await asyncio.gather(*(listener.at(head) for listener in listeners))
    memory = (server.memory_info().rss - before) / 2**10 / len(listeners)
    asked, cpu, sent = sum(one.asked for one in listeners), _cpu(server), {}
    began = time.perf_counter()
    for number in range(options.edits):
        await asyncio.sleep(began + number / options.rate - time.perf_counter())
        at = time.perf_counter()
        request = asking.push(f"replica-{number}", 1, epoch, [_edit(number)], 0)
        answer = await editor.post(request.path, content=request.body)
        sent[asking.verdicts(_reply(answer))[0].ver] = at
    await asyncio.gather(*(listener.at(max(sent)) for listener in listeners))
    spent, asked = _cpu(server) - cpu, sum(one.asked for one in listeners) - asked
    for line in open_lines:
        line.cancel()
    await asyncio.gather(*open_lines, return_exceptions=True)
    for http in (editor, *others):
        await http.aclose()
    news = [one.heard[ver] - at for one in listeners for ver, at in sent.items()]
    name = f"{len(listeners)} listen"
    return [
        measure(
            f"{name}: asked for news, by each, for an edit", "", [asked / len(listeners) / options.edits]
        ),
        measure(f"{name}: the server's CPU for an edit", "ms", [spent / options.edits * 1000]),
        measure(f"{name}: until the news are there", "ms", [value * 1000 for value in news]),
        measure(f"{name}: the server's memory for each", "KB", [memory]),
    ]


def _edit(number: int) -> Outgoing:
    values = {"name": f"Harlan Fab {number}", "space": "workspace", "visibility": "internal"}
    return Outgoing(new_id(), "do", None, "New client", None, 0, [("client", new_id(), True, values, {}, {})])


def _reply(answer: httpx.Response) -> asking.Reply:
    return asking.Reply(answer.status_code, dict(answer.headers), answer.content)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main())
