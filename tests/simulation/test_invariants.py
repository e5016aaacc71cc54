"""The invariants of sync, one by one. `test_simulation` holds all of them against random schedules; here each has a
test of its own that says its number, or the table says where that is.

     1  all equal at rest            test_01, oracle._all_equal
     2  no lost edit                 oracle._no_lost_edit; planted: loser dropped, losing value not logged …
     3  takes effect once            test_03; tests/server/test_races.py where duplicates overlap on PostgreSQL
     4  nobody sees part of one      test_04_07 (laptop); tests/server/test_spaces.py
     5  nothing at an issued cursor  test_05; tests/server/test_races.py with writers at once on PostgreSQL
     6  the view equation            Laptop.check after every commit; tests/models/test_view_equation.py
     7  cursor and rows together     test_04_07; planted: cursor committed before the rows
     8  bases                        Laptop._capture and _masks after every commit; planted: rebase raises the base …
     9  a second sync writes nothing test_09, oracle._second_sync_is_silent
    10  remote rows are no outbox    test_10, Laptop._fates after every commit
    11  a refused one delays nobody  test_11, oracle._nothing_waits; tests/server/test_push.py
    12  conflict records only grow   oracle._conflicts_only_grow, _all_equal; tests/sync/test_rejoining.py
    13  no circles                   oracle._structure; tests/server/test_structure.py, test_races.py
    14  revoked rows leave           test_14; tests/models/test_space.py
    15  any kill point               test_15
"""

import random
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from models import db, search
from models.record import edit
from sync import asking
from sync.protocol import Reply, Request
from sync.steps import Local
from tests.simulation import oracle
from tests.simulation.laptop import Laptop, Worker, read_view
from tests.simulation.planted import BUGS
from tests.simulation.script import Setting, Step
from tests.simulation.world import World

SMALL = Setting(2, False, False, 0.0, 2, 600, 1, (0, 0))  # small pages, batches and checkpoints
# a conflict, a refusal, a project that is shared, edited and taken away, a server that compacts its log
STORY = [
    Step("found", 0, 1), Step("sync", 0, 2), Step("edit", 0, 3), Step("edit", 1, 4), Step("write", 0, 5),
    Step("edit", 0, 1), Step("edit", 1, 9), Step("grant", 0, 8), Step("sync", 1, 6), Step("spoil", 1, 7),
    Step("edit private", 1, 9), Step("delete", 0, 10),
    Step("sync", 0, 11), Step("compact", 0, 12), Step("sync", 1, 13), Step("edit private", 1, 3), Step("revoke", 0, 8),
    Step("edit", 1, 15), Step("undo", 0, 16), Step("sync", 1, 17),
]  # fmt: skip


@contextmanager
def played(world: World, steps: list[Step]) -> Iterator[World]:
    with world:
        world.play(steps)
        world.rest()
        yield world


def test_the_table_above_names_tests_that_there_are() -> None:
    root, table = Path(__file__).parents[2], str(__doc__)
    assert [int(n) for n in re.findall(r"^ +(\d+)  ", table, re.M)] == list(range(1, 16))
    for file in re.findall(r"tests/\S+\.py", table):
        assert (root / file).exists(), file
    for name in re.findall(r"test_\d\d(?:_\d\d)?", table):
        assert any(test.startswith(f"{name}_") for test in globals()), name
    held = {**vars(oracle), **vars(Laptop)}
    assert [
        name
        for name in re.findall(r"(?:oracle|Laptop)\.(\w+)|, (_\w+)|and (_\w+)", table)
        if "".join(name) not in held
    ] == []
    for bugs in re.findall(r"planted: (.+)", table):
        assert {bug.strip(" …") for bug in bugs.split(",")} <= BUGS.keys()


def test_the_story_holds_what_it_should() -> None:
    with played(World(SMALL), STORY) as world:
        wanted = {"granted", "revoked", "rejected", "conflicts", "snapshot pages", "versions archived"}
        assert {name for name in wanted if not world.count[name]} == set()


