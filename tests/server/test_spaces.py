"""Who is sent what, who may do what, and what a grant and a revocation leave in the log."""

import pytest

from sync import protocol
from sync.asking import Gone
from tests.server.laptop import CELL, Laptop, client, do, edit, new, share, task, told
from tests.server.running import Served


def test_it_is_its_authors_only(ines: Laptop, tomas: Laptop, cell: str) -> None:
    assert told(ines)[CELL] == (CELL, "manager", [(ines.member, "manager")])
    assert list(told(tomas)) == ["workspace"]
    assert {p.rec for p in ines._patches()} >= {"cell", "lay"}
    assert not {p.rec for p in tomas._patches()} & {"cell", "lay"}
    assert tomas.pull().upto == tomas.pull().head == ines.pull().head
    with pytest.raises(Gone, match="not shared with you"):
        tomas.snapshot(CELL)
    assert tomas.http.get("/v1/history?rec=lay").status_code == 404


def test_a_grant_moves_the_head_and_tells_everybody_in_it(ines: Laptop, tomas: Laptop, cell: str) -> None:
    head = ines.pull().head
    assert share(ines, tomas.member, "editor") == (200, "")
    assert ines.pull().head == head + 1
    assert told(tomas)[CELL].members == sorted([(ines.member, "manager"), (tomas.member, "editor")])
    assert tomas.last().label == "Shared with Tomas (editor)" and not tomas.last().patches
    assert [r.rec for r in tomas.snapshot(CELL).records] == ["cell", "lay"]
    assert tomas.push_one(do("Rename", edit("task", "lay", head, name="Lay all"))).ver == head + 2


def test_a_reader_is_refused_and_a_stranger_learns_nothing(ines: Laptop, tomas: Laptop, cell: str) -> None:
    rename = [do("Rename", edit("task", "lay", 9, name="Lay all")) for _ in range(2)]
    assert "do not see" in tomas.push_one(rename[0]).reason
    assert tomas.push_one(do("Guess", edit("task", "no-such", 9, name="x"))).reason != ""
    share(ines, tomas.member, "reader")
    assert "you may read this" in tomas.push_one(rename[1]).reason


def test_what_a_reader_may_not_offer_after_a_restore_its_manager_may(
    ines: Laptop, tomas: Laptop, cell: str
) -> None:
    """Every laptop offers a record under the same id: a refusal is the answer to one of them, not to all."""
    share(ines, tomas.member, "reader")
    offer = do(
        "Kept", new("task", "weld", name="Weld", project_id="cell", rank="a1", space=CELL), kind="keep"
    )
    assert "you may read this" in tomas.push_one(offer).reason
    assert ines.push_one(offer).ver == ines.push_one(offer).ver
    assert ines.record("weld")["name"] == "Weld"


def test_a_transaction_over_two_spaces_is_one(ines: Laptop, tomas: Laptop, cell: str) -> None:
    ines.push(do("Both", edit("task", "lay", 9, name="Lay all"), client("Harlan Fab", "harlan")))
    assert [p.rec for p in tomas.last().patches] == ["harlan"]
    assert {p.rec for p in ines.last().patches} == {"lay", "harlan"}
    both = do("Both", edit("client", "harlan", 9, name="H"), edit("task", "lay", 9, name="no"))
    assert tomas.push_one(both).reason and tomas.record("harlan")["name"] == "Harlan Fab"


def test_pages_never_part_a_transaction(ines: Laptop, cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "PULL_BYTES", 1)
    ver = ines.push_one(do("Both", edit("task", "lay", 9, name="Lay all"), client(rec="harlan"))).ver
    page = ines.pull(ver - 1)
    assert [(e.ver, len(e.patches)) for e in page.entries] == [(ver, 2)] and not page.more


