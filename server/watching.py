"""What the server did, for whoever watches it: counts, and one log line a request."""

import logging
import os
import time
from collections import Counter as Counts
from collections.abc import AsyncIterator, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.outbox import Verdict
from server.workers import METRICS

ENDLESS = "/v1/events"  # how long it takes says nothing

_log = logging.getLogger(__name__)


class Metrics:
    """Counts of this process; with several workers, `text` adds those of all of them up."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "milepost_requests", "Requests answered.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "milepost_request_seconds", "How long a request took.", ("route",), registry=self._registry
        )
        self._verdicts = Counter(
            "milepost_transactions", "Transactions of pushes, repeated ones too.", ("verdict",),
            registry=self._registry,
        )  # fmt: skip
        self._listeners = Gauge(
            "milepost_listeners", "Open event streams.", registry=self._registry, multiprocess_mode="livesum"
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, str(status)).inc()
        if route != ENDLESS:
            self._seconds.labels(route).observe(seconds)

    def verdicts(self, verdicts: Iterable[Verdict]) -> None:
        for what, count in Counts("refused" if v.reason else "accepted" for v in verdicts).items():
            self._verdicts.labels(what).inc(count)

    async def listening(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The stream, counted as long as it is open."""
        with self._listeners.track_inprogress():
            async for chunk in stream:
                yield chunk

    def text(self) -> bytes:
        """In Prometheus' format."""
        registry = self._registry
        if METRICS in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class Watched:
    """Counts and logs every request: route, status and time, no query, no body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.request(route, status, seconds)
        device = scope.get("state", {}).get("device", "")
        fields = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1),
                  "device": device}  # fmt: skip
        _log.info("%(method)s %(route)s %(status)d %(ms).1f ms %(device)s", fields, extra={"fields": fields})
