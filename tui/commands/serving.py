"""serve and demo: programs of their own, started from here. Nothing imports the server."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from models.errors import MilepostError, Refused
from tui.commands.context import Context, note

NEEDED = ("fastapi", "uvicorn", "psycopg")


def serve(ctx: Context) -> int:
    """Runs the server until it ends; its exit status."""
    _refuse_without_server()
    database = ctx.args.database or _default_database(ctx.home)
    note(f"Database: {_without_password(database)}")
    return _run(
        [
            sys.executable,
            "-m",
            "server",
            "--database",
            database,
            "--parent",
            str(os.getpid()),
            *_passed_on(ctx),
        ]
    )


def server(ctx: Context) -> int:
    """Hands the words to the server's own program; its exit status."""
    _refuse_without_server()
    words = [*ctx.words, *(["--json"] if ctx.json else [])]
    asked = not words or {"-h", "--help"} & {*words}
    if not asked and not any(word.partition("=")[0] == "--database" for word in words):
        words += ["--database", _default_database(ctx.home)]
    return _run([sys.executable, "-m", "server.admin", *(words or ["--help"])])


def demo(ctx: Context) -> int:
    return int(import_module("tui.demo").run(ctx.args.prepare_only))


def _refuse_without_server() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise Refused(
            f"The server's part is not installed ({', '.join(missing)} missing). Install it with: "
            "uv tool install 'milepost[server]'   or: pipx install 'milepost[server]'"
        )


def _without_password(address: str) -> str:
    return re.sub(r"(://[^/@]*?):[^/]*@", r"\1@", address)


def _passed_on(ctx: Context) -> Iterator[str]:
    for name in (
        "blobs",
        "host",
        "port",
        "port_file",
        "owner",
        "invite",
        "workers",
        "log_level",
        "log_format",
    ):
        value = getattr(ctx.args, name)
        if value not in (None, ""):
            yield from (f"--{name.replace('_', '-')}", str(value))


def _default_database(home: Path) -> str:
    """Below a home that was named; else in a folder beside the profile that everybody has."""
    from platformdirs import user_data_path

    usual = home == user_data_path("milepost", appauthor=False)
    folder = user_data_path("milepost-server", appauthor=False) if usual else home / "server"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MilepostError(f"{folder} cannot be made: {error.strerror}. Choose with --database.") from error
    return str(folder / "server.db")


def _run(command: list[str]) -> int:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
    with _passing_signals(child):
        while True:
            try:
                return _status(child.wait())
            except KeyboardInterrupt:
                continue  # the terminal told the child as well; it ends by itself


@contextmanager
def _passing_signals(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """What ends us ends the server."""
    wanted = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    try:
        before = {number: signal.signal(number, lambda n, _: child.send_signal(n)) for number in wanted}
    except ValueError:  # not in the main thread, where signals cannot be taken
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if child.poll() is None:
            child.terminate()


def _status(code: int) -> int:
    return 0 if code in (-signal.SIGTERM, -signal.SIGINT) else abs(code)
