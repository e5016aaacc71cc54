"""What must hold when nothing goes wrong any more and everybody has synced."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from models import sums
from models.apply import Entry
from models.copies import Patch
from models.dump import dump
from models.kinds import KINDS
from server import sums as server_sums
from tests.simulation.hidden import nothing_is_hidden
from tests.simulation.laptop import Laptop
from tests.simulation.ledger import Cell, Edit, View, full, need

if TYPE_CHECKING:
    from tests.simulation.world import World


def at_rest(world: "World") -> None:
    _nothing_waits(world)
    _all_equal(world)
    _log_is_what_was_sent(world)
    _no_lost_edit(world)
    _conflicts_only_grow(world)
    _nothing_kept_is_lost(world)
    _groups_stay_whole(world)
    _structure(_server_view(world))
    nothing_is_hidden(world, _edits(world))
    _sums_agree(world)
    _second_sync_is_silent(world)


def fold(log: Iterable[Entry]) -> View:
    """What the log adds up to."""
    view: View = {}
    for entry in log:
        for patch in entry.patches:
            _, values = view.get(patch.rec, (patch.kind, full(patch.kind, {})))
            view[patch.rec] = (patch.kind, {**values, **patch.values})
    return view


def _nothing_waits(world: "World") -> None:
    """Invariant 11 with it: whatever was not refused has arrived."""
    for laptop in world.laptops:
        laptop.check(world.log, world.refused)
        need(laptop.cursor == len(world.log), f"{laptop.name} stopped at {laptop.cursor} of {len(world.log)}")
        left = [edit.id[-4:] for edit in laptop.waiting()]
        need(not left, f"{laptop.name} still waits with {left}")
        need(laptop.read() == laptop.copy, f"{laptop.name} shows more than the server has")
        with laptop.store.write() as conn:
            aside = conn.execute("SELECT rec FROM keep UNION ALL SELECT space FROM staged").fetchall()
        need(not aside, f"{laptop.name} still keeps {aside} aside")


def _all_equal(world: "World") -> None:
    server, folded = _server_view(world), fold(world.log)
    need(server.keys() == folded.keys(), "the server's records are not what its log adds up to")
    for rec, record in server.items():
        need(record == folded[rec], f"{rec[-4:]} at the server is {record}, by the log {folded[rec]}")
    first: dict[frozenset[str], list[str]] = {}
    for laptop in world.laptops:
        seen = frozenset(world.rights.of(laptop.member))
        need(
            laptop.spaces == seen,
            f"{laptop.name} sees {sorted(laptop.spaces)}, the server says {sorted(seen)}",
        )
        roles, given = laptop.roles(), world.rights.of(laptop.member)
        need(roles == given, f"{laptop.name} has the roles {roles}, he was given {given}")
        mine = {rec: record for rec, record in server.items() if world.spaces[rec] in seen}
        need(laptop.copy == mine, f"{laptop.name} has not what is for him")
        text = _dump(laptop)
        want = first.setdefault(seen, text)
        need(text == want, f"{laptop.name}'s dump differs: {_first_difference(text, want)}")


def _dump(laptop: Laptop) -> list[str]:
    with laptop.store.write() as conn:
        return list(dump(conn))


def _first_difference(one: list[str], other: list[str]) -> str:
    pairs = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
    return f"{pairs[0] if pairs else (len(one), len(other))}"


def _server_view(world: "World") -> View:
    return {rec: (kind, full(kind, values)) for rec, (kind, values) in world.server.records().items()}


def _log_is_what_was_sent(world: "World") -> None:
    """Once each, whole, never changed afterwards; accepted or refused, not both."""
    need(world.server.bodies() == world.bodies, "the log changed after it was read")
    ids = [entry.id for entry in world.log]
    need(len(ids) == len(set(ids)), "a transaction took effect twice")
    both = set(ids) & world.standing
    need(not both, f"{[id[-4:] for id in both]} accepted and refused")
    edits = _edits(world)
    for entry in world.log:
        if edit := edits.get(entry.id):
            told = {(p.rec, name) for p in entry.patches for name in p.values}
            made = {
                (rec, n) for rec, v in edit.created.items() for n, value in v.items() if value is not None
            }
            silent = (edit.fields.keys() | made) - told
            need(not silent, f"{entry.id[-4:]} got no answer for {sorted(silent)}")
            if entry.kind == "undo":
                need(not any(p.kind == "conflict" for p in entry.patches), "an undo made a conflict")


def _edits(world: "World") -> dict[str, Edit]:
    """What was left behind when a laptop was put back counts too, where it had arrived."""
    made = {edit.id: edit for edit in world.left_behind}
    return made | {edit.id: edit for laptop in world.laptops for edit in laptop.edits}


class _Walk:
    """The log once more from its beginning: who wrote each field last, and by what right it was overwritten."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.edits = _edits(world)
        self.vers = {entry.id: entry for entry in world.log}
        self.at: dict[Cell, tuple[Any, str]] = {}  # value, transaction that wrote it
        self.kinds = {p.rec: p.kind for entry in world.log for p in entry.patches}
        self.written: set[Cell] = set()  # after the record's creation
        self.lost: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for patch in _conflicts(world):
            key = str(patch.values["loser_txn"]), str(patch.values["rec"])
            self.lost.setdefault(key, []).append(json.loads(str(patch.values["loser"])))

    def run(self) -> None:
        for entry in self.world.log:
            for patch in entry.patches:
                if patch.kind != "conflict":
                    self._patch(entry, patch)

    def _patch(self, entry: Entry, patch: Patch) -> None:
        edit = self.edits.get(entry.id)
        if patch.created:
            need((patch.rec, "space") not in self.at, f"{patch.rec[-4:]} was created twice")
            values = full(patch.kind, patch.values)
            self.at |= {(patch.rec, name): (value, entry.id) for name, value in values.items()}
            return
        for name, value in patch.values.items():
            cell = patch.rec, name
            stood, by = self.at.get(cell, (None, ""))
            if edit and cell in edit.fields and KINDS[patch.kind].fields[name].type == "note":
                self._lines(cell, edit, entry, (stood, by), value)
                self.at[cell] = value, entry.id
                self.written.add(cell)
                continue
            if cell in entry.idle:
                need(value == stood, f"{entry.id[-4:]} says {name} stands at {value}, it is {stood}")
            else:
                if by != entry.id and not _same(name, stood, value):
                    self._overwritten(cell, stood, by, entry)
                self.at[cell] = value, entry.id
                self.written.add(cell)
            if edit:
                self._answered(cell, edit, value, by)

    def _taken_back(self, cell: Cell, edit: Edit) -> Counter[str]:
        """The lines that an undo is to take out: a colleague may have written the same ones elsewhere in the note."""
        undone = self.edits.get(edit.ref or "") if edit.kind == "undo" else None
        before, after = undone.fields.get(cell, ("", "")) if undone else ("", "")
        return _lines_of(after) - _lines_of(before)

    def _lines(self, cell: Cell, edit: Edit, entry: Entry, before: tuple[Any, str], value: Any) -> None:
        """Of a note each line counts: what the edit wrote stands, what it had not seen stays, or is in a conflict."""
        saw, wrote = (_lines_of(text) for text in edit.fields[cell])
        stood, by = before
        kept = _lines_of(value)
        if by in self.vers and edit.seen.get(cell, (-1, 0))[0] >= self.vers[by].ver:
            saw |= _lines_of(stood)  # before a restore he may have seen it written, and erased since
        for own in (one for one in self.edits.values() if one.id < edit.id and edit.follows(one)):
            for text in (*own.fields.get(cell, ()), own.created.get(cell[0], {}).get(cell[1])):
                saw |= _lines_of(text)
        for patch in _conflicts(self.world):  # one that was kept over a restore is not made again
            txns = patch.values["winner_txn"], patch.values["loser_txn"]
            if patch.values["rec"] == cell[0] and entry.id in txns:
                for side in ("winner", "loser"):
                    kept |= _lines_of(json.loads(str(patch.values[side])).get(cell[1]))
        erased = (saw - wrote) | _erased(*edit.fields[cell])
        gone = _lines_of(stood) - kept - erased - self._taken_back(cell, edit)
        for loser in self.lost.get(
            (by, cell[0]), ()
        ):  # kept over a restore, before which its writer had lost
            gone -= _lines_of(loser.get(cell[1]))
        need(
            not gone,
            f"{entry.id[-4:]} lost the lines {sorted(gone)} of {cell[0][-4:]}, which its author had not seen",
        )
        missing = wrote - saw - kept
        settled = edit.kind == "undo" or any(self.kinds[rec] == "settlement" for rec in edit.created)
        need(not missing or settled, f"the lines {sorted(missing)} of {entry.id[-4:]} stand nowhere")
        self.world.count["note merged"] += value not in (stood, edit.fields[cell][1])

    def _overwritten(self, cell: Cell, value: Any, by: str, entry: Entry) -> None:
        """The edit `by` loses its value to `entry`."""
        mine, theirs = self.edits.get(by), self.edits.get(entry.id)
        # what was kept over a restore gives way: whoever had written it sends that again (else it has not arrived)
        if self.vers[by].kind == "keep" or (mine and theirs and theirs.follows(mine)):
            return
        seen = theirs.seen.get(cell, (-1, 0))[0] if theirs and theirs.kind != "undo" else -1
        # what no laptop of the play wrote is the plan that all began with, seen by whoever has the record
        if seen >= self.vers[by].ver or (mine is None and theirs and seen >= 0):
            return
        need(
            self._in_conflict(by, cell, value),
            f"{cell[0][-4:]}.{cell[1]} = {value!r} of {by[-4:]} was overwritten by {entry.id[-4:]} "
            f"({entry.kind}), whose author had seen the log to {seen} only, and is in no conflict",
        )

    def _answered(self, cell: Cell, edit: Edit, result: Any, by: str) -> None:
        """What the laptop wrote, where it did not come to stand."""
        rec, name = cell
        wrote = edit.fields[cell][1] if cell in edit.fields else edit.created.get(rec, {}).get(name)
        named = cell in edit.fields or rec in edit.created
        if not named or _same(name, wrote, result) or edit.kind == "undo":
            return
        if self.kinds[rec] == "settlement":  # the first stands; what it decides otherwise is a conflict
            unsettled = name == "value" and not any(id == edit.id for id, _ in self.lost)
            need(not unsettled, f"the settlement {edit.id[-4:]} lost to {by[-4:]} and is in no conflict")
            return
        # kept from somebody who had seen this creation: what he wrote in it since is newer
        kept = by in self.vers and self.vers[by].kind == "keep"
        if rec in edit.created and (kept or cell in self.written or name == "deleted_at"):
            self.world.count["create yielded"] += 1
            return
        if cell in edit.fields and edit.fields[cell][0] == wrote:
            return  # named only because another field of its group changed
        need(
            self._in_conflict(edit.id, cell, wrote),
            f"{rec[-4:]}.{name} = {wrote!r} of {edit.id[-4:]} lost to {result!r} of {by[-4:]} and is in no conflict",
        )

    def _in_conflict(self, id: str, cell: Cell, value: Any) -> bool:
        return any(
            cell[1] in loser and _same(cell[1], loser[cell[1]], value)
            for loser in self.lost.get((id, cell[0]), ())
        )


