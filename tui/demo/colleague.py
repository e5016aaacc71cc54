"""`python -m tui.demo.colleague FOLDER`: the scripted colleague, and the janitor of the demonstration.

Lines on standard input: `server PID` (stop that in the end), `go` (begin to edit the profile FOLDER/tomas). At the end
of input (whoever held the other end has ended or was killed) it stops the server, removes FOLDER and ends.
"""

import argparse
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from random import Random

from tui.demo.place import remove

PAUSE = (8.0, 20.0)  # seconds between two edits


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m tui.demo.colleague")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pause", type=float, nargs=2, default=PAUSE, metavar=("LOW", "HIGH"))
    options = parser.parse_args(words)
    over = threading.Event()
    editor = threading.Thread(target=_edit, args=(options.folder, options.pause, over), daemon=True)
    server = 0
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "server":
            server = int(rest)
        elif word == "go":
            editor.start()
    over.set()
    _clean_up(options.folder, server, editor)
    return 0


def _clean_up(folder: Path, server: int, editor: threading.Thread) -> None:
    if server:
        with suppress(OSError):  # it watches the same process as we do and may be faster
            os.kill(server, signal.SIGTERM)
    if editor.ident:
        editor.join(3)
    remove(folder)


def _edit(folder: Path, pause: tuple[float, float], over: threading.Event) -> None:
    """An edit, synced at once, every now and then, until `over`."""
    # imported here, so that the janitor listens at once
    from models.errors import MilepostError
    from models.store import open_store
    from sync.worker import sync_now
    from tui.demo.edits import next_edit

    store, chance = open_store(folder / "tomas"), Random(7)
    while not over.wait(chance.uniform(*pause)):
        with suppress(MilepostError):  # tried again with the next edit
            sync_now(store)
            next_edit(store, chance)
            sync_now(store)
    store.close()


if __name__ == "__main__":
    sys.exit(main())
