"""What was said and promised: one line in, and what becomes of it."""

from datetime import date
from typing import Any

import pytest

from models import interaction, record
from models.daywords import parse_days
from models.errors import Invalid, Refused
from models.oneline import channel_apart, day_apart, days_apart
from models.windows import today

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("send the kerf table by fri", ("send the kerf table", date(2026, 11, 27))),
        ("send the kerf table", ("send the kerf table", None)),
        ("install day 1 12 dec", ("install day 1", date(2026, 12, 12))),
        ("tomorrow survey the hall", ("survey the hall", date(2026, 11, 24))),
        ("ports are open on 4.12.2026", ("ports are open", date(2026, 12, 4))),
        ("fri", ("fri", None)),  # a line is never left without words
        ("", ("", None)),
    ],
)
def test_a_day_is_taken_off_a_line(line: str, meant: tuple[str, date | None]) -> None:
    assert day_apart(line, MONDAY) == meant


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("12-14 dec", (12, 12), (12, 14)),
        ("dec 12-14", (12, 12), (12, 14)),
        ("12.-14.12.", (12, 12), (12, 14)),
        ("2026-12-12..2026-12-14", (12, 12), (12, 14)),
        ("12 dec..14 dec", (12, 12), (12, 14)),
        ("12 dec - 14 dec 2026", (12, 12), (12, 14)),
        ("30 nov to 2 dec", (11, 30), (12, 2)),
        ("mon-wed", (11, 30), (12, 2)),
        ("Fri – Tue", (11, 27), (12, 1)),
        ("tomorrow till +2d", (11, 24), (11, 26)),
    ],
)
def test_a_range_of_days(text: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert parse_days("start", text, MONDAY) == (date(2026, *first), date(2026, *last))
    assert days_apart(f"install laser 2: {text}", MONDAY) == (
        "install laser 2:",
        (date(2026, *first), date(2026, *last)),
    )


def test_a_range_over_new_year_and_one_that_ends_before_it_begins() -> None:
    assert parse_days("start", "28 dec-3 jan", MONDAY) == (date(2026, 12, 28), date(2027, 1, 3))
    for text in ("14-12 dec", "2026-12-14..2026-12-12"):
        with pytest.raises(Invalid, match="ends before it begins"):
            parse_days("start", text, MONDAY)


@pytest.mark.parametrize(
    "text", ["2026-12-04", "fri", "12-14", "kick-off", "1-32 dec", "", "-", "a to b", "+2w"]
)
def test_other_words_are_no_range(text: str) -> None:
    assert parse_days("start", text, MONDAY) is None


def test_a_visit_keeps_its_length_on_another_first_day(desk: Any) -> None:
    visit = desk.do(
        record.create,
        "visit",
        client_id=desk.client(),
        name="Install",
        start="2026-12-12",
        finish="2026-12-14",
    ).id
    desk.edit("visit", visit, start="2026-12-20")
    assert desk.get("visit", visit, "finish") == "2026-12-22"
    desk.edit("visit", visit, start="2026-12-21", finish="2026-12-21")
    assert desk.get("visit", visit, "finish") == "2026-12-21"
    desk.store.undo()
    assert (desk.get("visit", visit, "start"), desk.get("visit", visit, "finish")) == (
        "2026-12-20",
        "2026-12-22",
    )


@pytest.mark.parametrize("day", ["31 feb", "2026-13-01", "2026-02-30", "30.2.", "feb 31"])
def test_a_day_that_there_is_not_is_no_part_of_what_is_promised(day: str) -> None:
    with pytest.raises(Invalid, match=f"“{day}” is not a date"):
        day_apart(f"open the ports by {day}", MONDAY)


@pytest.mark.parametrize("line", ["deliver by courier", "version 1.13. is on 2 disks", "count on 3 people"])
def test_other_words_behind_by_are_taken_as_they_are(line: str) -> None:
    assert day_apart(line, MONDAY) == (line, None)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("mail: licence sent", ("mail", "licence sent")),
        ("met Rita about ports", ("meeting", "Rita about ports")),
        ("licence is late", ("call", "licence is late")),
        ("call", ("call", "call")),
    ],
)
def test_the_channel_is_the_first_word(line: str, meant: tuple[str, str]) -> None:
    assert channel_apart(line) == meant


