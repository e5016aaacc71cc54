# ruff: noqa: E501  the table is wide on purpose
"""The server's decision, rule by rule, as a table: what was there, what comes, what comes of it."""

from typing import Any

import orjson
import pytest

from models.record import made_id
from sync.decision import Decision, Stamp, Stored
from sync.merge import decide
from sync.protocol import Change, Transaction

INES, TOMAS = "Ines's laptop", "Tomas's laptop"
GONE, LATER = "2026-11-22T08:00:00.000Z", "2026-11-23T08:00:00.000Z"


def stored(kind: str = "task", *, made_by: str = TOMAS, **fields: tuple[Any, str, int, int] | Any) -> Stored:
    """A record made at version 1; a field is its value, or value, replica, version and time of its last write."""
    record = Stored(kind, "r", {}, Stamp(1, "t1", made_by, made_by, 0))
    for name, told in fields.items():
        record.values[name] = told[0] if isinstance(told, tuple) else told
        if isinstance(told, tuple):
            _, replica, ver, at = told
            record.stamps[name] = Stamp(ver, f"t{ver}", replica, replica, at)
    return record


def push(
    there: Stored | None, values: dict[str, Any], *, base: int = 1, kind: str = "do", created: bool = False,
    at: int = 100, of: str = "task", by: str = INES, before: dict[str, Any] | None = None,
) -> Decision:  # fmt: skip
    bases = {} if created else dict.fromkeys(values, base)
    txn = Transaction(
        "mine", kind, None, "Edit", 0, [Change(of, "r", created, values, bases, before or {})], ""
    )
    return decide(txn, {"r": there} if there else {}, Stamp(9, "mine", by, by, at))


def told(decision: Decision) -> str:
    """The decision in one line: what is logged of the record, what is idle, what went aside."""
    patches = [p for p in decision.patches if p.kind != "conflict"]
    words = [", ".join(f"{n}={v}" for n, v in p.values.items()) for p in patches]
    words += [f"idle {', '.join(sorted(name for _, name in decision.idle))}"] if decision.idle else []
    words += [
        f"aside {', '.join(f'{n}={v}' for n, v in orjson.loads(str(p.values['loser'])).items())}"
        f" of {p.values['loser_author']}"
        for p in decision.patches
        if p.kind == "conflict"
    ]
    return decision.reason or "; ".join(words)


T, S = TOMAS, INES  # theirs, own
NOTE = {"notes": "1\n2\n3"}
PLACE = {"parent_id": "p", "rank": "a1"}

