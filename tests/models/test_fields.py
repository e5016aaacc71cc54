"""Field types: what is typed, shown and refused."""

import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Invalid
from models.fields import TYPES, Field

NOW = datetime(2026, 11, 22, 9, 0)  # a Sunday
SIGHTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=50)
DATES = st.dates(min_value=datetime(1900, 1, 1).date()).map(str)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1))
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "text": SIGHTS,
    "note": SIGHTS.map(lambda t: f"{t}\n{t}"),
    "choice": st.sampled_from(("done", "doing")),
    "ref": st.uuids().map(str),
    "integer": st.integers(-(2**53) + 1, 2**53 - 1),
    "number": st.floats(-1e12, 1e12).map(lambda x: round(x, 6)),
    "flag": st.sampled_from((0, 1)),
    "duration": st.integers(-(10**8), 10**8),
    "date": DATES,
    "minute": MOMENTS.map(lambda m: f"{m:%Y-%m-%dT%H:%M}"),
    "repeat": st.sampled_from(("every day", "every weekday", "every fri", "every 2 weeks", "every month")),
    "instant": MOMENTS.map(lambda m: m.isoformat(timespec="milliseconds") + "Z"),
    "json": st.recursive(st.none() | st.integers() | SIGHTS, st.lists, max_leaves=5).map(
        lambda v: Field("x", "json", "X").parse(__import__("json").dumps(v))
    ),
}
NONSENSE: list[Any] = [
    b"x", [], {}, object(), math.nan, math.inf, -math.inf, 10**30, "\ud800", "a\0b", "x" * 300_000, "[" * 10_000, "NaN",
]  # fmt: skip


def field(type: str, **spec: Any) -> Field:
    choices = ("done", "doing") if type == "choice" else ()
    return Field("finish", type, "Finish", choices=choices, **spec)


@pytest.mark.parametrize("type", TYPES)
def test_what_is_shown_is_taken_back(type: str) -> None:
    @given(SCALARS[type], st.sampled_from((480, 450, 1440)))
    def round_trip(value: Any, day: int) -> None:
        field(type).check(value)
        assert field(type).parse(field(type).show(value, day=day), day=day, now=NOW) == value

    round_trip()


@pytest.mark.parametrize("type", TYPES)
def test_any_text_is_parsed_or_refused_in_words(type: str) -> None:
    @given(
        st.text(max_size=30) | SIGHTS | st.from_regex(r"[+-]?\d{1,400}([.,:]\d+)?[dhwmT%Z]?", fullmatch=True)
    )
    def refuse(text: str) -> None:
        try:
            field(type).check(field(type).parse(text, now=NOW))
        except Invalid as error:
            assert error.field == "finish"
            assert len(str(error)) > 20

    refuse()


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("value", NONSENSE, ids=lambda v: repr(v)[:20])
def test_no_type_takes_nonsense(type: str, value: Any) -> None:
    if (type, value) == ("note", "[" * 10_000) or (value == "NaN" and type in ("text", "note", "ref")):
        return  # a note may say so
    with pytest.raises(Invalid):
        field(type).check(value)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("3d", 1440), ("4h 30m", 270), ("1.5w", 3600), ("2", 960), ("90m", 90), ("1,5d", 720), ("2 days", 960),
        ("2 weeks 1 hour", 4860),
        ("-1d", -480),
    ],
)  # fmt: skip
def test_durations(typed: str, minutes: int) -> None:
    assert field("duration").parse(typed) == minutes


@pytest.mark.parametrize("typed", ["3mo", "soon", "1.2.3d", "d3", "9" * 400, "3d!", "−3d"])
def test_what_is_no_duration_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(Invalid, match="Write 3d, 4h, 2w or 90m"):
        field("duration").parse(typed)


