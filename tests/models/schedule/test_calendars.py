"""Working time: weeks, exceptions, work weeks, holidays, bases and what two calendars have in common."""

from datetime import date

import pytest

from models.schedule.calendars import Calendar, Calendars, Joint, WorkWeek
from models.schedule.holidays import UnknownPlace
from models.schedule.instants import DAY, LAST, show
from models.schedule.recurrence import CalendarException, days_of
from models.schedule.worktime import NoWorkingTime, WorkTime
from tests.models.schedule.plans import CALENDARS, DAY_OFF, FIVE, MONDAY, at, said

NEVER = dict.fromkeys(range(7), ())


def shop(*calendars: Calendar) -> WorkTime:
    """The last of the calendars."""
    return Calendars(calendars, (MONDAY, MONDAY + 100 * DAY)).get(calendars[-1].key)


def test_a_finish_is_at_the_end_of_a_day_and_a_start_at_the_beginning_of_the_next() -> None:
    time = shop(*CALENDARS[:1])
    assert said(time.add(at("30"), 480)) == "30 17:00"
    assert said(time.sub(at("1 17:00"), 480)) == "1 08:00"
    assert said(time.next_start(at("4 17:00"))) == "7 08:00"
    assert said(time.prev_finish(at("7 08:00"))) == "4 17:00"
    assert time.span(at("5"), 480) == (at("7"), at("7 17:00"))
    assert time.span_back(at("6"), 960) == (at("3"), at("4 17:00"))
    assert (time.work(at("30"), at("2")), time.work(at("2"), at("30"))) == (960, -960)


def test_a_lead_ends_at_a_start_and_a_break_at_noon_is_no_work() -> None:
    time = shop(*CALENDARS[:1])
    assert said(time.sub(at("1"), 60)) == "30 16:00"
    assert said(time.add(at("30 11:00"), 120)) == "30 14:00"
    assert said(time.next_start(at("30 12:00"))) == "30 13:00"


def test_the_strongest_rule_of_a_day_counts() -> None:
    base = Calendar("base", week=FIVE, exceptions=(CalendarException(DAY_OFF, DAY_OFF),), holidays="DE")
    own = Calendar(
        "own", "Plant", "base", week={3: ((600, 660),)},
        exceptions=(CalendarException(date(2026, 12, 25), date(2026, 12, 25), work=((480, 540),)),),
        work_weeks=(WorkWeek(date(2026, 12, 14), date(2026, 12, 20), "Long", {3: ((0, 60),)}),),
    )  # fmt: skip
    time = shop(base, own)
    assert time.work(at("4 00:00"), at("5 00:00")) == 0  # its base's exception
    assert time.work(at("25 00:00"), at("26 00:00")) == 60  # its own exception beats the holiday
    assert time.work(at("3 00:00"), at("4 00:00")) == 60  # its own Thursday
    assert time.work(at("17 00:00"), at("18 00:00")) == 60  # the work week's Thursday
    assert said(time.next_start(at("17 00:00"))) == "17 00:00"
    assert time.work(at("2 00:00"), at("3 00:00")) == 480  # its base's Wednesday


def test_where_nobody_says_anything_it_is_monday_to_friday_eight_to_five() -> None:
    time = shop(Calendar("x"))
    assert time.span(at("5"), 480) == (at("7"), at("7 17:00"))


def test_a_night_shift_goes_over_midnight() -> None:
    time = shop(Calendar("night", week=dict.fromkeys(range(5), ((0, 360), (1320, 1440)))))
    assert said(time.add(at("30 22:00"), 240)) == "1 02:00"
    assert said(time.sub(at("1 02:00"), 240)) == "30 22:00"


def test_public_holidays_of_a_region_are_days_off() -> None:
    assert shop(Calendar("x", holidays="DE-BW")).work(at("2027-01-06"), at("2027-01-07")) == 0  # Epiphany
    assert shop(Calendar("x", holidays="DE")).work(at("2027-01-06"), at("2027-01-07")) == 480
    with pytest.raises(UnknownPlace, match="no region"):
        shop(Calendar("x", holidays="DE-XX"))


