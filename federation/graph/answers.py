"""Answers of a SPARQL store: proved to be whole, then put into the format that was asked for.

Stores end a query that ran out of time in the middle of a 200. Only formats with a closing bracket show that, so we
ask for JSON (SELECT, ASK) and JSON-LD or RDF/XML (CONSTRUCT, DESCRIBE) and convert; CSV, TSV and N-Triples could not be
trusted.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import pyoxigraph
from pyoxigraph import QueryResultsFormat, RdfFormat

from federation.accept import media_type
from federation.graph.base import GraphAnswer, NotAcceptable, QueryTimeout, QueryTooLarge

JSON, JSON_LD, RDF_XML = "application/sparql-results+json", "application/ld+json", "application/rdf+xml"

ASK_COLUMN = b'"__ASK_RETVAL"'  # Virtuoso says yes with a row and no without one

RESULTS: Mapping[str, QueryResultsFormat] = MappingProxyType(
    {
        JSON: QueryResultsFormat.JSON,
        "application/sparql-results+xml": QueryResultsFormat.XML,
        "text/csv": QueryResultsFormat.CSV,
        "text/tab-separated-values": QueryResultsFormat.TSV,
    }
)
GRAPHS: Mapping[str, RdfFormat] = MappingProxyType(
    {
        "text/turtle": RdfFormat.TURTLE,
        "application/n-triples": RdfFormat.N_TRIPLES,
        JSON_LD: RdfFormat.JSON_LD,
        RDF_XML: RdfFormat.RDF_XML,
    }
)
ALIASES = {
    "application/json": JSON,
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/plain": "application/n-triples",
}


class _Rows(msgspec.Struct):
    bindings: list[msgspec.Raw]


class _Skeleton(msgspec.Struct):
    """The outer members of SPARQL results in JSON; decoding them reads the body to its last byte."""

    head: dict[str, msgspec.Raw]
    results: _Rows | None = None
    boolean: bool | None = None


def choose(accept: str, offered: Mapping[str, object]) -> str | None:
    """The media type of `offered` that an Accept header prefers; None when it wants none."""
    return media_type(accept, offered, ALIASES)


def answer(media_type: str, body: bytes, accept: str, rows: int, *, own_json: bool = False) -> GraphAnswer:
    """The store's answer in the best format for `accept`; of a table, `rows` at most. `own_json`: see `Dialect`.

    Raises QueryTimeout when it is not whole, QueryTooLarge and NotAcceptable.
    """
    media_type = media_type.partition(";")[0].strip()
    if media_type in GRAPHS:
        return _graph(media_type, body, accept)
    if media_type != JSON:
        raise QueryTimeout(f"the store answered with {media_type!r}, which no query has as its answer")
    target = _target(accept, RESULTS)
    found = _whole(lambda: msgspec.json.decode(body, type=_Skeleton))
    count = len(found.results.bindings) if found.results else 0
    if count > rows:
        raise QueryTooLarge(f"the answer has {count:,} rows, more than {rows:,}: add a LIMIT")
    if own_json and ASK_COLUMN in bytes(found.head.get("vars", b"")):
        body = msgspec.json.encode({"head": {}, "boolean": count > 0})
    if target == JSON and not own_json:
        return GraphAnswer(JSON, body)
    return GraphAnswer(target, _whole(lambda: _convert_results(body, target)))


def _convert_results(body: bytes, target: str) -> bytes:
    parsed = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
    if isinstance(parsed, pyoxigraph.QueryBoolean) and target in ("text/csv", "text/tab-separated-values"):
        return b"true\n" if parsed else b"false\n"  # the standard gives these two no boolean form
    return bytes(parsed.serialize(format=RESULTS[target]) or b"")


def _graph(media_type: str, body: bytes, accept: str) -> GraphAnswer:
    target = _target(accept, GRAPHS)
    if media_type == JSON_LD and target == JSON_LD:
        _whole(lambda: msgspec.json.decode(body, type=list[msgspec.Raw] | dict[str, msgspec.Raw]))
        return GraphAnswer(JSON_LD, body)
    return GraphAnswer(target, _whole(lambda: _convert_graph(media_type, body, target)))


def _convert_graph(media_type: str, body: bytes, target: str) -> bytes:
    if media_type == RDF_XML and not body.rstrip().endswith(b"RDF>"):
        raise ValueError("the parser does not mind XML that stops in the middle")
    # A store may say a triple once per solution; a graph is a set.
    triples = dict.fromkeys(quad.triple for quad in pyoxigraph.parse(body, format=GRAPHS[media_type]))
    return bytes(pyoxigraph.serialize(triples, format=GRAPHS[target]) or b"")


def _target(accept: str, offered: Mapping[str, object]) -> str:
    target = choose(accept, offered)
    if target is None:
        raise NotAcceptable(f"this query can be answered as {', '.join(offered)}; not as {accept!r}")
    return target


def _whole(read: Callable[[], Any]) -> Any:
    """What `read` makes of a body. A body that does not parse to its end was cut by the store's time limit."""
    try:
        return read()
    except (msgspec.DecodeError, SyntaxError, ValueError) as error:
        raise QueryTimeout("the store cut the answer short: the query ran out of time") from error
