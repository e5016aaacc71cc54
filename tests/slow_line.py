"""A bad line between laptops and a server: slow, and it breaks.

    python -m tests.slow_line PORT --latency 2 --rate 10000 --drop 0.3 --seed 1 --port-file FILE

It relays TCP to a port of this machine. A request begins where the laptop speaks after the server did: it waits for
the latency; by chance the connection ends there, or when the answer comes.
"""

import argparse
import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

CHUNK = 2_048  # bytes


@dataclass
class Line:
    """`latency` seconds a request, `rate` bytes a second each way, `drop` of all requests get no answer."""

    port: int
    latency: float
    rate: float
    drop: float
    chance: Random
    requests: int = 0
    dropped: int = 0

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._relay, "127.0.0.1", 0)

    async def _relay(self, laptop: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            server, there = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            back.close()
            return
        call = _Call(self, back, there)
        ways = [asyncio.create_task(call.requests(laptop)), asyncio.create_task(call.answers(server))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        call.end()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


class _Call:
    """One connection."""

    def __init__(self, line: Line, back: asyncio.StreamWriter, there: asyncio.StreamWriter) -> None:
        self._line, self._back, self._there = line, back, there
        self._asked = self._mute = False

    async def requests(self, laptop: asyncio.StreamReader) -> None:
        while data := await laptop.read(CHUNK):
            if not self._asked:
                self._asked = True
                self._line.requests += 1
                await asyncio.sleep(self._line.latency)
                if self._line.chance.random() < self._line.drop:
                    self._line.dropped += 1
                    if self._line.chance.random() < 0.5:
                        return
                    self._mute = True
            await self._send(self._there, data)

    async def answers(self, server: asyncio.StreamReader) -> None:
        while data := await server.read(CHUNK):
            if self._mute:
                return
            self._asked = False
            await self._send(self._back, data)

    async def _send(self, to: asyncio.StreamWriter, data: bytes) -> None:
        await asyncio.sleep(len(data) / self._line.rate)
        to.write(data)
        await to.drain()

    def end(self) -> None:
        self._back.close()
        self._there.close()


@contextmanager
def slow_line(
    port: int, *, latency: float, rate: float, drop: float, seed: int = 1
) -> Iterator[tuple[str, Line]]:
    """Its address, and what went over it."""
    line = Line(port, latency, rate, drop, Random(seed))
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(line.listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", line
    finally:
        asyncio.run_coroutine_threadsafe(_cut(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _cut(listening: asyncio.Server) -> None:
    """Takes no more connections, and ends those that are open."""
    listening.close()
    open_ones = asyncio.all_tasks() - {asyncio.current_task()}
    for one in open_ones:
        one.cancel()
    await asyncio.gather(*open_ones, return_exceptions=True)


async def _main(options: argparse.Namespace) -> None:
    line = Line(options.port, options.latency, options.rate, options.drop, Random(options.seed))
    listening = await line.listen()
    part = options.port_file.with_suffix(".part")
    part.write_text(str(listening.sockets[0].getsockname()[1]))
    part.replace(options.port_file)
    await listening.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--latency", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=10_000.0)
    parser.add_argument("--drop", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port-file", type=Path, required=True)
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(parser.parse_args()))
