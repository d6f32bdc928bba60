"""All that an index holds, for `verify`: read from one point in time, in the order in which the shards hold it."""

from collections.abc import Iterator

from elasticsearch import Elasticsearch

from search.base import SearchUnavailable

PAGE = 5000
KEEP = "2m"  # how long the point in time is held between two pages


def contents(client: Elasticsearch, index: str) -> Iterator[tuple[str, int]]:
    """(iri, version) of every record. Raises SearchUnavailable when the index gave fewer than it says it holds."""
    point = client.open_point_in_time(index=index, keep_alive=KEEP)["id"]
    after: list[object] | None = None
    total = given = 0
    try:
        while True:
            answer = client.options(request_timeout=60).search(
                pit={"id": point, "keep_alive": KEEP},
                size=PAGE,
                sort=[{"_shard_doc": "asc"}],
                search_after=after,
                source=False,
                docvalue_fields=[{"field": "iri"}, {"field": "version"}],
                track_total_hits=after is None,
                allow_partial_search_results=False,
            )
            point = answer["pit_id"]
            hits = answer["hits"]["hits"]
            total = answer["hits"]["total"]["value"] if after is None else total
            for hit in hits:
                yield hit["fields"]["iri"][0], int(hit["fields"]["version"][0])
            given += len(hits)
            if len(hits) < PAGE:
                break
            after = hits[-1]["sort"]
    finally:
        client.options(ignore_status=404).close_point_in_time(id=point)
    if given != total:
        raise SearchUnavailable(f"index {index} gave {given} of the {total} records it holds")
