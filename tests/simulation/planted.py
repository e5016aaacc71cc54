"""Bugs that sync must not have, each put in on purpose: the simulation has to see every one of them."""

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import orjson

from models import apply, copies, db, digest, outbox, rejected, rejoining, snapshot, space, undo
from models.record import KINDS, made_id
from server import log, push, replicas, restoring, spaces, wire
from server.database import Connection
from sync import asking, beneath, decision, engine, merge, protocol, pulling, pushing, run
from sync.decision import Decision, Stored
from sync.run import Run
from sync.steps import Local, Step

Bug = Callable[[], AbstractContextManager[Any]]
BUGS: dict[str, Bug] = {}


def _plant(name: str) -> Callable[[Callable[[], Iterator[None]]], Bug]:
    def enter(bug: Callable[[], Iterator[None]]) -> Bug:
        BUGS[name] = contextmanager(bug)
        return BUGS[name]

    return enter


@_plant("no idempotency")
def _() -> Iterator[None]:
    many = log.Rows._many

    def replacing(self: log.Rows, statement: str, rows: Any) -> None:
        many(self, statement.replace("INSERT INTO txn", "INSERT OR REPLACE INTO txn"), rows)

    with patch.object(log.Rows, "known", lambda self, ids: {}), patch.object(log.Rows, "_many", replacing):
        yield


@_plant("loser dropped")
def _() -> Iterator[None]:
    with patch.object(merge._Merge, "_record", lambda self, *args, **kwargs: None):
        yield


@_plant("conflict key without the loser")
def _() -> Iterator[None]:
    with patch.object(decision, "made_id", lambda kind, won, lost, *rest: made_id(kind, won, *rest)):
        yield


@_plant("text without its base")
def _() -> Iterator[None]:
    note = merge._Merge._note

    def bare(self: merge._Merge, stored: Stored, name: str) -> None:
        self.change.before[name] = stored.values.get(name)
        note(self, stored, name)

    with patch.object(merge._Merge, "_note", bare):
        yield


@_plant("the base of a text follows the pull")
def _() -> Iterator[None]:
    changes = outbox._changes

    def raised(conn: sqlite3.Connection, ns: list[int]) -> Any:
        found = changes(conn, ns)
        for change in (c for some in found.values() for c in some):
            rows = conn.execute("SELECT field, val FROM shadow WHERE rec=?", (change[1],)).fetchall()
            change[5].update({name: val for name, val in rows if name in change[5]})
        return found

    with patch.object(outbox, "_changes", raised):
        yield


@_plant("own push moves the cursor")
def _() -> Iterator[None]:
    settle = outbox.settle

    def moving(conn: sqlite3.Connection, verdicts: Any) -> None:
        settle(conn, verdicts)
        cursor = max([int(db.get_meta(conn, "cursor", "0")), *(v.ver for v in verdicts)])
        db.set_meta(conn, "cursor", str(cursor))

    with patch.object(outbox, "settle", moving):
        yield


@_plant("a push passes what lies between")
def _() -> Iterator[None]:
    def trusting(reply: protocol.Reply, batch: Any, since: int) -> Any:
        verdicts, sent = asking.verdicts(reply), {txn.id: txn for txn in batch}
        vers = sorted((v.ver, v.id) for v in verdicts if v.ver > since)
        entries = [asking._as_sent(ver, sent[id]) for ver, id in vers]
        return verdicts, asking.Page(entries, max([since, *dict(vers)]), max([since, *dict(vers)]))

    with patch.object(asking, "pushed", trusting):
        yield


@_plant("what came out otherwise passes as it was sent")
def _() -> Iterator[None]:
    with patch.object(Decision, "as_sent", lambda self, txn: True):
        yield


@_plant("cursor committed before the rows")
def _() -> Iterator[None]:
    def apply_page(own: Run, page: asking.Page, here: Any, begun: int) -> Generator[Step, Any, None]:
        for part in run.checkpoints(page, here.cursor):
            yield Local("move", lambda conn, at=part.upto: db.set_meta(conn, "cursor", str(at)))
            yield Local("apply", lambda conn, some=part: apply.apply(conn, some.entries, some.upto))

    with patch.object(pulling, "_apply_page", apply_page):
        yield


@_plant("a page of before another worker began anew is applied")
def _() -> Iterator[None]:
    def anywhere(conn: sqlite3.Connection, part: run.Checkpoint, shares: int) -> bool:
        here = space.where(conn)
        if part.upto > here.cursor and here.shares == shares:
            apply.apply(conn, [entry for entry in part.entries if entry.ver > here.cursor], part.upto)
            space.settle_passed(conn)
        return False

    with patch.object(pulling, "apply_checkpoint", anywhere):
        yield


