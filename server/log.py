"""The log of a workspace and what it adds up to: pushing to it and pulling from it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from models.apply import Entry
from models.errors import Refused
from models.outbox import Verdict
from models.record import new_id
from models.space import Space
from server import audit, replicas, spaces, sums, wire
from server.database import Connection, Database, ids_of
from server.graph import Link, Row
from server.push import Effects, Known, Push
from server.spaces import Grant
from server.sums import Sums
from sync import protocol
from sync.decision import Stamp, Stored
from sync.protocol import Transaction

SERVER = "server"  # the replica of what the server itself writes


class OtherHistory(Exception):
    """The laptop knows another history of this workspace than the server has; nothing was written."""


class Compacted(Exception):
    """The log from there on is not kept any more, or the space is not to be seen: a snapshot has to be begun anew."""


class Pulled(NamedTuple):
    """The log up to `upto`, as it lies there; or who sees what, and no entries. `epoch` is of the same snapshot, and
    with the last page `sum`, of all that the member sees."""

    entries: list[bytes]
    head: int
    upto: int
    epoch: str
    shares: int = -1
    spaces: list[Space] | None = None
    sum: int | None = None


class Pushed(NamedTuple):
    """`otherwise`, where the laptop has seen all that lies before this push and knows who sees what: for it the log
    goes on with what was accepted now, as it was sent but for these entries. `sum` is then of all that he sees."""

    verdicts: list[Verdict]
    head: int
    epoch: str
    otherwise: Sequence[bytes] | None = None
    sum: int | None = None


class Log:
    """Every workspace's log. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heads(self) -> dict[str, int]:
        """Workspace → the newest version of its log."""
        with self._database.reading() as conn:
            return dict(conn.execute("SELECT id, head FROM workspace").fetchall())

    def pull(self, workspace: str, member: str, since: int, shares: int | None, max_bytes: int) -> Pulled:
        """What the member sees of the entries after `since`, at least one where there is any, else about `max_bytes`.

        A laptop that knows another version of who sees what than `shares` is told that first; None: never.
        Raises Compacted below the log's floor.
        """
        with self._database.reading() as conn:
            at = state(conn, workspace)
            if shares is not None and shares != at.shares:
                told = spaces.seen(conn, workspace, member)
                return Pulled([], at.head, min(since, at.head), at.epoch, at.shares, told)
            if since < at.floor:
                raise Compacted
            entries, upto = _part(conn, workspace, member, since, at.head, max_bytes)
            total = sums.total(conn, workspace, member) if upto == at.head else None
        return Pulled(entries, at.head, upto, at.epoch, sum=total)

    def sums(self, workspace: str, member: str) -> Sums:
        """The checksum of each space that the member sees."""
        with self._database.reading() as conn:
            at = state(conn, workspace)
            return Sums(sums.by_space(conn, workspace, member), at.head, at.shares, at.epoch)

    def push(
        self, workspace: str, epoch: str, replica: str, member: str, txns: Sequence[Transaction], now: int,
        newest: str | None = None, since: int | None = None, shares: int | None = None,
    ) -> Pushed:  # fmt: skip
        """A verdict on each transaction, all in one database transaction. `now` is milliseconds since 1970.

        `epoch` is the one that the laptop knows, "" for none yet; of `newest` server.replicas tells. `since` and
        `shares` are those of `pull`, None where the laptop does not say. Raises OtherHistory, OtherReplica.
        """
        with self._database.writing(workspace) as conn:
            before = state(conn, workspace)
            if epoch and epoch != before.epoch:
                raise OtherHistory
            replicas.check(conn, workspace, replica, member, newest, txns)
            verdicts, otherwise = decide(conn, workspace, replica, member, txns, now)
            fresh = {v.id: v.ver for v in verdicts if v.ver > before.head}
            replicas.remember(conn, workspace, replica, member, txns, fresh)
            at = state(conn, workspace)
            pushed = Pushed(verdicts, at.head, before.epoch)
            if (
                since == before.head
                and shares == at.shares
                and sum(map(len, otherwise)) < protocol.PULL_BYTES
            ):
                pushed = pushed._replace(otherwise=otherwise, sum=sums.total(conn, workspace, member))
        if at.head > before.head:
            self._database.tell(workspace, at.head)
        return pushed

    def share(self, workspace: str, actor: str, grant: Grant, now: int) -> int:
        """Lets a member see a space, in a role, or no longer; the head after it. Raises Refused."""
        with self._database.writing(workspace) as conn:
            spaces.check(grant, actor, spaces.people(conn, workspace, grant.space))
            name = spaces.name_of(conn, workspace, grant.member)
            if not name:
                raise Refused("Nobody has this id. Ask for the members with: milepost list member")
            label = f"Shared with {name} ({grant.role})" if grant.role else f"No longer shared with {name}"
            head = _enter(conn, workspace, grant.space, actor, label, now)
            spaces.put(conn, workspace, grant, head)
        self._database.tell(workspace, head)
        return head

    def let_go(self, workspace: str, space: str, now: int) -> None:
        """Nobody sees the space any more, of which a restore has left nothing but its members. Raises Refused."""
        with self._database.writing(workspace) as conn:
            people = spaces.people(conn, workspace, space)
            spaces.check_empty(conn, workspace, space, people)
            head = _enter(conn, workspace, space, None, "Let go by whoever runs the server", now)
            for member in people:
                spaces.put(conn, workspace, Grant(space, member, ""), head)
            audit.note(conn, workspace, now, None, "let go", space)
        self._database.tell(workspace, head)


