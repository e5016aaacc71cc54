"""Four laptops and a server of three workers on PostgreSQL, all of them processes, and all of them killed at random."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from server.accounts import Accounts
from server.checking import check
from server.database import Database, open_database
from tests.postgresql import Postgresql
from tests.server.running import Process
from tests.stories.conftest import Laptop, moment
from tests.stories.test_two_laptops import records

NAMES = ("Ines", "Tomas", "Mara", "Odile")
LEAST, MOST = 3, 12  # turns of each; at least one command of each is killed, unless none would be in MOST
FIELDS = ("city", "notes", "phone")


class Server:
    """Three workers on one address; `kill` ends one of them or all, the address comes back."""

    def __init__(self, database: str) -> None:
        self._database, self.url = database, ""
        self.kills = 0
        self.start()

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        words = ("--port", port, "--workers", "3", "--parent", str(os.getpid()))
        self._process = Process(self._database, *words)
        self.url = self._process.url

    def kill_worker(self, dice: random.Random) -> None:
        with suppress(IndexError, ProcessLookupError):
            os.kill(dice.choice(self._process.workers()), signal.SIGKILL)
            self.kills += 1

    def kill(self) -> None:
        workers = self._process.workers()
        self._process.popen.kill()
        for worker in workers:  # they hold the address
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        self._process.kill()
        self.kills += 1


class Person:
    """Adds clients and edits the one that all edit; remembers what the laptop said was kept."""

    def __init__(self, laptop: Laptop, seed: int) -> None:
        self.laptop, self._dice, self.turn = laptop, random.Random(seed), 0
        self.added: set[str] = set()
        self.edited: set[tuple[str, str]] = set()
        self.kills = 0

    def work(self) -> None:
        while self.turn < LEAST or (not self.kills and self.turn < MOST):
            self.turn += 1
            what = f"{self.laptop.name} {self.turn}"
            self._dice.choice((self._add, self._edit, self._edit, self._sync))(what)

    def _add(self, what: str) -> None:
        if self._run("add", "client", what):
            self.added.add(what)

    def _edit(self, what: str) -> None:
        field = self._dice.choice(FIELDS)
        if self._run("set", "Harlan Fab", f"{field}={what}"):
            self.edited.add((field, what))
        self._sync(what)

    def _sync(self, what: str) -> None:
        self._run("sync")

    def _run(self, *words: str) -> bool:
        """Whether the command did it; a third of them is killed on the way."""
        doomed = self._dice.random() < 0.33
        done = self.laptop.killed(2 * moment(self._dice) if doomed else 30, *words)
        self.kills += doomed and not done
        return done


@pytest.fixture
def server(postgresql: Postgresql) -> Iterator[tuple[Server, Database]]:
    address = postgresql.fresh()
    database = open_database(address)
    running = Server(address)
    yield running, database
    running.kill()
    database.close()


def _sign_in(server: Server, database: Database, home: Path) -> list[Laptop]:
    laptops = [Laptop(name.lower(), home / name.lower()) for name in NAMES]
    workspace = database.workspace()
    codes = [Accounts(database).invite(workspace, name, None, time.time_ns() // 10**6)[0] for name in NAMES]
    laptops[0]("add", "client", "Harlan Fab", "city=Linz")
    _all(lambda laptop: laptop.login(server.url, codes[laptops.index(laptop)]), laptops)
    for laptop in laptops:
        laptop("sync")
    return laptops


def _all(work: Callable[[Laptop], object], laptops: list[Laptop]) -> list[object]:
    with ThreadPoolExecutor(len(laptops)) as threads:
        return list(threads.map(work, laptops))


def _storm(server: Server, people: list[Person]) -> None:
    """Everybody works at once; after each two turns a worker is killed, or now and then the whole server."""
    dice = random.Random(11)
    threads = [threading.Thread(target=person.work) for person in people]
    for thread in threads:
        thread.start()
    for number in range(LEAST * len(people) // 2):
        while sum(person.turn for person in people) < 2 * number and any(
            map(threading.Thread.is_alive, threads)
        ):
            time.sleep(0.05)
        if number % 3 == 2:
            server.kill()
            server.start()
        else:
            server.kill_worker(dice)
    for thread in threads:
        thread.join()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL, and several workers")
def test_whatever_is_killed_nothing_is_lost_and_nothing_doubles(
    server: tuple[Server, Database], tmp_path: Path
) -> None:
    running, database = server
    laptops = _sign_in(running, database, tmp_path)
    people = [Person(laptop, seed) for seed, laptop in enumerate(laptops)]
    _storm(running, people)
    for _ in range(2):
        _all(lambda laptop: laptop("sync"), laptops)
    dumps = _all(Laptop.dump, laptops)
    assert all(dump == dumps[0] for dump in dumps)
    dump = str(dumps[0])
    _assert_nothing_lost(people, dump, database)
    names = [client["name"] for client in records(dump, "client")]
    assert sorted(names) == sorted(set(names))
    assert [
        finding
        for finding in check(database)
        if finding.what in ("Log", "Verdicts") and finding.state != "ok"
    ] == []
    assert running.kills >= 4 and sum(person.kills for person in people) >= 2  # what it exercised


def _assert_nothing_lost(people: list[Person], dump: str, database: Database) -> None:
    """Clients that were added are there; a value that was set is in the log, as what stood then, or in a conflict."""
    with database.reading() as conn:
        entries = [orjson.loads(body) for (body,) in conn.execute("SELECT body FROM log ORDER BY ver")]
    ids = [entry[1] for entry in entries]
    assert len(set(ids)) == len(ids)
    stood = {(n, v) for entry in entries for _, _, _, values in entry[8] for n, v in values.items()}
    aside = {pair for c in records(dump, "conflict") for pair in orjson.loads(c["loser"]).items()}
    assert {name for person in people for name in person.added} <= {
        c["name"] for c in records(dump, "client")
    }
    edited = {pair for person in people for pair in person.edited}
    assert edited and edited <= stood | aside
