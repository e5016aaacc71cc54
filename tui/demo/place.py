"""The folder of a demonstration: who holds it, and its removal, also after processes that were killed."""

import os
import shutil
import tempfile
import time
from pathlib import Path

import filelock

PREFIX = "milepost-demo-"
LOCK = "held"  # whoever holds the operating system's lock on this file shows the demonstration
GRACE = 60.0  # seconds that a new folder may be without its lock


class Place:
    """A folder of its own, held by this process: the lock goes with the process, however that ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = filelock.FileLock(self.folder / LOCK)
        self._lock.acquire(timeout=5)

    def remove(self) -> None:
        self._lock.release()
        remove(self.folder)


def remove_stale() -> int:
    """Removes the folders that ended processes of this user left behind; how many."""
    found = [f for f in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _ours(f) and _left(f)]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return sum(not folder.exists() for folder in found)


def remove(folder: Path, patience: float = 10.0) -> bool:
    """Removes `folder`, again while a process that is just ending writes into it; whether it is gone."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)
        if not folder.exists():
            return True
    return False


def _ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and folder.is_dir() and not folder.is_symlink()


def _left(folder: Path) -> bool:
    try:
        if not (folder / LOCK).exists():
            return time.time() - folder.stat().st_mtime > GRACE
        with filelock.FileLock(folder / LOCK, timeout=0):
            return True
    except (filelock.Timeout, OSError):
        return False
