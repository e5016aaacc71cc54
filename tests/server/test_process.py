"""The server as a process: how it starts, what it says when it cannot, and what is left after a kill."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from models.outbox import Outgoing
from server import workers
from server.__main__ import GRACE
from server.database import open_database
from server.schema import SCHEMA
from sync import protocol
from tests.postgresql import Postgresql
from tests.server.laptop import Laptop, client, do
from tests.server.running import ROOT, Process, answers, command, lives, process
from tests.server.test_events import listening


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "server.db"


def _invited(database: str, name: str) -> str:
    return command("--database", database, "--invite", name).stdout.strip()


def _lines(running: Process, count: int) -> list[str]:
    assert running.popen.stdout
    return [running.popen.stdout.readline() for _ in range(count)]


# ── start and end ─────────────────────────────────────────────────────────────────────────────────────


def test_it_says_where_it_is_and_how_the_first_one_signs_in(database: str) -> None:
    with process(database, "--owner", "Ines") as running:
        at, first = _lines(running, 2)
        assert at == f"Milepost server on {running.url}\n"
        assert first.startswith(f"First sign-in: milepost login {running.url} --code ")
        assert Laptop(running.url, first.split()[-1]).account["name"] == "Ines"


def test_codes_are_made_while_it_runs_and_members_are_greeted_no_more(database: str) -> None:
    with process(database) as running:
        assert Laptop(running.url, _invited(database, "Tomas")).account["name"] == "Tomas"
        assert "before" not in command("--database", database, "--invite", "Ines").stderr
        assert (
            "tomas has signed in before and has 1 now"
            in command("--database", database, "--invite", "tomas").stderr
        )
    with process(database) as running:
        _lines(running, 1)
        running.popen.terminate()
        assert running.popen.communicate(timeout=30) == ("", "")


def test_open_streams_do_not_delay_the_end(database: str) -> None:
    with process(database) as running:
        ines = Laptop(running.url, _invited(database, "Ines"))
        with ines.http.stream("GET", "/v1/events") as response:
            chunks = response.iter_bytes()
            next(chunks)
            before = time.monotonic()
            running.popen.terminate()
            assert list(chunks) == []
        assert running.popen.wait(GRACE) == 0
        assert time.monotonic() - before < GRACE / 2


def test_no_reply_waits_for_an_acknowledgement(file: Path) -> None:
    with process(str(file)) as running, httpx.Client(base_url=running.url) as http:
        took = [http.get("/v1/health").elapsed.total_seconds() for _ in range(20)]
    assert sorted(took)[10] < 0.03


def test_it_ends_with_its_parent(file: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with process(str(file), "--parent", str(parent.pid)) as running:
        parent.kill()
        parent.wait()
        assert running.popen.wait(5) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_ends_when_the_program_that_started_it_is_killed(file: Path, tmp_path: Path) -> None:
    port = tmp_path / "port"
    start = (
        "import os, subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'server', *sys.argv[1:],"
        " '--parent', str(os.getpid())]); print(p.pid, flush=True); time.sleep(99)"
    )
    words = ["--database", str(file), "--port", "0", "--port-file", str(port)]
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


def test_a_port_in_use_is_said_in_words(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = command("--database", str(file), "--port", str(taken.getsockname()[1]))
    assert failed.returncode == 1
    assert "Cannot listen" in failed.stderr and "--port" in failed.stderr and "Traceback" not in failed.stderr


def _newer(path: Path) -> None:
    open_database(str(path)).close()
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
    file: Path, prepare: object, words: str
) -> None:
    assert callable(prepare)
    prepare(file)
    failed = command("--database", str(file), "--port", "0")
    assert failed.returncode == 1 and words in failed.stderr and "Traceback" not in failed.stderr


def test_a_missing_folder_is_said_with_the_remedy(tmp_path: Path) -> None:
    failed = command("--database", str(tmp_path / "no" / "server.db"), "--port", "0")
    assert failed.returncode == 1 and "exists" in failed.stderr


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://nobody.invalid/milepost", "does not answer:"),
        (
            "postgresql://ines:hunter2@127.0.0.1:1/milepost",
            "database milepost on 127.0.0.1 does not answer: Connection refused. Start",
        ),
        ("postgresql://ines:hunter2@[/milepost", "looks like postgresql://USER@HOST/NAME"),
    ],
)
def test_a_postgresql_that_does_not_answer_is_said_without_the_password(address: str, words: str) -> None:
    failed = command("--database", address, "--port", "0")
    assert failed.returncode == 1 and words in failed.stderr
    assert "hunter2" not in failed.stderr and "Traceback" not in failed.stderr


def test_a_postgresql_that_cannot_be_used_is_said_with_the_remedy(postgresql: Postgresql) -> None:
    newer, foreign = postgresql.fresh(), postgresql.fresh()
    open_database(newer).close()
    postgresql.run("UPDATE milepost_schema SET version = 99", newer)
    postgresql.run("CREATE TABLE task(id TEXT)", foreign)
    for address, words in (
        (newer, "newer Milepost server"),
        (foreign, "not a Milepost server's database"),
        (foreign.replace("/postgres?", "/nowhere?"), 'database "nowhere" does not exist'),
    ):
        failed = command("--database", address, "--port", "0")
        assert failed.returncode == 1 and words in failed.stderr and "Traceback" not in failed.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process's files")
def test_a_full_disk_is_no_verdict_and_readers_go_on(file: Path) -> None:
    import resource

    with process(str(file)) as running:
        ines = Laptop(running.url, _invited(str(file), "Ines"))
        add, head = do("Add", *(client() for _ in range(300))), ines.pull().head
        size = file.with_name("server.db-wal").stat().st_size
        _, most = resource.prlimit(running.popen.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.popen.pid, resource.RLIMIT_FSIZE, (size, most))
        full = ines.post(add)
        assert full.status_code == 507 and "disk" in full.json()["detail"]
        assert full.headers[protocol.HEADER] == protocol.VERSION
        assert ines.pull().head == head
        resource.prlimit(running.popen.pid, resource.RLIMIT_FSIZE, (most, most))
        assert ines.push_one(add).ver == head + 1


# ── two processes, and kills ──────────────────────────────────────────────────────────────────────────


def test_two_processes_on_one_database_keep_one_log(database: str) -> None:
    with process(database) as one, process(database) as other:
        ines = Laptop(one.url, _invited(database, "Ines"))
        tomas = Laptop(other.url, _invited(database, "Tomas"))
        for _ in range(10):
            ines.push(do("Add", client()))
            tomas.push(do("Add", client()))
        assert ines.log() == tomas.log()
        assert [entry.ver for entry in ines.log()] == list(range(1, 23))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_server_killed_during_pushes_keeps_each_accepted_transaction_once(database: str) -> None:
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


# ── several workers ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform == "win32", reason="one worker an address")
def test_workers_share_one_address_and_end_together(database: str) -> None:
    with process(database, "--workers", "2", "--owner", "Ines") as running:
        ines = Laptop(running.url, _lines(running, 2)[1].split()[-1])
        _until(lambda: len(running.workers()) == 2, 10)
        pids = running.workers()
        assert ines.push_one(do("Add", client())).ver == 2
        running.popen.terminate()
        assert running.popen.wait(20) == 0
    _until(lambda: not any(map(lives, pids)), 5)


@pytest.mark.skipif(sys.platform == "win32", reason="one worker an address")
def test_a_worker_that_is_killed_is_replaced_and_the_workers_end_with_a_killed_parent(database: str) -> None:
    with process(database, "--workers", "2") as running:
        _until(lambda: len(running.workers()) == 2, 10)
        first, second = running.workers()
        os.kill(first, signal.SIGKILL)
        _until(lambda: len({*running.workers()} - {first, second}) == 1, 30)
        _until(lambda: answers(running.url), 30)  # as soon as one of them is up
        pids = running.workers()
    _until(lambda: not any(map(lives, pids)), 20)


@pytest.mark.skipif(sys.platform == "win32", reason="one worker an address")
def test_a_parent_that_is_killed_leaves_no_worker_and_no_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with process(str(file), "--workers", "2") as running:
        _until(lambda: len(running.workers()) == 2 and answers(running.url), 20)
        assert list(tmp_path.glob("milepost-metrics-*"))
        pids = running.workers()
    _until(lambda: not any(map(lives, pids)), 20)
    assert not list(tmp_path.glob("milepost-metrics-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="one worker an address")
def test_what_was_killed_with_all_its_workers_is_swept_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, held, young = (tmp_path / f"milepost-metrics-{name}" for name in ("old", "held", "young"))
    for folder in (old, held, young):
        folder.mkdir()
        (folder / "counter_1.db").touch()
    for folder in (old, held):
        os.utime(folder, (0, 0))
    lock = workers._lock(held)  # as its server does
    workers.sweep()
    assert sorted(tmp_path.iterdir()) == [held, young]
    assert lock is not None
    os.close(lock)


@pytest.mark.skipif(sys.platform == "win32", reason="one worker an address")
def test_a_push_to_one_worker_wakes_the_listeners_of_the_others(postgresql: Postgresql) -> None:
    with process(postgresql.fresh(), "--workers", "3", "--owner", "Ines") as running:
        ines = Laptop(running.url, _lines(running, 2)[1].split()[-1])
        with ExitStack() as stack:
            streams = [stack.enter_context(listening(ines)) for _ in range(6)]
            assert [told.get(timeout=20) for told in streams] == [1] * 6
            ines.push(do("Add", client()))
            assert [told.get(timeout=5) for told in streams] == [2] * 6
        metrics = ines.http.get("/metrics").text
    assert (
        "milepost_listeners 6.0" in metrics
        and 'milepost_transactions_total{verdict="accepted"} 1.0' in metrics
    )
