"""What whoever runs the server does to it, while it runs."""

import hashlib
import random
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.outbox import Outgoing
from server import admin
from server.accounts import CODE_LIFE
from server.blobs import Contents, open_storage
from server.database import Connection, open_database
from tests.server.laptop import Laptop, client, do, edit, link, new, task
from tests.server.running import Admin, Served, small_disk


def _some_work(ines: Laptop, tomas: Laptop) -> None:
    ines.push(do("Add", client(rec="harlan")), do("Plan", task("Cables", "t1"), task("Power", "t2")))
    tomas.push(do("Link", link("l1", "t1", "t2")), do("Rename", edit("client", "harlan", 3, name="Harlan")))
    ines.push(do("Add", client("")))


# ── backup ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_is_a_server_with_everything_in_it(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    _some_work(ines, tomas)
    run("backup", str(tmp_path / "monday.db"))
    ines.push(do("Add", client()))
    copy = Served(str(tmp_path / "monday.db"))
    ines.http.base_url = copy.url
    assert [entry.label for entry in ines.log()] == [
        "Ines joined",
        "Tomas joined",
        "Add",
        "Plan",
        "Link",
        "Rename",
    ]
    assert ines.record("harlan")["name"] and ines.push_one(do("Add", client())).ver == 7
    copy.stop()


def test_a_backup_is_of_one_moment_however_much_is_pushed(
    run: Admin, ines: Laptop, tomas: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server import backup

    plain = backup._copy

    def slowly(source: Connection, target: Connection, table: str) -> int:
        tomas.push(do("Add", client()))
        return plain(source, target, table)

    monkeypatch.setattr(backup, "_copy", slowly)
    run("backup", str(tmp_path / "monday.db"))
    assert admin.main(["check", "--database", str(tmp_path / "monday.db")]) == 0


def test_a_backup_is_for_its_owner_and_replaces_nothing(run: Admin, ines: Laptop, tmp_path: Path) -> None:
    file = tmp_path / "monday.db"
    assert run.json("backup", str(file))["rows"]["log"] == 1
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_bytes()
    assert "replaces nothing" in run("backup", str(file), status=1)
    with closing(sqlite3.connect(file)) as conn:
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)  # served, readers wait for nobody
    assert file.read_bytes() == kept and [f.name for f in tmp_path.glob("monday*")] == ["monday.db"]


