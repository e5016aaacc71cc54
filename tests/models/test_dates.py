"""The computed dates of the store: always those that the engine gives, whoever changed what, and nobody's edit."""

import json
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from models import dates, db, dependency, keeping, outline, record, task
from models.errors import Invalid, MilepostError
from models.feed import GENERATION, Feed
from models.foresight import typed
from models.kinds import KINDS
from models.planning import load
from models.schedule.engine import Schedule
from models.schedule.instants import parse, show
from models.schedule.written import WEEKDAYS
from models.windows.dates import behind, computed, newest, problems
from models.windows.portfolio import project_rows
from models.windows.tasks import task_rows, task_tree


def week(*days: str, hours: str = "08:00-16:00") -> str:
    """The week of a calendar in which work is done on these days only."""
    work = [hours.split("-")]
    return json.dumps({day: work if day in days else [] for day in WEEKDAYS})


WEEK = week("mon", "tue", "wed")


def plan(desk: Any, *names: str, **values: Any) -> tuple[str, list[str]]:
    """A project that starts on a Monday, and tasks in it, each after the one before."""
    project = desk.project("Line 2")
    desk.edit("project", project, start="2026-11-30T08:00", **values)
    tasks = desk.tasks(project, *names)
    for before, after in pairwise(tasks):
        desk.do(dependency.link, before, after)
    return project, tasks


def held(desk: Any) -> dict[str, tuple[str, str]]:
    return {id: (s, f) for id, s, f in desk.conn.execute("SELECT task, start, finish FROM schedule")}


def spans(desk: Any, *tasks: str) -> list[str]:
    """Start and finish of tasks after a refresh: "30 08:00 – 30 17:00"."""
    dates.refresh_all(desk.store)
    found = (computed(desk.conn, task) for task in tasks)
    return [f"{d.start[8:].replace('T', ' ')} – {d.finish[8:].replace('T', ' ')}" for d in found if d]


def true(desk: Any) -> dict[str, tuple[str, str]]:
    """What a full run gives for every project."""
    found = {}
    for (project,) in desk.conn.execute("SELECT id FROM project").fetchall():
        if inputs := load(desk.conn, project):
            for key, d in Schedule(inputs).dates().items():
                found[str(key)] = show(d.start), show(d.finish)
    return found


def test_an_edit_moves_what_follows_and_is_the_only_thing_that_is_captured(desk: Any) -> None:
    _, (a, b) = plan(desk, "Survey", "Install")
    assert spans(desk, a, b) == ["30 08:00 – 30 17:00", "01 08:00 – 01 17:00"]
    log = desk.one("SELECT count(*) FROM change"), desk.one("SELECT count(*) FROM txn")
    dates.refresh_all(desk.store)
    assert (desk.one("SELECT count(*) FROM change"), desk.one("SELECT count(*) FROM txn")) == log
    desk.edit("task", a, duration_minutes=960)
    assert behind(desk.conn)
    assert spans(desk, a, b) == ["30 08:00 – 01 17:00", "02 08:00 – 02 17:00"]
    assert not behind(desk.conn)
    desk.store.undo()
    assert spans(desk, a, b) == ["30 08:00 – 30 17:00", "01 08:00 – 01 17:00"]


def test_what_comes_from_a_colleague_moves_dates_too(desk: Any) -> None:
    _, (a, b) = plan(desk, "Survey", "Install")
    desk.sync()
    spans(desk)
    desk.hear(("task", a, {"duration_minutes": 1440}))
    assert spans(desk, b) == ["03 08:00 – 03 17:00"]


def test_a_calendar_a_persons_calendar_and_a_link_that_goes_move_dates(desk: Any) -> None:
    project, (a, b) = plan(desk, "Survey", "Install")
    calendar = desk.do(record.create, "calendar", name="Three days", week=WEEK).id
    desk.edit("project", project, calendar_id=calendar)
    desk.edit("task", a, duration_minutes=3 * 480)
    assert spans(desk, a, b) == ["30 08:00 – 02 16:00", "07 08:00 – 07 16:00"]
    desk.edit("calendar", calendar, exceptions='[{"from": "2026-12-07", "to": "2026-12-07"}]')
    assert spans(desk, b) == ["08 08:00 – 08 16:00"]
    link = desk.one("SELECT id FROM dependency")
    desk.do(record.delete, "dependency", link)
    assert spans(desk, b) == ["30 08:00 – 30 16:00"]
    night = desk.do(record.create, "calendar", name="Nights", week=week("mon", hours="18:00-23:00")).id
    member = desk.do(record.create, "member", name="Ines", calendar_id=night).id
    desk.do(record.create, "assignment", task_id=b, member_id=member)
    desk.edit("project", project, calendar_id=None)
    assert spans(desk, b) == ["30 18:00 – 07 21:00"]