def test_a_promise_is_kept_missed_or_made_anew(desk: Any) -> None:
    client = desk.client()
    made = desk.do(record.create, "promise", client_id=client, name="Send the table", due="2026-11-27").id
    desk.do(interaction.settle, [made], "kept")
    assert desk.get("promise", made, "state") == "kept"
    assert desk.get("promise", made, "settled_on") == f"{date.today()}"
    with pytest.raises(Refused, match="is kept"):
        desk.do(interaction.renegotiate, made, "2026-12-04")
    desk.do(interaction.settle, [made], "open")
    assert desk.get("promise", made, "settled_on") is None
    next_ = desk.do(interaction.renegotiate, made, "2026-12-04")
    assert desk.get("promise", made, "state") == "renegotiated"
    assert desk.get("promise", next_, "due") == "2026-12-04"
    assert desk.get("promise", next_, "instead_of") == made
    desk.store.undo()
    assert desk.get("promise", made, "state") == "open"


def test_a_visit_ends_after_it_begins(desk: Any) -> None:
    client = desk.client()
    with pytest.raises(Invalid, match="before the first day"):
        desk.do(
            record.create, "visit", client_id=client, name="Survey", start="2026-12-04", finish="2026-12-03"
        )


# ── Today ─────────────────────────────────────────────────────────────────────────────────────────────


def lines(desk: Any) -> list[tuple[str, str]]:
    return [(row.name, row.what) for row in today.today(desk.conn, MONDAY)]


def test_today_is_in_the_order_of_urgency(desk: Any) -> None:
    client = desk.client()
    project = desk.project()
    desk.edit("project", project, client_id=client, start="2026-11-23T08:00")
    late, now, soon, far, risk = desk.tasks(project, "Late", "Now", "Soon", "Far", "Go live")
    desk.edit(
        "task", late, deadline="2026-11-20T17:00", constraint_type="SNET", constraint_date="2026-12-07T08:00"
    )
    desk.edit(
        "task", soon, deadline="2026-11-26T17:00", constraint_type="SNET", constraint_date="2026-11-26T08:00"
    )
    desk.edit("task", far, start="2027-02-01T08:00")
    desk.edit("task", risk, milestone=1, deadline="2026-12-11T17:00", start="2026-12-18T08:00")
    desk.do(record.create, "promise", client_id=client, name="Table", due="2026-11-24")
    desk.do(record.create, "promise", client_id=client, name="Ports", due="2026-11-10", by="client")
    desk.do(record.create, "visit", client_id=client, name="Survey", start="2026-11-25")
    desk.do(record.create, "interaction", client_id=client, name="Kickoff", at="2026-10-01T09:00")
    from models.dates import refresh_all

    refresh_all(desk.store)
    assert lines(desk) == [
        ("Ports", "their promise, late 13d"), ("Now", "due today"), ("Late", "late 3d"),
        ("Go live", "milestone 7d after its deadline"), ("Survey", "visit, planned"),
        ("Table", "our promise, due tomorrow"), ("Soon", "due in 3d"), ("Harlan Fab", "silent for 53d"),
    ]  # fmt: skip
    desk.edit("task", late, status="done")
    desk.edit("task", now, blocked_reason="no power")
    desk.do(record.create, "interaction", client_id=client, name="Called", at="2026-11-20T09:00")
    found = lines(desk)
    assert ("Late", "late 3d") not in found and ("Now", "waits: no power") in found
    assert not any("silent" in what for _, what in found)
    desk.edit("project", project, hold_reason="no order", hold_waiting_on="client")
    assert [name for name, _ in lines(desk)] == ["Ports", "Survey", "Table"]


def test_after_a_login_today_is_mine(desk: Any) -> None:
    me, other = (desk.do(record.create, "member", name=name).id for name in ("Ines", "Tomas"))
    project = desk.project()
    desk.edit("project", project, manager_id=other)
    task, _ = desk.tasks(project, "Mine", "Not mine")
    for id in (task, _):
        desk.edit("task", id, deadline="2026-11-20T17:00")
    with desk.store.write() as conn:
        conn.execute("INSERT OR REPLACE INTO meta VALUES('member', ?)", (me,))
    assert lines(desk) == []
    desk.do(record.create, "assignment", task_id=task, member_id=me)
    assert lines(desk) == [("Mine", "late 3d")]
    desk.edit("project", project, manager_id=me)
    assert len(lines(desk)) == 2


