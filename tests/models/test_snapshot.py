"""Content in pages over what waits here: nothing of the outbox is lost, and the log goes on from the first page."""

from pathlib import Path
from typing import Any

import pytest

from models import apply, db, outbox, snapshot, space
from models.apply import Entry
from models.copies import Patch
from models.outbox import Verdict
from models.record import create, edit
from models.snapshot import Page
from models.space import LIBRARY, Space
from models.store import Store, open_store


@pytest.fixture
def ines(tmp_path: Path) -> Store:
    """A laptop that was told of the library, and has nothing of it yet."""
    store = open_store(tmp_path)
    with store.write() as conn:
        space.tell(conn, [Space(LIBRARY, "editor", [])], 0)
    return store


def client(rec: str, **values: Any) -> Patch:
    return Patch(
        "client", rec, True, {"name": rec.title(), "space": LIBRARY, "visibility": "internal", **values}
    )


def page(*records: Patch, head: int = 7, after: str = "", more: bool = False) -> Page:
    return Page(LIBRARY, after, records, head, more)


def entry(ver: int, rec: str, id: str = "", **values: Any) -> Entry:
    patch = Patch("client", rec, False, values)
    return Entry(ver, id or f"t{ver}", "tomas", "tomas", 0, "do", None, "Rename", [patch])


def names(store: Store) -> dict[str, str]:
    with store.write() as conn:
        return dict(conn.execute("SELECT id, name FROM client").fetchall())


def cursor(store: Store) -> int:
    with store.write() as conn:
        return space.where(conn).cursor


def take(store: Store, *pages: Page) -> None:
    for each in pages:
        with store.write() as conn:
            (snapshot.take if _is_fresh(store) else snapshot.stage)(conn, each)


def _is_fresh(store: Store) -> bool:
    return bool(store._raw.execute("SELECT fresh FROM space").fetchone()[0])


def test_the_cursor_goes_to_the_head_of_the_first_page(ines: Store) -> None:
    take(ines, page(client("a"), head=7, more=True))
    assert cursor(ines) == 0 and names(ines) == {"a": "A"}
    take(ines, page(client("b"), head=9, after="a"))
    assert cursor(ines) == 7 and names(ines) == {"a": "A", "b": "B"}


def test_what_a_later_page_had_already_is_not_done_twice(ines: Store) -> None:
    take(ines, page(client("a"), head=7, more=True), page(client("b", name="New"), head=9, after="a"))
    with ines.write() as conn:
        apply.apply(conn, [entry(8, "b", name="Older"), entry(10, "a", name="Newest")], 10)
        assert conn.execute("SELECT count(*) FROM txn WHERE origin='R'").fetchone() == (1,)
    assert names(ines) == {"a": "Newest", "b": "New"}


def test_a_page_comes_once(ines: Store) -> None:
    take(ines, page(client("a"), more=True), page(client("a", name="Again"), more=True))
    take(ines, page(client("c"), after="b"))
    assert names(ines) == {"a": "A"}


def test_a_page_from_before_the_cursor_is_left(ines: Store) -> None:
    with ines.write() as conn:
        db.set_meta(conn, "cursor", "8")
    take(ines, page(client("a"), head=7))
    assert names(ines) == {}


def test_what_waits_masks_the_page(ines: Store) -> None:
    ines.transact("Add", create, "client", id="a", name="Mine", city="Linz")
    take(ines, page(client("a", name="Theirs", city=None)))
    ines.transact("Rename", edit, "client", "a", name="Mine again")
    assert names(ines) == {"a": "Mine again"}
    with ines.write() as conn:
        assert outbox.waiting(conn) == 2
        assert conn.execute("SELECT rec, field, base, val FROM shadow").fetchall() == [
            ("a", "name", 7, "Theirs")
        ]


def test_an_acknowledged_edit_that_a_page_holds_is_over(ines: Store) -> None:
    ines.transact("Add", create, "client", id="b", name="Mine")
    with ines.write() as conn:
        [sent] = outbox.take(conn, 10)
        outbox.settle(conn, [Verdict(sent.id, 5)])
    take(ines, page(client("a"), more=True))
    assert names(ines) == {"a": "A", "b": "Mine"}
    take(ines, page(client("b", name="Renamed by Tomas"), after="a", head=8))
    assert names(ines) == {"a": "A", "b": "Renamed by Tomas"}
    with ines.write() as conn:
        own = "SELECT state FROM txn WHERE origin='L'"
        assert conn.execute(own).fetchall() == [(3,)]  # what it made may be in a space that is not known yet
        space.tell(conn, [Space(LIBRARY, "editor", [])], 0)
        assert conn.execute(own).fetchall() == [(4,)]


