"""Databases of older servers are brought up to date with all that is in them."""

import sqlite3
from pathlib import Path

import pytest

from server.backup import copy_tables
from server.checking import check
from server.database import Database, open_database
from server.log import Log
from server.schema import SCHEMA, STEPS
from sync.protocol import Change, Transaction
from tests.server.freeze import FROZEN, schema

AGAIN = (
    "the schema changed: before its release run python -m tests.server.freeze, after it add a step to STEPS"
)


def _thawed(folder: Path, version: int) -> Path:
    file = folder / f"server-{version}.db"
    conn = sqlite3.connect(file)
    conn.executescript((FROZEN / f"schema_{version}.sql").read_text(encoding="utf-8"))
    conn.close()
    return file


def _statements(file: Path) -> set[str]:
    conn = sqlite3.connect(file)
    found = {" ".join(sql.split()) for sql in schema(conn)}
    conn.close()
    return found


def test_every_schema_has_its_frozen_database() -> None:
    assert sorted(file.stem for file in FROZEN.iterdir()) == [f"schema_{n + 1}" for n in range(len(STEPS))]


@pytest.mark.parametrize("version", range(1, SCHEMA + 1))
def test_an_older_database_becomes_what_a_new_one_is(version: int, tmp_path: Path) -> None:
    old, new = _thawed(tmp_path, version), tmp_path / "new.db"
    for file in (old, new):
        open_database(str(file)).close()
    assert _statements(old) == _statements(new), AGAIN


@pytest.mark.parametrize("version", range(1, SCHEMA + 1))
def test_what_an_older_server_accepted_is_there_and_work_goes_on(
    version: int, database: str, tmp_path: Path
) -> None:
    old, now = open_database(str(_thawed(tmp_path, version))), open_database(database)
    with old.reading() as source, now.writing() as target:
        copy_tables(source, target)
    assert [
        f
        for f in check(now)
        if f.state == "fail" and f.what not in ("fsync", "full_page_writes", "synchronous_commit")
    ] == []
    before, after = _log(old), _log(now)
    assert before == after and len(after) == 7
    workspace, log = now.workspace(), Log(now)
    add = Transaction(
        "new",
        "do",
        None,
        "Add",
        0,
        [Change("client", "c", True, {"name": "Lindt", "space": "workspace"})],
        "h",
    )
    assert [v.ver for v in log.push(workspace, "", "ines", "ines", [add], 0).verdicts] == [8]
    repeated = Transaction("txn-3", "do", None, "Operation 3", 0, [], "hash 3")
    assert [v.ver for v in log.push(workspace, "", "ines", "ines", [repeated], 0).verdicts] == [6]
    old.close()
    now.close()


def _log(database: Database) -> list[bytes]:
    with database.reading() as conn:
        return [body for (body,) in conn.execute("SELECT body FROM log ORDER BY ver, space")]


def test_a_step_that_fails_leaves_the_database_as_it_was(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_database(database).close()
    for module in ("server.sqlite", "server.postgres"):
        monkeypatch.setattr(f"{module}.SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(
        "server.schema.STEPS", (*STEPS, "CREATE TABLE more(id TEXT);\nCREATE TABLE more(id TEXT);\n")
    )
    with pytest.raises(Exception, match="more"):
        open_database(database)
    monkeypatch.undo()
    again = open_database(database)
    with again.reading() as conn:
        assert conn.execute("SELECT count(*) FROM workspace").fetchone() == (1,)
    again.close()
