"""One search of an Elasticsearch index: the request, and the page made of its answer.

Pages follow one another by the last hit's place in the order (`search_after`), without a point in time kept in the cluster: the
orders by date and title are total, so nothing is given out twice or left out, and a record that was taken down between two
pages is not shown from an old snapshot. By relevance the next page asks first where the last hit stands now.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from search import cursor as cursors
from search import elastic_query as build
from search.attempts import Step, attempts, corrected, strictly
from search.base import Hit, Page, Query, Sort, Speller
from search.cursor import Cursor
from search.elastic_facets import Facets
from search.elastic_mapping import stored
from search.elastic_order import Answer, Order
from search.expression import EVERYTHING, Expression, both
from search.limits import FOLDED, SIMILAR_WORDS, check
from search.marking import Fetched, Marking
from search.normalise import normalise
from search.question import Language

TOGETHER = 1000  # records that a search is asked about at once
FURTHEST = 10**12  # how many hits a cursor says were given out: said, and not used by this engine


class Found(NamedTuple):
    """Hits of a page and one more when there is one; how many further ones each stands for."""

    total: int
    hits: list[Answer]
    same: list[int]
    counts: Mapping[str, Any]


class ElasticSearch:
    """Searches one index, or what an alias stands for."""

    def __init__(self, client: Elasticsearch, index: str, language: Language, speller: Speller | None = None) -> None:
        self._client, self._index, self._language, self._speller = client, index, language, speller
        self._analyser = language.analyser

    def page(self, query: Query) -> Page:
        """Raises BadQuery."""
        check(query)
        after = cursors.read(query.cursor, query) if query.cursor is not None else None
        facets = Facets(query)
        only = None if after is None else after.step
        for attempt in attempts(self._language, query.text, partial(self._meeting, query), only):
            expression = attempt.question.expression
            found = self._found(query, expression, facets, after)
            if found.total:
                break
        hits = self._read(found.hits[: query.size], expression, found.same)
        more = len(found.hits) > query.size and hits
        return Page(
            total=found.total,
            hits=hits,
            facets=facets.read(found.counts),
            next=_next(query, found, hits[-1], after, attempt.step) if more else None,
            corrected=corrected(self._language, query.text, self._speller, attempt, found.total, self._records_with),
            **attempt.said(found.total),
        )

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        check(query)
        expression = strictly(self._language, query.text, partial(self._meeting, query))
        if expression is None:
            return frozenset()
        found = build.found_by(query.narrowed(expression))
        held: set[str] = set()
        for start in range(0, len(iris), TOGETHER):
            these = iris[start : start + TOGETHER]
            both_hold = {"bool": {"filter": [found, {"terms": {"iri": list(these)}}]}}
            answer = self._client.search(
                index=self._index, query=both_hold, size=len(these), source_includes=["document.iri"]
            )
            held.update(hit["_source"]["document"]["iri"] for hit in answer["hits"]["hits"])
        return frozenset(held)

    def _found(self, query: Query, expression: Expression, facets: Facets, after: Cursor | None) -> Found:
        order = self._order(query, expression, facets)
        answer = order.page(query.size + 1, order.place(after) if after else None, facets.requests)
        total, hits, counts = answer["hits"]["total"]["value"], answer["hits"]["hits"], answer.get("aggregations", {})
        if not query.group:
            return Found(total, hits, [0] * len(hits), counts)
        kept, asked = order.folded(hits), query.size + 1
        while len(kept) <= query.size and len(hits) == asked:
            asked = max(asked, FOLDED)
            hits = order.page(asked, hits[-1]["sort"])["hits"]["hits"]
            kept += order.folded(hits)
        return Found(total, [hit for hit, _ in kept], [same for _, same in kept], counts)

    def _order(self, query: Query, expression: Expression, facets: Facets) -> Order:
        sort = query.order(expression)
        left = both(expression, *facets.rest)
        asked = build.ranked(left, self._analyser) if sort is Sort.RELEVANCE else build.found_by(left)
        return Order(self._client, self._index, cursors.fingerprint(query), sort, asked, facets.chosen)

    def _records_with(self, text: str) -> int:
        held = build.contains("grams", normalise(text))
        return 0 if held is None else self._count(held)

    def _meeting(self, query: Query, expression: Expression) -> int:
        """How many records meet the expression and the filters."""
        return self._count(build.found_by(query.narrowed(expression)))

    def _count(self, found: build.Clause) -> int:
        return int(self._client.count(index=self._index, query=found)["count"])

    def _read(self, found: Sequence[Answer], expression: Expression, same: Sequence[int]) -> tuple[Hit, ...]:
        documents = [
            Fetched(stored(hit), hit["_source"]["plain"], float(hit["_score"] or 0.0), behind)
            for hit, behind in zip(found, same, strict=False)
        ]
        return Marking(expression).hits(documents)

    def similar(self, iri: str, size: int) -> list[Hit]:
        found = self._client.search(index=self._index, query=build.term("iri", iri), size=1)["hits"]["hits"]
        if not found or size < 1:
            return []
        document = stored(found[0])
        texts = "\n|\n".join((document.title_zh, document.title_en, *document.keywords))
        words = " ".join(dict.fromkeys(w for w in self._analyser.words(texts) if len(w) > 1))
        if not words:
            return []
        shared = [_like(field, words) for field in ("title", "keywords")]
        others = {"bool": {"should": shared, "minimum_should_match": 1, "must_not": [build.term("iri", iri)]}}
        order = Order(self._client, self._index, "similar", Sort.RELEVANCE, others, None)
        hits = order.page(min(size, 100), None)["hits"]["hits"]
        return list(self._read(hits, EVERYTHING, [0] * len(hits)))


def _like(field: str, words: str) -> build.Clause:
    """Records with any of the rarest of these words that others have as well."""
    chosen = {"min_term_freq": 1, "min_doc_freq": 2, "max_query_terms": SIMILAR_WORDS, "minimum_should_match": 1}
    return {"more_like_this": {"fields": [field], "like": words, **chosen}}


def _next(query: Query, found: Found, last: Hit, after: Cursor | None, step: Step) -> str:
    offset = (after.offset if after else 0) + query.size
    key = found.hits[query.size - 1]["sort"][0]
    return cursors.write(Cursor(cursors.fingerprint(query), min(offset, FURTHEST), key, last.document.iri, step))
