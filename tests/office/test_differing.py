"""Tasks whose computed dates are not those of the file: both dates, and why."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models.schedule.engine import Schedule
from office.differing import FEW, Moved, lines, moved
from office.foreign import Link, Plan, Task
from office.mspdi import read
from office.scheduling import as_inputs

FILES = sorted((Path(__file__).parents[2].parent / "shared" / "data" / "mspdi").glob("*.xml"))
SURVEY = Task(
    1, 1, "Survey", duration_minutes=960, start=datetime(2026, 11, 30, 8), finish=datetime(2026, 12, 1, 17)
)
CABLES = Task(
    2, 2, "Lay cables", duration_minutes=480, start=datetime(2026, 12, 2, 8), finish=datetime(2026, 12, 2, 17)
)


def plan(*tasks: Task, **more: Any) -> Plan:
    rows = list(tasks)
    return Plan("line.xml", "Line", start=datetime(2026, 11, 30, 8), tasks=rows, links=[Link(1, 2)], **more)


def found(given: Plan) -> list[Moved]:
    return moved(given, Schedule(as_inputs(given)))


def test_equal_dates_are_no_difference() -> None:
    assert found(plan(SURVEY, CABLES)) == []
    assert list(lines([], all_=True)) == []


def test_a_date_that_the_file_does_not_say_is_none() -> None:
    assert found(plan(SURVEY, replace(CABLES, start=None, finish=None))) == []


def test_seconds_are_no_difference() -> None:
    assert found(plan(replace(SURVEY, finish=datetime(2026, 12, 1, 17, 0, 30)), CABLES)) == []


def test_a_start_that_moves_names_both_dates_and_the_link() -> None:
    early = replace(CABLES, start=datetime(2026, 12, 1, 8), finish=datetime(2026, 12, 1, 17))
    [one] = found(plan(SURVEY, early))
    assert (one.start_in_file, one.start) == ("2026-12-01T08:00", "2026-12-02T08:00")
    assert (one.finish_in_file, one.finish) == ("2026-12-01T17:00", "2026-12-02T17:00")
    assert one.line() == (
        "Lay cables: start 2026-12-01 08:00 becomes 2026-12-02 08:00, finish 2026-12-01 17:00 becomes "
        "2026-12-02 17:00, because “Survey” ends Tue 1 Dec 2026 17:00 and it waits for that: FS"
    )


def test_a_finish_that_moves_names_its_work() -> None:
    [one] = found(plan(SURVEY, replace(CABLES, finish=datetime(2026, 12, 3, 17))))
    assert one.line() == (
        "Lay cables: finish 2026-12-03 17:00 becomes 2026-12-02 17:00, because its 8 h of work from "
        "Wed 2 Dec 2026 08:00 end then"
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"constraint_type": "FNET", "constraint_date": datetime(2026, 12, 4, 17)}, "its constraint says so"),
        ({"actual_start": datetime(2026, 12, 2, 8), "actual_finish": datetime(2026, 12, 4, 17)}, "it was finished"),
        ({"actual_start": datetime(2026, 12, 2, 8), "duration_minutes": 1440}, "the rest of its work is done then"),
        ({"manual": True, "manual_finish": datetime(2026, 12, 4, 17)}, "it is scheduled by hand"),
    ],
)  # fmt: skip
def test_why_a_finish_moves(values: dict[str, Any], why: str) -> None:
    [one] = found(plan(SURVEY, replace(CABLES, **values)))
    assert one.finish == "2026-12-04T17:00"
    assert why in one.why


def test_a_summary_moves_with_its_tasks() -> None:
    fold = Task(
        3, 3, "Install", summary=True, start=datetime(2026, 11, 30, 8), finish=datetime(2026, 12, 3, 17)
    )
    inside = [replace(SURVEY, parent_uid=3), replace(CABLES, parent_uid=3)]
    [one] = found(plan(fold, *inside))
    assert (one.name, one.why) == ("Install", "its last task, “Lay cables”, ends then")


def test_the_first_few_and_then_all() -> None:
    rows = [replace(CABLES, uid=n, start=datetime(2026, 12, 7, 8)) for n in range(1, FEW + 3)]
    many = found(replace(plan(*rows), links=[]))
    short, long = list(lines(many, all_=False)), list(lines(many, all_=True))
    assert short[0] == f"dates: {FEW + 2} tasks will stand otherwise than in the file:"
    assert short[:-1] == long[: FEW + 1]
    assert short[-1] == "  and 2 more: --dates lists all of them"
    assert len(long) == FEW + 3


@pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem[:30])
def test_files_whose_dates_microsoft_project_computed_do_not_move(file: Path) -> None:
    assert found(read(file)) == []
