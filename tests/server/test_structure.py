"""Links stay without circles and tasks above one another, checked where all laptops' edits meet."""

from collections.abc import Collection
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.dependency import path_between
from server.graph import STRIDE, Link, Links, loop
from tests.server.laptop import Laptop, do, edit, link, task

GONE = "2026-11-22T08:00:00.000Z"


def _plan(laptop: Laptop, *names: str) -> int:
    return laptop.push_one(do("Plan", *(task(name, name.lower()) for name in names))).ver


def test_a_link_that_closes_a_circle_is_refused_with_the_tasks_names(ines: Laptop, tomas: Laptop) -> None:
    _plan(ines, "Cables", "Power", "Test")
    ines.push(do("Link", link("l1", "cables", "power")), do("Link", link("l2", "power", "test")))
    refused = tomas.push_one(do("Link", link("l3", "test", "cables")))
    assert "Cables → Power → Test → Cables" in refused.reason
    assert tomas.push_one(do("Link", link("l4", "cables", "test"))).ver


def test_a_circle_within_one_transaction_is_refused(ines: Laptop) -> None:
    _plan(ines, "Cables", "Power")
    both = do("Link", link("l1", "cables", "power"), link("l2", "power", "cables"))
    assert "circle" in ines.push_one(both).reason
    assert ines.push_one(do("Link", link("l3", "power", "cables"))).ver


def test_a_circle_across_a_batch_refuses_the_later_link(ines: Laptop) -> None:
    _plan(ines, "Cables", "Power")
    first, second = ines.push(
        do("Link", link("l1", "cables", "power")), do("Link", link("l2", "power", "cables"))
    )
    assert first.ver and "circle" in second.reason


def test_a_task_that_waits_for_itself_is_refused(ines: Laptop) -> None:
    _plan(ines, "Cables")
    assert "Cables → Cables" in ines.push_one(do("Link", link("l1", "cables", "cables"))).reason


def test_a_deleted_link_closes_nothing_until_it_comes_back(ines: Laptop) -> None:
    _plan(ines, "Cables", "Power")
    ver = ines.push_one(do("Link", link("l1", "cables", "power"))).ver
    ines.push(do("Delete", edit("dependency", "l1", ver, deleted_at=GONE)))
    assert ines.push_one(do("Link", link("l2", "power", "cables"))).ver
    back = ines.push_one(do("Undelete", edit("dependency", "l1", ver, deleted_at=None)))
    assert "Power → Cables → Power" in back.reason


def test_a_link_that_is_turned_round_is_checked_as_it_lies_then(ines: Laptop) -> None:
    _plan(ines, "Cables", "Power", "Test")
    ver = ines.push(do("Link", link("l1", "cables", "power")), do("Link", link("l2", "power", "test")))[1].ver
    back = edit("dependency", "l2", ver, predecessor_id="power", successor_id="cables")
    assert "circle" in ines.push_one(do("Turn", back)).reason
    both = edit("dependency", "l1", ver, predecessor_id="test", successor_id="power")
    turned = edit("dependency", "l2", ver, predecessor_id="power", successor_id="cables")
    assert ines.push_one(do("Turn both", both, turned)).ver


def test_two_laptops_that_put_tasks_below_each_other_make_no_loop(ines: Laptop, tomas: Laptop) -> None:
    ver = _plan(ines, "Site", "Hall")
    ines.push(do("Move", edit("task", "site", ver, parent_id="hall", rank="a0")))
    refused = tomas.push_one(do("Move", edit("task", "hall", ver, parent_id="site", rank="a0")))
    assert "Hall → Site → Hall" in refused.reason


def test_a_loop_of_new_tasks_is_refused(ines: Laptop) -> None:
    verdict = ines.push_one(do("Plan", task("Site", "s", "h"), task("Hall", "h", "s")))
    assert "below itself" in verdict.reason


def test_a_task_may_lie_below_one_that_is_not_here(ines: Laptop) -> None:
    assert ines.push_one(do("Plan", task("Site", "s", "nowhere"))).ver


# ── the searches themselves, against the plain ones ───────────────────────────────────────────────────

Numbered = list[tuple[int, int, int]]
nodes = st.integers(0, 7)


class Table:
    """The stored links, and how often they were asked for."""

    def __init__(self) -> None:
        self.rows: dict[str, Link] = {}
        self.asked = 0

    def after(self, tasks: Collection[str], further: int) -> list[tuple[str, str, str]]:
        self.asked += 1
        return [(id, *row) for id, row in self.rows.items() if row[0] in tasks]

    def before(self, tasks: Collection[str], further: int) -> list[tuple[str, str, str]]:
        self.asked += 1
        return [(id, *row) for id, row in self.rows.items() if row[1] in tasks]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(st.tuples(nodes, nodes, nodes), min_size=1, max_size=4), max_size=14),
    st.integers(0, 14),
)
def test_links_are_refused_exactly_where_there_is_a_way_back(steps: list[Numbered], stored: int) -> None:
    """Each step puts some links anew (the first number is the id); the first ones come from the table."""
    table = Table()
    links = Links(table.after, table.before)
    now: dict[str, Link] = {}
    for n, step in enumerate(steps):
        put = {f"l{id}": (f"t{a}", f"t{b}") for id, a, b in step}
        then = {**now, **put}
        closes = any(path_between(then.values(), s, p) for p, s in then.values())
        if n < stored:
            now = now if closes else then
            table.rows = dict(now)
            continue
        for id, ends in put.items():
            links.put(id, ends)
        ring = links.circle(list(put.values()))
        assert bool(ring) == closes
        assert not ring or set(pairwise([*ring, ring[0]])) <= set(then.values())
        for id in put if ring else ():
            links.put(id, now.get(id))
        now = now if ring else then


def test_a_long_circle_is_found_and_named_by_its_ends(ines: Laptop) -> None:
    _plan(ines, *(f"T{n}" for n in range(100)))
    ines.push(do("Link", *(link(f"l{n}", f"t{n}", f"t{n + 1}") for n in range(99))))
    reason = ines.push_one(do("Link", link("back", "t99", "t0"))).reason
    assert "T0 → T1 → T2 → T3 → (92 more) → T96 → T97 → T98 → T99 → T0" in reason
    assert ines.push_one(do("Link", link("middle", "t40", "t60"))).ver


def test_a_link_at_the_start_of_a_long_plan_does_not_read_the_plan() -> None:
    table = Table()
    table.rows = {f"l{n}": (f"t{n}", f"t{n + 1}") for n in range(1_000)}
    links = Links(table.after, table.before)
    links.put("new", ("first", "t0"))
    assert not links.circle([("first", "t0")])
    assert table.asked <= STRIDE + 1


@given(st.dictionaries(nodes, nodes, max_size=8))
def test_a_loop_is_found_exactly_where_walking_up_never_ends(parents: dict[int, int]) -> None:
    up = {str(task): str(parent) for task, parent in parents.items()}
    endless = [task for task in up if _endless(up, task)]
    ring = loop(up, up.get)
    assert bool(ring) == bool(endless)
    assert all(up[a] == b for a, b in pairwise([*ring, *ring[:1]]))


def _endless(up: dict[str, str], task: str) -> bool:
    at: str | None = task
    for _ in range(len(up) + 1):
        at = up.get(at) if at is not None else None
    return at is not None
