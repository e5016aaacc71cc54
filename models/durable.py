"""Files that a power cut does not take away again: with the content the folder that names it has to reach the disk."""

import os
from contextlib import suppress
from pathlib import Path


def make_folder(folder: Path) -> None:
    """The folder, and those above it that are missing."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(exist_ok=True)
        _sync(missing.parent)


def put_in_place(fresh: Path, place: Path) -> None:
    """Gives a file whose content is on the disk its name, in a folder that is there."""
    fresh.replace(place)
    _sync(place.parent)


def link(file: Path, name: Path) -> None:
    """Gives a file a second name in its folder. Raises OSError where the file system has none."""
    os.link(file, name)
    _sync(name.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # opens no folders, and writes their entries through
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # of file systems that cannot
            os.fsync(handle)
    finally:
        os.close(handle)
