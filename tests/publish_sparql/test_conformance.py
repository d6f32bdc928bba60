"""The W3C's own tests of SPARQL 1.1 queries, through our endpoint, with a list of what is answered otherwise."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat
from starlette.testclient import TestClient

from federation.graph.connect import connect
from federation.graph.server import GraphServer
from tests.publish_sparql import w3c
from tests.publish_sparql.compared import MEDIA_TYPES, same
from tests.publish_sparql.conftest import LIMITS, application
from tests.vocab.rdf.records import NS

FORMATS = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES}
NOTHING = "urn:no-data"  # a graph that is not there: the dataset of a test without data


@pytest.fixture(scope="module")
def suite(shared: Path) -> Path:
    folder = shared / "conformance" / "sparql11"
    if not folder.is_dir():
        pytest.skip(f"no conformance tests at {folder}")
    return folder


@pytest.fixture(scope="module")
def endpoint(suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The endpoint over a store with every file of data in a graph of its own."""
    path = tmp_path_factory.mktemp("conformance") / "graph"
    with GraphServer(path, LIMITS, interval=0.02):
        store = connect(path, NS, LIMITS)
        files = {name for case in w3c.cases(suite) for name in (*case.data, *case.named)}
        store.load(b"".join(_quads(suite / name, w3c.BASE + name) for name in sorted(files)))
        with TestClient(application(store)) as client:
            yield client
        store.close()


def _quads(file: Path, iri: str) -> bytes:
    graph = pyoxigraph.NamedNode(iri)
    parsed = pyoxigraph.parse(file.read_bytes(), format=FORMATS[file.suffix], base_iri=iri, rename_blank_nodes=True)
    quads = [pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]
    return pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b""


def outcome(endpoint: TestClient, suite: Path, case: w3c.Case) -> str:
    """Why the test failed; empty when it passed."""
    # The base of a query is its own address (RFC 3986, section 5.1), which the protocol has no way to say.
    text, suffix = (suite / case.query).read_text("utf-8"), Path(case.result).suffix
    asked: dict[str, object] = {"query": f"BASE <{w3c.BASE}{case.query}>\n{text}"}
    if "FROM <" not in text:  # else the query says itself what it is asked of
        asked["default-graph-uri"] = [w3c.BASE + name for name in case.data] or [NOTHING]
        asked["named-graph-uri"] = [w3c.BASE + name for name in case.named]
    answer = endpoint.post("/sparql", data=asked, headers={"Accept": MEDIA_TYPES.get(suffix, "*/*")})
    if case.kind == "NegativeSyntaxTest11":
        return "" if answer.status_code == 400 else f"answered {answer.status_code} to what is no query"
    if answer.status_code != 200:
        return str(answer.json()["detail"]).replace("\n", " ")[:200]
    if case.kind == "PositiveSyntaxTest11":
        return ""
    media_type = answer.headers["content-type"].partition(";")[0]
    return "" if same(suffix, media_type, answer.content, (suite / case.result).read_bytes()) else "another answer"


def test_the_suite_passes_but_for_the_deviations_that_the_page_explains(endpoint: TestClient, suite: Path) -> None:
    found = list(w3c.cases(suite))
    failed = {case.name: why for case in found if (why := outcome(endpoint, suite, case))}
    assert len(found) > 250
    assert failed.keys() == w3c.DEVIATIONS.keys(), failed
    told = w3c.counted(found, failed)
    if os.environ.get("CHENGGUO_TEST_WRITE"):
        w3c.write(told)
    assert told == w3c.section()
