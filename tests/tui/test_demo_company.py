"""The company of the demonstration and the colleague's edits, without processes."""

import sqlite3
from datetime import date, datetime
from random import Random

import pytest

from models.store import open_store
from models.template import plan_of, read_template
from tui.demo import company, edits
from tui.demo.dates import DAY, Tie, evening, forward, morning, work_day

FRIDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 22)
NESTING = read_template("nesting")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    store = open_store(tmp_path_factory.mktemp("company"))
    company.build(store, FRIDAY)
    yield store
    store.close()


def ask(store, sql, *values):
    conn: sqlite3.Connection = store.read()
    try:
        return conn.execute(sql, values).fetchall()
    finally:
        conn.close()


def count(store, sql):
    return ask(store, f"SELECT count(*) FROM {sql}")[0][0]


# ── dates ──


def test_a_plan_date_begins_in_the_morning_and_ends_in_the_evening():
    assert (morning(FRIDAY, 0), evening(FRIDAY, DAY)) == ("2026-11-20T08:00", "2026-11-20T17:00")
    assert (morning(FRIDAY, DAY), evening(FRIDAY, 2 * DAY)) == ("2026-11-23T08:00", "2026-11-23T17:00")
    assert (morning(FRIDAY, 240), evening(FRIDAY, 240)) == ("2026-11-20T13:00", "2026-11-20T12:00")
    assert (work_day(SUNDAY, 0), work_day(SUNDAY, -1), work_day(SUNDAY, 5)) == (
        date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 30),
    )  # fmt: skip


def test_the_four_types_of_link():
    lasts = {"a": 480, "b": 960}
    starts = {t: forward(lasts, [Tie("a", "b", t, 480)])["b"].start for t in ("FS", "SS", "FF", "SF")}
    assert starts == {"FS": 960, "SS": 480, "FF": 0, "SF": 0}


@pytest.mark.parametrize(
    ("machines", "others", "days"), [(1, 1, 67), (3, 2, 77), (8, 3, 112)], ids=["one", "three", "eight"]
)
def test_the_template_is_as_long_as_its_head_says(machines, others, days):
    items = {"machine": machines, "integration": others, "shift": others}
    plan = plan_of(NESTING, {key: [f"{key} {i}" for i in range(n)] for key, n in items.items()})
    nodes = [node for each in plan.nodes.values() for node in each]
    lasts = {str(node): NESTING.steps[node[0]].days * DAY for node in nodes}
    ties = [Tie(str(a), str(b), type, lag * DAY) for (a, b, type), lag in plan.links.items()]
    assert max(span.finish for span in forward(lasts, ties).values()) == days * DAY


# ── the company ──


def test_it_is_as_large_as_it_says_and_made_in_few_operations(built):
    sizes = {kind: count(built, kind) for kind in ("client", "project", "member", "calendar")}
    assert sizes == {"client": 12, "project": 20, "member": 6, "calendar": 1}
    assert count(built, "contact") >= 24
    assert count(built, "task") == count(built, "schedule") > 1500
    assert count(built, "txn") == 21


def test_every_client_has_a_site_and_somebody_who_decides_and_signs(built):
    for fact in ("site x", "contact x WHERE decides=1", "contact x WHERE can_sign=1"):
        where = "AND" if "WHERE" in fact else "WHERE"
        sql = f"client c WHERE EXISTS (SELECT 1 FROM {fact} {where} x.client_id=c.id)"
        assert count(built, sql) == 12


def test_addresses_lead_nowhere(built):
    hosts = ask(
        built, "SELECT email FROM contact UNION SELECT email FROM member UNION SELECT website FROM client"
    )
    assert all(host.endswith(".example") for (host,) in hosts)


def test_projects_are_at_different_stages(built):
    done = "SELECT project_id FROM task GROUP BY 1 HAVING count(*)=count(actual_finish)"
    new = "SELECT project_id FROM task GROUP BY 1 HAVING count(actual_start)=0"
    assert count(built, f"({done})") == 2
    assert count(built, f"({new})") == 2
    assert count(built, "project WHERE hold_reason IS NOT NULL AND hold_waiting_on='client'") == 2
    assert count(built, "task WHERE blocked_reason IS NOT NULL AND waiting_on='client'") >= 3
    assert count(built, "task WHERE not_applicable_reason IS NOT NULL") == 2
    assert count(built, "task WHERE priority>500") >= 5
    late = "SELECT DISTINCT project_id FROM task WHERE actual_finish IS NULL AND deadline<'2026-11-20'"
    assert count(built, f"({late})") >= 3
    assert 10 <= count(built, "baseline") <= 18
    assert count(built, "baseline_task WHERE start IS NULL OR finish IS NULL") == 0


