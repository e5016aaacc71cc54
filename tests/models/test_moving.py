"""A project or client moved to other people: everything comes along, the history too, and one undo takes it back."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from models import blobs, moving
from models.apply import settlement
from models.attachment import attach
from models.baseline import take_baseline
from models.conflict import Conflict
from models.dependency import link
from models.errors import Refused
from models.history import history
from models.record import create, delete, edit, undelete
from models.space import LIBRARY
from models.store import Store, open_store
from models.windows.bin import bin_rows, bin_window
from tests.models.test_space import rows
from tests.tui.office import acknowledge


def furnish(session: Session, blob: blobs.Blob) -> None:
    def new(kind: str, id: str, **values: Any) -> None:
        create(session, kind, id=id, **values)
        session.flush()

    new("client", "harlan", name="Harlan Fab")
    new("site", "hall", name="Hall 2", client_id="harlan")
    new("contact", "ada", name="Ada", client_id="harlan", site_id="hall")
    new("member", "ines", name="Ines")
    new(
        "project",
        "line",
        name="Line 2",
        client_id="harlan",
        site_id="hall",
        notes="a\nb",
        start="2026-11-30T08:00",
    )
    new("project", "other", name="Other", client_id="harlan", start="2026-11-30T08:00")
    new("calendar", "shift", name="Two shifts", project_id="line")
    new("task", "lay", name="Lay", project_id="line", calendar_id="shift", rank="a0")
    new("task", "under", name="Under", project_id="line", parent_id="lay", rank="a0")
    new("task", "gone", name="Gone", project_id="line", rank="a1")
    new("task", "far", name="Far", project_id="other", rank="a0")
    new("assignment", "works", task_id="under", member_id="ines", units=0.5)
    new("interaction", "call", name="Called", client_id="harlan", project_id="line", at="2026-11-20T09:00")
    new("interaction", "theirs", name="Of the client", client_id="harlan", at="2026-11-20T10:00")
    link(session, "under", "far")
    link(session, "gone", "under", lag=480)
    take_baseline(session, "line", {"lay": ("2026-11-30T08:00", "2026-12-01T17:00")}, "signed")
    attach(session, "task", "lay", "drawing.pdf", blob)
    session.flush()
    delete(session, "task", "gone")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(tmp_path)
    (tmp_path / "drawing.pdf").write_text("a drawing")
    blob = blobs.Blobs(tmp_path).keep(tmp_path / "drawing.pdf")
    opened.transact("Furnish", furnish, blob)
    return opened


def whole(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {kind: rows(store, f"SELECT * FROM {kind} ORDER BY id") for kind in moving.KINDS}


def moved(store: Store, kind: str = "project", rec: str = "line", everybody: bool = False) -> str:
    return str(store.transact("Move", moving.move, kind, rec, everybody).result)


def names(store: Store, kind: str, space: str) -> list[object]:
    sql = f"SELECT name FROM {kind} WHERE space='{space}' AND deleted_at IS NULL ORDER BY name"
    return [name for (name,) in rows(store, sql)]


def test_everything_that_belongs_to_it_comes_along(store: Store) -> None:
    id = moved(store)
    space = f"project:{id}"
    [project] = rows(store, f"SELECT name, notes, client_id, site_id, space FROM project WHERE id='{id}'")
    assert project == ("Line 2", "a\nb", "harlan", "hall", space)
    assert names(store, "task", space) == ["Lay", "Under"] and names(store, "task", LIBRARY) == ["Far"]
    assert rows(store, f"SELECT count(*) FROM task WHERE space='{space}' AND deleted_at IS NOT NULL") == [
        (1,)
    ]
    sql = f"""SELECT p.name, c.name, a.units FROM task t JOIN task p ON p.id=t.parent_id JOIN calendar c
              ON c.id=p.calendar_id JOIN assignment a ON a.task_id=t.id WHERE t.project_id='{id}'"""
    assert rows(store, sql) == [("Lay", "Two shifts", 0.5)]
    assert names(store, "interaction", space) == ["Called"]
    assert names(store, "interaction", LIBRARY) == ["Of the client"]
    sql = f"""SELECT b.name, count(*) FROM baseline b JOIN baseline_task r ON r.baseline_id=b.id
              JOIN task t ON t.id=r.task_id WHERE t.project_id='{id}' AND r.space=b.space"""
    assert rows(store, sql) == [("signed", 3)]
    sql = f"SELECT a.name FROM attachment a JOIN task t ON t.id=a.owner_id WHERE t.project_id='{id}'"
    assert rows(store, sql) == [("drawing.pdf",)]
    sql = (
        f"SELECT p.name, d.lag FROM dependency d JOIN task p ON p.id=d.predecessor_id WHERE d.space='{space}'"
    )
    assert rows(store, sql) == [("Gone", 480)]


def test_what_stays_tells_of_the_copy(store: Store) -> None:
    id = moved(store)
    sql = """SELECT t.name, t.project_id FROM dependency d JOIN task t ON t.id=d.predecessor_id
             WHERE d.successor_id='far'"""
    assert rows(store, sql) == [("Under", id)]


def test_nothing_of_it_stays_where_everybody_sees_it(store: Store) -> None:
    moved(store)
    for kind in ("task", "assignment", "calendar", "interaction", "dependency", "baseline", "attachment"):
        alive = rows(store, f"SELECT id FROM {kind} WHERE space='{LIBRARY}' AND deleted_at IS NULL")
        assert all(id in ("far", "theirs") or kind == "dependency" for (id,) in alive), kind


def test_one_undo_takes_all_back_and_a_redo_does_it_again(store: Store) -> None:
    before = whole(store)
    id = moved(store)
    store.undo()
    assert whole(store) == before
    store.redo()
    assert names(store, "task", f"project:{id}") == ["Lay", "Under"]


def test_a_move_that_the_server_has_is_undone_too(store: Store) -> None:
    with store.write() as conn:
        conn.execute("UPDATE blob SET sent=1")
    id = moved(store)
    acknowledge(store.home)
    store.undo()
    assert (
        names(store, "project", LIBRARY) == ["Line 2", "Other"]
        and names(store, "project", f"project:{id}") == []
    )
    assert names(store, "task", LIBRARY) == ["Far", "Lay", "Under"]
    assert moved(store) != id  # and may be moved once more


def test_there_and_back(store: Store) -> None:
    id = moved(store, rec=moved(store), everybody=True)
    assert names(store, "project", LIBRARY) == ["Line 2", "Other"]
    assert rows(store, f"SELECT count(*) FROM task WHERE project_id='{id}' AND space='{LIBRARY}'") == [(3,)]


def test_a_client_comes_with_its_people_and_projects(store: Store) -> None:
    own = moved(store)
    id = moved(store, "client", "harlan")
    space = f"client:{id}"
    assert names(store, "contact", space) == ["Ada"] and names(store, "project", space) == ["Other"]
    assert names(store, "interaction", space) == ["Of the client"]
    sql = f"SELECT p.client_id, s.space FROM project p JOIN site s ON s.id=p.site_id WHERE p.id='{own}'"
    assert rows(store, sql) == [(id, space)]
    with pytest.raises(Refused, match="Move the client first"):
        moved(store, rec=own, everybody=True)


def test_the_history_says_where_it_came_from(store: Store) -> None:
    project = store.transact("Add", create, "project", name="Line 3").result.id
    task = store.transact("Task", create, "task", name="Weld", project_id=project).result.id
    store.transact("Rename", edit, "task", task, name="Weld all")
    what = moving.plan(store.read(), "project", project)
    new = store.transact(what.label, moving.move, "project", project).result
    [[copy]] = rows(store, f"SELECT id FROM task WHERE project_id='{new}'")
    store.transact("Note", edit, "task", copy, notes="in the duct")
    labels = [line.label for line in history(store.read(), copy)]
    assert labels == ["Task", "Rename", what.label, what.label, "Note"]
    assert what.label == "Move “Line 3” into a space of its own"
    assert [line.label for line in history(store.read(), str(new))] == ["Add", what.label, what.label]
    assert [line.label for line in history(store.read(), task)] == ["Task", "Rename", what.label]
    back = moved(store, rec=str(new), everybody=True)
    [[copy]] = rows(store, f"SELECT id FROM task WHERE project_id='{back}'")
    assert [line.label for line in history(store.read(), copy)][:2] == ["Task", "Rename"]


def test_a_plan_without_a_start_keeps_its_day(store: Store) -> None:
    old = store.transact("Add", create, "project", name="Some day").result.id
    id = moved(store, rec=old)
    assert id != old and id[:15] == old[:15]


def test_two_laptops_make_one_copy(store: Store, tmp_path: Path) -> None:
    assert moving.plan(store.read(), "project", "line").id == moved(store)


def test_what_cannot_be_moved(store: Store) -> None:
    with pytest.raises(Refused, match="Only a project or a client"):
        moved(store, "task", "lay")
    with pytest.raises(Refused, match="Everybody sees “Line 2” already"):
        moved(store, everybody=True)
    id = moved(store)
    with pytest.raises(Refused, match="recycle bin"):
        moved(store)
    with pytest.raises(Refused, match="a space of its own already"):
        moved(store, rec=id)
    with store.write() as conn:
        conn.execute(
            "INSERT INTO space(id, role, members, fresh) VALUES(?, 'editor', '[]', 1)", (f"project:{id}",)
        )
    with pytest.raises(Refused, match="Only who manages"):
        moved(store, rec=id, everybody=True)


def test_open_conflicts_are_decided_first(store: Store) -> None:
    def meet(session: Session) -> None:
        session.add(Conflict(kind="task", rec="lay", field="name", winner="{}", loser="{}"))

    store.transact("Meet", meet)
    with pytest.raises(Refused, match="1 open conflict"):
        moved(store)


def test_what_would_move_is_told_first(store: Store) -> None:
    told = "\n".join(moving.preview(store.read(), moving.plan(store.read(), "project", "line")))
    assert "3 tasks" in told and "1 attachment" in told and "Only you see it then" in told
    assert "recycle bin" in told


def test_the_old_one_lies_in_the_bin_as_one_and_comes_back_whole(store: Store) -> None:
    before = names(store, "task", LIBRARY)
    moved(store)
    conn = store.read()
    told = [(row.kind, row.name) for row in bin_rows(conn, bin_window(conn).rows)]
    assert [one for one in told if one != ("task", "Gone")] == [("project", "Line 2")]
    store.transact("Restore", undelete, "project", "line")
    assert names(store, "task", LIBRARY) == before and len(names(store, "interaction", LIBRARY)) == 2
    assert rows(store, "SELECT count(*) FROM assignment WHERE deleted_at IS NULL") == [(2,)]


def test_a_client_comes_back_with_its_projects(store: Store) -> None:
    moved(store, "client", "harlan")
    store.transact("Restore", undelete, "client", "harlan")
    assert names(store, "contact", LIBRARY) == ["Ada"] and len(names(store, "task", LIBRARY)) == 3


def test_what_a_colleague_has_moved_and_has_come_in_part_is_not_moved_again(
    store: Store, tmp_path: Path
) -> None:
    other = open_store(tmp_path / "other")
    other.transact("Furnish", furnish, blobs.Blobs(tmp_path).keep(tmp_path / "drawing.pdf"))
    space = f"project:{moved(other)}"
    [(copy,)] = rows(other, f"SELECT id FROM task WHERE space='{space}' AND name='Lay'")
    other.close()
    with store.write() as conn, settlement(conn, "Sync"):
        conn.execute("INSERT INTO task(id, name, space, ver) VALUES(?, 'Lay', ?, 7)", (copy, space))
    before = whole(store)
    with pytest.raises(Refused, match="still on its way here"):
        moved(store)
    assert whole(store) == before
