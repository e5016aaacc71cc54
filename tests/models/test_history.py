"""History, the activity list, pruning, the recycle bin, the dump and the search: all read from what is there."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import history, record, search
from models.bin import deleted
from models.dates import refresh_all
from models.dump import dump


def test_a_records_history_in_the_servers_order(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    desk.hear(("client", harlan, {"phone": "1"}))
    lines = history.history(desk.conn, harlan)
    assert [(line.author, line.field, line.new) for line in lines[1:]] == [
        ("Tomas", "phone", "1"),
        ("Ines", "city", "Brno"),
    ]
    assert (lines[0].label, lines[0].field, lines[0].state) == ("New client", "", 4)


def test_members_of_a_group_that_stayed_and_what_was_withdrawn_are_hidden(desk: Any) -> None:
    [task] = desk.tasks(desk.project(), "Lay cables")
    desk.edit("task", task, constraint_type="SNET", constraint_date="2026-12-01T08:00")
    desk.edit("task", task, constraint_date="2026-12-02T08:00")
    desk.edit("task", task, name="Wire")
    desk.store.undo()
    fields = [line.field for line in history.history(desk.conn, task)]
    assert fields == ["", "constraint_type", "constraint_date", "constraint_date"]


def test_operations_newest_first(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    desk.sync()
    desk.store.undo()
    undo, edit, new = history.operations(desk.conn, 3)
    assert [(o.kind, o.label, o.undone, o.records) for o in (undo, edit, new)] == [
        ("undo", "Edit", 0, 1),
        ("do", "Edit", 1, 1),
        ("do", "New client", 0, 1),
    ]
    assert len(history.operations(desk.conn, 2)) == 2


def forget(desk: Any, keep_local: int, keep_ms: int = 10**15) -> None:
    """All that is outdated, once search and the dates have read it."""
    while search.index(desk.store):
        pass
    refresh_all(desk.store)
    found = history.outdated(desk.conn, keep_ms, keep_local)
    with desk.store.write() as conn:
        history.forget(conn, found)


def test_pruning_keeps_what_a_colleague_wrote_over_an_operation_that_stays(desk: Any) -> None:
    mine, other = desk.client("Old"), desk.client("New")
    desk.sync()
    desk.edit("client", mine, city="Brno")
    desk.sync()
    for rec, city in ((mine, "Linz"), (mine, "Brno"), (other, "Graz"), (other, "Wels")):
        desk.hear(("client", rec, {"city": city}))  # the last one of all stays in any case
    forget(desk, keep_local=1)
    assert [line.new for line in history.history(desk.conn, other)] == ["Wels"]
    assert desk.store.undo().skipped and desk.get("client", mine, "city") == "Brno"


def test_pruning_looks_no_further_than_to_the_first_that_is_recent(desk: Any) -> None:
    harlan, novak = desk.client("Harlan Fab"), "novak"
    desk.hear(("client", novak, {"name": "Novak"}))
    desk.hear(("client", novak, {"city": "Brno"}))
    desk.sync()
    desk.edit("client", harlan, city="Praha")
    ago = desk.store.clock() - 60_000
    with desk.store.write() as conn:
        conn.execute("UPDATE txn SET at=1 WHERE label='New client'")
    desk.hear(("client", novak, {"city": "Linz"}))
    desk.hear(("client", novak, {"city": "Graz"}))
    forget(desk, keep_local=0, keep_ms=ago)
    assert [o.label for o in history.operations(desk.conn, 9)] == ["Edit", "Theirs", "Theirs"]


def test_pruning_keeps_what_undo_and_the_server_need(desk: Any) -> None:
    old, new, theirs = desk.client("Old"), desk.client("New"), "theirs"
    desk.sync()
    desk.hear(("client", theirs, {"name": "Novak"}))
    desk.edit("client", new, city="Brno")
    desk.sync()
    desk.edit("client", old, city="Praha")  # waits
    forget(desk, keep_local=2)
    kept = [o.label for o in history.operations(desk.conn, 9)]
    assert kept == ["Edit", "Edit"]
    assert not desk.store.undo().skipped
    assert not desk.store.undo().skipped
    assert desk.get("client", new, "city") is None


def test_pruning_waits_for_the_search_and_the_dates(desk: Any) -> None:
    desk.client()
    desk.sync()
    assert history.outdated(desk.conn, 10**15, keep_local=0) == []
    desk.client()
    desk.sync()
    search.index(desk.store)
    assert history.outdated(desk.conn, 10**15, keep_local=0) == []
    refresh_all(desk.store)
    assert history.outdated(desk.conn, 0, keep_local=0) == []
    assert len(history.outdated(desk.conn, 10**15, keep_local=0)) > 0


def test_the_bin_lists_what_is_deleted_last_first(desk: Any) -> None:
    first, second = desk.client("Harlan Fab"), desk.client("Novak Metal")
    for rec in (first, second):
        desk.do(record.delete, "client", rec)
    assert [(row.kind, row.id, row.title) for row in deleted(desk.conn)] == [
        ("client", second, "Novak Metal"),
        ("client", first, "Harlan Fab"),
    ]
    desk.do(record.undelete, "client", second)
    assert [row.id for row in deleted(desk.conn)] == [first]


def test_the_dump_has_everything_that_is_synced_and_nothing_local(desk: Any) -> None:
    harlan = desk.client()
    desk.do(record.delete, "client", harlan)
    desk.sync()
    desk.hear(("client", harlan, {"mood": "good"}), ("gadget", "g1", {"colour": "red", "size": None}))
    lines = [orjson.loads(line) for line in dump(desk.conn)]
    assert [line["kind"] for line in lines] == ["client", "gadget", "member", "member"]
    assert lines[0]["fields"]["mood"] == "good"
    assert lines[0]["fields"]["deleted_at"]
    assert lines[1] == {"kind": "gadget", "id": "g1", "fields": {"colour": "red"}}
    assert not {"ver", "extra", "city"} & lines[0]["fields"].keys()


# ── search ────────────────────────────────────────────────────────────────────────────────────────────


def found(desk: Any, text: str) -> list[str]:
    while search.index(desk.store):
        pass
    return [hit.name for hit in search.find(desk.conn, text, 10)]


def test_names_go_before_texts_and_the_last_word_may_be_unfinished(desk: Any) -> None:
    desk.client("Novak Metal", notes="a neighbour of Harlan Fab")
    desk.client("Harlan Fab", city="Ostrava")
    assert found(desk, "harl") == ["Harlan Fab", "Novak Metal"]
    assert found(desk, "ostrava har") == ["Harlan Fab"]
    assert found(desk, "har ostrava") == []
    [hit] = search.find(desk.conn, "neighbour", 10)
    assert (hit.kind, hit.snippet) == ("client", "a neighbour of Harlan Fab")


def test_of_thousands_those_changed_last_are_found(desk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(search, "MANY", 3)
    ids = [desk.client(f"Plant {at}", city="Leeds Leeds" if at == 0 else "Leeds") for at in range(5)]
    assert found(desk, "leeds")[0] == "Plant 4"
    desk.edit("client", ids[2], name="Plant 2 north")
    assert found(desk, "leeds")[:2] == ["Plant 2 north", "Plant 4"]


def test_edits_move_and_deletes_drop_what_is_found(desk: Any) -> None:
    harlan = desk.client("Harlan Fab")
    assert found(desk, "harlan") == ["Harlan Fab"]
    desk.edit("client", harlan, name="Novak Metal")
    assert (found(desk, "harlan"), found(desk, "novak")) == ([], ["Novak Metal"])
    desk.do(record.delete, "client", harlan)
    assert found(desk, "novak") == []
    desk.store.undo()
    assert found(desk, "novak") == ["Novak Metal"]
    desk.store.undo()
    desk.store.undo()
    assert found(desk, "novak") + found(desk, "harlan") == []


def test_the_index_is_filled_in_small_steps_and_then_rests(desk: Any) -> None:
    for name in ("a1", "a2", "a3"):
        desk.client(name)
    steps = [search.index(desk.store, 2) for _ in range(3)]
    assert steps == [True, True, False]
    before = desk.one("PRAGMA data_version")
    assert not search.index(desk.store)
    assert desk.one("PRAGMA data_version") == before


def test_what_a_colleague_sends_is_found(desk: Any) -> None:
    desk.hear(("client", "theirs", {"name": "Größe GmbH", "number": "K-17/4"}))
    assert found(desk, "grosse") == []
    assert found(desk, "große") == ["Größe GmbH"]
    assert found(desk, "k-17/4") == ["Größe GmbH"]


@pytest.mark.parametrize(
    "text", ["", " ", "-", '"', '"" OR *', "name:x", "NEAR(a b)", "a\0b", "\ud800", "𞤀 x", "* ("]
)
def test_typed_operators_are_only_text(desk: Any, text: str) -> None:
    desk.client()
    assert found(desk, text) == []


def test_any_text_is_safe_and_signs_hide_no_word(desk: Any) -> None:
    desk.client("Harlan Fab")
    assert found(desk, "harlan") == ["Harlan Fab"]
    signs = '"*()^:-+{} '

    @given(st.text(max_size=20) | st.text(f"{signs}ANDORNOT", max_size=20))
    def safe(text: str) -> None:
        search.find(desk.conn, text, 5)
        noise = "".join(c for c in text if c in signs)
        assert found(desk, f"{noise}harlan{noise}") == ["Harlan Fab"]

    safe()
