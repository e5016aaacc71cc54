"""Profiles on disk, and a real server in a thread that goes away and comes back."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.record import create
from models.sharing import unshared
from models.store import Store, open_store
from sync.worker import State, Worker, sync_now
from tests.server.running import Served


class Told(list[State]):
    """What a worker tells, newest last."""

    worker: Worker


Profile = Callable[[str], Store]
Run = Callable[[Store], Told]


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


@pytest.fixture
def run() -> Iterator[Run]:
    """run(store) starts a worker."""
    started: list[Worker] = []

    def start(store: Store) -> Told:
        told = Told()
        told.worker = Worker(store, told.append)
        started.append(told.worker)
        told.worker.start()
        return told

    yield start
    for each in started:
        each.stop()


def begin_cell(ines: Store) -> dict[str, str]:
    """A project that nobody else sees yet, known to the server; its id and space."""
    cell = unshared("project")
    ines.transact("Begin", create, "project", name="Cell 9", **cell)
    sync_now(ines)
    return cell


def until(so: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.02)


def phase(told: list[State], name: str) -> Callable[[], bool]:
    return lambda: bool(told) and told[-1].phase == name