@_plant("rebase raises the base")
def _() -> Iterator[None]:
    mask = copies.Records._mask

    def raising(self: copies.Records, unseen: Any) -> None:
        self._base = {
            (rec, f): self._ver[rec] for rec, rows in unseen.items() if rec in self._ver for f, *_ in rows
        }
        mask(self, unseen)
        for (rec, name), base in self._base.items():
            unseen_txns = f"SELECT n FROM txn t WHERE {copies.UNSEEN}"
            self._conn.execute(
                f"UPDATE change SET base=? WHERE rec=? AND field=? AND txn IN ({unseen_txns})",
                (base, rec, name),
            )

    with patch.object(copies.Records, "_mask", raising):
        yield


def _with_bases(base_of: Callable[[sqlite3.Connection, str], int]) -> AbstractContextManager[Any]:
    changes = outbox._changes

    def other(conn: sqlite3.Connection, ns: list[int]) -> Any:
        return {
            n: [(*c[:4], dict.fromkeys(c[4], base_of(conn, c[1])), c[5]) for c in some]
            for n, some in changes(conn, ns).items()
        }

    return patch.object(outbox, "_changes", other)


@_plant("cursor used as base")
def _() -> Iterator[None]:
    with _with_bases(lambda conn, rec: int(db.get_meta(conn, "cursor", "0"))):
        yield


@_plant("row-level base")
def _() -> Iterator[None]:
    sql = f"SELECT max(base) FROM change c JOIN txn t ON t.n=c.txn WHERE c.rec=? AND {copies.UNSEEN}"
    with _with_bases(lambda conn, rec: int(conn.execute(sql, (rec,)).fetchone()[0] or 0)):
        yield


@_plant("acknowledged-unseen gap")
def _() -> Iterator[None]:
    settle = outbox.settle

    def forgetting(conn: sqlite3.Connection, verdicts: Any) -> None:
        settle(conn, verdicts)
        recs = dict(
            conn.execute("SELECT rec, tbl FROM change c JOIN txn t ON t.n=c.txn WHERE t.state=3").fetchall()
        )
        conn.execute("UPDATE txn SET state=4 WHERE state=3")
        with apply.settlement(conn, "Gap") as n:
            apply.rebuild(conn, recs, n)

    with patch.object(outbox, "settle", forgetting):
        yield


@_plant("pull clobbers pending")
def _() -> Iterator[None]:
    fold = copies.Records._fold

    def server_only(self: copies.Records, rec: str, unseen: Any) -> Any:
        return dict(self._server[rec]) if rec in self._server else fold(self, rec, unseen)

    with patch.object(copies.Records, "_fold", server_only):
        yield


@_plant("losing value not logged")
def _() -> Iterator[None]:
    def silent(self: merge._Merge, stored: Stored, names: Any) -> None:
        self.decision.idle.update((self.change.rec, name) for name in names)

    with patch.object(merge._Merge, "_keep", silent):
        yield


@_plant("age in the hash")
def _() -> Iterator[None]:
    read = wire._transaction

    def aged(row: Any) -> protocol.Transaction:
        txn = read(row)
        return txn._replace(hash=f"{txn.hash} {txn.age}")

    with patch.object(wire, "_transaction", aged):
        yield


@_plant("undo over a colleague's value")
def _() -> Iterator[None]:
    with patch.object(merge._Merge, "_undo", lambda self, stored, names, values: self._write(values)):
        yield


@_plant("what is new below a delete stays hidden")
def _() -> Iterator[None]:
    with patch.object(beneath, "_bring_back", lambda *args: None):
        yield


@_plant("a delete hides what others wrote below it")
def _() -> Iterator[None]:
    with patch.object(beneath, "_spare", lambda *args: None):
        yield


@_plant("create over a delete")
def _() -> Iterator[None]:
    revive = merge._Merge._revive

    def clearing(self: merge._Merge, stored: Stored) -> None:
        if self.change.created and stored.values.get("deleted_at"):
            self._write({"deleted_at": None})
        revive(self, stored)

    with patch.object(merge._Merge, "_revive", clearing):
        yield


@_plant("group split")
def _() -> Iterator[None]:
    with patch.object(merge._Merge, "_groups", lambda self: ((name,) for name in self.change.values)):
        yield


@_plant("no epoch check")
def _() -> Iterator[None]:
    def trusting(self: Run, request: protocol.Request) -> Generator[Step, Any, protocol.Reply]:
        return (yield request)

    in_epoch = patch.object(run, "in_epoch", lambda conn, epoch, work, **given: work(conn, **given))
    with patch.object(Run, "ask", trusting), in_epoch:
        yield


