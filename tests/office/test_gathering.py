"""A project of the store as a plan again: the collection comes back, and what was made here comes out whole."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models.baseline import take_baseline
from models.dates import refresh_all
from models.dependency import link
from models.errors import NotFound
from models.outline import add_task
from models.record import create, delete, edit
from models.store import Store, open_store
from models.task import block, finish
from office.foreign import UNASSIGNED, Assignment, BaselineValues, Link, Plan, Resource, Task
from office.gathering import gather
from office.importing import import_plan
from office.mspdi import read
from office.mspdi_write import lines

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mspdi"
FILES = sorted(DATA.glob("*.xml"))
needs_data = pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "home")
    yield opened
    opened.close()


def load(store: Store, plan: Plan) -> str:
    project = str(store.transact("Import", import_plan, plan).result)
    refresh_all(store)
    return project


def out(store: Store, project: str) -> Plan:
    conn = store.read()
    try:
        return gather(conn, project)
    finally:
        conn.close()


# ── the collection ────────────────────────────────────────────────────────────────────────────────────


def comparable(plan: Plan) -> dict[str, Any]:
    """What an import keeps of a plan; nothing said and zero are the same."""
    people = {resource.uid: resource.name for resource in plan.resources}
    nobodys = {c.uid for c in plan.calendars if not c.is_base} - {r.calendar_uid for r in plan.resources}
    return {
        "tasks": [_task(task) for task in plan.tasks],
        "links": plan.links,
        "calendars": [
            replace(c, name=c.name or f"Calendar {c.uid}")
            for c in sorted(plan.calendars, key=lambda c: c.uid)
            if c.uid not in nobodys
        ],
        "resources": sorted(repr(replace(r, uid=0, baselines=())) for r in plan.resources),
        "day": (plan.default_start, plan.default_finish),
        "baselines of the whole": plan.summary and plan.summary.baselines,
        "assignments": sorted(repr(_work(a)) + people.get(a.resource_uid, "") for a in plan.assignments),
    }


def _work(a: Assignment) -> Assignment:
    """Start and finish are computed; work that has not begun stops nowhere."""
    begun = a.actual_start is not None
    return replace(
        a, uid=0, resource_uid=0, start=None, finish=None, stop=a.stop if begun else None,
        resume=a.resume if begun else None,
    )  # fmt: skip


def _task(task: Task) -> Task:
    """Late dates and slack are computed, and compared in test_importing; a file's own contradict each other."""
    manual = task.manual
    return replace(
        task, id=0, remaining_minutes=task.remaining_minutes or 0, work_minutes=0,
        actual_duration_minutes=task.actual_duration_minutes or 0, late_start=None, late_finish=None,
        total_slack_minutes=None, free_slack_minutes=None,
        manual_start=task.manual_start if manual else None, manual_finish=task.manual_finish if manual else None,
        manual_duration_minutes=(task.manual_duration_minutes or 0) if manual else None,
    )  # fmt: skip


@needs_data
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem[:30])
def test_a_file_that_was_imported_comes_out_as_it_was(store: Store, file: Path, tmp_path: Path) -> None:
    plan = read(file)
    again = tmp_path / file.name
    again.write_text("".join(lines(out(store, load(store, plan)))), encoding="utf-8")
    assert comparable(read(again)) == comparable(plan)


@needs_data
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem[:30])
def test_the_work_of_a_task_is_that_of_the_people_on_it(store: Store, file: Path) -> None:
    plan = read(file)
    people = {r.uid for r in plan.resources}
    hands = Counter(a.task_uid for a in plan.assignments if a.resource_uid in people)
    work = {task.uid: task.work_minutes for task in out(store, load(store, plan)).tasks}
    for task in plan.tasks:
        if hands[task.uid] and not task.summary:
            assert (
                abs((work[task.uid] or 0) - (task.work_minutes or 0)) <= hands[task.uid]
            )  # each was rounded


# ── what was made here ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cell(store: Store) -> str:
    """A project with three tasks, one of them a summary, made here and not imported."""

    def make(session: Any) -> str:
        project = create(session, "project", name="Cell 4", start="2026-12-01T08:00")
        build = add_task(session, project.id, "Build")
        add_task(session, project.id, "Lay cables", under=build.id)
        add_task(session, project.id, "Test cables", under=build.id)
        return str(project.id)

    return str(store.transact("Make", make).result)


def task_id(store: Store, name: str) -> str:
    conn = store.read()
    try:
        return str(conn.execute("SELECT id FROM task WHERE name=?", (name,)).fetchone()[0])
    finally:
        conn.close()


