"""A space that is taken away leaves the store, and what waits for it stays to be read."""

from pathlib import Path

import pytest
from sqlmodel import Session

from models import apply, capture, outbox, rejected, search, seen, sharing, snapshot, space
from models.apply import Entry
from models.copies import Patch
from models.errors import NothingToUndo, Refused
from models.outbox import Verdict
from models.record import create, edit
from models.snapshot import Page
from models.space import LIBRARY, Space
from models.store import Store, open_store

CELL = "project:cell"
SEEN = [Space(LIBRARY, "editor", []), Space(CELL, "editor", [("ines", "manager"), ("tomas", "editor")])]


@pytest.fixture
def tomas(tmp_path: Path) -> Store:
    """A laptop with a client that everybody sees, and Cell 9 with a task that not everybody does."""
    store = open_store(tmp_path)
    client = Patch("client", "harlan", True, {"name": "Harlan Fab", "space": LIBRARY})
    project = Patch("project", "cell", True, {"name": "Cell 9", "space": CELL})
    task = Patch(
        "task", "lay", True, {"name": "Lay cables", "project_id": "cell", "rank": "a0", "space": CELL}
    )
    with store.write() as conn:
        space.tell(conn, SEEN, 1)
        snapshot.take(conn, Page(LIBRARY, "", [client], 5, False))
        snapshot.take(conn, Page(CELL, "", [project, task], 5, False))
        space.tell(conn, SEEN, 1)
    while search.index(store):
        pass
    return store


def take_away(store: Store) -> None:
    with store.write() as conn:
        assert space.tell(conn, SEEN[:1], 9) == [CELL]


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.write() as conn:
        return conn.execute(sql).fetchall()


def test_rows_index_history_and_undo_go(tomas: Store) -> None:
    tomas.transact("Rename", edit, "task", "lay", name="Lay all cables")
    with tomas.write() as conn:
        [sent] = outbox.take(conn, 10)
        outbox.settle(conn, [Verdict(sent.id, 6)])
        rename = Patch("task", "lay", False, {"name": "Lay all cables"})
        apply.apply(conn, [Entry(6, sent.id, "us", "tomas", 0, "do", None, "Rename", [rename])], 6)
    take_away(tomas)
    for table in ("project", "task", "shadow", "search_row WHERE rec='lay'", "txn WHERE label='Rename'"):
        assert rows(tomas, f"SELECT * FROM {table}") == []
    assert rows(tomas, "SELECT 1 FROM change WHERE rec IN ('cell', 'lay')") == []
    assert rows(tomas, "SELECT name FROM client") == [("Harlan Fab",)]
    with pytest.raises(NothingToUndo):
        tomas.undo()


def test_screens_hear_that_something_went(tomas: Store) -> None:
    [[upto]] = rows(tomas, "SELECT max(n) FROM change")
    take_away(tomas)
    assert rows(tomas, f"SELECT DISTINCT tbl, field FROM change WHERE n>{upto}") == [
        ("project", ""),
        ("task", ""),
    ]


def test_what_waits_stays_until_the_server_refuses_it(tomas: Store) -> None:
    tomas.transact("Note", edit, "task", "lay", notes="a day of work")
    take_away(tomas)
    assert rows(tomas, "SELECT name FROM task") == []
    with tomas.write() as conn:
        [sent] = outbox.take(conn, 10)
        outbox.settle(conn, [Verdict(sent.id, 0, "not shared with you")])
    assert rows(
        tomas, "SELECT t.state, c.new FROM txn t JOIN change c ON c.txn=t.n WHERE t.label='Note'"
    ) == [(5, "a day of work")]


def traces(store: Store) -> list[tuple[object, ...]]:
    """What history and undo still say of tasks."""
    return rows(
        store, "SELECT c.rec, c.field FROM txn t JOIN change c ON c.txn=t.n WHERE c.rec IN ('lay', 'weld')"
    )


