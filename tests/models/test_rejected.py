"""What the server refused: read, sent again, let go."""

from typing import Any

import pytest

from models import attachment, baseline, blobs, dependency, history, outbox, record, search, undo
from models.copies import Patch
from models.dates import refresh_all
from models.errors import NotFound, NothingToUndo, Refused
from models.rejected import Rejected, discard, rejected, send_again


def refuse(desk: Any, reason: str = "closed") -> Rejected:
    """The server refuses what waits; the operation that was refused last."""
    with desk.store.write() as conn:
        outbox.settle(conn, [outbox.Verdict(t.id, 0, reason) for t in outbox.take(conn, 100)])
    return list(rejected(desk.conn))[-1]


@pytest.fixture
def harlan(desk: Any) -> str:
    rec = str(desk.client(city="Brno"))
    desk.sync()
    return rec


def test_an_edit_is_done_again_and_waits_for_the_server(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    assert (refused.reason, refused.changes[0].values) == ("closed", {"city": "Praha"})
    desk.do(send_again, refused.id, label=refused.label)
    assert desk.get("client", harlan, "city") == "Praha"
    assert not list(rejected(desk.conn))
    assert [t.changes[0][3] for t in desk.sync()] == [{"city": "Praha"}]


def test_it_is_changed_and_sent(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    desk.do(send_again, refuse(desk).id, {(harlan, "city"): "Plzen"})
    assert desk.get("client", harlan, "city") == "Plzen"


def test_a_new_record_comes_back_with_its_id(desk: Any) -> None:
    harlan = desk.client(city="Brno")
    refused = refuse(desk)
    assert desk.get("client", harlan) is None
    desk.do(send_again, refused.id)
    assert desk.get("client", harlan, "city") == "Brno"


def test_what_builds_on_a_refused_one_is_sent_after_it(desk: Any) -> None:
    harlan = desk.client()
    desk.edit("client", harlan, city="Brno")
    refuse(desk)
    first, second = rejected(desk.conn)
    with pytest.raises(NotFound, match="Send that again first"):
        desk.do(send_again, second.id)
    desk.do(send_again, first.id)
    desk.do(send_again, second.id)
    assert desk.get("client", harlan, "city") == "Brno"


def test_what_builds_on_one_that_was_let_go_says_so(desk: Any) -> None:
    harlan = desk.client()
    desk.edit("client", harlan, city="Brno")
    refuse(desk)
    first, second = rejected(desk.conn)
    desk.do(discard, [first.id])
    with pytest.raises(
        NotFound, match="not on this laptop: what made it was let go, or it is no longer shared"
    ):
        desk.do(send_again, second.id)
    assert [one.id for one in rejected(desk.conn)] == [second.id]


def test_what_this_laptop_knows_to_be_wrong_stays_refused(desk: Any) -> None:
    a, b = desk.tasks(desk.project(), "Lay cables", "Test run")
    desk.sync()
    desk.do(dependency.link, a, b)
    link = refuse(desk, "This link closes a circle: Lay cables → Test run → Lay cables.")
    desk.do(dependency.link, b, a)
    with pytest.raises(Refused, match="circle"):
        desk.do(send_again, link.id)
    assert [one.id for one in rejected(desk.conn)] == [link.id]


def test_it_is_let_go_and_leaves_no_operation(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    desk.do(discard, [refused.id])
    assert not list(rejected(desk.conn))
    assert desk.get("client", harlan, "city") == "Brno"
    assert not desk.sync()
    with pytest.raises(NotFound, match="No refused operation"):
        desk.do(discard, [refused.id])


def test_a_late_word_of_the_server_that_it_was_accepted_counts(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    desk.do(discard, [refused.id])
    desk._hear(
        refused.id, "laptop-ines", "ines", "do", None, [Patch("client", harlan, False, {"city": "Praha"})]
    )
    assert desk.get("client", harlan, "city") == "Praha"


def test_records_with_rules_are_made_again(desk: Any) -> None:
    project = desk.project()
    [task] = desk.tasks(project, "Lay cables")
    desk.do(record.edit, "task", task, notes="from the east door")
    refuse(desk)
    for one in list(rejected(desk.conn)):
        desk.do(send_again, one.id)
    assert desk.get("task", task, "notes") == "from the east door"


def test_a_new_record_that_is_there_meanwhile_for_other_people_stays_as_it_is(desk: Any) -> None:
    theirs = Patch("client", "harlan", True, {"name": "Harlan", "space": "workspace"})
    desk.do(record.create, "client", id="harlan", name="Harlan Fab", space="client:harlan")
    refused = refuse(desk, "a record stays where it was made")
    desk._hear("theirs", "laptop-tomas", "tomas", "do", None, [theirs])
    with pytest.raises(Refused, match="where other people see it"):
        desk.do(send_again, refused.id)
    assert desk.get("client", "harlan", "name") == "Harlan"


def test_a_file_is_taken_off_again(desk: Any, harlan: str) -> None:
    plan = desk.do(attachment.attach, "client", harlan, "plan.pdf", blobs.Blob("0" * 64, 9)).id
    with desk.store.write() as conn:
        conn.execute("UPDATE blob SET sent=1")
    desk.sync()
    with pytest.raises(Refused, match="an attachment is never changed"):
        desk.edit("attachment", plan, name="layout.pdf")
    desk.do(record.delete, "attachment", plan)
    desk.do(send_again, refuse(desk, "a reader may not").id)
    assert desk.get("attachment", plan, "deleted_at")


def test_a_baseline_is_brought_back_again_and_never_edited(desk: Any) -> None:
    taken = desk.do(baseline.take_baseline, desk.project(), {}).id
    desk.do(record.delete, "baseline", taken)
    desk.sync()
    desk.do(record.undelete, "baseline", taken)
    refused = refuse(desk)
    with pytest.raises(Refused, match="a baseline is never changed"):
        desk.do(send_again, refused.id, {(taken, "name"): "As promised to Harlan"})
    desk.do(send_again, refused.id)
    assert desk.get("baseline", taken, "deleted_at") is None


def test_sent_again_and_taken_back_it_is_refused_as_before(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    desk.do(send_again, refused.id, label=refused.label)
    for _ in range(2):
        desk.store.undo()
        assert list(rejected(desk.conn)) == [refused] and desk.get("client", harlan, "city") == "Brno"
        desk.store.redo()
        assert not list(rejected(desk.conn)) and desk.get("client", harlan, "city") == "Praha"
    assert [t.changes[0][3] for t in desk.sync()] == [{"city": "Praha"}]


def test_taken_back_and_followed_by_another_edit_it_stays_refused(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    desk.do(send_again, refused.id)
    desk.store.undo()
    desk.edit("client", harlan, city="Plzen")
    assert list(rejected(desk.conn)) == [refused]


def test_what_the_server_took_the_second_time_is_no_refused_one_when_it_is_undone(
    desk: Any, harlan: str
) -> None:
    desk.edit("client", harlan, city="Praha")
    desk.do(send_again, refuse(desk).id)
    desk.sync()
    desk.store.undo()
    desk.store.redo()
    desk.store.undo()
    assert not list(rejected(desk.conn)) and desk.get("client", harlan, "city") == "Brno"


def test_a_redo_that_leaves_something_alone_keeps_the_refused_one(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha", phone="224 371")
    refused = refuse(desk)
    desk.do(send_again, refused.id)
    desk.store.undo()
    desk.hear(("client", harlan, {"city": "Plzen"}))
    assert desk.store.redo().skipped and list(rejected(desk.conn)) == [refused]


def test_what_is_sent_again_is_not_pruned_before_it_has_left(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    desk.do(send_again, refused.id)
    while search.index(desk.store):
        pass
    refresh_all(desk.store)
    with desk.store.write() as conn:
        history.forget(conn, history.outdated(conn, 10**15, keep_local=0))
    desk.store.undo()
    assert list(rejected(desk.conn)) == [refused]


@pytest.mark.parametrize("by_name", [False, True])
def test_what_a_refused_undo_was_to_take_back_stands_once_that_is_let_go(
    desk: Any, harlan: str, by_name: bool
) -> None:
    desk.edit("client", harlan, city="Praha")
    [edit] = desk.sync()
    desk.store.undo()
    desk.do(discard, [refuse(desk).id])
    with pytest.raises(NothingToUndo):
        desk.store.redo()
    assert not desk.store.undo(edit.id if by_name else "").skipped
    assert desk.get("client", harlan, "city") == "Brno"


def test_a_refused_undo_that_was_let_go_is_not_made_once_more(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    with desk.store.write() as conn:
        [edit] = outbox.take(conn, 9)
        outbox.settle(conn, [outbox.Verdict(edit.id, desk.head + 1)])
    desk.store.undo()
    desk.do(discard, [refuse(desk, "a reader may not").id])
    patch = Patch("client", harlan, False, {"city": "Praha"})
    desk._hear(edit.id, "laptop-ines", "ines", "do", None, [patch])
    with desk.store.write() as conn:
        assert not undo.again(conn, [edit.id])


@pytest.mark.parametrize(("then", "city"), [(discard, "Brno"), (send_again, "Praha")])
def test_a_refused_redo_does_nothing_again_until_it_is_sent_again(
    desk: Any, harlan: str, then: Any, city: str
) -> None:
    """A copy of the profile had sent the operation that was taken back here."""
    desk.edit("client", harlan, city="Praha")
    edit = desk.one("SELECT id FROM txn ORDER BY n DESC LIMIT 1")
    desk.store.undo()
    desk.store.redo()
    redo = refuse(desk, "a reader may not").id
    desk.do(then, [redo] if then is discard else redo)
    desk._hear(edit, "laptop-ines", "ines", "do", None, [Patch("client", harlan, False, {"city": "Praha"})])
    with desk.store.write() as conn:
        assert undo.again(conn, [edit]) == (city == "Brno")
    assert desk.get("client", harlan, "city") == city


def test_a_redo_that_was_refused_and_let_go_can_be_done_once_more(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    desk.sync()
    desk.store.undo()
    desk.sync()
    desk.store.redo()
    desk.do(discard, [refuse(desk).id])
    desk.store.redo()
    assert desk.get("client", harlan, "city") == "Praha"


def test_a_redo_that_finds_everything_done_keeps_the_refused_one(desk: Any, harlan: str) -> None:
    desk.edit("client", harlan, city="Praha")
    refused = refuse(desk)
    desk.do(send_again, refused.id)
    desk.hear(("client", harlan, {"city": "Praha"}))
    desk.store.undo()
    assert not desk.store.redo().skipped and not outbox.waiting(desk.conn)
    assert list(rejected(desk.conn)) == [refused]
