"""Files that are attached to records: taken in by their path, opened by what this system opens such a file with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import MilepostError

if TYPE_CHECKING:
    from tui.finding import Lost
    from tui.workbench import Workbench

FOLDER = "milepost-"  # of what was opened; the system clears it away


def attach(app: Workbench, kind: str, rec: str, typed: str, lost: Lost) -> None:
    """Attaches the file at a path to a record. Copying it may take its time, so in a thread."""
    path = Path(typed.strip().strip("'\"").removeprefix("file://")).expanduser()

    def keep() -> None:
        from models.blobs import Blobs

        try:
            blob = Blobs(app.desk.home).keep(path)
        except MilepostError as error:
            app.call_from_thread(lost, str(error))
            return
        label = f"Attach {path.name}"
        app.call_from_thread(
            partial(app.edit, label, "attachment.attach", kind, rec, path.name, blob, lost=lost)
        )

    app.run_worker(keep, thread=True, group="attach")


def open_attached(app: Workbench, id: str) -> None:
    """Opens an attachment, brought from the server where its content is not here."""

    def run() -> None:
        say = partial(app.call_from_thread, app.shell.say)
        try:
            path = _brought(app, id)
            say(f"Opened {path.name}" if start(path) else f"It is here: {path}")
        except MilepostError as error:
            say(str(error), "warn")

    app.shell.say("Opening …")
    app.run_worker(run, thread=True, exclusive=True, group="open")


def _brought(app: Workbench, id: str) -> Path:
    """A copy of the content under its own name, so that what is done to it there changes nothing here."""
    from models.attachment import attached, safe_name
    from models.blobs import Blobs
    from models.errors import NotFound

    conn = app.desk.reader()
    what = attached(conn, id)
    conn.close()
    if what is None:
        raise NotFound("This attachment is not on this laptop. Sync first.")
    kept = Blobs(app.desk.home).path(what.sha)
    if not kept.exists():
        from sync import account, blobs

        blobs.fetch(app.desk.store, account.token_of(app.desk.store), what)
    return Path(shutil.copyfile(kept, Path(tempfile.mkdtemp(prefix=FOLDER)) / safe_name(what.name)))


def start(path: Path) -> bool:
    """Has the system open a file; whether there is something that does."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None or (sys.platform != "darwin" and not _has_screen()):
        return False
    subprocess.Popen(
        [opener, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    return True


def _has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
