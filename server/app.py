"""The remote API as a FastAPI application: finds out who asks, calls the log or the accounts, answers."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, TypeVar

import anyio
from anyio import to_thread
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as AnyHTTPException

from models.errors import Refused, StoreError, StoreFull
from models.fields import instant_of
from server import envelope, keeping, restoring, watching, wire
from server.accounts import HOUR, Accounts, Device, WrongCode
from server.blobs import Contents, Unfit, open_storage
from server.database import Database, open_database
from server.envelope import Envelope
from server.events import Heads
from server.limits import Failures
from server.log import SERVER, Compacted, Log, OtherHistory, Pushed, state
from server.replicas import OtherReplica
from server.spaces import Grant
from server.watching import Metrics, Watched
from server.wire import Malformed, Pushing
from sync import protocol

TOLD = ("token", "workspace", "member", "name", "letter")
ANY_JSON = {
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}, "required": True}
}
ANY_BYTES = {"requestBody": {"content": {"application/octet-stream": {}}, "required": True}}

R = TypeVar("R")
Clock = Callable[[], int]  # milliseconds since 1970


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


Text = Annotated[str, AfterValidator(_no_nul)]  # PostgreSQL takes no other one


class Login(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    code: Text = Field(min_length=1, max_length=40)
    device: Text = Field(min_length=1, max_length=200)


class Invite(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    name: Text = Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")


class Share(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    space: Text = Field(min_length=1, max_length=200)
    member: Text = Field(min_length=1, max_length=200)
    role: str = Field(max_length=20)


class Backend:
    """What the endpoints share. `blobs` is a folder or s3://BUCKET for contents of attachments, "" for none.

    Raises StoreError when the database cannot be opened.
    """

    def __init__(self, database: str, clock: Clock, blobs: str = "") -> None:
        self.database = open_database(database)
        self.log = Log(self.database)
        self.accounts = Accounts(self.database)
        self.heads = Heads(lambda: self.read(self.log.heads), self._moves)
        self.contents = Contents(open_storage(blobs), self.database) if blobs else None
        self.failures = Failures(clock)
        self.metrics = Metrics()
        self.clock = clock
        self._writer = anyio.CapacityLimiter(1)  # writers queue here, not in the threads that readers need

    async def read(self, work: Callable[..., R], *args: Any) -> R:
        return await to_thread.run_sync(work, *args)

    async def write(self, work: Callable[..., R], *args: Any) -> R:
        return await to_thread.run_sync(work, *args, limiter=self._writer)

    async def _moves(self) -> list[tuple[str, int]]:
        return await to_thread.run_sync(self.database.moves, abandon_on_cancel=True)

    async def device(self, token: str) -> Device | None:
        device = await self.read(self.accounts.device, token)
        if device and self.clock() - device.last_seen > HOUR:
            with suppress(StoreError):  # a full disk does not keep anybody from reading
                await self.write(self.accounts.seen, device, self.clock())
        return device


def make_app(database: str, clock: Clock = lambda: time.time_ns() // 1_000_000, blobs: str = "") -> FastAPI:
    """The application over the SQLite file `database`, made where it is missing. Raises StoreError.

    `app.state.backend.heads.close()` ends the open event streams; call it before the server waits for its
    connections to end.
    """
    backend = Backend(database, clock, blobs)
    app = FastAPI(
        title="Milepost", version=protocol.VERSION, docs_url=None, redoc_url=None, redirect_slashes=False,
        lifespan=_lifespan,
    )  # fmt: skip
    app.state.backend = backend
    app.add_middleware(Envelope)
    app.add_middleware(Watched, metrics=backend.metrics)
    _errors(app)
    for routes in (_log_routes, _space_routes, _past_routes, _blob_routes, _account_routes):
        routes(app, backend)
    watching.add_routes(app, backend)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    backend: Backend = app.state.backend
    watch = asyncio.create_task(backend.heads.watch())
    yield
    watch.cancel()
    backend.database.close()


def _errors(app: FastAPI) -> None:
    @app.exception_handler(AnyHTTPException)
    async def refused(_: Request, error: AnyHTTPException) -> Response:
        return envelope.plain(error.status_code, error.detail, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return envelope.plain(422, "; ".join(f"{e['loc'][-1]}: {e['msg']}" for e in error.errors()))

    @app.exception_handler(StoreError)
    async def broken(_: Request, error: StoreError) -> Response:
        return envelope.plain(507 if isinstance(error, StoreFull) else 503, str(error), {"retry-after": "30"})


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _signed_in(request: Request) -> Device:
    backend: Backend = request.app.state.backend
    device = await backend.device(_token(request))
    if device is None:
        raise HTTPException(401, "this device is not signed in", {"www-authenticate": "Bearer"})
    request.state.epoch, request.state.device = device.epoch, device.letter
    return device


SignedIn = Annotated[Device, Depends(_signed_in)]
Id = Annotated[Text, Query(max_length=200)]
Version = Annotated[int, Query(ge=0, lt=2**63)]
Since = Annotated[int | None, Query(ge=0, lt=2**63)]
Shares = Annotated[int | None, Query(ge=-1, lt=2**63)]


# ── the log, the spaces, and the past ─────────────────────────────────────────────────────────────────


def _log_routes(app: FastAPI, backend: Backend) -> None:
    @app.post("/v1/push", openapi_extra=ANY_JSON)
    async def push(
        request: Request, device: SignedIn, epoch: str = "", since: Since = None, shares: Shares = None
    ) -> Response:
        """A verdict on every transaction of the batch, and what makes a pull needless, where the log ended at `since`
        and `shares` is the newest version of who sees what. 409: the laptop knows another history; 412: another one
        goes on as this replica, whose newest operation is told."""
        body, encoding = await request.body(), request.headers.get("content-encoding", "")
        sent = await backend.read(_read_push, encoding, body)
        try:
            pushed = await backend.write(
                backend.log.push, device.workspace, epoch, sent.replica, device.member, sent.txns,
                backend.clock(), sent.newest, since, shares,
            )  # fmt: skip
        except OtherReplica as error:
            return envelope.plain(412, "another one goes on as this replica", newest=error.newest)
        except OtherHistory as error:
            raise HTTPException(409, "the server's history is not the one that this laptop knows") from error
        request.state.epoch = pushed.epoch
        backend.heads.tell(device.workspace, pushed.head)
        backend.metrics.verdicts(pushed.verdicts)
        return await backend.read(_verdicts, request, pushed)

    @app.get("/v1/pull")
    async def pull(
        request: Request,
        device: SignedIn,
        since: Version,
        shares: Shares = None,
        brief: bool = False,
    ) -> Response:
        """A page of the log after `since`; empty with the head when there is nothing; who sees what where `shares` is
        not the newest version of that. 410: the log does not reach back so far."""
        return await backend.read(_page, request, backend.log, device, since, shares, brief)

    @app.get("/v1/events")
    async def events(request: Request, device: SignedIn) -> Response:
        """The head of the log, now and whenever it moves, as server-sent events."""

        async def welcome() -> bool:
            return await backend.device(_token(request)) is not None

        stream = backend.metrics.listening(backend.heads.stream(device.workspace, welcome))
        return StreamingResponse(stream, 200, {"x-accel-buffering": "no"}, "text/event-stream")


def _space_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/snapshot")
    async def snapshot(
        request: Request, device: SignedIn, space: Id,
        after: Id = "", since: Annotated[int, Query(ge=-1, lt=2**63)] = -1,
    ) -> Response:  # fmt: skip
        """A page of a space's records by id. 410: begin anew, the log does not reach back to the first page."""
        return await backend.read(_content, request, backend.database, device, space, after, since)

    @app.get("/v1/sums")
    async def sums(request: Request, device: SignedIn) -> Response:
        """The checksum of each space that the member sees."""
        return await backend.read(_sums, request, backend.log, device)

    @app.post("/v1/share")
    async def share(request: Request, device: SignedIn, body: Share) -> Response:
        """Lets a member see a space, in a role; "" takes the right away. 403: not by this one, with the reason."""
        grant = Grant(body.space, body.member, body.role)
        try:
            head = await backend.write(
                backend.log.share, device.workspace, device.member, grant, backend.clock()
            )
        except Refused as error:
            raise HTTPException(403, str(error)) from error
        backend.heads.tell(device.workspace, head)
        return envelope.document(request, {"head": head})


