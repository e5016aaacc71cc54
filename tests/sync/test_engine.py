"""The engine against answers that no server should give: nothing is lost, and the words say what to do."""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from models import apply, db, outbox, rejoining, snapshot, space
from models.apply import Entry
from models.copies import Patch
from models.errors import Held
from models.record import create, edit
from models.space import Space
from models.store import Store
from server import wire
from sync import asking, engine, protocol, pushing, run
from sync.protocol import Reply, Request
from sync.run import Report
from sync.steps import Local, Step
from tests.sync.conftest import Profile

HEADERS = {protocol.HEADER: protocol.VERSION, protocol.EPOCH: "ours", "content-type": "application/json"}
Answer = Callable[[Request], Reply]


def reply(body: Any, status: int = 200, **headers: str) -> Reply:
    text = body if isinstance(body, bytes) else orjson.dumps(body)
    return Reply(status, {**HEADERS, **{n.replace("_", "-"): v for n, v in headers.items()}}, text)


def verdicts(request: Request, **told: Any) -> Reply:
    """The answer to a push: every transaction accepted at 1, or as told."""
    ids = [txn["id"] for txn in orjson.loads(request.body)["txns"]]
    return reply({"verdicts": [{"id": id, "ver": 1, **told} for id in ids], "head": 1})


def page(*entries: Entry, head: int = 0, upto: int = 0) -> Reply:
    """Up to the head, or as told."""
    return reply(wire.write_page([wire.write_entry(e) for e in entries], head, upto or head))


def spaces(head: int, *names: str) -> Reply:
    """The library, and spaces in which this member is an editor."""
    told = [Space(name, "editor", []) for name in ("workspace", *names)]
    return reply(wire.write_spaces(0, head, 0, told))


def content(*clients: str, head: int = 0, more: bool = False) -> Reply:
    rows = [("client", id, '{"name":"Harlan Fab","space":"workspace"}') for id in clients]
    return reply(wire.write_snapshot(rows, head, more, len(rows)))


def entry(ver: int) -> Entry:
    patch = Patch("client", f"c{ver}", True, {"name": "Harlan Fab", "space": "workspace"})
    return Entry(ver, f"t{ver}", "tomas", None, 0, "do", None, "Add", [patch])


def drive(store: Store, answer: Answer, done: list[Step] | None = None) -> Report:
    steps = engine.sync(store.clock)
    outcome: Any = None
    done = [] if done is None else done
    try:
        while True:
            step = steps.send(outcome)
            done.append(step)
            if isinstance(step, Local):
                with store.write() as conn:
                    outcome = step.run(conn)
            else:
                outcome = answer(step)
    except StopIteration as end:
        report: Report = end.value
        return report


@pytest.fixture
def ines(profile: Profile) -> Store:
    """A laptop that knows its server's epoch and has one edit waiting."""
    store = profile("ines")
    with store.write() as conn:
        rejoining.adopt(conn, "", "harlan", [("ours", 0)], 3)
        db.set_meta(conn, "cursor", "3")
        db.set_meta(conn, "shares", "0")
        conn.execute(
            "INSERT INTO space(id, role, members, fresh, joined, upto) VALUES('workspace', 'editor', '[]', 1, 0, 0)"
        )
    store.transact("Add client", create, "client", name="Harlan Fab")
    return store


def facts(store: Store) -> tuple[Any, ...]:
    """All that a sync could spoil; an edit that is sent counts as waiting."""
    with store.write() as conn:
        rows = conn.execute("SELECT id, min(state, 1), ver, note FROM txn ORDER BY n").fetchall()
        clients = conn.execute("SELECT id, name, ver FROM client").fetchall()
        metas = conn.execute("SELECT key, value FROM meta ORDER BY key").fetchall()
        return rows, clients, metas, outbox.waiting(conn)


HOTEL = b"<!DOCTYPE html><html><title>Hotel Post</title>"
cut = gzip.compress(b'{"verdicts": []}')[:9]

