"""One play: laptops, a server and everything that goes wrong between them, from a list of steps.

`World.play` raises Violation; `World.trace` tells what happened.
"""

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import ExitStack
from functools import cache
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import orjson

from models import db, dependency, outline, sums
from models.apply import Entry
from models.copies import Patch
from models.errors import Held, StoreError
from models.record import create
from models.snapshot import Page as SnapshotPage
from server import keeping, wire
from sync import asking, engine, protocol, pulling, run
from sync.protocol import Reply, Request
from sync.steps import Local
from tests.simulation import edits, network, oracle, stage
from tests.simulation.laptop import Answer, Laptop, Worker
from tests.simulation.ledger import Edit, full, need
from tests.simulation.rights import Rights
from tests.simulation.script import Setting, Step

PEOPLE = ("Ines", "Tomas", "Harlan", "Odile")


class World:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.clock = stage.Clock()
        self.count: Counter[str] = Counter()
        self.trace: list[str] = []
        self.log: list[Entry] = []
        self.bodies: list[network.Body] = []
        self.refused: dict[str, str] = {}
        self.spaces: dict[str, str] = {}  # record → space
        self.rights = Rights()
        self.standing: set[str] = set()  # refused by the server as it is now
        self.logs: dict[str, list[Entry]] = {}
        self.kept: dict[str, set[str]] = {}  # record that the server lost → who had it and may bring it
        self.backup: tuple[int, set[str]] | None = None  # head and refusals
        self.left_behind: list[Edit] = []  # made on a laptop after the backup that was put in its place
        self.late: list[tuple[Laptop, Request]] = []
        self.pushes = 0
        self.folder = stage.folder()
        self._stack = ExitStack()
        self._stack.callback(shutil.rmtree, self.folder)

    def __enter__(self) -> "World":
        try:
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _begin(self) -> None:
        enter = self._stack.enter_context
        template = _beginning(self.setting.fresh)
        enter(stage.injected(self.clock))
        for module, name, value in (
            (protocol, "PUSH_ROWS", self.setting.push_rows),
            (protocol, "PULL_BYTES", self.setting.pull_bytes),
            (run, "CHECKPOINT_ROWS", self.setting.checkpoint),
            (pulling, "SNAPSHOT_ROWS", self.setting.checkpoint),
            (sums, "ROWS", self.setting.checkpoint + 2),
            (keeping, "CHUNK", 5),
        ):
            enter(patch.object(module, name, value))
        (self.folder / network.NAME).write_bytes(template.server)
        self.server = network.Server(self.folder / network.NAME, self.clock)
        self._stack.callback(lambda: self.server.database.close())
        self._learn()
        self.laptops = [self._laptop(i, template) for i in range(self.setting.laptops)]

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _laptop(self, i: int, template: "Beginning") -> Laptop:
        home = self.folder / PEOPLE[i]
        # the third and fourth laptop are the second ones of the same people
        who = {"replica": f"replica-{i}", "member": f"member-{i % 2}", "workspace": "workspace-1"}
        empty = self.setting.fresh or (self.setting.newcomer and i == self.setting.laptops - 1)
        meta = who if empty else {**template.meta, **who}
        stage.new_profile(home, {})
        if not empty:
            (home / db.NAME).write_bytes(template.laptop)
        _set_meta(home, meta)
        laptop = Laptop(PEOPLE[i], who["member"], home, self.clock, self.spaces)
        laptop.skew, laptop.logs = self.setting.skews[i], self.logs
        self._stack.callback(lambda: laptop.store.close())
        laptop.check(self.log, self.refused)
        return laptop

    # ── the steps ─────────────────────────────────────────────────────────────────────────────────────

    def play(self, steps: list[Step]) -> None:
        for step in steps:
            laptop = self.laptops[step.who]
            dice = random.Random(step.number)
            self.clock.now += dice.choice((0, 1, 700, 60_000))
            self._tell(f"{laptop.name}: {step.verb}")
            self._do(step.verb, laptop, dice)

    def rest(self) -> None:
        """All faults off; everybody syncs until nothing moves. Then everything must hold."""
        self._tell("— at rest —")
        for laptop in self.laptops:
            laptop.upgrade()
        for request in self.late:
            self._serve(*request)
        for _ in range(8):
            before = self._standing()
            for laptop in self.laptops:
                self._sync(laptop, random.Random(0), faults=0.0)
            if before == self._standing():
                break
        oracle.at_rest(self)

    def _standing(self) -> list[Any]:
        """How far each side is."""
        return [len(self.log), *((laptop.cursor, laptop.standing()) for laptop in self.laptops)]

    def again(self, laptop: Laptop) -> int:
        """One more sync; how many pushes it made."""
        before = self.pushes
        self._sync(laptop, random.Random(0), faults=0.0)
        return self.pushes - before

    def _do(self, verb: str, laptop: Laptop, dice: random.Random) -> None:
        if verb in edits.VERBS:
            self._say(laptop.do(verb, dice, self.count))
            laptop.check(self.log, self.refused)
        elif verb in ("undo", "redo"):
            self._revert(verb, laptop, dice)
        elif verb == "step":
            for _ in range(dice.randint(1, 6)):
                self._step(laptop, dice, self.setting.faults)
        elif verb == "sync":
            self._sync(laptop, dice, self.setting.faults)
        else:
            self.count[verb] += verb not in edits.PRIVATE
            getattr(self, "_" + verb.replace(" ", "_"))(laptop, dice)

    def _revert(self, verb: str, laptop: Laptop, dice: random.Random) -> None:
        if dice.random() < 0.5:  # what was sent cannot be withdrawn
            self._sync(laptop, dice, self.setting.faults)
        verbs = ("undo", "redo") if verb == "redo" and dice.random() < 0.7 else (verb,)
        for each in verbs:
            self._say(f"{each} {laptop.revert(each, self.count)}")
            laptop.check(self.log, self.refused)

    def _kill(self, laptop: Laptop, dice: random.Random) -> None:
        laptop.reopen()
        laptop.check(self.log, self.refused)

    def _second_worker(self, laptop: Laptop, dice: random.Random) -> None:
        if len(laptop.workers) < 3:
            laptop.workers.append(Worker(laptop.store.clock))

    def _back_up_laptop(self, laptop: Laptop, dice: random.Random) -> None:
        laptop.back_up()

    def _put_back(self, laptop: Laptop, dice: random.Random) -> None:
        self._replace(laptop, by_hand=False)

    def _put_back_by_hand(self, laptop: Laptop, dice: random.Random) -> None:
        self._replace(laptop, by_hand=True)

    def _replace(self, laptop: Laptop, by_hand: bool) -> None:
        if laptop.has_backup:
            self.left_behind += laptop.put_back(str(self.count["laptop put back"]), by_hand)
            self.count["laptop put back"] += 1
            laptop.check(self.log, self.refused)

    def _decide_rejected(self, laptop: Laptop, dice: random.Random) -> None:
        self._say(laptop.decide_rejected(dice.random() < 0.6, dice, self.count))
        laptop.check(self.log, self.refused)

    def _full_disk(self, laptop: Laptop, dice: random.Random) -> None:
        for verb in dice.choices(("add", "write", "edit many", "add twin"), k=4):
            self._say(laptop.do_on_a_full_disk(verb, dice, self.count))
            laptop.check(self.log, self.refused)

    def _clock(self, laptop: Laptop, dice: random.Random) -> None:
        laptop.skew += dice.choice((-3_600_000, 3_600_000, 86_400_000, -86_400_000, 5_000))

    def _restart(self, laptop: Laptop, dice: random.Random) -> None:
        self.server.restart()

    def _compact(self, laptop: Laptop, dice: random.Random) -> None:
        moved = self.server.compact(self.clock.now - dice.choice((-1, 1_000, 60_000, 200_000)))
        self.count["versions archived"] += moved
        self._say(f"{moved} versions")

    def _found(self, laptop: Laptop, dice: random.Random) -> None:
        """A project that only its author sees."""
        self._say(laptop.do("found", dice, self.count))
        laptop.check(self.log, self.refused)

    def _take_along(self, laptop: Laptop, dice: random.Random) -> None:
        self._say(laptop.do("take along", dice, self.count))
        laptop.check(self.log, self.refused)

    def _begin_older(self, laptop: Laptop, dice: random.Random) -> None:
        laptop.older = True

    def _upgrade(self, laptop: Laptop, dice: random.Random) -> None:
        laptop.upgrade()
        laptop.check(self.log, self.refused)

    def _novelty(self, laptop: Laptop, dice: random.Random) -> None:
        if not laptop.older:
            self._say(laptop.do("novelty", dice, self.count))
            laptop.check(self.log, self.refused)

    def _edit_private(self, laptop: Laptop, dice: random.Random) -> None:
        self._say(laptop.do("edit private", dice, self.count))
        laptop.check(self.log, self.refused)

    def _grant(
        self, laptop: Laptop, dice: random.Random, roles: tuple[str, ...] = ("editor", "reader")
    ) -> None:
        space = self.server.some_space(dice)
        if space and (
            told := self.server.share(
                *space, dice.choice(("member-0", "member-1", "member-1")), dice.choice(roles)
            )
        ):
            self.rights.give(space[0], *told)
            self._forgo()
            self.count["granted" if told[1] else "revoked"] += 1
            self._say(f"{space[0]} {told}")
            self._learn()

    def _revoke(self, laptop: Laptop, dice: random.Random) -> None:
        self._grant(laptop, dice, ("",))

    def _hand_over(self, laptop: Laptop, dice: random.Random) -> None:
        self._grant(laptop, dice, ("manager",))

    def _back_up(self, laptop: Laptop, dice: random.Random) -> None:
        if self.log:
            self.server.copy_to(self.folder / "backup.db")
            self.backup = len(self.log), set(self.standing)
            self.rights.back_up()

    def _restore_server(self, laptop: Laptop, dice: random.Random) -> None:
        if self.backup is None:
            return
        self.logs[self.server.epoch] = self.log
        head, standing = self.backup
        by_hand = dice.random() < 0.3
        fork = self.server.restore(self.folder / "backup.db", f"epoch-{len(self.logs) + 1}", by_hand)
        need(fork == head, f"the fork is {fork}, the backup ended at {head}")
        self.count["entries lost"] += len(self.log) - fork
        self.count["rights over a restore"] += self.rights.restore(by_hand)
        self.count["restored by hand"] += by_hand
        self._say(f"to {fork} of {len(self.log)}")
        self.log, self.standing = self.log[:fork], set(standing)
        self.bodies = [body for body in self.bodies if body[0] <= fork]
        # of an earlier restore
        self.kept = {
            rec: members if self.rights.has(self.spaces[rec]) else members & self._who_began(self.spaces[rec])
            for rec, members in self.kept.items()
        }
        self.kept |= {
            patch.rec: self.kept.get(patch.rec, set()) | self._who_has(patch)
            for entry in self.logs[f"epoch-{len(self.logs)}"][fork:]
            for patch in entry.patches
            if patch.created and patch.kind != "dependency"
        }
        self._forgo()

    def _who_has(self, patch: Patch) -> set[str]:
        """Whose laptop has the record in the history that ends; where the server knows nothing of its space any more,
        one that knows how it began that."""
        space = str(patch.values["space"])
        return {
            laptop.member
            for laptop in self.laptops
            if laptop.epochs
            and laptop.epochs[-1][0] == f"epoch-{len(self.logs)}"
            and patch.rec in laptop.copy
            and (self.rights.has(space) or laptop.knows_how_it_made(_founder(space)))
        }

    def _who_began(self, space: str) -> set[str]:
        return {laptop.member for laptop in self.laptops if laptop.knows_how_it_made(_founder(space))}

    def _forgo(self) -> None:
        """What somebody may not change any more he does not bring back."""
        able = ((rec, self.rights.able(members, self.spaces[rec])) for rec, members in self.kept.items())
        self.kept = {rec: members for rec, members in able if members}

    def _late(self, laptop: Laptop, dice: random.Random) -> None:
        if self.late:
            self._serve(*self.late.pop(dice.randrange(len(self.late))))

    def _sync(self, laptop: Laptop, dice: random.Random, faults: float) -> None:
        worker = Worker(laptop.store.clock)
        laptop.workers.append(worker)
        while worker in laptop.workers:
            self._advance(laptop, worker, dice, faults)

    def _step(self, laptop: Laptop, dice: random.Random, faults: float) -> None:
        if not laptop.workers:
            laptop.workers.append(Worker(laptop.store.clock))
        self._advance(laptop, dice.choice(laptop.workers), dice, faults)

    def _advance(self, laptop: Laptop, worker: Worker, dice: random.Random, faults: float) -> None:
        """What the worker asked for is done, or goes wrong."""
        self.clock.skew = laptop.skew
        self.clock.now += dice.choice((0, 5, 900))
        faulty = dice.random() < faults * (1 if isinstance(worker.step, Local) else 2)
        late = self._is_overtaken(laptop, worker.step)
        if isinstance(worker.step, Local):
            self._ask_ahead(laptop, worker, worker.step.ahead, dice, faults)
            done, outcome, fault = self._local(laptop, worker.step, dice, faulty)
        else:
            done, outcome, fault = self._answer(laptop, worker, dice, faulty)
        if fault:
            self.count[fault] += 1
        if not done:
            if worker in laptop.workers:
                laptop.workers.remove(worker)
            return
        lie, worker.lie = worker.lie, fault if fault in network.LIES else ""
        try:
            worker.send(outcome)
        except StopIteration:
            self.count["syncs"] += 1
            laptop.workers.remove(worker)
        except Held as error:
            told = lie or worker.lie or (worker.lied and worker.rejoins >= engine.RESTARTS)
            need(bool(told), f"{laptop.name} holds without a reason: {error}")
            self._say(f"held: {error}")
            laptop.workers.remove(worker)
        else:
            local = worker.step.what if isinstance(worker.step, Local) else worker.step.path
            asks = local == "rejoin"
            if local == "/v1/epochs":
                worker.rejoins, worker.lied = worker.rejoins + 1, worker.lied or bool(worker.lie)
                worker.lie = ""
            need(lie in ("", "413") or late, f"{lie} was taken for an answer")  # 413: fewer at once
            need(worker.lie in ("", "413") or asks, f"{fault} was taken for an answer")

    def _ask_ahead(
        self, laptop: Laptop, worker: Worker, ahead: Request | None, dice: random.Random, faults: float
    ) -> None:
        """What is named as the next request leaves before the work on the store, as a driver may have it."""
        if ahead != (worker.ahead and worker.ahead[0]):
            worker.ahead = None
            if ahead and self.clock.now // 5 % 2:
                self.count["asked ahead"] += 1
                worker.ahead = ahead, self._request(laptop, ahead, dice, dice.random() < faults * 2)

    def _answer(self, laptop: Laptop, worker: Worker, dice: random.Random, faulty: bool) -> Answer:
        asked, worker.ahead = worker.ahead, None
        if asked and asked[0] == worker.step:
            return asked[1]
        return self._request(laptop, worker.step, dice, faulty)

    @staticmethod
    def _is_overtaken(laptop: Laptop, step: Any) -> bool:
        """Whether another process has learnt of the server's history meanwhile: what this one heard is not taken."""
        return getattr(step, "what", "") == "rejoin" and step.run.keywords["before"] != laptop.store.meta(
            "epoch"
        )

    def _local(self, laptop: Laptop, step: Local, dice: random.Random, faulty: bool) -> tuple[bool, Any, str]:
        fault = dice.choice(("kill before", "kill after", "busy")) if faulty else ""
        self._say(f"{step.what} {fault}")
        outcome, before = None, laptop.writes()
        if fault == "busy":
            fault = ("busy", "disk full")[self.clock.now // 5 % 2]
            self._roll_back(laptop, step, fault)
        elif fault != "kill before":
            with laptop.store.write() as conn, laptop.program():
                outcome = step.run(conn)
            if step.what == "snapshot":
                laptop.take(step.run.keywords["page"])  # type: ignore[attr-defined]
        if fault or laptop.writes() != before:
            laptop.check(self.log, self.refused)
        if fault.startswith("kill") and dice.random() < 0.3:
            laptop.reopen()  # the others of the profile go with it
            laptop.check(self.log, self.refused)
        return not fault, outcome, fault

    def _roll_back(self, laptop: Laptop, step: Local, fault: str) -> None:
        """The work is done and the commit fails."""
        try:
            with laptop.store.write() as conn, laptop.program():
                step.run(conn)
                words = {"busy": "database is locked", "disk full": "database or disk is full"}
                raise sqlite3.OperationalError(words[fault])
        except StoreError:
            return

    def _request(self, laptop: Laptop, request: Request, dice: random.Random, faulty: bool) -> Answer:
        fault = network.draw(dice, self.clock.now) if faulty else ""
        if fault == "stranger" and not self._knows_epoch(laptop):
            fault = ""
        self._say(f"{request.method} {request.path} {fault}")
        laptop.sends(request)
        honest = None
        if fault in ("", network.LOST_ANSWER, network.TWICE, "500 after commit", "truncated", "cut gzip"):
            honest = self._serve(laptop, request)
        if fault in (network.LATE, network.TWICE):
            self.late.append((laptop, request))
        if fault in (network.LOST_REQUEST, network.LOST_ANSWER, network.LATE):
            return False, None, fault
        answer = (
            network.lie(fault, request, honest, dice, self.server.epoch) if fault in network.LIES else honest
        )
        return True, answer, fault

    def _serve(self, laptop: Laptop, request: Request) -> Reply:
        reply = self.server.handle(request, laptop.member)
        if "/v1/snapshot" in request.path and reply.status == 200:
            query = {n: v[0] for n, v in parse_qs(urlsplit(request.path).query).items()}
            self._is_true(asking.snapshot_page(reply, query["space"], query.get("after", "")))
            self._is_for(laptop.member, {query["space"]})
        if "/v1/pull" in request.path and reply.status == 200:
            entries = asking.page(reply).entries
            self._is_for(laptop.member, {self.spaces[p.rec] for e in entries for p in e.patches})
        if reply.status == 410:
            self.count["410"] += 1
        if request.method == "POST":
            self.pushes += 1
            late = f"epoch={self.server.epoch}" not in request.path
            if (
                not late and reply.status == 412
            ):  # the answer that told of a newer one got lost, or comes late
                self.count["412"] += 1
                need(laptop.made(asking.newest(reply) or ""), "the replica is taken for somebody else's")
                return reply
            need(reply.status == (409 if late else 200), f"{reply.status} answers a push: {reply.body!r}")
            if late:
                return reply
            self._learn()
            offers = {txn["id"] for txn in orjson.loads(request.body)["txns"] if txn["kind"] == "keep"}
            for verdict in orjson.loads(reply.body)["verdicts"]:
                if verdict["id"] in offers:
                    self.count["kept" if verdict.get("ver") else "offered"] += 1
                elif reason := verdict.get("reason"):
                    self.refused[verdict["id"]] = reason
                    if verdict["id"] not in self.standing:  # else it was said before
                        self._had_its_record(reason, laptop.member)
                    self.standing.add(verdict["id"])
                    self._say(f"  refused {verdict['id'][-4:]}: {reason}")
        return reply

    def _had_its_record(self, reason: str, member: str) -> None:
        """Only what stands on a refused creation is refused for want of its record; or on one that a restore of the
        server took away, by somebody who may not offer it, until the one who made it has sent that again, or by one
        from whom it had gone with its space."""
        if "is not on the server" in reason:
            made = {rec for e in oracle._edits(self).values() if e.id in self.refused for rec in e.created}
            made |= {rec for rec, of in self.spaces.items() if not self.rights.may_edit(member, of)}
            made |= {rec for laptop in self.laptops if laptop.member == member for rec in laptop.left()}
            need(any(rec in reason for rec in made), reason)

    def _is_true(self, page: SnapshotPage) -> None:
        """A page of a snapshot is what the log adds up to at its head, all of it."""
        self.count["snapshot pages"] += 1
        there = {r: v for r, v in oracle.fold(self.log[: page.head]).items() if self.spaces[r] == page.space}
        want = {r: v for r, v in there.items() if r > page.after and (r <= page.last or not page.more)}
        found = {p.rec: (p.kind, full(p.kind, p.values)) for p in page.records}
        need(
            found == want,
            f"the page of {page.space} after {page.after} at {page.head} is not the log's content",
        )

    def _is_for(self, member: str, spaces: set[str]) -> None:
        """Nobody is sent what he may not see."""
        astray = spaces - self.rights.of(member).keys()
        need(not astray, f"{member} is sent something of {sorted(astray)}")

    def _learn(self) -> None:
        """The log only grows, without gaps; what is added is remembered."""
        fresh = self.server.bodies(len(self.log))
        page = wire.write_page([body for _, _, body in fresh], 0, 0)
        for entry in asking.page(network._reply(200, page, self.server.epoch)).entries:
            need(entry.ver == len(self.log) + 1, f"version {entry.ver} follows {len(self.log)} in the log")
            self.log.append(entry)
            self.spaces |= {p.rec: str(p.values.get("space")) for p in entry.patches if p.created}
            self.rights.enter(entry, self.spaces)
            self._tell_entry(entry)
        self.bodies += fresh

    def _knows_epoch(self, laptop: Laptop) -> bool:
        with laptop.store.write() as conn:
            return bool(db.get_meta(conn, "epoch"))

    # ── the trace ─────────────────────────────────────────────────────────────────────────────────────

    def _tell(self, line: str) -> None:
        self.trace.append(line)

    def _say(self, words: str) -> None:
        self.trace[-1:] = [self.trace[-1] + " · " + words] if self.trace else [words]

    def _tell_entry(self, entry: Entry) -> None:
        told = [f"{p.kind} {p.rec[-4:]} {_short(p.values) if not p.created or p.kind == 'conflict' else 'made'}"
                for p in entry.patches]  # fmt: skip
        if self.trace:
            idle = f" idle {sorted((r[-4:], f) for r, f in entry.idle)}" if entry.idle else ""
            self._say(f"\n    [{entry.ver}] {entry.kind} {entry.id[-4:]}: {'; '.join(told)}{idle}")


def _founder(space: str) -> str:
    """The record with which the space began."""
    return space.partition(":")[2]


def _short(values: dict[str, Any]) -> dict[str, Any]:
    names = ("rec", "field", "winner", "winner_txn", "loser", "loser_txn")
    if "winner" in values:
        return {
            n: v[-4:] if n in ("rec", "winner_txn", "loser_txn") else v for n in names if (v := values[n])
        }
    return values


def _set_meta(home: Any, meta: dict[str, str]) -> None:
    conn = db.connect(home / db.NAME)
    with db.writing(conn):
        for key, value in meta.items():
            db.set_meta(conn, key, value)
    conn.close()


class Beginning(NamedTuple):
    """The files with which a play begins, and what the laptop's `meta` holds."""

    server: bytes
    laptop: bytes
    meta: dict[str, str]


@cache
def _beginning(fresh: bool) -> Beginning:
    """An empty workspace, or one in which a small plan was made and everybody has it."""
    folder = stage.folder()
    try:
        network.make(folder / network.NAME)
        if fresh:
            return Beginning((folder / network.NAME).read_bytes(), b"", {})
        return _with_plan(folder)
    finally:
        shutil.rmtree(folder)


def _with_plan(folder: Any) -> Beginning:
    clock = stage.Clock()
    clock._ids = 0xF000_0000
    with stage.injected(clock):
        server = network.Server(folder / network.NAME, clock)
        for name in ("Maker", "Reader"):
            stage.new_profile(
                folder / name, {"replica": name, "member": "member-0", "workspace": "workspace-1"}
            )
        maker = Laptop("Maker", "member-0", folder / "Maker", clock)
        maker.store.transact("Plan", _make_plan)
        _pump(maker, server)
        reader = Laptop("Reader", "member-0", folder / "Reader", clock)
        _pump(reader, server)
        with reader.store.write() as conn:
            meta = {key: db.get_meta(conn, key) for key in ("cursor", "epoch", "epochs", "shares")}
        for laptop in (maker, reader):
            laptop.store.close()
        server.database.close()
    files = [(folder / place).read_bytes() for place in (network.NAME, f"Reader/{db.NAME}")]
    return Beginning(*files, meta)


def _make_plan(session: Any) -> None:
    client = create(session, "client", name="Harlan Fab")
    session.flush()
    for n, (name, initials) in enumerate((("Ines", "IN"), ("Tomas", "TO"))):
        create(session, "member", id=f"member-{n}", name=name, initials=initials)
    create(session, "contact", name="Harlan", client_id=client.id, phone="10")
    project = create(session, "project", name="Cell 3", client_id=client.id)
    session.flush()
    tasks = [
        outline.add_task(session, project.id, name)
        for name in ("Layout", "Reach study", "Dry run", "Sign-off")
    ]
    for record in (*tasks, project, client):
        record.notes = "\n".join(f"{record.name}, point {n}" for n in range(1, 8))
    session.flush()
    dependency.link(session, tasks[0].id, tasks[1].id)


def _pump(laptop: Laptop, server: network.Server) -> None:
    worker = Worker(laptop.store.clock)
    while True:
        if isinstance(worker.step, Local):
            with laptop.store.write() as conn:
                outcome = worker.step.run(conn)
        else:
            outcome = server.handle(worker.step, laptop.member)
        try:
            worker.send(outcome)
        except StopIteration:
            return
