"""What is found in one of its orders: pages of it, where the next one begins, and which of several records comes first."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from search import elastic_query as build
from search.base import Sort
from search.cursor import Cursor, broken

Answer = Mapping[str, Any]
LAST = -1  # stands behind every `by_date`
ORDERS: dict[Sort, list[dict[str, str]]] = {
    Sort.RELEVANCE: [{"_score": "desc"}, {"by_date": "desc"}],
    Sort.NEWEST: [{"by_date": "desc"}],
    Sort.OLDEST: [{"by_date": "asc"}],
    Sort.TITLE: [{"by_title": "asc"}],
}


class Order:
    """`found` says what is found and counted; `chosen`, when there is one, what of it belongs to the pages.

    `route` sends all requests of a search to one and the same copy of each shard: copies differ a little in their scores.
    """

    def __init__(
        self,
        client: Elasticsearch,
        index: str,
        route: str,
        sort: Sort,
        found: build.Clause,
        chosen: build.Clause | None,
    ) -> None:
        self._client, self._index, self._route = client, index, route
        self._sort, self._found, self._chosen = sort, found, chosen

    def page(self, size: int, after: Sequence[Any] | None, counts: Mapping[str, Any] | None = None) -> Answer:
        """So many hits after a place, and what `counts` counts of all that is found."""
        return self._search(
            query=self._found,
            post_filter=self._chosen,
            size=size,
            sort=ORDERS[self._sort],
            search_after=after,
            aggs=counts or None,
            track_total_hits=True,
        )

    def place(self, after: Cursor) -> Sequence[Any]:
        """The place behind a cursor's hit. Raises BadQuery for a cursor of another order."""
        key = after.key
        if self._sort is Sort.TITLE:
            wrong = not isinstance(key, str)
        elif self._sort is Sort.RELEVANCE:
            wrong = isinstance(key, str) or not math.isfinite(key)
        else:
            wrong = not isinstance(key, int)
        if wrong:
            raise broken()
        return self._now(after) if self._sort is Sort.RELEVANCE else [key]

    def _now(self, after: Cursor) -> Sequence[Any]:
        """Where the hit stands now, since writes move scores a little; when it is gone, behind all of its score."""
        last = {"bool": {"must": [self._found], "filter": [build.term("iri", after.iri)]}}
        found = self._search(query=last, size=1, sort=ORDERS[self._sort], source=False)["hits"]["hits"]
        place: Sequence[Any] = found[0]["sort"] if found else [after.key, LAST]
        return place

    def folded(self, hits: Sequence[Answer]) -> list[tuple[Answer, int]]:
        """Of the hits those that come first of their achievement, with how many others of it are found."""
        clusters = {cluster for hit in hits if (cluster := _cluster(hit))}
        if not clusters:
            return [(hit, 0) for hit in hits]
        first = self._first_of(sorted(clusters))
        out: list[tuple[Answer, int]] = []
        for hit in hits:
            iri, count = first.get(_cluster(hit), (hit["_id"], 1))
            if iri == hit["_id"]:
                out.append((hit, count - 1))
        return out

    def _first_of(self, clusters: list[str]) -> dict[str, tuple[str, int]]:
        """Of each achievement the key of the record found first, and how many are found."""
        some = [{"terms": {"cluster": clusters}}, *([self._chosen] if self._chosen else [])]
        top = {"top_hits": {"size": 1, "sort": ORDERS[self._sort], "_source": False}}
        each = {"terms": {"field": "cluster", "size": len(clusters), "include": clusters}, "aggs": {"top": top}}
        query = {"bool": {"must": [self._found], "filter": some}}
        answer = self._search(query=query, size=0, aggs={"each": each})
        buckets = answer["aggregations"]["each"]["buckets"]
        return {b["key"]: (b["top"]["hits"]["hits"][0]["_id"], b["doc_count"]) for b in buckets}

    def _search(self, **body: Any) -> Answer:
        answer = self._client.search(
            index=self._index,
            allow_partial_search_results=False,
            search_type="dfs_query_then_fetch",  # rarity of words over all shards: the order must not depend on their number
            preference=self._route,
            **body,
        )
        found: Answer = answer.body
        return found


def _cluster(hit: Answer) -> str:
    found: str = hit["_source"]["document"]["cluster"]
    return found
