"""A push: each transaction decided as one, in order, later ones seeing earlier ones. No SQL: rows come through `Rows`.

decided before        → the same verdict again
builds on a refused   → refused with it
merge, then structure → refused, with the reason, or the next version of the log
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from models import digest
from models.apply import Entry
from models.copies import Patch
from models.fields import Scalar
from models.outbox import Verdict
from server import graph, spaces, wire
from server.graph import Link, Links, Row
from sync import beneath, merge
from sync.decision import KEPT, Decision, Stamp, Stored, other_way
from sync.protocol import Transaction

OTHER_CONTENT = "same id, other content"
NAMED = 12  # tasks of a circle that a reason names; of a longer one, those at both ends
ROOTS = 20  # projects and clients below which is looked for what was written; for more than these, everywhere
LONGEST_NAME = 100  # characters of a label or a name in a reason, which thousands of refusals may repeat

_log = logging.getLogger(__name__)


class Known(NamedTuple):
    """A verdict that was given before."""

    hash: str
    ver: int
    reason: str


class Rows(Protocol):
    """What a push reads."""

    def known(self, ids: Collection[str]) -> dict[str, Known]: ...
    def records(self, ids: Collection[str]) -> dict[str, Stored]: ...
    def links_after(self, tasks: Collection[str], further: int) -> list[Row]: ...
    def links_before(self, tasks: Collection[str], further: int) -> list[Row]: ...
    def roles(self, member: str) -> dict[str, str]: ...
    def managed(self, ids: Collection[str]) -> set[str]: ...
    def written(self, since: int, root: str) -> set[str]: ...


@dataclass
class Effects:
    """What a push leaves behind: new rows of the log (ver, space, id, body) and of verdicts (id, hash, replica, ver,
    reason), bodies of entries that are `otherwise` than what was sent, which versions touched which records (rec, ver),
    spaces that began (ver, space, roles), records and stamps as they are now, what the checksums of the spaces gain,
    ends of links that changed."""

    entries: list[tuple[int, str, str, bytes]] = field(default_factory=list)
    touches: list[tuple[str, int]] = field(default_factory=list)
    begun: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    verdicts: list[tuple[str, str, str, int, str]] = field(default_factory=list)
    otherwise: list[bytes] = field(default_factory=list)
    records: dict[str, Stored] = field(default_factory=dict)
    stamps: dict[tuple[str, str], Stamp] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    links: dict[str, Link | None] = field(default_factory=dict)


class Push:
    """One replica's push. `head` counts up from the log's; `now` is milliseconds since 1970."""

    def __init__(self, rows: Rows, head: int, replica: str, member: str, now: int) -> None:
        self._rows, self.head, self._replica, self._member, self._now = rows, head, replica, member, now
        self._before = head
        self._written: dict[tuple[int, str], set[str]] = {}  # since a version, below a root
        self._stored: dict[str, Stored] = {}
        self._asked: set[str] = set()
        self._links = Links(rows.links_after, rows.links_before)
        self._refused = _Refused()
        self._roles = rows.roles(member)
        self.effects = Effects(links=self._links.changed)

    def run(self, txns: Sequence[Transaction]) -> list[Verdict]:
        known = self._rows.known({txn.id for txn in txns})
        fresh = [txn for txn in txns if txn.id not in known]
        self._load({id for txn in fresh for id in merge.touched(txn)})
        self._load_above((change.rec, change.kind, change.values) for txn in fresh for change in txn.changes)
        verdicts = []
        for txn in txns:
            if txn.id not in known:
                known[txn.id] = self._first(txn)
            verdicts.append(_repeat(txn, known[txn.id]))
            if verdicts[-1].reason:
                self._refused.add(txn)
        return verdicts

    def _first(self, txn: Transaction) -> Known:
        reason = (self._refused.cause(txn) or self._take(txn)).replace("\0", "␀")  # PostgreSQL keeps none
        ver = 0 if reason else self.head
        if ver or txn.kind != "keep":  # what one laptop may not offer another one may, under the same id
            self.effects.verdicts.append((txn.id, txn.hash, self._replica, ver, reason))
        return Known(txn.hash, ver, reason)

    def _take(self, txn: Transaction) -> str:
        """Accepts the transaction, or returns why not."""
        # an age beyond all sense would make an edit from the future, or an instant that cannot be written
        at = self._now - min(max(txn.age, 0), self._now)
        replica = KEPT if txn.kind == "keep" else self._replica
        stamp = Stamp(self.head + 1, txn.id, replica, self._member, at)
        begun = self._begun(txn)
        if reason := self._forbidden(txn, begun):
            return reason
        decision = self._as_before(self._merge(txn, stamp), txn, stamp)
        reason = decision.reason or self._astray(decision) or self._loop(decision) or self._circle(decision)
        if not reason:
            self._accept(txn, stamp, decision, begun)
        return reason

    def _begun(self, txn: Transaction) -> spaces.Begun:
        """The spaces that the transaction begins. One that a restore has emptied is still of those who see it."""
        begun = spaces.begins(txn, self._stored, self._roles, self._member)
        managed = self._rows.managed(begun) if begun else ()
        return {space: first for space, first in begun.items() if space not in managed}

    def _forbidden(self, txn: Transaction, begun: spaces.Begun) -> str:
        if txn.kind == "keep" and begun:
            return "whoever made it makes it again, and shares it again."
        return spaces.forbidden(txn, self._stored, self._roles, begun, self._member)

    def _merge(self, txn: Transaction, stamp: Stamp, kept: Collection[str] = ()) -> Decision:
        if len(txn.changes) > 1 and len({change.rec for change in txn.changes}) < len(txn.changes):
            return Decision(reason="it names a record twice.")
        try:
            return merge.decide(txn, self._stored, stamp, kept, self._unseen(txn))
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            # without a verdict this one would hold up all that waits behind it
            _log.exception("transaction %s of replica %s makes no sense", txn.id, self._replica)
            return Decision(reason=f"the server can make no sense of it ({type(error).__name__}: {error}).")

    def _as_before(self, decision: Decision, txn: Transaction, stamp: Stamp) -> Decision:
        """A conflict that was kept after a restore is found again by the same two edits, and stays as it is: what won
        in it wins once more, in whichever order they come now."""
        kept: set[str] = set()
        while found := _conflicts(decision):
            others = {other_way(patch) for patch in found}
            self._load(others.union(patch.rec for patch in found))
            if not (more := (others & self._stored.keys()) - kept):
                break
            kept |= more
            decision = self._merge(txn, stamp, kept)  # what wins now may meet others that it had not
        for patch in [p for p in _conflicts(decision) if p.rec in self._stored]:
            decision.patches.remove(patch)
            del decision.writes[patch.rec]
        return decision

    def _accept(self, txn: Transaction, stamp: Stamp, decision: Decision, begun: spaces.Begun) -> None:
        self.head = stamp.ver
        for space, first in begun.items():
            self.effects.begun.append((stamp.ver, space, first))
            self._roles[space] = first[self._member]
        entry = Entry(
            stamp.ver, txn.id, stamp.replica, stamp.author, stamp.at, txn.kind, txn.ref, txn.label,
            decision.patches, decision.idle,
        )  # fmt: skip
        kinds = {patch.rec: patch.kind for patch in decision.patches}
        for rec, values in decision.writes.items():
            self._write(kinds[rec], rec, values, stamp)
        for (rec, name), beside in decision.stamps.items():
            self._stored[rec].stamps[name] = self.effects.stamps[rec, name] = beside
        written = [
            (stamp.ver, space, txn.id, wire.write_entry(part))
            for space, part in spaces.parts(entry, self._stored)
        ]
        self.effects.entries += written
        if not decision.as_sent(txn):
            self.effects.otherwise += [body for *_, body in written]
        self.effects.touches += [(rec, stamp.ver) for rec in kinds]

    def _write(self, kind: str, rec: str, values: Mapping[str, Scalar], stamp: Stamp) -> None:
        stored = self._stored.get(rec)
        gained = digest.step(kind, rec, stored.values if stored else None, values)
        if stored is None:
            stored = self._stored[rec] = Stored(kind, rec, dict(values), stamp)
        else:
            stored.values.update(values)
            for name in values:
                stored.stamps[name] = self.effects.stamps[rec, name] = stamp
        if values:
            space = spaces.space_of(stored.values)
            self.effects.sums[space] = self.effects.sums.get(space, 0) + gained
            self.effects.records[rec] = stored

    def _load(self, ids: Iterable[str]) -> None:
        fresh = {id for id in ids if id not in self._asked and id not in self._stored}
        if fresh:
            self._asked |= fresh
            self._stored.update(self._rows.records(fresh))

    def _load_above(self, records: Iterable[tuple[str, str, Mapping[str, Scalar]]]) -> None:
        """What records lie below, all the way up, and what they are put below."""
        level = {
            id for rec, kind, values in records for id in (*self._above(rec), *beneath.above(kind, values))
        }
        while level := level - self._asked - self._stored.keys():
            self._load(level)
            level = {id for rec in level for id in self._above(rec)}

    def _above(self, rec: str) -> Iterator[str]:
        stored = self._stored.get(rec)
        return beneath.above(stored.kind, stored.values) if stored else iter(())

    def _unseen(self, txn: Transaction) -> dict[str, Stamp]:
        """What others wrote that its author had not seen, by record, where the transaction deletes what that may lie
        below."""
        if txn.since is None or txn.since >= self._before:
            return {}
        deleted = {c.rec for c in txn.changes if c.values.get("deleted_at")} & self._stored.keys()
        roots = {
            beneath.root(self._stored[rec])
            for rec in deleted
            if not self._stored[rec].values.get("deleted_at")
        }
        written: set[str] = set()
        for root in roots if len(roots) <= ROOTS else [""]:
            if (txn.since, root) not in self._written:
                self._written[txn.since, root] = self._rows.written(txn.since, root)
            written |= self._written[txn.since, root]
        self._load(written)
        self._load_above((rec, "", {}) for rec in written)
        stamps = {rec: self._stored[rec].foreign(self._replica, txn.since) for rec in written}
        return {rec: max(unseen) for rec, unseen in stamps.items() if unseen}

    # ── what a transaction may not do to the whole ──────────────────────────────────────────────────────

    def _astray(self, decision: Decision) -> str:
        """Why not, when a record would belong to something in another space. What is not here passes."""
        for patch in decision.patches:
            writes = decision.writes.get(patch.rec, {})
            if spaces.OWNING.isdisjoint(writes):
                continue
            stored = self._stored.get(patch.rec)
            values = {**stored.values, **writes} if stored else writes
            owner = spaces.owner_of(patch.kind, values)
            above = self._space_of(owner, decision) if owner else ""
            if above and spaces.is_astray(patch.kind, patch.rec, spaces.space_of(values), above):
                return spaces.ELSEWHERE if above in self._roles else spaces.UNSEEN
        return ""

    def _space_of(self, id: str, decision: Decision) -> str:
        """The space of a record as the decision would leave it; "" where it is not here."""
        if stored := self._stored.get(id):
            return spaces.space_of(stored.values)
        if made := decision.writes.get(id):
            return spaces.space_of(made)
        self._load([id])
        return spaces.space_of(self._stored[id].values) if id in self._stored else ""

    def _loop(self, decision: Decision) -> str:
        """Why not, when a task would lie below itself."""
        if not (below := [r for r, v in decision.writes.items() if v.get("parent_id")]):
            return ""
        kinds = {patch.rec: patch.kind for patch in decision.patches}
        moved = [r for r in below if kinds[r] == "task"]
        parent = _Parents(decision, self._stored)
        level, seen = set(moved), set(moved)
        while level := {above for id in level if (above := parent(id))} - seen:
            self._load(level)
            seen |= level
        if ring := graph.loop(moved, parent):
            return f"A task cannot lie below itself: {self._names(ring, decision)}. Choose another place."
        return ""

    def _circle(self, decision: Decision) -> str:
        """Why not, when a link closes a circle; else the links are as the transaction leaves them."""
        before: dict[str, Link | None] = {}
        new: list[Link] = []
        for patch in decision.patches:
            if patch.kind == "dependency" and (writes := decision.writes.get(patch.rec)):
                stands = self._stored[patch.rec].values if patch.rec in self._stored else {}
                was, link = graph.link_of(stands), graph.link_of({**stands, **writes})
                if was != link:
                    before[patch.rec] = was
                    self._links.put(patch.rec, link)
                    new += [link] if link else []
        if not new or not (ring := self._links.circle(new)):
            return ""
        for id, was in before.items():
            self._links.put(id, was)
        return f"This link closes a circle: {self._names(ring, decision)}. Remove one link of it first."

    def _names(self, ring: Sequence[str], decision: Decision) -> str:
        ends = [*ring[:4], *ring[-4:]] if len(ring) > NAMED else ring
        self._load(ends)
        names = [self._name(id, decision.writes.get(id, {})) for id in ends]
        if len(ring) > NAMED:
            names.insert(4, f"({len(ring) - 8:,} more)")
        return " → ".join([*names, names[0]])

    def _name(self, id: str, writes: Mapping[str, Scalar]) -> str:
        stored = self._stored.get(id)
        if stored and spaces.space_of(stored.values) not in self._roles:
            return "a task that you do not see"
        name = writes.get("name") or (stored and stored.values.get("name")) or id
        return wire.cut(str(name), LONGEST_NAME)


def _conflicts(decision: Decision) -> list[Patch]:
    return [patch for patch in decision.patches if patch.kind == "conflict"]


def _repeat(txn: Transaction, known: Known) -> Verdict:
    if known.hash != txn.hash:
        return Verdict(txn.id, 0, OTHER_CONTENT)
    return Verdict(txn.id, known.ver, known.reason)


@dataclass
class _Parents:
    """The parent of each task as a decision would leave it."""

    decision: Decision
    stored: Mapping[str, Stored]

    def __call__(self, id: str) -> str | None:
        writes = self.decision.writes.get(id, {})
        stored = self.stored.get(id)
        stands = stored.values.get("parent_id") if stored else None
        parent = writes.get("parent_id", stands)
        return str(parent) if parent else None


class _Refused:
    """What the refused transactions of a push created and set, with the label of each."""

    def __init__(self) -> None:
        self._created: dict[str, str] = {}
        self._set: dict[tuple[str, str], str] = {}

    def add(self, txn: Transaction) -> None:
        label = wire.cut(txn.label, LONGEST_NAME)
        for change in txn.changes:
            if change.created:
                self._created[change.rec] = label
            self._set.update({(change.rec, name): label for name in change.values})

    def cause(self, txn: Transaction) -> str:
        """Why a transaction that builds on them is refused, or nothing."""
        if not self._created and not self._set:
            return ""
        for change in txn.changes:
            touched = [
                self._created.get(change.rec),
                *(self._set.get((change.rec, n)) for n in change.values),
            ]
            if label := next((t for t in touched if t is not None), None):
                return f"builds on “{label}”, which was refused"
        return ""
