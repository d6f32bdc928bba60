"""What the tests of the graph ask and put."""

import json
import time
from collections.abc import Callable

import pyoxigraph

from federation.graph.answers import JSON
from federation.graph.base import GraphError
from federation.graph.server import BUSY_CORES, GraphServer
from federation.graph.store import SparqlStore
from tests.vocab.rdf.records import achievement, published
from vocab.public import PublicRecord

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"


def record(number: int, version: int = 1, title: str = "成果") -> PublicRecord:
    return published(achievement(title, str(number)), str(number), version)


def count(store: SparqlStore, pattern: str) -> int:
    rows = json.loads(store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", JSON).body)["results"]["bindings"]
    return int(rows[0]["n"]["value"])


def eventually(reached: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def settled(server: GraphServer, works: Callable[[], bool]) -> None:
    """Wait until no query is left running: the store has stopped it, or was ended for it and is back."""
    eventually(lambda: server.child.busy(0.2) < BUSY_CORES and works())


def answers(store: SparqlStore) -> bool:
    try:
        return store.query("ASK {}", JSON).body != b""
    except GraphError:
        return False


def graph_of(store: SparqlStore, iri: str) -> set[pyoxigraph.Triple]:
    body = store.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}", "application/n-triples").body
    return {quad.triple for quad in pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES)}
