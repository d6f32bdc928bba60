"""`package_search`: conditions on fields are met by the ledger, words by the search index.

The ledger gives every dataset there is, to any depth and at any order of names and times, which harvesters need; the index
gives the best hits, of which only the first are ever asked for.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from federation.selection import Order
from publish import classification
from publish.ckan import facets
from publish.ckan.arguments import Arguments
from publish.ckan.asked import Asked, read
from publish.ckan.dataset import Dataset, dataset_of
from publish.ckan.errors import SearchQueryError, ValidationError
from publish.ckan.facets import Facet
from publish.services import Services
from search.base import Query, Sort
from vocab.public import PublicRecord

ROWS, MOST_ROWS = 10, 1_000
DEEPEST = 10_000  # hits of a search for words that can be paged to
WIDEST = 100_000  # records that may be looked at one by one for a group
CHUNK = 5_000
ARGUMENTS = frozenset(
    {"q", "fq", "fq_list", "sort", "rows", "start", "facet", "facet.field", "facet.limit", "facet.mincount"}
    | {"include_drafts", "include_deleted", "include_private", "use_default_schema", "context"}  # nothing here has them
)
SORTS = {
    ("id", "asc"): Order.ADDRESS,
    ("id", "desc"): Order.ADDRESS_DOWN,
    ("name", "asc"): Order.ADDRESS,
    ("name", "desc"): Order.ADDRESS_DOWN,
    ("metadata_modified", "asc"): Order.CHANGED,
    ("metadata_modified", "desc"): Order.CHANGED_DOWN,
}
RELEVANCE = frozenset({("score", "desc"), ("relevance", "asc"), ("relevance", "desc")})


class Found(msgspec.Struct, frozen=True):
    count: int
    sort: str
    results: tuple[Dataset, ...]
    facets: dict[str, dict[str, int]] = {}
    search_facets: dict[str, Facet] = {}


class PackageSearch:
    """Searches of one node's datasets."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._members = lru_cache(maxsize=4)(self._read_members)

    def __call__(self, given: Arguments) -> Found:
        """Raises ActionError, SearchError."""
        if unknown := given.names - ARGUMENTS:
            allowed = ", ".join(sorted(ARGUMENTS))
            raise SearchQueryError(f"Invalid search parameters: {', '.join(sorted(unknown))[:200]}; allowed: {allowed}")
        asked = read(self._services, given)
        sort = given.text("sort") or "score desc, metadata_modified desc"
        rows, start = given.number("rows", ROWS, MOST_ROWS), given.number("start", 0)
        order = _sort(sort, bool(asked.words))
        counted = facets.counted(self._services, asked, given)
        count, publics = self._found(asked, order, start, rows)
        results = tuple(dataset_of(public, self._services) for public in publics)
        plain = {name: {item.name: item.count for item in facet.items} for name, facet in counted.items()}
        return Found(count, sort, results, plain, counted)

    def _found(self, asked: Asked, order: Order | Sort, start: int, rows: int) -> tuple[int, Iterator[PublicRecord]]:
        """How many there are, and those of the page."""
        if asked.nothing:
            return 0, iter(())
        if asked.words:
            return self._by_words(asked, Sort(order), start, rows)
        find = self._by_group if asked.groups or asked.without else self._by_fields
        return find(asked, Order(order), start, rows)

    def _by_fields(self, asked: Asked, order: Order, start: int, rows: int) -> tuple[int, Iterator[PublicRecord]]:
        view = self._services.view
        found = view.window(asked.selection, order, start, rows) if rows else []
        return view.count(asked.selection), (one.public() for one in found)

    def _by_group(self, asked: Asked, order: Order, start: int, rows: int) -> tuple[int, Iterator[PublicRecord]]:
        """Which records are in a group stands in each of them; what was found is kept until something changes."""
        view = self._services.view
        if view.count(asked.selection) > WIDEST:
            said = f"groups among more than {WIDEST:,} datasets: add an organization or metadata_modified"
            raise ValidationError("fq", said)
        found = self._members(asked, order, view.last_seq())
        return len(found), self._publics(found[start : start + rows])

    def _read_members(self, asked: Asked, order: Order, _seq: int) -> tuple[str, ...]:
        wanted, refused, found, start = set(asked.groups), set(asked.without), list[str](), 0
        while rows := self._services.view.window(asked.selection, order, start, CHUNK):
            for one in rows:
                own = set(classification.counted_json(one.body or b"{}"))
                if (not wanted or own & wanted) and not own & refused:
                    found.append(one.iri)
            start += CHUNK
        return tuple(found)

    def _by_words(self, asked: Asked, sort: Sort, start: int, rows: int) -> tuple[int, Iterator[PublicRecord]]:
        """Through the index, page by page to the place asked for."""
        if asked.narrow:
            raise ValidationError("q", "words cannot be combined with metadata_modified, id, name or excluded groups")
        if start + rows > DEEPEST:
            said = f"a search for words can be paged to {DEEPEST:,} hits; one without words to its end"
            raise ValidationError("start", said)
        query = Query(asked.words, asked.filters, sort=sort, size=min(start + rows, MOST_ROWS))
        page = self._services.index.search(query)
        hits = [hit.document.iri for hit in page.hits]
        while len(hits) < start + rows and page.next:
            page = self._services.index.search(msgspec.structs.replace(query, cursor=page.next))
            hits += [hit.document.iri for hit in page.hits]
        return page.total, self._publics(hits[start : start + rows])

    def _publics(self, iris: Sequence[str]) -> Iterator[PublicRecord]:
        """The records of these addresses, in their order; one that was withdrawn meanwhile is left out."""
        found = self._services.view.records(iris)
        return (found[iri] for iri in iris if iri in found)


def _sort(text: str, words: bool) -> Order | Sort:
    """The first rule decides; the others must be known. Raises ValidationError."""
    rules = [
        (name, way[0].lower() if way else "asc") for name, *way in (part.split() for part in text.split(",")) if name
    ]
    known = {*SORTS, *RELEVANCE, ("title_string", "asc"), ("title", "asc")}
    for rule in rules:
        if rule not in known:
            allowed = ", ".join(sorted({" ".join(one) for one in known}))
            raise ValidationError("sort", f"{' '.join(rule)[:60]!r} is not possible; allowed are {allowed}")
    first = rules[0] if rules else ("score", "desc")
    if first in RELEVANCE:
        return Sort.RELEVANCE if words else Order.CHANGED_DOWN
    if first in SORTS and not words:
        return SORTS[first]
    if first not in SORTS and words:
        return Sort.TITLE
    what = (
        "with words in q: score desc or title_string asc"
        if words
        else "without words in q: by id, name or metadata_modified"
    )
    raise ValidationError("sort", f"{' '.join(first)!r} is not possible; sort {what}")