def _erased(before: Any, after: Any) -> Counter[str]:
    """The lines that an edit took out, also where it wrote the same one elsewhere."""
    old, new = (str(text or "").splitlines() for text in (before, after))
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return Counter(
        line for _, begin, end, _, _ in (c for c in changes if c[0] != "equal") for line in old[begin:end]
    )


def _lines_of(text: Any) -> Counter[str]:
    return Counter(line for line in str(text or "").split("\n") if line)


def _same(name: str, one: Any, other: Any) -> bool:
    if name == "deleted_at":  # when is of no account
        return (one is None) == (other is None)
    return bool(one == other)


def _no_lost_edit(world: "World") -> None:
    walk = _Walk(world)
    walk.run()
    arrived = {entry.id for entry in world.log}
    lost = {entry.id for log in world.logs.values() for entry in log} - arrived
    for laptop in world.laptops:
        for edit in laptop.edits:
            there = edit.id in arrived
            # accepted, then its space was taken from its author, then the server was restored: nobody can send it again
            if edit.id in lost and laptop.forgot(edit):
                world.count["gone with the server"] += 1
                continue
            need(there == (edit.fate == "seen"), f"{edit.id[-4:]} is {edit.fate}, at the server: {there}")
            if edit.fate == "withdrawn" and (edit.fields or edit.created):
                by = [e for e in laptop.edits if e.ref == edit.id and e.kind == "undo"]
                need(bool(by), f"{edit.id[-4:]} was withdrawn by nobody")
            world.count["rejected"] += edit.fate == "rejected"
            world.count["withdrawn"] += edit.fate == "withdrawn"


