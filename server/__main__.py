"""`python -m server --database URL`: the server as a process. Ends by SIGTERM, SIGINT or with its parent."""

import argparse
import getpass
import logging
import signal
import socket
import sys
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from models.errors import MilepostError
from models.fields import instant_of
from server.accounts import Accounts
from server.app import Backend, make_app
from server.database import open_database
from server.parent import end_with


def main(words: list[str] | None = None) -> int:
    """Exit status: 0 after a clean end, 1 with a remedy on stderr, 2 for what is not offered."""
    options = _parser().parse_args(words)
    logging.basicConfig(level=options.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        return _invite(options) if options.invite else _serve(options)
    except (MilepostError, OSError) as error:
        return _fail(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m server", description="The Milepost server.")
    add = parser.add_argument
    add(
        "--database",
        required=True,
        metavar="URL",
        help="SQLite file, made where it is missing, or postgresql://…",
    )
    add(
        "--blobs",
        metavar="PLACE",
        default="",
        help="folder or s3://BUCKET/PREFIX for attachments (default: beside the SQLite file)",
    )
    add("--host", default="127.0.0.1", help="address to listen on (0.0.0.0: all)")
    add("--port", type=int, default=8765, help="0 takes a free one")
    add("--port-file", type=Path, metavar="FILE", help="write the port there once it is served")
    add("--invite", metavar="NAME", help="print a code that signs in one device of NAME, and end")
    add(
        "--owner",
        metavar="NAME",
        default="",
        help="whom the first sign-in makes a member (default: who starts it)",
    )
    add("--parent", type=int, metavar="PID", help="end when this process is gone")
    add("--log-level", default="warning", choices=("debug", "info", "warning", "error"))
    return parser


def _fail(message: str, status: int = 1) -> int:
    print(message, file=sys.stderr)
    return status


def _now() -> int:
    return time.time_ns() // 1_000_000


def _invite(options: argparse.Namespace) -> int:
    database = open_database(options.database)
    name = options.invite.strip()
    code, expires = Accounts(database).invite(database.workspace(), name, None, _now())
    database.close()
    print(code)
    print(f"Signs in one device of {name}, until {instant_of(expires)[:16]} UTC.", file=sys.stderr)
    return 0


def _serve(options: argparse.Namespace) -> int:
    listener = listen(options.host, options.port)
    app = make_app(options.database, blobs=options.blobs or beside(options.database))
    config = uvicorn.Config(
        app, log_level=options.log_level, access_log=options.log_level in ("debug", "info"), log_config=None,
        server_header=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = Server(config, app, options, listener)
    if options.parent:
        end_with(options.parent, server.end)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.end())  # uvicorn raises them once more when it has ended
    server.run([listener])
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises MilepostError with the remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        plain = socket.create_server((host, port), family=family, backlog=1024)
        # asyncio switches off Nagle's delay, 40 ms a reply, only where the protocol is named
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, plain.detach())
    except OverflowError as error:
        raise MilepostError(f"{port} is no port. Choose one up to 65535 with --port.") from error
    except OSError as error:
        raise MilepostError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            "End what uses it, or choose another with --port (0 takes a free one)."
        ) from error


def beside(database: str) -> str:
    """Where attachments go when nobody said: beside a SQLite file; with PostgreSQL nowhere."""
    return "" if "://" in database else f"{database}.blobs"


class Server(uvicorn.Server):
    """uvicorn that says where it is, and closes the event streams first when it ends."""

    def __init__(
        self, config: uvicorn.Config, app: FastAPI, options: argparse.Namespace, listener: socket.socket
    ) -> None:
        super().__init__(config)
        self._backend: Backend = app.state.backend
        self._options = options
        self._port = listener.getsockname()[1]

    def end(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        url = f"http://{_reachable(self._options.host)}:{self._port}"
        print(f"Milepost server on {url}", flush=True)
        if not self._backend.accounts.has_members():
            print(f"First sign-in: milepost login {url} --code {self._first_code()}", flush=True)
        if self._options.port_file:
            _write_whole(self._options.port_file, str(self._port))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._backend.heads.close()
        await super().shutdown(sockets)

    def _first_code(self) -> str:
        owner = self._options.owner or getpass.getuser().capitalize()
        workspace = self._backend.database.workspace()
        return self._backend.accounts.invite(workspace, owner, None, _now())[0]


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _write_whole(path: Path, text: str) -> None:
    """Whoever waits for the file sees all of it or nothing."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
