"""One log line and one observation per request. No query string, no client address: they may hold personal data."""

import time

import structlog
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publish.metrics import Metrics


class Observer:
    def __init__(self, app: ASGIApp, metrics: Metrics, routes: list[BaseRoute]) -> None:
        self.app, self.metrics, self.routes = app, metrics, routes
        self.log = structlog.get_logger("publish.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._route(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.metrics.observe(route, method, status, seconds)
        # what is written names a record by its source's key, which may be that of a secret one; some addresses are secrets
        path = scope["path"][:300] if method in READING and not scope["path"].startswith(CAPABILITIES) else route
        self.log.info("request", method=method, path=path, status=status, route=route, ms=round(seconds * 1000, 2))

    def _route(self, scope: Scope) -> str:
        """The pattern of the route, so that the number of series does not grow with the number of records. What was refused
        before the router saw it has none yet.
        """
        found = scope.get("route") or next((r for r in self.routes if r.matches(scope)[0] is not Match.NONE), None)
        return str(getattr(found, "path", "other")) if found else "unknown"


CAPABILITIES = ("/feed/attention", "/follow/", "/api/v1/webhooks/")  # what follows is a right
READING = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
