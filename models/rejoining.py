"""What a laptop does when the server was restored from a backup. Inside the caller's write transaction.

The server's history is a row of epochs, each begun after a version of the one before, its fork. Up to the first fork
after the last epoch that both sides know, all is as it was. Of what was beyond it

    ours                       is sent again under its own ids, and masks the server's copy until it comes back
    records of others          are offered to the server, which takes those that it has no more (table `keep`)
    what the server shows now  is fetched whole (models.snapshot) while this laptop goes on showing what it has

No number of the old history may be taken for one of the new: row versions and bases end at the fork.
"""

import sqlite3
from collections.abc import Sequence

import orjson

from models import snapshot
from models.apply import rebuild, settlement
from models.capture import ACKNOWLEDGED, SEEN, SENT
from models.copies import UNSEEN, Records
from models.db import get_meta, set_meta
from models.outbox import Outgoing
from models.record import KINDS, made_id

Epochs = Sequence[
    tuple[str, int]
]  # the word of each history and the version after which it began, oldest first
LINEAGE = "epochs"  # in `meta`: the histories that this laptop knows, as JSON
OTHER = (
    "The server at this address holds another workspace than this laptop, or nothing of its history. Nothing was "
    "changed here and your edits wait. Check the address with `milepost status`, or ask whoever runs the server."
)
_ALL = "(SELECT value FROM json_each(?))"
_SPACE = "json_extract(body, '$.space')"  # of what is kept
_TO_BEGIN = (  # the spaces that operations of ours begin, and such as never are
    f"SELECT c.tbl||':'||c.rec FROM change c JOIN txn t ON t.n=c.txn WHERE c.field='' AND {UNSEEN} AND t.state<3"
)


def adopt(conn: sqlite3.Connection, before: str, workspace: str, epochs: Epochs, head: int) -> str:
    """Goes on with the server's history; why not, or nothing. With no history known yet this is the first.

    `before` is the epoch that was known when the server was asked: another process may have been faster.
    """
    if get_meta(conn, "epoch") != before:
        return ""
    if get_meta(conn, "workspace") not in ("", workspace):
        return OTHER
    known = _lineage(conn)
    if known and known[-1][0] != epochs[-1][0]:
        fork = fork_of(known, epochs)
        if fork is None:
            return OTHER
        _fork(conn, min(fork, head), [at for _, at in known])
    set_meta(conn, "epoch", epochs[-1][0])
    set_meta(conn, LINEAGE, orjson.dumps(epochs).decode())
    return ""


def fork_of(ours: Epochs, theirs: Epochs) -> int | None:
    """The version up to which two histories are the same; None when they have no beginning in common."""
    place = {word: at for at, (word, _) in enumerate(ours)}
    shared = [at for at, (word, _) in enumerate(theirs) if word in place]
    if not shared:
        return None
    last = shared[-1]
    return min(fork for _, fork in (*theirs[last + 1 :], *ours[place[theirs[last][0]] + 1 :]))


def _lineage(conn: sqlite3.Connection) -> Epochs:
    known = get_meta(conn, LINEAGE)
    return [(word, fork) for word, fork in orjson.loads(known)] if known else []


def _fork(conn: sqlite3.Connection, fork: int, earlier: Sequence[int]) -> None:
    kinds = _newer(conn, fork, earlier)
    with settlement(conn, "Server restored") as n:
        again = _send_again(conn, fork)
        _offer(conn, kinds)
        _forget(conn, fork)
        _lower(conn, fork)
        rebuild(conn, again, n)
    snapshot.all_again(conn)
    set_meta(conn, "cursor", str(min(fork, int(get_meta(conn, "cursor", "0")))))


def _newer(conn: sqlite3.Connection, fork: int, earlier: Sequence[int]) -> dict[str, str]:
    """Every record that the server showed after the fork, with its kind.

    One at an earlier fork may be newer than that says: it was lowered to there, and its content has not come since.
    """
    at = f"ver>? OR ver>0 AND ver IN {_ALL}"
    wanted = fork, orjson.dumps(earlier).decode()
    found = dict(conn.execute(f"SELECT id, kind FROM unknown WHERE {at}", wanted).fetchall())
    for kind in KINDS:
        found.update((rec, kind) for (rec,) in conn.execute(f"SELECT id FROM {kind} WHERE {at}", wanted))
    return found


