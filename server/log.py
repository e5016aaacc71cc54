"""The log of a workspace and what it adds up to: pushing to it and pulling from it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from models.outbox import Verdict
from server.database import Connection, Database, ids_of
from server.graph import Link, Row
from server.push import Effects, Known, Push
from sync.merge import Stamp, Stored
from sync.protocol import Transaction

SERVER = "server"  # the replica of what the server itself writes


class OtherHistory(Exception):
    """The laptop knows another history of this workspace than the server has; nothing was written."""


class Pulled(NamedTuple):
    """A part of the log, as it lies there. `epoch` is of the same snapshot."""

    entries: list[bytes]
    head: int
    more: bool
    epoch: str


class Pushed(NamedTuple):
    verdicts: list[Verdict]
    head: int
    epoch: str


class Log:
    """Every workspace's log. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heads(self) -> dict[str, int]:
        """Workspace → the newest version of its log."""
        with self._database.reading() as conn:
            return dict(conn.execute("SELECT id, head FROM workspace").fetchall())

    def pull(self, workspace: str, since: int, max_bytes: int) -> Pulled:
        """The entries after `since`, at least one where there is any, else about `max_bytes` of them."""
        with self._database.reading() as conn:
            head, epoch = state(conn, workspace)
            entries: list[bytes] = []
            size = 0
            if since < head:
                for (body,) in conn.stream(
                    "SELECT body FROM log WHERE workspace=? AND ver>? ORDER BY ver", (workspace, since)
                ):
                    size += len(body) + 1
                    if entries and size > max_bytes:
                        break
                    entries.append(body)
        return Pulled(entries, head, since + len(entries) < head, epoch)

    def push(
        self, workspace: str, epoch: str, replica: str, member: str, txns: Sequence[Transaction], now: int
    ) -> Pushed:
        """A verdict on each transaction, all in one database transaction. `now` is milliseconds since 1970.

        `epoch` is the one that the laptop knows, "" for none yet. Raises OtherHistory.
        """
        with self._database.writing(workspace) as conn:
            before, current = state(conn, workspace)
            if epoch and epoch != current:
                raise OtherHistory
            verdicts = decide(conn, workspace, replica, member, txns, now)
            head = state(conn, workspace)[0]
        if head > before:
            self._database.tell(workspace, head)
        return Pushed(verdicts, head, current)


def state(conn: Connection, workspace: str) -> tuple[int, str]:
    """Head and epoch."""
    row = conn.execute("SELECT head, epoch FROM workspace WHERE id=?", (workspace,)).fetchone()
    return int(row[0]), str(row[1])


def decide(
    conn: Connection, workspace: str, replica: str, member: str, txns: Sequence[Transaction], now: int
) -> list[Verdict]:
    """Decides the transactions in order and writes what follows. Inside the caller's write transaction.

    That one locks the workspace, so that numbers come in the order of the commits.
    """
    rows = Rows(conn, workspace)
    push = Push(rows, state(conn, workspace)[0], replica, member, now)
    verdicts = push.run(txns)
    rows.write(push.effects, push.head)
    return verdicts


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

    def write(self, effects: Effects, head: int) -> None:
        """All that a push leaves behind."""
        self._many("INSERT INTO log(workspace, ver, id, body) VALUES(?,?,?,?)", effects.entries)
        self._many(
            "INSERT INTO txn(workspace, id, hash, replica, ver, reason) VALUES(?,?,?,?,?,?)", effects.verdicts
        )
        self._many(
            "INSERT INTO record(workspace, id, kind, data, ver, txn, replica, author, at)"
            " VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(workspace, id) DO UPDATE SET data=excluded.data",
            ((s.rec, s.kind, _json(s), *s.created) for s in effects.records.values()),
        )
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
    return orjson.dumps({name: v for name, v in stored.values.items() if v is not None}).decode()
