"""Sizes of a request: address and body. What is larger is refused before anything reads it."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN = frozenset({"/sparql"})  # counts its bodies itself, and says what a query may have
PUSHED = re.compile(r"/api/v1/sources/[^/]+/records(/|$)")
CHECKED = frozenset({"/api/v1/validate", "/standard/validate"})


class RequestLimits:
    """Raises HTTPException 414 or 413; a body that lies about its length is counted while it is read."""

    def __init__(self, app: ASGIApp, url: int, body: int, push: int, check: int) -> None:
        self.app, self.url, self.body, self.push, self.check = app, url, body, push, check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self.url:
            raise HTTPException(414)
        if scope["path"] in OWN:
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()) or int(declared) > limit:
            raise HTTPException(413)
        await self.app(scope, self._counted(receive, limit), send)

    def _limit(self, path: str) -> int:
        if path in CHECKED:
            return self.check
        return self.push if PUSHED.match(path) else self.body

    def _counted(self, receive: Receive, limit: int) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413)
            return message

        return counted
