"""`milepost demo`: a made-up company with its own server and a colleague who edits now and then.

    this process ─── folder, profile of Ines (the user), the application
      ├─ server        ends with us: it watches our process id
      └─ colleague     edits as Tomas; at the end of its input, which we hold, it stops the server, removes the folder

So nothing is left running or lying about, whatever is killed; should all be killed at once, the next demonstration
removes the folder.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import MilepostError, Refused

if TYPE_CHECKING:
    from tui.demo.processes import Server

COLLEAGUE = "Tomas Lindqvist"


def run(prepare_only: str | Path = "", pause: tuple[float, float] = (8.0, 20.0)) -> int:
    """Shows the demonstration until the user quits; the exit status.

    With `prepare_only`, a folder that is new or empty, makes the profiles and the server's database there, says how
    to go on, and leaves them. `pause` is the seconds between two edits of the colleague.
    """
    _alone()
    try:
        return _prepare_in(Path(prepare_only).absolute()) if prepare_only else _show(pause)
    except MilepostError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _alone() -> None:
    """Nothing of the user's own set-up is touched: no keyring, no token file, no proxy on the way to this machine."""
    os.environ.pop("MILEPOST_CREDENTIALS", None)
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name, ""), "127.0.0.1"]))


def _show(pause: tuple[float, float]) -> int:
    from tui.demo.place import Place, remove_stale
    from tui.demo.processes import Colleague, Server

    remove_stale()
    place = Place()
    colleague = Colleague(place.folder, pause)
    try:
        server = Server(place.folder)
        try:
            colleague.tell(f"server {server.process.pid}")
            prepare(place.folder, server)
            colleague.tell("go")
            return _application(place.folder)
        finally:
            server.stop()
            colleague.tell("server 0")
    finally:
        colleague.stop()
        place.remove()


def _application(folder: Path) -> int:
    from tui.starting import run as run_application

    return run_application(folder / "ines", demo=True)


def _prepare_in(folder: Path) -> int:
    from tui.demo.processes import Server

    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty. Choose a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder)
    try:
        url = prepare(folder, server)
    finally:
        server.stop()
    port = url.rpartition(":")[2]
    print(f"Ready. Start the server:  milepost serve --database {folder / 'server.db'} --port {port}")
    print(f"then the application:     milepost --home {folder / 'ines'}")
    print(f"and the colleague's:      milepost --home {folder / 'tomas'}")
    return 0


def prepare(folder: Path, server: "Server") -> str:
    """Both profiles signed in, the company in both, and a conflict that the user's next sync finds; the address."""
    _say("Making a company of 12 clients and 20 projects …")
    with _uninterrupted():  # while the server starts
        from models.store import open_store
        from sync.account import invite, login
        from sync.worker import sync_now
        from tui.demo import company, edits

    ines, tomas = open_store(folder / "ines"), open_store(folder / "tomas")
    try:
        url, code = server.wait()
        login(ines, url, code, "Ines's laptop", keep_in_file=True)
        sync_now(ines)
        company.build(ines)
        _say("Taking it to the server and to a colleague's laptop …")
        sync_now(ines)
        company.seal(ines)
        login(tomas, url, invite(ines, COLLEAGUE).code, "Tomas's laptop", keep_in_file=True)
        sync_now(tomas)
        edits.dispute(ines, tomas, sync_now)
    finally:
        ines.close()
        tomas.close()
    return url


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """ctrl+c waits till the end: in the middle of an import of compiled code it has crashed the interpreter."""
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def _say(words: str) -> None:
    print(words, flush=True)
