"""What the server makes of edits whose authors had not seen each other's, from outside."""

import orjson
import pytest

from models.conflict import settlement_id
from models.outbox import Outgoing
from models.record import made_id, new_id
from tests.server.laptop import Laptop, do, edit, new, task
from tests.server.running import Served


@pytest.fixture
def seen(ines: Laptop, tomas: Laptop) -> int:
    """The version of a task that Ines made and both have seen."""
    return ines.push_one(do("Add", task("Lay cables", "cables"))).ver


def test_edits_of_different_fields_both_stand(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Lay all cables")))
    tomas.push(do("Note", edit("task", "cables", seen, notes="From the east door")))
    assert ines.record("cables")["name"] == "Lay all cables"
    assert ines.record("cables")["notes"] == "From the east door"
    assert not ines.conflicts()


def test_the_later_edit_wins_by_age_and_the_other_is_recorded(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Cables"), age=60_000))
    tomas.push(do("Rename", edit("task", "cables", seen, name="Wires"), age=1_000))
    [conflict] = ines.conflicts()
    assert ines.record("cables")["name"] == "Wires"
    assert (conflict["winner"], conflict["loser"]) == ({"name": "Wires"}, {"name": "Cables"})
    assert (conflict["winner_author"], conflict["loser_author"]) == (tomas.member, ines.member)


def test_an_earlier_edit_that_comes_later_loses_and_its_author_is_told(
    ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Cables"), age=1_000))
    tomas.push(do("Rename", edit("task", "cables", seen, name="Wires"), age=60_000))
    entry = tomas.last()
    assert entry.patches[0].values == {"name": "Cables"}
    assert ("cables", "name") in entry.idle
    assert tomas.conflicts()[0]["loser"] == {"name": "Wires"}


def test_a_date_stays_as_the_server_has_it_and_the_other_is_proposed(
    ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ines.push(do("Date", edit("task", "cables", seen, deadline="2026-12-04T17:00"), age=60_000))
    tomas.push(do("Date", edit("task", "cables", seen, deadline="2026-12-11T17:00")))
    assert tomas.record("cables")["deadline"] == "2026-12-04T17:00"
    assert tomas.conflicts()[0]["loser"] == {"deadline": "2026-12-11T17:00"}


def test_the_same_value_is_no_conflict(ines: Laptop, tomas: Laptop, seen: int) -> None:
    for laptop in (ines, tomas):
        laptop.push(do("Rename", edit("task", "cables", seen, name="Cables")))
    assert not ines.conflicts() and ("cables", "name") in ines.last().idle


def test_fields_that_belong_together_merge_as_one(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ines.push(
        do("Fix", edit("task", "cables", seen, constraint_type="MSO", constraint_date="2026-12-01T08:00"))
    )
    tomas.push(do("Date", edit("task", "cables", seen, constraint_date="2026-12-09T08:00")))
    assert tomas.record("cables")["constraint_date"] == "2026-12-01T08:00"
    ines.push(do("Place", edit("task", "cables", seen, parent_id=None, rank="b0"), age=9_000))
    tomas.push(do("Place", edit("task", "cables", seen, rank="c0")))
    assert (tomas.record("cables")["rank"], len(tomas.conflicts())) == ("c0", 2)


LIST = "Power\nAir\nNetwork"


def note(ver: int, before: str, after: str, age: int = 0, kind: str = "do") -> Outgoing:
    return do("Note", edit("task", "cables", ver, {"notes": before}, notes=after), age=age, kind=kind)


def test_lines_of_two_people_meet_in_one_note(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ver = ines.push_one(note(seen, "", LIST)).ver
    ines.push(note(ver, LIST, "Power: 400 V\nAir\nNetwork"))
    tomas.push(note(ver, LIST, f"{LIST}: VLAN 12"))
    assert ines.record("cables")["notes"] == "Power: 400 V\nAir\nNetwork: VLAN 12"
    assert tomas.last().patches[0].values == {"notes": "Power: 400 V\nAir\nNetwork: VLAN 12"}
    assert not ines.conflicts()


def test_a_second_edit_made_before_the_first_came_back_keeps_the_colleagues_lines(
    ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ver = ines.push_one(note(seen, "", LIST)).ver
    tomas.push(note(ver, LIST, f"{LIST}: VLAN 12"))
    ines.push(note(ver, LIST, "Power: 400 V\nAir\nNetwork"))
    ines.push(note(ver, "Power: 400 V\nAir\nNetwork", "Power: 480 V\nAir\nNetwork"))
    assert ines.record("cables")["notes"] == "Power: 480 V\nAir\nNetwork: VLAN 12"
    assert not ines.conflicts()


def test_the_same_line_of_two_people_is_a_conflict_with_both_texts_and_the_one_before(
    ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ver = ines.push_one(note(seen, "", LIST)).ver
    ines.push(note(ver, LIST, "Power: 400 V\nAir\nNetwork"))
    tomas.push(note(ver, LIST, "Power: 480 V\nAir\nNetwork: VLAN 12", age=60_000))
    [conflict] = ines.conflicts()
    assert ines.record("cables")["notes"] == "Power: 400 V\nAir\nNetwork: VLAN 12"
    assert conflict["winner"] == {"notes": "Power: 400 V\nAir\nNetwork"}
    assert conflict["loser"] == {"notes": "Power: 480 V\nAir\nNetwork: VLAN 12"}
    assert (orjson.loads(conflict["base"]), conflict["decided"]) == ({"notes": LIST}, "text")


def test_an_undo_of_ones_lines_leaves_a_colleagues(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ver = ines.push_one(note(seen, "", LIST)).ver
    ines.push(note(ver, LIST, f"Door\n{LIST}"))
    tomas.push(note(ver, LIST, f"{LIST}: VLAN 12"))
    ines.push(note(ver, f"Door\n{LIST}", LIST, kind="undo"))
    assert ines.record("cables")["notes"] == f"{LIST}: VLAN 12"


def test_the_text_before_is_part_of_what_is_pushed(ines: Laptop, seen: int) -> None:
    first = note(seen, "", LIST)
    other = first._replace(changes=[edit("task", "cables", seen, {"notes": "Air"}, notes=LIST)])
    assert ines.push_one(first).ver == ines.push_one(first).ver
    assert ines.push_one(other).reason == "same id, other content"


def test_ones_own_earlier_edit_is_never_a_conflict(ines: Laptop, seen: int) -> None:
    ines.push(do("One", edit("task", "cables", seen, name="One")))
    ines.push(do("Two", edit("task", "cables", seen, name="Two"), age=99_000))
    assert ines.record("cables")["name"] == "Two" and not ines.conflicts()


def test_a_delete_loses_against_an_edit_that_its_author_had_not_seen(
    ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ines.push(do("Note", edit("task", "cables", seen, notes="a day's work")))
    tomas.push(do("Delete", edit("task", "cables", seen, deleted_at="2026-11-22T08:00:00.000Z")))
    assert tomas.record("cables")["deleted_at"] is None
    assert tomas.conflicts()[0]["field"] == "deleted_at"


def test_an_edit_brings_back_what_was_deleted_unseen(ines: Laptop, tomas: Laptop, seen: int) -> None:
    tomas.push(do("Delete", edit("task", "cables", seen, deleted_at="2026-11-22T08:00:00.000Z")))
    ines.push(do("Note", edit("task", "cables", seen, notes="a day's work")))
    assert tomas.record("cables")["deleted_at"] is None
    assert tomas.record("cables")["notes"] == "a day's work"
    assert tomas.conflicts()[0]["loser"] == {"deleted_at": "2026-11-22T08:00:00.000Z"}


def test_a_create_over_an_existing_record_yields_to_what_was_changed(
    ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Cables")))
    assert tomas.push_one(do("Add", task("Lay cables", "cables"))).ver
    assert tomas.record("cables")["name"] == "Cables"


def test_a_create_never_brings_back_what_was_deleted(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ines.push(do("Delete", edit("task", "cables", seen, deleted_at="2026-11-22T08:00:00.000Z")))
    tomas.push(do("Add", task("Lay cables", "cables")))
    assert tomas.record("cables")["deleted_at"] == "2026-11-22T08:00:00.000Z"


def test_an_undo_never_makes_a_conflict(ines: Laptop, tomas: Laptop, seen: int) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Cables")))
    tomas.push(do("Rename", edit("task", "cables", seen + 1, name="Wires")))
    ines.push(do("Undo", edit("task", "cables", seen, name="Lay cables"), kind="undo"))
    assert ines.record("cables")["name"] == "Wires"
    assert not ines.conflicts() and ("cables", "name") in ines.last().idle


def test_an_undo_applies_where_its_replica_wrote_last(ines: Laptop, seen: int) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Cables")))
    ines.push(do("Undo", edit("task", "cables", seen, name="Lay cables"), kind="undo"))
    assert ines.record("cables")["name"] == "Lay cables"


def test_an_undo_reaches_what_a_copy_of_the_profile_wrote(ines: Laptop, tomas: Laptop, seen: int) -> None:
    renamed = do("Rename", edit("task", "cables", seen, name="Cables"))
    made = do("Add", task("Reach study", "reach"))
    ines.push(renamed, made)
    ines.replica = new_id()  # as a profile that was put back is called
    gone = edit("task", "reach", 0, deleted_at="2026-11-22T08:00:00.000Z")
    back = edit("task", "cables", seen, name="Lay cables")
    tomas.push(do("Milestone", edit("task", "reach", seen + 2, milestone=1)))
    ines.push(
        *(do("Undo", of, kind="undo")._replace(ref=ref.id) for of, ref in ((back, renamed), (gone, made)))
    )
    assert ines.record("cables")["name"] == "Lay cables"
    assert not ines.record("reach").get("deleted_at")  # a colleague has worked on it


def test_a_baseline_is_never_changed(ines: Laptop) -> None:
    ines.push(do("Baseline", new("baseline", "b0", project_id="line-7", number=0)))
    assert "never changed" in ines.push_one(do("Edit", edit("baseline", "b0", 9, number=3))).reason


def test_nobody_but_the_server_writes_conflicts(ines: Laptop) -> None:
    assert "server only" in ines.push_one(do("Fake", new("conflict", "c", kind="task"))).reason


def test_the_first_settlement_stands_and_a_different_one_is_a_new_conflict(
    server: Served, ines: Laptop, tomas: Laptop, seen: int
) -> None:
    ines.push(do("Rename", edit("task", "cables", seen, name="Cables"), age=60_000))
    tomas.push(do("Rename", edit("task", "cables", seen, name="Wires")))
    conflict = ines.conflicts()[0]["id"]
    ver = ines.pull().head
    for laptop, name in ((ines, "Cables"), (tomas, "Wires"), (tomas, "Wires")):
        value = f'{{"name": "{name}"}}'
        settled = new(
            "settlement", settlement_id(conflict), conflict_id=conflict, choice="value", value=value
        )
        assert laptop.push_one(do("Settle", settled, edit("task", "cables", ver, name=name))).ver
    assert ines.record("cables")["name"] == "Cables"
    assert [c["loser"] for c in ines.conflicts()[1:]] == [{"name": "Wires"}] * 2


def test_a_conflict_is_named_after_both_transactions(ines: Laptop, tomas: Laptop, seen: int) -> None:
    lost = do("Rename", edit("task", "cables", seen, name="Cables"), age=60_000)
    won = do("Rename", edit("task", "cables", seen, name="Wires"))
    ines.push(lost)
    tomas.push(won)
    assert ines.conflicts()[0]["id"] == made_id("conflict", won.id, lost.id, "cables", "name")
