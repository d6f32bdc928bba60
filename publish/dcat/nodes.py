"""Nodes and texts that datasets, distributions, services and the catalogue share."""

from federation.source import Name
from publish.links import safe
from publish.services import Services
from vocab.rdf.graph import Graph
from vocab.rdf.terms import external, tagged
from vocab.values import Agent


def publisher(graph: Graph, name: Name) -> str:
    """The term of an organisation, under the address by which records name it too."""
    node = graph.agent(Agent(name=name.zh, name_en=name.en or None))
    graph.type(node, "foaf:Agent")
    return node


def standard(graph: Graph, iri: str, name: str) -> str:
    node = f"<{iri}>"
    graph.type(node, "dcterms:Standard")
    graph.add(node, "dcterms:title", tagged(name, "en"))
    return node


def address(graph: Graph, path: str, services: Services) -> str:
    """The term of an address of the site. The shapes want to be told that it is a resource, which everything is."""
    node = f"<{services.settings.base_url}{path}>"
    graph.type(node, "rdfs:Resource")
    return node


def document(graph: Graph, page: str) -> str | None:
    """The term of a page; None for an address that may not be linked."""
    node = external(page) if safe(page) else None
    if node:
        graph.type(node, "foaf:Document")
    return node


def both(graph: Graph, node: str, predicate: str, name: Name) -> None:
    """A text in the languages it has."""
    graph.add(node, predicate, tagged(name.zh, "zh"))
    if name.en:
        graph.add(node, predicate, tagged(name.en, "en"))
