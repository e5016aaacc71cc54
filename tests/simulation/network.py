"""The real log of the server behind a network that loses, repeats, cuts and lies."""

import gzip
import random
import shutil
import zlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson

from models.apply import Entry
from models.copies import Patch
from models.errors import Refused
from server import keeping, restoring, spaces, wire
from server.database import open_database
from server.log import Compacted, Log, OtherHistory, state
from server.replicas import OtherReplica
from sync import protocol
from sync.protocol import Reply, Request
from tests.simulation.stage import Clock

EPOCH = "epoch-1"
STRANGE = "a stranger's"
Body = tuple[int, str, bytes]  # version, space, entry
NAME = "server.db"


class Server:
    """The log on its own file. What `handle` does is what the endpoints do with HTTP around it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path, self._clock = path, clock
        self.since: dict[str, int | None] = {}  # of the log, seen by the author of each accepted transaction
        self.start()

    def start(self) -> None:
        self.database = open_database(str(self.path))
        self.log = Log(self.database)
        self.workspace = self.database.workspace()
        self.epochs = self._epochs()

    def _epochs(self) -> list[tuple[str, int]]:
        with self.database.reading() as conn:
            return restoring.epochs(conn, self.workspace)

    @property
    def epoch(self) -> str:
        return self.epochs[-1][0]

    def restore(self, backup: Path, word: str, by_hand: bool) -> int:
        """Makes the backup current as the history called `word`; the version after which that begins. `by_hand`: it is
        put in the place of the database, which is told afterwards."""
        if by_hand:
            self.database.close()
            shutil.copyfile(backup, self.path)
            self.start()
            restoring.declare(self.database, self._clock.now)
        else:
            restoring.restore(self.database, backup, self._clock.now)
        with self.database.writing() as conn:
            conn.execute("UPDATE workspace SET epoch=?", (word,))
        self.epochs = self._epochs()
        return self.epochs[-1][1]

    def _histories(self) -> Reply:
        with self.database.reading() as conn:
            head = state(conn, self.workspace).head
        told = {"workspace": self.workspace, "epochs": self.epochs, "head": head}
        return _reply(200, orjson.dumps(told), self.epoch)

    def restart(self) -> None:
        self.database.close()
        self.start()

    def handle(self, request: Request, member: str) -> Reply:
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        if url.path in ("/v1/pull", "/v1/snapshot"):
            try:
                return self._pull(member, query) if url.path == "/v1/pull" else self._snapshot(member, query)
            except Compacted:
                return _reply(410, b'{"detail": "the log does not reach back so far"}', self.epoch)
        if url.path == "/v1/epochs":
            return self._histories()
        if url.path == "/v1/sums":
            return self._sums(member)
        if url.path == "/v1/history":
            return self._history(member, query)
        sent = wire.read_push(request.body)
        head = self.log.heads()[self.workspace]
        try:
            pushed = self.log.push(
                self.workspace, query["epoch"], sent.replica, member, sent.txns, self._clock.now, sent.newest,
                int(query["since"]) if "since" in query else None, int(query.get("shares", -1)),
            )  # fmt: skip
        except OtherReplica as error:
            return _reply(412, orjson.dumps({"newest": error.newest}), self.epoch)
        except OtherHistory:
            return _reply(409, b'{"detail": "another history"}', self.epoch)
        accepted = {v.id for v in pushed.verdicts if v.ver > head}
        self.since |= {txn.id: txn.since for txn in sent.txns if txn.id in accepted}
        told = wire.write_verdicts(pushed.verdicts, pushed.head, pushed.otherwise, pushed.sum)
        return _reply(200, told, pushed.epoch)

    def _pull(self, member: str, query: dict[str, str]) -> Reply:
        since, shares = int(query["since"]), int(query["shares"])
        pulled = self.log.pull(self.workspace, member, since, shares, protocol.PULL_BYTES)
        if pulled.spaces is None:
            page = wire.write_page(*pulled[:3], pulled.sum, "brief" in query)
            return _reply(200, page, pulled.epoch)
        told = wire.write_spaces(pulled.upto, pulled.head, pulled.shares, pulled.spaces)
        return _reply(200, told, pulled.epoch)

    def _snapshot(self, member: str, query: dict[str, str]) -> Reply:
        page = keeping.snapshot(
            self.database, self.workspace, member, query["space"], query["after"], int(query["since"]),
            protocol.PULL_BYTES,
        )  # fmt: skip
        body = wire.write_snapshot(page.records, page.head, page.more, page.total)
        return _reply(200, body, page.epoch)

    def _history(self, member: str, query: dict[str, str]) -> Reply:
        before = int(query.get("before", 2**40))
        found = keeping.history(self.database, self.workspace, member, query["rec"], before)
        if found is None:
            return _reply(404, b'{"detail": "no record that you see has this id"}', self.epoch)
        return _reply(200, wire.write_history(found.entries, found.more), found.epoch)

    def _sums(self, member: str) -> Reply:
        found = self.log.sums(self.workspace, member)
        told = {"sums": found.sums, "head": found.head, "shares": found.shares}
        return _reply(200, orjson.dumps(told), found.epoch)

    def some_space(self, dice: random.Random) -> tuple[str, str] | None:
        """A space that can be shared, and who manages it."""
        with self.database.reading() as conn:
            sql = "SELECT space, member FROM membership WHERE role='manager' ORDER BY space, member"
            found = conn.execute(sql).fetchall()
        return dice.choice(found) if found else None

    def share(self, space: str, actor: str, member: str, role: str) -> tuple[str, str] | None:
        try:
            self.log.share(self.workspace, actor, spaces.Grant(space, member, role), self._clock.now)
        except Refused:
            return None
        return member, role

    def compact(self, before: int) -> int:
        return keeping.compact(self.database, self.workspace, before)

    def bodies(self, since: int = 0) -> list[Body]:
        """Every part of the log after `since`: version, space and entry, from the archive too."""
        with self.database.reading() as conn:
            sql = "SELECT ver, space, body FROM log WHERE ver>? ORDER BY ver, space"
            kept: list[Body] = conn.execute(sql, (since,)).fetchall()
            chunks = conn.execute("SELECT body FROM archive WHERE last>? ORDER BY last", (since,)).fetchall()
        archived = [part for (body,) in chunks for part in orjson.loads(zlib.decompress(body))]
        return [(v, s, orjson.dumps(entry)) for v, s, entry in archived if v > since] + kept

    def records(self) -> dict[str, tuple[str, dict[str, object]]]:
        with self.database.reading() as conn:
            rows = conn.execute("SELECT id, kind, data FROM record").fetchall()
        return {rec: (kind, orjson.loads(data)) for rec, kind, data in rows}

    def copy_to(self, path: Path) -> None:
        self.database.close()
        shutil.copyfile(self.path, path)
        self.start()


def make(path: Path) -> None:
    """A server's file with an epoch that is the same in every play."""
    database = open_database(str(path))
    with database.writing() as conn:
        conn.execute("UPDATE workspace SET epoch=?, id='workspace-1'", (EPOCH,))
    database.close()


