import ast
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import go

ROOT = Path(go.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINS = dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", LOCK, re.MULTILINE))


def run_go(venv: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MILEPOST_VENV": str(venv), **environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "go.py"), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what decides the stamp, which a test may change."""
    for name in ("pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(go, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """An environment with the right stamp, in which `milepost` is a script that prints its words and ends with 7."""
    venv = tmp_path / "venv"
    folder = Path(go.tool(venv, "milepost")).parent
    folder.mkdir(parents=True)
    Path(go.tool(venv, "python")).symlink_to(sys.executable)
    milepost = Path(go.tool(venv, "milepost"))
    milepost.write_text('#!/bin/sh\necho "$@"\nexit 7\n')
    milepost.chmod(milepost.stat().st_mode | stat.S_IXUSR)
    go.stamp_of(venv).write_text(go.wanted_stamp())
    return venv


# The lock


@pytest.mark.parametrize("extra", ["", "server", "dev"])
def test_every_requirement_is_locked_within_its_range(extra: str) -> None:
    wanted = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    requirements = [Requirement(text) for text in wanted]
    assert len(requirements) > 1
    for requirement in requirements:
        if requirement.name != PROJECT["name"]:
            assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)]), requirement


def test_what_builds_the_checkout_is_locked() -> None:
    assert {"hatchling", "editables"} <= PINS.keys()


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK)
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) == len(PINS) == go.packages_in(ROOT / "requirements.lock")
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in packages)


def test_the_lock_names_no_address() -> None:
    assert not re.search(r"https?:|://|index-url|find-links|@", LOCK)


@pytest.mark.parametrize(
    ("package", "platform"), [("colorama", "win32"), ("pywin32-ctypes", "win32"), ("secretstorage", "linux")]
)
def test_packages_of_one_platform_are_marked(package: str, platform: str) -> None:
    assert re.search(rf"^{package}==\S+ ; .*sys_platform == '{platform}'", LOCK, re.MULTILINE)


# The stamp


def test_a_finished_environment_is_trusted(finished: Path) -> None:
    assert go.is_ready(finished)


def test_an_unfinished_environment_is_not(tmp_path: Path) -> None:
    go.clear(tmp_path / "venv")
    assert not go.is_ready(tmp_path / "venv")


def test_an_environment_whose_python_is_gone_is_not(finished: Path) -> None:
    Path(go.tool(finished, "python")).unlink()
    assert not go.is_ready(finished)


def test_a_changed_lock_changes_the_stamp(checkout: Path) -> None:
    before = go.wanted_stamp()
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("#")
    assert go.wanted_stamp() != before


def test_a_changed_requirement_changes_the_stamp_and_a_linter_setting_does_not(checkout: Path) -> None:
    project, before = checkout / "pyproject.toml", go.wanted_stamp()
    text = project.read_text("utf-8")
    project.write_text(text.replace("line-length = 110", "line-length = 90"), "utf-8")
    assert go.wanted_stamp() == before
    project.write_text(text.replace('"textual>=', '"textual>'), "utf-8")
    assert go.wanted_stamp() != before


def test_another_python_changes_the_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    before = go.wanted_stamp()
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert go.wanted_stamp() != before


# Clearing and locking


def test_a_folder_that_go_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").touch()
    answer = run_go(tmp_path, "run")
    assert answer.returncode == 1
    assert "MILEPOST_VENV" in answer.stderr
    assert (tmp_path / "letters").exists()


def test_what_go_made_is_replaced(finished: Path) -> None:
    go.clear(finished)
    assert [file.name for file in finished.iterdir()] == ["milepost.stamp"]


def test_a_second_set_up_waits_for_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, order = tmp_path / "venv.lock", []

    def second() -> None:
        with go.only_one(path):
            order.append("second")

    with go.only_one(path):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.5)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
    assert "waiting" in capsys.readouterr().out


def test_an_environment_that_cannot_be_written_is_said_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = run_go(tmp_path / "file" / "venv", "run")
    assert answer.returncode == 1
    assert answer.stderr.startswith("go.py: ")
    assert "MILEPOST_VENV" in answer.stderr


# Commands, in processes of their own


@pytest.mark.skipif(go.WINDOWS, reason="the stand-in for milepost is a shell script")
def test_words_and_exit_status_pass_through(finished: Path) -> None:
    answer = run_go(finished, "run", "add", "task", "title=Lay cables")
    assert (answer.returncode, answer.stdout) == (7, "add task title=Lay cables\n")


@pytest.mark.skipif(go.WINDOWS, reason="the stand-in for milepost is a shell script")
def test_demo_is_milepost_demo(finished: Path) -> None:
    assert run_go(finished, "demo", "--small").stdout == "demo --small\n"


def test_without_a_network_the_message_names_the_remedy_and_nothing_is_trusted(tmp_path: Path) -> None:
    """The whole set-up for real, against an index where nothing listens."""
    venv, nowhere = tmp_path / "venv", "http://127.0.0.1:9/"
    pip = {"PIP_INDEX_URL": nowhere, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}
    uv = {"UV_DEFAULT_INDEX": nowhere, "UV_HTTP_RETRIES": "0", "UV_NO_CACHE": "1"}
    answer = run_go(venv, "run", PIP_CONFIG_FILE=os.devnull, PIP_NO_CACHE_DIR="1", **pip, **uv)
    assert answer.returncode == 1
    assert "First set-up" in answer.stdout
    assert "PIP_INDEX_URL" in answer.stderr
    assert Path(go.tool(venv, "python")).exists()
    assert not go.is_ready(venv)


@pytest.mark.parametrize(("words", "status"), [([], 2), (["dance"], 2), (["--help"], 0)])
def test_usage(words: list[str], status: int, tmp_path: Path) -> None:
    answer = run_go(tmp_path, *words)
    assert answer.returncode == status
    assert "python3 go.py demo" in answer.stdout + answer.stderr


def test_every_command_in_the_usage_exists() -> None:
    assert set(re.findall(r"^    python3 go.py (\w+)", go.__doc__ or "", re.MULTILINE)) == set(go.COMMANDS)


def test_all_checks_run_though_one_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = Path(go.tool(tmp_path, "python")).parent
    folder.mkdir(parents=True)
    Path(go.tool(tmp_path, "python")).symlink_to(sys.executable)
    steps = {name: ("python", "-c", f"raise SystemExit({status})") for name, status in [("a", 3), ("b", 0)]}
    assert go.run_steps(tmp_path, steps) == 1
    said = capsys.readouterr().out
    assert "a FAILED, status 3" in said
    assert "b passed" in said
    assert said.endswith("Failed: a\n")


# Progress and old Pythons


def test_progress_counts_what_is_meant_for_this_platform() -> None:
    lines = ["Ignoring colorama: markers do not match\n", "Collecting rich==15.0.0\n"]
    assert go.progress(lines, "packages", 83) == "package 1 of 82: rich==15.0.0"
    assert (
        go.progress([*lines, "Installing collected packages: rich\n"], "packages", 83)
        == "unpacking 82 packages"
    )


def test_an_old_python_with_no_newer_one_on_path_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    assert go.main(["demo"]) == 1
    assert "needs Python 3.11 or newer; this is 3.9. Install" in capsys.readouterr().err


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[str] = []
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(shutil, "which", lambda name: sys.executable if name == "python3.12" else None)
    monkeypatch.setattr(go, "become", became.extend)
    go.main(["demo"])
    assert became == [sys.executable, str(ROOT / "go.py"), "demo"]


def test_an_old_python_can_read_the_file() -> None:
    ast.parse((ROOT / "go.py").read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.skipif(go.WINDOWS, reason="CI calls it through bash")
def test_ci_runs_the_readme_s_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().endswith("exec python3 go.py test\n")