def test_a_project_made_here_gets_what_microsoft_project_needs(store: Store, cell: str) -> None:
    plan = out(store, cell)
    assert [(t.uid, t.id, t.outline_level, t.parent_uid, t.wbs) for t in plan.tasks] == [
        (1, 1, 1, None, "1"), (2, 2, 2, 1, "1.1"), (3, 3, 2, 1, "1.2"),
    ]  # fmt: skip
    assert plan.summary and (plan.summary.uid, plan.summary.name) == (0, "Cell 4")
    [standard] = plan.calendars
    assert (plan.calendar_uid, standard.is_base, sorted(standard.week)) == (
        standard.uid,
        True,
        list(range(7)),
    )
    assert plan.guid == cell.upper()


def test_a_project_that_is_not_here_is_said(store: Store) -> None:
    with pytest.raises(NotFound, match="no such project"):
        out(store, "01")


def test_dates_are_actual_before_computed_and_summaries_span_their_tasks(store: Store, cell: str) -> None:
    lay, test = task_id(store, "Lay cables"), task_id(store, "Test cables")
    with store.write() as conn:
        conn.executemany(
            "INSERT INTO schedule(task, project, start, finish, total_slack, critical) VALUES(?,?,?,?,?,?)",
            [(lay, cell, "2026-12-01T08:00", "2026-12-01T17:00", 0, 1),
             (test, cell, "2026-12-02T08:00", "2026-12-02T17:00", 60, 0)],
        )  # fmt: skip
    store.transact("Done", finish, [lay], "2026-12-01T15:00")
    plan = out(store, cell)
    build, lay_cables, _ = plan.tasks
    assert (lay_cables.finish, lay_cables.critical) == (datetime(2026, 12, 1, 15), True)
    assert (build.start, build.finish) == (datetime(2026, 12, 1, 8), datetime(2026, 12, 2, 17))
    assert (build.duration_minutes, build.percent_complete, build.actual_finish) == (960, 50, None)
    assert plan.summary and plan.summary.critical and plan.finish == datetime(2026, 12, 2, 17)


def test_what_a_colleague_left_empty_is_as_usual(store: Store, cell: str) -> None:
    def older(session: Any) -> None:
        for field in ("type", "mode", "constraint_type", "percent_complete", "priority", "milestone"):
            session.connection().exec_driver_sql(f"UPDATE task SET {field}=NULL")
        session.connection().exec_driver_sql("UPDATE project SET minutes_per_day=NULL, schedule_from=NULL")

    store.transact("Older", older)
    plan = out(store, cell)
    assert (plan.minutes_per_day, plan.schedule_from_start) == (480, True)
    assert {(t.type, t.constraint_type, t.priority) for t in plan.tasks} == {("fixed units", "ASAP", 500)}


def test_links_keep_lag_and_unit(store: Store, cell: str) -> None:
    lay, test = task_id(store, "Lay cables"), task_id(store, "Test cables")
    store.transact("Link", link, lay, test, "FF", 50, "percent")
    assert out(store, cell).links == [Link(2, 3, "FF", 50, "percent", "%")]


def test_a_link_from_another_project_is_left_out_by_name(store: Store, cell: str) -> None:
    other = store.transact("Other", create, "project", name="Other").result
    far = store.transact("Far", add_task, other.id, "Far").result
    store.transact("Link", link, far.id, task_id(store, "Lay cables"))
    assert out(store, cell).left_out == ["1 link from tasks that are not in this project"]


def test_reasons_stay_here_and_a_task_that_does_not_apply_is_inactive(store: Store, cell: str) -> None:
    lay, test = task_id(store, "Lay cables"), task_id(store, "Test cables")
    store.transact("Blocked", block, [lay], "no power", "client")
    store.transact("Not needed", edit, "task", test, not_applicable_reason="wireless")
    plan = out(store, cell)
    assert [t.active for t in plan.tasks] == [True, True, False]
    assert plan.left_out == ["why 1 task is blocked", "why 1 task is not applicable (written as inactive)"]
    assert "no power" not in "".join(lines(plan))


def test_facts_of_the_file_come_out_of_the_notes_again(store: Store) -> None:
    crew = Resource(1, "Weld crew", group="Shop", code="W", email="none", notes="Hall 2")
    whole = Task(0, 0, "Cell 4", notes="Line one\nLine two")
    facts = {"company": "Harlan Fab", "author": "Ines", "manager": "Tomas"}
    plan = replace(PLAN, summary=whole, resources=[crew], assignments=[Assignment(1, 1, 1)], **facts)
    again = out(store, load(store, plan))
    assert (again.company, again.author, again.manager) == ("Harlan Fab", "Ines", "Tomas")
    assert again.summary and again.summary.notes == "Line one\nLine two"
    assert again.resources == [replace(crew, calendar_uid=None)]


