"""Whatever changes records is done by keys alone, taken back by one u, and done by a command as well."""

import shutil

import pytest

from tests.tui.changing import (
    BY_OTHER_TESTS,
    CHANGING,
    FILES,
    LOOKING,
    PERSONAL,
    UNCHANGING,
    furnish_all,
    living,
    personal,
    words,
)
from tests.tui.office import at_work, keys, settle, until
from tui.actions import ACTIONS
from tui.cli import main
from tui.commands.grammar import COMMANDS


def test_every_action_says_whether_it_changes_anything():
    told = {*CHANGING, *PERSONAL, *BY_OTHER_TESTS, *UNCHANGING}
    known = {action.id for action in ACTIONS}
    assert [a.id for a in ACTIONS if a.where not in LOOKING and a.id not in told] == []
    assert told - known == set()


def test_every_action_that_changes_something_has_a_command():
    named = {id: change.command.split()[0] for id, change in CHANGING.items()} | BY_OTHER_TESTS
    named |= {id: command for id, (_, _, command) in PERSONAL.items()}
    assert {id: command for id, command in named.items() if command not in COMMANDS} == {}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    home = tmp_path_factory.mktemp("furnished") / "home"
    home.mkdir()
    furnish_all(home)
    return home


@pytest.fixture
def home(furnished, tmp_path):
    return shutil.copytree(furnished, tmp_path / "home")


@pytest.mark.parametrize("id", CHANGING)
def test_the_command_changes_records(home, id, capsys):
    before = living(home)
    assert main(["--home", str(home), *words(CHANGING[id], home)]) == 0, capsys.readouterr().err
    assert living(home) != before


@pytest.mark.asyncio
@pytest.mark.parametrize("id", CHANGING)
async def test_the_keys_change_records_and_one_u_takes_it_back(home, id, monkeypatch):
    monkeypatch.chdir(home)
    before = living(home)
    async with at_work(home, project="Nesting") as pilot:
        for word in CHANGING[id].keys.split():
            await (pilot.press(*FILES[word][0]) if word in FILES else keys(pilot, word))
        await settle(pilot)
        await until(lambda: living(home) != before, pilot)
        await keys(pilot, CHANGING[id].back)
        await until(lambda: living(home) == before, pilot)


@pytest.mark.asyncio
@pytest.mark.parametrize("id", PERSONAL)
async def test_the_keys_change_what_is_personal(home, id, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home.parent))
    (home.parent / "Documents").mkdir()
    first, last, _ = PERSONAL[id]
    async with at_work(home, project="Nesting") as pilot:
        await keys(pilot, first)
        await settle(pilot)
        before = personal(home)
        await keys(pilot, last)
        await until(lambda: personal(home) != before, pilot)
