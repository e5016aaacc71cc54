"""What each laptop committed, as the simulation saw it, apart from what the store says of it."""

from dataclasses import dataclass, field, replace
from typing import Any

from models.kinds import KINDS

Values = dict[str, Any]
View = dict[str, tuple[str, Values]]  # id → kind, every field
Cell = tuple[str, str]  # record, field


class Violation(AssertionError):
    """An invariant does not hold."""


def need(holds: bool, what: str) -> None:
    if not holds:
        raise Violation(what)


@dataclass
class Edit:
    """One committed operation.

    `laptop` is "Ines", or "Ines/…" for what was made after a backup: on the laptop as it went on, and on the one that
    came of the backup. `seen` is, by field, the cursor and the row's version when its masking began.
    """

    id: str
    laptop: str
    kind: str
    ref: str | None
    label: str
    created: dict[str, Values] = field(default_factory=dict)
    fields: dict[Cell, tuple[Any, Any]] = field(default_factory=dict)  # old, new
    seen: dict[Cell, tuple[int, int]] = field(default_factory=dict)
    fate: str = "waiting"  # seen, rejected, withdrawn, settled = it was rejected, then sent again or let go
    ver: int = 0  # where the server's log has it, once it is seen
    again: "Edit | None" = None  # the refused one that it does again, itself or as a redo

    def follows(self, other: "Edit") -> bool:
        """Whether it was made by somebody who had made `other`, or had it by a backup."""
        return other.laptop in (self.laptop, self.laptop.split("/")[0])

    @property
    def recs(self) -> set[str]:
        return {*self.created, *(rec for rec, _ in self.fields)}

    def without(self, recs: set[str]) -> "Edit":
        """What it did to other records than these."""
        if not recs:
            return self
        created = {rec: values for rec, values in self.created.items() if rec not in recs}
        fields = {cell: values for cell, values in self.fields.items() if cell[0] not in recs}
        seen = {cell: row for cell, row in self.seen.items() if cell[0] not in recs}
        return replace(self, created=created, fields=fields, seen=seen)

    def touches(self, other: "Edit") -> bool:
        """Whether this builds on `other`: on a record that it created or a field that it set."""
        return bool(self.recs & other.created.keys() or self.fields.keys() & other.fields.keys())


def full(kind: str, values: Values) -> Values:
    """Every field of the kind; an absent one is None."""
    return {name: values.get(name) for name in KINDS[kind].fields}


def difference(before: View, after: View) -> tuple[dict[str, Values], dict[Cell, tuple[Any, Any]]]:
    """Records that came, and fields that changed with old and new."""
    came = {rec: values for rec, (_, values) in after.items() if rec not in before}
    changed = {
        (rec, name): (before[rec][1][name], value)
        for rec, (_, values) in after.items()
        if rec in before and before[rec][1] != values
        for name, value in values.items()
        if before[rec][1][name] != value
    }
    return came, changed


def fold(copy: View, waiting: list[Edit], kinds: dict[str, str]) -> View:
    """The view equation: the server's copy, then our unseen edits in order."""
    view = {rec: (kind, dict(values)) for rec, (kind, values) in copy.items()} if waiting else dict(copy)
    for edit in waiting:
        for rec, values in edit.created.items():
            view.setdefault(rec, (kinds[rec], dict(values)))
        for (rec, name), (_, new) in edit.fields.items():
            if rec in view:
                view[rec][1][name] = new
    return view
