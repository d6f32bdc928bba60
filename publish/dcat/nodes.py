"""Nodes and texts that datasets, distributions, services and the catalogue share."""

from federation.source import Name
from publish.dcat import authority
from publish.dcat.authority import entry
from publish.links import safe
from publish.services import Services
from vocab.rdf.graph import Graph
from vocab.rdf.terms import external, tagged, typed
from vocab.values import Agent

MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def dataset(graph: Graph, node: str, by: Name, contact: str) -> None:
    """What every dataset says alike. `by` publishes it; `contact` is the term of a contact point."""
    for name in ("dcat:Resource", "dcat:Dataset"):  # the first for shapes that do not infer it
        graph.type(node, name)
    graph.add(node, "dcterms:publisher", publisher(graph, by))
    graph.add(node, "dcat:contactPoint", contact)
    for language in (authority.CHINESE, authority.ENGLISH):
        graph.add(node, "dcterms:language", entry(graph, language))
    graph.add(node, "dcterms:accessRights", entry(graph, authority.PUBLIC))
    graph.add(node, "dcterms:spatial", entry(graph, authority.CHINA))


def joint_dataset(graph: Graph, node: str, services: Services, contact: str) -> None:
    """As `dataset`, of records of many sources: this site publishes it."""
    dataset(graph, node, services.settings.title, contact)
    graph.add(node, "dcat:theme", entry(graph, authority.TECHNOLOGY))
    graph.add(node, "dcat:keyword", tagged("科技成果", "zh"))
    graph.add(node, "dcat:keyword", tagged("research results", "en"))


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


def period(graph: Graph, node: str, first: str, last: str) -> str:
    """The term of a time from one year to another."""
    graph.type(node, "dcterms:PeriodOfTime")
    for predicate, year in (("dcat:startDate", first), ("dcat:endDate", last)):
        graph.add(node, predicate, typed(year, "gYear"))
    return node


def media_type(graph: Graph, name: str) -> str:
    """The term of a media type that IANA knows."""
    node = f"<{MEDIA_TYPES}{name}>"
    graph.type(node, "dcterms:MediaType")
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
