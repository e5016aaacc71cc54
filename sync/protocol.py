"""What travels between a laptop and the server: sync.asking is the side of the laptop, server.wire that of the server.

    POST /v1/push?epoch=E&since=N&shares=V {"replica", "newest", "schema", "txns": [TXN…]}
                                          → {"verdicts": [{"id", "ver"} | {"id", "reason"}…], "head"}; 412 with
                                            {"newest"} where another one of this replica's was accepted last. Where a
                                            pull would tell of nothing but this push, also {"entries": [ENTRY…], "sum"}:
                                            those that did not come out as they were sent, and the pull's sum
    GET  /v1/pull?since=N&shares=V&brief=1 → {"entries": [ENTRY…], "upto", "head"}, with "sum", the checksum of all that
                                            the member sees, at the head; or {"shares", "spaces": [SPACE…], …}
                                            where V is not the newest word on who sees what; 410 below the log's floor.
                                            Brief: no entries, and an upto that is the head, go without saying
    GET  /v1/snapshot?space=S&after=ID&since=N → {"records": [[kind, rec, {field: value}]…], "head", "more", "total"};
                                            410 when the log from N on is gone, or the space
    GET  /v1/sums                         → {"sums": {space: checksum}, "head", "shares"}: models.digest
    GET  /v1/history?rec=ID&before=N      → {"entries": [ENTRY…], "more"}: what was done to one record, newest first
    POST /v1/share {"space", "member", "role"} → {}: role "" takes the right away
    GET  /v1/epochs                       → {"workspace", "epochs": [[word, fork]…], "head"}: its histories
    GET  /v1/events                       → server-sent events: the head's number
    POST /v1/login  {"code", "device"}    → {"token", "workspace", "member", "name", "letter"}
    GET  /v1/blobs/SHA, PUT /v1/blobs/SHA, GET /v1/blobs/SHA/PIECE: see sync.blobs
    GET  /v1/whoami, POST /v1/invite {"name"} → {"code", "expires"}, POST /v1/logout

TXN    {"id", "kind": do|undo|redo|keep, "ref", "label", "age": ms since the edit, "since": of the log, seen by then,
        "changes": [[kind, rec, created 0|1, {field: value}, {field: base}, {field: value before}]…]}
        ref: what it takes back or does again, which may be one that was refused
        label: of a longer one the server keeps 2,000 characters
ENTRY  [ver, id, replica, author, at, kind, ref, label, [[kind, rec, created 0|1, {field: value}]…], [[rec, field]…]]
        with the records that the reader may see
SPACE  [id, role, [[member, role]…]]

413: the push is larger than MAX_PUSH, or has more than MAX_CHANGES changes in several transactions; send fewer of them.
One transaction alone may have as many changes as fit in.

Values are SQLite scalars. Every reply carries HEADER and EPOCH; one without HEADER is not from a Milepost server.
Bodies are JSON, gzip-compressed where that pays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from models.fields import Scalar

VERSION = "1"
HEADER = "milepost-protocol"
EPOCH = "milepost-epoch"
MAX_PUSH = 64_000_000  # bytes of a push, compressed or not, that the server takes
MAX_CHANGES = 5_000  # in a push of more than one transaction; the server's writers wait for one another
TOO_LARGE = f"it is larger than a server takes ({MAX_PUSH // 1_000_000} MB). Do it in smaller parts."
PUSH_ROWS = 400  # changes in a batch of transactions, unless one alone has more
PULL_BYTES = 1_000_000  # of a page, uncompressed, unless one transaction alone has more
PIECE = 256_000  # bytes of a content that travel at once
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """What the engine asks the network for. `body` is of the media type `type`, or empty."""

    method: str
    path: str
    body: bytes = b""
    type: str = JSON


@dataclass(frozen=True)
class Reply:
    """What the network answered. Header names are lower-case; `body` is decompressed."""

    status: int
    headers: dict[str, str]
    body: bytes


class Change(NamedTuple):
    """What a pushed transaction does to one record. `before` is what its author's laptop held, as far as it told."""

    kind: str
    rec: str
    created: bool
    values: Mapping[str, Scalar]
    bases: Mapping[str, int] = MappingProxyType({})
    before: Mapping[str, Scalar] = MappingProxyType({})


class Transaction(NamedTuple):
    """A pushed transaction. `hash` is of everything but the age, which grows while it waits, and the bases, which a
    restore of the server lowers, as it does `since`: how far its author's laptop had seen the log, None where it does
    not say."""

    id: str
    kind: str
    ref: str | None
    label: str
    age: int
    changes: list[Change]
    hash: str
    since: int | None = None


def pieces(size: int) -> int:
    """Of how many a content of so many bytes is made; an empty one has one piece, which is empty."""
    return max(1, -(-size // PIECE))
