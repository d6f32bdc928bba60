"""`/`: what there is, and the ways into it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from publish.labels import facet_label
from publish.links import with_query
from publish.portal.cards import card
from publish.portal.provinces import TILES, Tile, tiles
from publish.portal.reader import Reader
from publish.portal.site import Site
from publish.portal.sources import listed
from search.base import Page, Query, SearchError, Sort

NEWEST = 6
FIELDS = 12
DESCRIPTIONS = ("/catalog", "/.well-known/void")


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in: a value of a facet, its count and its share of the largest (0..100)."""

    label: str
    href: str
    count: int
    share: int


class HomePage:
    def __init__(self, site: Site) -> None:
        self.site = site

    def show(self, request: Request) -> Response:
        reader = self.site.reader(request)
        page = self._page()
        context = {
            "counts": [(reader.kinds(kind, n), kind, n) for kind, n in self.site.services.view.counts().items() if n],
            "available": page is not None,
            "cards": [card(hit, reader) for hit in page.hits] if page else [],
            "fields": entries(page, "field", reader)[:FIELDS] if page else [],
            "tiles": self._tiles(page, reader),
            "sources": listed(self.site.services, reader),
            "fictional": any(s.fictional for s in self.site.services.sources.values()),
        }
        return self.site.page(request, "home.html", context, headers={"Link": self._links()})

    def _links(self) -> str:
        """What describes the whole to programs (RFC 8288)."""
        base = self.site.services.settings.base_url
        return ", ".join(f'<{base}{path}>; rel="describedby"; type="text/turtle"' for path in DESCRIPTIONS)

    def _page(self) -> Page | None:
        """The newest records with their facets; without search the rest of the page still stands."""
        query = Query(size=NEWEST, sort=Sort.NEWEST, facets=("region", "field"), facet_size=500)
        try:
            return self.site.services.index.search(query)
        except SearchError:
            return None

    def _tiles(self, page: Page | None, reader: Reader) -> list[Tile]:
        counts = {c.value: c.count for c in page.facets.get("region", ())} if page else {}
        return tiles({code: counts.get(code, 0) for code in TILES}, reader)


def entries(page: Page, facet: str, reader: Reader) -> list[Entry]:
    """The values of a facet as ways in, most frequent first."""
    counts = page.facets.get(facet, ())
    most = max((c.count for c in counts), default=1)
    return [
        Entry(
            facet_label(facet, c.value, reader.services, reader.lang),
            with_query("/search", {facet: c.value}),
            c.count,
            max(1, round(100 * c.count / most)),
        )
        for c in counts
    ]
