"""The lists that tell of many kinds of records, as text: today, a project, a client, what was done."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from tests.tui.office import elsewhere, furnish
from tui.cli import main


@pytest.fixture
def shop(tmp_path, capsys):
    """Harlan's nesting line: a task that is late, a promise, a talk."""
    ids = furnish(tmp_path)
    late = date.today() - timedelta(days=2)
    elsewhere(tmp_path, "project", ids["Nesting line"], start=f"{date.today() + timedelta(days=30)}T08:00")
    elsewhere(tmp_path, "task", ids["Check power"], deadline=f"{late}T17:00")

    def run(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--home", str(tmp_path), *words]) == status, capsys.readouterr().err
        out, err = capsys.readouterr()
        return err if status else json.loads(out) if "--json" in words else out

    run("add", "promise", "Send the drawings", "client=Harlan", "due=tomorrow")
    run("add", "interaction", "Kickoff", "client=Harlan", "at=2026-01-07 10:00", "channel=meeting")
    return run


def test_today_as_text_and_narrowed(shop):
    assert [row["name"] for row in shop("today", "--json", "task,promise")] == [
        "Check power",
        "Send the drawings",
    ]
    assert "late 2d" in shop("today", "late") and "Send the drawings" not in shop("today", "late")
    assert [row["kind"] for row in shop("today", "--json", "#harlan", "promise")] == ["promise"]
    assert "no field of this list" in shop("today", "colour:red", status=1)


def test_a_client_over_time_and_a_project_on_one_page(shop):
    assert [row["name"] for row in shop("timeline", "Harlan", "--json")] == ["Send the drawings", "Kickoff"]
    assert "meeting" in shop("timeline", "Harlan", "until:2026-02-01")
    facts = shop("overview", "Nesting", "--json", "promise")
    assert [(fact["label"], fact["text"]) for fact in facts] == [("we promised", "Send the drawings")]
    assert "Manager" in shop("overview", "Nesting")


def test_what_was_done_by_whom_to_what_and_when(shop):
    labels = [row["label"] for row in shop("history", "--json", "task", "field:deadline")]
    assert labels == ["Elsewhere"]
    assert shop("history", "--json", "since:tomorrow") == []
    assert {row["field"] for row in shop("history", "Check power", "--json", "field:deadline")} == {
        "deadline"
    }
    assert shop("history", "Check power", "--json", "until:-1w") == []
    assert "No record is called" in shop("history", "nonsense", status=1)
    assert "(column 2)" in shop("history", "@nobody", status=1)
    assert shop("conflicts", "--json", "task", "field:deadline") == []
    assert "Furnish" not in shop("history", "--limit", "9", "--", "-task") and "Furnish" in shop(
        "history", "task"
    )
    assert shop("list", "task", "--json", "--", "-late") != shop("list", "task", "--json")
    shop("add", "client", 'Nord "Stahl')
    assert "created" in shop("history", 'Nord "Stahl')


def test_a_promise_gets_another_day_and_the_old_one_stays(shop):
    assert "is not a date" in shop("renegotiate", "Send the drawings", "someday", status=1)
    shop("renegotiate", "Send the drawings", "2026-12-24")
    told = [(row["state"], row["due"]) for row in shop("list", "promise", "--json")]
    assert [state for state, _ in sorted(told)] == ["open", "renegotiated"]
    assert min(told) == ("open", "2026-12-24")
