"""`milepost demo` with real processes: what is seen, and that nothing stays, however it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from models.store import open_store
from sync.worker import read_state, sync_now
from tui.apart import start
from tui.demo import place, run
from tui.demo.edits import HARLAN, QUARREL
from tui.demo.processes import Server

PATIENCE = 60.0  # seconds, on a machine that does much else


def wait_for(what, patience=PATIENCE):
    until = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < until, f"not within {patience} s: {what}"
        time.sleep(0.05)
    return found


class Demo:
    """`milepost demo` in a terminal of its own, with `tmp` as the place for temporary folders."""

    def __init__(self, tmp: Path) -> None:
        from ptyprocess import PtyProcess

        self.tmp, self.seen = tmp, b""
        command = [sys.executable, "-m", "tui.demo", "--pause", "0.2", "0.4"]
        self.terminal = PtyProcess.spawn(
            command, env={**os.environ, "TMPDIR": str(tmp), "TERM": "xterm-256color"}, dimensions=(30, 110)
        )
        self.pid = self.terminal.pid
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                self.seen += self.terminal.read(65536)
        except (EOFError, OSError):
            return

    @property
    def folders(self) -> list[Path]:
        return list(self.tmp.glob("milepost-demo-*"))

    def shown(self) -> "Demo":
        wait_for(lambda: b"Harlan Fab" in self.seen)
        self.children = psutil.Process(self.pid).children(recursive=True)
        assert len(self.children) == 2
        return self

    def gone(self) -> bool:
        alive = [p for p in self.children if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        return not alive and not self.folders


@pytest.fixture
def demo(tmp_path):
    if sys.platform == "win32":
        pytest.skip("needs a pseudo-terminal")
    before = signal.signal(
        signal.SIGHUP, signal.SIG_DFL
    )  # a run under nohup ignores it, and all that it starts
    shown = Demo(tmp_path)
    signal.signal(signal.SIGHUP, before)
    yield shown
    if shown.terminal.isalive():
        shown.terminal.kill(signal.SIGKILL)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The folder that `milepost demo --prepare-only` made."""
    folder = tmp_path_factory.mktemp("demo") / "here"
    assert run(folder) == 0
    return folder


@pytest.fixture
def served(prepared):
    """Ines's profile of it, with its server running where she signed in."""
    ines = open_store(prepared / "ines")
    port = ines.meta("server").rpartition(":")[2]
    (prepared / "server.port").unlink(missing_ok=True)
    server = start(
        "server", "--database", str(prepared / "server.db"), "--port", port, "--port-file",
        str(prepared / "server.port"), "--parent", str(os.getpid()), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for((prepared / "server.port").exists)
    yield ines
    ines.close()
    server.terminate()
    server.wait(10)


def ask(store, sql, *values):
    conn = store.read()
    try:
        return conn.execute(sql, values).fetchall()
    finally:
        conn.close()


def test_the_first_sync_shows_a_conflict_and_the_colleague_edits_live(served, prepared):
    assert read_state(served).conflicts == 0
    assert read_state(served).waiting == 1
    assert ask(served, "SELECT count(*), count(DISTINCT name) FROM member") == [(6, 6)]

    sync_now(served)
    assert ask(served, "SELECT rec, field FROM conflict") == [(QUARREL, "deadline")]
    assert read_state(served).conflicts == 1

    [(before,)] = ask(served, "SELECT max(n) FROM txn")
    work = prepared.parent / "work"
    work.mkdir()
    (work / "tomas").symlink_to(prepared / "tomas")
    colleague = start("tui.demo.colleague", str(work), "--pause", "0.1", "0.2", stdin=subprocess.PIPE)
    colleague.stdin.write(b"go\n")
    colleague.stdin.flush()

    def arrived():
        sync_now(served)
        return len(ask(served, "SELECT 1 FROM txn WHERE n>? AND origin='R'", before)) >= 5

    wait_for(arrived)
    colleague.stdin.close()
    assert colleague.wait(PATIENCE) == 0
    assert not work.exists()
    tomas = ask(served, "SELECT id FROM member WHERE name='Tomas Lindqvist'")
    assert ask(served, "SELECT DISTINCT author FROM txn WHERE n>? AND origin='R'", before) == tomas


def test_undo_takes_back_the_users_edit_and_leaves_the_company(prepared):
    ines = open_store(prepared / "ines")
    labels = ask(ines, "SELECT label FROM txn WHERE origin='L'")
    assert labels == [("Deadline from the call with Doug",)]
    assert ask(ines, "SELECT count(*) FROM txn WHERE label LIKE 'New project%'") == [(20,)]
    ines.close()


def test_what_to_do_next_is_said_and_a_used_folder_is_refused(prepared, capsys):
    assert run(prepared) == 1
    assert "is not empty. Choose a new folder." in capsys.readouterr().err
    assert HARLAN.client == "Harlan Fab"


def test_after_a_normal_end_nothing_is_left(demo):
    demo.shown()
    demo.terminal.write(b"\x11")  # ctrl+q
    wait_for(lambda: not demo.terminal.isalive())
    assert demo.terminal.exitstatus == 0
    assert demo.gone()


@pytest.mark.parametrize("number", ["SIGTERM", "SIGKILL", "SIGHUP"])
def test_killed_by_a_signal_it_leaves_nothing(demo, number):
    demo.shown()
    os.kill(demo.pid, getattr(signal, number))
    wait_for(lambda: not demo.terminal.isalive())
    wait_for(demo.gone, 15)


def test_interrupted_while_it_prepares_it_leaves_nothing(demo):
    wait_for(lambda: b"Making a company" in demo.seen)
    demo.children = psutil.Process(demo.pid).children()
    os.kill(demo.pid, signal.SIGINT)
    wait_for(lambda: not demo.terminal.isalive())
    assert (demo.terminal.exitstatus, demo.terminal.signalstatus) == (130, None), demo.seen
    assert demo.gone()


def test_with_the_janitor_killed_too_the_server_ends_and_the_next_demo_cleans_up(demo, monkeypatch):
    demo.shown()
    [janitor] = [p for p in demo.children if "tui.demo.colleague" in p.cmdline()]
    janitor.kill()
    assert demo.terminal.isalive()
    os.kill(demo.pid, signal.SIGKILL)
    demo.terminal.wait()
    psutil.wait_procs(demo.children, 15)
    assert not [p for p in demo.children if p.is_running()]
    assert len(demo.folders) == 1
    monkeypatch.setattr("tempfile.tempdir", str(demo.tmp))
    assert place.remove_stale() == 1
    assert demo.gone()


def test_a_folder_that_somebody_holds_is_not_stale(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    held = place.Place()
    fresh = tmp_path / "milepost-demo-fresh"
    fresh.mkdir()
    assert place.remove_stale() == 0
    held.remove()
    assert [*tmp_path.iterdir()] == [fresh]
    os.utime(fresh, (0, 0))
    assert place.remove_stale() == 1


def test_a_server_that_does_not_start_is_said(tmp_path):
    (tmp_path / "server.db").mkdir()
    server = Server(tmp_path)
    with pytest.raises(Exception, match=r"The server of the demonstration did not start: ."):
        server.wait()
    server.stop()
