"""The contents of attachments on their way: up in pieces before the transaction that names them, down on demand.

GET /v1/blobs/SHA?size=N             → {"missing": [piece…]}: what to send of N bytes; none once the content is whole
PUT /v1/blobs/SHA?size=N&piece=K     a piece of PIECE bytes, the last one shorter; what breaks off is sent again
GET /v1/blobs/SHA/K?rec=ID           piece K; ID is an attachment that the asker may see
"""

import asyncio
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import httpx

from models import blobs
from models.attachment import Attached
from models.blobs import Blob, Blobs
from models.errors import Held, MilepostError, NotFound, SyncError
from models.store import Store
from sync import api, protocol, replies
from sync.protocol import PIECE, Reply, Request
from sync.steps import Local, Outside, Step, Steps

ROUNDS = 3  # of a content whose pieces get lost
NEVER = (404, 413, 422, 501)  # this server takes no contents, or not this one: the transaction goes without


SOME = 3  # names of files in a sentence
UNTAKEN = (
    "Only on this laptop, since the server has not taken it: {names} ({why}). It is offered again once a day."
)


class _Untaken(Exception):
    """A content that cannot be sent for now; the text says why."""


def upload(
    files: Blobs, between: Callable[[], Generator[Step, Any, object]], now: Callable[[], int]
) -> Generator[Step, Any, list[str]]:
    """Sends every content that the server lacks; `between` two pieces and after each whole one, other things go on.
    Returns in words what it did not take, and why."""
    untaken: dict[str, list[str]] = {}
    while blob := (yield Local("blob", blobs.unsent, brief=True)):
        try:
            yield from _send(files, blob, between)
            yield Local("blob sent", partial(blobs.sent, sha=blob.sha))
        except _Untaken as error:
            why = str(error)
            refused = partial(blobs.refused, sha=blob.sha, why=why, now=now())
            untaken.setdefault(why, []).append((yield Local("blob refused", refused)))
        yield from between()
    return [UNTAKEN.format(names=_some(sorted(names)), why=why) for why, names in untaken.items()]


def _some(names: list[str]) -> str:
    rest = len(names) - SOME
    return ", ".join(names[:SOME]) + (f" and {rest} more" if rest > 0 else "")


def _send(files: Blobs, blob: Blob, between: Callable[[], Generator[Step, Any, object]]) -> Steps:
    """Sends pieces of a content until the server says that it is whole. Raises _Untaken."""
    for _ in range(ROUNDS):
        if not (missing := (yield from _missing(blob))):
            return
        for piece in missing:
            yield from _put(files, blob, piece)
            yield from between()
    if (yield from _missing(blob)):
        raise _Untaken("pieces of it were lost again and again on their way to the server or there")


def _put(files: Blobs, blob: Blob, piece: int) -> Steps:
    read: bytes | _Untaken = yield Outside("piece", partial(_read, files, blob, piece))
    if isinstance(read, _Untaken):  # the name is worth sending all the same
        raise read
    reply: Reply = yield Request(
        "PUT", f"/v1/blobs/{blob.sha}?size={blob.size}&piece={piece}", read, "application/octet-stream"
    )
    _take(reply)
    replies.refuse_strangers(reply)


def _read(files: Blobs, blob: Blob, piece: int) -> bytes | _Untaken:
    try:
        body = files.read(blob.sha, piece * PIECE, PIECE)
    except MilepostError as error:
        return _Untaken(str(error))
    return body if body or not blob.size else _Untaken("the file is gone from this laptop")


def _take(reply: Reply) -> None:
    if reply.status in NEVER and protocol.HEADER in reply.headers:
        raise _Untaken(replies.detail(reply))


def _missing(blob: Blob) -> Any:
    reply: Reply = yield Request("GET", f"/v1/blobs/{blob.sha}?size={blob.size}")
    _take(reply)
    try:
        return [int(piece) for piece in replies.document(reply)["missing"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Held("The server's answer about an attachment makes no sense. It is asked again.") from error


def fetch(store: Store, token: str, what: Attached) -> None:
    """Brings the content of an attachment onto this laptop. Raises Offline, Held, NotFound, StoreFull."""
    files = Blobs(store.home)
    try:
        asyncio.run(_fetch(store, token, files, what))
    except SyncError as error:
        raise error.instead("Not fetched") from error
    with store.write() as conn:
        blobs.fetched(conn, Blob(what.sha, what.size))
        gone = blobs.spare(conn, what.sha)
    for sha in gone:
        files.remove(sha)


async def _fetch(store: Store, token: str, files: Blobs, what: Attached) -> None:
    async with api.client(store.meta("server"), token) as http:
        with files.writing() as (copy, done):
            for piece in range(protocol.pieces(what.size)):
                copy.write(await _piece(http, what, piece))
            if copy.hash.hexdigest() != what.sha:
                raise Held(f"What the server sent is not the content of {what.name}.")
            done()


async def _piece(http: httpx.AsyncClient, what: Attached, piece: int) -> bytes:
    reply = await api.send(http, Request("GET", f"/v1/blobs/{what.sha}/{piece}?rec={what.id}"))
    if reply.status == 404 and protocol.HEADER in reply.headers:
        raise NotFound(
            f"The server has not got the content of {what.name}: the laptop that attached it has not sent it yet, or "
            "it was deleted there. Try again when that laptop has synced, or have the file attached once more."
        )
    if reply.status == 501 and protocol.HEADER in reply.headers:
        raise NotFound(
            f"The server keeps no attachments: {what.name} is only on the laptop that attached it. Whoever runs the "
            "server starts it with --blobs FOLDER; until then have the file sent to you."
        )
    replies.refuse_strangers(reply)
    return reply.body