def test_what_waits_and_is_taken_back_then_leaves_nothing(tomas: Store) -> None:
    tomas.transact("Note", edit, "task", "lay", notes="a day of work")
    tomas.transact("Add", create, "task", id="weld", name="Weld", project_id="cell")
    take_away(tomas)
    assert {rec for rec, _ in traces(tomas)} == {"lay", "weld"}
    assert tomas.undo().fields == {"task": {""}}
    tomas.undo()
    assert traces(tomas) == [] and "lay" not in str(tomas.redo())
    assert rows(tomas, "SELECT * FROM task") == []


def test_of_what_is_taken_back_in_two_spaces_the_part_that_is_seen_comes_back_with_redo(tomas: Store) -> None:
    tomas.transact("Both", _in_both)
    take_away(tomas)
    tomas.undo()
    assert rows(tomas, "SELECT 1 FROM change WHERE rec='wire'") == []
    tomas.redo()
    assert (
        rows(tomas, "SELECT name FROM contact") == [("Ada Price",)]
        and rows(tomas, "SELECT 1 FROM task") == []
    )


def test_a_space_that_is_only_begun_is_begun_again_by_redo(tomas: Store) -> None:
    own = tomas.transact("Begin", create, "project", name="Cell 10", **sharing.unshared("project")).result.id
    tomas.transact("Add", create, "task", id="weld", name="Weld", project_id=own)
    tomas.undo()
    tomas.undo()
    tomas.redo()
    tomas.redo()
    assert rows(tomas, "SELECT name FROM task WHERE project_id<>'cell'") == [("Weld",)]


def test_what_was_refused_and_is_let_go_leaves_nothing(tomas: Store) -> None:
    tomas.transact("Note", edit, "task", "lay", notes="a day of work")
    tomas.transact("Add", create, "task", id="weld", name="Weld", project_id="cell")
    take_away(tomas)
    with tomas.write() as conn:
        sent = [txn.id for txn in outbox.take(conn, 10)]
        outbox.settle(conn, [Verdict(id, 0, "not shared with you") for id in sent])
    assert {rec for rec, _ in traces(tomas)} == {"lay", "weld"}
    tomas.transact("Let go", rejected.discard, sent)
    assert traces(tomas) == []


def test_what_the_server_had_accepted_goes_with_the_rest(tomas: Store) -> None:
    tomas.transact("Add", create, "task", id="weld", name="Weld", project_id="cell")
    with tomas.write() as conn:
        [sent] = outbox.take(conn, 10)
    take_away(tomas)
    with tomas.write() as conn:
        outbox.settle(conn, [Verdict(sent.id, 6)])
        apply.apply(conn, [], 8)
        space.settle_passed(conn)
    assert rows(tomas, "SELECT * FROM task") == rows(tomas, "SELECT * FROM txn WHERE label='Add'") == []


def _in_both(session: Session) -> None:
    create(session, "contact", id="ada", name="Ada Price", client_id="harlan")
    create(session, "task", id="wire", name="Wire", project_id="cell")


def test_of_an_operation_in_two_spaces_only_the_part_that_is_seen_stays(tomas: Store) -> None:
    tomas.transact("Both", _in_both)
    with tomas.write() as conn:
        [sent] = outbox.take(conn, 10)
        outbox.settle(conn, [Verdict(sent.id, 6)])
    take_away(tomas)
    ada = Patch("contact", "ada", True, {"name": "Ada Price", "client_id": "harlan", "space": LIBRARY})
    with tomas.write() as conn:
        apply.apply(conn, [Entry(6, sent.id, "us", "tomas", 0, "do", None, "Both", [ada])], 6)
        space.settle_passed(conn)
    assert rows(tomas, "SELECT name FROM contact") == [("Ada Price",)]
    assert rows(tomas, "SELECT 1 FROM task") == [] == rows(tomas, "SELECT 1 FROM change WHERE rec='wire'")
    assert rows(tomas, "SELECT state FROM txn WHERE label='Both'") == [(capture.SEEN,)]


def test_a_staged_page_goes_too_and_one_that_comes_late_is_left(tomas: Store) -> None:
    page = Page(CELL, "", [Patch("task", "new", True, {"name": "New", "space": CELL})], 9, True)
    with tomas.write() as conn:
        snapshot.again(conn, CELL)
        snapshot.stage(conn, page)
    take_away(tomas)
    with tomas.write() as conn:
        snapshot.stage(conn, page)
        snapshot.take(conn, page)
    assert rows(tomas, "SELECT * FROM staged") == rows(tomas, "SELECT * FROM task") == []


