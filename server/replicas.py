"""Which member each replica is of, and the newest of its transactions that was accepted.

A push of a replica is taken only from a laptop that knows that one: then all that the replica wrote before was seen by
who writes now, as the merge takes for granted. Of two copies of one profile only the first one to go on passes.
"""

from collections.abc import Mapping, Sequence

from server.database import Connection
from sync.protocol import Transaction


class OtherReplica(Exception):
    """The push is not from the laptop that pushed last as this replica. `newest` is what that one pushed, "" where the
    replica is another member's."""

    def __init__(self, newest: str) -> None:
        super().__init__(newest)
        self.newest = newest


def check(
    conn: Connection,
    workspace: str,
    replica: str,
    member: str,
    newest: str | None,
    txns: Sequence[Transaction],
) -> None:
    """`newest` is what the laptop knows of; None: it does not say. Raises OtherReplica.

    An answer may have got lost: then the newest is one of those that are sent once more.
    """
    sql = "SELECT member, newest FROM replica WHERE workspace=? AND id=?"
    row = conn.execute(sql, (workspace, replica)).fetchone()
    if row is None:
        return
    if row[0] != member:
        raise OtherReplica("")
    if newest is not None and row[1] != newest and all(txn.id != row[1] for txn in txns):
        raise OtherReplica(row[1])


def remember(
    conn: Connection,
    workspace: str,
    replica: str,
    member: str,
    txns: Sequence[Transaction],
    vers: Mapping[str, int],
) -> None:
    """Writes down the newest of what this push had accepted; `vers` is the version of each. What was kept of a history
    that is over (“keep”) is no operation of the replica."""
    newest = max((t.id for t in txns if t.kind != "keep" and t.id in vers), key=vers.__getitem__, default="")
    if newest:
        conn.execute(
            "INSERT INTO replica(workspace, id, member, newest) VALUES(?,?,?,?)"
            " ON CONFLICT(workspace, id) DO UPDATE SET newest=excluded.newest",
            (workspace, replica, member, newest),
        )
