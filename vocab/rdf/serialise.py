"""One record or code list in the serialisations of RDF, by media type and by suffix."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat

from vocab.namespaces import Namespaces

TURTLE, N_TRIPLES = "text/turtle", "application/n-triples"
JSON_LD, RDF_XML = "application/ld+json", "application/rdf+xml"
TRIG, N_QUADS = "application/trig", "application/n-quads"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

FORMATS: Mapping[str, RdfFormat] = MappingProxyType(
    {TURTLE: RdfFormat.TURTLE, JSON_LD: RdfFormat.JSON_LD, RDF_XML: RdfFormat.RDF_XML, N_TRIPLES: RdfFormat.N_TRIPLES}
)
SUFFIXES: Mapping[str, str] = MappingProxyType({"ttl": TURTLE, "jsonld": JSON_LD, "rdf": RDF_XML, "nt": N_TRIPLES})
# Those that can say in which graph a triple is.
DATASETS: Mapping[str, RdfFormat] = MappingProxyType(
    {TRIG: RdfFormat.TRIG, JSON_LD: RdfFormat.JSON_LD, N_QUADS: RdfFormat.N_QUADS}
)


def serialise(triples: Iterable[pyoxigraph.Triple], media_type: str, ns: Namespaces) -> bytes:
    """Triples in one of `FORMATS`. Raises KeyError for another media type."""
    grouped = _by_subject(triples)
    body = pyoxigraph.serialize(grouped, format=FORMATS[media_type], prefixes=_used(grouped, ns)) or b""
    return compact(body, ns) if media_type == JSON_LD else body


def dataset(nquads: bytes, media_type: str, ns: Namespaces) -> bytes:
    """N-Quads in one of `DATASETS`. Raises KeyError for another media type."""
    if media_type == N_QUADS:
        return nquads
    quads = list(pyoxigraph.parse(nquads, format=RdfFormat.N_QUADS))
    body = pyoxigraph.serialize(quads, format=DATASETS[media_type], prefixes=_used(quads, ns)) or b""
    return compact(body, ns) if media_type == JSON_LD else body


def _by_subject(triples: Iterable[pyoxigraph.Triple]) -> list[pyoxigraph.Triple]:
    """The triples with those of one subject together, which the writers need to write a subject once."""
    groups: dict[str, list[pyoxigraph.Triple]] = {}
    for triple in triples:
        groups.setdefault(str(triple.subject), []).append(triple)
    return [triple for group in groups.values() for triple in group]


def compact(expanded: bytes, ns: Namespaces) -> bytes:
    """Expanded JSON-LD with its properties, classes and datatypes shortened by a context of the prefixes in use."""
    used: dict[str, str] = {}
    nodes = [_compact(node, ns, used) for node in json.loads(expanded)]
    document = {"@context": dict(sorted(used.items())), "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def context(ns: Namespaces) -> dict[str, Any]:
    """The JSON-LD context document with every prefix the platform writes."""
    return {"@context": dict(ns.prefixes)}


def _compact(value: Any, ns: Namespaces, used: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_compact(item, ns, used) for item in value]
    if not isinstance(value, dict):
        return value
    if RDF_TYPE in value:
        value = {**value, "@type": [node["@id"] for node in value[RDF_TYPE]]}
        del value[RDF_TYPE]
    return {_short(key, ns, used): _member(key, item, ns, used) for key, item in value.items()}


def _member(key: str, item: Any, ns: Namespaces, used: dict[str, str]) -> Any:
    if key == "@type":  # a datatype or a list of classes: both are IRIs
        return [_short(name, ns, used) for name in item] if isinstance(item, list) else _short(item, ns, used)
    return item if key.startswith("@") and key != "@graph" else _compact(item, ns, used)


def _short(iri: str, ns: Namespaces, used: dict[str, str]) -> str:
    name = None if iri.startswith("@") else ns.shorten(iri)
    if name is None:
        return iri
    prefix = name.partition(":")[0]
    used[prefix] = ns.prefixes[prefix]
    return name


def _used(triples: Iterable[pyoxigraph.Triple | pyoxigraph.Quad], ns: Namespaces) -> dict[str, str]:
    """The prefixes these triples need: a document declares nothing it does not use."""
    used: dict[str, str] = {}
    for triple in triples:
        _note(triple.predicate.value, ns, used)
        if isinstance(triple.object, pyoxigraph.NamedNode):
            _note(triple.object.value, ns, used)
        elif isinstance(triple.object, pyoxigraph.Literal):
            _note(triple.object.datatype.value, ns, used)
    return used


def _note(iri: str, ns: Namespaces, used: dict[str, str]) -> None:
    _short(iri, ns, used)