def test_two_calendars_work_when_both_do() -> None:
    late = Calendar("late", "Late", week={0: ((720, 1200),), 5: ((0, 1440),)})
    both = Calendars((CALENDARS[0], late), (MONDAY, MONDAY)).get(Joint("standard", "late"))
    assert both.work(at("30 00:00"), at("1 00:00")) == 240
    assert both.work(at("5 00:00"), at("6 00:00")) == 0
    assert both.work(at("2045-06-05"), at("2045-06-12")) == 240 + 4 * 480  # the plain weeks far outside


def test_two_calendars_without_a_common_minute_are_refused_by_name() -> None:
    weekend = Calendar("w", "Weekend", week=NEVER | {5: ((0, 60),)})
    with pytest.raises(NoWorkingTime, match="Standard and Weekend"):
        Calendars((CALENDARS[0], weekend), (MONDAY, MONDAY)).both("standard", "w")


def test_one_working_day_in_a_life_is_enough_and_none_is_an_error() -> None:
    once = CalendarException(date(2031, 5, 5), date(2031, 5, 5), work=((480, 490),))
    time = shop(Calendar("once", week=NEVER, exceptions=(once,)))
    assert show(time.add(MONDAY, 10)) == "2031-05-05T08:10"
    assert time.add(MONDAY, 11) > LAST
    assert time.sub(MONDAY, 1) < 0
    assert time.next_start(at("2031-05-06")) > LAST
    with pytest.raises(NoWorkingTime, match="Never"):
        shop(Calendar("never", "Never", week=NEVER))


def test_the_end_of_time_costs_no_more_than_tomorrow() -> None:
    time = shop(*CALENDARS[:1])
    assert show(time.next_start(LAST - 30 * DAY)).startswith("9999-12-02T08:00")
    assert show(time.sub(at("0001-02-01"), 480)) == "0001-01-31T08:00"
    assert time.work(0, LAST) == 2_608_615 * 480  # working days of the calendar's 9999 years
    assert len(time._starts) < 20_000


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"recurrence": "daily", "period": 3}, "1 4 7 10 13 16 19 22 25 28 31"),
        ({"recurrence": "every weekday"}, "1 2 3 4 7 8 9 10 11 14 15 16 17 18 21 22 23 24 25 28 29 30 31"),
        ({"recurrence": "weekly", "period": 2, "days_of_week": frozenset({1, 6})}, "1 13 15 27 29"),
        ({"recurrence": "monthly", "month_day": 31}, "31"),
        ({"recurrence": "monthly by position", "item": "friday", "position": 2}, "11"),
        ({"recurrence": "monthly by position", "item": "weekday", "position": 5}, "31"),
        ({"recurrence": "monthly by position", "item": "weekend day", "position": 1}, "5"),
        ({"recurrence": "monthly by position", "item": "day", "position": 3}, "3"),
        ({"recurrence": "yearly", "month": 12, "month_day": 24}, "24"),
        ({"recurrence": "yearly by position", "month": 12, "item": "sunday", "position": 4}, "27"),
        ({"recurrence": "daily", "period": 2, "occurrences": 3}, "1 3 5"),
    ],
)
def test_a_recurring_exception_falls_on(rule: dict[str, object], days: str) -> None:
    exception = CalendarException(date(2026, 12, 1), date(2026, 12, 31), **rule)  # type: ignore[arg-type]
    assert " ".join(str(day.day) for day in days_of(exception)) == days


def test_a_short_month_has_its_last_day_instead_of_the_31st() -> None:
    rule = CalendarException(date(2026, 11, 1), date(2027, 3, 1), recurrence="monthly", month_day=31)
    assert [day.day for day in days_of(rule)] == [30, 31, 31, 28]
