"""What a client may see: how a record is marked, and what a connection for the client finds."""

from contextlib import closing
from datetime import date

import pytest

from models import assignment, dependency, marking, project, record
from models.errors import Refused
from models.windows import discreet
from models.windows.discreet import Front
from models.windows.overview import SHOWN, overview
from models.windows.portfolio import portfolio, project_rows
from models.windows.tasks import task_rows, task_tree


def test_a_plan_is_the_clients_and_what_is_said_of_it_is_ours(desk):
    client, line = desk.client(), desk.project()
    [task] = desk.tasks(line, "Survey")
    talk = desk.do(record.create, "interaction", client_id=client, name="They are angry").id
    kinds = (("client", client), ("project", line), ("task", task), ("interaction", talk))
    assert [desk.get(kind, id, "visibility") for kind, id in kinds] == ["client"] * 3 + ["internal"]
    own = desk.do(project.new_project, "Pitch", "Acme", private=True)
    acme = desk.get("project", own, "client_id")
    assert desk.get("project", own, "visibility") == desk.get("client", acme, "visibility") == "internal"


def test_marking_goes_to_and_fro_and_leaves_what_is_private(desk):
    one, two, three = desk.tasks(desk.project(), "One", "Two", "Three")
    desk.edit("task", three, visibility="private")
    picked = [("task", id) for id in (one, two, three)]
    assert desk.do(marking.mark, picked[:1]) == "internal"
    for becomes, of in (
        ("internal", ["internal", "internal", "private"]),
        ("client", ["client", "client", "private"]),
    ):
        assert desk.do(marking.mark, picked) == becomes
        assert [desk.get("task", id, "visibility") for _, id in picked] == of
    with pytest.raises(Refused, match="private"):
        desk.do(marking.mark, picked[2:])


@pytest.mark.parametrize("kind", ["task", "project"])
def test_what_is_shown_brings_links_and_people_that_an_older_milepost_made(desk, kind):
    line = desk.project()
    one, two = desk.tasks(line, "One", "Two")
    rec = {"task": one, "project": line}[kind]
    tomas = desk.do(record.create, "member", name="Tomas").id
    link = desk.do(dependency.link, one, two).id
    desk.do(assignment.hand_over, [one], "", tomas)
    [work] = desk.conn.execute("SELECT id FROM assignment").fetchone()
    for each, id in ((kind, rec), ("dependency", link), ("assignment", work)):
        desk.edit(each, id, visibility="internal")
    desk.do(marking.mark, [(kind, rec)])
    assert (
        desk.get("dependency", link, "visibility") == desk.get("assignment", work, "visibility") == "client"
    )


def test_counts_and_dates_are_those_of_what_is_shown(desk):
    client, line = desk.client(), desk.project()
    desk.edit("project", line, client_id=client)
    site, audit = desk.tasks(line, "Site", "Audit")
    desk.tasks(line, "Count the money", under=audit)
    desk.edit("task", audit, visibility="internal")
    desk.edit("task", site, blocked_reason="they did not pay")
    with closing(discreet.connect(desk.store.path, Front(client, line))) as conn:
        [row] = project_rows(conn, portfolio(conn).rows, "2026-11-22")
        assert (row.tasks, row.waiting) == (1, 1)
        [task] = task_rows(conn, task_tree(conn, line).rows)
        assert (task.name, task.status, task.blocked) == ("Site", "blocked", "")
    with closing(discreet.connect(desk.store.path, Front("", ""))) as conn:
        assert list(portfolio(conn).rows) == []


def test_the_overview_says_what_the_client_view_has(desk):
    client, line = desk.client(), desk.project()
    desk.edit("project", line, client_id=client)
    one, _ = desk.tasks(line, "One", "Two")

    def told() -> str:
        return next(
            fact.text for fact in overview(desk.conn, line, date(2026, 11, 22)) if fact.label == SHOWN
        )

    assert told() == "the whole plan"
    desk.edit("task", one, visibility="internal")
    assert told() == "the plan without 1 internal task"
    desk.edit("client", client, visibility="private")
    assert told() == "nothing: the client is private · I on it"
    desk.edit("project", line, visibility="internal")
    assert told() == "nothing: the project is internal · I on it"


def test_a_table_of_a_newer_milepost_is_never_shown(desk):
    with desk.store.write() as conn:
        conn.execute("CREATE TABLE invoice(id TEXT, visibility TEXT, deleted_at TEXT)")
        conn.execute("INSERT INTO invoice VALUES('1', 'client', NULL)")
    with closing(discreet.connect(desk.store.path, Front("", ""))) as conn:
        assert conn.execute("SELECT * FROM invoice").fetchall() == []
