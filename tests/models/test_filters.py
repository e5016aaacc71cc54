"""The language of filters: what is read, what it finds in a real store, what is wrong and where, what is offered."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import db, record
from models.errors import Unclear
from models.filters import vocabulary
from models.filters.completing import complete
from models.filters.meaning import condition, narrows
from models.filters.syntax import Term, Value, parse, show
from models.store import open_store

NOW = datetime(2026, 11, 23, 9, 0)  # a Monday
TYPED = st.text('ab1 -,"@#<>=!:.dec\t\n', max_size=16) | st.text(max_size=30) | st.lists(
    st.sampled_from(["-", "late", '"late"', "due<", "12 dec", "status:do", "@ines", "#har", ",", " ", "percent>", "½",
                     "next fri", "n/a", "who:", "x:y", "*[Ü", "%_\\"]), max_size=8,
).map("".join)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Harlan Fab and Northwind, their tasks, Ines (signed in) and Tomas."""
    home: Path = tmp_path_factory.mktemp("shop")
    store = open_store(home)
    store.transact("Furnish", _furnish)
    store.close()
    conn = db.connect(home / db.NAME)
    conn.execute("INSERT OR REPLACE INTO meta SELECT 'member', id FROM member WHERE initials='IV'")
    conn.execute("DELETE FROM schedule")
    conn.execute(
        "INSERT INTO schedule(task, project, start, finish, total_slack, free_slack, critical)"
        " SELECT id, project_id, '2026-11-20T08:00', '2026-11-20T17:00', 0, 0, 1 FROM task WHERE name='Lay cables'"
    )
    yield conn
    conn.close()


def _furnish(session: Any) -> None:
    def new(kind: str, name: str, **values: Any) -> str:
        id = record.create(session, kind, name=name, **values).id
        session.flush()
        return str(id)

    harlan, north = new("client", "Harlan Fab"), new("client", "Überlingen Stahl")
    ines, tomas = new("member", "Ines Vogt", initials="IV"), new("member", "Tomas Roth", initials="TR")
    line = new("project", "Nesting line", client_id=harlan, number="N-1", manager_id=ines)
    punch = new("project", "Punch cell", client_id=north)
    survey = new("task", "Survey", project_id=line, actual_start="2026-11-16T08:00", priority=700)
    lay = new("task", "Lay cables", project_id=line, parent_id=survey, deadline="2026-11-27T17:00")
    new("task", "Order cutting gas", project_id=line, deadline="2026-11-10T17:00", blocked_reason="no budget",
        waiting_on="client")  # fmt: skip
    new("task", "Öffnung bohren", project_id=punch, deadline="2026-12-01T12:00", milestone=1)
    new("task", "Go live late", project_id=punch, actual_start="2026-11-02T08:00", actual_finish="2026-11-03T17:00",
        percent_complete=100)  # fmt: skip
    for task, member in ((survey, ines), (lay, tomas)):
        record.create(session, "assignment", task_id=task, member_id=member)


@pytest.fixture(scope="module")
def find(shop: sqlite3.Connection) -> Callable[[str], set[str]]:
    """The first words of the tasks that a filter leaves."""

    def run(text: str) -> set[str]:
        found = condition(shop, text, vocabulary.TASKS, now=NOW)
        sql = f"SELECT t.name FROM task t LEFT JOIN schedule s ON s.task=t.id WHERE {found.sql}"
        return {name.split()[0] for (name,) in shop.execute(sql, found.values)}

    return run


