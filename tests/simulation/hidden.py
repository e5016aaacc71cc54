"""Nothing that somebody wrote lies below what another one deleted without having seen it, and nobody is asked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.apply import Entry
from models.copies import Patch
from sync.beneath import above, hides
from sync.decision import KEPT
from tests.simulation.ledger import Edit, View, full, need

if TYPE_CHECKING:
    from tests.simulation.world import World


def nothing_is_hidden(world: "World", edits: dict[str, Edit]) -> None:
    """The log once more from its beginning: what lies below a deleted record after each operation."""
    walk = _Walk(world)
    for entry in world.log:
        walk.take(entry)
        world.count["a delete lost to what is below"] += sum(
            _is_of_below(patch, edits) for patch in entry.patches
        )


def _is_of_below(patch: Patch, edits: dict[str, Edit]) -> bool:
    """Whether it is a conflict in which a delete lost to an operation that had not touched the record itself."""
    told = patch.values
    if patch.kind != "conflict" or told["field"] != "deleted_at" or told["decided"] != "kept":
        return False
    by = edits.get(str(told["winner_txn"]))
    return by is not None and told["rec"] not in by.recs


class _Walk:
    def __init__(self, world: "World") -> None:
        self._since = world.server.since
        self._view: View = {}
        self._deleted: dict[str, Entry] = {}  # by whom
        self._written: dict[
            str, dict[str, Entry]
        ] = {}  # by whom last, by record and field; "" is its creation

    def take(self, entry: Entry) -> None:
        live = {rec for rec, (_, values) in self._view.items() if not values["deleted_at"]}
        written = [patch for patch in entry.patches if patch.kind != "conflict" and self._enter(entry, patch)]
        since = self._since.get(entry.id)
        if since is None or entry.kind not in ("do", "redo"):
            return
        for patch in written:
            if patch.rec in live and self._is_deleted(patch.rec):
                self._needs_nothing_new_below(patch.rec, entry, since)
            elif not self._is_deleted(patch.rec):
                self._needs_all_above(patch.rec, entry, since)

    def _enter(self, entry: Entry, patch: Patch) -> bool:
        """Whether it really wrote something."""
        told = {name: v for name, v in patch.values.items() if (patch.rec, name) not in entry.idle}
        _, values = self._view.get(patch.rec, ("", full(patch.kind, {})))
        self._view[patch.rec] = patch.kind, {**values, **told}
        fields = {**told, "": None} if patch.created else told
        self._written.setdefault(patch.rec, {}).update(dict.fromkeys(fields, entry))
        if told.get("deleted_at"):
            self._deleted[patch.rec] = entry
        return bool(told)

    def _is_deleted(self, rec: str) -> bool:
        return bool(self._view[rec][1]["deleted_at"])

    def _above(self, rec: str) -> Iterator[str]:
        kind, values = self._view[rec]
        return (id for id in above(kind, values) if id in self._view and hides(*self._view[id], kind, values))

    def _needs_nothing_new_below(self, rec: str, entry: Entry, since: int) -> None:
        for below, by in self._written.items():
            new = [e.id[-4:] for e in by.values() if e.ver > since and e.replica not in (entry.replica, KEPT)]
            if new and not self._is_deleted(below) and rec in self._above(below):
                need(False, f"{entry.id[-4:]} deleted {rec[-4:]} above {below[-4:]}, not having seen {new}")

    def _needs_all_above(self, rec: str, entry: Entry, since: int) -> None:
        asked = {
            p.values["rec"]
            for p in entry.patches
            if p.kind == "conflict" and p.values["field"] == "deleted_at"
        }
        for id in self._above(rec):
            by = self._deleted.get(id)
            if (
                by
                and self._is_deleted(id)
                and by.ver > since
                and by.replica != entry.replica
                and id not in asked
            ):
                need(False, f"{entry.id[-4:]} wrote {rec[-4:]} below {id[-4:]}, which {by.id[-4:]} deleted")
