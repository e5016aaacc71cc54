"""The history as a list: operations above their changes, of a record, of a project, of all."""

from typing import Any

from models import record, task
from models.windows import history


def told(desk: Any, **of: str) -> list[tuple[str, str, str]]:
    """(kind, label, changed field) of every row."""
    ns = [one.n for one in history.operations(desk.conn, **of)]
    rows = history.history_rows(desk.conn, history.window(desk.conn, ns).rows)
    return [(row.kind, row.label, row.change.field if row.change else "*") for row in rows]


def test_one_change_stands_beside_its_operation_and_several_below_it(desk: Any) -> None:
    harlan = desk.client()
    desk.do(record.edit, "client", harlan, city="Brno", label="Move")
    desk.do(record.edit, "client", harlan, phone="1", website="https://h.example", label="Reach")
    assert told(desk, rec=harlan) == [
        ("operation", "Reach", "phone"), ("change", "Reach", "phone"), ("change", "Reach", "website"),
        ("operation", "Move", "city"), ("operation", "New client", ""),
    ]  # fmt: skip


def test_a_project_has_what_was_done_to_its_parts_and_nothing_else(desk: Any) -> None:
    project = desk.project()
    [cables] = desk.tasks(project, "Lay cables")
    desk.do(record.edit, "task", cables, who="Ines", label="Give")
    desk.tasks(desk.project("Punch cell"), "Survey")
    desk.client()
    labels = [label for _, label, _ in told(desk, project=project)]
    assert labels == ["Give", "New tasks", "New project"]
    assert len(history.operations(desk.conn)) == 7  # with what made Ines and Tomas


def test_a_field_of_a_group_that_stayed_is_not_told(desk: Any) -> None:
    [cables] = desk.tasks(desk.project(), "Lay cables")
    desk.do(task.set_status, [cables], "doing", label="Start")
    assert told(desk, rec=cables)[0] == ("operation", "Start", "actual_start")


def test_what_was_undone_says_so_and_what_was_withdrawn_is_not_there(desk: Any) -> None:
    harlan = desk.client()
    desk.sync()
    desk.edit("client", harlan, city="Brno")
    desk.send()
    desk.store.undo()
    ns = [one.n for one in history.operations(desk.conn, rec=harlan)]
    rows = history.history_rows(desk.conn, [n * 2 for n in ns])
    assert [(row.done, row.undone, row.mine) for row in rows] == [("undo", 0, 1), ("do", 1, 1), ("do", 0, 1)]
    desk.edit("client", harlan, phone="1")
    desk.store.undo()
    assert len(history.operations(desk.conn, rec=harlan)) == 3
