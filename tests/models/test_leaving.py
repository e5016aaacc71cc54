"""What leaves the disk with a space that was taken away, and what stays."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from models import blobs, leaving, outbox, snapshot, space
from models.attachment import Attached, attach, attached
from models.blobs import Blob, Blobs
from models.copies import Patch
from models.errors import StoreBusy
from models.leaving import BROKEN_OFF, JUST_KEPT, clear_away
from models.opened import Opened
from models.outbox import Verdict
from models.snapshot import Page
from models.space import LIBRARY, Space
from models.store import Store, open_store

CELL = "project:cell"
SEEN = [Space(LIBRARY, "editor", []), Space(CELL, "editor", [("ines", "manager"), ("tomas", "editor")])]
OLD = JUST_KEPT + 60


@pytest.fixture
def tomas(tmp_path: Path) -> Iterator[Store]:
    """A laptop with a client that everybody sees, and Cell 9 that not everybody does."""
    store = open_store(tmp_path / "tomas")
    client = Patch("client", "harlan", True, {"name": "Harlan Fab", "space": LIBRARY})
    project = Patch("project", "cell", True, {"name": "Cell 9", "space": CELL})
    with store.write() as conn:
        space.tell(conn, SEEN, 1)
        snapshot.take(conn, Page(LIBRARY, "", [client], 5, False))
        snapshot.take(conn, Page(CELL, "", [project], 5, False))
    yield store
    store.close()


Came = Callable[..., Attached]


@pytest.fixture
def came(tomas: Store, tmp_path: Path) -> Came:
    """came(name, space) → an attachment of Ines that Tomas has opened, a while ago."""

    def one(name: str, kind: str, owner: str, lies: str) -> Attached:
        (tmp_path / name).write_text("the price list")
        blob = Blobs(tomas.home).keep(tmp_path / name)
        told = {"name": name, "size": blob.size, "sha256": blob.sha, "owner_kind": kind, "owner_id": owner}
        with tomas.write() as conn:
            snapshot.all_again(conn)
            space.tell(conn, SEEN, 2)
            for each in SEEN:
                mine = [Patch("attachment", name, True, {**told, "space": lies})] if each.id == lies else []
                kept = {LIBRARY: ("client", "harlan"), CELL: ("project", "cell")}[each.id]
                owned = Patch(*kept, True, {"name": "Owner", "space": each.id})
                snapshot.stage(conn, Page(each.id, "", [owned, *mine], 6, False))
            blobs.fetched(conn, blob)
            what = attached(conn, name)
        assert what
        older(Blobs(tomas.home).path(blob.sha), OLD)
        return what

    return one


def older(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def attached_here(store: Store, folder: Path, kind: str, owner: str) -> Blob:
    """A file of this laptop's own, attached a while ago and not sent yet."""
    (folder / "wiring.pdf").write_bytes(b"%PDF")
    blob = Blobs(store.home).keep(folder / "wiring.pdf")
    older(Blobs(store.home).path(blob.sha), OLD)
    store.transact("Attach", attach, kind, owner, "wiring.pdf", blob)
    return blob


def take_away(store: Store) -> None:
    with store.write() as conn:
        assert space.tell(conn, SEEN[:1], 9) == [CELL]
    clear_away(store)


def kept(store: Store) -> list[str]:
    """The contents of which there is a row; the files are the same."""
    with closing(store.read()) as conn:
        rows = sorted(sha for (sha,) in conn.execute("SELECT sha FROM blob"))
    assert sorted(p.name for p in Blobs(store.home).folder.rglob("*") if p.is_file()) == rows
    return rows


def test_contents_and_copies_of_a_space_that_was_taken_away_leave_the_disk(tomas: Store, came: Came) -> None:
    what = came("prices.pdf", "project", "cell", CELL)
    path, _ = Opened(tomas.home).copy(what, Blobs(tomas.home).path(what.sha))
    clear_away(tomas)
    assert kept(tomas) == [what.sha] and path.exists()
    take_away(tomas)
    assert kept(tomas) == [] and list(Opened(tomas.home).folder.iterdir()) == []


