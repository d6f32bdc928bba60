"""The W3C's SPARQL 1.1 query tests, asked of an endpoint over HTTP, and the page that tells how it did.

The test writes the SPARQL section of docs/reference/conformance.md anew when CHENGGUO_TEST_WRITE is set.

A test's dataset is named in the request (`default-graph-uri`, `named-graph-uri`): every file of data is a named graph, loaded once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, Namespace

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "reference" / "conformance.md"
BEGIN, END = "<!-- sparql: written by tests/publish_sparql/w3c.py -->", "<!-- /sparql -->"
BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
KINDS = ("QueryEvaluationTest", "CSVResultFormatTest", "PositiveSyntaxTest11", "NegativeSyntaxTest11")

# test -> why the endpoint answers otherwise. A test that passes after all has to leave the list.
VALUE = "the store keeps the values of numbers, not their spelling (`1000000` for `1.0E6`) nor a narrower integer type"
ZERO = "the store finds a path of length zero only between terms of the data; here there are none"
GRAPH = "the store does not bind the variable of `GRAPH ?g` where the pattern inside has no triple for each graph"
TAGGED = "the store gives a concatenation the language that its parts share"
DEVIATIONS: Mapping[str, str] = MappingProxyType(
    {
        "aggregates/agg-groupconcat-04": TAGGED,
        "aggregates/agg-groupconcat-06": TAGGED,
        "aggregates/agg-empty-group-count-graph": GRAPH,
        "bindings/graph": GRAPH,
        "csv-tsv-res/csv03": VALUE,
        "csv-tsv-res/tsv03": VALUE,
        "functions/bnode01": "the store makes the same blank node of the same text in every row",
        "property-path/zero_or_more_set_start": ZERO,
        "property-path/zero_or_more_set_end": ZERO,
        "property-path/zero_or_one_set_start": ZERO,
        "property-path/zero_or_one_set_end": ZERO,
        "syntax-query/test_4": "a function that nobody knows is refused, where the standard lets every row fail",
    }
)


class Case(msgspec.Struct, frozen=True):
    """One test: `name` is folder/id; files are paths below the suite."""

    name: str
    kind: str
    query: str
    data: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    result: str = ""

    @property
    def folder(self) -> str:
        return self.name.partition("/")[0]


def cases(suite: Path) -> Iterator[Case]:
    """The query tests of every manifest, in its order; tests of updates are left out, as the endpoint has none."""
    for manifest in sorted(suite.glob("*/manifest.ttl")):
        folder = manifest.parent.name
        graph = rdflib.Graph().parse(manifest, format="turtle", publicID=f"{BASE}{folder}/manifest.ttl")
        head = graph.value(predicate=RDF.type, object=MF.Manifest)
        listed = graph.value(head, MF.entries)
        for entry in Collection(graph, listed) if listed else ():
            kind = str(graph.value(entry, RDF.type)).removeprefix(str(MF))
            action = graph.value(entry, MF.action)
            query = graph.value(action, QT.query) or action
            if kind in KINDS and str(query).endswith(".rq"):
                yield Case(
                    f"{folder}/{str(entry).rpartition('#')[2]}",
                    kind,
                    _path(query),
                    tuple(_path(one) for one in graph.objects(action, QT.data)),
                    tuple(_path(one) for one in graph.objects(action, QT.graphData)),
                    _path(graph.value(entry, MF.result) or ""),
                )


def _path(iri: object) -> str:
    return str(iri).removeprefix(BASE)


def counted(found: Sequence[Case], failed: Mapping[str, str]) -> str:
    """The section of the page: how many passed by group, and what did not."""
    total = Counter(case.folder for case in found)
    passed = Counter(case.folder for case in found if case.name not in failed)
    rows = [f"| `{folder}` | {passed[folder]} | {total[folder]} |" for folder in total]
    rows.append(f"| **all** | **{passed.total()}** | **{total.total()}** |")
    told = [f"| `{name}` | {DEVIATIONS.get(name, failed[name])} |" for name in failed] or ["| | none |"]
    lines = ["| group | passed | tests |", "|---|---|---|", *rows, "", "What is answered otherwise, and why:", ""]
    return "\n".join([BEGIN, "", *lines, "| test | why |", "|---|---|", *told, "", END])


def section() -> str:
    """The section as the page has it."""
    found = re.search(f"{re.escape(BEGIN)}.*{re.escape(END)}", PAGE.read_text("utf-8"), re.DOTALL)
    return found[0] if found else ""


def write(text: str) -> None:
    PAGE.write_text(PAGE.read_text("utf-8").replace(section(), text), "utf-8")
