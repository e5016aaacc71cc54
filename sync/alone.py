"""One process at a time works on a profile as a whole: it syncs, or puts a backup in its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from models.errors import Held


class Elsewhere(Held):
    """Another process syncs this profile."""


@contextmanager
def only_one(home: Path, wait: float = 0.0) -> Iterator[None]:
    """Holds the operating system's lock on the profile, which goes with the process, however that ends. Waits `wait`
    seconds for it. Raises Elsewhere, or Held where the lock cannot be used."""
    lock = filelock.FileLock(home / "sync.lock")
    try:
        lock.acquire(timeout=wait)
    except filelock.Timeout:
        raise Elsewhere("Another Milepost window of this profile is open and syncs by itself.") from None
    except OSError as error:
        raise Held(
            f"{lock.lock_file} cannot be opened: {error.strerror or error}. Check to whom it belongs, or remove it; "
            "your edits wait."
        ) from error
    try:
        yield
    finally:
        lock.release()
