"""A search as an Atom feed with OpenSearch elements, and completions for the search box of a browser.

The feed is what the search finds now: what no longer is found is not there, and nothing says so. Who keeps copies follows the
change feed, to which it leads (`publish.feed.atom`).
"""

import msgspec
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish.conditional import answer
from publish.links import record_path
from publish.plain import writable
from publish.portal.asked import PATH, Asked, asked
from publish.portal.reader import Reader
from publish.portal.site import VARY, Site
from search.base import Page
from vocab.document import SearchDocument
from vocab.public import PublicRecord

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
FEED = f"{PATH}.atom"
COMPLETIONS = f"{PATH}.suggestions"
LONGEST_PREFIX = 100
SIZE = 50
NEVER = "1970-01-01T00:00:00Z"  # when a feed without entries was changed


def routes(site: Site) -> list[Route]:
    def feed(request: Request) -> Response:
        wanted = asked(request.query_params, site.services.settings.limits.query_text)
        page = site.services.index.search(wanted.query(size=SIZE))
        body = feed_of(wanted, page, site.reader(request))
        return answer(request, body, f"{MEDIA_TYPE}; charset=utf-8", headers={**VARY, "X-Robots-Tag": "noindex"})

    def completions(request: Request) -> Response:
        """OpenSearch Suggestions 1.0: what was typed, and what it may become."""
        typed = request.query_params.get("q", "")[:LONGEST_PREFIX]
        found = [s.text for s in site.services.index.suggest(typed)] if typed else []
        return answer(request, msgspec.json.encode([typed, found]), "application/x-suggestions+json")

    return [Route(FEED, feed, name="search-atom"), Route(COMPLETIONS, completions, name="search-suggestions")]


def feed_of(wanted: Asked, page: Page, reader: Reader) -> bytes:
    """Entries are whole public records of now; what was withdrawn since it was found is not among them."""
    services = reader.services
    public = services.view.records([hit.document.iri for hit in page.hits])
    found = [(hit, public[hit.document.iri]) for hit in page.hits if hit.document.iri in public]
    base = services.settings.base_url
    root = etree.fromstring(f'<feed xmlns="{ATOM}" xmlns:opensearch="{OPENSEARCH}"/>')
    root.set("{http://www.w3.org/XML/1998/namespace}lang", reader.lang.tag)
    add(root, "id", base + wanted.address(FEED))
    add(root, "title", " – ".join(t for t in (wanted.text, reader.text("search.title")) if t))
    add(root, "updated", max((record.at for _, record in found), default=NEVER))
    link(root, "self", base + wanted.address(FEED, cursor=wanted.cursor), MEDIA_TYPE)
    link(root, "alternate", base + wanted.address(), "text/html")
    link(root, "related", f"{base}/feed.atom", MEDIA_TYPE)
    link(root, "search", f"{base}/opensearch.xml", "application/opensearchdescription+xml")
    if page.next:
        link(root, "next", base + wanted.address(FEED, cursor=page.next), MEDIA_TYPE)
    etree.SubElement(root, f"{{{OPENSEARCH}}}totalResults").text = str(page.total)
    etree.SubElement(root, f"{{{OPENSEARCH}}}itemsPerPage").text = str(SIZE)
    for hit, record in found:
        entry(root, hit.document, record, reader)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def entry(root: etree._Element, found: SearchDocument, record: PublicRecord, reader: Reader) -> None:
    """A public record; `found` is its search document."""
    services = reader.services
    made = add(root, "entry")
    add(made, "id", found.iri)
    add(made, "title", (found.title_en if reader.lang == "en" else "") or found.title_zh or found.title_en)
    add(made, "updated", record.at)
    add(made, "published", record.first)
    path = record_path(found.iri, services.namespaces.base)
    link(made, "alternate", services.settings.base_url + path if path else found.iri, "text/html")
    add(add(made, "author"), "name", (*found.orgs, reader.source(found.source))[0])
    for keyword in found.keywords:
        add(made, "category").set("term", writable(keyword))
    add(made, "summary", found.abstract)


def add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = writable(text) or None
    return made


def link(parent: etree._Element, rel: str, href: str, media_type: str) -> None:
    made = add(parent, "link")
    made.set("rel", rel)
    made.set("type", media_type)
    made.set("href", writable(href))
