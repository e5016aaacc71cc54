"""A captured line into a task."""

from datetime import date

import pytest

from models.errors import Invalid
from models.oneline import TaskLine, person_in, task_line

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("call Ines about licence fri #harlan @tomas",
         TaskLine("call Ines about licence", "harlan", ("tomas",), start=FRIDAY)),
        ("@tomas,@ines order gas by fri", TaskLine("order gas", "", ("tomas", "ines"), deadline=FRIDAY)),
        ('survey #"Line 2 retrofit"', TaskLine("survey", "Line 2 retrofit")),
        ("weekly status every fri", TaskLine("weekly status", start=FRIDAY, repeats="every fri")),
        ("back up daily #harlan", TaskLine("back up", "harlan", start=MONDAY, repeats="every day")),
        ("call every client", TaskLine("call every client")),
        ("weekly report", TaskLine("weekly report")),
        ("tomorrow lay cables", TaskLine("lay cables", start=date(2026, 11, 24))),
        ("mail a@b.example the bill #12", TaskLine("mail a@b.example the bill", "12")),
        ("fri", TaskLine("fri")),
        ("#harlan", TaskLine("", "harlan")),
    ],
)  # fmt: skip
def test_a_line_says_what_is_to_be_done(line: str, meant: TaskLine) -> None:
    assert task_line(line, MONDAY) == meant


def test_a_day_that_may_be_two_is_asked_about() -> None:
    with pytest.raises(Invalid, match=r"may be 12 April or 4 December|may be 4 December or 12 April"):
        task_line("call Ines 12/4", MONDAY)


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("met Rita about ports", "r"),
        ("Rita Alvarez will open them", "r"),
        ("Neil and Rita agree", ""),  # which of them it was with is not said
        ("meritable work", ""),
        ("", ""),
    ],
)
def test_the_person_of_a_line_is_the_one_who_is_named(line, who):
    assert person_in(line, [("r", "Rita Alvarez"), ("n", "Neil Park")]) == who
