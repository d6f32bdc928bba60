"""Trees of graphs: any graph gives finite ones, and the same graph the same bytes."""

import json
import random
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.rdf_page import BrokenPage, guess, read
from harvesters.rdf_tree import DEPTHS, PREFIXES, Graph, Literal, TooLarge, Trees, compact, expand
from vocab.decode import MAX_DEPTH, decode

NODES = [ox.NamedNode(f"http://x.example/{n}") for n in range(4)] + [ox.BlankNode(f"b{n}") for n in range(4)]
PREDICATES = [
    ox.NamedNode(PREFIXES["dct"] + "title"),
    ox.NamedNode("http://x.example/p"),
    ox.NamedNode(PREFIXES["rdf"] + "rest"),
]
PREDICATES += [
    ox.NamedNode(PREFIXES["rdf"] + "first"),
    ox.NamedNode(PREFIXES["rdf"] + "type"),
    ox.NamedNode("https://schema.org/name"),
]
LITERALS = st.builds(ox.Literal, st.text(max_size=4)) | st.builds(
    lambda text, tag: ox.Literal(text, language=tag), st.text(max_size=3), st.sampled_from(["zh", "en-US"])
)
TRIPLES = st.builds(ox.Triple, st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(NODES) | LITERALS)


def relabelled(triples: list[ox.Triple], seed: int) -> list[ox.Triple]:
    """The same graph, in another order and with other blank node labels."""
    shuffled = list(triples)
    random.Random(seed).shuffle(shuffled)

    def other(term: Any) -> Any:
        return ox.BlankNode(f"z{seed}{9 - int(term.value[1:])}") if isinstance(term, ox.BlankNode) else term

    return [ox.Triple(other(t.subject), t.predicate, other(t.object)) for t in shuffled]


def graph_of(triples: list[ox.Triple]) -> Graph:
    body = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert body is not None
    return read(body, "n-triples", "http://x.example/")


def trees_of(graph: Graph) -> list[bytes]:
    trees = Trees(graph, frozenset(), 2**20)
    return sorted(trees.tree(node) for node in graph)


def depth_of(tree: object) -> int:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + max(map(depth_of, inner), default=0)


@settings(deadline=None, max_examples=80)
@given(st.lists(TRIPLES, max_size=25), st.integers(0, 5))
def test_a_graph_gives_the_same_finite_trees_however_it_is_written(triples: list[ox.Triple], seed: int) -> None:
    graph = graph_of(triples)
    assert len(graph) == len(set(triples))
    trees = trees_of(graph)
    assert trees == trees_of(graph_of(relabelled(triples, seed)))
    for tree in trees:
        assert depth_of(json.loads(tree)) <= 4 * (DEPTHS[0] + 1) < MAX_DEPTH
        assert decode("application/json", tree) == json.loads(tree)


@settings(deadline=None, max_examples=80)
@given(
    st.binary(max_size=120),
    st.sampled_from(["", "text/turtle", "application/rdf+xml", "application/ld+json", "text/plain"]),
)
def test_any_bytes_are_a_graph_or_broken(body: bytes, media_type: str) -> None:
    for candidate in (
        body,
        b"@prefix a: <http://a.example/> ." + body,
        b'{"@id": "' + body + b'"}',
        b"<rdf:RDF>" + body,
    ):
        try:
            graph = read(candidate, guess(media_type, candidate), "http://x.example/c")
        except BrokenPage:
            continue
        trees_of(graph)


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://purl.org/dc/terms/title", "dct:title"),
        ("https://schema.org/name", "schema:name"),
        ("http://www.w3.org/ns/dcat#", "http://www.w3.org/ns/dcat#"),
        ("http://purl.org/dc/terms/a/b", "http://purl.org/dc/terms/a/b"),
        ("urn:x:1", "urn:x:1"),
    ],
)
def test_names_are_short_where_everybody_knows_them(iri: str, name: str) -> None:
    assert compact(iri) == name
    assert expand(name).replace("http://schema", "https://schema") == iri


def test_both_spellings_of_a_namespace_are_one_property() -> None:
    graph = Graph()
    graph.add("http://x.example/1", "http://schema.org/name", Literal("b"))
    graph.add("http://x.example/1", "https://schema.org/name", Literal("a"))
    assert trees_of(graph) == [b'{"@id":"http://x.example/1","schema:name":[{"@value":"a"},{"@value":"b"}]}']


def test_values_and_properties_stand_in_the_order_of_their_characters() -> None:
    """Not in that of a set, which changes from one process to the next."""
    graph = Graph()
    for letter in "hbfdacge":
        graph.add("http://x.example/1", f"http://x.example/{letter}", Literal("1"))
        graph.add("http://x.example/1", "http://x.example/a", Literal(letter))
    (tree,) = map(json.loads, trees_of(graph))
    assert [value["@value"] for value in tree["http://x.example/a"]] == list("1abcdefgh")
    assert list(tree) == ["@id", *(f"http://x.example/{letter}" for letter in "abcdefgh")]


def test_what_is_being_written_further_up_is_only_named() -> None:
    graph = Graph()
    for one, other in (("1", "2"), ("2", "1")):
        graph.add(f"http://x.example/{one}", "http://x.example/p", f"http://x.example/{other}")
    inner = b'{"@id":"http://x.example/2","http://x.example/p":[{"@id":"http://x.example/1"}]}'
    assert trees_of(graph)[0] == b'{"@id":"http://x.example/1","http://x.example/p":[' + inner + b"]}"


def test_collections_keep_their_order_and_end() -> None:
    text = '<http://x.example/1> <http://x.example/p> ( "b" "a" [ <http://x.example/q> ( 1 ) ] ) .'
    (tree,) = [
        t for t in trees_of(read(text.encode(), "turtle", "http://x.example/")) if b'"@id":"http://x.example/1"' in t
    ]
    inner = {"http://x.example/q": [{"@list": [{"@type": "xsd:integer", "@value": "1"}]}]}
    assert json.loads(tree)["http://x.example/p"] == [{"@list": [{"@value": "b"}, {"@value": "a"}, inner]}]


def test_a_node_too_large_even_alone_is_said_to_be() -> None:
    graph = Graph()
    graph.add("http://x.example/1", "http://x.example/p", Literal("x" * 1000))
    with pytest.raises(TooLarge, match="500 bytes"):
        Trees(graph, frozenset(), 500).tree("http://x.example/1")
