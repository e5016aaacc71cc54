"""A real server on a port of its own, over each database, and the laptops of Ines and Tomas."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server import admin
from tests.server.laptop import CELL, Laptop, begin_cell
from tests.server.running import Admin, Served


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Served]:
    served = Served(database, str(tmp_path / "blobs"))
    yield served
    served.stop()


@pytest.fixture
def ines(server: Served) -> Laptop:
    return server.laptop("Ines")


@pytest.fixture
def tomas(server: Served) -> Laptop:
    return server.laptop("Tomas")


@pytest.fixture
def cell(ines: Laptop) -> str:
    """Ines has begun a project of her own."""
    begin_cell(ines)
    return CELL


@pytest.fixture
def run(server: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(admin, "_now", lambda: server.now)
    return Admin(server.database, capsys)