def _conflicts(world: "World") -> Iterator[Patch]:
    return (p for entry in world.log for p in entry.patches if p.kind == "conflict")


def _conflicts_only_grow(world: "World") -> None:
    """Made once, never changed; each settled at most once; counted by kind."""
    made = [p.rec for p in _conflicts(world)]
    need(len(made) == len(set(made)), "a conflict record was overwritten")
    need(all(p.created for p in _conflicts(world)), "a conflict record was changed")
    for patch in _conflicts(world):
        world.count[_kind_of_conflict(patch)] += 1
        world.count["conflicts"] += 1
    settled: dict[str, Any] = {}
    for entry in world.log:
        for patch in entry.patches:
            if patch.kind == "settlement":
                need(patch.created == (patch.rec not in settled), f"{patch.rec[-4:]} was settled twice")
                first = settled.setdefault(patch.rec, patch.values)
                stands = {n: first.get(n) for n in patch.values if n != "deleted_at"}
                need(stands.items() <= patch.values.items(), f"the settlement {patch.rec[-4:]} changed")
                world.count["settled" if patch.created else "settled again"] += 1


def _nothing_kept_is_lost(world: "World") -> None:
    """What a laptop had when the server lost it, conflict records too, is there again, if its member may bring it; but
    for what he alone had, whose creation was refused when he sent it again."""
    refused: dict[str, set[str]] = {}
    for laptop in world.laptops:
        for edit in laptop.edits:
            for rec in edit.created if edit.fate in ("rejected", "settled") else ():
                refused.setdefault(rec, set()).add(laptop.member)
    there = _server_view(world)
    lost = [
        rec[-4:]
        for rec, members in world.kept.items()
        if rec not in there and members - refused.get(rec, set())
    ]
    need(not lost, f"{sorted(lost)} did not survive the restore of the server")


