"""Entries of the EU's authority tables, described where they are used.

A reader that has not the tables finds label and table beside each entry; one that has them finds nothing new.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vocab import authorities
from vocab.authorities import Entry
from vocab.rdf.graph import Graph
from vocab.rdf.terms import tagged

# The class that DCAT-AP asks of the values of the property that a table is for, where it is not skos:Concept.
RANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access-right": "dcterms:RightsStatement",
        "country": "dcterms:Location",
        "file-type": "dcterms:MediaTypeOrExtent",
        "frequency": "dcterms:Frequency",
        "language": "dcterms:LinguisticSystem",
        "licence": "dcterms:LicenseDocument",
    }
)

CHINA: Final = ("country", "CHN")
CHINESE: Final = ("language", "ZHO")
ENGLISH: Final = ("language", "ENG")
PUBLIC: Final = ("access-right", "PUBLIC")
AVAILABLE: Final = ("planned-availability", "AVAILABLE")
TECHNOLOGY: Final = ("data-theme", "TECH")

CSV: Final = ("file-type", "CSV")
JSON: Final = ("file-type", "JSON")
XLSX: Final = ("file-type", "XLSX")
N_QUADS: Final = ("file-type", "RDF_N_QUADS")
TURTLE: Final = ("file-type", "RDF_TURTLE")
XML: Final = ("file-type", "XML")

HOURLY: Final = ("frequency", "HOURLY")
DAILY: Final = ("frequency", "DAILY")
WEEKLY: Final = ("frequency", "WEEKLY")
MONTHLY: Final = ("frequency", "MONTHLY")
IRREGULAR: Final = ("frequency", "IRREG")

Key = tuple[str, str]  # table and code


def entry(graph: Graph, key: Key) -> str:
    """The term of an entry, which is described."""
    return described(graph, authorities.entry(*key))


def described(graph: Graph, one: Entry) -> str:
    node, table = f"<{one.iri}>", scheme(graph, one.table)
    for name in dict.fromkeys(("skos:Concept", RANGES.get(one.table, "skos:Concept"))):
        graph.type(node, name)
    graph.add(node, "skos:prefLabel", tagged(one.zh, "zh"))
    graph.add(node, "skos:prefLabel", tagged(one.en, "en"))
    graph.add(node, "skos:inScheme", table)
    return node


def scheme(graph: Graph, table: str) -> str:
    """The term of a table, which is described."""
    known = authorities.table(table)
    node = f"<{known.iri}>"
    graph.type(node, "skos:ConceptScheme")
    graph.add(node, "dcterms:title", tagged(known.zh, "zh"))
    graph.add(node, "dcterms:title", tagged(known.en, "en"))
    return node
