"""The transaction log on this laptop: its tables, and the triggers that fill it, made from the metadata.

Triggers, because they see every write: raw SQL, bulk updates and other processes included. The one row of `txn`
with state 0 is the context of the writes of its database transaction: nobody else sees it, a crash removes it, and
with none open a write of a record fails. A local context (origin L) has its changes, masks and bases recorded; in
a context of the server's log (R) or of a settlement (S) models.apply writes the log itself.
"""

import sqlite3
from collections.abc import Iterable

from sqlalchemy import Column

from models.record import KINDS, LOCAL_COLUMNS

OPEN, PENDING, SENT, ACKNOWLEDGED, SEEN, REJECTED, WITHDRAWN = range(7)

LOG = """
CREATE TABLE txn(
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, kind TEXT NOT NULL,
    ref TEXT, label TEXT NOT NULL, author TEXT, at INTEGER NOT NULL, state INTEGER NOT NULL, ver INTEGER, note TEXT,
    since INTEGER
);
CREATE UNIQUE INDEX txn_open ON txn(state) WHERE state=0;
CREATE INDEX txn_unseen ON txn(state) WHERE state IN (1,2,3);
CREATE INDEX txn_ref ON txn(ref) WHERE ref IS NOT NULL;
CREATE INDEX txn_rejected ON txn(state) WHERE state=5;
CREATE TABLE change(
    n INTEGER PRIMARY KEY AUTOINCREMENT, txn INTEGER NOT NULL, tbl TEXT NOT NULL, rec TEXT NOT NULL,
    field TEXT NOT NULL, old, new, base INTEGER, effect INTEGER NOT NULL DEFAULT 1, seen TEXT
);
CREATE UNIQUE INDEX change_rec ON change(rec, field, txn);
CREATE INDEX change_txn ON change(txn);
CREATE TABLE shadow(
    rec TEXT NOT NULL, field TEXT NOT NULL, tbl TEXT NOT NULL, base INTEGER NOT NULL, val,
    PRIMARY KEY(rec, field)
) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE unknown(
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, ver INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE blob(sha TEXT PRIMARY KEY, size INTEGER NOT NULL, sent INTEGER NOT NULL);
CREATE INDEX blob_unsent ON blob(sha) WHERE sent=0;
CREATE TABLE space(
    id TEXT PRIMARY KEY, role TEXT NOT NULL, members TEXT NOT NULL, fresh INTEGER NOT NULL,
    joined INTEGER NOT NULL DEFAULT -1, after TEXT NOT NULL DEFAULT '', upto INTEGER NOT NULL DEFAULT -1,
    sum INTEGER, counted INTEGER NOT NULL DEFAULT 0, mended INTEGER NOT NULL DEFAULT 0,
    differs INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE staged(
    space TEXT NOT NULL, after TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(space, after)
) WITHOUT ROWID;
CREATE TABLE keep(rec TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE schedule(
    task TEXT PRIMARY KEY, project TEXT NOT NULL, start TEXT, finish TEXT, early_start TEXT,
    early_finish TEXT, late_start TEXT, late_finish TEXT, total_slack INTEGER, free_slack INTEGER, critical INTEGER,
    duration INTEGER, open INTEGER
) WITHOUT ROWID;
CREATE INDEX schedule_finish ON schedule(project, finish, open);
CREATE TABLE stale(project TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE problem(
    project TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY(project, task, kind, message)
) WITHOUT ROWID;
CREATE INDEX problem_task ON problem(task);
CREATE VIRTUAL TABLE search USING fts5(kind UNINDEXED, rec UNINDEXED, name, body, tokenize='unicode61', prefix='1 2 3');
CREATE TABLE search_row(rec TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
"""
# txn.at is milliseconds since 1970, UTC; txn.since, of ours, how far the server's log was seen by then. change.field ''
# is the record itself: new = JSON of a create, old = JSON of a removal. change.effect 0: the server says that this
# field of ours changed nothing there. change.seen is the text that the author had before, of a note: what the server
# merges by, so that no echo changes it, as one does `old`.
# Of space and staged models.space tells, of its sums models.sums, of blob models.blobs, of keep models.rejoining.


def create_log(conn: sqlite3.Connection) -> None:
    """The log's tables, the derived ones and the local ones."""
    for statement in LOG.split(";\n"):  # executescript would commit first
        conn.execute(statement)


def create_triggers(conn: sqlite3.Connection) -> None:
    """Makes the capture triggers anew for every kind."""
    for name, kind in KINDS.items():
        columns = kind.cls.__table__.columns  # type: ignore[attr-defined]
        for trigger in _triggers(name, [c for c in columns if c.name not in LOCAL_COLUMNS]):
            verb = trigger.split()[2]
            conn.execute(f"DROP TRIGGER IF EXISTS {verb}")
            conn.execute(trigger)


_ORIGIN = "(SELECT origin FROM txn WHERE state=0)"
_WHEN = (
    f"WHEN coalesce({_ORIGIN}, 'L')='L'"  # what comes from the server passes without the cost of a capture
)
_GUARD = f"SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE {_ORIGIN} IS NULL;"


def _triggers(table: str, columns: list["Column[object]"]) -> list[str]:
    """Short ones: every connection reads them anew, which takes it longer than anything else that it does first."""
    fields = [c.name for c in columns if c.name != "id"]
    first, *others = (f"'{f}'{{}}, OLD.{f}{{}}, NEW.{f}{{}}" for f in fields)
    rows = ", ".join(f"({row.format('', '', '')})" for row in others)
    named = f"(SELECT {first.format(' AS field', ' AS old', ' AS new')} UNION ALL VALUES {rows}) f"
    # json_patch over an empty object drops the NULLs: an absent field is NULL
    whole = "json_patch('{{}}', json_object({}))".format(", ".join(f"'{f}', NEW.{f}" for f in fields))
    local = "(SELECT n FROM txn WHERE state=0)"
    return [
        f"""CREATE TRIGGER {table}_created AFTER INSERT ON {table} {_WHEN} BEGIN
            {_GUARD}
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES({local}, '{table}', NEW.id, '', {whole}, 0);
        END""",
        f"""CREATE TRIGGER {table}_edited AFTER UPDATE OF {", ".join(fields)} ON {table} {_WHEN} BEGIN
            {_GUARD}
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT {local}, '{table}', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                {_seen(table, fields)}
            FROM {named} WHERE {_written(table, fields)}
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn={local} AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
        END""",
        f"""CREATE TRIGGER {table}_removed BEFORE DELETE ON {table} {_WHEN} BEGIN
            {_GUARD}
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END""",
        f"""CREATE TRIGGER {table}_identity BEFORE UPDATE OF id, space ON {table} BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND {_ORIGIN}='L';
        END""",
    ]


def _seen(table: str, fields: list[str]) -> str:
    notes = _listed(f for f in fields if KINDS[table].fields[f].type == "note")
    return f"CASE WHEN f.field IN ({notes}) THEN coalesce(f.old, '') END" if notes else "NULL"


def _written(table: str, fields: list[str]) -> str:
    """A field counts as written when any of its group is: the group masks, travels and merges as one."""
    groups = dict.fromkeys(KINDS[table].groups(f) for f in fields)
    return " OR ".join(
        ["f.old IS NOT f.new"]
        + [
            f"f.field IN ({_listed(group)}) AND ({' OR '.join(f'OLD.{f} IS NOT NEW.{f}' for f in group)})"
            for group in groups
            if len(group) > 1
        ]
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
