"""The processes of a demonstration: its server, and the colleague who cleans up.

Each ends by itself when the process that started it is gone, however that happened: the server watches our process
id, the colleague our end of its standard input.
"""

import os
import re
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from models.errors import MilepostError, Refused
from tui.apart import start

PATIENCE = 30.0  # seconds for the server to answer, on a slow machine
OWNER = "Ines Moreau"


class Server:
    """The demonstration's server, on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        _refuse_without_server()
        self._port_file = folder / "server.port"
        self._log_file = folder / "server.log"
        self._log = self._log_file.open("wb")
        self.process = start(
            "server", "--database", str(folder / "server.db"), "--port", "0", "--port-file", str(self._port_file),
            "--parent", str(os.getpid()), "--owner", OWNER,
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def wait(self) -> tuple[str, str]:
        """Its address, and the code of the first sign-in. Raises MilepostError with what it said."""
        until = time.monotonic() + PATIENCE
        while not self._port_file.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                raise MilepostError(f"The server of the demonstration did not start: {self._said()}")
            time.sleep(0.02)
        code = re.search(r"--code (\S+)", self._said())
        if code is None:
            raise MilepostError(f"The server of the demonstration told no code: {self._said()}")
        return f"http://127.0.0.1:{self._port_file.read_text()}", code[1]

    def stop(self) -> None:
        _end(self.process, 4)
        self._log.close()

    def _said(self) -> str:
        return self._log_file.read_text("utf-8", "replace").strip() or "it said nothing"


class Colleague:
    """The scripted colleague's process, which is also the janitor of `folder`."""

    def __init__(self, folder: Path, pause: tuple[float, float]) -> None:
        self.process = start(
            "tui.demo.colleague", str(folder), "--pause", *map(str, pause),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def tell(self, line: str) -> None:
        """`server PID`: stop that process in the end (0: none); `go`: begin to edit."""
        pipe: IO[bytes] | None = self.process.stdin
        assert pipe is not None
        try:
            pipe.write(f"{line}\n".encode())
            pipe.flush()
        except OSError:
            return  # it is gone: the folder is then removed by us, or by the next demonstration

    def stop(self) -> None:
        """Lets it clean up and waits for that."""
        if self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(12)
        except subprocess.TimeoutExpired:
            _end(self.process, 2)


def _end(process: "subprocess.Popen[bytes]", patience: float) -> None:
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _refuse_without_server() -> None:
    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise Refused(
            f"The demonstration needs the server's part ({', '.join(missing)} missing). Install it with: "
            "uv tool install 'milepost[server]'   or: pipx install 'milepost[server]'"
        )
