"""Several server processes on one address: one that ends is started anew, and all end together."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from prometheus_client import multiprocess

from models.errors import MilepostError

if sys.platform != "win32":
    import fcntl

METRICS = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus-client adds up what its processes count
EVERY = 0.2  # seconds between two looks at the workers
PAUSE = 0.5  # seconds before one is started anew: one that cannot start must not take the machine
PATIENCE = 15.0  # seconds for the workers to end
FOLDER = "milepost-metrics-"
YOUNG = 60.0  # seconds in which a folder may be about to be locked, or its workers about to end

_log = logging.getLogger(__name__)


class Workers:
    """`count` processes of `python -m server` with these words, which accept from `listener`. `started` is called once
    they are on their way; whoever connects before they are there waits in the listener's queue."""

    def __init__(
        self, count: int, words: Sequence[str], listener: socket.socket, started: Callable[[], None]
    ) -> None:
        if sys.platform == "win32":
            raise MilepostError("Windows takes one worker an address. Start several with ports of their own.")
        self._count, self._listener, self._started = count, listener, started
        self._ending = threading.Event()
        sweep()
        self._folder = tempfile.mkdtemp(prefix=FOLDER)
        self._held = _lock(Path(self._folder))  # as long as we live, however that ends
        self._command = [
            sys.executable, "-m", "server", *words, "--workers", "1", "--listener", str(listener.fileno()),
            "--parent", str(os.getpid()),
        ]  # fmt: skip

    def end(self) -> None:
        self._ending.set()

    def run(self) -> None:
        """Returns when all have ended after `end`."""
        running = [self._start() for _ in range(self._count)]
        try:
            self._started()
            while not self._ending.wait(EVERY):
                for place, worker in enumerate(running):
                    if worker.poll() is not None:
                        running[place] = self._replace(worker)
        finally:
            self._stop(running)
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._held is not None:
                os.close(self._held)

    def _replace(self, worker: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
        _log.warning("worker %d ended with status %d; another starts", worker.pid, worker.returncode)
        multiprocess.mark_process_dead(worker.pid, self._folder)  # type: ignore[no-untyped-call]
        self._ending.wait(PAUSE)
        return self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, METRICS: self._folder}
        return subprocess.Popen(self._command, env=environment, pass_fds=[self._listener.fileno()])

    def _stop(self, running: "Sequence[subprocess.Popen[bytes]]") -> None:
        for worker in running:
            worker.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for worker in running:
            try:
                worker.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


def sweep() -> None:
    """Removes the folders of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):  # somebody else's, or gone by now
            if time.time() - folder.stat().st_mtime > YOUNG and (held := _lock(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)


def forget() -> None:
    """A worker whose parent was killed takes the folder with it."""
    if folder := os.environ.get(METRICS):
        shutil.rmtree(folder, ignore_errors=True)


if sys.platform == "win32":

    def _lock(folder: Path) -> int | None:
        return None

else:

    def _lock(folder: Path) -> int | None:
        """A lock that the operating system takes back when this process is gone; None where another one has it."""
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            return None
        return held
