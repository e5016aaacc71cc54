"""Who deletes a record loses against what others wrote below it, not having seen that; both find it in a conflict."""

import pytest

from models.outbox import Outgoing, Verdict
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
    """One that was made when the laptop had seen the log up to `since`."""
    return laptop.push_one(operation._replace(since=since))


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


ADD, EDIT = do("Add", task("Paint", "paint")), do("Rename", edit("task", "weld", 3, name="Weld the frame"))


@pytest.mark.parametrize(("seen", "back"), [(0, True), (1, False), (None, False)])
@pytest.mark.parametrize("operation", [ADD, EDIT])
def test_what_is_written_below_a_delete_brings_it_back_where_its_author_had_not_seen_that(
    ines: Laptop, tomas: Laptop, head: int, operation: Outgoing, seen: int | None, back: bool
) -> None:
    ines.push(delete("line-7", base=head, kind="project"))
    push(tomas, None if seen is None else head + seen, operation)
    assert (deleted(ines, "line-7") == []) == back
    assert told(ines) == ({("line-7", tomas.member, ines.member)} if back else set())


def test_all_that_lies_above_comes_back_and_nothing_that_lies_beside(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(delete("build", "weld", base=head), delete("line-7", base=head, kind="project"))
    push(tomas, head, do("Add", task("Paint", "paint", "build")))
    assert deleted(ines, "line-7", "build", "weld") == ["weld"]
    assert told(ines) == {(rec, tomas.member, ines.member) for rec in ("build", "line-7")}


def test_a_task_that_is_put_below_a_delete_brings_it_back(ines: Laptop, tomas: Laptop, head: int) -> None:
    tomas.push(do("Add", task("Paint", "paint")))
    ines.push(delete("build", "weld", base=head))
    push(tomas, head + 1, do("Indent", edit("task", "paint", head + 1, parent_id="build", rank="a1")))
    assert deleted(ines, "build") == []


def test_an_edit_that_brings_back_a_task_brings_back_what_that_lies_below(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(delete("build", "weld", base=head), delete("line-7", base=head, kind="project"))
    push(tomas, head, do("Rename", edit("task", "weld", head, name="Weld the frame")))
    assert deleted(ines, "line-7", "build", "weld") == []
    assert {rec for rec, *_ in told(ines)} == {"line-7", "build", "weld"}


@pytest.mark.parametrize(("seen", "kept"), [(0, True), (1, False), (None, False)])
def test_a_delete_loses_where_its_author_had_not_seen_what_is_new_below(
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
    """A record may have come before what it names."""
    jana = new("contact", "jana", name="Jana", client_id="later", space=CELL)
    assert tomas.push_one(do("Plan", new("project", "cell", name="Cell 9", space=CELL), jana)).ver
    ines.push(do("Add", client(rec="later")), delete("later", base=head + 2, kind="client"))
    push(tomas, head, do("Rename", edit("contact", "jana", head + 1, name="Jana B.")))
    assert deleted(ines, "later") == ["later"] and told(ines) == set()


def test_the_client_of_a_project_may_go(ines: Laptop, tomas: Laptop, head: int) -> None:
    """The project is listed without it."""
    tomas.push(do("Rename", edit("project", "line-7", head, name="Line seven")))
    push(ines, head, delete("harlan", base=head, kind="client"))
    push(tomas, head, EDIT)
    assert deleted(ines, "harlan") == ["harlan"] and told(ines) == set()


def test_a_baseline_holds_no_task(ines: Laptop, tomas: Laptop, head: int) -> None:
    taken = new("baseline", "b", name="Plan", project_id="line-7")
    of = new("baseline_task", "b-weld", baseline_id="b", task_id="weld")
    tomas.push(do("Baseline", taken, of))
    push(ines, head, delete("build", "weld", base=head))
    push(tomas, head, do("Baseline", new("baseline_task", "b-build", baseline_id="b", task_id="build")))
    assert deleted(ines, "build", "weld") == ["build", "weld"] and told(ines) == set()


def test_what_is_attached_to_a_task_counts_as_work_in_its_project(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    photo = {"name": "photo.jpg", "size": 1, "sha256": 64 * "0", "media_type": "image/jpeg"}
    attach = do("Attach", new("attachment", "photo", owner_kind="task", owner_id="weld", **photo))
    push(tomas, head, attach)
    push(ines, head, delete("line-7", base=head, kind="project"))
    assert told(ines) == {("line-7", tomas.member, ines.member)}


@pytest.mark.parametrize("first", ["out", "in"])
def test_where_a_task_lies_is_a_matter_of_what_was_decided(
    ines: Laptop, tomas: Laptop, head: int, first: str
) -> None:
    """Ines puts it elsewhere before she deletes the summary; it counts where that was not decided otherwise."""
    place = {"parent_id": "build", "rank": "z"} if first == "in" else {"name": "Weld it"}
    tomas.push(do("Change", edit("task", "weld", head, **place)))
    out = edit("task", "weld", head, parent_id=None, rank="a5")
    push(ines, head, do("Outdent", out, age=60_000))
    push(ines, head, delete("build", base=head))
    kept = {c["rec"] for c in ines.conflicts() if c["field"] == "deleted_at"}
    assert kept == ({"build"} if first == "in" else set())
    assert deleted(ines, "build") == ([] if first == "in" else ["build"])


def test_below_many_tasks_is_as_below_one(ines: Laptop, head: int, tomas: Laptop) -> None:
    levels = [task(f"Level {n}", f"level-{n}", f"level-{n - 1}" if n else None) for n in range(1200)]
    assert ines.push_one(do("Plan", *levels)).ver
    ines.push(delete("line-7", base=head, kind="project"))
    push(tomas, head, do("Rename", edit("task", "level-1199", head + 1, name="Deep")))
    assert told(ines) == {("line-7", tomas.member, ines.member)}


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


def test_a_delete_that_was_kept_over_a_restore_of_the_server_brings_nothing_out_of_sight(
    ines: Laptop, tomas: Laptop, head: int
) -> None:
    ines.push(do("Keep", new("project", "later", name="Later", deleted_at=GONE), kind="keep"))
    weld = new("task", "its", name="Weld", project_id="later", rank="a0")
    push(tomas, head, do("Add", weld))
    assert deleted(ines, "later") == [] and told(ines) == {("later", tomas.member, ines.member)}