def test_what_was_saved_into_a_copy_stays(tomas: Store, came: Came) -> None:
    what = came("prices.pdf", "project", "cell", CELL)
    path, _ = Opened(tomas.home).copy(what, Blobs(tomas.home).path(what.sha))
    path.write_text("the price list, with my notes")
    take_away(tomas)
    assert path.read_text() == "the price list, with my notes"


def test_a_content_that_another_attachment_names_stays(tomas: Store, came: Came) -> None:
    what = came("prices.pdf", "project", "cell", CELL)
    tomas.transact("Attach", attach, "client", "harlan", "list.pdf", Blob(what.sha, what.size))
    take_away(tomas)
    assert kept(tomas) == [what.sha]


def test_the_content_of_an_operation_that_waits_or_was_refused_stays(tomas: Store, tmp_path: Path) -> None:
    blob = attached_here(tomas, tmp_path, "project", "cell")
    take_away(tomas)
    assert kept(tomas) == [blob.sha]
    with tomas.write() as conn:
        blobs.refused(conn, blob.sha, "not yours", 1)
        [sent] = outbox.take(conn, 10)
        outbox.settle(conn, [Verdict(sent.id, 0, "not shared with you")])
    clear_away(tomas)
    assert kept(tomas) == [blob.sha]


def test_a_content_whose_attaching_is_undone_can_be_attached_again(tomas: Store, tmp_path: Path) -> None:
    blob = attached_here(tomas, tmp_path, "client", "harlan")
    tomas.undo()
    clear_away(tomas)
    tomas.redo()
    assert kept(tomas) == [blob.sha]


def test_a_file_that_is_just_being_attached_stays(tomas: Store, came: Came, tmp_path: Path) -> None:
    """In another process, whose transaction comes after the space was taken away."""
    what = came("prices.pdf", "project", "cell", CELL)
    blob = Blobs(tomas.home).keep(tmp_path / "prices.pdf")
    take_away(tomas)
    tomas.transact("Attach", attach, "client", "harlan", "list.pdf", blob)
    assert kept(tomas) == [what.sha] == [blob.sha]


def test_a_content_that_comes_to_be_named_after_the_first_look_stays(
    tomas: Store, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another process, or by the sync."""
    what = came("prices.pdf", "project", "cell", CELL)
    first = leaving.unnamed

    def then_named(conn: sqlite3.Connection) -> list[str]:
        found = first(conn)
        tomas.transact("Attach", attach, "client", "harlan", "list.pdf", Blob(what.sha, what.size))
        return found

    monkeypatch.setattr(leaving, "unnamed", then_named)
    take_away(tomas)
    assert kept(tomas) == [what.sha]


def test_half_a_file_goes_when_it_is_old_and_one_of_a_store_that_was_put_aside_never(
    tomas: Store, tmp_path: Path
) -> None:
    (tmp_path / "wiring.pdf").write_bytes(b"%PDF")
    other = Blobs(tomas.home).path(Blobs(tomas.home).keep(tmp_path / "wiring.pdf").sha)
    half, young = Blobs(tomas.home).folder / "tmpold", Blobs(tomas.home).folder / "tmpnew"
    for path in (half, young):
        path.write_bytes(b"%P")
    for path in (half, other):
        older(path, BROKEN_OFF + 60)
    clear_away(tomas)
    assert (half.exists(), young.exists(), other.exists()) == (False, True, True)


def test_what_cannot_go_now_stays_for_the_next_time(
    tomas: Store, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process imports a plan at the moment."""
    what = came("prices.pdf", "project", "cell", CELL)

    def busy() -> NoReturn:
        raise StoreBusy("Another process writes.")

    with tomas.write() as conn:
        space.tell(conn, SEEN[:1], 9)
    with monkeypatch.context() as patch:
        patch.setattr(tomas, "write", busy)
        clear_away(tomas)
    assert kept(tomas) == [what.sha]
    clear_away(tomas)
    assert kept(tomas) == []
