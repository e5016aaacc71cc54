"""A person settles a conflict with one word."""

from typing import Any

import orjson
import pytest

from models import conflict
from models.errors import Invalid, Refused
from models.windows.conflicts import conflicts_rows, conflicts_window
from models.windows.open_conflicts import COUNT_OPEN, overtaken


def clash(
    desk: Any, kind: str, rec: str, winner: dict[str, Any], loser: dict[str, Any],
    base: dict[str, Any] | None = None, **known: str,
) -> str:  # fmt: skip
    """What the server writes down when two edits meet."""
    values = {
        "kind": kind,
        "rec": rec,
        "field": sorted(loser)[0],
        "space": "workspace",
        "visibility": "internal",
    }
    values |= {"base": orjson.dumps(base).decode()} if base else {}
    values |= {"winner": orjson.dumps(winner).decode(), "loser": orjson.dumps(loser).decode()}
    desk.hear(("conflict", f"clash-{desk.head}", values | known))
    return f"clash-{desk.head - 1}"


@pytest.fixture
def harlan(desk: Any) -> str:
    rec = str(desk.client(city="Brno", notes="by Tomas"))
    desk.sync()
    return rec


@pytest.mark.parametrize(
    ("choice", "value", "city"),
    [
        ("stands", None, "Brno"),
        ("aside", None, "Praha"),
        ("both", None, "Brno / Praha"),
        ("value", "Plzen", "Plzen"),
    ],
)
def test_each_choice_writes_what_it_says(
    desk: Any, harlan: str, choice: str, value: str | None, city: str
) -> None:
    id = clash(desk, "client", harlan, {"city": "Brno"}, {"city": "Praha"})
    settled = desk.do(conflict.settle, id, choice, value)
    assert desk.get("client", harlan, "city") == city
    assert orjson.loads(settled.value) == {"city": city}


def test_both_notes_are_kept_one_below_the_other(desk: Any, harlan: str) -> None:
    id = clash(desk, "client", harlan, {"notes": "by Tomas"}, {"notes": "by Ines"})
    desk.do(conflict.settle, id, "both")
    assert desk.get("client", harlan, "notes") == "by Tomas\nby Ines"


def test_as_it_stands_leaves_what_was_typed_since(desk: Any, harlan: str) -> None:
    id = clash(desk, "client", harlan, {"city": "Brno"}, {"city": "Praha"})
    desk.edit("client", harlan, city="Plzen")
    settled = desk.do(conflict.settle, id, "now")
    assert desk.get("client", harlan, "city") == "Plzen"
    assert orjson.loads(settled.value) == {"city": "Plzen"}


@pytest.mark.parametrize(
    ("choice", "power"),
    [
        ("stands", "Power: 400 V"),
        ("aside", "Power: 480 V"),
        ("both", "Power: 400 V\nPower: 480 V"),
    ],
)
def test_of_a_note_only_the_lines_that_clash_are_chosen(
    desk: Any, harlan: str, choice: str, power: str
) -> None:
    base = {"notes": "Gate 3\nPower\nAir\nKey at the porter's"}
    mine = "Gate 3\nPower: 400 V\nAir\nKey at the porter's"
    theirs = "Gate 3\nPower: 480 V\nAir\nKey at hall 2"
    id = clash(desk, "client", harlan, {"notes": mine}, {"notes": theirs}, base)
    desk.hear(("client", harlan, {"notes": "Gate 3\nPower: 400 V\nAir\nKey at hall 2\nBadge"}))
    desk.do(conflict.settle, id, choice)
    assert desk.get("client", harlan, "notes") == f"Gate 3\n{power}\nAir\nKey at hall 2\nBadge"


def test_a_group_is_settled_whole(desk: Any) -> None:
    [task] = desk.tasks(desk.project(), "Lay cables")
    desk.sync()
    set_aside = {"constraint_type": "SNET", "constraint_date": "2026-12-01T08:00"}
    id = clash(desk, "task", task, {"constraint_type": "ASAP", "constraint_date": None}, set_aside)
    with pytest.raises(Invalid, match="belong together"):
        desk.do(conflict.settle, id, "both")
    desk.do(conflict.settle, id, "aside")
    assert desk.get("task", task, "constraint_date") == "2026-12-01T08:00"
    desk.store.undo()
    assert desk.get("task", task, "constraint_type") == "ASAP"


