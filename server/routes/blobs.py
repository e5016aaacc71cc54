"""Endpoints of the contents of attachments."""

from fastapi import FastAPI, HTTPException, Request, Response

from server import envelope
from server.backend import Backend, Id, SignedIn
from server.blobs import Contents

ANY_BYTES = {"requestBody": {"content": {"application/octet-stream": {}}, "required": True}}


def add_routes(app: FastAPI, backend: Backend) -> None:
    def contents() -> Contents:
        if backend.contents is None:
            raise HTTPException(501, "this server keeps no attachments; start it with --blobs FOLDER")
        return backend.contents

    @app.get("/v1/blobs/{sha}")
    async def wanted(request: Request, device: SignedIn, sha: str, size: int) -> Response:
        """The pieces that this device has to send of a content of `size` bytes; none once it is whole."""
        missing = await backend.carry(contents().missing, device.workspace, sha, size, device.letter)
        return envelope.document(request, {"missing": missing})

    @app.put("/v1/blobs/{sha}", openapi_extra=ANY_BYTES)
    async def put(request: Request, device: SignedIn, sha: str, size: int, piece: int) -> Response:
        """Takes one piece. 422: it is none of that content, or with it the pieces do not add up."""
        body = await request.body()
        await backend.carry(contents().put, device.workspace, sha, size, piece, body, device.letter)
        return envelope.document(request, {})

    @app.get("/v1/blobs/{sha}/{piece}")
    async def get(request: Request, device: SignedIn, sha: str, piece: int, rec: Id) -> Response:
        """A piece, through the attachment `rec`. 404: it is not here, or not for this member."""
        body = await backend.carry(contents().get, device.workspace, device.member, rec, sha, piece)
        if body is None:
            raise HTTPException(404, "there is no such content here")
        return Response(body, 200, media_type="application/octet-stream")
