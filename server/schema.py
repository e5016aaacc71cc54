"""The server's tables, in SQL that SQLite and PostgreSQL both take, and how an older database becomes today's.

`STEPS[n]` makes schema n + 1 of schema n; an empty database runs all. The words are SQLite's; PostgreSQL reads
INTEGER as 64 bits and BLOB as bytes (`server.postgres`).
"""

import re
import secrets

from server import sums
from server.database import Connection

TABLES = """
-- laptops read the log from `floor` on; `shares` is the version at which who sees what changed last
CREATE TABLE workspace(id TEXT PRIMARY KEY, name TEXT NOT NULL, head INTEGER NOT NULL, epoch TEXT NOT NULL,
    floor INTEGER NOT NULL, shares INTEGER NOT NULL);
-- the histories that a restore ended: the next one begins after version `fork`
CREATE TABLE epoch(workspace TEXT NOT NULL, n INTEGER NOT NULL, nonce TEXT NOT NULL, fork INTEGER NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY(workspace, n));
-- what was accepted above the floor, in order and without gaps: a row for each space that a transaction touched.
-- body is wire.write_entry of that part, at the time of its coming
CREATE TABLE log(workspace TEXT NOT NULL, ver INTEGER NOT NULL, space TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(workspace, ver, space));
-- what was accepted up to the floor, for the history of records: server.keeping writes and reads it
CREATE TABLE archive(workspace TEXT NOT NULL, last INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY(workspace, last));
-- the versions that touched a record
CREATE TABLE touch(workspace TEXT NOT NULL, rec TEXT NOT NULL, ver INTEGER NOT NULL,
    PRIMARY KEY(workspace, rec, ver));
-- every verdict, so that a transaction takes effect once; ver 0 = refused
CREATE TABLE txn(workspace TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, replica TEXT NOT NULL,
    ver INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(workspace, id));
-- whose a replica is, and the newest of its transactions that was accepted
CREATE TABLE replica(workspace TEXT NOT NULL, id TEXT NOT NULL, member TEXT NOT NULL, newest TEXT NOT NULL,
    PRIMARY KEY(workspace, id));
-- what the log adds up to; the stamp of the creation stands here, stamps of later writes in their own table
CREATE TABLE record(workspace TEXT NOT NULL, id TEXT NOT NULL, space TEXT NOT NULL, kind TEXT NOT NULL,
    data TEXT NOT NULL, ver INTEGER NOT NULL, txn TEXT NOT NULL, replica TEXT NOT NULL, author TEXT,
    at INTEGER NOT NULL, PRIMARY KEY(workspace, id));
CREATE INDEX record_space ON record(workspace, space, id);
CREATE TABLE stamp(workspace TEXT NOT NULL, rec TEXT NOT NULL, field TEXT NOT NULL,
    ver INTEGER NOT NULL, txn TEXT NOT NULL, replica TEXT NOT NULL, author TEXT, at INTEGER NOT NULL,
    PRIMARY KEY(workspace, rec, field));
-- live dependencies, derived, for the search for circles
CREATE TABLE link(workspace TEXT NOT NULL, id TEXT NOT NULL, pred TEXT NOT NULL, succ TEXT NOT NULL,
    PRIMARY KEY(workspace, id));
CREATE INDEX link_after ON link(workspace, pred, succ);
CREATE INDEX link_before ON link(workspace, succ, pred);

-- who sees a space besides the library, which is everybody's; role: reader, editor, manager
CREATE TABLE membership(workspace TEXT NOT NULL, space TEXT NOT NULL, member TEXT NOT NULL, role TEXT NOT NULL,
    since INTEGER NOT NULL, PRIMARY KEY(workspace, space, member));
CREATE INDEX membership_of ON membership(workspace, member);

CREATE TABLE member(workspace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY(workspace, id));
CREATE TABLE device(hash TEXT PRIMARY KEY, workspace TEXT NOT NULL, member TEXT NOT NULL, name TEXT NOT NULL,
    letter TEXT NOT NULL, since INTEGER NOT NULL, last_seen INTEGER NOT NULL, revoked INTEGER,
    UNIQUE(workspace, letter));
CREATE TABLE invite(hash TEXT PRIMARY KEY, workspace TEXT NOT NULL, name TEXT NOT NULL, author TEXT,
    expires INTEGER NOT NULL, used INTEGER);
CREATE TABLE audit(workspace TEXT NOT NULL, at INTEGER NOT NULL, member TEXT, what TEXT NOT NULL,
    detail TEXT NOT NULL);
CREATE INDEX audit_at ON audit(workspace, at);
"""

SUMS = """
-- of the records of a space (models.digest)
CREATE TABLE checksum(workspace TEXT NOT NULL, space TEXT NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY(workspace, space));
"""

# what was written since: server.push asks where somebody deletes what others may have gone on with
TOUCHED = "CREATE INDEX touch_ver ON touch(workspace, ver)"

STEPS = (TABLES, SUMS, TOUCHED)
FILLED = {2: sums.fill}  # what a schema's rows need besides
SCHEMA = len(STEPS)


def table_names() -> list[str]:
    """All tables of today's schema."""
    return re.findall(r"CREATE TABLE (\w+)", "".join(STEPS))


def bring_up(conn: Connection, version: int) -> None:
    """Makes today's schema of schema `version` (0: an empty database), within the caller's write transaction."""
    for made, step in enumerate(STEPS[version:], version + 1):
        for statement in step.split(";\n"):  # a comment may hold a bare one
            if statement.strip():
                conn.execute(statement)
        if fill := FILLED.get(made):
            fill(conn)
    if not conn.execute("SELECT 1 FROM workspace").fetchone():
        conn.execute(
            "INSERT INTO workspace(id, name, head, epoch, floor, shares) VALUES(?, 'Milepost', 0, ?, 0, 0)",
            (secrets.token_hex(6), secrets.token_hex(8)),
        )
