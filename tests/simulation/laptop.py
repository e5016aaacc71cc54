"""A laptop: a real store, the people's edits in it, and the engine that somebody else steps."""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import orjson

from models import backup, db, migrations, rejected, rejoining
from models.apply import Entry
from models.errors import NothingToUndo, Refused, StoreError
from models.feed import Changes
from models.kinds import KINDS
from models.snapshot import Page
from models.space import LIBRARY
from sync import engine
from sync.protocol import Reply, Request
from tests.simulation import edits, stage
from tests.simulation.ledger import Cell, Edit, Values, View, difference, fold, full, need

Answer = tuple[bool, Reply | None, str]  # whether one came, which, and the fault


class Worker:
    """One process that syncs the profile: a generator of the engine and what it asked for last."""

    def __init__(self, now: Any) -> None:
        self.steps = engine.sync(now)
        self.step = self.steps.send(None)
        self.lie = ""  # what was told last in place of an answer
        self.ahead: tuple[Request, Answer] | None = None  # what has left already, and what came of it
        self.rejoins, self.lied = (
            0,
            False,
        )  # how often it asked for the server's history; whether ever for a lie

    def send(self, outcome: Any) -> None:
        self.step = self.steps.send(outcome)


NEWER = (
    "interaction",
    ("client", "industry"),
)  # a kind, and a field: what an older program has never heard of

# what a laptop knows, besides its file
KNOWN = (
    "older",
    "edits", "copy", "vers", "cursor", "staged", "skipped", "_jumps", "_forgotten", "_left", "_taken", "_once_taken",
    "_spaces", "_lay", "kinds", "epochs",
)  # fmt: skip


