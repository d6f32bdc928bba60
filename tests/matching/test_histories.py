"""Any history of merging, parting and withdrawing: clusters are what the pairs make, and every output says what the ledger says."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.graph.answers import JSON
from federation.graph.connect import connect_or_start
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph import OxigraphStore
from federation.ledger import Ledger
from federation.matching.matcher import Matcher
from federation.matching.organisations import Organisations, facts
from federation.matching.subject import subject_of
from federation.projection import Projection
from federation.projector import Projector
from federation.source import Guard
from federation.verify import check, verify
from search.tantivy_index import TantivyIndex
from tests.federation.test_history import copy_of, template
from tests.federation.world import BASE, Output, World, good, source
from tests.matching.test_book import NUMBER, TITLE
from vocab.namespaces import Namespaces

__all__ = ["template"]

KEYS = "abcde"
OTHER = "9442021Y0456"
BODIES = {
    "one": good(TITLE, 登记号=NUMBER),
    "again": good(f"{TITLE}研究", 登记号=NUMBER),
    "other": good("水稻病虫害绿色防控集成", 登记号=OTHER),
    "bare": good(TITLE),
    "secret": good(TITLE, 登记号=NUMBER, 密级="秘密"),
    "gone": None,
}
HARVEST = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(sorted(BODIES)), min_size=1)
PAIR = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda pair: pair[0] != pair[1])
DECISION = st.tuples(PAIR, st.sampled_from([True, False, None]))
STEP = st.one_of(HARVEST, HARVEST, DECISION, st.just("follow"), st.sampled_from(KEYS).map(lambda key: f"down {key}"))
Step = dict[str, str] | tuple[tuple[str, str], bool | None] | str
Words = dict[tuple[str, str], bool | None]


@contextmanager
def outputs(folder: str) -> Iterator[tuple[TantivyIndex, OxigraphStore]]:
    with connect_or_start(Path(folder) / "graph", Namespaces(BASE), GraphLimits()) as graph:
        index = TantivyIndex.open(Path(folder) / "search")
        with closing(index):
            yield index, graph


def play(world: World, step: Step, words: Words) -> None:
    book = world.ledger.matches
    if step == "follow":
        book.follow()
    elif isinstance(step, str):
        iri = world.iri(step.removeprefix("down "))
        if world.ledger.record(iri) is not None:
            world.ledger.desk.take_down(iri, "1", officer="李四")
    elif isinstance(step, dict):
        world.harvest({key: BODIES[name] for key, name in step.items()}, complete=False)
    else:
        (one, other), same = step
        pair = cast(tuple[str, str], tuple(sorted((world.iri(one), world.iri(other)))))
        if len(world.ledger.records(pair)) == 2:
            book.decide(*pair, same=same, by="王审核")
            words[pair] = same


def expected(ledger: Ledger, words: Words) -> dict[str, frozenset[str]]:
    """The clusters that comparing everything in memory makes, by member."""
    matcher = Matcher()
    for record in ledger.page(0, 100):
        found = subject_of(record, Organisations(facts()))
        assert found is not None
        matcher.put(found)
    for pair, same in words.items():
        matcher.decide(*pair, same=same)
    return {iri: frozenset(group) for group in matcher.clusters() for iri in group}


def told_by_graph(graph: OxigraphStore, what: str) -> set[tuple[str, str]]:
    query = f"SELECT ?a ?b {{ GRAPH ?a {{ ?a <{graph.ns.expand(what)}> ?b }} }}"
    rows = json.loads(graph.query(query, JSON).body)["results"]["bindings"]
    return {(row["a"]["value"], row["b"]["value"]) for row in rows}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(STEP, min_size=2, max_size=12))
def test_clusters_are_what_comparing_everything_makes(template: Path, history: list[Step]) -> None:
    with copy_of(template) as ledger:
        world, words, output = World(ledger), Words(), Output()
        world.source = source(guard=Guard(share=1.0, records=1000))
        projector = Projector(ledger, [output], batch=3)
        for step in history:
            play(world, step, words)
            projector.catch_up()
            assert {r.iri: r.cluster for r in output.records.values()} == {
                r.iri: r.cluster for r in ledger.page(0, 100)
            }
            assert not any(check(ledger).values())
        ledger.matches.follow()
        assert {r.iri: frozenset(r.cluster.members) for r in ledger.page(0, 100) if r.cluster} == expected(
            ledger, words
        )


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(STEP, min_size=4, max_size=10))
def test_index_and_graph_say_of_clusters_what_the_ledger_says(template: Path, history: list[Step]) -> None:
    with copy_of(template) as ledger, TemporaryDirectory() as folder, outputs(folder) as (index, graph):
        world, words = World(ledger), Words()
        world.source = source(guard=Guard(share=1.0, records=1000))
        written = [cast(Projection, index), graph]
        projector = Projector(ledger, written, batch=3)
        for step in [*history, "follow"]:
            play(world, step, words)
            projector.catch_up()
            agree(ledger, index, graph)
        assert verify(ledger, written).equal


def agree(ledger: Ledger, index: TantivyIndex, graph: OxigraphStore) -> None:
    records = ledger.page(0, 100)
    clusters = {record.iri: record.cluster.canonical if record.cluster else "" for record in records}
    assert {iri: document.cluster for iri in clusters if (document := index.document(iri))} == clusters
    assert told_by_graph(graph, "prov:alternateOf") == {(r.iri, other) for r in records for other in r.same_as}
    assert told_by_graph(graph, "sta:canonicalRecord") == {pair for pair in clusters.items() if pair[1]}
    assert all(set(r.cluster.members) <= clusters.keys() for r in records if r.cluster)
