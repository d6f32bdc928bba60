"""`/offers` and `/offers/{reference}`: by Accept or by suffix, as a page, JSON or XML; and the schema of the XML."""

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import negotiate, params
from publish.conditional import answer
from publish.errors import NotAcceptable, NotFound
from publish.formats import HTML, JSON
from publish.languages import Lang
from publish.offers import xml
from publish.offers.answers import OffersAnswer, OffersParams, offer, offers
from publish.offers.profile import TechnologyOffer
from publish.portal.site import Site

XML = "application/xml"
PATH = "/offers"
FORMS = {"json": JSON, "xml": XML}
OFFERS = (HTML, JSON, XML)
VARY = {"Vary": "Accept"}

PAGE = {"Vary": "Accept, Accept-Language, Cookie"}


class PageParams(OffersParams, frozen=True, forbid_unknown_fields=True):
    """What an address of the page may hold."""

    lang: Lang | None = None


Told = Callable[[Request, str, str], Response]  # the request, the media type, the path it stands under


def routes(site: Site) -> list[Route]:
    services, base = site.services, site.services.namespaces.base
    described = {"Link": f'<{base}{xml.PATH}.xsd>; rel="describedby"; type="{XML}"'}

    def listed(request: Request, form: str, path: str) -> Response:
        asked = params.read(request, PageParams if form == HTML else OffersParams)
        found = offers(services, asked, path)
        if form == HTML:
            return site.page(request, "offers.html", {"found": found}, headers=PAGE)
        return answer(request, _list(found, form, base), form, headers=VARY | described)

    def single(request: Request, form: str, path: str) -> Response:
        found = offer(services, request.path_params["reference"])
        if form == HTML:
            return site.page(request, "offer.html", {"offer": found}, headers=PAGE)
        return answer(request, _one(found, form, base), form, headers=VARY | described)

    def schema(request: Request) -> Response:
        return answer(request, xml.schema(base), XML)

    return [
        Route(f"{PATH}.{{suffix}}", _by_suffix(listed), name="offers-data"),
        Route(PATH, _by_accept(listed), name="offers"),
        Route(f"{PATH}/{{reference}}.{{suffix}}", _by_suffix(single), name="offer-data"),
        Route(f"{PATH}/{{reference}}", _by_accept(single), name="offer"),
        Route(f"{xml.PATH}.xsd", schema, name="offer-schema"),
    ]


def _by_accept(told: Told) -> Callable[[Request], Response]:
    def chosen(request: Request) -> Response:
        wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
        if wanted is None:
            raise NotAcceptable(OFFERS)
        return told(request, wanted, PATH)

    return chosen


def _by_suffix(told: Told) -> Callable[[Request], Response]:
    def chosen(request: Request) -> Response:
        suffix = request.path_params["suffix"]
        if suffix not in FORMS:
            raise NotFound("Offers come as .json and .xml.", tuple(FORMS))
        return told(request, FORMS[suffix], f"{PATH}.{suffix}")

    return chosen


def _list(found: OffersAnswer, form: str, base: str) -> bytes:
    if form == JSON:
        return msgspec.json.encode(found)
    return xml.many(found.items, found.gone, found.total, found.next, base)


def _one(found: TechnologyOffer, form: str, base: str) -> bytes:
    return msgspec.json.encode(found) if form == JSON else xml.one(found, base)
