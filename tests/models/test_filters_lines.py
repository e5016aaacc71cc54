"""One language over lists whose lines tell of many kinds of records: what was done, today, a client over time."""

from datetime import date
from typing import Any

import pytest

from models import conflict, record, task
from models.daywords import past_day
from models.errors import Unclear
from models.filters.meaning import condition, conditions
from models.filters.vocabulary import CONFLICT, OPERATION, OVERVIEW, TIMELINE, TODAY
from models.history import Line, history
from models.windows import client, conflicts, overview, syncing, today
from models.windows import history as log

TODAY_IS = date(2026, 11, 25)  # a Wednesday


def done(desk: Any, text: str, **of: str) -> list[str]:
    """The labels of the operations that a filter leaves."""
    found = log.operations(desk.conn, **of, wanted=condition(desk.conn, text, OPERATION))
    return [row.label for row in log.history_rows(desk.conn, [one.n * 2 for one in found])]


@pytest.fixture
def busy(desk: Any) -> Any:
    """Harlan's line has a task that Ines gave away and finished; Tomas wrote to Northwind's."""
    harlan, project = desk.client(), desk.project("Nesting line")
    desk.edit("project", project, client_id=harlan)
    [cables] = desk.tasks(project, "Lay cables")
    desk.do(record.edit, "task", cables, deadline="2026-12-04T17:00", label="Promise")
    desk.do(task.set_status, [cables], "done", label="Finish")
    desk.hear(("client", "north", {"name": "Northwind"}))
    return desk


def test_who_what_where_and_in_which_state(busy: Any) -> None:
    assert done(busy, "@tomas client") == ["Theirs"]
    assert done(busy, "mine client") == ["New client"]
    assert done(busy, "task -who:tomas #harlan") == ["Finish", "Promise", "New tasks"]
    assert done(busy, "field:deadline") == ["Promise"] and done(busy, "what:prom") == ["Promise"]
    assert done(busy, "cables kind:task") == ["Finish", "Promise", "New tasks"]
    assert done(busy, "#northwind") == ["Theirs"] and done(busy, '"task" mine') == ["New tasks"]
    busy.store.undo()
    assert done(busy, "undone") == [] and "Finish" not in done(busy, "")  # nobody had seen it
    assert set(done(busy, "waits")) == set(done(busy, "mine")) and not done(busy, "refused")


def test_since_looks_back(busy: Any) -> None:
    assert "Theirs" not in done(busy, "since:-1w") and "Promise" in done(busy, "since:today")
    assert done(busy, "until:-1w client") == ["Theirs"]
    with pytest.raises(Unclear) as raised:
        done(busy, "task since:someday")
    assert raised.value.at == len("task since:")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("fri", "2026-11-20"), ("wed", "2026-11-25"), ("next mon", "2026-11-23"), ("12 dec", "2025-12-12"),
        ("12.12.", "2025-12-12"), ("27 oct", "2026-10-27"), ("yesterday", "2026-11-24"), ("-2w", "2026-11-11"),
        ("2026-12-12", "2026-12-12"), ("+1d", "2026-11-26"), ("eow", "2026-11-27"),
    ],
)  # fmt: skip
def test_days_that_lie_back(typed: str, day: str) -> None:
    assert str(past_day("since", typed, TODAY_IS)) == day


def test_what_only_the_server_knows_is_asked_the_same(busy: Any) -> None:
    [cables] = [id for (id,) in busy.conn.execute("SELECT id FROM task")]
    older = Line(1000, "Tomas", "Rename", "task", "name", "Cables", "Lay cables", 4, 1, "far")
    lines = [older, *history(busy.conn, cables)]

    def fits(text: str) -> set[str]:
        ids = log.fitting(busy.conn, cables, lines, condition(busy.conn, text, OPERATION))
        return {line.label for line in lines if line.operation in ids}

    assert fits("@tomas") == fits("until:-1w") == fits("field:name -field:visibility rename") == {"Rename"}
    assert fits("@ines field:deadline") == {"Promise"} and fits("undone") == set()
    assert fits("task #harlan") == {"Rename", "Promise", "Finish", "New tasks"}