# ── content in pages ──────────────────────────────────────────────────────────────────────────────────


@_plant("space snapshot applied twice")
def _() -> Iterator[None]:
    with patch.object(copies.Records, "has", lambda self, rec, ver: False):
        yield


@_plant("cursor at the head of the last page")
def _() -> Iterator[None]:
    advance = snapshot._advance

    def further(conn: sqlite3.Connection, page: snapshot.Page) -> None:
        before = db.get_meta(conn, "cursor", "0")
        advance(conn, page)
        if db.get_meta(conn, "cursor", "0") != before:
            db.set_meta(conn, "cursor", str(page.head))

    with patch.object(snapshot, "_advance", further):
        yield


@_plant("a page of another process's turn is taken")
def _() -> Iterator[None]:
    with patch.object(snapshot, "_follows", lambda conn, page, fresh: True):
        yield


# ── spaces ────────────────────────────────────────────────────────────────────────────────────────────


@_plant("everybody is sent everything")
def _() -> Iterator[None]:
    def all_of_them(conn: Any, workspace: str, member: str) -> dict[str, str]:
        rows = conn.execute("SELECT DISTINCT space FROM record WHERE workspace=?", (workspace,))
        return dict.fromkeys(["workspace", *(row[0] for row in rows.fetchall())], "editor")

    with patch.object(spaces, "roles", all_of_them):
        yield


@_plant("revoked rows stay")
def _() -> Iterator[None]:
    def forget(conn: sqlite3.Connection, id: str) -> None:
        conn.execute("DELETE FROM space WHERE id=?", (id,))

    with patch.object(space, "purge", forget):
        yield


@_plant("revoked history stays")
def _() -> Iterator[None]:
    with patch.object(space, "forget_changes", lambda conn, recs: None):
        yield


@_plant("over before it is known where it lies")
def _() -> Iterator[None]:
    def ready(conn: sqlite3.Connection) -> bool:
        return conn.execute("SELECT 1 FROM space WHERE upto<0 LIMIT 1").fetchone() is None

    with patch.object(space, "complete", ready), patch.object(snapshot, "complete", ready):
        yield


# ── a server that was restored ────────────────────────────────────────────────────────────────────────


@_plant("no re-push after restore")
def _() -> Iterator[None]:
    with patch.object(rejoining, "_send_again", lambda conn, fork: {}):
        yield


@_plant("no re-conflict after restore")
def _() -> Iterator[None]:
    offer = rejoining._offer

    def silent(conn: sqlite3.Connection, kinds: dict[str, str]) -> None:
        offer(conn, {rec: kind for rec, kind in kinds.items() if kind != "conflict"})

    with patch.object(rejoining, "_offer", silent):
        yield


@_plant("records of others are not offered after restore")
def _() -> Iterator[None]:
    with patch.object(rejoining, "_offer", lambda conn, kinds: None):
        yield


@_plant("numbers of the old history kept")
def _() -> Iterator[None]:
    with patch.object(rejoining, "_lower", lambda conn, fork: None):
        yield


@_plant("a kept conflict is written again")
def _() -> Iterator[None]:
    with patch.object(push.Push, "_as_before", lambda self, decision, txn, stamp: decision):
        yield


@_plant("a restore brings the rights of its day")
def _() -> Iterator[None]:
    def of_its_day(source: Connection, target: Connection) -> None:
        target.execute("DELETE FROM membership")
        add(source, target)

    add = restoring._add_spaces
    with patch.object(restoring, "_add_spaces", of_its_day):
        yield


@_plant("a restore makes an editor a manager")
def _() -> Iterator[None]:
    def raised(source: Connection, target: Connection) -> None:
        add(source, target)
        target.execute("UPDATE membership SET role='manager' WHERE role='editor'")

    add = restoring._add_spaces
    with patch.object(restoring, "_add_spaces", raised):
        yield


@_plant("an offer begins a space")
def _() -> Iterator[None]:
    with patch.object(
        push.Push, "_forbidden",
        lambda self, txn, begun: spaces.forbidden(txn, self._stored, self._roles, begun, self._member),
    ):  # fmt: skip
        yield


@_plant("who was put out begins it again")
def _() -> Iterator[None]:
    with patch.object(log.Rows, "managed", lambda self, ids: set()):
        yield


# ── a profile that is there twice ─────────────────────────────────────────────────────────────────────


@_plant("no check of the newest")
def _() -> Iterator[None]:
    with patch.object(replicas, "check", lambda *given: None):
        yield


# ── one for each invariant that had none ──────────────────────────────────────────────────────────────


@_plant("a row at the server is not what the log says")
def _() -> Iterator[None]:
    with patch.object(log, "_json", lambda stored: _json_without_deadline(stored)):
        yield