# Faults by name: what the laptop gets in place of the server's answer, which is handled or not.

LOST_REQUEST, LOST_ANSWER, LATE, TWICE = "request lost", "answer lost", "arrives late", "arrives twice"
DRAWN = (
    "html", "redirect", "401", "409", "429", "500", "500 after commit", "truncated", "other version",
    "nonsense", "stranger",
)  # fmt: skip
# which of these it is the clock says and not the dice, so that stories that are known stay as they are
ALIKE = {"429": ("429", "413"), "truncated": ("truncated", "cut gzip"), "401": ("401", "403")}
LIES = (*DRAWN, "413", "403", "cut gzip")
DRAWN_FROM = (LOST_REQUEST, LOST_ANSWER, LOST_ANSWER, LATE, TWICE, *DRAWN)
FAULTS = (*DRAWN_FROM, "413", "403", "cut gzip")


def draw(dice: random.Random, now: int) -> str:
    fault = dice.choice(DRAWN_FROM)
    alike = ALIKE.get(fault, (fault,))
    return alike[now // 5 % len(alike)]


def lie(fault: str, request: Request, honest: Reply | None, dice: random.Random, epoch: str) -> Reply:
    """The answer of something that is not our server, or of ours in trouble."""
    if fault == "html":
        return Reply(200, {"content-type": "text/html"}, b"<!doctype html><title>Hotel</title>")
    if fault == "redirect":
        return Reply(302, {"location": "https://hotel.example/login"}, b"")
    if fault == "truncated":
        assert honest is not None
        return Reply(200, honest.headers, honest.body[: len(honest.body) // 2])
    if fault == "cut gzip":
        assert honest is not None
        packed = gzip.compress(honest.body, mtime=0)
        return Reply(200, {**honest.headers, "content-encoding": "gzip"}, packed[: len(packed) // 2])
    if fault == "other version":
        return Reply(200, {protocol.HEADER: "99", protocol.EPOCH: epoch}, b"{}")
    if fault == "nonsense":
        return _reply(
            200, dice.choice((b"[]", b'{"verdicts": 7, "entries": [[1]], "head": 1, "more": 0}')), epoch
        )
    if fault == "stranger":
        return _stranger(request)
    return _reply(int(fault[:3]), b'{"detail": "not now"}', epoch)


def _stranger(request: Request) -> Reply:
    """A server of another history that answers as if all were well."""
    if "/v1/epochs" in request.path:
        told = {"workspace": "workspace-1", "epochs": [(STRANGE, 0)], "head": 9}
        return _reply(200, orjson.dumps(told), STRANGE)
    if request.method == "POST":
        ids = [txn["id"] for txn in orjson.loads(request.body)["txns"]]
        verdicts = [{"id": id, "ver": n} for n, id in enumerate(ids, 1)]
        return _reply(200, orjson.dumps({"verdicts": verdicts, "head": len(ids)}), STRANGE)
    if "/v1/snapshot" in request.path:
        return _reply(200, wire.write_snapshot([("client", "~", "{}")], 10**6, False, 1), STRANGE)
    if "/v1/sums" in request.path:
        return _reply(200, orjson.dumps({"sums": {"workspace": 1}, "head": 9, "shares": 0}), STRANGE)
    ver = int(parse_qs(urlsplit(request.path).query).get("since", ["9"])[0]) + 1
    patch = Patch("client", "a stranger's", True, {"name": "Stranger", "space": "workspace"})
    entry = wire.write_entry(Entry(ver, f"theirs {ver}", "theirs", None, 0, "do", None, "Stranger", [patch]))
    if "/v1/history" in request.path:
        return _reply(200, wire.write_history([entry], False), STRANGE)
    return _reply(200, wire.write_page([entry], ver, ver), STRANGE)


def _reply(status: int, body: bytes, epoch: str) -> Reply:
    headers = {protocol.HEADER: protocol.VERSION, protocol.EPOCH: epoch, "content-type": "application/json"}
    return Reply(status, headers, body)
