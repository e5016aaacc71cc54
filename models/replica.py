"""Which replica this profile is to the server. Inside the caller's write transaction.

To the server all that comes from one replica was made by somebody who had seen what that replica wrote before. So no
two profiles may be the same one: a folder that was copied, a store that was put back from a backup by hand. Each push
therefore names the newest operation of the replica that the server took, as far as the profile knows (`newest`). The
server takes a push only where that is the newest indeed. Else it says which one is: one of our own (its answer had
got lost) is named from then on, and one that this profile has never made tells that somebody else goes on as this
replica. Then the profile becomes another one: it loses nothing, and meets what the other one writes as a colleague's.
"""

import sqlite3
from collections.abc import Sequence

from models import notice
from models.capture import PENDING, SENT
from models.db import get_meta, set_meta
from models.outbox import Verdict
from models.record import new_id

REPLICA = "replica"  # in `meta`
NEWEST = "newest"  # in `meta`: "" until something was accepted
NOTICE = (
    "This profile is a copy, or was put back from a backup: another one goes on under the same number. This one has "
    "taken a new number. Nothing was lost: what waits here is sent, and what the other one sent comes with the sync."
)


def read(conn: sqlite3.Connection) -> tuple[str, str]:
    """The replica that this profile is, and the newest operation of it that was accepted."""
    return get_meta(conn, REPLICA), get_meta(conn, NEWEST)


def accepted(conn: sqlite3.Connection, verdicts: Sequence[Verdict]) -> None:
    """Remembers the newest operation among those that the server took."""
    taken = [verdict for verdict in verdicts if not verdict.reason]
    if taken:
        set_meta(conn, NEWEST, max(taken, key=lambda verdict: verdict.ver).id)


def contradicted(conn: sqlite3.Connection, asked: str, newest: str, now: int) -> bool:
    """The server took no push of the replica `asked`, since the newest operation of it is `newest` ("": not told, the
    replica is somebody else's). Whether this profile is another replica from now on."""
    if get_meta(conn, REPLICA) != asked:
        return False  # another process was faster
    if newest and conn.execute("SELECT 1 FROM txn WHERE id=? AND origin='L'", (newest,)).fetchone():
        set_meta(conn, NEWEST, newest)
        return False
    become_another(conn)
    notice.leave(conn, NOTICE, now)
    return True


def become_another(conn: sqlite3.Connection) -> None:
    """A new replica, of which the server has heard nothing; what waits may have been sent by the other one."""
    set_meta(conn, REPLICA, new_id())
    set_meta(conn, NEWEST, "")
    conn.execute("UPDATE txn SET state=? WHERE state=?", (SENT, PENDING))
