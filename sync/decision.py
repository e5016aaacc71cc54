"""What the server has of a record, who wrote it, and what a transaction comes to: what it writes, logs and records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from models.copies import Patch
from models.fields import Scalar, instant_of
from models.kinds import KINDS
from models.record import made_id
from sync.protocol import Transaction

OTHERS = "{} of others"  # the stamp of a colleague's lines in a note on which this replica's were put since
KEPT = "kept"  # the replica of what laptops had kept of a history that a restore of the server ended


class Stamp(NamedTuple):
    """Who wrote a field last: version, transaction, replica, author, and when (ms, the server's clock)."""

    ver: int
    txn: str
    replica: str
    author: str | None
    at: int

    def foreign(self, replica: str) -> bool:
        """Whether another replica wrote it. What was kept after a restore gives way to those who had written it."""
        return self.replica not in (replica, KEPT)


@dataclass
class Stored:
    """A record as the server has it. `stamps` holds only fields written after the creation."""

    kind: str
    rec: str
    values: dict[str, Scalar]
    created: Stamp
    stamps: dict[str, Stamp] = field(default_factory=dict)

    def stamp(self, name: str) -> Stamp:
        return self.stamps.get(name, self.created)

    def last_of_others(self, name: str, replica: str) -> Stamp:
        """Who of the others wrote the note `name` last; `replica`'s own stamp where nobody did."""
        stamp = self.stamp(name)
        return stamp if stamp.replica != replica else self.stamps.get(OTHERS.format(name), stamp)

    def foreign(self, replica: str, since: int) -> list[Stamp]:
        """What other replicas wrote after `since`: any field, and the restoring of the row."""
        written = [self.created, *self.stamps.values()]
        return [s for s in written if s.foreign(replica) and s.ver > since]


@dataclass
class Decision:
    """`reason` is empty for an accepted transaction; else nothing of it may be written.

    `patches` are logged (conflict records included); `writes` are the fields that really change, by record; `stamps`
    are to be kept beside those that the writes make, by record and name.
    """

    patches: list[Patch] = field(default_factory=list)
    idle: set[tuple[str, str]] = field(default_factory=set)
    writes: dict[str, dict[str, Scalar]] = field(default_factory=dict)
    stamps: dict[tuple[str, str], Stamp] = field(default_factory=dict)
    reason: str = ""

    def as_sent(self, txn: Transaction) -> bool:
        """Whether what is logged is what the transaction says, and nothing besides."""
        if self.idle or len(self.patches) != len(txn.changes):
            return False
        for patch, change in zip(self.patches, txn.changes, strict=True):
            if patch.values != change.values or patch.rec != change.rec or patch.created != change.created:
                return False
        return True


class Side(NamedTuple):
    """One of the two of a conflict."""

    values: Mapping[str, Scalar]
    by: Stamp


def conflict_of(
    space: Scalar, kind: str, rec: str, winner: Side, loser: Side, base: Mapping[str, Scalar] | None, decided: str
) -> Patch:  # fmt: skip
    """A conflict record. Its id is made of both transactions, never of values alone, which recur. The text that
    stood in a note is of several hands, and another one when the log was written anew after a restore."""
    name = min(loser.values)
    values: dict[str, Scalar] = {
        "space": space, "visibility": "internal", "kind": kind, "rec": rec, "field": name,
        "winner": _json(winner.values), "winner_author": winner.by.author, "winner_at": instant_of(winner.by.at),
        "winner_txn": winner.by.txn, "loser": _json(loser.values), "loser_author": loser.by.author,
        "loser_at": instant_of(loser.by.at), "loser_txn": loser.by.txn,
        "base": None if base is None else _json(base), "decided": decided,
    }  # fmt: skip
    text = [str(values["loser"])] if is_text(kind, name) else []
    return Patch("conflict", made_id("conflict", winner.by.txn, loser.by.txn, rec, name, *text), True, values)


def other_way(conflict: Patch) -> str:
    """The id of the conflict between the same two edits in which the other one won; not of notes."""
    v = conflict.values
    return made_id("conflict", str(v["loser_txn"]), str(v["winner_txn"]), str(v["rec"]), str(v["field"]))


def is_text(kind: str, name: str) -> bool:
    field = KINDS[kind].fields.get(name) if kind in KINDS else None
    return field is not None and field.type == "note"


def _json(values: Mapping[str, Scalar]) -> str:
    return orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS).decode()
