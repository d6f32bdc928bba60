import io
import json
import threading
import time
from collections.abc import Callable

import pyoxigraph
import pytest
import rdflib

from federation.answers import GRAPHS, JSON, RESULTS
from federation.graph import (
    GraphError,
    GraphUnavailable,
    NotAcceptable,
    QueryRefused,
    QueryTimeout,
    QueryTooLarge,
)
from federation.graph_connect import connect
from federation.graph_server import GraphServer
from federation.oxigraph import OxigraphStore
from federation.oxigraph_process import GraphLimits
from tests.vocab.rdf.records import NS, achievement, published
from vocab.public import PublicRecord
from vocab.rdf import triples

CROSS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def record(number: int, version: int = 1, title: str = "成果") -> PublicRecord:
    return published(achievement(title, str(number)), str(number), version)


def count(store: OxigraphStore, pattern: str) -> int:
    rows = json.loads(store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", JSON).body)["results"]["bindings"]
    return int(rows[0]["n"]["value"])


def eventually(reached: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(store: OxigraphStore) -> bool:
    try:
        return store.query("ASK {}", JSON).body != b""
    except GraphUnavailable:
        return False


def graph_of(store: OxigraphStore, iri: str) -> set[pyoxigraph.Triple]:
    body = store.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}", "application/n-triples").body
    return {quad.triple for quad in pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES)}


def test_a_record_is_a_named_graph_of_its_iri(store: OxigraphStore) -> None:
    store.put([record(1)])
    assert len(graph_of(store, record(1).iri)) == len(set(triples(record(1), NS)))
    assert count(store, f"GRAPH <{record(1).iri}> {{ <{record(1).iri}> a <{NS.sta}Achievement> }}") == 1


def test_put_replaces_and_is_idempotent(store: OxigraphStore) -> None:
    store.put([record(1), record(2)])
    store.put([record(1, 2, "新名称"), record(1, 3, "更新的名称")])
    store.put([record(1, 3, "更新的名称")])
    assert dict(store.contents()) == {record(1).iri: 3, record(2).iri: 1}
    assert count(store, '?r <http://purl.org/dc/terms/title> "新名称"@zh') == 0


def test_remove_leaves_nothing_and_may_be_repeated(store: OxigraphStore) -> None:
    store.put([record(number) for number in range(5)])
    store.remove([record(number).iri for number in range(4)])
    store.remove([record(0).iri, "https://data.example.cn/id/achievement/never"])
    assert dict(store.contents()) == {record(4).iri: 1}
    assert graph_of(store, record(0).iri) == set()


@pytest.mark.parametrize("iri", ["a> ; DROP ALL ; <b", "a b", "a\nb", "a{b"])
def test_an_iri_cannot_reach_out_of_an_update(store: OxigraphStore, iri: str) -> None:
    store.put([record(1)])
    with pytest.raises(ValueError, match="not an IRI"):
        store.remove([iri])
    assert dict(store.contents()) == {record(1).iri: 1}


def test_hostile_text_arrives_as_it_was_and_does_nothing_else(store: OxigraphStore) -> None:
    title = '" } } ; DROP ALL ; INSERT DATA { \\u0022 \\" \n \ud800 \x00 '
    store.put([record(1), record(2, title=title)])
    assert dict(store.contents()) == {record(1).iri: 1, record(2).iri: 1}
    rows = json.loads(store.query(f"SELECT ?t {{ <{record(2).iri}> <http://purl.org/dc/terms/title> ?t }}", JSON).body)
    found = {row["t"]["value"] for row in rows["results"]["bindings"] if row["t"]["xml:lang"] == "zh"}
    assert found == {title.replace("\ud800", "\ufffd").replace("\x00", "\ufffd")}