def test_taken_away_it_is_sent_no_more(ines: Laptop, tomas: Laptop, cell: str) -> None:
    share(ines, tomas.member, "editor")
    assert share(ines, tomas.member, "") == (200, "")
    ines.push(do("Rename", edit("task", "lay", 9, name="Lay all")))
    assert CELL not in told(tomas) and "lay" not in {p.rec for p in tomas._patches()}
    assert "do not see" in tomas.push_one(do("Rename", edit("task", "lay", 9, name="x"))).reason


def test_conflicts_are_seen_by_who_sees_the_record(ines: Laptop, tomas: Laptop, cell: str) -> None:
    share(ines, tomas.member, "editor")
    ines.push(do("Rename", edit("task", "lay", 9, name="Lay all")))
    tomas.push(do("Rename", edit("task", "lay", 1, name="Lay none"), age=9_000))
    [conflict] = ines.conflicts()
    assert conflict["space"] == CELL


NOT_SHARED = {
    "by a stranger": ("tomas", "ines", "editor", "Only a project or client of its own"),
    "what is everybody's": ("ines", "tomas", "reader", "Only a project or client of its own"),
    "in no role": ("ines", "tomas", "king", "is no role"),
    "with nobody": ("ines", "nobody", "editor", "Nobody has this id"),
    "without a manager": ("ines", "ines", "editor", "needs somebody who manages it"),
}


@pytest.mark.parametrize("case", NOT_SHARED)
def test_what_cannot_be_shared(ines: Laptop, tomas: Laptop, cell: str, case: str) -> None:
    by, whom, role, why = NOT_SHARED[case]
    people = {"ines": ines, "tomas": tomas}
    member = people[whom].member if whom in people else whom
    space = "workspace" if "everybody" in case else CELL
    status, detail = share(people[by], member, role, space)
    assert status == 403 and why in detail


def test_an_editor_may_leave_and_not_share(ines: Laptop, tomas: Laptop, cell: str) -> None:
    share(ines, tomas.member, "editor")
    assert share(tomas, tomas.member, "manager")[0] == 403
    assert share(tomas, tomas.member, "") == (200, "")


@pytest.mark.parametrize("space", ["project:other", "member:somebody", "pair:a:b", "elsewhere"])
def test_a_space_is_begun_only_by_what_it_is_for(ines: Laptop, space: str) -> None:
    assert "do not see" in ines.push_one(do("Add", new("client", "c", name="C", space=space))).reason


def test_a_space_that_no_index_could_hold_is_no_push(ines: Laptop) -> None:
    head = ines.pull().head
    reply = ines.post(do("Add", new("client", "c", name="C", space="project:" + "x" * 300)))
    assert reply.status_code == 422 and ines.pull().head == head


def test_what_one_keeps_to_oneself_and_what_two_share(ines: Laptop, tomas: Laptop) -> None:
    pair = ":".join(["pair", *sorted([ines.member, tomas.member])])
    for space in (f"member:{ines.member}", pair):
        assert ines.push_one(do("Note", new("client", space, name="C", space=space))).ver
    assert set(told(tomas)) == {"workspace", pair}
    assert tomas.push_one(do("Note", new("client", "mine", name="C", space=f"member:{ines.member}"))).reason


def test_a_record_stays_where_it_was_made(ines: Laptop, cell: str) -> None:
    assert (
        "stays where it was made"
        in ines.push_one(do("Move", edit("task", "lay", 9, space="workspace"))).reason
    )


def test_a_circle_names_no_task_that_one_does_not_see(
    ines: Laptop, tomas: Laptop, cell: str, server: Served
) -> None:
    ines.push(do("Add", task("Weld", "weld")), do("Link", new("dependency", "l1", predecessor_id="lay",
              successor_id="weld", project_id="line-7", type="FS", space="workspace")))  # fmt: skip
    back = new("dependency", "l2", predecessor_id="weld", successor_id="lay", project_id="line-7", type="FS")
    reason = tomas.push_one(do("Link", back)).reason
    assert (
        "closes a circle" in reason and "Lay cables" not in reason and "a task that you do not see" in reason
    )


