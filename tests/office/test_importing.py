"""Importing a read plan into a real store: counts, trees, what is shared, what is left out, undo."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from models.dates import refresh_all
from models.errors import Refused
from models.record import create
from models.schedule.calendars import WorkWeek
from models.schedule.engine import Schedule
from models.schedule.instants import show
from models.schedule.recurrence import CalendarException
from models.store import Store, open_store
from office.foreign import (
    UNASSIGNED,
    Assignment,
    BaselineValues,
    Calendar,
    Link,
    Plan,
    Resource,
    Task,
)
from office.importing import Preview, import_plan, preview
from office.mspdi import read
from office.scheduling import as_inputs

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mspdi"
FILES = sorted(DATA.glob("*.xml"))
needs_data = pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")
KINDS = ("project", "task", "dependency", "calendar", "member", "assignment", "baseline", "baseline_task")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=FILES, ids=lambda path: path.stem[:30])
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def rows(store: Store, sql: str, *values: object) -> list[Any]:
    conn = store.read()
    try:
        return conn.execute(sql, values).fetchall()
    finally:
        conn.close()


def counts(store: Store) -> dict[str, int]:
    return {
        kind: rows(store, f"SELECT count(*) FROM {kind} WHERE deleted_at IS NULL")[0][0] for kind in KINDS
    }


def look(store: Store, plan: Plan) -> Preview:
    conn = store.read()
    try:
        return preview(conn, plan)
    finally:
        conn.close()


def load(store: Store, plan: Plan) -> str:
    project_id = store.transact(f"Import {plan.name}", import_plan, plan).result
    assert isinstance(project_id, str)
    return project_id


CABLES = Task(
    1, 1, "Lay cables", duration_minutes=960, start=datetime(2026, 12, 1, 8), finish=datetime(2026, 12, 2, 17)
)
TEST = Task(2, 2, "Test cables", duration_minutes=480)


def small(**changes: Any) -> Plan:
    return replace(Plan(source="harlan.xml", name="Cell 4 at Harlan Fab", tasks=[CABLES, TEST]), **changes)


# ── the collection ────────────────────────────────────────────────────────────────────────────────────


@needs_data
def test_the_store_holds_as_many_records_as_the_file(store: Store, file: Path) -> None:
    plan = read(file)
    load(store, plan)
    with_values = {
        (number, task.uid)
        for number in plan.baseline_numbers
        for task in plan.tasks
        if any(b.number == number for b in task.baselines)
        or any(
            a.task_uid == task.uid and any(b.number == number for b in a.baselines) for a in plan.assignments
        )
    }
    assert counts(store) == {
        "project": 1,
        "task": len(plan.tasks),
        "dependency": len(plan.links),
        "calendar": len(plan.calendars),
        "member": len(plan.resources),
        "assignment": len(plan.assignments),
        "baseline": len(plan.baseline_numbers),
        "baseline_task": len(with_values),
    }


@needs_data
def test_the_tree_in_the_store_is_the_outline_of_the_file(store: Store, file: Path) -> None:
    plan = read(file)
    load(store, plan)
    tree = rows(
        store,
        """WITH RECURSIVE t(id, uid, name, way) AS (
             SELECT id, source_uid, name, rank FROM task WHERE parent_id IS NULL UNION ALL
             SELECT task.id, source_uid, task.name, way || ' ' || rank FROM task JOIN t ON parent_id=t.id)
           SELECT uid, name FROM t ORDER BY way""",
    )
    assert tree == [(task.uid, task.name) for task in plan.tasks]


@needs_data
def test_links_join_the_tasks_that_the_file_joins(store: Store, file: Path) -> None:
    plan = read(file)
    load(store, plan)
    held = rows(
        store,
        """SELECT p.source_uid, s.source_uid, d.type, lag, lag_unit FROM dependency d
           JOIN task p ON p.id=predecessor_id JOIN task s ON s.id=successor_id""",
    )
    assert sorted(held) == sorted(
        (x.predecessor_uid, x.successor_uid, x.type, x.lag, x.lag_unit) for x in plan.links
    )


@needs_data
def test_the_store_computes_the_dates_that_the_file_gives(store: Store, file: Path) -> None:
    """The engine reaches those of the file (test_scheduling); what the store keeps must be enough for it."""
    plan = read(file)
    load(store, plan)
    refresh_all(store)
    held = rows(
        store,
        """SELECT source_uid, s.start, s.finish, s.late_start, s.late_finish, total_slack, free_slack, critical
           FROM schedule s JOIN task t ON t.id=s.task""",
    )
    expected = [
        (uid, show(d.start), show(d.finish), show(d.late_start), show(d.late_finish), d.total_slack, d.free_slack,
         int(d.critical))
        for uid, d in Schedule(as_inputs(plan)).dates().items()
    ]  # fmt: skip
    assert sorted(held) == sorted(expected)
    assert len(held) == len(plan.tasks)


@needs_data
def test_the_preview_is_what_the_import_then_does(store: Store, file: Path) -> None:
    plan = read(file)
    shown = look(store, plan)
    load(store, plan)
    assert {kind: n for kind, n in counts(store).items() if n} == shown.counts
    assert shown.warnings == []


@needs_data
def test_one_undo_takes_an_import_back_and_one_redo_brings_it_again(store: Store, file: Path) -> None:
    plan = read(file)
    load(store, plan)
    whole = counts(store)
    store.undo()
    assert set(counts(store).values()) == {0}
    store.redo()
    assert counts(store) == whole


@needs_data
def test_what_a_file_has_and_no_record_holds_is_named(store: Store) -> None:
    lines = look(store, read(DATA / "Software_Development_87t84l.xml")).left_out
    assert "1 sum of work of the project as a whole" in lines
    assert not [line for line in lines if "baseline total" in line]  # they are the sums of what is kept
    lines = look(store, read(DATA / "OzBuild_16_Orig_20t17l.xml")).left_out
    assert "7 baseline totals of resources" in lines


# ── members, calendars, projects that are here already ────────────────────────────────────────────────


def test_a_resource_is_the_member_of_that_name_or_address(store: Store) -> None:
    def staff(session: Any) -> None:
        create(session, "member", name="Ines Duarte", role="project manager")
        create(session, "member", name="Tomas", email="tomas@example.com")

    store.transact("Staff", staff)
    resources = [
        Resource(1, "INES DUARTE "),
        Resource(2, "T. Novak", email="Tomas@example.com"),
        Resource(3, "Weld crew"),
    ]
    plan = small(resources=resources, assignments=[Assignment(1, 1, 1), Assignment(2, 1, 2)])
    assert look(store, plan).same_members == ["Ines Duarte", "Tomas"]
    load(store, plan)
    assert rows(store, "SELECT name FROM member ORDER BY name") == [
        ("Ines Duarte",),
        ("Tomas",),
        ("Weld crew",),
    ]
    held = rows(store, "SELECT m.name FROM assignment a JOIN member m ON m.id=a.member_id ORDER BY 1")
    assert held == [("Ines Duarte",), ("Tomas",)]


def test_members_who_are_here_are_not_changed(store: Store) -> None:
    store.transact("Ines", create, "member", name="Ines", initials="ID")
    shop = Calendar(4, "Ines", week={0: []})
    plan = small(calendars=[shop], resources=[Resource(1, "ines", initials="X", calendar_uid=4)])
    assert (
        "Members who were here keep their own calendar, not that of the file: Ines."
        in look(store, plan).warnings
    )
    load(store, plan)
    assert rows(store, "SELECT initials, calendar_id FROM member") == [("ID", None)]
    assert counts(store)["calendar"] == 1


def test_what_a_member_has_no_field_for_goes_into_the_notes(store: Store) -> None:
    cable = Resource(
        1, "Cable", type="material", group="Shop", material_label="metre", email="none", notes="Cat 7"
    )
    load(store, small(resources=[cable]))
    assert rows(store, "SELECT type, email, notes FROM member") == [
        ("material", None, "Cat 7\nGroup: Shop\nMeasured in: metre\nE-mail: none")
    ]


def test_a_calendar_that_is_here_with_the_same_content_is_that_one(store: Store) -> None:
    holiday = CalendarException(date(2026, 12, 25), date(2026, 12, 25), "Christmas")
    standard = Calendar(1, "Standard", is_base=True, week={0: [(480, 1020)]}, exceptions=(holiday,))
    crew = Calendar(2, "Weld crew", base_uid=1)
    load(store, small(calendars=[crew, standard]))
    assert look(store, small(calendars=[standard, crew])).same_calendars == ["Standard", "Weld crew"]
    other = replace(standard, exceptions=())
    assert look(store, small(calendars=[other, crew])).same_calendars == []


def test_a_plan_that_was_imported_before_is_told(store: Store) -> None:
    load(store, small(guid="A1B2"))
    assert look(store, small(guid="A1B2", source="renamed.xml")).imported_before == ["Cell 4 at Harlan Fab"]
    assert look(store, small(guid="C3D4")).imported_before == []


def test_a_deleted_project_was_not_imported_before(store: Store) -> None:
    load(store, small())
    store.undo()
    assert look(store, small()).imported_before == []


# ── what becomes of the fields ────────────────────────────────────────────────────────────────────────


def test_the_content_of_a_calendar(store: Store) -> None:
    rule = CalendarException(
        date(2026, 1, 1),
        date(2030, 12, 31),
        "Stocktaking",
        recurrence="monthly by position",
        item="friday",
        position=5,
    )
    summer = WorkWeek(date(2026, 7, 1), date(2026, 8, 31), "Summer", {4: [(420, 780)]})
    load(
        store,
        small(
            calendars=[
                Calendar(1, "Shop", week={6: [], 0: [(0, 1440)]}, exceptions=(rule,), work_weeks=(summer,))
            ]
        ),
    )
    [(week, exceptions, work_weeks)] = rows(store, "SELECT week, exceptions, work_weeks FROM calendar")
    assert json.loads(week) == {"mon": [["00:00", "24:00"]], "sun": []}
    assert json.loads(exceptions) == [
        {"name": "Stocktaking", "from": "2026-01-01", "to": "2030-12-31", "work": [],
         "recurrence": "monthly by position", "period": 1, "item": "friday", "position": 5}
    ]  # fmt: skip
    assert json.loads(work_weeks) == [
        {"name": "Summer", "from": "2026-07-01", "to": "2026-08-31", "week": {"fri": [["07:00", "13:00"]]}}
    ]


def test_a_nameless_calendar_is_called_after_its_resource(store: Store) -> None:
    plan = small(
        calendars=[Calendar(1, ""), Calendar(2, "")], resources=[Resource(7, "Tomas", calendar_uid=2)]
    )
    load(store, plan)
    assert rows(store, "SELECT name FROM calendar ORDER BY source_uid") == [("Calendar 1",), ("Tomas",)]


def test_the_frame_of_the_project(store: Store) -> None:
    plan = small(
        start=datetime(2026, 12, 1, 8),
        finish=datetime(2027, 3, 1, 17),
        minutes_per_day=450,
        critical_slack_limit=900,
        company="Harlan Fab",
        manager="Ines",
        resources=[Resource(1, "Ines")],
    )
    load(store, plan)
    [row] = rows(store, "SELECT p.start, finish, minutes_per_day, critical_limit_minutes, p.notes, m.name, source"
                 " FROM project p JOIN member m ON m.id=manager_id")  # fmt: skip
    assert row == ("2026-12-01T08:00", None, 450, 900, "Company: Harlan Fab", "Ines", "harlan.xml")


def test_a_plan_scheduled_from_its_finish_has_only_that(store: Store) -> None:
    moments = {"start": datetime(2026, 12, 1, 8), "finish": datetime(2027, 3, 1, 17)}
    load(store, small(schedule_from_start=False, **moments))
    assert rows(store, "SELECT start, finish, schedule_from FROM project") == [
        (None, "2027-03-01T17:00", "finish")
    ]


def test_remaining_time_is_kept_of_started_tasks_only(store: Store) -> None:
    started = replace(
        CABLES, actual_start=datetime(2026, 12, 1, 8), remaining_minutes=300, percent_complete=40
    )
    load(store, small(tasks=[started, replace(TEST, remaining_minutes=480)]))
    assert rows(store, "SELECT remaining_minutes, percent_complete FROM task ORDER BY rank") == [
        (300, 40),
        (None, 0),
    ]


def test_manual_tasks_keep_their_dates_and_split_ones_their_pieces(store: Store) -> None:
    piece = (datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 17))
    manual = replace(CABLES, manual=True, manual_duration_minutes=600, segments=(piece,))
    load(store, small(tasks=[manual]))
    assert rows(store, "SELECT mode, manual_start, manual_finish, duration_minutes, segments FROM task") == [
        ("manual", "2026-12-01T08:00", "2026-12-02T17:00", 600, '[["2026-12-01T08:00","2026-12-01T17:00"]]')
    ]


def test_notes_of_assignments_stay_with_them(store: Store) -> None:
    plan = small(
        tasks=[replace(CABLES, notes="Second floor")],
        resources=[Resource(1, "Tomas")],
        assignments=[
            Assignment(1, 1, 1, notes="Bring ladders"),
            Assignment(2, 1, UNASSIGNED, notes="A helper"),
        ],
    )
    load(store, plan)
    assert rows(store, "SELECT notes FROM task") == [("Second floor",)]
    assert rows(store, "SELECT notes FROM assignment ORDER BY notes") == [("A helper",), ("Bring ladders",)]


def test_a_baseline_has_a_row_a_task_with_its_assignments(store: Store) -> None:
    agreed = BaselineValues(2, datetime(2026, 12, 1, 8), datetime(2026, 12, 2, 17), 960, 960)
    plan = small(
        tasks=[replace(CABLES, baselines=(agreed,)), TEST],
        resources=[Resource(1, "Tomas")],
        assignments=[Assignment(1, 1, 1, baselines=(agreed,)), Assignment(2, 2, 1, baselines=(agreed,))],
    )
    load(store, plan)
    held = rows(store, "SELECT number, b.name, b.start, duration_minutes, assignments FROM baseline_task b"
                " JOIN baseline ON baseline.id=baseline_id ORDER BY b.name")  # fmt: skip
    assert [row[:4] for row in held] == [
        (2, "Lay cables", "2026-12-01T08:00", 960),
        (2, "Test cables", None, None),
    ]
    assert [json.loads(row[4])[0]["work_minutes"] for row in held] == [960, 960]


def test_people_on_the_project_as_a_whole_are_named(store: Store) -> None:
    plan = small(
        summary=Task(0, 0, "Cell 4"),
        resources=[Resource(1, "Ines")],
        summary_assignments=[Assignment(1, 0, 1)],
    )
    assert "1 assignment to the project as a whole: Ines" in look(store, plan).left_out


def test_a_circle_of_links_comes_in_and_is_told(store: Store) -> None:
    plan = small(links=[Link(1, 2), Link(2, 1)])
    assert any("close a circle" in w and "Lay cables, Test cables" in w for w in look(store, plan).warnings)
    load(store, plan)
    assert counts(store)["dependency"] == 2


def test_values_that_do_not_fit_stop_nothing(store: Store) -> None:
    odd = replace(CABLES, name="C" * 3000, duration_minutes=-5, actual_start=datetime(2026, 12, 2),
                  actual_finish=datetime(2026, 12, 1))  # fmt: skip
    plan = small(tasks=[odd])
    assert len(look(store, plan).warnings) == 2
    load(store, plan)
    [(name, duration, finish)] = rows(store, "SELECT name, duration_minutes, actual_finish FROM task")
    assert (len(name), duration, finish) == (2000, 480, None)


def test_a_levelling_delay_of_working_time_is_told(store: Store) -> None:
    plan = small(tasks=[replace(CABLES, levelling_delay_minutes=480, levelling_delay_elapsed=False)])
    assert look(store, plan).warnings == [
        "Levelling delays in working time were taken as clock time: Lay cables."
    ]


def test_nameless_rows_get_a_name(store: Store) -> None:
    load(store, small(tasks=[replace(CABLES, name="")], resources=[Resource(9, "")]))
    assert rows(store, "SELECT name FROM task") == [("Task 1",)]
    assert rows(store, "SELECT name FROM member") == [("Resource 9",)]


def test_the_preview_in_words(store: Store) -> None:
    lines = look(store, small(links=[Link(1, 2)], left_out=["2 views"], warnings=["Odd."])).lines()
    assert lines[:2] == ["Cell 4 at Harlan Fab  (harlan.xml)", "from 2026-12-01 08:00 to 2026-12-02 17:00"]
    assert "new: 2 tasks (0 summaries, 0 milestones)" in lines
    assert "new: 1 dependency" in lines
    assert lines[-2:] == ["careful: Odd.", "left out: 2 views"]


# ── one operation ─────────────────────────────────────────────────────────────────────────────────────


def test_an_import_is_one_operation_waiting_for_the_server(store: Store) -> None:
    changes = store.transact("Import Cell 4", import_plan, small(links=[Link(1, 2)]))
    assert (changes.label, changes.count) == ("Import Cell 4", 4)
    assert rows(store, "SELECT label, state FROM txn") == [("Import Cell 4", 1)]


def test_an_import_that_fails_leaves_nothing(store: Store) -> None:
    plan = small(links=[Link(1, 99)])
    with pytest.raises(KeyError):
        store.transact("Import", import_plan, plan)
    assert set(counts(store).values()) == {0}
    assert rows(store, "SELECT * FROM txn") == []


def test_the_dates_are_not_captured(store: Store) -> None:
    load(store, small())
    before = rows(store, "SELECT count(*) FROM change")
    refresh_all(store)
    assert rows(store, "SELECT count(*) FROM change") == before
    assert rows(store, "SELECT count(*) FROM schedule") == [(2,)]


def test_a_plan_of_ten_thousand_tasks_comes_in_whole(store: Store) -> None:
    tasks = [
        replace(CABLES, uid=n, id=n, parent_uid=n - n % 10 or None if n % 10 else None)
        for n in range(1, 10_001)
    ]
    plan = small(tasks=tasks, links=[Link(n, n + 1) for n in range(1, 10_000)])
    load(store, plan)
    assert counts(store)["task"] == 10_000


def spaces(store: Store) -> set[tuple[str, str]]:
    """Kind and space of all that lies anywhere."""
    return {(kind, space) for kind in KINDS for (space,) in rows(store, f"SELECT space FROM {kind}")}


@pytest.fixture
def shop(store: Store) -> str:
    """A client in a space of its own, and Ines, whom only those who see it know."""
    store.transact("Add", create, "client", id="harlan", name="Harlan Fab", space="client:harlan")
    store.transact("Add", create, "member", id="secret", name="Ines", space="client:harlan")
    return "harlan"


def test_a_plan_lies_where_its_client_lies_with_all_that_is_new(store: Store, shop: str) -> None:
    plan = replace(small(), resources=[Resource(uid=1, name="Ines"), Resource(uid=2, name="Crew")])
    told = preview(store.read(), plan, client_id=shop)
    assert "kept from others, as its client is; it is seen by only you" in told.lines()
    assert told.same_members == ["Ines"]
    store.transact("Import", import_plan, plan, client_id=shop)
    assert {space for _, space in spaces(store)} == {"client:harlan"}
    assert ("task", "client:harlan") in spaces(store)
    store.undo()
    assert rows(store, "SELECT count(*) FROM project WHERE deleted_at IS NULL") == [(0,)]


def test_a_plan_that_everybody_sees_names_nobody_whom_some_do_not_know(store: Store, shop: str) -> None:
    plan = replace(small(), resources=[Resource(uid=1, name="Ines")])
    assert preview(store.read(), plan).same_members == []
    store.transact("Import", import_plan, plan)
    assert rows(store, "SELECT space FROM member WHERE name='Ines' ORDER BY 1") == [
        ("client:harlan",),
        ("workspace",),
    ]


def test_a_plan_in_a_space_of_its_own(store: Store, shop: str) -> None:
    assert "only you see it until you share it" in "\n".join(
        preview(store.read(), small(), private=True).lines()
    )
    id = store.transact("Import", import_plan, small(), private=True).result
    assert rows(store, "SELECT DISTINCT space FROM task") == [(f"project:{id}",)]
    assert rows(store, "SELECT space FROM project") == [(f"project:{id}",)]


def test_a_reader_of_the_client_takes_no_plan_in(store: Store, shop: str) -> None:
    with store.write() as conn:
        conn.execute("INSERT INTO space(id, role, members, fresh) VALUES('client:harlan', 'reader', '[]', 1)")
    with pytest.raises(Refused, match="You may read this"):
        store.transact("Import", import_plan, small(), client_id=shop)
    assert rows(store, "SELECT count(*) FROM project") == [(0,)]
