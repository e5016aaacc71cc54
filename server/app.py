"""The remote API as a FastAPI application: its endpoints, each theme in a file of its own, and what wraps them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as AnyHTTPException

from models.errors import StoreError, StoreFull
from server import envelope, routes
from server.backend import Backend, Clock
from server.blobs import Unfit
from server.envelope import Envelope
from server.watching import Watched
from sync import protocol


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
    for theme in routes.THEMES:
        theme.add_routes(app, backend)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    backend: Backend = app.state.backend
    watch = asyncio.create_task(backend.heads.watch())
    yield
    watch.cancel()
    await backend.close()


def _errors(app: FastAPI) -> None:
    @app.exception_handler(AnyHTTPException)
    async def refused(_: Request, error: AnyHTTPException) -> Response:
        return envelope.plain(error.status_code, error.detail, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return envelope.plain(422, "; ".join(f"{e['loc'][-1]}: {e['msg']}" for e in error.errors()))

    @app.exception_handler(Unfit)
    async def unfit(_: Request, error: Unfit) -> Response:
        return envelope.plain(422, str(error))

    @app.exception_handler(StoreError)
    async def broken(_: Request, error: StoreError) -> Response:
        return envelope.plain(507 if isinstance(error, StoreFull) else 503, str(error), {"retry-after": "30"})
