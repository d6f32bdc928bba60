"""Whether two answers say the same: as sets of rows or triples, up to the names of blank nodes and the spelling of numbers."""

import csv
import io
from decimal import Decimal, InvalidOperation

import pyoxigraph
import rdflib
from pyoxigraph import QueryResultsFormat, RdfFormat
from rdflib.compare import isomorphic
from rdflib.namespace import XSD

NUMBERS = {str(name) for name in (XSD.integer, XSD.decimal, XSD.double, XSD.float)}
RESULT_SET = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
TABLES = {".srx": QueryResultsFormat.XML, ".srj": QueryResultsFormat.JSON, ".tsv": QueryResultsFormat.TSV}
MEDIA_TYPES = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
    ".ttl": "text/turtle, application/sparql-results+json",
}


def same(suffix: str, media_type: str, got: bytes, expected: bytes) -> bool:
    """Whether what the endpoint gave is what the test's file (of this suffix) holds."""
    if suffix == ".csv":
        return _csv(got) == _csv(expected)
    if suffix == ".ttl":
        if media_type == "text/turtle":
            return isomorphic(_graph(got), _graph(expected))
        return isomorphic(_rows(got, QueryResultsFormat.JSON), _result_set(_graph(expected)))
    table = TABLES[suffix]
    first, second = (pyoxigraph.parse_query_results(body, format=table) for body in (got, expected))
    if isinstance(first, pyoxigraph.QueryBoolean) or isinstance(second, pyoxigraph.QueryBoolean):
        return type(first) is type(second) and bool(first) == bool(second)
    if {str(v) for v in first.variables} != {str(v) for v in second.variables}:
        return False
    return isomorphic(_rows(got, table), _rows(expected, table))


def _csv(body: bytes) -> list[list[tuple[str, str]]]:
    """Rows in any order, columns too: `SELECT *` has none."""
    rows = csv.DictReader(io.StringIO(body.decode()))
    return sorted(sorted((name, "_" if cell.startswith("_:") else cell) for name, cell in row.items()) for row in rows)


def _graph(body: bytes) -> rdflib.Graph:
    graph = rdflib.Graph()
    for quad in pyoxigraph.parse(body, format=RdfFormat.TURTLE, base_iri="http://example/"):
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _rows(body: bytes, table: QueryResultsFormat) -> rdflib.Graph:
    """Rows as a graph: a node for each, which carries its values under the names of the columns."""
    graph, found = rdflib.Graph(), pyoxigraph.parse_query_results(body, format=table)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    for solution in found:
        row = rdflib.BNode()
        graph.add((row, rdflib.RDF.type, RESULT_SET.solution))
        for variable in found.variables:
            if (value := solution[variable]) is not None:
                graph.add((row, rdflib.URIRef(f"urn:column:{variable.value}"), _term(value)))
    return graph


def _result_set(listed: rdflib.Graph) -> rdflib.Graph:
    """The same of rows that are written in the vocabulary of result sets."""
    graph = rdflib.Graph()
    for solution in listed.objects(None, RESULT_SET.solution):
        row = rdflib.BNode()
        graph.add((row, rdflib.RDF.type, RESULT_SET.solution))
        for binding in listed.objects(solution, RESULT_SET.binding):
            name, value = listed.value(binding, RESULT_SET.variable), listed.value(binding, RESULT_SET.value)
            assert value is not None
            graph.add((row, rdflib.URIRef(f"urn:column:{name}"), value))
    return graph


def _term(term: object) -> rdflib.term.Node:
    if isinstance(term, pyoxigraph.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, pyoxigraph.Literal)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype in NUMBERS:
        return rdflib.Literal(f"{_number(term.value)} {datatype}")
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(datatype), normalize=False)


def _number(text: str) -> str:
    """One spelling for every number: 2, 2.0 and 2.0E0 of one type are one value."""
    try:
        return str(Decimal(text.replace("INF", "Infinity")).normalize())
    except InvalidOperation:
        return text