class Laptop:
    def __init__(
        self, name: str, member: str, home: Path, clock: stage.Clock, spaces: dict[str, str] | None = None
    ) -> None:
        self.name, self.member, self.home, self.clock = name, member, home, clock
        self.skew = 0
        self.older = False  # whether its program is
        self.edits: list[Edit] = []
        self.workers: list[Worker] = []
        self.copy: View = {}  # the server's records at the cursor, folded by ourselves
        self.vers: dict[str, int] = {}
        self.cursor = 0
        self.staged: dict[str, list[Page]] = {}
        self.skipped: set[int] = (
            set()
        )  # versions that no echo told of, since a snapshot brought the cursor past them
        self._jumps = False
        self._full = False
        self._forgotten: set[str] = set()
        self._left: dict[str, set[str]] = {}  # edit → records whose part of it went with a space
        self._taken: set[str] = set()  # spaces that were taken away
        self._once_taken: set[str] = set()  # those that were given again, too
        self._lay: dict[
            str, str
        ] = {}  # where the server showed each record last: it may be made anew elsewhere
        self.of = {} if spaces is None else spaces  # record → space, of all that is in the log
        self._spaces: dict[str, tuple[int, str, int, int]] = {}  # joined, after, upto, fresh
        self.kinds: dict[str, str] = {}
        self.epochs: list[tuple[str, int]] = []  # the server's histories, as far as this laptop has learnt
        self.logs: dict[str, list[Entry]] = {}  # of the histories that are over
        self._life = name
        self._saved: dict[str, Any] = {}  # what was known when the file was backed up
        self._before: set[str] = set()  # operations that it made and that a backup had not
        self.store = stage.open_quick(home, clock)
        self.view = self.read()

    def reopen(self) -> None:
        """The process was killed: nothing but the file is left."""
        self.workers.clear()
        self.store.close()
        self.store = stage.open_quick(self.home, self.clock)

    def standing(self) -> list[tuple[Any, ...]]:
        """How far each space is: changes as long as a sync finds something to do."""
        with self.store.write() as conn:
            return conn.execute("SELECT id, upto, sum FROM space ORDER BY id").fetchall()

    @contextmanager
    def program(self) -> Iterator[None]:
        """The product's table of kinds as this laptop's program has it."""
        kind, (other, field) = NEWER
        with mock.patch.dict(KINDS):
            if self.older:
                del KINDS[kind]
                fields = {name: f for name, f in KINDS[other].fields.items() if name != field}
                KINDS[other] = replace(KINDS[other], fields=fields)
            yield

    def upgrade(self) -> None:
        """The newer program opens the store."""
        self.reopen()
        if self.older:
            with self.store.write() as conn:
                migrations._adopt(conn)
        self.older = False

    def back_up(self) -> None:
        place = self.home / "backup.db"
        place.unlink(missing_ok=True)
        backup.backup(self.home, place)
        self._saved = deepcopy({name: getattr(self, name) for name in KNOWN})
        self._saved["replica"] = self.store.meta("replica")

    def put_back(self, life: str, by_hand: bool) -> list[Edit]:
        """The file as it was backed up is in the place of the present one; the edits that were made since.

        `by_hand`: it was copied, so that nobody notices before the server does.
        """
        self.workers.clear()
        self.store.close()
        if by_hand:
            for tail in ("-wal", "-shm"):
                (self.home / f"{db.NAME}{tail}").unlink(missing_ok=True)
            shutil.copyfile(self.home / "backup.db", self.home / db.NAME)
        else:
            backup.restore(self.home, self.home / "backup.db")
        self.store = stage.open_quick(self.home, self.clock)
        same = self.store.meta("replica") == self._saved["replica"]
        need(same == by_hand, "two laptops are one replica" if same else "a copy is another replica at once")
        former = self.edits
        known = deepcopy(self._saved)
        for name in KNOWN:
            setattr(self, name, known[name])
        left = {edit.id for edit in self.edits}
        behind = [edit for edit in former if edit.id not in left]
        for edit in behind:
            edit.laptop = self._life if "/" in self._life else f"{self._life}/"
        self._life = f"{self.name}/{life}"
        self._before |= {edit.id for edit in behind}
        return behind

    @property
    def has_backup(self) -> bool:
        return bool(self._saved)

    @property
    def spaces(self) -> frozenset[str]:
        return frozenset(self._spaces)

    def roles(self) -> dict[str, str]:
        """His role in each space, as far as the laptop was told."""
        with self.store.write() as conn:
            return dict(conn.execute("SELECT id, role FROM space").fetchall())

    def waiting(self) -> list[Edit]:
        return [edit for edit in self.edits if edit.fate == "waiting"]

    def _unseen(self) -> list[Edit]:
        """What waits, without what of it went with a space that was taken away after the server had accepted it."""
        return [edit.without(self._left.get(edit.id, set())) for edit in self.waiting()]

    def made(self, id: str) -> bool:
        """Whether this laptop made the operation, also where it has forgotten it: a push may arrive late."""
        return id in self._before or any(edit.id == id for edit in self.edits)

    def read(self) -> View:
        with self.store.write() as conn:
            return read_view(conn)

    def writes(self) -> int:
        """Counts up with every row that sync writes."""
        return self.store._raw.total_changes

    # ── people ────────────────────────────────────────────────────────────────────────────────────────

    def do(self, verb: str, dice: random.Random, count: Counter[str]) -> str:
        """One operation of VERBS; what happened, in words."""
        self.clock.skew = self.skew
        act = (edits.PRIVATE.get(verb) or edits.VERBS[verb][1])(self.view, dice)
        if act is None:
            return "nothing to do it to"
        try:
            with self.program():
                changes = self.store.transact(verb, act)
        except Refused as error:
            need(self.read() == self.view, f"{verb} was refused ({error}) and wrote something")
            count["refused here"] += 1
            return f"refused: {error}"
        except StoreError as error:
            need(self._full, f"{verb} failed: {error}")
            need(self.read() == self.view, f"{verb} found the disk full and wrote something")
            count["edit on a full disk"] += 1
            return "the disk is full"
        return self._note(verb, changes, count)

    def do_on_a_full_disk(self, verb: str, dice: random.Random, count: Counter[str]) -> str:
        """As `do`; there is no room for another page."""
        self._limit(1)
        self._full = True
        try:
            return self.do(verb, dice, count)
        finally:
            self._full = False
            self._limit(2**31)

    def _limit(self, pages: int) -> None:
        with self.store._engine.connect() as conn:
            conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def decide_rejected(self, again: bool, dice: random.Random, count: Counter[str]) -> str:
        """A refused operation is sent again, as an edit of now, or let go."""
        self.clock.skew = self.skew
        refused = [edit for edit in self.edits if edit.fate == "rejected"]
        if not refused:
            return "nothing was refused"
        settled = dice.choice(refused)
        wrote = {(rec, n): v for rec, values in settled.created.items() for n, v in values.items()}
        wrote |= {cell: new for cell, (_, new) in settled.fields.items()}
        instead = {(rec, n): 700 for (rec, n), value in wrote.items() if n == "priority" and value > 1_000}
        verb = "resend" if again else "let go"
        try:
            with self.program():
                if again:
                    changes = self.store.transact(verb, rejected.send_again, settled.id, instead)
                else:
                    changes = self.store.transact(verb, rejected.discard, [settled.id])
        except Refused as error:
            need(self.read() == self.view, f"{verb} was refused ({error}) and wrote something")
            return f"{settled.id[-4:]} refused: {error}"
        settled.fate = "settled"
        told = self._note(verb, changes, count)
        count[verb] += told == "no change"
        if again and told != "no change":
            self.edits[-1].again = settled
        for (rec, name), value in (wrote | instead).items() if again else ():
            stands = self.view[rec][1][name]
            need(
                stands == value or value is None,
                f"{settled.id[-4:]} is sent again, {name} is {stands}, not {value}",
            )
        return f"{settled.id[-4:]} {told}"

    def revert(self, verb: str, count: Counter[str]) -> str:
        """Undo or redo."""
        self.clock.skew = self.skew
        try:
            with self.program():
                changes = self.store.undo() if verb == "undo" else self.store.redo()
        except NothingToUndo:
            return "nothing"
        return self._note(verb, changes, count)

    def _note(self, verb: str, changes: Changes, count: Counter[str]) -> str:
        """Enters the commit in the ledger, and holds what was captured against what the view shows."""
        with self.store.write() as conn:
            after = read_view(conn)
            row = conn.execute(
                "SELECT n, id, kind, ref, state, label FROM txn WHERE origin='L' ORDER BY n DESC LIMIT 1"
            ).fetchone()
            # the newest that it made may have left the store with its space, once it was let go
            if row is None or any(row[1] == edit.id for edit in self.edits):
                need(after == self.view, f"{verb} changed the view and left no operation")
                return "no change"
            n, id, kind, ref, state, label = row
            edit = Edit(id, self._life, kind, ref, label)
            if state == 1:
                self._capture(conn, n, edit, after)
                if kind == "redo" and not changes.skipped:
                    self._redo(edit)
            else:
                self._withdraw(edit, state)
        self.view = after
        self.edits.append(edit)
        count[verb] += 1
        count["edits"] += len(edit.fields) + sum(len(v) for v in edit.created.values())
        count["skipped by undo"] += len(changes.skipped)
        told = {f"{r[-4:]}.{f}": new for (r, f), (old, new) in edit.fields.items() if old != new}
        return (
            f"{id[-4:]} {told or ''}{' made ' + str([r[-4:] for r in edit.created]) if edit.created else ''}"
            + (f" skipped {changes.skipped}" if changes.skipped else "")
        )

    def _capture(self, conn: sqlite3.Connection, n: int, edit: Edit, after: View) -> None:
        came, changed = difference(self.view, after)
        edit.created = came
        rows = conn.execute("SELECT rec, field, old, new, base FROM change WHERE txn=?", (n,)).fetchall()
        self.kinds.update({rec: kind for rec, (kind, _) in after.items()})
        edit.fields = {(r, f): (old, new) for r, f, old, new, _ in rows if f}
        moved = {cell: pair for cell, pair in edit.fields.items() if pair[0] != pair[1]}
        need(moved == changed, f"the log of {edit.label} says {moved}, the view {changed}")
        need({r for r, f, *_ in rows if not f} == came.keys(), f"creates of {edit.label} are not in the log")
        for rec, name, _, _, base in rows:
            if name:
                edit.seen[rec, name] = self._seen((rec, name))
                row = edit.seen[rec, name][1]
                need(base == row, f"base of {rec[-4:]}.{name} is {base}, its author saw the row at {row}")

    def _seen(self, cell: Cell) -> tuple[int, int]:
        earlier = next((e.seen[cell] for e in self._unseen() if cell in e.seen), None)
        row = self.vers.get(cell[0], 0)  # one that came by a snapshot is newer than the cursor
        return earlier or (max(self.cursor, row), row)

    def _withdraw(self, edit: Edit, state: int) -> None:
        """An undo that took back what was not sent yet, or an undo or redo that found nothing to do."""
        need(
            state == 6 and edit.kind != "do",
            f"{edit.label} ({edit.kind}) is committed with the state {state}",
        )
        edit.fate = "withdrawn"
        undone = next(e for e in self.edits if e.id == edit.ref)
        if undone.fate == "waiting" and self._state(undone.id) in (6, None):
            undone.fate = "withdrawn"
            if undone.again and undone.again.fate == "settled":
                undone.again.fate = "rejected"

    def _redo(self, edit: Edit) -> None:
        """What was withdrawn is done again, and with it what that had sent again."""
        undo = next(e for e in self.edits if e.id == edit.ref)
        undone = next(e for e in self.edits if e.id == undo.ref)
        edit.again = undone.again if undone.fate == "withdrawn" else None
        if edit.again and edit.again.fate == "rejected":
            edit.again.fate = "settled"

    def _state(self, id: str) -> int | None:
        """None: it left the store with its space."""
        row = self.store._raw.execute("SELECT state FROM txn WHERE id=?", (id,)).fetchone()
        return int(row[0]) if row else None

    def sends(self, request: Request) -> None:
        """A base in a push is what the author saw when the field's masking began, however late it leaves."""
        if request.method != "POST" or f"epoch={self.epochs[-1][0]}" not in request.path:
            return
        seen = {edit.id: edit.seen for edit in self.edits if edit.fate == "waiting"}
        for txn in orjson.loads(request.body)["txns"]:
            for _, rec, _, _, bases, *_ in txn["changes"]:
                for name, base in bases.items():
                    _, row = seen.get(txn["id"], {}).get((rec, name), (0, base))
                    need(
                        base == row, f"{txn['id'][-4:]} sends the base {base} of {name}, its author saw {row}"
                    )

    # ── what must hold after every local commit ───────────────────────────────────────────────────────

    def check(self, log: list[Entry], refused: dict[str, str]) -> None:
        with self.store.write() as conn:
            self._learn(orjson.loads(db.get_meta(conn, rejoining.LINEAGE, "[]")), conn)
            log = self.logs.get(self.epochs[-1][0], log) if self.epochs else log
            cursor = int(db.get_meta(conn, "cursor", "0"))
            before, self._spaces = self._spaces.keys(), _read_spaces(conn)
            self._purge(conn, before - self._spaces.keys())
            self._taken = (self._taken | before) - self._spaces.keys()
            self._once_taken |= self._taken
            self.staged = {s: pages for s, pages in self.staged.items() if self._spaces[s][0] >= 0}
            self._advance(log, cursor)
            self._fates(conn, log, refused)
            view, vers = read_view(conn), read_vers(conn)
            expected = fold(self.copy, self._unseen(), self.kinds)
            need(view == expected, f"{self.name}'s view is not server + unseen: {_differ(view, expected)}")
            self._masks(conn)
            need(vers == self.vers, f"{self.name}'s row versions: {_differ(vers, self.vers)}")
        self.view = view

    def _learn(self, epochs: list[tuple[str, int]], conn: sqlite3.Connection) -> None:
        """After a restore of the server: nothing is seen or known by a number beyond the fork."""
        before, self.epochs = self.epochs, epochs
        if not before or before[-1][0] == epochs[-1][0]:
            return
        fork = rejoining.fork_of(before, epochs)
        assert fork is not None
        self.cursor = min(self.cursor, fork)
        self.vers = {rec: min(ver, fork) for rec, ver in self.vers.items()}
        self.skipped = {ver for ver in self.skipped if ver <= fork}
        self.staged.clear()
        lost = {entry.id: entry for entry in self.logs[before[-1][0]][fork:]}
        for edit in self.edits:
            if edit.id in lost and edit.fate in ("seen", "waiting") and not self.forgot(edit):
                self._as_it_came_back(edit, lost[edit.id], conn)
                edit.fate = "waiting"
            if edit.fate == "waiting":
                edit.seen = {c: (min(cursor, fork), min(row, fork)) for c, (cursor, row) in edit.seen.items()}

    def _as_it_came_back(self, edit: Edit, entry: Entry, conn: sqlite3.Connection) -> None:
        """It is sent again without what went with a space that was taken away. A note that got a colleague's lines as
        well is sent again with them, where its echo was heard."""
        news = conn.execute(
            "SELECT c.rec, c.field, c.new FROM change c JOIN txn t ON t.n=c.txn WHERE t.id=?", (edit.id,)
        ).fetchall()
        left = edit.recs - {rec for rec, *_ in news}
        astray = left - self._left.get(edit.id, set())  # else the record may have come again with its space
        need(self._are_hidden(astray), f"{edit.id[-4:]} is sent again without {sorted(astray)}")
        rest = edit.without(left)
        edit.created, edit.fields, edit.seen = rest.created, rest.fields, rest.seen
        logged = {(patch.rec, name): value for patch in entry.patches for name, value in patch.values.items()}
        for rec, name, new in news:
            if not name:
                continue
            old, wrote = edit.fields[rec, name]
            need(new in (wrote, logged.get((rec, name))), f"{edit.id[-4:]} is sent again as {new!r}")
            edit.fields[rec, name] = old, new

    def take(self, page: Page) -> None:
        """A step brought a page of a snapshot; whether it was taken, the row of its space tells."""
        with self.store.write() as conn:
            now = _read_spaces(conn).get(page.space)
        if now is None or now == self._spaces.get(page.space) or now[1] != page.last:
            return
        self._jumps = True
        if now[3]:
            self._put(page)
            return
        self.staged.setdefault(page.space, []).append(page)
        if now[2] >= 0:
            pages = self.staged.pop(page.space)
            for rec in self._of(page.space) - {p.rec for page in pages for p in page.records}:
                self.copy.pop(rec), self.vers.pop(rec)
            for each in pages:
                self._put(each)

    def _of(self, space: str) -> set[str]:
        """By what the server showed: after a restore a record may be made anew in another space."""
        return {rec for rec, (_, values) in self.copy.items() if (values["space"] or "workspace") == space}

    def _purge(self, conn: sqlite3.Connection, gone: set[str]) -> None:
        """A space was taken away: nothing of it is left but what waits for a verdict or was refused."""
        states = dict(conn.execute("SELECT id, state FROM txn").fetchall())
        for space in gone:
            self.staged.pop(space, None)
            for rec in self._of(space):
                self.copy.pop(rec), self.vers.pop(rec)
                for edit in self.edits:
                    if edit.fate == "seen" or (edit.fate == "waiting" and states.get(edit.id) not in (1, 2)):
                        self._left.setdefault(edit.id, set()).add(rec)

    def _put(self, page: Page) -> None:
        for patch in page.records:
            if page.head >= self.vers.get(patch.rec, 0):
                self.copy[patch.rec] = patch.kind, full(patch.kind, patch.values)
                self.vers[patch.rec], self.kinds[patch.rec] = page.head, patch.kind

    def _advance(self, log: list[Entry], cursor: int) -> None:
        need(
            self.cursor <= cursor <= len(log), f"the cursor went from {self.cursor} to {cursor} of {len(log)}"
        )
        if self._jumps:
            self.skipped.update(range(self.cursor + 1, cursor + 1))
            self._jumps, self.cursor = False, cursor  # the pages hold it, or will
        for entry in log[self.cursor : cursor]:
            for patch in entry.patches:
                if entry.ver <= self.vers.get(patch.rec, 0) or self.of[patch.rec] not in self._spaces:
                    continue  # a snapshot brought it, or it is not for us
                _, values = self.copy.get(patch.rec, (patch.kind, full(patch.kind, {})))
                self.copy[patch.rec] = (patch.kind, {**values, **patch.values})
                self.vers[patch.rec] = entry.ver
                self.kinds[patch.rec] = patch.kind
        self.cursor = cursor

    def _fates(self, conn: sqlite3.Connection, log: list[Entry], refused: dict[str, str]) -> None:
        rows = conn.execute("SELECT id, state, ver, note FROM txn WHERE origin='L' ORDER BY n").fetchall()
        kept = {row[0] for row in rows}
        forgotten = [edit for edit in self.edits if edit.id not in kept]
        arrived = {entry.id: entry.ver for entry in log}
        for edit in forgotten:
            if edit.id in self._forgotten:
                continue
            self._forgotten.add(edit.id)
            need(self._are_hidden(edit.recs), f"{edit.id[-4:]} ({edit.fate}) left the store of {self.name}")
            edit.fate = "seen" if edit.fate == "waiting" else edit.fate
        here = [edit for edit in self.edits if edit.id in kept]
        need([r[0] for r in rows] == [e.id for e in here], f"{self.name}'s outbox is not what was edited")
        shown = conn.execute(
            "SELECT DISTINCT c.rec, t.id, t.origin, t.state FROM change c JOIN txn t ON t.n=c.txn"
            " WHERE t.state NOT IN (0,1,2,3,5)"
        )
        # no history of theirs: what we made that was refused, was taken back before it left, or what we let go of it;
        # what an edit touches that the log has not passed yet goes when it does (space.settle_passed)
        aside = (
            "withdrawn",
            "rejected",
            "settled",
        )  # the last two also with what they built on, by this laptop
        mine = {r for e in self.edits if e.id in refused or e.fate in aside for r in e.created}
        unpassed = {rec for edit in self.waiting() for rec in edit.recs}
        settled = {edit.id for edit in self.edits if edit.fate == "settled"}
        told = {
            rec
            for rec, id, origin, state in shown
            if rec not in unpassed
            and not (rec in mine and (origin == "S" or state == 6))
            and id not in settled
        }
        self._lay |= {rec: values["space"] or LIBRARY for rec, (_, values) in self.copy.items()}
        left = [rec[-4:] for rec in told if self._lay.get(rec, self.of.get(rec)) in self._taken]
        need(not left, f"{self.name} keeps the history of {left}, which is not for him any more")
        whole = all(upto >= 0 for _, _, upto, _ in self._spaces.values())
        whole = whole and db.get_meta(conn, "shares") != "-1"
        for edit, (id, state, ver, note) in zip(here, rows, strict=True):
            at = arrived.get(id)
            # an echo is heard with its log entry; one that a snapshot passed over, when nothing is missing any more
            silent = at in self.skipped
            over = at is not None and at <= self.cursor and (not silent or (whole and state != 2))
            if edit.fate == "waiting" and over:
                edit.fate, edit.ver = "seen", at or 0
            elif edit.fate == "waiting" and state == 5:
                need(bool(note), f"{id[-4:]} is rejected without a reason")
                need(
                    id in refused or self._builds_on_rejected(edit),
                    f"{id[-4:]} is rejected by nobody: {note}",
                )
                edit.fate = "rejected"
            elif edit.fate in ("rejected", "settled") and over:
                edit.fate, edit.ver = "seen", at or 0
            wanted = {
                "seen": (4,),
                "rejected": (5,),
                "withdrawn": (6,),
                "settled": (6,),
                "waiting": (1, 2, 3),
            }[edit.fate]
            need(state in wanted, f"{id[-4:]} is {edit.fate}, the store says {state}")
            need(state != 1 or at is None, f"{id[-4:]} is pending and at the server")
            need(
                state != 3 or (at is not None and at == ver),
                f"{id[-4:]} is acknowledged at {ver}, lies at {at}",
            )

    def forgot(self, edit: Edit) -> bool:
        """Whether it left the store with a space that was taken away."""
        return edit.id in self._forgotten

    def left(self) -> set[str]:
        """The records that went with a space that was taken away, where an edit had touched them."""
        return {rec for recs in self._left.values() for rec in recs}

    def knows_how_it_made(self, rec: str) -> bool:
        """Whether the laptop made the record, and that is not gone with a space that was taken away."""
        kept = [e.without(self._left.get(e.id, set())) for e in self.edits if not self.forgot(e)]
        return any(rec in edit.created for edit in kept)

    def _are_hidden(self, recs: set[str]) -> bool:
        """All of them lie where this member sees nothing any more; also in a space that began, or was given to him, and
        was taken while he heard of neither; or did when they left, and did not come again with their space."""
        hidden = self._taken | (set(self.of.values()) - self._spaces.keys())
        made = {(rec, values["space"]) for e in self.edits for rec, values in e.created.items()}
        lies = {*self.of.items(), *made}
        gone = {rec for rec, space in lies if space in self._once_taken and rec not in self.copy}
        return recs <= gone | {rec for rec, space in lies if space in hidden}

    def _builds_on_rejected(self, edit: Edit) -> bool:
        before = self.edits[: self.edits.index(edit)]
        return any(edit.touches(e) for e in before if e.fate == "rejected")

    def _masks(self, conn: sqlite3.Connection) -> None:
        rows = conn.execute("SELECT rec, field, base, val FROM shadow").fetchall()
        masked = {(r, f): (base, val) for r, f, base, val in rows}
        expected: dict[Cell, tuple[int, Any]] = {}
        for edit in self._unseen():
            for (rec, name), (_, row) in edit.seen.items():
                if rec in self.copy:
                    expected.setdefault((rec, name), (row, self.copy[rec][1][name]))
        need(masked == expected, f"{self.name}'s masks (base, server's value): {_differ(masked, expected)}")


