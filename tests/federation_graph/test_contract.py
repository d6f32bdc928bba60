"""One suite for every store that may hold the graph. What a store does otherwise stands in its row of `DEVIATIONS`."""

import dataclasses
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import msgspec
import pyoxigraph
import pytest
import rdflib

from federation.graph.answers import GRAPHS, JSON, RESULTS
from federation.graph.base import GraphError, GraphUnavailable, NotAcceptable, QueryRefused, QueryTimeout, QueryTooLarge
from federation.graph.connect import connect
from federation.graph.dialect import FUSEKI, OXIGRAPH, VIRTUOSO
from federation.graph.limits import GraphLimits
from federation.graph.server import GraphServer
from federation.graph.store import SparqlStore
from federation.graph.wire import Writer
from federation.ledger import Ledger
from federation.projector import Projector
from federation.verify import Difference, verify
from harvesters.secrets import Secret
from tests.federation.world import BASE, World, good
from tests.federation_graph import servers
from tests.federation_graph.asking import CROSS, answers, count, eventually, graph_of, record
from tests.vocab.rdf.records import NS
from vocab.namespaces import Namespaces
from vocab.rdf import triples

DECIMAL = "XMLSchema#decimal"
LIMITS = GraphLimits(query_seconds=1, grace_seconds=1.0, start_seconds=30, answer_bytes=2 * 2**20)
WRITER = Writer(servers.USER, Secret(servers.PASSWORD))


class Opened(Protocol):
    """Opens the store, as often as one likes."""

    def __call__(self, limits: GraphLimits, ns: Namespaces = NS) -> SparqlStore: ...


def oxigraph(folder: Path) -> Iterator[Opened]:
    with GraphServer(folder / "graph", LIMITS, interval=0.02) as server:
        yield lambda limits, ns=NS: connect(server.directory.path, ns, limits)


def fuseki(folder: Path) -> Iterator[Opened]:
    if not servers.fuseki_jar().is_file():
        pytest.skip("no Fuseki here (scripts/services fuseki)")
    with servers.fuseki(folder, LIMITS.query_seconds) as address:
        yield lambda limits, ns=NS: SparqlStore(address, ns, limits, FUSEKI, WRITER)


def virtuoso(folder: Path) -> Iterator[Opened]:
    if servers.virtuoso_program() is None:
        pytest.skip("no Virtuoso here (scripts/services virtuoso)")
    with servers.virtuoso(folder, LIMITS.query_seconds) as address:
        yield lambda limits, ns=NS: SparqlStore(address, ns, limits, VIRTUOSO, WRITER)


STORES: Mapping[str, Callable[[Path], Iterator[Opened]]] = MappingProxyType(
    {"oxigraph": oxigraph, "fuseki": fuseki, "virtuoso": virtuoso}
)