def test_each_side_has_its_own_holidays(desk: Any) -> None:
    client = desk.client()
    site = desk.do(record.create, "site", name="Bath", client_id=client, country="United States").id
    project, (ours, theirs, both) = plan(desk, "Ours", "Theirs", "Both")
    for (link,) in desk.conn.execute("SELECT id FROM dependency").fetchall():
        desk.do(record.delete, "dependency", link)
    desk.edit("project", project, start="2026-12-25T08:00", site_id=site)  # a Friday
    desk.edit("task", theirs, side="client")
    desk.edit("task", both, side="joint")
    assert spans(desk, ours, theirs, both) == ["25 08:00 – 25 17:00", *["28 08:00 – 28 17:00"] * 2]
    standard = desk.do(record.create, "calendar", name="Plant", week=week("fri")).id
    desk.edit("project", project, client_calendar_id=standard)
    assert spans(desk, theirs) == ["25 08:00 – 25 16:00"]
    assert spans(desk, both) == [
        "25 08:00 – 01 09:00"
    ]  # eight to twelve and one to four, and on New Year's Friday


def test_back_from_the_promised_finish(desk: Any) -> None:
    project, (a, b) = plan(desk, "Survey", "Install")
    with pytest.raises(Exception, match="promised finish"):
        desk.edit("project", project, schedule_from="finish")
    desk.edit("project", project, schedule_from="finish", finish="2026-12-11T17:00")
    assert spans(desk, a, b) == ["10 08:00 – 10 17:00", "11 08:00 – 11 17:00"]
    [c] = desk.tasks(project, "Celebrate")
    assert desk.get("task", c, "constraint_type") == "ALAP"
    desk.edit("task", a, start="2026-12-03T08:00")
    assert desk.get("task", a, "constraint_type") == "SNLT"
    desk.edit("project", project, schedule_from="start")
    assert spans(desk, b, c) == ["01 08:00 – 01 17:00", "30 08:00 – 30 17:00"]
    desk.store.undo()
    assert desk.get("task", b, "constraint_type") == "ALAP"


def test_a_milestone_takes_no_time(desk: Any) -> None:
    _, (_, b) = plan(desk, "Survey", "Go live")
    desk.edit("task", b, milestone=1)
    assert spans(desk, b) == ["30 17:00 – 30 17:00"]
    desk.edit("task", b, milestone=0)
    assert spans(desk, b) == ["01 08:00 – 01 17:00"]


def test_what_cannot_hold_is_said_and_goes_when_it_holds_again(desk: Any) -> None:
    project, (_, b) = plan(desk, "Survey", "Install")
    desk.edit("task", b, deadline="2026-11-30T17:00")
    dates.refresh_all(desk.store)
    [said] = problems(desk.conn, "task", b)
    assert "Install" in said and "deadline" in said
    assert problems(desk.conn, "project", project) == [said]
    desk.edit("task", b, deadline=None)
    dates.refresh_all(desk.store)
    assert problems(desk.conn, "task", b) == []


def test_a_circle_that_two_laptops_made_is_named_and_all_other_dates_come_out(desk: Any) -> None:
    project, (a, b, c) = plan(desk, "Survey", "Install", "Train")
    desk.sync()
    back = {"project_id": project, "predecessor_id": b, "successor_id": a, "type": "FS"}
    desk.hear(("dependency", "theirs", back))
    assert len(spans(desk, a, b, c)) == 3
    said = problems(desk.conn, "project", project)
    assert any("Survey" in p and "Install" in p and "wait for each other" in p for p in said), said


def test_a_summary_shows_how_long_its_tasks_take(desk: Any) -> None:
    project, (a,) = plan(desk, "Install")
    first, second = desk.tasks(project, "Lay cables", "Test", under=a)
    desk.do(dependency.link, first, second)
    dates.refresh_all(desk.store)
    assert desk.one(f"SELECT duration FROM schedule WHERE task='{a}'") == 960
    assert desk.one(f"SELECT duration FROM schedule WHERE task='{first}'") is None


