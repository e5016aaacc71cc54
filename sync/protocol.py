"""What travels between a laptop and the server, and how each side reads it. No network, no store.

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

TXN    {"id", "kind": do|undo|redo|keep, "ref", "label", "age": ms since the edit,
        "changes": [[kind, rec, created 0|1, {field: value}, {field: base}, {field: value before}]…]}
ENTRY  [ver, id, replica, author, at, kind, ref, label, [[kind, rec, created 0|1, {field: value}]…], [[rec, field]…]]
        with the records that the reader may see
SPACE  [id, role, [[member, role]…]]

Values are SQLite scalars. Every reply carries HEADER and EPOCH; one without HEADER is not from a Milepost server.
Bodies are JSON, gzip-compressed where that pays.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from models.apply import Entry
from models.copies import Patch
from models.errors import Held, SyncError
from models.fields import Scalar
from models.outbox import Outgoing, Verdict
from models.record import LOCAL_COLUMNS
from models.snapshot import Page as SnapshotPage
from models.space import Space

VERSION = "1"
HEADER = "milepost-protocol"
EPOCH = "milepost-epoch"
MAX_PUSH = 64_000_000  # bytes of a push, compressed or not, that the server takes
TOO_LARGE = f"it is larger than a server takes ({MAX_PUSH // 1_000_000} MB). Do it in smaller parts."
LONGEST_KEY = 200  # characters of an id or a field's name
PUSH_ROWS = 400  # changes in a batch of transactions, unless one alone has more
PULL_BYTES = 1_000_000  # of a page, uncompressed, unless one transaction alone has more
LONGEST_WAIT = 3_600.0  # seconds that we let anybody tell us to wait
PROXY_WANTS_A_NAME = (
    "The proxy between this laptop and the server wants a name and password (407). Write them into HTTPS_PROXY as "
    "http://NAME:PASSWORD@PROXY:PORT, or ask IT to let the server's address through (NO_PROXY). Your edits wait."
)
PIECE = 256_000  # bytes of a content that travel at once
JSON = "application/json"
_PLAIN = {str, int, float}  # no bool, which is an int as well
_OURS = {"id", *LOCAL_COLUMNS}  # fields that no push names


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
    restore of the server lowers."""

    id: str
    kind: str
    ref: str | None
    label: str
    age: int
    changes: list[Change]
    hash: str


@dataclass(frozen=True)
class Page:
    """A part of the log up to the version `upto`, whole transactions in order; or who sees what, and no entries. With
    the last part `sum`, the checksum of all that this member sees, where the server keeps one."""

    entries: list[Entry]
    head: int
    upto: int
    shares: int = -1
    spaces: list[Space] | None = None
    sum: int | None = None

    @property
    def more(self) -> bool:
        return self.upto < self.head


class Gone(SyncError):
    """The server has no log from there on any more, or the space is not to be seen any more."""


class Pushing(NamedTuple):
    """A push as it came. `newest` is the newest accepted transaction of the replica that its laptop knows of, which
    the server checks; None: it does not say."""

    replica: str
    newest: str | None
    schema: int
    txns: list[Transaction]


class Malformed(SyncError):
    """A request that no Milepost sends; the server answers 422 and writes nothing."""


# ── the laptop's side ─────────────────────────────────────────────────────────────────────────────────


def push(
    replica: str, schema: int, epoch: str, batch: Sequence[Outgoing], now: int, newest: str | None = None,
    here: tuple[int, int] | None = None,
) -> Request:  # fmt: skip
    """`now` is milliseconds since 1970 on this laptop's clock; ages cancel its skew. `newest`: see Pushing. `here` is
    what a pull would name: how far the log was seen, and the version of what is known of who sees what.

    A server of another epoch than the one this laptop knows ("" = none yet) answers 409 and takes nothing.
    """
    txns = [
        {
            "id": t.id,
            "kind": t.kind,
            "ref": t.ref,
            "label": t.label,
            "age": max(0, now - t.at),
            "changes": [[c[0], c[1], int(c[2]), *c[3:]] for c in t.changes],
        }
        for t in batch
    ]
    told = {"replica": replica, "schema": schema, "txns": txns}
    body = orjson.dumps(told if newest is None else {**told, "newest": newest})
    seen = "" if here is None else f"&since={here[0]}&shares={here[1]}"
    return Request("POST", f"/v1/push?epoch={epoch}{seen}", body)


def pull(since: int, shares: int | None = None) -> Request:
    """`shares` is the version of what is known of who sees what; None: it is of no interest."""
    known = "" if shares is None else f"&shares={shares}"
    return Request("GET", f"/v1/pull?since={since}{known}&brief=1")


