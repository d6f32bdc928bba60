"""A graph as trees: one JSON object for each record, that a mapping can walk as it walks any other JSON.

    {"@id": "https://kjcg.example/1", "@type": ["dcat:Dataset"],
     "dct:title": [{"@language": "zh", "@value": "石墨烯"}],
     "dcat:distribution": [{"@id": "https://kjcg.example/1.csv", "@type": ["dcat:Distribution"], ...}]}

Every property is a list. What a record points to is written out inside it, blank nodes and named ones alike; records and
catalogues it points to, and what is already being written out further up, are only named. The same graph gives the
same bytes, in whatever order and with whatever blank node labels it came: values are encoded from the leaves upwards and sorted.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import msgspec

DEPTHS = (
    6,
    3,
    1,
)  # nodes inside one another (dataset, distribution, service, publisher, address), and for what is too large
VALUES = 150_000  # of one tree, counted as the reader of records counts them (who stops at 200,000)
WORK = 5_000_000  # nodes written out for one graph

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "cc": "http://creativecommons.org/ns#",
    "cnt": "http://www.w3.org/2011/content#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "geodcatap": "http://data.europa.eu/930/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_NAMES = {iri: prefix for prefix, iri in PREFIXES.items()} | {"https://schema.org/": "schema"}
TYPE = PREFIXES["rdf"] + "type"
_FIRST, _REST, _NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))
_STRINGS = frozenset({PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString", ""})


class Literal(NamedTuple):
    """A literal; `datatype` is an IRI. The case of `language` means nothing, and is lost in a tree."""

    text: str
    language: str = ""
    datatype: str = ""


Term: TypeAlias = str | Literal  # a node is its IRI, a blank one "_:" and its label


class TooLarge(ValueError):
    """A node that even alone has more values, or more bytes, than a record may."""


class Tangled(ValueError):
    """A graph whose nodes point at each other so densely that its trees would never end."""


@lru_cache(4096)
def compact(iri: str) -> str:
    """The usual short name of an IRI ("dct:title"), or the IRI itself."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _NAMES.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else iri


@lru_cache(4096)
def expand(name: str) -> str:
    """The IRI of a short name; anything else is returned as it is."""
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


def is_blank(node: str) -> bool:
    return node.startswith("_:")


