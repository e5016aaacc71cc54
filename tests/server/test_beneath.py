"""Who deletes a record loses against what others wrote below it, not having seen that; both find it in a conflict."""

import pytest

from models.outbox import Outgoing, Verdict
from sync import asking
from sync.protocol import Reply
from tests.server.laptop import CELL, Laptop, client, do, edit, new, task
from tests.server.running import Admin, Served

GONE = "2026-11-22T08:00:00.000Z"
PLAN = new("project", "line-7", name="Line 7", client_id="harlan")


@pytest.fixture
def head(ines: Laptop, tomas: Laptop) -> int:
    """Both have seen a plan with a task below another one."""
    plan = do("Plan", client(rec="harlan"), PLAN, task("Build", "build"), task("Weld", "weld", "build"))
    assert ines.push_one(plan).ver
    return ines.pull().head


def push(laptop: Laptop, since: int | None, operation: Outgoing) -> Verdict:
    """Pushed by a laptop that has seen the log up to `since`."""
    here = None if since is None else (since, 0)
    request = asking.push(laptop.replica, 1, laptop.epoch, [operation], 0, here=here)
    answer = laptop.http.post(request.path, content=request.body)
    [verdict] = asking.verdicts(Reply(answer.status_code, dict(answer.headers), answer.content))
    return verdict


def delete(*recs: str, base: int, kind: str = "task") -> Outgoing:
    return do(f"Delete {recs[0]}", *(edit(kind, rec, base, deleted_at=GONE) for rec in recs))


def deleted(laptop: Laptop, *recs: str) -> list[str]:
    return [rec for rec in recs if laptop.record(rec).get("deleted_at")]


def told(laptop: Laptop) -> set[tuple[str, str, str]]:
    """Of each conflict the record, who kept it and who deleted it."""
    found = laptop.conflicts()
    assert all(c["decided"] == "kept" and c["winner"] == {"deleted_at": None} for c in found)
    assert len({c["rec"] for c in found}) == len(found)
    return {(c["rec"], c["winner_author"], c["loser_author"]) for c in found}


@pytest.mark.parametrize("since", [None, 0, 99])
def test_what_is_new_below_a_delete_brings_it_back(
    ines: Laptop, tomas: Laptop, head: int, since: int | None
) -> None:
    """Whatever his laptop has seen by now: it takes nothing new below what it knows to be deleted."""
    ines.push(delete("line-7", base=head, kind="project"))
    push(tomas, since, do("Add", task("Paint", "paint")))
    assert deleted(ines, "line-7", "paint") == []
    assert told(ines) == {("line-7", tomas.member, ines.member)}


