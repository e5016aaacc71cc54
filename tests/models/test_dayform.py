from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import dayform
from models.daywords import parse_day
from models.errors import Invalid
from models.fields import Field

TODAY = date(2026, 11, 29)  # a Sunday
DUE = date(2026, 12, 4)


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    dayform.choose()


@pytest.mark.parametrize(
    ("form", "short", "full"),
    [
        ("day-month", "Fri 04 Dec", "2026-12-04"),
        ("month-day", "Fri Dec 04", "2026-12-04"),
        ("iso", "2026-12-04", "2026-12-04"),
        ("dotted", "04.12.2026", "04.12.2026"),
    ],
)
def test_a_day_in_every_form(form, short, full):
    dayform.choose(form)
    assert (dayform.short(DUE, TODAY), dayform.full(DUE)) == (short, full)


@given(
    day=st.dates(date(2001, 1, 1), date(2099, 12, 31)),
    today=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    form=st.sampled_from(dayform.FORMS),
)
def test_what_is_written_in_full_is_read_back(day, today, form):
    dayform.choose(form)
    assert parse_day("due", dayform.full(day), today) == day
    assert len(dayform.short(day, today)) <= dayform.WIDTH


@given(days=st.integers(-80, 270), form=st.sampled_from(dayform.FORMS))
def test_what_a_list_shows_is_read_back(days, form):
    dayform.choose(form)
    day = DUE + timedelta(days)
    assert parse_day("due", dayform.short(day, DUE), DUE) == day


def test_a_day_and_its_time_for_an_editor_are_read_back():
    dayform.choose("dotted")
    assert dayform.full_moment("2026-12-04T17:30") == "04.12.2026 17:30"
    assert Field("due", "minute", "Due").parse("04.12.2026 17:30") == "2026-12-04T17:30"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("day-month", "04 Dec 17:05"),
        ("month-day", "Dec 04 17:05"),
        ("iso", "12-04 17:05"),
        ("dotted", "04.12. 17:05"),
    ],
)
def test_a_moment_in_every_form(form, said):
    dayform.choose(form)
    assert dayform.short_moment(datetime(2026, 12, 4, 17, 5)) == said


def test_a_weekday_that_is_not_the_dates_is_a_slip():
    with pytest.raises(Invalid, match=r"is a Friday\. Write Fri 04 dec"):
        parse_day("due", "thu 04 dec", TODAY)


@pytest.mark.parametrize(
    ("first", "day"), [("monday", "2026-12-04"), ("sunday", "2026-12-11"), ("saturday", "2026-12-11")]
)
def test_next_friday_is_in_the_week_that_begins_next(first, day):
    dayform.choose(first=first)
    assert str(parse_day("due", "next fri", TODAY)) == day


@pytest.mark.parametrize("form", dayform.FORMS)
def test_four_twelve_is_asked_about_whatever_is_set(form):
    dayform.choose(form)
    with pytest.raises(Invalid, match="4 December or 12 April"):
        parse_day("due", "4/12", TODAY)
