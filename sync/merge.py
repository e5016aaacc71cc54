"""What the server makes of a pushed transaction: one pure function over the stored records that it touches.

Per group of fields that belong together (most are alone in theirs), for a transaction that saw version `base`:

    nobody else wrote it since base   → applied
    somebody wrote the same           → nothing to do (idle)
    an undo, and we wrote last        → applied; else idle: an undo never makes a conflict
    otherwise a conflict              → the later edit wins, or the server's value stays where the field says so;
                                        both values go into a conflict record

Of a note, whoever wrote it last, the step from what its author's laptop held is made on what stands here, line by
line. Where both changed the same lines it is a conflict over those; the other lines of both stay. An undo of a note
is such a step, too, and does nothing where it would be a conflict.

A delete loses against an edit that its author had not seen, and an edit brings back a row whose delete its author had
not seen; both leave a conflict record. The same goes for what is done below a row (sync.beneath). Every field that a
transaction names is answered with its resulting value, also where it lost, so that the author's laptop converges.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from models.copies import Patch
from models.errors import Invalid
from models.fields import MAX_NOTE, Scalar
from models.kinds import KINDS
from models.record import made_id
from models.texts import ONE, OTHER, clashes, joined, merge
from sync.beneath import settle_deletes
from sync.decision import KEPT, OTHERS, Decision, Side, Stamp, Stored, conflict_of, is_text
from sync.protocol import Change, Transaction

SERVER_ONLY = ("conflict",)


def touched(txn: Transaction) -> set[str]:
    """The ids of the records that `decide` must be given, where they are stored, with all that they lie below."""
    ids = {change.rec for change in txn.changes}
    for change in txn.changes:
        if change.kind == "settlement":
            ids.add(str(change.values.get("conflict_id")))
    return ids


def decide(
    txn: Transaction, stored: Mapping[str, Stored], mine: Stamp, kept: Collection[str] = (),
    unseen: Mapping[str, Stamp] | None = None,
) -> Decision:  # fmt: skip
    """Decides the transaction as one. `mine` is the stamp that its writes will carry; `mine.at` = now − age.

    `kept`: ids of conflicts that outlived a restore of the server. Who won there wins again, whoever comes first.
    `unseen`: see sync.beneath.
    """
    decision = Decision()
    try:
        if txn.kind == "keep":
            return _keep(txn, stored)
        settles = False
        for change in txn.changes:
            _admit(change, stored.get(change.rec))
            settles = settles or change.kind == "settlement"
        lost = dict(_lost_settlements(txn, stored)) if settles else {}
        for change in txn.changes:
            _Merge(decision, txn, mine, change, stored.get(change.rec), lost, kept).run()
        settle_deletes(decision, txn, stored, mine, unseen or {})
    except Invalid as error:
        return Decision(reason=str(error))
    return decision


def _keep(txn: Transaction, stored: Mapping[str, Stored]) -> Decision:
    """A record that a laptop still has is taken where the server has lost it: whole, conflict records too."""
    decision = Decision()
    for change in txn.changes:
        if change.rec in stored or not change.created:
            return Decision(reason="it is there already.")
        if kind := KINDS.get(change.kind):
            kind.check(change.values)
        decision.patches.append(Patch(change.kind, change.rec, True, dict(change.values)))
        decision.writes[change.rec] = dict(change.values)
    return decision


def _admit(change: Change, stored: Stored | None) -> None:
    """Raises Invalid for what no merge can make right."""
    kind = KINDS.get(change.kind)
    if change.kind in SERVER_ONLY:
        raise Invalid(change.kind, "is written by the server only.")
    if stored is None and not change.created:
        raise Invalid(
            change.kind,
            f"the record {change.rec} is not on the server: what made it was refused, or was lost when the server was "
            "restored and comes with the laptop that made it. Send this again then.",
        )
    if stored is not None and stored.kind != change.kind:
        raise Invalid(change.kind, f"the record {change.rec} is a {stored.kind}.")
    if kind is None:
        return
    if stored is not None and kind.immutable and not change.created and set(change.values) - {"deleted_at"}:
        raise Invalid(kind.name, f"{kind.one} is never changed once made. Make a new one.")
    kind.check(change.values)
    if change.created:
        for name, spec in kind.fields.items():
            if spec.required and change.values.get(name) is None:
                raise Invalid(name, "cannot be empty.")


def _lost_settlements(txn: Transaction, stored: Mapping[str, Stored]) -> Iterator[tuple[str, "_Lost"]]:
    """The settlements of this transaction where another one came first, with another value."""
    for change in [change for change in txn.changes if change.kind == "settlement"]:
        first = stored.get(change.rec)
        conflict = stored.get(str(change.values.get("conflict_id")))
        if first and conflict and first.values.get("value") != change.values.get("value"):
            of = conflict.values
            fields = {*orjson.loads(str(of["winner"])), *orjson.loads(str(of["loser"]))}
            yield change.rec, _Lost(str(of["kind"]), str(of["rec"]), fields, first)


class _Lost(NamedTuple):
    """What was decided: the fields of a record, and the settlement that came first."""

    kind: str
    rec: str
    fields: set[str]
    first: Stored

    def same_as(self, other: "_Lost") -> bool:
        """Whether the same two operations settled both, over the same fields: what counts is what they wrote last."""
        return (self.rec, self.fields, self.first.created) == (other.rec, other.fields, other.first.created)


class _Merge:
    """One change of one record."""

    def __init__(
        self, decision: Decision, txn: Transaction, mine: Stamp, change: Change, stored: Stored | None,
        lost: Mapping[str, _Lost], kept: Collection[str],
    ) -> None:  # fmt: skip
        self.decision, self.txn, self.mine, self.change = decision, txn, mine, change
        self.stored, self.lost, self.kept = stored, lost, kept
        self.result: dict[str, Scalar] = {}
        self.wrote: dict[str, Scalar] = {}
        self.conflicts: list[Patch] = []

    def run(self) -> None:
        change = self.change
        if self.stored is None:
            self._log(Patch(change.kind, change.rec, True, dict(change.values)))
            self.decision.writes[change.rec] = dict(change.values)
            return
        if change.kind == "settlement" and change.created:
            self._settle_again(self.stored)
            return
        for names in self._groups():
            self._group(self.stored, names)
        self._revive(self.stored)
        self._log(Patch(change.kind, change.rec, False, self.result))
        self.decision.writes.setdefault(change.rec, {}).update(self.wrote)

    def _log(self, patch: Patch) -> None:
        self.decision.patches += [patch, *self.conflicts]

    def _groups(self) -> Iterator[tuple[str, ...]]:
        if len(self.change.values) == 1:
            yield tuple(self.change.values)
            return
        kind = KINDS.get(self.change.kind)
        done: set[str] = set()
        for name in self.change.values:
            if name not in done:
                members = kind.groups(name) if kind else (name,)
                named = tuple(n for n in members if n in self.change.values)
                done.update(named)
                yield named

    def _group(self, stored: Stored, names: tuple[str, ...]) -> None:
        values = {n: self.change.values[n] for n in names}
        base = min([self.change.bases.get(n, 0) for n in names])
        newer = [s for n in names if (s := stored.stamp(n)).ver > base and s.foreign(self.mine.replica)]
        if self.change.created:  # over a record that is there already: yields to all that was changed since
            values = {n: v for n, v in values.items() if self._open(stored, n)}
            newer = [stored.created] if stored.created.foreign(self.mine.replica) else []
        if self._is_settled(names):
            self._keep(stored, names)
        elif self._goes_along(names):
            self._stay(stored, values)
        elif self._is_note(names[0]):
            self._note(stored, names[0])
        elif self.txn.kind == "undo":
            self._undo(stored, names, values)
        elif names == ("deleted_at",) and values.get("deleted_at"):
            self._delete(stored, values, base)
        elif not newer:
            self._write(values)
            self._keep(stored, [n for n in names if n not in values] if len(values) < len(names) else ())
        elif all(stored.values.get(n) == v for n, v in values.items()):
            self._keep(stored, names)
        else:
            self._conflict(stored, names, values, max(newer))

    def _is_settled(self, names: Iterable[str]) -> bool:
        """Whether these fields are what a settlement says that came too late."""
        return any(lost.rec == self.change.rec and lost.fields & {*names} for lost in self.lost.values())

    def _goes_along(self, names: tuple[str, ...]) -> bool:
        """Whether it is deleted or restored with another record by a settlement that came too late."""
        alone = names == ("deleted_at",) and not self.change.created
        return alone and any(lost.fields == {*names} for lost in self.lost.values())

    def _stay(self, stored: Stored, values: Mapping[str, Scalar]) -> None:
        """What goes along with a record stays as that does."""
        self._keep(stored, values)
        stands = stored.values.get("deleted_at")
        if bool(stands) != bool(values["deleted_at"]):
            won = stored.stamp("deleted_at")
            self._record({"deleted_at": stands}, won, values, self.mine, None, "first")

    def _is_note(self, name: str) -> bool:
        return is_text(self.change.kind, name) and name in self.change.before

    def _note(self, stored: Stored, name: str) -> None:
        """The step that the author made in a note, on the note as it stands."""
        before, stands = self.change.before[name], stored.values.get(name)
        wanted = self.change.values[name]
        regions = merge(_text(before), _text(wanted), _text(stands))
        theirs = stored.last_of_others(name, self.mine.replica)
        if _text(before) == _text(stands) or (theirs.replica == self.mine.replica and clashes(regions)):
            self._write({name: wanted})
        elif not clashes(regions) and _fits(joined(regions)):
            self._combine(stored, name, joined(regions), theirs)
        elif self.txn.kind == "undo":
            self._keep(stored, (name,))
        else:
            later = self.mine.at > theirs.at
            both = joined(regions, ONE if later else OTHER)
            self._combine(stored, name, both if _fits(both) else wanted if later else stands, theirs)
            sides = ({name: stands}, theirs), ({name: wanted}, self.mine)
            won, lost = reversed(sides) if later else sides
            self._record(*won, *lost, {name: before}, "text")

    def _combine(self, stored: Stored, name: str, text: Scalar, theirs: Stamp) -> None:
        if text == stored.values.get(name):
            self._keep(stored, (name,))
        else:
            self._write({name: text})
            self.decision.stamps[self.change.rec, OTHERS.format(name)] = theirs

    def _open(self, stored: Stored, name: str) -> bool:
        """Whether a create may set the field of a record that is there already."""
        return name not in stored.stamps and name != "deleted_at" and stored.created.replica != KEPT

    def _write(self, values: Mapping[str, Scalar]) -> None:
        self.result.update(values)
        self.wrote.update(values)

    def _keep(self, stored: Stored, names: Iterable[str]) -> None:
        for name in names:
            self.result[name] = stored.values.get(name)
            self.decision.idle.add((self.change.rec, name))

    def _undo(self, stored: Stored, names: tuple[str, ...], values: Mapping[str, Scalar]) -> None:
        stamps = [stored.stamp(n) for n in names]
        if names == ("deleted_at",) and values["deleted_at"]:
            stamps = [stored.created, *stored.stamps.values()]
        # what it takes back may have been written under another number: by a copy of the profile (models.replica)
        if any(s.foreign(self.mine.replica) and s.txn != self.txn.ref for s in stamps):
            self._keep(stored, names)
        else:
            self._write(values)

    def _delete(self, stored: Stored, values: Mapping[str, Scalar], base: int) -> None:
        unseen = max(stored.foreign(self.mine.replica, base), default=None)
        if stored.values.get("deleted_at"):
            self._keep(stored, values)
        elif unseen is None:
            self._write(values)
        else:
            self._keep(stored, values)
            self._record({"deleted_at": None}, unseen, dict(values), self.mine, None, "kept")

    def _revive(self, stored: Stored) -> None:
        """An edit whose author had not seen the delete brings the row back."""
        gone = stored.values.get("deleted_at")
        if not gone or self.txn.kind == "undo" or not self.wrote or "deleted_at" in self.result:
            return
        deleted = stored.stamp("deleted_at")
        seen = min((self.change.bases.get(n, 0) for n in self.wrote), default=0)
        if deleted.foreign(self.mine.replica) and deleted.ver > seen and not self.change.created:
            self._write({"deleted_at": None})
            self._record({"deleted_at": None}, self.mine, {"deleted_at": gone}, deleted, None, "kept")

    def _conflict(
        self, stored: Stored, names: tuple[str, ...], values: dict[str, Scalar], theirs: Stamp
    ) -> None:
        standing = {n: stored.values.get(n) for n in names}
        kind = KINDS.get(self.change.kind)
        stays = kind is not None and any(
            n in kind.fields and kind.fields[n].decides == "server" for n in names
        )
        base = {n: v for n, v in self.change.before.items() if n in names} or None
        decided = "server" if stays else "time"
        wins = not stays and self.mine.at > theirs.at
        loser, winner = (theirs, self.mine) if wins else (self.mine, theirs)
        if made_id("conflict", loser.txn, winner.txn, self.change.rec, min(names)) in self.kept:
            wins = not wins
        if wins:
            self._write(values)
            self._record({**standing, **values}, self.mine, standing, theirs, base, decided)
        else:
            self._keep(stored, names)
            self._record(standing, theirs, values, self.mine, base, decided)

    def _settle_again(self, first: Stored) -> None:
        """The first settlement stands; a different one becomes a new conflict, so settling cannot ping-pong."""
        self._keep(first, self.change.values)
        lost = self.lost.get(self.change.rec)
        if lost and lost is [each for each in self.lost.values() if each.same_as(lost)][-1]:
            stands = orjson.loads(str(first.values["value"]))
            aside = orjson.loads(str(self.change.values["value"]))
            self._record(stands, first.created, aside, self.mine, None, "first", (lost.kind, lost.rec))
        self._log(Patch(self.change.kind, self.change.rec, False, self.result))

    def _space(self) -> Scalar:
        """Who sees the record sees its conflicts; a settlement lies where its conflict lies."""
        return (self.stored.values if self.stored else self.change.values).get("space") or "workspace"

    def _record(
        self, winner: Mapping[str, Scalar], won: Stamp, loser: Mapping[str, Scalar], lost: Stamp,
        base: Mapping[str, Scalar] | None, decided: str, of: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        kind, rec = of or (self.change.kind, self.change.rec)
        patch = conflict_of(self._space(), kind, rec, Side(winner, won), Side(loser, lost), base, decided)
        self.conflicts.append(patch)
        self.decision.writes[patch.rec] = patch.values


def _text(value: Scalar) -> str:
    return "" if value is None else str(value)


def _fits(text: str | None) -> bool:
    return len(text or "") <= MAX_NOTE