def _groups_stay_whole(world: "World") -> None:
    """A conflict between edits holds all fields that belong together; so does what comes of a write."""
    edits = _edits(world)
    for entry in world.log:
        edit = edits.get(entry.id)
        for patch in entry.patches:
            if edit and patch.kind == "conflict" and (kind := KINDS[str(patch.values["kind"])]):
                loser = json.loads(str(patch.values["loser"]))
                named = {name for rec, name in edit.fields if rec == patch.values["rec"]}
                group = set(kind.groups(next(iter(loser))))
                need(
                    not group & named or group <= loser.keys(),
                    f"a conflict over {sorted(loser)} of {group} only",
                )
            elif edit and not patch.created:
                _same_hand(entry, patch, edit)


def _same_hand(entry: Entry, patch: Patch, edit: Edit) -> None:
    wrote = {n: v for n, v in patch.values.items() if (patch.rec, n) not in entry.idle}
    for name in wrote:
        if KINDS[patch.kind].fields[name].type == "note":
            continue  # the lines of several hands
        for other in KINDS[patch.kind].groups(name):
            cell = patch.rec, other
            mixed = cell in edit.fields and patch.values.get(other) != edit.fields[cell][1]
            need(not mixed or edit.kind == "undo", f"{other} of the group of {name} is another's")


def _kind_of_conflict(patch: Patch) -> str:
    winner, loser = json.loads(str(patch.values["winner"])), json.loads(str(patch.values["loser"]))
    if "deleted_at" in loser:
        return "conflict: delete"
    if len(loser) > 1:
        return "conflict: group"
    if patch.values["decided"] == "text":
        return "conflict: note"
    field = KINDS[str(patch.values["kind"])].fields.get(next(iter(winner)))
    return "conflict: server stays" if field and field.decides == "server" else "conflict: later wins"


def _structure(view: View) -> None:
    """No task below itself, no circle of links."""
    above = {rec: [v["parent_id"]] for rec, (kind, v) in view.items() if kind == "task" and v["parent_id"]}
    need(not _circular(above), "a task lies below itself at the server")
    after: dict[str, list[str]] = {}
    for kind, v in view.values():
        if kind == "dependency" and not v["deleted_at"]:
            after.setdefault(v["predecessor_id"], []).append(v["successor_id"])
    need(not _circular(after), "links close a circle at the server")


def _circular(edges: dict[str, list[str]]) -> bool:
    done: set[str] = set()

    def visit(node: str, path: frozenset[str]) -> bool:
        if node in path:
            return True
        if node in done:
            return False
        found = any(visit(n, path | {node}) for n in edges.get(node, ()))
        done.add(node)
        return found

    return any(visit(node, frozenset()) for node in edges)


def _sums_agree(world: "World") -> None:
    """The checksum that each side keeps from write to write is that of its rows, the same here and there, and nothing
    was ever fetched again for its sake."""
    with world.server.database.reading() as conn:
        need(
            server_sums.wrong(conn, world.server.workspace) == [],
            "the server's checksums are not of its rows",
        )
    for laptop in world.laptops:
        told = world.server.log.sums(world.server.workspace, laptop.member).sums
        with laptop.store.write() as conn:
            need(sums.damaged(conn) == ([], []), f"{laptop.name}'s checksums are not of its rows")
            rows = conn.execute("SELECT id, sum, mended FROM space").fetchall()
        kept = {space: one for space, one, _ in rows}
        need(kept == told, f"{laptop.name}'s checksums are {kept}, the server's {told}")
        need(not any(mended for *_, mended in rows), f"{laptop.name} fetched again what was not damaged")
        world.count["counted"] += len(kept)


def _second_sync_is_silent(world: "World") -> None:
    for laptop in world.laptops:
        before = _everything(laptop)
        pushes = world.again(laptop)
        need(not pushes, f"{laptop.name}'s second sync pushes")
        need(_everything(laptop) == before, f"{laptop.name}'s second sync writes")


def _everything(laptop: Laptop) -> list[Any]:
    with laptop.store.write() as conn:
        tables = [
            conn.execute(f"SELECT * FROM {t}").fetchall() for t in ("txn", "change", "shadow", "unknown")
        ]
        return [
            *tables,
            conn.execute("SELECT * FROM meta WHERE key<>'last_sync'").fetchall(),
            list(dump(conn)),
        ]
