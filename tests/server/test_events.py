"""Server-sent events: a wake-up within the second, and streams that end."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from queue import Queue

import httpx
import httpx_sse
import pytest

from models.errors import StoreBusy
from server import events
from tests.server.laptop import Laptop, client, do
from tests.server.running import Admin, Served


@contextmanager
def listening(laptop: Laptop) -> Iterator[Queue[int]]:
    """The heads that the laptop is told; -1 when the stream ends."""
    told: Queue[int] = Queue()
    ready = threading.Event()

    def listen() -> None:
        with httpx.Client(base_url=laptop.http.base_url, headers=laptop.http.headers, timeout=20) as http:
            with httpx_sse.connect_sse(http, "GET", "/v1/events") as source:
                ready.set()
                for event in source.iter_sse():
                    told.put(int(event.data))
            told.put(-1)

    threading.Thread(target=listen, daemon=True).start()
    assert ready.wait(10)
    yield told


@pytest.fixture
def no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself whether a log has moved."""
    monkeypatch.setattr("server.sqlite.POLL", 60)
    monkeypatch.setattr("server.postgres.LOOK", 60)


def test_the_head_is_told_at_once_and_whenever_it_moves(no_look: None, ines: Laptop, tomas: Laptop) -> None:
    with listening(ines) as told:
        head = told.get(timeout=5)
        assert head == ines.pull().head
        tomas.push(do("Add", client()))
        assert told.get(timeout=5) == head + 1


def test_a_restore_while_the_server_runs_is_told_although_the_head_is_smaller(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.postgres.LOOK", 0.4)
    run("backup", str(tmp_path / "monday.db"))
    tomas.push(do("Add", client()))
    tomas.push(do("Add", client()))
    with listening(ines) as told:
        head = told.get(timeout=5)
        run("restore", str(tmp_path / "monday.db"))
        assert told.get(timeout=5) == head - 2
        tomas.epoch = ""
        tomas.push(do("Add", client()))
        assert told.get(timeout=5) == head - 1


def test_a_look_that_took_long_is_older_than_what_was_told_meanwhile() -> None:
    async def play() -> list[bytes]:
        async def read() -> dict[str, int]:
            if heads.listeners:
                heads.tell("w", 8)
            return {"w": 7}

        heads = events.Heads(read, nothing_moved)
        heads.tell("w", 7)
        stream = heads.stream("w", welcome)
        return [await anext(stream)]

    assert asyncio.run(play()) == [b"data: 8\n\n"]


def test_a_restore_is_told_although_edits_come_one_after_another() -> None:
    """Then it is never time to look."""

    async def play() -> list[bytes]:
        log, moves = {"w": 500}, asyncio.Queue[list[tuple[str, int]]]()

        async def read() -> dict[str, int]:
            return dict(log)

        heads = events.Heads(read, moves.get)
        watch = asyncio.create_task(heads.watch())
        stream = heads.stream("w", welcome)
        told = [await anext(stream)]
        log["w"] = 100
        moves.put_nowait([("w", 100)])
        told.append(await asyncio.wait_for(anext(stream), 10))
        watch.cancel()
        return told

    assert asyncio.run(play()) == [b"data: 500\n\n", b"data: 100\n\n"]


def test_a_refused_push_wakes_nobody(ines: Laptop) -> None:
    with listening(ines) as told:
        head = told.get(timeout=5)
        ines.push(do("Add", client("")))
        assert ines.push_one(do("Add", client())).ver == told.get(timeout=5) == head + 1


def test_another_process_on_the_same_database_wakes_them_too(server: Served, ines: Laptop) -> None:
    other = Served(server.database)
    try:
        with listening(ines) as told:
            head = told.get(timeout=5)
            Laptop(other.url, server.code("Tomas")).push(do("Add", client()))
            assert told.get(timeout=5) > head
    finally:
        other.stop()


def test_a_stream_ends_when_the_server_does(server: Served, ines: Laptop) -> None:
    with listening(ines) as told:
        told.get(timeout=5)
        server.stop()
        assert told.get(timeout=5) == -1


def test_a_stream_whose_turn_has_not_come_ends_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among many listeners a turn takes a while."""
    monkeypatch.setattr(events, "PACE", 1e-6)

    async def play() -> list[bytes]:
        heads = events.Heads(nothing_yet, nothing_moved)

        async def listen() -> list[bytes]:
            return [event async for event in heads.stream("w", welcome)]

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0)  # now it waits for its turn
        heads.close()
        return await asyncio.wait_for(listening, 10)

    assert asyncio.run(play()) == [b"data: 0\n\n"]


def test_a_stream_stays_alive_and_ends_after_logout(ines: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE", 0.1)
    with ines.http.stream("GET", "/v1/events") as response:
        lines = filter(None, response.iter_lines())
        assert next(lines).startswith("data: ")
        assert [next(lines), next(lines)] == [": still here"] * 2
        ines.http.post("/v1/logout")
        assert len(list(islice(lines, 100))) < 100


def test_a_stream_ends_after_logout_also_where_one_edit_follows_another(
    ines: Laptop, tomas: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE", 0.5)
    with listening(ines) as told:
        told.get(timeout=5)
        ines.http.post("/v1/logout")
        for _ in range(200):
            tomas.push(do("Add", client()))
            if told.get(timeout=5) == -1:
                return
    raise AssertionError("it goes on")


def test_a_database_that_is_away_ends_no_stream(
    server: Served, ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(token: str) -> None:
        raise StoreBusy("ends or starts")

    monkeypatch.setattr(events, "KEEP_ALIVE", 0.1)
    with ines.http.stream("GET", "/v1/events") as response:
        lines = filter(None, response.iter_lines())
        assert next(lines).startswith("data: ")
        with monkeypatch.context() as patched:
            patched.setattr(server.backend.accounts, "device", away)
            assert [next(lines), next(lines)] == [": still here"] * 2


def test_listeners_that_left_are_forgotten(server: Served, ines: Laptop) -> None:
    with ines.http.stream("GET", "/v1/events") as response:
        next(response.iter_bytes())
    until = time.monotonic() + 5
    while server.backend.heads.listeners and time.monotonic() < until:
        time.sleep(0.02)
    assert server.backend.heads.listeners == 0


def test_many_are_told_one_after_another_and_of_several_edits_at_once() -> None:
    """A hundred listeners, an edit every few milliseconds: told of each, they would ask 10,000 times."""
    told: dict[int, list[int]] = {n: [] for n in range(100)}

    async def play() -> float:
        heads, all_listen = events.Heads(nothing_yet, nothing_moved), asyncio.Event()

        async def listen(n: int) -> None:
            async for event in heads.stream("w", welcome):
                told[n].append(int(event.split()[1]))
                if all(told.values()):
                    all_listen.set()
                if told[n][-1] == 100:
                    return

        lines = [asyncio.create_task(listen(n)) for n in told]
        await all_listen.wait()
        began = time.monotonic()
        for head in range(1, 101):
            heads.tell("w", head)
            await asyncio.sleep(0.005)
        await asyncio.gather(*lines)
        return time.monotonic() - began

    took = asyncio.run(asyncio.wait_for(play(), 30))
    assert sum(map(len, told.values())) < 2 * events.PACE * (took + 1)
    assert all(sorted(set(one)) == one for one in told.values())


async def nothing_yet() -> dict[str, int]:
    return {"w": 0}


async def nothing_moved() -> list[tuple[str, int]]:
    raise AssertionError("nobody asks")


async def welcome() -> bool:
    return True
