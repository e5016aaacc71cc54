"""Older and newer programs at one server: nothing is lost between them, and an upgrade finds all that came before it.

The newer program is a copy of this one's source with more in its table of kinds. Each laptop is a process of its own,
one for all its commands, since to start Python for each takes most of the time.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.backup import copy_tables
from server.database import open_database
from tests.server.running import ROOT
from tests.stories import newer
from tests.stories.conftest import Laptop, Server, settle_down

Pair = tuple["Seat", "Seat"]


COMMANDS = """
import contextlib, io, json, sys
from tui.cli import main
for line in sys.stdin:
    said, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaint):
        status = main(json.loads(line))
    print(json.dumps([status, said.getvalue(), complaint.getvalue()]), flush=True)
"""


class Seat(Laptop):
    """A laptop at which one process takes all commands."""

    process: "subprocess.Popen[str] | None" = None
    complaint = ""  # of the last command

    def __call__(self, *words: str, fails: bool = False) -> str:
        if self.process is None:
            self.process = self.run("-c", COMMANDS, stdin=subprocess.PIPE)
        assert self.process.stdin and self.process.stdout
        print(json.dumps(words), file=self.process.stdin, flush=True)
        status, said, self.complaint = json.loads(self.process.stdout.readline())
        assert (status != 0) == fails, f"{self.name}: {words}: {status} {said}{self.complaint}"
        assert "should not have" not in self.complaint, self.complaint
        return self.complaint if fails else str(said)

    def takes(self, program: Path) -> None:
        """The next command is another program's."""
        self.leave()
        self.program = program

    def leave(self) -> None:
        if self.process:
            self.process.communicate()
        self.process = None


