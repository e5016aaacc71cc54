"""Why a task of the store stands where it stands, what moved it, and what an edit would do."""

from itertools import pairwise
from typing import Any

import orjson
import pytest

from models import dependency, record
from models.foresight import Foresight, words
from models.past import load_past
from models.planning import load
from models.schedule.engine import Schedule
from models.schedule.instants import parse, show
from models.why import Why, explained, moved, packed, unpacked, why


def plan(desk: Any) -> tuple[str, list[str]]:
    """Survey, then Install, then the milestone Go live with a deadline, from Monday 30 November 2026."""
    project = desk.project("Line 2")
    desk.edit("project", project, start="2026-11-30T08:00")
    tasks = desk.tasks(project, "Survey", "Install", "Go live")
    desk.edit("task", tasks[2], milestone=1, deadline="2026-12-02T17:00")
    for before, after in pairwise(tasks):
        desk.do(dependency.link, before, after)
    return project, tasks


def last(desk: Any) -> int:
    return int(desk.one("SELECT max(n) FROM change"))


def test_the_way_back_to_the_cause(desk: Any) -> None:
    _, tasks = plan(desk)
    assert [step.task for step in why(desk.conn, tasks[2])] == tasks[::-1]
    assert why(desk.conn, "nobody") == []


def test_the_past_is_what_the_log_takes_back(desk: Any) -> None:
    project, (survey, install, _) = plan(desk)
    then, at = load(desk.conn, project), last(desk)
    desk.edit("task", survey, duration_minutes=1440)
    desk.tasks(project, "Train")
    desk.do(record.delete, "task", install)
    desk.edit("project", project, start="2026-12-07T08:00")
    now = load(desk.conn, project)
    assert load_past(desk.conn, project, at) == then != now
    assert load(desk.conn, project) == now  # nothing is left of it


def test_what_moved_a_task_since_an_instant(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (survey, _, live) = plan(desk)
    monkeypatch.setattr("models.why.last_change_before", lambda conn, at: at)
    before = last(desk)
    assert moved(desk.conn, live, before) is None
    desk.edit("task", survey, duration_minutes=1440)
    found = moved(desk.conn, live, before)
    assert found is not None
    assert (show(found.was.finish), show(found.now.finish)) == ("2026-12-01T17:00", "2026-12-03T17:00")
    assert found.causes == ("“Survey”: duration is 24 h instead of 8 h",)
    assert (moved(desk.conn, live, 0) or found).causes[-1] == "“Survey”: duration is 24 h instead of 8 h"


def test_what_is_explained_comes_whole_through_json(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (survey, _, live) = plan(desk)
    monkeypatch.setattr("models.why.last_change_before", lambda conn, at: at)
    before = last(desk)
    for days in (0, 2):
        desk.edit("task", survey, duration_minutes=480 + 480 * days)
        found = explained(desk.conn, live, before)
        assert found == Why(tuple(why(desk.conn, live)), moved(desk.conn, live, before))
        assert (
            bool(found.moved) == bool(days) and unpacked(orjson.loads(orjson.dumps(packed(found)))) == found
        )


@pytest.mark.parametrize(
    ("field", "value", "finish", "told"),
    [
        ("start", "2026-12-02T08:00", "2026-12-03T17:00", "“Go live” 2026-12-01 → 2026-12-03"),
        ("duration_minutes", 960, "2026-12-02T17:00", "the plan ends 2026-12-02 instead of 2026-12-01"),
        ("deadline", "2026-11-30T12:00", "2026-12-01T17:00", "moves no other task · breaks: “Survey” ends"),
    ],
)
def test_an_edit_is_foreseen_as_it_is_made(desk: Any, field: str, value: Any, finish: str, told: str) -> None:
    project, (survey, _, live) = plan(desk)
    inputs = load(desk.conn, project)
    assert inputs is not None
    foresight = Foresight(Schedule(inputs))
    for _ in range(2):  # what was tried is taken back
        outcome = foresight.of([survey], field, parse(value) if isinstance(value, str) else value)
        assert show(outcome.finish[1]) == finish
        assert told in words(outcome, lambda instant: show(instant)[:10])
    desk.edit("task", survey, **{field: value})
    after = load(desk.conn, project)
    assert (
        after is not None
        and show(Foresight(Schedule(after)).of([live], "deadline", None).finish[0]) == finish
    )


def test_a_broken_deadline_is_told_before_it_breaks(desk: Any) -> None:
    project, (survey, _, _) = plan(desk)
    outcome = Foresight(Schedule(load(desk.conn, project))).of([survey], "start", parse("2026-12-04T08:00"))  # type: ignore[arg-type]
    assert outcome.broken == (
        "“Go live” ends Mon 7 Dec 2026 17:00, after its deadline, Wed 2 Dec 2026 17:00.",
    )
    assert outcome.tasks == 2