def snapshot(space: str, after: str, since: int) -> Request:
    """`since` is the head of the first page, -1 when this is to be the first."""
    return Request("GET", f"/v1/snapshot?{urlencode({'space': space, 'after': after, 'since': since})}")


def pieces(size: int) -> int:
    """Of how many a content of so many bytes is made; an empty one has one piece, which is empty."""
    return max(1, -(-size // PIECE))


def sums() -> Request:
    return Request("GET", "/v1/sums")


def histories() -> Request:
    return Request("GET", "/v1/epochs")


def epochs(reply: Reply) -> tuple[str, list[tuple[str, int]], int]:
    """The server's workspace, its histories with the current one last, and the head of its log. Raises Held."""
    answer = document(reply)
    with _sense():
        found = [(str(word), int(fork)) for word, fork in answer["epochs"]]
        if not found or found[-1][0] != reply.headers[EPOCH]:
            raise ValueError("another history is current")
        return str(answer["workspace"]), found, int(answer["head"])


def verdicts(reply: Reply) -> list[Verdict]:
    """The server's word on each transaction of a push. Raises Held."""
    return _verdicts(document(reply))


def pushed(reply: Reply, batch: Sequence[Outgoing], since: int) -> tuple[list[Verdict], Page | None]:
    """The server's word on each transaction, and the log from `since` on where nobody else's lies between: the pull of
    it can be saved. Raises Held."""
    answer = document(reply)
    found = _verdicts(answer)
    with _sense():
        if "entries" not in answer:
            return found, None
        otherwise = {entry.ver: entry for entry in _whole([_entry(row) for row in answer["entries"]])}
        sent = {txn.id: txn for txn in batch}
        fresh = {v.ver: v.id for v in found if v.ver > since}
        head, total = int(answer["head"]), answer.get("sum")
        if fresh.keys() != set(range(since + 1, head + 1)):
            return found, None
        entries = [otherwise.get(ver) or _as_sent(ver, sent[fresh[ver]]) for ver in sorted(fresh)]
        return found, Page(entries, head, head, sum=None if total is None else int(total))


def _verdicts(answer: Mapping[str, Any]) -> list[Verdict]:
    with _sense():
        rows = answer["verdicts"]
        return [Verdict(row["id"], int(row.get("ver") or 0), str(row.get("reason") or "")) for row in rows]


def _as_sent(ver: int, txn: Outgoing) -> Entry:
    patches = [Patch(kind, rec, created, values) for kind, rec, created, values, *_ in txn.changes]
    return Entry(ver, txn.id, "", txn.author, txn.at, txn.kind, txn.ref, txn.label, patches)


def too_large(label: str, size: int) -> str:
    """What holds the edits when something on the way takes no request of so many bytes."""
    return (
        f"Something between here and the server takes no request as large as “{label}” ({size / 1e6:.1f} MB before "
        "compression). Whoever runs it raises its limit (nginx: client_max_body_size). Your edits wait."
    )


def newest(reply: Reply) -> str | None:
    """Where the server took no push because another operation is the newest of this replica: that one, or "" when it
    does not say. None for any other answer."""
    if HEADER not in reply.headers or reply.status != 412:
        return None
    try:
        return str(orjson.loads(reply.body)["newest"])
    except (ValueError, KeyError, TypeError):
        return None


def page(reply: Reply) -> Page:
    """A page of the log. Raises Held, or Gone."""
    answer = _document_or_gone(reply)
    with _sense():
        entries = _whole([_entry(row) for row in answer.get("entries", ())])
        head, total = int(answer["head"]), answer.get("sum")
        upto = int(answer.get("upto", head))
        page = Page(entries, head, upto, sum=None if total is None else int(total))
        if "spaces" not in answer:
            return page
        told = [
            Space(str(id), str(role), [(m, r) for m, r in members]) for id, role, members in answer["spaces"]
        ]
        return replace(page, shares=int(answer["shares"]), spaces=told)


def snapshot_page(reply: Reply, space: str, after: str) -> SnapshotPage:
    """A page of a space's content. Raises Held, or Gone."""
    answer = _document_or_gone(reply)
    with _sense():
        records = [Patch(kind, rec, True, dict(values)) for kind, rec, values in answer["records"]]
        if any(one >= other for one, other in pairwise([after, *(r.rec for r in records)])):
            raise ValueError("out of order")
        return SnapshotPage(
            space, after, records, int(answer["head"]), bool(answer["more"]), int(answer["total"])
        )


def past(rec: str, before: int = 0) -> Request:
    """Asks what was done to a record, from the version before `before` back; from the newest for 0."""
    return Request("GET", f"/v1/history?{urlencode({'rec': rec} | ({'before': before} if before else {}))}")


def history(reply: Reply) -> tuple[list[Entry], bool]:
    """What was done to a record, newest first, and whether there is more; nothing of one that the server does not know
    or does not show. Raises Held."""
    if HEADER in reply.headers and reply.status == 404:
        return [], False
    answer = document(reply)
    with _sense():
        return [_entry(row) for row in answer["entries"]], bool(answer["more"])


def sums_of(reply: Reply) -> tuple[dict[str, int], int, int]:
    """The checksum of each space that this member sees, the head that they are of, and the version of who sees what.
    Raises Held."""
    answer = document(reply)
    with _sense():
        found = {str(space): int(one) for space, one in dict(answer["sums"]).items()}
        return found, int(answer["head"]), int(answer["shares"])


def _document_or_gone(reply: Reply) -> dict[str, Any]:
    if HEADER in reply.headers and reply.status == 410:
        raise Gone(detail(reply))
    return document(reply)


def _whole(entries: list[Entry]) -> list[Entry]:
    """The parts of one transaction in several spaces, which follow one another, as one."""
    if all(one.ver != other.ver for one, other in pairwise(entries)):
        return entries
    found: list[Entry] = []
    for entry in entries:
        if found and found[-1].ver == entry.ver:
            part = found.pop()
            entry = part._replace(patches=[*part.patches, *entry.patches], idle={*part.idle, *entry.idle})
        found.append(entry)
    return found


def refuse_strangers(reply: Reply) -> None:
    """Raises Held, in words, for everything that is not a Milepost server's plain success."""
    if HEADER not in reply.headers:
        raise Held(_stranger(reply), patience(reply))
    if reply.headers[HEADER] != VERSION:
        raise Held(
            f"The server speaks protocol {reply.headers[HEADER]}, this Milepost {VERSION}. "
            "Update the older of the two; your edits wait."
        )
    if reply.status == 401:
        raise Held(
            "The server does not know this device any more. Sign in again: milepost login URL. Your edits wait."
        )
    if reply.status != 200:
        wait = patience(reply)
        again = f"tried again in {_about(wait)}" if wait else "tried again"
        raise Held(
            f"The server answered {reply.status}: {detail(reply).rstrip('.')}. Your edits wait; it is {again}.",
            wait,
        )
    if not reply.headers.get(EPOCH):
        raise Held("The server does not say which history it tells. Update it; your edits wait.")


def patience(reply: Reply) -> float:
    """The seconds that whoever answered 429 or 503 asks us to wait, at most LONGEST_WAIT; 0 where it does not ask."""
    told = reply.headers.get("retry-after", "").strip()
    if reply.status not in (429, 503) or not told:
        return 0.0
    if told.isascii() and told.isdigit():
        return float(min(int(told[:9]), LONGEST_WAIT))
    try:
        until = parsedate_to_datetime(told)
        # by the clock of whoever answered, where it tells it, since ours may be wrong
        now = parsedate_to_datetime(reply.headers["date"]) if "date" in reply.headers else datetime.now(UTC)
        return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError):  # no date, or one without a time zone
        return 0.0


def _about(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def _stranger(reply: Reply) -> str:
    kind = reply.headers.get("content-type", "")
    if reply.status == 407:
        return PROXY_WANTS_A_NAME
    if reply.status in (502, 503, 504):
        return (
            f"Something before the server answered {reply.status}: the server behind it is not up, or too busy. "
            "Your edits wait; it is tried again."
        )
    if (
        reply.status == 511
        or "html" in kind
        or reply.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))
    ):
        return (
            "This network answers with a web page of its own: it wants you to sign in (guest network). "
            "Open a browser, sign in there, then press R. Your edits wait."
        )
    if 300 <= reply.status < 400:
        where = reply.headers.get("location", "elsewhere")
        return f"The address redirects to {where}, which is not followed. Check the server's address. Your edits wait."
    return (
        f"What answered ({reply.status}) is not a Milepost server. Check the address with `milepost status`; "
        "your edits wait."
    )


