"""The Atom feed: archives, tombstones, what may be chosen, and the page that leads to it."""

from typing import Any

import feedparser
import pytest
from lxml import etree

from federation.source import Guard
from tests.federation.world import World, good, source
from tests.publish_feed.conftest import FEW, PAGE, Node
from tests.publish_feed.followers import ATOM, AtomClient

COUNT = 20  # more than the newest document holds


@pytest.fixture
def full(node: Node, world: World) -> World:
    world.source = source(guard=Guard(share=1.0, records=1000))
    world.harvest({f"r{n:02}": good(f"成果{n}") for n in range(COUNT)})
    return world


def read(node: Node, address: str, **headers: str) -> etree._Element:
    answer = node.get(address, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    return etree.fromstring(answer.content)


def found(document: etree._Element, path: str) -> list[Any]:
    values = document.xpath(path, namespaces=ATOM)
    assert isinstance(values, list)
    return values


def test_the_newest_first_and_the_rest_in_archives(full: World, node: Node) -> None:
    newest = read(node, "/feed.atom")
    iris = found(newest, "a:entry/a:id/text()")
    assert iris == [one.iri for one in reversed(full.ledger.page(0, 100))][: len(iris)]
    assert FEW <= len(iris) < FEW + PAGE
    (older,) = found(newest, "a:link[@rel='prev-archive']/@href")
    archive = read(node, older)
    assert found(archive, "fh:archive")
    assert len(found(archive, "a:entry")) == PAGE
    assert found(archive, "a:link[@rel='current']/@href") == [f"{node.url}/feed.atom"]
    assert found(archive, "a:id/text()") == found(newest, "a:id/text()")
    client = AtomClient(node.fetch, f"{node.url}/feed.atom")
    client.poll()
    assert len(client.state) == COUNT


def test_a_withdrawal_is_a_tombstone_and_a_change_comes_again(full: World, node: Node) -> None:
    client = AtomClient(node.fetch, f"{node.url}/feed.atom")
    client.poll()
    full.harvest({"r00": None, "r01": good("成果1（更正）")}, complete=False)
    newest = read(node, "/feed.atom")
    assert found(newest, "at:deleted-entry/@ref") == [full.iri("r00")]
    assert "成果1（更正）" in found(newest, "a:entry[position() < 3]/a:title/text()")
    client.poll()
    assert client.state == {one.iri: (one.at, one.record.title.zh) for one in full.ledger.page(0, 100)}
    everything = [newest]
    while older := found(everything[-1], "a:link[@rel='prev-archive']/@href"):
        everything.append(read(node, older[0]))
    assert [full.iri("r00")] == [ref for one in everything for ref in found(one, "at:deleted-entry/@ref")]
    assert "成果0<" not in "".join(etree.tostring(one, encoding="unicode") for one in everything)


def test_a_reader_of_feeds_reads_it(full: World, node: Node) -> None:
    feed = feedparser.parse(node.get("/feed.atom?lang=en").content)
    assert not feed.bozo
    assert (feed.version, feed.feed.title, feed.feed.language) == ("atom10", "Change feeds", "en")
    assert feed.entries[0].link.startswith(f"{node.url}/achievement/")
    assert {entry.id for entry in feed.entries} <= {one.iri for one in full.ledger.page(0, 100)}


def test_what_is_followed_may_be_chosen(node: Node, world: World) -> None:
    world.source = source(guard=Guard(share=1.0, records=1000))
    world.harvest({f"r{n}": good(f"成果{n}") for n in range(4)})
    for chosen, number in (
        ("source=cn-xx", 4),
        ("kind=achievement", 4),
        ("kind=demand", 0),
        ("source=&kind=&field=", 4),
    ):
        assert len(found(read(node, f"/feed.atom?{chosen}"), "a:entry")) == number, chosen
    assert found(read(node, "/feed.atom?kind=demand&lang=en"), "a:title/text()") == ["Demand – Change feeds"]
    for chosen, allowed in (
        ("source=nobody", "cn-xx"),
        ("kind=poem", "achievement"),
        ("field=cl11/99999", "cl11/"),
        ("x=1", "field"),
    ):
        refused = node.get(f"/feed.atom?{chosen}")
        assert refused.status_code == 400
        assert allowed in refused.text
    for page in ("-1", "9", "1e2", str(2**60)):
        assert node.get(f"/feed.atom?page={page}").status_code in (400, 404)


def test_the_page_says_which_feed_is_for_whom(full: World, node: Node) -> None:
    for lang, title in (("zh", "变更订阅"), ("en", "Change feeds")):
        page = node.get(f"/feed?lang={lang}", Accept="text/html")
        assert f"<h1>{title}</h1>" in page.text
        assert 'rel="alternate" type="application/atom+xml" href="/feed.atom"' in page.text
        assert '<option value="cn-xx">' in page.text
    assert read(node, "/feed", Accept="application/atom+xml").tag.endswith("}feed")
    source_page = node.get("/source/cn-xx", Accept="text/html").text
    assert 'type="application/atom+xml" href="/feed.atom?source=cn-xx"' in source_page
