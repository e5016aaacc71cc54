"""Commands as processes of their own, forked from one that has imported the program: to start Python for each takes
most of a story's time.

python -m tests.stories.forked    # a line of JSON in, [words, environment]; one out, [status, said, complaint]
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from threading import Lock
from typing import IO

from tests.server.running import ROOT

CAN = hasattr(os, "fork")
HEAVY = ("models.store", "sync.account", "sync.worker", "tui.commands.files", "tui.commands.records")
PATIENCE = 120  # seconds for a command
_turn = Lock()


@cache
def _parent() -> "subprocess.Popen[str]":
    """It ends with whoever started it: its input ends then."""
    command = [sys.executable, "-m", "tests.stories.forked"]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1
    )


def run(words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Status, output and complaint of the command line with these words."""
    parent = _parent()
    assert parent.stdin and parent.stdout
    with _turn:
        print(json.dumps([words, dict(environment)]), file=parent.stdin, flush=True)
        status, said, complaint = json.loads(parent.stdout.readline())
    return status, said, complaint


def _serve() -> None:
    for name in HEAVY:
        import_module(name)
    for line in sys.stdin:
        words, environment = json.loads(line)
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaint:
            child = os.fork()
            if not child:
                _be(words, environment, said, complaint)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(json.dumps([status, *map(_all, (said, complaint))]), flush=True)


def _be(words: Sequence[str], environment: Mapping[str, str], said: IO[str], complaint: IO[str]) -> None:
    """Goes on as the command, and never returns."""
    from tui.cli import main

    status = 1
    try:
        signal.alarm(PATIENCE)
        os.environ.clear()
        os.environ.update(environment)
        for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), said.fileno(), complaint.fileno())):
            os.dup2(file, number)
        status = main(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _all(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    _serve()
