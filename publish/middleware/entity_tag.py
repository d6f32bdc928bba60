"""Keeps entity tags strong through compression: a compressed body is another representation (RFC 9110 section 8.8.3)."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SUFFIX = '-gzip"'


class EncodedEntityTag:
    """Outside of the compression: adds `-gzip` to the tag of what was compressed, takes it off what clients ask with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = MutableHeaders(scope=scope)
        wanted = asked.get("if-none-match", "")
        had_encoded = SUFFIX in wanted
        if had_encoded:
            asked["if-none-match"] = wanted.replace(SUFFIX, '"')

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                encoded = "content-encoding" in headers or (message["status"] == 304 and had_encoded)
                etag = headers.get("etag", "")
                if encoded and etag.endswith('"') and not etag.startswith("W/"):
                    headers["etag"] = etag[:-1] + SUFFIX
            await send(message)

        await self.app(scope, receive, tagged)
