"""The server's side of sync.protocol: pushes as they are read, replies as they are written."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import orjson

from models.apply import Entry
from models.errors import SyncError
from models.fields import MAX_TEXT, Scalar
from models.outbox import Verdict
from models.record import LOCAL_COLUMNS
from models.space import Space
from sync.protocol import Change, Transaction

LONGEST_KEY = 200  # characters of an id or a field's name
LONGEST_LABEL = MAX_TEXT  # of a transaction; one that names two records may be longer, and is cut
INTEGERS_BELOW = 2**63  # on either side
_PLAIN = {str, int, float}  # no bool, which is an int as well
_OURS = {"id", *LOCAL_COLUMNS}  # fields that no push names


class Pushing(NamedTuple):
    """A push as it came. `newest` is the newest accepted transaction of the replica that its laptop knows of, which
    the server checks; None: it does not say."""

    replica: str
    newest: str | None
    txns: list[Transaction]


class Malformed(SyncError):
    """A request that no Milepost sends; the server answers 422 and writes nothing."""


def read_push(body: bytes) -> Pushing:
    """Raises Malformed."""
    try:
        document = orjson.loads(body)
        txns = [_transaction(row) for row in document["txns"]]
        newest = document.get("newest")
        known = None if newest is None else _key(newest)
        return Pushing(_key(document["replica"]), known, txns)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not a push: {error}") from error


def _transaction(row: dict[str, Any]) -> Transaction:
    changes = [_change(*c) for c in row["changes"]]
    told = {"changes": [[*c[:4], *c[5:]] for c in row["changes"]], "id": row["id"], "kind": row["kind"],
            "label": row["label"], "ref": row["ref"]}  # fmt: skip
    digest = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if row["kind"] not in ("do", "undo", "redo", "keep"):
        raise ValueError(f"no transaction is of the kind {row['kind']!r}")
    ref = None if row["ref"] is None else _key(row["ref"])
    label = cut(str(row["label"]), LONGEST_LABEL)
    since = row.get("since")
    seen = None if since is None else int(since)
    return Transaction(_key(row["id"]), row["kind"], ref, label, int(row["age"]), changes, digest, seen)


def cut(text: str, most: int) -> str:
    """At most so many characters of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


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
        if value.__class__ is int and abs(value) >= INTEGERS_BELOW:
            raise ValueError(f"{kind}.{name} is larger than any database takes")
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
