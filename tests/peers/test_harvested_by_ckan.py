"""A real CKAN harvests a node of ours by its own `ckan_harvester`. Its two consumers must be running."""

from collections.abc import Iterator

import pytest

from federation.ledger import Ledger
from publish.app import create_app
from tests.federation.world import BASE, BLANKET, World, good
from tests.peers.foreign import Foreign, credentials
from tests.publish import fakes
from tests.publish_sparql.loopback import serving

pytestmark = [pytest.mark.peer, pytest.mark.timeout(1800)]
RECORDS = 130  # more than the 100 of a page


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('node')}/ledger.sqlite")
    made = World(ledger, policy=BLANKET)
    made.harvest({f"r{n}": good(f"成果 {n} 号 <&> 𠮷", 登记号=f"91{n:06}") for n in range(RECORDS)})
    yield made
    ledger.close()


@pytest.fixture(scope="module")
def node(world: World) -> Iterator[str]:
    site = fakes.over(world.ledger, world.source, BASE)
    with serving(create_app(site)) as url:
        yield url


@pytest.fixture(scope="module")
def foreign(node: str) -> Iterator[Foreign]:
    config = '{"remote_orgs": "create", "remote_groups": "create"}'
    made = Foreign(*credentials(), node, kind="ckan", config=config)
    yield made
    made.close()


def test_it_has_every_record_and_then_every_change(foreign: Foreign, world: World) -> None:
    first = foreign.harvest()
    assert (first["added"], first["errored"]) == (RECORDS, 0)
    found = foreign.datasets()
    assert sorted(one["title"] for one in found) == sorted(world.titles().values())
    one = next(each for each in found if each["title"].startswith("成果 7 号"))
    extras = {extra["key"]: extra["value"] for extra in one["extras"]}
    assert extras["registrationNo"] == "91000007"
    assert one["organization"]["name"] == "cn-xx"
    assert [each["format"] for each in one["resources"]][:2] == ["Turtle", "JSON-LD"]

    world.harvest({"r1": good("改名的成果"), "new": good("新的成果"), "r2": None}, full=False)
    second = foreign.harvest()
    assert (second["added"], second["errored"]) == (1, 0)
    assert second["updated"] >= 1
    titles = {each["title"] for each in foreign.datasets()}
    assert {"改名的成果", "新的成果"} <= titles
    # ckan_harvester 1.6 deletes nothing: what was withdrawn stays there (docs/how-to/be-harvested.md)
    assert titles - {"成果 2 号 <&> 𠮷"} == set(world.titles().values())
