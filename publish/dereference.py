"""`/id/{kind}/{id}`: the permanent address of a record leads to its page or its data, or says that it is gone."""

import pyoxigraph
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publish import conditional, formats, negotiate, organisations
from publish.api.records import published
from publish.errors import NotAcceptable, NotFound
from publish.formats import BY_MEDIA_TYPE, BY_SUFFIX, FORMATS, HTML, Format
from publish.links import safe, segment, with_query
from publish.services import Services
from vocab.public import PublicRecord

OFFERS = (HTML, *(f.media_type for f in FORMATS))


def routes(services: Services) -> list[Route]:
    def data(request: Request) -> Response:
        form = BY_SUFFIX.get(request.path_params["suffix"])
        if form is None:
            raise NotFound("Records come as " + ", ".join(f".{f.suffix}" for f in FORMATS) + ".")
        if (known := _organisation(request, services)) and form.rdf:
            return conditional.answer(request, organisations.body(known, form, services), form.media_type)
        return _data(request, _find(request, services), form, services)

    def redirect(request: Request) -> Response:
        return _redirect(request, services)

    return [
        Route("/id/{kind}/{id}.{suffix}", data, name="id-data"),
        Route("/id/{kind}/{id}", redirect, name="id"),
    ]


def link_header(public: PublicRecord, services: Services) -> str:
    """RFC 8288 links from any form of a record to the others, to its page and to its licence."""
    base = services.settings.base_url
    page = f"<{base}{_page_path(public)}>"
    links = [f'{page}; rel="alternate"; type="{HTML}"', f'<{public.iri}>; rel="canonical"']
    links += [f'<{public.iri}.{f.suffix}>; rel="alternate describedby"; type="{f.media_type}"' for f in FORMATS]
    licence = safe(public.record.licence)
    # A header is latin-1 without line breaks: an address that is not plain is left out rather than mangled.
    if licence and licence.isascii() and licence.isprintable() and not set("<> ") & set(licence):
        links.append(f'<{licence}>; rel="license"')
    return ", ".join(links)


def _find(request: Request, services: Services) -> PublicRecord:
    kind, local = request.path_params["kind"], request.path_params["id"]
    return published(services.view, f"{services.namespaces.base}/id/{kind}/{local}")


def _redirect(request: Request, services: Services) -> Response:
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
    if known := _organisation(request, services):
        return _to_organisation(request, organisations.name_of(known), wanted, services)
    public = _find(request, services)
    if wanted is None:
        raise NotAcceptable(OFFERS)
    target = _page_path(public) if wanted == HTML else f"{_id_path(public)}.{BY_MEDIA_TYPE[wanted].suffix}"
    etag = conditional.tag(public.digest, public.seq, wanted, "see-other")
    return RedirectResponse(
        services.settings.base_url + target, 303, {**headers, "ETag": etag, "Link": link_header(public, services)}
    )


def _organisation(request: Request, services: Services) -> list[pyoxigraph.Triple]:
    """What is known of an organisation that records name and that has no record, and never had one."""
    kind, local = request.path_params["kind"], request.path_params["id"]
    iri = f"{services.namespaces.base}/id/{kind}/{local}"
    if kind != "organisation" or services.view.record(iri) or services.view.tombstone(iri):
        return []
    return organisations.described(local, services)


def _to_organisation(request: Request, name: str | None, wanted: str | None, services: Services) -> Response:
    rdf = [f for f in FORMATS if f.rdf]
    if wanted == HTML and name:
        target = with_query("/organisation", {"name": name})
    elif form := next((f for f in rdf if f.media_type == wanted), None):
        target = f"/id/organisation/{segment(request.path_params['id'])}.{form.suffix}"
    else:
        raise NotAcceptable([HTML, *(f.media_type for f in rdf)])
    return RedirectResponse(services.settings.base_url + target, 303, {"Vary": "Accept", "Cache-Control": "no-cache"})


def _data(request: Request, public: PublicRecord, form: Format, services: Services) -> Response:
    headers = {
        "Vary": "Accept",
        "Link": link_header(public, services),
        "Content-Location": f"{public.iri}.{form.suffix}",
    }
    etag = conditional.tag(public.digest, public.seq, form.suffix)
    if conditional.unchanged(request, etag, public.at):  # before the work of serialising
        return conditional.answer(request, b"", form.media_type, etag=etag, modified=public.at, headers=headers)
    body = formats.body(public, form, services.namespaces)
    return conditional.answer(request, body, form.media_type, etag=etag, modified=public.at, headers=headers)


def _page_path(public: PublicRecord) -> str:
    return f"/{public.kind}/{segment(_local(public))}"


def _id_path(public: PublicRecord) -> str:
    return f"/id/{public.kind}/{segment(_local(public))}"


def _local(public: PublicRecord) -> str:
    return public.iri.rpartition("/")[2]
