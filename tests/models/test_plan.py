"""The plan's verbs, at their edges."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import baseline, dependency, outline, record, task
from models.errors import Invalid, NotFound, Refused


@pytest.fixture
def tree(desk: Any) -> Any:
    """Install (Lay cables, Wire), Test, Hand over."""
    desk.top = desk.tasks(desk.project(), "Install", "Test", "Hand over")
    desk.low = desk.tasks(
        desk.get("task", desk.top[0], "project_id"), "Lay cables", "Wire", under=desk.top[0]
    )
    return desk


def level(desk: Any, parent: str | None = None) -> list[str]:
    sql = "SELECT name FROM task WHERE parent_id IS ? AND deleted_at IS NULL ORDER BY rank, id"
    return [row[0] for row in desk.conn.execute(sql, (parent,))]


def test_indent_goes_below_the_sibling_above(tree: Any) -> None:
    tree.do(outline.indent, tree.top[1:])
    assert level(tree) == ["Install"]
    assert level(tree, tree.top[0]) == ["Lay cables", "Wire", "Test", "Hand over"]
    with pytest.raises(Refused, match="“Install” has no task above"):
        tree.do(outline.indent, tree.top[:1])


def test_outdent_goes_directly_after_the_parent(tree: Any) -> None:
    tree.do(outline.outdent, tree.low)
    assert level(tree) == ["Install", "Lay cables", "Wire", "Test", "Hand over"]
    with pytest.raises(Refused, match="top level already"):
        tree.do(outline.outdent, tree.top[:1])


def test_move_stops_at_the_edges(tree: Any) -> None:
    tree.do(outline.move, [tree.top[2]], -1)
    assert level(tree) == ["Install", "Hand over", "Test"]
    tree.do(outline.move, [tree.top[0], tree.top[2]], 1)
    assert level(tree) == ["Test", "Install", "Hand over"]
    with pytest.raises(Refused, match="as far as it goes"):
        tree.do(outline.move, [tree.top[1]], -1)
    with pytest.raises(Refused, match="different levels"):
        tree.do(outline.move, [tree.top[1], tree.low[0]], 1)


def test_move_to_takes_what_is_below_along(tree: Any) -> None:
    tree.do(outline.move_to, [tree.top[0], tree.low[1]], tree.top[1])
    assert level(tree, tree.top[1]) == ["Install"]
    assert level(tree, tree.top[0]) == ["Lay cables", "Wire"]
    with pytest.raises(Refused, match="below itself"):
        tree.do(outline.move_to, [tree.top[1]], tree.low[0])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(["indent", "outdent", "up", "down", "to"]), *[st.integers(0, 4)] * 2),
        max_size=12,
    )
)
def test_no_way_of_moving_makes_a_loop_or_an_equal_rank(tree: Any, steps: list[tuple[str, int, int]]) -> None:
    all_ = [*tree.top, *tree.low]
    for how, at, other in steps:
        verbs: dict[str, tuple[Any, ...]] = {
            "indent": (outline.indent, [all_[at]]), "outdent": (outline.outdent, [all_[at]]),
            "up": (outline.move, [all_[at]], -1), "down": (outline.move, [all_[at]], 1),
            "to": (outline.move_to, [all_[at]], all_[other]),
        }  # fmt: skip
        try:
            tree.do(*verbs[how])
        except Refused:
            continue
    walk = "WITH RECURSIVE t(id) AS (SELECT id FROM task WHERE parent_id IS NULL UNION SELECT c.id FROM task c JOIN t ON c.parent_id=t.id) SELECT count(*) FROM t"  # noqa: E501
    assert tree.one(walk) == 5
    assert tree.one("SELECT count(*) FROM (SELECT DISTINCT parent_id, rank FROM task)") == 5


def test_between_equal_ranks_the_order_stays(tree: Any) -> None:
    for id in tree.top[:2]:  # as two laptops make them
        tree.do(lambda session, id=id: setattr(session.get(task.Task, id), "rank", "a1"))
    before = level(tree)
    project = tree.get("task", tree.top[0], "project_id")
    tree.do(outline.add_task, project, "Inspect", after=tree.top[1])
    assert level(tree) == [*before[:2], "Inspect", *before[2:]]


def test_a_deleted_task_takes_its_subtree_and_brings_back_only_that(tree: Any) -> None:
    tree.do(record.delete, "task", tree.low[0])
    tree.do(record.delete, "task", tree.top[0])
    assert level(tree) == ["Test", "Hand over"]
    tree.do(record.undelete, "task", tree.top[0])
    assert level(tree, tree.top[0]) == ["Wire"]


def test_nothing_new_belongs_to_what_is_deleted(tree: Any) -> None:
    """A colleague deleted it, and the project is still open here."""
    project = tree.get("task", tree.top[0], "project_id")
    tree.do(record.delete, "task", tree.top[0])
    with pytest.raises(Refused, match="“Install” is in the recycle bin"):
        tree.do(outline.add_task, project, "Inspect", under=tree.top[0])
    photo = {
        "name": "photo.jpg",
        "size": 1,
        "sha256": 64 * "0",
        "owner_kind": "task",
        "owner_id": tree.top[0],
    }
    with pytest.raises(Refused, match="“Install” is in the recycle bin"):
        tree.do(record.create, "attachment", **photo)
    tree.do(record.delete, "project", project)
    with pytest.raises(Refused, match=f"milepost undelete {project}"):
        tree.do(outline.add_task, project, "Inspect")
    tree.do(record.undelete, "project", project)
    tree.do(outline.add_task, project, "Inspect")
    assert level(tree) == ["Test", "Hand over", "Inspect"]


def test_links_refuse_circles_and_name_the_tasks(tree: Any) -> None:
    install, test, hand = tree.top
    tree.do(dependency.link, install, test)
    link = tree.do(dependency.link, test, hand)
    with pytest.raises(Refused, match="Hand over → Install") as error:
        tree.do(dependency.link, hand, install)
    assert all(name in str(error.value) for name in ("Install", "Test", "Hand over"))
    with pytest.raises(Refused, match="wait for itself"):
        tree.do(dependency.link, test, test)
    tree.do(record.delete, "dependency", link.id)
    tree.do(dependency.link, hand, install)
    with pytest.raises(Refused, match="circle"):
        tree.do(record.undelete, "dependency", link.id)


@pytest.mark.parametrize("status", task.STATUSES)
@pytest.mark.parametrize("before", task.STATUSES)
def test_every_status_follows_every_other(tree: Any, before: str, status: str) -> None:
    tree.edit("task", tree.low[0], status=before)
    tree.edit("task", tree.low[0], status=status)
    assert tree.do(record.find, "task", tree.low[0]).status == status


def test_finish_at_a_time_and_never_before_the_start(tree: Any) -> None:
    tree.do(task.finish, tree.low, "2026-11-20T12:00")
    assert tree.get("task", tree.low[0], "actual_finish") == "2026-11-20T12:00"
    with pytest.raises(Invalid, match="before the start"):
        tree.edit("task", tree.low[0], actual_start="2026-11-21T08:00")


def test_who_by_name_or_initials(tree: Any) -> None:
    tree.do(record.create, "member", name="Petra Nowak", initials="PN")
    tree.do(record.create, "member", name="Petr Kolar", initials="PK")
    tree.edit("task", tree.low[0], who="pn, Petr K")
    rows = "SELECT m.initials FROM assignment a JOIN member m ON m.id=a.member_id WHERE a.deleted_at IS NULL ORDER BY 1"
    assert [r[0] for r in tree.conn.execute(rows)] == ["PK", "PN"]
    tree.edit("task", tree.low[0], who="PN")
    assert [r[0] for r in tree.conn.execute(rows)] == ["PN"]
    with pytest.raises(Invalid, match=r"fits Petra Nowak, Petr Kolar|fits Petr Kolar, Petra Nowak"):
        tree.edit("task", tree.low[0], who="petr")
    with pytest.raises(Invalid, match="no member is called"):
        tree.edit("task", tree.low[0], who="Zdenek")


def test_a_removed_client_takes_and_brings_its_people(desk: Any) -> None:
    harlan = desk.client()
    ines, olga = (desk.do(record.create, "contact", name=n, client_id=harlan).id for n in ("Jan", "Olga"))
    desk.do(record.delete, "contact", olga)
    desk.do(record.delete, "client", harlan)
    assert desk.one("SELECT count(*) FROM contact WHERE deleted_at IS NULL") == 0
    desk.do(record.undelete, "client", harlan)
    assert desk.get("contact", ines, "deleted_at") is None
    assert desk.get("contact", olga, "deleted_at") is not None


# ── records ───────────────────────────────────────────────────────────────────────────────────────────


SOME = {"date": "2026-12-04", "integer": 1}
OWN = {"sha256": "0" * 64}


def test_every_kind_can_be_made_with_the_least(desk: Any) -> None:
    made = {"client": desk.client(), "project": desk.project()}
    made["task"] = desk.tasks(made["project"], "Lay cables")[0]
    another = desk.tasks(made["project"], "Wire")[0]
    for name, kind in record.KINDS.items():
        values: dict[str, Any] = {}
        for field in kind.fields.values():
            if field.required and field.default is None:
                values[field.name] = made.get(field.refers) if field.refers else SOME.get(field.type, "1")
            values |= {name: OWN[name] for name in values if name in OWN}
        if name == "dependency":
            values["successor_id"] = another
        rec = desk.do(record.create, name, **values)
        made.setdefault(name, rec.id)
    assert made.keys() >= record.KINDS.keys()


def test_unknown_fields_are_refused_with_the_names(desk: Any) -> None:
    with pytest.raises(Invalid, match=r"no such field\. It has: name, number"):
        desk.client(colour="red")
    for name in ("id", "ver", "extra"):
        with pytest.raises(Invalid, match="not by hand"):
            desk.edit("client", desk.client(), **{name: "x"}) if name != "id" else desk.do(
                lambda s: record._set(s, "client", object(), {"id": "x"})
            )


def test_what_was_agreed_never_changes(desk: Any) -> None:
    project = desk.project()
    taken = desk.do(baseline.take_baseline, project, {})
    with pytest.raises(Invalid, match="never changed once made"):
        desk.edit("baseline", taken.id, name="Better")
    assert desk.do(baseline.take_baseline, project, {}).number == 1


def test_references_lead_somewhere(desk: Any) -> None:
    with pytest.raises(NotFound, match="No client has the id nowhere"):
        desk.do(record.create, "project", name="Line 2", client_id="nowhere")
    with pytest.raises(NotFound, match="milepost list task"):
        desk.edit("task", "nowhere", name="x")


def test_an_operation_that_is_invalid_writes_nothing(desk: Any) -> None:
    harlan = desk.client()
    with pytest.raises(Invalid, match="email"):
        desk.do(record.create, "contact", name="Jan", client_id=harlan, email="jan at home")
    assert desk.one("SELECT count(*) FROM contact") == 0


def test_a_loop_of_parents_from_two_laptops_can_be_left(tree: Any) -> None:
    upper, lower = tree.low[0], tree.low[1]
    with tree.store.write() as conn:
        from models.apply import settlement

        with settlement(conn, "the server's log"):
            conn.execute("UPDATE task SET parent_id=? WHERE id=?", (lower, upper))
            conn.execute("UPDATE task SET parent_id=? WHERE id=?", (upper, lower))
    tree.edit("task", upper, name="Renamed inside the loop")
    tree.do(outline.move_to, [upper], None)
    assert tree.get("task", upper, "parent_id") is None
    assert tree.get("task", upper, "name") == "Renamed inside the loop"


def test_a_verb_that_writes_through_the_store_is_told_so(tree: Any) -> None:
    def nested(session: Any) -> None:
        tree.store.transact("Again", record.create, "client", name="Harlan Fab")

    with pytest.raises(RuntimeError, match="through its session"):
        tree.store.transact("Once", nested)