def test_it_comes_back_whole(tomas: Store) -> None:
    take_away(tomas)
    with tomas.write() as conn:
        space.tell(conn, SEEN, 10)
        assert space.where(conn).wanted == (CELL, "", -1, True)
        snapshot.take(
            conn,
            Page(CELL, "", [Patch("project", "cell", True, {"name": "Cell 9", "space": CELL})], 12, False),
        )
    assert rows(tomas, "SELECT name, ver FROM project") == [("Cell 9", 12)]


def test_a_reader_cannot_write(tomas: Store) -> None:
    with tomas.write() as conn:
        space.tell(conn, [SEEN[0], Space(CELL, "reader", [])], 11)
    with pytest.raises(Refused, match="You may read this"):
        tomas.transact("Note", edit, "task", "lay", notes="no")
    with pytest.raises(Refused, match="You may read this"):
        tomas.transact("Add", create, "task", name="Weld", project_id="cell")


def test_new_records_lie_where_what_they_belong_to_lies(tomas: Store) -> None:
    def plan(session: Session) -> str:
        project = create(session, "project", name="Cell 10", **sharing.unshared("project"))
        session.flush()
        task = create(session, "task", name="Weld", project_id=project.id)
        session.flush()
        create(session, "assignment", task_id=task.id)
        return str(project.space)

    own = tomas.transact("Plan", plan).result
    assert own != LIBRARY
    assert rows(tomas, "SELECT space FROM assignment") == [(own,)]
    tomas.transact("Add", create, "task", name="Weld", project_id="cell")
    tomas.transact("Add", create, "contact", name="Harlan", client_id="harlan")
    assert rows(tomas, "SELECT space FROM task WHERE project_id='cell' AND name='Weld'") == [(CELL,)]
    assert rows(tomas, "SELECT space FROM contact") == [(LIBRARY,)]


def test_only_what_others_belong_to_is_kept_from_others() -> None:
    with pytest.raises(Refused, match="Only a project or a client"):
        sharing.unshared("task")


def test_people_and_what_a_space_is_called(tomas: Store) -> None:
    tomas.transact("Add", create, "member", id="ines", name="Ines")
    with tomas.write() as conn:
        assert [(p.name, p.role) for p in seen.people(conn, CELL)] == [("", "editor"), ("Ines", "manager")]
        assert seen.titled(conn, CELL) == "Cell 9"
        assert seen.titled(conn, "project:elsewhere") == "not on this laptop"


def test_a_record_is_given_no_owner_that_other_people_see(tomas: Store) -> None:
    plan = tomas.transact("Add", create, "project", name="Open plan", client_id="harlan").result.id
    task = tomas.transact("Add", create, "task", name="Wire", project_id=plan).result.id
    for rec, owner in ((task, "cell"), ("lay", plan)):
        with pytest.raises(Refused, match="Make a copy there"):
            tomas.transact("Move", edit, "task", rec, project_id=owner)
    with pytest.raises(Refused, match="Make a copy there"):
        tomas.transact("Add", create, "task", name="Weld", project_id=plan, space=CELL)
    tomas.transact("Name", edit, "project", "cell", client_id="harlan")  # it stays with those who see it
    assert rows(tomas, "SELECT space, client_id FROM project WHERE id='cell'") == [(CELL, "harlan")]
    assert rows(tomas, "SELECT project_id FROM task ORDER BY name") == [("cell",), (plan,)]


def test_an_older_word_on_who_sees_what_takes_nothing_away(tomas: Store) -> None:
    with tomas.write() as conn:
        space.tell(conn, SEEN, 9)
        assert space.tell(conn, SEEN[:1], 4) == []  # another process of the profile had asked before
    assert rows(tomas, "SELECT name FROM project") == [("Cell 9",)]
    assert tomas.meta(seen.SHARES) == "9"
