"""A record that goes on under another address: whatever was asked of the old one is answered with the way to the new one."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from publish.api.records import RECORDS
from publish.errors import Moved
from publish.links import record_path
from publish.services import Services


def leading(services: Services) -> Callable[[Request, Exception], Response]:
    """Answers `Moved`. The address is made from the configured base, the form asked for is kept."""

    def lead(request: Request, error: Exception) -> Response:
        assert isinstance(error, Moved)
        path = address(request.url.path, error.living, services.namespaces.base)
        return RedirectResponse(services.settings.base_url + path, 301, {"Cache-Control": "no-cache"})

    return lead


def address(asked: str, living: str, base: str) -> str:
    """The path at which the living record is what was asked for: its data, its page, its permanent address, or a document
    about it. A version has no address there: those of the old record are gone, and the numbers of the other one are its own.
    """
    page = record_path(living, base) or "/"
    if asked.startswith(f"{RECORDS}/"):
        return RECORDS + page
    if not asked.startswith("/id/"):
        return page
    _, _, _, name, *document = asked.split("/")
    if document:
        return f"/id{page}" if document[0] == "version" else f"/id{page}/{document[0]}"
    _, dot, suffix = name.partition(".")
    return f"/id{page}{dot}{suffix}"
