"""An older state made current again: on each database, while the server runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from server import restoring
from server.database import open_database
from sync import protocol
from tests.server.freeze import FROZEN
from tests.server.laptop import CELL, Laptop, begin_cell, client, do, edit, new, share, told
from tests.server.running import Admin, Served, bring_back_by_hand


def epochs(laptop: Laptop) -> list[list[object]]:
    answer: list[list[object]] = laptop.http.get("/v1/epochs").json()["epochs"]
    return answer


def test_a_restore_begins_a_new_history_after_the_backups_head(
    run: Admin,
    ines: Laptop,
    tmp_path: Path,
) -> None:
    ines.push(do("Monday", client("Harlan Fab", "harlan")))
    run("backup", str(tmp_path / "monday.db"))
    before = epochs(ines)
    ines.push(do("Tuesday", client("Novak Metal", "novak")))
    assert "1 entries newer than the backup are gone" in run("restore", str(tmp_path / "monday.db"))
    assert [e["detail"] for e in run.json("audit") if e["what"] == "restore"] == ["log 3 → 2"]
    assert [entry.label for entry in ines.log()] == ["Ines joined", "Monday"]
    assert epochs(ines)[:-1] == before and epochs(ines)[-1][1] == 2
    run("restore", str(tmp_path / "monday.db"))
    assert [fork for _, fork in epochs(ines)] == [0, 2]  # of the first restore the backup knows nothing
    assert ines.post(do("Wednesday", client())).status_code == 409
    ines.epoch = ines.http.get("/v1/whoami").headers[protocol.EPOCH]
    assert ines.push_one(do("Wednesday", client())).ver == 3


def test_who_may_sign_in_is_as_it_was_before_the_restore(
    run: Admin,
    server: Served,
    ines: Laptop,
    tmp_path: Path,
) -> None:
    run("backup", str(tmp_path / "monday.db"))
    tomas, odile = server.laptop("Tomas"), server.laptop("Odile")
    odile.http.post("/v1/logout")
    run("restore", str(tmp_path / "monday.db"))
    assert tomas.http.get("/v1/whoami").json()["name"] == "Tomas"
    assert odile.http.get("/v1/whoami").status_code == 401


def test_who_sees_what_is_as_it_was_before_the_restore(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, cell: str, tmp_path: Path
) -> None:
    odile, mara = server.laptop("Odile"), server.laptop("Mara")
    for guest in (tomas, odile):
        share(ines, guest.member, "editor")
    run("backup", str(tmp_path / "monday.db"))
    share(ines, tomas.member, "")
    share(ines, odile.member, "reader")
    share(ines, mara.member, "editor")
    run("restore", str(tmp_path / "monday.db"))
    seen = [told(laptop).get(cell) for laptop in (ines, odile, tomas, mara)]
    assert [space and space.role for space in seen] == ["manager", "reader", None, "editor"]
    mara.epoch = ""
    assert mara.push_one(do("Rename", edit("task", "lay", 9, name="Lay all"))).ver
    assert "lay" not in {patch.rec for patch in tomas._patches()}


def test_what_is_only_in_the_backup_comes_back_with_who_saw_it(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "monday.db"))
    begin_cell(ines)
    share(ines, tomas.member, "reader")
    run("backup", str(tmp_path / "tuesday.db"))
    bring_back_by_hand(server, tmp_path / "monday.db")
    assert CELL not in told(tomas)
    run("restore", str(tmp_path / "tuesday.db"))
    assert told(tomas)[CELL].role == "reader" and told(ines)[CELL].role == "manager"


def test_what_the_server_knows_nothing_of_any_more_is_begun_by_who_made_it_only(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "monday.db"))
    begin_cell(ines)
    share(ines, tomas.member, "reader")
    bring_back_by_hand(server, tmp_path / "monday.db")
    ines.epoch = tomas.epoch = ""
    project = new("project", "cell", name="Cell 9", space=CELL)
    assert "whoever made it makes it again" in tomas.push_one(do("Kept", project, kind="keep")).reason
    assert CELL not in told(tomas)
    begin_cell(ines)
    assert told(ines)[CELL].members == [(ines.member, "manager")]


def test_what_no_laptop_brings_back_is_let_go_and_begun_again(
    run: Admin, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "monday.db"))
    begin_cell(ines)
    share(ines, tomas.member, "manager")
    share(ines, ines.member, "reader")
    assert "It holds records: 2" in run("spaces", "--let-go", CELL, status=1)
    run("restore", str(tmp_path / "monday.db"))
    ines.epoch = ""
    plan = [do("Plan", new("project", "cell", name="Cell 9", space=CELL)) for _ in range(2)]
    assert "you may read this" in ines.push_one(plan[0]).reason
    run("spaces", "--let-go", CELL)
    assert CELL not in told(tomas)
    assert ines.push_one(plan[1]).ver and told(ines)[CELL].members == [(ines.member, "manager")]
    assert "No space is called" in run("spaces", "--let-go", "project:x", status=1)
    assert "let go" in {e["what"] for e in run.json("audit")}


def test_what_was_begun_since_the_backup_is_brought_back_by_who_sees_it_now(
    run: Admin, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "monday.db"))
    begin_cell(ines)
    share(ines, tomas.member, "manager")
    share(tomas, ines.member, "")
    run("restore", str(tmp_path / "monday.db"))
    assert "a project that no laptop has brought back yet" in run("spaces")
    ines.epoch = tomas.epoch = ""
    project = new("project", "cell", name="Cell 9", space=CELL)
    assert "you do not see" in ines.push_one(do("Plan", project)).reason
    assert tomas.push_one(do("Kept", project, kind="keep")).ver
    assert told(tomas)[CELL].members == [(tomas.member, "manager")] and CELL not in told(ines)


def test_who_began_a_project_since_the_backup_makes_it_again(
    run: Admin, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "monday.db"))
    begin_cell(ines)
    share(ines, tomas.member, "reader")
    run("restore", str(tmp_path / "monday.db"))
    ines.epoch = ""
    begin_cell(ines)
    assert told(tomas)[CELL].members == [(ines.member, "manager"), (tomas.member, "reader")]


def test_a_backup_becomes_a_database_where_there_is_none(run: Admin, ines: Laptop, tmp_path: Path) -> None:
    ines.push(do("Monday", client("Harlan Fab", "harlan")))
    run("backup", str(tmp_path / "monday.db"))
    fresh = open_database(str(tmp_path / "fresh.db"))
    assert restoring.restore(fresh, tmp_path / "monday.db", 0) == (2, 0)
    fresh.close()
    copy = Served(str(tmp_path / "fresh.db"))
    ines.http.base_url = copy.url
    assert ines.record("harlan")["name"] == "Harlan Fab"
    copy.stop()


def test_a_backup_of_an_older_server_stays_as_it_is(database: str, tmp_path: Path) -> None:
    file = tmp_path / "monday.db"
    with closing(sqlite3.connect(file)) as conn:
        conn.executescript((FROZEN / "schema_1.sql").read_text(encoding="utf-8"))
        conn.execute("PRAGMA journal_mode=WAL")
    kept = file.read_bytes()
    with closing(open_database(database)) as server:
        assert restoring.restore(server, file, 0).head == 7
    assert file.read_bytes() == kept and list(tmp_path.glob("monday*")) == [file]


def test_a_file_that_is_no_backup_is_refused_by_its_name(run: Admin, ines: Laptop, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Call Harlan Fab." * 100)
    assert f"{file} is not a database" in run("restore", str(file), status=1)


def test_another_workspaces_backup_is_refused(run: Admin, ines: Laptop, tmp_path: Path) -> None:
    other = Served(str(tmp_path / "other.db"))
    other.laptop("Harlan")
    other.stop()
    assert "another workspace" in run("restore", str(tmp_path / "other.db"), status=1)
    assert "There is no file" in run("restore", str(tmp_path / "nothing.db"), status=1)
    assert [entry.label for entry in ines.log()] == ["Ines joined"]


def test_a_database_that_was_brought_back_by_other_means_is_told_to_the_laptops(
    run: Admin,
    ines: Laptop,
) -> None:
    before = epochs(ines)
    assert "The log ends at 1" in run("restore")
    assert epochs(ines)[0] == before[0] and epochs(ines)[1][1] == 1
