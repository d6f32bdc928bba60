"""A code list as a SKOS concept scheme: labels in both languages, notation, hierarchy, edition and source."""

from collections.abc import Iterator

import pyoxigraph

from vocab.codes import Concept, Scheme, scheme
from vocab.crosswalks import matches
from vocab.namespaces import Namespaces
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.terms import string, tagged, typed


def concept_lines(scheme_id: str, ns: Namespaces) -> list[str]:
    """Lines of N-Triples, without the closing dot. Raises vocab.codes.UnknownScheme."""
    codes = scheme(scheme_id)
    graph = Graph(Terms(ns), ns.scheme(scheme_id))
    _describe(graph, codes)
    for concept in codes.concepts.values():
        _concept(graph, codes, concept)
    return graph.lines


def lines_of(concept: Concept, ns: Namespaces) -> list[str]:
    """What the lines of its scheme say of one concept."""
    graph = Graph(Terms(ns), ns.scheme(concept.scheme))
    _concept(graph, scheme(concept.scheme), concept)
    return graph.lines


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
    if codes.edition_zh == codes.edition_en:  # the number of a standard, which no language has
        graph.add(graph.subject, "owl:versionInfo", string(codes.edition_en))
    else:
        graph.add(graph.subject, "owl:versionInfo", tagged(codes.edition_zh, "zh"))
        graph.add(graph.subject, "owl:versionInfo", tagged(codes.edition_en, "en"))
    graph.add(graph.subject, "dcterms:source", tagged(codes.source_zh, "zh"))
    graph.add(graph.subject, "dcterms:source", tagged(codes.source_en, "en"))
    for concept in codes.top:
        graph.add(graph.subject, "skos:hasTopConcept", graph.terms.code(concept.code))


def _concept(graph: Graph, codes: Scheme, concept: Concept) -> None:
    """All that is said of a concept; every line has it as subject."""
    node = graph.terms.code(concept.code)
    graph.type(node, "skos:Concept")
    graph.add(node, "skos:inScheme", graph.subject)
    graph.add(node, "skos:notation", string(concept.notation))
    graph.add(node, "skos:prefLabel", tagged(concept.zh, "zh"))
    if concept.en:
        graph.add(node, "skos:prefLabel", tagged(concept.en, "en"))
    for alias in dict.fromkeys(concept.aliases):
        if alias and alias not in (concept.zh, concept.en):
            graph.add(node, "skos:altLabel", _alias(alias))
    if concept.parent:
        graph.add(node, "skos:broader", graph.terms.code(f"{concept.scheme}/{concept.parent}"))
    else:
        graph.add(node, "skos:topConceptOf", graph.subject)
    for narrower in codes.children(concept.notation):
        graph.add(node, "skos:narrower", graph.terms.code(narrower.code))
    _validity(graph, node, concept)
    _matches(graph, node, concept)


def _alias(text: str) -> str:
    """Aliases are Chinese words, or codes that no language has: TRL6."""
    return tagged(text, "zh") if any("\u4e00" <= character <= "\u9fff" for character in text) else string(text)


def _validity(graph: Graph, node: str, concept: Concept) -> None:
    """From and until which year it is in force, what took its place, and what the list says beside the label."""
    successor = f"{concept.scheme}/{concept.replaced_by}" if concept.replaced_by else ""
    pairs = {
        "schema:validFrom": typed(concept.valid_from, "gYear") if concept.valid_from else None,
        "schema:validThrough": typed(concept.valid_to, "gYear") if concept.valid_to else None,
        "dcterms:isReplacedBy": graph.terms.code(successor) if successor else None,
    }
    graph.add_all(node, pairs)
    if concept.note:
        graph.add(node, "skos:note", tagged(concept.note_zh, "zh"))
        graph.add(node, "skos:note", tagged(concept.note, "en"))


def _matches(graph: Graph, node: str, concept: Concept) -> None:
    """What it corresponds to in other lists (https://www.w3.org/TR/skos-reference/#mapping)."""
    for match in matches(concept):
        target = match.target
        term = graph.terms.code(target.code) if isinstance(target, Concept) else f"<{target.iri}>"
        graph.add(node, f"skos:{match.relation}", term)
