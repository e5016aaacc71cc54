"""What is being typed, kept beside the store as long as it is: a crash or a kill loses none of it.

Each running application has a place of its own in the profile's folder `typing`, held by a lock of the operating
system; a place that nobody holds was left by one that did not end by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = "typing"
PLACES = 16  # applications of one profile that run at the same time and keep what is typed


# in the place of a kind:
NEW_TASK = "new task"  # then `ids` are the project, and names and values of what else is given
BESIDE = "beside"  # then `ids` are what is made, and kind and id of the record beside which


class Of(NamedTuple):
    """A field of records of one kind."""

    kind: str
    ids: Sequence[str]
    field: str


def new_task(project: str, given: Mapping[str, str]) -> Of:
    """What is typed becomes a task of the project; `given`: beside its name, for outline.add_task."""
    return Of(NEW_TASK, [project, *chain.from_iterable(given.items())], "")


def task_of(of: Of) -> tuple[str, dict[str, Any]]:
    """Project and what was given, of such a one."""
    project, *given = of.ids
    return project, dict(zip(given[::2], given[1::2], strict=True))


class Unsaved(NamedTuple):
    """A text, and in words what it was to be; for a field of records also which."""

    label: str
    text: str
    of: Of | None = None


class Keeper:
    """Writes behind, in a thread of its own. What cannot be written is not kept, and nobody is told: the text is on
    the screen."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._file: Path | None = None
        self._kept: Sequence[Unsaved] = ()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="typing")

    def open(self) -> list[Unsaved]:
        """Takes a place; what was left in it and in those of others that ended. Loads a library: not before the first
        paint."""
        import filelock

        found: list[Unsaved] = []
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            for place in range(PLACES):
                file = self._folder / f"{place}.json"
                if self._file is not None and not file.exists():
                    continue
                lock = filelock.FileLock(file.with_suffix(".lock"), thread_local=False)
                try:
                    lock.acquire(timeout=0)
                except filelock.Timeout:
                    continue
                found += _read(file)
                if self._file is None:
                    self._file, self._lock = file, lock
                else:
                    file.unlink()
                    lock.release()
            self._write(found)
        return found

    def keep(self, typed: Sequence[Unsaved]) -> None:
        """This is what is typed now."""
        if typed != self._kept and self._file is not None:
            self._kept = typed
            with suppress(RuntimeError):  # closed
                self._behind.submit(self._write, typed)

    def close(self) -> None:
        """Leaves the place as it is, to whoever starts next."""
        self._behind.shutdown(wait=True)
        if self._file is not None:
            self._lock.release()

    def _write(self, typed: Sequence[Unsaved]) -> None:
        if self._file is None:
            return
        with suppress(OSError):
            if not typed:
                self._file.unlink(missing_ok=True)
                return
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(typed), encoding="utf-8")
            part.replace(self._file)


def _read(file: Path) -> list[Unsaved]:
    """What a file holds; nothing where it is none of ours."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [Unsaved(str(label), str(text), Of(*of) if of else None) for label, text, of in rows]
    except (OSError, ValueError, TypeError):
        return []
