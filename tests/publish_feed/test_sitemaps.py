"""Sitemaps and ResourceSync over a real ledger: read by others' programs, with times that are those of what changed."""

import hashlib

import pytest
import requests
from lxml import etree
from resync.capability_list import CapabilityList
from resync.change_list import ChangeList
from resync.resource_list import ResourceList
from resync.source_description import SourceDescription
from starlette.testclient import TestClient

from federation.ledger import Ledger
from federation.source import Guard
from publish.app import create_app
from publish.settings import SiteLimits
from tests.federation.world import BASE, World, good, source
from tests.publish import fakes
from tests.publish_feed.conftest import FILE, Node
from tests.publish_feed.followers import RS

COUNT = 2 * FILE + 1


@pytest.fixture
def full(node: Node, world: World) -> World:
    world.source = source(guard=Guard(share=1.0, records=1000))
    world.harvest({f"r{n}": good(f"成果{n}") for n in range(COUNT)})
    return world


def test_the_client_of_the_standard_s_authors_reads_it(full: World, node: Node) -> None:
    full.harvest({"r0": None, "r1": good("成果1", 简介="更正。")}, complete=False)
    described = SourceDescription()
    described.read(uri=f"{node.url}/.well-known/resourcesync")
    capabilities = CapabilityList()
    capabilities.read(uri=described.resources.first().uri)
    resources, changes = ResourceList(allow_multifile=True), ChangeList()
    resources.read(uri=capabilities.capability_info("resourcelist").uri)
    assert capabilities.has_capability("changelist")
    for number in range(3):  # it reads no index of change lists
        changes.read(uri=f"{node.url}/feed/resourcesync/changelist/{number}.xml")
    public = full.ledger.page(0, 100)
    assert {one.uri for one in resources} == {f"{node.url}/id/{one.iri.partition('/id/')[2]}.json" for one in public}
    assert [one.change for one in changes].count("created") == COUNT
    assert sorted(one.change for one in changes if one.change != "created") == ["deleted", "updated"]
    for one in resources:
        body = requests.get(one.uri, timeout=5).content
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (one.sha256, int(one.length))


def test_what_was_taken_down_leaves_no_digest(full: World, node: Node) -> None:
    gone = full.ledger.page(0, 1)[0]
    paths = [f"/feed/resourcesync/{kind}/0.xml" for kind in ("resourcelist", "changelist")]
    before = [gone.digest in node.get(path).text for path in paths]
    full.ledger.desk.take_down(gone.iri, "1", officer="李四")
    assert (before, [gone.digest in node.get(path).text for path in paths]) == ([True, False], [False, False])


@pytest.mark.parametrize("path", ["nolist.xml", "changelist/9.xml", "changelist/x.xml", "resourcelist/-1.xml"])
def test_what_is_not_there_is_not_found(full: World, node: Node, path: str) -> None:
    assert node.get(f"/feed/resourcesync/{path}").status_code == 404


def test_the_index_of_sitemaps_says_when_each_file_was_touched(ledger: Ledger) -> None:
    world = World(ledger)
    world.source = source(guard=Guard(share=1.0, records=1000))
    site = fakes.over(ledger, world.source, BASE, limits=SiteLimits(sitemap=FILE))
    with TestClient(create_app(site), base_url=BASE) as client:
        world.harvest({f"r{n}": good(f"成果{n}") for n in range(COUNT)})
        before = files(client)
        assert len(before) == 3
        for step in (
            {"r1": good("成果1", 简介="更正。")},
            {"r6": None},
            {f"s{n}": good(f"新{n}") for n in range(FILE)},
        ):
            world.harvest(step, complete=False)
            after = files(client)
            touched = {address for address, (_, body) in after.items() if body != before.get(address, ("", b""))[1]}
            moved = {address for address, (at, _) in after.items() if at != before.get(address, ("", b""))[0]}
            assert touched <= moved
            assert moved - touched <= {list(after)[-1], list(before)[-1]}  # a withdrawal has its number at the end
            before = after
        with TestClient(create_app(site), base_url=BASE) as other:
            assert files(other) == before  # another process says the same


def files(client: TestClient) -> dict[str, tuple[str, bytes]]:
    """Address -> when it was touched, and what it says."""
    index = etree.fromstring(client.get("/sitemap.xml").content).iterfind("s:sitemap", RS)
    found = [(one.findtext("s:loc", "", RS), one.findtext("s:lastmod", "", RS)) for one in index]
    return {address: (at, client.get(address).content) for address, at in found}
