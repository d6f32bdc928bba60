"""`/search`: finding records, with every choice in the address so that a search can be kept and sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from publish.errors import BadParameter
from publish.labels import facet_label
from publish.links import with_query
from publish.portal.cards import card
from publish.portal.facets import facets_of
from publish.portal.reader import Reader
from publish.portal.site import Site
from search.base import FACETS, Query, Sort

PATH = "/search"
# In the order in which people narrow a search.
SHOWN = ("kind", "region", "field", "stage", "transfer", "year", "source")
MOST_CHOSEN = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address of the same search without it."""

    title: str
    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a search says. Unknown parameters are left alone: people arrive with all kinds of them."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    sort: Sort
    cursor: str | None

    def address(self, **changes: object) -> str:
        values: dict[str, object] = {"q": self.text, **self.chosen, "sort": self._sort(), **changes}
        return with_query(PATH, {k: v for k, v in values.items() if isinstance(v, str | tuple)})

    def without(self, facet: str, value: str) -> str:
        return self.address(**{facet: tuple(v for v in self.chosen[facet] if v != value)})

    def _sort(self) -> str | None:
        return None if self.sort is Sort.RELEVANCE else self.sort.value


def asked(request: Request, longest: int) -> Asked:
    """Raises BadParameter for a text that is too long."""
    given = request.query_params
    text = given.get("q", "").strip()
    if len(text) > longest:
        raise BadParameter("q", f"The text to search for is longer than {longest} characters.")
    chosen = {name: tuple(dict.fromkeys(v for v in given.getlist(name) if v))[:MOST_CHOSEN] for name in FACETS}
    sort = given.get("sort", Sort.RELEVANCE.value)
    return Asked(
        text=text,
        chosen={name: values for name, values in chosen.items() if values},
        sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        cursor=given.get("cursor") or None,
    )


class SearchPage:
    def __init__(self, site: Site) -> None:
        self.site = site

    def show(self, request: Request) -> Response:
        services = self.site.services
        wanted = asked(request, services.settings.limits.query_text)
        reader = self.site.reader(request)
        query = Query(wanted.text, dict(wanted.chosen), SHOWN, wanted.sort, cursor=wanted.cursor, facet_size=60)
        page = services.index.search(query)
        counts = {name: page.facets.get(name, ()) for name in SHOWN}
        context = {
            "asked": wanted,
            "page": page,
            "cards": [card(hit, reader) for hit in page.hits],
            "facets": facets_of(counts, wanted.chosen, reader),
            "chips": chips(wanted, reader),
            "sorts": list(Sort),
            "next": wanted.address(cursor=page.next) if page.next else None,
            "first": wanted.address() if wanted.cursor else None,
            "api": with_query("/api/v1/search", {"q": wanted.text, **wanted.chosen}),
        }
        return self.site.page(request, "search.html", context)


def chips(wanted: Asked, reader: Reader) -> list[Chip]:
    return [
        Chip(
            reader.text(f"facet.{facet}"),
            facet_label(facet, value, reader.services, reader.lang),
            wanted.without(facet, value),
        )
        for facet, values in wanted.chosen.items()
        for value in values
    ]
