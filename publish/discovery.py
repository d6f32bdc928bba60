"""What crawlers and browsers look for: robots.txt, sitemaps, OpenSearch."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish.conditional import answer
from publish.formats import HTML, JSON
from publish.languages import Lang, of
from publish.services import Services
from publish.sitemap import Ages, add, document, element, sitemap_of

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
CLOSED = (
    *("/search?", "/search.", "/api/", "/sparql", "/oai", "/feed/", "/feed.", "/dumps/*/"),
    *("/metrics", "/readyz", "/healthz"),
)


def routes(services: Services) -> list[Route]:
    ages = Ages(services.settings.limits.sitemap)

    def robots(request: Request) -> Response:
        base = services.settings.base_url
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
        text = "\n".join([*lines, f"Sitemap: {base}/sitemap.xml", f"# Data catalogue (DCAT-AP): {base}/catalog", ""])
        return answer(request, text.encode(), "text/plain; charset=utf-8")

    def sitemap(request: Request) -> Response:
        return answer(request, sitemap_of(services, ages, request.query_params.get("after")), XML)

    def opensearch(request: Request) -> Response:
        headers = {"Vary": "Accept-Language, Cookie"}
        body = opensearch_of(services, of(request))
        return answer(request, body, "application/opensearchdescription+xml", headers=headers)

    return [
        Route("/robots.txt", robots, name="robots"),
        Route("/sitemap.xml", sitemap, name="sitemap"),
        Route("/opensearch.xml", opensearch, name="opensearch"),
    ]


def opensearch_of(services: Services, lang: Lang) -> bytes:
    """The description by which a browser offers this site as a search engine (names are at most 16 characters)."""
    base, title = services.settings.base_url, services.settings.title
    name = (title.en if lang is Lang.EN else "") or title.zh
    root = element(OPENSEARCH, "OpenSearchDescription")
    add(root, "ShortName", name[:16])
    add(root, "Description", name[:1024])
    add(root, "InputEncoding", "UTF-8")
    add(root, "Language", lang.tag)
    for media_type, relation, path in SEARCHES:
        address = add(root, "Url")
        address.set("type", media_type)
        address.set("rel", relation)
        address.set("template", f"{base}{path}?q={{searchTerms}}")
    itself = add(root, "Url")
    itself.set("type", "application/opensearchdescription+xml")
    itself.set("rel", "self")
    itself.set("template", f"{base}/opensearch.xml")
    return document(root)
