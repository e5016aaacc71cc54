"""Endpoints for whoever watches the server: is it alive, may it get requests, what did it do."""

from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from server import envelope
from server.backend import Backend


def add_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/health")
    async def health(request: Request) -> Response:
        """200 as long as this process lives. Says nothing of the database: killing us would not mend that."""
        return envelope.document(request, {"ok": True})

    @app.get("/v1/ready")
    def ready(request: Request) -> Response:
        """200 when requests can be answered. 503: the database cannot be read, or this process is ending."""
        if backend.heads.closed:
            raise HTTPException(503, "this process is ending")
        backend.log.heads()
        return envelope.document(request, {"ok": True})

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """For Prometheus. Names no person and no record."""
        return Response(backend.metrics.text(), media_type=CONTENT_TYPE_LATEST)