ALL = {"Survey", "Lay", "Order", "Öffnung", "Go"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL), ("cut", {"Order"}), ("CUT gas", {"Order"}), ("öFFN", {"Öffnung"}), ("cables,gas", {"Lay", "Order"}),
        ("-cables", ALL - {"Lay"}), ('"order cutting"', {"Order"}), ("late", {"Lay", "Order"}), ('"late"', {"Go"}),
        ("overdue", {"Order"}), ("critical", {"Lay"}), ("done", {"Go"}), ("todo", {"Lay", "Öffnung"}),
        ("doing", {"Survey"}), ("blocked,doing", {"Order", "Survey"}), ("mine", {"Survey"}),
        ("milestone", {"Öffnung"}), ("waiting", {"Order"}), ("waiting:client", {"Order"}), ("waiting:us", set()),
        ("status:doing", {"Survey"}), ("status:doi,bl", {"Survey", "Order"}),
        ("status!=todo", ALL - {"Lay", "Öffnung"}),
        ("-status:todo", ALL - {"Lay", "Öffnung"}), ("due<fri", {"Order"}), ("due<=fri", {"Order", "Lay"}),
        ("due:fri", {"Lay"}), ("due>fri", {"Öffnung"}), ("due>=fri", {"Lay", "Öffnung"}), ("due=27.11.", {"Lay"}),
        ("due<27 nov", {"Order"}), ("due:eow,1 dec", {"Lay", "Öffnung"}), ("due:", {"Survey", "Go"}),
        ("due!=", ALL - {"Survey", "Go"}), ("-due:", ALL - {"Survey", "Go"}), ('due>"2026-12-01 11:59"', {"Öffnung"}),
        ("start>=2026-11-16", {"Survey", "Lay"}), ("finish:2026-11-20", {"Lay"}), ("@ines", {"Survey"}),
        ("@iv,@tomas", {"Survey", "Lay"}), ("@tomas-roth", {"Lay"}), ("-@ines", ALL - {"Survey"}), ("who:tr", {"Lay"}),
        ("who:", ALL - {"Survey", "Lay"}), ("#harlan", {"Survey", "Lay", "Order"}), ("#punch", {"Öffnung", "Go"}),
        ("#überlingen", {"Öffnung", "Go"}), ("#n-1 cables", {"Lay"}), ("project:nest", {"Survey", "Lay", "Order"}),
        ('client="harlan fab"', {"Survey", "Lay", "Order"}), ("client=harlan", set()), ("percent>=100", {"Go"}),
        ("priority>500", {"Survey"}), ("slack<1d", {"Lay"}), ("duration=1d -done", ALL - {"Go", "Öffnung"}),
        ("under:surv", {"Lay"}), ("reason:budget", {"Order"}), ("reason:", ALL - {"Order"}),
        ("name=survey", {"Survey"}), ("name:ord,go", {"Order", "Go"}), ("milestone:no", ALL - {"Öffnung"}),
        ("late @tomas", {"Lay"}), ("%", set()), ("_", set()), ("open", ALL - {"Go"}),
    ],
)  # fmt: skip
def test_what_a_filter_leaves(find: Callable[[str], set[str]], text: str, names: set[str]) -> None:
    assert find(text) == names


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("cables staus:doing", "staus", "is no field of this list. It has:"),
        ("-staus:doing", "staus", "column 2"),
        ("status:dong", "dong", "none of: todo, doing"),
        ("due<12/4", "12/4", "may be 12 April or 4 December. Write 2027-04-12 or 2026-12-04."),
        ("late due<someday", "someday", "Write 2026-12-04, 4.12., 12 dec"),
        ("late @nobody", "nobody", "Write @ and the beginning of a name"),
        ("#nowhere", "nowhere", "Write # and the beginning of one"),
        ("name<b", "name<b", "has no order"),
        ("percent<many", "many", "not a whole number"),
        ("due<", "due<", "needs a value behind the <"),
        ('cables "lay', '"lay', "not closed"),
        ("due < fri", "<", "Write it without spaces"),
        ("late ,done", ",", "Write a,b for a or b"),
        ("@", "@", "a name or initials"),
        ("a " * 101, "a " * 101, "more than 100"),
        ("a" * 1001, "a", "longer than 1,000"),
        ("late \ud800", "\ud800", "no text"),
    ],
)
def test_what_is_wrong_names_its_place(
    find: Callable[[str], set[str]], text: str, place: str, said: str
) -> None:
    with pytest.raises(Unclear) as raised:
        find(text)
    assert text[raised.value.at : raised.value.end] == place
    assert said in str(raised.value)
    assert f"(column {raised.value.at + 1})" in str(raised.value)


