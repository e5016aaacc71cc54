"""import, export, dump."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui.cli import main

Run = Callable[..., Any]

PLAN = """<?xml version="1.0" encoding="UTF-8"?>
<Project xmlns="http://schemas.microsoft.com/project"><Name>Nesting</Name><StartDate>2026-12-01T08:00:00</StartDate>
<Tasks>
<Task><UID>1</UID><ID>1</ID><Name>Survey</Name><OutlineLevel>1</OutlineLevel><Duration>PT16H0M0S</Duration>
<Start>2026-12-01T08:00:00</Start><Finish>2026-12-02T17:00:00</Finish></Task>
<Task><UID>2</UID><ID>2</ID><Name>Install</Name><OutlineLevel>1</OutlineLevel><Duration>PT8H0M0S</Duration>
<Start>2026-12-03T08:00:00</Start><Finish>2026-12-03T17:00:00</Finish>
<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type></PredecessorLink></Task>
</Tasks></Project>
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--home", str(tmp_path / "home"), *words]) == status, capsys.readouterr().err
        out, err = capsys.readouterr()
        return err if status else json.loads(out) if "--json" in words else out

    return go


@pytest.fixture
def plan(tmp_path: Path) -> str:
    (tmp_path / "plan.xml").write_text(PLAN, encoding="utf-8")
    return str(tmp_path / "plan.xml")


def test_a_plan_is_shown_before_it_is_saved(run: Run, plan: str) -> None:
    assert "new: 2 tasks" in run("import", plan, "--dry-run")
    assert "Say --yes" in run("import", plan, status=1)
    assert run("list", "task", "--json") == []


@pytest.mark.parametrize(("answer", "tasks"), [("y", 2), ("", 0), ("no", 0)])
def test_on_a_terminal_it_asks(run: Run, plan: str, answer: str, tasks: int, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    run("import", plan, status=0 if tasks else 1)
    assert len(run("list", "task", "--json")) == tasks


def test_an_imported_plan_has_its_dates_and_goes_with_one_undo(run: Run, plan: str) -> None:
    run("add", "client", "Harlan Fab")
    made = run("import", plan, "--yes", "--client", "Harlan", "--name", "Line 2", "--json")
    assert made["counts"]["task"] == 2
    assert run("show", made["id"], "--json")["name"] == "Line 2"
    tasks = run("list", "task", "project=Line 2", "--json")
    assert [(t["name"], t["start"][:10], t["finish"]) for t in tasks] == [
        ("Survey", "2026-12-01", "2026-12-02T17:00"), ("Install", "2026-12-03", "2026-12-03T17:00"),
    ]  # fmt: skip
    assert [t["name"] for t in run("list", "task", "start=2026-12-03", "--json")] == ["Install"]
    run("undo")
    assert run("list", "task", "--json") == []


def test_a_baseline_of_an_imported_plan_holds_its_dates(run: Run, plan: str) -> None:
    run("import", plan, "--yes", "--name", "Nesting")
    run("add", "baseline", "Sold", "project=Nesting")
    rows = run("list", "baseline_task", "--json")
    assert sorted(row["finish"] for row in rows) == ["2026-12-02T17:00", "2026-12-03T17:00"]


def test_dates_that_come_out_otherwise_are_shown_before_it_is_saved(run: Run, plan: str) -> None:
    assert "dates:" not in run("import", plan, "--dry-run")
    assert run("import", plan, "--dry-run", "--json")["dates"] == []
    Path(plan).write_text(PLAN.replace("2026-12-03T", "2026-12-09T"), encoding="utf-8")
    seen = run("import", plan, "--dry-run", "--dates")
    assert (
        "dates: 1 task will stand otherwise than in the file:\n  Install: start 2026-12-09 08:00 becomes"
        in seen
    )
    [moved] = run("import", plan, "--dry-run", "--json")["dates"]
    assert (moved["name"], moved["start_in_file"], moved["start"]) == (
        "Install", "2026-12-09T08:00", "2026-12-03T08:00",
    )  # fmt: skip
    assert "“Survey” ends" in moved["why"]
    assert run("import", plan, "--yes", "--json")["dates"] == [moved]
    assert run("list", "task", "name=Install", "--json")[0]["start"] == moved["start"]


@pytest.mark.parametrize("text", ["", "<html></html>", "no xml at all", PLAN[:300]])
def test_what_is_no_plan_is_refused_and_nothing_is_saved(run: Run, plan: str, text: str) -> None:
    Path(plan).write_text(text, encoding="utf-8")
    assert "plan.xml" in run("import", plan, "--yes", status=1)
    assert run("list", "project", "--json") == []


def test_a_dump_is_one_sorted_line_a_record(run: Run, plan: str) -> None:
    run("import", plan, "--yes")
    rows = [json.loads(line) for line in run("dump").splitlines()]
    assert [(r["kind"], r["id"]) for r in rows] == sorted((r["kind"], r["id"]) for r in rows)
    assert run("dump", "--space", "workspace") == run("dump")
    assert run("dump", "--space", "elsewhere") == ""


def test_everything_is_exported_as_lines_or_as_one_list(run: Run, plan: str, tmp_path: Path) -> None:
    run("import", plan, "--yes")
    run("export", str(tmp_path / "all.jsonl"))
    run("export", str(tmp_path / "all.json"))
    assert (tmp_path / "all.jsonl").read_text(encoding="utf-8") == run("dump")
    lines = [json.loads(line) for line in run("dump").splitlines()]
    assert json.loads((tmp_path / "all.json").read_text(encoding="utf-8")) == lines


def test_an_empty_profile_exports_an_empty_list(run: Run, tmp_path: Path) -> None:
    run("export", str(tmp_path / "all.json"))
    assert json.loads((tmp_path / "all.json").read_text()) == []


def test_a_kind_is_exported_as_csv_with_filters(run: Run, plan: str, tmp_path: Path) -> None:
    run("import", plan, "--yes")
    assert run("export", str(tmp_path / "t.csv"), "--kind", "task", "name=survey", "--json")["records"] == 1
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["name"] == "Survey"
    assert row["status"] == "todo"


def test_a_csv_never_holds_a_formula(run: Run, tmp_path: Path) -> None:
    run("add", "client", "=HYPERLINK(1)", "phone=+33 4 78", "city=+cmd|x")
    run("export", str(tmp_path / "c.csv"), "--kind", "client")
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["name"], row["phone"], row["city"]) == ("'=HYPERLINK(1)", "+33 4 78", "'+cmd|x")


