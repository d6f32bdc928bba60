"""What crawlers and browsers look for: robots.txt, sitemaps in the order of the change log, OpenSearch."""

from collections.abc import Iterable

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish.conditional import answer
from publish.errors import BadParameter
from publish.formats import HTML, JSON
from publish.languages import Lang, of
from publish.links import record_path
from publish.services import Services
from vocab.public import PublicRecord

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
XML = "application/xml"
# Where a search is answered: media type, relation (OpenSearch 1.1), path.
SEARCHES = (
    (HTML, "results", "/search"),
    ("application/atom+xml", "results", "/search.atom"),
    (JSON, "results", "/api/v1/search"),
    ("application/x-suggestions+json", "suggestions", "/search.suggestions"),
)
# Addresses that multiply without end or hold nothing to index.
CLOSED = ("/search?", "/search.", "/api/", "/sparql", "/oai", "/feed/", "/feed.", "/metrics", "/readyz", "/healthz")


def routes(services: Services) -> list[Route]:
    def robots(request: Request) -> Response:
        base = services.settings.base_url
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
        text = "\n".join([*lines, f"Sitemap: {base}/sitemap.xml", f"# Data catalogue (DCAT-AP): {base}/catalog", ""])
        return answer(request, text.encode(), "text/plain; charset=utf-8")

    def sitemap(request: Request) -> Response:
        return answer(request, sitemap_of(services, request.query_params.get("after")), XML)

    def opensearch(request: Request) -> Response:
        headers = {"Vary": "Accept-Language, Cookie"}
        body = opensearch_of(services, of(request))
        return answer(request, body, "application/opensearchdescription+xml", headers=headers)

    return [
        Route("/robots.txt", robots, name="robots"),
        Route("/sitemap.xml", sitemap, name="sitemap"),
        Route("/opensearch.xml", opensearch, name="opensearch"),
    ]


def sitemap_of(services: Services, after: str | None) -> bytes:
    """The index without `after`; with it, the addresses of one span of sequence numbers. Raises BadParameter."""
    if after is None:
        return _index(services)
    if not (after.isascii() and after.isdigit() and len(after) < 17):
        raise BadParameter(
            "after", f"Parameter 'after' is {after[:40]!r}; allowed is a whole number.", value=after[:40]
        )
    span = services.settings.limits.sitemap
    start = int(after) // span * span
    found = services.view.page(start, span)
    return _urlset((p for p in found if p.seq <= start + span), services)


def _index(services: Services) -> bytes:
    """One file per span of the log: a change touches the newest file and the one the record moved out of, no others."""
    root = _root(SITEMAP, "sitemapindex")
    span, base = services.settings.limits.sitemap, services.settings.base_url
    for start in range(0, max(services.view.last_seq(), 1), span):
        _add(_add(root, "sitemap"), "loc", f"{base}/sitemap.xml?after={start}")
    return _document(root)


def _urlset(records: Iterable[PublicRecord], services: Services) -> bytes:
    root = _root(SITEMAP, "urlset")
    for public in records:
        path = record_path(public.iri, services.namespaces.base)
        if path is not None:
            address = _add(root, "url")
            _add(address, "loc", services.settings.base_url + path)
            _add(address, "lastmod", public.at)
    return _document(root)


def opensearch_of(services: Services, lang: Lang) -> bytes:
    """The description by which a browser offers this site as a search engine (names are at most 16 characters)."""
    base, title = services.settings.base_url, services.settings.title
    name = (title.en if lang is Lang.EN else "") or title.zh
    root = _root(OPENSEARCH, "OpenSearchDescription")
    _add(root, "ShortName", name[:16])
    _add(root, "Description", name[:1024])
    _add(root, "InputEncoding", "UTF-8")
    _add(root, "Language", lang.tag)
    for media_type, relation, path in SEARCHES:
        address = _add(root, "Url")
        address.set("type", media_type)
        address.set("rel", relation)
        address.set("template", f"{base}{path}?q={{searchTerms}}")
    itself = _add(root, "Url")
    itself.set("type", "application/opensearchdescription+xml")
    itself.set("rel", "self")
    itself.set("template", f"{base}/opensearch.xml")
    return _document(root)


def _root(namespace: str, name: str) -> etree._Element:
    """A root in a default namespace."""
    return etree.fromstring(f'<{name} xmlns="{namespace}"/>')


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    """A child in the namespace of its parent."""
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child


def _document(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