_VERS = " UNION ALL ".join(f"SELECT id, ver FROM {kind} WHERE ver>0" for kind in (*KINDS, "unknown"))


def _read_spaces(conn: sqlite3.Connection) -> dict[str, tuple[int, str, int, int]]:
    rows = conn.execute("SELECT id, joined, after, upto, fresh FROM space").fetchall()
    return {id: state for id, *state in ((row[0], *row[1:]) for row in rows)}  # type: ignore[misc]


def read_view(conn: sqlite3.Connection) -> View:
    """Every record of every kind, as a person of this laptop sees it, or would with the newest program."""
    view: View = {}
    for kind, spec in KINDS.items():
        names = list(spec.fields)
        for rec, extra, *row in conn.execute(f"SELECT id, extra, {', '.join(names)} FROM {kind}"):
            view[rec] = (kind, dict(zip(names, row, strict=True)) | (orjson.loads(extra) if extra else {}))
    for rec, kind, data in conn.execute("SELECT id, kind, data FROM unknown"):
        view[rec] = (kind, full(kind, orjson.loads(data)))
    return view


def read_vers(conn: sqlite3.Connection) -> dict[str, int]:
    return dict(conn.execute(_VERS).fetchall())


def _differ(one: Values | View, other: Values | View) -> str:
    keys = sorted(one.keys() | other.keys(), key=str)
    found = [(k, one.get(k), other.get(k)) for k in keys if one.get(k) != other.get(k)]
    return "; ".join(_words(*f) for f in found[:3])


def _words(key: Any, one: Any, other: Any) -> str:
    if isinstance(one, tuple) and isinstance(other, tuple) and isinstance(one[-1], dict):
        cells = {f: (v, other[1].get(f)) for f, v in one[1].items() if v != other[1].get(f)}
        return f"{key} has, should have: {cells}"
    return f"{key} has {one}, should have {other}"
