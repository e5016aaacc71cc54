"""`python -m server --database URL`: the server as a process. Ends by SIGTERM, SIGINT or with its parent."""

import argparse
import gc
import getpass
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from models.errors import MilepostError
from models.fields import instant_of
from server import logs
from server.accounts import Accounts
from server.app import make_app
from server.backend import Backend
from server.blobs import beside
from server.database import open_database
from server.parent import end_with
from server.workers import Workers, forget

LEVELS = ("debug", "info", "warning", "error")
GRACE = 10  # seconds for requests that run when the server is told to end


def main(words: list[str] | None = None) -> int:
    """Exit status: 0 after a clean end, 1 with a remedy on stderr, 2 for what is not offered."""
    words = sys.argv[1:] if words is None else words
    options = _parser().parse_args(words)
    logs.set_up(options.log_level, options.log_format)
    try:
        return _invite(options) if options.invite else _serve(options, words)
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
    add("--workers", type=int, default=1, metavar="N", help="processes that share the address (1)")
    add("--listener", type=int, default=0, help=argparse.SUPPRESS)  # the socket that a worker is given
    add("--parent", type=int, metavar="PID", help="end when this process is gone")
    add("--log-level", default="warning", choices=LEVELS, help="info: a line a request")
    add("--log-format", default="text", choices=("text", "json"))
    return parser


def _fail(message: str, status: int = 1) -> int:
    print(message, file=sys.stderr)
    return status


def _now() -> int:
    return time.time_ns() // 1_000_000


def _invite(options: argparse.Namespace) -> int:
    database = open_database(options.database)
    name = options.invite.strip()
    accounts = Accounts(database)
    code, expires = accounts.invite(database.workspace(), name, None, _now())
    devices = sum(user.devices for user in accounts.users() if user.name.casefold() == name.casefold())
    database.close()
    print(code)
    print(f"Signs in one device of {name}, until {instant_of(expires)[:16]} UTC.", file=sys.stderr)
    if devices:  # a colleague may have taken the name of a newcomer
        print(
            f"{name} has signed in before and has {devices} now. If that is news: milepost server devices",
            file=sys.stderr,
        )
    return 0


def _serve(options: argparse.Namespace, words: Sequence[str]) -> int:
    listener = _inherited(options.listener) if options.listener else listen(options.host, options.port)
    running = _workers(options, words, listener) if options.workers > 1 else _server(options, listener)
    if options.parent:
        end_with(options.parent, running.end, ours=bool(options.listener))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.end())  # uvicorn raises them once more when it has ended
    running.run()
    if options.listener and os.getppid() != options.parent:
        forget()
    return 0


def _server(options: argparse.Namespace, listener: socket.socket) -> "Server":
    app = make_app(options.database, blobs=options.blobs or beside(options.database))
    config = uvicorn.Config(
        app, log_level=options.log_level, access_log=False, log_config=None, server_header=False, date_header=False,
        timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    return Server(config, app, options, listener)


def _workers(options: argparse.Namespace, words: Sequence[str], listener: socket.socket) -> Workers:
    def started() -> None:
        database = open_database(options.database)
        _announce(options, Accounts(database), database.workspace(), listener.getsockname()[1])
        database.close()

    return Workers(options.workers, words, listener, started)


def _inherited(number: int) -> socket.socket:
    return socket.socket(fileno=number)


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


class Server(uvicorn.Server):
    """uvicorn that says where it is, unless it is one of several workers, and ends the event streams first."""

    def __init__(
        self, config: uvicorn.Config, app: FastAPI, options: argparse.Namespace, listener: socket.socket
    ) -> None:
        super().__init__(config)
        self._backend: Backend = app.state.backend
        self._options = options
        self._listener = listener

    def end(self) -> None:
        self.should_exit = True

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        super().run(sockets or [self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.freeze()  # what is loaded by now stays, so that no collection looks through it in the middle of a push
        gc.set_threshold(20_000)  # a push makes thousands of objects and hardly a cycle
        if not self._options.listener:
            backend = self._backend
            port = self._listener.getsockname()[1]
            _announce(self._options, backend.accounts, backend.database.workspace(), port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._backend.heads.close()
        await super().shutdown(sockets)


def _announce(options: argparse.Namespace, accounts: Accounts, workspace: str, port: int) -> None:
    """Says where the server is and, as long as it has no members, how the first one signs in."""
    url = f"http://{_reachable(options.host)}:{port}"
    print(f"Milepost server on {url}", flush=True)
    if not accounts.has_members():
        code, _ = accounts.invite(workspace, options.owner or getpass.getuser().capitalize(), None, _now())
        print(f"First sign-in: milepost login {url} --code {code}", flush=True)
    if options.port_file:
        _write_whole(options.port_file, str(port))


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
