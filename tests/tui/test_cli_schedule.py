"""schedule: the dates of a plan in a file, and what of it cannot hold; no store is touched or made."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models.schedule.calendars import STANDARD
from office.foreign import Calendar, Link, Plan, Task
from office.mspdi_write import lines
from tui.cli import main

Run = Callable[..., Any]
MONDAY = datetime(2026, 11, 30, 8)
SHOP = Calendar(1, "Standard", is_base=True, week={day: list(STANDARD.get(day, ())) for day in range(7)})
TASKS = [
    Task(10, 1, "Survey", duration_minutes=960),
    Task(20, 2, "Lay cables", duration_minutes=480),
    Task(30, 3, "Order labels", duration_minutes=480),
]
PLAN = Plan(
    "line.xml", "Nesting line", title="Nesting line", start=MONDAY, calendar_uid=1, calendars=[SHOP], tasks=TASKS,
    links=[Link(10, 20)],
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Schedules a plan, or a file: what stands on stdout (JSON read), or on stderr where it is refused."""

    def go(plan: Plan | Path, *words: str, status: int = 0) -> Any:
        path = plan if isinstance(plan, Path) else tmp_path / plan.source
        if isinstance(plan, Plan):
            path.write_text("".join(lines(plan)), encoding="utf-8")
        capsys.readouterr()
        assert main(["--home", str(tmp_path / "home"), "schedule", str(path), *words]) == status
        out, err = capsys.readouterr()
        assert not (tmp_path / "home").exists()
        assert "Traceback" not in err
        return (out, err) if status else json.loads(out) if "--json" in words else out

    return go


def changed(uid: int, **values: Any) -> list[Task]:
    return [replace(task, **values) if task.uid == uid else task for task in TASKS]


def test_every_date_and_slack_comes_out(run: Run) -> None:
    found = run(PLAN, "--json")
    assert (found["name"], found["start"], found["finish"]) == (
        "Nesting line", "2026-11-30T08:00", "2026-12-02T17:00",
    )  # fmt: skip
    assert found["conflicts"] == []
    assert found["tasks"][2] == {
        "uid": 30, "name": "Order labels", "start": "2026-11-30T08:00", "finish": "2026-11-30T17:00",
        "early_start": "2026-11-30T08:00", "early_finish": "2026-11-30T17:00", "late_start": "2026-12-02T08:00",
        "late_finish": "2026-12-02T17:00", "total_slack_minutes": 960, "free_slack_minutes": 960, "critical": False,
    }  # fmt: skip
    assert [task["critical"] for task in found["tasks"]] == [True, True, False]


def test_dates_in_the_file_do_not_count(run: Run) -> None:
    stale = [replace(task, start=datetime(2020, 1, 1), finish=datetime(2020, 1, 2)) for task in TASKS]
    assert run(replace(PLAN, tasks=stale), "--json") == run(PLAN, "--json")


def test_people_read_a_table(run: Run) -> None:
    head, _, columns, *rows = run(PLAN).splitlines()
    assert head == "Nesting line: Mon 30 Nov 2026 08:00 to Wed 2 Dec 2026 17:00"
    assert columns.split() == ["UID", "Task", "Start", "Finish", "Slack", "Free", "Critical"]
    assert rows[1].split() == [
        "20", "Lay", "cables", "2026-12-02", "08:00", "2026-12-02", "17:00", "0", "0", "critical",
    ]  # fmt: skip
    assert rows[2].split()[-2:] == ["2d", "2d"]


def test_a_conflict_has_its_date_its_tasks_and_offers(run: Run) -> None:
    plan = replace(PLAN, tasks=changed(20, constraint_type="MSO", constraint_date=datetime(2026, 12, 1, 8)))
    [conflict] = run(plan, "--json")["conflicts"]
    assert (conflict["kind"], conflict["tasks"]) == ("link", [10, 20])
    assert (conflict["required"], conflict["links"]) == ("2026-12-01T17:00", [[10, 20, "FS"]])
    assert conflict["offers"] == ["move the task", "remove the link", "remove the constraint"]
    text = run(plan)
    assert "\n1 conflict\n- “Lay cables” would have to start" in text
    assert "You can: move the task, or remove the link, or remove the constraint." in text


def test_a_missed_deadline_is_named_and_moves_nothing(run: Run) -> None:
    found = run(replace(PLAN, tasks=changed(20, deadline=datetime(2026, 12, 1, 17))), "--json")
    assert [conflict["kind"] for conflict in found["conflicts"]] == ["deadline"]
    assert found["finish"] == "2026-12-02T17:00"
    assert found["tasks"][1]["total_slack_minutes"] == -480


