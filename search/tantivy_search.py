"""One search: limits, the query, facets that stay honest, the page and where the next one starts."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import tantivy
from tantivy import Occur
from tantivy import Query as Q

from search import cursor as cursors
from search import tantivy_query as build
from search.attempts import Step, attempts, corrected, strictly
from search.base import OWN, FacetCount, Hit, Page, Query, Sort, Speller
from search.cursor import Cursor
from search.expression import EVERYTHING, Choice, Expression, both
from search.indexed import facet_field
from search.limits import FOLDED, SIMILAR_WORDS, check
from search.marking import Fetched, Marking
from search.normalise import normalise
from search.question import Language
from search.tantivy_order import Address, ByDate, ByScore, ByTitle, Order, total
from search.tantivy_schema import schema, stored

EXACT = 10_000  # facet values counted per segment before the largest are kept: above any code list


class Found(NamedTuple):
    """Hits of a page and one more when there is one; how many further ones each stands for; the place after each."""

    total: int
    hits: list[Address]
    same: list[int]
    after: list[int]


class Search:
    """Searches one snapshot of the index."""

    def __init__(self, searcher: tantivy.Searcher, language: Language, speller: Speller | None = None) -> None:
        self._searcher = searcher
        self._language = language
        self._analyser = language.analyser
        self._speller = speller

    def page(self, query: Query) -> Page:
        """Raises BadQuery."""
        check(query)
        after = self._after(query)
        only = None if after is None else after.step
        for attempt in attempts(self._language, query.text, partial(self._meeting, query), only):
            expression = attempt.question.expression
            matching = build.found_by(query.narrowed(expression))
            found = self._found(query, expression, matching, after)
            if found.total:
                break
        hits = self._read(found.hits[: query.size], expression, found.same)
        more = len(found.hits) > query.size and hits
        return Page(
            total=found.total,
            hits=hits,
            facets=self._facets(query, expression, matching) if query.facets else {},
            next=_next(query, found, hits[-1], attempt.step) if more else None,
            corrected=corrected(self._language, query.text, self._speller, attempt, found.total, self._records_with),
            **attempt.said(found.total),
        )

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        """The text is read as on the search page, by what the whole index holds, and then asked of these records alone."""
        check(query)
        expression = strictly(self._language, query.text, partial(self._meeting, query))
        return self._held(query.narrowed(expression), iris) if expression is not None and iris else frozenset()

    def _held(self, expression: Expression, iris: Sequence[str]) -> frozenset[str]:
        these = Q.const_score_query(Q.term_set_query(schema(), "iri", list(iris)), 0.0)
        both_hold = Q.boolean_query([(Occur.Must, build.found_by(expression)), (Occur.Must, these)])
        hits = self._searcher.search(both_hold, len(iris), count=False).hits
        return frozenset(stored(self._searcher, address)[0].iri for _, address in hits)

    def _after(self, query: Query) -> Cursor | None:
        """Where the page begins. A place behind the end was forged, or much was removed: the engine allocates by it."""
        if query.cursor is None:
            return None
        after = cursors.read(query.cursor, query)
        return msgspec.structs.replace(after, offset=min(after.offset, self._searcher.num_docs))

    def _records_with(self, text: str) -> int:
        held = build.contains("grams", normalise(text))
        return 0 if held is None else self._count(held)

    def _meeting(self, query: Query, expression: Expression) -> int:
        """How many records meet the expression and the filters."""
        return self._count(build.found_by(query.narrowed(expression)))

    def _count(self, query: tantivy.Query) -> int:
        return total(self._searcher.search(query, 1))

    def _found(self, query: Query, expression: Expression, matching: tantivy.Query, after: Cursor | None) -> Found:
        order = self._order(query, expression, matching)
        count, hits, start = order.page(after, query.size)
        if query.group:
            return self._folded(order, query, count, hits, start)
        return Found(count, hits, [0] * len(hits), [start + place for place in range(1, len(hits) + 1)])

    def _order(self, query: Query, expression: Expression, matching: tantivy.Query) -> Order:
        sort = query.order(expression)
        if sort is Sort.RELEVANCE:
            return ByScore(self._searcher, build.ranked(matching, expression, self._analyser))
        return ByTitle(self._searcher, matching) if sort is Sort.TITLE else ByDate(self._searcher, matching, sort)

    def _folded(self, order: Order, query: Query, count: int, hits: list[Address], start: int) -> Found:
        """Only the first found record of each achievement, with how many stand behind it."""
        out = Found(count, [], [], [])
        size, known = query.size, dict[str, tuple[int, tantivy.DocAddress | None]]()
        while True:
            for place, hit in enumerate(hits, start + 1):
                same = self._behind(order, hit, known)
                if same is not None:
                    out.hits.append(hit)
                    out.same.append(same)
                    out.after.append(place)
                if len(out.hits) > query.size:
                    return out
            if len(hits) <= size:
                return out
            last = Cursor("", start + len(hits), hits[-1][0], stored(self._searcher, hits[-1][1])[0].iri)
            size = max(size, FOLDED)
            _, hits, start = order.page(last, size)

    def _behind(
        self, order: Order, hit: Address, known: dict[str, tuple[int, tantivy.DocAddress | None]]
    ) -> int | None:
        """How many further found records are the achievement of this one; None when another of them stands before it."""
        cluster = stored(self._searcher, hit[1])[0].cluster
        if not cluster:
            return 0
        if cluster not in known:
            known[cluster] = order.first_of(build.term("cluster", cluster))
        count, first = known[cluster]
        return count - 1 if first is not None and _same(first, hit[1]) else None

    def _read(self, found: Sequence[Address], expression: Expression, same: Sequence[int]) -> tuple[Hit, ...]:
        documents = [
            Fetched(*stored(self._searcher, address), key if isinstance(key, float) else 0.0, behind)
            for (key, address), behind in zip(found, same, strict=False)
        ]
        return Marking(expression).hits(documents)

    def _facets(
        self, query: Query, expression: Expression, matching: tantivy.Query
    ) -> dict[str, tuple[FacetCount, ...]]:
        """Counts of each facet under all conditions but its own. Those of `matching`, under all of them, are made in one pass."""
        narrowed = {name for name, values in query.filters.items() if values} | {OWN[r.field] for r in query.ranges}
        counted = self._counts(matching, [name for name in query.facets if name not in narrowed], query.facet_size)
        for name in narrowed.intersection(query.facets):
            left = query.narrowed(expression, name)
            counts = self._counts(build.found_by(left), [name], query.facet_size)[name]
            for value in query.filters.get(name, ()):
                if value not in counts:  # what was chosen is shown, however small
                    chosen = both(left, Choice(name, (value,)))
                    counts[value] = self._count(build.found_by(chosen))
            counted[name] = counts
        return {name: _ordered(counted[name]) for name in query.facets}

    def _counts(self, found: tantivy.Query, names: Sequence[str], size: int) -> dict[str, dict[str, int]]:
        if not names:
            return {}
        answer = self._searcher.aggregate(found, {name: {"terms": _terms(name, size)} for name in names})
        return {name: {b["key"]: b["doc_count"] for b in answer[name]["buckets"]} for name in names}

    def similar(self, iri: str, size: int) -> list[Hit]:
        found = self._searcher.search(build.term("iri", iri), 1, count=False).hits
        if not found or size < 1:
            return []
        document, _ = stored(self._searcher, found[0][1])
        words = self._analyser.words("\n|\n".join((document.title_zh, document.title_en, *document.keywords)))
        rarest = sorted({w for w in words if len(w) > 1}, key=lambda w: (self._frequency(w), w))
        shared = [w for w in rarest if self._frequency(w) > 1][:SIMILAR_WORDS]
        if not shared:
            return []
        same = [(Occur.Should, build.term(f, w)) for w in shared for f in ("title", "keywords")]
        query = Q.boolean_query([(Occur.Must, Q.boolean_query(same)), (Occur.MustNot, build.term("iri", iri))])
        hits = self._searcher.search(query, size, count=False).hits
        return list(self._read(hits, EVERYTHING, [0] * len(hits)))

    def _frequency(self, word: str) -> int:
        return self._searcher.doc_freq("title", word) + self._searcher.doc_freq("keywords", word)


def _ordered(counts: dict[str, int]) -> tuple[FacetCount, ...]:
    return tuple(FacetCount(value, count) for value, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))


def _same(one: tantivy.DocAddress, other: tantivy.DocAddress) -> bool:
    return (one.segment_ord, one.doc) == (other.segment_ord, other.doc)


def _terms(name: str, size: int) -> dict[str, Any]:
    return {"field": facet_field(name), "size": size, "segment_size": EXACT}


def _next(query: Query, found: Found, last: Hit, step: Step) -> str:
    place = query.size - 1
    key, offset = found.hits[place][0], found.after[place]
    return cursors.write(Cursor(cursors.fingerprint(query), offset, key, last.document.iri, step))