@pytest.fixture
def seat(server: Server, tmp_path: Path) -> Iterator[Callable[..., Seat]]:
    """seat("odile") → a laptop with the home of that name."""
    taken: list[Seat] = []

    def take(name: str, program: Path = ROOT) -> Seat:
        taken.append(Seat(name, tmp_path / name, program))
        return taken[-1]

    yield take
    for each in taken:
        each.leave()


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newer Milepost."""
    return newer.make(tmp_path_factory.mktemp("newer"))


SERVERS = ["older server", "newer server"]
POSTGRESQL = "older server on PostgreSQL"


@pytest.fixture(params=SERVERS)
def mixed(request: pytest.FixtureRequest, server: Server, seat: Callable[..., Seat], program: Path) -> Pair:
    """Ines, whose program is as it was, and Tomas, who has the newer one; the server has either."""
    if request.param == POSTGRESQL:
        moves_to(server, request.getfixturevalue("postgresql").fresh())
    if request.param == "newer server":
        upgrade(server, program)
    return seat("ines"), seat("tomas", program)


@pytest.fixture
def odile(server: Server, mixed: Pair, seat: Callable[..., Seat], program: Path) -> Seat:
    """She has the newer program, too."""
    return joined(mixed[0], server, seat("odile", program))


def joined(host: Seat, server: Server, guest: Seat) -> Seat:
    guest.login(server.url, host.json("invite", guest.name.title())["code"])
    return guest


def upgrade(server: Server, program: Path) -> None:
    server.kill()
    server.program = program
    server.start()


def moves_to(server: Server, address: str) -> None:
    """All that it holds goes into that database."""
    server.kill()
    here, there = open_database(server.database), open_database(address)
    with closing(here), closing(there), here.reading() as source, there.writing() as target:
        copy_tables(source, target)
    server.database = address
    server.start()


def rows(laptop: Laptop, kind: str) -> list[dict[str, Any]]:
    return [row["fields"] for row in map(json.loads, laptop.dump().splitlines()) if row["kind"] == kind]


def client(laptop: Laptop) -> tuple[Any, ...]:
    [found] = [row for row in rows(laptop, "client") if row["name"] == "Harlan Fab"]
    return tuple(found.get(name) for name in ("city", "motto", "briefing"))


def is_as_the_server(laptop: Seat) -> None:
    """The checksums agree: nothing was fetched anew, and no row is damaged."""
    assert "once more" not in laptop("sync", "--check") + laptop.complaint
    assert "ok    Checksums" in laptop("doctor")


def novelties(laptop: Laptop) -> None:
    """What only the newer program knows."""
    laptop("set", "Harlan Fab", "motto=slow and sure", "briefing=Gate 4\nAsk Ada")
    laptop("add", "inspection", "FAT", "client=Harlan Fab", "result=passed")


def test_what_one_does_not_know_is_kept_and_comes_back_unharmed(mixed: Pair) -> None:
    ines, tomas = mixed
    novelties(tomas)
    settle_down(*mixed)
    ines("set", "Harlan Fab", "city=Graz")
    tomas("set", "FAT", "result=failed")
    settle_down(*mixed)
    for laptop in mixed:
        assert client(laptop) == ("Graz", "slow and sure", "Gate 4\nAsk Ada")
        assert [row["result"] for row in rows(laptop, "inspection")] == ["failed"]
        is_as_the_server(laptop)
    assert "slow and sure" in ines("history", "Harlan Fab")


def test_a_new_laptop_gets_it_as_content_in_pages(
    mixed: Pair, server: Server, seat: Callable[..., Seat], odile: Seat
) -> None:
    novelties(mixed[1])
    mixed[1]("sync")
    mara = joined(mixed[0], server, seat("mara"))
    settle_down(mara, odile, *mixed)
    assert client(mara) == client(odile) == ("Linz", "slow and sure", "Gate 4\nAsk Ada")


def test_a_value_that_one_does_not_know_hinders_no_edit_of_the_rest(
    mixed: Pair, server: Server, program: Path
) -> None:
    ines, tomas = mixed
    tomas("set", "Harlan", "channel=video")
    tomas("sync")
    if server.program != program:  # an older server says so, and it is there to be read
        [refused] = tomas.json("rejected")
        assert "video" in refused["reason"] or "channel" in refused["reason"], refused
        return
    settle_down(*mixed)
    ines("set", "Harlan", "phone=11")
    settle_down(*mixed)
    [contact] = rows(ines, "contact")
    assert (contact["phone"], contact["channel"]) == ("11", "video")


def test_a_conflict_over_what_one_does_not_know_is_listed_and_decided_elsewhere(
    mixed: Pair, odile: Seat
) -> None:
    ines, tomas = mixed
    novelties(tomas)
    settle_down(tomas, odile, ines)
    tomas("set", "Harlan Fab", "motto=first")
    tomas("set", "FAT", "result=failed")
    odile("set", "Harlan Fab", "motto=second")
    odile("set", "FAT", "result=repeated")
    settle_down(tomas, odile, ines)
    listed = ines.json("conflicts")
    assert [set(each["aside"]) for each in listed] == [{"motto"}, {"result"}]
    for each in listed:
        assert "only a newer Milepost knows" in ines("resolve", each["id"], "mine", fails=True)
        odile("resolve", each["id"], "theirs")
    settle_down(tomas, odile, ines)
    assert ines.json("conflicts") == [] and client(ines)[1] == "first"


def test_an_undo_leaves_what_a_newer_colleague_has_added(mixed: Pair) -> None:
    ines, tomas = mixed
    ines("set", "Harlan Fab", "city=Graz")
    settle_down(*mixed)
    novelties(tomas)
    settle_down(*mixed)
    ines("undo")
    settle_down(*mixed)
    assert client(tomas) == ("Linz", "slow and sure", "Gate 4\nAsk Ada")
    ines("redo")
    ines("add", "client", "Novak Metal")
    settle_down(*mixed)
    tomas("set", "Novak Metal", "motto=never late")
    settle_down(*mixed)
    assert "was changed by Tomas" in ines("undo")  # of the client that has a motto now
    settle_down(*mixed)
    assert not any(row.get("deleted_at") for row in rows(tomas, "client"))


def test_nothing_is_made_of_a_record_that_one_knows_in_part(mixed: Pair) -> None:
    ines, tomas = mixed
    novelties(tomas)
    ines("add", "client", "Harlan Fabrication", "phone=12")
    settle_down(*mixed)
    before = ines.dump()
    assert "Update this one first" in ines("merge", "Harlan Fabrication", "Harlan Fab", fails=True)
    assert "Update this one first" in ines("move", "Harlan Fab", "--private", fails=True)
    assert ines.dump() == before


@pytest.mark.parametrize("mixed", [*SERVERS, POSTGRESQL], indirect=True)
def test_an_upgrade_with_a_full_outbox_has_everything(mixed: Pair, server: Server, program: Path) -> None:
    ines, tomas = mixed
    novelties(tomas)
    settle_down(*mixed)
    ines("set", "Harlan Fab", "city=Graz", "notes=Two cells")
    ines("add", "client", "Novak Metal")
    ines("add", "contact", "Ada", "client=Novak Metal")
    tomas("set", "Harlan Fab", "motto=sure", "city=Wien")
    tomas("sync")
    server.kill()
    ines.takes(program)
    assert [row["name"] for row in ines.json("list", "inspection")] == ["FAT"]
    assert client(ines) == ("Graz", "slow and sure", "Gate 4\nAsk Ada")
    ines("set", "FAT", "result=repeated")
    upgrade(server, program)
    settle_down(*mixed)
    assert client(ines)[1:] == ("sure", "Gate 4\nAsk Ada")
    assert {row["name"] for row in rows(tomas, "client")} == {"Harlan Fab", "Novak Metal"}
    assert [row["result"] for row in rows(tomas, "inspection")] == ["repeated"]
    [conflict] = tomas.json("conflicts")
    assert {conflict["stands"]["city"], conflict["aside"]["city"]} == {"Graz", "Wien"}
    ines("undo", ines.json("history")[2]["id"])  # made before the upgrade, sent after it
    is_as_the_server(ines)
    settle_down(*mixed)