def test_a_conflict_is_settled_once(desk: Any, harlan: str) -> None:
    id = clash(desk, "client", harlan, {"city": "Brno"}, {"city": "Praha"})
    desk.do(conflict.settle, id, "aside")
    with pytest.raises(Refused, match="settled already"):
        desk.do(conflict.settle, id, "stands")


def test_a_number_cannot_hold_both(desk: Any) -> None:
    [task] = desk.tasks(desk.project(), "Lay cables")
    desk.sync()
    id = clash(desk, "task", task, {"priority": 500}, {"priority": 600})
    with pytest.raises(Invalid, match="cannot hold both"):
        desk.do(conflict.settle, id, "both")
    with pytest.raises(Invalid, match="above 1000"):
        desk.do(conflict.settle, id, "value", 5000)


@pytest.mark.parametrize("word", ["stands", "aside", "both", "now"])
@pytest.mark.parametrize("kind", ["client", "inspection"])
def test_what_only_a_newer_program_knows_is_decided_there(
    desk: Any, harlan: str, kind: str, word: str
) -> None:
    id = clash(desk, kind, harlan, {"motto": "slow"}, {"motto": "sure"})
    with pytest.raises(Refused, match=r"only a newer Milepost knows \(motto\)"):
        desk.do(conflict.settle, id, word)


def between(winner: str, loser: str, **known: str) -> dict[str, str]:
    """Two operations, each called as its author and what he did so far: "ines-2"."""
    sides = {"winner_txn": winner, "loser_txn": loser, "winner_author": winner[:4], "loser_author": loser[:4]}
    return {"decided": "server"} | sides | known


def asked(desk: Any) -> list[str]:
    window = conflicts_window(desk.conn)
    assert desk.one(COUNT_OPEN) == len(window.rows)
    return [row.id for row in conflicts_rows(desk.conn, window.rows)]


@pytest.fixture
def overtook(desk: Any, harlan: str) -> list[str]:
    """Ines corrects the city twice; the second one is heard of first, as in a snapshot. Then she wins."""
    brno = {"city": "Brno"}
    return [
        clash(desk, "client", harlan, brno, {"city": "Praha"}, **between("toma-1", "ines-2")),
        clash(desk, "client", harlan, brno, {"city": "Pra"}, **between("toma-1", "ines-1")),
        clash(desk, "client", harlan, {"city": "Plzen"}, brno, **between("ines-3", "toma-1")),
    ]


def test_of_several_that_the_same_two_left_only_the_newest_is_asked_and_settles_all(
    desk: Any, harlan: str, overtook: list[str]
) -> None:
    second, first, third = overtook
    assert asked(desk) == [third] and overtaken(desk.conn, third) == [second, first]
    assert overtaken(desk.conn, second) == [first]
    desk.do(conflict.settle, third, "stands")
    assert desk.get("client", harlan, "city") == "Plzen" and asked(desk) == []
    values = desk.conn.execute("SELECT DISTINCT value FROM settlement").fetchall()
    assert values == [('{"city": "Plzen"}',)] and desk.one("SELECT count(*) FROM settlement") == 3
    desk.store.undo()
    assert asked(desk) == [third]
    desk.do(conflict.settle, third, "aside")
    assert asked(desk) == []


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ("phone", between("toma-1", "ines-4")),
        ("city", between("petr-1", "ines-4")),
        ("city", between("toma-1", "ines-4", decided="text")),  # a note: over other lines
    ],
)
def test_what_others_left_or_over_something_else_is_asked_beside_it(
    desk: Any, harlan: str, overtook: list[str], field: str, known: dict[str, str]
) -> None:
    other = clash(desk, "client", harlan, {field: "1"}, {field: "2"}, **known)
    assert set(asked(desk)) == {overtook[2], other}
    desk.do(conflict.settle, other, "now")
    assert asked(desk) == [overtook[2]]


