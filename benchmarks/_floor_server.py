"""The floor of the server: records in one table, pulled by cursor in pages, pushed as one body, each edit a row of a
log. No merge, no rights.

python benchmarks/_floor_server.py DATABASE PORT_FILE
"""

import gzip
import socket
import sqlite3
import sys
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = 1_000_000  # bytes, as Milepost's
TABLES = (
    "CREATE TABLE IF NOT EXISTS record(id TEXT PRIMARY KEY, ver INTEGER, data BLOB)",
    "CREATE INDEX IF NOT EXISTS record_ver ON record(ver)",
    "CREATE TABLE IF NOT EXISTS log(ver INTEGER PRIMARY KEY, data BLOB)",  # what the server accepted
    "CREATE TABLE IF NOT EXISTS queue(n INTEGER PRIMARY KEY, data BLOB)",  # what a laptop has yet to send
)


def connect(path: Path) -> sqlite3.Connection:
    """As Milepost opens its stores."""
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    for table in TABLES:
        conn.execute(table)
    return conn


def put(conn: sqlite3.Connection, rows: list[tuple[str, int, bytes]], log: bool = False) -> None:
    """All rows in one transaction; into the log too."""
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany("INSERT OR REPLACE INTO record(id, ver, data) VALUES(?,?,?)", rows)
    if log:
        conn.executemany("INSERT INTO log(ver, data) VALUES(?,?)", [row[1:] for row in rows])
    conn.execute("COMMIT")


def make(database: Path) -> Starlette:
    conn = connect(database)

    def head() -> int:
        return int(conn.execute("SELECT coalesce(max(ver), 0) FROM record").fetchone()[0])

    async def pull(request: Request) -> Response:
        rows, size = [], 0
        since = int(request.query_params["since"])
        for ver, data in conn.execute("SELECT ver, data FROM record WHERE ver>? ORDER BY ver", (since,)):
            rows.append(b"[%d,%s]" % (ver, data))
            size += len(data)
            if size > PAGE:
                break
        return _reply(b'{"head":%d,"rows":[%s]}' % (head(), b",".join(rows)))

    async def push(request: Request) -> Response:
        rows = orjson.loads(gzip.decompress(await request.body()))
        first = head() + 1
        changed = [(row["id"], first + i, orjson.dumps(row)) for i, row in enumerate(rows)]
        for together in [[row] for row in changed] if "each" in request.query_params else [changed]:
            put(conn, together, log=True)
        return _reply(b'{"head":%d}' % head())

    return Starlette(routes=[Route("/pull", pull), Route("/push", push, methods=["POST"])])


def _reply(body: bytes) -> Response:
    if len(body) < 1000:
        return Response(body, media_type="application/json")
    return Response(
        gzip.compress(body, 1), headers={"content-encoding": "gzip"}, media_type="application/json"
    )


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )  # asyncio sets it only on sockets of its own
    app = make(Path(sys.argv[1]))
    part = Path(sys.argv[2] + ".part")
    part.write_text(str(listener.getsockname()[1]))
    part.replace(sys.argv[2])
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])
