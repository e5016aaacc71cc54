"""Every benchmark runs, at a tiny size, and yields JSON of the documented shape. What it measures is not looked at."""

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tui.places import views

ROOT = Path(__file__).parents[1]
SHAPE = {"name", "unit", "runs", "median", "min", "max", "p95", "floor", "ratio", "aim", "held"}
TERMBENCH = ROOT.parent / "shared" / "tools" / "termbench" / "termbench.py"
through_a_terminal = pytest.mark.skipif(not TERMBENCH.exists(), reason="termbench is not here")


def bench(name: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, f"benchmarks/{name}.py", *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def names(found: dict[str, Any]) -> str:
    """Of all its measures, after a look at the shape."""
    assert found.keys() == {"benchmark", "at", "machine", "options", "measures"}
    for each in found["measures"]:
        assert each.keys() == SHAPE
        assert each["runs"] >= 1
        assert each["min"] <= each["median"] <= each["p95"] <= each["max"]
        assert (each["floor"] is None) == (each["ratio"] is None)
    return "\n".join(each["name"] for each in found["measures"])


def test_edit() -> None:
    told = names(bench("edit", "--tasks", "100", "--runs", "3"))
    assert "rename a task, with fsync" in told
    assert "what waits, counted" in told


def test_sync() -> None:
    told = names(
        bench(
            "sync",
            "--records",
            "60",
            "--edits",
            "10",
            "--few",
            "3",
            "--runs",
            "1",
            "--again",
            "1",
            "--idle",
            "2",
        )
    )
    assert "first pull of 60: bytes" in told
    assert "pull 3 changed of 60" in told


def test_import() -> None:
    assert "made-30.xml, 30 tasks: all" in names(bench("import", "--tasks", "30", "--runs", "1"))


@through_a_terminal
def test_start() -> None:
    sizes = ("--small", "60", "--large", "100", "--projects", "2", "--only", "Tasks, 100 tasks in 1")
    told = names(
        bench(
            "start",
            *sizes,
            "--runs",
            "1",
            "--presses",
            "1",
            "--idle",
            "0",
            "--hold",
            "0.1",
            "--settle",
            "0.2",
        )
    )
    assert "bare: ready" in told
    assert "Tasks, 100 tasks in 1: half a page" in told


@through_a_terminal
def test_pull_keys() -> None:
    told = names(bench("pull_keys", "--records", "10000", "--tasks", "60", "--presses", "2", "--rest", "0.2"))
    assert "key during the sync" in told


def test_a_benchmark_without_termbench_says_so(tmp_path: Path) -> None:
    copied = tmp_path / "checkout" / "benchmarks"
    shutil.copytree(ROOT / "benchmarks", copied)
    command = [sys.executable, str(copied / "start.py")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "needs termbench" in ran.stderr


def test_schedule() -> None:
    told = names(bench("schedule", "--tasks", "120", "--runs", "2", "--taskjuggler", "0"))
    assert "all dates, 120 layered, 1 calendar" in told
    assert "edit of any task, 120 deep, 2 calendars" in told


def test_memory() -> None:
    told = names(bench("memory", "--edits", "30"))
    assert "30 accepted edits: pushing" in told
    assert "300 accepted edits: at rest" in told


def test_load() -> None:
    words = ["--devices", "6", "--people", "3", "--projects", "2", "--transactions", "2", "--on", "sqlite"]
    found = bench("load", *words)
    assert "accepted edits" in names(found)
    assert next(m for m in found["measures"] if "tried again" in m["name"])["max"] == 0


def test_load_of_spaces() -> None:
    words = ["--devices", "6", "--people", "3", "--projects", "3", "--shared", "2", "--tasks", "30"]
    found = bench("load", *words, "--transactions", "2", "--on", "sqlite")
    read = next(m for m in found["measures"] if "entries read" in m["name"])
    assert 0 < read["max"] < 12, "somebody read the edits of all, also of what is not shared with him"


def test_listeners() -> None:
    found = bench("listeners", "--listeners", "3", "--edits", "4", "--rate", "20")
    asked = next(m for m in found["measures"] if "asked for news" in m["name"])
    assert 0 < asked["median"] <= 1


@through_a_terminal
def test_screens() -> None:
    small = (
        "--runs",
        "1",
        "--tasks",
        "200",
        "--projects",
        "5",
        "--contacts",
        "40",
        "--presses",
        "4",
        "--hold",
        "0.2",
    )
    told = names(bench("screens", *small, "--settle", "1", "--idle", "1", "--only", "Team", "Palette"))
    assert "Team: comes" in told and "Palette: a key" in told
    assert "Team: CPU in 10 idle seconds" in told and "Palette: CPU in 10 idle" not in told


def test_screens_leaves_out_no_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    assert importlib.import_module("screens").PLACES.keys() == views().keys()
