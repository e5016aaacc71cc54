"""A real server on a port of its own, and the laptops of Ines and Tomas."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.laptop import Laptop
from tests.server.running import Served


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "server.db")
    yield served
    served.stop()


@pytest.fixture
def ines(server: Served) -> Laptop:
    return server.laptop("Ines")


@pytest.fixture
def tomas(server: Served) -> Laptop:
    return server.laptop("Tomas")
