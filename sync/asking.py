"""The laptop's side of sync.protocol: what it asks, and what it reads in a reply. No network, no store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import orjson

from models.apply import Entry
from models.copies import Patch
from models.errors import SyncError
from models.outbox import Outgoing, Verdict
from models.snapshot import Page as SnapshotPage
from models.space import Space
from sync.protocol import EPOCH, HEADER, Reply, Request
from sync.replies import detail, document, sense


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
            "since": t.since,
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


def past(rec: str, before: int = 0) -> Request:
    """Asks what was done to a record, from the version before `before` back; from the newest for 0."""
    return Request("GET", f"/v1/history?{urlencode({'rec': rec} | ({'before': before} if before else {}))}")


def sums() -> Request:
    return Request("GET", "/v1/sums")


def histories() -> Request:
    return Request("GET", "/v1/epochs")


def epochs(reply: Reply) -> tuple[str, list[tuple[str, int]], int]:
    """The server's workspace, its histories with the current one last, and the head of its log. Raises Held."""
    answer = document(reply)
    with sense():
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
    with sense():
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
    with sense():
        rows = answer["verdicts"]
        return [Verdict(row["id"], int(row.get("ver") or 0), str(row.get("reason") or "")) for row in rows]


def _as_sent(ver: int, txn: Outgoing) -> Entry:
    patches = [Patch(kind, rec, created, values) for kind, rec, created, values, *_ in txn.changes]
    return Entry(ver, txn.id, "", txn.author, txn.at, txn.kind, txn.ref, txn.label, patches)


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
    with sense():
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
    with sense():
        records = [Patch(kind, rec, True, dict(values)) for kind, rec, values in answer["records"]]
        if any(one >= other for one, other in pairwise([after, *(r.rec for r in records)])):
            raise ValueError("out of order")
        return SnapshotPage(
            space, after, records, int(answer["head"]), bool(answer["more"]), int(answer["total"])
        )


def history(reply: Reply) -> tuple[list[Entry], bool]:
    """What was done to a record, newest first, and whether there is more; nothing of one that the server does not know
    or does not show. Raises Held."""
    if HEADER in reply.headers and reply.status == 404:
        return [], False
    answer = document(reply)
    with sense():
        return [_entry(row) for row in answer["entries"]], bool(answer["more"])


def sums_of(reply: Reply) -> tuple[dict[str, int], int, int]:
    """The checksum of each space that this member sees, the head that they are of, and the version of who sees what.
    Raises Held."""
    answer = document(reply)
    with sense():
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


def _entry(row: Sequence[Any]) -> Entry:
    ver, id, replica, author, at, kind, ref, label, patches, idle = row
    return Entry(
        ver, id, replica, author, at, kind, ref, label,
        [Patch(p[0], p[1], bool(p[2]), p[3]) for p in patches], {(rec, name) for rec, name in idle} if idle else (),
    )  # fmt: skip
