"""The screens as text, beside the files in tests/tui/screens that were reviewed by eye.

To accept new ones: ACCEPT_SCREENS=1 python -m pytest tests/tui/test_screens.py, then look at `git diff`.
"""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from models.record import create
from tests.tui.office import at_work, elsewhere, furnish, keys, opened, until, view
from tests.tui.plain import screen_text
from tests.tui.test_flows_conflicts import clash

FOLDER = Path(__file__).parent / "screens"
NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("UTC"))  # sets the time zone, too
SIZES = [(80, 24), (140, 42)]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("name", "go"),
    [
        ("portfolio", "g p"),
        ("tasks", "g t"),
        ("clients", "g c"),
        ("sync", "g s"),
        ("board", "g b"),
        ("history", "g u"),
        ("overview", "g i"),
        ("team", "g m"),
        ("bin", "g d"),
        ("internal", "g t G I"),
        ("client-view", "g t G I D"),
    ],
)
async def test_the_screen_is_as_reviewed(tmp_path, name, go, size):
    with time_machine.travel(NOON, tick=True):
        ids = furnish(tmp_path)
        elsewhere(tmp_path, "task", ids["Check power"], deadline="2026-11-20T17:00", notes="ask Ada")
        elsewhere(tmp_path, "task", ids["Go live"], milestone=1, deadline="2027-01-15T17:00")
        async with at_work(tmp_path, size, "Nesting") as pilot:
            await compare(pilot, name, go, size)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("name", "go"), [("today", "g h"), ("timeline", "g c j T")])
async def test_what_was_agreed_with_a_client_is_as_reviewed(tmp_path, name, go, size):
    with time_machine.travel(NOON, tick=True):
        ids = furnish(tmp_path)
        elsewhere(tmp_path, "task", ids["Check power"], deadline="2026-11-20T17:00", notes="ask Ada")
        elsewhere(tmp_path, "task", ids["Go live"], milestone=1, deadline="2027-01-15T17:00")
        with opened(tmp_path) as store:
            store.transact("Note", agree, ids["Harlan Fab"], ids["Nesting line"])
        async with at_work(tmp_path, size, "Nesting") as pilot:
            await compare(pilot, name, go, size)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("name", "go"),
    [
        ("settings", "g ,"),
        ("palette", ": 'ba'"),
        ("help", "?"),
        ("conflicts", "g x"),
        ("capture", "c 'call_Ada_about_power_by_fri_#harlan_@ines'"),
        ("completion", "/ '#harlan_due<fri_st'"),
        ("mistake", "/ 'due<someday_late'"),
        ("notfound", "g p / 'nobody' enter"),
    ],
)
async def test_what_lies_over_the_work_is_as_reviewed(tmp_path, monkeypatch, name, go, size):
    monkeypatch.chdir(tmp_path)  # the settings say where they are kept
    with time_machine.travel(NOON, tick=True):
        ids = furnish(tmp_path)
        clash(tmp_path, ids, "name", "Survey both halls", "Survey hall 2", "Survey", "time")
        async with at_work(Path(), size, "Nesting") as pilot:
            await keys(pilot, go)
            await look(pilot, name, size)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_ways_to_begin_are_as_reviewed(tmp_path, size):
    with time_machine.travel(NOON, tick=True):
        async with at_work(tmp_path, size) as pilot:
            await look(pilot, "welcome", size)


def agree(session, client, project):
    of = {"client_id": client, "project_id": project}
    create(
        session,
        "interaction",
        name="Talked about the power supply",
        at="2026-11-20T10:30",
        channel="call",
        **of,
    )
    create(session, "promise", name="Send the drawings", by="us", due="2026-11-22", **of)
    create(session, "promise", name="Name the operators", by="client", due="2026-11-27", **of)
    create(session, "visit", name="Measure hall 2", start="2026-11-25", **of)


async def compare(pilot, name, go, size):
    """The screen with its file; or the file made anew."""
    await keys(pilot, go)
    detail = view(pilot.app).detail
    await until(lambda: detail.form.lines or not detail.rec, pilot)
    await keys(pilot, "j k")
    await look(pilot, name, size)


async def look(pilot, name, size):
    """The same, without going anywhere."""
    file = FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("ACCEPT_SCREENS"):
        await asyncio.sleep(1)  # whatever is read behind is there
        file.write_text(shown(pilot), encoding="utf-8")
    await until(lambda: shown(pilot) == file.read_text(encoding="utf-8"), pilot)


def shown(pilot):
    return screen_text(pilot.app).rstrip() + "\n"
