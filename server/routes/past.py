"""Endpoints of the past: the histories of the workspace, and what was done to one record."""

from fastapi import FastAPI, HTTPException, Request, Response

from server import envelope, keeping, restoring, wire
from server.accounts import Device
from server.backend import Backend, Id, SignedIn, Version
from server.database import Database
from server.log import state


def add_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/epochs")
    async def epochs(request: Request, device: SignedIn) -> Response:
        """The histories of this workspace, oldest first, each with the version after which it began."""
        return await backend.read(_epochs, request, backend.database, device.workspace)

    @app.get("/v1/history")
    async def history(request: Request, device: SignedIn, rec: Id, before: Version = 2**62) -> Response:
        """What was done to one record before the version `before`, newest first."""
        return await backend.read(_history, request, backend.database, device, rec, before)


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
