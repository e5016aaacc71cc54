"""What a filter leaves of an outline, and the part of that around the cursor."""

import sqlite3
import time
from typing import Any

import pytest

from models.db import at_most
from models.filters.meaning import condition
from models.filters.vocabulary import TASKS
from models.windows import tasks
from models.windows.window import Condition, Window

NAMES = ["Survey", "Lay cables", "Wire", "Test", "Go live"]


def plan(desk: Any) -> tuple[str, Window]:
    """Three phases of steps, each with a step below its first."""
    project = desk.project()
    for phase in desk.tasks(project, "Install", "Train", "Accept"):
        first, *_ = desk.tasks(project, *NAMES, under=phase)
        desk.tasks(project, *NAMES[:3], under=first)
    return project, tasks.task_tree(desk.conn, project)


@pytest.mark.parametrize("word", ["i", "e", "wire", "go", "survey", "nothing"])
def test_the_part_around_the_cursor_is_a_piece_of_the_whole(
    desk: Any, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, tree = plan(desk)
    wanted = Condition("t.name LIKE :f", {"f": f"%{word}%"})
    whole = tasks.narrowed(tree, tasks.task_hits(desk.conn, project, wanted))
    monkeypatch.setattr(tasks, "REACH", (3, 9))
    found = 0
    for at in range(len(tree.rows)):
        part = tasks.narrowed_near(desk.conn, tree, wanted, at, 2, 3)
        if part is not None and len(part.rows):
            found += 1
            first = whole.rows.index(part.rows[0])
            assert whole.rows[first : first + len(part.rows)] == part.rows
            assert whole.depths[first : first + len(part.rows)] == part.depths
            before = [row for row in part.rows if tree.rows.index(row) < at]
            assert len(before) >= min(2, sum(tree.rows.index(row) < at for row in whole.rows))
    assert found > 3 or not whole.rows


@pytest.mark.parametrize(
    "text", ["i", "CABLES", "wi re", "50%", "power 50%", '"late"', "prüf", "ÜFUNG", "nothing", '"lay cables"']
)
def test_words_leave_the_same_whether_the_store_is_asked_or_the_texts(
    desk: Any, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PART", 2)
    project, _ = plan(desk)
    late, _ = desk.tasks(project, "Late 50% Wire", "Prüfung")
    desk.edit("task", late, blocked_reason="No POWER")
    tree, wanted = tasks.task_tree(desk.conn, project), condition(desk.conn, text, TASKS)
    texts = tasks.task_texts(desk.conn, tree.rows)
    left = tasks.narrowed_by_words(tree, texts, wanted.words)
    assert left == tasks.narrowed(tree, tasks.task_hits(desk.conn, project, wanted))
    assert bool(left.rows) == (text != "nothing")


@pytest.mark.parametrize("text", ["late", "-wire", "wire,test", "name:wire", '""', "wire @ines", ""])
def test_what_is_no_word_is_for_the_store(desk: Any, text: str) -> None:
    assert condition(desk.conn, text, TASKS).words == ()


def test_what_takes_long_is_left(desk: Any) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n LIMIT 1"
    since = time.monotonic()
    with pytest.raises(sqlite3.OperationalError), at_most(desk.conn, 0.01):
        desk.conn.execute(slow).fetchall()
    assert time.monotonic() - since < 5
    assert desk.conn.execute("SELECT 1").fetchone() == (1,), "the next one is not"