def test_mine_needs_a_member(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    conn = db.connect(tmp_path / db.NAME)
    with pytest.raises(Unclear, match="milepost login"):
        condition(conn, "mine", vocabulary.TASKS)
    conn.close()


def test_any_text_is_read_and_shown_or_refused_in_words(shop: sqlite3.Connection) -> None:
    seen = {"read": 0, "refused": 0}

    @settings(max_examples=600, deadline=None)
    @given(TYPED)
    @example('b<"="')
    def read(text: str) -> None:
        try:
            terms = parse(text)
            assert parse(show(terms)) == terms
            for kind, vocab in (("task", vocabulary.TASKS), ("project", vocabulary.PROJECTS)):
                found = condition(shop, text, vocab, now=NOW)
                join = "LEFT JOIN schedule s ON s.task=t.id"
                shop.execute(f"SELECT t.name FROM {kind} t {join} WHERE {found.sql}", found.values).fetchall()
            seen["read"] += bool(terms)
        except Unclear as error:
            seen["refused"] += 1
            assert 0 <= error.at <= error.end <= len(text)
            assert len(str(error)) > 20
        complete(text, [vocabulary.TASKS], lambda kind: ["Ines Vogt"])

    read()
    assert min(seen.values()) > 50


WORDS = [
    "",
    "c",
    "ca",
    "cab",
    "late",
    "lat",
    '"late"',
    "-ca",
    "-cab",
    "ca,go",
    "todo",
    "tod",
    "@ines",
    "öff",
    "#har",
    "due:",
]


def test_what_narrows_leaves_nothing_new(find: Callable[[str], set[str]]) -> None:
    said = 0
    for one, other, more in product(WORDS, WORDS, WORDS):
        before, after = f"{more} {one}", f"{more} {other}"
        if narrows(before, after, vocabulary.TASKS):
            said += 1
            assert find(after) <= find(before), (before, after)
    assert said > 300
    assert narrows("c", "cab", vocabulary.TASKS) and narrows("c", "c @ines", vocabulary.TASKS)
    assert not narrows("cab", "c", vocabulary.TASKS)


def test_terms_know_where_they_stand() -> None:
    [term, day] = parse("-@ines,tomas due<12 dec")
    assert term == Term("@", ":", (Value("ines"), Value("tomas")), negated=True)
    assert (term.at, term.end, term.values[1].at, day.values[0].text) == (0, 12, 7, "12 dec")


def names(kind: str) -> list[str]:
    return {"member": ["Ines Vogt", "Tomas Roth"], "client": ["Harlan Fab"]}.get(
        kind, ["Nesting line", "Hall 2"]
    )


@pytest.mark.parametrize(
    ("typed", "at", "words"),
    [
        ("la", 0, ["late"]), ("x -cri", 3, ["critical", "critical:"]), ("status:do", 7, ["doing", "done"]),
        ("status:todo,bl", 12, ["blocked"]), ("@in", 1, ["ines-vogt"]), ("a -@", 4, ["ines-vogt", "tomas-roth"]),
        ("#ha", 1, ["harlan-fab", "hall-2"]), ("#ha,#n", 5, ["nesting-line"]), ("who:t", 4, ["tomas-roth"]),
        ("due<to", 4, ["today", "tomorrow"]), ("milestone:", 10, ["yes", "no"]), ("client:h", 7, ['"Harlan Fab"']),
        ("late", 0, []), ("", 0, []), ("late ", 5, []), ("nosuch:", 7, []), ('"la', 3, []),
    ],
)  # fmt: skip
def test_what_is_offered_under_the_cursor(typed: str, at: int, words: list[str]) -> None:
    offer = complete(typed, [vocabulary.TASKS], names)
    assert list(offer.words) == words
    assert not words or offer.at == at
