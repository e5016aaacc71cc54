"""What every request and reply goes through: the protocol's headers, sizes, compression, errors in words."""

import gzip
import logging
import zlib
from typing import Any

import orjson
from fastapi import HTTPException, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync import protocol

MAX_BODY = protocol.MAX_PUSH
MAX_SMALL = 64_000  # of any other request
COMPRESS_FROM = 1_000  # bytes; less does not pay
LEVEL = 3  # of gzip: a tenth less than 1 for a millisecond a megabyte

_log = logging.getLogger(__name__)


class Envelope:
    """Gives every reply, errors included, the protocol's header, and the workspace's epoch where one is known
    (`request.state.epoch`). Cuts off bodies that are too large before they fill the memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _label(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), sending)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await plain(500, "an error of the server, which its log names")(scope, receive, sending)


def _label(scope: Scope, headers: MutableHeaders) -> None:
    headers[protocol.HEADER] = protocol.VERSION
    if epoch := scope.get("state", {}).get("epoch"):
        headers[protocol.EPOCH] = epoch
    else:  # what a signed-in device is told no cache keeps anyway, for its authorization
        headers["cache-control"] = "no-store"


def _limited(scope: Scope, receive: Receive) -> Receive:
    limit = _limit(scope["path"])
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise too_large()
        return message

    return receiving


def _limit(path: str) -> int:
    if path.startswith("/v1/blobs/"):
        return protocol.PIECE
    return MAX_BODY if path == "/v1/push" else MAX_SMALL


def too_large() -> HTTPException:
    return HTTPException(413, f"the request is larger than {MAX_BODY // 1_000_000} MB")


def plain(status: int, detail: str, headers: dict[str, str] | None = None, **told: str) -> Response:
    """A reply that is no success, with its reason."""
    return Response(orjson.dumps({"detail": detail, **told}), status, headers, "application/json")


def reply(request: Request, body: bytes) -> Response:
    """A success; JSON, compressed where that pays and the client takes it. Costs time: call it in a thread."""
    headers = {}
    if len(body) >= COMPRESS_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body, LEVEL)
    return Response(body, 200, headers, "application/json")


def document(request: Request, answer: Any) -> Response:
    """`reply` for what is not JSON yet."""
    return reply(request, orjson.dumps(answer))


def decompressed(encoding: str, body: bytes) -> bytes:
    """The body as it was before its content-encoding. Raises HTTPException."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise HTTPException(415, f"the encoding {encoding} is not taken; gzip is")
    unzip = zlib.decompressobj(wbits=31)
    try:
        whole = unzip.decompress(body, MAX_BODY)
    except zlib.error as error:
        raise HTTPException(400, "the body is not gzip") from error
    if unzip.unconsumed_tail:
        raise too_large()
    if not unzip.eof or unzip.unused_data:
        raise HTTPException(400, "the gzip body broke off")
    return whole