def test_started_projects_have_a_baseline_and_finished_ones_ran_late(built):
    slips = ask(
        built,
        """SELECT max(b.finish), max(t.actual_finish) FROM baseline_task b JOIN task t ON t.id=b.task_id
           GROUP BY t.project_id HAVING count(*)=count(t.actual_finish)""",
    )
    assert len(slips) == 2
    assert all(planned < actual for planned, actual in slips)


@pytest.mark.parametrize("today", [FRIDAY, SUNDAY, date(2027, 1, 4), date(2028, 2, 29)])
def test_nothing_is_done_before_what_it_waits_for_nor_after_today(tmp_path, today):
    store = open_store(tmp_path)
    company.build(store, today)
    assert count(store, f"task WHERE actual_start > '{today}T17:00'") == 0
    assert count(store, f"task WHERE actual_finish > '{today}T17:00'") == 0
    wrong = """dependency d JOIN task a ON a.id=d.predecessor_id JOIN task b ON b.id=d.successor_id
        WHERE d.type='FS' AND b.actual_start IS NOT NULL AND a.not_applicable_reason IS NULL
        AND (a.actual_finish IS NULL OR a.actual_finish > b.actual_start)"""
    assert count(store, wrong) == 0
    assert count(store, "task WHERE blocked_reason IS NOT NULL AND actual_start IS NULL") == 0
    assert count(store, "schedule WHERE start > finish") == 0
    days = {datetime.fromisoformat(row[0]).weekday() for row in ask(store, "SELECT finish FROM schedule")}
    assert days <= {0, 1, 2, 3, 4}
    store.close()


def test_two_profiles_get_the_same_ids(tmp_path, built):
    other = open_store(tmp_path)
    company.build(other, FRIDAY)
    for kind in ("client", "contact", "project", "task", "dependency", "assignment"):
        assert ask(other, f"SELECT id FROM {kind} ORDER BY id") == ask(
            built, f"SELECT id FROM {kind} ORDER BY id"
        )
    other.close()


# ── the colleague ──


@pytest.mark.parametrize("edit", edits.EDITS, ids=lambda edit: edit.__name__.strip("_"))
def test_each_edit_is_one_operation_that_says_what_it_did(built, edit):
    before = count(built, "txn")
    label = edit(built, Random(1))
    assert label
    assert ask(built, "SELECT label FROM txn ORDER BY n DESC LIMIT 1") == [(label,)]
    assert count(built, "txn") == before + 1


def test_most_edits_are_where_the_user_looks_and_none_touches_the_disputed_task(built):
    [(before,)] = ask(built, "SELECT max(n) FROM txn")
    chance = Random(3)
    labels = [edits.next_edit(built, chance) for _ in range(60)]
    assert all(labels)
    touched = ask(
        built,
        """SELECT t.project_id, t.id FROM change c JOIN task t ON t.id=c.rec WHERE c.txn>? GROUP BY c.txn""",
        before,
    )
    near = sum(project == edits.HARLAN.id for project, _ in touched)
    assert near > len(touched) / 3
    assert edits.QUARREL not in {task for _, task in touched}


# ── what was said ──


def test_every_talk_promise_and_visit_is_of_somebody_who_is_there(built):
    for kind, refers in (
        ("interaction", "contact"),
        ("promise", "contact"),
        ("visit", "site"),
        ("visit", "member"),
    ):
        lost = f"{kind} x LEFT JOIN {refers} r ON r.id=x.{refers}_id WHERE x.{refers}_id IS NOT NULL AND r.id IS NULL"
        assert count(built, lost) == 0, (kind, refers)
    assert count(built, "interaction") > 15 and count(built, "promise WHERE state='open'") > 12


def test_today_begins_with_something_of_every_kind(built):
    from models.windows.today import today

    conn = built.read()
    found = {row.kind for row in today(conn, FRIDAY)}
    conn.close()
    assert {"task", "promise", "visit", "client"} <= found
