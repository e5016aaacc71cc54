"""One laptop's real store, a server in memory, colleagues, and mishaps; after each step all that LOCAL.md promises.

A script is a list of (step, seed); every step draws its particulars from its own seed, so that a script shrinks and
replays. The server decides with the real `sync.merge`, and all travels through the real `sync.protocol`.
"""

import atexit
import contextlib
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
from sqlalchemy import event, text

from models import apply, db, outbox, record, undo
from models.errors import NothingToUndo
from models.feed import Feed
from models.store import Store, open_store
from server import wire
from sync import asking, merge, protocol
from sync.decision import Stamp, Stored
from tests.models.oracle import Laptop, Operation, Values, Write

Script = list[tuple[str, int]]
STATES = ("open", "pending", "sent", "acknowledged", "seen", "rejected", "withdrawn")
SHARED = ("made-1", "made-2")  # ids that both sides make from the same thing
KINDS = ("task", "client")
NOW = "2026-11-22T08:00:00.000Z"
FIELDS: dict[str, list[list[Values]]] = {
    "task": [
        [{"name": n} for n in ("Lay cables", "Wire cabinets", "Test")],
        [{"notes": n} for n in ("ask Ines", "ask Tomas", None)],
        [{"priority": n} for n in (500, 600)],
        [
            {"constraint_type": "ASAP", "constraint_date": None},
            {"constraint_type": "SNET", "constraint_date": "2026-12-01T08:00"},
            {"constraint_type": "MSO", "constraint_date": "2026-12-01T08:00"},
        ],
        [{"parent_id": p, "rank": r} for p in (None, "task-1") for r in ("a0", "a1")],
        [{"deleted_at": n} for n in (None, NOW, NOW.replace("08", "09", 1))],
    ],
    "client": [
        [{"name": n} for n in ("Harlan Fab", "Novak Metal")],
        [{"city": n} for n in ("Ostrava", "Brno", None)],
        [{"deleted_at": n} for n in (None, NOW)],
    ],
}


class Killed(Exception):
    """The process ends here."""


class Server:
    """The log and the records, in memory."""

    def __init__(self) -> None:
        self.log: list[bytes] = []
        self.records: dict[str, Stored] = {}
        self.verdicts: dict[str, dict[str, Any]] = {}
        self.now = 2_000_000

    def push(
        self, replica: str, author: str, body: bytes, refuse: Callable[[str], bool] = lambda _: False
    ) -> bytes:
        txns = wire.read_push(body).txns
        refused: list[protocol.Transaction] = []
        for txn in txns:
            if txn.id not in self.verdicts:
                builds = any(_builds_on(txn, other) for other in refused)
                reason = "builds on a refused one" if builds else "not today" if refuse(txn.id) else ""
                self.verdicts[txn.id] = {"id": txn.id, **self._decide(txn, replica, author, reason)}
            if "reason" in self.verdicts[txn.id]:
                refused.append(txn)
        return orjson.dumps({"verdicts": [self.verdicts[t.id] for t in txns], "head": len(self.log)})

    def _decide(self, txn: protocol.Transaction, replica: str, author: str, reason: str) -> dict[str, Any]:
        stamp = Stamp(len(self.log) + 1, txn.id, replica, author, self.now - txn.age)
        found = {rec: self.records[rec] for rec in merge.touched(txn) if rec in self.records}
        decision = merge.decide(txn, found, stamp)
        if reason or decision.reason:
            return {"reason": reason or decision.reason}
        for patch in decision.patches:
            if patch.rec not in self.records:
                self.records[patch.rec] = Stored(patch.kind, patch.rec, dict(patch.values), stamp)
            else:
                writes = decision.writes.get(patch.rec, {})
                self.records[patch.rec].values.update(writes)
                self.records[patch.rec].stamps.update(dict.fromkeys(writes, stamp))
        entry = apply.Entry(
            stamp.ver, txn.id, replica, author, stamp.at, txn.kind, txn.ref, txn.label, decision.patches,
            decision.idle,
        )  # fmt: skip
        self.log.append(wire.write_entry(entry))
        return {"ver": stamp.ver}

    def pull(self, since: int, count: int) -> asking.Page:
        rows = self.log[since : since + count]
        body = wire.write_page(rows, len(self.log), min(since + count, len(self.log)))
        return asking.page(_reply(body))