def test_the_feed_tells_of_dates(desk: Any) -> None:
    _, (a,) = plan(desk, "Survey")
    feed = Feed(desk.conn)
    dates.refresh_all(desk.store)
    changes = feed.poll()
    assert changes is not None and changes.fields == {"schedule": {"dates"}}
    dates.refresh_all(desk.store)
    assert feed.poll() is None
    desk.edit("task", a, name="Look round")  # said in problems and reasons, moves nothing
    assert (changes := feed.poll()) is not None and changes.touches("task", "name")


def test_an_edit_during_a_run_ends_it_and_the_next_run_knows_it(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (a, b) = plan(desk, "Survey", "Install")

    def and_meanwhile(conn: Any, project: str) -> Any:
        found = load(conn, project)
        if not edited:
            edited.append(desk.edit("task", a, duration_minutes=960))
            dates.next_stale(desk.store)  # as another process does
        return found

    edited: list[Any] = []
    monkeypatch.setattr(keeping, "load", and_meanwhile)
    assert dates.refresh(desk.store)
    assert held(desk) == {}  # what it had computed was true of the past
    assert spans(desk, b) == ["02 08:00 – 02 17:00"]


def test_a_task_that_is_gone_has_no_dates_though_its_plan_was_looked_at_before(desk: Any) -> None:
    project, (a, b) = plan(desk, "Survey", "Install")
    kept = keeping.Kept()
    while dates.refresh(desk.store, kept=kept):
        pass
    desk.do(record.delete, "task", b)
    generation = db.get_meta(desk.conn, GENERATION)
    kept.schedule(desk.conn, project, newest(desk.conn), generation)  # as a preview does
    while dates.refresh(desk.store, kept=kept):
        pass
    assert held(desk).keys() == {a}


def test_new_rules_compute_everything_anew(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(desk, "Survey")
    dates.refresh_all(desk.store)
    with desk.store.write() as conn:
        conn.execute("UPDATE schedule SET finish='2030-01-01T17:00'")
    dates.refresh_all(desk.store)
    assert held(desk) != true(desk)
    monkeypatch.setattr(dates, "RULES", "another")
    dates.refresh_all(desk.store)
    assert held(desk) == true(desk)


def test_the_project_in_front_comes_first_and_large_ones_in_slices(desk: Any) -> None:
    first, _ = plan(desk, "Survey")
    second, _ = plan(desk, *(f"Task {n}" for n in range(2 * dates.SLICE + 7)))
    assert dates.refresh(desk.store, second) == second
    assert dates.refresh(desk.store, second) == first
    assert dates.refresh(desk.store, second) is None
    assert held(desk) == true(desk)


# ── any sequence of edits ─────────────────────────────────────────────────────────────────────────────


class Chance:
    """Random edits of a small plan, by every way in."""

    def __init__(self, desk: Any, seed: int) -> None:
        self.desk, self.random, self.done = desk, random.Random(seed), Counter[str]()
        self.projects = [desk.project(f"Line {n}") for n in (1, 2)]
        for project in self.projects:
            desk.edit("project", project, start="2026-11-30T08:00")
            desk.tasks(project, "A", "B", "C")

    def any(self, table: str, where: str = "deleted_at IS NULL") -> str:
        rows = self.desk.conn.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY id").fetchall()
        return str(self.random.choice(rows)[0]) if rows else ""

    def step(self) -> None:
        what = self.random.choice([n for n in dir(self) if n.startswith("do_")])
        try:
            getattr(self, what)()
        except (MilepostError, KeyError) as error:
            self.done[f"{what} refused: {type(error).__name__}"] += 1
        else:
            self.done[what] += 1

    def do_duration(self) -> None:
        self.desk.edit("task", self.any("task"), duration_minutes=self.random.choice([0, 240, 960]))

    def do_add(self) -> None:
        self.desk.tasks(
            self.random.choice(self.projects), "New", under=self.random.choice([None, self.any("task")])
        )

    def do_link(self) -> None:
        project = self.random.choice(self.projects)
        among = f"project_id='{project}' AND deleted_at IS NULL"
        ends = self.any("task", among), self.any("task", among)
        self.desk.do(dependency.link, *ends, self.random.choice(["FS", "SS", "FF", "SF"]), 60)

    def do_unlink(self) -> None:
        self.desk.do(record.delete, "dependency", self.any("dependency"))

    def do_delete(self) -> None:
        self.desk.do(record.delete, "task", self.any("task"))

    def do_undelete(self) -> None:
        self.desk.do(record.undelete, "task", self.any("task", "deleted_at IS NOT NULL"))

    def do_delete_project(self) -> None:
        self.desk.do(record.delete, "project", self.projects[0])

    def do_undelete_project(self) -> None:
        self.desk.do(record.undelete, "project", self.projects[0])

    def do_undo(self) -> None:
        self.desk.store.undo()

    def do_redo(self) -> None:
        self.desk.store.redo()

    def do_sync(self) -> None:
        self.desk.sync()

    def do_hear(self) -> None:
        self.desk.sync()
        self.desk.hear(
            ("task", self.any("task"), {"constraint_type": "SNET", "constraint_date": "2026-12-14T08:00"})
        )

    def do_indent(self) -> None:
        self.desk.do(outline.indent, [self.any("task")])

    def do_calendar(self) -> None:
        calendar = self.desk.do(record.create, "calendar", name="Week", week=WEEK).id
        self.desk.edit("project", self.random.choice(self.projects), calendar_id=calendar)

    def do_holiday(self) -> None:
        self.desk.edit("calendar", self.any("calendar"), holidays=self.random.choice(["DE", None]))

    def do_assign(self) -> None:
        member = self.desk.do(
            record.create, "member", name="Ines", calendar_id=self.any("calendar") or None
        ).id
        self.desk.do(record.create, "assignment", task_id=self.any("task"), member_id=member)

    def do_start(self) -> None:
        self.desk.edit("task", self.any("task"), status=self.random.choice(["doing", "done", "todo"]))


def _count_revisions(monkeypatch: pytest.MonkeyPatch, seen: Counter[bool]) -> None:
    """Whether a schedule followed an edit, or was made."""

    def counted(*words: Any) -> Any:
        found = since(*words)
        seen[found is not None] += 1
        return found

    since = keeping._since
    monkeypatch.setattr(keeping, "_since", counted)


def all_problems(desk: Any) -> set[tuple[str, ...]]:
    return set(desk.conn.execute("SELECT project, task, kind, message FROM problem"))


def true_problems(desk: Any) -> set[tuple[str, ...]]:
    plans = [(p, load(desk.conn, p)) for (p,) in desk.conn.execute("SELECT id FROM project").fetchall()]
    found = [(p, problem) for p, plan in plans if plan for problem in Schedule(plan).problems()]
    return {(p, str(task), x.kind, x.message) for p, x in found for task in x.tasks or ("",)}


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_the_table_holds_what_a_full_run_gives(
    desk: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, kept = Chance(desk, seed), keeping.Kept()
    compared, revised = 0, Counter[bool]()
    _count_revisions(monkeypatch, revised)
    for _ in range(60):
        for _ in range(chance.random.randint(1, 3)):
            chance.step()
        if chance.random.random() < 0.1:
            dates.refresh(desk.store)  # as another process does
        while dates.refresh(desk.store, kept=kept):
            pass
        expected = true(desk)
        assert held(desk) == expected, chance.done
        compared += len(expected)
        assert {row[1:] for row in all_problems(desk)} == {row[1:] for row in true_problems(desk)}
    assert compared > 150
    assert revised[True] > 10 < revised[False]
    assert len([what for what in chance.done if "refused" not in what]) >= 14
    assert set(dates.INPUTS) <= set(KINDS)


def test_a_task_that_gets_a_date_moves_no_other_of_a_new_project(desk: Any) -> None:
    first, later = desk.tasks(desk.project("Line 2"), "Lay cables", "Call Ines")
    before = spans(desk, first)
    desk.edit("task", later, constraint_type="SNET", constraint_date="2099-06-01T08:00")
    assert spans(desk, first) == before and spans(desk, later)[0].startswith("01 08:00")


def states(desk: Any, project: str) -> dict[str, str]:
    """Status of each task after a refresh, by its name."""
    dates.refresh_all(desk.store)
    return {row.name: row.status for row in task_rows(desk.conn, list(task_tree(desk.conn, project).rows))}


def test_a_summary_stands_as_what_lies_below_it(desk: Any) -> None:
    project = desk.project("Line 2")
    [phase] = desk.tasks(project, "Install")
    lay, wire, spare = desk.tasks(project, "Lay cables", "Wire", "Spare", under=phase)
    desk.edit("task", spare, status="n/a")
    assert states(desk, project)["Install"] == "todo"
    desk.do(task.finish, [lay])
    assert states(desk, project)["Install"] == "doing"
    desk.do(task.finish, [wire])
    assert states(desk, project)["Install"] == "done"
    desk.edit("task", wire, status="todo")
    assert states(desk, project)["Install"] == "doing"


def test_what_is_done_to_a_summary_is_done_to_the_tasks_below_it_and_undone_at_once(desk: Any) -> None:
    project = desk.project("Line 2")
    [phase] = desk.tasks(project, "Install")
    _, part, spare = desk.tasks(project, "Lay cables", "Wire", "Spare", under=phase)
    desk.tasks(project, "Hall 3", under=part)
    desk.edit("task", spare, status="n/a")
    before = states(desk, project)
    desk.do(task.finish, [phase])
    after = {"Install": "done", "Lay cables": "done", "Wire": "done", "Hall 3": "done", "Spare": "n/a"}
    assert states(desk, project) == after
    assert (
        desk.get("task", phase, "actual_finish") is None
    )  # derived, so that two laptops never argue about it
    desk.store.undo()
    assert states(desk, project) == before
    with pytest.raises(Invalid, match="as soon as a task below it is"):
        desk.edit("task", phase, status="doing")
    desk.edit("task", phase, status="done")
    desk.edit("task", phase, status="todo")
    assert states(desk, project) == before


def test_a_phase_that_is_done_and_what_is_not_to_be_done_are_late_no_more(desk: Any) -> None:
    project = desk.project("Line 2")
    desk.edit("project", project, start="2026-01-05T08:00")
    [phase] = desk.tasks(project, "Install")
    lay, spare = desk.tasks(project, "Lay cables", "Spare", under=phase)
    desk.edit("task", phase, deadline="2026-02-02T17:00")

    def late() -> int:
        dates.refresh_all(desk.store)
        rows = [row for (row,) in desk.conn.execute("SELECT rowid FROM project")]
        return project_rows(desk.conn, rows, "2026-11-28")[0].late

    assert late() == 3
    desk.edit("task", spare, status="n/a")
    desk.edit(
        "task", lay, actual_start="2026-01-05T08:00", actual_finish="2026-01-05T17:00", percent_complete=100
    )
    assert late() == 0


def test_progress_counts_the_tasks_and_not_the_summaries_above_them(desk: Any) -> None:
    project = desk.project("Line 2")
    [phase] = desk.tasks(project, "Install")
    lay, _ = desk.tasks(project, "Lay cables", "Wire", under=phase)
    desk.do(task.finish, [lay])
    rows = [row for (row,) in desk.conn.execute("SELECT rowid FROM project")]
    [told] = project_rows(desk.conn, rows, "2026-11-28")
    assert (told.tasks, told.done, told.waiting) == (2, 1, 0)


def test_a_task_dated_by_hand_keeps_no_finish_before_its_start(desk: Any) -> None:
    _, [dig] = plan(desk, "Dig", minutes_per_day=480)
    desk.edit(
        "task", dig, duration_minutes=960, mode="manual", start="2026-12-01T08:00", finish="2026-12-02T17:00"
    )
    assert spans(desk, dig) == ["01 08:00 – 02 17:00"]
    desk.edit("task", dig, start="2026-12-07T08:00")  # as long as before
    assert spans(desk, dig) == ["07 08:00 – 08 17:00"]
    desk.edit("task", dig, finish="2026-12-03T17:00")
    assert spans(desk, dig) == ["02 08:00 – 03 17:00"]
    assert desk.get("task", dig, "manual_start") is None
    desk.store.undo()
    assert spans(desk, dig) == ["07 08:00 – 08 17:00"]


@pytest.mark.parametrize(("field", "day"), [("start", "2026-12-07T08:00"), ("finish", "2026-11-30T17:00")])
def test_what_is_foreseen_of_a_task_dated_by_hand_is_what_is_written(desk: Any, field: str, day: str) -> None:
    project, [dig] = plan(desk, "Dig", minutes_per_day=480)
    desk.edit(
        "task", dig, duration_minutes=960, mode="manual", start="2026-12-01T08:00", finish="2026-12-02T17:00"
    )
    [before] = (one for one in load(desk.conn, project).tasks if one.key == dig)
    foreseen = typed(before, field, parse(day), from_finish=False)
    desk.edit("task", dig, **{field: day})
    [after] = (one for one in load(desk.conn, project).tasks if one.key == dig)
    assert (foreseen.manual_start, foreseen.manual_finish) == (after.manual_start, after.manual_finish)
