"""The shapes of DCAT-AP over a graph, and the section of docs/reference/conformance.md that tells what they found.

The test writes the section anew when CHENGGUO_TEST_WRITE is set.
"""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pyshacl
import rdflib
from rdflib.namespace import RDF, SH

from tests.conftest import ROOT
from vocab.namespaces import Namespaces

PAGE = ROOT / "docs" / "reference" / "conformance.md"
BEGIN, END = "<!-- dcat: written by tests/publish_dcat/shapes.py -->", "<!-- /dcat -->"

# file below the folder of DCAT-AP -> what it asks
SHAPES: Mapping[str, str] = MappingProxyType(
    {
        "3.0.0/shacl/dcat-ap-SHACL.ttl": "3.0.0, generated from the specification",
        "3.0.0/html/shacl/shapes.ttl": "3.0.0, what must be there",
        "3.0.0/html/shacl/range.ttl": "3.0.0, classes of values",
        "3.0.0/html/shacl/deprecateduris.ttl": "3.0.0, names no longer used",
        "3.0.0/html/shacl/shapes_recommended.ttl": "3.0.0, what should be there",
        "2.1.1/dcat-ap_2.1.1_shacl_shapes.ttl": "2.1.1, what must be there",
        "2.1.1/dcat-ap_2.1.1_shacl_range.ttl": "2.1.1, classes of values",
        "2.1.1/dcat-ap_2.1.1_shacl_deprecateduris.ttl": "2.1.1, names no longer used",
        "2.1.1/dcat-ap_2.1.1_shacl_shapes_recommended.ttl": "2.1.1, what should be there",
    }
)
# property that should be there, and is not -> why
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "dcat:bbox": "the code lists of places have no geometry",
        "dcat:centroid": "the code lists of places have no geometry",
        "dcterms:license": "which licence the catalogue itself is under is not configured; distributions of a source have its "
        "own, those of a year and of everything have the licences that their records name",
        "dcterms:type": "what kind of organisation or licence it is, sources do not say",
        "adms:status": "every record of the catalogue is current: what is gone is not listed",
    }
)
Found = Counter[tuple[str, str]]  # (severity, property)


def check(graph: rdflib.Graph, shapes: Path) -> Found:
    """What the shapes of a file find, without inference."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(shapes), inference="none")
    assert isinstance(report, rdflib.Graph)
    names = Namespaces("https://example.org")
    return Counter(
        (
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            names.shorten(str(report.value(result, SH.resultPath))) or "",
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )


def told(found: Mapping[str, Found]) -> str:
    """The section of the page."""
    rows = [
        f"| {SHAPES[name]} | {_count(one, 'Violation')} | {_count(one, 'Warning')} |" for name, one in found.items()
    ]
    missing = sorted({path for one in found.values() for severity, path in one if severity == "Warning"})
    why = [f"| `{path}` | {LEFT_OUT[path]} |" for path in missing]
    lines = [
        "| shapes | violations | warnings |",
        "|---|---|---|",
        *rows,
        "",
        "What is recommended and left out, and why:",
        "",
    ]
    return "\n".join([BEGIN, "", *lines, "| property | why |", "|---|---|", *why, "", END])


def _count(found: Found, severity: str) -> int:
    return sum(number for (its, _), number in found.items() if its == severity)


def section() -> str:
    """The section as the page has it."""
    found = re.search(f"{re.escape(BEGIN)}.*{re.escape(END)}", PAGE.read_text("utf-8"), re.DOTALL)
    return found[0] if found else ""


def write(text: str) -> None:
    PAGE.write_text(PAGE.read_text("utf-8").replace(section(), text), "utf-8")