# fmt: off
# ruff: noqa: E501
NO_VERDICTS = {
    "a captive portal": (Reply(200, {"content-type": "text/html; charset=utf-8"}, HOTEL), "Open a browser and sign in there"),
    "a portal without a type": (Reply(200, {}, b"\n <html>"), "Open a browser and sign in there"),
    "a portal that says 511": (Reply(511, {"content-type": "text/html"}, HOTEL), "Open a browser and sign in there"),
    "a redirect": (Reply(302, {"location": "https://login.example"}, b""), "redirects to https://login.example"),
    "a redirect of our server": (reply({}, 308, location="https://elsewhere.example"), "answered 308"),
    "another web server": (Reply(200, {"content-type": "application/json"}, b"{}"), "is not a Milepost server. Check the address"),
    "a token that was revoked": (reply({"detail": "no"}, 401), "Sign in again: milepost login"),
    "no right": (reply({"detail": "readers do not write"}, 403), "403: readers do not write"),
    "too many": (reply({"detail": "slowly"}, 429), "it is tried again"),
    "an error of the server": (reply({"detail": "out of order"}, 500), "500: out of order. Your edits wait; it is tried again"),
    "an error without a word": (reply(b"", 503), "503: no reason given"),
    "a gateway's page": (Reply(502, {"content-type": "text/html"}, HOTEL), "is not up, or too busy"),
    "another version": (reply({}, **{protocol.HEADER: "2"}), "protocol 2, this Milepost 1. Update the older"),
    "no JSON": (reply(b"{oops"), "broke off or is no JSON"),
    "half of it": (reply(b'{"verdicts": [{"id"'), "broke off or is no JSON"),
    "compressed and cut": (reply(cut), "broke off or is no JSON"),
    "nothing": (reply(b""), "broke off or is no JSON"),
    "a list": (reply([1, 2]), "makes no sense"),
    "an object without what it needs": (reply({}), "makes no sense"),
    "the wrong types": (reply({"verdicts": 7, "entries": [[1]], "head": 0, "upto": 0}), "makes no sense"),
    "another history": (reply({"verdicts": [], "entries": [], "head": 3, "upto": 3}, **{protocol.EPOCH: "theirs"}), "makes no sense"),
    "a history of its own": (reply({"workspace": "theirs", "epochs": [["theirs", 0]], "head": 9}, **{protocol.EPOCH: "theirs"}), "holds another workspace than this laptop"),
    "no history": (reply({"verdicts": [], "entries": [], "head": 3, "upto": 3}, **{protocol.EPOCH: ""}), "which history it tells"),
}
# fmt: on


