"""`/ns/sta`: the ontology as a page and as linked data; its terms are fragments of this one document."""

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import conditional, negotiate
from publish.errors import NotAcceptable, NotFound
from publish.formats import BY_MEDIA_TYPE, BY_SUFFIX, FORMATS, HTML, Format
from publish.portal.site import Site
from vocab.namespaces import Namespaces
from vocab.quality import RULES
from vocab.rdf import serialise
from vocab.rdf.ontology import ABOUT, TITLE, VERSION, borrowed, ontology, own
from vocab.rdf.quality import NAMES, TOTAL

FORMS = tuple(form for form in FORMATS if form.rdf)
OFFERS = (HTML, *(form.media_type for form in FORMS))
PATH = "/ns/sta"


def routes(site: Site) -> list[Route]:
    ns = site.services.namespaces

    def term(request: Request) -> Response:
        wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
        if wanted is None:
            raise NotAcceptable(OFFERS)
        return _page(request, site) if wanted == HTML else _data(request, BY_MEDIA_TYPE[wanted], ns)

    def data(request: Request) -> Response:
        form = BY_SUFFIX.get(request.path_params["suffix"])
        if form is None or not form.rdf:
            suffixes = [one.suffix for one in FORMS]
            raise NotFound("The ontology comes as " + ", ".join(f".{one}" for one in suffixes) + ".", suffixes)
        return _data(request, form, ns)

    return [Route(f"{PATH}.{{suffix}}", data, name="ontology-data"), Route(PATH, term, name="ontology")]


@lru_cache(maxsize=8)
def _body(form: Format, ns: Namespaces) -> bytes:
    return serialise(ontology(ns), form.media_type, ns)


def _data(request: Request, form: Format, ns: Namespaces) -> Response:
    headers = {"Vary": "Accept", "Content-Location": f"{ns.base}{PATH}.{form.suffix}"}
    return conditional.answer(request, _body(form, ns), form.media_type, headers=headers)


def _page(request: Request, site: Site) -> Response:
    reader, ns = site.reader(request), site.services.namespaces
    language = 1 if reader.lang == "en" else 0
    metrics = [(f"quality-dimension-{one.value}", NAMES[one]) for one in NAMES]
    metrics += [(f"quality-{one.value}", NAMES[one]) for one in NAMES]
    metrics += [("quality-total", TOTAL), *((f"quality-{rule.id}", rule.name) for rule in RULES)]
    context = {
        "title": TITLE[language],
        "about": ABOUT[language],
        "version": VERSION,
        "namespace": ns.sta,
        "terms": own(),
        "borrowed": [(one, ns.expand(one.name)) for one in borrowed()],
        "metrics": [(name, getattr(label, reader.lang)) for name, label in metrics],
        "formats": [(form.name, form.media_type, f"{PATH}.{form.suffix}") for form in FORMS],
        "expand": ns.expand,
    }
    return site.page(request, "ontology.html", context, headers={"Vary": "Accept, Accept-Language, Cookie"})
