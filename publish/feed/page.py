"""`/feed`: which feed is for whom, and the Atom feed itself for readers that ask for one."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import classification, negotiate
from publish.atom import MEDIA_TYPE
from publish.errors import NotAcceptable
from publish.feed import atom, resourcesync
from publish.feed.stream import CHANGES, RECORDS
from publish.formats import HTML
from publish.portal.site import VARY, Site
from vocab.kinds import KINDS

PATH = "/feed"
OFFERS = (HTML, MEDIA_TYPE)
# what the messages call it, its address, and where a browser sees something of it
FEEDS = (
    ("atom", atom.PATH, atom.PATH),
    ("search", "/search", "/search"),
    ("records", RECORDS.path, f"{RECORDS.path}.trig"),
    ("ldes", CHANGES.path, f"{CHANGES.path}.ttl"),
    ("oai", "/oai", "/oai?verb=Identify"),
    ("resourcesync", resourcesync.DESCRIPTION, resourcesync.DESCRIPTION),
    ("changes", "/api/v1/changes", "/api/v1/changes"),
)


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
        if wanted is None:
            raise NotAcceptable(OFFERS)
        headers = {"Vary": f"Accept, {VARY['Vary']}"}
        if wanted == MEDIA_TYPE:
            return atom.feed(request, site, headers)
        return site.page(request, "feed.html", _context(site, request), headers=headers)

    return [Route(PATH, show, name="feed")]


def _context(site: Site, request: Request) -> dict[str, object]:
    """What may be chosen: code -> label, in the order in which they are offered."""
    reader = site.reader(request)
    return {
        "feeds": FEEDS,
        "choices": {
            "source": {name: reader.source(name) for name, _ in site.services.view.published_sources()},
            "kind": {name: reader.kind(name) for name in KINDS},
            "field": {one.code: reader.code(one.code) for one in classification.fields()},
        },
    }
