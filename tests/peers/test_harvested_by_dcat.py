"""A real CKAN harvests a node's catalogue by ckanext-dcat's `dcat_rdf` harvester, page by page, deletions included."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from starlette.applications import Starlette

from federation.ledger import Ledger
from federation.source import Name
from publish.app import create_app
from publish.settings import SiteLimits
from tests.federation.world import BLANKET, Memory, World, good, raw
from tests.peers.foreign import Foreign, credentials
from tests.publish import fakes
from tests.publish_sparql.loopback import serving_at

pytestmark = [pytest.mark.peer, pytest.mark.timeout(1800)]
TITLES = {"cn-11": "北京市科技成果 <&>", "cn-33": "浙江省科技成果", "cn-44": "广东省科技成果"}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """Three sources over one ledger, with two records each."""
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('node')}/ledger.sqlite")
    made = {}
    for name, title in TITLES.items():
        made[name] = World(ledger, policy=BLANKET)
        made[name].source = msgspec.structs.replace(made[name].source, id=name, title=Name(title))
        made[name].pull(Memory([raw(key, good(f"{title}{key}"), name) for key in ("r1", "r2")]))
    yield made
    ledger.close()


@pytest.fixture(scope="module")
def node(worlds: dict[str, World]) -> Iterator[str]:
    ledger, sources = worlds["cn-11"].ledger, {name: world.source for name, world in worlds.items()}

    def make(address: str) -> Starlette:
        site = fakes.over(ledger, sources["cn-11"], address, limits=SiteLimits(catalog=1))
        return create_app(replace(site, sources=sources))

    with serving_at(make) as url:
        yield url


@pytest.fixture(scope="module")
def foreign(node: str) -> Iterator[Foreign]:
    made = Foreign(*credentials(), f"{node}/catalog.rdf", kind="dcat_rdf")
    yield made
    made.close()


def test_it_has_every_dataset_and_loses_what_is_gone(foreign: Foreign, node: str, worlds: dict[str, World]) -> None:
    first = foreign.harvest()
    assert (first["added"], first["errored"]) == (len(TITLES), 0)
    found = {each["title"]: each for each in foreign.datasets()}
    assert set(found) == set(TITLES.values())
    beijing = found[TITLES["cn-11"]]
    extras = {extra["key"]: extra["value"] for extra in beijing["extras"]}
    assert extras["uri"] == f"{node}/source/cn-11"
    assert f"{node}/search.csv?source=cn-11" in {each["access_url"] for each in beijing["resources"]}

    gone = worlds["cn-33"]
    gone.pull(Memory([raw(key, None, "cn-33") for key in ("r1", "r2")]), full=False)
    second = foreign.harvest()
    assert (second["deleted"], second["errored"]) == (1, 0)
    assert {each["title"] for each in foreign.datasets()} == set(TITLES.values()) - {TITLES["cn-33"]}