# fmt: off
TABLE = [
    # rule                                     stored                                  pushed                  how                     outcome
    ("nobody wrote it since",                  {"name": ("A", T, 2, 50)},              {"name": "B"},          {"base": 2},            "name=B"),
    ("somebody wrote the same",                {"name": ("B", T, 5, 50)},              {"name": "B"},          {},                     "name=B; idle name"),
    ("the later edit wins",                    {"name": ("A", T, 5, 50)},              {"name": "B"},          {},                     f"name=B; aside name=A of {T}"),
    ("the earlier edit loses",                 {"name": ("A", T, 5, 500)},             {"name": "B"},          {},                     f"name=A; idle name; aside name=B of {S}"),
    ("own earlier edits are no conflict",      {"name": ("A", S, 5, 500)},             {"name": "B"},          {},                     "name=B"),
    ("another field is no conflict",           {"notes": ("A", T, 5, 500)},            {"name": "B"},          {},                     "name=B"),
    ("of dates the server's value stays",      {"deadline": ("2026-12-01T08:00", T, 5, 50)}, {"deadline": None}, {},
                                               f"deadline=2026-12-01T08:00; idle deadline; aside deadline=None of {S}"),
    ("a group is one: parent and order",       {"parent_id": (None, T, 5, 500), "rank": ("a0", T, 5, 500)}, PLACE, {},
                                               f"parent_id=None, rank=a0; idle parent_id, rank; aside parent_id=p, rank=a1 of {S}"),
    ("a group, the later edit",                {"parent_id": (None, T, 5, 50), "rank": ("a0", T, 5, 50)}, PLACE, {},
                                               f"parent_id=p, rank=a1; aside parent_id=None, rank=a0 of {T}"),
    ("an undo where we wrote last",            {"name": ("A", S, 5, 50)},              {"name": "B"},          {"kind": "undo"},       "name=B"),
    ("an undo over a colleague's value",       {"name": ("A", T, 5, 50)},              {"name": "B"},          {"kind": "undo"},       "name=A; idle name"),
    ("a redo is an ordinary edit",             {"name": ("A", T, 5, 50)},              {"name": "B"},          {"kind": "redo"},       f"name=B; aside name=A of {T}"),
    ("a delete of what nobody touched",        {},                                     {"deleted_at": GONE},   {},                     f"deleted_at={GONE}"),
    ("a delete against an edit not seen",      {"name": ("A", T, 5, 50)},              {"deleted_at": GONE},   {},                     f"deleted_at=None; idle deleted_at; aside deleted_at={GONE} of {S}"),
    ("a delete against an edit that was seen", {"name": ("A", T, 5, 50)},              {"deleted_at": GONE},   {"base": 5},            f"deleted_at={GONE}"),
    ("a delete against a restoring not seen",  {"deleted_at": (None, T, 5, 50)},       {"deleted_at": GONE},   {},                     f"deleted_at=None; idle deleted_at; aside deleted_at={GONE} of {S}"),
    ("two deletes",                            {"deleted_at": (GONE, T, 5, 50)},       {"deleted_at": LATER},  {},                     f"deleted_at={GONE}; idle deleted_at"),
    ("an edit brings back what it saw live",   {"deleted_at": (GONE, T, 5, 50)},       {"name": "B"},          {},                     f"name=B, deleted_at=None; aside deleted_at={GONE} of {T}"),
    ("an edit of what was seen deleted",       {"deleted_at": (GONE, T, 5, 50)},       {"name": "B"},          {"base": 5},            "name=B"),
    ("an undelete",                            {"deleted_at": (GONE, T, 5, 50)},       {"deleted_at": None},   {"base": 5},            "deleted_at=None"),
    ("a create yields to what was changed",    {"name": ("A", T, 5, 50), "project_id": "p"}, {"name": "B", "project_id": "p"}, {"created": True}, "name=A, project_id=p; idle name, project_id"),
    ("a create never clears a delete",         {"name": "B", "project_id": "p", "deleted_at": (GONE, T, 5, 50)}, {"name": "B", "project_id": "p"}, {"created": True}, "name=B, project_id=p; idle name, project_id"),
    ("lines of both",                          {"notes": ("1\n2\n3!", T, 5, 500)},     {"notes": "0\n2\n3"},   {"before": NOTE},       "notes=0\n2\n3!"),
    ("the same line of both, the later",       {"notes": ("1\n2\n3!", T, 5, 50)},      {"notes": "0\n2\n3?"},  {"before": NOTE},       f"notes=0\n2\n3?; aside notes=1\n2\n3! of {T}"),
    ("the same line of both, the earlier",     {"notes": ("1\n2\n3!", T, 5, 500)},     {"notes": "0\n2\n3?"},  {"before": NOTE},       f"notes=0\n2\n3!; aside notes=0\n2\n3? of {S}"),
    ("the same note of both",                  {"notes": ("0\n2\n3", T, 5, 50)},       {"notes": "0\n2\n3"},   {"before": NOTE},       "notes=0\n2\n3; idle notes"),
    ("a note that nobody wrote since",         {"notes": ("1\n2\n3", T, 5, 500)},      {"notes": None},        {"before": NOTE},       "notes=None"),
    ("own lines are no conflict",              {"notes": ("1\n2\n3!", S, 5, 500)},     {"notes": "1\n2\n3?"},  {"before": NOTE},       "notes=1\n2\n3?"),
    ("own lines under own and a colleague's",  {"notes": ("0\n2\n3!", S, 6, 60), "notes of others": (None, T, 5, 50)}, {"notes": "0\n2\n3\n4"}, {"before": {"notes": "0\n2\n3"}, "base": 9},
                                               f"notes=0\n2\n3\n4; aside notes=0\n2\n3! of {T}"),
    ("a note without what its author had",     {"notes": ("1\n2\n3!", T, 5, 50)},      {"notes": "0\n2\n3"},   {},                     f"notes=0\n2\n3; aside notes=1\n2\n3! of {T}"),
    ("an undo of lines beside a colleague's",  {"notes": ("0\n2\n3!", T, 5, 50)},      {"notes": "1\n2\n3"},   {"kind": "undo", "before": {"notes": "0\n2\n3"}}, "notes=1\n2\n3!"),
    ("an undo of lines that a colleague changed", {"notes": ("4\n2\n3", T, 5, 50)},    {"notes": "1\n2\n3"},   {"kind": "undo", "before": {"notes": "0\n2\n3"}}, "notes=4\n2\n3; idle notes"),
    ("a delete against lines not seen",        {"notes": ("0\n2\n3!", S, 6, 60), "notes of others": (None, T, 5, 50)}, {"deleted_at": GONE}, {"base": 1},
                                               f"deleted_at=None; idle deleted_at; aside deleted_at={GONE} of {S}"),
    ("a value that is none",                   {},                                     {"priority": 4000},     {},                     "priority: 4000 is above 1000."),
    ("a record of another kind",               {},                                     {"name": "B"},          {"of": "client"},       "client: the record r is a task."),
]
# fmt: on