GONE = "2026-11-22T08:00:00.000Z"


@pytest.mark.parametrize(("winner", "loser"), [(None, GONE), (GONE, None)])
@pytest.mark.parametrize("deleted", [True, False])
def test_a_delete_is_settled_with_what_lies_below_and_with_what_went_with_it(
    desk: Any, winner: str | None, loser: str | None, deleted: bool
) -> None:
    """A colleague had deleted the summary with its first task; the second one is new below it, which kept it."""
    project = desk.project()
    [build, other] = desk.tasks(project, "Build", "Test")
    first, second = desk.tasks(project, "Weld", "Paint", under=build)
    desk.sync()
    desk.hear(("task", first, {"deleted_at": GONE}), ("task", other, {"deleted_at": GONE}))
    id = clash(desk, "task", build, {"deleted_at": winner}, {"deleted_at": loser})
    desk.do(conflict.settle, id, "stands" if bool(winner) == deleted else "aside")
    gone = [desk.get("task", rec, "deleted_at") for rec in (build, first, second)]
    assert gone == [GONE if deleted else None] * 3
    assert desk.get("task", other, "deleted_at") == GONE
    desk.store.undo()
    assert [desk.get("task", rec, "deleted_at") for rec in (build, first, second)] == [None, GONE, None]


def test_of_a_project_what_went_with_it_comes_back_with_it(desk: Any) -> None:
    project = desk.project()
    [weld] = desk.tasks(project, "Weld")
    desk.sync()
    desk.hear(("task", weld, {"deleted_at": GONE}))  # moved to other people, as its project
    id = clash(desk, "project", project, {"deleted_at": None}, {"deleted_at": GONE})
    desk.do(conflict.settle, id, "stands")
    assert desk.get("task", weld, "deleted_at") is None


def test_what_lies_below_a_delete_is_not_kept_alone(desk: Any) -> None:
    """The summary was decided for the delete first, and took its task along."""
    [build] = desk.tasks(desk.project(), "Build")
    [weld] = desk.tasks(desk.get("task", build, "project_id"), "Weld", under=build)
    desk.sync()
    ids = [clash(desk, "task", rec, {"deleted_at": None}, {"deleted_at": GONE}) for rec in (build, weld)]
    desk.do(conflict.settle, ids[0], "aside")
    with pytest.raises(Refused, match="“Build” is in the recycle bin"):
        desk.do(conflict.settle, ids[1], "stands")
    assert desk.get("task", weld, "deleted_at") == GONE


@pytest.mark.parametrize("word", ["stands", "aside"])
def test_of_all_that_was_deleted_at_once_one_is_asked_and_settles_all(desk: Any, word: str) -> None:
    """A project was moved away, and so each task of it deleted; a colleague went on with two of them."""
    project = desk.project()
    weld, paint, test = desk.tasks(project, "Weld", "Paint", "Test")
    desk.sync()
    desk.hear(("task", test, {"deleted_at": GONE}))
    by = {"decided": "kept", "loser_author": "ines", "winner_author": "toma", "loser_txn": "ines-9"}
    for n, (kind, rec) in enumerate([("task", paint), ("project", project), ("task", weld)]):
        clash(desk, kind, rec, {"deleted_at": None}, {"deleted_at": GONE}, winner_txn=f"toma-{n}", **by)
    other = clash(
        desk, "task", test, {"deleted_at": None}, {"deleted_at": GONE}, **{**by, "loser_txn": "ines-3"}
    )
    [asked_first] = {*asked(desk)} - {other}
    assert desk.get("conflict", asked_first, "rec") == project
    desk.do(conflict.settle, asked_first, word)
    assert asked(desk) == [other]
    gone = [desk.get("task", rec, "deleted_at") for rec in (weld, paint, test)]
    assert gone == ([None] * 3 if word == "stands" else [GONE] * 3)
