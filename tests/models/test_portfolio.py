from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import baseline, interaction, record, task
from models.dates import refresh_all
from models.store import open_store
from models.windows import portfolio
from models.windows.portfolio import LastEdits, ProjectRow, project_rows, together, weekdays
from models.windows.tasks import task_dates
from tests.tui.office import furnish

TODAY = "2026-11-30"


@pytest.fixture
def office(tmp_path):
    """The store and the ids of its records by name."""
    ids = furnish(tmp_path)
    store = open_store(tmp_path)
    yield store, ids
    store.close()


def line(store, name="Nesting line"):
    refresh_all(store)
    conn = store.read()
    try:
        rows = project_rows(conn, portfolio.portfolio(conn).rows, TODAY)
        return next(row for row in rows if row.name == name)
    finally:
        conn.close()


def take_baseline(store, project):
    refresh_all(store)
    conn = store.read()
    dates = task_dates(conn, project)
    conn.close()
    store.transact("Baseline", baseline.take_baseline, project, dates)


def test_without_tasks_baseline_and_promise_there_is_nothing_to_say(office):
    row = line(office[0], "Punch cell")
    assert (row.tasks, row.behind, row.left, row.slips, row.contact, row.health) == (
        0,
        None,
        None,
        (),
        None,
        "on time",
    )


def test_a_longer_task_is_behind_the_newest_baseline_and_its_milestone_slips(office):
    store, ids = office
    store.transact("Milestone", record.edit, "task", ids["Go live"], milestone=1, duration_minutes=480)
    take_baseline(store, ids["Nesting line"])
    assert (line(store).behind, line(store).slips) == (0, (0,))
    store.transact("Longer", record.edit, "task", ids["Go live"], duration_minutes=6 * 480)
    assert (line(store).behind, line(store).slips) == (5, (5,))
    take_baseline(store, ids["Nesting line"])
    assert line(store).behind == 0


def test_what_is_left_is_counted_from_the_forecast_to_the_promise(office):
    store, ids = office
    store.transact("Promise", record.edit, "project", ids["Nesting line"], finish="2026-12-07T17:00")
    assert line(store).left == 5
    store.transact("Longer", record.edit, "task", ids["Go live"], duration_minutes=10 * 480)
    assert (line(store).left, line(store).health) == (-4, "at risk")


def test_the_last_talk_is_the_clients_and_never_one_to_come(office):
    store, ids = office
    for at in ("2026-11-20T09:00", "2026-11-27T09:00", "2027-01-01T09:00"):
        store.transact("Log", record.create, "interaction", name="Call", client_id=ids["Harlan Fab"], at=at)
    assert line(store).contact == "2026-11-27" and interaction.CHANNELS
    assert line(store, "Punch cell").contact is None


def test_the_worst_is_its_health(office):
    store, ids = office
    store.transact("Block", task.block, [ids["Install"]], "no power")
    assert line(store).health == "waits"
    store.transact("Due", record.edit, "task", ids["Survey"], deadline="2026-11-27T17:00")
    assert line(store).health == "late"
    store.transact("Hold", record.edit, "project", ids["Nesting line"], hold_reason="no order")
    assert line(store).health == "on hold"


def test_the_last_edit_is_read_once_and_then_only_what_is_new(office):
    store, ids = office
    edits, conn = LastEdits(), store.read()
    edits.read(conn)
    [first] = edits.put_into([line(store)])
    store.transact("Rename", record.edit, "task", ids["Install"], name="Install both")
    edits.read(conn)
    [second] = edits.put_into([line(store)])
    assert 0 < first.edited_at <= second.edited_at and second.edited_by == ""
    asked = []
    conn.set_trace_callback(asked.append)
    edits.read(conn)
    assert f"c.n>{conn.execute('SELECT max(n) FROM change').fetchone()[0]}" in " ".join(asked)
    conn.close()


def test_together_they_are_the_sum_the_worst_the_next_and_the_latest():
    one = ProjectRow(
        1, "a", "A", tasks=4, done=1, late=1, behind=3, left=2, next_date="2026-12-09", next_name="Late"
    )
    two = ProjectRow(2, "b", "B", tasks=6, done=6, behind=-1, left=-4, contact="2026-11-02", next_date="2026-12-04",
                     next_name="Soon")  # fmt: skip
    both = together(-1, "Harlan", [one, two])
    assert (both.tasks, both.done, both.late, both.behind, both.left) == (10, 7, 1, 3, -4)
    assert (both.next_name, both.contact, both.projects, both.id) == ("Soon", "2026-11-02", 2, "")


@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(0, 60))
def test_weekdays_are_those_that_one_can_count(start, days):
    """A day of the weekend counts as the Friday before it."""
    end = start + timedelta(days)
    first, last = (day - timedelta(max(0, day.weekday() - 4)) for day in (start, end))
    counted = sum((first + timedelta(n)).weekday() < 5 for n in range(1, (last - first).days + 1))
    assert weekdays(str(start), str(end)) == counted
    assert weekdays(str(end), str(start)) == -counted


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2026-12-04", "2026-12-07", 1), ("2026-12-04", "2026-12-04", 0), ("2026-12-05", "2026-12-07", 1),
     ("2026-12-04", "2026-12-11", 5), ("2026-12-11", "2026-12-04", -5)],
)  # fmt: skip
def test_a_weekend_is_no_day(start, end, days):
    assert weekdays(start, end) == days
