"""Servers for the tests: in a thread, with a clock to turn, and as processes to kill."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
import pytest
import uvicorn

from server import admin, restoring
from server.__main__ import listen
from server.app import make_app
from server.backend import Backend
from server.backup import copy_tables
from server.blobs import beside
from server.database import open_database
from tests.server.laptop import Laptop

ROOT = Path(__file__).parents[2]


class Served:
    """A server under test. `now` is its clock in milliseconds; it `ticks`, or stands until it is turned."""

    def __init__(self, database: str | Path, blobs: str = "", ticks: bool = False) -> None:
        self.database = str(database)
        self.now = 1_795_000_000_000
        self._clock = (lambda: time.time_ns() // 1_000_000) if ticks else (lambda: self.now)
        app = make_app(self.database, self._clock, blobs or beside(self.database))
        self.backend: Backend = app.state.backend
        self._socket = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()

    def code(self, name: str) -> str:
        workspace = self.backend.database.workspace()
        return self.backend.accounts.invite(workspace, name, None, self._clock())[0]

    def laptop(self, name: str) -> Laptop:
        """A newly signed-in laptop."""
        return Laptop(self.url, self.code(name))

    def pass_time(self, milliseconds: int) -> None:
        self.now += milliseconds

    def stop(self) -> None:
        self.backend.heads.close()
        self._server.should_exit = True
        self._thread.join(5)


class Admin:
    """`milepost server` on the database of a server that runs."""

    def __init__(self, database: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._database, self._capsys = database, capsys

    def __call__(self, *words: str, status: int = 0) -> str:
        self._capsys.readouterr()
        assert admin.main([*words, "--database", self._database]) == status
        out, complaint = self._capsys.readouterr()
        return complaint if status else out

    def json(self, *words: str, status: int = 0) -> Any:
        self._capsys.readouterr()
        assert admin.main([*words, "--database", self._database, "--json"]) == status
        return orjson.loads(self._capsys.readouterr().out)


class Process:
    """`python -m server` on a free port."""

    def __init__(self, database: str, *words: str, program: Path = ROOT) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name, "port")
        command = [sys.executable, "-m", "server", "--database", database, "--port", "0"]
        self.popen = subprocess.Popen(
            [*command, "--port-file", str(self._file), *words],
            cwd=program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = f"http://127.0.0.1:{self._port()}"

    def _port(self) -> str:
        until = time.monotonic() + 60
        while not self._file.exists():
            if self.popen.poll() is not None or time.monotonic() > until:
                self.popen.kill()
                raise AssertionError(self.popen.communicate())
            time.sleep(0.02)
        return self._file.read_text()

    def kill(self) -> None:
        self.popen.kill()
        self.popen.communicate()
        self._folder.cleanup()

    def workers(self) -> list[int]:
        """The processes of `--workers`."""
        return [child.pid for child in psutil.Process(self.popen.pid).children()]


@contextmanager
def process(database: str, *words: str) -> Iterator[Process]:
    running = Process(database, *words)
    try:
        yield running
    finally:
        running.kill()


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """A disk of `size` bytes, where the system lets us mount one."""
    place.mkdir()
    mount = shutil.which("mount")
    words = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if not mount or subprocess.run([mount, *words], capture_output=True).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """`python -m server` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *words], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def lives(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{url}/v1/health").status_code == 200
    return False


def bring_back_by_hand(server: Served, file: Path) -> None:
    """Puts the backup in the place of the database as `pg_restore` does, rights too, and tells it afterwards."""
    database = server.backend.database
    with closing(open_database(str(file))) as copy, copy.reading() as source, database.writing() as target:
        copy_tables(source, target)
    restoring.declare(database, server.now)