def test_contents_are_paged(store: OxigraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.oxigraph.PAGE", 3)
    store.put([record(number) for number in range(7)])
    assert dict(store.contents()) == {record(number).iri: 1 for number in range(7)}


def test_the_generation_lives_in_the_store(store: OxigraphStore, server: GraphServer) -> None:
    token = store.generation
    assert token == store.generation == connect(server.directory.path, NS).generation
    assert list(store.contents()) == []  # neither the token nor a code list is a record


def test_a_store_has_the_labels_of_the_codes_its_records_use(store: OxigraphStore) -> None:
    assert store.generation
    store.put([record(1)])
    stage = f"<{record(1).iri}> <{NS.sta}developmentStage>/<http://www.w3.org/2004/02/skos/core#prefLabel> ?label"
    rows = json.loads(store.query(f"SELECT ?label {{ {stage} }}", JSON).body)["results"]["bindings"]
    assert {row["label"]["xml:lang"] for row in rows} == {"zh", "en"}


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


def test_a_store_that_is_not_ours_cannot_be_swapped(server: GraphServer) -> None:
    store = OxigraphStore(server.child.url, NS)
    with pytest.raises(GraphError, match="not ours to replace"):
        store.fresh()


@pytest.mark.parametrize("accept", list(RESULTS))
def test_select_in_every_format_is_read_by_rdflib(store: OxigraphStore, accept: str) -> None:
    store.put([record(1)])
    answer = store.query(
        f"SELECT ?t {{ <{record(1).iri}> <http://purl.org/dc/terms/title> ?t FILTER(LANG(?t) = 'zh') }}", accept
    )
    assert answer.media_type == accept
    assert "成果".encode() in answer.body
    if accept != "text/tab-separated-values":
        name = {JSON: "json", "application/sparql-results+xml": "xml", "text/csv": "csv"}[accept]
        assert len(rdflib.query.Result.parse(format=name, source=io.BytesIO(answer.body)).bindings) == 1


@pytest.mark.parametrize("accept", list(GRAPHS))
def test_construct_in_every_format(store: OxigraphStore, accept: str) -> None:
    store.put([record(1)])
    answer = store.query(f"DESCRIBE <{record(1).iri}>", accept)
    assert answer.media_type == accept
    assert len(list(pyoxigraph.parse(answer.body, format=GRAPHS[accept]))) > 20


@pytest.mark.parametrize("accept", list(RESULTS))
def test_ask_in_every_format(store: OxigraphStore, accept: str) -> None:
    assert b"true" in store.query("ASK {}", accept).body
    assert b"false" in store.query("ASK { FILTER(false) }", accept).body


def test_an_answer_nobody_can_give_is_refused(store: OxigraphStore) -> None:
    with pytest.raises(NotAcceptable, match="text/csv"):
        store.query("ASK {}", "image/png")


def test_the_dataset_of_the_protocol_is_used(store: OxigraphStore) -> None:
    store.put([record(1), record(2)])
    body = store.query("SELECT ?r { ?r a ?class }", JSON, default_graphs=[record(1).iri]).body
    assert record(1).iri.encode() in body
    assert record(2).iri.encode() not in body


def test_what_the_store_does_not_understand_is_refused_with_its_message(store: OxigraphStore) -> None:
    with pytest.raises(QueryRefused, match=r"(?i)error|expected"):
        store.query("SELECT * {", JSON)
    with pytest.raises(QueryRefused):
        store.query("DROP ALL", JSON)


@pytest.mark.parametrize("accept", [*RESULTS])
def test_an_answer_cut_by_the_time_limit_is_never_given(server: GraphServer, accept: str) -> None:
    limits = GraphLimits(query_seconds=1, answer_bytes=2**30)
    store = connect(server.directory.path, NS, limits)
    store.put([record(number) for number in range(50)])
    with pytest.raises(QueryTimeout):
        store.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", accept)
    store.close()


def test_an_answer_too_large_is_stopped_and_the_connection_works_on(store: OxigraphStore) -> None:
    store.put([record(number) for number in range(50)])
    with pytest.raises(QueryTooLarge, match="add a LIMIT"):
        store.query(CROSS, JSON)
    assert answers(store)


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
        store.query(CROSS, JSON)
    timer.join()
    eventually(lambda: answers(store))
    store.close()


def test_nobody_listening_is_unavailable_and_worth_a_retry() -> None:
    with pytest.raises(GraphUnavailable) as caught:
        OxigraphStore("http://127.0.0.1:1", NS).query("ASK {}", JSON)
    assert caught.value.retry