def _send_again(conn: sqlite3.Connection, fork: int) -> dict[str, str]:
    """Our operations that were accepted after the fork wait for the server once more; the records that they touch."""
    ns = [n for (n,) in conn.execute(
        f"UPDATE txn SET state={SENT}, ver=NULL WHERE origin='L' AND state IN ({ACKNOWLEDGED}, {SEEN}) AND ver>?"
        " RETURNING n", (fork,))]  # fmt: skip
    wanted = (orjson.dumps(ns).decode(),)
    conn.execute(f"UPDATE change SET effect=1 WHERE effect=0 AND txn IN {_ALL}", wanted)
    # contents, too, and older ones: where they lie may have been brought back from another day, or not at all
    conn.execute(
        "UPDATE blob SET sent=0 WHERE sha IN (SELECT sha256 FROM attachment WHERE deleted_at IS NULL)"
    )
    return dict(conn.execute(f"SELECT rec, tbl FROM change WHERE txn IN {_ALL}", wanted).fetchall())


def _offer(conn: sqlite3.Connection, kinds: dict[str, str]) -> None:
    """Keeps the server's copies for the server; records that we made are sent again as they were made."""
    ours = {rec for (rec,) in conn.execute(
        "SELECT c.rec FROM txn t JOIN change c ON c.txn=t.n WHERE c.field='' AND t.origin='L' AND t.state IN (1,2,3)"
    )}  # fmt: skip
    records = Records(conn, kinds)
    rows = [
        (rec, kind, orjson.dumps(records.shown(rec)).decode())
        for rec, kind in kinds.items()
        if rec not in ours
    ]
    conn.executemany(
        "INSERT INTO keep(rec, kind, body) VALUES(?,?,?) ON CONFLICT(rec) DO UPDATE SET body=excluded.body",
        rows,
    )


def _forget(conn: sqlite3.Connection, fork: int) -> None:
    """What others did after the fork comes again with the new history, or is gone."""
    conn.execute("DELETE FROM change WHERE txn IN (SELECT n FROM txn WHERE origin='R' AND ver>?)", (fork,))
    conn.execute("DELETE FROM txn WHERE origin='R' AND ver>?", (fork,))


def _lower(conn: sqlite3.Connection, fork: int) -> None:
    for table in (*KINDS, "unknown"):
        conn.execute(f"UPDATE {table} SET ver=? WHERE ver>?", (fork, fork))
    conn.execute(
        f"UPDATE change SET base=? WHERE base>? AND txn IN (SELECT t.n FROM txn t WHERE {UNSEEN})",
        (fork, fork),
    )
    conn.execute(f"UPDATE txn AS t SET since=? WHERE since>? AND {UNSEEN}", (fork, fork))
    # what waits once more began to mask before what waits since
    conn.execute(
        "UPDATE shadow SET base=coalesce((SELECT min(c.base) FROM change c JOIN txn t ON t.n=c.txn WHERE"
        f" c.rec=shadow.rec AND c.field=shadow.field AND {UNSEEN}), base)"
    )


# ── what is offered to the server ─────────────────────────────────────────────────────────────────────


def keeps(conn: sqlite3.Connection) -> bool:
    """Whether anything is left for the server."""
    return conn.execute("SELECT 1 FROM keep LIMIT 1").fetchone() is not None


def offers(conn: sqlite3.Connection, rows: int) -> list[Outgoing]:
    """The next records that the server may have lost, each as a transaction of the kind “keep”.

    What lies in a space that one of ours is to begin again waits for that (`up_to_begun`): where the database was
    brought back by other means than our restore, the server knows nothing of the space.
    """
    epoch = get_meta(conn, "epoch")
    found = conn.execute(
        f"SELECT rec, kind, body FROM keep WHERE coalesce({_SPACE}, '') NOT IN ({_TO_BEGIN}) ORDER BY rec LIMIT ?",
        (rows,),
    ).fetchall()
    return [
        Outgoing(
            made_id("keep", epoch, rec), "keep", None, "Kept after a restore", None, 0,
            [(kind, rec, True, orjson.loads(body), {}, {})],
        )
        for rec, kind, body in found
    ]  # fmt: skip


def up_to_begun(conn: sqlite3.Connection, batch: list[Outgoing]) -> list[Outgoing]:
    """The batch up to the first that begins a space for which something is kept: what follows may build on that."""
    spaces = {space for (space,) in conn.execute(f"SELECT DISTINCT {_SPACE} FROM keep")}
    for at, txn in enumerate(batch if spaces else (), 1):
        if any(made and f"{kind}:{rec}" in spaces for kind, rec, made, *_ in txn.changes):
            return batch[:at]
    return batch


def offered(conn: sqlite3.Connection, batch: Sequence[Outgoing]) -> None:
    """The server has answered; what it had already it refused, which is as good."""
    conn.executemany("DELETE FROM keep WHERE rec=?", [(t.changes[0][1],) for t in batch])
