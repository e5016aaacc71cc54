"""Content in pages, the log's floor, and histories that reach below it."""

import pytest

from models.record import new_id
from server import keeping
from sync import protocol
from sync.asking import Gone
from tests.server.laptop import Laptop, client, do, edit, new
from tests.server.running import Served


def compact(server: Served, before: int | None = None) -> int:
    database = server.backend.database
    return keeping.compact(database, database.workspace(), server.now + 1 if before is None else before)


def test_the_content_is_what_the_log_adds_up_to(ines: Laptop) -> None:
    ines.push(
        do("Add", client("Harlan Fab", "harlan"), new("site", "hall", client_id="harlan", name="Hall 2"))
    )
    ines.push(do("Move", edit("client", "harlan", 2, city="Linz")))
    [page] = ines.content()
    assert page.head == ines.pull().head and page.total == len(page.records)
    values = {record.rec: record.values for record in page.records}
    assert values["harlan"] == {"name": "Harlan Fab", "space": "workspace", "city": "Linz"}
    assert [record.rec for record in page.records] == sorted(values)


def test_it_comes_in_pages_and_each_says_its_head(ines: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    ines.push(*(do("Add", client(f"Client {n}")) for n in range(9)))
    monkeypatch.setattr(protocol, "PULL_BYTES", 400)
    first = ines.snapshot()
    ines.push(do("Add", client(rec="~")))
    pages = [first, *ines.content()[1:]]
    assert len(pages) > 2
    assert pages[-1].head == first.head + 1 and pages[-1].records[-1].rec == "~"
    assert first.total == sum(len(p.records) for p in pages) - 1


def test_a_log_below_its_floor_is_gone(server: Served, ines: Laptop) -> None:
    ines.push(*(do("Add", client()) for _ in range(4)))
    server.pass_time(1_000)
    ines.push(do("Add", client(rec="late")))
    head = ines.pull().head
    assert compact(server, server.now - 500) == head - 1
    for since in (0, head - 2):
        with pytest.raises(Gone, match="fetch a snapshot"):
            ines.pull(since)
    assert [e.patches[0].rec for e in ines.pull(head - 1).entries] == ["late"]
    assert compact(server, server.now - 500) == 0


def test_a_snapshot_that_compaction_overtook_begins_anew(server: Served, ines: Laptop) -> None:
    first = ines.snapshot()
    ines.push(do("Add", client()))
    assert ines.snapshot(after="a", since=first.head).head == first.head + 1
    compact(server)
    with pytest.raises(Gone):
        ines.snapshot(after="a", since=first.head)
    assert ines.snapshot().head == first.head + 1


def test_compaction_goes_by_chunks(server: Served, ines: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CHUNK", 3)
    ines.push(*(do("Add", client()) for _ in range(10)))
    assert compact(server) == ines.snapshot().head
    with server.backend.database.reading() as conn:
        assert conn.execute("SELECT count(*) FROM log").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM archive").fetchone()[0] > 2


def test_pushes_go_on_after_compaction(server: Served, ines: Laptop) -> None:
    add = do("Add", client(rec="harlan"))
    [verdict] = ines.push(add)
    compact(server)
    assert ines.push(add) == [verdict]
    assert ines.push_one(do("Rename", edit("client", "harlan", verdict.ver, name="H"))).ver == verdict.ver + 1


def test_a_history_reaches_below_the_floor(
    server: Served, ines: Laptop, tomas: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CHUNK", 2)
    ines.push(do("Add", client("Harlan", "harlan"), client("Other", "other")))
    tomas.push(do("Rename", edit("client", "harlan", 3, name="Harlan Fab")))
    compact(server)
    ines.push(do("Move", edit("client", "harlan", 4, city="Linz"), edit("client", "other", 3, city="Graz")))
    told = ines.history("harlan")
    assert [(e.label, e.author) for e in told] == [
        ("Move", ines.member), ("Rename", tomas.member), ("Add", ines.member)
    ]  # fmt: skip
    assert all([p.rec for p in e.patches] == ["harlan"] for e in told)
    assert [e.label for e in ines.history("harlan", told[1].ver)] == ["Add"]


def test_a_long_history_comes_in_parts(ines: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LINES", 3)
    ines.push(
        do("Add", client(rec="harlan")),
        *(do("Rename", edit("client", "harlan", 0, name=str(n))) for n in range(4)),
    )
    reply = ines.http.get("/v1/history?rec=harlan")
    assert (len(reply.json()["entries"]), reply.json()["more"]) == (3, True)
    assert len(ines.history("harlan", ines.history("harlan")[-1].ver)) == 2


def test_a_record_that_is_not_there_has_no_history(ines: Laptop) -> None:
    assert ines.http.get(f"/v1/history?rec={new_id()}").status_code == 404
