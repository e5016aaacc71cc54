"""Copies of attachments that other programs have open, in the profile, readable by its user only: HOME/opened/ID/NAME.

What another program has saved into such a copy is somebody's work: that copy is neither written over nor removed, and
the next start offers to attach it, or says where it lies. Beside each folder lies `ID.sha`, the content that it is
known with.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from models.attachment import Attached, safe_name
from models.errors import Refused, StoreFull

DAY = 86_400.0  # seconds that a copy may still be open in another program
_PASSING = ("~$", ".")  # what the names of other programs' lock files begin with


class Changed(NamedTuple):
    """A copy of the attachment `id` that holds something else by now."""

    id: str
    path: Path


class Opened:
    """The folder of a profile."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "opened"

    def copy(self, what: Attached, kept: Path) -> tuple[Path, bool]:
        """A copy of the content `kept` under the attachment's name, and whether it is one that was changed: that stays
        as it is. Raises Refused where one cannot be read, StoreFull."""
        place = self.folder / what.id
        path = place / safe_name(what.name)
        if path in self._changed(what.id):
            return path, True
        try:
            for folder in (self.folder, place):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and _sha(path) == what.sha:
                self._known(what.id).write_text(what.sha)
            else:
                self._write(what, kept, path)
        except OSError as error:
            raise StoreFull(
                f"{path} cannot be written: {error.strerror or error}. Free some room; nothing was lost."
            ) from error
        return path, False

    def _write(self, what: Attached, kept: Path, path: Path) -> None:
        """A file stands at `path` only as a whole and known: what broke off would be taken for somebody's work."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PASSING[-1])  # for its user only
        os.close(handle)
        try:
            shutil.copyfile(kept, name)
            path.unlink(missing_ok=True)
            self._known(what.id).write_text(what.sha)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)

    def attached(self, id: str, sha: str) -> None:
        """The copy is known with this content, which was attached. Raises StoreFull."""
        try:
            self._known(id).write_text(sha)
        except OSError as error:
            raise StoreFull(
                f"It is attached, but that could not be noted ({error.strerror or error}): the next start offers it "
                "again. Free some room, then let it go there."
            ) from error

    def changed(self) -> list[Changed]:
        """The copies that other programs have saved something into, without what cannot be read."""
        found: list[Changed] = []
        for place in self._places():
            with suppress(Refused):
                found += [Changed(place.name, path) for path in self._changed(place.name)]
        return found

    def let_go(self, id: str) -> None:
        """Removes the copies of an attachment."""
        shutil.rmtree(self.folder / id, ignore_errors=True)
        self._known(id).unlink(missing_ok=True)

    def clear(self, here: Callable[[str], bool]) -> None:
        """Removes what is as it was and was opened more than a day ago, or whose attachment is not `here` any more.
        What cannot be read may be changed, and stays."""
        for place in self._places():
            with suppress(Refused, OSError):
                old = self._age(place.name) > DAY or not here(place.name)
                if old and not self._changed(place.name):
                    self.let_go(place.name)

    def _places(self) -> list[Path]:
        return sorted(place for place in self.folder.glob("*") if place.is_dir())

    def _known(self, id: str) -> Path:
        return self.folder / f"{id}.sha"

    def _age(self, id: str) -> float:
        known = self._known(id)
        return time.time() - known.stat().st_mtime if known.exists() else DAY + 1

    def _changed(self, id: str) -> list[Path]:
        """Raises Refused where one cannot be read."""
        known, place = self._known(id), self.folder / id
        try:
            sha = known.read_text() if known.exists() else ""
            files = sorted(path for path in place.glob("*") if path.is_file())
            return [path for path in files if not path.name.startswith(_PASSING) and _sha(path) != sha]
        except OSError as error:
            raise Refused(
                f"What lies in {place} cannot be read: {error.strerror or error}. Check the disk, and who may read it."
            ) from error


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
