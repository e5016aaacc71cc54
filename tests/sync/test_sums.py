"""Laptop and server compare checksums: what was damaged or got lost on either side is found, said and mended."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models import apply, copies, digest, notice, outbox, sums
from models.record import create, edit
from models.store import Store
from server import sums as server_sums
from server import wire
from server.spaces import Grant
from sync import account, api, worker
from sync.protocol import Reply, Request
from tests.server.laptop import do, new
from tests.server.running import Served
from tests.sync.conftest import Profile

Pair = tuple[Store, Store]
Asked = list[str]


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Served]:
    served = Served(database, str(tmp_path / "blobs"))
    yield served
    served.stop()


@pytest.fixture
def pair(server: Served, profile: Profile, tokens: Path) -> Pair:
    """Ines and Tomas, signed in; both have a client and a project that only the two see, and counted both."""
    ines, tomas = profile("ines"), profile("tomas")
    for store, name in ((ines, "Ines"), (tomas, "Tomas")):
        account.login(store, server.url, server.code(name))
    ines.transact("Add", create, "client", id="harlan", name="Harlan Fab", city="Linz")
    ines.transact("Add", create, "project", id="p", name="Line 2", space="project:p", minutes_per_day=480)
    worker.sync_now(ines)
    me, log = ines.meta("member"), server.backend.log
    log.share(ines.meta("workspace"), me, Grant("project:p", tomas.meta("member"), "editor"), server.now)
    for store in (ines, tomas, ines, tomas):
        worker.sync_now(store)
    return ines, tomas


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The paths that laptops ask for from now on, without what follows the question mark."""
    paths: Asked = []
    send = api.send

    async def noting(http: Any, request: Request) -> Reply:
        paths.append(request.path.partition("?")[0])
        return await send(http, request)

    monkeypatch.setattr(api, "send", noting)
    return paths


def kept(store: Store) -> dict[str, int | None]:
    with store.write() as conn:
        assert sums.damaged(conn) == ([], [])
        return dict(conn.execute("SELECT id, sum FROM space").fetchall())


def agree(server: Served, *stores: Store) -> None:
    """The sums that both sides kept from write to write are the same, and those of their rows."""
    with server.backend.database.reading() as conn:
        assert server_sums.wrong(conn, server.backend.database.workspace()) == []
    for store in stores:
        assert kept(store) == server.backend.log.sums(store.meta("workspace"), store.meta("member")).sums


def damage(store: Store, statement: str) -> None:
    """As a failing disk would: past every trigger."""
    with store.write() as conn:
        triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'").fetchall()
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute(statement)
        for _, sql in triggers:
            conn.execute(sql)


def read(store: Store, sql: str) -> list[Any]:
    with store.write() as conn:
        return conn.execute(sql).fetchall()


def test_what_is_written_here_and_there_moves_the_sums_alike(server: Served, pair: Pair) -> None:
    ines, tomas = pair
    before = kept(ines)
    ines.transact("Move", edit, "client", "harlan", city="Graz", notes="gate 3")
    tomas.transact("Slow", edit, "project", "p", minutes_per_day=420)
    tomas.transact("Leave", edit, "client", "harlan", city=None)
    for store in (ines, tomas, ines):
        worker.sync_now(store)
    agree(server, ines, tomas)
    assert read(ines, "SELECT id FROM space WHERE mended>0") == []
    assert before.keys() == {"workspace", "project:p"} and not before.items() & kept(ines).items()


def test_a_sync_with_nothing_new_asks_once(pair: Pair, asked: Asked) -> None:
    worker.sync_now(pair[0])
    assert asked == ["/v1/pull"]


def test_a_number_counts_alike_however_a_side_keeps_it(server: Served, pair: Pair) -> None:
    odile = server.laptop("Odile")
    told = new("member", "mara", name="Mara", max_units=1, weight=4.0, share=0.1, huge=2**60)
    assert not odile.push_one(do("Add", told)).reason
    worker.sync_now(pair[0])
    assert read(pair[0], "SELECT typeof(max_units) FROM member WHERE id='mara'") == [("real",)]
    agree(server, pair[0])
    assert digest.step("task", "t", None, {"x": 4.0}) == digest.step("task", "t", None, {"x": 4})
    assert digest.step("task", "t", None, {"x": 4}) != digest.step("task", "t", None, {"x": "4"})


BROKEN = {
    "a value": "UPDATE client SET city='Lynz' WHERE id='harlan'",
    "a value that is gone": "UPDATE client SET name=NULL WHERE id='harlan'",
    "a row": "DELETE FROM client WHERE id='harlan'",
    "a field of a newer colleague": "UPDATE client SET extra='{\"mood\":\"bad\"}' WHERE id='harlan'",
    "a row that was never there": "INSERT INTO client(id, ver, space, name) VALUES('x', 1, 'workspace', 'Nobody')",
}


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_was_damaged_on_the_laptop_is_found_and_mended(
    statement: str, server: Served, pair: Pair, asked: Asked
) -> None:
    ines, tomas = pair
    whole = read(ines, "SELECT * FROM client")
    damage(ines, statement)
    worker.sync_now(ines)
    assert (
        asked == ["/v1/pull"] and read(ines, "SELECT * FROM client") != whole
    )  # rows are looked at once a day
    with ines.write() as conn:
        assert sums.damaged(conn) == (["what everybody sees"], [])
    report = worker.sync_now(ines, check=True)
    columns = "SELECT id, name, city, nullif(extra, '{}') FROM client"
    assert read(ines, columns) == read(tomas, columns)
    assert "was not what the server holds" in report.notices[0] and asked.count("/v1/sums") == 1
    assert read(ines, "SELECT id FROM space WHERE mended>0") == [("workspace",)]
    agree(server, ines)