def test_the_milestones_at_risk_of_a_project_are_one_line(desk: Any) -> None:
    project = desk.project()
    desk.edit("project", project, start="2026-11-23T08:00")
    for name, day in zip(["Go live", "Closed"], ["2026-12-11", "2026-12-18"], strict=True):
        [task] = desk.tasks(project, name)
        desk.edit("task", task, milestone=1, deadline=f"{day}T17:00", start="2027-01-08T08:00")
    from models.dates import refresh_all

    refresh_all(desk.store)
    assert lines(desk) == [("Go live", "milestone 28d after its deadline, and 1 more")]


def test_what_somebody_waits_for_comes_before_the_tasks_of_the_day(desk: Any) -> None:
    client, project = desk.client(), desk.project()
    [now] = desk.tasks(project, "Now")
    desk.edit("task", now, deadline="2026-11-23T17:00")
    desk.do(record.create, "promise", client_id=client, name="Table", due="2026-11-20")
    desk.do(record.create, "promise", client_id=client, name="Guide", due="2026-11-23")
    desk.do(record.create, "visit", client_id=client, name="Survey", start="2026-11-23")
    assert [name for name, _ in lines(desk)] == ["Guide", "Survey", "Table", "Now"]


def old_plan(desk: Any, *days: str) -> tuple[str, list[str]]:
    """A project with a task due on each of the days, and no dates but these."""
    project = desk.project()
    tasks = desk.tasks(project, *(f"Due {day}" for day in days))
    for task, day in zip(tasks, days, strict=True):
        desk.edit("task", task, deadline=f"{day}T17:00")
    return project, tasks


def test_a_plan_that_is_asleep_is_one_line_at_the_end(desk: Any) -> None:
    client = desk.client()
    desk.do(record.create, "interaction", client_id=client, name="Kickoff", at="2026-10-01T09:00")
    desk.edit("project", desk.project(), client_id=client)
    project, tasks = old_plan(desk, "2013-05-06", "2012-12-24", "2013-01-02")
    found = today.today(desk.conn, MONDAY)
    assert [row.kind for row in found] == ["client", "project"]
    assert found[1].id == project and found[1].what == "asleep: 3 late since 2012"
    desk.edit("task", tasks[0], actual_start="2026-11-16T08:00")  # somebody works on it
    assert lines(desk)[0] == ("Line 2", "3 late since 2012")
    desk.edit("project", project, hold_reason="asleep")
    assert [row.kind for row in today.today(desk.conn, MONDAY)] == ["client"]


def test_of_what_is_late_no_project_takes_more_than_a_few_lines(desk: Any) -> None:
    old_plan(desk, *(f"2026-11-{day:02}" for day in range(10, 19)), "2026-10-01", "2026-11-25")
    found = lines(desk)
    assert [name for name, _ in found[:5]] == [f"Due 2026-11-{day}" for day in range(10, 15)]
    assert found[5:] == [("Line 2", "5 more late since Oct"), ("Due 2026-11-25", "due in 2d")]


def test_one_old_task_is_no_heading(desk: Any) -> None:
    old_plan(desk, "2012-12-24")
    assert [row.kind for row in today.today(desk.conn, MONDAY)] == ["task"]


def test_a_long_old_plan_hides_nothing_of_its_own_week(desk: Any) -> None:
    project = desk.project()
    tasks = desk.tasks(project, *(f"Old {n}" for n in range(today.MANY + 20)), "Now")
    for task in tasks[:-1]:
        desk.edit("task", task, deadline="2024-12-24T17:00")
    desk.edit("task", tasks[-1], deadline="2026-11-23T17:00")
    assert lines(desk)[:2] == [("Now", "due today"), ("Line 2", "220 late since 2024")]


def test_a_visit_of_several_days_is_to_report_when_the_last_one_is_over(desk: Any) -> None:
    client = desk.client()
    for name, start, finish in (
        ("Install", "2026-11-21", "2026-11-24"),
        ("Survey", "2026-11-19", "2026-11-20"),
    ):
        desk.do(record.create, "visit", client_id=client, name=name, start=start, finish=finish)
    assert lines(desk) == [("Install", "visit to Tue 24 Nov, planned"), ("Survey", "visit to report")]
