"""Two laptops and a real server by the command line alone; conflicts, rejections, doctor."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.blobs import Blobs, refused
from models.db import set_meta
from models.notice import stop
from models.store import open_store
from sync.alone import only_one
from tests.server.running import ROOT, Served
from tui.cli import main

Laptop = Callable[..., Any]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path / "server.db", ticks=True)
    yield running
    running.stop()


def laptop(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Laptop:
    def go(*words: str, status: int = 0) -> Any:
        monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{home}.token")
        capsys.readouterr()
        assert main(["--home", str(home), *words]) == status, capsys.readouterr().err
        out, err = capsys.readouterr()
        if status:
            return err
        return json.loads(out) if "--json" in words else out

    return go


@pytest.fixture
def alone(tmp_path: Path, capsys: Any, monkeypatch: Any) -> Laptop:
    return laptop(tmp_path / "alone", capsys, monkeypatch)


@contextmanager
def serving(tmp_path: Path, database: Path) -> Iterator[str]:
    """`milepost serve` as a process on a free port: its address."""
    port = tmp_path / "port"
    command = [sys.executable, "-m", "tui.cli", "serve", "--database", str(database), "--port", "0"]
    log = (tmp_path / "server.log").open("w")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*command, "--port-file", str(port)], env=env, stdout=log, stderr=log)
    try:
        for _ in range(300):
            if port.exists() and port.read_text().strip():
                break
            assert process.poll() is None, (tmp_path / "server.log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port.read_text().strip()}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        log.close()


@pytest.fixture
def two(served: Served, tmp_path: Path, capsys: Any, monkeypatch: Any) -> tuple[Laptop, Laptop]:
    """Ines and Tomas, signed in; both have Harlan Fab."""
    ines, tomas = (laptop(tmp_path / name, capsys, monkeypatch) for name in ("ines", "tomas"))
    signed_in(ines, tomas, served.url, served.code("Ines"))
    return ines, tomas


def signed_in(ines: Laptop, tomas: Laptop, url: str, code: str) -> None:
    ines("add", "client", "Harlan Fab", "city=Lyon")
    ines("login", url, "--code", code)
    ines("sync")
    tomas("login", url, "--code", ines("invite", "Tomas Berg", "--json")["code"])
    assert "0 sent, 0 received, 3 records fetched" in tomas("sync")  # two members, a client


def clash(ines: Laptop, tomas: Laptop) -> None:
    """Both change the city without having seen the other's; Ines is the later one."""
    tomas("set", "Harlan Fab", "city=Paris")
    ines("set", "Harlan Fab", "city=Nice")
    ines("sync")
    tomas("sync")
    ines("sync")


