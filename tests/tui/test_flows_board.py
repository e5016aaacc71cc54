"""The board, by keyboard over a real store."""

import pytest

from models.windows.tasks import task_tree
from tests.tui.office import at_work, elsewhere, furnish, here, keys, see, settle, until, value, view
from tests.tui.plain import screen_text

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def lanes(pilot):
    """Names of the cards by lane."""
    found = {}
    for lane in view(pilot.app).lanes:
        found[lane.label] = [row.name for row in view(pilot.app).rows(lane.cards)]
    return {label: names for label, names in found.items() if names}


async def test_a_card_goes_to_the_next_lane_and_comes_back(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "j")
        assert lanes(pilot) == {"todo": ["Check power", "Check network", "Lay cables", "Go live"]}
        await keys(pilot, "L")
        assert lanes(pilot)["doing"] == ["Check network"] and here(pilot).name == "Check network"
        await keys(pilot, "L")
        assert value(pilot.app, "task", ids["Check network"], "percent_complete") == 100
        await keys(pilot, "h")
        assert here(pilot).name == "Check power"
        await keys(pilot, "u u")
        assert list(lanes(pilot)) == ["todo"]


async def test_a_card_that_waits_says_for_what(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "H 'IT_opens_the_ports' enter")
        assert lanes(pilot)["blocked"] == ["Check power"] and here(pilot).name == "Check power"
        await see(pilot, "IT opens the ports")
        await keys(pilot, "L")
        assert "blocked" not in lanes(pilot)


async def test_marked_cards_move_together_in_one_step(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "space space L")
        assert lanes(pilot)["doing"] == ["Check power", "Check network"]
        await keys(pilot, "u")
        assert list(lanes(pilot)) == ["todo"]


async def test_a_card_keeps_to_its_part_of_the_plan_when_reordered(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "J")
        assert lanes(pilot)["todo"][:2] == ["Check network", "Check power"]
        await keys(pilot, "J")
        await see(pilot, "belongs to another part of the plan")
        await keys(pilot, "K")
        assert lanes(pilot)["todo"][:2] == ["Check power", "Check network"]


