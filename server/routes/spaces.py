"""Endpoints of the spaces: their records whole, their checksums, and who sees them."""

from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from server import envelope, keeping, wire
from server.backend import Backend, Id, SignedIn, Text
from server.log import Compacted
from server.spaces import Grant
from server.wire import INTEGERS_BELOW
from sync import protocol


class Share(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    space: Text = Field(min_length=1, max_length=200)
    member: Text = Field(min_length=1, max_length=200)
    role: str = Field(max_length=20)


def add_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/snapshot")
    def snapshot(
        request: Request, device: SignedIn, space: Id,
        after: Id = "", since: Annotated[int, Query(ge=-1, lt=INTEGERS_BELOW)] = -1,
    ) -> Response:  # fmt: skip
        """A page of a space's records by id. 410: begin anew, the log does not reach back to the first page."""
        try:
            page = keeping.snapshot(
                backend.database, device.workspace, device.member, space, after, since, protocol.PULL_BYTES
            )
        except Compacted as error:
            raise HTTPException(
                410, "the log does not reach back so far, or this is not shared with you"
            ) from error
        request.state.epoch = page.epoch
        told = wire.write_snapshot(page.records, page.head, page.more, page.total)
        return envelope.reply(request, told)

    @app.get("/v1/sums")
    def sums(request: Request, device: SignedIn) -> Response:
        """The checksum of each space that the member sees."""
        found = backend.log.sums(device.workspace, device.member)
        request.state.epoch = found.epoch
        told = {"sums": found.sums, "head": found.head, "shares": found.shares}
        return envelope.document(request, told)

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