def test_what_one_types_the_other_has_by_the_commands_alone(
    tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    ines, tomas = (laptop(tmp_path / name, capsys, monkeypatch) for name in ("ines", "tomas"))
    database = tmp_path / "server.db"
    with serving(tmp_path, database) as url:
        invite = [sys.executable, "-m", "tui.cli", "serve", "--database", str(database), "--invite", "Ines"]
        said = subprocess.run(invite, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        signed_in(ines, tomas, url, said.split()[0])
        assert "Tomas Berg on http" in tomas("whoami")
        assert tomas("list", "client", "--json")[0]["city"] == "Lyon"
        tomas("set", "Harlan Fab", "phone=+33 4")
        assert tomas("status", "--json")["waiting"] == 1
        assert tomas("sync", "--json")["accepted"] == 1
        ines("sync")
        assert ines("dump") == tomas("dump")
        assert "Tomas Berg" in ines("history", "Harlan Fab")


def test_a_conflict_shows_both_values_and_is_settled_by_a_word(two: tuple[Laptop, Laptop]) -> None:
    ines, tomas = two
    clash(ines, tomas)
    [mine], [theirs] = ines("conflicts", "--json"), tomas("conflicts", "--json")
    assert {*mine["stands"].values(), *mine["aside"].values()} == {"Paris", "Nice"}
    assert mine[mine["mine"]] == {"city": "Nice"}
    assert theirs[theirs["mine"]] == {"city": "Paris"}
    said = ines("conflicts")
    assert "before  “Lyon”" in said and "decided by time: the later edit stands" in said
    assert "mine    “Nice” · Ines (you)" in said and "theirs  “Paris” · Tomas Berg" in said
    assert "▲ Conflict" in ines("show", "Harlan Fab")
    assert ines("resolve", "Harlan Fab", "theirs") == "Settled City of Harlan Fab: “Paris”\n"
    assert ines("list", "client", "--json")[0]["city"] == "Paris"
    assert ines("conflicts", "--json") == []
    assert "settled" in ines("conflicts", "--all")
    ines("sync"), tomas("sync")
    assert tomas("conflicts", "--json") == []
    assert ines("dump") == tomas("dump")


@pytest.mark.parametrize(
    ("word", "city"), [("mine", "Paris"), ("both", None), ("Marseille", "Marseille"), ("=mine", "mine")]
)
def test_every_way_to_settle(two: tuple[Laptop, Laptop], word: str, city: str | None) -> None:
    clash(*two)
    id = two[1]("conflicts", "--json")[0]["id"]
    two[1]("resolve", id[-8:], word)
    now = two[1]("list", "client", "--json")[0]["city"]
    assert now == city if city else {"Paris", "Nice"} == set(now.split(" / "))
    assert "settled already" in two[1]("resolve", id, "theirs", status=1)


def test_a_choice_that_cannot_be_is_refused_without_the_name_of_a_field_that_nobody_sees(
    two: tuple[Laptop, Laptop],
) -> None:
    ines, tomas = two
    ines("add", "project", "Cell 9", "start=2026-12-01")
    ines("sync"), tomas("sync")
    tomas("set", "Cell 9", "start=2026-12-02"), ines("set", "Cell 9", "start=2026-12-03")
    ines("sync"), tomas("sync"), ines("sync")
    assert ines("resolve", "Cell 9", "both", status=1).startswith("milepost: These fields belong together")


def test_what_is_added_to_a_project_that_a_colleague_deletes_is_asked_as_one(
    two: tuple[Laptop, Laptop],
) -> None:
    ines, tomas = two
    (
        ines("add", "project", "Line 3"),
        ines("add", "task", "Install", "project=Line 3"),
        ines("sync"),
        tomas("sync"),
    )
    ines("delete", "Install"), ines("delete", "Line 3")
    tomas("add", "task", "Weld", "project=Line 3"), tomas("set", "Install", "priority=700")
    ines("sync"), tomas("sync"), ines("sync")
    assert [p["name"] for p in ines("list", "project", "--json")] == ["Line 3"]
    assert {t["name"] for t in ines("list", "task", "--json")} == {"Install", "Weld"}
    said = tomas("conflicts")
    assert "Line 3" in said and "deleted it" in said and "went on with it" in said
    for asked in tomas("conflicts", "--json"):
        tomas("resolve", asked["id"], "theirs")
    tomas("sync"), ines("sync")
    assert ines("list", "project", "--json") == tomas("list", "project", "--json") == []
    assert ines("conflicts", "--json") == []


def test_of_corrections_without_a_connection_only_the_newest_is_asked(two: tuple[Laptop, Laptop]) -> None:
    ines, tomas = two
    for city in ("Nice", "Nancy", "Nantes"):
        ines("set", "Harlan Fab", f"city={city}")
    tomas("set", "Harlan Fab", "city=Paris")
    tomas("sync"), ines("sync")
    [asked] = ines("conflicts", "--json")
    assert [asked[side]["city"] for side in ("base", "stands", "aside")] == ["Lyon", "Paris", "Nantes"]
    assert "stands for 2 earlier conflicts too" in ines("conflicts")
    assert ines("status", "--json")["conflicts"] == 1
    ines("resolve", asked["overtook"][-1], "mine")  # an overtaken one is settled by the one that is asked
    ines("sync"), tomas("sync")
    assert tomas("list", "client", "--json")[0]["city"] == "Nantes"
    assert tomas("conflicts", "--json") == [] and len(tomas("conflicts", "--all", "--json")) == 3
    assert ines("dump") == tomas("dump")


def test_a_note_is_shown_merged_with_whose_the_clashing_lines_are(two: tuple[Laptop, Laptop]) -> None:
    ines, tomas = two
    ines("set", "Harlan Fab", "notes=Gate 3\nPower\nAir\nKey")
    ines("sync"), tomas("sync")
    ines("set", "Harlan Fab", "notes=Gate 3\nPower: 400 V\nAir\nKey")
    tomas("set", "Harlan Fab", "notes=Gate 3\nPower: 480 V\nAir\nKey at hall 2")
    for laptop in (ines, tomas, ines):
        laptop("sync")
    lines = [line.strip() for line in ines("conflicts").splitlines()[4:]]
    assert lines == [
        "│ Gate 3", "before ▌ Power", "mine   ▌ Power: 400 V", "theirs ▌ Power: 480 V", "│ Air", "│ Key at hall 2"
    ]  # fmt: skip
    ines("resolve", "Harlan Fab", "both")
    assert (
        ines("list", "client", "--json")[0]["notes"]
        == "Gate 3\nPower: 480 V\nPower: 400 V\nAir\nKey at hall 2"
    )
    ines("sync"), tomas("sync")
    assert tomas("conflicts", "--json") == [] and ines("dump") == tomas("dump")


def test_a_value_is_typed_as_words_and_now_leaves_it(two: tuple[Laptop, Laptop]) -> None:
    ines, tomas = two
    clash(ines, tomas)
    tomas("set", "Harlan Fab", "city=Metz")
    assert "now     “Metz”" in tomas("conflicts")
    assert tomas("resolve", "Harlan Fab", "now") == "Settled City of Harlan Fab: “Metz”\n"
    assert tomas("conflicts", "--all", "--json")[0]["settled_by"] == "Tomas Berg (you)"
    tomas("undo")
    assert "one word too many" in tomas("resolve", "Harlan Fab", "mine", "Metz", status=2)
    tomas("resolve", "Harlan Fab", "value", "mine")
    assert tomas("list", "client", "--json")[0]["city"] == "mine"


def test_why_nothing_is_synced_stays_to_be_read_until_something_is(
    two: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    ines, _ = two
    server = ines("status", "--json")["server"]
    say_server(tmp_path / "ines", "http://127.0.0.1:9")
    assert "cannot be reached" in ines("sync", status=1)
    assert "Not synced since" in ines("status")
    assert "127.0.0.1:9 cannot be reached" in ines("status", "--json")["stopped"]["text"]
    say_server(tmp_path / "ines", server)
    ines("sync")
    assert "Not synced" not in ines("status") and not ines("status", "--json")["stopped"]["text"]


def say_server(home: Path, url: str) -> None:
    with closing(open_store(home)) as store, store.write() as conn:
        set_meta(conn, "server", url)


def test_what_is_not_shared_is_not_said_to_be_sent_later(two: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    ines, _ = two
    ines("add", "project", "Cell 9", "--private")
    say_server(tmp_path / "ines", "http://127.0.0.1:9")
    why = "http://127.0.0.1:9 cannot be reached. Try again when you are online.\n"
    assert ines("share", "Cell 9", "Ines", status=1) == f"milepost: Not shared: {why}"
    assert ines("unshare", "Cell 9", "Ines", status=1) == f"milepost: Not taken away: {why}"


def test_who_is_put_out_of_projects_is_told_which_or_how_many(two: tuple[Laptop, Laptop]) -> None:
    ines, tomas = two
    ines("sync")
    for name in ("Cell 9", "Cell 10", "Cell 11"):
        ines("add", "project", name, "--private")
        ines("share", name, "Tomas Berg")
    tomas("sync")
    ines("unshare", "Cell 9", "Tomas Berg")
    assert tomas("sync", "--json")["notices"] == ["“Cell 9” is no longer shared with you."]
    ines("unshare", "Cell 10", "Tomas Berg"), ines("unshare", "Cell 11", "Tomas Berg")
    assert tomas("sync", "--json")["notices"] == ["2 projects or clients are no longer shared with you."]
    assert tomas("sync", "--json")["notices"] == []


def test_a_window_that_syncs_by_itself_is_no_failure_unless_it_cannot(
    two: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    ines, tomas = two
    clash(ines, tomas)
    with only_one(tmp_path / "ines"):
        assert "is open and syncs by itself" in ines("sync")
        told = ines("sync", "--json")
        assert told["elsewhere"] and told["conflicts"] == 1  # as many as are open, not as came just now
        with closing(open_store(tmp_path / "ines")) as store, store.write() as conn:
            stop(conn, "The server is in trouble.", 1)
        assert "syncs by itself. But not now: The server is in trouble." in ines("sync", status=1)


def test_signing_out_keeps_the_records(two: tuple[Laptop, Laptop]) -> None:
    ines, _ = two
    assert "stay on this laptop" in ines("logout")
    assert ines("whoami", "--json")["signed_in"] is False
    assert "not signed in" in ines("sync", status=1)
    assert len(ines("list", "client", "--json")) == 1


def test_doctor_reaches_the_server_and_finds_nothing(two: tuple[Laptop, Laptop]) -> None:
    two[0]("set", "Harlan Fab", "city=Nice")
    findings = two[0]("doctor", "--json")
    assert {f["state"] for f in findings} == {"ok"}
    assert "1 field kept" in next(f["found"] for f in findings if f["what"] == "Server's values")


# ── without a server ──────────────────────────────────────────────────────────────────────────────────


def test_alone_there_is_nobody_to_be(alone: Laptop) -> None:
    alone("add", "client", "Harlan Fab")
    assert alone("whoami", "--json") is None
    assert "none; works alone" in alone("status")


def test_a_server_that_is_gone_is_said_in_words(alone: Laptop) -> None:
    said = alone("login", "http://127.0.0.1:9", "--code", "ABCD-1234", status=1)
    assert "127.0.0.1:9" in said


def test_a_rejection_shows_its_reason_and_what_it_held(alone: Laptop, tmp_path: Path) -> None:
    from models.outbox import Verdict, settle, take

    alone("add", "client", "Harlan Fab", "city=Lyon")
    store = open_store(tmp_path / "alone")
    with store.write() as conn:
        settle(conn, [Verdict(take(conn, 10)[0].id, 0, "this workspace is closed")])
    store.close()
    said = alone("rejected")
    assert "Add client · refused: this workspace is closed" in said
    assert "new client Harlan Fab" in said
    assert alone("rejected", "--json")[0]["changes"][0]["created"]["city"] == "Lyon"
    assert alone("list", "client", "--json") == []
    assert "rejected: this workspace" in alone("history")  # the rest of it by `milepost rejected`


def test_a_rejected_operation_is_sent_again_exported_and_let_go(alone: Laptop, tmp_path: Path) -> None:
    from models.outbox import Verdict, settle, take

    alone("add", "client", "Harlan Fab", "city=Lyon")
    alone("add", "client", "Weld Works")
    store = open_store(tmp_path / "alone")
    with store.write() as conn:
        settle(conn, [Verdict(t.id, 0, "this workspace is closed") for t in take(conn, 10)])
    store.close()
    harlan, weld = (one["id"] for one in alone("rejected", "--json"))
    text, listed = tmp_path / "refused.txt", tmp_path / "refused.json"
    alone("rejected", "--export", str(text))
    alone("rejected", harlan[-8:], "--export", str(listed))
    assert "refused: this workspace is closed" in text.read_text() and "City = Lyon" in text.read_text()
    assert [one["id"] for one in json.loads(listed.read_text())] == [harlan]
    assert "exists already" in alone("rejected", "--export", str(text), status=1)
    assert "done again" in alone("rejected", harlan[-8:], "--resend", "city=Nice")
    assert "let go" in alone("rejected", weld[-8:], "--discard")
    assert [c["city"] for c in alone("list", "client", "--json")] == ["Nice"]
    assert alone("rejected", "--json") == []
    assert "Say which" in alone("rejected", "--discard", status=2)
    assert "No refused operation" in alone("rejected", harlan, "--resend", status=1)


def test_a_conflict_that_does_not_wait_is_refused(alone: Laptop) -> None:
    alone("add", "client", "Harlan Fab")
    assert "No conflict is open on Harlan Fab" in alone("resolve", "Harlan Fab", "mine", status=1)


def test_a_damaged_row_is_found_by_doctor_and_fetched_again(
    two: tuple[Laptop, Laptop], tmp_path: Path, capsys: Any
) -> None:
    ines, _ = two
    ines("sync")
    with sqlite3.connect(tmp_path / "ines" / "milepost.db") as conn:
        conn.execute("INSERT INTO txn(id, origin, kind, label, at, state) VALUES('x','S','settle','x',0,0)")
        conn.execute("UPDATE client SET city='L?on'")
        conn.execute("DELETE FROM txn WHERE id='x'")
    assert main(["--home", str(tmp_path / "ines"), "doctor"]) == 1
    said = capsys.readouterr().out
    assert "fail  Checksums: what everybody sees: not what came from the server" in said
    assert "→ Fetch it once more; what waits stays: milepost sync --check" in said
    assert ines("sync", "--check", "--json")["notices"]
    assert [c["city"] for c in ines("list", "client", "--json")] == ["Lyon"]
    assert "fetched from it once more" in ines("status", "--json")["notice"]["text"]
    assert {f["what"]: f["state"] for f in ines("doctor", "--json")}["Checksums"] == "ok"


def test_doctor_finds_a_missing_trigger_an_open_operation_and_a_lost_mask(
    alone: Laptop, tmp_path: Path
) -> None:
    alone("add", "client", "Harlan Fab")
    with sqlite3.connect(tmp_path / "alone" / "milepost.db") as conn:
        conn.execute("DROP TRIGGER task_edited")
        conn.execute("INSERT INTO txn(id, origin, kind, label, at, state) VALUES('x','L','do','x',0,0)")
        conn.execute("INSERT INTO shadow(rec, field, tbl, base, val) VALUES('x','name','client',1,'y')")
    main(["--home", str(tmp_path / "alone"), "doctor"])
    before = (tmp_path / "alone" / "milepost.db").read_bytes()
    alone("doctor", "--json", status=1)
    assert (tmp_path / "alone" / "milepost.db").read_bytes() == before


def attached(alone: Laptop, folder: Path, content: bytes = b"%PDF") -> Path:
    """The content of a file of Harlan Fab's."""
    client = alone("add", "client", "Harlan Fab", "--json")["id"]
    (folder / "wiring.pdf").write_bytes(content)
    [made] = alone("attach", client, str(folder / "wiring.pdf"), "--json")
    return Blobs(folder / "alone").path(made["sha256"])


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"%P")])
def test_doctor_misses_a_content_of_which_the_disk_lost_something_before_it_was_sent(
    alone: Laptop, tmp_path: Path, capsys: Any, lose: Callable[[Path], object]
) -> None:
    content = attached(alone, tmp_path)
    assert {f["what"]: f["state"] for f in alone("doctor", "--json")}["Attachments"] == "ok"
    lose(content)
    capsys.readouterr()
    assert main(["--home", str(tmp_path / "alone"), "doctor"]) == 1
    assert "before they were sent: wiring.pdf" in capsys.readouterr().out


def test_doctor_names_a_content_that_the_server_did_not_take_and_one_that_is_lost_as_lost(
    alone: Laptop, tmp_path: Path, capsys: Any
) -> None:
    """Two files may have one name."""
    content, other = attached(alone, tmp_path), attached(alone, tmp_path, b"%PDF, 2nd")
    with closing(open_store(tmp_path / "alone")) as store, store.write() as conn:
        for each in (content, other):
            refused(conn, each.name, "this server keeps no attachments", 1)
    other.unlink()
    capsys.readouterr()
    assert main(["--home", str(tmp_path / "alone"), "doctor"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if "  Attachments: " in line]
    assert lines == [
        "warn  Attachments: the server has not taken: wiring.pdf (this server keeps no attachments)",
        f"fail  Attachments: gone from {tmp_path / 'alone' / 'blobs'} before they were sent: wiring.pdf",
    ]


def test_doctor_says_where_work_lies_that_was_saved_into_a_copy_and_belongs_to_nothing_here(
    alone: Laptop, tmp_path: Path
) -> None:
    alone("add", "client", "Harlan Fab")
    copy = tmp_path / "alone" / "opened" / "gone" / "prices.pdf"
    copy.parent.mkdir(parents=True)
    copy.write_text("the price list, with my notes")
    [told] = [f for f in alone("doctor", "--json") if f["what"] == "Opened files"]
    assert told["state"] == "warn" and str(copy) in told["found"] and "delete" in told["remedy"]
    copy.unlink()
    assert "Opened files" not in [f["what"] for f in alone("doctor", "--json")]


def test_doctor_says_what_is_wrong_and_what_to_do(alone: Laptop, tmp_path: Path, capsys: Any) -> None:
    alone("add", "client", "Harlan Fab")
    with sqlite3.connect(tmp_path / "alone" / "milepost.db") as conn:
        conn.execute("DROP TRIGGER task_edited")
    assert main(["--home", str(tmp_path / "alone"), "doctor"]) == 1
    out = capsys.readouterr().out
    assert "fail  Schema: missing: task_edited" in out
    assert "→ Edits would not be recorded" in out


def test_serve_without_its_part_names_the_command(alone: Laptop, monkeypatch: Any) -> None:
    monkeypatch.setattr("tui.commands.serving.find_spec", lambda name: None)
    assert "milepost[server]" in alone("serve", status=1)


def test_serve_says_where_the_database_is_without_its_password(alone: Laptop) -> None:
    said = alone("serve", "--database", "postgresql://ines:hunter2@127.0.0.1:1/milepost", status=1)
    assert "postgresql://ines@127.0.0.1:1/milepost" in said and "hunter2" not in said


def test_a_home_that_is_named_holds_the_servers_database_too(
    alone: Laptop, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "usual"))
    alone("serve", "--invite", "Ines")
    assert (tmp_path / "alone" / "server" / "server.db").exists()
    alone("server", "check")
    monkeypatch.delenv("MILEPOST_HOME", raising=False)
    assert main(["serve", "--invite", "Ines"]) == 0
    assert (tmp_path / "usual" / "milepost-server" / "server.db").exists()


def test_the_words_after_server_go_to_its_own_program(two: tuple[Laptop, Laptop], served: Served) -> None:
    command = [sys.executable, "-m", "tui.cli", "server", "users", "--json", "--database", served.database]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [user["name"] for user in json.loads(said.stdout)] == ["Ines", "Tomas Berg"]
