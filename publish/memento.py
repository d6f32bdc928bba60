"""Memento (RFC 7089): every version of a record that is public now, by its number or by the time at which it held.

`/id/{kind}/{id}` itself is the TimeGate (pattern 1.1): with `Accept-Datetime` it leads to the version of that time.
`…/timemap` lists the versions, `…/version/{n}` is one of them, by `Accept` or with the suffix of a form. A record that was
withdrawn has none of these; a version that was removed is not listed, and its address answers 410.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation.views import Memento
from publish import conditional, formats, history, negotiate, timemap
from publish.errors import BadParameter, NotAcceptable, NotFound, VersionGone
from publish.formats import BY_MEDIA_TYPE, BY_SUFFIX, FORMATS, HTML, Format
from publish.portal.record import RecordPage
from publish.portal.site import Site
from publish.services import Services
from publish.timegate import located
from publish.weblink import LINK_FORMAT, document, header
from vocab.public import PublicRecord

OFFERS = (HTML, *(f.media_type for f in FORMATS))


def routes(site: Site) -> list[Route]:
    services, page = site.services, RecordPage(site)

    def listed(request: Request) -> Response:
        return _timemap(request, services)

    def version(request: Request) -> Response:
        form = _form(request)
        public, links, one = _version(request, services)
        if one.version != public.version:
            suffix = f".{form.suffix}" if "suffix" in request.path_params and form else ""
            return RedirectResponse(located(timemap.address(public.iri, one), services) + suffix, 301)
        headers = {"Memento-Datetime": timemap.http_date(one), "Link": links, "Vary": "Accept"}
        if form is None:
            return page.past(request, public, headers)
        return _data(request, public, form, services, headers)

    return [
        Route("/id/{kind}/{id}/timemap", listed, name="timemap"),
        Route("/id/{kind}/{id}/version/{number}.{suffix}", version, name="version-data"),
        Route("/id/{kind}/{id}/version/{number}", version, name="version"),
    ]


def _timemap(request: Request, services: Services) -> Response:
    iri = _iri(request, services)
    past = history.of(services.view, iri)
    text = request.query_params.get("page", "1")
    last = timemap.pages(past)
    if text not in {str(number) for number in range(1, last + 1)}:
        raise BadParameter("page", f"Parameter 'page' is {text[:40]!r}; allowed is 1 to {last}.", value=text[:40])
    return conditional.answer(request, document(timemap.timemap(iri, past, int(text))), LINK_FORMAT)


def _form(request: Request) -> Format | None:
    """The form asked for by suffix or by Accept; None for the page. Raises NotFound, NotAcceptable."""
    suffix = request.path_params.get("suffix")
    if suffix is not None:
        if suffix not in BY_SUFFIX:
            suffixes = [f".{f.suffix}" for f in FORMATS]
            raise NotFound(f"Versions of a record come as {', '.join(suffixes)}.", suffixes)
        return BY_SUFFIX[suffix]
    wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
    if wanted is None:
        raise NotAcceptable(OFFERS)
    return BY_MEDIA_TYPE.get(wanted)


def _version(request: Request, services: Services) -> tuple[PublicRecord, str, Memento]:
    """The version of a number, its links, and the memento it is of: an older one where it only repeats it."""
    iri, number = _iri(request, services), request.path_params["number"]
    past = history.of(services.view, iri)
    plain = number.isascii() and number.isdigit() and len(number) < 10 and not number.startswith("0")
    public = services.view.version(iri, int(number)) if plain else None
    if public is None:
        if plain and (stone := services.view.removed(iri, int(number))):
            raise VersionGone(stone)
        raise NotFound(f"This record has no such version; the last one is {past[-1].version}.")
    one = history.original(past, public.version)
    return public, header(timemap.around(iri, past, one)), one


def _data(
    request: Request, public: PublicRecord, form: Format, services: Services, headers: Mapping[str, str]
) -> Response:
    headers = {**headers, "Content-Location": f"{public.iri}/version/{public.version}.{form.suffix}"}
    etag = conditional.tag(public.digest, public.version, "version", form.suffix)
    if conditional.unchanged(request, etag, None):  # before the work of serialising
        return conditional.answer(request, b"", form.media_type, etag=etag, headers=headers)
    body = formats.body(public, form, services.namespaces)
    return conditional.answer(request, body, form.media_type, etag=etag, headers=headers)


def _iri(request: Request, services: Services) -> str:
    return f"{services.namespaces.base}/id/{request.path_params['kind']}/{request.path_params['id']}"