# ── what belongs to something lies where that lies ────────────────────────────────────────────────────

ASTRAY = {
    "a task for everybody in Cell 9": new("task", "t", name="Weld", project_id="cell", rank="a0"),
    "a talk, first by its project": new("interaction", "t", name="Call", project_id="cell", client_id="harlan"),
    "an attachment": new("attachment", "t", name="plan.pdf", owner_kind="task", owner_id="lay", size=1, sha256="0"),
    "what the server does not know": new("inspection", "t", name="FAT", project_id="cell"),
    "a link of Cell 9": new("dependency", "t", project_id="cell", predecessor_id="a", successor_id="b", type="FS"),
    "a task of Cell 9 in line 7": new("task", "t", name="Weld", project_id="line-7", rank="a0", space=CELL),
    "a client's project that everybody sees": new("project", "t", name="Line 8", client_id="novak"),
}  # fmt: skip


@pytest.fixture
def line(ines: Laptop, cell: str) -> None:
    """What everybody sees, Line 7 for Harlan Fab, and Novak Metal, whom Ines keeps to herself."""
    novak = new("client", "novak", name="Novak Metal", space="client:novak")
    ines.push(
        do("Plan", client(rec="harlan"), new("project", "line-7", name="Line 7", client_id="harlan"), novak)
    )
    assert ines.push_one(do("Add", task("Weld", "weld"))).ver


@pytest.mark.parametrize("case", ASTRAY)
def test_nothing_is_put_where_others_see_it(ines: Laptop, tomas: Laptop, line: None, case: str) -> None:
    assert "what other people see" in ines.push_one(do(case, ASTRAY[case])).reason
    assert "you do not see" in tomas.push_one(do(case, ASTRAY[case])).reason


def test_nothing_is_given_away_by_an_edit_either(ines: Laptop, line: None) -> None:
    give, rename = (
        edit("task", "weld", 9, **values) for values in ({"project_id": "cell"}, {"name": "Weld all"})
    )
    builds = do("Rename", edit("task", "weld", 9, project_id="cell", name="Weld it"))
    verdicts = ines.push(do("Give", give), builds, do("Rename", rename))
    assert (
        "what other people see" in verdicts[0].reason
        and verdicts[1].reason == "builds on “Give”, which was refused"
    )
    assert ines.record("weld")["project_id"] == "line-7"


def test_without_its_project_a_talk_would_lie_with_its_client(ines: Laptop, line: None) -> None:
    head = ines.pull().head
    talk = new("interaction", "talk", name="Call", project_id="line-7", client_id="novak")
    assert ines.push_one(do("Note", talk)).ver
    assert (
        "other people"
        in ines.push_one(do("Take off", edit("interaction", "talk", head, project_id=None))).reason
    )


PASSING = {
    "what is not here": new("task", "t", name="Weld", project_id="nowhere", rank="a0"),
    "a project of its own for any client": new("project", "t", name="P", client_id="harlan", space="project:t"),
    "another's": new("project", "t", name="P", client_id="novak", space="project:t"),
    "a client's project for the library": new("project", "t", name="P", client_id="harlan", space="client:novak"),
    "a task where its project lies": new("task", "t", name="Weld", project_id="cell", rank="a0", space=CELL),
}  # fmt: skip


@pytest.mark.parametrize("case", PASSING)
def test_what_may_belong_to_what(ines: Laptop, line: None, case: str) -> None:
    verdict = ines.push_one(do(case, PASSING[case]))
    assert verdict.ver, verdict.reason


def test_what_one_operation_makes_is_looked_at_together(ines: Laptop) -> None:
    begun = new("project", "p", name="P", space="project:p")
    stray, home = (new("task", f"t{n}", name="Weld", project_id="p", rank="a0", **where)
                   for n, where in enumerate(({}, {"space": "project:p"})))  # fmt: skip
    assert ines.push_one(do("Plan", begun, stray)).reason
    assert ines.push_one(do("Plan", begun, home)).ver
