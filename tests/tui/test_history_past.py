"""Below what this laptop has of a record's history the server is asked, by command and in the application."""

from pathlib import Path
from typing import Any

import pytest

from server import keeping
from tests.server.running import Served
from tests.tui.office import at_work, keys, see, until, view
from tests.tui.plain import screen_text
from tests.tui.test_cli_attaching import Run, run, served
from tui.cli import main

__all__ = ["run", "served"]  # fixtures


@pytest.fixture
def two(run: Run, served: Served) -> Run:
    """Ines has added Harlan Fab and moved it twice, which Tomas's laptop got as a snapshot; he has renamed it."""
    run("ines", "add", "client", "Harlan Fab", "city=Linz")
    run("ines", "login", served.url, "--code", served.code("Ines"))
    for city in ("Graz", "Wels"):
        run("ines", "set", "Harlan", f"city={city}")
        run("ines", "sync")
    keeping.compact(served.backend.database, served.backend.database.workspace(), 2**60)
    run("tomas", "login", served.url, "--code", served.code("Tomas"))
    run("tomas", "sync")
    run("tomas", "set", "Harlan", "name=Harlan Fabrication")
    run("tomas", "sync")
    run("tomas", "set", "Harlan", "phone=1")
    return run


def test_the_command_tells_the_servers_part_and_what_waits(two: Run) -> None:
    lines = two("tomas", "history", "Harlan", "--json")
    assert [(one["author"], one["field"], one["old"], one["new"]) for one in lines[1:]] == [
        ("Ines", "city", "Linz", "Graz"),
        ("Ines", "city", "Graz", "Wels"),
        ("Tomas", "name", "Harlan Fab", "Harlan Fabrication"),
        ("Tomas", "phone", None, "1"),
    ]
    assert (lines[0]["author"], lines[0]["field"]) == ("Ines", "")
    told = two("tomas", "history", "Harlan")
    assert "created" in told and "City: Linz → Graz" in told


def test_without_a_connection_it_says_where_the_rest_is(
    two: Run, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.stop()
    capsys.readouterr()
    assert main(["--home", "tomas", "history", "Harlan"]) == 0
    out, err = capsys.readouterr()
    assert "Phone: nothing → 1" in out and "Linz" not in out
    assert err.startswith("Older entries may be on the server. ") and "cannot be reached" in err


def test_what_is_whole_here_asks_nobody(run: Run, served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    run("ines", "login", served.url, "--code", served.code("Ines"))
    run("ines", "sync")
    run("ines", "add", "client", "Harlan Fab")
    run("ines", "sync")
    run("ines", "set", "Harlan", "city=Graz")
    served.stop()
    assert "City: nothing → Graz" in run("ines", "history", "Harlan")
    assert "server" not in capsys.readouterr().err


def rows(pilot: Any) -> list[tuple[str, str]]:
    found = view(pilot.app).rows(view(pilot.app).lines.window.rowids)
    return [(row.told.author, row.change) for row in found if row.told.kind == "operation"]


@pytest.mark.asyncio
async def test_y_fetches_the_rest_behind(two: Run, tmp_path: Path) -> None:
    async with at_work(tmp_path / "tomas") as pilot:
        await keys(pilot, "g c Y")
        await until(lambda: len(rows(pilot)) == 5, pilot)
        assert rows(pilot)[1:4] == [
            ("Tomas", "Name: Harlan Fab → Harlan Fabrication"),
            ("Ines", "City: Graz → Wels"),
            ("Ines", "City: Linz → Graz"),
        ]
        assert "older entries" not in screen_text(pilot.app)
        two("tomas", "set", "Harlan", "phone=2")
        await until(lambda: len(rows(pilot)) == 6, pilot)
        assert [change for _, change in rows(pilot)][:2] == ["Phone: 1 → 2", "Phone: – → 1"]
        await keys(pilot, "/ 'ines' enter")
        assert {who for who, _ in rows(pilot)} == {"Ines"}
        await keys(pilot, "escape")
        await keys(pilot, "G enter")
        await until(lambda: view(pilot.app).name_in_registry == "clients", pilot)


@pytest.mark.asyncio
async def test_y_offline_says_where_the_rest_is(two: Run, served: Served, tmp_path: Path) -> None:
    served.stop()
    async with at_work(tmp_path / "tomas") as pilot:
        await keys(pilot, "g c Y")
        await see(pilot, "older entries may be on the server")
        await until(lambda: len(rows(pilot)) == 2, pilot)


def test_what_a_snapshot_passed_over_is_told_in_its_place(two: Run, served: Served) -> None:
    two("ines", "set", "Harlan", "city=Enns")
    two("tomas", "sync")
    two("ines", "sync")  # has the coming of it, and not what was packed away meanwhile
    # its clock stands: else the order of the two edits is that of how long each sync took
    served.now += 60_000
    two("tomas", "set", "Harlan", "city=Steyr")
    two("tomas", "sync")
    keeping.compact(served.backend.database, served.backend.database.workspace(), 2**60)
    two("ines", "sync")
    two("tomas", "sync")
    mine, theirs = (two(who, "history", "Harlan", "--json") for who in ("ines", "tomas"))
    assert [one["operation"] for one in mine] == [one["operation"] for one in theirs]
    assert [one["new"] for one in mine if one["field"] == "city"] == ["Graz", "Wels", "Enns", "Steyr"]