def _past_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/epochs")
    async def epochs(request: Request, device: SignedIn) -> Response:
        """The histories of this workspace, oldest first, each with the version after which it began."""
        return await backend.read(_epochs, request, backend.database, device.workspace)

    @app.get("/v1/history")
    async def history(
        request: Request,
        device: SignedIn,
        rec: Id,
        before: Version = 2**62,
    ) -> Response:
        """What was done to one record before the version `before`, newest first."""
        return await backend.read(_history, request, backend.database, device, rec, before)


def _read_push(encoding: str, body: bytes) -> Pushing:
    try:
        sent = wire.read_push(envelope.decompressed(encoding, body))
    except Malformed as error:
        raise HTTPException(422, str(error)) from error
    if sent.replica in ("", SERVER):
        raise HTTPException(422, f"no laptop is the replica “{sent.replica}”")
    return sent


def _verdicts(request: Request, pushed: Pushed) -> Response:
    told = wire.write_verdicts(pushed.verdicts, pushed.head, pushed.otherwise, pushed.sum)
    return envelope.reply(request, told)


def _page(
    request: Request, log: Log, device: Device, since: int, shares: int | None, brief: bool
) -> Response:
    try:
        pulled = log.pull(device.workspace, device.member, since, shares, protocol.PULL_BYTES)
    except Compacted as error:
        raise HTTPException(410, "the log does not reach back so far; fetch a snapshot") from error
    request.state.epoch = pulled.epoch
    if pulled.spaces is None:
        return envelope.reply(
            request, wire.write_page(pulled.entries, pulled.head, pulled.upto, pulled.sum, brief)
        )
    told = wire.write_spaces(pulled.upto, pulled.head, pulled.shares, pulled.spaces)
    return envelope.reply(request, told)