def test_a_circle_is_refused_by_name_and_the_other_dates_come_out(run: Run) -> None:
    plan = replace(PLAN, links=[Link(10, 20), Link(20, 10), Link(20, 30)])
    out, err = run(plan, "--json", status=1)
    assert "“Lay cables”, “Survey”" in err
    assert "Remove one link" in err
    found = json.loads(out)
    assert [c["kind"] for c in found["conflicts"]] == ["circle"]
    assert sorted(found["conflicts"][0]["links"]) == [[10, 20, "FS"], [20, 10, "FS"]]
    assert found["tasks"][2]["start"] == "2026-12-01T08:00"


def test_a_calendar_in_which_nobody_works_is_refused_by_name(run: Run) -> None:
    never = Calendar(2, "Never", is_base=True, week={day: [] for day in range(7)})
    plan = replace(PLAN, calendars=[SHOP, never], tasks=changed(30, calendar_uid=2))
    out, err = run(plan, status=1)
    assert "Never leaves no working time for Order labels" in err
    assert "Lay cables" in out


def test_a_plan_without_tasks_is_an_empty_answer(run: Run) -> None:
    assert run(replace(PLAN, tasks=[], links=[]), "--json") == {
        "name": "Nesting line", "start": None, "finish": None, "tasks": [], "conflicts": []
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "no xml at all", "<html></html>", "<Project><Tasks>"])
def test_what_is_no_plan_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.xml"
    path.write_text(text, encoding="utf-8")
    out, err = run(path, "--json", status=1)
    assert out == ""
    assert "broken.xml" in err


def test_what_is_not_there_or_another_format_is_refused(run: Run, tmp_path: Path) -> None:
    assert "no file" in run(tmp_path / "none.xml", status=1)[1]
    (tmp_path / "list.csv").write_text("Name\nSurvey\n", encoding="utf-8")
    assert "can be scheduled end in .xml, .mpp" in run(tmp_path / "list.csv", status=1)[1]


def test_an_existing_store_is_not_opened(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "line.xml"
    path.write_text("".join(lines(PLAN)), encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "milepost.db").write_text("no database")
    assert main(["--home", str(tmp_path / "other"), "schedule", str(path)]) == 0
    assert (tmp_path / "other" / "milepost.db").read_text() == "no database"


def test_explain_says_the_cause_and_what_moved_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def go(*words: str) -> str:
        capsys.readouterr()
        assert main(["--home", str(tmp_path / "home"), *words]) == 0
        return capsys.readouterr().out

    go("add", "project", "Nesting", "start=2026-11-30 08:00")
    go("add", "task", "Survey", "project=Nesting")
    go("add", "task", "Install", "project=Nesting")
    go("add", "dependency", "predecessor=Survey", "successor=Install")
    said = go("explain", "Install")
    assert said.startswith(
        "“Install” starts Tue 1 Dec 2026 08:00, because “Survey” ends Mon 30 Nov 2026 17:00"
    )
    assert "start Mon 30 Nov 2026 08:00 became Tue 1 Dec 2026 08:00" in said
    assert said.endswith("- “Install”: its links changed\n")
    assert "It has not moved since" in go("explain", "Survey")
    found = json.loads(go("explain", "Install", "--json"))
    assert [step["at"] for step in found["because"]] == ["2026-12-01T08:00", "2026-11-30T08:00"]
    assert found["moved"]["start"] == ["2026-11-30T08:00", "2026-12-01T08:00"]
    assert main(["--home", str(tmp_path / "home"), "explain", "Install", "--since", "9999-01-01"]) == 1
    assert "Name a day that was" in capsys.readouterr().err


def test_a_delete_says_what_moved_and_keeps_the_chain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def go(*words: str) -> str:
        assert main(["--home", str(tmp_path / "home"), *words]) == 0
        return capsys.readouterr().out

    go("add", "project", "Nesting line", "start=2026-11-30")
    for name in ("Survey", "Install", "Accepted"):
        go("add", "task", name, "project=Nesting", f"milestone={'no' if name != 'Accepted' else 'yes'}")
    go("add", "dependency", "predecessor=Survey", "successor=Install", "lag=2d")
    go("add", "dependency", "predecessor=Install", "successor=Accepted")
    said = go("delete", "Install")
    assert "moves 1 other task; the plan ends 2026-11-30 instead of 2026-12-03" in said
    assert "“Accepted” 2026-12-03 → 2026-11-30, 3 working days earlier" in said
    go("undo")
    said = go("delete", "Install", "--keep-chain")
    assert said.startswith("Deleted task Install, 1 new link") and "1 working day earlier" in said
    assert "moves" not in go("delete", "Accepted")
