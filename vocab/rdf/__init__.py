"""RDF views: what a record, a code list and the vocabulary itself look like as linked data, written once for every output.

Code lists are in `vocab.rdf.scheme`.
"""

from vocab.rdf.rdf_xml import rdf_xml
from vocab.rdf.record import lines, nquads, ntriples, quads, triples
from vocab.rdf.serialise import (
    DATASETS,
    FORMATS,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    SUFFIXES,
    TRIG,
    TURTLE,
    dataset,
    serialise,
)

__all__ = [
    "DATASETS",
    "FORMATS",
    "JSON_LD",
    "N_QUADS",
    "N_TRIPLES",
    "RDF_XML",
    "SUFFIXES",
    "TRIG",
    "TURTLE",
    "dataset",
    "lines",
    "nquads",
    "ntriples",
    "quads",
    "rdf_xml",
    "serialise",
    "triples",
]
