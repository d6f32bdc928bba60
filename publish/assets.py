"""Static files, served from memory under names that carry their hash, so that they may be cached for ever."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish.errors import NotFound

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    path: str
    body: bytes
    media_type: str


class Assets:
    """`site.css` -> `/static/site.0f3c….css`."""

    def __init__(self) -> None:
        folder = files("publish") / "static"
        found = [f for f in folder.iterdir() if f.name.rpartition(".")[2] in TYPES]
        self._by_name = {f.name: _asset(f.name, f.read_bytes()) for f in found}
        self._by_path = {asset.path: asset for asset in self._by_name.values()}

    def path(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that is not there."""
        return self._by_name[name].path

    def routes(self) -> list[Route]:
        async def static(request: Request) -> Response:
            asset = self._by_path.get(request.url.path)
            if asset is None:
                raise NotFound("No such file.")
            return Response(asset.body, headers={"Cache-Control": FOREVER, "Content-Type": asset.media_type})

        return [Route("/static/{name}", static, name="static")]


def _asset(name: str, body: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    return Asset(f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{suffix}", body, TYPES[suffix])
