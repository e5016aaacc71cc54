"""Profiles on disk, and a real server in a thread that goes away and comes back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.store import Store, open_store
from tests.server.running import Served

Profile = Callable[[str], Store]


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    """profile("ines") → the open store of that home."""
    opened: list[Store] = []

    def open_one(name: str) -> Store:
        opened.append(open_store(tmp_path / name))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    served = Served(str(tmp_path / "server.db"))
    yield served
    served.stop()


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which device tokens are kept; no keyring is asked."""
    path = tmp_path / "tokens.json"
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{path}")
    return path