class Graph:
    """Triples by subject, in the order they came."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, list[Term]]] = {}
        self._pointed: set[str] = set()
        self._shared: set[str] = set()

    def add(self, subject: str, predicate: str, term: Term) -> None:
        self._nodes.setdefault(subject, {}).setdefault(predicate, []).append(term)
        if isinstance(term, str):
            (self._shared if term in self._pointed else self._pointed).add(term)

    def __iter__(self) -> Iterator[str]:
        """The nodes that are described."""
        return iter(self._nodes)

    def __len__(self) -> int:
        return sum(len(set(terms)) for node in self._nodes.values() for terms in node.values())

    def is_shared(self, node: str) -> bool:
        """Whether more than one triple points at it."""
        return node in self._shared

    def properties(self, node: str) -> dict[str, list[Term]]:
        return self._nodes.get(node, {})

    def terms(self, node: str, *names: str) -> list[Term]:
        """The values of some properties, given by their short names."""
        properties = self.properties(node)
        return [term for name in names for term in properties.get(expand(name), ())]

    def nodes(self, node: str, *names: str) -> list[str]:
        return [term for term in self.terms(node, *names) if isinstance(term, str)]

    def texts(self, node: str, *names: str) -> list[str]:
        """The values as text, whether they came as literals or as IRIs; blank nodes have none."""
        return [t if isinstance(t, str) else t.text for t in self.terms(node, *names) if t[:2] != "_:"]

    def types(self, node: str) -> set[str]:
        return set(self.nodes(node, "rdf:type"))


class _Part(NamedTuple):
    """The JSON of a node. `open`: something was left out because it is being written further up; `full`: too large."""

    json: bytes
    values: int = 1
    open: bool = False
    full: bool = False


class Trees:
    """The trees of one graph. Nodes of the classes `named` are never written out inside another tree."""

    def __init__(self, graph: Graph, named: frozenset[str], longest: int) -> None:
        self._graph = graph
        self._named = named
        self._longest = longest  # bytes of a tree
        self._known: dict[tuple[str, int], _Part] = {}
        self._work = 0

    def tree(self, node: str) -> bytes:
        """The tree of a node, as deep as DEPTHS and the limits allow; "@depth" says so where it is less than usual.

        A dataset of ten thousand distributions keeps all that is said of itself, and their addresses.
        Raises TooLarge, Tangled.
        """
        for room in DEPTHS:
            part = self._node(node, room, (), b"" if room == DEPTHS[0] else b'"@depth":%d' % room)
            if not part.full:
                return part.json
        raise TooLarge(f"more than {VALUES} values or {self._longest} bytes")

    def _node(self, node: str, room: int, above: tuple[str, ...], first: bytes = b"") -> _Part:
        if part := self._known.get((node, room)):
            return part
        self._work += 1
        if self._work > WORK:
            raise Tangled(f"its descriptions point at each other in more than {WORK} ways")
        entries = [first] if first else []
        if not is_blank(node):
            entries.append(b'"@id":' + _json(node))
        properties = self._graph.properties(node)
        if node in above:
            return _Part(_object(entries), 1, open=True)
        if room == 0 or not properties or (above and self._named & self._graph.types(node)):
            return _Part(_object(entries))
        part = self._written(properties, room, (*above, node), entries)
        if above and not part.open and self._graph.is_shared(node):
            self._known[node, room] = part
        return part

    def _written(
        self, properties: dict[str, list[Term]], room: int, above: tuple[str, ...], entries: list[bytes]
    ) -> _Part:
        lists: dict[str, set[bytes]] = {}
        values, size, opened = len(entries), 0, False
        for predicate, terms in properties.items():
            name = "@type" if predicate == TYPE else compact(predicate)
            found = lists.setdefault(name, set())
            values += 1
            for term in dict.fromkeys(terms):
                if predicate == TYPE and term[:2] == "_:":
                    continue  # a class without a name
                part = self._type(term) if predicate == TYPE else self._term(term, room - 1, above)
                values, size, opened = values + 1 + part.values, size + len(part.json), opened or part.open
                if part.full or values > VALUES or size > self._longest:
                    return _Part(b"", 1, opened, full=True)
                found.add(part.json)
        entries += [_json(name) + b":[" + b",".join(sorted(found)) + b"]" for name, found in sorted(lists.items())]
        whole = _object(entries)
        return _Part(whole, values, opened, full=len(whole) > self._longest)

    def _type(self, term: Term) -> _Part:
        return _Part(_json(compact(term) if isinstance(term, str) else term.text))

    def _term(self, term: Term, room: int, above: tuple[str, ...]) -> _Part:
        if isinstance(term, Literal):
            return _literal(term)
        if _FIRST in self._graph.properties(term):
            return self._list(term, room, above)
        return self._node(term, room, above)

    def _list(self, node: str, room: int, above: tuple[str, ...]) -> _Part:
        """An RDF collection, in its order; one that runs in a circle or forks ends there."""
        parts: list[_Part] = []
        seen = set[str]()
        while node != _NIL and node not in seen and len(seen) < VALUES:
            seen.add(node)
            heads, rests = self._graph.terms(node, "rdf:first"), self._graph.nodes(node, "rdf:rest")
            if len(heads) != 1 or len(rests) != 1:
                break
            parts.append(self._node_or_literal(heads[0], room, above))
            node = rests[0]
        return _Part(
            b'{"@list":[' + b",".join(part.json for part in parts) + b"]}",
            2 + len(parts) + sum(part.values for part in parts),
            any(part.open for part in parts),
            any(part.full for part in parts),
        )

    def _node_or_literal(self, term: Term, room: int, above: tuple[str, ...]) -> _Part:
        """An element of a collection; a collection in a collection is only named, as it could hold itself."""
        return _literal(term) if isinstance(term, Literal) else self._node(term, room, above)


def _literal(literal: Literal) -> _Part:
    entries = [b'"@value":' + _json(literal.text)]
    if literal.language:
        entries.insert(0, b'"@language":' + _json(literal.language.lower()))
    elif literal.datatype not in _STRINGS:
        entries.insert(0, b'"@type":' + _json(compact(literal.datatype)))
    return _Part(_object(entries), len(entries))


def _object(entries: list[bytes]) -> bytes:
    return b"{" + b",".join(entries) + b"}"


def _json(text: str) -> bytes:
    return msgspec.json.encode(text)
