"""In a real terminal: what was entered is there after the program was killed."""

import os
import select
import signal
import sys
import time
from contextlib import suppress

import pyte
import pytest
from ptyprocess import PtyProcess

from tests.tui.office import furnish
from tui.cli import main

RUN = """
import sys
from pathlib import Path
from tui.starting import run
sys.exit(run(Path(sys.argv[1]), open_project="Nesting"))
"""


class Terminal:
    """The application in a terminal of 100×30; always ended."""

    def __init__(self, home):
        self.screen = pyte.Screen(100, 30)
        self.stream = pyte.ByteStream(self.screen)
        env = {**os.environ, "TERM": "xterm-256color"}
        self.process = PtyProcess.spawn([sys.executable, "-c", RUN, str(home)], dimensions=(30, 100), env=env)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.close(force=True)

    def see(self, text, seconds=20.0):
        self.wait_for(lambda: text in "\n".join(self.screen.display), seconds)

    def wait_for(self, condition, seconds=20.0):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "\n".join(self.screen.display)
            if select.select([self.process.fd], [], [], 0.05)[0]:
                with suppress(EOFError):  # it has ended
                    self.stream.feed(self.process.read(65536))

    def type(self, text):
        self.process.write(text.encode())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_an_edit_outlives_a_kill(tmp_path):
    furnish(tmp_path)
    with Terminal(tmp_path) as terminal:
        terminal.see("Check power")
        terminal.type("e twice\r")
        terminal.see("u undoes")
        terminal.type("e half")
        terminal.see("Survey twice half")
        terminal.wait_for(
            lambda: any("half" in one.read_text() for one in (tmp_path / "typing").glob("*.json"))
        )
        terminal.process.kill(signal.SIGKILL)
    with Terminal(tmp_path) as terminal:
        terminal.see("was not saved when Milepost ended")
        terminal.see("Survey twice half")
        terminal.type("\x1b")
        terminal.wait_for(
            lambda: "was not saved" not in "\n".join(terminal.screen.display)
        )  # else esc q is alt+q
        terminal.see("Survey twice")
        terminal.type("q")
        terminal.wait_for(lambda: not terminal.process.isalive())
        assert terminal.process.exitstatus == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_nothing_is_restored_under_open_windows_of_a_profile_that_works_alone(tmp_path, capsys):
    furnish(tmp_path)
    assert main(["--home", str(tmp_path), "backup", str(tmp_path / "monday.db")]) == 0
    restore = ["--home", str(tmp_path), "restore", str(tmp_path / "monday.db")]
    with Terminal(tmp_path) as first, Terminal(tmp_path) as second:
        for terminal in first, second:
            terminal.see("Check power")
        for terminal in first, second:
            assert main(restore) == 1
            assert "Milepost is open on this profile" in capsys.readouterr().err
            terminal.type("q")
            terminal.wait_for(lambda ended=terminal: not ended.process.isalive())
    assert main(restore) == 0
