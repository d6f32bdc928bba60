"""`/api/v1/search` and `/api/v1/suggest`."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publish.api.shapes import FacetValue, SearchAnswer, SearchItem, SuggestAnswer, SuggestItem, Title
from publish.errors import BadParameter
from publish.labels import facet_label
from publish.languages import Lang
from publish.links import record_path, with_query
from publish.services import Services
from search.base import FACETS, FacetCount, Hit, Page, Query, Sort

SEARCH = "/api/v1/search"
FacetName = Literal["kind", "region", "field", "stage", "year", "transfer", "source"]
Values = Annotated[
    tuple[Annotated[str, Meta(max_length=64, min_length=1)], ...],
    Meta(max_length=50, description="Accepted values; may be repeated, any of them matches."),
]


class SearchParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search. `q` understands words in Chinese, pinyin and English, "phrases", and numbers such as a patent's."""

    q: Annotated[str, Meta(max_length=500, description="What to look for; empty finds everything.")] = ""
    kind: Values = ()
    region: Values = ()
    field: Values = ()
    stage: Values = ()
    year: Values = ()
    transfer: Values = ()
    source: Values = ()
    sort: Sort = Sort.RELEVANCE
    size: Annotated[int, Meta(ge=1, le=100, description="Records on a page.")] = 20
    cursor: Annotated[str, Meta(max_length=2000, description="`cursor` of a page's `next`.")] | None = None
    facet: Annotated[
        tuple[FacetName, ...], Meta(max_length=7, description="Facets to count; none given counts all.")
    ] = ()
    lang: Annotated[Lang, Meta(description="Language of the facets' labels.")] = Lang.ZH


class SuggestParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Completions of what somebody has typed so far."""

    q: Annotated[str, Meta(max_length=100, min_length=1, description="The beginning of a title, name or keyword.")]
    size: Annotated[int, Meta(ge=1, le=20)] = 8


def query_of(params: SearchParams) -> Query:
    """The engine's query: filters that are given, facets that are wanted."""
    filters = {name: values for name in FACETS if (values := getattr(params, name))}
    return Query(
        text=params.q,
        filters=filters,
        facets=params.facet or FACETS,
        sort=params.sort,
        size=params.size,
        cursor=params.cursor,
    )


def search(services: Services, params: SearchParams) -> SearchAnswer:
    if len(params.q) > services.settings.limits.query_text:
        limit = services.settings.limits.query_text
        raise BadParameter("q", f"Parameter 'q' is longer than {limit} characters.")
    page = services.index.search(query_of(params))
    return SearchAnswer(
        total=page.total,
        items=tuple(item(hit, services) for hit in page.hits),
        facets={name: labelled(name, counts, services, params.lang) for name, counts in page.facets.items()},
        next=_next(page, params, services),
        relaxed=page.relaxed,
    )


def item(hit: Hit, services: Services) -> SearchItem:
    """A hit as the API shows it."""
    found = hit.document
    base = services.settings.base_url
    return SearchItem(
        iri=found.iri,
        kind=found.kind,
        title=Title(zh=found.title_zh, en=found.title_en or None),
        score=hit.score,
        source=found.source,
        version=found.version,
        seq=found.seq,
        url=base + (record_path(found.iri, services.namespaces.base) or ""),
        date=found.sort_date or None,
        orgs=found.orgs,
        keywords=found.keywords,
        facets=found.facets,
        price=found.price,
        cluster=found.cluster or None,
        highlight=hit.highlights,
    )


def labelled(name: str, counts: Sequence[FacetCount], services: Services, lang: Lang) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(c.value, facet_label(name, c.value, services, lang), c.count) for c in counts)


def _next(page: Page, params: SearchParams, services: Services) -> str | None:
    if page.next is None:
        return None
    given = {**msgspec.structs.asdict(params), "cursor": page.next}
    unset = {f.name: f.default for f in msgspec.structs.fields(SearchParams)}
    kept = {name: value for name, value in given.items() if value != unset[name]}
    return services.settings.base_url + with_query(SEARCH, kept)


def suggest(services: Services, params: SuggestParams) -> SuggestAnswer:
    found = services.index.suggest(params.q, params.size)
    return SuggestAnswer(tuple(SuggestItem(s.text, s.kind, s.iri) for s in found))
