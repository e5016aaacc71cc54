"""Conflicts that the server recorded, and a person's settlement of one.

Both are facts and never change: a conflict says which value stands and which was set aside, a settlement what a
person decided. A settled conflict is one with a settlement that is not deleted; only the undo of a settlement deletes
it, and opens the conflict again.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, col, select

from models.db import get_meta
from models.errors import Invalid, NotFound, Refused
from models.fields import Scalar
from models.record import (
    KINDS,
    Named,
    Record,
    attribute,
    connection_of,
    create,
    find,
    made_id,
    refuse_hidden,
    register,
)
from models.texts import BOTH, ONE, OTHER, Region, joined, merge, onto
from models.windows.open_conflicts import overtaken

# by what the server chose: the time of the edits; its own value stays (dates, status, money, sign-off); the lines of
# the later where both changed the same; nothing is deleted that somebody works on; the first settlement stands
DECIDED = ("time", "server", "text", "kept", "first")


@register("Conflict", "Conflicts", title="field", immutable=True, listed=("kind", "field", "winner", "loser"))
class Conflict(Named, Record, table=True):
    """Two edits of one field (or of one group of fields), neither author having seen the other's.

    `winner`, `loser` and `base` are JSON objects field → value. `winner` is what stands, but of a note what its author
    wrote: there the lines of both stand, and those of the winner where both changed the same. `base` is what the one
    who came later to the server had before; it is not known of creates and deletes.
    """

    kind: str = attribute("text", "Kind")
    rec: str = attribute("text", "Record", index=True)
    field: str = attribute("text", "Field")
    winner: str = attribute("json", "Stands")
    winner_author: str | None = attribute("text", "Written by")
    winner_at: str | None = attribute("instant", "Written at")
    winner_txn: str | None = attribute("text", "By operation")
    loser: str = attribute("json", "Set aside")
    loser_author: str | None = attribute("text", "Set aside of")
    loser_at: str | None = attribute("instant", "Set aside, written at")
    loser_txn: str | None = attribute("text", "Set aside operation")
    base: str | None = attribute("json", "Before both")
    decided: str | None = attribute("choice", "Decided by", choices=DECIDED)


@register(
    "Settlement", "Settlements", title="choice", immutable=True, listed=("conflict_id", "choice", "value")
)
class Settlement(Named, Record, table=True):
    """What a person decided about a conflict. The first accepted one settles."""

    conflict_id: str = attribute("ref", "Conflict", refers="conflict", index=True)
    choice: str = attribute("choice", "Choice", choices=("now", "stands", "aside", "both", "value"))
    value: str = attribute("json", "Value")


def settlement_id(conflict_id: str, undone: int = 0) -> str:
    """The same on every laptop, so that one settles. `undone`: how many settlements of it were taken back before."""
    return made_id("settlement", conflict_id, *([str(undone)] if undone else []))


def settle(session: Session, conflict_id: str, choice: str, value: Scalar = None) -> Settlement:
    """Settles a conflict by one word, and with the same value those that it overtook (models.windows.open_conflicts).

    `now` leaves the record as it is, `stands` takes what stood when the conflict was made, `aside` what was set aside,
    `both` joins two texts, `value` writes `value`. Of a note the lines that did not clash stay in any case, and so does
    what was written into it since. Raises Refused when it is settled already or the word does not fit.
    """
    conflict: Conflict = find(session, "conflict", conflict_id)
    if any(settlement.deleted_at is None for settlement in _settlements(session, conflict_id)):
        raise Refused("This conflict is settled already. See `milepost history` of the record for by whom.")
    _refuse_newer(conflict)
    if (record := session.get(KINDS[conflict.kind].cls, conflict.rec)) is None:
        raise NotFound("The record of this conflict is not on this laptop. Sync first.")
    decided = _decided(conflict, choice, value, record)
    others = [find(session, "conflict", id) for id in overtaken(connection_of(session), conflict_id)]
    if "deleted_at" in decided and choice != "now":
        _delete_or_not(session, [conflict, *others], decided["deleted_at"])
    else:
        for name, scalar in decided.items():
            setattr(record, name, scalar)
    for other in others:
        _write(session, other.id, "value", decided)
    return _write(session, conflict_id, choice, decided)


def _delete_or_not(session: Session, conflicts: Sequence[Conflict], at: Scalar) -> None:
    """What was deleted goes with what is below it now, and comes back with what had gone with it. Raises Refused below
    something deleted."""
    found = [(each, session.get(KINDS[each.kind].cls, each.rec)) for each in conflicts if each.kind in KINDS]
    for conflict, record in found:
        sides = (json.loads(side)["deleted_at"] for side in (conflict.winner, conflict.loser))
        if record and at:
            record.remove(session, str(at))
        elif record:
            record.restore(session, record.deleted_at or next(filter(None, sides), None))
    for _, record in found:
        if record and not at:
            refuse_hidden(session, record)


def settle_all(session: Session, conflict_ids: Iterable[str], side: str) -> None:
    """Settles several by "mine", "theirs", "both" or "now", as seen by this profile's member."""
    for id in conflict_ids:
        settle(session, id, choice_of(session, find(session, "conflict", id), side))