async def test_by_person_a_card_is_handed_over(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Lay cables"], who="TR")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "p")
        assert lanes(pilot) == {
            "nobody": ["Check power", "Check network", "Go live"],
            "Tomas Roth": ["Lay cables"],
        }
        await keys(pilot, "L")
        assert lanes(pilot)["Ines Vogt"] == ["Check power"] and here(pilot).who == "IV"
        await keys(pilot, "l H")
        assert lanes(pilot)["Ines Vogt"] == ["Check power", "Lay cables"]
        await keys(pilot, "o 'Order_glands' enter")
        assert lanes(pilot)["Ines Vogt"] == ["Check power", "Lay cables", "Order glands"]
        await keys(pilot, "u")
        assert lanes(pilot)["Ines Vogt"] == ["Check power", "Lay cables"]


async def test_the_order_of_a_large_plan_is_read_once_for_both_looks(tmp_path, ids, monkeypatch):
    read = []
    monkeypatch.setattr("tui.screens.board.SMALL", 1)
    monkeypatch.setattr("models.windows.board.task_tree", lambda *of: read.append(of) or task_tree(*of))
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        assert lanes(pilot)["todo"][0] == "Check power"
        await keys(pilot, "p")
        assert lanes(pilot) == {"nobody": ["Check power", "Check network", "Lay cables", "Go live"]}
        assert len(read) == 1
        await keys(pilot, "J")
        assert lanes(pilot)["nobody"][0] == "Check network"
        assert len(read) > 1, "it is another order now"


async def test_the_first_cards_of_a_large_plan_are_shown_before_the_others_are_read(
    tmp_path, ids, monkeypatch
):
    monkeypatch.setattr("tui.screens.board.SMALL", 1)
    monkeypatch.setattr("tui.screens.board.FIRST", 3)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        board = view(pilot.app)
        board.read_behind = list  # nothing more comes
        await keys(pilot, "p")
        assert lanes(pilot) == {"nobody": ["Check power", "Check network"]}  # below their phase
        assert "nobody" in screen_text(pilot.app) and "1/…" in screen_text(pilot.app)
        del board.read_behind
        board.read_behind()
        await until(lambda: "1/4" in screen_text(pilot.app), pilot)
        assert lanes(pilot) == {"nobody": ["Check power", "Check network", "Lay cables", "Go live"]}


async def test_all_projects_on_one_board(tmp_path, ids):
    async with at_work(tmp_path, project="Punch") as pilot:
        await keys(pilot, "g b")
        await see(pilot, "No task here")
        await keys(pilot, "o 'Survey' enter")
        assert lanes(pilot) == {"todo": ["Survey"]}
        await keys(pilot, "a")
        assert len(lanes(pilot)["todo"]) == 5
        await see(pilot, "Punch cell")
        await keys(pilot, "J")
        await see(pilot, "in the order of their dates")
        await keys(pilot, "/ '#northwind' enter")
        assert lanes(pilot) == {"todo": ["Survey"]}


async def test_what_is_done_to_tasks_is_done_to_cards(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "x")
        assert lanes(pilot)["done"] == ["Check power"]
        await keys(pilot, "h e ctrl+u 'Check_the_LAN' enter")
        assert value(pilot.app, "task", ids["Check network"], "name") == "Check the LAN"
        await keys(pilot, "w 'IV' enter t '3d' enter")
        assert here(pilot).who == "IV"
        assert value(pilot.app, "task", ids["Check network"], "duration_minutes") == 1440


async def test_the_discreet_board_has_no_private_card_and_no_reasons(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Survey"], visibility="private")
    elsewhere(tmp_path, "task", ids["Lay cables"], blocked_reason="they did not pay")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "a D")
        assert lanes(pilot) == {"blocked": ["Lay cables"], "todo": ["Go live"]}
        assert "pay" not in screen_text(pilot.app)


async def test_a_large_board_is_read_behind_and_moves_at_once(tmp_path, ids, monkeypatch):
    monkeypatch.setattr("tui.screens.board.SMALL", 2)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await until(lambda: len(view(pilot.app).lines.window) == 4, pilot)
        await keys(pilot, "j j L")
        assert lanes(pilot)["doing"] == ["Lay cables"] and here(pilot).name == "Lay cables"
        elsewhere(tmp_path, "task", ids["Go live"], status="done")
        await until(lambda: lanes(pilot).get("done") == ["Go live"], pilot)
        assert here(pilot).name == "Lay cables"
        await keys(pilot, "/ 'cables' enter")
        await settle(pilot)
        assert lanes(pilot) == {"doing": ["Lay cables"]}
        elsewhere(tmp_path, "task", ids["Lay cables"], status="done")
        await until(lambda: lanes(pilot) == {"done": ["Lay cables"]}, pilot)
        await keys(pilot, "escape")
        await until(lambda: lanes(pilot).get("done") == ["Lay cables", "Go live"], pilot)


async def test_a_letter_on_a_large_board_reads_nothing_and_says_how_many_are_left(tmp_path, ids, monkeypatch):
    monkeypatch.setattr("tui.screens.board.SMALL", 2)
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "g b / 'c'")
        view(pilot.app).read_behind = None  # not to be called
        await keys(pilot, "'h'")
        assert lanes(pilot) == {"todo": ["Check power", "Check network"]}
        await see(pilot, "2 shown")
        del view(pilot.app).read_behind
        await keys(pilot, "ctrl+u 'milestone:n'")
        assert len(view(pilot.app).lines.window) == 4
        await see(pilot, "4 shown   tab  no")


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (220, 50)])
async def test_lanes_fit_and_follow_the_cursor(tmp_path, ids, size):
    elsewhere(tmp_path, "task", ids["Go live"], status="done")
    async with at_work(tmp_path, size, project="Nesting") as pilot:
        await keys(pilot, "g b")
        await keys(pilot, "l")
        assert here(pilot).name == "Go live"
        assert "Go live" in screen_text(pilot.app) and "done" in screen_text(pilot.app)
        await pilot.click(view(pilot.app).lines, offset=(3, 1))
        await keys(pilot, "h")
        assert here(pilot).name == "Check power"