def _json_without_deadline(stored: Stored) -> str:
    return orjson.dumps(
        {n: v for n, v in stored.values.items() if v is not None and n != "deadline"}
    ).decode()


@_plant("a transaction in two checkpoints")
def _() -> Iterator[None]:
    whole = pulling._apply_page

    def halved(own: Run, page: asking.Page, here: Any, begun: int) -> Generator[Step, Any, Any]:
        for entry in page.entries[:1]:
            half = [entry._replace(patches=entry.patches[:1])] if len(entry.patches) > 1 else []
            yield Local("apply", lambda conn, some=half: apply.apply(conn, some, here.cursor))
        return (yield from whole(own, page, here, begun))

    with patch.object(pulling, "_apply_page", halved):
        yield


@_plant("a page reaches further than it tells")
def _() -> Iterator[None]:
    part = log._part

    def cut(*given: Any) -> tuple[list[bytes], int]:
        entries, _ = part(*given)
        return entries, given[4]

    with patch.object(log, "_part", cut):
        yield


@_plant("the base follows the row until it is sent")
def _() -> Iterator[None]:
    def ver(conn: sqlite3.Connection, rec: str) -> int:
        found = [row for kind in KINDS for row in conn.execute(f"SELECT ver FROM {kind} WHERE id=?", (rec,))]
        return found[0][0] if found else 0

    with _with_bases(ver):
        yield


@_plant("a sync with nothing new writes")
def _() -> Iterator[None]:
    done = engine._done

    def counting(conn: sqlite3.Connection, **given: Any) -> Any:
        db.set_meta(conn, "turns", str(int(db.get_meta(conn, "turns", "0")) + 1))
        return done(conn, **given)

    with patch.object(engine, "_done", counting):
        yield


@_plant("what others did is captured as ours")
def _() -> Iterator[None]:
    with_foreign = apply._own

    def everybody(conn: sqlite3.Connection, entries: Any) -> dict[str, int]:
        conn.executemany(
            "INSERT INTO txn(id, origin, kind, label, at, state) VALUES(?, 'L', 'do', '', 0, 1) ON CONFLICT DO NOTHING",
            [(entry.id,) for entry in entries if entry.patches],
        )
        return with_foreign(conn, entries)

    with patch.object(apply, "_own", everybody):
        yield


@_plant("a refused operation holds the rest")
def _() -> Iterator[None]:
    following = outbox._next

    def held(conn: sqlite3.Connection, *given: Any) -> Any:
        refused = conn.execute("SELECT 1 FROM txn WHERE state=5").fetchone()
        return [] if refused else following(conn, *given)

    with patch.object(outbox, "_next", held):
        yield


@_plant("what was taken before a refusal is sent after it")
def _() -> Iterator[None]:
    behind = pushing._behind

    def blind(before: Any, after: Any, verdicts: Any, page: Any) -> Any:
        newest = max((v for v in verdicts if v.ver), key=lambda v: v.ver, default=None)
        found = behind(before, after, [v._replace(reason="") for v in verdicts], page)
        return found and found._replace(newest=newest.id if newest else before.newest)

    with patch.object(pushing, "_behind", blind):
        yield


@_plant("nobody looks for circles")
def _() -> Iterator[None]:
    with patch.object(push.Push, "_circle", lambda self, decision: ""):
        yield


@_plant("what is sent again is only put away")
def _() -> Iterator[None]:
    with patch.object(rejected, "_edit", lambda session, change, values: None):
        yield


@_plant("what is sent again and taken back is in no list")
def _() -> Iterator[None]:
    with patch.object(undo, "put_back", lambda conn, id: None):
        yield


@_plant("what fails is kept as far as it came")
def _() -> Iterator[None]:
    @contextmanager
    def keeping(conn: sqlite3.Connection) -> Iterator[None]:
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            if conn.in_transaction:
                conn.execute("COMMIT")

    with patch.object(db, "_transaction", keeping):
        yield


# ── checksums ─────────────────────────────────────────────────────────────────────────────────────────


@_plant("an entry is skipped")
def _() -> Iterator[None]:
    foreign = apply._Log.foreign

    def skipping(self: apply._Log, records: copies.Records, entry: apply.Entry) -> None:
        foreign(self, records, entry._replace(patches=entry.patches[entry.ver % 5 == 0 :]))

    with patch.object(apply._Log, "foreign", skipping):
        yield


@_plant("the sum keeps what was replaced")
def _() -> Iterator[None]:
    step = digest.step

    def gaining(kind: str, rec: str, before: Any, values: Any) -> int:
        return step(kind, rec, dict.fromkeys(before) if before else before, values)

    with patch.object(digest, "step", gaining):
        yield