def _sums(request: Request, log: Log, device: Device) -> Response:
    found = log.sums(device.workspace, device.member)
    request.state.epoch = found.epoch
    told = {"sums": found.sums, "head": found.head, "shares": found.shares}
    return envelope.document(request, told)


def _content(
    request: Request, database: Database, device: Device, space: str, after: str, since: int
) -> Response:
    try:
        page = keeping.snapshot(
            database, device.workspace, device.member, space, after, since, protocol.PULL_BYTES
        )
    except Compacted as error:
        raise HTTPException(
            410, "the log does not reach back so far, or this is not shared with you"
        ) from error
    request.state.epoch = page.epoch
    return envelope.reply(request, wire.write_snapshot(page.records, page.head, page.more, page.total))


def _history(request: Request, database: Database, device: Device, rec: str, before: int) -> Response:
    found = keeping.history(database, device.workspace, device.member, rec, before)
    if found is None:
        raise HTTPException(404, "no record that you see has this id")
    request.state.epoch = found.epoch
    return envelope.reply(request, wire.write_history(found.entries, found.more))


def _epochs(request: Request, database: Database, workspace: str) -> Response:
    with database.reading() as conn:
        found, head = restoring.epochs(conn, workspace), state(conn, workspace)[0]
    request.state.epoch = found[-1][0]
    return envelope.document(request, {"workspace": workspace, "epochs": found, "head": head})


# ── contents of attachments ───────────────────────────────────────────────────────────────────────────


def _blob_routes(app: FastAPI, backend: Backend) -> None:
    def contents() -> Contents:
        if backend.contents is None:
            raise HTTPException(501, "this server keeps no attachments; start it with --blobs FOLDER")
        return backend.contents

    @app.exception_handler(Unfit)
    async def unfit(_: Request, error: Unfit) -> Response:
        return envelope.plain(422, str(error))

    @app.get("/v1/blobs/{sha}")
    async def missing(request: Request, device: SignedIn, sha: str, size: int) -> Response:
        """The pieces of a content of `size` bytes that the server lacks."""
        lacks = await backend.read(contents().missing, device.workspace, sha, size)
        return envelope.document(request, {"missing": lacks})

    @app.put("/v1/blobs/{sha}", openapi_extra=ANY_BYTES)
    async def put(request: Request, device: SignedIn, sha: str, size: int, piece: int) -> Response:
        """Takes one piece. 422: it is none of that content."""
        body = await request.body()
        await backend.read(contents().put, device.workspace, sha, size, piece, body)
        return envelope.document(request, {})

    @app.get("/v1/blobs/{sha}/{piece}")
    async def get(request: Request, device: SignedIn, sha: str, piece: int, rec: Id) -> Response:
        """A piece, through the attachment `rec`. 404: it is not here, or not for this member."""
        body = await backend.read(contents().get, device.workspace, device.member, rec, sha, piece)
        if body is None:
            raise HTTPException(404, "there is no such content here")
        return Response(body, 200, media_type="application/octet-stream")


# ── accounts ──────────────────────────────────────────────────────────────────────────────────────────


def _account_routes(app: FastAPI, backend: Backend) -> None:
    accounts = backend.accounts

    @app.post("/v1/login")
    async def login(request: Request, body: Login) -> Response:
        """Exchanges a code for this device's token. 403: the code does not hold."""
        who = request.client.host if request.client else ""
        if backend.failures.too_many(who):
            raise HTTPException(429, "too many wrong codes; wait a minute", {"retry-after": "60"})
        backend.failures.add(who)  # before anything is awaited, so that guesses at once are counted, too
        try:
            signed = await backend.write(accounts.login, body.code, body.device, backend.clock())
        except WrongCode as error:
            raise HTTPException(403, str(error)) from error
        backend.failures.take_back(who)
        request.state.epoch = signed.epoch
        return envelope.document(request, {name: getattr(signed, name) for name in TOLD})

    @app.post("/v1/invite")
    async def invite(request: Request, device: SignedIn, body: Invite) -> Response:
        """A code with which the person called `name` signs in one device."""
        code, expires = await backend.write(
            accounts.invite, device.workspace, body.name, device.member, backend.clock()
        )
        return envelope.document(request, {"code": code, "expires": instant_of(expires)})

    @app.get("/v1/whoami")
    async def whoami(request: Request, device: SignedIn) -> Response:
        """Whom this device's token stands for."""
        return envelope.document(request, {name: getattr(device, name) for name in TOLD[1:]})

    @app.post("/v1/logout")
    async def logout(request: Request, device: SignedIn) -> Response:
        """Revokes this device's token."""
        await backend.write(accounts.logout, device, backend.clock())
        return envelope.document(request, {})
