"""Conflicts and refused operations, decided by keys."""

from contextlib import closing

import orjson
import pytest

from models import outbox, record
from models.conflict import Conflict
from models.rejected import rejected
from tests.tui.office import at_work, elsewhere, furnish, keys, opened, see, until, value, view
from tests.tui.plain import screen_text
from tui.widgets.prompt import Prompt

NOTE = "Gate 3\nPower\nAir\nKey"
INES, TOMAS = NOTE.replace("Power", "Power: 400 V"), NOTE.replace("Power", "Power: 480 V") + " at hall 2"


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def clash(home, ids, field, winner, loser, base, decided):
    """Tomas's value stands, that of Ines, whose laptop it is, was set aside."""
    told = {
        "kind": "task", "rec": ids["Survey"], "field": field, "decided": decided, "base": record_of(field, base),
        "winner": record_of(field, winner), "winner_author": ids["Tomas Roth"], "winner_at": "2026-11-20T09:00:00.000Z",
        "loser": record_of(field, loser), "loser_author": ids["Ines Vogt"], "loser_at": "2026-11-20T08:00:00.000Z",
    }  # fmt: skip
    with opened(home) as store:
        with store.write() as conn:
            conn.execute("INSERT OR REPLACE INTO meta VALUES('member', ?)", (ids["Ines Vogt"],))
        store.transact("Conflict", _add, Conflict(**told))


def record_of(field, text):
    return orjson.dumps({field: text}).decode()


def _add(session, made):
    session.add(made)


def refuse(home, verb, *args, **values):
    """An operation that the server refused."""
    with opened(home) as store:
        store.transact("Rename", verb, *args, **values)
        with store.write() as conn:
            outbox.settle(
                conn, [outbox.Verdict(t.id, 0, "closed for today") for t in outbox.take(conn, 1000)[-1:]]
            )


def left(home):
    with opened(home) as store, closing(store.read()) as conn:
        return list(rejected(conn))


@pytest.mark.asyncio
async def test_a_note_is_shown_merged_and_the_clashing_lines_are_chosen(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Survey"], notes=TOMAS)
    clash(tmp_path, ids, "notes", TOMAS, INES, NOTE, "text")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g x")
        await see(pilot, "▌ theirs")
        shown = screen_text(pilot.app)
        assert shown.index("▌ mine") < shown.index("Power: 400 V") < shown.index("Power: 480 V")
        assert "Key at hall 2" in shown and "Ines Vogt (you)" in shown and "◷ by time" in shown
        await keys(pilot, "m")
        await until(lambda: not len(view(pilot.app).lines.window), pilot)
        assert value(pilot.app, "task", ids["Survey"], "notes") == INES + " at hall 2"
        await keys(pilot, "g s G")
        await see(pilot, "aside:")  # the settlement, in the pane of the operation


@pytest.mark.asyncio
async def test_the_pane_decides_by_the_same_keys(tmp_path, ids):
    clash(tmp_path, ids, "name", "Survey both", "Survey hall 2", "Survey", "time")
    async with at_work(tmp_path, (78, 24)) as pilot:
        await keys(pilot, "g x enter")
        await see(pilot, "before both")
        await keys(pilot, "t")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "name") == "Survey both", pilot)