def _reply(body: bytes) -> protocol.Reply:
    return protocol.Reply(200, {protocol.HEADER: protocol.VERSION, protocol.EPOCH: "ours"}, body)


def _builds_on(txn: protocol.Transaction, other: protocol.Transaction) -> bool:
    made = {c.rec for c in other.changes if c.created}
    fields = {(c.rec, name) for c in other.changes if not c.created for name in c.values}
    return any(c.rec in made or fields & {(c.rec, name) for name in c.values} for c in txn.changes)


_template: list[Path] = []


def _new_store(folder: Path) -> None:
    """A copy of one store that was made once: making the schema is what costs most."""
    if not _template:
        home = Path(tempfile.mkdtemp(prefix="milepost-template-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        store = open_store(home)
        with store.write() as conn:
            db.set_meta(conn, "member", "ines")
        store.close()
        _template.append(home / db.NAME)
    shutil.copy(_template[0], folder / db.NAME)


class World:
    """`tally` counts what was really exercised."""

    def __init__(self, root: Path, tally: Counter[str]) -> None:
        self.root, self.tally = root, tally
        self.lives = 0
        self.ids = 0
        self.time = 1_000_000
        self.server = Server()
        self.model = Laptop()
        self.late: list[bytes] = []  # replies that are on their way
        folder = self._folder()
        _new_store(folder)
        self._open(folder)
        self._colleague(
            [("member", "ines", {"name": "Ines"}, True), ("member", "tomas", {"name": "Tomas"}, True)]
        )
        first = {"name": "Lay cables", "project_id": "project-1"}
        self._colleague([("project", "project-1", {"name": "Line 2"}, True)])
        self._colleague(
            [("task", "task-1", first, True), ("client", "client-1", {"name": "Harlan Fab"}, True)]
        )
        self.step_pull(random.Random(0), 99)

    # ── running ───────────────────────────────────────────────────────────────────────────────────────

    def run(self, script: Script) -> None:
        with mock.patch.object(undo, "now_instant", lambda: NOW.replace("08", "10", 1)):
            for name, seed in script:
                self.step(name, seed)
            self.rest()

    def step(self, name: str, seed: int) -> None:
        self.time += 1000
        self.server.now += 1000
        self.tally[name] += 1
        before = self.model.view()
        getattr(self, f"step_{name}")(random.Random(seed))
        self.check(before)

    def rest(self) -> None:
        """At rest the laptop equals the server, and another round writes nothing."""
        for _ in range(3):
            while self.model.waiting():
                self._settle(self._push(99))
            self.step_pull(random.Random(0), 999)
        self.check(self.model.view())
        server = {
            r: {n: v for n, v in s.values.items() if v is not None} for r, s in self.server.records.items()
        }
        assert self.read_view() == server, "at rest the laptop equals the server"
        assert not self.model.base
        self.step_idle(random.Random(0))

    def close(self) -> None:
        self.conn.close()
        self.store.close()
        self.other.close()

    def _folder(self) -> Path:
        self.lives += 1
        folder = self.root / f"life-{self.lives}"
        folder.mkdir()
        return folder

    def _open(self, folder: Path) -> None:
        path = folder / db.NAME
        self.store, self.other = (Store(path, clock=lambda: self.time, new_id=self._id) for _ in range(2))
        for store in (self.store, self.other):  # a power cut, which FULL is for, is not simulated here
            store._raw.execute("PRAGMA synchronous=OFF")
            event.listen(store._engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
        self.conn = self.store.read()
        self.feed = Feed(self.conn)

    def _id(self) -> str:
        self.ids += 1
        return f"ines-{self.ids:04}"

    # ── what must hold after each step ────────────────────────────────────────────────────────────────

    def check(self, before: dict[str, Values]) -> None:
        self.tally["checks"] += 1
        view, model = self.read_view(), self.model
        assert view == model.view(), "view = fold(server copy, unseen in order)"
        assert self._versions() == model.ver | {r: 0 for r in view if r not in model.ver}
        assert self._shadows() == model.shadows(), "masks: which, bases, the server's values"
        assert self._operations() == {op.id: (op.state, op.ver) for op in model.ops}
        assert self._outbox() == self._expected_outbox()
        assert db.get_meta(self.conn, "cursor", "0") == str(model.cursor)
        self._check_feed(before, view)

    def read_view(self) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for kind in ("task", "client", "project", "member", "conflict", "settlement"):
            names = [row[1] for row in self.conn.execute(f"PRAGMA table_info({kind})")]
            for row in self.conn.execute(f"SELECT * FROM {kind}"):
                values = dict(zip(names, row, strict=True))
                values.update(orjson.loads(values["extra"] or "{}"))
                rec = values.pop("id")
                found[rec] = {n: v for n, v in values.items() if v is not None and n not in ("ver", "extra")}
        for rec, data in self.conn.execute("SELECT id, data FROM unknown"):
            found[rec] = orjson.loads(data)
        return found

    def _versions(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for kind in ("task", "client", "project", "member", "conflict", "settlement", "unknown"):
            found.update(self.conn.execute(f"SELECT id, ver FROM {kind}").fetchall())
        return found

    def _shadows(self) -> dict[tuple[str, str], tuple[int, Any]]:
        return {
            (r, f): (b, v) for r, f, b, v in self.conn.execute("SELECT rec, field, base, val FROM shadow")
        }

    def _operations(self) -> dict[str, tuple[str, int | None]]:
        rows = self.conn.execute("SELECT id, state, ver FROM txn WHERE origin='L' OR state=0")
        return {id: (STATES[state], ver) for id, state, ver in rows}

    def _outbox(self) -> dict[tuple[str, str, str], Any]:
        rows = self.conn.execute(
            "SELECT t.id, c.rec, c.field, c.new, c.base FROM change c JOIN txn t ON t.n=c.txn"
            " WHERE t.origin='L' AND t.state IN (1,2,3)"
        )
        return {(i, r, f): (new, base) if f else orjson.loads(new) for i, r, f, new, base in rows}

    def _expected_outbox(self) -> dict[tuple[str, str, str], Any]:
        found: dict[tuple[str, str, str], Any] = {}
        for op in self.model.unseen():
            found.update({(op.id, rec, ""): values for rec, (_, values) in op.creates.items()})
            found.update({(op.id, r, f): (new, base) for (r, f), (_, new, base) in op.edits.items()})
        return found

    def _check_feed(self, before: dict[str, Values], view: dict[str, Values]) -> None:
        """Whatever looks different now was told: that is all that screens go by."""
        changes = self.feed.poll()
        told = {(t, f) for t, fields in changes.fields.items() for f in fields} if changes else set()
        for rec in {*before, *view}:
            kind = self.model.kinds[rec]
            if rec not in before or rec not in view:
                assert (kind, "") in told, f"the feed does not tell that {rec} came or went"
            else:
                differ = {n for n in {**before[rec], **view[rec]} if before[rec].get(n) != view[rec].get(n)}
                assert {(kind, n) for n in differ} <= told, f"the feed does not tell of {rec} {differ}"

    # ── the user ──────────────────────────────────────────────────────────────────────────────────────

    def _records(self) -> list[str]:
        return sorted(rec for rec in self.model.view() if self.model.kinds[rec] in KINDS)

    def _values(self, rng: random.Random, kind: str, most: int = 3) -> Values:
        chosen = rng.sample(FIELDS[kind], rng.randint(1, most))
        return {name: value for group in chosen for name, value in rng.choice(group).items()}

    def _edits(self, rng: random.Random, recs: list[str], most: int = 3) -> list[Write]:
        return [(self.model.kinds[r], r, self._values(rng, self.model.kinds[r], most), False) for r in recs]

    def _create(self, rng: random.Random, rec: str) -> Write:
        kind = "client" if rec == SHARED[1] else "task"
        values = {"name": "Draw", **({"project_id": "project-1"} if kind == "task" else {})}
        return kind, rec, {**values, **self._values(rng, kind, 2)}, True

    def _perform(self, writes: list[Write], style: str = "raw", store: Store | None = None) -> None:
        id = f"ines-{self.ids + 1:04}"
        changes = (store or self.store).transact("Edit", _verb, writes, style)
        op = self.model.write(id, writes)
        assert changes.count == (len(op.records()) if op else 0)
        self.tally["operations"] += op is not None

    def step_edit(self, rng: random.Random) -> None:
        """One record, favouring the ones that all edit."""
        rec = rng.choice([r for r in ("task-1", "client-1") for _ in range(2)] + self._records())
        style = rng.choice(("raw", "orm", "bulk", "twice"))
        writes = self._edits(rng, [rec])
        placed = {**self.model.view()[rec], **writes[0][2]}
        if style == "orm" and placed.get("parent_id"):
            style = "raw"  # the verb would refuse a loop; the capture does not care
        self._perform(writes, style)

    def step_multi(self, rng: random.Random) -> None:
        """Several records and perhaps a new one, in one operation."""
        recs = self._records()
        writes = self._edits(rng, rng.sample(recs, min(len(recs), 3)))
        if rng.random() < 0.5:
            writes += [self._create(rng, f"new-{self.ids}")]
            writes += [(writes[-1][0], writes[-1][1], self._values(rng, writes[-1][0]), False)]
        self._perform(writes)

    def step_create(self, rng: random.Random) -> None:
        self._perform([self._create(rng, f"new-{self.ids}")])

    def step_create_shared(self, rng: random.Random) -> None:
        free = [rec for rec in SHARED if rec not in self.model.view()]
        if free:
            rec = rng.choice(free)
            self.tally["shared id on both sides"] += rec in self.server.records
            self._perform([self._create(rng, rec)])

    def step_noop(self, rng: random.Random) -> None:
        """Writes what stands there, or there and back."""
        view = self.model.view()
        writes: list[Write] = []
        for kind, rec, values, _ in self._edits(rng, [rng.choice(self._records())]):
            back = {name: view[rec].get(name) for name in values}
            writes += [(kind, rec, values, False)] * rng.randint(0, 1) + [(kind, rec, back, False)]
        count = len(self.model.ops)
        self._perform(writes)
        assert len(self.model.ops) == count

    def step_second_window(self, rng: random.Random) -> None:
        """Another connection, as another process has it, edits or undoes."""
        if rng.random() < 0.7:
            self._perform(self._edits(rng, [rng.choice(self._records())]), store=self.other)
        else:
            self._revert(self.other.undo, "undo")

    def step_settle_conflict(self, rng: random.Random) -> None:
        view = self.model.view()
        settled = {v.get("conflict_id") for r, v in view.items() if self.model.kinds[r] == "settlement"}
        open_ = [r for r in view if self.model.kinds[r] == "conflict" and r not in settled]
        open_ = [r for r in open_ if view[r]["kind"] in KINDS]
        if open_:
            rec = rng.choice(sorted(open_))
            aside = orjson.loads(view[rec]["loser" if rng.random() < 0.5 else "winner"])
            decided = orjson.dumps(aside, option=orjson.OPT_SORT_KEYS).decode()
            made = record.made_id("settlement", rec)
            values = {"conflict_id": rec, "choice": "aside", "value": decided}
            self._perform(
                [(view[rec]["kind"], view[rec]["rec"], aside, False), ("settlement", made, values, True)]
            )
            self.tally["settlements"] += 1

    def step_undo(self, rng: random.Random) -> None:
        self._revert(self.store.undo, "undo")

    def step_redo(self, rng: random.Random) -> None:
        self._revert(self.store.redo, "redo")

    def _revert(self, verb: Callable[[], Any], what: str) -> None:
        id = f"ines-{self.ids + 1:04}"
        expected = self.model.undo(id, NOW.replace("08", "10", 1)) if what == "undo" else self.model.redo(id)
        if expected is None:
            with contextlib.suppress(NothingToUndo):
                verb()
                raise AssertionError(f"nothing was there to {what}")
            return
        op, skipped = expected
        changes = verb()
        assert len(changes.skipped) == skipped, changes.skipped
        self.tally[f"{what} done"] += 1
        self.tally[f"{what} skipped something"] += skipped > 0
        self.tally[f"{what} was empty"] += op.state == "withdrawn" and not (op.edits or op.gone)
        self.tally["undo withdrawn"] += op.state == "withdrawn" and bool(op.edits or op.gone)

    # ── the way to the server ─────────────────────────────────────────────────────────────────────────

    def _take(self, rows: int) -> list[outbox.Outgoing]:
        with self.store.write() as conn:
            batch = outbox.take(conn, rows)
        waiting = self.model.waiting()
        assert [t.id for t in batch] == [op.id for op in waiting[: len(batch)]]
        assert batch or not waiting
        for out, op in zip(batch, waiting, strict=False):
            self._check_outgoing(out, op)
        for op in waiting[: len(batch)]:
            self.tally["sent again"] += op.state == "sent"
            op.state = "sent"
        return batch

    def _check_outgoing(self, out: outbox.Outgoing, op: Operation) -> None:
        made = {rec: values for _, rec, created, values, *_ in out.changes if created}
        edits = {
            (r, f): (v, b[f]) for _, r, created, vs, b, _ in out.changes if not created for f, v in vs.items()
        }
        assert (out.kind, out.ref) == (op.kind, op.ref)
        assert made == {rec: values for rec, (_, values) in op.creates.items()}
        assert edits == {pair: (new, base) for pair, (_, new, base) in op.edits.items()}, "what travels"

    def _push(self, rows: int, refuse: Callable[[str], bool] = lambda _: False) -> bytes:
        batch = self._take(rows)
        body = asking.push(replica="laptop-ines", schema=1, epoch="", batch=batch, now=self.time).body
        return self.server.push("laptop-ines", "ines", body, refuse)

    def _settle(self, body: bytes) -> None:
        verdicts = asking.verdicts(_reply(body))
        echoed = {op.id for op in self.model.ops if op.state == "seen"}
        before = sum(op.state == "rejected" for op in self.model.ops)
        with self.store.write() as conn:
            outbox.settle(conn, verdicts)
        for v in verdicts:
            self.tally["acknowledged after the echo"] += v.id in echoed
            self.tally["acknowledged before the echo"] += v.id not in echoed and not v.reason
            self.model.verdict(v.id, v.ver, v.reason)
        rejected = sum(op.state == "rejected" for op in self.model.ops) - before
        self.tally["rejections"] += rejected
        self.tally["dependants rejected"] += max(0, rejected - 1)

    def step_push(self, rng: random.Random) -> None:
        """The reply comes at once, later, or never."""
        refuse = rng.random() < 0.3
        body = self._push(rng.choice((1, 3, 99)), lambda _: refuse and rng.random() < 0.5)
        fate = rng.random()
        if fate < 0.6:
            self._settle(body)
        elif fate < 0.8:
            self.late.append(body)
        else:
            self.tally["replies lost"] += 1

    def step_sync(self, rng: random.Random) -> None:
        """A whole round, as on most days: nothing is left unseen."""
        while self.model.waiting():
            self._settle(self._push(99))
        self.step_pull(rng, 99)

    def step_request_lost(self, rng: random.Random) -> None:
        self._take(rng.choice((1, 99)))

    def step_late_reply(self, rng: random.Random) -> None:
        if self.late:
            self._settle(self.late.pop(rng.randrange(len(self.late))))

    def step_pull(self, rng: random.Random, count: int = 0) -> None:
        page = self.server.pull(self.model.cursor, count or rng.randint(1, 4))
        if not page.entries:
            return
        cursor = page.entries[-1].ver
        for entry in page.entries:
            self._count(entry)
        with self.store.write() as conn:
            apply.apply(conn, page.entries, cursor)
        self.model.pull(page.entries, cursor)

    def _count(self, entry: apply.Entry) -> None:
        masked = {(r, n): op.state for op in self.model.unseen() for r, n in op.edits}
        op = self.model.find(entry.id)
        own = op is not None
        made = [p for p in entry.patches if p.kind == "conflict"]
        assert not (op and op.kind == "undo" and made), "an undo never makes a conflict"
        self.tally["echoes"] += own
        self.tally["conflicts"] += len(made)
        self.tally["entries pulled"] += 1
        self.tally["fields without effect"] += own and bool(entry.idle)
        for patch in entry.patches:
            states = {masked[patch.rec, n] for n in patch.values if (patch.rec, n) in masked}
            self.tally["pulls over pending"] += not own and bool(states & {"pending", "sent"})
            self.tally["pulls over acknowledged"] += not own and "acknowledged" in states

    # ── colleagues ────────────────────────────────────────────────────────────────────────────────────

    def _colleague(self, writes: list[Write], base: int | None = None, kind: str = "do") -> None:
        head = len(self.server.log) if base is None else base
        changes = [[k, r, int(c), v, dict.fromkeys(v, head)] for k, r, v, c in writes]
        self.ids += 1
        txn = {
            "id": f"tomas-{self.ids}",
            "kind": kind,
            "ref": None,
            "label": "Edit",
            "age": 0,
            "changes": changes,
        }
        body = orjson.dumps({"replica": "laptop-tomas", "schema": 1, "txns": [txn]})
        self.server.push("laptop-tomas", "tomas", body)

    def _known(self) -> list[str]:
        return sorted(r for r, s in self.server.records.items() if s.kind in KINDS)

    def step_colleague(self, rng: random.Random) -> None:
        """Edits what all edit, having seen everything or nothing of it."""
        rec = rng.choice(["task-1", "task-1", "client-1", *self._known()])
        kind = self.server.records[rec].kind
        base = rng.choice((None, None, 0))
        self._colleague([(kind, rec, self._values(rng, kind), False)], base)

    def step_colleague_multi(self, rng: random.Random) -> None:
        recs = rng.sample(self._known(), min(2, len(self._known())))
        writes: list[Write] = []
        for rec in recs:
            kind = self.server.records[rec].kind
            writes.append((kind, rec, self._values(rng, kind), False))
        self._colleague([*writes, self._create(rng, f"theirs-{self.ids}")])

    def step_colleague_shared(self, rng: random.Random) -> None:
        rec = rng.choice(SHARED)
        self.tally["shared id on both sides"] += rec in self.model.view()
        self._colleague([self._create(rng, rec)])

    def step_newer_colleague(self, rng: random.Random) -> None:
        """Has a newer Milepost: unknown fields, unknown kinds."""
        if rng.random() < 0.5:
            rec = rng.choice(self._known())
            self._colleague(
                [(self.server.records[rec].kind, rec, {"mood": rng.choice(("good", "bad", None))}, False)]
            )
        else:
            rec = f"gadget-{rng.randint(1, 2)}"
            self._colleague(
                [("gadget", rec, {"colour": rng.choice(("red", "blue"))}, rec not in self.server.records)]
            )

    # ── mishaps ───────────────────────────────────────────────────────────────────────────────────────

    def step_verb_fails(self, rng: random.Random) -> None:
        writes = self._edits(rng, [rng.choice(self._records())])
        with contextlib.suppress(Killed):
            self.store.transact("Edit", _verb, writes, "fails")

    def step_crash(self, rng: random.Random) -> None:
        """The process is killed in the middle of some transaction; what lies on the disk is all that is left."""
        folder = self._folder()
        with contextlib.suppress(Killed):
            self._half_done(rng, folder)
        self._restart(folder)

    def _half_done(self, rng: random.Random, folder: Path) -> None:
        what = rng.choice(("edit", "take", "apply", "settle"))
        if what == "edit":
            writes = self._edits(rng, self._records()[:3])
            self.store.transact("Edit", _verb, writes, lambda: self._snapshot(folder))
        with self.store.write() as conn:
            if what == "take":
                outbox.take(conn, 99)
            elif what == "apply":
                page = self.server.pull(self.model.cursor, 99)
                apply.apply(conn, page.entries, len(self.server.log))
            else:
                waiting = [op.id for op in self.model.waiting()]
                outbox.settle(conn, [outbox.Verdict(id, 0, "no") for id in waiting])
            self._snapshot(folder)

    def _snapshot(self, folder: Path) -> None:
        for path in self.store.home.glob(f"{db.NAME}*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder / path.name)
        raise Killed

    def step_restart(self, rng: random.Random) -> None:
        self._restart(self.store.home)

    def _restart(self, folder: Path) -> None:
        self.close()
        self.late.clear()
        self._open(folder)

    def step_idle(self, rng: random.Random) -> None:
        """Doing nothing writes nothing."""
        before = self._size()
        with self.store.write() as conn:
            recs = {r: k for r, k in self.model.kinds.items() if r in self.model.view()}
            with apply.settlement(conn, "Nothing") as n:
                apply.rebuild(conn, recs, n)
            outbox.settle(conn, [])
            apply.apply(conn, [], self.model.cursor)
        assert self._size() == before

    def _size(self) -> tuple[int, ...]:
        counts = [f"SELECT count(*), coalesce(max(n), 0) FROM {t}" for t in ("txn", "change")]
        return tuple(n for sql in counts for n in self.conn.execute(sql).fetchone())


def _verb(session: Any, writes: list[Write], style: str | Callable[[], None]) -> None:
    raw: sqlite3.Connection = session.connection().connection.driver_connection
    for kind, rec, values, created in writes:
        names = list(values)
        if created:
            marks = ", ".join("?" * (len(names) + 2))
            sql = f"INSERT INTO {kind}(id, ver, {', '.join(names)}) VALUES({marks})"
            raw.execute(sql, (rec, 0, *values.values()))
        elif style == "orm":
            record.edit(session, kind, rec, **values)
        elif style == "bulk":
            sets = ", ".join(f"{n}=:{n}" for n in names)
            session.execute(text(f"UPDATE {kind} SET {sets} WHERE id=:rec_"), {**values, "rec_": rec})
        else:
            for name in names:  # one by one, and perhaps by a detour
                if style == "twice":
                    raw.execute(f"UPDATE {kind} SET {name}='x' WHERE id=?", (rec,))
                raw.execute(f"UPDATE {kind} SET {name}=? WHERE id=?", (values[name], rec))
    if style == "fails":
        raise Killed
    if callable(style):
        style()


STEPS = {
    "edit": 16, "multi": 4, "create": 2, "create_shared": 2, "noop": 2, "second_window": 2, "settle_conflict": 2,
    "undo": 10, "redo": 8, "push": 12, "request_lost": 2, "sync": 8, "late_reply": 3, "pull": 12, "colleague": 10,
    "colleague_multi": 2, "colleague_shared": 2, "newer_colleague": 2, "verb_fails": 1, "crash": 2, "restart": 1,
    "idle": 1,
}  # fmt: skip


def script(seed: int, length: int) -> Script:
    """A random script; the same seed gives the same one."""
    rng = random.Random(seed)
    names = rng.choices(list(STEPS), list(STEPS.values()), k=length)
    return [(name, rng.randrange(2**32)) for name in names]


@contextlib.contextmanager
def world(tally: Counter[str] | None = None) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="milepost-world-") as root:
        here = World(Path(root), Counter() if tally is None else tally)
        try:
            yield here
        finally:
            here.close()


def play(steps: Script, tally: Counter[str] | None = None) -> None:
    """Runs a script in a world of its own. Raises AssertionError where a promise is broken."""
    with world(tally) as here:
        here.run(steps)