def test_a_file_is_not_replaced_unasked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text("mine")
    assert "--force" in run("export", str(tmp_path / "all.json"), status=1)
    assert (tmp_path / "all.json").read_text() == "mine"
    run("export", str(tmp_path / "all.json"), "--force")
    assert (tmp_path / "all.json").read_text() == "[]\n"


def test_a_folder_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    assert "cannot be written" in run("export", str(tmp_path / "no" / "all.json"), status=1)


# ── a plan for Microsoft Project ──────────────────────────────────────────────────────────────────────


def test_a_project_goes_out_as_xml_and_comes_in_again(run: Run, plan: str, tmp_path: Path) -> None:
    run("import", plan, "--yes", "--name", "Line 2")
    target = str(tmp_path / "out.xml")
    assert "to " + target in run("export", target, "project=Line 2")
    seen = run("import", target, "--dry-run")
    assert "imported before, and now once more: Line 2" in seen
    assert "from 2026-12-01 08:00 to 2026-12-03 17:00" in seen
    assert "new: 1 dependency" in seen


def test_an_export_is_the_same_bytes_each_time(run: Run, plan: str, tmp_path: Path) -> None:
    run("import", plan, "--yes")
    target = tmp_path / "out.xml"
    run("export", str(target))
    first = target.read_bytes()
    run("export", str(target), "--force")
    assert target.read_bytes() == first


def test_of_several_projects_one_must_be_said(run: Run, plan: str, tmp_path: Path) -> None:
    run("import", plan, "--yes", "--name", "Line 2")
    run("add", "project", "Line 3")
    assert "project=NAME" in run("export", str(tmp_path / "out.xml"), status=2)
    assert "project=NAME" in run("export", str(tmp_path / "out.xml"), "name=Survey", status=2)
    run("export", str(tmp_path / "out.xml"), "project=Line 3")


def test_what_a_plan_cannot_hold_is_named_beside_the_answer(
    run: Run, plan: str, tmp_path: Path, capsys: Any
) -> None:
    run("import", plan, "--yes")
    run("set", "Survey", "status=blocked")
    capsys.readouterr()
    assert main(["--home", str(tmp_path / "home"), "export", str(tmp_path / "out.xml")]) == 0
    assert "left out: why 1 task is blocked" in capsys.readouterr().err


def test_mpp_files_come_in_by_mpxj_or_with_the_remedy(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "plan.mpp").write_bytes(b"\xd0\xcf\x11\xe0")
    monkeypatch.setattr("office.mpp.find_spec", lambda name: None)
    said = run("import", str(tmp_path / "plan.mpp"), status=1)
    assert "milepost[mpp]" in said and "Save As > XML" in said
    assert "opens .xml as well" in run("export", str(tmp_path / "out.mpp"), status=1)
