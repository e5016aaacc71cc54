"""The HTTP face: what is malformed, what every reply carries, how bodies travel."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import orjson
import pytest

from server import envelope
from server.accounts import HOUR, Device
from server.database import WAIT, open_database
from sync import asking, protocol
from sync.decision import Stamp
from tests.server.laptop import Laptop, client, do, share
from tests.server.running import Served

ZIPPED = {"content-encoding": "gzip"}

# ── what every reply carries ──────────────────────────────────────────────────────────────────────────


def test_every_reply_carries_the_protocol(server: Served, ines: Laptop) -> None:
    replies = [
        ines.http.get("/v1/pull?since=0"), ines.http.get("/nothing"), ines.http.get("/v1/push"),
        ines.http.get("/v1/pull?since=-1"), httpx.get(f"{server.url}/v1/pull?since=0"),
        ines.http.get("/v1/health"), ines.http.get("/openapi.json"), ines.http.get("/v1/pull/?since=0"),
    ]  # fmt: skip
    assert [r.status_code for r in replies] == [200, 404, 405, 422, 401, 200, 200, 404]
    assert all(r.headers[protocol.HEADER] == protocol.VERSION for r in replies)


def test_replies_to_a_device_carry_the_epoch_errors_too(ines: Laptop) -> None:
    for reply in (ines.http.get("/v1/pull?since=0"), ines.http.post("/v1/push", content=b"?")):
        assert reply.headers[protocol.EPOCH] == ines.epoch


def test_an_error_of_the_server_is_a_500_with_the_header(
    server: Served, ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.backend.log, "pull", lambda *_: 1 / 0)
    reply = ines.http.get("/v1/pull?since=0")
    assert (reply.status_code, reply.headers[protocol.HEADER]) == (500, protocol.VERSION)


def test_a_laptop_of_another_history_is_told_so_and_nothing_is_taken(ines: Laptop) -> None:
    head, known = ines.pull().head, ines.epoch
    ines.epoch = "another"
    assert ines.post(do("Add", client())).status_code == 409
    ines.epoch = ""
    assert ines.post(do("Add", client())).headers[protocol.EPOCH] == known
    assert ines.pull().head == head + 1


def test_a_cursor_beyond_the_head_is_answered_with_the_head(ines: Laptop) -> None:
    page = ines.pull(since=99)
    assert (page.entries, page.head, page.more) == ([], 1, False)


# ── bodies ────────────────────────────────────────────────────────────────────────────────────────────

GOOD: dict[str, object] = {"id": "t", "kind": "do", "ref": None, "label": "Add", "age": 0, "changes": []}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"txns": []}', b'{"replica": "r", "schema": 1, "txns": [3]}',
        *(
            orjson.dumps({"replica": "r", "schema": 1, "txns": [{**GOOD, **wrong}]})
            for wrong in (
                {"kind": "drop"}, {"age": "soon"}, {"changes": None}, {"changes": [["client"]]},
                {"changes": [["client", "c", 1, {"name": ["Harlan"]}, {}]]},
                {"changes": [["client", 7, 1, {"name": "Harlan"}, {}]]},
                {"id": "t\0"}, {"id": "t" * 201}, {"id": 7}, {"changes": [["client", "c\0", 1, {"name": "H"}, {}]]},
                {"changes": [["client", "c", 1, {"na\0me": "Harlan"}, {}]]},
                {"changes": [["dependency", "l", 1, {"predecessor_id": "t" * 3_000}, {}]]},
                {"changes": [["client", "c", 0, {"name": "Harlan"}, {"name": "first"}]]},
                {"ref": {"a": 1}}, {"ref": 2**63 + 5}, {"ref": "t\0"},
                {"changes": [["member", "m", 1, {"name": "Harlan", "max_units": 2**64 - 1}, {}]]},
                {"changes": [["client", "c", 1, {"of a later Milepost": -2**63}, {}]]},
                {"changes": [["client", "c", 1, {"name": "Harlan"}, {}, {"name": 2**63}]]},
            )
        ),
        orjson.dumps({"replica": "server", "schema": 1, "txns": [GOOD]}),
    ],
)  # fmt: skip
def test_a_malformed_push_is_a_422_and_writes_nothing(ines: Laptop, body: bytes) -> None:
    reply = ines.http.post("/v1/push", content=body)
    assert reply.status_code == 422 and isinstance(reply.json()["detail"], str)
    assert ines.pull().head == 1


def test_a_nul_character_is_a_422_on_either_database(server: Served, ines: Laptop, cell: str) -> None:
    """PostgreSQL takes none, and what SQLite took could never move there."""
    signing = {"code": server.code("Tomas"), "device": "lap\0top"}
    assert ines.http.post("/v1/login", json=signing).status_code == 422
    assert ines.http.post("/v1/invite", json={"name": "To\0mas"}).status_code == 422
    assert share(ines, "to\0mas", "reader")[0] == share(ines, "tomas", "reader", "project:\0")[0] == 422
    for path in ("snapshot?space=%00", "snapshot?space=workspace&after=%00", "history?rec=%00"):
        assert ines.http.get(f"/v1/{path}").status_code == 422
    assert ines.http.get(f"/v1/blobs/{'a' * 64}/0?rec=%00").status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": " "}, {"name": 3}, {"name": "Tomas", "role": "x"}]
)
def test_a_malformed_invite_is_a_422_in_words(ines: Laptop, body: dict[str, object]) -> None:
    reply = ines.http.post("/v1/invite", json=body)
    assert reply.status_code == 422 and isinstance(reply.json()["detail"], str)


def test_bodies_are_compressed_both_ways(ines: Laptop) -> None:
    request = asking.push(ines.replica, 1, "", [do(f"Add {n}", client()) for n in range(100)], 0)
    reply = ines.http.post(request.path, content=gzip.compress(request.body), headers=ZIPPED)
    assert reply.headers["content-encoding"] == "gzip" and len(reply.json()["verdicts"]) == 100
    assert ines.http.get("/v1/pull?since=0").headers["content-encoding"] == "gzip"
    plain = ines.http.get("/v1/pull?since=0", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_nothing_new_is_told_in_few_bytes_to_who_asks_so(ines: Laptop) -> None:
    told = ines.http.get("/v1/pull?since=1&brief=1")
    assert told.json() == {"head": 1, "sum": ines.pull(1).sum}
    assert told.headers.keys() == {"content-length", "content-type", protocol.HEADER, protocol.EPOCH} | {
        "date",
        "server",
    }  # uvicorn's, which the server's own process leaves out
    assert ines.http.get("/v1/pull?since=1").json().keys() == {"head", "sum", "upto", "entries"}


def test_what_nobody_signed_in_for_is_kept_by_no_cache(server: Served) -> None:
    assert httpx.get(f"{server.url}/v1/health").headers["cache-control"] == "no-store"


def test_small_replies_are_not_compressed(ines: Laptop) -> None:
    assert "content-encoding" not in ines.http.get("/v1/pull?since=1").headers


def test_a_gzip_body_that_broke_off_is_a_400(ines: Laptop) -> None:
    body = gzip.compress(asking.push(ines.replica, 1, "", [do("Add", client())], 0).body)
    for broken in (body[:-9], body[:5], b"no gzip", body + b"more"):
        assert ines.http.post("/v1/push", content=broken, headers=ZIPPED).status_code == 400
    assert ines.pull().head == 1


def test_a_body_that_unpacks_beyond_all_measure_is_a_413(
    ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "MAX_BODY", 100_000)
    bomb = gzip.compress(b" " * 100_001)
    assert ines.http.post("/v1/push", content=bomb, headers=ZIPPED).status_code == 413
    assert ines.http.post("/v1/push", content=b" " * 100_001).status_code == 413


def test_whoever_is_not_signed_in_cannot_fill_the_memory(server: Served) -> None:
    huge = {"code": "A" * 100_000, "device": "laptop"}
    reply = httpx.post(f"{server.url}/v1/login", json=huge)
    assert (reply.status_code, reply.headers[protocol.HEADER]) == (413, protocol.VERSION)


def test_an_unknown_encoding_is_a_415(ines: Laptop) -> None:
    reply = ines.http.post("/v1/push", content=b"x", headers={"content-encoding": "br"})
    assert reply.status_code == 415


def test_a_long_log_comes_in_pages_of_whole_transactions(
    ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "PULL_BYTES", 2_000)
    ines.push(*(do(f"Add {n}", client()) for n in range(40)))
    page = ines.pull()
    assert page.more and 1 < len(page.entries) < 41
    assert [entry.ver for entry in ines.log()] == list(range(1, 42))
    ines.push(do("Add many", *(client() for _ in range(100))))
    assert len(ines.pull(since=41).entries) == 1


def test_the_stamps_of_a_record_are_of_the_accepted_writes(server: Served, ines: Laptop) -> None:
    add = do("Add", client(rec="harlan"))
    ines.push(add)
    with server.backend.database.reading() as conn:
        [row] = conn.execute("SELECT ver, txn, replica, author, at FROM record WHERE id='harlan'").fetchall()
    assert Stamp(*row) == Stamp(2, add.id, ines.replica, ines.member, server.now)


# ── while others hold what all need ───────────────────────────────────────────────────────────────────


def test_a_device_that_was_here_is_noted_and_its_request_waits_for_no_writer(
    server: Served, ines: Laptop
) -> None:
    server.pass_time(2 * HOUR)
    another_process = open_database(server.database)
    with another_process.writing():
        ines.http.get("/v1/whoami", timeout=WAIT / 2).raise_for_status()
    another_process.close()
    until = time.monotonic() + 10
    while server.backend.accounts.users()[0].last_seen < server.now:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_slow_place_for_contents_stops_nobody_else(
    server: Served, ines: Laptop, tomas: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More wait for it than there are threads to read in."""
    contents, find = server.backend.contents, server.backend.accounts.device
    asked, ready = [], threading.Event()

    def device(token: str) -> Device | None:
        asked.append(token)
        return find(token)

    monkeypatch.setattr(server.backend.accounts, "device", device)
    monkeypatch.setattr(contents, "missing", lambda *_: [ready.wait(30)])
    with ThreadPoolExecutor(50) as threads:
        replies = [threads.submit(ines.http.get, f"/v1/blobs/{n:064}?size=5") for n in range(50)]
        while len(asked) < 50:
            time.sleep(0.01)
        try:
            assert tomas.pull().head
        finally:
            ready.set()
        assert {reply.result().status_code for reply in replies} == {200}
