import threading

import pytest

from federation.graph.answers import JSON
from federation.graph.base import GraphUnavailable, QueryTimeout
from federation.graph.connect import connect
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph import OxigraphStore
from federation.graph.server import GraphServer
from federation.graph.store import SparqlStore
from tests.federation_graph.asking import CROSS, answers, count, eventually, record
from tests.vocab.rdf.records import NS


def test_a_twin_is_invisible_until_it_is_swapped_in(store: OxigraphStore, server: GraphServer) -> None:
    store.put([record(1)])
    before, place = store.generation, server.child.location
    twin = store.fresh()
    twin.put([record(2), record(3)])
    twin.put([record(3, 2, "改名"), record(4)])
    twin.remove([record(4).iri])
    assert dict(store.contents()) == {record(1).iri: 1}
    store.swap(twin)
    assert dict(store.contents()) == {record(2).iri: 1, record(3).iri: 2}
    assert count(store, f'GRAPH <{record(3).iri}> {{ ?r <http://purl.org/dc/terms/title> "成果"@zh }}') == 0
    assert store.generation != before
    assert not place.exists()


def test_a_twin_thrown_away_leaves_nothing_behind(store: OxigraphStore, server: GraphServer) -> None:
    twin = store.fresh()
    twin.put([record(2)])
    location = twin.process.location
    twin.close()
    assert not location.exists()
    assert server.child.answers()


def test_a_load_that_failed_is_told_by_the_next_call(store: OxigraphStore) -> None:
    twin = store.fresh()
    try:
        twin.process.kill()
        twin.put([record(2)])
        with pytest.raises(GraphUnavailable):
            twin.commit()
    finally:
        twin.close()


def test_a_query_that_does_not_stop_costs_the_child_its_life(store: OxigraphStore, server: GraphServer) -> None:
    store.put([record(number) for number in range(200)])
    with pytest.raises(QueryTimeout):
        store.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d || ?b != ?h) }", JSON)
    eventually(lambda: server.child.busy(0.1) < 0.5 and answers(store))
    assert len(dict(store.contents())) == 200


def test_a_child_that_grows_too_large_is_replaced(store: OxigraphStore, server: GraphServer) -> None:
    store.put([record(1)])
    first = server.child.pid
    server.limits = GraphLimits(query_seconds=1, start_seconds=30, memory_bytes=2**20)
    eventually(lambda: server.restarts > 0)
    server.limits = GraphLimits(query_seconds=1, start_seconds=30)
    eventually(lambda: server.child.pid != first and answers(store))
    assert dict(store.contents()) == {record(1).iri: 1}


def test_a_killed_child_comes_back_with_its_data(store: OxigraphStore, server: GraphServer) -> None:
    store.put([record(number) for number in range(20)])
    first, token = server.child.pid, store.generation
    server.child.kill()
    eventually(lambda: server.child.pid != first and answers(store))
    assert len(dict(store.contents())) == 20
    assert store.generation == token


def test_a_child_killed_in_the_middle_of_an_answer_is_an_honest_error(server: GraphServer) -> None:
    store = connect(server.directory.path, NS, GraphLimits(query_seconds=30, answer_bytes=2**40))
    store.put([record(number) for number in range(100)])
    timer = threading.Timer(0.3, server.child.kill)
    timer.start()
    with pytest.raises((GraphUnavailable, QueryTimeout)):
        store.query(f"SELECT * {{ {CROSS} }}", JSON)
    timer.join()
    eventually(lambda: answers(store))
    store.close()


def test_nobody_listening_is_unavailable_and_worth_a_retry() -> None:
    with pytest.raises(GraphUnavailable) as caught:
        SparqlStore("http://127.0.0.1:1", NS).query("ASK {}", JSON)
    assert caught.value.retry
