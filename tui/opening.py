"""Files that are attached to records: taken in by their path, opened by what this system opens such a file with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import MilepostError
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.attachment import Attached
    from models.opened import Opened
    from tui.finding import Lost
    from tui.workbench import Workbench

SOON = 1.0  # seconds until it is looked once more whether something else is asked


def attach(app: Workbench, kind: str, rec: str, typed: str, lost: Lost) -> None:
    """Attaches the file at a path to a record. Copying it may take its time, so in a thread."""
    path = Path(typed.strip().strip("'\"").removeprefix("file://")).expanduser()
    _attach(app, kind, rec, path, path.name, lost, lambda sha: None)


def _attach(
    app: Workbench, kind: str, rec: str, path: Path, name: str, lost: Lost, done: Callable[[str], object]
) -> None:
    """`done` hears the SHA-256 of what was attached."""

    def keep() -> None:
        from models.attachment import refuse_reader
        from models.blobs import Blobs

        try:
            with closing(app.desk.reader()) as conn:
                refuse_reader(conn, kind, rec)
            blob = Blobs(app.desk.home).keep(path)
        except MilepostError as error:
            app.call_from_thread(lost, str(error))
            return
        edit = partial(app.edit, told=lambda changes: done(blob.sha), lost=lost)
        app.call_from_thread(edit, f"Attach {name}", "attachment.attach", kind, rec, name, blob)

    app.run_worker(keep, thread=True, group="attach")


def open_attached(app: Workbench, id: str) -> None:
    """Opens an attachment, brought from the server where its content is not here."""

    def run() -> None:
        say = partial(app.call_from_thread, app.shell.say)
        try:
            path, changed = _brought(app, id)
            copy = (
                "the copy that you changed"
                if changed
                else "a copy; what you save in it is offered at the next start"
            )
            say(f"Opened {path.name}: {copy}" if start(path) else f"It is here: {path}")
        except MilepostError as error:
            say(str(error), "warn")

    app.shell.say("Opening …")
    app.run_worker(run, thread=True, exclusive=True, group="open")


def _brought(app: Workbench, id: str) -> tuple[Path, bool]:
    """A copy of the content under its own name, so that what is done to it there changes nothing here; whether that was
    changed since it was opened before."""
    from models.blobs import Blobs
    from models.errors import NotFound
    from models.opened import Opened

    what = _attached(app, id)
    if what is None:
        raise NotFound("This attachment is not on this laptop. Sync first.")
    kept = Blobs(app.desk.home).path(what.sha)
    if not kept.exists():
        from sync import account, blobs

        blobs.fetch(app.desk.store, account.token_of(app.desk.store), what)
    return Opened(app.desk.home).copy(what, kept)


def _attached(app: Workbench, id: str) -> Attached | None:
    from models.attachment import attached

    with closing(app.desk.reader()) as conn:
        return attached(conn, id)


# ── copies that other programs have saved something into ──────────────────────────────────────────────


def look_for_changed(app: Workbench) -> None:
    """Offers what was changed; in a thread, after the first paint."""
    from models.opened import Opened

    opened = Opened(app.desk.home)
    changed = [(path, _attached(app, id)) for id, path in opened.changed()]
    found = [(path, what) for path, what in changed if what]
    left = [path for path, what in changed if not what]
    if changed:
        app.call_from_thread(_offer, app, opened, found, left)


def _offer(
    app: Workbench, opened: Opened, found: Sequence[tuple[Path, Attached]], left: Sequence[Path]
) -> None:
    """One after the other, when nothing else is asked; then says where that is which was `left` behind."""
    if app.ending:
        return
    if app.shell.typing() or app.shell.has_class("-asking"):
        app.set_timer(SOON, partial(_offer, app, opened, found, left))
    elif found:
        (path, what), *rest = found
        further = partial(app.call_later, _offer, app, opened, rest, left)
        app.run_worker(app.shell.ask(_question(app, opened, path, what, further)))
    elif left:
        where = str(left[0]) if len(left) == 1 else f"{len(left)} files below {opened.folder}"
        app.shell.say(
            f"What you saved into {where} belongs to nothing on this laptop any more. Move it to where you want it, or "
            "delete it; milepost doctor lists such files",
            "warn",
        )


def _question(
    app: Workbench, opened: Opened, path: Path, what: Attached, further: Callable[[], object], why: str = ""
) -> Question:
    def again(wrong: str) -> None:
        app.run_worker(app.shell.ask(_question(app, opened, path, what, further, wrong)))

    def attached(sha: str) -> None:
        try:
            opened.attached(what.id, sha)
        except MilepostError as error:
            app.shell.say(str(error), "warn")
        further()

    def done(typed: str) -> None:
        if typed.strip():
            _attach(app, what.owner_kind, what.owner_id, path, typed.strip(), again, attached)
        else:
            opened.let_go(what.id)
            app.shell.say(f"{path.name} was let go")
            further()

    label = f"“{path.name}” was changed after it was opened; attach it as"
    note = why or "emptied: let it go; esc: ask at the next start"
    return Question(f"{label}:", done, path.name, note, left=further, passing=True)


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
