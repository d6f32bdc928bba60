"""A code list as a SKOS concept scheme: labels in both languages, notation, hierarchy, edition and source."""

from collections.abc import Iterator

import pyoxigraph

from vocab.codes import Concept, Scheme, scheme
from vocab.namespaces import Namespaces
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.terms import string, tagged


def concept_lines(scheme_id: str, ns: Namespaces) -> list[str]:
    """Lines of N-Triples, without the closing dot. Raises vocab.codes.UnknownScheme."""
    codes = scheme(scheme_id)
    graph = Graph(Terms(ns), ns.scheme(scheme_id))
    _describe(graph, codes)
    for concept in codes.concepts.values():
        _concept(graph, concept)
    return list(dict.fromkeys(graph.lines))


def concept_triples(scheme_id: str, ns: Namespaces) -> Iterator[pyoxigraph.Triple]:
    """The scheme and all its concepts as terms of pyoxigraph."""
    body = " .\n".join(concept_lines(scheme_id, ns)) + " .\n"
    for quad in pyoxigraph.parse(body.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield quad.triple


def concept_nquads(scheme_id: str, ns: Namespaces) -> bytes:
    """The scheme in a named graph of its own IRI."""
    end = f" <{ns.scheme(scheme_id)}> .\n"
    return (end.join(concept_lines(scheme_id, ns)) + end).encode()


def _describe(graph: Graph, codes: Scheme) -> None:
    graph.type(graph.subject, "skos:ConceptScheme")
    graph.add(graph.subject, "dcterms:title", tagged(codes.zh, "zh"))
    graph.add(graph.subject, "dcterms:title", tagged(codes.en, "en"))
    graph.add(graph.subject, "dcterms:identifier", string(codes.id))
    if codes.edition:
        graph.add(graph.subject, "owl:versionInfo", string(codes.edition))
    if codes.source:
        graph.add(graph.subject, "dcterms:source", string(codes.source))


def _concept(graph: Graph, concept: Concept) -> None:
    node = graph.terms.code(concept.code)
    graph.type(node, "skos:Concept")
    graph.add(node, "skos:inScheme", graph.subject)
    graph.add(node, "skos:notation", string(concept.notation))
    graph.add(node, "skos:prefLabel", tagged(concept.zh, "zh"))
    if concept.en:
        graph.add(node, "skos:prefLabel", tagged(concept.en, "en"))
    for alias in concept.aliases:
        if alias and alias not in (concept.zh, concept.en):
            graph.add(node, "skos:altLabel", tagged(alias, "zh"))
    if concept.parent:
        parent = graph.terms.code(f"{concept.scheme}/{concept.parent}")
        graph.add(node, "skos:broader", parent)
        graph.add(parent, "skos:narrower", node)
    else:
        graph.add(node, "skos:topConceptOf", graph.subject)
        graph.add(graph.subject, "skos:hasTopConcept", node)
