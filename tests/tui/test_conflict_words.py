"""How a conflict reads: only what differs, in words, with nobody's ids."""

from contextlib import closing

import orjson
import pytest

from models.conflict import Conflict, choice_of
from models.record import create, find
from models.windows.conflicts import conflicts_rows, conflicts_window
from tests.tui.office import furnish, opened
from tui.conflict_words import holds_both, in_words
from tui.conflicts import conflicts
from tui.words import moment

DONE = {"actual_start": "2026-11-30T08:00", "actual_finish": "2026-12-01T17:00", "percent_complete": 100}
PROGRESS = {"stop": None, "resume": None, "segments": None, "remaining_minutes": None, "actual_finish": None}
DOING = PROGRESS | {"actual_start": "2026-11-30T08:00", "percent_complete": 80}


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def read(home, ids, kind, rec, winner, loser, authors=("Tomas Roth", "Ines Vogt"), txns=("far", "near")):
    """What the pane and the list say of a conflict on Ines's laptop: what it is over and on, mine, theirs."""
    told = {"kind": kind, "rec": rec, "field": min(loser), "decided": "server"}
    told |= {"winner": orjson.dumps(winner).decode(), "loser": orjson.dumps(loser).decode()}
    told |= {f"{side}_author": ids[name] for side, name in zip(("winner", "loser"), authors, strict=True)}
    told |= dict(zip(("winner_txn", "loser_txn"), txns, strict=True))
    with opened(home) as store:
        with store.write() as conn:
            conn.execute("INSERT OR REPLACE INTO meta VALUES('member', ?)", (ids["Ines Vogt"],))
        store.transact("Meet", lambda session: session.add(Conflict(**told)))
        with closing(store.read()) as conn:
            [each] = conflicts(conn)
            [row] = conflicts_rows(conn, conflicts_window(conn).rows)
            row = in_words(conn, row)
            mine, theirs = (row.loser, row.winner) if row.ours_aside else (row.winner, row.loser)
            assert (row.name, row.field) == (each.title, each.label)
            said = [each.shown(conn, side.values, moment) for side in (each.mine, each.theirs)]
            assert [text.strip("“”") for text in said] == [mine, theirs]
            assert all(text.startswith("“") == holds_both(kind, loser) for text in said)
            return each, mine, theirs


@pytest.mark.parametrize(
    ("winner", "loser", "label", "mine", "theirs"),
    [
        (DOING, DOING | {"percent_complete": 30}, "Status", "doing (30 %)", "doing (80 %)"),
        (DOING, DOING | DONE, "Status", "done", "doing (80 %)"),
        (DOING, DOING | {"blocked_reason": "no power"}, "Status", "blocked: no power", "doing (80 %)"),
        (DOING, DOING | {"stop": "2026-12-02T12:00"}, "Status", f"Stopped at {moment('2026-12-02T12:00')}",
         "Stopped at nothing"),
        ({"deleted_at": None}, {"deleted_at": "2026-11-20T08:00:00.000Z"}, "Delete", "deleted it", "went on with it"),
        ({"constraint_type": "SNET", "constraint_date": "2026-12-01T08:00"},
         {"constraint_type": "SNET", "constraint_date": "2026-12-02T08:00"},
         "Constraint", *(f"Constraint date {moment(day)}" for day in ("2026-12-02T08:00", "2026-12-01T08:00"))),
        ({"deadline": "2026-12-01T08:00"}, {"deadline": None}, "Deadline", "nothing", moment("2026-12-01T08:00")),
        ({"name": "Visit 2026-12-01"}, {"name": "Visit 2026-12-02"}, "Name", "Visit 2026-12-02", "Visit 2026-12-01"),
    ],
)  # fmt: skip
def test_only_what_differs_is_said(tmp_path, ids, winner, loser, label, mine, theirs):
    each, *said = read(tmp_path, ids, "task", ids["Lay cables"], winner, loser)
    assert (each.label, *said) == (label, mine, theirs)


def test_a_place_is_said_by_what_is_above_and_before_it(tmp_path, ids):
    below = {"parent_id": ids["Survey"], "rank": "a3"}
    outer = {"parent_id": None, "rank": "a9"}
    each, mine, theirs = read(tmp_path, ids, "task", ids["Lay cables"], outer, below)
    assert (each.label, mine, theirs) == ("Place", "below Survey", "at the outermost level")


def test_an_order_is_said_by_what_stands_before_it(tmp_path, ids):
    last, first = ({"parent_id": ids["Survey"], "rank": rank} for rank in ("a3", "a0"))
    _, mine, theirs = read(tmp_path, ids, "task", ids["Lay cables"], last, first)
    assert (mine, theirs) == ("first", "after Check network")


def test_a_promise_is_called_by_its_name(tmp_path, ids):
    with opened(tmp_path) as store:
        made = {"name": "Send the drawings", "by": "us", "due": "2026-11-22", "client_id": ids["Harlan Fab"]}
        promise = store.transact("Promise", create, "promise", **made).result.id
    each, *_ = read(tmp_path, ids, "promise", promise, {"name": "Send them"}, {"name": "Post them"})
    assert each.title == "Send the drawings"


def test_of_two_laptops_of_one_person_mine_is_what_this_one_wrote(tmp_path, ids):
    with opened(tmp_path) as store, closing(store.read()) as conn:
        [near] = conn.execute("SELECT id FROM txn WHERE origin='L' LIMIT 1").fetchone()
    names, city = ("Ines Vogt", "Ines Vogt"), [{"city": "York"}, {"city": "Hull"}]
    each, mine, _ = read(tmp_path, ids, "client", ids["Harlan Fab"], *city, names, ("far", near))
    assert (each.mine.by, each.theirs.by) == (
        "Ines Vogt (you, this laptop)",
        "Ines Vogt (you, another laptop)",
    )
    assert mine == "Hull"
    with opened(tmp_path) as store:
        choose = store.transact(
            "Ask", lambda session: choice_of(session, find(session, "conflict", each.id), "mine")
        )
    assert choose.result == "aside"
