"""RDF views: what a record, a code list and the vocabulary itself look like as linked data, written once for every output.

Code lists are in `vocab.rdf.scheme`.
"""

from vocab.rdf.rdf_xml import rdf_xml
from vocab.rdf.record import lines, nquads, ntriples, triples
from vocab.rdf.serialise import FORMATS, JSON_LD, N_TRIPLES, RDF_XML, SUFFIXES, TURTLE, serialise

__all__ = [
    "FORMATS",
    "JSON_LD",
    "N_TRIPLES",
    "RDF_XML",
    "SUFFIXES",
    "TURTLE",
    "lines",
    "nquads",
    "ntriples",
    "rdf_xml",
    "serialise",
    "triples",
]
