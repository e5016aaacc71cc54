"""Endpoints of the spaces: their records whole, their checksums, and who sees them."""

from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from server import envelope, keeping, wire
from server.accounts import Device
from server.backend import Backend, Id, SignedIn, Text
from server.database import Database
from server.log import Compacted, Log
from server.spaces import Grant
from sync import protocol


class Share(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    space: Text = Field(min_length=1, max_length=200)
    member: Text = Field(min_length=1, max_length=200)
    role: str = Field(max_length=20)


def add_routes(app: FastAPI, backend: Backend) -> None:
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


def _sums(request: Request, log: Log, device: Device) -> Response:
    found = log.sums(device.workspace, device.member)
    request.state.epoch = found.epoch
    told = {"sums": found.sums, "head": found.head, "shares": found.shares}
    return envelope.document(request, told)
