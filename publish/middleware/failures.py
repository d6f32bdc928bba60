"""The border: whatever was raised inside becomes an answer, and what nobody expected is logged with its traceback."""

from collections.abc import Callable

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publish.middleware.observe import CAPABILITIES
from publish.problem import outcome_for

Render = Callable[[Request, Exception], Response]


class Failures:
    """Inside the headers and the log, so that an error page has both."""

    def __init__(self, app: ASGIApp, render: Render) -> None:
        self.app, self.render = app, render
        self.log = structlog.get_logger("publish.errors")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            if outcome_for(error).status == 500:
                # a key in the path of what is written may be that of a secret record
                told = scope["method"] in ("GET", "HEAD") and not scope["path"].startswith(CAPABILITIES)
                path = scope["path"][:300] if told else ""
                self.log.error("request failed", method=scope["method"], path=path, exc_info=error)
            response = await run_in_threadpool(self.render, Request(scope, receive), error)
            await response(scope, receive, send)
