"""The server as a process: how it starts, what it says when it cannot, and what is left after a kill."""

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from models.outbox import Outgoing
from server.schema import SCHEMA, Database
from sync import protocol
from tests.server.laptop import Laptop, client, do
from tests.server.running import ROOT, Process, command, lives, process


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "server.db"


def _invited(database: Path, name: str) -> str:
    return command("--database", str(database), "--invite", name).stdout.strip()


def _lines(running: Process, count: int) -> list[str]:
    assert running.popen.stdout
    return [running.popen.stdout.readline() for _ in range(count)]


# ── start and end ─────────────────────────────────────────────────────────────────────────────────────


def test_it_says_where_it_is_and_how_the_first_one_signs_in(database: Path) -> None:
    with process(database, "--owner", "Ines") as running:
        at, first = _lines(running, 2)
        assert at == f"Milepost server on {running.url}\n"
        assert first.startswith(f"First sign-in: milepost login {running.url} --code ")
        assert Laptop(running.url, first.split()[-1]).account["name"] == "Ines"


def test_codes_are_made_while_it_runs_and_members_are_greeted_no_more(database: Path) -> None:
    with process(database) as running:
        assert Laptop(running.url, _invited(database, "Tomas")).account["name"] == "Tomas"
    with process(database) as running:
        _lines(running, 1)
        running.popen.terminate()
        assert running.popen.communicate(timeout=5) == ("", "")


def test_it_ends_within_two_seconds_with_streams_open(database: Path) -> None:
    with process(database) as running:
        ines = Laptop(running.url, _invited(database, "Ines"))
        with ines.http.stream("GET", "/v1/events") as response:
            chunks = response.iter_bytes()
            next(chunks)
            before = time.monotonic()
            running.popen.terminate()
            assert list(chunks) == []
        assert running.popen.wait(5) == 0
        assert time.monotonic() - before < 2


def test_no_reply_waits_for_an_acknowledgement(database: Path) -> None:
    with process(database) as running, httpx.Client(base_url=running.url) as http:
        took = [http.get("/v1/health").elapsed.total_seconds() for _ in range(20)]
    assert sorted(took)[10] < 0.03


def test_it_ends_with_its_parent(database: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with process(database, "--parent", str(parent.pid)) as running:
        parent.kill()
        parent.wait()
        assert running.popen.wait(5) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_ends_when_the_program_that_started_it_is_killed(database: Path, tmp_path: Path) -> None:
    port = tmp_path / "port"
    start = (
        "import os, subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'server', *sys.argv[1:],"
        " '--parent', str(os.getpid())]); print(p.pid, flush=True); time.sleep(99)"
    )
    words = ["--database", str(database), "--port", "0", "--port-file", str(port)]
    parent = subprocess.Popen(
        [sys.executable, "-c", start, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    _until(port.exists, 60)
    parent.kill()
    parent.wait()
    _until(lambda: not lives(pid), 5)


def _until(holds: object, seconds: float) -> None:
    assert callable(holds)
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


# ── what it says when it cannot ───────────────────────────────────────────────────────────────────────


def test_a_port_in_use_is_said_in_words(database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = command("--database", str(database), "--port", str(taken.getsockname()[1]))
    assert failed.returncode == 1
    assert "Cannot listen" in failed.stderr and "--port" in failed.stderr and "Traceback" not in failed.stderr


def _newer(path: Path) -> None:
    Database(path).close()
    with sqlite3.connect(path) as conn:
        conn.execute(f"PRAGMA user_version={SCHEMA + 1}")


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE task(id)")


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (_newer, "newer Milepost server"),
        (_foreign, "not a Milepost server's database"),
        (lambda path: path.write_bytes(b"a letter to Harlan Fab" * 99), "not a database or is damaged"),
        (lambda path: path.mkdir(), "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_with_the_remedy(
    database: Path, prepare: object, words: str
) -> None:
    assert callable(prepare)
    prepare(database)
    failed = command("--database", str(database), "--port", "0")
    assert failed.returncode == 1 and words in failed.stderr and "Traceback" not in failed.stderr


def test_a_missing_folder_is_said_with_the_remedy(tmp_path: Path) -> None:
    failed = command("--database", str(tmp_path / "no" / "server.db"), "--port", "0")
    assert failed.returncode == 1 and "exists" in failed.stderr


def test_postgresql_comes_later(database: Path) -> None:
    failed = command("--database", "postgresql://db/milepost")
    assert failed.returncode == 2 and "later version" in failed.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process's files")
def test_a_full_disk_is_no_verdict_and_readers_go_on(database: Path) -> None:
    import resource

    with process(database) as running:
        ines = Laptop(running.url, _invited(database, "Ines"))
        add, head = do("Add", *(client() for _ in range(300))), ines.pull().head
        size = database.with_name("server.db-wal").stat().st_size
        _, most = resource.prlimit(running.popen.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.popen.pid, resource.RLIMIT_FSIZE, (size, most))
        full = ines.post(add)
        assert full.status_code == 507 and "disk" in full.json()["detail"]
        assert full.headers[protocol.HEADER] == protocol.VERSION
        assert ines.pull().head == head
        resource.prlimit(running.popen.pid, resource.RLIMIT_FSIZE, (most, most))
        assert ines.push_one(add).ver == head + 1


# ── two processes, and kills ──────────────────────────────────────────────────────────────────────────


def test_two_processes_on_one_file_keep_one_log(database: Path) -> None:
    with process(database) as one, process(database) as other:
        ines = Laptop(one.url, _invited(database, "Ines"))
        tomas = Laptop(other.url, _invited(database, "Tomas"))
        for _ in range(10):
            ines.push(do("Add", client()))
            tomas.push(do("Add", client()))
        assert ines.log() == tomas.log()
        assert [entry.ver for entry in ines.log()] == list(range(1, 23))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_server_killed_during_pushes_keeps_each_accepted_transaction_once(database: Path) -> None:
    code = _invited(database, "Ines")
    accepted: dict[str, int] = {}
    unanswered: list[Outgoing] = []
    laptop = None
    for kill in range(3):
        with process(database) as running:
            laptop = laptop or Laptop(running.url, code)
            laptop.http.base_url = httpx.URL(running.url)
            threading.Timer(0.4 + 0.013 * kill, running.popen.kill).start()
            unanswered = _push_until_killed(laptop, unanswered, accepted)
    assert laptop
    with process(database) as running:
        laptop.http.base_url = httpx.URL(running.url)
        accepted |= {v.id: v.ver for v in laptop.push(*unanswered)}
        log = laptop.log()
    assert [entry.ver for entry in log] == list(range(1, len(log) + 1))
    assert {entry.id: entry.ver for entry in log[1:]} == accepted and len(accepted) >= 60


def _push_until_killed(laptop: Laptop, batch: list[Outgoing], accepted: dict[str, int]) -> list[Outgoing]:
    """Pushes on and on, first `batch` once more; the batch that got no answer."""
    while True:
        batch = batch or [do(f"Add {n}", client(), client()) for n in range(20)]
        try:
            accepted |= {verdict.id: verdict.ver for verdict in laptop.push(*batch)}
        except httpx.HTTPError:
            return batch
        batch = []