def test_01_all_laptops_equal_the_server_at_rest() -> None:
    with played(World(SMALL), STORY) as world:
        server = oracle._server_view(world)
        for laptop in world.laptops:
            seen = world.rights.of(laptop.member)
            assert laptop.read() == {rec: r for rec, r in server.items() if world.spaces[rec] in seen}


def test_03_what_arrives_twice_takes_effect_once() -> None:
    class Twice(World):
        def _serve(self, laptop: Laptop, request: Request) -> Reply:
            super()._serve(laptop, request)
            return super()._serve(laptop, request)

    with played(World(SMALL), STORY) as once, played(Twice(SMALL), STORY) as twice:
        assert [e.id for e in twice.log] == [e.id for e in once.log]


def test_04_07_nobody_reads_part_of_an_operation_or_a_cursor_without_its_rows() -> None:
    """Another connection looks at the store at every statement of the sync."""
    looks = 0
    with World(SMALL._replace(checkpoint=400, pull_bytes=1_000_000)) as world:
        ines, tomas = world.laptops
        for name in ("Reach", "Grip", "Door"):
            ines.store.transact("Rename", _rename_all, sorted(_tasks(ines)), name)
        ines.view = ines.read()
        _drive(world, ines)
        world._learn()
        with closing(db.connect(tomas.home / db.NAME, readonly=True)) as other:

            def look(statement: str) -> None:
                nonlocal looks
                looks += 1
                other.execute("BEGIN")
                cursor, view = int(db.get_meta(other, "cursor", "0")), read_view(other)
                other.execute("COMMIT")
                assert view == oracle.fold(world.log[:cursor]), f"at {cursor}, in {statement}"

            # what is raised in a trace is swallowed: a look that fails is kept
            failed: list[AssertionError] = []

            def trace(statement: str) -> None:
                try:
                    look(statement)
                except AssertionError as error:
                    failed.append(error)

            tomas.store._raw.set_trace_callback(trace)
            _drive(world, tomas)
            tomas.store._raw.set_trace_callback(None)
            look("rest")
        assert not failed, failed[0]
        assert looks > 30 and {v["name"] for k, v in tomas.read().values() if k == "task"} == {"Door"}


def _tasks(laptop: Laptop) -> list[str]:
    return [rec for rec, (kind, _) in laptop.view.items() if kind == "task"]


def _rename_all(session: Any, recs: list[str], name: str) -> None:
    for rec in recs:
        edit(session, "task", rec, name=name)


def _drive(world: World, laptop: Laptop) -> None:
    worker = Worker(laptop.store.clock)
    try:
        while True:
            if isinstance(worker.step, Local):
                with laptop.store.write() as conn:
                    outcome = worker.step.run(conn)
            else:
                outcome = world.server.handle(worker.step, laptop.member)
            worker.send(outcome)
    except StopIteration:
        return


def test_05_nothing_appears_later_at_a_version_that_a_cursor_has_passed() -> None:
    class Remembering(World):
        """Keeps every cursor that was issued, and what was told up to it."""

        def _serve(self, laptop: Laptop, request: Request) -> Reply:
            reply = super()._serve(laptop, request)
            if "/v1/pull" in request.path and reply.status == 200:
                page = asking.page(reply)
                if page.spaces is None:
                    told = [(e.ver, p.rec) for e in page.entries for p in e.patches]
                    issued.append((laptop.member, frozenset(self.rights.of(laptop.member)), page.upto, told))
            return reply

    issued: list[tuple[str, frozenset[str], int, list[tuple[int, str]]]] = []
    with played(Remembering(SMALL), [s for s in STORY if s.verb != "compact"]) as world:
        assert len(issued) > 10
        for _, spaces, upto, told in issued:
            first = told[0][0] if told else upto
            stands = [
                (e.ver, p.rec)
                for e in world.log[first - 1 : upto]
                for p in e.patches
                if world.spaces[p.rec] in spaces
            ]
            assert told == (stands if told else [])


