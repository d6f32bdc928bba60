"""A file of a dump as an answer: ranges, strong tags, and cut short when something in the dump is withdrawn meanwhile."""

import base64
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from publish import conditional
from publish.dumps.manifest import File
from publish.dumps.shelf import Kept

LOOK = 1.0  # seconds between two looks at the ledger while a file goes out
PACKED = {"zstd": "application/zstd", "gzip": "application/gzip"}
PATHSEND = "http.response.pathsend"


class Revoked(Exception):
    """The dump that is being sent was taken away: the connection is cut, so that nobody takes it for whole."""


def media_type(file: File) -> str:
    """Of the file as it lies there. It is packed and stays so: no Content-Encoding, which clients would take off."""
    return PACKED[file.compression.value] if file.compression else file.media_type


def answer(request: Request, kept: Kept, file: File, stands: Callable[[], bool]) -> Response:
    path = kept.folder / file.name
    found = path.stat()
    headers = {
        "ETag": f'"{file.sha256}"' if file.sha256 else conditional.tag(kept.name, file.name),
        "Last-Modified": formatdate(found.st_mtime, usegmt=True),
        "Cache-Control": "no-cache",  # whoever keeps it asks again whether it may still be shown
        "X-Robots-Tag": "noindex",
    }
    if file.sha256:  # RFC 9530
        digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"
    if conditional.unchanged(request, headers["ETag"], kept.written):
        return Response(status_code=304, headers=headers)
    return Download(stands, path, headers=headers, media_type=media_type(file), filename=file.name, stat_result=found)


class Download(FileResponse):
    def __init__(self, stands: Callable[[], bool], path: object, **rest: object) -> None:
        super().__init__(path, **rest)  # type: ignore[arg-type]  # as FileResponse has them
        self._stands = stands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A server that sends the file by itself could not be told to stop.
        extensions = {name: value for name, value in (scope.get("extensions") or {}).items() if name != PATHSEND}
        looked = time.monotonic()

        async def watched(message: Message) -> None:
            nonlocal looked
            if message["type"] == "http.response.body" and time.monotonic() - looked >= LOOK:
                looked = time.monotonic()
                if not await to_thread.run_sync(self._stands):
                    raise Revoked
            await send(message)

        # An answer that ends before its length makes the server close the connection.
        with suppress(Revoked, FileNotFoundError):
            await super().__call__({**scope, "extensions": extensions}, receive, watched)
