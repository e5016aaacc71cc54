"""What can be wrong, each with a sentence that helps: exit status 1 for refused, 2 for not understood."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import pytest

import tui.commands.records
from models.kinds import KINDS
from tui.cli import main
from tui.commands.grammar import COMMANDS, OVERVIEW

Fails = Callable[..., str]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def fails(home: Path, capsys: pytest.CaptureFixture[str]) -> Fails:
    """Runs a command line that must end with `status`; what it said on stderr. Nothing stands on stdout."""

    def go(*words: str, status: int = 1) -> str:
        capsys.readouterr()
        assert main(["--home", str(home), *words]) == status
        out, err = capsys.readouterr()
        assert out == ""
        assert err
        assert "Traceback" not in err
        return err

    return go


@pytest.fixture
def ok(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def go(*words: str) -> str:
        capsys.readouterr()
        assert main(["--home", str(home), *words]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return go


def process(*words: str, home: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "MILEPOST_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "tui.cli", *words]
    return subprocess.run(
        command, capture_output=True, env=env | more.pop("env", {}), encoding="utf-8", timeout=60, **more
    )


# ── not understood ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lst"], "Did you mean list?"),
        (["frobnicate"], "See milepost --help"),
        (["--frob"], "no option --frob"),
        (["--home"], "--home needs a value"),
        (["list"], "KIND"),
        (["list", "client", "--frob"], "--frob"),
        (["list", "client", "--limit", "many"], "many"),
        (["add", "client", "Harlan Fab", "Lyon"], "“Lyon” is not field=value"),
        (["add", "client", "name=A", "name=B"], "given twice"),
        (["set", "x"], "Say what to set"),
        (["delete"], "ID"),
        (["export", "x.csv"], "--kind"),
        (["export", "x.json", "--kind", "task"], "--kind"),
    ],
)
def test_what_is_not_understood_ends_with_2(fails: Fails, words: list[str], said: str) -> None:
    assert said in fails(*words, status=2)


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "tsk"], "There is no kind “tsk”"),
        (["add", "client", "Harlan", "town=Lyon"], "It has: name"),
        (["add", "client", ""], "cannot be empty"),
        (["add", "client", "   "], "cannot be empty"),
        (["add", "client"], "cannot be empty"),
        (["add", "client", "two\nlines"], "one line only"),
        (["add", "client", "x" * 2001], "longer than 2,000"),
        (["add", "client", "\udcff"], "no text"),
        (["add", "client", "A", "id=1"], "is given by Milepost"),
        (["add", "client", "A", "deleted_at="], "milepost delete"),
        (["add", "client", "A", "space=other"], "stays where it was made"),
        (["add", "client", "A", "visibility=public"], "none of: client, internal, private"),
        (["add", "contact", "A", "client=Nobody"], "client: No client is called “Nobody”"),
        (["add", "contact", "A", "email=harlan"], "not an e-mail address"),
        (["add", "task", "A"], "cannot be empty"),
        (["add", "project", "A", "start=31/12/2026"], "is not a date"),
        (["add", "project", "A", "start=2026-02-30"], "is not a date"),
        (["add", "project", "A", "start=2026-12-04", "finish=2026-12-01"], "lies before the start"),
        (["add", "project", "A", "minutes_per_day=0"], "below 1"),
        (["add", "calendar", "A", "week={"], "is not JSON"),
        (["add", "member", "A", "max_units=nan"], "a number"),
        (["show", "no-such"], "No record is called “no-such”"),
        (["show", ""], "An empty name"),
        (["show", "01a20593-6483-77bf-8fa8-1a983913109d"], "has such an id"),
        (["set", "nonsense", "name=A"], "No record is called"),
        (["delete", "nonsense"], "No record is called"),
        (["undelete", "nonsense"], "No deleted record is called"),
        (["history", "nonsense"], "No record is called"),
        (["resolve", "nonsense", "mine"], "No record is called"),
        (["import", "no-such.xml"], "no file no-such.xml"),
        (["export", "plan.docx"], ".json, .jsonl, .csv"),
        (["login", "server.example"], "needs a code"),
        (["invite", " "], "needs a name"),
        (["invite", "Tomas"], "not signed in"),
        (["sync"], "not signed in"),
        (["logout"], "not signed in"),
    ],
)
def test_what_is_refused_says_why(fails: Fails, words: list[str], said: str) -> None:
    assert said in fails(*words)


def test_a_refused_command_leaves_nothing_behind(fails: Fails, ok: Any) -> None:
    fails("add", "client", "Harlan", "town=Lyon")
    assert ok("list", "client", "--json") == "[]\n"
    assert ok("history", "--json") == "[]\n"


def test_an_import_of_an_unknown_file_names_the_known_ones(fails: Fails, tmp_path: Path) -> None:
    (tmp_path / "plan.mpp").write_bytes(b"\xd0\xcf\x11\xe0")
    said = fails("import", str(tmp_path / "plan.mpp"))
    assert ".xml" in said
    assert "Save As" in said


def test_a_reading_command_makes_no_profile(home: Path, capsys: Any) -> None:
    for words in (["list", "client"], ["status"], ["doctor"], ["dump"], ["whoami"], ["conflicts"]):
        assert main(["--home", str(home), *words]) == 0
    assert not home.exists()
    assert "no profile" in capsys.readouterr().err


# ── the store ─────────────────────────────────────────────────────────────────────────────────────────


def test_not_a_database(fails: Fails, home: Path) -> None:
    home.mkdir()
    (home / "milepost.db").write_text("this is no database, however long it may be " * 40)
    for words in (["list", "client"], ["add", "client", "A"], ["status"], ["undo"]):
        assert "not a Milepost store" in fails(*words)


def test_a_newer_store(fails: Fails, home: Path) -> None:
    home.mkdir()
    with sqlite3.connect(home / "milepost.db") as conn:
        conn.execute("PRAGMA user_version=999")
    assert "newer Milepost" in fails("list", "client")


def test_a_home_that_is_a_file(fails: Fails, home: Path) -> None:
    home.write_text("")
    assert "--home" in fails("add", "client", "A")
    assert fails("list", "client")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)
def test_a_home_that_cannot_be_written(fails: Fails, home: Path) -> None:
    home.mkdir(mode=0o500)
    assert "cannot be opened for writing" in fails("add", "client", "A")


def test_a_home_below_what_nobody_can_write(capsys: Any) -> None:
    if Path("/proc/version").exists():
        assert main(["--home", "/proc/milepost", "add", "client", "A"]) == 1
        assert "--home" in capsys.readouterr().err


# ── what nobody foresaw ───────────────────────────────────────────────────────────────────────────────


def test_an_unexpected_error_is_a_sentence_and_a_log(fails: Fails, home: Path, monkeypatch: Any) -> None:
    def broken(ctx: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr(tui.commands.records, "add", broken)
    home.mkdir()
    assert str(home / "milepost.log") in fails("add", "client", "A")
    assert "RuntimeError: a bug" in (home / "milepost.log").read_text()


def test_an_interrupt_is_quiet(home: Path, monkeypatch: Any, capsys: Any) -> None:
    def interrupted(ctx: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(tui.commands.records, "add", interrupted)
    assert main(["--home", str(home), "add", "client", "A"]) == 130
    assert capsys.readouterr() == ("", "")


# ── as a process ──────────────────────────────────────────────────────────────────────────────────────


def test_a_reader_that_goes_away_is_quiet(home: Path) -> None:
    for number in range(3):
        assert main(["--home", str(home), "add", "client", f"{number}" * 2000]) == 0
    command = f'"{sys.executable}" -m tui.cli dump | head -c 10; echo ${{PIPESTATUS[0]}}'
    env = {**os.environ, "MILEPOST_HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=env, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.endswith("0\n")


def test_pipes_are_utf8_whatever_the_locale(home: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = process("add", "client", "Überlingen 横浜", "--json", home=home)
    assert done.returncode == 0, done.stderr
    done = process("list", "client", home=home, env=plain)
    assert "Überlingen 横浜" in done.stdout


def test_help_is_quick_and_loads_nothing(home: Path) -> None:
    code = (
        "import sys; from tui.cli import main; main(['--help']);"
        "print(sorted({'argparse', 'sqlite3', 'sqlmodel', 'httpx', 'textual'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, encoding="utf-8", timeout=60
    )
    assert done.stderr == "[]\n"
    assert done.stdout.rstrip() == OVERVIEW


def test_commands_load_no_textual_and_the_light_ones_no_orm(home: Path) -> None:
    for words, unwanted in (
        (["status"], {"sqlmodel", "httpx", "textual"}),
        (["add", "--help"], {"sqlmodel", "httpx", "textual"}),
        (["list", "client"], {"httpx", "keyring", "textual", "rich"}),
    ):
        code = (
            f"import sys; from tui.cli import main; main({['--home', str(home), *words]!r});"
            f"sys.exit(str({unwanted!r} & set(sys.modules)) if {unwanted!r} & set(sys.modules) else 0)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=60)
        assert done.returncode == 0, done.stderr


# ── help ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_and_its_way_back_name_the_folder_that_is_not_there(
    fails: Fails, ok: Any, tmp_path: Path, capsys: Any
) -> None:
    ok("add", "client", "Harlan Fab")
    assert "Choose a folder that is there" in fails("backup", str(tmp_path / "nodir" / "monday.db"))
    ok("backup", str(tmp_path / "monday.db"))
    (tmp_path / "file").touch()
    for place in ("file", "file/home"):
        assert main(["--home", str(tmp_path / place), "restore", str(tmp_path / "monday.db")]) == 1
        assert "Check --home" in capsys.readouterr().err


def test_restore_names_the_log_of_a_store_that_was_moved_away(ok: Any, home: Path, tmp_path: Path) -> None:
    ok("add", "client", "Harlan Fab")
    ok("backup", str(tmp_path / "monday.db"))
    (home / "milepost.db").rename(tmp_path / "aside.db")
    (home / "milepost.db-wal").write_bytes(b"what was edited last")
    said = ok("restore", str(tmp_path / "monday.db"))
    assert f"may be in {home / 'milepost.db.before-restore-1-wal'}." in said
    assert "under its name with -wal at the end" in said


def test_of_two_restores_at_once_one_is_refused(fails: Fails, ok: Any, home: Path, tmp_path: Path) -> None:
    ok("add", "client", "Harlan Fab")
    ok("backup", str(tmp_path / "monday.db"))
    with filelock.FileLock(home / "sync.lock"):
        assert "Milepost is open on this profile" in fails("restore", str(tmp_path / "monday.db"))
    ok("restore", str(tmp_path / "monday.db"))


def test_the_overview_fits_a_terminal_and_names_every_command() -> None:
    lines = OVERVIEW.splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    assert [name for name in COMMANDS if name not in OVERVIEW] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_a_home(name: str, capsys: Any) -> None:
    from importlib import import_module

    assert main([name, "--help"]) == 0
    assert main(["help", name]) == 0
    assert COMMANDS[name].help.split()[0] in capsys.readouterr().out
    module, function = COMMANDS[name].target.split(".")
    assert callable(getattr(import_module(f"tui.commands.{module}"), function))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_explained(kind: str, ok: Any) -> None:
    assert "visibility" in ok("fields", kind)


def test_the_application_needs_a_terminal(home: Path) -> None:
    done = process(home=home, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_the_application_is_started_with_its_profile_and_project(home: Path, monkeypatch: Any) -> None:
    seen: list[Any] = []
    application = type(sys)("tui.starting")
    application.run = lambda home, open_project: seen.append((home, open_project)) or 0  # type: ignore
    monkeypatch.setitem(sys.modules, "tui.starting", application)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main(["--home", str(home), "--open", "Nesting"]) == 0
    assert seen == [(home, "Nesting")]