def _enter(conn: Connection, workspace: str, space: str, actor: str | None, label: str, now: int) -> int:
    """Writes an entry of the server's own; the head after it."""
    head = state(conn, workspace).head + 1
    entry = Entry(head, new_id(), SERVER, actor, now, "do", None, label, [])
    effects = Effects(
        entries=[(head, space, entry.id, wire.write_entry(entry))],
        verdicts=[(entry.id, "", SERVER, head, "")],
    )
    Rows(conn, workspace).write(effects, head, now)
    return head


class State(NamedTuple):
    """The log reaches from `floor` to `head`; `shares` is the version at which who sees what changed last."""

    head: int
    epoch: str
    floor: int
    shares: int


def state(conn: Connection, workspace: str) -> State:
    row = conn.execute("SELECT head, epoch, floor, shares FROM workspace WHERE id=?", (workspace,)).fetchone()
    return State(*row)


def _part(
    conn: Connection, workspace: str, member: str, since: int, head: int, max_bytes: int
) -> tuple[list[bytes], int]:
    """Whole transactions after `since`, and the version that they reach to."""
    entries: list[bytes] = []
    if since >= head:
        return entries, head
    seen = ids_of(spaces.roles(conn, workspace, member))
    size = last = 0
    for ver, body in conn.stream(
        "SELECT ver, body FROM log WHERE workspace=? AND ver>? AND space IN (SELECT value FROM json_each(?))"
        " ORDER BY ver, space",
        (workspace, since, seen),
    ):
        size += len(body) + 1
        if entries and size > max_bytes and ver != last:
            return entries, last
        entries.append(body)
        last = ver
    return entries, head


def decide(
    conn: Connection, workspace: str, replica: str, member: str, txns: Sequence[Transaction], now: int
) -> tuple[list[Verdict], list[bytes]]:
    """Decides the transactions in order and writes what follows; the verdicts, and the entries that are not what was
    sent. Inside the caller's write transaction, which locks the workspace, so that numbers come in the order of the
    commits."""
    rows = Rows(conn, workspace)
    push = Push(rows, state(conn, workspace).head, replica, member, now)
    verdicts = push.run(txns)
    rows.write(push.effects, push.head, now)
    return verdicts, push.effects.otherwise


