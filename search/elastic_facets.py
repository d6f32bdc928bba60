"""The facets of a search: counted in the request that finds the page, each under all choices but its own."""

from collections.abc import Mapping
from typing import Any

from search import elastic_query as build
from search.base import OWN, FacetCount, Query
from search.expression import All, Choice, Range
from search.indexed import facet_field

EXACT = 10_000  # values that each shard counts before the largest are kept: above any code list

Request = dict[str, Any]


class Facets:
    """A facet that is asked for and narrowed counts as if it were not. So the conditions of such facets are left out of the query
    (`rest` are those that stay in it) and are in `chosen`, which leaves the hits and their total with those that meet all."""

    def __init__(self, query: Query) -> None:
        self._query = query
        every = query.conditions()
        self._own = tuple(condition for condition in every if _facet(condition) in query.facets)
        self.rest = tuple(condition for condition in every if condition not in self._own)

    @property
    def chosen(self) -> Request | None:
        return self._conditions() if self._own else None

    def _conditions(self, but: str | None = None) -> Request:
        kept = (condition for condition in self._own if _facet(condition) != but)
        return build.found_by(All(tuple(kept)))

    @property
    def requests(self) -> dict[str, Request]:
        return {name: {"filter": self._conditions(name), "aggs": self._counts(name)} for name in self._query.facets}

    def _counts(self, name: str) -> dict[str, Request]:
        field = facet_field(name)
        largest = {"field": field, "size": self._query.facet_size, "shard_size": max(EXACT, self._query.facet_size)}
        counts: dict[str, Request] = {"largest": {"terms": largest}}
        if values := self._query.filters.get(name):  # what was chosen is shown, however small
            counts["chosen"] = {"filters": {"filters": [build.term(field, value) for value in values]}}
        return counts

    def read(self, answer: Mapping[str, Any]) -> dict[str, tuple[FacetCount, ...]]:
        return {name: self._read(name, answer[name]) for name in self._query.facets}

    def _read(self, name: str, answer: Mapping[str, Any]) -> tuple[FacetCount, ...]:
        counts = {bucket["key"]: bucket["doc_count"] for bucket in answer["largest"]["buckets"]}
        if values := self._query.filters.get(name):
            counts |= zip(values, (b["doc_count"] for b in answer["chosen"]["buckets"]), strict=True)
        ordered = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
        return tuple(FacetCount(value, count) for value, count in ordered)


def _facet(condition: Choice | Range) -> str:
    return condition.facet if isinstance(condition, Choice) else OWN[condition.field]
