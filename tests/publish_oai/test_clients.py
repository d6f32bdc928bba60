"""Clients that others wrote, unchanged, and our own harvester read a running node, deletions included."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from oaipmh_scythe import Scythe
from sickle import Sickle

from federation.harvest import harvest
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.source import Guard, Name, Source
from harvesters import harvester
from harvesters.base import Limits
from publish.app import create_app
from publish.settings import SiteLimits
from tests.federation.world import BASE, BLANKET, World, good
from tests.publish import fakes
from tests.publish_sparql.loopback import serving
from vocab.mapping import load

RECORDS = 120
COPY = """
id = "node"
version = "1.0.0"
kind = "achievement"
[fields.title]
from = "achievement.title[@lang=zh]"
[fields.abstract]
from = "achievement.abstract[@lang=zh]"
[fields.category]
from = "achievement.category.@code"
[fields."firstOrg.name"]
from = "achievement.firstOrg.name"
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('node')}/ledger.sqlite")
    made = World(ledger, policy=BLANKET, guard=Guard(share=1.0))
    made.harvest({f"r{n}": good(f"成果 {n} 号 <&>") for n in range(RECORDS)})
    made.harvest({"r7": None, "r8": None}, full=False)
    yield made
    ledger.close()


@pytest.fixture(scope="module")
def node(world: World) -> Iterator[str]:
    site = fakes.over(world.ledger, world.source, BASE, limits=SiteLimits(oai=25))
    with serving(create_app(site)) as url:
        yield f"{url}/oai"


def sickle(url: str, **arguments: str) -> Iterator[tuple[str, bool]]:
    for record in Sickle(url).ListRecords(**arguments):
        yield record.header.identifier, record.header.deleted


def scythe(url: str, **arguments: str) -> Iterator[tuple[str, bool]]:
    untyped: Any = Scythe(url)
    with untyped as client:
        for record in client.list_records(**arguments):
            yield record.header.identifier, record.header.deleted


@pytest.mark.parametrize(("client", "prefix"), [(sickle, "metadataPrefix"), (scythe, "metadata_prefix")])
@pytest.mark.parametrize("form", ["oai_dc", "chengguo", "rdf"])
def test_a_foreign_client_reads_everything(
    client: Callable[..., Iterator[tuple[str, bool]]], prefix: str, form: str, node: str, world: World
) -> None:
    found = list(client(node, **{prefix: form}))
    assert len(found) == len(dict(found)) == RECORDS
    assert {iri for iri, gone in found if not gone} == {one.iri for one in world.ledger.page(0, 1000)}
    assert {iri for iri, gone in found if gone} == {world.iri("r7"), world.iri("r8")}


def test_sickle_reads_the_rest_of_the_protocol(node: str, world: World) -> None:
    client = Sickle(node)
    assert client.Identify().deletedRecord == "persistent"
    assert {one.metadataPrefix for one in client.ListMetadataFormats()} == {"oai_dc", "chengguo", "rdf"}
    assert "source:cn-xx" in {one.setSpec for one in client.ListSets()}
    assert len(list(client.ListIdentifiers(metadataPrefix="oai_dc", set="source:cn-xx"))) == RECORDS
    record = client.GetRecord(identifier=world.iri("r3"), metadataPrefix="oai_dc")
    assert record.metadata["title"] == ["成果 3 号 <&>"]


class Above:
    """A node that harvests the other by OAI-PMH."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self.ledger = ledger
        self._source = Source(
            id="node",
            title=Name("下级平台"),
            protocol="oai_pmh",
            url=url,
            region="110000",
            publisher=Name("下级平台"),
            licence="https://creativecommons.org/licenses/by/4.0/",
            mappings=("node",),
            disclosure=BLANKET,
            guard=Guard(share=1.0),
            limits=Limits(timeout=10.0, retries=0, allow_private=True),
            options={"metadata_prefix": "chengguo"},
        )

    def poll(self) -> bool:
        """Everything again; whether the pass was complete."""
        asking = harvester("oai_pmh", self._source.endpoint())
        settings = Settings(base="https://above.example")
        return harvest(self._source, asking, self.ledger, (load(COPY),), settings, full=True).complete

    def titles(self) -> list[str]:
        return sorted(one.record.title.zh for one in self.ledger.page(0, 10_000))


# Stands last: the node is shared by the tests of this file, and this one changes what it publishes.
def test_our_own_harvester_reads_us_and_follows_deletions(node: str, world: World, tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/above.sqlite")
    above = Above(node, ledger)
    assert above.poll()
    assert above.titles() == sorted(world.titles().values())
    world.harvest({"r1": None, "r2": good("改名的成果"), "new": good("新成果")}, full=False)
    assert above.poll()
    assert above.titles() == sorted(world.titles().values())
    ledger.close()
