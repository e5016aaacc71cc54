"""Laptops and a server as their users have them: processes, homes, and nothing shared but the network."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import ROOT, Process
from tests.stories import forked

CLI = ["-m", "tui.cli"]


class Server:
    """The server, that can be killed and comes back on the same port. `program` is the source tree that it runs."""

    def __init__(self, folder: Path, url: str = "", program: Path = ROOT) -> None:
        self.database, self.url, self.program = str(folder / "server.db"), url, program
        self._process: Process | None = None
        self.start()

    def invite(self, name: str) -> str:
        command = [sys.executable, "-m", "server", "--database", self.database, "--invite", name]
        return subprocess.run(
            command, cwd=self.program, capture_output=True, text=True, check=True
        ).stdout.strip()

    def kill(self) -> None:
        if self._process:
            self._process.kill()
        self._process = None

    def start(self) -> None:
        if not self._process:
            port = self.url.rpartition(":")[2] or "0"
            words = ("--port", port, "--parent", str(os.getpid()))
            self._process = Process(self.database, *words, program=self.program)
            self.url = self._process.url


class Laptop:
    """A home, and the command line in it. `program` is the source tree that it runs."""

    def __init__(self, name: str, home: Path, program: Path = ROOT) -> None:
        self.name, self.home, self.program = name, home, program
        token = f"file:{home.with_suffix('.token')}"
        self._environment = {**os.environ, "MILEPOST_HOME": str(home), "MILEPOST_CREDENTIALS": token}

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return self.run(*CLI, *words)

    def run(self, *words: str, stdin: int | None = None) -> "subprocess.Popen[str]":
        """Python with these words, in the program's folder."""
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.program,
            env=self._environment,
            text=True,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __call__(self, *words: str, fails: bool = False) -> str:
        """What the command prints; it must succeed, or fail with a sentence."""
        if forked.CAN and self.program == ROOT:
            status, out, complaint = forked.run(words, self._environment)
        else:
            process = self.start(*words)
            out, complaint = process.communicate(timeout=120)
            status = process.returncode
        assert (status != 0) == fails, f"{self.name}: {words}: {status} {out}{complaint}"
        assert "Traceback" not in complaint and "should not have" not in complaint, complaint
        return complaint if fails else out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))

    def killed(self, after: float, *words: str) -> bool:
        """The command, killed after so many seconds; whether it had ended by itself."""
        process = self.start(*words)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        return process.returncode == 0

    def login(self, url: str, code: str) -> None:
        self("login", url, "--code", code, "--device", self.name)

    def dump(self) -> str:
        return self("dump")


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a server's file and the homes of Ines, who has a client and a contact at it, and of Tomas, whom
    she invited and who has both; and the server's address. Made once, copied for each story."""
    folder = tmp_path_factory.mktemp("beginning")
    server = Server(folder)
    ines, tomas = Laptop("ines", folder / "ines"), Laptop("tomas", folder / "tomas")
    try:
        ines("add", "client", "Harlan Fab", "city=Linz")
        ines("add", "contact", "Harlan", "client=Harlan Fab", "phone=10")
        ines.login(server.url, server.invite("Ines"))
        ines("sync")
        tomas.login(server.url, ines.json("invite", "Tomas")["code"])
        settle_down(tomas, ines)
    finally:
        server.kill()
    return folder, server.url


@pytest.fixture
def server(tmp_path: Path, beginning: tuple[Path, str]) -> Iterator[Server]:
    folder, url = beginning
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    running = Server(tmp_path, url)
    yield running
    running.kill()


@pytest.fixture
def laptop(tmp_path: Path) -> Callable[[str], Laptop]:
    """laptop("odile") → a laptop with an empty home."""
    return lambda name: Laptop(name, tmp_path / name)


@pytest.fixture
def pair(server: Server, laptop: Callable[[str], Laptop]) -> tuple[Laptop, Laptop]:
    """Ines and Tomas, signed in and in sync."""
    return laptop("ines"), laptop("tomas")


def settle_down(*laptops: Laptop) -> str:
    """Everybody syncs, and once more all who synced before the last one; the dump that all of them have then."""
    for laptop in (*laptops, *laptops[:-1]):
        laptop("sync")
    dumps = [laptop.dump() for laptop in laptops]
    assert all(dump == dumps[0] for dump in dumps)
    return dumps[0]


def moment(dice: random.Random) -> float:
    """Some time within the life of a command; starting Python takes the first part of it."""
    return dice.uniform(0.15, 1.0)