@pytest.mark.parametrize(
    ("there", "values", "how", "outcome"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_rule(there: dict[str, Any], values: dict[str, Any], how: dict[str, Any], outcome: str) -> None:
    assert told(push(stored(**there), values, **how)) == outcome


def test_a_conflicts_id_is_made_of_both_transactions() -> None:
    [_, conflict] = push(stored(name=("A", TOMAS, 5, 50)), {"name": "B"}).patches
    assert conflict.rec == made_id("conflict", "mine", "t5", "r", "name")


def test_texts_that_were_merged_otherwise_after_a_restore_are_conflicts_of_their_own() -> None:
    """The operations are the same, the lines that lose are not (simulation, seed 110960)."""
    made = [
        push(stored(notes=(text, TOMAS, 5, 50)), {"notes": "new"}, before=before).patches[-1].rec
        for text in ("1\n2\n3!", "1\n2\n3!\nand his", "1\n2\n3!")
        for before in (NOTE, {})
    ]
    assert made[:2] == made[4:] and len(set(made)) == 2


def test_a_conflict_holds_both_values_what_was_before_both_and_how_it_was_decided() -> None:
    theirs = stored(
        notes=("1\n2\n3!", TOMAS, 5, 50), name=("A", TOMAS, 5, 500), deadline=(None, TOMAS, 5, 50)
    )
    day = "2026-12-01T08:00"
    mine, before = (
        {"notes": "1\n2\n3?", "name": "B", "deadline": day},
        {**NOTE, "name": "O", "deadline": None},
    )
    _, *found = push(theirs, mine, before=before).patches
    assert [(p.values["field"], p.values["base"], p.values["decided"]) for p in found] == [
        ("notes", '{"notes":"1\\n2\\n3"}', "text"), ("name", '{"name":"O"}', "time"),
        ("deadline", '{"deadline":null}', "server"),
    ]  # fmt: skip
    assert orjson.loads(str(found[0].values["winner"])) == {"notes": "1\n2\n3?"}


def test_a_merged_note_that_would_be_too_long_is_a_conflict() -> None:
    theirs, mine = "b" * 150_000 + "\nlast", "first\n" + "a" * 150_000
    theirs = stored(notes=(f"top\n{theirs}", TOMAS, 5, 50))
    made = push(theirs, {"notes": f"{mine}\nend"}, before={"notes": "top\nend"})
    assert [p.kind for p in made.patches] == ["task", "conflict"]
    assert made.patches[0].values == {"notes": f"{mine}\nend"}


def test_an_edit_of_what_the_server_never_saw_is_refused() -> None:
    assert "what made it was refused" in push(None, {"name": "B"}).reason


def test_nobody_writes_a_conflict_but_the_server() -> None:
    assert "server only" in push(None, {"kind": "task"}, created=True, of="conflict").reason


def test_what_is_immutable_is_never_edited() -> None:
    baseline = stored("baseline", project_id="p")
    assert "never changed once made" in push(baseline, {"name": "B"}, of="baseline").reason


def test_fields_and_kinds_of_newer_versions_pass_through() -> None:
    assert (
        told(push(stored(colour=("red", TOMAS, 5, 50)), {"colour": "blue"}))
        == f"colour=blue; aside colour=red of {TOMAS}"
    )
    assert told(push(None, {"any": 1}, created=True, of="machine")) == "any=1"


def test_of_a_settlement_that_came_too_late_only_what_it_decides_stays_as_it_is() -> None:
    """One operation settles two conflicts of a record; a colleague has settled the first otherwise."""
    there = {"r": stored(name=("A", TOMAS, 5, 50), number=("1", TOMAS, 2, 50))}
    for n, name in enumerate(("name", "number"), 6):
        values = {"kind": "task", "rec": "r", "winner": f'{{"{name}":"x"}}', "loser": f'{{"{name}":"y"}}'}
        there[f"c-{name}"] = Stored("conflict", f"c-{name}", values, Stamp(n, f"t{n}", TOMAS, TOMAS, 0))
    first = {"conflict_id": "c-name", "value": '{"name":"A"}'}
    there["s-name"] = Stored("settlement", "s-name", first, Stamp(8, "t8", TOMAS, TOMAS, 0))
    changes = [
        Change("settlement", f"s-{name}", True, {"conflict_id": f"c-{name}", "value": f'{{"{name}":"{v}"}}'})
        for name, v in (("name", "B"), ("number", "2"))
    ]
    changes.append(Change("task", "r", False, {"name": "B", "number": "2"}, {"name": 8, "number": 8}))
    decision = decide(
        Transaction("mine", "do", None, "Settle", 0, changes, ""), there, Stamp(9, "mine", INES, INES, 100)
    )
    assert decision.writes["r"] == {"number": "2"} and decision.idle >= {("r", "name")}
    assert [(p.values["winner"], p.values["loser"]) for p in decision.patches if p.kind == "conflict"] == [
        ('{"name":"A"}', '{"name":"B"}')
    ]


def test_of_a_delete_that_was_decided_already_what_goes_by_it_stays_as_it_is() -> None:
    """A colleague settled for the delete; this one keeps the summary, with the task that went by the same act."""
    gone = {"deleted_at": (GONE, TOMAS, 8, 50)}
    values = {
        "kind": "task",
        "rec": "r",
        "winner": '{"deleted_at":null}',
        "loser": f'{{"deleted_at":"{GONE}"}}',
    }
    there = {
        "r": stored(**gone), "below": stored(**gone, parent_id="r"),
        "c": Stored("conflict", "c", values, Stamp(6, "t6", TOMAS, TOMAS, 0)),
        "s": Stored("settlement", "s", {"conflict_id": "c", "value": values["loser"]}, Stamp(8, "t8", TOMAS, TOMAS, 0)),
    }  # fmt: skip
    there["below"].rec = "below"
    changes = [
        Change("settlement", "s", True, {"conflict_id": "c", "value": values["winner"]}),
        *(Change("task", rec, False, {"deleted_at": None}, {"deleted_at": 5}) for rec in ("r", "below")),
    ]
    txn = Transaction("mine", "do", None, "Settle", 0, changes, "", since=7)
    decision = decide(txn, there, Stamp(9, "mine", INES, INES, 100))
    assert decision.idle >= {("r", "deleted_at"), ("below", "deleted_at")}
    made = [(p.values["rec"], p.values["decided"]) for p in decision.patches if p.kind == "conflict"]
    assert made == [("r", "first"), ("below", "first")]
