"""`/id/{kind}/{id}`: the permanent address of a record leads to its page or its data, or says that it is gone."""

import pyoxigraph
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publish import conditional, formats, negotiate, organisations, signposting, timegate, weblink
from publish.api.records import published
from publish.citations import CITATIONS, WRITERS, work
from publish.errors import NotAcceptable, NotFound
from publish.formats import FORMATS, HTML, Format
from publish.links import segment, with_query
from publish.services import Services
from vocab.public import PublicRecord

FORMS = (*FORMATS, *CITATIONS)
OFFERS = (HTML, *(f.media_type for f in FORMS))
BY_SUFFIX = {f.suffix: f for f in FORMS}
BY_MEDIA_TYPE = {f.media_type: f for f in FORMS}
LINKSETS = (weblink.LINKSET_JSON, weblink.LINKSET)


def routes(services: Services) -> list[Route]:
    def data(request: Request) -> Response:
        form = BY_SUFFIX.get(request.path_params["suffix"])
        if form is None:
            suffixes = [f".{f.suffix}" for f in FORMS]
            raise NotFound(f"Records come as {', '.join(suffixes)}.", suffixes)
        if (known := _organisation(request, services)) and form.rdf:
            return conditional.answer(request, organisations.body(known, form, services), form.media_type)
        public = _find(request, services)
        return (_citation if form in CITATIONS else _data)(request, public, form, services)

    def redirect(request: Request) -> Response:
        return _redirect(request, services)

    def linkset(request: Request) -> Response:
        return _linkset(request, _find(request, services), services)

    return [
        Route("/id/{kind}/{id}/linkset", linkset, name="id-linkset"),
        Route("/id/{kind}/{id}.{suffix}", data, name="id-data"),
        Route("/id/{kind}/{id}", redirect, name="id"),
    ]


def _find(request: Request, services: Services) -> PublicRecord:
    kind, local = request.path_params["kind"], request.path_params["id"]
    return published(services.view, f"{services.namespaces.base}/id/{kind}/{local}")


def _redirect(request: Request, services: Services) -> Response:
    headers = {"Vary": timegate.VARY, "Cache-Control": "no-cache"}
    wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
    if known := _organisation(request, services):
        return _to_organisation(request, organisations.name_of(known), wanted, services)
    public = _find(request, services)
    if moment := timegate.asked(request):
        return timegate.gate(public, moment, services)
    if wanted is None:
        raise NotAcceptable(OFFERS)
    target = _page_path(public) if wanted == HTML else f"{_id_path(public)}.{BY_MEDIA_TYPE[wanted].suffix}"
    etag = conditional.tag(public.digest, public.seq, wanted, "see-other")
    link = signposting.of_page(public, services)
    return RedirectResponse(services.settings.base_url + target, 303, {**headers, "ETag": etag, "Link": link})


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
        "Link": signposting.of_data(public, form, services),
        "Content-Location": f"{public.iri}.{form.suffix}",
    }
    etag = conditional.tag(public.digest, public.seq, form.suffix)
    if conditional.unchanged(request, etag, public.at):  # before the work of serialising
        return conditional.answer(request, b"", form.media_type, etag=etag, modified=public.at, headers=headers)
    body = formats.body(public, form, services.namespaces)
    return conditional.answer(request, body, form.media_type, etag=etag, modified=public.at, headers=headers)


def _citation(request: Request, public: PublicRecord, form: Format, services: Services) -> Response:
    """For a download: with the name of the platform, and some with the present day, so the body alone tells its tag."""
    cited = work(public, services.settings.title)
    headers = {
        "Link": signposting.of_data(public, form, services),
        "Content-Disposition": f'inline; filename="{cited.key}.{form.suffix}"',
    }
    body = WRITERS[form](cited).encode()
    return conditional.answer(request, body, f"{form.media_type}; charset=utf-8", headers=headers)


def _linkset(request: Request, public: PublicRecord, services: Services) -> Response:
    wanted = negotiate.media_type(request.headers.get("accept"), LINKSETS)
    if wanted is None:
        raise NotAcceptable(LINKSETS)
    links = signposting.of_record(public, services)
    body = weblink.linkset(links) if wanted == weblink.LINKSET_JSON else weblink.document(links)
    return conditional.answer(request, body, wanted, headers={"Vary": "Accept"})


def _page_path(public: PublicRecord) -> str:
    return f"/{public.kind}/{segment(_local(public))}"


def _id_path(public: PublicRecord) -> str:
    return f"/id/{public.kind}/{segment(_local(public))}"


def _local(public: PublicRecord) -> str:
    return public.iri.rpartition("/")[2]
