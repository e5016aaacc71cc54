"""A project that not everybody sees: begun alone, shared, taken away again, on real laptops."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.conftest import Laptop

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
    assert "Everybody sees Harlan Fab" in ines("share", "Harlan Fab", "Tomas", fails=True)


def test_a_dump_of_one_space(cell: Laptop, laptop: Callable[[str], Laptop]) -> None:
    space = spaces(cell)["Cell 9"]["id"]
    kinds = [json.loads(line)["kind"] for line in cell("dump", "--space", space).splitlines()]
    assert kinds == ["project", "task"]