@pytest.fixture(scope="module", params=list(STORES))
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Opens stores on a server of the kind, which lives as long as this module's tests of the kind."""
    yield from STORES[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(autouse=True)
def few_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All code lists together take stores that write in transactions ten seconds."""
    for module in ("graph.store", "graph.oxigraph"):
        monkeypatch.setattr(f"federation.{module}.SCHEME_IDS", ("cl04", "cl21"))


@pytest.fixture
def store(opened: Opened) -> Iterator[SparqlStore]:
    """The store, empty but for the code lists."""
    store = opened(LIMITS)
    yield store
    store.remove([*(iri for iri, _ in store.contents()), f"{NS.base}/sparql#store"])
    store.close()


def comparable(found: set[pyoxigraph.Triple]) -> set[tuple[object, ...]]:
    """Stores keep a decimal's value and not how it was written; all else comes back as it went in."""
    return {(t.subject, t.predicate, _value(t.object)) for t in found}


def _value(term: object) -> object:
    return Decimal(term.value) if isinstance(term, pyoxigraph.Literal) and DECIMAL in str(term) else term


def test_a_record_is_a_named_graph_of_its_iri(store: SparqlStore) -> None:
    store.put([record(1)])
    assert comparable(graph_of(store, record(1).iri)) == comparable(set(triples(record(1), NS)))
    assert count(store, f"GRAPH <{record(1).iri}> {{ <{record(1).iri}> a <{NS.sta}Achievement> }}") == 1


def test_put_replaces_and_is_idempotent(store: SparqlStore) -> None:
    store.put([record(1), record(2)])
    store.put([record(1, 2, "新名称"), record(1, 3, "更新的名称")])
    store.put([record(1, 3, "更新的名称")])
    assert dict(store.contents()) == {record(1).iri: 3, record(2).iri: 1}
    assert count(store, '?r <http://purl.org/dc/terms/title> "新名称"@zh') == 0


def test_remove_leaves_nothing_and_may_be_repeated(store: SparqlStore) -> None:
    store.put([record(number) for number in range(5)])
    store.remove([record(number).iri for number in range(4)])
    store.remove([record(0).iri, "https://data.example.cn/id/achievement/never"])
    assert dict(store.contents()) == {record(4).iri: 1}
    assert graph_of(store, record(0).iri) == set()


@pytest.mark.parametrize("iri", ["a> ; DROP ALL ; <b", "a b", "a\nb", "a{b"])
def test_an_iri_cannot_reach_out_of_an_update(store: SparqlStore, iri: str) -> None:
    store.put([record(1)])
    with pytest.raises(ValueError, match="not an IRI"):
        store.remove([iri])
    assert dict(store.contents()) == {record(1).iri: 1}


def test_hostile_text_arrives_as_it_was_and_does_nothing_else(store: SparqlStore) -> None:
    title = '" } } ; DROP ALL ; INSERT DATA { \\u0022 \\" \n \ud800 \x00 '
    store.put([record(1), record(2, title=title)])
    assert dict(store.contents()) == {record(1).iri: 1, record(2).iri: 1}
    rows = json.loads(store.query(f"SELECT ?t {{ <{record(2).iri}> <http://purl.org/dc/terms/title> ?t }}", JSON).body)
    found = {row["t"]["value"] for row in rows["results"]["bindings"] if row["t"]["xml:lang"] == "zh"}
    assert found == {title.replace("\ud800", "\ufffd").replace("\x00", "\ufffd")}


def test_contents_are_paged(store: SparqlStore) -> None:
    store.dialect = msgspec.structs.replace(store.dialect, page=3)
    store.put([record(number) for number in range(7)])
    assert dict(store.contents()) == {record(number).iri: 1 for number in range(7)}


def test_the_generation_lives_in_the_store(store: SparqlStore, opened: Opened) -> None:
    token = store.generation
    with closing(opened(LIMITS)) as other:
        assert token == store.generation == other.generation
    assert list(store.contents()) == []  # neither the token nor a code list is a record


def test_a_store_has_the_labels_of_the_codes_its_records_use(store: SparqlStore) -> None:
    assert store.generation
    store.put([record(1)])
    stage = f"<{record(1).iri}> <{NS.sta}developmentStage>/<http://www.w3.org/2004/02/skos/core#prefLabel> ?label"
    rows = json.loads(store.query(f"SELECT ?label {{ {stage} }}", JSON).body)["results"]["bindings"]
    assert {row["label"]["xml:lang"] for row in rows} == {"zh", "en"}


@pytest.mark.parametrize("accept", list(RESULTS))
def test_select_in_every_format_is_read_by_rdflib(store: SparqlStore, accept: str) -> None:
    store.put([record(1)])
    answer = store.query(
        f"SELECT ?t {{ <{record(1).iri}> <http://purl.org/dc/terms/title> ?t FILTER(LANG(?t) = 'zh') }}", accept
    )
    assert answer.media_type == accept
    assert "成果".encode() in answer.body or accept == JSON
    if accept != "text/tab-separated-values":
        name = {JSON: "json", "application/sparql-results+xml": "xml", "text/csv": "csv"}[accept]
        assert len(rdflib.query.Result.parse(format=name, source=io.BytesIO(answer.body)).bindings) == 1


@pytest.mark.parametrize("accept", list(GRAPHS))
def test_construct_in_every_format(store: SparqlStore, accept: str) -> None:
    store.put([record(1)])
    answer = store.query(f"DESCRIBE <{record(1).iri}>", accept)
    assert answer.media_type == accept
    assert len(list(pyoxigraph.parse(answer.body, format=GRAPHS[accept]))) > 20


@pytest.mark.parametrize("accept", list(RESULTS))
def test_ask_in_every_format(store: SparqlStore, accept: str) -> None:
    yes, no = (store.query(query, accept).body for query in ("ASK {}", "ASK { FILTER(false) }"))
    if accept == JSON:
        assert [json.loads(body)["boolean"] for body in (yes, no)] == [True, False]
    else:
        assert yes.replace(b"true", b"false") == no != yes


def test_an_answer_nobody_can_give_is_refused(store: SparqlStore) -> None:
    with pytest.raises(NotAcceptable, match="text/csv"):
        store.query("ASK {}", "image/png")


def test_the_dataset_of_the_protocol_is_used(store: SparqlStore) -> None:
    store.put([record(1), record(2)])
    body = store.query("SELECT ?r { ?r a ?class }", JSON, default_graphs=[record(1).iri]).body
    assert record(1).iri.encode() in body
    assert record(2).iri.encode() not in body


def test_what_the_store_does_not_understand_is_refused_with_its_message(store: SparqlStore) -> None:
    with pytest.raises(QueryRefused, match=r"(?i)error|expected"):
        store.query("SELECT * {", JSON)
    with pytest.raises(QueryRefused):
        store.query("DROP ALL", JSON)


def test_an_answer_too_large_is_stopped_and_the_connection_works_on(opened: Opened) -> None:
    with closing(opened(dataclasses.replace(LIMITS, answer_bytes=2**14))) as store:
        store.put([record(1)])
        with pytest.raises(QueryTooLarge, match="add a LIMIT"):
            store.query(f"SELECT * {{ GRAPH <{record(1).iri}> {{ ?a ?b ?c }} }}", JSON)
        assert answers(store)


def test_a_table_with_too_many_rows_is_refused_whole(opened: Opened) -> None:
    with closing(opened(dataclasses.replace(LIMITS, answer_rows=10))) as store:
        store.put([record(1)])
        assert b"bindings" in store.query("SELECT * { ?s ?p ?o } LIMIT 10", JSON).body
        with pytest.raises(QueryTooLarge, match="more than 10"):
            store.query("SELECT * { ?s ?p ?o } LIMIT 11", "text/csv")


def test_a_rebuild_replaces_what_is_there_and_leaves_nothing_else(store: SparqlStore) -> None:
    store.put([record(1), record(2)])
    before = store.generation
    twin = store.fresh()
    twin.put([record(2, 2, "新名称"), record(3), record(4)])
    twin.remove([record(4).iri])
    twin.commit()
    after = twin.generation
    store.swap(twin)
    assert dict(store.contents()) == {record(2).iri: 2, record(3).iri: 1}
    assert count(store, f'GRAPH <{record(2).iri}> {{ ?r <http://purl.org/dc/terms/title> "成果"@zh }}') == 0
    assert before != after == store.generation


def test_it_follows_the_change_log_from_nothing_and_is_proved_and_repaired(opened: Opened, tmp_path: Path) -> None:
    with (
        closing(Ledger.open(f"sqlite:///{tmp_path}/ledger.db")) as ledger,
        closing(opened(LIMITS, Namespaces(BASE))) as store,
    ):
        world, projector = World(ledger), Projector(ledger, [store])
        world.harvest({str(n): good(f"成果{n}") for n in range(6)})
        projector.catch_up()
        marks = [ledger.cursors.mark("graph")]
        world.harvest({"0": good("改"), "1": None, "6": good("新")}, complete=False)
        projector.catch_up()
        assert verify(ledger, [store]).equal
        marks.append(ledger.cursors.mark("graph"))
        store.remove([world.iri("2")])
        assert verify(ledger, [store], repair=True).outputs["graph"] == Difference(1, 0, 0)
        assert verify(ledger, [store]).equal
        assert len(dict(store.contents())) == 6
        assert (
            len({*marks, ledger.cursors.mark("graph")}) == 3
        )  # what was cached of an earlier state is not taken for this one


def test_a_store_that_does_not_know_us_says_where_to_look(opened: Opened) -> None:
    with closing(opened(LIMITS)) as store:
        if store.dialect != OXIGRAPH:  # which listens on loopback and asks nobody
            stranger = SparqlStore(store.address, NS, LIMITS, store.dialect, Writer("dba", Secret("wrong")))
            with closing(stranger), pytest.raises(GraphError, match=r"look at \[graph\] user and password"):
                stranger.put([record(1)])
        lost = SparqlStore(f"{store.address.url()}/nowhere", NS, LIMITS, store.dialect)
        with closing(lost), pytest.raises(GraphError, match=r"look at \[graph\] url and dialect"):
            lost.query("ASK {}", JSON)


def test_an_answer_cut_by_the_time_limit_is_never_given(opened: Opened) -> None:
    """The last of a store: it may be ended for not stopping."""
    with closing(opened(dataclasses.replace(LIMITS, answer_bytes=2**30))) as store:
        store.put([record(number) for number in range(20)])
        with pytest.raises(QueryTimeout):
            store.query(f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", JSON)
        with pytest.raises((QueryTimeout, GraphUnavailable)):
            store.query(f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", "text/csv")
        eventually(lambda: answers(store))
