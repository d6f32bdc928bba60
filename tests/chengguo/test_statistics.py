from collections import Counter
from pathlib import Path
from typing import cast

import pyoxigraph
import pytest
from starlette.testclient import TestClient

from chengguo.statistics import Statistics, counted
from federation.ledger import Ledger
from federation.projector import Projector
from search.base import SearchIndex
from tests.federation.world import Output, World, good
from tests.publish import fakes, samples
from vocab.kinds import KINDS
from vocab.rdf import FORMATS
from vocab.rdf.statistics import Counts, address, statistics

NS = samples.NAMESPACES
CUBE = f"PREFIX cube: <{address(NS)}#> PREFIX qb: <{NS.prefixes['qb']}> PREFIX sta: <{NS.sta}>"


class Graphs:
    """The graphs that were put, in memory."""

    name, ns = "graph", NS

    def __init__(self, output: Output) -> None:
        self._output = output
        self.put: dict[str, bytes] = {}

    @property
    def generation(self) -> str:
        return self._output.generation

    def put_graph(self, iri: str, body: bytes) -> None:
        self.put[iri] = body


def asked(body: bytes, query: str) -> list[tuple[str, ...]]:
    store = pyoxigraph.Store()
    store.load(body, format=pyoxigraph.RdfFormat.N_TRIPLES)
    found = store.query(f"{CUBE} {query}")
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return [tuple(term.value for term in row) for row in found]


def test_cubes_count_what_the_records_say() -> None:
    records = samples.everything()
    kinds = dict(Counter(record.kind for record in records))
    body = statistics(counted(cast(SearchIndex, fakes.MemoryIndex(records)), kinds), NS)
    documents = [KINDS[record.kind].document(record) for record in records]
    for name in ("region", "year", "field", "source"):
        expected = Counter((d.kind, value) for d in documents for value in d.facets.get(name, ()))
        rows = asked(
            body,
            f"SELECT ?k ?v ?n {{ ?c qb:dataSet cube:by-{name} ; cube:kind ?k ; cube:{name} ?v ; cube:records ?n }}",
        )
        assert sorted(int(n) for _, _, n in rows) == sorted(expected.values())
        assert len({(k, v) for k, v, _ in rows}) == len(expected)
    cells = asked(
        body,
        "SELECT ?r ?y ?n { ?c qb:dataSet cube:by-region-and-year ; cube:region ?r ; cube:year ?y ; cube:records ?n }",
    )
    assert all(region.endswith("0000") for region, _, _ in cells)
    totals = asked(body, f"SELECT ?n {{ ?d a <{NS.prefixes['void']}Dataset> ; <{NS.prefixes['void']}entities> ?n }}")
    assert totals == [(str(len(records)),)]


def test_every_observation_is_whole_and_unlike_the_others() -> None:
    """Integrity constraints 11, 12 and 14 of the Data Cube recommendation."""
    records = samples.everything()
    body = statistics(counted(cast(SearchIndex, fakes.MemoryIndex(records)), {"achievement": 1}), NS)
    structure = "?cell qb:dataSet ?set . ?set qb:structure/qb:component ?part ."
    for role in ("dimension", "measure"):
        missing = (
            f"SELECT ?cell {{ {structure} ?part qb:{role} ?property FILTER NOT EXISTS {{ ?cell ?property ?value }} }}"
        )
        assert asked(body, missing) == []
    cells = asked(
        body, f"SELECT ?cell ?set ?value {{ {structure} ?part qb:dimension ?property . ?cell ?property ?value }}"
    )
    keys: dict[str, list[str]] = {}
    for cell, dataset, value in sorted(cells):
        keys.setdefault(f"{dataset} {cell}", []).append(value)
    per_set = Counter((key.split(" ")[0], *values) for key, values in keys.items())
    assert set(per_set.values()) == {1}


def test_hostile_values_stay_inside_their_terms() -> None:
    counts = Counts("2026-01-01T00:00:00Z", {"achievement": 2}, {"field": {("achievement", 'x> . <a:a> <a:b> "'): 2}})
    assert asked(statistics(counts, NS), "SELECT ?n { ?c cube:field ?f ; cube:records ?n }") == [("2",)]


def test_a_cube_that_has_not_every_value_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    index, said = (
        cast(SearchIndex, fakes.MemoryIndex(samples.everything())),
        f"SELECT ?c {{ cube:by-region <{NS.expand('rdfs:comment')}> ?c }}",
    )
    assert asked(statistics(counted(index, {}), NS), said) == []
    monkeypatch.setattr("chengguo.statistics.VALUES", 1)
    assert len(asked(statistics(counted(index, {}), NS), said)) == 2


def test_they_are_written_again_only_when_something_moved(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    world, output = World(ledger), Output("graph")
    graphs, projector = Graphs(output), Projector(ledger, [Output("memory"), output])
    world.harvest({"1": good("甲"), "2": good("乙")})
    projector.catch_up()
    index = cast(SearchIndex, fakes.MemoryIndex(ledger.page(0, 10)))
    keeper = Statistics(ledger, index, graphs)
    before = ledger.cursors.mark("graph")
    assert [keeper.refresh(), keeper.refresh()] == [True, False]
    assert ledger.cursors.mark("graph") != before  # answers that were cached before are asked for again
    assert b"Achievement" in graphs.put[address(NS)]
    world.harvest({"1": None}, complete=False)
    projector.catch_up()
    assert keeper.refresh()
    ledger.close()


@pytest.mark.parametrize("accept", list(FORMATS))
def test_void_is_served_before_there_are_statistics(accept: str) -> None:
    with TestClient(fakes.app()) as client:
        answer = client.get("/.well-known/void", headers={"Accept": accept})
        assert client.get("/.well-known/void", headers={"Accept": "text/html"}).status_code == 406
    assert answer.headers["content-type"].partition(";")[0] == accept
    parsed = pyoxigraph.parse(answer.content, format=FORMATS[accept])
    assert str(len(samples.everything())) in {
        quad.object.value for quad in parsed if isinstance(quad.object, pyoxigraph.Literal)
    }
