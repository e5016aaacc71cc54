"""Endpoints of the past: the histories of the workspace, and what was done to one record."""

from fastapi import FastAPI, HTTPException, Request, Response

from server import envelope, keeping, restoring, wire
from server.backend import Backend, Id, SignedIn, Version
from server.log import state


def add_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/epochs")
    def epochs(request: Request, device: SignedIn) -> Response:
        """The histories of this workspace, oldest first, each with the version after which it began."""
        with backend.database.reading() as conn:
            found, head = restoring.epochs(conn, device.workspace), state(conn, device.workspace).head
        request.state.epoch = found[-1][0]
        told = {"workspace": device.workspace, "epochs": found, "head": head}
        return envelope.document(request, told)

    @app.get("/v1/history")
    def history(request: Request, device: SignedIn, rec: Id, before: Version = 2**62) -> Response:
        """What was done to one record before the version `before`, newest first."""
        found = keeping.history(backend.database, device.workspace, device.member, rec, before)
        if found is None:
            raise HTTPException(404, "no record that you see has this id")
        request.state.epoch = found.epoch
        return envelope.reply(request, wire.write_history(found.entries, found.more))
