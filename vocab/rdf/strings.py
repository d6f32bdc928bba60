"""The RDF view of a text that stands by itself: its property says whether it is a code, an address, a name or a number."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from vocab.namespaces import REGION_SCHEME
from vocab.rdf.graph import Graph
from vocab.rdf.terms import reference, string, tagged
from vocab.rdf.values import View

_HAN = re.compile(r"[\u3400-\u9fff]")


def code(graph: Graph, subject: str, name: str, value: str) -> None:
    """A code `scheme/notation` as the IRI of its concept; what is no code stays a literal."""
    graph.add(subject, name, graph.terms.code(value))


def division(graph: Graph, subject: str, name: str, value: str) -> None:
    """An administrative division: bare six digits, or a code like any other."""
    graph.add(subject, name, graph.terms.code(value) if "/" in value else graph.terms.region(value))


def address(graph: Graph, subject: str, name: str, value: str) -> None:
    graph.add(subject, name, reference(value))


def number(graph: Graph, subject: str, name: str, value: str) -> None:
    graph.add(subject, name, string(value))


def identifier(graph: Graph, subject: str, name: str, value: str) -> None:
    """A number somebody else gave: the node is an adms:Identifier, as the property says."""
    node = graph.node("identifier")
    graph.add(subject, name, node)
    graph.add(node, "skos:notation", string(value))


def contact(graph: Graph, subject: str, name: str, value: str) -> None:
    """A contact is an organisation or a department, never a person (field 47 of the standard)."""
    node = graph.node("contact")
    graph.add(subject, name, node)
    graph.add(node, "vcard:fn", tagged(value, "zh"))


def prose(graph: Graph, subject: str, name: str, value: str) -> None:
    """A text; Chinese is said to be Chinese."""
    graph.add(subject, name, tagged(value, "zh") if _HAN.search(value) else string(value))


BY_PROPERTY: Mapping[str, View] = MappingProxyType(
    {
        "adms:identifier": identifier,
        "dcat:contactPoint": contact,
        "dcterms:identifier": number,
        "dcterms:license": address,
        "foaf:homepage": address,
        "frapo:hasOutput": address,
        "frapo:hasProjectIdentifier": number,
        "org:identifier": number,
        "prov:alternateOf": address,
        "skos:closeMatch": address,
        "skos:notation": number,
    }
)


def view_of(name: str, scheme: str | None) -> View:
    """The view of a text field by its code list, if it has one, else by its property."""
    if scheme == REGION_SCHEME:
        return division
    if scheme is not None:
        return code
    return BY_PROPERTY.get(name, prose)
