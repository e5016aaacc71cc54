"""The discreet view: what may be on the screen while a client looks at it, as a connection through which nothing else
can be read.

The rule: a record is shown if it is marked for the client, belongs to the client who looks on, and so does whatever it
is a part of; of its fields none that is for us only. Views of the connection's own with the names of the tables hold
just that, so that no list, name, completion or file has to think of it. A table without a rule is empty.
"""

import re
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from models import db
from models.windows.window import NAMED


class Front(NamedTuple):
    """The client who looks on, and the project in front (all there is of a client, where it has none)."""

    client: str
    project: str


# who may see a row of a table with records, beside that it is marked for the client and not deleted
_OF_CLIENT = "client_id IN (SELECT id FROM temp.client)"
_OF_PROJECT = "+project_id IN (SELECT id FROM temp.own)"  # + : rows are looked for by what the reader asks
_OF_TASK = "EXISTS (SELECT 1 FROM temp.task t WHERE t.id=x.task_id)"
_RULES = {
    "project": f"({_OF_CLIENT} OR client_id IS NULL AND id={{project}})",
    "task": f"{_OF_PROJECT} AND rowid NOT IN (SELECT row FROM temp.hidden)",
    "dependency": """EXISTS (SELECT 1 FROM temp.task t WHERE t.id=x.predecessor_id)
        AND EXISTS (SELECT 1 FROM temp.task t WHERE t.id=x.successor_id)""",
    "assignment": f"{_OF_TASK} AND EXISTS (SELECT 1 FROM temp.member m WHERE m.id=x.member_id)",
    "baseline": _OF_PROJECT,
    "baseline_task": f"baseline_id IN (SELECT id FROM temp.baseline) AND {_OF_TASK}",
    "client": "id={client}",
    "site": _OF_CLIENT,
    "contact": _OF_CLIENT,
    "interaction": _OF_CLIENT,
    "promise": _OF_CLIENT,
    "visit": _OF_CLIENT,
    "member": "type='work'",  # the others are what money is spent on
    "calendar": f"(project_id IS NULL OR {_OF_PROJECT})",
    "attachment": " OR ".join(
        f"owner_kind='{kind}' AND owner_id IN (SELECT id FROM temp.{kind})"
        for kind in ("task", "project", "client", "visit", "interaction")
    ),
}
_EMPTY = (
    "change",
    "txn",
    "problem",
    "unknown",
)  # what was done, and by whom; what a problem says names tasks
_SECRET = {  # for us only; of a reason it is left that there is one, for the status follows from that
    "project": ("hold_reason", "hold_waiting_on", "hold_since", "cancelled_reason", "team", "notes", "source"),
    "task": ("priority", "blocked_reason", "waiting_on", "blocked_since", "not_applicable_reason", "hyperlink",
             "notes"),
    "assignment": ("work_minutes", "actual_work_minutes", "remaining_work_minutes", "percent_work_complete", "notes"),
    "baseline_task": ("name", "work_minutes", "assignments"),  # the task had another name then, maybe
    "client": ("notes",),
    "site": ("network", "notes"),
    "contact": ("decides", "notes"),
    "interaction": ("notes",),
    "promise": ("notes",),
    "visit": ("result", "notes"),
    "member": ("max_units", "notes"),
    "calendar": ("exceptions", "work_weeks"),
}  # fmt: skip
_LEFT = {"priority": "500", "space": "'workspace'"}  # what stands there instead, else nothing
_HIDDEN = """WITH RECURSIVE below(id, row, project) AS (
      SELECT id, rowid, project_id FROM main.task WHERE project_id IN (SELECT id FROM temp.own)
        AND visibility IS NOT 'client'
      UNION SELECT t.id, t.rowid, t.project_id FROM main.task t JOIN below b
        ON t.project_id=b.project AND t.parent_id=b.id)
    INSERT INTO temp.hidden SELECT row FROM below"""


class Discreet(sqlite3.Connection):
    """Reads only what the client who looks on may see."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(re.sub(r"INDEXED BY \w+", "", sql), *values)  # a view has no index to name


def connect(path: Path, front: Front) -> sqlite3.Connection:
    """A connection to the store at `path` for this client. Raises StoreError."""
    conn = db.connect(path, readonly=True, of=Discreet)
    conn.execute("PRAGMA temp_store=MEMORY")
    conn.execute("CREATE TEMP TABLE own(id TEXT PRIMARY KEY) WITHOUT ROWID")
    conn.execute("CREATE TEMP TABLE hidden(row INTEGER PRIMARY KEY)")
    ids = {name: "'" + id.replace("'", "''") + "'" for name, id in front._asdict().items()}
    for (table,) in conn.execute("SELECT name FROM main.sqlite_master WHERE type='table'").fetchall():
        columns = [row[1] for row in conn.execute(f"PRAGMA main.table_info({table})")]
        if "visibility" in columns:
            rule = _RULES.get(table, "0").format(**ids)
            shown = ", ".join(_column(table, name) for name in columns)
            conn.execute(
                f"CREATE TEMP VIEW {table} AS SELECT x.rowid AS rowid, {shown} FROM main.{table} x"
                f" WHERE x.visibility='client' AND x.deleted_at IS NULL AND ({rule})"
            )
        elif table in _EMPTY:
            conn.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE 0")
    conn.execute(
        """CREATE TEMP VIEW schedule AS SELECT * FROM main.schedule x
           WHERE EXISTS (SELECT 1 FROM temp.task t WHERE t.id=x.task)"""
    )
    refresh(conn)
    return conn


def _column(table: str, name: str) -> str:
    if not (secret(table, name) or name in ("extra", "space")):
        return name
    shown = f"iif({name} IS NULL, NULL, '')" if name.endswith("_reason") else _LEFT.get(name, "NULL")
    return f"{shown} AS {name}"


def refresh(conn: sqlite3.Connection) -> None:
    """Finds the projects that are shown, and the tasks of them that are hidden with all below them, anew: to be called
    when something changed."""
    conn.execute("DELETE FROM temp.own")
    conn.execute("INSERT INTO temp.own SELECT id FROM temp.project")
    conn.execute("DELETE FROM temp.hidden")
    conn.execute(_HIDDEN)


def shows(conn: sqlite3.Connection, kind: str, rec: str) -> bool:
    """Whether a record can be read through `conn`: it may be shown now."""
    return conn.execute(f"SELECT 1 FROM {kind} WHERE id=?", (rec,)).fetchone() is not None


def found(conn: sqlite3.Connection, kind: str, rec: str) -> bool:
    """Whether a record may be named that a search has found: of one without a name that would be its notes."""
    return kind in NAMED and shows(conn, kind, rec)


def betrays(whole: sqlite3.Connection, conn: sqlite3.Connection, text: str) -> bool:
    """Whether a text names a record that cannot be read through `conn`."""
    return any(
        not shows(conn, kind, rec)
        for kind in NAMED
        for (rec,) in whole.execute(f"SELECT id FROM {kind} WHERE length(name)>1 AND instr(?, name)", (text,))
    )


def secret(kind: str, name: str) -> bool:
    """Whether a field is for us only."""
    return name in _SECRET.get(kind, ())
