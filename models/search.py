"""Full-text search over the names and texts of all records, filled behind from the log.

Never inside an edit or a pull: `index` is called by a worker when there is time, and commits in small steps. What was
edited a moment ago may be found a moment later.
"""

import sqlite3
from typing import NamedTuple

import orjson

from models.db import get_meta, set_meta
from models.kinds import KINDS
from models.store import Store

MANY = 1_000  # hits that are still ranked: of more, those changed last come first, which costs no look at all of them
UPTO = "search_upto"  # the last change number that the index has read


class Hit(NamedTuple):
    """A record that was found; `snippet` is the part of its other texts around the words."""

    kind: str
    rec: str
    name: str
    snippet: str


def index(store: Store, budget_rows: int = 500) -> bool:
    """Reads at most `budget_rows` changes into the index, in one small commit; whether more are left."""
    if not _behind(store):
        return False
    with store.write(durable=False) as conn:
        upto = int(get_meta(conn, UPTO, "0"))
        rows = conn.execute(
            "SELECT n, tbl, rec, field FROM change WHERE n>? ORDER BY n LIMIT ?", (upto, budget_rows)
        ).fetchall()
        for kind, recs in _touched(rows).items():
            _refresh(conn, kind, recs)
        if rows:
            set_meta(conn, UPTO, str(rows[-1][0]))
    return len(rows) == budget_rows


def find(conn: sqlite3.Connection, text: str, limit: int = 50) -> list[Hit]:
    """The records that hold all words of `text`, best first, or where thousands do those that were changed last; the
    last word may be unfinished. Any text is safe."""
    query = _query(text)
    if not query:
        return []
    hits = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"
    few = conn.execute(hits, (query, MANY + 1)).fetchone()[0] <= MANY
    order = "bm25(search, 0, 0, 10, 1), rowid" if few else "rowid DESC"
    rows = conn.execute(
        f"""SELECT kind, rec, name, snippet(search, 3, '', '', '…', 12) FROM search WHERE search MATCH ?
            ORDER BY {order} LIMIT ?""",
        (query, limit),
    )
    return [Hit(*row) for row in rows]


def texts(kind: str) -> list[str]:
    """The fields of a kind that are searched, its name first; none for what only the log and baselines hold."""
    spec = KINDS[kind]
    if spec.immutable:
        return []
    found = [n for n, f in spec.fields.items() if f.type in ("text", "note") and n not in ("space", "rank")]
    return sorted(found, key=lambda name: name != spec.title)


def _behind(store: Store) -> bool:
    conn = store.read()
    try:
        upto = int(get_meta(conn, UPTO, "0"))
        return conn.execute("SELECT 1 FROM change WHERE n>? LIMIT 1", (upto,)).fetchone() is not None
    finally:
        conn.close()


def _touched(rows: list[tuple[int, str, str, str]]) -> dict[str, list[str]]:
    """By kind, the records of which something that is searched changed."""
    found: dict[str, dict[str, None]] = {}
    wanted = {kind: {"", "deleted_at", *texts(kind)} for kind in KINDS if texts(kind)}
    for _, kind, rec, field in rows:
        if field in wanted.get(kind, ()):
            found.setdefault(kind, {})[rec] = None
    return {kind: list(recs) for kind, recs in found.items()}


def _refresh(conn: sqlite3.Connection, kind: str, recs: list[str]) -> None:
    """Makes the index hold what the records hold now; deleted and removed ones drop out."""
    ids = orjson.dumps(recs).decode()
    among = "IN (SELECT value FROM json_each(?))"
    conn.execute(f"DELETE FROM search WHERE rowid IN (SELECT row FROM search_row WHERE rec {among})", (ids,))
    conn.execute(f"DELETE FROM search_row WHERE rec {among}", (ids,))
    columns = ", ".join(texts(kind))
    for rec, *values in conn.execute(
        f"SELECT id, {columns} FROM {kind} WHERE id {among} AND deleted_at IS NULL", (ids,)
    ).fetchall():
        name, body = values[0] or "", "\n".join(str(v) for v in values[1:] if v)
        row = conn.execute(
            "INSERT INTO search(kind, rec, name, body) VALUES(?,?,?,?)", (kind, rec, name, body)
        ).lastrowid
        conn.execute("INSERT INTO search_row VALUES(?,?)", (rec, row))


def _query(text: str) -> str:
    """Every word quoted, so that nothing in it is an operator; the last one matches by its beginning."""
    clean = text.replace("\0", " ").encode(errors="ignore").decode()
    words = [word.replace('"', '""') for word in clean.split() if any(c.isalnum() for c in word)]
    return " ".join(f'"{word}"' for word in words) + "*" if words else ""
