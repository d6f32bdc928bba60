"""`/api/v1/search` and `/api/v1/suggest`."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publish.api.shapes import (
    FacetValue,
    FoundPart,
    QueryChip,
    QueryProblem,
    SearchAnswer,
    SearchItem,
    SuggestAnswer,
    SuggestItem,
    Title,
)
from publish.conditions import said
from publish.errors import BadParameter
from publish.languages import Lang
from publish.links import record_path, with_query
from publish.messages import catalogue
from publish.portal.reader import Reader
from publish.services import Services
from search.base import FACETS, FacetCount, Hit, Page, Query, Sort
from search.expression import Chip, Misread, Range

SEARCH = "/api/v1/search"
FacetName = Literal["kind", "region", "field", "discipline", "industry", "stage", "year", "transfer", "price", "source"]
Values = Annotated[
    tuple[Annotated[str, Meta(max_length=64, min_length=1)], ...],
    Meta(max_length=50, description="Accepted values; may be repeated, any of them matches."),
]


Amount = Annotated[float, Meta(ge=0, lt=1e15)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
SYNTAX = """What to look for; empty finds everything. Words in Chinese, pinyin and English, "phrases", numbers such as a patent's,
-word, OR, parentheses, and field:value with the fields title, keywords, org, abstract, id, kind, region, field, discipline,
industry, stage, transfer, source, year (2018..2020, >2018) and price (<500000, 10万..50万), in Chinese too (标题：, 地区：). What
cannot be read is looked for as words and told in `problem`."""


class SearchParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search. Places, stages, amounts and years among the words of `q` are understood, and told in `chips`."""

    q: Annotated[str, Meta(max_length=500, description=SYNTAX)] = ""
    kind: Values = ()
    region: Values = ()
    field: Values = ()
    discipline: Values = ()
    industry: Values = ()
    stage: Values = ()
    year: Values = ()
    transfer: Values = ()
    price: Values = ()
    source: Values = ()
    price_min: Annotated[Amount | None, Meta(description="The lowest amount asked, in yuan, is at least this.")] = None
    price_max: Annotated[Amount | None, Meta(description="The lowest amount asked, in yuan, is at most this.")] = None
    date_from: Annotated[Day | None, Meta(description="The record's date is this day or later.")] = None
    date_to: Annotated[Day | None, Meta(description="The record's date is this day or earlier.")] = None
    group: Annotated[bool, Meta(description="Give out records that are the same achievement once.")] = False
    sort: Sort = Sort.RELEVANCE
    size: Annotated[int, Meta(ge=1, le=100, description="Records on a page.")] = 20
    cursor: Annotated[str, Meta(max_length=2000, description="`cursor` of a page's `next`.")] | None = None
    facet: Annotated[
        tuple[FacetName, ...], Meta(max_length=10, description="Facets to count; none given counts all.")
    ] = ()
    lang: Annotated[Lang, Meta(description="Language of the facets' labels.")] = Lang.ZH


UNSET = {field.name: field.default for field in msgspec.structs.fields(SearchParams)}


class SuggestParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Completions of what somebody has typed so far."""

    q: Annotated[str, Meta(max_length=100, min_length=1, description="The beginning of a title, name or keyword.")]
    size: Annotated[int, Meta(ge=1, le=20)] = 8


def query_of(params: SearchParams) -> Query:
    """The engine's query: filters and ranges that are given, facets that are wanted."""
    return Query(
        text=params.q,
        filters={name: values for name in FACETS if (values := getattr(params, name))},
        ranges=ranges(params.price_min, params.price_max, params.date_from, params.date_to),
        facets=params.facet or FACETS,
        sort=params.sort,
        size=params.size,
        cursor=params.cursor,
        group=params.group,
    )


def ranges(least: float | None, most: float | None, first: str | None, last: str | None) -> tuple[Range, ...]:
    """Those of price and date that have a bound."""
    given = (Range("price", least, most), Range("date", first, last))
    return tuple(r for r in given if (r.low, r.high) != (None, None))


def search(services: Services, params: SearchParams) -> SearchAnswer:
    if len(params.q) > services.settings.limits.query_text:
        limit = services.settings.limits.query_text
        raise BadParameter("q", f"Parameter 'q' is longer than {limit} characters.")
    page = services.index.search(query_of(params))
    reader = Reader(params.lang, catalogue(), services)
    return SearchAnswer(
        total=page.total,
        items=tuple(item(hit, services) for hit in page.hits),
        facets={name: labelled(name, counts, reader) for name, counts in page.facets.items()},
        next=_next(page, params, services),
        relaxed=page.relaxed,
        chips=tuple(_chip(chip, reader) for chip in page.chips),
        unmet=tuple(_chip(chip, reader) for chip in page.unmet),
        problem=_problem(page.problem, reader) if page.problem else None,
        corrected=page.corrected,
    )


def _chip(chip: Chip, reader: Reader) -> QueryChip:
    label = said(chip.condition, reader)
    return QueryChip(chip.start, chip.end, chip.field, label, chip.without, chip.as_words, chip.guessed)


def _problem(found: Misread, reader: Reader) -> QueryProblem:
    message = reader.text(f"misread.{found.code}", piece=found.piece)
    return QueryProblem(found.code, found.at, found.piece, message, found.suggestion)


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
        highlight=hit.highlights,
        cluster=found.cluster or None,
        same=hit.same,
        parts=tuple(FoundPart(part.name, part.whole) for part in hit.parts),
    )


def labelled(name: str, counts: Sequence[FacetCount], reader: Reader) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(c.value, reader.facet(name, c.value), c.count) for c in counts)


def _next(page: Page, params: SearchParams, services: Services) -> str | None:
    if page.next is None:
        return None
    given = {**msgspec.structs.asdict(params), "cursor": page.next}
    kept = {name: value for name, value in given.items() if value != UNSET[name]}
    return services.settings.base_url + with_query(SEARCH, kept)


def suggest(services: Services, params: SuggestParams) -> SuggestAnswer:
    found = services.index.suggest(params.q, params.size)
    return SuggestAnswer(tuple(SuggestItem(s.text, s.kind, s.iri) for s in found))
