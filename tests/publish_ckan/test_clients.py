"""ckanapi, unchanged, and our own CKAN harvester read a running node; nothing is lost on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ckanapi
import msgspec
import pytest

from federation.ledger import Ledger
from harvesters import harvester
from harvesters.base import Endpoint, Harvester, Limits, RawRecord
from publish.app import create_app
from search.tantivy_index import TantivyIndex
from tests.federation.world import BASE, BLANKET, World, good
from tests.publish import fakes
from tests.publish_sparql.loopback import serving

RECORDS = 230


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("node")


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite")
    made = World(ledger, policy=BLANKET)
    made.harvest({f"r{n}": good(f"石墨烯成果 {n} 号") for n in range(RECORDS)})
    yield made
    ledger.close()


@pytest.fixture(scope="module")
def node(world: World, folder: Path) -> Iterator[str]:
    index = TantivyIndex.open(folder / "search")
    index.put(world.ledger.page(0, 1000))
    index.commit()
    site = fakes.over(world.ledger, world.source, BASE, index)
    with serving(create_app(site)) as url:
        yield url
    index.close()


def titles(world: World) -> list[str]:
    return sorted(world.titles().values())


@pytest.mark.parametrize("get_only", [False, True])
def test_ckanapi_reads_everything(node: str, world: World, get_only: bool) -> None:
    with ckanapi.RemoteCKAN(node, get_only=get_only) as ckan:
        every = ckan.action.package_list()
        found = [
            d for start in range(0, 300, 100) for d in ckan.action.package_search(rows=100, start=start)["results"]
        ]
        assert sorted(one["name"] for one in found) == every
        assert sorted(one["title"] for one in found) == titles(world)
        assert ckan.action.package_search(q="石墨烯", rows=0)["count"] == RECORDS
        assert ckan.action.package_search(q='"石墨烯成果 7 号"', fq="organization:cn-xx")["count"] >= 1
        assert ckan.action.package_show(id=every[0])["name"] == every[0]
        assert ckan.action.organization_show(id="cn-xx")["package_count"] == RECORDS
        deep = ckan.action.package_search(q="石墨烯", rows=20, start=200)
        assert len(deep["results"]) == 20
        with pytest.raises(ckanapi.NotFound):
            ckan.action.package_show(id="nothing")
        with pytest.raises(ckanapi.ValidationError):
            ckan.action.package_search(fq="res_format:CSV")
        with pytest.raises(ckanapi.NotAuthorized):
            ckan.action.package_create(name="mine")


def asking(node: str) -> Harvester:
    limits = Limits(timeout=10.0, retries=0, allow_private=True)
    return harvester("ckan", Endpoint("above", node, {"rows": 100}, limits))


def test_our_own_harvester_reads_us_whole(node: str, world: World) -> None:
    one = asking(node)
    found = [record for record in one.records() if isinstance(record, RawRecord)]
    assert one.complete
    assert len(found) == RECORDS
    assert sorted(msgspec.json.decode(record.body)["title"] for record in found) == titles(world)


# Stands last: the node is shared by the tests of this file, and this one changes what it publishes.
def test_what_changed_since_is_all_that_is_asked_for(node: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime.now(UTC) + timedelta(seconds=5)
    monkeypatch.setattr("federation.clock.now", lambda: start + timedelta(seconds=1))
    world.harvest({"r1": good("已改的成果"), "new": good("新的成果")}, full=False)
    found = [record for record in asking(node).records(start) if isinstance(record, RawRecord)]
    assert sorted(msgspec.json.decode(record.body)["title"] for record in found) == ["已改的成果", "新的成果"]