def test_a_backup_needs_the_room_of_one_copy_and_else_leaves_nothing(
    run: Admin, ines: Laptop, tmp_path: Path
) -> None:
    for n in range(40):
        notes = random.randbytes(20_000).hex()
        assert ines.push_one(do("Add", new("client", f"c{n}", name="Harlan Fab", notes=notes))).ver
    run("backup", str(tmp_path / "roomy.db"))
    size = (tmp_path / "roomy.db").stat().st_size
    with small_disk(tmp_path / "small", size * 3 // 2) as disk:
        run("backup", str(disk / "monday.db"))
        assert admin.main(["check", "--database", str(disk / "monday.db")]) == 0
        (disk / "monday.db").unlink()
    with small_disk(tmp_path / "smaller", size * 3 // 4) as disk:
        assert "is full" in run("backup", str(disk / "monday.db"), status=1)
        assert list(disk.iterdir()) == []


def test_a_backup_into_a_folder_that_is_not_there_says_what_to_do(
    run: Admin, ines: Laptop, tmp_path: Path
) -> None:
    told = run("backup", str(tmp_path / "nodir" / "monday.db"), status=1)
    assert "No such file" in told and "Choose a folder that is there" in told


# ── check ─────────────────────────────────────────────────────────────────────────────────────────────

WRONG = [
    ("DELETE FROM log WHERE ver=3", "Log"),
    ("DELETE FROM log WHERE ver=6", "Log"),
    ("DELETE FROM txn WHERE ver=4", "Verdicts"),
    ("UPDATE record SET ver=99 WHERE id='t1'", "Versions"),
    ("DELETE FROM record WHERE id='harlan'", "Stamps Checksums"),
    ("UPDATE record SET data=replace(data, 'Harlan', 'Harald') WHERE id='harlan'", "Checksums"),
    ("UPDATE checksum SET sum=sum+1", "Checksums"),
    ("DELETE FROM link", "Links"),
    ("UPDATE link SET succ='t9'", "Links"),
    ("DELETE FROM member", "Devices"),
]


def _states(run: Admin, status: int = 0) -> dict[str, str]:
    return {finding["what"]: finding["state"] for finding in run.json("check", status=status)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sound_database_is_found_sound(run: Admin, ines: Laptop, tomas: Laptop) -> None:
    _some_work(ines, tomas)
    assert set(_states(run).values()) == {"ok"}
    assert "ok    Versions: none beyond the head\n" in run("check")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_postgresql_that_would_forget_at_a_power_cut_is_found(run: Admin, ines: Laptop) -> None:
    states = _states(run, status=1)  # the tests' own is set up so
    assert {what for what, state in states.items() if state == "fail"} == {
        "fsync", "full_page_writes", "synchronous_commit",
    }  # fmt: skip


def test_each_damage_is_found_and_has_a_remedy(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, tmp_path: Path
) -> None:
    _some_work(ines, tomas)
    for number, (damage, what) in enumerate(WRONG):
        file = tmp_path / f"{number}.db"
        run("backup", str(file))
        with sqlite3.connect(file) as conn:
            conn.execute(damage)
        found = list(admin.checking.check(open_database(str(file))))
        assert {f.what for f in found if f.state == "fail"} == set(what.split()), damage
        assert all(f.remedy for f in found if f.state == "fail")


def _photo(number: int, sha: str) -> Outgoing:
    values = {"name": f"photo {number}.jpg", "size": 1, "owner_kind": "client", "owner_id": "harlan"}
    return do("Attach", new("attachment", f"photo-{number}", sha256=sha, **values))


def test_contents_of_attachments_that_are_not_there_are_named(
    run: Admin, server: Served, ines: Laptop, database: str, tmp_path: Path
) -> None:
    shas = [hashlib.sha256(bytes([n])).hexdigest() for n in range(7)]
    ines.push(*(_photo(n, sha) for n, sha in enumerate(shas)))
    gone = edit("attachment", "photo-6", ines.pull().head, deleted_at="2026-11-29T10:00:00.000Z")
    assert ines.push_one(do("Delete", gone)).ver
    contents = Contents(open_storage(str(tmp_path / "files")), server.backend.database)

    def put(n: int) -> None:
        contents.put(server.backend.database.workspace(), shas[n], 1, 0, bytes([n]), "C")

    def told() -> Any:
        status = int("://" in database)  # the tests' own PostgreSQL would forget at a power cut
        return run.json("check", "--blobs", str(tmp_path / "files"), status=status)[-1]

    put(2)
    found = told()
    assert found["what"] == "Attachments" and found["state"] == "warn" and "5 of 6" in found["detail"]
    assert "photo 2" not in found["detail"] and "restore" in found["remedy"]
    for n in range(6):
        put(n)
    found = told()
    assert found["state"] == "ok" and found["detail"].startswith("6 contents")


def test_a_check_is_of_one_moment_attachments_included(server: Served, ines: Laptop) -> None:
    found = admin.checking.check(server.backend.database)
    next(found)
    ines.push(_photo(0, hashlib.sha256(b"0").hexdigest()))
    assert list(found)[-1][:3] == ("ok", "Attachments", "there are none")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_contents_that_nobody_said_the_place_of_are_not_called_missing(run: Admin, ines: Laptop) -> None:
    ines.push(_photo(0, hashlib.sha256(b"0").hexdigest()))
    told = run.json("check", status=1)[-1]
    assert (told["what"], told["state"], told["detail"]) == ("Attachments", "warn", "not looked at")
    assert "--blobs" in told["remedy"]


# ── people and devices ────────────────────────────────────────────────────────────────────────────────


def test_users_and_devices_are_listed(run: Admin, server: Served, ines: Laptop, tomas: Laptop) -> None:
    server.laptop("Ines")
    assert [(u["name"], u["devices"]) for u in run.json("users")] == [("Ines", 2), ("Tomas", 1)]
    assert [(d["letter"], d["member"]) for d in run.json("devices")] == [
        ("A", "Ines"), ("B", "Tomas"), ("C", "Ines"),
    ]  # fmt: skip
    assert run("users").splitlines()[1].startswith("Ines   2        2026-")


def test_who_signed_in_and_out_is_told_newest_first(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop
) -> None:
    for step in (
        lambda: run("devices", "--revoke", "b"),
        lambda: ines.http.post("/v1/logout"),
        lambda: run("restore"),
    ):
        server.pass_time(60_000)
        step()
    events = run.json("audit")
    assert {(e["member"], e["what"], e["detail"].split()[0]) for e in events} == {
        ("", "invite", "Ines"), ("", "invite", "Tomas"), ("Ines", "login", "A"), ("Tomas", "login", "B"),
        ("", "revoke", "B"), ("Ines", "logout", "A"), ("", "restore", "log"),
    }  # fmt: skip
    instants = [e["at"] for e in events]
    assert instants == sorted(instants, reverse=True) and len(set(instants)) > 1
    assert len(run.json("audit", "--most", "1")) == 1
    assert run("audit").splitlines()[0].split() == ["At", "Member", "What", "Detail"]


def test_a_lost_laptop_is_signed_out_and_the_others_stay(run: Admin, ines: Laptop, tomas: Laptop) -> None:
    run("devices", "--revoke", "b")
    assert tomas.http.get("/v1/whoami").status_code == 401
    assert ines.http.get("/v1/whoami").status_code == 200
    assert "No signed-in device" in run("devices", "--revoke", "B", status=1)


def test_who_leaves_is_signed_out_everywhere_and_open_codes_with_them(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop
) -> None:
    second, code = server.laptop("Tomas"), server.code("Tomas")
    run("users", "--sign-out", "tomas")
    assert [d.http.get("/v1/whoami").status_code for d in (ines, tomas, second)] == [200, 401, 401]
    reply = ines.http.post("/v1/login", json={"code": code, "device": "laptop"})
    assert reply.status_code == 403
    assert "No member" in run("users", "--sign-out", "Mara", status=1)
    run("users", "--sign-out", "Ines")  # for whom there is no code
    assert ines.http.get("/v1/whoami").status_code == 401


def _holds(server: Served, code: str) -> bool:
    return httpx.post(f"{server.url}/v1/login", json={"code": code, "device": "laptop"}).status_code == 200


def test_a_sign_out_voids_codes_where_no_device_is_left(run: Admin, server: Served, tomas: Laptop) -> None:
    code = server.code("Tomas")
    tomas.http.post("/v1/logout")
    run("users", "--sign-out", "Tomas")
    assert not _holds(server, code)


def test_a_sign_out_voids_codes_however_they_name_the_member(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop
) -> None:
    codes, other = [server.code("TOMAS"), server.code("tom berg")], server.code("INES")
    ines.push(do("Rename", edit("member", tomas.member, 2, name="Tom Berg")))
    run("users", "--sign-out", "Tomas")
    ines.push(do("Rename", edit("member", tomas.member, 9, name="Tomas")))
    assert [_holds(server, code) for code in (*codes, other)] == [False, False, True]


def test_a_sign_out_by_a_name_that_is_only_on_a_record_says_which_one_to_use(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop
) -> None:
    code = server.code("Tom Berg")
    ines.push(do("Rename", edit("member", tomas.member, 2, name="Tom Berg")))
    assert "signed in as “Tomas”" in run("users", "--sign-out", "Tom Berg", status=1)
    assert tomas.http.get("/v1/whoami").status_code == 200
    run("users", "--sign-out", "Tomas")
    assert tomas.http.get("/v1/whoami").status_code == 401 and not _holds(server, code)


def test_who_never_signed_in_is_kept_out(run: Admin, server: Served) -> None:
    code = server.code("Odile")
    run("users", "--sign-out", "odile")
    assert not _holds(server, code) and ("", "revoke", "code for Odile") in {
        (e["member"], e["what"], e["detail"]) for e in run.json("audit")
    }


@pytest.mark.parametrize("words", [("users", "--sign-out", "Tomas"), ("devices", "--revoke", "B")])
def test_codes_that_the_signed_out_made_are_void(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop, words: tuple[str, ...]
) -> None:
    codes = [d.http.post("/v1/invite", json={"name": "Odile"}).json()["code"] for d in (tomas, ines)]
    run(*words)
    assert [_holds(server, code) for code in codes] == [False, True]


def test_a_code_that_has_expired_is_none_to_void(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop
) -> None:
    tomas.http.post("/v1/invite", json={"name": "Odile"})
    server.pass_time(CODE_LIFE)
    assert "No member" in run("users", "--sign-out", "Odile", status=1)
    run("devices", "--revoke", "B")
    assert {e["detail"] for e in run.json("audit") if e["what"] == "revoke"} == {"B"}


def test_spaces_are_listed_with_who_sees_them_and_what_they_hold(
    run: Admin, server: Served, ines: Laptop, tomas: Laptop
) -> None:
    project = new("project", "cell", name="Cell 9", space="project:cell")
    lay = new("task", "lay", name="Lay cables", project_id="cell", rank="a0", space="project:cell")
    ines.push(do("Plan", project, lay), do("Add", client(rec="harlan")))
    grant = {"space": "project:cell", "member": tomas.member, "role": "reader"}
    assert ines.http.post("/v1/share", json=grant).status_code == 200
    own = f"member:{tomas.member}"
    tomas.push(do("Note", new("client", "own", name="Own", space=own)))
    found = {space["id"]: space for space in run.json("spaces")}
    assert next(iter(found)) == "workspace" and found.keys() == {"workspace", "project:cell", own}
    assert found["workspace"]["records"] == 3 and found["workspace"]["name"] == "everybody's"
    assert found[own]["name"] == "Tomas" and found[own]["size"] < found["project:cell"]["size"]
    assert found["project:cell"]["records"] == 2 and found["project:cell"]["members"] == [
        {"id": ines.member, "name": "Ines", "role": "manager"},
        {"id": tomas.member, "name": "Tomas", "role": "reader"},
    ]
    [row] = [line for line in run("spaces").splitlines() if line.startswith("project:cell ")]
    assert "  Cell 9  " in row and row.endswith("  Ines (manager), Tomas (reader)")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main(["check", "--database", str(tmp_path / "typo.db")]) == 1
    assert "no database" in capsys.readouterr().err and not (tmp_path / "typo.db").exists()


# ── compact ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_older_part_of_the_log_is_packed(run: Admin, server: Served, ines: Laptop, tomas: Laptop) -> None:
    _some_work(ines, tomas)
    server.pass_time(1)
    head = ines.pull().head
    assert f"{head} entries older than 0 days" in run("compact", "--keep-days", "0")
    assert run.json("compact") == {"moved": 0}
    assert set(_states(run).values()) == {"ok"}
