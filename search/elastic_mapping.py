"""The Elasticsearch mapping of a search document: strict, so that no record can add a field, and without any analysis of
its own: texts come cut, and are split at spaces."""

import collections.abc
import hashlib
from functools import cache
from typing import Any

import msgspec

from search.base import FACETS
from search.indexed import FORMAT, RUNS, SETS, facet_field
from search.weights import WORD_FIELDS
from vocab.document import SearchDocument

PROGRAM = "chengguo"  # how we know an index of ours, under `_meta`
TEXT_FIELDS = (*WORD_FIELDS, *RUNS, *SETS)
KEPT = ("document", "plain")  # of the source; the rest is only indexed

Mapping = dict[str, Any]


def _text(index_options: str) -> Mapping:
    return {"type": "text", "analyzer": "whitespace", "index_options": index_options}


def _keyword(*, counted: bool) -> Mapping:
    return {"type": "keyword", "doc_values": counted}


@cache
def properties() -> Mapping:
    return {
        "iri": _keyword(counted=True),
        "version": {"type": "long", "index": False},
        "identifiers": _keyword(counted=False),
        "suggest": _keyword(counted=True),
        **{name: _text("freqs") for name in WORD_FIELDS},
        **{name: _text("positions") for name in RUNS},
        **{name: _text("docs") for name in SETS},
        **{facet_field(name): _keyword(counted=True) for name in FACETS},
        "cluster": _keyword(counted=True),
        "day": {"type": "long"},
        "price": {"type": "double"},
        "by_date": {"type": "long"},
        "by_title": _keyword(counted=True),
        "newness": {"type": "float", "index": False},
        "plain": {"type": "boolean", "index": False, "doc_values": False},
        "document": {"type": "object", "enabled": False},  # the search document itself: given back, never looked into
    }


@cache
def fingerprint() -> str:
    """Of everything that decides what an index holds: programs that differ in it never read each other's index."""
    told = msgspec.json.encode((FORMAT, properties()), order="sorted")
    return hashlib.sha256(told).hexdigest()[:8]


def body(name: str, token: str, writing: str, shards: int, replicas: int) -> Mapping:
    """What an index is created with. `writing` is the alias that only its writer uses."""
    return {
        "aliases": {writing: {}},
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",  # what is written is seen when it is committed
            "gc_deletes": "10m",  # how long a deletion's number is remembered, against writes that come late
            "mapping": {"total_fields": {"limit": 100}, "depth": {"limit": 2}},
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"program": PROGRAM, "name": name, "generation": token, "format": fingerprint()},
            "_source": {"includes": list(KEPT)},
            "properties": properties(),
        },
    }


def stored(hit: collections.abc.Mapping[str, Any]) -> SearchDocument:
    """The search document of a hit."""
    return msgspec.convert(hit["_source"]["document"], SearchDocument)
