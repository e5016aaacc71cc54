"""The network: httpx as the engine needs it. No redirects, the system's trust store, proxies of the environment."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import httpx_sse
import truststore

from models.errors import Held, Offline, SyncError
from sync import protocol, replies
from sync.protocol import Reply, Request

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
QUIET = httpx.Timeout(30.0, connect=10.0, read=45.0)  # of the events: the server says something every 15 s
COMPRESS_FROM = 1_000  # bytes
SAFE = "Your edits are safe here and are sent later."
LEAVES = 0.02  # seconds, at most, that work on the store waits for the request that is sent ahead of it


def client(server: str, token: str = "") -> httpx.AsyncClient:
    """A client of the server at `server`; the caller closes it. Raises Held where that is no address, or the proxy that
    the environment names cannot be used."""
    headers = {"user-agent": f"milepost/{protocol.VERSION}", "accept-encoding": "gzip"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    secure = server.startswith("https:")
    try:
        http = httpx.AsyncClient(
            base_url=server,
            headers=headers,
            timeout=TIMEOUT,
            follow_redirects=False,
            http2=secure,
            # building an SSL context costs 20 ms, so not for plain http
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if secure else False,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise Held(_unusable(server, error), then=replies.WAIT) from error
    for said in ("accept", "connection"):  # what holds anyway, with every request of every laptop
        del http.headers[said]
    return http


async def send(http: httpx.AsyncClient, request: Request, left: asyncio.Event | None = None) -> Reply:
    """Sets `left` when all of the request has been sent. Raises Offline when no whole answer came."""
    headers = {"content-type": request.type} if request.body else {}
    body = request.body
    if len(body) >= COMPRESS_FROM and request.type == protocol.JSON:
        body = gzip.compress(body, 1)
        headers["content-encoding"] = "gzip"

    async def watch(event: str, _: object) -> None:
        if left and event.endswith("send_request_body.complete"):
            left.set()

    watched = {"trace": watch} if left else {}
    try:
        response = await http.request(
            request.method, request.path, content=body, headers=headers, extensions=watched
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _told(error, http) from error
    return _reply(response, response.content)


def _reply(response: httpx.Response, body: bytes) -> Reply:
    return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)


class Line:
    """The network, asked ahead: the server makes the next page while this one is applied."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._request: Request | None = None
        self._reply: asyncio.Task[Reply] | None = None

    async def expect(self, request: Request | None) -> None:
        """`request` will be sent next, or nothing that is known. Waits until it has left, if that takes no time."""
        if request != self._request:
            self.close()
            self._request = request
            if request:
                left = asyncio.Event()
                self._reply = asyncio.create_task(send(self._http, request, left))
                self._reply.add_done_callback(lambda _: left.set())
                with suppress(TimeoutError):
                    await asyncio.wait_for(left.wait(), LEAVES)

    async def send(self, request: Request) -> Reply:
        """Raises Offline when no whole answer came."""
        if request != self._request:
            self.close()
            return await send(self._http, request)
        assert self._reply
        try:
            return await self._reply
        finally:
            self.close()

    def close(self) -> None:
        """Forgets what was asked ahead."""
        if self._reply:
            self._reply.add_done_callback(
                lambda reply: reply.cancelled() or reply.exception()
            )  # heard by nobody
            self._reply.cancel()
        self._request = self._reply = None


async def heads(http: httpx.AsyncClient) -> AsyncIterator[int]:
    """The head of the log, each time it moves. Only a wake-up: polling goes on. Raises Offline at the end, Held where
    whoever answers asks to be left alone."""
    try:
        async with httpx_sse.aconnect_sse(http, "GET", "/v1/events", timeout=QUIET) as source:
            if wait := replies.patience(_reply(source.response, b"")):
                raise Held("The server asks to be left alone.", wait)
            async for event in source.aiter_sse():
                yield int(event.data)
    except (httpx.HTTPError, httpx_sse.SSEError, ValueError) as error:
        raise _told(error, http) from error
    raise Offline("The server closed the line.")


def _unusable(server: str, error: Exception) -> str:
    try:
        httpx.URL(server)
    except httpx.InvalidURL:
        return f"{server} is not an address. Write https://server."
    return (
        f"The proxy that this machine names cannot be used ({error}). Name one as http://HOST:PORT in HTTPS_PROXY, or "
        "ask IT; ALL_PROXY is looked at, too."
    )


def _told(error: Exception, http: httpx.AsyncClient) -> SyncError:
    if isinstance(error, httpx.ProxyError):
        if str(error).startswith("407"):
            return Held(replies.PROXY_WANTS_A_NAME, then=replies.WAIT)
        return Offline(_proxy(error), then=SAFE)
    return Offline(_why(error, http), then=SAFE)


def _proxy(error: httpx.ProxyError) -> str:
    return (
        f"The proxy of this network (HTTPS_PROXY) does not let Milepost through: {error}. Ask IT, or name the server "
        "in NO_PROXY."
    )


def _why(error: Exception, http: httpx.AsyncClient) -> str:
    match error:
        case httpx.TimeoutException():
            reason = "did not answer in time"
        case httpx.ConnectError() if "CERTIFICATE" in str(error).upper():
            reason = (
                "shows a certificate that this system does not trust; ask IT for the company's root certificate "
                "(in a guest network: open a browser and sign in there first)"
            )
        case httpx.ConnectError():
            reason = "cannot be reached"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            reason = "is not an address; write https://server"
        case httpx.DecodingError() | httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            reason = "broke off in the middle of its answer"
        case _:
            reason = f"cannot be reached ({type(error).__name__})"
    return f"{http.base_url} {reason}."
