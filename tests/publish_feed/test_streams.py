"""The event streams: what their pages hold, how long each may be kept, and that what is taken down is in none of them."""

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat

from federation.source import Guard
from federation.views import Event
from tests.federation.world import BASE, World, good, source
from tests.publish_feed.conftest import BLOCK, PAGE, Node

FORMATS = {
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nq": RdfFormat.N_QUADS,
}
TREE, LDES, AS = "https://w3id.org/tree#", "https://w3id.org/ldes#", "https://www.w3.org/ns/activitystreams#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SECRET = "后来发现不该公开的配方"


def quads(node: Node, path: str) -> set[pyoxigraph.Quad]:
    answer = node.get(path)
    assert answer.status_code == 200, answer.text
    return set(pyoxigraph.parse(answer.content, format=FORMATS[path.rpartition(".")[2]]))


def said(found: set[pyoxigraph.Quad], predicate: str) -> list[str]:
    return sorted(getattr(q.object, "value", "") for q in found if q.predicate == NamedNode(predicate))


@pytest.fixture
def full(node: Node, world: World) -> World:
    """Two full pages and one that lacks a change."""
    world.source = source(guard=Guard(share=1.0, records=1000))
    world.harvest({f"r{n}": good(f"成果{n}") for n in range(3 * PAGE - 1)})
    return world


def test_a_full_page_may_be_kept_for_ever_and_the_last_one_not(full: World, node: Node) -> None:
    for stream in ("/feed/ldes", "/feed/records"):
        assert node.get(f"{stream}.trig").headers["Cache-Control"] == "public, max-age=5"
        assert "immutable" in node.get(f"{stream}/block/0.trig").headers["Cache-Control"]
        assert node.get(f"{stream}/block/1.trig").headers["Cache-Control"] == "public, max-age=5"
        marks = [said(quads(node, f"{stream}/page/{n}.trig"), f"{LDES}immutable") for n in range(3)]
        assert marks == [["true"], ["true"], []]
    ways = [node.get(f"/feed/ldes/page/{n}.trig").headers["Cache-Control"] for n in range(3)]
    assert ways == ["public, max-age=31536000, immutable"] * 2 + ["public, max-age=5"]
    # Copies of content are asked for each time: the record may be gone.
    ways = [node.get(f"/feed/records/page/{n}.trig").headers["Cache-Control"] for n in range(3)]
    assert ways == ["public, no-cache"] * 3