class Rows:
    """The tables of one workspace as a push reads and writes them."""

    def __init__(self, conn: Connection, workspace: str) -> None:
        self._conn = conn
        self._workspace = workspace

    def known(self, ids: Collection[str]) -> dict[str, Known]:
        """The verdicts that were given before, by transaction."""
        found = self._some("SELECT id, hash, ver, reason FROM txn WHERE workspace=? AND id", ids)
        return {row[0]: Known(*row[1:]) for row in found}

    def records(self, ids: Collection[str]) -> dict[str, Stored]:
        """The stored records among `ids`."""
        found = {
            row[0]: Stored(row[1], row[0], orjson.loads(row[2]), Stamp(*row[3:]))
            for row in self._some(
                "SELECT id, kind, data, ver, txn, replica, author, at FROM record WHERE workspace=? AND id",
                ids,
            )
        }
        stamps = "SELECT rec, field, ver, txn, replica, author, at FROM stamp WHERE workspace=? AND rec"
        for rec, name, *stamp in self._some(stamps, list(found)):
            found[rec].stamps[name] = Stamp(*stamp)
        return found

    def links_after(self, tasks: Collection[str], further: int) -> list[Row]:
        """All live links that leave `tasks`, or one of up to `further` tasks that those lead to."""
        return self._links("pred", "succ", tasks, further)

    def links_before(self, tasks: Collection[str], further: int) -> list[Row]:
        """All live links that end in `tasks`, or in one of up to `further` tasks that lead to those."""
        return self._links("succ", "pred", tasks, further)

    def _links(self, near: str, far: str, tasks: Collection[str], further: int) -> list[Row]:
        wanted = ids_of(tasks)
        # CROSS JOIN: SQLite then takes them in this order, else it scans all links
        return self._conn.execute(
            f"""WITH RECURSIVE reached(task) AS (
                    SELECT value FROM json_each(?)
                    UNION SELECT {far} FROM reached JOIN link ON workspace=? AND {near}=task),
                close(task) AS (SELECT task FROM reached LIMIT ?)
                SELECT id, pred, succ FROM close CROSS JOIN link WHERE workspace=? AND {near}=task""",
            (wanted, self._workspace, len(tasks) + further, self._workspace),
        ).fetchall()

    def _some(self, query: str, ids: Collection[str]) -> list[Any]:
        if not ids:
            return []
        sets = f"{query} IN (SELECT value FROM json_each(?))"
        return self._conn.execute(sets, (self._workspace, ids_of(ids))).fetchall()

    def roles(self, member: str) -> dict[str, str]:
        """The member's role in every space that he sees."""
        return spaces.roles(self._conn, self._workspace, member)

    def managed(self, ids: Collection[str]) -> set[str]:
        """The spaces among `ids` that somebody manages, and nobody else may begin: of two people who share a space
        each may, where he has left it."""
        managed = "SELECT space FROM membership WHERE role='manager' AND workspace=? AND space"
        return {space for (space,) in self._some(managed, ids)}

    def written(self, since: int, root: str) -> set[str]:
        """The records that operations after `since` name, of those that name `root` and of what is attached or assigned
        to any; "" for all."""
        rows = self._conn.execute(
            """SELECT DISTINCT t.rec FROM touch t JOIN record r ON r.workspace=t.workspace AND r.id=t.rec
               WHERE t.workspace=? AND t.ver>? AND (r.kind IN ('assignment', 'attachment') OR r.data LIKE ?)""",
            (self._workspace, since, f'%"{root}"%' if root else "%"),
        )
        return {rec for (rec,) in rows.fetchall()}

    def write(self, effects: Effects, head: int, now: int) -> None:
        """All that a push leaves behind."""
        self._many(
            "INSERT INTO log(workspace, ver, space, id, at, body) VALUES(?,?,?,?,?,?)",
            ((ver, space, id, now, body) for ver, space, id, body in effects.entries),
        )
        self._many("INSERT INTO touch(workspace, rec, ver) VALUES(?,?,?)", effects.touches)
        spaces.begin(self._conn, self._workspace, effects.begun)
        self._many(
            "INSERT INTO txn(workspace, id, hash, replica, ver, reason) VALUES(?,?,?,?,?,?)", effects.verdicts
        )
        self._many(
            "INSERT INTO record(workspace, id, space, kind, data, ver, txn, replica, author, at)"
            " VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT(workspace, id) DO UPDATE SET data=excluded.data",
            (
                (s.rec, spaces.space_of(s.values), s.kind, _json(s), *s.created)
                for s in effects.records.values()
            ),
        )
        sums.add(self._conn, self._workspace, effects.sums)
        self._many(
            "INSERT INTO stamp(workspace, rec, field, ver, txn, replica, author, at) VALUES(?,?,?,?,?,?,?,?)"
            " ON CONFLICT(workspace, rec, field) DO UPDATE SET ver=excluded.ver, txn=excluded.txn,"
            " replica=excluded.replica, author=excluded.author, at=excluded.at",
            ((rec, name, *stamp) for (rec, name), stamp in effects.stamps.items()),
        )
        self._write_links(effects.links)
        self._conn.execute("UPDATE workspace SET head=? WHERE id=?", (head, self._workspace))

    def _write_links(self, links: dict[str, Link | None]) -> None:
        if links:
            self._conn.execute(
                "DELETE FROM link WHERE workspace=? AND id IN (SELECT value FROM json_each(?))",
                (self._workspace, ids_of(links)),
            )
        self._many(
            "INSERT INTO link(workspace, id, pred, succ) VALUES(?,?,?,?)",
            ((id, *link) for id, link in links.items() if link),
        )

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._conn.executemany(statement, ((self._workspace, *row) for row in rows))


def _json(stored: Stored) -> str:
    values = stored.values
    if None in values.values():
        values = {name: v for name, v in values.items() if v is not None}
    return orjson.dumps(values).decode()
