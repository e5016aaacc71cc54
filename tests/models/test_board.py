"""The board: which cards stand in which lane, and in what order."""

from typing import Any

import pytest

from models import assignment, outline, record
from models.errors import Refused
from models.filters.meaning import condition
from models.filters.vocabulary import TASKS
from models.windows import board
from models.windows.window import Condition


def names(desk: Any, lanes: list[board.Lane]) -> dict[str, list[str]]:
    """Names of the cards by lane, without empty lanes."""
    found = {lane.label: [row.name for row in board.card_rows(desk.conn, lane.cards)] for lane in lanes}
    return {label: cards for label, cards in found.items() if cards}


@pytest.fixture
def plan(desk: Any) -> tuple[str, dict[str, str]]:
    project = desk.project()
    [top] = desk.tasks(project, "Install")
    below = desk.tasks(project, "Lay cables", "Wire", "Test", under=top)
    [last] = desk.tasks(project, "Go live")
    return project, dict(
        zip(["Install", "Lay cables", "Wire", "Test", "Go live"], [top, *below, last], strict=True)
    )


def test_cards_are_the_leaves_in_the_order_of_the_plan(desk: Any, plan: Any) -> None:
    project, tasks = plan
    desk.edit("task", tasks["Wire"], status="doing")
    desk.edit("task", tasks["Test"], blocked_reason="no power")
    desk.edit("task", tasks["Go live"], not_applicable_reason="not ordered")
    lanes = board.by_status(desk.conn, project)
    assert [lane.key for lane in lanes] == ["blocked", "todo", "doing", "done"]
    assert names(desk, lanes) == {"blocked": ["Test"], "todo": ["Lay cables"], "doing": ["Wire"]}


def test_a_task_of_two_people_has_two_cards_and_done_ones_have_none(desk: Any, plan: Any) -> None:
    project, tasks = plan
    desk.edit("task", tasks["Wire"], who="Ines, Tomas")
    desk.edit("task", tasks["Test"], who="Ines", status="done")
    lanes = board.by_person(desk.conn, project)
    assert names(desk, lanes) == {"nobody": ["Lay cables", "Go live"], "Ines": ["Wire"], "Tomas": ["Wire"]}


def test_all_projects_stand_by_when_they_are_due(desk: Any, plan: Any) -> None:
    _, tasks = plan
    [other] = desk.tasks(desk.project("Punch cell"), "Survey")
    for task, day in ((other, "2026-12-01"), (tasks["Wire"], "2026-12-03"), (tasks["Test"], "2026-12-02")):
        desk.edit("task", task, deadline=f"{day}T17:00")
    wanted = Condition("t.deadline IS NOT NULL", {})
    assert names(desk, board.by_status(desk.conn, "", wanted)) == {"todo": ["Survey", "Test", "Wire"]}
    for task in (other, tasks["Wire"]):
        desk.edit("task", task, status="done")
    desk.edit("task", other, actual_start="2026-11-02T08:00", actual_finish="2026-11-02T17:00")
    assert names(desk, board.by_status(desk.conn, "", wanted))["done"] == ["Wire", "Survey"]


def test_a_moved_card_stands_on_top_until_it_is_read_again(desk: Any, plan: Any) -> None:
    project, _ = plan
    lanes = board.by_status(desk.conn, project)
    wire = lanes[1].cards[1]
    assert names(desk, board.moved(lanes, [wire], 2)) == {
        "todo": ["Lay cables", "Test", "Go live"], "doing": ["Wire"]
    }  # fmt: skip
    many = list(lanes[1].cards)
    assert len(board.moved(lanes, many * 3, 3)[3].cards) == len(many)


def test_a_card_is_moved_past_another_of_its_part_of_the_plan(desk: Any, plan: Any) -> None:
    project, tasks = plan
    desk.do(outline.move_past, [tasks["Test"]], tasks["Lay cables"], -1)
    assert names(desk, board.by_status(desk.conn, project))["todo"] == [
        "Test",
        "Lay cables",
        "Wire",
        "Go live",
    ]
    with pytest.raises(Refused, match="another part of the plan"):
        desk.do(outline.move_past, [tasks["Test"]], tasks["Go live"], 1)


def test_work_goes_from_one_person_to_another_with_what_is_known_of_it(desk: Any, plan: Any) -> None:
    _, tasks = plan
    ids = dict(desk.conn.execute("SELECT name, id FROM member"))
    given = desk.do(
        record.create, "assignment", task_id=tasks["Wire"], member_id=ids["Ines"], work_minutes=240
    ).id
    desk.do(assignment.hand_over, [tasks["Wire"]], ids["Ines"], ids["Tomas"])
    assert desk.get("assignment", given, "member_id") == ids["Tomas"]
    desk.do(assignment.hand_over, [tasks["Wire"]], ids["Tomas"], "")
    assert desk.get("assignment", given, "deleted_at")
    desk.do(assignment.hand_over, [tasks["Wire"], tasks["Test"]], "", ids["Ines"])
    assert (
        desk.one("SELECT count(*) FROM assignment WHERE member_id=? AND deleted_at IS NULL", ids["Ines"]) == 2
    )


def test_words_leave_the_same_cards_whether_the_store_is_asked_or_the_texts(desk: Any, plan: Any) -> None:
    project, tasks = plan
    desk.edit("task", tasks["Wire"], who="Ines, Tomas")
    lanes = board.by_person(desk.conn, project)
    texts = board.texts_of(desk.conn, lanes)
    for word, cards in (("e", 5), ("wire", 2), ("nothing", 0)):
        wanted = condition(desk.conn, word, TASKS)
        left = board.holding_words(lanes, texts, wanted.words)
        assert left == board.only(lanes, board.hits(desk.conn, project, wanted))
        assert sum(len(lane.cards) for lane in left) == cards
