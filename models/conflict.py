"""Conflicts that the server recorded, and a person's settlement of one.

Both are facts and never change: a conflict says which value stands and which was set aside, a settlement what a
person decided. A settled conflict is one with a settlement that is not deleted; only the undo of a settlement deletes
it, and opens the conflict again.
"""

import json
from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.errors import Invalid, NotFound, Refused
from models.fields import Scalar
from models.record import KINDS, Named, Record, attribute, create, find, made_id, register

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
    choice: str = attribute("choice", "Choice", choices=("stands", "aside", "both", "value"))
    value: str = attribute("json", "Value")


def settlement_id(conflict_id: str, undone: int = 0) -> str:
    """The same on every laptop, so that one settles. `undone`: how many settlements of it were taken back before."""
    return made_id("settlement", conflict_id, *([str(undone)] if undone else []))


def settle(session: Session, conflict_id: str, choice: str, value: Scalar = None) -> Settlement:
    """Settles a conflict by one word.

    `stands` keeps what stands, `aside` takes what was set aside, `both` joins two texts, `value` writes `value`.
    Raises Refused when it is settled already or the word does not fit.
    """
    conflict: Conflict = find(session, "conflict", conflict_id)
    before = session.exec(select(Settlement).where(col(Settlement.conflict_id) == conflict_id)).all()
    if any(settlement.deleted_at is None for settlement in before):
        raise Refused("This conflict is settled already. See `milepost history` of the record for by whom.")
    decided = _decided(conflict, choice, value)
    record = session.get(KINDS[conflict.kind].cls, conflict.rec)
    if record is None:
        raise NotFound("The record of this conflict is not on this laptop. Sync first.")
    for name, scalar in decided.items():
        setattr(record, name, scalar)
    settlement: Settlement = create(
        session,
        "settlement",
        id=settlement_id(conflict_id, len(before)),
        conflict_id=conflict_id,
        choice=choice,
        value=json.dumps(decided, sort_keys=True),
    )
    return settlement


def settle_all(session: Session, conflict_ids: Iterable[str], side: str) -> None:
    """Settles several by "mine", "theirs" or "both", as seen by this profile's member."""
    for id in conflict_ids:
        settle(session, id, choice_of(session, find(session, "conflict", id), side))


def choice_of(session: Session, conflict: Conflict, side: str) -> str:
    """What "mine" or "theirs" means for a conflict: mine is what this profile's member wrote, else what stands."""
    row = session.connection().exec_driver_sql("SELECT value FROM meta WHERE key='member'").fetchone()
    ours_aside = row is not None and conflict.loser_author == row[0] != conflict.winner_author
    return {"mine": "aside" if ours_aside else "stands", "theirs": "stands" if ours_aside else "aside"}.get(
        side, side
    )


def _decided(conflict: Conflict, choice: str, value: Scalar) -> dict[str, Scalar]:
    stands, aside = json.loads(conflict.winner), json.loads(conflict.loser)
    if choice == "stands":
        return {name: stands.get(name) for name in {**stands, **aside}}
    if choice == "aside":
        return {**{name: stands.get(name) for name in stands}, **aside}
    if len(aside) != 1:
        raise Invalid("choice", "these fields belong together: choose mine or theirs.")
    [(name, other)] = aside.items()
    field = KINDS[conflict.kind].fields[name]
    if choice == "value":
        field.check(value)
        return {name: value}
    if field.type not in ("text", "note"):
        raise Invalid("choice", f"{field.label} cannot hold both. Choose mine, theirs or a value.")
    joint = "\n" if field.type == "note" else " / "
    return {name: joint.join(str(v) for v in (stands.get(name), other) if v)}
