"""The graph of statistics: what the dataset is (VoID), and how many records there are (RDF Data Cube), by what people ask most.

It is one document, `/.well-known/void`, and everything in it is named under the document. Each cube counts records by kind and one
further dimension; `by-region-and-year` counts the provinces' records of all kinds by year.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from vocab.kinds import KINDS
from vocab.namespaces import Namespaces
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.terms import moment, string, tagged, typed

ALL = ("region", "year", "field", "source")
DIMENSIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "kind": ("类别", "Kind"),
        "region": ("行政区划", "Region"),
        "year": ("年份", "Year"),
        "field": ("领域", "Field"),
        "source": ("来源", "Source"),
    }
)
# The same dimensions in the vocabulary that statistical offices share (SDMX).
SDMX = "http://purl.org/linked-data/sdmx/2009/"
BROADER = {"region": "dimension#refArea", "year": "dimension#refPeriod"}
FORMATS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")


class Counts(msgspec.Struct, frozen=True):
    """How many public records there are. `by`: dimension -> (kind, value) -> records; a record may be under several values.

    `most`: dimension -> how many values of each kind are counted, where there may be more of them.
    """

    at: str  # RFC 3339
    kinds: dict[str, int]
    by: dict[str, dict[tuple[str, str], int]] = {}
    region_year: dict[tuple[str, str], int] = {}
    most: dict[str, int] = {}


def address(ns: Namespaces) -> str:
    """The document, and the name of the graph that holds it."""
    return f"{ns.base}/.well-known/void"


def dataset(ns: Namespaces) -> str:
    """The term of everything that is public as one dataset."""
    return f"<{address(ns)}#dataset>"


def statistics(counts: Counts, ns: Namespaces) -> bytes:
    """The document in N-Triples."""
    writer = _Writer(ns)
    writer.dataset(counts)
    for name in DIMENSIONS:
        writer.dimension(name)
    for name, cells in counts.by.items():
        writer.cube(f"by-{name}", ("kind", name), counts.at, cells)
        if name in counts.most:
            writer.cut(f"by-{name}", counts.most[name])
    if counts.region_year:
        writer.cube("by-region-and-year", ("region", "year"), counts.at, counts.region_year)
    return (" .\n".join(dict.fromkeys(writer.graph.lines)) + " .\n").encode()


class _Writer:
    def __init__(self, ns: Namespaces) -> None:
        self.ns = ns
        self.graph = Graph(Terms(ns), address(ns))

    def _node(self, name: str) -> str:
        return f"<{self.graph.iri}#{name}>"

    def dataset(self, counts: Counts) -> None:
        graph, base = self.graph, self.ns.base
        document, node = graph.subject, self._node("dataset")
        graph.type(document, "void:DatasetDescription")
        graph.add(document, "foaf:primaryTopic", node)
        graph.add(document, "dcterms:modified", moment(counts.at))
        graph.type(node, "void:Dataset")
        graph.add(node, "dcterms:title", tagged("公开的科技成果", "zh"))
        graph.add(node, "dcterms:title", tagged("Published scientific and technological achievements", "en"))
        graph.add(node, "dcterms:modified", moment(counts.at))
        graph.add(node, "foaf:homepage", f"<{base}/>")
        graph.add(node, "rdfs:seeAlso", f"<{base}/catalog>")
        graph.add(node, "void:sparqlEndpoint", f"<{base}/sparql>")
        graph.add(node, "void:uriSpace", string(f"{base}/id/"))
        graph.add(node, "void:entities", typed(str(sum(counts.kinds.values())), "integer"))
        for name in FORMATS:
            graph.add(node, "void:feature", f"<http://www.w3.org/ns/formats/{name}>")
        for prefix in ("dcterms", "dcat", "schema", "foaf", "prov", "skos", "sta"):
            graph.add(node, "void:vocabulary", f"<{self.ns.prefixes[prefix]}>")
        for kind, count in counts.kinds.items():
            part = self._node(f"kind-{kind}")
            graph.add(node, "void:classPartition", part)
            graph.add(part, "void:class", graph.terms.name(KINDS[kind].rdf_class))
            graph.add(part, "void:entities", typed(str(count), "integer"))

    def dimension(self, name: str) -> None:
        graph, node = self.graph, self._node(name)
        graph.type(node, "qb:DimensionProperty")
        for text, lang in zip(DIMENSIONS[name], ("zh", "en"), strict=True):
            graph.add(node, "rdfs:label", tagged(text, lang))
        if name in BROADER:
            graph.add(node, "rdfs:subPropertyOf", f"<{SDMX}{BROADER[name]}>")

    def cube(self, name: str, dimensions: tuple[str, str], at: str, cells: Mapping[tuple[str, str], int]) -> None:
        """A dataset with its structure and an observation for each cell."""
        graph, node, structure = self.graph, self._node(name), self._node(f"{name}-structure")
        zh, en = (" × ".join(DIMENSIONS[d][lang] for d in dimensions) for lang in (0, 1))
        graph.type(node, "qb:DataSet")
        graph.add(node, "dcterms:title", tagged(f"记录数：{zh}", "zh"))
        graph.add(node, "dcterms:title", tagged(f"Records by {en.lower()}", "en"))
        graph.add(node, "dcterms:modified", moment(at))
        graph.add(node, "qb:structure", structure)
        graph.type(structure, "qb:DataStructureDefinition")
        self._components(structure, name, dimensions)
        for (first, second), count in cells.items():
            observation = self._node(f"{name}-{_plain(first)}-{_plain(second)}")
            graph.type(observation, "qb:Observation")
            graph.add(observation, "qb:dataSet", node)
            for dimension, value in zip(dimensions, (first, second), strict=True):
                graph.lines.append(f"{observation} {self._node(dimension)} {self._value(dimension, value)}")
            graph.lines.append(f"{observation} {self._node('records')} {typed(str(count), 'integer')}")

    def cut(self, name: str, most: int) -> None:
        """Say of a dataset that it has not everything."""
        said = {
            "zh": f"每一类别只含记录最多的 {most} 个值",
            "en": f"Of each kind only the {most} values with the most records",
        }
        for lang, text in said.items():
            self.graph.add(self._node(name), "rdfs:comment", tagged(text, lang))

    def _components(self, structure: str, name: str, dimensions: tuple[str, str]) -> None:
        graph, measure = self.graph, self._node("records")
        graph.type(measure, "qb:MeasureProperty")
        graph.add(measure, "rdfs:label", tagged("记录数", "zh"))
        graph.add(measure, "rdfs:label", tagged("Records", "en"))
        graph.add(measure, "rdfs:subPropertyOf", f"<{SDMX}measure#obsValue>")
        for component, term in self._members(dimensions):
            part = self._node(f"{name}-component-{component}")
            graph.add(structure, "qb:component", part)
            graph.add(part, "qb:measure" if component == "records" else "qb:dimension", term)

    def _members(self, dimensions: tuple[str, str]) -> Iterator[tuple[str, str]]:
        for name in (*dimensions, "records"):
            yield name, self._node(name)

    def _value(self, dimension: str, value: str) -> str:
        terms = self.graph.terms
        if dimension == "kind":
            return terms.name(KINDS[value].rdf_class)
        if dimension == "year":
            return typed(value, "gYear")
        if dimension == "source":
            return f"<{self.ns.source(value)}>"
        return terms.region(value) if dimension == "region" else terms.code(value)


def _plain(value: str) -> str:
    """A value as part of a name: codes are `scheme/notation`, and what else a source may have sent is not spelled out."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in value)
