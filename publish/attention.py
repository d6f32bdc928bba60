"""`/feed/attention/{secret}`: what needs a person, as an Atom feed (RFC 4287) for those who hold its address.

The address is the right to read it: feed readers send no headers of ours. So it is compared in constant time, written to no log,
kept by no cache, named to no crawler, and sent to nobody as a referrer.
"""

import math
from collections.abc import Sequence
from ipaddress import ip_network

import structlog
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.clock import stamp
from federation.errors import FederationError
from federation.watch.attention import Matter
from publish.errors import NotFound, TooManyRequests, Unavailable
from publish.middleware.rate import Buckets, client_of
from publish.services import Services
from publish.settings import RateLimit

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
PREFIX = "/feed/attention/"
PACE = RateLimit(per_second=0.1, burst=20)  # of one client, right or wrong: each reading looks through every source
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

log = structlog.get_logger("publish.attention")


def routes(services: Services) -> list[Route]:
    """The route; without the service nothing lives at any such address."""
    trusted = tuple(map(ip_network, services.settings.trusted_proxies))
    pace = Buckets(PACE)

    def attention(request: Request) -> Response:
        if seconds := pace.take(client_of(request.scope, trusted)):
            raise TooManyRequests(math.ceil(seconds))
        matters = _matters(services, request.path_params["secret"])
        if matters is None:
            raise NotFound("There is nothing at this address.")
        return Response(feed(matters, services.settings.base_url), headers=HEADERS, media_type=MEDIA_TYPE)

    return [Route(PREFIX + "{secret}", attention, name="attention")]


def feed(matters: Sequence[Matter], base: str) -> bytes:
    """An entry's id changes with what it says (RFC 4287, 4.2.6), so that readers show a changed matter anew.

    No link names the feed's own address, although it should: what is handed on must not hand on the right to read.
    """
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # the stubs know no default namespace
    _add(root, "id", f"{base}/feed/attention")
    _add(root, "title", "What needs a person")
    _add(_add(root, "author"), "name", base)
    _add(root, "updated", stamp())
    for matter in matters:
        _entry(_add(root, "entry"), matter, base)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _matters(services: Services, secret: str) -> Sequence[Matter] | None:
    """The ledger's messages are for its operators: whoever reads the feed is told to come back."""
    try:
        return services.attention.matters(secret) if services.attention is not None else None
    except FederationError as error:
        log.error("the attention feed failed", reason=str(error))
        raise Unavailable("What needs a person cannot be told at this moment.") from error


def _entry(entry: etree._Element, matter: Matter, base: str) -> None:
    _add(entry, "id", f"{base}/feed/attention#{matter.digest[:32]}")
    _add(entry, "title", f"{matter.source}: {matter.concern.value}")
    _add(entry, "updated", matter.since or stamp())
    _add(entry, "category").set("term", matter.concern.value)
    _add(entry, "summary", f"{matter.said}. Settle: {matter.command}")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = text
    return made