def test_today_asks_of_each_kind_what_it_has(busy: Any) -> None:
    [harlan] = [id for (id,) in busy.conn.execute("SELECT id FROM client WHERE name='Harlan Fab'")]
    busy.do(record.create, "promise", client_id=harlan, name="Ports", due="2026-11-24", by="client")
    busy.do(record.create, "visit", client_id=harlan, name="Survey", start="2026-11-27", member_id="tomas")
    [gate] = busy.tasks(busy.project("Punch cell"), "Dig a gate")
    busy.edit("task", gate, deadline="2026-11-26T17:00")
    rows = today.today(busy.conn, TODAY_IS)

    def left(text: str) -> list[str]:
        kept = today.left(busy.conn, rows, conditions(busy.conn, text, TODAY))
        return [rows[at].name for at in kept]

    assert left("") == ["Ports", "Survey", "Dig a gate"]
    assert left("#harlan") == ["Ports", "Survey"] and left("promise,task") == ["Ports", "Dig a gate"]
    assert (
        left("@tomas") == ["Survey"]
        and left("by:client") == ["Ports"]
        and left("due:2026-11-26") == ["Dig a gate"]
    )
    assert left("day>2026-11-26") == ["Survey"] and left("until:2026-11-26") == ["Ports", "Dig a gate"]
    assert left("punch") == ["Dig a gate"] and left('"their promise"') == ["Ports"]
    with pytest.raises(Unclear, match="is no field of this list"):
        left("colour:red")


def test_a_client_over_time_and_a_project_on_one_page(busy: Any) -> None:
    [harlan, project] = busy.conn.execute(
        "SELECT client_id, id FROM project WHERE name='Nesting line'"
    ).fetchone()
    busy.do(record.create, "promise", client_id=harlan, name="Ports", due="2026-11-24", by="client")
    busy.do(
        record.create,
        "interaction",
        client_id=harlan,
        name="Kickoff",
        at="2026-10-01T09:00",
        channel="meeting",
    )

    def over_time(text: str) -> list[str]:
        window = client.timeline(busy.conn, harlan, conditions(busy.conn, text, TIMELINE))
        return [row.name for row in client.time_rows(busy.conn, window.rows)]

    assert over_time("open") == ["Ports"] and over_time("channel:meet") == over_time("meeting") == ["Kickoff"]
    assert over_time("until:2026-10-31") == ["Kickoff"] and over_time("-interaction") == ["Ports"]
    facts = overview.overview(busy.conn, project, TODAY_IS)
    kept = overview.left(busy.conn, facts, conditions(busy.conn, "promise", OVERVIEW))
    assert [facts[at].text for at in kept] == ["Ports"]
    kept = overview.left(busy.conn, facts, conditions(busy.conn, "operation field:deadline", OVERVIEW))
    assert [facts[at].text for at in kept] == ["Promise  (you)"] or len(kept) == 1


def test_conflicts_and_the_sync_are_narrowed_too(busy: Any) -> None:
    [cables] = [id for (id,) in busy.conn.execute("SELECT id FROM task")]
    for field, author in (("name", "tomas"), ("deadline", "odile")):
        values = {"space": "workspace", "kind": "task", "rec": cables, "field": field, "winner": f'{{"{field}": "a"}}',
                  "winner_author": "ines", "winner_at": "2026-11-20T08:00:00.000Z", "loser": f'{{"{field}": "b"}}',
                  "loser_author": author}  # fmt: skip
        busy.hear(("conflict", field, {**values, "loser_at": "2026-11-21T08:00:00.000Z", "decided": "time"}))

    def fields(text: str) -> list[str]:
        wanted = conditions(busy.conn, text, {"conflict": CONFLICT})
        window = conflicts.conflicts_window(busy.conn, True, wanted)
        return [row.field for row in conflicts.conflicts_rows(busy.conn, window.rows)]

    assert fields("@tomas") == ["name"] and fields("field:dead") == ["deadline"]
    assert len(fields("cables open")) == 2
    busy.do(conflict.settle, "name", "now")
    assert fields("settled") == ["name"] and fields("open") == ["deadline"]
    window = syncing.sync_window(busy.conn, 20, condition(busy.conn, "what:promise waits", OPERATION))
    assert [row.label for row in syncing.sync_rows(busy.conn, window.rows)] == ["Promise"]


@pytest.mark.parametrize("text", ["har", "PORTS", "promise ports", "steel", '"promise"', "nothing"])
def test_words_leave_the_same_lines_whether_the_store_is_asked_or_not(busy: Any, text: str) -> None:
    [harlan] = [id for (id,) in busy.conn.execute("SELECT id FROM client WHERE name='Harlan Fab'")]
    busy.do(record.create, "promise", client_id=harlan, name="Ports", due="2026-11-24", by="client")
    busy.do(record.create, "interaction", client_id=harlan, name="About steel", at="2026-11-24T08:00")
    wanted = conditions(busy.conn, text, TIMELINE)
    asked = {kind: one._replace(words=()) for kind, one in wanted.items()}
    left = client.timeline(busy.conn, harlan, wanted).rows
    assert left == client.timeline(busy.conn, harlan, asked).rows
    assert bool(left) == (text not in ("har", "nothing"))
