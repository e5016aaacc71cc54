"""The server comes back as it was on Monday: laptops bring what it has lost, and nobody is asked."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from models import backup as backups
from models import blobs, db, rejoining
from models.conflict import settle
from models.dump import dump
from models.errors import Held
from models.record import create, delete, edit
from models.rejected import send_again
from models.rejoining import fork_of
from models.store import Store
from server import backup, restoring
from server.database import open_database
from sync import account, engine, protocol, worker
from sync.steps import Local
from tests.server.running import Served, bring_back_by_hand
from tests.sync.conftest import Profile, begin_cell

Pair = tuple[Store, Store]


@pytest.fixture
def pair(server: Served, profile: Profile, tokens: Path) -> Pair:
    """Ines and Tomas, signed in, with a client that both have."""
    ines, tomas = profile("ines"), profile("tomas")
    ines.transact("Add", create, "client", id="harlan", name="Harlan Fab", city="Linz")
    for store, name in ((ines, "Ines"), (tomas, "Tomas")):
        account.login(store, server.url, server.code(name))
    sync(ines, tomas)
    return ines, tomas


@pytest.fixture
def monday(server: Served, tmp_path: Path) -> Callable[[], None]:
    """Takes a backup when it is first asked for; what it returns makes that current."""
    file = tmp_path / "monday.db"

    def restore() -> None:
        if file.exists():
            restoring.restore(server.backend.database, file, server.now)
        else:
            backup.backup(server.backend.database, file)

    return restore


def sync(*stores: Store) -> list[str]:
    """Everybody syncs until all have all; what they have then."""
    for store in (*stores, *stores):
        worker.sync_now(store)
    dumps = [told(store) for store in stores]
    assert all(each == dumps[0] for each in dumps)
    assert all(worker.read_state(store).waiting == 0 for store in stores)
    return dumps[0]


def told(store: Store) -> list[str]:
    conn = store.read()
    lines = list(dump(conn))
    conn.close()
    return lines


def city(store: Store, rec: str = "harlan") -> str:
    [[found]] = rows(store, f"SELECT city FROM client WHERE id='{rec}'")
    return str(found)


def count(store: Store, kind: str) -> int:
    [[found]] = rows(store, f"SELECT count(*) FROM {kind}")
    return int(found)


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    conn = store.read()
    found = conn.execute(query).fetchall()
    conn.close()
    return found


def test_what_was_done_since_the_backup_comes_back(pair: Pair, monday: Callable[[], None]) -> None:
    ines, tomas = pair
    monday()
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    tomas.transact("Add", create, "client", id="novak", name="Novak Metal")
    tomas.transact("Call", edit, "client", "harlan", notes="asked for the kerf table")
    before = sync(ines, tomas)
    ines.transact("Add", create, "client", id="new", name="Not sent yet")
    monday()
    after = sync(ines, tomas)
    assert [line for line in after if '"new"' not in line] == before
    assert count(tomas, "client") == 3 and count(ines, "conflict") == 0


def test_a_colleague_who_stays_away_loses_no_record_and_edits_of_it_hold(
    pair: Pair, monday: Callable[[], None]
) -> None:
    ines, tomas = pair
    monday()
    tomas.transact("Add", create, "client", id="novak", name="Novak Metal", city="Brno")
    sync(ines, tomas)
    ines.transact("Move", edit, "client", "novak", city="Praha")
    worker.sync_now(ines)
    monday()
    worker.sync_now(ines)
    assert (city(ines, "novak"), worker.read_state(ines).rejected) == ("Praha", 0)
    sync(ines, tomas)
    assert city(tomas, "novak") == "Praha" and count(ines, "conflict") == 0


def test_conflict_records_only_grow(pair: Pair, monday: Callable[[], None]) -> None:
    """Invariant 12 over a restore: each comes back once, from whoever has it."""
    ines, tomas = pair
    monday()
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    tomas.transact("Move", edit, "client", "harlan", city="Wien")
    before = sync(ines, tomas)
    assert count(ines, "conflict") == 1
    monday()
    worker.sync_now(ines)
    assert count(ines, "conflict") == 1
    assert sync(ines, tomas) == before


@pytest.mark.parametrize("field", ["deadline", "name"])
def test_who_won_a_conflict_wins_it_again_whoever_comes_first(
    pair: Pair, monday: Callable[[], None], field: str
) -> None:
    """Of a date the value stays that the server had: else the restore would turn it round, and decided ones with it."""
    ines, tomas = pair
    ines.transact("Add", create, "project", id="line", name="Line 2")
    ines.transact("Add", create, "task", id="cables", name="Lay cables", project_id="line")
    sync(ines, tomas)
    monday()
    ines.transact("Ines", edit, "task", "cables", **{field: "2026-12-04T17:00"})
    tomas.transact("Tomas", edit, "task", "cables", **{field: "2026-12-11T17:00"})
    before = sync(ines, tomas)
    assert count(ines, "conflict") == 1
    for first, second in ((tomas, ines), (ines, tomas)):
        monday()
        assert sync(first, second) == before


def test_what_wins_once_more_finds_the_other_conflicts_as_they_were_recorded(
    pair: Pair, monday: Callable[[], None]
) -> None:
    """By itself the earlier word on who may sign would stand, the later one would write nothing, and meet no delete."""
    ines, tomas = pair
    ines.transact("Add", create, "contact", id="ada", name="Ada", client_id="harlan")
    sync(ines, tomas)
    monday()
    tomas.transact("Tomas", edit, "contact", "ada", can_sign=1)
    ines.transact("Ines", edit, "contact", "ada", can_sign=0)
    ines.transact("Ines", delete, "contact", "ada")
    before = sync(tomas, ines)
    assert count(ines, "conflict") == 2
    monday()
    assert sync(ines, tomas) == before


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_a_colleague_did_in_a_project_begun_since_comes_with_one_sync_of_whoever_began_it(
    pair: Pair, monday: Callable[[], None], server: Served, tmp_path: Path, by_hand: bool
) -> None:
    """Where the server knows nothing of the space: the offers follow its beginning, and then what builds on them."""
    ines, tomas = pair
    monday()
    cell = begin_cell(ines)
    account.share(ines, cell["space"], tomas.meta("member"), "editor")
    worker.sync_now(tomas)
    tomas.transact("Add", create, "task", id="cables", name="Lay cables", project_id=cell["id"])
    ines.transact("Name", edit, "project", cell["id"], name="Cell IX")
    later = ines.clock() + 60_000
    ines.clock = tomas.clock = lambda: later
    tomas.transact("Name", edit, "project", cell["id"], name="Cell nine")
    sync(tomas, ines)
    ines.transact("Length", edit, "task", "cables", duration_minutes=960)
    [conflict] = rows(ines, "SELECT id FROM conflict")
    ines.transact("Decide", settle, *conflict, "now")
    before = sync(tomas, ines)
    if by_hand:
        bring_back_by_hand(server, tmp_path / "monday.db")
    else:
        monday()
    worker.sync_now(ines)
    assert (count(ines, "task"), count(ines, "conflict"), worker.read_state(ines).rejected) == (1, 1, 0)
    if by_hand:
        account.share(ines, cell["space"], tomas.meta("member"), "editor")
    assert sync(tomas, ines) == before and worker.read_state(tomas).rejected == 0


def test_what_waits_for_the_last_that_is_sent_again_is_offered_by_the_same_sync(
    pair: Pair, monday: Callable[[], None]
) -> None:
    ines, tomas = pair
    monday()
    cell = begin_cell(ines)
    account.share(ines, cell["space"], tomas.meta("member"), "editor")
    sync(tomas, ines)
    tomas.transact("Add", create, "task", id="cables", name="Lay cables", project_id=cell["id"])
    before = sync(tomas, ines)
    monday()
    worker.sync_now(ines)
    assert told(ines) == before


def test_who_may_only_read_now_hears_that_a_record_was_lost_and_sends_the_edit_again_when_it_is_back(
    pair: Pair, monday: Callable[[], None]
) -> None:
    ines, tomas = pair
    cell = begin_cell(ines)
    share = partial(account.share, ines, cell["space"], tomas.meta("member"))
    share("editor")
    monday()
    ines.transact("Add", create, "task", id="cables", name="Lay cables", project_id=cell["id"])
    sync(ines, tomas)
    tomas.transact("Length", edit, "task", "cables", duration_minutes=960)
    monday()
    share("reader")
    worker.sync_now(tomas)
    [(id, why)] = rows(tomas, "SELECT id, note FROM txn WHERE state=5")
    assert "lost when the server was restored" in why
    share("editor")
    sync(ines, tomas)
    tomas.transact("Again", send_again, id, {})
    sync(tomas, ines)
    assert rows(ines, "SELECT duration_minutes FROM task") == [(960,)]


def test_what_was_taken_away_since_the_backup_does_not_come_back_onto_the_laptop(
    pair: Pair, monday: Callable[[], None]
) -> None:
    """Neither on one that had heard of it, nor on one that had not."""
    ines, tomas = pair
    cells = [begin_cell(ines), begin_cell(ines)]
    for cell in cells:
        account.share(ines, cell["space"], tomas.meta("member"), "editor")
    sync(ines, tomas)
    monday()
    for cell in cells:
        account.share(ines, cell["space"], tomas.meta("member"), "")
        if cell is cells[0]:
            worker.sync_now(tomas)
    assert count(tomas, "project") == 1
    monday()
    for store in (ines, tomas):
        worker.sync_now(store)
    assert (count(ines, "project"), count(tomas, "project")) == (2, 0)


def test_what_the_server_lost_leaves_the_history_with_its_space(
    pair: Pair, monday: Callable[[], None]
) -> None:
    """It comes back with who made it, for those who still see that."""
    ines, tomas = pair
    cell = begin_cell(ines)
    share = partial(account.share, ines, cell["space"], tomas.meta("member"))
    share("reader")
    monday()
    ines.transact("Add", create, "task", id="cables", name="Lay cables", project_id=cell["id"])
    sync(ines, tomas)
    monday()
    worker.sync_now(tomas)
    assert count(tomas, "task") == 0 and rows(tomas, "SELECT 1 FROM change WHERE rec='cables'")
    share("")
    worker.sync_now(tomas)
    assert not rows(tomas, "SELECT 1 FROM change WHERE rec='cables' OR old LIKE '%Lay cables%'")
    worker.sync_now(ines)
    assert count(ines, "task") == 1


def test_what_somebody_made_for_everybody_under_an_id_of_what_was_refused_after_that_stays(
    pair: Pair, monday: Callable[[], None]
) -> None:
    ines, tomas = pair
    cell = begin_cell(ines)
    ines.transact("Begin", create, "project", id="robot", name="Second robot")
    share = partial(account.share, ines, cell["space"], tomas.meta("member"))
    share("editor")
    sync(ines, tomas)
    monday()
    tomas.transact("Add", create, "task", id="kick-off", name="Kick-off", project_id=cell["id"])
    worker.sync_now(tomas)
    share("reader")
    monday()
    worker.sync_now(tomas)
    assert (worker.read_state(tomas).rejected, count(tomas, "task")) == (1, 0)
    ines.transact("Add", create, "task", id="kick-off", name="Kick-off", project_id="robot")
    sync(ines, tomas)
    share("")
    worker.sync_now(tomas)
    assert (count(tomas, "project"), count(tomas, "task")) == (1, 1)
    assert not any(mended for (mended,) in rows(tomas, "SELECT mended FROM space"))


def test_a_member_who_joined_since_the_backup_is_still_one(
    server: Served, profile: Profile, pair: Pair, monday: Callable[[], None]
) -> None:
    monday()
    odile = profile("odile")
    account.login(odile, server.url, server.code("Odile"))
    sync(*pair, odile)
    monday()
    sync(*pair, odile)
    assert count(odile, "member") == 3


def test_a_laptop_that_has_nothing_newer_just_goes_on(pair: Pair, monday: Callable[[], None]) -> None:
    ines, tomas = pair
    monday()
    monday()
    tomas.transact("Move", edit, "client", "harlan", city="Wien")
    sync(tomas, ines)
    assert city(ines) == "Wien"


def test_restored_twice_from_the_same_backup(pair: Pair, monday: Callable[[], None]) -> None:
    ines, tomas = pair
    monday()
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    sync(ines, tomas)
    monday()
    worker.sync_now(ines)
    monday()
    tomas.transact("Note", edit, "client", "harlan", notes="two days")
    sync(tomas, ines)
    assert city(tomas) == "Graz" and count(ines, "conflict") == 0


def test_a_deleted_record_stays_deleted(pair: Pair, monday: Callable[[], None]) -> None:
    ines, tomas = pair
    monday()
    tomas.transact("Delete", delete, "client", "harlan")
    before = sync(ines, tomas)
    monday()
    assert sync(ines, tomas) == before


def test_nothing_is_lost_when_the_laptop_dies_in_between(pair: Pair, monday: Callable[[], None]) -> None:
    ines, tomas = pair
    monday()
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    tomas.transact("Add", create, "client", id="novak", name="Novak Metal")
    sync(ines, tomas)
    monday()
    for stop in range(12):
        _die_after(ines, stop)
        assert city(ines) == "Graz" and count(ines, "client") >= 1
    sync(ines, tomas)
    assert count(ines, "client") == 2


def _die_after(store: Store, steps: int) -> None:
    class Dead(Exception):
        pass

    plain, left = engine._all, [steps]

    def dying(*words: object) -> object:
        walk, outcome = plain(*words), None  # type: ignore[arg-type]
        while True:
            if not left[0]:
                raise Dead
            left[0] -= 1
            try:
                outcome = yield walk.send(outcome)
            except StopIteration:
                return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_all", dying)
        with suppress(Dead):
            worker.sync_now(store)


def test_an_answer_of_the_history_that_ended_is_not_taken(pair: Pair, server: Served) -> None:
    """Another process of the profile learns of the restore while this one holds a page."""
    ines, tomas = pair
    tomas.transact("Move", edit, "client", "harlan", city="Wien")
    worker.sync_now(tomas)
    steps, outcome = engine.sync(ines.clock), None
    with httpx.Client(headers={"authorization": f"Bearer {account.token_of(ines)}"}) as http:
        while not (isinstance(step := steps.send(outcome), Local) and step.what == "apply"):
            if isinstance(step, Local):
                with ines.write() as conn:
                    outcome = step.run(conn)
            else:
                answer = http.get(server.url + step.path)
                outcome = protocol.Reply(200, dict(answer.headers), answer.content)
    with ines.write() as conn:
        rejoining.adopt(conn, ines.meta("epoch"), ines.meta("workspace"), [*_epochs(conn), ("tuesday", 1)], 1)
        step.run(conn)
    assert city(ines) == "Linz" and ines.meta("cursor") == "1"


def _epochs(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    return [(word, fork) for word, fork in orjson.loads(db.get_meta(conn, rejoining.LINEAGE))]


def test_an_older_copy_of_the_file_that_nobody_announced_holds_in_words(
    pair: Pair, server: Served, tmp_path: Path
) -> None:
    ines, _ = pair
    backup.backup(server.backend.database, tmp_path / "monday.db")
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    worker.sync_now(ines)
    older = open_database(str(tmp_path / "monday.db"))
    with older.reading() as source, server.backend.database.writing() as target:
        backup.copy_tables(source, target)
    with pytest.raises(Held, match="milepost server restore"):
        worker.sync_now(ines)
    assert city(ines) == "Graz"
    restoring.declare(server.backend.database, server.now)
    worker.sync_now(ines)
    assert city(ines) == "Graz" and worker.read_state(ines).waiting == 0


def test_an_empty_server_at_the_same_address_wipes_nothing(
    pair: Pair, profile: Profile, tmp_path: Path
) -> None:
    ines, _ = pair
    other = Served(str(tmp_path / "empty.db"))
    with ines.write() as conn:
        db.set_meta(conn, "server", other.url)
    with pytest.raises(Held, match="Sign in again"):
        worker.sync_now(ines)
    stranger = profile("stranger")
    account.login(stranger, other.url, other.code("Ines"))
    with ines.write() as conn:  # as if the device were known there
        why = rejoining.adopt(
            conn, ines.meta("epoch"), other.backend.database.workspace(), [("theirs", 0)], 0
        )
    other.stop()
    assert "another workspace" in why and city(ines) == "Linz"


@pytest.mark.parametrize(
    ("ours", "theirs", "fork"),
    [
        ([("a", 0)], [("a", 0), ("b", 5)], 5),
        ([("a", 0)], [("a", 0), ("b", 9), ("c", 4)], 4),
        ([("a", 0), ("b", 5)], [("a", 0), ("c", 3)], 3),
        ([("a", 0), ("b", 3)], [("a", 0), ("c", 5)], 3),
        ([("a", 0), ("b", 3)], [("a", 0)], 3),
        ([("a", 0), ("b", 3), ("c", 9)], [("a", 0), ("b", 3), ("d", 7)], 7),
        ([("a", 0)], [("x", 0), ("y", 2)], None),
    ],
)
def test_where_two_histories_part(
    ours: list[tuple[str, int]], theirs: list[tuple[str, int]], fork: int | None
) -> None:
    assert fork_of(ours, theirs) == fork


def test_the_content_of_an_attachment_goes_with_it(
    pair: Pair, server: Served, monday: Callable[[], None], tmp_path: Path
) -> None:
    from models import attachment

    ines, tomas = pair
    monday()
    (tmp_path / "wiring.pdf").write_bytes(b"%PDF")
    blob = blobs.Blobs(ines.home).keep(tmp_path / "wiring.pdf")
    ines.transact("Attach", attachment.attach, "client", "harlan", "wiring.pdf", blob)
    sync(ines, tomas)
    monday()
    shutil.rmtree(f"{server.database}.blobs")
    sync(ines, tomas)
    assert list(Path(f"{server.database}.blobs").rglob("whole"))


def test_a_laptop_that_was_restored_goes_on_and_overwrites_nothing_unseen(
    pair: Pair, profile: Profile, server: Served, tmp_path: Path
) -> None:
    """Its own later edits are a colleague's to the store of Monday: they are met, not overwritten."""
    ines, tomas = pair
    backups.backup(ines.home, tmp_path / "ines-monday.db")
    ines.transact("Move", edit, "client", "harlan", city="Graz")
    sync(ines, tomas)
    ines.close()
    backups.restore(ines.home, tmp_path / "ines-monday.db")
    again = profile("ines")
    server.pass_time(60_000)
    again.transact("Move", edit, "client", "harlan", city="Wien")
    sync(again, tomas)
    assert city(tomas) == "Wien" and count(tomas, "conflict") == 1


