"""Writing to an index in bulk: what is refused because the cluster is busy is sent again, what comes late does no harm, and
a document that cannot be taken keeps no other from being written.

Every write carries the number of the change it shows (`seq`) as external version, so that the cluster itself drops what is
older than what it holds: a request that timed out here and arrives after its repetition, or after a deletion.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from search.base import SearchUnavailable
from search.elastic_client import Cluster, Refused, engine_errors
from search.elastic_mapping import TEXT_FIELDS
from search.indexed import BETWEEN, DocumentMaker, iri_hash
from vocab.document import SearchDocument

CHUNK, CHUNK_BYTES = 1000, 10 * 2**20
RETRIES, FIRST_PAUSE, LONGEST_PAUSE = 6, 0.5, 10.0  # of what the cluster was too busy for
BUSY = (429, 503)
PATIENCE = 60.0  # seconds a bulk request may take
LONGEST_KEY = 512  # bytes of a document's `_id`
NOTHING = BETWEEN.strip()  # an empty text: a word's rarity is reckoned among the records that have its field at all
ENGINE_ONLY = "holds"  # how tantivy lists its contents

Action = dict[str, Any]

log = structlog.get_logger("search.elastic")


def sources(documents: Sequence[SearchDocument], maker: DocumentMaker) -> Iterator[dict[str, object]]:
    """The fields of `elastic_mapping` for each search document."""
    for document, (values, plain) in zip(documents, maker.values(documents), strict=True):
        values.pop(ENGINE_ONLY)
        for name in TEXT_FIELDS:
            values[name] = values[name] or NOTHING
        yield {**values, "version": document.version, "plain": plain, "document": msgspec.to_builtins(document)}


class Writing:
    """Writes to one index, through the alias that stands for it alone."""

    def __init__(self, client: Elasticsearch, cluster: Cluster, alias: str) -> None:
        self._client = client.options(request_timeout=PATIENCE)
        self._cluster, self._alias = cluster, alias

    def put(self, documents: Sequence[SearchDocument], maker: DocumentMaker) -> None:
        """Raises SearchUnavailable when the cluster took less than all of it, other than documents it cannot hold."""
        self._send(
            {**self._target(document.iri, document.seq), "_source": source}
            for document, source in zip(documents, sources(documents, maker), strict=True)
        )

    def remove(self, iris: Sequence[str], seq: int | None) -> None:
        """`seq`: the change up to which they are gone. Without it they are gone as they are found."""
        self._send({**self._target(iri, seq), "_op_type": "delete"} for iri in iris)

    def refresh(self) -> None:
        """Make what was written seen. Raises SearchUnavailable unless it is seen everywhere."""
        with engine_errors(self._cluster):
            told = self._client.indices.refresh(index=self._alias)["_shards"]
        if told["failed"]:
            raise SearchUnavailable(
                f"Elasticsearch at {self._cluster.address}: {told['failed']} shards were not refreshed"
            )

    def _target(self, iri: str, seq: int | None) -> dict[str, Any]:
        version = {} if seq is None else {"version": seq, "version_type": "external_gte"}
        return {"_index": self._alias, "_id": key(iri), "require_alias": True, **version}

    def _send(self, actions: Iterator[Action]) -> None:
        with engine_errors(self._cluster):
            answers = streaming_bulk(
                self._client,
                actions,
                chunk_size=CHUNK,
                max_chunk_bytes=CHUNK_BYTES,
                raise_on_error=False,
                max_retries=RETRIES,
                initial_backoff=FIRST_PAUSE,
                max_backoff=LONGEST_PAUSE,
                retry_on_status=BUSY,
                yield_ok=False,
            )
            for _, answer in answers:
                self._judge(answer)

    def _judge(self, answer: Mapping[str, Any]) -> None:
        """One item that was not done."""
        (operation, item), *_ = answer.items()
        status, error = item.get("status"), item.get("error") or {}
        if status == 409 or (status == 404 and operation == "delete" and not error):
            return  # a newer state is there already; nothing to delete
        told = f"{error.get('type')}: {error.get('reason')}" if isinstance(error, Mapping) else str(error)
        where = f"Elasticsearch at {self._cluster.address}"
        if status == 400:  # this document will never be taken; `verify` tells that it is missing
            log.error("document refused", iri=item.get("_id"), reason=told[:500])
        elif status in (401, 403):
            raise Refused(f"{where} takes no writes: {told[:500]}")
        else:
            raise SearchUnavailable(f"{where} did not write {operation} {item.get('_id')}: {status} {told[:500]}")


def key(iri: str) -> str:
    """The `_id` of a record: its IRI, or what an IRI too long for it comes to."""
    if len(iri.encode()) <= LONGEST_KEY:
        return iri
    return f"long:{iri_hash(iri):x}:{iri[:100]}"
