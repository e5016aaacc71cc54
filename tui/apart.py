"""What runs in a process of its own: how one is started, and the planner of large plans."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from models.keeping import Kept
    from models.store import Store
    from models.why import Why

ROOT = Path(__file__).resolve().parents[1]


def start(module: str, *words: str, **how: Any) -> subprocess.Popen[bytes]:
    """`python -m module words` out of reach of the terminal's ctrl+c and hang-up."""
    # -P: a folder called server where the user happens to be must not be taken for ours
    command = [sys.executable, "-P", "-m", module, *words]
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, **_apart(), **how)


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


class Gone(Exception):
    """The planner cannot be had, or could not do it: whoever asked does it here."""


class Planner:
    """The process of `office.planner`, started when it is first asked."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._kept: Kept | None = None  # schedules of small plans, for the thread that keeps dates
        self.over = False

    def compute_dates(self, store: Store, first: str) -> bool:
        """Computes the dates of one project, `first` before others, a large one in the process; whether any were
        stale."""
        from models import dates
        from models.keeping import Kept

        project = dates.next_stale(store, first)
        if project is None:
            return False
        if dates.is_large(store, project):
            with suppress(Gone):
                self.ask("compute_dates", project)
                return True
        self._kept = self._kept or Kept()
        return not self.over and dates.refresh(store, project, self._kept) is not None

    def why(self, conn: sqlite3.Connection, task: str, since_ms: int) -> Why:
        """Why a task stands where it stands, and what moved it since; of a large plan from the process."""
        from models import why
        from models.windows.tasks import large

        project = why.project_of(conn, task)
        if project and large(conn, project):
            with suppress(Gone):
                return why.unpacked(self.ask("why", task, since_ms))
        return why.explained(conn, task, since_ms)

    def ask(self, verb: str, *words: object) -> Any:
        """What `office.planner` answers; waits its turn. Raises Gone."""
        request = orjson.dumps([verb, *words]) + b"\n"
        with self._turn:
            answer = self._asked(request) or self._asked(request)  # it may just have ended by itself
        if not answer:
            raise Gone
        found, wrong = orjson.loads(answer)
        if wrong:
            raise Gone(wrong)
        return found

    def close(self) -> None:
        """Ends the process at once, whatever it does: what it committed is whole."""
        self.over = True
        if self._process is not None:
            self._process.terminate()
        with self._turn:  # whoever waited for an answer has none now
            self._let_go()

    def _asked(self, request: bytes) -> bytes:
        """The answer; nothing where the process is gone."""
        try:
            if self._process is None or self._process.poll() is not None:
                self._let_go()
                self._process = self._start()
            pipe, answers = self._process.stdin, self._process.stdout
            assert pipe is not None and answers is not None
            pipe.write(request)
            pipe.flush()
            return answers.readline()
        except (OSError, ValueError):
            return b""

    def _let_go(self) -> None:
        if self._process is not None:
            with suppress(OSError), self._process:  # closes its pipes, and waits
                self._process.terminate()
        self._process = None

    def _start(self) -> subprocess.Popen[bytes]:
        if self.over:
            raise OSError("closing")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        return start("office.planner", str(self._home), **pipes)