def test_what_was_kept_is_not_sent_again(full: World, node: Node) -> None:
    for path in ("/feed/ldes", "/feed/ldes/page/0", "/feed/records/page/0.jsonld"):
        first = node.get(path)
        again = node.get(path, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    full.harvest({"r1": good("成果1", 简介="另一种写法。")}, complete=False)
    changed = node.get("/feed/records/page/0.jsonld", **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_members_are_activities_in_the_order_of_the_log(full: World, node: Node) -> None:
    full.harvest({"r0": good("成果0", 简介="更正。"), "r1": None}, complete=False)
    changes = full.ledger.changes(0, 100)
    assert {c.event for c in changes[-2:]} == {Event.CHANGED, Event.WITHDRAWN}
    kinds = {Event.PUBLISHED: "Create", Event.CHANGED: "Update", Event.WITHDRAWN: "Delete"}
    for page in range(3):
        found = quads(node, f"/feed/ldes/page/{page}.nq")
        here = [c for c in changes if page * PAGE < c.seq <= (page + 1) * PAGE]
        assert said(found, f"{TREE}member") == sorted(f"{c.iri}#change-{c.seq}" for c in here)
        for c in here:
            member = NamedNode(f"{c.iri}#change-{c.seq}")
            told = {(q.predicate.value, getattr(q.object, "value", "")) for q in found if q.subject == member}
            assert told >= {
                (TYPE, f"{AS}{kinds[c.event]}"),
                (f"{AS}object", c.iri),
                (f"{AS}published", c.at),
                ("http://schema.org/position", str(c.seq)),
            }


def test_relations_bound_what_is_below_them(full: World, node: Node) -> None:
    for path, size in (("/feed/ldes.nq", PAGE * BLOCK), ("/feed/ldes/block/0.nq", PAGE)):
        found = quads(node, path)
        bounds: dict[str, dict[str, int]] = {}
        for relation in said(found, f"{TREE}relation"):
            about = {q for q in found if q.subject == NamedNode(relation)}
            ((kind,), (target,), (value,)) = (said(about, name) for name in (TYPE, f"{TREE}node", f"{TREE}value"))
            bounds.setdefault(target, {})[kind.removeprefix(TREE)] = int(value)
            assert said(about, f"{TREE}path") == ["http://schema.org/position"]
        for number, (address, limits) in enumerate(sorted(bounds.items())):
            assert address.endswith(f"/{number}.nq")
            expected = {"GreaterThanOrEqualToRelation": number * size + 1}
            if (number + 1) * size <= full.ledger.last_seq():
                expected["LessThanOrEqualToRelation"] = (number + 1) * size
            assert limits == expected


def test_every_form_of_a_page_says_the_same_but_its_own_address(full: World, node: Node) -> None:
    for path, forms in (("/feed/ldes/page/0", FORMATS), ("/feed/records/page/0", ("trig", "jsonld", "nq"))):
        told = []
        for form in forms:
            told.append({str(q).replace(f".{form}", "") for q in quads(node, f"{path}.{form}")})
        assert all(one == told[0] for one in told)
        assert node.get(path, Accept="application/n-quads").headers["Content-Type"] == "application/n-quads"


def test_a_take_down_leaves_no_content_in_any_page(node: Node, world: World) -> None:
    world.source = source(guard=Guard(share=1.0, records=1000))
    world.harvest({**{f"r{n}": good(f"成果{n}") for n in range(PAGE)}, "bad": good(SECRET)})
    pages = [f"{stream}/page/{n}.trig" for stream in ("/feed/ldes", "/feed/records") for n in range(2)]
    before = [node.get(path).content for path in pages]
    assert SECRET.encode() in before[3]
    digest = world.ledger.records([world.iri("bad")])[world.iri("bad")].digest
    assert digest.encode() not in b"".join(before)  # it would tell who guesses a text that he is right
    world.ledger.desk.take_down(world.iri("bad"), "1", officer="李四")
    after = [node.get(path).content for path in pages]
    assert SECRET.encode() not in b"".join(after)
    assert after[0] == before[0]
    assert said(quads(node, "/feed/records/page/1.trig"), f"{TREE}member") == [f"{world.iri('bad')}#change-{PAGE + 2}"]
    assert f"{AS}Delete".encode() in node.get("/feed/records/page/1.nq").content
    assert node.get(f"{node.url}/feed.atom").text.count(SECRET) == 0


def test_retention_is_told_as_it_is(node: Node, world: World) -> None:
    world.harvest({"r": good()})
    log, records = quads(node, "/feed/ldes.nq"), quads(node, "/feed/records.nq")
    assert said(log, f"{LDES}retentionPolicy") == []  # everything is kept
    assert said(records, f"{LDES}versionAmount") == ["1"]
    for found in (log, records):
        assert said(found, f"{LDES}timestampPath") == [f"{AS}published"]
        assert said(found, f"{LDES}versionOfPath") == [f"{AS}object"]


def test_an_empty_log_is_a_stream_without_members(node: Node) -> None:
    assert said(quads(node, "/feed/ldes.ttl"), f"{TREE}relation") == []
    assert node.get("/feed/ldes/page/0.ttl").status_code == 404
    assert node.get("/feed.atom").status_code == 200


@pytest.mark.parametrize("number", ["-1", "01", "٣", "1e3", "9" * 30, "3", "x"])
def test_pages_that_are_not_there_are_not_found(full: World, node: Node, number: str) -> None:
    for level in ("page", "block"):
        answer = node.get(f"/feed/ldes/{level}/{number}.nq")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_forms_by_accept(full: World, node: Node) -> None:
    assert node.get("/feed/ldes").headers["Content-Type"] == "application/trig"
    wanted = {"Accept": "application/ld+json;q=0.4, text/turtle"}
    assert node.get("/feed/ldes", **wanted).headers["Content-Type"].startswith("text/turtle")
    assert node.get("/feed/records", **wanted).headers["Content-Type"] == "application/ld+json"
    refused = node.get("/feed/records", Accept="application/pdf")
    assert refused.status_code == 406
    assert "application/trig" in refused.text
    page = node.get("/feed/ldes", Accept="text/html")
    assert (page.url, page.status_code) == (f"{node.url}/feed", 200)
    assert BASE not in node.get("/feed/records.ttl").text