def test_a_day_of_another_length() -> None:
    assert field("duration").parse("1d", day=450) == 450
    assert field("duration").show(900, day=450) == "2d"
    assert field("duration").show(540) == "1.125d"
    assert field("duration").show(100_000_020) == "208333.375d"
    assert field("duration").show(4900) == "10d 1h 40m"
    assert field("duration").show(-500) == "-1d 20m"
    assert field("duration").show(90) == "90m"


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("2026-12-04", "2026-12-04"), ("4.12.2026", "2026-12-04"), ("today", "2026-11-22"), ("Tomorrow", "2026-11-23"),
        ("fri", "2026-11-27"), ("Sunday", "2026-11-29"), ("+3d", "2026-11-25"), ("+2w", "2026-12-06"),
        ("-1d", "2026-11-21"), ("4.12.", "2026-12-04"), ("1.3.", "2027-03-01"), ("31.10.", "2026-10-31"),
        ("12 dec", "2026-12-12"),
        ("12. December", "2026-12-12"), ("dec 12 2027", "2027-12-12"), ("12dec", "2026-12-12"),
        ("29 feb", "2028-02-29"), ("next fri", "2026-11-27"), ("next monday", "2026-11-23"), ("eow", "2026-11-27"),
        ("eom", "2026-11-30"), ("eoy", "2026-12-31"), ("+1m", "2026-12-22"),
    ],
)  # fmt: skip
def test_dates_in_words(typed: str, date: str) -> None:
    assert field("date").parse(typed, now=NOW) == date
    assert field("minute").parse(f"{typed} 8:00", now=NOW) == f"{date}T08:00"


@pytest.mark.parametrize(
    "typed", ["04/12/2026", "12-04-2026", "4.12.26", "31.2.2026", "fr1", "next week", "4.12", "30 feb", "12 de",
              "-99999w", "31.13.", "0 dec"],
)  # fmt: skip
def test_dates_are_never_guessed(typed: str) -> None:
    with pytest.raises(Invalid, match="Write 2026-12-04"):
        field("date").parse(typed, now=NOW)


def test_what_is_wrong_in_a_moment_is_named_as_it_was_typed() -> None:
    for typed, wrong in (
        ("31 feb", "“31 feb” is not a date"),
        ("fri 8", "“8” is not a time"),
        ("fr1 8:00", "“fr1”"),
    ):
        with pytest.raises(Invalid, match=wrong):
            field("minute").parse(typed, now=NOW)


def test_a_date_of_two_readings_names_both_and_how_to_write_them() -> None:
    with pytest.raises(Invalid) as raised:
        field("date").parse("12/4", now=NOW)
    assert (
        str(raised.value) == "finish: “12/4” may be 12 April or 4 December. Write 2027-04-12 or 2026-12-04."
    )
    with pytest.raises(Invalid, match=r"is not a date\. Write 2026-12-31"):
        field("date").parse("31/12", now=NOW)


def test_the_end_of_a_month_that_is_shorter() -> None:
    assert field("date").parse("+3m", now=datetime(2026, 11, 30)) == "2027-02-28"
    assert field("date").parse("-9m", now=datetime(2028, 11, 29)) == "2028-02-29"


def test_next_is_the_week_that_begins_on_monday() -> None:
    monday = datetime(2026, 11, 23)
    assert field("date").parse("fri", now=monday) == field("date").parse("eow", now=monday) == "2026-11-27"
    assert field("date").parse("next fri", now=monday) == "2026-12-04"


def test_a_bare_day_begins_or_ends_by_its_field() -> None:
    assert Field("manual_start", "minute", "Start").parse("Tue", now=NOW) == "2026-11-24T08:00"
    assert Field("deadline", "minute", "Deadline").parse("Thursday", now=NOW) == "2026-11-26T17:00"
    with pytest.raises(Invalid, match="not a time"):
        Field("deadline", "minute", "Deadline").parse("Thu 25:00", now=NOW)


def test_numbers_of_two_readings_are_refused() -> None:
    assert field("number").parse("0,5") == 0.5
    assert field("number").show(1234567.25) == "1234567.25"
    with pytest.raises(Invalid, match="two ways"):
        field("number").parse("1,000")


def test_limits_and_choices_name_what_is_possible() -> None:
    with pytest.raises(Invalid, match="below 0"):
        field("integer", low=0).parse("-1")
    with pytest.raises(Invalid, match="done, doing"):
        field("choice").parse("d")
    assert field("choice").parse("DON") == "done"
    with pytest.raises(Invalid, match="cannot be empty"):
        field("text", required=True).parse("  ")
