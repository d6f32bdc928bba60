"""Organisations that have no record of their own: records name them by IRI, and what those records say is all there is."""

import re

import pyoxigraph

from publish.formats import Format
from publish.services import Services
from vocab.rdf import serialise

NTRIPLES = "application/n-triples"
# The ends of IRIs that `Namespaces.organisation` makes: a unified social credit code or a UUID. Nothing else is asked.
LOCAL = re.compile(r"[0-9A-Z]{18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAME = pyoxigraph.NamedNode("http://xmlns.com/foaf/0.1/name")


def described(local: str, services: Services) -> list[pyoxigraph.Triple]:
    """What the public graph says of an organisation; nothing when no public record names it. Raises GraphError."""
    if not LOCAL.fullmatch(local):
        return []
    iri = f"{services.namespaces.base}/id/organisation/{local}"
    answer = services.graph.query(f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}", NTRIPLES)
    found = pyoxigraph.parse(answer.body, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return sorted({quad.triple for quad in found}, key=str)  # a union of graphs repeats what several records say


def name_of(triples: list[pyoxigraph.Triple]) -> str | None:
    """The name it goes by in records."""
    names = (t.object.value for t in triples if t.predicate == NAME and isinstance(t.object, pyoxigraph.Literal))
    return next(names, None)


def body(triples: list[pyoxigraph.Triple], form: Format, services: Services) -> bytes:
    """The description in an RDF serialisation."""
    return serialise(triples, form.media_type, services.namespaces)