def test_09_a_second_sync_writes_nothing() -> None:
    with played(World(SMALL), STORY) as world:
        for laptop in world.laptops:
            with laptop.store.write() as conn:
                before = list(conn.iterdump())
            assert world.again(laptop) == 0
            with laptop.store.write() as conn:
                changed = set(conn.iterdump()) ^ set(before)
            assert all("'last_sync'" in line for line in changed)


def test_10_what_comes_from_the_server_waits_for_nobody() -> None:
    with World(SMALL) as world:
        ines, tomas = world.laptops
        ines.store.transact("Rename", _rename_all, _tasks(ines), "Reach")
        _drive(world, ines)
        _drive(world, tomas)
        with tomas.store.write() as conn:
            assert conn.execute("SELECT count(*) FROM txn WHERE origin='L'").fetchone() == (0,)
            assert conn.execute("SELECT count(*) FROM txn WHERE state IN (1, 2, 3)").fetchone() == (0,)


def test_11_a_refused_operation_delays_no_other() -> None:
    steps = [Step("spoil", 1, 7), Step("edit", 1, 1), Step("sync", 1, 1)]
    with World(SMALL._replace(push_rows=1)) as world:
        world.play(steps)
        assert [edit.fate for edit in world.laptops[1].edits] == ["rejected", "seen"]


def test_14_of_a_space_that_is_taken_away_no_table_holds_a_row() -> None:
    with World(SMALL) as world:
        world.play(STORY[:15])
        _, tomas = world.laptops
        private = {rec for rec, space in world.spaces.items() if space != "workspace"}
        assert private & tomas.read().keys()
        assert _mentioning(tomas, private)
        while search.index(tomas.store):
            pass
        world.play([Step("revoke", 0, 8), Step("sync", 1, 1), Step("sync", 1, 2)])
        assert not private & tomas.read().keys()
        refused = {e.id for e in tomas.edits if e.fate == "rejected"}
        with tomas.store.write() as conn:
            ns = {n for n, id in conn.execute("SELECT n, id FROM txn").fetchall() if id in refused}
        left = _mentioning(tomas, private)
        assert [row for table, row in left if table != "change" or row[1] not in ns] == []


def _mentioning(laptop: Laptop, recs: set[str]) -> list[tuple[str, Any]]:
    """Rows of all tables that name one of the records."""
    found = []
    with laptop.store.write() as conn:
        tables = [t for (t,) in conn.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()]
        for table in tables:
            found += [
                (table, row)
                for row in conn.execute(f'SELECT * FROM "{table}"').fetchall()
                if any(isinstance(cell, str) and any(rec in cell for rec in recs) for cell in row)
            ]
    return found


class Killed(World):
    """The process is killed when what its yield number `at` asked for is done, and before it hears of it. That is also
    before the next yield; that a commit fails half way is the fault `busy` of the random schedules."""

    def __init__(self, setting: Setting, at: int) -> None:
        super().__init__(setting)
        self.yields, self._at = 0, at

    def rest(self) -> None:
        self._at = 0  # from here on nobody is killed
        self.last = self.yields
        super().rest()

    def _advance(self, laptop: Laptop, worker: Worker, dice: random.Random, faults: float) -> None:
        self.yields += 1
        if self.yields != self._at:
            super()._advance(laptop, worker, dice, faults)
            return
        act: Any = self._local if isinstance(worker.step, Local) else self._request
        act(laptop, worker.step, dice, False)
        laptop.reopen()
        laptop.check(self.log, self.refused)


def test_15_killed_at_any_yield_and_started_again_all_holds() -> None:
    setting = SMALL._replace(push_rows=5, pull_bytes=3_000, checkpoint=400)
    with played(Killed(setting, 0), STORY) as whole:
        assert whole.last > 70
    for at in range(1, whole.last + 1):
        with played(Killed(setting, at), STORY):
            pass