def choice_of(session: Session, conflict: Conflict, side: str) -> str:
    """What "mine" or "theirs" means for a conflict, as seen by this profile's member."""
    conn = connection_of(session)
    here = made_here(conn, conflict.loser_txn)
    mine = mine_is(get_meta(conn, "member"), conflict.winner_author, conflict.loser_author, here)
    theirs = "stands" if mine == "aside" else "aside"
    return {"mine": mine, "theirs": theirs}.get(side, side)


def mine_is(me: str, winner_author: str | None, loser_author: str | None, here: bool) -> str:
    """Which side is the member's own: `aside`, or `stands` where neither is. Where both are, it is that of this laptop;
    `here`: the loser was written on it."""
    return "aside" if me and loser_author == me and (winner_author != me or here) else "stands"


def made_here(conn: sqlite3.Connection, txn: str | None) -> bool:
    """Whether an operation was done on this laptop, as far as its log reaches back."""
    return conn.execute("SELECT 1 FROM txn WHERE id=? AND origin='L'", (txn,)).fetchone() is not None


def clashing(
    base: Mapping[str, Scalar], stands: Mapping[str, Scalar], aside: Mapping[str, Scalar]
) -> list[Region]:
    """The regions of the two versions of a note: `one` is what stands, `other` what was set aside."""
    [name] = aside
    return merge(*(_text(side.get(name)) for side in (base, stands, aside)))


def _write(session: Session, conflict_id: str, choice: str, decided: Mapping[str, Scalar]) -> Settlement:
    settlement: Settlement = create(
        session,
        "settlement",
        id=settlement_id(conflict_id, len(_settlements(session, conflict_id))),
        conflict_id=conflict_id,
        choice=choice,
        value=json.dumps(decided, sort_keys=True),
    )
    return settlement


def _settlements(session: Session, conflict_id: str) -> Sequence[Settlement]:
    """Those that were taken back, too."""
    return session.exec(select(Settlement).where(col(Settlement.conflict_id) == conflict_id)).all()


def _refuse_newer(conflict: Conflict) -> None:
    kind, names = KINDS.get(conflict.kind), {**json.loads(conflict.winner), **json.loads(conflict.loser)}
    if kind is None or not names.keys() <= kind.fields.keys():
        raise Refused(
            f"This conflict is over what only a newer Milepost knows ({', '.join(sorted(names))}). Decide it there, "
            "or update this one."
        )


def _decided(conflict: Conflict, choice: str, value: Scalar, record: Record) -> dict[str, Scalar]:
    stands, aside = json.loads(conflict.winner), json.loads(conflict.loser)
    names = {**stands, **aside}
    spec = KINDS[conflict.kind].fields
    if choice == "now":
        return {name: getattr(record, name, None) for name in names if name in spec}
    note = len(aside) == 1 and spec[next(iter(aside))].type == "note"
    if note and choice != "value":
        [name] = aside
        return {name: _note(conflict, choice, getattr(record, name))}
    if choice in ("stands", "aside"):
        return {name: stands.get(name) for name in names} | (aside if choice == "aside" else {})
    if len(aside) != 1:
        raise Invalid("choice", "these fields belong together: choose mine or theirs.")
    [(name, other)] = aside.items()
    field = spec[name]
    if choice == "value":
        field.check(value)
        return {name: value}
    if field.type != "text":
        raise Invalid("choice", f"{field.label} cannot hold both. Choose mine, theirs or a value.")
    return {name: " / ".join(str(v) for v in (stands.get(name), other) if v)}


def _note(conflict: Conflict, choice: str, now: str | None) -> str | None:
    """The note with the lines of one side, or of both, where they clash; and with what was written since."""
    regions = clashing(
        *(json.loads(side or "{}") for side in (conflict.base, conflict.winner, conflict.loser))
    )
    chosen = joined(regions, {"stands": ONE, "aside": OTHER, "both": BOTH}[choice])
    return onto(now, joined(regions, ONE), chosen)


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)
