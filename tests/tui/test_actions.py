import pytest

from tests.tui.changing import furnish_all
from tests.tui.office import at_work, keys
from tui.actions import ACTIONS
from tui.registry import EVERYWHERE, HELP, JUMP, NOTES, PREVIEW, TYPING, Action, Registry


def test_ids_are_unique():
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_every_action_can_be_reached_and_says_what_it_does():
    for action in ACTIONS:
        assert action.keys or action.palette, action.id
        assert action.label and action.help, action.id


def test_no_key_means_two_things_in_one_place():
    assert Registry(ACTIONS).clashes() == []


def test_a_clash_is_found_within_a_place_and_across():
    same = Registry([Action("a", "x", "a", "a"), Action("b", "x", "b", "b")])
    wider = Registry([Action("tasks.a", "x", "a", "a", where="tasks"), Action("b", "x", "b", "b")])
    assert same.clashes() == ["x: a and b"]
    assert wider.clashes() == ["x: tasks.a and b"]


def test_the_keys_of_the_table():
    keys = {(action.where, key): action.id for action in ACTIONS for key in action.key_list()}
    for key in "?/nNzscdwyuUDRq.:-gS":
        assert (EVERYWHERE, key) in keys
    for key in ["j", "k", "h", "l", "G", "v", "*", "e", "space", "enter", "ctrl+d", "ctrl+u"]:
        assert ("list", key) in keys
    for where, own in {
        "portfolio": "o!mr",
        "tasks": "<>JKoO()btxB",
        "clients": "o=",
        "noted": "impOVT",
        "project": "impOVT",
        "board": "hlHLpa",
        "history": "ra",
        "conflicts": "mtbexaA",
        "refused": "reXx",
        "sync": "pfL",
        "jump": "ghpbtcumsx/",
    }.items():
        for key in own:
            assert (where, key) in keys, (where, key)


def test_the_users_keymap_moves_an_action_and_names_what_is_wrong():
    registry, wrong = Registry(ACTIONS).with_keys({"undo": "ctrl+z", "tasks.done": "X", "nix": "x"})
    assert registry["undo"].keys == "ctrl+z"
    assert registry["tasks.done"].shown_key() == "X"
    assert wrong == ["keys: there is no action 'nix'; `?` lists them"]


def test_a_key_given_to_one_action_is_taken_from_its_neighbour():
    registry, wrong = Registry(ACTIONS).with_keys({"redo": "u"})
    assert (registry["redo"].keys, registry["undo"].keys, wrong) == ("u", "", [])


@pytest.mark.asyncio
async def test_every_action_is_in_the_palette_and_in_the_help_of_some_screen(tmp_path):
    furnish_all(tmp_path)
    palette, help = set(), set()
    async with at_work(tmp_path, project="Nesting") as pilot:
        shell = pilot.app.shell
        for name in shell.views:
            await shell.go(name)
            for row in ("home", "end"):
                await keys(pilot, row)
                offered = shell.offered((*shell._working_places(), JUMP))
                palette |= {action.id for action in offered if action.palette}
                help |= {action.id for action in offered if action.keys}
    working = [a for a in ACTIONS if a.where not in (*TYPING, NOTES, PREVIEW, HELP)]
    assert {a.id for a in working if a.palette} - palette == set()
    assert {a.id for a in working if a.keys} - help == set()
    assert [a.id for a in working if not a.palette and not a.keys] == []
