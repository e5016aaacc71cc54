"""A client over time, and whom to reach there."""

from typing import Any

from models import interaction, record
from models.windows import client, parties


def told(desk: Any, of: str) -> list[tuple[str, str, int]]:
    rows = client.time_rows(desk.conn, client.timeline(desk.conn, of).rows)
    return [(row.name, row.what, row.done) for row in rows]


def test_what_lies_ahead_stands_on_top(desk: Any) -> None:
    harlan = desk.client()
    project = desk.project()
    desk.edit("project", project, client_id=harlan)
    [live] = desk.tasks(project, "Go live")
    desk.edit("task", live, milestone=1, deadline="2027-01-15T17:00")
    some = desk.do(record.create, "promise", client_id=harlan, name="Some day").id
    desk.do(record.create, "promise", client_id=harlan, name="Ports", due="2026-12-04", by="client")
    desk.do(record.create, "visit", client_id=harlan, name="Survey", start="2026-12-10")
    desk.do(
        record.create,
        "interaction",
        client_id=harlan,
        name="Kickoff",
        at="2026-10-01T09:00",
        channel="meeting",
    )
    desk.do(record.create, "interaction", client_id=desk.client("Other"), name="Not here")
    assert told(desk, harlan) == [
        ("Some day", "our promise", 0), ("Go live", "milestone", 0), ("Survey", "visit, planned", 0),
        ("Ports", "their promise", 0), ("Kickoff", "meeting", 1),
    ]  # fmt: skip
    desk.do(interaction.conclude, [("promise", some), ("task", live)])
    assert ("Some day", "our promise, kept", 1) in told(desk, harlan)
    assert ("Go live", "milestone", 1) in told(desk, harlan)
    desk.store.undo()
    assert told(desk, harlan)[:2] == [("Some day", "our promise", 0), ("Go live", "milestone", 0)]


def test_who_decides_is_reached_first_by_the_preferred_number(desk: Any) -> None:
    harlan = desk.client(phone="100")
    rita = desk.do(
        record.create, "contact", name="Rita", client_id=harlan, phone="1", mobile="2", email="r@h.example"
    ).id
    desk.do(
        record.create,
        "contact",
        name="Zoe",
        client_id=harlan,
        phone="3",
        mobile="4",
        decides=1,
        channel="phone",
    )
    project = desk.project()
    desk.edit("project", project, client_id=harlan)
    [task] = desk.tasks(project, "Lay cables")
    assert [one[:2] for one in parties.reach(desk.conn, "task", task)] == [
        ("Zoe", "3"), ("Rita", "2"), ("Harlan Fab", "100")
    ]  # fmt: skip
    said = desk.do(record.create, "interaction", client_id=harlan, name="Called", contact_id=rita).id
    assert parties.reach(desk.conn, "interaction", said) == [parties.Reach("Rita", "2", "r@h.example")]
    assert parties.client_of(desk.conn, "conflict", "x") == ""