PLAN = Plan("plan.xml", "Cell 4", tasks=[Task(1, 1, "Lay cables", duration_minutes=480)])


def test_work_for_nobody_is_kept(store: Store) -> None:
    again = out(store, load(store, replace(PLAN, assignments=[Assignment(5, 1, work_minutes=480)])))
    assert [(a.uid, a.resource_uid, a.work_minutes) for a in again.assignments] == [(5, UNASSIGNED, 480)]
    assert (again.tasks[0].work_minutes, again.resources) == (0, [])


# ── calendars: other programs have base calendars, which stand alone, and one for each resource ───────


def test_a_calendar_on_a_calendar_comes_out_flat_where_a_task_uses_it(store: Store, cell: str) -> None:
    def make(session: Any) -> None:
        holidays = '[{"from":"2026-12-25","to":"2026-12-25","name":"Christmas","work":[]}]'
        base = create(
            session, "calendar", name="Vendor", week='{"mon":[["07:00","15:00"]]}', exceptions=holidays
        )
        site = create(session, "calendar", name="Site", base_id=base.id, week='{"sat":[["08:00","12:00"]]}')
        edit(session, "project", cell, calendar_id=site.id)

    store.transact("Calendars", make)
    plan = out(store, cell)
    [site] = [c for c in plan.calendars if c.uid == plan.calendar_uid]
    assert (site.name, site.is_base, site.base_uid) == ("Site", True, None)
    assert (site.week[0], site.week[5], site.week[6]) == (((420, 900),), ((480, 720),), ())
    assert site.week[4] == ((480, 720), (780, 1020))  # said by neither
    assert [e.name for e in site.exceptions] == ["Christmas"]


def test_people_who_share_a_calendar_get_one_each_on_it(store: Store, cell: str) -> None:
    def make(session: Any) -> None:
        shop = create(session, "calendar", name="Shop", week='{"mon":[["07:00","15:00"]]}')
        for name in ("Ines", "Tomas"):
            member = create(session, "member", name=name, calendar_id=shop.id)
            create(session, "assignment", task_id=task_id(store, "Lay cables"), member_id=member.id)

    store.transact("People", make)
    plan = out(store, cell)
    by_uid = {c.uid: c for c in plan.calendars}
    own = [by_uid[r.calendar_uid or 0] for r in plan.resources]
    assert [(c.name, c.is_base, by_uid[c.base_uid or 0].name) for c in own] == [
        ("Ines", False, "Shop"), ("Tomas", False, "Shop"),
    ]  # fmt: skip


def test_times_that_cannot_be_read_are_told(store: Store, cell: str) -> None:
    def odd(session: Any) -> None:  # as only another program can write it
        shop = create(session, "calendar", name="Shop")
        edit(session, "project", cell, calendar_id=shop.id)
        session.flush()
        session.connection().exec_driver_sql("UPDATE calendar SET week=?", ('{"mon":"always"}',))

    store.transact("Odd", odd)
    plan = out(store, cell)
    assert plan.warnings == ["Calendars whose times cannot be read came out as their base: Shop."]


# ── baselines ─────────────────────────────────────────────────────────────────────────────────────────


def test_of_many_baselines_the_first_is_0_and_the_newest_ten_are_the_rest(store: Store, cell: str) -> None:
    lay = task_id(store, "Lay cables")
    for day in range(1, 15):
        dates = {lay: (f"2026-12-{day:02}T08:00", f"2026-12-{day:02}T17:00")}
        store.transact("Baseline", take_baseline, cell, dates)
    plan = out(store, cell)
    held = {b.number: b.start and b.start.day for b in plan.tasks[1].baselines}
    assert held == {0: 1} | {n: n + 4 for n in range(1, 11)}
    assert plan.left_out == ["3 baselines beyond the first and the newest ten"]


def test_baselines_of_a_task_that_was_deleted_are_left_out_by_name(store: Store, cell: str) -> None:
    test = task_id(store, "Test cables")
    store.transact("Baseline", take_baseline, cell, {})
    store.transact("Delete", delete, "task", test)
    assert out(store, cell).left_out == ["baseline values of 1 deleted task"]


def test_the_work_in_a_baseline_goes_to_the_one_who_had_it(store: Store) -> None:
    agreed = BaselineValues(0, datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 17), work_minutes=480)
    plan = replace(PLAN, resources=[Resource(1, "Ines"), Resource(2, "Tomas")],
                   assignments=[Assignment(1, 1, 1, baselines=(agreed,)), Assignment(2, 1, 2)])  # fmt: skip
    again = out(store, load(store, plan))
    assert [a.baselines for a in again.assignments] == [(agreed,), ()]
    assert again.resources[0].baselines == (BaselineValues(0, work_minutes=480),)
