"""A project that not everybody sees: begun alone, shared, taken away again, on real laptops."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.conftest import Laptop, Server, settle_down

Pair = tuple[Laptop, Laptop]


@pytest.fixture
def cell(pair: Pair) -> Laptop:
    """Ines, who keeps the project “Cell 9” with one task to herself; both have synced since."""
    ines, tomas = pair
    ines("add", "project", "Cell 9", "--private")
    ines("add", "task", "Lay cables", "project=Cell 9")
    ines("sync"), tomas("sync")
    return ines


def names(laptop: Laptop, kind: str = "task") -> list[str]:
    return sorted(row["name"] for row in laptop.json("list", kind))


def spaces(laptop: Laptop) -> dict[str, Any]:
    return {space["name"]: space for space in laptop.json("spaces")}


def test_what_was_added_privately_stays_with_its_author(cell: Laptop, pair: Pair) -> None:
    ines, tomas = pair
    assert names(ines) == ["Lay cables"] and names(tomas) == [] and names(tomas, "project") == []
    assert "Cell 9" not in tomas.dump()
    assert spaces(ines)["Cell 9"]["people"] == [
        {"id": spaces(ines)["Cell 9"]["people"][0]["id"], "name": "Ines", "role": "manager"}
    ]
    assert list(spaces(tomas)) == ["everybody's"]


def test_it_comes_whole_when_it_is_shared_and_both_edit(cell: Laptop, pair: Pair) -> None:
    ines, tomas = pair
    assert "Tomas sees Cell 9" in ines("share", "Cell 9", "Tomas")
    tomas("sync")
    assert names(tomas) == ["Lay cables"]
    tomas("set", "Lay cables", "notes=in the duct")
    tomas("sync"), ines("sync")
    assert ines.json("show", "Lay cables")["notes"] == "in the duct"
    assert ines.dump() == tomas.dump()


def test_taken_away_it_leaves_the_other_laptop(cell: Laptop, pair: Pair) -> None:
    ines, tomas = pair
    ines("share", "Cell 9", "Tomas")
    tomas("sync")
    ines("unshare", "Cell 9", "Tomas")
    tomas("sync")
    assert names(tomas) == [] and "Cell 9" not in tomas.dump()
    assert "Lay cables" not in (tomas.home / "milepost.db").read_bytes().decode(errors="ignore") or _gone(
        tomas
    )
    assert names(ines) == ["Lay cables"]


def _gone(laptop: Laptop) -> bool:
    """Nothing that can be read names it: deleted pages of the file may, until they are written over."""
    return laptop.json("history") is not None and "Lay cables" not in laptop("history")


def test_what_was_edited_meanwhile_is_refused_and_can_be_read(cell: Laptop, pair: Pair) -> None:
    ines, tomas = pair
    ines("share", "Cell 9", "Tomas")
    tomas("sync")
    tomas("set", "Lay cables", "notes=a day of work")
    ines("unshare", "Cell 9", "Tomas")
    tomas("sync")
    [rejected] = tomas.json("rejected")
    assert "do not see" in rejected["reason"] and "a day of work" in json.dumps(rejected)
    assert names(tomas) == []


def test_a_reader_reads(cell: Laptop, pair: Pair) -> None:
    ines, tomas = pair
    ines("share", "Cell 9", "Tomas:reader")
    tomas("sync")
    assert names(tomas) == ["Lay cables"]
    assert "You may read this" in tomas("set", "Lay cables", "notes=no", fails=True)
    ines("share", "Cell 9", "Tomas:editor")
    tomas("sync")
    tomas("set", "Lay cables", "notes=yes")


def test_only_who_manages_it_shares_it(cell: Laptop, pair: Pair) -> None:
    ines, tomas = pair
    ines("share", "Cell 9", "Tomas")
    tomas("sync")
    assert "Only who manages it" in tomas("share", "Cell 9", "Ines:reader", fails=True)
    assert "somebody who manages it" in ines("unshare", "Cell 9", "Ines", fails=True)
    tomas("unshare", "Cell 9", "Tomas")
    assert names(tomas) == []


def test_what_everybody_sees_cannot_be_shared(pair: Pair) -> None:
    ines, _ = pair
    assert "milepost move ID --private" in ines("share", "Harlan Fab", "Tomas", fails=True)


def test_a_project_that_everybody_saw_is_moved_and_shared(pair: Pair) -> None:
    ines, tomas = pair
    ines("add", "project", "Line 2", "client=Harlan Fab")
    ines("add", "task", "Lay cables", "project=Line 2", "notes=by the wall")
    ines("sync"), tomas("sync")
    assert "recycle bin" in ines("move", "Line 2", "--private", "--dry-run")
    assert "Moved; milepost undo takes it back" in ines("move", "Line 2", "--private")
    tomas("sync")
    assert names(tomas) == names(tomas, "project") == [] and names(ines) == ["Lay cables"]
    history = ines.json("history", "Lay cables")
    assert history[0]["label"] == "Add task" and "Move “Line 2” into" in history[-1]["label"]
    ines("share", "Line 2", "Tomas:reader")
    tomas("sync")
    assert tomas.json("show", "Lay cables")["notes"] == "by the wall"
    ines("move", "Line 2", "--everybody")
    tomas("sync")
    assert spaces(tomas)["Line 2, deleted"]["role"] == "reader"
    tomas("set", "Lay cables", "notes=in the duct")
    settle_down(ines, tomas)


def test_one_undo_takes_a_move_back_for_all(pair: Pair) -> None:
    ines, tomas = pair
    ines("add", "project", "Line 2"), ines("add", "task", "Lay cables", "project=Line 2")
    ines("move", "Line 2", "--private")
    tomas("sync")
    assert names(tomas) == []
    ines("undo"), ines("sync"), tomas("sync")
    assert names(tomas) == names(ines) == ["Lay cables"]
    assert names(tomas, "project") == ["Line 2"]


def test_who_edited_the_old_one_offline_brings_it_back_as_a_conflict(pair: Pair) -> None:
    ines, tomas = pair
    ines("add", "project", "Line 2"), ines("add", "task", "Lay cables", "project=Line 2")
    ines("sync"), tomas("sync")
    tomas("set", "Lay cables", "notes=a day of work")
    ines("move", "Line 2", "--private")
    tomas("sync"), ines("sync")
    [asked] = ines.json("conflicts")
    assert asked["kind"] == "project"
    assert [row["notes"] for row in ines.json("list", "task") if row.get("notes")] == ["a day of work"]
    assert names(tomas, "project") == ["Line 2"] and names(tomas) == ["Lay cables"]
    tomas("resolve", asked["id"], "theirs")
    assert names(tomas, "project") == names(tomas) == tomas.json("conflicts") == []


def test_the_whole_story_of_three(
    cell: Laptop, pair: Pair, laptop: Callable[[str], Laptop], server: Server
) -> None:
    """Ines manages, Tomas reads and then edits, Ada sees nothing: shared, edited on both without a network, taken
    away while Tomas has unsent edits, shared again."""
    ines, tomas = pair
    ada = laptop("ada")
    ada.login(server.url, ines.json("invite", "Ada")["code"])
    ines("share", "Cell 9", "Tomas:reader"), tomas("sync"), ada("sync")
    assert names(tomas) == ["Lay cables"] and "Cell 9" not in ada.dump()
    assert "You may read this" in tomas("set", "Lay cables", "notes=no", fails=True)
    ines("share", "Cell 9", "Tomas:editor"), tomas("sync")
    ines("set", "Lay cables", "duration=3d"), tomas("set", "Lay cables", "notes=in the duct")
    ines("sync"), tomas("sync"), ines("sync")
    shown = ines.json("show", "Lay cables")
    assert (shown["notes"], shown["duration_minutes"]) == ("in the duct", 1440)
    tomas("set", "Lay cables", "notes=unsent"), tomas("add", "task", "Weld", "project=Cell 9")
    ines("unshare", "Cell 9", "Tomas"), ines("set", "Lay cables", "name=Lay all cables"), ines("sync")
    tomas("sync")
    assert names(tomas) == [] and "Cell 9" not in tomas.dump()
    rejected = tomas.json("rejected")
    assert len(rejected) == 2 and all("do not see" in one["reason"] for one in rejected)
    assert names(ines) == ["Lay all cables"]
    ines("share", "Cell 9", "Tomas"), tomas("sync")
    assert names(tomas) == ["Lay all cables"]
    for one in tomas.json("rejected"):
        tomas("rejected", one["id"], "--resend")
    tomas("sync"), ines("sync")
    assert names(ines) == names(tomas) == ["Lay all cables", "Weld"]
    assert ines.json("show", "Lay all cables")["notes"] == "unsent" and tomas.json("rejected") == []
    ada("sync")
    assert "Lay" not in ada.dump() and names(ada, "project") == []


def test_a_dump_of_one_space(cell: Laptop, laptop: Callable[[str], Laptop]) -> None:
    space = spaces(cell)["Cell 9"]["id"]
    kinds = [json.loads(line)["kind"] for line in cell("dump", "--space", space).splitlines()]
    assert kinds == ["project", "task"]
