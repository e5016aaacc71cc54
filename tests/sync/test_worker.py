"""Syncing by itself, against a real server that goes away and comes back. Nothing here sleeps for long: what takes
time is asked for until it is so."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from models import db, history, notice
from models.errors import Held, StoreBusy
from models.record import create, edit
from models.store import Store
from sync import account, driving, protocol, worker
from sync.alone import only_one
from sync.past import past
from sync.run import Report
from sync.worker import State
from tests.server.running import ROOT, Process
from tests.slow_line import slow_line
from tests.sync.conftest import Profile, Run, phase, until

SignIn = Callable[..., Store]
Other = tuple[Store, subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BACK_OFF", (0.05, 0.1, 0.2, 0.2))
    monkeypatch.setattr(worker, "TAKE_OVER", 0.1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path / "server.db", "--parent", str(os.getpid()))
    yield running
    running.kill()


@pytest.fixture
def laptop(profile: Profile, server: Process, tokens: Path, tmp_path: Path) -> SignIn:
    """laptop("Ines") → the store of a signed-in profile."""

    def sign_in(name: str, store: Store | None = None) -> Store:
        store = store or profile(name)
        command = [
            sys.executable,
            "-m",
            "server",
            "--database",
            str(tmp_path / "server.db"),
            "--invite",
            name,
        ]
        code = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        account.login(store, server.url, code)
        return store

    return sign_in


def city(store: Store) -> str | None:
    with store.write() as conn:
        row = conn.execute("SELECT city FROM client").fetchone()
    return row and row[0]


def test_a_profile_that_never_signed_in_is_left_alone(profile: Profile, run: Run) -> None:
    told = run(profile("odile"))
    until(phase(told, "local"))
    told.worker.wake()
    time.sleep(0.3)
    assert {state.phase for state in told} == {"local"}


def test_an_edit_reaches_the_colleague_by_itself(laptop: SignIn, run: Run) -> None:
    ines, tomas = laptop("Ines"), laptop("Tomas")
    here, there = run(ines), run(tomas)
    until(phase(here, "synced"))
    until(phase(there, "synced"))
    client = ines.transact("Add client", create, "client", name="Harlan Fab", city="Linz").result
    here.worker.wake()
    until(lambda: city(tomas) == "Linz")  # the server's event wakes him: his poll is a minute away
    tomas.transact("Move", edit, "client", client.id, city="Graz")
    there.worker.wake()
    until(lambda: city(ines) == "Graz")
    until(lambda: here[-1] == State("synced", last_sync=here[-1].last_sync))


def test_it_comes_back_by_itself_when_the_server_does(
    laptop: SignIn, run: Run, server: Process, tmp_path: Path
) -> None:
    ines = laptop("Ines")
    port = server.url.rpartition(":")[2]
    server.kill()
    told = run(ines)
    until(phase(told, "offline"))
    assert "Your edits are safe here" in told[-1].detail
    ines.transact("Add client", create, "client", name="Harlan Fab")
    back = Process(tmp_path / "server.db", "--port", port, "--parent", str(os.getpid()))
    try:
        until(phase(told, "synced"))
        until(lambda: worker.read_state(ines).waiting == 0)
    finally:
        back.kill()


def test_whoever_asks_hears_how_it_went_and_the_reason_stays_until_a_sync_succeeds(
    laptop: SignIn, run: Run, server: Process, tmp_path: Path
) -> None:
    ines = laptop("Ines")
    told = run(ines)
    until(phase(told, "synced"))

    def answers() -> list[str]:
        return [state.detail for state in told if state.asked]

    def ask() -> str:
        before = len(answers())
        told.worker.ask()
        until(lambda: len(answers()) > before)
        return answers()[-1]

    def why() -> str:
        with closing(ines.read()) as conn:
            return notice.stopped(conn)[1]

    told.worker.pause(True)  # else it might see the edit by itself before
    until(phase(told, "paused"))
    ines.transact("Add client", create, "client", name="Harlan Fab")
    told.worker._asked = True
    told.worker.pause(False)
    until(answers)
    assert answers() == ["Synced: 1 sent, 0 received."]  # its own echo is no news
    assert ask() == "Synced: 0 sent, 0 received." and not why()
    server.kill()
    for _ in range(2):  # nothing is new the second time
        assert "Your edits are safe here" in ask()
    assert why() == told[-1].detail
    told.worker.pause(True)
    until(phase(told, "paused"))
    assert "told to stay off" in why()
    told.worker.pause(False)
    back = Process(
        tmp_path / "server.db", "--port", server.url.rpartition(":")[2], "--parent", str(os.getpid())
    )
    try:
        until(phase(told, "synced"))
        assert not why()
    finally:
        back.kill()


def test_paused_it_stays_off_the_network(laptop: SignIn, run: Run) -> None:
    ines = laptop("Ines")
    told = run(ines)
    until(phase(told, "synced"))
    told.worker.pause(True)
    until(phase(told, "paused"))
    ines.transact("Add client", create, "client", name="Harlan Fab")
    told.worker.wake()
    time.sleep(0.1)
    assert worker.read_state(ines).waiting == 1
    told.worker.pause(False)
    until(lambda: worker.read_state(ines).waiting == 0)


def test_paused_it_drops_a_request_that_is_under_way(laptop: SignIn, run: Run) -> None:
    ines = laptop("Ines")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes what is asked, and answers nothing
        with ines.write() as conn:
            db.set_meta(conn, "server", f"http://127.0.0.1:{silent.getsockname()[1]}")
        told = run(ines)
        silent.accept()
        told.worker.pause(True)
        until(phase(told, "paused"))
        told.worker.pause(False)
        silent.accept()
        told.worker.stop()
        assert told.worker._thread and not told.worker._thread.is_alive()


def test_what_nobody_foresaw_is_told_and_does_not_end_it(
    laptop: SignIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, real = laptop("Ines"), driving.engine.sync

    def breaking(*given: object) -> object:
        monkeypatch.setattr(driving.engine, "sync", real)
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(driving.engine, "sync", breaking)
    told = run(ines)
    until(phase(told, "held"))
    log = ines.home / "milepost.log"
    assert "RuntimeError: a wheel came off" in told[-1].detail and str(log) in told[-1].detail
    assert "in breaking" in log.read_text()
    until(phase(told, "synced"))


def test_a_server_in_trouble_is_left_alone_although_each_line_begins_with_the_head(
    laptop: SignIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, tomas, tried, heads = laptop("Ines"), laptop("Tomas"), list[str](), list[int]()
    drive, listen = worker.drive, worker.api.heads

    async def failing(store: Store, *given: Any, **more: Any) -> Report:
        if store is not ines:
            return await drive(store, *given, **more)
        tried.append("once more")
        raise Held("The server is in trouble.")

    async def counted(http: httpx.AsyncClient) -> AsyncIterator[int]:
        async for head in listen(http):
            heads.append(head)
            yield head

    monkeypatch.setattr(worker, "BACK_OFF", (60.0,) * 8)
    monkeypatch.setattr(worker, "AT_LEAST", 0.02)
    monkeypatch.setattr(worker, "drive", failing)
    monkeypatch.setattr(worker.api, "heads", counted)
    run(ines)
    until(lambda: len(heads) == 2)
    tomas.transact("Add client", create, "client", name="Harlan Fab")
    worker.sync_now(tomas)
    until(lambda: len(set(heads)) == 2 and len(tried) == 3)


def test_a_window_that_cannot_read_its_store_while_another_syncs_goes_on(
    laptop: SignIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, read = laptop("Ines"), worker.read_state

    def busy(store: Store) -> State:
        monkeypatch.setattr(worker, "read_state", read)
        raise StoreBusy("Another process holds it.")

    monkeypatch.setattr(worker, "read_state", busy)
    with only_one(ines.home):
        told = run(ines)
        until(phase(told, "held"))
    until(phase(told, "synced"))


def test_a_lock_that_cannot_be_opened_is_told(laptop: SignIn, run: Run) -> None:
    ines = laptop("Ines")
    (ines.home / "sync.lock").unlink(missing_ok=True)
    (ines.home / "sync.lock").mkdir()
    told = run(ines)
    until(phase(told, "held"))
    assert "sync.lock cannot be opened" in told[-1].detail
    (ines.home / "sync.lock").rmdir()
    until(phase(told, "synced"))


def test_a_proxy_that_cannot_be_used_is_told(
    laptop: SignIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = laptop("Ines")
    monkeypatch.setenv("ALL_PROXY", "socks://proxy.example:1080")
    told = run(ines)
    until(phase(told, "held"))
    assert "The proxy that this machine names cannot be used" in told[-1].detail


def test_what_was_done_long_ago_is_let_go_and_the_server_tells_of_it(laptop: SignIn, run: Run) -> None:
    ines, tomas = laptop("Ines"), laptop("Tomas")
    client = tomas.transact("Add client", create, "client", name="Harlan Fab").result
    for store in (tomas, ines):
        worker.sync_now(store)
    with ines.write() as conn:
        conn.execute("UPDATE txn SET at=at-?", (2 * worker.KEPT,))
        for upto in ("search_upto", "dates_upto"):
            db.set_meta(conn, upto, "1000000")
    tomas.transact("Rename", edit, "client", client.id, name="Harlan Fabrication")
    worker.sync_now(tomas)
    told = run(ines)
    until(phase(told, "synced"))
    until(lambda: ines.meta("tidied"))
    conn = ines.read()
    labels = [label for (label,) in conn.execute("SELECT label FROM txn WHERE origin='R' ORDER BY n")]
    assert labels[-1] == "Rename" and "Add client" not in labels
    assert not history.is_whole(conn, client.id)
    conn.close()
    assert [entry.label for entry in past(ines, client.id)] == ["Add client", "Rename"]


def test_what_the_server_refuses_is_counted(laptop: SignIn, run: Run) -> None:
    ines = laptop("Ines")
    client = ines.transact("Add client", create, "client", name="Harlan Fab").result

    def spoil(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE client SET name=NULL WHERE id=?", (client.id,))

    ines.transact("Spoil", spoil)
    told = run(ines)
    until(phase(told, "synced"))
    assert (told[-1].rejected, told[-1].waiting) == (1, 0)


def test_a_revoked_device_is_told_to_sign_in_and_goes_on_when_it_has(
    laptop: SignIn, run: Run, tokens: Path
) -> None:
    ines = laptop("Ines")
    kept = tokens.read_bytes()
    account.logout(ines)
    tokens.write_bytes(kept)
    told = run(ines)
    until(phase(told, "held"))
    assert "milepost login" in told[-1].detail
    laptop("Ines", ines)
    until(phase(told, "synced"))


def test_a_line_that_is_slow_and_breaks_brings_it_all_over(
    laptop: SignIn, run: Run, server: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "PUSH_ROWS", 40)
    ines, tomas = laptop("Ines"), laptop("Tomas")
    for n in range(200):
        ines.transact("Add client", create, "client", name=f"Plant {n}")
    port = int(server.url.rpartition(":")[2])
    with slow_line(port, latency=0.05, rate=100_000, drop=0.3) as (address, line):
        with ines.write() as conn:
            db.set_meta(conn, "server", address)
        told = run(ines)
        until(lambda: worker.read_state(ines).waiting == 0, 60)
        until(phase(told, "synced"), 60)
        assert line.dropped
    worker.sync_now(tomas)
    with tomas.write() as conn:
        assert conn.execute("SELECT count(*), count(DISTINCT name) FROM client").fetchone() == (200, 200)


# ── one process a profile ─────────────────────────────────────────────────────────────────────────────

WATCH = "from sync.worker import watch; from models.store import open_store; import sys;"
WATCH += "watch(open_store(sys.argv[1]), lambda state: print(state.phase, flush=True))"


@pytest.fixture
def other(laptop: SignIn) -> Iterator[Other]:
    """Another process that syncs Ines's profile."""
    ines = laptop("Ines")
    with watching(ines) as process:
        heard(process, "synced")
        yield ines, process


@contextmanager
def watching(store: Store) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH, str(store.home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def heard(process: subprocess.Popen[str], phase: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if phase in line:
            return
    raise AssertionError(f"it ended and never said {phase}")


def test_a_second_window_leaves_syncing_to_the_first_and_takes_over(other: Other, run: Run) -> None:
    ines, process = other
    told = run(ines)
    until(phase(told, "elsewhere"))
    process.send_signal(signal.SIGKILL)
    until(phase(told, "synced"))


def test_what_another_process_edits_is_sent_soon(other: Other) -> None:
    other[0].transact("Add client", create, "client", name="Harlan Fab")
    until(lambda: worker.read_state(other[0]).waiting == 0)  # its poll is a minute away


def test_a_sign_in_by_another_process_is_noticed(profile: Profile, laptop: SignIn) -> None:
    ines = profile("ines")
    with watching(ines) as process:
        heard(process, "local")
        laptop("Ines", ines)
        heard(process, "synced")


def test_a_sync_by_command_says_that_a_window_syncs(other: Other) -> None:
    with pytest.raises(Held, match="syncs by itself"):
        worker.sync_now(other[0])
