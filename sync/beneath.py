"""What is written below a record that somebody deletes: the delete loses, as it does against an edit of the record.

A project that is deleted takes its tasks out of all lists, though they stay as they are. Who adds some of them, or goes
on with them, and has not heard of the delete would find them nowhere and in no conflict.

What is new, or newly put, below something was put below what was there: a laptop takes nothing new below what it knows
to be deleted. Of any other edit, and of a delete, it is certain only that its author has not seen what lies beyond all
that his laptop has: base versions are those of the record itself.
"""

from collections.abc import Collection, Iterator, Mapping

from models.copies import Patch
from models.fields import Scalar
from models.record import ABOVE
from sync.decision import Decision, Side, Stamp, Stored, conflict_of
from sync.protocol import Change, Transaction

EVER = -1


def above(values: Mapping[str, Scalar]) -> Iterator[str]:
    """The ids of what a record lies below."""
    return (str(id) for name in ABOVE if (id := values.get(name)))


def mark(
    changes: Collection[Change], written: Collection[str], stored: Mapping[str, Stored], replica: str, since: int
) -> None:  # fmt: skip
    """Notes on each record that a change deletes what others wrote below it after `since`: the author of the changes
    has seen no more. `written`: the records that the log names since then; what lies above them is in `stored`, too."""
    put = {change.rec: change.values for change in changes}
    deleted = {rec for rec, values in put.items() if values.get("deleted_at")}
    for rec in written:
        record = stored.get(rec)
        if record and not record.values.get("deleted_at") and (unseen := record.foreign(replica, since)):
            for id in _all_above(rec, stored, put) & deleted:
                stored[id].beneath.append(max(unseen))


def _all_above(rec: str, stored: Mapping[str, Stored], put: Mapping[str, Mapping[str, Scalar]]) -> set[str]:
    """The stored records that one lies below, once the changes have put it elsewhere."""
    found: set[str] = set()
    level = {rec}
    while level:
        near = {
            id
            for at in level
            for id in above({**stored[at].values, **put.get(at, {})})
            if id in stored and _beside(stored[id], stored[at].values)
        }
        level = near - found - {rec}
        found |= level
    return found


def _beside(record: Stored, values: Mapping[str, Scalar]) -> bool:
    """Whether it lies in the same space: what has a space of its own is seen whatever becomes of what is above it."""
    return record.values.get("space") == values.get("space")


def bring_back(
    decision: Decision, txn: Transaction, stored: Mapping[str, Stored], mine: Stamp, since: int | None
) -> None:
    """Writes into the decision what its other writes bring back; an undo brings back nothing. `since`: what its
    author's laptop has seen of the log, None where it does not say."""
    if txn.kind == "undo":
        return
    raised = _Above(decision, stored, mine, since)
    for change in txn.changes:
        writes, there = decision.writes.get(change.rec), stored.get(change.rec)
        if not writes:
            continue
        now = {**(there.values if there else {}), **writes}
        revived = "deleted_at" in writes and "deleted_at" not in change.values
        put = txn.kind == "do" and (there is None or not writes.keys().isdisjoint(ABOVE))
        if not now.get("deleted_at"):
            raised.look(now, EVER if revived or put else since)


class _Above:
    def __init__(
        self, decision: Decision, stored: Mapping[str, Stored], mine: Stamp, since: int | None
    ) -> None:
        self._decision, self._stored, self._mine, self._since = decision, stored, mine, since
        self._looked: set[str] = set()  # at what lies above these, as far as the laptop is certain

    def look(self, values: Mapping[str, Scalar], since: int | None) -> None:
        """Brings back what a record with these values lies below, of what was deleted after `since`."""
        for id in above(values):
            record = self._stored.get(id)
            if record is None or not _beside(record, values) or since is None:
                continue
            now = record.values | self._decision.writes.get(id, {})
            if now.get("deleted_at"):
                self._bring_back(record, since)
            elif id not in self._looked:
                self._looked.add(id)
                self.look(now, self._since)

    def _bring_back(self, record: Stored, since: int) -> None:
        writes = self._decision.writes.get(record.rec, {})
        deleted, by = record.values.get("deleted_at"), record.stamp("deleted_at")
        if "deleted_at" in writes or by.ver <= since or not by.foreign(self._mine.replica):
            return
        live: dict[str, Scalar] = {"deleted_at": None}
        self._decision.writes[record.rec] = writes | live
        self._decision.idle.discard((record.rec, "deleted_at"))
        self._log(record, live)
        sides = Side(live, self._mine), Side({"deleted_at": deleted}, by)
        patch = conflict_of(record.values.get("space"), record.kind, record.rec, *sides, None, "kept")
        self._decision.patches.append(patch)
        self._decision.writes[patch.rec] = patch.values
        self.look(record.values | writes, EVER)

    def _log(self, record: Stored, values: Mapping[str, Scalar]) -> None:
        """A record comes once in an entry of the log."""
        for patch in self._decision.patches:
            if patch.rec == record.rec:
                patch.values.update(values)
                return
        self._decision.patches.append(Patch(record.kind, record.rec, False, dict(values)))
