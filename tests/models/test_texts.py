"""Two versions of a note into one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.texts import BOTH, ONE, OTHER, clashes, joined, merge, onto

NOTE = "Gate 3, ask for Harlan\nPower: 400 V\nKey at the porter's"
INES = "Gate 3, ask for Harlan\nPower: 400 V, measured\nKey at the porter's"
TOMAS = "Gate 3, ask for Harlan\nPower: 400 V\nKey at the porter's\nParking behind hall 2"


def test_lines_of_both_are_kept() -> None:
    regions = merge(NOTE, INES, TOMAS)
    assert not clashes(regions)
    assert joined(regions) == INES + "\nParking behind hall 2"


def test_the_same_line_changed_by_both_is_a_clash_and_the_rest_is_merged() -> None:
    regions = merge(NOTE, INES, TOMAS.replace("400 V", "480 V"))
    assert [(r.one, r.other) for r in regions if r.clash] == [
        (("Power: 400 V, measured",), ("Power: 480 V",))
    ]
    assert "Power: 480 V\nKey at the porter's\nParking" in str(joined(regions, OTHER))
    assert "Power: 400 V, measured\nKey at the porter's\nParking" in str(joined(regions, ONE))
    assert "Power: 400 V, measured\nPower: 480 V\nKey" in str(joined(regions, BOTH))


@pytest.mark.parametrize(
    ("base", "one", "other", "outcome"),
    [
        (None, "by Ines", None, "by Ines"),
        ("by Ines", None, "by Ines", None),
        ("by Ines", "by Ines\nby Tomas", "by Ines\nby Tomas", "by Ines\nby Tomas"),
        ("a\nb\nc", "b\nc", "a\nb", "b"),
    ],
)
def test_what_one_side_did_or_both_the_same(
    base: str | None, one: str | None, other: str | None, outcome: str | None
) -> None:
    regions = merge(base, one, other)
    assert not clashes(regions)
    assert joined(regions) == outcome


def test_two_first_notes_clash_and_both_can_stay() -> None:
    assert joined(merge(None, "by Ines", "by Tomas"), BOTH) == "by Ines\nby Tomas"
    assert joined(merge("old", None, "by Tomas"), BOTH) == "by Tomas"


def test_a_step_is_made_again_on_a_text_that_went_on() -> None:
    assert onto(f"{TOMAS}\nBadge needed", TOMAS, NOTE) == f"{NOTE}\nBadge needed"
    assert onto("Power: 490 V", "Power: 480 V", "Power: 400 V") == "Power: 400 V\nPower: 490 V"


def test_a_rewrite_of_a_very_long_text_takes_no_time() -> None:
    base = "\n".join(f"{i % 90}" for i in range(30_000))
    regions = merge(base, base.replace("7", "8"), base.replace("1", "2"))
    assert clashes(regions)
    assert joined(merge(base, f"{base}\nend", f"begin\n{base}")) == f"begin\n{base}\nend"


notes = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), min_size=1, max_size=9).map("\n".join)


@given(notes, notes, notes)
def test_no_line_that_somebody_wrote_is_lost(base: str, one: str, other: str) -> None:
    regions = merge(base, one, other)
    for at, text in enumerate((base, one, other)):
        assert [line for region in regions for line in region[at]] == text.split("\n")
    left = Counter(line for region in regions for line in region.lines(BOTH))
    for text in (one, other):
        assert not +(Counter(filter(None, text.split("\n"))) - Counter(base.split("\n")) - left)


@given(notes, notes, notes)
def test_the_order_of_the_two_is_of_no_account(base: str, one: str, other: str) -> None:
    assert joined(merge(base, one, other), ONE) == joined(merge(base, other, one), OTHER)


@given(notes, notes)
def test_who_changed_nothing_takes_what_the_other_made(base: str, one: str) -> None:
    assert joined(merge(base, one, base)) == joined(merge(base, one, one)) == (one or None)
