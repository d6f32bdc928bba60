"""One search: limits, the query, facets that stay honest, the page and where the next one starts."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import tantivy
from tantivy import Occur, Order
from tantivy import Query as Q

from search import cursor as cursors
from search import tantivy_query as build
from search.base import FACETS, BadQuery, FacetCount, Hit, Page, Query, Sort
from search.cursor import Cursor
from search.highlight import mark, marker, passage
from search.question import Language, Question
from search.tantivy_schema import WORD_FIELDS, facet_field, schema, stored

LONGEST_TEXT, MOST_VALUES, LONGEST_VALUE, LARGEST_PAGE, MOST_FACET_VALUES = 1000, 100, 200, 1000, 1000
EXACT = 10_000  # facet values counted per segment before the largest are kept: above any code list
NEARBY = 100  # hits around the expected place in which the last page's last hit is looked for
SIMILAR_WORDS = 12

SURROGATE = re.compile("[\ud800-\udfff]")

Address = tuple[Any, tantivy.DocAddress]


def check(query: Query) -> None:
    """Raises BadQuery naming the value and the limit."""
    if len(query.text) > LONGEST_TEXT:
        raise BadQuery(f"text has {len(query.text)} characters, at most {LONGEST_TEXT} are allowed")
    if any(SURROGATE.search(t) for t in (query.text, *(v for chosen in query.filters.values() for v in chosen))):
        raise BadQuery("text and filter values must be valid Unicode: a lone surrogate was found")
    if not 0 <= query.size <= LARGEST_PAGE:
        raise BadQuery(f"size is {query.size}, it must be 0 to {LARGEST_PAGE}")
    if not 1 <= query.facet_size <= MOST_FACET_VALUES:
        raise BadQuery(f"facet_size is {query.facet_size}, it must be 1 to {MOST_FACET_VALUES}")
    for name in (*query.filters, *query.facets):
        if name not in FACETS:
            raise BadQuery(f"there is no facet {name[:40]!r}, only {', '.join(FACETS)}")
    values = [v for chosen in query.filters.values() for v in chosen]
    if len(values) > MOST_VALUES:
        raise BadQuery(f"filters have {len(values)} values, at most {MOST_VALUES} are allowed")
    for value in values:
        if len(value) > LONGEST_VALUE:
            raise BadQuery(f"filter value {value[:40]!r}... is longer than {LONGEST_VALUE} characters")


class Search:
    """Searches one snapshot of the index."""

    def __init__(self, searcher: tantivy.Searcher, language: Language) -> None:
        self._searcher = searcher
        self._language = language

    def page(self, query: Query) -> Page:
        """Raises BadQuery."""
        check(query)
        question = self._language.read(query.text)
        after = cursors.read(query.cursor, query) if query.cursor else None
        if after and after.offset > self._searcher.num_docs:  # forged, or much was removed: the engine allocates by it
            after = msgspec.structs.replace(after, offset=self._searcher.num_docs)
        relaxed = bool(after and after.step)
        total, found, offset = self._hits(query, question, relaxed, after)
        if total == 0 and question.must and not after:
            relaxed = True
            total, found, offset = self._hits(query, question, relaxed, after)
        hits = self._read(found[: query.size], question)
        return Page(
            total=total,
            hits=hits,
            facets=self._facets(query, question, relaxed) if query.facets else {},
            next=_next(query, found[: query.size], hits, offset, relaxed) if len(found) > query.size and hits else None,
            relaxed=(relaxed and total > 0) or question.cut,
        )

    def _count(self, query: tantivy.Query) -> int:
        return _total(self._searcher.search(query, 1))

    def _hits(
        self, query: Query, question: Question, relaxed: bool, after: Cursor | None
    ) -> tuple[int, list[Address], int]:
        """(total, hits of the page and one more when there is one, offset of the page)."""
        sort = query.sort if query.sort is not Sort.RELEVANCE or question.must or question.identifier else Sort.NEWEST
        found = build.found_by(question, query.filters, relaxed=relaxed)
        if sort in (Sort.NEWEST, Sort.OLDEST):
            return self._by_date(found, sort, after, query.size)
        if sort is Sort.TITLE:
            fetch = self._fetcher(found, order_by_field="by_title", order=Order.Asc)
            start = _after_key(fetch, after) if after else 0
        else:
            ranked = build.ranked(question, query.filters, self._language.analyser, relaxed)
            fetch = self._fetcher(ranked, weight_by_field="newness")
            start = self._after_score(fetch, after) if after else 0
        result = fetch(start, query.size + 1, True)
        return _total(result), list(result.hits), start

    def _fetcher(self, query: tantivy.Query, **how: Any) -> "Fetch":
        """fetch(offset, limit, whether to count all as well)"""
        search = self._searcher.search
        return lambda offset, limit, count: search(query, limit, count=count, offset=offset, **how)

    def _by_date(
        self, found: tantivy.Query, sort: Sort, after: Cursor | None, size: int
    ) -> tuple[int, list[Address], int]:
        newest = sort is Sort.NEWEST
        order = Order.Desc if newest else Order.Asc
        if after is None:
            result = self._fetcher(found, order_by_field="by_date", order=order)(0, size + 1, True)
            return _total(result), list(result.hits), 0
        if not isinstance(after.key, int):
            raise BadQuery("cursor is broken: use the `next` of a page as it is")
        low, high = (None, after.key) if newest else (after.key, None)
        rest = Q.range_query(schema(), "by_date", tantivy.FieldType.Integer, low, high, low is None, high is None)
        following = Q.boolean_query([(Occur.Must, found), (Occur.Must, rest)])
        result = self._fetcher(following, order_by_field="by_date", order=order)(0, size + 1, False)
        return self._count(found), list(result.hits), after.offset

    def _after_score(self, fetch: "Fetch", after: Cursor) -> int:
        """The offset after the last hit given out: where it stands now, else the first hit that scores no more than it did."""
        if isinstance(after.key, str):
            raise BadQuery("cursor is broken: use the `next` of a page as it is")
        last = after.offset - 1
        if last < 0:
            return 0
        here = fetch(last, 1, False).hits
        if here and self._iri(here[0]) == after.iri:
            return after.offset
        start = max(0, last - NEARBY)
        near = fetch(start, 2 * NEARBY, False).hits
        for place, hit in enumerate(near):
            if self._iri(hit) == after.iri:
                return start + place + 1
        return next((start + place for place, hit in enumerate(near) if hit[0] <= after.key), after.offset)

    def _iri(self, hit: Address) -> str:
        return stored(self._searcher, hit[1])[0].iri

    def _read(self, found: list[Address], question: Question) -> tuple[Hit, ...]:
        pattern = marker(question)
        out: list[Hit] = []
        for key, address in found:
            document, plain = stored(self._searcher, address)
            highlights = {
                "title": mark(document.title_zh or document.title_en, pattern, plain),
                "abstract": passage(document.abstract, pattern, plain),
            }
            out.append(Hit(document, key if isinstance(key, float) else 0.0, highlights))
        return tuple(out)

    def _facets(self, query: Query, question: Question, relaxed: bool) -> dict[str, tuple[FacetCount, ...]]:
        """Counts of each facet under all filters but its own. Facets without a filter are counted in one pass."""
        own = [name for name in query.facets if query.filters.get(name)]
        passes = [(None, [n for n in query.facets if n not in own]), *((n, [n]) for n in own)]
        counts: dict[str, tuple[FacetCount, ...]] = {}
        for but, names in passes:
            if not names:
                continue
            found = build.found_by(question, query.filters, but, relaxed)
            terms = {n: {"terms": _terms(n, query.facet_size)} for n in names}
            answer = self._searcher.aggregate(found, terms)
            for name in names:
                buckets = {b["key"]: b["doc_count"] for b in answer[name]["buckets"]}
                for value in query.filters.get(name, ()):
                    if value not in buckets:  # what was chosen is shown, however small
                        chosen = Q.boolean_query([(Occur.Must, found), *build.filters({name: (value,)})])
                        buckets[value] = self._count(chosen)
                ordered = sorted(buckets.items(), key=lambda b: (-b[1], b[0]))
                counts[name] = tuple(FacetCount(value, count) for value, count in ordered)
        return {name: counts[name] for name in query.facets}

    def similar(self, iri: str, size: int) -> list[Hit]:
        found = self._searcher.search(build.term("iri", iri), 1, count=False).hits
        if not found or size < 1:
            return []
        document, _ = stored(self._searcher, found[0][1])
        words = self._language.analyser.words("\n|\n".join((document.title_zh, document.title_en, *document.keywords)))
        rarest = sorted({w for w in words if len(w) > 1}, key=lambda w: (self._frequency(w), w))
        shared = [w for w in rarest if self._frequency(w) > 1][:SIMILAR_WORDS]
        if not shared:
            return []
        same = [
            (Occur.Should, Q.boost_query(build.term(f, w), WORD_FIELDS[f]))
            for w in shared
            for f in ("title", "keywords")
        ]
        query = Q.boolean_query([(Occur.Must, Q.boolean_query(same)), (Occur.MustNot, build.term("iri", iri))])
        return list(self._read(list(self._searcher.search(query, size, count=False).hits), Question()))

    def _frequency(self, word: str) -> int:
        return self._searcher.doc_freq("title", word) + self._searcher.doc_freq("keywords", word)


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # there, but not in the engine's stubs


Fetch = Callable[[int, int, bool], tantivy.SearchResult]


def _after_key(fetch: Fetch, after: Cursor) -> int:
    """The offset of the first hit whose key is greater than the last one's: at once when nothing moved, else by halving."""
    if not isinstance(after.key, str):
        raise BadQuery("cursor is broken: use the `next` of a page as it is")
    last = fetch(after.offset - 1, 1, False).hits if after.offset else []
    if last and last[0][0] == after.key:
        return after.offset
    low, high = 0, max(after.offset, 1)
    while (hit := fetch(high, 1, False).hits) and hit[0][0] <= after.key:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        hit = fetch(middle, 1, False).hits
        low, high = (middle + 1, high) if hit and hit[0][0] <= after.key else (low, middle)
    return low


def _terms(name: str, size: int) -> dict[str, Any]:
    return {"field": facet_field(name), "size": size, "segment_size": EXACT}


def _next(query: Query, found: list[Address], hits: tuple[Hit, ...], offset: int, relaxed: bool) -> str:
    key, document = found[-1][0], hits[-1].document
    return cursors.write(Cursor(cursors.fingerprint(query), offset + len(found), key, document.iri, int(relaxed)))
