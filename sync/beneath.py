"""What is written below a record that somebody deletes: the delete loses, as it does against an edit of the record.

A project that is deleted takes its tasks out of all lists, though they stay as they are. Who adds some of them, or goes
on with them, and has not heard of the delete would find them nowhere and in no conflict. So, of two people neither of
whom had seen what the other one did, whoever comes second to the server,

    what is written below something deleted    brings that back, and all that it lies below in turn
    a delete of what something was written below  does nothing

and both leave a conflict record. What somebody had seen is a matter of how far his laptop knew the log when he did it:
the version of a record, by which its own fields are judged, says nothing of those below it.
"""

from collections.abc import Iterator, Mapping

from models.copies import Patch
from models.fields import Scalar
from models.record import ABOVE
from sync.decision import Decision, Side, Stamp, Stored, conflict_of
from sync.protocol import Transaction

Values = Mapping[str, Scalar]


def above(kind: str, values: Values) -> Iterator[str]:
    """The ids of what a record lies below: where that is deleted, it is in no list. A project is in one without its
    client, and what belongs to a baseline stands in that."""
    if kind != "project" and not values.get("baseline_id"):
        names = ABOVE[:1] if values.get(ABOVE[0]) else ABOVE
        yield from (str(id) for name in names if (id := values.get(name)))


def hides(kind_above: str, values_above: Values, kind: str, values: Values) -> bool:
    """Whether something deleted above a record takes it out of its list: not what has a space of its own, nor a task
    whose parent is in another project, which stands on the top level of its own."""
    both_tasks = kind == kind_above == "task"
    alike = ("space", "project_id") if both_tasks else ("space",)
    return all(values_above.get(name) == values.get(name) for name in alike)


def root(record: Stored) -> str:
    """The id that all names which lies below the record, but for what is attached or assigned to a task: its project's,
    or its own."""
    return str(record.values.get("project_id") or record.rec)


def settle_deletes(
    decision: Decision, txn: Transaction, stored: Mapping[str, Stored], mine: Stamp, unseen: Mapping[str, Stamp]
) -> None:  # fmt: skip
    """Takes out of the decision the deletes that lose, then writes into it what its other writes bring back. `unseen`:
    what others wrote since, by record, where the transaction deletes something that it may lie below."""
    tree = _Tree(decision, stored)
    _spare(tree, txn, mine, unseen)
    if txn.since is not None and txn.kind != "undo":
        _bring_back(tree, txn, mine, txn.since)


class _Tree:
    """The records as a decision leaves them."""

    def __init__(self, decision: Decision, stored: Mapping[str, Stored]) -> None:
        self.decision, self.stored = decision, stored

    def values(self, rec: str) -> Mapping[str, Scalar]:
        writes = self.decision.writes.get(rec, {})
        if rec not in self.stored:
            return writes
        stands = self.stored[rec].values
        return {**stands, **writes} if writes else stands

    def is_deleted(self, rec: str) -> bool:
        return bool(self.values(rec).get("deleted_at"))

    def above(self, kind: str, rec: str) -> list[Stored]:
        """What is stored of what a record lies below."""
        values = self.values(rec)
        found = (self.stored.get(id) for id in above(kind, values))
        return [record for record in found if record and hides(record.kind, record.values, kind, values)]

    def answer(self, record: Stored, deleted_at: Scalar) -> None:
        """Logs what becomes of a delete; a record comes once in an entry of the log."""
        for patch in self.decision.patches:
            if patch.rec == record.rec:
                patch.values["deleted_at"] = deleted_at
                return
        self.decision.patches.append(Patch(record.kind, record.rec, False, {"deleted_at": deleted_at}))

    def keep(self, record: Stored, kept: Stamp, deleted_at: Scalar, deleted: Stamp) -> None:
        sides = Side({"deleted_at": None}, kept), Side({"deleted_at": deleted_at}, deleted)
        patch = conflict_of(record.values.get("space"), record.kind, record.rec, *sides, None, "kept")
        self.decision.patches.append(patch)
        self.decision.writes[patch.rec] = patch.values


def _spare(tree: _Tree, txn: Transaction, mine: Stamp, unseen: Mapping[str, Stamp]) -> None:
    seen: set[str] = set()
    for rec in sorted(unseen, key=lambda rec: unseen[rec], reverse=True):
        waiting = [] if tree.is_deleted(rec) else [tree.stored[rec]]
        while waiting:
            at = waiting.pop()
            for record in tree.above(at.kind, at.rec):
                if record.rec not in seen:
                    seen.add(record.rec)
                    waiting.append(record)
                    _undelete(tree, txn, record, mine, unseen[rec])


def _undelete(tree: _Tree, txn: Transaction, record: Stored, mine: Stamp, by: Stamp) -> None:
    writes = tree.decision.writes.get(record.rec, {})
    stands = record.values.get("deleted_at")
    if stands or not writes.get("deleted_at"):
        return
    tree.decision.writes[record.rec] = {name: v for name, v in writes.items() if name != "deleted_at"}
    tree.decision.idle.add((record.rec, "deleted_at"))
    tree.answer(record, None)
    if txn.kind != "undo":
        tree.keep(record, by, writes["deleted_at"], mine)


def _bring_back(tree: _Tree, txn: Transaction, mine: Stamp, since: int) -> None:
    waiting = [
        (c.kind, c.rec) for c in txn.changes if tree.decision.writes.get(c.rec) and not tree.is_deleted(c.rec)
    ]
    seen: set[str] = set()
    while waiting:
        for record in tree.above(*waiting.pop()):
            if record.rec in seen:
                continue
            seen.add(record.rec)
            if not tree.is_deleted(record.rec) or _revive(tree, record, mine, since):
                waiting.append((record.kind, record.rec))


def _revive(tree: _Tree, record: Stored, mine: Stamp, since: int) -> bool:
    """Brings the record back where its delete was not seen."""
    by = record.stamp("deleted_at")
    said = (
        "deleted_at" in tree.decision.writes.get(record.rec, {})
        or (record.rec, "deleted_at") in tree.decision.idle
    )
    if said or by.ver <= since or by.replica == mine.replica:
        return False
    tree.decision.writes.setdefault(record.rec, {})["deleted_at"] = None
    tree.answer(record, None)
    tree.keep(record, mine, record.values["deleted_at"], by)
    return True
