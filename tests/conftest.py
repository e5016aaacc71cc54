"""What tests of several rooms share: the two databases of the server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import Postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    server = Postgresql()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `--database` takes: a new file, and a new database of PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "server.db")
    server: Postgresql = request.getfixturevalue("postgresql")
    return server.fresh()
