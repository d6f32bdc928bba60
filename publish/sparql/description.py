"""The endpoint's own description (SPARQL 1.1 Service Description)."""

import pyoxigraph

from federation.graph.answers import GRAPHS, RESULTS
from vocab.namespaces import Namespaces
from vocab.rdf import serialise

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
}


def description(ns: Namespaces, media_type: str) -> bytes:
    """What the endpoint is and can do, as RDF in one of `vocab.rdf.FORMATS`."""
    service = f"{ns.base}/sparql"
    dataset = f"{service}#dataset"
    pairs = [
        (service, ns.expand("rdf:type"), f"{SD}Service"),
        (service, f"{SD}endpoint", service),
        (service, f"{SD}supportedLanguage", f"{SD}SPARQL11Query"),
        (service, f"{SD}feature", f"{SD}UnionDefaultGraph"),
        (service, f"{SD}defaultDataset", dataset),
        (dataset, ns.expand("rdf:type"), f"{SD}Dataset"),
        (dataset, f"{SD}defaultGraph", f"{service}#default"),
        (f"{service}#default", ns.expand("rdf:type"), f"{SD}Graph"),
    ]
    formats = (f"http://www.w3.org/ns/formats/{FORMATS[offer]}" for offer in (*RESULTS, *GRAPHS))
    pairs += [(service, f"{SD}resultFormat", iri) for iri in formats]
    node = pyoxigraph.NamedNode
    return serialise((pyoxigraph.Triple(node(s), node(p), node(o)) for s, p, o in pairs), media_type, ns)
