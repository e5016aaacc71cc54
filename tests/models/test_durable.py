"""A content outlives a power cut: not only its bytes reach the disk, but every folder that names it."""

import os
import sys
from pathlib import Path

import pytest

from models.blobs import Blobs
from server.blobs import Folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows opens no folders")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes that were synced, in order."""
    inodes: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        inodes.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return inodes


def is_kept(file: Path, above: Path, synced: list[int]) -> bool:
    """The file, then the folder that names it; and each folder between, which was new, in the one above it."""
    between = [folder.stat().st_ino for folder in file.parents if above in (folder, *folder.parents)]
    assert len(between) > 2
    return synced[-1] == file.parent.stat().st_ino and {file.stat().st_ino, *between} <= set(synced)


def test_on_the_laptop(tmp_path: Path, synced: list[int]) -> None:
    (tmp_path / "wiring.pdf").write_bytes(b"%PDF")
    blobs = Blobs(tmp_path / "home")
    blob = blobs.keep(tmp_path / "wiring.pdf")
    assert is_kept(blobs.path(blob.sha), tmp_path, synced)


def test_on_the_server(tmp_path: Path, synced: list[int]) -> None:
    Folder(tmp_path / "blobs").put("w/ab/abcdef/000000", b"%PDF")
    assert is_kept(tmp_path / "blobs/w/ab/abcdef/000000", tmp_path, synced)
