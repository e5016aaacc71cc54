"""Transactions take effect once, as one and in order; refusals say why, are kept, and delay nobody else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

from models.outbox import Outgoing
from models.record import create
from models.store import open_store
from server import push, wire
from sync import account, asking, merge, protocol
from sync.worker import sync_now
from tests.server.laptop import Laptop, client, do, edit, link, new, task
from tests.server.running import Served


def test_an_accepted_transaction_is_the_next_of_the_log(ines: Laptop, tomas: Laptop) -> None:
    head = ines.pull().head
    assert ines.push_one(do("Add Harlan Fab", client(rec="harlan"))).ver == head + 1
    entry = tomas.last()
    assert (entry.ver, entry.label, entry.author) == (head + 1, "Add Harlan Fab", ines.member)
    assert entry.patches[0].created and entry.patches[0].values["name"] == "Harlan Fab"


def test_an_edit_is_dated_by_its_age(server: Served, ines: Laptop) -> None:
    ines.push(do("Add", client(), age=5_000))
    assert ines.last().at == server.now - 5_000


@pytest.mark.parametrize("age", [10**14, 10**18])
def test_an_age_beyond_all_sense_is_no_error(server: Served, ines: Laptop, age: int) -> None:
    assert ines.push_one(do("Add", client(), age=age)).ver
    assert 0 <= ines.last().at <= server.now


def test_later_transactions_of_a_batch_see_earlier_ones(ines: Laptop) -> None:
    ines.push(do("Add", client(rec="harlan")), do("Rename", edit("client", "harlan", 0, name="Harlan")))
    assert ines.record("harlan")["name"] == "Harlan"
    assert not ines.conflicts()


def test_a_batch_that_comes_twice_takes_effect_once(ines: Laptop) -> None:
    batch = [do("Add", client(rec="harlan")), do("Rename", edit("client", "harlan", 0, name="Harlan"))]
    first, head = ines.push(*batch), ines.pull().head
    assert ines.push(*batch) == first
    assert ines.pull().head == head


def test_the_age_grows_while_a_transaction_waits_and_it_stays_the_same(ines: Laptop) -> None:
    add = do("Add", client())
    assert ines.push_one(add) == ines.push_one(add._replace(at=-60_000))


def test_a_transaction_twice_in_one_batch_takes_effect_once(ines: Laptop) -> None:
    add, head = do("Add", client()), ines.pull().head
    first, second = ines.push(add, add)
    assert first == second
    assert ines.pull().head == head + 1


def test_overlapping_duplicates_take_effect_once(server: Served, ines: Laptop) -> None:
    batch = [do(f"Add {n}", client()) for n in range(50)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ines.push(*batch), range(16)))
    assert all(answer == answers[0] for answer in answers)
    ids = [entry.id for entry in ines.log()]
    assert [ids.count(t.id) for t in batch] == [1] * 50


def test_concurrent_pushes_leave_no_gap(server: Served) -> None:
    laptops = [server.laptop(name) for name in ("Ines", "Tomas", "Mara", "Jonas")]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda laptop: [laptop.push(do("Add", client())) for _ in range(20)], laptops))
    versions = [entry.ver for entry in laptops[0].log()]
    assert versions == list(range(1, 4 + 80 + 1))


def test_the_same_id_with_other_content_is_refused_and_changes_nothing(ines: Laptop) -> None:
    add = do("Add", client(rec="harlan"))
    ines.push(add)
    other = add._replace(changes=[client("Somebody else", "harlan")])
    assert ines.push_one(other).reason == push.OTHER_CONTENT
    assert ines.record("harlan")["name"] == "Harlan Fab"
    assert ines.push_one(add).ver


def test_a_refused_transaction_writes_nothing_of_itself(ines: Laptop) -> None:
    head = ines.pull().head
    verdict = ines.push_one(do("Add two", client("Fine"), client("")))
    assert "name" in verdict.reason and ines.pull().head == head


def test_a_refusal_stands_when_it_is_asked_again(ines: Laptop, tomas: Laptop) -> None:
    rename = do("Rename", edit("client", "harlan", 0, name="Harlan"))
    refused = ines.push_one(rename)
    tomas.push(do("Add", client(rec="harlan")))
    assert refused.reason and ines.push_one(rename) == refused


def test_one_refused_delays_no_other(ines: Laptop) -> None:
    before, bad, after = ines.push(do("Add", client()), do("Add", client("")), do("Add", client()))
    assert bad.reason and after.ver == before.ver + 1


def test_what_touches_a_record_that_a_refused_one_created_is_refused_with_it(ines: Laptop) -> None:
    _, rename, add = ines.push(
        do("Add Harlan", client("", "harlan")),
        do("Rename", edit("client", "harlan", 0, notes="asks for Tuesdays")),
        do("Add", client()),
    )
    assert rename.reason == "builds on “Add Harlan”, which was refused"
    assert add.ver


def test_what_sets_a_field_that_a_refused_one_set_is_refused_with_it_other_fields_are_not(
    ines: Laptop,
) -> None:
    ines.push(do("Add", client(rec="harlan")))
    _, name, notes = ines.push(
        do("Clear", edit("client", "harlan", 1, name="")),
        do("Rename", edit("client", "harlan", 1, name="Harlan")),
        do("Note", edit("client", "harlan", 1, notes="asks for Tuesdays")),
    )
    assert "builds on “Clear”" in name.reason and notes.ver


def test_dependants_of_dependants_are_refused(ines: Laptop) -> None:
    verdicts = ines.push(
        do("Add Harlan", client("", "harlan")),
        do("Note", edit("client", "harlan", 0, notes="x"), client(rec="lindt")),
        do("Rename", edit("client", "lindt", 0, name="Lindt")),
    )
    assert verdicts[2].reason == "builds on “Note”, which was refused"


def test_dependants_of_one_that_was_refused_in_an_earlier_try_are_refused(
    ines: Laptop, tomas: Laptop
) -> None:
    rename = do("Rename", edit("client", "harlan", 0, name="Harlan"))
    ines.push(rename)
    tomas.push(do("Add", client(rec="harlan")))
    _, again = ines.push(rename, do("Rename again", edit("client", "harlan", 0, name="H")))
    assert "builds on “Rename”" in again.reason


def test_a_long_label_is_kept_in_part_and_refusals_repeat_little_of_it(ines: Laptop) -> None:
    label = "x" * 100_000
    _, rename = ines.push(
        do(label, client("", "harlan")), do("Rename", edit("client", "harlan", 0, name="Harlan"))
    )
    assert rename.reason == f"builds on “{label[: push.LONGEST_NAME - 1]}…”, which was refused"
    assert ines.push_one(do(label, client())).ver
    assert ines.last().label == label[: wire.LONGEST_LABEL - 1] + "…"


def test_a_refusal_repeats_little_of_long_names(ines: Laptop) -> None:
    ines.push(do("Plan", task("Cables " * 200, "cables")))
    reason = ines.push_one(do("Link", link("l1", "cables", "cables"))).reason
    assert "Cables Cables" in reason and len(reason) < 3 * push.LONGEST_NAME


def test_another_replica_does_not_build_on_it(ines: Laptop, tomas: Laptop) -> None:
    ines.push(do("Add", client(rec="harlan")))
    ines.push(do("Clear", edit("client", "harlan", 1, name="")))
    assert tomas.push_one(do("Rename", edit("client", "harlan", 3, name="Harlan"))).ver


def test_a_transaction_that_names_a_record_twice_is_refused(ines: Laptop) -> None:
    twice = do("Add", client("Harlan", "harlan"), client("Harlan Fab", "harlan"))
    assert "twice" in ines.push_one(twice).reason


def test_a_merge_that_fails_is_a_refusal_and_holds_up_nobody(
    ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("value")

    with monkeypatch.context() as patched:
        patched.setattr(merge, "decide", broken)
        verdict = ines.push_one(do("Add", client()))
    assert "no sense" in verdict.reason
    assert ines.push_one(do("Add", client())).ver


def test_a_settlement_without_a_value_is_no_server_error(ines: Laptop, tomas: Laptop) -> None:
    wrong: Outgoing = do("Settle", new("settlement", "s", conflict_id="nowhere", choice="stands"))
    assert ines.push_one(wrong).id == wrong.id
    assert tomas.push_one(do("Settle", new("settlement", "s", conflict_id="nowhere", choice="aside"))).id


def test_text_of_any_kind_is_kept_or_refused_on_every_database(ines: Laptop, tomas: Laptop) -> None:
    odd = "\u2028, 🛠, \x1b[31m, “'\"\\%s ?"
    named, unknown, refused = ines.push(
        do("Odd \0", new("client", "harlan", name=odd, notes=odd * 1_000)),
        do("Unknown", new("drone", "d", mark="nul \0")),
        do("Nul", new("task", "t", name="nul \0", duration_minutes="\0")),
    )
    assert named.ver and unknown.ver and refused.reason
    assert tomas.record("harlan")["name"] == odd and tomas.record("harlan")["notes"] == odd * 1_000
    assert tomas.record("d")["mark"] == "nul \0"


def test_unknown_kinds_and_fields_are_kept(ines: Laptop, tomas: Laptop) -> None:
    ines.push(
        do("Add", new("drone", "d1", rotors=4), new("client", "harlan", name="Harlan Fab", mood="good"))
    )
    assert tomas.record("d1")["rotors"] == 4
    assert tomas.record("harlan")["mood"] == "good"


def test_a_template_of_a_thousand_tasks_is_one_entry(ines: Laptop) -> None:
    plan = [task("Site", "t0"), *(task(f"Step {n}", f"t{n}", "t0") for n in range(1, 1_000))]
    assert ines.push_one(do("Apply template", *plan)).ver
    assert len(ines.last().patches) == 1_000


def test_many_operations_come_in_parts_and_one_alone_in_any_size(
    ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_CHANGES", 10)
    many = [do("Add", client()) for _ in range(9)]
    assert ines.post(*many, do("Add two", client(), client())).status_code == 413
    assert ines.post(*many, do("Nothing"), do("Nothing")).status_code == 413
    assert ines.post(*many, do("Add", client())).status_code == 200
    assert ines.post(do("Add many", *(client() for _ in range(11)))).status_code == 200


def test_a_laptop_sends_fewer_at_once_where_the_server_wants_that(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{tmp_path / 'tokens.json'}")
    monkeypatch.setattr(protocol, "MAX_CHANGES", 10)
    store = open_store(tmp_path / "ines")
    for n in range(25):
        store.transact("Add", create, "client", name=f"Plant {n}")
    account.login(store, server.url, server.code("Ines"))
    assert sync_now(store).accepted == 25
    store.close()
    assert b'status="413"' in server.backend.metrics.text()


def _beyond(laptop: Laptop, since: int, shares: int, *batch: Outgoing) -> dict[str, Any]:
    """What the answer to a push says to a laptop that has come to `since`."""
    request = asking.push(laptop.replica, 1, laptop.epoch, batch, 0, here=(since, shares))
    return dict(laptop.http.post(request.path, content=request.body).json())


def test_who_has_seen_all_before_a_push_is_told_what_a_pull_would_say(ines: Laptop) -> None:
    ines.push(do("Add", client(rec="harlan")))
    since = ines.pull().head
    told = _beyond(ines, since, 0, do("Rename", edit("client", "harlan", since, name="Harlan")))
    assert told["entries"] == []
    assert (told["head"], told["sum"]) == (since + 1, ines.pull(since).sum)


def test_it_is_told_how_an_edit_came_out_otherwise_than_it_was_sent(ines: Laptop, tomas: Laptop) -> None:
    base = ines.push_one(do("Add", client(rec="harlan"))).ver
    tomas.push(do("Rename", edit("client", "harlan", base, name="Harlan & Sons"), age=-60_000))
    since = tomas.pull().head
    told = _beyond(ines, since, 0, do("Rename", edit("client", "harlan", base, name="Harlan")))
    assert told["entries"] == [orjson.loads(wire.write_entry(ines.pull(since).entries[0]))]
    assert ines.conflicts()


@pytest.mark.parametrize(("behind", "shares"), [(1, 0), (0, 7), (0, -1)])
def test_who_has_not_is_only_told_the_verdicts(ines: Laptop, behind: int, shares: int) -> None:
    ines.push(do("Add", client(rec="harlan")))
    told = _beyond(ines, ines.pull().head - behind, shares, do("Add", client()))
    assert told.keys() == {"verdicts", "head"}


def test_who_begins_a_space_has_to_be_told_of_it_first(ines: Laptop) -> None:
    mine = new("client", "harlan", name="Harlan Fab")
    mine[3]["space"] = "client:harlan"
    assert "entries" not in _beyond(ines, ines.pull().head, 0, do("Add", mine))