def detail(reply: Reply) -> str:
    """The reason that the server gives for anything but success."""
    try:
        return str(orjson.loads(reply.body)["detail"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def document(reply: Reply) -> dict[str, Any]:
    """The JSON object of a successful reply. Raises Held."""
    refuse_strangers(reply)
    try:
        answer = orjson.loads(reply.body)
    except ValueError as error:
        raise Held(
            "The server's answer broke off or is no JSON. It is asked again; your edits wait."
        ) from error
    with _sense():
        return dict(answer)


@contextmanager
def _sense() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise Held(
            "The server's answer makes no sense. Check that both sides are up to date; your edits wait."
        ) from error


def _entry(row: Sequence[Any]) -> Entry:
    ver, id, replica, author, at, kind, ref, label, patches, idle = row
    return Entry(
        ver, id, replica, author, at, kind, ref, label,
        [Patch(p[0], p[1], bool(p[2]), p[3]) for p in patches], {(rec, name) for rec, name in idle} if idle else (),
    )  # fmt: skip


# ── the server's side ─────────────────────────────────────────────────────────────────────────────────


def read_push(body: bytes) -> Pushing:
    """Raises Malformed."""
    try:
        document = orjson.loads(body)
        txns = [_transaction(row) for row in document["txns"]]
        newest = document.get("newest")
        known = None if newest is None else _key(newest)
        return Pushing(_key(document["replica"]), known, int(document["schema"]), txns)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not a push: {error}") from error


def _transaction(row: dict[str, Any]) -> Transaction:
    changes = [_change(*c) for c in row["changes"]]
    told = {"changes": [[*c[:4], *c[5:]] for c in row["changes"]], "id": row["id"], "kind": row["kind"],
            "label": row["label"], "ref": row["ref"]}  # fmt: skip
    digest = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if row["kind"] not in ("do", "undo", "redo", "keep"):
        raise ValueError(f"no transaction is of the kind {row['kind']!r}")
    return Transaction(
        _key(row["id"]), row["kind"], row["ref"], str(row["label"]), int(row["age"]), changes, digest
    )


def _key(text: Any) -> str:
    """A text that may stand in an index of any database. Raises ValueError."""
    if not isinstance(text, str) or len(text) > LONGEST_KEY or "\0" in text:
        raise ValueError(f"{text!r:.60} is no id and no name of a field")
    return text


def _change(
    kind: str, rec: str, created: int, values: dict[str, Scalar], bases: dict[str, int],
    before: dict[str, Scalar] | None = None,
) -> Change:  # fmt: skip
    before = before or {}
    for name, value in chain(values.items(), before.items()):
        if value is None:
            continue
        if value.__class__ not in _PLAIN:
            raise ValueError(f"{kind}.{name} is not a scalar")
        if name.endswith("_id") or name == "space":
            _key(value)
    for name in values:
        if _key(name) in _OURS:
            raise ValueError(f"{kind}.{name} is set by Milepost")
    versions = {name: int(base) for name, base in bases.items()}
    return Change(_key(kind), _key(rec), bool(created), values, versions, before)


def write_entry(entry: Entry) -> bytes:
    """The one form of a log entry, in the log and on the wire."""
    patches = [[p.kind, p.rec, int(p.created), p.values] for p in entry.patches]
    return orjson.dumps([*entry[:8], patches, sorted(map(list, entry.idle))])


def write_verdicts(
    verdicts: Iterable[Verdict], head: int, otherwise: Sequence[bytes] | None = None, sum: int | None = None
) -> bytes:
    """A reply to a push. `otherwise`: what did not come out as it was sent, where nothing of others lies between."""
    told = [{"id": v.id, "reason": v.reason} if v.reason else {"id": v.id, "ver": v.ver} for v in verdicts]
    rest = b"" if otherwise is None else b',"entries":[%b]' % b",".join(otherwise)
    rest += b"" if sum is None else b',"sum":%d' % sum
    return b'{"verdicts":%b,"head":%d%b}' % (orjson.dumps(told), head, rest)


def write_page(
    entries: Sequence[bytes], head: int, upto: int, sum: int | None = None, brief: bool = False
) -> bytes:
    """A reply to a pull, of entries as they lie in the log. `sum`: see Page; `brief`: for whom the rest goes without
    saying."""
    told = b"" if sum is None else b',"sum":%d' % sum
    if not brief or upto != head:
        told += b',"upto":%d' % upto
    if not brief or entries:
        told += b',"entries":[%b]' % b",".join(entries)
    return b'{"head":%d%b}' % (head, told)


def write_history(entries: Sequence[bytes], more: bool) -> bytes:
    """A reply with the history of a record."""
    return b'{"more":%s,"entries":[%s]}' % (b"true" if more else b"false", b",".join(entries))


def write_spaces(since: int, head: int, shares: int, spaces: Sequence[Space]) -> bytes:
    """A reply to a pull that has to know first who sees what."""
    told = [list(space) for space in spaces]
    return orjson.dumps({"head": head, "upto": since, "entries": [], "shares": shares, "spaces": told})


def write_snapshot(records: Iterable[tuple[str, str, str]], head: int, more: bool, total: int) -> bytes:
    """A page of a space: kind, id and the values as they lie in the table, in JSON."""
    rows = ",".join(f"{orjson.dumps([kind, rec]).decode()[:-1]},{data}]" for kind, rec, data in records)
    return (
        f'{{"head":{head},"more":{"true" if more else "false"},"total":{total},"records":[{rows}]}}'.encode()
    )
