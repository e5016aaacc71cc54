"""An independent model of a laptop's store, in dictionaries: LOCAL.md's rules 5–17 said once more, otherwise.

    view of a record = fold(server copy as of the cursor, unseen operations in order)

It shares no code with models/. `Laptop` is told what happens and predicts the views, the masks with their bases, the
states of the operations, and what undo and redo do; tests/models/world.py compares.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]
Write = tuple[str, str, Values, bool]  # kind, record, field → value, a create

GROUPS = {
    "task": [("constraint_type", "constraint_date"), ("parent_id", "rank")],
    "client": [],
}
UNSEEN = ("pending", "sent", "acknowledged")


def group(kind: str, name: str) -> tuple[str, ...]:
    return next((g for g in GROUPS.get(kind, []) if name in g), (name,))


@dataclass
class Operation:
    id: str
    kind: str
    ref: str | None
    state: str = "pending"
    ver: int | None = None
    creates: dict[str, tuple[str, Values]] = field(default_factory=dict)
    edits: dict[tuple[str, str], tuple[Any, Any, int]] = field(default_factory=dict)  # old, new, base
    gone: dict[str, tuple[str, Values]] = field(
        default_factory=dict
    )  # a withdrawn undo: creates that it took back
    idle: set[tuple[str, str]] = field(default_factory=set)

    def records(self) -> set[str]:
        return {*self.creates, *(rec for rec, _ in self.edits)}

    def builds_on(self, other: "Operation") -> bool:
        return bool(self.records() & set(other.creates) or self.edits.keys() & other.edits.keys())


class Laptop:
    def __init__(self) -> None:
        self.cursor = 0
        self.kinds: dict[str, str] = {}
        self.server: dict[str, Values] = {}
        self.ver: dict[str, int] = {}
        self.ops: list[Operation] = []
        self.foreign: list[tuple[int, str, str]] = []  # version, record, field
        self.base: dict[tuple[str, str], int] = {}

    # ── what must be true ─────────────────────────────────────────────────────────────────────────────

    def view(self) -> dict[str, Values]:
        found = {rec: dict(values) for rec, values in self.server.items()}
        for op in self.unseen():
            for rec, (_, values) in op.creates.items():
                found.setdefault(rec, dict(values))
            for (rec, name), (_, new, _) in op.edits.items():
                if rec in found:
                    found[rec][name] = new
        return {rec: {n: v for n, v in values.items() if v is not None} for rec, values in found.items()}

    def shadows(self) -> dict[tuple[str, str], tuple[int, Any]]:
        return {
            (rec, name): (base, self.server[rec].get(name))
            for (rec, name), base in self.base.items()
            if rec in self.server
        }

    def unseen(self) -> Iterator[Operation]:
        return (op for op in self.ops if op.state in UNSEEN)

    def waiting(self) -> list[Operation]:
        return [op for op in self.ops if op.state in ("pending", "sent")]

    def find(self, id: str) -> Operation | None:
        return next((op for op in self.ops if op.id == id), None)

    # ── the user ──────────────────────────────────────────────────────────────────────────────────────

    def write(
        self, id: str, writes: Iterable[Write], kind: str = "do", ref: str | None = None
    ) -> Operation | None:
        """An operation; None and no trace where it changes nothing (an undo or redo is kept)."""
        before, after = self.view(), self.view()
        for kind_of, rec, values, _ in writes:
            self.kinds.setdefault(rec, kind_of)
            after.setdefault(rec, {}).update(values)
        op = Operation(id, kind, ref)
        for rec in after:
            if rec not in before:
                op.creates[rec] = self.kinds[rec], {n: v for n, v in after[rec].items() if v is not None}
            else:
                self._diff(op, rec, before[rec], after[rec])
        if not op.records() and kind == "do":
            return None
        op.state = "pending" if op.records() else "withdrawn"
        self.ops.append(op)
        return op

    def _diff(self, op: Operation, rec: str, before: Values, after: Values) -> None:
        for name in {**before, **after}:
            members = group(self.kinds[rec], name)
            if any(before.get(n) != after.get(n) for n in members):
                base = self.base.setdefault((rec, name), self.ver.get(rec, 0))
                for n in members:  # members that stayed are masked and travel with the others
                    base = self.base.setdefault((rec, n), self.ver.get(rec, 0))
                    op.edits[rec, n] = before.get(n), after.get(n), base

    def undo(self, id: str, now: str) -> tuple[Operation, int] | None:
        """The undo and how much it left alone; None where there is nothing to undo."""
        target = next((op for op in reversed(self.ops) if self._stands(op)), None)
        if target is None:
            return None
        if target.state == "pending" and list(self.unseen())[-1] is target:
            return self._withdraw(target, id), 0
        writes: list[Write] = []
        skipped = 0
        for rec, (kind, _) in target.creates.items():
            if any(r == rec for _, r, _ in self.foreign):
                skipped += 1
            else:
                writes.append((kind, rec, {"deleted_at": now}, False))
        for rec, names in self._groups(target.edits):
            if self._untouched(target, rec, names):
                values = {n: self._beneath(target, rec, n) for n in names}
                writes.append((self.kinds[rec], rec, values, False))
            else:
                skipped += 1
        op = self.write(id, writes, "undo", target.id)
        assert op is not None
        return op, skipped

    def _stands(self, op: Operation) -> bool:
        return (
            op.kind in ("do", "redo")
            and op.state in (*UNSEEN, "seen")
            and not any(u.kind == "undo" and u.ref == op.id and u.state != "rejected" for u in self.ops)
        )

    def _groups(self, edits: Iterable[tuple[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
        named = set(edits)
        found = {(rec, group(self.kinds[rec], name)) for rec, name in named}
        return [(rec, tuple(n for n in names if (rec, n) in named)) for rec, names in sorted(found)]

    def _untouched(self, target: Operation, rec: str, names: tuple[str, ...]) -> bool:
        view = self.view()[rec]
        later = target.ver is not None and any(
            v > target.ver and r == rec and n in group(self.kinds[rec], names[0]) for v, r, n in self.foreign
        )
        return (
            not later
            and not any((rec, n) in target.idle for n in names)
            and all(view.get(n) == target.edits[rec, n][1] for n in names)
        )

    def _beneath(self, target: Operation, rec: str, name: str) -> Any:
        if target.state == "seen":
            return target.edits[rec, name][0]
        for op in reversed(self.ops[: self.ops.index(target)]):
            if op.state in UNSEEN:
                if (rec, name) in op.edits:
                    return op.edits[rec, name][1]
                if rec in op.creates and rec not in self.server:
                    return op.creates[rec][1].get(name)
        return self.server[rec].get(name)

    def _withdraw(self, target: Operation, id: str) -> Operation:
        before = self.view()
        target.state = "withdrawn"
        self._release()
        after = self.view()
        op = Operation(id, "undo", target.id, "withdrawn")
        for rec in target.records():
            if rec not in after:
                op.gone[rec] = self.kinds[rec], before[rec]
            else:
                names = [n for r, n in target.edits if r == rec]
                op.edits.update({(rec, n): (before[rec].get(n), after[rec].get(n), 0) for n in names})
        self.ops.append(op)
        return op

    def redo(self, id: str) -> tuple[Operation, int] | None:
        undo = next((op for op in reversed(self.ops) if self._redoable(op)), None)
        if undo is None:
            return None
        view = self.view()
        writes: list[Write] = [(kind, rec, values, True) for rec, (kind, values) in undo.gone.items()]
        writes = [w for w in writes if w[1] not in view]
        skipped = 0
        for rec, names in self._groups(undo.edits):
            if rec in view and all(view[rec].get(n) == undo.edits[rec, n][1] for n in names):
                writes.append((self.kinds[rec], rec, {n: undo.edits[rec, n][0] for n in names}, False))
            else:
                skipped += 1
        op = self.write(id, writes, "redo", undo.id)
        assert op is not None
        return op, skipped

    def _redoable(self, op: Operation) -> bool:
        later = self.ops[self.ops.index(op) + 1 :]
        return (
            op.kind == "undo"
            and op.state != "rejected"
            and not any(r.kind == "redo" and r.ref == op.id and r.state != "rejected" for r in self.ops)
            and not any(d.kind == "do" for d in later)
        )

    # ── the server ────────────────────────────────────────────────────────────────────────────────────

    def verdict(self, id: str, ver: int, reason: str) -> None:
        op = self.find(id)
        if op is None or op.state not in ("pending", "sent"):
            return
        if reason:
            self._reject(op)
        else:
            op.state, op.ver = ("seen" if ver <= self.cursor else "acknowledged"), ver
        self._release()

    def _reject(self, op: Operation) -> None:
        op.state = "rejected"
        for later in self.ops[self.ops.index(op) + 1 :]:
            if later.state in ("pending", "sent") and later.builds_on(op):
                self._reject(later)

    def pull(self, entries: Iterable[Any], cursor: int) -> None:
        for entry in entries:
            op = self.find(entry.id)
            if op:
                op.state, op.ver = "seen", entry.ver
                op.idle |= set(entry.idle)
            for patch in entry.patches:
                self._patch(op, entry.ver, patch)
        self.cursor = cursor
        self._release()

    def _patch(self, op: Operation | None, ver: int, patch: Any) -> None:
        before = self.server.get(patch.rec)
        self.kinds.setdefault(patch.rec, patch.kind)
        self.server[patch.rec] = {**(before or {}), **patch.values}
        self.ver[patch.rec] = ver
        if op is None:
            names = [n for n, v in patch.values.items() if (before or {}).get(n) != v] if before else [""]
            self.foreign += [(ver, patch.rec, n) for n in names]
        elif before is not None:
            for name in patch.values:
                if (patch.rec, name) in op.edits:
                    _, new, base = op.edits[patch.rec, name]
                    op.edits[patch.rec, name] = before.get(name), new, base

    def _release(self) -> None:
        masked = {pair for op in self.unseen() for pair in op.edits}
        self.base = {pair: base for pair, base in self.base.items() if pair in masked}