@pytest.mark.parametrize(("answer", "words"), NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_what_is_no_verdict_holds_the_push(ines: Store, answer: Reply, words: str) -> None:
    before = facts(ines)
    with pytest.raises(Held, match=None) as held:
        drive(ines, lambda _: answer)
    assert words in str(held.value)
    assert facts(ines) == before


@pytest.mark.parametrize(("answer", "words"), NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_and_the_pull(ines: Store, answer: Reply, words: str) -> None:
    before = facts(ines)[1]
    with pytest.raises(Held) as held:
        drive(ines, lambda request: verdicts(request, ver=9) if request.body else answer)
    assert words in str(held.value)
    assert facts(ines)[1] == before
    assert dict(facts(ines)[2])["cursor"] == "3"


@pytest.mark.parametrize("ids", [[], ["somebody else's"]])
def test_verdicts_on_other_edits_hold(ines: Store, ids: list[str]) -> None:
    before = facts(ines)
    with pytest.raises(Held, match="other edits than were sent"):
        drive(ines, lambda _: reply({"verdicts": [{"id": id, "ver": 1} for id in ids], "head": 1}))
    assert facts(ines) == before


PAGES = {
    "out of order": (page(entry(5), entry(4), head=5), "out of order"),
    "what we have": (page(entry(3), head=5), "out of order"),
    "a log that ends before our cursor": (page(head=2), "ends at 2, this laptop has seen 3"),
    "more, and nothing": (page(head=9, upto=3), "promises more and sends nothing"),
    "less than it reaches": (page(head=9, upto=2), "out of order"),
}


@pytest.mark.parametrize(("answer", "words"), PAGES.values(), ids=PAGES)
def test_a_log_that_cannot_be_holds(ines: Store, answer: Reply, words: str) -> None:
    with pytest.raises(Held, match=words):
        drive(ines, lambda request: verdicts(request, ver=9) if request.body else answer)
    assert dict(facts(ines)[2])["cursor"] == "3"
    assert len(facts(ines)[1]) == 1


def test_an_edit_is_marked_sent_before_it_leaves(ines: Store) -> None:
    with pytest.raises(ConnectionError):
        drive(ines, _breaks)
    with ines.write() as conn:
        assert conn.execute("SELECT state FROM txn").fetchall() == [(2,)]
        assert outbox.waiting(conn) == 1


def _breaks(_: Request) -> Reply:
    raise ConnectionError


def test_it_is_sent_again_with_the_same_content(ines: Store) -> None:
    sent: list[Any] = []

    def listen(request: Request) -> Reply:
        sent.append(orjson.loads(request.body)["txns"])
        return reply({}, 500)

    for _ in range(2):
        with pytest.raises(Held):
            drive(ines, listen)
    first, second = [{**txns[0], "age": 0} for txns in sent]
    assert first == second


def _none_above(txns: int) -> Answer:
    """Takes so many operations at once, and nothing else."""

    def answer(request: Request) -> Reply:
        if request.method == "POST" and len(orjson.loads(request.body)["txns"]) > txns:
            return reply(b"<html>413 Request Entity Too Large</html>", 413)
        return verdicts(request) if request.method == "POST" else page(head=3)

    return answer


def test_a_batch_that_something_on_the_way_takes_for_too_large_is_halved(ines: Store) -> None:
    for n in range(6):
        ines.transact("Add", create, "client", name=f"Plant {n}")
    assert drive(ines, _none_above(2)).accepted == 7


def test_where_one_operation_is_too_large_for_it_the_words_name_the_limit(ines: Store) -> None:
    with pytest.raises(Held, match="client_max_body_size"):
        drive(ines, _none_above(0))
    with ines.write() as conn:
        assert outbox.waiting(conn) == 1


def test_what_no_server_takes_is_set_aside_and_the_others_go(
    ines: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_PUSH", 2_000)
    ines.transact("Paste a book", create, "client", name="Northwind", notes="steel " * 1_000)
    ines.transact("Add", create, "client", name="Kestrel")
    report = drive(ines, _none_above(9))
    assert (report.accepted, report.rejected) == (2, 1)
    with ines.write() as conn:
        told = conn.execute("SELECT label, note FROM txn WHERE state=5").fetchall()
    assert told == [("Paste a book", protocol.TOO_LARGE)]


def _seen(store: Store) -> tuple[Any, ...]:
    with store.write() as conn:
        states = conn.execute("SELECT state, ver FROM txn WHERE origin='L'").fetchall()
        return db.get_meta(conn, "cursor"), states, conn.execute("SELECT ver, name FROM client").fetchall()


def _asked(steps: list[Step]) -> list[str]:
    return [step.path for step in steps if isinstance(step, Request)]


def test_where_nobody_elses_lies_between_a_push_needs_no_pull(ines: Store) -> None:
    steps: list[Step] = []
    report = drive(ines, lambda r: _told(r, 4, 4), steps)
    assert _asked(steps) == ["/v1/push?epoch=ours&since=3&shares=0"]
    assert _seen(ines) == ("4", [(4, 4)], [(4, "Harlan Fab")])
    assert (report.accepted, report.pulled, report.head) == (1, 0, 4)  # its own comes back


def _told(request: Request, ver: int, head: int, *otherwise: Entry) -> Reply:
    """Accepts the one operation at `ver`, and says what a pull would."""
    [id] = [txn["id"] for txn in orjson.loads(request.body)["txns"]]
    rows = [wire.write_entry(e._replace(id=id)) for e in otherwise]
    return reply(wire.write_verdicts([outbox.Verdict(id, ver)], head, rows))


@pytest.fixture
def three(ines: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three operations that wait; one is pushed at a time."""
    monkeypatch.setattr(protocol, "PUSH_ROWS", 1)
    with ines.write() as conn:
        harlan = conn.execute("SELECT id FROM client").fetchone()[0]
    ines.transact("Rename", edit, "client", harlan, name="Harlan Fabrication")
    ines.transact("Add client", create, "client", name="Kestrel")
    with ines.write() as conn:
        return [id for (id,) in conn.execute("SELECT id FROM txn WHERE origin='L' ORDER BY n")]


def test_while_the_server_decides_the_next_are_taken_and_verdicts_written_down(
    ines: Store, three: list[str]
) -> None:
    vers = iter((4, 5, 6))
    steps: list[Step] = []
    drive(ines, lambda r: _told(r, ver := next(vers), ver), steps)
    told = [(s.what, s.ahead and _pushed(s.ahead)) if isinstance(s, Local) else _pushed(s) for s in steps]
    first, second, third = ([id] for id in three)
    assert told[1:8] == [
        ("take", None), ("take", first), first, ("verdicts", second), ("take", second), second, ("verdicts", third),
    ]  # fmt: skip
    asked = [orjson.loads(s.body)["newest"] for s in steps if isinstance(s, Request)]
    assert asked == ["", *three[:2]]
    assert [path.partition("since=")[2] for path in _asked(steps)] == [
        "3&shares=0",
        "4&shares=0",
        "5&shares=0",
    ]
    assert _seen(ines)[:2] == ("6", [(4, 4), (4, 5), (4, 6)])


def _pushed(request: Request) -> list[str]:
    return [txn["id"] for txn in orjson.loads(request.body)["txns"]]


def test_what_was_taken_before_a_refusal_is_decided_with_it(ines: Store, three: list[str]) -> None:
    steps: list[Step] = []
    answers = iter((lambda r: verdicts(r, ver=0, reason="name: no."), lambda r: _told(r, 4, 4)))
    report = drive(ines, lambda r: next(answers)(r), steps)
    assert [_pushed(s) for s in steps if isinstance(s, Request)] == [three[:1], three[2:]]
    assert (report.accepted, report.rejected) == (1, 1)
    with ines.write() as conn:
        notes = conn.execute("SELECT state, note FROM txn WHERE origin='L' ORDER BY n").fetchall()
    assert notes == [(5, "name: no."), (5, "builds on “Add client”, which was refused"), (4, None)]


def test_an_answer_that_is_none_leaves_what_was_taken_behind_it_waiting(
    ines: Store, three: list[str]
) -> None:
    with pytest.raises(Held):
        drive(ines, lambda r: reply({}, 503))
    with ines.write() as conn:
        assert outbox.waiting(conn) == 3


def test_what_came_out_otherwise_is_taken_as_it_came_out(ines: Store) -> None:
    with ines.write() as conn:
        rec = conn.execute("SELECT id FROM client").fetchone()[0]
    patch = Patch("client", rec, False, {"name": "Harlan Fabrication", "space": "workspace"})
    drive(ines, lambda r: _told(r, 4, 4, entry(4)._replace(patches=[patch])))
    assert _seen(ines) == ("4", [(4, 4)], [(4, "Harlan Fabrication")])


def test_a_promise_with_a_gap_is_none(ines: Store) -> None:
    steps: list[Step] = []
    drive(ines, lambda r: _told(r, 5, 5) if r.body else page(entry(4), entry(5), head=5), steps)
    assert _asked(steps)[1:] == ["/v1/pull?since=3&shares=0&brief=1"]
    assert (4, "Harlan Fab") in _seen(ines)[2]


def test_where_another_process_came_between_it_is_only_acknowledged(ines: Store) -> None:
    def answer(request: Request) -> Reply:
        if not request.body:
            return page(head=5)
        with ines.write() as conn:
            apply.apply(conn, [entry(5)], 5)
        return _told(request, 4, 4)

    steps: list[Step] = []
    drive(ines, answer, steps)
    assert _asked(steps)[1:] == ["/v1/pull?since=5&shares=0&brief=1"]
    assert dict(facts(ines)[2])["cursor"] == "5"


def test_pages_that_are_missing_come_before_what_a_push_tells(ines: Store) -> None:
    with ines.write() as conn:
        conn.execute("UPDATE space SET upto=-1, joined=-1")
    steps: list[Step] = []
    with pytest.raises(Held):
        drive(ines, lambda r: verdicts(r, ver=4) if r.body else reply({}, 503), steps)
    assert _asked(steps) == ["/v1/push?epoch=ours", "/v1/snapshot?space=workspace&after=&since=-1"]


def test_only_a_verdict_sets_an_edit_aside(ines: Store) -> None:
    report = drive(ines, lambda r: verdicts(r, reason="name: no.") if r.body else page(head=3))
    assert (report.rejected, report.accepted) == (1, 0)
    with ines.write() as conn:
        assert conn.execute("SELECT state, note FROM txn WHERE origin='L'").fetchall() == [(5, "name: no.")]
        assert conn.execute("SELECT count(*) FROM client").fetchone() == (0,)


def test_a_page_comes_in_checkpoints_with_its_cursor(ines: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHECKPOINT_ROWS", 2)
    pages = iter([page(*map(entry, range(4, 8)), head=9, upto=7), page(entry(8), entry(9), head=9)])
    report = drive(ines, lambda r: verdicts(r, ver=99) if r.body else next(pages))
    assert (report.pulled, report.head) == (6, 9)
    assert dict(facts(ines)[2])["cursor"] == "9"
    assert len(facts(ines)[1]) == 7


def test_the_next_page_is_named_while_one_is_applied(ines: Store) -> None:
    pages = iter([page(entry(4), entry(7), head=8, upto=7), page(entry(8), head=8)])
    steps: list[Step] = []
    drive(ines, lambda r: verdicts(r, ver=99) if r.body else next(pages), steps)
    named = [step.ahead for step in steps if isinstance(step, Local) and step.what in ("apply", "where")]
    assert named == [None, asking.pull(7, 0), asking.pull(7, 0), None]


FIRST = reply({"workspace": "harlan", "epochs": [["ours", 0]], "head": 0})


def test_the_first_server_is_taken_at_its_word(profile: Profile) -> None:
    tomas = profile("tomas")
    drive(
        tomas,
        lambda r: (
            FIRST
            if "epochs" in r.path
            else spaces(0)
            if "shares=-1" in r.path
            else content()
            if "snap" in r.path
            else page(head=0)
        ),
    )
    assert dict(facts(tomas)[2])["epoch"] == "ours"


def test_a_restore_of_which_another_process_has_not_heard_is_asked_about_again(profile: Profile) -> None:
    """That one had its first sync while this one waited to be told of the server's histories for the first time."""
    tomas = profile("tomas")

    def answer(request: Request) -> Reply:
        if "epochs" in request.path:
            with tomas.write() as conn:
                if not db.get_meta(conn, "epoch"):
                    rejoining.adopt(conn, "", "harlan", [("ours", 0)], 3)
                    db.set_meta(conn, "cursor", "3")
            told = reply({"workspace": "harlan", "epochs": [["ours", 0], ["tuesday", 0]], "head": 0})
        elif "snap" in request.path:
            told = content()
        else:
            told = spaces(0) if "shares=-1" in request.path else page(head=0)
        return Reply(200, {**told.headers, protocol.EPOCH: "tuesday"}, told.body)

    drive(tomas, answer)
    metas = dict(facts(tomas)[2])
    assert (metas["epoch"], metas["cursor"]) == ("tuesday", "0")


# ── the server takes the replica for another one ──────────────────────────────────────────────────────


def test_a_newest_of_our_own_is_named_from_then_on(ines: Store) -> None:
    """Its answer had got lost."""
    with ines.read() as conn:
        [(mine,)] = conn.execute("SELECT id FROM txn").fetchall()
    before, asked = ines.meta("replica"), []

    def answer(request: Request) -> Reply:
        if request.method == "GET":
            return page(head=3)
        asked.append(orjson.loads(request.body)["newest"])
        return reply({"detail": "another", "newest": mine}, 412) if len(asked) == 1 else verdicts(request)

    assert drive(ines, answer).notices == []
    assert asked == ["", mine] and ines.meta("replica") == before


def test_a_newest_that_we_never_made_makes_another_replica(ines: Store) -> None:
    before, asked = ines.meta("replica"), []

    def answer(request: Request) -> Reply:
        if request.method == "GET":
            return page(head=3)
        asked.append(orjson.loads(request.body)["replica"])
        return reply({"newest": "a twin's"}, 412) if len(asked) == 1 else verdicts(request)

    report = drive(ines, answer)
    assert "Nothing was lost" in report.notices[0] and report.accepted == 1
    assert asked == [before, ines.meta("replica")] and before != ines.meta("replica")


def test_a_server_that_never_takes_it_holds_the_push(ines: Store) -> None:
    with pytest.raises(Held, match="at every turn"):
        drive(ines, lambda _: reply({"newest": "a twin's"}, 412))
    assert outbox.waiting(ines.read()) == 1


def test_another_process_that_pushes_between_is_no_reason_to_hold_while_some_is_taken(
    ines: Store, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seed 2100040 of the simulation: five times in one sync, and after each of them a push came through."""
    monkeypatch.setattr(pushing, "TURNS", 2)
    refused: list[bool] = []

    def answer(request: Request) -> Reply:
        if request.method == "GET":
            return page(head=3)
        refused.append(len(refused) % 2 == 0)
        return reply({"newest": three[0]}, 412) if refused[-1] else verdicts(request)

    assert drive(ines, answer).accepted == 3 and refused == [True, False] * 3


def test_a_page_of_before_a_space_was_begun_anew_is_left_out(ines: Store) -> None:
    """Another worker has heard who sees what once more, in the same words, and has half of the library again."""
    part = run.Checkpoint([entry(5)], 3, 10)
    whole = snapshot.Page("workspace", "", [Patch("client", "m", True, {"name": "Mesa"})], 8, True)
    rest = snapshot.Page("workspace", "m", [Patch("client", "z", True, {"name": "Zell"})], 9, False)
    with ines.write() as conn:
        shares = space.where(conn).shares
        snapshot.all_again(conn)
        space.tell(conn, [Space("workspace", "editor", [])], shares)
        snapshot.stage(conn, whole)
        assert not run.apply_checkpoint(conn, part, shares)
        snapshot.stage(conn, rest)
        assert run.apply_checkpoint(conn, part, shares) is False and space.where(conn).cursor == 8
        assert conn.execute("SELECT id FROM client WHERE ver>0 ORDER BY id").fetchall() == [("m",), ("z",)]