def test_a_late_acknowledgement_waits_for_the_rest_of_the_pages(ines: Store) -> None:
    ines.transact("Add", create, "client", id="b", name="Mine")
    with ines.write() as conn:
        [sent] = outbox.take(conn, 10)
        db.set_meta(conn, "cursor", "5")
        snapshot.take(conn, page(client("a"), more=True))
        outbox.settle(conn, [Verdict(sent.id, 5)])
    assert names(ines) == {"a": "A", "b": "Mine"}


def test_below_the_floor_pages_wait_until_the_last(ines: Store) -> None:
    take(ines, page(client("a"), client("b"), client("gone")))
    ines.transact("Rename", edit, "client", "b", name="Mine")
    with ines.write() as conn:
        snapshot.all_again(conn)
    take(ines, page(client("a", name="Newer"), head=20, more=True))
    assert names(ines) == {"a": "A", "b": "Mine", "gone": "Gone"}
    take(ines, page(client("b", city="Graz"), head=21, after="a"))
    assert names(ines) == {"a": "Newer", "b": "Mine"}
    assert cursor(ines) == 20
    with ines.write() as conn:
        assert conn.execute("SELECT count(*) FROM staged").fetchone() == (0,)
        assert outbox.waiting(conn) == 1


def test_pages_begun_anew_forget_what_was_staged(ines: Store) -> None:
    take(ines, page(client("a")))
    with ines.write() as conn:
        snapshot.all_again(conn)
    take(ines, page(client("a", name="Stale"), head=8, more=True))
    with ines.write() as conn:
        snapshot.again(conn, LIBRARY)
        assert space.where(conn).wanted == (LIBRARY, "", -1, False)
    take(ines, page(client("a", name="Fresh"), head=30))
    assert names(ines) == {"a": "Fresh"} and cursor(ines) == 30


def test_the_log_goes_on_from_the_oldest_page_of_any_space(ines: Store) -> None:
    cell = Patch("project", "cell", True, {"name": "Cell 9", "space": "project:cell"})
    late = Patch("project", "weld", True, {"name": "Weld shop", "space": "project:cell"})
    with ines.write() as conn:
        space.tell(conn, [Space(LIBRARY, "editor", []), Space("project:cell", "editor", [])], 0)
        snapshot.all_again(conn)
        snapshot.stage(
            conn, Page("project:cell", "", [cell], 7, True)
        )  # what another process had asked for before
        snapshot.stage(conn, page(client("harlan"), head=9))
        assert space.where(conn).cursor == 7
        snapshot.stage(conn, Page("project:cell", "cell", [late], 9, False))
        renamed = Entry(
            8,
            "t8",
            "tomas",
            "tomas",
            0,
            "do",
            None,
            "Rename",
            [Patch("project", "cell", False, {"name": "Cell 3"})],
        )
        apply.apply(conn, [renamed], 9)
        assert conn.execute("SELECT name FROM project ORDER BY id").fetchall() == [
            ("Cell 3",),
            ("Weld shop",),
        ]


def test_a_page_for_an_empty_space_that_was_begun_anew_meanwhile_is_left(ines: Store) -> None:
    """Else the pages that are put aside lack what it brought, and their last one removes that."""
    take(ines, page(client("a")))
    with ines.write() as conn:
        snapshot.all_again(conn)
        snapshot.take(conn, page(client("a"), head=9, more=True))
        assert space.where(conn).wanted == (LIBRARY, "", -1, False)
    take(ines, page(client("a"), head=9, more=True), page(client("b"), head=9, after="a"))
    assert names(ines) == {"a": "A", "b": "B"}


def test_kinds_and_fields_of_newer_versions_are_kept(ines: Store) -> None:
    take(ines, page(client("a", mood="good"), Patch("robot", "r", True, {"arms": 6, "space": LIBRARY})))
    with ines.write() as conn:
        assert conn.execute("SELECT extra FROM client").fetchone() == ('{"mood":"good"}',)
        assert conn.execute("SELECT id, kind, ver FROM unknown").fetchall() == [("r", "robot", 7)]
        snapshot.all_again(conn)
        snapshot.stage(conn, page(head=9))
        assert conn.execute("SELECT count(*) FROM unknown").fetchone() == (0,)


def test_screens_and_search_hear_of_it(ines: Store) -> None:
    upto = ines._raw.execute("SELECT coalesce(max(n), 0) FROM change").fetchone()[0]
    take(ines, page(client("a")))
    with ines.write() as conn:
        rows = conn.execute("SELECT tbl, rec, field FROM change WHERE n>?", (upto,)).fetchall()
    assert rows == [("client", "a", "")]