def test_rows_are_looked_at_once_a_day(pair: Pair) -> None:
    ines, _ = pair
    damage(ines, BROKEN["a value"])
    today = ines.clock()
    ines.clock = lambda: today + sums.DAY - 60_000
    assert not worker.sync_now(ines).notices
    ines.clock = lambda: today + sums.DAY + 60_000
    assert worker.sync_now(ines).notices
    assert read(ines, "SELECT city FROM client") == [("Linz",)]
    with ines.write() as conn:
        assert "fetched from it once more" in notice.last(conn)[1]


def test_an_edit_that_waits_survives_the_repair_and_arrives(
    server: Served, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, _ = pair
    damage(ines, "UPDATE client SET name='H?rlan' WHERE id='harlan'")
    send, waited = api.send, list[Any]()

    async def with_edits(http: Any, request: Request) -> Reply:
        if request.path == "/v1/sums":
            ines.transact("Move", edit, "client", "harlan", city="Graz")
            ines.transact("Add", create, "client", id="novak", name="Novak Metal")
        if request.path.startswith("/v1/snapshot"):
            waited.append(read(ines, "SELECT count(*) FROM txn WHERE state=1"))
        return await send(http, request)

    monkeypatch.setattr(api, "send", with_edits)
    worker.sync_now(ines, check=True)
    assert waited == [[(2,)]]
    assert read(ines, "SELECT id, name, city FROM client ORDER BY id") == [
        ("harlan", "Harlan Fab", "Graz"), ("novak", "Novak Metal", None),
    ]  # fmt: skip
    assert read(ines, "SELECT field, val FROM shadow") == [("city", "Linz")]
    monkeypatch.undo()
    with ines.write() as conn:
        assert outbox.waiting(conn) == 2


def test_an_entry_that_is_gone_from_the_servers_log_is_made_up_for(server: Served, pair: Pair) -> None:
    ines, tomas = pair
    tomas.transact("Move", edit, "client", "harlan", city="Graz")
    tomas.transact("Rename", edit, "client", "harlan", name="Harlan Fabrication")
    worker.sync_now(tomas)
    with server.backend.database.writing() as conn:
        conn.execute("DELETE FROM log WHERE ver=(SELECT max(ver)-1 FROM log)")
    report = worker.sync_now(ines)
    assert read(ines, "SELECT name, city FROM client") == [("Harlan Fabrication", "Graz")]
    assert len(report.notices) == 1
    agree(server, ines, tomas)


def test_an_entry_that_the_laptop_skips_is_made_up_for(
    server: Served, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, tomas = pair
    tomas.transact("Slow", edit, "project", "p", minutes_per_day=420)
    tomas.transact("Move", edit, "client", "harlan", city="Graz")
    worker.sync_now(tomas)
    foreign = apply._Log.foreign

    def skipping(self: apply._Log, records: copies.Records, entry: apply.Entry) -> None:
        foreign(self, records, entry._replace(patches=[])) if entry.label == "Slow" else foreign(
            self, records, entry
        )

    monkeypatch.setattr(apply._Log, "foreign", skipping)
    assert worker.sync_now(ines).notices == [sums.MENDED.format("“Line 2”")]
    assert read(ines, "SELECT minutes_per_day, city FROM project, client") == [(420, "Graz")]
    agree(server, ines)


def test_two_that_count_differently_fetch_once_and_say_so(server: Served, pair: Pair, asked: Asked) -> None:
    ines, _ = pair
    with server.backend.database.writing() as conn:
        conn.execute("UPDATE checksum SET sum=sum+1 WHERE space='project:p'")
    first = worker.sync_now(ines)
    assert [text[:20] for text in first.notices] == ["Some of “Line 2” on ", "“Line 2” on this lap"]
    with ines.write() as conn:
        assert sums.damaged(conn) == ([], ["“Line 2”"]) and "still is not" in notice.last(conn)[1]
    asked.clear()
    assert not worker.sync_now(ines).notices and asked == ["/v1/pull"]
    now = ines.clock()
    ines.clock = lambda: now + sums.DAY
    assert worker.sync_now(ines).fetched == 1
    with server.backend.database.writing() as conn:
        conn.execute("UPDATE checksum SET sum=sum-1 WHERE space='project:p'")
    ines.clock = lambda: now + 2 * sums.DAY
    worker.sync_now(ines)
    with ines.write() as conn:
        assert sums.damaged(conn) == ([], [])


def test_a_space_that_is_counted_differently_hides_no_damage_of_another(server: Served, pair: Pair) -> None:
    ines, _ = pair
    with server.backend.database.writing() as conn:
        conn.execute("UPDATE checksum SET sum=sum+1 WHERE space='project:p'")
    worker.sync_now(ines)
    damage(ines, BROKEN["a value"])
    assert "what everybody sees" in worker.sync_now(ines, check=True).notices[0].lower()
    assert read(ines, "SELECT city FROM client") == [("Linz",)]


def test_a_server_that_tells_no_sum_is_asked_for_none(
    pair: Pair, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = wire.write_page
    monkeypatch.setattr(wire, "write_page", lambda *given: write(*given[:3]))
    damage(pair[0], BROKEN["a value"])
    assert not worker.sync_now(pair[0], check=True).notices
    assert asked == ["/v1/pull"]
