"""The TimeGate of a record (RFC 7089, pattern 1.1): its own address leads to the version that held at `Accept-Datetime`."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from publish import history, timemap
from publish.errors import BadParameter
from publish.services import Services
from publish.weblink import header
from vocab.public import PublicRecord

VARY = "Accept, Accept-Datetime"


def asked(request: Request) -> datetime | None:
    """The time that a client wants to be answered from. Raises BadParameter (RFC 7089 section 4.5.3)."""
    text = request.headers.get("accept-datetime")
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text[:100])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        allowed = "a date of HTTP in GMT such as 'Thu, 01 Oct 2026 08:30:00 GMT'"
        raise BadParameter(
            "Accept-Datetime", f"Accept-Datetime is {text[:100]!r}; allowed is {allowed}.", value=text[:100]
        )
    return moment


def gate(public: PublicRecord, moment: datetime, services: Services) -> Response:
    """The way to the version that held at a moment."""
    past = history.of(services.view, public.iri)
    found = history.at(past, moment)
    headers = {"Vary": VARY, "Cache-Control": "no-cache", "Link": header(timemap.around(public.iri, past, found))}
    return RedirectResponse(located(timemap.address(public.iri, found), services), 302, headers)


def located(iri: str, services: Services) -> str:
    """Where an address of ours is found on this site, whose origin may be another (a copy, a test)."""
    return services.settings.base_url + iri.removeprefix(services.namespaces.base)