def test_an_edit_that_waited_in_the_backup_is_not_sent_twice(
    pair: Pair, profile: Profile, tmp_path: Path
) -> None:
    ines, tomas = pair
    ines.transact("Add", create, "client", id="novak", name="Novak Metal")
    backups.backup(ines.home, tmp_path / "ines-monday.db")
    sync(ines, tomas)
    ines.close()
    backups.restore(ines.home, tmp_path / "ines-monday.db")
    again = profile("ines")
    assert worker.read_state(again).waiting == 1
    sync(again, tomas)
    assert count(tomas, "client") == 2 and count(tomas, "conflict") == 0


def test_contents_that_the_server_lost_come_back_from_whoever_has_them(
    pair: Pair, server: Served, tmp_path: Path
) -> None:
    from models import attachment

    ines, tomas = pair
    (tmp_path / "wiring.pdf").write_bytes(b"%PDF")
    blob = blobs.Blobs(ines.home).keep(tmp_path / "wiring.pdf")
    ines.transact("Attach", attachment.attach, "client", "harlan", "wiring.pdf", blob)
    sync(ines, tomas)
    shutil.rmtree(f"{server.database}.blobs")
    restoring.declare(server.backend.database, server.now)
    sync(ines, tomas)
    assert list(Path(f"{server.database}.blobs").rglob("whole"))
