"""Undo and redo, as a person meets them."""

from typing import Any

import pytest

from models import outbox, record, task
from models.errors import NothingToUndo


def gone(desk: Any, kind: str, rec: str) -> bool:
    return desk.get(kind, rec, "deleted_at") is not None


def test_an_edit_comes_back_and_goes_again(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    assert desk.store.undo().label == "Edit"
    assert desk.get("client", harlan, "city") == "Ostrava"
    desk.store.redo()
    assert desk.get("client", harlan, "city") == "Brno"
    desk.store.undo()
    assert desk.get("client", harlan, "city") == "Ostrava"


def test_both_survive_a_restart(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")
    desk.edit("client", harlan, city="Brno")
    desk.restart()
    desk.store.undo()
    desk.restart()
    desk.store.redo()
    assert desk.get("client", harlan, "city") == "Brno"


def test_of_a_new_record_not_sent_yet(desk: Any) -> None:
    harlan = desk.client(city="Brno")
    changes = desk.store.undo()
    assert changes.fields == {"client": {""}}
    assert desk.get("client", harlan) is None
    desk.store.redo()
    assert desk.get("client", harlan, "city") == "Brno"


def test_of_a_new_record_that_was_sent(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.store.undo()
    assert gone(desk, "client", harlan)
    desk.store.redo()
    assert not gone(desk, "client", harlan)


def test_of_a_new_record_that_a_colleague_touched(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.hear(("client", harlan, {"city": "Brno"}))
    assert desk.store.undo().skipped == ["“Harlan Fab”: it was changed by Tomas"]
    assert not gone(desk, "client", harlan)


def test_of_a_made_id_that_a_colleague_made_first(desk: Any) -> None:
    desk.client(id="made")
    desk.send()
    desk.hear(("client", "made", {"name": "Harlan Fab"}))
    assert desk.store.undo().skipped == ["“Harlan Fab”: it was changed by Tomas"]


def test_of_a_delete_with_all_that_went_with_it(desk: Any) -> None:
    project = desk.project()
    [top] = desk.tasks(project, "Install")
    below = desk.tasks(project, "Lay cables", "Wire", under=top)
    desk.sync()
    desk.do(record.delete, "task", top)
    assert all(gone(desk, "task", t) for t in (top, *below))
    desk.store.undo()
    assert not any(gone(desk, "task", t) for t in (top, *below))


def test_of_the_newest_waiting_one_sends_nothing(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    desk.store.undo()
    assert outbox.waiting(desk.conn) == 0
    assert desk.sync() == []
    assert desk.one("SELECT count(*) FROM shadow") == 0


def test_of_one_that_left_already_follows_it(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    desk.send()
    desk.store.undo()
    assert desk.get("client", harlan, "city") is None
    assert [t.kind for t in desk.sync()] == ["do", "undo"]


def test_leaves_a_colleagues_change_and_names_him(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.edit("client", harlan, city="Brno", phone="1")
    desk.sync()
    desk.hear(("client", harlan, {"city": "Praha"}))
    changes = desk.store.undo()
    assert changes.skipped == ["“Harlan Fab”: City was changed by Tomas"]
    assert (desk.get("client", harlan, "city"), desk.get("client", harlan, "phone")) == ("Praha", None)


def test_restores_what_it_had_replaced_on_the_server(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    desk.hear(("client", harlan, {"city": "Praha"}))  # while it waits
    desk.sync()
    desk.store.undo()
    assert desk.get("client", harlan, "city") == "Praha"


def test_an_undo_with_nothing_left_to_do_moves_on(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")
    desk.edit("client", harlan, phone="1")
    desk.edit("client", harlan, city="Brno")
    desk.sync()
    desk.hear(("client", harlan, {"city": "Praha"}))
    assert desk.store.undo().skipped
    desk.store.undo()
    assert (desk.get("client", harlan, "city"), desk.get("client", harlan, "phone")) == ("Praha", None)


def test_half_of_a_group_is_never_restored(desk: Any) -> None:
    [task] = desk.tasks(desk.project(), "Lay cables")
    desk.sync()
    desk.edit("task", task, constraint_type="SNET", constraint_date="2026-12-01T08:00")
    desk.sync()
    desk.edit("task", task, constraint_type="MSO")
    desk.store.undo()
    desk.hear(("task", task, {"constraint_type": "SNET", "constraint_date": "2026-12-09T08:00"}))
    assert len(desk.store.redo().skipped) == 1
    assert desk.get("task", task, "constraint_type") == "SNET"


def test_a_new_operation_clears_redo(desk: Any) -> None:
    harlan = desk.client()
    desk.edit("client", harlan, city="Brno")
    desk.store.undo()
    desk.edit("client", harlan, phone="1")
    with pytest.raises(NothingToUndo):
        desk.store.redo()


def test_several_steps_back_and_forth(desk: Any) -> None:
    harlan = desk.client(city="a")
    for city in "bcd":
        desk.edit("client", harlan, city=city)
    steps = [
        desk.store.undo,
        desk.store.undo,
        desk.store.redo,
        desk.store.undo,
        desk.store.redo,
        desk.store.redo,
    ]
    seen = [(step(), desk.get("client", harlan, "city"))[1] for step in steps]
    assert seen == ["c", "b", "c", "b", "c", "d"]


def test_nothing_is_left_to_undo(desk: Any) -> None:
    with pytest.raises(NothingToUndo):
        desk.store.undo()


def test_a_refused_one_is_not_undone_and_takes_what_builds_on_it(desk: Any) -> None:
    harlan = desk.client()
    desk.edit("client", harlan, city="Brno")
    desk.send()
    with desk.store.write() as conn:
        new, _ = conn.execute("SELECT id FROM txn WHERE origin='L' ORDER BY n").fetchall()
        outbox.settle(conn, [outbox.Verdict(new[0], 0, "not today")])
    assert desk.get("client", harlan) is None
    assert desk.one("SELECT count(*) FROM txn WHERE state=5") == 2
    with pytest.raises(NothingToUndo):
        desk.store.undo()


def test_a_verb_over_many_records_is_one_step(desk: Any) -> None:
    project = desk.project()
    tasks = desk.tasks(project, "Lay cables", "Wire", "Test")
    desk.sync()
    desk.do(task.set_status, tasks, "done")
    desk.store.undo()
    assert {desk.get("task", t, "actual_finish") for t in tasks} == {None}


# ── one operation among others ────────────────────────────────────────────────────────────────────────


def operation(desk: Any, label: str) -> str:
    return str(desk.one("SELECT id FROM txn WHERE label=? ORDER BY n DESC", label))


def test_an_older_one_is_undone_and_the_newer_ones_stay(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")
    desk.sync()
    desk.do(record.edit, "client", harlan, city="Brno", label="Move")
    desk.do(record.edit, "client", harlan, phone="1", label="Call")
    assert desk.store.undo(operation(desk, "Move")).label == "Move"
    assert (desk.get("client", harlan, "city"), desk.get("client", harlan, "phone")) == ("Ostrava", "1")
    assert outbox.waiting(desk.conn) == 3
    desk.store.redo()
    assert desk.get("client", harlan, "city") == "Brno"


def test_an_older_one_leaves_what_a_colleague_changed_since(desk: Any) -> None:
    harlan = desk.client(city="Ostrava", phone="0")
    desk.do(record.edit, "client", harlan, city="Brno", phone="1", label="Move")
    desk.edit("client", harlan, website="https://harlan.example")
    desk.sync()
    desk.hear(("client", harlan, {"city": "Praha"}))
    changes = desk.store.undo(operation(desk, "Move"))
    assert changes.skipped == ["“Harlan Fab”: City was changed by Tomas"]
    assert (desk.get("client", harlan, "city"), desk.get("client", harlan, "phone")) == ("Praha", "0")


def test_an_older_one_leaves_what_the_user_changed_since(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")
    desk.do(record.edit, "client", harlan, city="Brno", label="Move")
    desk.edit("client", harlan, city="Praha")
    assert desk.store.undo(operation(desk, "Move")).skipped == ["“Harlan Fab”: City was changed since"]
    assert desk.get("client", harlan, "city") == "Praha"


def test_a_record_that_others_belong_to_now_stays(desk: Any) -> None:
    project = desk.project()
    desk.tasks(project, "Lay cables")
    skipped = desk.store.undo(operation(desk, "New project")).skipped
    assert skipped == ["“Line 2”: it has a task that came later"]
    assert not gone(desk, "project", project)


def test_a_record_that_was_edited_since_stays_until_that_is_undone(desk: Any) -> None:
    harlan, made = desk.client(), operation(desk, "New client")
    desk.edit("client", harlan, city="Brno")
    assert desk.store.undo(made).skipped == ["“Harlan Fab”: it was changed since"]
    assert not gone(desk, "client", harlan)


def test_an_untouched_record_goes_though_more_was_done_since(desk: Any) -> None:
    harlan = desk.client()
    desk.client("Northwind Steel")
    made = desk.one("SELECT id FROM txn WHERE label='New client' ORDER BY n LIMIT 1")
    desk.store.undo(made)
    assert gone(desk, "client", harlan)
    with pytest.raises(NothingToUndo, match="undone already"):
        desk.store.undo(made)


def test_only_what_was_done_here_and_stands_is_undone(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.hear(("client", harlan, {"city": "Praha"}))
    with pytest.raises(NothingToUndo, match="not made on this laptop"):
        desk.store.undo(operation(desk, "Theirs"))
    with pytest.raises(NothingToUndo, match="no such operation"):
        desk.store.undo("nothing")
    desk.edit("client", harlan, city="Brno")
    desk.send()
    with desk.store.write() as conn:
        id = conn.execute("SELECT id FROM txn WHERE label='Edit'").fetchone()[0]
        outbox.settle(conn, [outbox.Verdict(id, 0, "not today")])
    with pytest.raises(NothingToUndo, match="refused by the server"):
        desk.store.undo(id)


def note(desk: Any, harlan: str) -> Any:
    return desk.get("client", harlan, "notes")


def test_of_a_note_that_went_on_takes_back_ones_own_lines(desk: Any) -> None:
    harlan = desk.client(notes="Gate 3\nPower: 400 V\nKey at the porter's")
    desk.sync()
    desk.edit("client", harlan, notes="Gate 3, ring\nPower: 400 V\nKey at the porter's")
    desk.sync()
    desk.hear(("client", harlan, {"notes": "Gate 3, ring\nPower: 400 V\nKey at hall 2"}))
    assert desk.store.undo().skipped == []
    assert note(desk, harlan) == "Gate 3\nPower: 400 V\nKey at hall 2"
    desk.store.redo()
    assert note(desk, harlan) == "Gate 3, ring\nPower: 400 V\nKey at hall 2"


def test_of_a_note_whose_lines_a_colleague_changed_is_left_alone(desk: Any) -> None:
    harlan = desk.client(notes="Gate 3\nPower: 400 V")
    desk.sync()
    desk.edit("client", harlan, notes="Gate 4\nPower: 400 V")
    desk.sync()
    desk.hear(("client", harlan, {"notes": "Gate 5\nPower: 400 V"}))
    assert desk.store.undo().skipped == ["“Harlan Fab”: Notes was changed by Tomas"]
    assert note(desk, harlan) == "Gate 5\nPower: 400 V"


def test_of_a_note_that_the_server_merged_takes_back_ones_own_lines(desk: Any) -> None:
    harlan = desk.client(notes="Gate 3\nPower: 400 V\nKey at the porter's")
    desk.sync()
    desk.edit("client", harlan, notes="Gate 4\nPower: 400 V\nKey at the porter's")
    desk.hear(("client", harlan, {"notes": "Gate 3\nPower: 400 V\nKey at hall 2"}))
    desk.sync(merged={"notes": "Gate 4\nPower: 400 V\nKey at hall 2"})
    assert note(desk, harlan) == "Gate 4\nPower: 400 V\nKey at hall 2"
    desk.store.undo()
    assert note(desk, harlan) == "Gate 3\nPower: 400 V\nKey at hall 2"
