"""Endpoints of the log: push, pull, and the events that tell of it."""

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from models.errors import StoreError
from server import envelope, wire
from server.backend import Backend, Shares, SignedIn, Since, Version, token_of
from server.log import SERVER, Compacted, OtherHistory, Pushed
from server.replicas import OtherReplica
from server.wire import Malformed, Pushing
from sync import protocol

ANY_JSON = {
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}, "required": True}
}


def add_routes(app: FastAPI, backend: Backend) -> None:
    @app.post("/v1/push", openapi_extra=ANY_JSON)
    async def push(
        request: Request, device: SignedIn, epoch: str = "", since: Since = None, shares: Shares = None
    ) -> Response:
        """A verdict on every transaction of the batch, and what makes a pull needless, where the log ended at `since`
        and `shares` is the newest version of who sees what. 409: the laptop knows another history; 412: another one
        goes on as this replica, whose newest operation is told; 413: so many would keep others waiting, send fewer."""
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
    def pull(
        request: Request, device: SignedIn, since: Version, shares: Shares = None, brief: bool = False
    ) -> Response:
        """A page of the log after `since`; empty with the head when there is nothing; who sees what where `shares` is
        not the newest version of that. 410: the log does not reach back so far."""
        try:
            pulled = backend.log.pull(device.workspace, device.member, since, shares, protocol.PULL_BYTES)
        except Compacted as error:
            raise HTTPException(410, "the log does not reach back so far; fetch a snapshot") from error
        request.state.epoch = pulled.epoch
        if pulled.spaces is None:
            told = wire.write_page(pulled.entries, pulled.head, pulled.upto, pulled.sum, brief)
        else:
            told = wire.write_spaces(pulled.upto, pulled.head, pulled.shares, pulled.spaces)
        return envelope.reply(request, told)

    @app.get("/v1/events")
    async def events(request: Request, device: SignedIn) -> Response:
        """The head of the log, now and whenever it moves, as server-sent events."""

        async def welcome() -> bool:
            try:
                return await backend.device(token_of(request)) is not None
            except StoreError:  # the database is away: nobody was signed out
                return True

        stream = backend.metrics.listening(backend.heads.stream(device.workspace, welcome))
        return StreamingResponse(stream, 200, {"x-accel-buffering": "no"}, "text/event-stream")


def _read_push(encoding: str, body: bytes) -> Pushing:
    try:
        sent = wire.read_push(envelope.decompressed(encoding, body))
    except Malformed as error:
        raise HTTPException(422, str(error)) from error
    if sent.replica in ("", SERVER):
        raise HTTPException(422, f"no laptop is the replica “{sent.replica}”")
    if len(sent.txns) > 1 and sum(max(1, len(txn.changes)) for txn in sent.txns) > protocol.MAX_CHANGES:
        raise HTTPException(
            413, f"several transactions have more than {protocol.MAX_CHANGES:,} changes; send fewer at once"
        )
    return sent


def _verdicts(request: Request, pushed: Pushed) -> Response:
    told = wire.write_verdicts(pushed.verdicts, pushed.head, pushed.otherwise, pushed.sum)
    return envelope.reply(request, told)
