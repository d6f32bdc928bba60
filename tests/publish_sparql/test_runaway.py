"""Queries that would never end: each is answered with an error, frees the processors, keeps the memory bounded, and costs others
no more than a retry. The store's own time-out does not stop most of them; the watchdog does.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from federation.graph.connect import connect
from federation.graph.server import GraphServer
from tests.federation_graph.asking import settled
from tests.publish_sparql.conftest import LIMITS, application
from tests.vocab.rdf.records import NS, achievement, published

MEMORY = 512 * 2**20
OVERSHOOT = 384 * 2**20  # what the store may take between two looks of the watchdog
RUNAWAY = {
    "cross product of two": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }",
    "cross product of three": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "order of a cross": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i LIMIT 1",
    "endless path": "SELECT (COUNT(*) AS ?n) { ?a (!<x:a>|^!<x:b>)* ?b . ?c (!<x:a>|^!<x:b>)* ?d }",
    "group of a cross": "SELECT (GROUP_CONCAT(?c; separator='') AS ?g) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "distinct of a cross": "SELECT DISTINCT ?c ?f ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i LIMIT 1",
    "regular expression of a cross": "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), '(a|b)*z')) }",
    "construct of a cross": "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?b > ?h) }",
}  # fmt: skip


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphServer]:
    limits = replace(LIMITS, memory_bytes=MEMORY)
    with GraphServer(tmp_path_factory.mktemp("runaway") / "graph", limits, interval=0.05) as server:
        store = connect(server.directory.path, NS, LIMITS)
        store.put([published(achievement(f"石墨烯 {number}", str(number)), str(number)) for number in range(300)])
        store.close()
        yield server


@contextmanager
def largest(server: GraphServer) -> Iterator[list[int]]:
    """The largest memory of the child that was seen while the block ran, as the only member."""
    seen, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(0.02):
            seen[0] = max(seen[0], server.child.resident())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield seen
    ended.set()
    thread.join()


def held(client: TestClient) -> int:
    """How many records the store has; none while it does not answer."""
    answer = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?g a ?t } }"})
    return int(answer.json()["results"]["bindings"][0]["n"]["value"]) if answer.status_code == 200 else 0


@pytest.mark.parametrize("name", RUNAWAY)
def test_a_runaway_query_ends_and_costs_others_no_more_than_a_retry(owner: GraphServer, name: str) -> None:
    store = connect(owner.directory.path, NS, LIMITS)
    with TestClient(application(store)) as client, ThreadPoolExecutor(1) as thread, largest(owner) as memory:
        running = thread.submit(client.get, "/sparql", params={"query": RUNAWAY[name]})
        others = set()
        while not running.done():
            others.add(client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).status_code)
            time.sleep(0.05)
        answer = running.result()
        assert answer.status_code in (422, 503, 504)
        assert answer.headers["content-type"] == "application/problem+json"
        assert others <= {200, 503, 504}
        settled(owner, lambda: held(client) >= 300)
        assert memory[0] < MEMORY + OVERSHOOT
    store.close()
