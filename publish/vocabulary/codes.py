"""`/code/{scheme}` and `/code/{scheme}/{notation}`: code lists and their concepts, led to by 303 as a page or as data."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publish import conditional, negotiate
from publish.errors import NotAcceptable, NotFound
from publish.formats import BY_MEDIA_TYPE, BY_SUFFIX, FORMATS, HTML, Format
from publish.links import code_path
from publish.portal.site import Site
from publish.vocabulary import documents, known
from publish.vocabulary.pages import CodePages

PAGE = "html"  # the suffix of a page: the address without one is the concept itself
OFFERS = (HTML, *(form.media_type for form in FORMATS))
SUFFIXES = (PAGE, *(form.suffix for form in FORMATS))

Handler = Callable[[Request], Response]


def routes(site: Site) -> list[Route]:
    pages, ns, base = CodePages(site), site.services.namespaces, site.services.settings.base_url

    def code_list(request: Request) -> Response:
        return _lead(request, f"/code/{known.code_list(request).id}", base)

    def code(request: Request) -> Response:
        return _lead(request, code_path(known.code(request).code), base)

    def list_data(request: Request, form: Format) -> Response:
        codes = known.code_list(request)
        return _data(request, documents.of_scheme(codes, form, ns), form, ns.scheme(codes.id))

    def code_data(request: Request, form: Format) -> Response:
        concept = known.code(request)
        return _data(request, documents.of_concept(concept, form, ns), form, base + code_path(concept.code))

    return [
        Route("/code", pages.all, name="codes"),
        Route("/code/{scheme}.{suffix}", _by_suffix(pages.code_list, list_data), name="code-list-data"),
        Route("/code/{scheme}", code_list, name="code-list"),
        Route("/code/{scheme}/{notation}.{suffix}", _by_suffix(pages.code, code_data), name="code-data"),
        Route("/code/{scheme}/{notation}", code, name="code"),
    ]


def _by_suffix(page: Handler, data: Callable[[Request, Format], Response]) -> Handler:
    def chosen(request: Request) -> Response:
        suffix = request.path_params["suffix"]
        if suffix == PAGE:
            return page(request)
        if suffix not in BY_SUFFIX:
            raise NotFound("Code lists come as " + ", ".join(f".{one}" for one in SUFFIXES) + ".", SUFFIXES)
        return data(request, BY_SUFFIX[suffix])

    return chosen


def _lead(request: Request, address: str, base: str) -> Response:
    """A concept is no document: 303 to the one about it that the client likes best (Cool URIs, section 4.2)."""
    wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
    if wanted is None:
        raise NotAcceptable(OFFERS)
    suffix = PAGE if wanted == HTML else BY_MEDIA_TYPE[wanted].suffix
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Link": _links(base + address)}
    return RedirectResponse(f"{base}{address}.{suffix}", 303, headers)


def _data(request: Request, body: bytes, form: Format, iri: str) -> Response:
    headers = {"Link": _links(iri), "Content-Location": f"{iri}.{form.suffix}"}
    return conditional.answer(request, body, form.media_type, headers=headers)


def _links(iri: str) -> str:
    """RFC 8288 links to every form."""
    forms = [(PAGE, HTML), *((form.suffix, form.media_type) for form in FORMATS)]
    links = [f'<{iri}.{suffix}>; rel="alternate describedby"; type="{media_type}"' for suffix, media_type in forms]
    return ", ".join([f'<{iri}>; rel="canonical"', *links])
