"""Ines and Tomas, told from outside."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stories.conftest import Laptop, Server, moment, settle_down

Pair = tuple[Laptop, Laptop]
PLANS = Path(__file__).parents[3] / "shared" / "data" / "mspdi"


def records(dump: str, kind: str) -> list[dict[str, Any]]:
    return [r["fields"] for r in map(json.loads, dump.splitlines()) if r["kind"] == kind]


def test_different_fields_meet_without_a_conflict(pair: Pair, server: Server) -> None:
    ines, tomas = pair
    server.kill()
    ines("set", "Harlan Fab", "city=Graz")
    tomas("set", "Harlan Fab", "phone=+43 1")
    assert "cannot be reached" in ines("sync", fails=True)
    server.start()
    dump = settle_down(*pair)
    [client] = records(dump, "client")
    assert (client["city"], client["phone"]) == ("Graz", "+43 1")
    assert not records(dump, "conflict")


def test_the_same_field_leaves_both_values_and_one_decision_settles_it(pair: Pair) -> None:
    ines, tomas = pair
    ines("set", "Harlan Fab", "city=Graz")
    tomas("set", "Harlan Fab", "city=Wien")
    dump = settle_down(*pair)
    [conflict] = records(dump, "conflict")
    assert (json.loads(conflict["winner"]), json.loads(conflict["loser"])) == (
        {"city": "Wien"},
        {"city": "Graz"},
    )
    for laptop in pair:
        [shown] = laptop.json("conflicts")
        assert {shown["stands"]["city"], shown["aside"]["city"]} == {"Graz", "Wien"}
    ines("resolve", "Harlan Fab", "mine")
    dump = settle_down(*pair)
    assert records(dump, "client")[0]["city"] == "Graz"
    assert [laptop.json("conflicts") for laptop in pair] == [[], []]


def test_done_here_and_blocked_there_is_a_conflict_of_the_status_as_a_whole(pair: Pair) -> None:
    ines, tomas = pair
    ines("add", "project", "Line 7", "client=Harlan Fab")
    ines("add", "task", "Lay cables", "project=Line 7")
    settle_down(*pair)
    ines("set", "Lay cables", "status=blocked")
    tomas("set", "Lay cables", "status=done")
    ines("sync")
    dump = settle_down(*pair)
    assert len(records(dump, "conflict")) == 1
    tasks = [laptop.json("list", "task")[0] for laptop in pair]
    assert [task["status"] for task in tasks] == ["blocked", "blocked"]
    tomas("resolve", "Lay cables", "mine")
    settle_down(*pair)
    [task] = ines.json("list", "task")
    assert (task["status"], task.get("blocked_reason")) == ("done", None)


def test_a_delete_and_an_edit_keep_both(pair: Pair) -> None:
    ines, tomas = pair
    ines("set", "Harlan", "phone=11")
    tomas("delete", "Harlan")
    dump = settle_down(*pair)
    [contact] = records(dump, "contact")
    assert (contact["phone"], contact.get("deleted_at")) == ("11", None)
    assert len(records(dump, "conflict")) == 1


def test_undo_takes_back_ones_own_and_leaves_a_colleagues(pair: Pair) -> None:
    ines, tomas = pair
    ines("set", "Harlan Fab", "city=Graz", "phone=1")
    settle_down(*pair)
    tomas("set", "Harlan Fab", "city=Wien")
    settle_down(*pair)
    ines("undo")
    dump = settle_down(*pair)
    [client] = records(dump, "client")
    assert (client["city"], client.get("phone")) == ("Wien", None)
    assert not records(dump, "conflict")


def test_a_third_laptop_that_joins_late_has_it_all(
    pair: Pair, server: Server, laptop: Callable[[str], Laptop]
) -> None:
    ines, tomas = pair
    ines("set", "Harlan Fab", "city=Graz")
    tomas("set", "Harlan Fab", "city=Wien")
    settle_down(*pair)
    odile = laptop("odile")
    odile("add", "client", "Made before she joined")
    odile.login(server.url, ines.json("invite", "Odile")["code"])
    dump = settle_down(odile, *pair)
    assert {c["name"] for c in records(dump, "client")} == {"Harlan Fab", "Made before she joined"}


def test_kills_at_any_moment_lose_nothing(pair: Pair, server: Server) -> None:
    """Edits, syncs and the server are killed at random; every edit that was acknowledged is somewhere at the end."""
    dice = random.Random(7)
    kept: set[str] = set()
    for turn in range(8):
        laptop, field, value = pair[turn % 2], dice.choice(("city", "notes")), f"turn {turn}"
        if laptop.killed(dice.choice((moment(dice), 60.0, 60.0)), "set", "Harlan Fab", f"{field}={value}"):
            kept.add(value)
        if dice.random() < 0.3:
            server.kill()
        laptop.killed(2 * moment(dice), "sync")
        server.start()
    dump = settle_down(*pair)
    assert len(kept) > 1
    assert {value for value in kept if not _accounted(value, dump, pair)} == set()
    for laptop in pair:
        assert laptop.json("status")["waiting"] == 0
        laptop("doctor")


def _accounted(value: str, dump: str, pair: Pair) -> bool:
    """Current, in a conflict, or accepted and then overwritten in order: both laptops have it in their history."""
    client = next(c for c in records(dump, "client") if c["name"] == "Harlan Fab")
    return (
        value in (client.get("city"), client.get("notes"))
        or any(f'"{value}"' in c["loser"] for c in records(dump, "conflict"))
        or all(value in laptop("history", "Harlan Fab") for laptop in pair)
    )


def test_a_real_plan_reaches_the_colleague(pair: Pair, server: Server) -> None:
    plans = sorted(PLANS.glob("Commercial*.xml"))
    if not plans:
        pytest.skip("no plan of Microsoft Project lies beside the checkout")
    ines, tomas = pair
    ines("import", str(plans[0]), "--yes")
    server.kill()
    ines("sync", fails=True)
    server.start()
    dump = settle_down(*pair)
    assert (len(records(dump, "task")), len(records(dump, "dependency"))) == (145, 176)
    assert tomas.json("status")["records"]["task"] == ines.json("status")["records"]["task"]


def test_a_big_sync_that_is_killed_goes_on_where_it_was(pair: Pair) -> None:
    plans = sorted(PLANS.glob("Microsoft_Office_Project*.xml"))
    if not plans:
        pytest.skip("no plan of Microsoft Project lies beside the checkout")
    ines, tomas = pair
    dice = random.Random(1)
    ines("import", str(plans[0]), "--yes")
    for laptop in (ines, tomas) * 3:
        laptop.killed(moment(dice), "sync")
    dump = settle_down(*pair)
    assert len(records(dump, "task")) == 322


def test_of_a_circle_of_links_made_on_two_laptops_one_link_is_refused_and_the_dates_agree(
    pair: Pair, server: Server
) -> None:
    ines, tomas = pair
    ines("add", "project", "Nesting", "start=2026-11-30 08:00")
    for name in ("Survey", "Install"):
        ines("add", "task", name, "project=Nesting")
    settle_down(*pair)
    server.kill()
    ines("add", "dependency", "predecessor=Survey", "successor=Install")
    tomas("add", "dependency", "predecessor=Install", "successor=Survey")
    server.start()
    settle_down(*pair)
    assert ["circle" in laptop("rejected") for laptop in pair].count(True) == 1
    assert ines.json("explain", "Install")["because"] == tomas.json("explain", "Install")["because"]
