"""A profile that there is twice, or that was put back by hand: it notices, and nothing is lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.stories.conftest import Laptop, Server, settle_down

Pair = tuple[Laptop, Laptop]
NUMBER = "under the same number"


def copied(laptop: Laptop, name: str) -> Laptop:
    """cp -r, the token too, as when a disk is cloned."""
    home = laptop.home.with_name(name)
    shutil.copytree(laptop.home, home)
    shutil.copy(laptop.home.with_suffix(".token"), home.with_suffix(".token"))
    return Laptop(name, home)


def phone(laptop: Laptop) -> str:
    [contact] = laptop.json("list", "contact")
    return str(contact["phone"])


def replica(laptop: Laptop) -> str:
    from models.db import NAME, connect, get_meta

    return get_meta(connect(laptop.home / NAME, readonly=True), "replica")


def call(laptop: Laptop, number: int | str) -> None:
    [contact] = laptop.json("list", "contact")
    laptop("set", contact["id"], f"phone={number}")


def test_of_two_copies_the_one_that_comes_second_notices(pair: Pair, server: Server) -> None:
    ines, tomas = pair
    twin = copied(ines, "twin")
    call(ines, 11)
    call(twin, 12)
    assert NUMBER not in ines("sync")
    said = twin.start("sync").communicate(timeout=120)
    assert NUMBER in said[1], said
    assert NUMBER in twin("status") and "Noticed" not in ines("status")
    assert replica(twin) != replica(ines)
    settle_down(ines, tomas, twin)
    [conflict] = ines.json("conflicts")
    assert "11" in str(conflict) and "12" in str(conflict), conflict
    call(twin, 13)
    call(ines, 13)
    assert NUMBER not in twin.start("sync").communicate(timeout=120)[1]  # once is enough
    settle_down(ines, tomas, twin)


def test_what_waited_when_it_was_copied_takes_effect_once(pair: Pair, server: Server) -> None:
    ines, tomas = pair
    ines("add", "contact", "Mara", "client=Harlan Fab")
    twin = copied(ines, "twin")
    ines("add", "contact", "Odile", "client=Harlan Fab")
    ines("sync")
    twin("sync")
    dump = settle_down(ines, tomas, twin)
    assert dump.count('"Mara"') == dump.count('"Odile"') == 1
    assert replica(twin) != replica(ines)


def test_a_store_that_is_put_back_by_hand_gets_its_own_edits_back(pair: Pair, server: Server) -> None:
    ines, tomas = pair
    aside = ines.home.with_name("aside")
    call(ines, 10_000)
    shutil.copytree(ines.home, aside)
    call(ines, 11)
    ines("sync")
    ines("add", "contact", "Mara", "client=Harlan Fab")
    ines("sync")
    shutil.rmtree(ines.home)
    shutil.copytree(aside, ines.home)
    before = replica(ines)
    ines("add", "contact", "Odile", "client=Harlan Fab")
    said = ines.start("sync").communicate(timeout=120)
    assert NUMBER in said[1], said
    assert replica(ines) != before
    dump = settle_down(ines, tomas)
    assert '"Mara"' in dump and '"Odile"' in dump and '"11"' in dump
    assert dump.count('"kind":"conflict"') == 0


def put_back(ines: Laptop, aside: Path) -> None:
    shutil.rmtree(ines.home)
    shutil.copytree(aside, ines.home)


def test_what_left_after_the_copy_and_is_taken_back_in_it_is_taken_back_everywhere(pair: Pair) -> None:
    ines, tomas = pair
    aside = ines.home.with_name("aside")
    call(ines, 11)
    ines("add", "contact", "Mara", "client=Harlan Fab")
    shutil.copytree(ines.home, aside)
    settle_down(ines, tomas)
    put_back(ines, aside)
    ines("undo")
    ines("undo")
    settle_down(ines, tomas, ines)
    assert phone(tomas) == "10"
    ines("redo")
    ines("redo")
    settle_down(ines, tomas)
    assert [contact["name"] for contact in tomas.json("list", "contact")] == ["Harlan", "Mara"]
    assert "11" in tomas("list", "contact") and tomas.json("conflicts") == []


def test_what_arrived_before_the_copy_can_be_taken_back_in_it(pair: Pair) -> None:
    ines, tomas = pair
    aside = ines.home.with_name("aside")
    call(ines, 11)
    settle_down(ines, tomas)
    shutil.copytree(ines.home, aside)
    ines("add", "contact", "Mara", "client=Harlan Fab")
    ines("sync")
    put_back(ines, aside)
    ines("add", "contact", "Odile", "client=Harlan Fab")
    ines("undo", ines.json("history")[1]["id"])
    before = replica(ines)
    settle_down(ines, tomas)
    assert replica(ines) != before
    assert '"phone":"10"' in tomas.dump() and tomas.json("conflicts") == []


def test_a_copy_under_a_colleagues_sign_in_is_a_replica_of_its_own(
    pair: Pair, server: Server, laptop: Callable[[str], Laptop], tmp_path: Path
) -> None:
    ines, tomas = pair
    twin = copied(ines, "odile")
    twin.login(server.url, server.invite("Odile"))
    call(twin, 12)
    assert NUMBER in twin.start("sync").communicate(timeout=120)[1]
    assert replica(twin) != replica(ines)
    settle_down(ines, tomas, twin)
    assert NUMBER not in ines("status")