def test_all_that_lies_above_comes_back_and_nothing_that_lies_beside(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(delete("build", "weld", base=head), delete("line-7", base=head, kind="project"))
    tomas.push(do("Add", task("Paint", "paint", "build")))
    assert deleted(ines, "line-7", "build", "weld") == ["weld"]
    assert told(ines) == {(rec, tomas.member, ines.member) for rec in ("build", "line-7")}


def test_a_task_that_is_put_below_a_delete_brings_it_back(ines: Laptop, tomas: Laptop, head: int) -> None:
    tomas.push(do("Add", task("Paint", "paint")))
    ines.push(delete("build", "weld", base=head))
    tomas.push(do("Indent", edit("task", "paint", head + 1, parent_id="build", rank="a1")))
    assert deleted(ines, "build") == []


def test_an_edit_that_brings_back_a_task_brings_back_what_that_lies_below(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(delete("build", "weld", base=head), delete("line-7", base=head, kind="project"))
    tomas.push(do("Rename", edit("task", "weld", head, name="Weld the frame")))
    assert deleted(ines, "line-7", "build", "weld") == []
    assert {rec for rec, *_ in told(ines)} == {"line-7", "build", "weld"}


@pytest.mark.parametrize(("seen", "back"), [(0, True), (1, False), (None, False)])
def test_an_edit_below_a_delete_brings_it_back_where_its_author_cannot_have_seen_that(
    ines: Laptop, tomas: Laptop, head: int, seen: int | None, back: bool
) -> None:
    ines.push(delete("line-7", base=head, kind="project"))
    push(
        tomas, None if seen is None else head + seen, do("Rename", edit("task", "weld", head, name="Weld it"))
    )
    assert (deleted(ines, "line-7") == []) == back
    assert told(ines) == ({("line-7", tomas.member, ines.member)} if back else set())


@pytest.mark.parametrize(("seen", "kept"), [(0, True), (1, False), (None, False)])
def test_a_delete_loses_where_its_author_cannot_have_seen_what_is_new_below(
    ines: Laptop, tomas: Laptop, head: int, seen: int | None, kept: bool
) -> None:
    tomas.push(do("Add", task("Paint", "paint", "weld")))
    since = None if seen is None else head + seen
    push(ines, since, delete("build", "weld", base=head))
    push(ines, since, delete("line-7", base=head, kind="project"))
    assert (deleted(ines, "line-7", "build", "weld") == []) == kept
    back = ("line-7", "build", "weld") if kept else ()
    assert told(ines) == {(rec, tomas.member, ines.member) for rec in back}


def test_a_delete_loses_against_an_edit_below_too(ines: Laptop, tomas: Laptop, head: int) -> None:
    tomas.push(do("Rename", edit("task", "weld", head, name="Weld it")))
    push(ines, head, delete("line-7", base=head, kind="project"))
    assert told(ines) == {("line-7", tomas.member, ines.member)}


def test_what_went_away_meanwhile_hinders_no_delete(ines: Laptop, tomas: Laptop, head: int) -> None:
    """Deleted by the other one, or put elsewhere by the operation itself, as by a merge of clients."""
    tomas.push(do("Add", new("contact", "jana", name="Jana", client_id="harlan")), delete("weld", base=head))
    push(ines, head, delete("build", base=head))
    away = (
        edit("contact", "jana", head + 1, client_id="other"),
        edit("project", "line-7", head, client_id="other"),
    )
    merged = do("Merge", client(rec="other"), *away, edit("client", "harlan", head, deleted_at=GONE))
    push(ines, head, merged)
    assert deleted(ines, "build", "harlan") == ["build", "harlan"] and told(ines) == set()


def test_ones_own_delete_stands_whatever_one_writes_below(ines: Laptop, head: int) -> None:
    ines.push(
        delete("line-7", base=head, kind="project"), do("Rename", edit("task", "weld", head, name="Weld it"))
    )
    push(ines, 0, do("Add", task("Paint", "paint")))
    assert deleted(ines, "line-7") == ["line-7"] and told(ines) == set()


def test_an_undo_brings_back_nothing_and_takes_back_nothing_that_others_went_on_with(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(delete("build", "weld", base=head))
    push(tomas, head, do("Undo", edit("task", "weld", head, name="Weld"), kind="undo"))
    assert deleted(ines, "build") == ["build"]
    tomas.push(do("Add", task("Paint", "paint")))
    push(ines, head, do("Undo", edit("project", "line-7", head, deleted_at=GONE), kind="undo"))
    assert deleted(ines, "line-7") == [] and told(ines) == set()


def test_nothing_that_others_see_comes_back_for_what_only_its_author_sees(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(delete("harlan", base=head, kind="client"))
    cell = new("project", "cell", name="Cell 9", client_id="harlan", space=CELL)
    assert tomas.push_one(do("Plan", cell)).ver
    assert deleted(ines, "harlan") == ["harlan"] and told(ines) == set()


def test_tasks_that_would_lie_below_one_another_are_refused_as_ever(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    tomas.push(do("Indent", edit("task", "build", head, parent_id="weld", rank="a0")))
    ines.push(delete("line-7", base=head, kind="project"))
    loop = push(tomas, 0, do("Indent", edit("task", "build", head, parent_id="build", rank="a0")))
    assert "cannot lie below itself" in loop.reason
    assert deleted(ines, "line-7") == ["line-7"]


def test_what_was_written_since_is_found_below_the_logs_floor(
    server: Served, ines: Laptop, tomas: Laptop, head: int, run: Admin
) -> None:
    tomas.push(do("Add", task("Paint", "paint")))
    server.now += 1
    run("compact", "--keep-days", "0")
    push(ines, head, delete("line-7", base=head, kind="project"))
    [entry] = ines.pull(head + 1).entries
    assert [(p.kind, p.values.get("deleted_at")) for p in entry.patches] == [
        ("project", None),
        ("conflict", None),
    ]