@pytest.mark.asyncio
async def test_another_text_is_typed_from_the_merged_one(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Survey"], notes=TOMAS)
    clash(tmp_path, ids, "notes", TOMAS, INES, NOTE, "text")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g x")
        await see(pilot, "▌ theirs")
        await keys(pilot, "e ! escape")
        await until(lambda: not len(view(pilot.app).lines.window), pilot)
        wanted = "Gate 3\nPower: 400 V\nPower: 480 V\nAir\nKey at hall 2!"
        assert value(pilot.app, "task", ids["Survey"], "notes") == wanted


@pytest.mark.asyncio
async def test_a_merged_text_that_was_only_read_decides_nothing(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Survey"], notes=TOMAS)
    clash(tmp_path, ids, "notes", TOMAS, INES, NOTE, "text")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g x")
        await see(pilot, "▌ theirs")
        await keys(pilot, "e escape")
        await see(pilot, "▲ 1 conflict")
        assert len(view(pilot.app).lines.window) == 1
        assert value(pilot.app, "task", ids["Survey"], "notes") == TOMAS


@pytest.mark.asyncio
async def test_what_time_decided_is_listed_until_it_is_left_or_turned(tmp_path, ids):
    clash(tmp_path, ids, "name", "Survey both", "Survey hall 2", "Survey", "time")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g x")
        await see(pilot, "before both")
        assert "decided by time" in screen_text(pilot.app)
        await keys(pilot, "x")
        await until(lambda: not len(view(pilot.app).lines.window), pilot)
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey"  # as it stands
        await keys(pilot, "a")
        await see(pilot, "✓ settled")
        await keys(pilot, "a u")
        await see(pilot, "◷ by time")


@pytest.mark.asyncio
async def test_both_is_offered_of_texts_only(tmp_path, ids):
    clash(tmp_path, ids, "name", "Survey both", "Survey hall 2", "Survey", "time")
    clash(tmp_path, ids, "priority", 500, 600, 400, "server")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g x")
        await see(pilot, "600  (Ines Vogt)")
        assert "b both" not in screen_text(pilot.app)
        await keys(pilot, "b j")
        await see(pilot, "b both")
        assert len(view(pilot.app).lines.window) == 2


@pytest.mark.asyncio
async def test_letters_typed_ahead_of_where_nothing_can_be_typed_choose_a_side_and_settle_nothing(
    tmp_path, ids
):
    clash(tmp_path, ids, "deleted_at", None, "2026-11-20T08:00:00.000Z", None, "kept")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g x")
        await see(pilot, "deleted it")
        await keys(pilot, "e t x escape")
        assert len(view(pilot.app).lines.window) == 1
        await keys(pilot, "e 'theirs' enter")
        await until(lambda: not len(view(pilot.app).lines.window), pilot)
        assert value(pilot.app, "task", ids["Survey"], "deleted_at") is None


@pytest.mark.asyncio
async def test_a_refused_operation_is_changed_and_sent_again(tmp_path, ids):
    refuse(tmp_path, record.edit, "task", ids["Survey"], name="Survey hall 2")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g s")
        await see(pilot, "closed for today")
        await keys(pilot, "e")
        await see(pilot, "then it is sent again")
        await keys(pilot, "'!' enter")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "name") == "Survey hall 2!", pilot)
    assert left(tmp_path) == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("made", "gone"),
    [
        (False, "UPDATE change SET rec='gone' WHERE rec=? AND txn=(SELECT n FROM txn WHERE state=5)"),
        (True, "UPDATE change SET new=replace(new, ?, 'gone') WHERE txn=(SELECT n FROM txn WHERE state=5)"),
    ],
)
async def test_what_cannot_be_sent_again_says_so_before_anything_is_asked(tmp_path, ids, made, gone):
    if made:
        refuse(tmp_path, record.create, "task", name="Survey hall 2", project_id=ids["Nesting line"])
    else:
        refuse(tmp_path, record.edit, "task", ids["Survey"], name="Survey hall 2")
    with opened(tmp_path) as store, store.write() as conn:  # as where the project was taken away
        assert conn.execute(gone, (ids["Nesting line" if made else "Survey"],)).rowcount == 1
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g s")
        await see(pilot, "closed for today")
        await keys(pilot, "e")
        await see(pilot, f"The {'project' if made else 'task'} that it {'belongs to' if made else 'changes'}")
        await see(pilot, "x writes this into a file")
        assert not pilot.app.shell.query(Prompt)
    assert len(left(tmp_path)) == 1


@pytest.mark.asyncio
async def test_the_same_key_twice_lets_a_refused_operation_go(tmp_path, ids):
    refuse(tmp_path, record.edit, "task", ids["Survey"], name="Survey hall 2")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g s")
        await see(pilot, "closed for today")
        await keys(pilot, "X")
        await see(pilot, "X again lets")
        assert len(left(tmp_path)) == 1
        await keys(pilot, "X")
        await see(pilot, "Let go")
    assert left(tmp_path) == []


@pytest.mark.asyncio
async def test_a_refused_operation_is_written_into_a_file(tmp_path, ids, monkeypatch):
    refuse(tmp_path, record.edit, "task", ids["Survey"], name="Survey hall 2")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Documents").mkdir()
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g s")
        await see(pilot, "closed for today")
        await keys(pilot, "x")
        await see(pilot, "Wrote 1 operation")
    [file] = (tmp_path / "Documents").iterdir()
    assert "Survey hall 2" in file.read_text() and "closed for today" in file.read_text()


@pytest.mark.asyncio
async def test_several_are_sent_again_in_the_order_in_which_they_were_done(tmp_path, ids):
    for name in ("Survey hall 2", "Survey halls 2 and 3"):
        refuse(tmp_path, record.edit, "task", ids["Survey"], name=name)
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g s")
        await see(pilot, "closed for today")
        await keys(pilot, "* r")
        await until(lambda: not left(tmp_path), pilot)
        assert value(pilot.app, "task", ids["Survey"], "name") == "Survey halls 2 and 3"
        await keys(pilot, "u")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "name") == "Survey hall 2", pilot)
        await see(pilot, "✗ refused")
    assert [one.changes[0].values["name"] for one in left(tmp_path)] == ["Survey halls 2 and 3"]
